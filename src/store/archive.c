/* SPDX-License-Identifier: Apache-2.0 */
#include "store/archive.h"

#include <errno.h>
#include <sodium.h>

#include "base/hash.h"
#include "base/mem.h"
#include "os/file.h"
#include "store/journal_format.h"

enum {
    ARCHIVE_CIPHER_NONE = 0,
    ARCHIVE_CIPHER_SECRETSTREAM = 1, /* crypto_secretstream_xchacha20poly1305 */
    ARCHIVE_KDF_NONE = 0,
    ARCHIVE_KDF_ARGON2ID = 1, /* version 1.3 */
    ARCHIVE_PART_HEAD_BYTES = 16,
    ARCHIVE_FRAME_HEAD_BYTES = 8,
    ARCHIVE_SEAL_BYTES = crypto_secretstream_xchacha20poly1305_ABYTES,
    ARCHIVE_PLAIN_BYTES_MAX = ARCHIVE_PART_HEAD_BYTES + GN_ARCHIVE_BLOCK_BYTES,
    ARCHIVE_SEALED_BYTES_MAX = ARCHIVE_PLAIN_BYTES_MAX + ARCHIVE_SEAL_BYTES,
};

static const uint8_t archive_magic[8] = { 'G', 'N', 'B', 'A', 'C', 'K', 'U', 'P' };

