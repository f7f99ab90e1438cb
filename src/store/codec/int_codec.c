/* SPDX-License-Identifier: Apache-2.0 */
#include "store/codec/int_codec.h"

#include <assert.h>

enum ints_kind {
    INTS_SAME,
    INTS_OFFSET,
    INTS_CENTRE,
    INTS_STEP,
    INTS_STEP2,
    INTS_LINE,
    INTS_SEASON,
    INTS_SMOOTH,
    INTS_RUNS,
    INTS_RANKS
};

enum {
    INTS_LINE_SHIFT = 16,
    INTS_STEPS = 15,
    INTS_OUTLIER_BITS = 32,
    INTS_SAMPLE = 64,       /* so many residuals tell how well a predictor does: some neighbours out of each block */
    INTS_RANGE_MIN = 8,     /* less is not worth a thought */
    INTS_RANGE_MAX = 65536, /* of columns that RANKS is tried on */
    INTS_SEASON_SCORE_MIN = 256,
    INTS_SEASON_MARGIN = 64, /* a quarter of a bit: six lags are tried, and one may do well by chance */
    INTS_RANKS_SCORE_MIN = 2 * 256,
};

/* Hours and half hours of a day, minutes of an hour, hours of a week, five minutes of a day. */
static const uint32_t ints_lags[] = { 24, 48, 96, 144, 168, 288 };

struct ints_plan {
    enum ints_kind kind;
    uint32_t lag;
    uint64_t first; /* least, middle, v[0] or base */
    uint64_t step;  /* the usual step, the first one, or the slope */
};

/* --- residuals ------------------------------------------------------------------------------------- */

static uint32_t ints_residuals_from(const struct ints_plan *plan)
{
    return plan->kind == INTS_STEP2 ? 2 : plan->kind >= INTS_STEP && plan->kind != INTS_LINE ? 1 : 0;
}

static uint64_t ints_line_at(const struct ints_plan *plan, uint64_t i)
{
    return plan->first + (uint64_t)((int64_t)(plan->step * i) >> INTS_LINE_SHIFT);
}

static uint64_t ints_smooth(const uint64_t *v, uint32_t i)
{
    const uint64_t before[4] = { v[i - 1], v[i < 2 ? 0 : i - 2], v[i < 3 ? 0 : i - 3], v[i < 4 ? 0 : i - 4] };
    return (uint64_t)((int64_t)(before[0] + before[1] + before[2] + before[3] + 2) >> 2);
}

/* Those of numbers from..to-1, where from is at least ints_residuals_from. */
static void ints_residuals(const struct ints_plan *plan, const uint64_t *v, uint32_t from, uint32_t to, uint64_t *out)
{
    const uint32_t lag = plan->lag;
    uint32_t i = from;
    switch (plan->kind) {
    case INTS_OFFSET:
        for (; i < to; i++)
            *out++ = v[i] - plan->first;
        break;
    case INTS_CENTRE:
        for (; i < to; i++)
            *out++ = gn_zigzag(v[i] - plan->first);
        break;
    case INTS_STEP:
        for (; i < to; i++)
            *out++ = gn_zigzag(v[i] - v[i - 1] - plan->step);
        break;
    case INTS_STEP2:
        for (; i < to; i++)
            *out++ = gn_zigzag(v[i] - 2 * v[i - 1] + v[i - 2]);
        break;
    case INTS_LINE:
        for (; i < to; i++)
            *out++ = gn_zigzag(v[i] - ints_line_at(plan, i));
        break;
    case INTS_SEASON:
        for (; i < to && i <= lag; i++)
            *out++ = gn_zigzag(v[i] - v[i - 1]);
        for (; i < to; i++)
            *out++ = gn_zigzag(v[i] - v[i - 1] - v[i - lag] + v[i - lag - 1]);
        break;
    case INTS_SMOOTH:
        for (; i < to && i < 4; i++)
            *out++ = gn_zigzag(v[i] - ints_smooth(v, i));
        for (; i < to; i++)
            *out++ = gn_zigzag(v[i] - (uint64_t)((int64_t)(v[i - 1] + v[i - 2] + v[i - 3] + v[i - 4] + 2) >> 2));
        break;
    default:
        break;
    }
}

