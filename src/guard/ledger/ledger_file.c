/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/ledger_file.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>

static const uint8_t ledger_magic[4] = { 'G', 'N', 'L', '1' };

struct gn_sha256 gn_ledger_mac(const struct gn_sha256 *key, gn_bytes bytes)
{
    struct gn_sha256 mac;
    (void)crypto_auth_hmacsha256(mac.bytes, bytes.at, bytes.size, key->bytes);
    return mac;
}

void gn_ledger_keys_make(struct gn_ledger_keys *keys, const struct gn_note_signer *signer)
{
    struct gn_sha256 seed; /* the first half of the secret */
    const gn_str seal = GN_STR("ganglion ledger seal");
    const gn_str salt = GN_STR("ganglion ledger salt");
    memcpy(seed.bytes, signer->secret, sizeof seed.bytes);
    keys->seal = gn_ledger_mac(&seed, (gn_bytes){ (const uint8_t *)seal.at, seal.size });
    keys->salt = gn_ledger_mac(&seed, (gn_bytes){ (const uint8_t *)salt.at, salt.size });
    sodium_memzero(&seed, sizeof seed);
}

void gn_ledger_path(const char *dir, const char *name, char out[static GN_LEDGER_PATH_BYTES])
{
    const int size = snprintf(out, GN_LEDGER_PATH_BYTES, "%s/%s", dir, name);
    assert(size > 0 && size < GN_LEDGER_PATH_BYTES);
}

static void ledger_add_u64(struct gn_buf *buf, uint64_t v)
{
    gn_buf_add_u32be(buf, (uint32_t)(v >> 32));
    gn_buf_add_u32be(buf, (uint32_t)v);
}

static bool ledger_take_u64(struct gn_reader *r, uint64_t *out)
{
    uint32_t high;
    uint32_t low;
    if (!gn_take_u32be(r, &high) || !gn_take_u32be(r, &low))
        return false;
    *out = (uint64_t)high << 32 | low;
    return true;
}

void gn_ledger_head_write(const struct gn_ledger_head *head, uint8_t to[static GN_LEDGER_HEAD_BYTES])
{
    struct gn_buf buf = gn_buf_over(to, GN_LEDGER_HEAD_BYTES);
    gn_buf_add(&buf, ledger_magic, sizeof ledger_magic);
    gn_buf_add_u32be(&buf, head->count);
    ledger_add_u64(&buf, head->first);
    gn_buf_add_u32be(&buf, head->bytes);
}

bool gn_ledger_head_read(const uint8_t from[static GN_LEDGER_HEAD_BYTES], struct gn_ledger_head *out)
{
    struct gn_reader r = { from, from + GN_LEDGER_HEAD_BYTES };
    gn_bytes magic;
    struct gn_ledger_head head;
    if (!gn_take_bytes(&r, sizeof ledger_magic, &magic) || memcmp(magic.at, ledger_magic, magic.size) != 0 ||
        !gn_take_u32be(&r, &head.count) || !ledger_take_u64(&r, &head.first) || !gn_take_u32be(&r, &head.bytes) ||
        head.count == 0 || head.count > GN_LEDGER_GROUP_ENTRIES_MAX || head.bytes > GN_LEDGER_GROUP_BYTES_MAX)
        return false;
    *out = head;
    return true;
}

gn_err gn_ledger_group_read(const struct gn_disk *disk, struct gn_file *file, uint64_t offset,
                            const struct gn_ledger_keys *keys, uint8_t *to, struct gn_ledger_head *out)
{
    static const uint8_t nothing[GN_LEDGER_HEAD_BYTES];
    struct gn_ledger_head head;
    size_t got;
    gn_err err = disk->read(disk->self, file, offset, to, GN_LEDGER_HEAD_BYTES, &got);
    if (err)
        return err;
    if (memcmp(to, nothing, got) == 0)
        return GN_ERR_NOT_FOUND;
    if (got < GN_LEDGER_HEAD_BYTES || !gn_ledger_head_read(to, &head))
        return GN_ERR_CORRUPT;
    const size_t left = head.bytes + (size_t)GN_LEDGER_SEAL_BYTES;
    err = disk->read(disk->self, file, offset + GN_LEDGER_HEAD_BYTES, to + GN_LEDGER_HEAD_BYTES, left, &got);
    if (err)
        return err;
    if (got < left)
        return GN_ERR_CORRUPT;
    if (keys != NULL) {
        const struct gn_sha256 seal =
            gn_ledger_mac(&keys->seal, (gn_bytes){ to, GN_LEDGER_HEAD_BYTES + (size_t)head.bytes });
        if (sodium_memcmp(seal.bytes, to + GN_LEDGER_HEAD_BYTES + head.bytes, sizeof seal.bytes) != 0)
            return GN_ERR_CORRUPT;
    }
    *out = head;
    return GN_OK;
}

bool gn_ledger_entry_next(struct gn_reader *rest, gn_bytes *out_entry)
{
    struct gn_reader r = *rest;
    uint16_t size;
    if (!gn_take_u16be(&r, &size) || size == 0 || size > GN_LEDGER_ENTRY_BYTES_MAX ||
        !gn_take_bytes(&r, size, out_entry))
        return false;
    *rest = r;
    return true;
}

void gn_ledger_settled_write(const struct gn_ledger_settled *settled, const struct gn_ledger_keys *keys,
                             uint8_t to[static GN_LEDGER_SETTLED_BYTES])
{
    struct gn_buf buf = gn_buf_over(to, GN_LEDGER_SETTLED_BYTES);
    ledger_add_u64(&buf, settled->size);
    ledger_add_u64(&buf, settled->offset);
    gn_buf_add(&buf, settled->root.bytes, sizeof settled->root.bytes);
    const struct gn_sha256 seal = gn_ledger_mac(&keys->seal, gn_buf_bytes(&buf));
    gn_buf_add(&buf, seal.bytes, sizeof seal.bytes);
    assert(!buf.full && buf.size == GN_LEDGER_SETTLED_BYTES);
}

bool gn_ledger_settled_read(const uint8_t from[static GN_LEDGER_SETTLED_BYTES], const struct gn_ledger_keys *keys,
                            struct gn_ledger_settled *out)
{
    enum { SEALED_BYTES = GN_LEDGER_SETTLED_BYTES - GN_LEDGER_SEAL_BYTES };
    struct gn_reader r = { from, from + SEALED_BYTES };
    const struct gn_sha256 seal = gn_ledger_mac(&keys->seal, (gn_bytes){ from, SEALED_BYTES });
    struct gn_ledger_settled settled;
    gn_bytes root;
    if (sodium_memcmp(seal.bytes, from + SEALED_BYTES, sizeof seal.bytes) != 0 || !ledger_take_u64(&r, &settled.size) ||
        !ledger_take_u64(&r, &settled.offset) || !gn_take_bytes(&r, GN_SHA256_BYTES, &root))
        return false;
    memcpy(settled.root.bytes, root.at, root.size);
    *out = settled;
    return true;
}
