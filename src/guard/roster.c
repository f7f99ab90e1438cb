/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/roster.h"

#include "base/mem.h"
#include "guard/keyring.h"

gn_err gn_roster_init(struct gn_roster *roster)
{
    *roster = (struct gn_roster){ .rows = gn_mem_take(GN_ROSTER_ROWS_MAX * sizeof roster->rows[0],
                                                      "certificates of things") };
    return roster->rows != NULL ? GN_OK : GN_ERR_FULL;
}

void gn_roster_fini(struct gn_roster *roster)
{
    gn_mem_give(roster->rows);
    *roster = (struct gn_roster){ 0 };
}

/* First row not before `fingerprint`. */
static size_t roster_place(const struct gn_roster *roster, const struct gn_sha256 *fingerprint, bool *out_same)
{
    size_t low = 0;
    size_t high = roster->count;
    *out_same = false;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = memcmp(roster->rows[middle].fingerprint.bytes, fingerprint->bytes, GN_SHA256_BYTES);
        *out_same = *out_same || order == 0;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct gn_roster_row *gn_roster_find(const struct gn_roster *roster, const struct gn_sha256 *fingerprint)
{
    bool same;
    const size_t at = roster_place(roster, fingerprint, &same);
    return same ? &roster->rows[at] : NULL;
}

gn_err gn_roster_put(struct gn_roster *roster, const struct gn_roster_row *row)
{
    bool same;
    const size_t at = roster_place(roster, &row->fingerprint, &same);
    if (same)
        return GN_ERR_EXISTS;
    if (roster->count == GN_ROSTER_ROWS_MAX)
        return GN_ERR_FULL;
    memmove(&roster->rows[at + 1], &roster->rows[at], (roster->count - at) * sizeof roster->rows[0]);
    roster->rows[at] = *row;
    roster->count++;
    return GN_OK;
}

bool gn_roster_drop(struct gn_roster *roster, const struct gn_sha256 *fingerprint)
{
    bool same;
    const size_t at = roster_place(roster, fingerprint, &same);
    if (!same)
        return false;
    roster->count--;
    memmove(&roster->rows[at], &roster->rows[at + 1], (roster->count - at) * sizeof roster->rows[0]);
    return true;
}

size_t gn_roster_of(const struct gn_roster *roster, gn_str id, struct gn_roster_row *out, size_t capacity)
{
    size_t found = 0;
    for (size_t i = 0; i < roster->count; i++) {
        const struct gn_roster_row *row = &roster->rows[i];
        if (!gn_str_equal(gn_str_of(row->id), id))
            continue;
        size_t at = found < capacity ? found : capacity;
        found++;
        while (at > 0 && out[at - 1].until_ms > row->until_ms) {
            at--;
            if (at + 1 < capacity)
                out[at + 1] = out[at];
        }
        if (at < capacity)
            out[at] = *row;
    }
    return found;
}

void gn_roster_sweep(struct gn_roster *roster, int64_t now_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < roster->count; i++)
        if (roster->rows[i].until_ms > now_ms)
            roster->rows[kept++] = roster->rows[i];
    roster->count = kept;
}

/* --- the file --- */

void gn_roster_write(const struct gn_roster *roster, struct gn_buf *out)
{
    char hex[2 * GN_SHA256_BYTES + 1];
    for (size_t i = 0; i < roster->count; i++) {
        const struct gn_roster_row *row = &roster->rows[i];
        gn_hex((gn_bytes){ row->fingerprint.bytes, GN_SHA256_BYTES }, hex);
        gn_buf_addf(out, "%s %s %lld\n", hex, row->id, (long long)row->until_ms);
    }
}

static int roster_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool gn_fingerprint_parse(gn_str hex, struct gn_sha256 *out)
{
    struct gn_sha256 read;
    if (hex.size != sizeof(struct gn_sha256) * 2)
        return false;
    for (size_t i = 0; i < GN_SHA256_BYTES; i++) {
        const int high = roster_digit(hex.at[2 * i]);
        const int low = roster_digit(hex.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        read.bytes[i] = (uint8_t)(high * 16 + low);
    }
    *out = read;
    return true;
}

static const char *roster_parse_line(struct gn_roster *roster, gn_str line)
{
    struct gn_roster_row row = { 0 };
    gn_str rest;
    gn_str until;
    int64_t ends_ms;
    if (!gn_fingerprint_parse(gn_str_split(line, ' ', &rest), &row.fingerprint))
        return "no fingerprint of 64 hex digits";
    const gn_str id = gn_str_split(rest, ' ', &until);
    if (!gn_keyring_thing_id_valid(id) || gn_str_copy(row.id, sizeof row.id, id) != GN_OK)
        return "no id of a Thing";
    if (gn_parse_i64(until, &ends_ms) != GN_OK || ends_ms < 0 || until.at[0] == '+' || until.at[0] == '-' ||
        (until.at[0] == '0' && until.size > 1))
        return "no time";
    row.until_ms = ends_ms;
    if (roster->count == GN_ROSTER_ROWS_MAX)
        return "too many certificates";
    if (roster->count > 0 &&
        memcmp(roster->rows[roster->count - 1].fingerprint.bytes, row.fingerprint.bytes, GN_SHA256_BYTES) >= 0)
        return "not in order";
    roster->rows[roster->count++] = row;
    return NULL;
}

gn_err gn_roster_parse(struct gn_roster *roster, gn_str text, struct gn_diag *diag)
{
    for (size_t number = 1; text.size > 0; number++) {
        gn_str rest;
        const gn_str line = gn_str_split(text, '\n', &rest);
        const char *wrong = line.size == text.size ? "the line does not end" : roster_parse_line(roster, line);
        if (wrong != NULL) {
            roster->count = 0;
            gn_diag_set(diag, number, 0, "%s; the node does not start on a list of certificates it cannot trust",
                        wrong);
            return GN_ERR_CORRUPT;
        }
        text = rest;
    }
    return GN_OK;
}