/* From residuals, in place, to numbers. v[0] to v[from-1] are not yet set. */
static void ints_restore(const struct ints_plan *plan, uint32_t count, uint64_t *v)
{
    const uint32_t lag = plan->lag;
    uint64_t at = plan->first, step = plan->step;
    switch (plan->kind) {
    case INTS_OFFSET:
        for (uint32_t i = 0; i < count; i++)
            v[i] += at;
        break;
    case INTS_CENTRE:
        for (uint32_t i = 0; i < count; i++)
            v[i] = gn_unzigzag(v[i]) + at;
        break;
    case INTS_STEP:
        v[0] = at;
        for (uint32_t i = 1; i < count; i++)
            v[i] = at += gn_unzigzag(v[i]) + step;
        break;
    case INTS_STEP2:
        v[0] = at;
        if (count > 1)
            v[1] = at += step;
        for (uint32_t i = 2; i < count; i++)
            v[i] = at += step += gn_unzigzag(v[i]);
        break;
    case INTS_LINE:
        for (uint32_t i = 0; i < count; i++)
            v[i] = gn_unzigzag(v[i]) + ints_line_at(plan, i);
        break;
    case INTS_SEASON:
        v[0] = at;
        for (uint32_t i = 1; i < count; i++)
            v[i] = gn_unzigzag(v[i]);
        for (uint32_t i = lag + 1; i < count; i++)
            v[i] += v[i - lag];
        for (uint32_t i = 1; i < count; i++)
            v[i] = at += v[i];
        break;
    case INTS_SMOOTH:
        v[0] = at;
        for (uint32_t i = 1; i < count && i < 4; i++)
            v[i] = gn_unzigzag(v[i]) + ints_smooth(v, i);
        step = count < 4 ? 0 : v[0] + v[1] + v[2] + v[3] + 2;
        for (uint32_t i = 4; i < count; i++) {
            v[i] = gn_unzigzag(v[i]) + (uint64_t)((int64_t)step >> 2);
            step += v[i] - v[i - 4];
        }
        break;
    default:
        break;
    }
}

/* --- choosing a predictor -------------------------------------------------------------------------- */

struct ints_look {
    uint64_t least, most; /* as signed numbers */
    uint32_t changes;
};

static struct ints_look ints_look_at(const int64_t *v, uint32_t count)
{
    int64_t least = v[0], most = v[0];
    uint32_t changes = 0;
    for (uint32_t i = 1; i < count; i++) {
        least = v[i] < least ? v[i] : least;
        most = v[i] > most ? v[i] : most;
        changes += v[i] != v[i - 1];
    }
    return (struct ints_look){ (uint64_t)least, (uint64_t)most, changes };
}

/* Bits that residuals of one block cost in a Rice code; an outlier costs what an exception does. */
static uint32_t ints_rice_bits(const uint64_t *residuals, uint32_t count)
{
    uint32_t widths = 0;
    for (uint32_t i = 0; i < count; i++)
        widths += gn_bit_width(residuals[i]);
    if (widths == 0)
        return 0;
    const uint32_t mean = (widths + count / 2) / count, low_bits = mean > 1 ? mean - 1 : 0;
    uint32_t bits = count * (low_bits + 1);
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t high = residuals[i] >> low_bits;
        bits += high > INTS_OUTLIER_BITS ? INTS_OUTLIER_BITS : (uint32_t)high;
    }
    return bits;
}

/* Bits a number, times 256, that a sample costs: some neighbours out of each block. */
static uint32_t ints_score(const struct ints_plan *plan, const uint64_t *v, uint32_t count)
{
    uint64_t residuals[INTS_SAMPLE];
    const uint32_t blocks = (count + GN_BLOCK_NUMBERS - 1) / GN_BLOCK_NUMBERS, first = ints_residuals_from(plan);
    uint32_t bits = 0, seen = 0;
    for (uint32_t at = 0; at < count; at += GN_BLOCK_NUMBERS) {
        uint32_t from = blocks == 1 ? 0 : at + GN_BLOCK_NUMBERS / 4;
        uint32_t to = from + INTS_SAMPLE / blocks;
        if (to > count)
            to = count;
        if (from < first)
            from = first;
        if (from >= to)
            break;
        ints_residuals(plan, v, from, to, residuals);
        bits += ints_rice_bits(residuals, to - from);
        seen += to - from;
    }
    return seen == 0 ? 0 : bits * 256 / seen;
}

struct ints_choice {
    struct ints_plan plan;
    uint32_t score;
};

static void ints_try(struct ints_choice *best, struct ints_plan plan, const uint64_t *v, uint32_t count)
{
    const uint32_t score = ints_score(&plan, v, count);
    if (score + (plan.kind == INTS_SEASON ? INTS_SEASON_MARGIN : 0) < best->score)
        *best = (struct ints_choice){ plan, score };
}