struct archive_head {
    uint8_t magic[8];
    uint32_t version;
    uint32_t crc; /* of what follows */
    uint8_t id[GN_ARCHIVE_ID_BYTES];
    uint8_t base[GN_ARCHIVE_ID_BYTES];
    int64_t created_ms;
    uint32_t cipher;
    uint32_t kdf;
    uint32_t kdf_passes;
    uint32_t kdf_mib;
    uint8_t salt[crypto_pwhash_argon2id_SALTBYTES];
    uint8_t stream[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
    uint8_t zero[16];
};
_Static_assert(sizeof(struct archive_head) == GN_ARCHIVE_HEAD_BYTES, "as in docs/format.md");

struct archive_part_head {
    uint32_t kind;
    uint32_t size; /* of what follows */
    uint64_t at;   /* FILE: size of the file; BLOCK, SAME: index of the (first) block; END: parts before it */
};
_Static_assert(sizeof(struct archive_part_head) == ARCHIVE_PART_HEAD_BYTES, "as in docs/format.md");

struct archive_end {
    struct gn_archive_span span;
    uint8_t digest[GN_ARCHIVE_DIGEST_BYTES]; /* of the header, and of all parts before this one, in clear */
};
_Static_assert(sizeof(struct archive_end) == 24 + GN_ARCHIVE_DIGEST_BYTES, "as in docs/format.md");

/* What both sides have. */
struct archive_stream {
    FILE *file;
    struct archive_head head;
    bool is_encrypted;
    bool is_first; /* the first frame is bound to the header */
    crypto_secretstream_xchacha20poly1305_state cipher;
    crypto_generichash_state digest;
    uint64_t part_count;
    uint64_t offset; /* bytes read or written */
    char name[GN_ARCHIVE_NAME_BYTES];
    uint64_t size;
    uint64_t block_count;
    uint64_t next_block;
    uint64_t blocks_total;
    uint32_t file_count;
    _Alignas(8) uint8_t plain[ARCHIVE_PLAIN_BYTES_MAX];
    uint8_t sealed[ARCHIVE_SEALED_BYTES_MAX];
};

struct gn_archive_writer {
    struct archive_stream s;
    struct gn_archive_digest run[GN_ARCHIVE_RUN_MAX]; /* SAME that waits for its end */
    uint32_t run_count;
};

struct gn_archive_reader {
    struct archive_stream s;
    struct gn_archive_about about;
    bool has_ended;
};

/* --- names and blocks ------------------------------------------------------------------------------ */

bool gn_archive_name_secret(gn_str name)
{
    return gn_str_equal(name, GN_STR("guard/ca.pem")) || gn_str_equal(name, GN_STR("guard/certificates")) ||
           gn_str_equal(name, GN_STR("guard/credentials")) || gn_str_equal(name, GN_STR("guard/server.pem"));
}

bool gn_archive_name_valid(gn_str name)
{
    static const char folder[] = "journal/";
    char text[GN_ARCHIVE_NAME_BYTES];
    uint64_t seq;
    if (gn_str_copy(text, sizeof text, name) != GN_OK)
        return false;
    return gn_archive_name_secret(name) || strcmp(text, "history.db") == 0 || strcmp(text, "sessions.image") == 0 ||
           (gn_str_starts(name, GN_STR("journal/")) && gn_segment_name_parse(text + sizeof folder - 1, &seq));
}

uint64_t gn_archive_block_count(uint64_t size)
{
    return size / GN_ARCHIVE_BLOCK_BYTES + (size % GN_ARCHIVE_BLOCK_BYTES > 0);
}

size_t gn_archive_block_bytes(uint64_t size, uint64_t index)
{
    const uint64_t left = size - index * GN_ARCHIVE_BLOCK_BYTES;
    return left < GN_ARCHIVE_BLOCK_BYTES ? (size_t)left : GN_ARCHIVE_BLOCK_BYTES;
}

struct gn_archive_digest gn_archive_digest_of(gn_bytes block)
{
    struct gn_archive_digest digest;
    (void)crypto_generichash(digest.bytes, sizeof digest.bytes, block.at, block.size, NULL, 0);
    return digest;
}

/* --- both sides ------------------------------------------------------------------------------------ */

static uint32_t archive_head_crc(const struct archive_head *head)
{
    const size_t from = offsetof(struct archive_head, id);
    return gn_crc32(0, (gn_bytes){ (const uint8_t *)head + from, sizeof *head - from });
}

/* FULL: no memory for it. */
static gn_err archive_key(const struct archive_head *head, gn_str passphrase,
                          uint8_t key[static crypto_secretstream_xchacha20poly1305_KEYBYTES])
{
    const int rc =
        crypto_pwhash(key, crypto_secretstream_xchacha20poly1305_KEYBYTES, passphrase.at, passphrase.size, head->salt,
                      head->kdf_passes, (size_t)head->kdf_mib << 20, crypto_pwhash_ALG_ARGON2ID13);
    return rc == 0 ? GN_OK : GN_ERR_FULL;
}

static void archive_begin(struct archive_stream *s)
{
    s->is_first = true;
    s->offset = sizeof s->head;
    (void)crypto_generichash_init(&s->digest, NULL, 0, GN_ARCHIVE_DIGEST_BYTES);
    (void)crypto_generichash_update(&s->digest, (const uint8_t *)&s->head, sizeof s->head);
}

static void archive_fold(struct archive_stream *s, size_t size)
{
    (void)crypto_generichash_update(&s->digest, s->plain, size);
    s->part_count++;
}

/* INVAL: the file does not belong here. */
static gn_err archive_enter(struct archive_stream *s, gn_str name, uint64_t size)
{
    char text[GN_ARCHIVE_NAME_BYTES];
    const uint64_t blocks = gn_archive_block_count(size);
    if (!gn_archive_name_valid(name) || gn_str_copy(text, sizeof text, name) != GN_OK || strcmp(text, s->name) <= 0)
        return GN_ERR_INVAL;
    if (gn_archive_name_secret(name) && !s->is_encrypted)
        return GN_ERR_INVAL;
    if (s->file_count == GN_BACKUP_FILES_MAX || blocks > GN_BACKUP_BLOCKS_MAX - s->blocks_total)
        return GN_ERR_FULL;
    memcpy(s->name, text, sizeof s->name);
    s->size = size;
    s->block_count = blocks;
    s->blocks_total += blocks;
    s->next_block = 0;
    s->file_count++;
    return GN_OK;
}

/* --- writing --------------------------------------------------------------------------------------- */

static gn_err archive_write(struct archive_stream *s, const void *bytes, size_t size)
{
    if (fwrite(bytes, 1, size, s->file) != size)
        return gn_err_of_errno(errno);
    s->offset += size;
    return GN_OK;
}

/* The part that stands in s->plain. */
static gn_err archive_put(struct archive_stream *s, const struct archive_part_head *part)
{
    const bool is_last = part->kind == GN_ARCHIVE_END;
    size_t size = sizeof *part + part->size;
    const uint8_t *payload = s->plain;
    memcpy(s->plain, part, sizeof *part);
    archive_fold(s, size);
    if (s->is_encrypted) {
        (void)crypto_secretstream_xchacha20poly1305_push(
            &s->cipher, s->sealed, NULL, s->plain, size, s->is_first ? (const uint8_t *)&s->head : NULL,
            s->is_first ? sizeof s->head : 0, is_last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
        payload = s->sealed;
        size += ARCHIVE_SEAL_BYTES;
    }
    s->is_first = false;
    const uint32_t frame[2] = { (uint32_t)size, gn_crc32(0, (gn_bytes){ payload, size }) };
    const gn_err err = archive_write(s, frame, sizeof frame);
    return err ? err : archive_write(s, payload, size);
}

gn_err gn_archive_create(FILE *to, const uint8_t *base, int64_t now_ms, gn_str passphrase,
                         struct gn_archive_writer **out)
{
    uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    if (sodium_init() < 0)
        return GN_ERR_IO;
    struct gn_archive_writer *writer = gn_mem_take(sizeof *writer, "backup: writer");
    if (writer == NULL)
        return GN_ERR_FULL;
    struct archive_stream *s = &writer->s;
    s->file = to;
    s->is_encrypted = passphrase.size > 0;
    memcpy(s->head.magic, archive_magic, sizeof s->head.magic);
    s->head.version = GN_ARCHIVE_VERSION;
    s->head.created_ms = now_ms;
    randombytes_buf(s->head.id, sizeof s->head.id);
    if (base != NULL)
        memcpy(s->head.base, base, sizeof s->head.base);
    gn_err err = GN_OK;
    if (s->is_encrypted) {
        s->head.cipher = ARCHIVE_CIPHER_SECRETSTREAM;
        s->head.kdf = ARCHIVE_KDF_ARGON2ID;
        s->head.kdf_passes = GN_BACKUP_KDF_PASSES;
        s->head.kdf_mib = GN_BACKUP_KDF_MIB;
        randombytes_buf(s->head.salt, sizeof s->head.salt);
        err = archive_key(&s->head, passphrase, key);
        if (!err)
            (void)crypto_secretstream_xchacha20poly1305_init_push(&s->cipher, s->head.stream, key);
        sodium_memzero(key, sizeof key);
    }
    s->head.crc = archive_head_crc(&s->head);
    if (!err)
        err = archive_write(s, &s->head, sizeof s->head);
    if (err) {
        gn_archive_writer_close(writer);
        return err;
    }
    archive_begin(s);
    *out = writer;
    return GN_OK;
}

/* Writes the SAME that waits. */
static gn_err archive_put_run(struct gn_archive_writer *writer)
{
    if (writer->run_count == 0)
        return GN_OK;
    const struct archive_part_head part = { GN_ARCHIVE_SAME, writer->run_count * GN_ARCHIVE_DIGEST_BYTES,
                                            writer->s.next_block - writer->run_count };
    memcpy(writer->s.plain + sizeof part, writer->run, part.size);
    writer->run_count = 0;
    return archive_put(&writer->s, &part);
}

gn_err gn_archive_put_file(struct gn_archive_writer *writer, gn_str name, uint64_t size)
{
    gn_err err = writer->s.next_block == writer->s.block_count ? archive_put_run(writer) : GN_ERR_INVAL;
    if (!err)
        err = archive_enter(&writer->s, name, size);
    if (err)
        return err;
    const struct archive_part_head part = { GN_ARCHIVE_FILE, (uint32_t)name.size, size };
    memcpy(writer->s.plain + sizeof part, name.at, name.size);
    return archive_put(&writer->s, &part);
}

gn_err gn_archive_put_block(struct gn_archive_writer *writer, gn_bytes block)
{
    struct archive_stream *s = &writer->s;
    if (s->next_block == s->block_count || block.size != gn_archive_block_bytes(s->size, s->next_block))
        return GN_ERR_INVAL;
    const gn_err err = archive_put_run(writer);
    if (err)
        return err;
    const struct archive_part_head part = { GN_ARCHIVE_BLOCK, (uint32_t)block.size, s->next_block };
    memcpy(s->plain + sizeof part, block.at, block.size);
    s->next_block++;
    return archive_put(s, &part);
}

gn_err gn_archive_put_same(struct gn_archive_writer *writer, const struct gn_archive_digest *digest)
{
    if (writer->s.next_block == writer->s.block_count)
        return GN_ERR_INVAL;
    writer->run[writer->run_count++] = *digest;
    writer->s.next_block++;
    return writer->run_count == GN_ARCHIVE_RUN_MAX ? archive_put_run(writer) : GN_OK;
}

gn_err gn_archive_put_end(struct gn_archive_writer *writer, const struct gn_archive_span *span)
{
    struct archive_stream *s = &writer->s;
    struct archive_end end = { .span = *span };
    const gn_err err = s->next_block == s->block_count ? archive_put_run(writer) : GN_ERR_INVAL;
    if (err)
        return err;
    crypto_generichash_state digest = s->digest;
    (void)crypto_generichash_final(&digest, end.digest, sizeof end.digest);
    const struct archive_part_head part = { GN_ARCHIVE_END, sizeof end, s->part_count };
    memcpy(s->plain + sizeof part, &end, sizeof end);
    return archive_put(s, &part);
}

void gn_archive_writer_close(struct gn_archive_writer *writer)
{
    if (writer != NULL)
        sodium_memzero(writer, sizeof *writer);
    gn_mem_give(writer);
}

/* --- reading --------------------------------------------------------------------------------------- */

static gn_err archive_say_cut(const struct archive_stream *s, struct gn_diag *diag)
{
    gn_diag_set(diag, 0, 0, "it ends at byte %llu, in the middle: half a backup is none",
                (unsigned long long)s->offset);
    return GN_ERR_CORRUPT;
}

static gn_err archive_read(struct archive_stream *s, void *to, size_t size, struct gn_diag *diag)
{
    const size_t got = fread(to, 1, size, s->file);
    s->offset += got;
    if (got == size)
        return GN_OK;
    if (!ferror(s->file))
        return archive_say_cut(s, diag);
    gn_diag_set(diag, 0, 0, "it cannot be read at byte %llu", (unsigned long long)s->offset);
    return GN_ERR_IO;
}

static gn_err archive_head_check(const struct archive_head *head, gn_str passphrase, struct gn_diag *diag)
{
    static const uint8_t zero[16];
    const bool is_encrypted = head->cipher == ARCHIVE_CIPHER_SECRETSTREAM && head->kdf == ARCHIVE_KDF_ARGON2ID;
    if (memcmp(head->magic, archive_magic, sizeof head->magic) != 0) {
        gn_diag_set(diag, 0, 0, "this is not a backup of ganglion");
        return GN_ERR_INVAL;
    }
    if (head->version != GN_ARCHIVE_VERSION) {
        gn_diag_set(diag, 0, 0, "its format is %u, this program knows %d: use the version that made it", head->version,
                    GN_ARCHIVE_VERSION);
        return GN_ERR_INVAL;
    }
    if (head->crc != archive_head_crc(head)) {
        gn_diag_set(diag, 0, 0, "damaged within its first %d bytes", GN_ARCHIVE_HEAD_BYTES);
        return GN_ERR_CORRUPT;
    }
    if (memcmp(head->zero, zero, sizeof zero) != 0 ||
        !(is_encrypted || (head->cipher == ARCHIVE_CIPHER_NONE && head->kdf == ARCHIVE_KDF_NONE))) {
        gn_diag_set(diag, 0, 0, "it uses a cipher (%u, %u) this program does not know", head->cipher, head->kdf);
        return GN_ERR_INVAL;
    }
    if (is_encrypted && (head->kdf_passes < 1 || head->kdf_passes > GN_BACKUP_KDF_PASSES_MAX || head->kdf_mib < 1 ||
                         head->kdf_mib > GN_BACKUP_KDF_MIB_MAX)) {
        gn_diag_set(diag, 0, 0, "it asks for %u passes over %u MiB to make its key: refused", head->kdf_passes,
                    head->kdf_mib);
        return GN_ERR_INVAL;
    }
    if (is_encrypted && passphrase.size == 0) {
        gn_diag_set(diag, 0, 0, "it is encrypted: give its passphrase with --passphrase-file FILE, or --passphrase");
        return GN_ERR_INVAL;
    }
    return GN_OK;
}

static gn_err archive_unlock(struct archive_stream *s, gn_str passphrase, struct gn_diag *diag)
{
    uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    const gn_err err = archive_key(&s->head, passphrase, key);
    int rc = 0;
    if (!err)
        rc = crypto_secretstream_xchacha20poly1305_init_pull(&s->cipher, s->head.stream, key);
    sodium_memzero(key, sizeof key);
    if (err)
        gn_diag_set(diag, 0, 0, "no memory to make its key: %u MiB are needed", s->head.kdf_mib);
    return err || rc == 0 ? err : GN_ERR_CORRUPT;
}

gn_err gn_archive_open(FILE *from, gn_str passphrase, struct gn_archive_reader **out, struct gn_diag *diag)
{
    static const uint8_t zero[GN_ARCHIVE_ID_BYTES];
    if (sodium_init() < 0)
        return GN_ERR_IO;
    struct gn_archive_reader *reader = gn_mem_take(sizeof *reader, "backup: reader");
    if (reader == NULL)
        return GN_ERR_FULL;
    struct archive_stream *s = &reader->s;
    s->file = from;
    gn_err err = archive_read(s, &s->head, sizeof s->head, diag);
    if (!err)
        err = archive_head_check(&s->head, passphrase, diag);
    s->is_encrypted = s->head.cipher != ARCHIVE_CIPHER_NONE;
    if (!err && s->is_encrypted)
        err = archive_unlock(s, passphrase, diag);
    if (err) {
        gn_archive_reader_close(reader);
        return err;
    }
    archive_begin(s);
    memcpy(reader->about.id, s->head.id, sizeof reader->about.id);
    memcpy(reader->about.base, s->head.base, sizeof reader->about.base);
    reader->about.created_ms = s->head.created_ms;
    reader->about.is_encrypted = s->is_encrypted;
    reader->about.is_increment = memcmp(s->head.base, zero, sizeof zero) != 0;
    *out = reader;
    return GN_OK;
}

const struct gn_archive_about *gn_archive_about(const struct gn_archive_reader *reader)
{
    return &reader->about;
}

/* The next frame into s->plain. */
static gn_err archive_take(struct archive_stream *s, struct archive_part_head *part, struct gn_diag *diag)
{
    const uint64_t at = s->offset;
    const size_t around = s->is_encrypted ? ARCHIVE_SEAL_BYTES : 0;
    uint32_t frame[2];
    uint8_t *to = s->is_encrypted ? s->sealed : s->plain;
    gn_err err = archive_read(s, frame, sizeof frame, diag);
    if (!err && (frame[0] < sizeof *part + around || frame[0] > ARCHIVE_PLAIN_BYTES_MAX + around)) {
        gn_diag_set(diag, 0, 0, "damaged at byte %llu", (unsigned long long)at);
        return GN_ERR_CORRUPT;
    }
    if (!err)
        err = archive_read(s, to, frame[0], diag);
    if (err)
        return err;
    bool is_whole = gn_crc32(0, (gn_bytes){ to, frame[0] }) == frame[1];
    uint8_t tag = 0;
    if (is_whole && s->is_encrypted &&
        crypto_secretstream_xchacha20poly1305_pull(&s->cipher, s->plain, NULL, &tag, s->sealed, frame[0],
                                                   s->is_first ? (const uint8_t *)&s->head : NULL,
                                                   s->is_first ? sizeof s->head : 0) != 0) {
        is_whole = false;
        if (s->is_first) {
            gn_diag_set(diag, 0, 0, "the passphrase is wrong");
            return GN_ERR_DENIED;
        }
    }
    memcpy(part, s->plain, sizeof *part);
    const bool is_end = part->kind == GN_ARCHIVE_END;
    if (!is_whole || part->size != frame[0] - around - sizeof *part ||
        (s->is_encrypted && is_end != (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL))) {
        gn_diag_set(diag, 0, 0, "damaged at byte %llu", (unsigned long long)at);
        return GN_ERR_CORRUPT;
    }
    s->is_first = false;
    return GN_OK;
}

static gn_err archive_take_end(struct gn_archive_reader *reader, const struct archive_part_head *part,
                               struct gn_archive_part *out, struct gn_diag *diag)
{
    struct archive_stream *s = &reader->s;
    struct archive_end end;
    struct gn_archive_digest digest;
    crypto_generichash_state state = s->digest;
    if (part->size != sizeof end || s->next_block != s->block_count)
        return GN_ERR_INVAL;
    memcpy(&end, s->plain + sizeof *part, sizeof end);
    (void)crypto_generichash_final(&state, digest.bytes, sizeof digest.bytes);
    if (memcmp(digest.bytes, end.digest, sizeof end.digest) != 0 || part->at != s->part_count ||
        fgetc(s->file) != EOF) {
        gn_diag_set(diag, 0, 0, "its parts do not fit together: damaged, or put together from several");
        return GN_ERR_CORRUPT;
    }
    out->span = end.span;
    reader->has_ended = true;
    return GN_OK;
}

/* INVAL: breaks a rule. */
static gn_err archive_take_part(struct gn_archive_reader *reader, const struct archive_part_head *part,
                                struct gn_archive_part *out)
{
    struct archive_stream *s = &reader->s;
    const uint8_t *data = s->plain + sizeof *part;
    const uint64_t left = s->block_count - s->next_block;
    out->index = part->at;
    switch (part->kind) {
    case GN_ARCHIVE_FILE:
        return left > 0 ? GN_ERR_INVAL : archive_enter(s, (gn_str){ (const char *)data, part->size }, part->at);
    case GN_ARCHIVE_BLOCK:
        if (left == 0 || part->at != s->next_block || part->size != gn_archive_block_bytes(s->size, part->at))
            return GN_ERR_INVAL;
        out->block = (gn_bytes){ data, part->size };
        s->next_block++;
        return GN_OK;
    case GN_ARCHIVE_SAME:
        out->count = part->size / GN_ARCHIVE_DIGEST_BYTES;
        if (!reader->about.is_increment || part->at != s->next_block || out->count == 0 || out->count > left ||
            part->size % GN_ARCHIVE_DIGEST_BYTES != 0)
            return GN_ERR_INVAL;
        out->digests = (const struct gn_archive_digest *)(const void *)data;
        s->next_block += out->count;
        return GN_OK;
    default:
        return GN_ERR_INVAL;
    }
}

gn_err gn_archive_next(struct gn_archive_reader *reader, struct gn_archive_part *out, struct gn_diag *diag)
{
    struct archive_stream *s = &reader->s;
    struct archive_part_head part;
    const uint64_t at = s->offset;
    if (reader->has_ended)
        return GN_ERR_INVAL;
    gn_err err = archive_take(s, &part, diag);
    if (err)
        return err;
    *out = (struct gn_archive_part){ .kind = (gn_archive_kind)part.kind };
    if (part.kind == GN_ARCHIVE_END) {
        err = archive_take_end(reader, &part, out, diag);
    } else {
        err = archive_take_part(reader, &part, out);
        archive_fold(s, sizeof part + part.size);
        memcpy(out->name, s->name, sizeof out->name);
        out->size = s->size;
    }
    if (err == GN_ERR_INVAL)
        gn_diag_set(diag, 0, 0,
                    "what stands at byte %llu is not part of any backup: a name, an order or a size is wrong",
                    (unsigned long long)at);
    if (err == GN_ERR_FULL)
        gn_diag_set(diag, 0, 0, "it has more than %d files or %d blocks: refused", GN_BACKUP_FILES_MAX,
                    GN_BACKUP_BLOCKS_MAX);
    return err;
}

void gn_archive_reader_close(struct gn_archive_reader *reader)
{
    if (reader != NULL)
        sodium_memzero(reader, sizeof *reader);
    gn_mem_give(reader);
}
