/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/guess_log.h"

#include <stdio.h>

static void guess_log_count(uint64_t keys[static GN_GUESS_LOG_KEYS], uint32_t *count, uint64_t key)
{
    for (uint32_t i = 0; i < *count; i++)
        if (keys[i] == key)
            return;
    if (*count < GN_GUESS_LOG_KEYS)
        keys[(*count)++] = key;
}

/* What a stranger sent, as it may stand in a line between blanks. */
static void guess_log_plain(char out[static GN_GUESS_LOG_NAME_BYTES], const char *kind, gn_str text)
{
    struct gn_buf buf = gn_buf_over(out, GN_GUESS_LOG_NAME_BYTES - 1);
    if (kind[0] != '\0')
        gn_buf_addf(&buf, "%s:", kind);
    for (size_t i = 0; i < text.size && buf.size < GN_GUESS_LOG_NAME_BYTES - 1; i++) {
        const char c = text.at[i];
        gn_buf_add_u8(&buf, (uint8_t)(c > ' ' && c < 0x7F && c != '"' && c != '=' ? c : '?'));
    }
    out[buf.size] = '\0';
}

void gn_guess_log_add(struct gn_guess_log *log, bool looked_at, gn_str source, uint64_t source_key, const char *kind,
                      gn_str account, uint64_t account_key, int64_t now_ms)
{
    if (log->wrong_count + log->unseen_count == 0)
        log->begin_ms = now_ms;
    log->last_ms = now_ms;
    log->wrong_count += looked_at;
    log->unseen_count += !looked_at;
    guess_log_count(log->sources, &log->source_count, source_key);
    guess_log_count(log->accounts, &log->account_count, account_key);
    guess_log_plain(log->source, "", source);
    guess_log_plain(log->account, kind, account);
}

bool gn_guess_log_take(struct gn_guess_log *log, int64_t now_ms, struct gn_buf *out)
{
    if (log->wrong_count + log->unseen_count == 0)
        return false;
    if (now_ms - log->last_ms < GN_GUESS_LOG_QUIET_MS && now_ms - log->begin_ms < GN_GUESS_LOG_LONGEST_MS)
        return false;
    gn_buf_addf(out, "wrong=%llu not_looked_at=%llu sources=%u%s accounts=%u%s seconds=%lld last_source=%s last=%s",
                (unsigned long long)log->wrong_count, (unsigned long long)log->unseen_count,
                (unsigned)log->source_count, log->source_count == GN_GUESS_LOG_KEYS ? "+" : "",
                (unsigned)log->account_count, log->account_count == GN_GUESS_LOG_KEYS ? "+" : "",
                (long long)(log->last_ms - log->begin_ms) / 1000, log->source, log->account);
    log->wrong_count = log->unseen_count = 0;
    log->source_count = log->account_count = 0;
    return true;
}