static bool ints_has_step(enum ints_kind kind)
{
    return kind == INTS_STEP || kind == INTS_STEP2 || kind == INTS_LINE;
}

/* The median of some steps. A counter that starts again has an odd mean. */
static uint64_t ints_usual_step(const uint64_t *v, uint32_t count)
{
    int64_t steps[INTS_STEPS];
    const uint32_t some = count - 1 < INTS_STEPS ? count - 1 : INTS_STEPS;
    for (uint32_t s = 0; s < some; s++) {
        const uint32_t i = 1 + s * (count - 1) / some;
        const int64_t step = (int64_t)(v[i] - v[i - 1]);
        uint32_t at = s;
        for (; at > 0 && steps[at - 1] > step; at--)
            steps[at] = steps[at - 1];
        steps[at] = step;
    }
    return (uint64_t)steps[some / 2];
}

static struct ints_choice ints_choose(const uint64_t *v, uint32_t count, const struct ints_look *look)
{
    const uint64_t range = look->most - look->least;
    struct ints_choice best = { .plan = { .kind = INTS_OFFSET, .first = look->least } };
    best.score = ints_score(&best.plan, v, count);
    ints_try(&best, (struct ints_plan){ .kind = INTS_CENTRE, .first = look->least + range / 2 }, v, count);
    ints_try(&best, (struct ints_plan){ .kind = INTS_STEP, .first = v[0] }, v, count);
    if (count <= 4 || range < INTS_RANGE_MIN)
        return best;
    const uint64_t usual = ints_usual_step(v, count);
    ints_try(&best, (struct ints_plan){ .kind = INTS_STEP, .first = v[0], .step = usual }, v, count);
    ints_try(&best, (struct ints_plan){ .kind = INTS_STEP2, .first = v[0], .step = v[1] - v[0] }, v, count);
    ints_try(&best, (struct ints_plan){ .kind = INTS_SMOOTH, .first = v[0] }, v, count);
    const int64_t rise = (int64_t)((v[count - 1] - v[0]) << INTS_LINE_SHIFT) / (int64_t)(count - 1);
    ints_try(&best, (struct ints_plan){ .kind = INTS_LINE, .first = v[0], .step = (uint64_t)rise }, v, count);
    for (size_t l = 0; l < sizeof ints_lags / sizeof ints_lags[0]; l++)
        if (count >= 2 * ints_lags[l] && best.score > INTS_SEASON_SCORE_MIN)
            ints_try(&best, (struct ints_plan){ .kind = INTS_SEASON, .first = v[0], .lag = ints_lags[l] }, v, count);
    return best;
}

/* --- writing --------------------------------------------------------------------------------------- */

static uint8_t *ints_put_same(uint8_t *to, uint64_t v)
{
    *to++ = INTS_SAME;
    return gn_varint_put(to, gn_zigzag(v));
}

static uint8_t *ints_put_predicted(uint8_t *to, const struct ints_plan *plan, const uint64_t *v, uint32_t count)
{
    uint64_t residuals[GN_COLUMN_NUMBERS_MAX];
    const uint32_t from = ints_residuals_from(plan);
    *to++ = (uint8_t)plan->kind;
    to = gn_varint_put(to, gn_zigzag(plan->first));
    if (ints_has_step(plan->kind))
        to = gn_varint_put(to, gn_zigzag(plan->step));
    if (plan->kind == INTS_SEASON)
        to = gn_varint_put(to, plan->lag);
    if (from < count)
        ints_residuals(plan, v, from, count, residuals);
    for (uint32_t at = from; at < count; at += GN_BLOCK_NUMBERS) {
        const uint32_t some = count - at < GN_BLOCK_NUMBERS ? count - at : GN_BLOCK_NUMBERS;
        to += gn_block_encode(residuals + at - from, some, to);
    }
    return to;
}

static uint8_t *ints_put_plain(uint8_t *to, const uint64_t *v, uint32_t count)
{
    const struct ints_look look = ints_look_at((const int64_t *)v, count);
    if (look.changes == 0)
        return ints_put_same(to, v[0]);
    const struct ints_choice choice = ints_choose(v, count, &look);
    return ints_put_predicted(to, &choice.plan, v, count);
}

static uint8_t *ints_put_runs(uint8_t *to, const uint64_t *v, uint32_t count, uint32_t runs)
{
    uint64_t numbers[GN_COLUMN_NUMBERS_MAX], lengths[GN_COLUMN_NUMBERS_MAX];
    uint32_t run = 0, since = 0;
    for (uint32_t i = 1; i <= count; i++) {
        if (i < count && v[i] == v[i - 1])
            continue;
        numbers[run] = v[since];
        lengths[run++] = i - since - 1;
        since = i;
    }
    assert(run == runs);
    *to++ = INTS_RUNS;
    to = gn_varint_put(to, runs);
    to = ints_put_plain(to, numbers, runs);
    return ints_put_plain(to, lengths, runs);
}

static bool ints_find_ranks(const uint64_t *v, uint32_t count, const struct ints_look *look, struct gn_ranks *out)
{
    uint64_t there[INTS_RANGE_MAX / 64];
    uint16_t rank_of[INTS_RANGE_MAX]; /* set, and read, only where there is a number */
    const uint64_t range = look->most - look->least + 1;
    const uint32_t words = (uint32_t)((range + 63) / 64);
    memset(there, 0, words * sizeof there[0]);
    for (uint32_t i = 0; i < count; i++)
        there[(v[i] - look->least) / 64] |= UINT64_C(1) << ((v[i] - look->least) & 63);
    uint32_t distinct = 0;
    uint64_t before = 0;
    for (uint32_t w = 0; w < words; w++) {
        for (uint64_t ones = there[w]; ones != 0; ones &= ones - 1) {
            const uint64_t at = w * 64u + (uint64_t)__builtin_ctzll(ones);
            if (distinct > 0)
                out->gaps[distinct - 1] = at - before - 1;
            rank_of[at] = (uint16_t)distinct++;
            before = at;
        }
    }
    out->distinct = distinct;
    if (distinct > count / 2)
        return false;
    for (uint32_t i = 0; i < count; i++)
        out->ranks[i] = rank_of[v[i] - look->least];
    return true;
}

bool gn_ranks_find(const int64_t *numbers, uint32_t count, struct gn_ranks *out)
{
    const struct ints_look look = ints_look_at(numbers, count);
    return look.most - look.least < INTS_RANGE_MAX && ints_find_ranks((const uint64_t *)numbers, count, &look, out);
}

/* NULL: a table of the distinct numbers would not pay. */
static uint8_t *ints_put_ranks(uint8_t *to, const uint64_t *v, uint32_t count, const struct ints_look *look,
                               uint32_t score)
{
    struct gn_ranks found;
    if (!ints_find_ranks(v, count, look, &found) || found.distinct * 2 > look->most - look->least)
        return NULL;
    const struct ints_look ranks_look = { 0, found.distinct - 1, look->changes };
    const struct ints_choice choice = ints_choose(found.ranks, count, &ranks_look);
    uint8_t table[GN_COLUMN_BYTES_MAX];
    uint8_t *end = table;
    if (found.distinct > 1)
        end = ints_put_plain(table, found.gaps, found.distinct - 1);
    const size_t table_size = (size_t)(end - table);
    if ((uint64_t)choice.score * count / 2048 + table_size >= (uint64_t)score * count / 2048)
        return NULL;
    *to++ = INTS_RANKS;
    to = gn_varint_put(to, found.distinct);
    to = gn_varint_put(to, gn_zigzag(look->least));
    memcpy(to, table, table_size);
    return ints_put_predicted(to + table_size, &choice.plan, found.ranks, count);
}

size_t gn_ints_encode(const int64_t *numbers, uint32_t count, uint8_t *out)
{
    assert(count >= 1 && count <= GN_COLUMN_NUMBERS_MAX);
    const uint64_t *v = (const uint64_t *)numbers;
    const struct ints_look look = ints_look_at(numbers, count);
    if (look.changes == 0)
        return (size_t)(ints_put_same(out, v[0]) - out);
    const struct ints_choice choice = ints_choose(v, count, &look);
    uint8_t *end = NULL;
    if (look.most - look.least < INTS_RANGE_MAX && choice.score > INTS_RANKS_SCORE_MIN)
        end = ints_put_ranks(out, v, count, &look, choice.score);
    if (end == NULL)
        end = ints_put_predicted(out, &choice.plan, v, count);
    size_t size = (size_t)(end - out);
    if (look.changes < count / 4) {
        uint8_t runs[GN_COLUMN_BYTES_MAX];
        const size_t runs_size = (size_t)(ints_put_runs(runs, v, count, look.changes + 1) - runs);
        if (runs_size < size) {
            memcpy(out, runs, runs_size);
            size = runs_size;
        }
    }
    return size;
}

/* --- reading --------------------------------------------------------------------------------------- */

static bool ints_take_signed(struct gn_reader *r, uint64_t *out)
{
    uint64_t v;
    if (!gn_varint_take(r, &v))
        return false;
    *out = gn_unzigzag(v);
    return true;
}

static gn_err ints_take_predicted(struct gn_reader *r, enum ints_kind kind, uint32_t count, uint64_t *out)
{
    struct ints_plan plan = { .kind = kind };
    uint64_t lag = 0;
    if (!ints_take_signed(r, &plan.first) || (ints_has_step(kind) && !ints_take_signed(r, &plan.step)) ||
        (kind == INTS_SEASON && (!gn_varint_take(r, &lag) || lag < 1 || lag > GN_COLUMN_NUMBERS_MAX)))
        return GN_ERR_CORRUPT;
    plan.lag = (uint32_t)lag;
    for (uint32_t at = ints_residuals_from(&plan); at < count; at += GN_BLOCK_NUMBERS) {
        const uint32_t some = count - at < GN_BLOCK_NUMBERS ? count - at : GN_BLOCK_NUMBERS;
        gn_err err = gn_block_decode(r, some, out + at);
        if (err)
            return err;
    }
    ints_restore(&plan, count, out);
    return GN_OK;
}

/* A column of kinds 0 to 7. */
static gn_err ints_take_plain(struct gn_reader *r, uint8_t kind, uint32_t count, uint64_t *out)
{
    uint64_t same;
    if (kind > INTS_SMOOTH)
        return GN_ERR_CORRUPT;
    if (kind != INTS_SAME)
        return ints_take_predicted(r, kind, count, out);
    if (!ints_take_signed(r, &same))
        return GN_ERR_CORRUPT;
    for (uint32_t i = 0; i < count; i++)
        out[i] = same;
    return GN_OK;
}

static gn_err ints_take_inner(struct gn_reader *r, uint32_t count, uint64_t *out)
{
    uint8_t kind;
    if (!gn_take_u8(r, &kind))
        return GN_ERR_CORRUPT;
    return ints_take_plain(r, kind, count, out);
}

static gn_err ints_take_runs(struct gn_reader *r, uint32_t count, uint64_t *out)
{
    uint64_t numbers[GN_COLUMN_NUMBERS_MAX], lengths[GN_COLUMN_NUMBERS_MAX], runs;
    if (!gn_varint_take(r, &runs) || runs < 1 || runs > count)
        return GN_ERR_CORRUPT;
    gn_err err = ints_take_inner(r, (uint32_t)runs, numbers);
    if (!err)
        err = ints_take_inner(r, (uint32_t)runs, lengths);
    if (err)
        return err;
    uint32_t at = 0;
    for (uint32_t run = 0; run < runs; run++) {
        if (lengths[run] >= count - at)
            return GN_ERR_CORRUPT;
        for (uint64_t left = lengths[run] + 1; left > 0; left--)
            out[at++] = numbers[run];
        if (at == count)
            return run + 1 == runs ? GN_OK : GN_ERR_CORRUPT;
    }
    return GN_ERR_CORRUPT;
}

static gn_err ints_take_ranks(struct gn_reader *r, uint32_t count, uint64_t *out)
{
    uint64_t table[GN_COLUMN_NUMBERS_MAX], distinct;
    if (!gn_varint_take(r, &distinct) || distinct < 1 || distinct > count || !ints_take_signed(r, &table[0]))
        return GN_ERR_CORRUPT;
    gn_err err = distinct > 1 ? ints_take_inner(r, (uint32_t)distinct - 1, table + 1) : GN_OK;
    if (!err)
        err = ints_take_inner(r, count, out);
    if (err)
        return err;
    for (uint32_t i = 1; i < distinct; i++)
        table[i] += table[i - 1] + 1;
    uint64_t greatest = 0;
    for (uint32_t i = 0; i < count; i++)
        greatest = out[i] > greatest ? out[i] : greatest;
    if (greatest >= distinct)
        return GN_ERR_CORRUPT;
    for (uint32_t i = 0; i < count; i++)
        out[i] = table[out[i]];
    return GN_OK;
}

gn_err gn_ints_decode(struct gn_reader *r, uint32_t count, int64_t *out)
{
    assert(count >= 1 && count <= GN_COLUMN_NUMBERS_MAX);
    uint64_t *v = (uint64_t *)out;
    uint8_t kind;
    if (!gn_take_u8(r, &kind))
        return GN_ERR_CORRUPT;
    if (kind == INTS_RUNS)
        return ints_take_runs(r, count, v);
    if (kind == INTS_RANKS)
        return ints_take_ranks(r, count, v);
    return ints_take_plain(r, kind, count, v);
}
