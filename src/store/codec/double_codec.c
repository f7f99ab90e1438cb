/* SPDX-License-Identifier: Apache-2.0 */
#include "store/codec/double_codec.h"

#include <assert.h>
#include <math.h>

enum doubles_mode { DOUBLES_DECIMAL, DOUBLES_FLOAT, DOUBLES_BITS, DOUBLES_TABLE };
enum {
    DOUBLES_MODE = 3,
    DOUBLES_CORRECTED = 4,
    DOUBLES_HAS_EXCEPTIONS = 8,
    DOUBLES_NEGATIVE_ZEROES = 16,
    DOUBLES_DIGITS_MAX = 15,
    DOUBLES_CORRECTION_MAX = 64,
    DOUBLES_FLOAT_ZEROES = 29, /* low bits of a double that has been a float */
    DOUBLES_SAMPLE = 32,
    DOUBLES_FEW = 32,     /* one exception in so many is not worth a thought */
    DOUBLES_BEARABLE = 4, /* one in so many is still better than bits */
};

static const double doubles_pow10[DOUBLES_DIGITS_MAX + 1] = { 1,   10,  100,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                              1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
/* Below 2^51, adding 1.5 * 2^52 rounds to a whole number, which then stands in the low bits. */
static const double doubles_whole_max = 2251799813685248.0;
static const double doubles_magic = 6755399441055744.0;

static uint64_t doubles_bits(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static double doubles_from_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* --- whole / 10^digits and back -------------------------------------------------------------------- */

/* The whole number nearest to v * 10^digits, and what must be added to the bits of whole / 10^digits to have v. */
static inline uint64_t doubles_whole(double v, double scale, int64_t *out_whole)
{
    double scaled = v * scale;
    scaled = fabs(scaled) < doubles_whole_max ? scaled : 0.0; /* NaN too */
    const double shifted = scaled + doubles_magic;
    *out_whole = (int64_t)(doubles_bits(shifted) - doubles_bits(doubles_magic));
    return doubles_bits(v) - doubles_bits((shifted - doubles_magic) / scale);
}

static inline uint64_t doubles_whole_float(double v, double scale, int64_t *out_whole)
{
    double scaled = v * scale;
    scaled = fabs(scaled) < doubles_whole_max ? scaled : 0.0;
    const double shifted = scaled + doubles_magic;
    *out_whole = (int64_t)(doubles_bits(shifted) - doubles_bits(doubles_magic));
    return doubles_bits(v) - doubles_bits((double)(float)((shifted - doubles_magic) / scale));
}

static inline double doubles_value(int64_t whole, double scale)
{
    return (doubles_from_bits((uint64_t)whole + doubles_bits(doubles_magic)) - doubles_magic) / scale;
}

static bool doubles_is_small(uint64_t correction)
{
    return correction + DOUBLES_CORRECTION_MAX <= 2 * DOUBLES_CORRECTION_MAX;
}

/* Some units in the last place off a double that has been a float: its text may have lost a digit. */
static bool doubles_is_near_float(double v)
{
    const uint64_t low = doubles_bits(v) + DOUBLES_CORRECTION_MAX;
    return (low & ((UINT64_C(1) << DOUBLES_FLOAT_ZEROES) - 1)) <= 2 * DOUBLES_CORRECTION_MAX;
}

/* --- choosing -------------------------------------------------------------------------------------- */

struct doubles_plan {
    enum doubles_mode mode;
    uint8_t digits;
};

/* The fewest digits with which all but a few of the sample are right, or nearly so. */
static bool doubles_find_digits(const double *sample, uint32_t count, bool as_float, uint8_t *out_digits)
{
    for (uint8_t digits = 0; digits <= DOUBLES_DIGITS_MAX; digits++) {
        const double scale = doubles_pow10[digits];
        uint32_t wrong = 0;
        for (uint32_t i = 0; i < count && wrong <= count / 10; i++) {
            int64_t whole;
            const uint64_t off =
                as_float ? doubles_whole_float(sample[i], scale, &whole) : doubles_whole(sample[i], scale, &whole);
            /* With 44 bits or more, numbers that lie this near are everywhere. */
            const bool near = doubles_is_small(off) && whole >> 44 == whole >> 63;
            wrong += off != 0 && !near;
        }
        if (wrong <= count / 10) {
            *out_digits = digits;
            return true;
        }
    }
    return false;
}

/* False: best kept as bits. What is not a number is an exception anyway, and says nothing of digits. */
static bool doubles_choose(const double *values, uint32_t count, struct doubles_plan *out)
{
    double sample[DOUBLES_SAMPLE];
    const uint32_t some = count < DOUBLES_SAMPLE ? count : DOUBLES_SAMPLE;
    uint32_t found = 0;
    bool are_floats = true;
    for (uint32_t i = 0; i < some; i++) {
        const double v = values[(uint64_t)i * count / some];
        if (!isfinite(v))
            continue;
        sample[found++] = v + 0.0; /* -0.0 is looked after */
        are_floats = are_floats && doubles_is_near_float(v);
    }
    *out = (struct doubles_plan){ .mode = are_floats ? DOUBLES_FLOAT : DOUBLES_DECIMAL };
    return found > 0 && doubles_find_digits(sample, found, are_floats, &out->digits);
}

/* --- writing --------------------------------------------------------------------------------------- */

static size_t doubles_put_bits(const double *values, uint32_t count, uint8_t *out)
{
    int64_t numbers[GN_COLUMN_NUMBERS_MAX];
    uint64_t all = 0;
    for (uint32_t i = 0; i < count; i++)
        all |= doubles_bits(values[i]);
    const uint32_t zeroes = all == 0 ? 0 : (uint32_t)__builtin_ctzll(all);
    for (uint32_t i = 0; i < count; i++) {
        const int64_t bits = (int64_t)doubles_bits(values[i]);
        numbers[i] = (bits ^ ((bits >> 63) & INT64_MAX)) >> zeroes;
    }
    out[0] = DOUBLES_BITS;
    out[1] = (uint8_t)zeroes;
    return 2 + gn_ints_encode(numbers, count, out + 2);
}

struct doubles_split {
    int64_t wholes[GN_COLUMN_NUMBERS_MAX];
    int64_t corrections[GN_COLUMN_NUMBERS_MAX];
    int64_t places[GN_COLUMN_NUMBERS_MAX]; /* of exceptions */
    uint32_t exceptions;
    bool corrected;
    bool negative_zeroes;
};

static bool doubles_is_negative_zero(double v)
{
    return doubles_bits(v) == UINT64_C(1) << 63;
}

/* What has no whole number takes the one before; at the front, the first there is. */
static void doubles_except(const double *values, uint32_t count, struct doubles_split *to)
{
    int64_t before = 0;
    for (uint32_t i = count; i-- > 0;)
        before = doubles_is_small((uint64_t)to->corrections[i]) ? to->wholes[i] : before;
    for (uint32_t i = 0; i < count; i++) {
        if (!doubles_is_small((uint64_t)to->corrections[i])) {
            to->corrections[i] = 0;
            to->wholes[i] = before;
            if (doubles_is_negative_zero(values[i])) {
                to->wholes[i] = 0;
                to->negative_zeroes = true;
            } else {
                to->places[to->exceptions++] = i;
            }
        }
        before = to->wholes[i];
        to->corrected = to->corrected || to->corrections[i] != 0;
    }
    for (uint32_t i = 0; to->negative_zeroes && i < count; i++)
        to->wholes[i] -= to->wholes[i] < 0 || doubles_is_negative_zero(values[i]);
}

static void doubles_split(const double *values, uint32_t count, const struct doubles_plan *plan,
                          struct doubles_split *to)
{
    const double scale = doubles_pow10[plan->digits];
    uint64_t any = 0;
    uint32_t wrong = 0;
    if (plan->mode == DOUBLES_FLOAT) {
        for (uint32_t i = 0; i < count; i++)
            to->corrections[i] = (int64_t)doubles_whole_float(values[i], scale, &to->wholes[i]);
    } else {
        for (uint32_t i = 0; i < count; i++)
            to->corrections[i] = (int64_t)doubles_whole(values[i], scale, &to->wholes[i]);
    }
    for (uint32_t i = 0; i < count; i++)
        any |= (uint64_t)to->corrections[i];
    for (uint32_t i = 0; any != 0 && i < count; i++)
        wrong += !doubles_is_small((uint64_t)to->corrections[i]);
    to->exceptions = 0;
    to->negative_zeroes = false;
    to->corrected = wrong == 0 && any != 0;
    if (wrong > 0)
        doubles_except(values, count, to);
}

static size_t doubles_put_split(const double *values, uint32_t count, const struct doubles_plan *plan,
                                const struct doubles_split *split, uint8_t *out)
{
    uint8_t *to = out + 2;
    out[0] = (uint8_t)(plan->mode | (split->corrected ? DOUBLES_CORRECTED : 0) |
                       (split->exceptions > 0 ? DOUBLES_HAS_EXCEPTIONS : 0) |
                       (split->negative_zeroes ? DOUBLES_NEGATIVE_ZEROES : 0));
    out[1] = plan->digits;
    to += gn_ints_encode(split->wholes, count, to);
    if (split->corrected)
        to += gn_ints_encode(split->corrections, count, to);
    if (split->exceptions == 0)
        return (size_t)(to - out);
    int64_t bits[GN_COLUMN_NUMBERS_MAX];
    for (uint32_t i = 0; i < split->exceptions; i++)
        bits[i] = (int64_t)doubles_bits(values[split->places[i]]);
    to = gn_varint_put(to, split->exceptions);
    to += gn_ints_encode(split->places, split->exceptions, to);
    to += gn_ints_encode(bits, split->exceptions, to);
    return (size_t)(to - out);
}

/* 0: the same whole number has different corrections, or a table cannot pay. */
static size_t doubles_put_table(const double *values, uint32_t count, const struct doubles_plan *plan,
                                struct doubles_split *split, uint8_t *out)
{
    struct gn_ranks found;
    double table[GN_COLUMN_NUMBERS_MAX];
    if (!gn_ranks_find(split->wholes, count, &found))
        return 0;
    for (uint32_t i = count; i-- > 0;)
        table[found.ranks[i]] = values[i];
    for (uint32_t i = 0; i < count; i++)
        if (doubles_bits(table[found.ranks[i]]) != doubles_bits(values[i]))
            return 0;
    uint8_t *to = out;
    *to++ = DOUBLES_TABLE;
    to = gn_varint_put(to, found.distinct);
    doubles_split(table, found.distinct, plan, split);
    to += doubles_put_split(table, found.distinct, plan, split, to);
    to += gn_ints_encode((const int64_t *)found.ranks, count, to);
    return (size_t)(to - out);
}

size_t gn_doubles_encode(const double *values, uint32_t count, uint8_t *out)
{
    assert(count >= 1 && count <= GN_COLUMN_NUMBERS_MAX);
    struct doubles_split split;
    struct doubles_plan plan;
    bool decimal = doubles_choose(values, count, &plan);
    while (decimal) {
        doubles_split(values, count, &plan, &split);
        if (split.corrected && split.exceptions == 0) {
            const size_t size = doubles_put_table(values, count, &plan, &split, out);
            if (size > 0)
                return size;
        }
        if (split.exceptions <= count / DOUBLES_FEW)
            return doubles_put_split(values, count, &plan, &split, out);
        /* The sample has missed those that need more digits. */
        const double first = values[split.places[0]];
        const uint8_t before = plan.digits;
        decimal = doubles_find_digits(&first, 1, plan.mode == DOUBLES_FLOAT, &plan.digits) && plan.digits > before;
        if (!decimal && split.exceptions <= count / DOUBLES_BEARABLE) {
            plan.digits = before;
            return doubles_put_split(values, count, &plan, &split, out);
        }
    }
    return doubles_put_bits(values, count, out);
}

/* --- reading --------------------------------------------------------------------------------------- */

static gn_err doubles_take_bits(struct gn_reader *r, uint32_t count, uint8_t zeroes, double *out)
{
    int64_t numbers[GN_COLUMN_NUMBERS_MAX];
    if (zeroes > 63)
        return GN_ERR_CORRUPT;
    gn_err err = gn_ints_decode(r, count, numbers);
    if (err)
        return err;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t number = (uint64_t)numbers[i] << zeroes;
        const uint64_t negative = 0 - (number >> 63);
        out[i] = doubles_from_bits(number ^ ((negative & INT64_MAX) >> zeroes << zeroes));
    }
    return GN_OK;
}

static gn_err doubles_take_exceptions(struct gn_reader *r, uint32_t count, double *out)
{
    int64_t places[GN_COLUMN_NUMBERS_MAX], bits[GN_COLUMN_NUMBERS_MAX];
    uint64_t exceptions;
    if (!gn_varint_take(r, &exceptions) || exceptions < 1 || exceptions > count)
        return GN_ERR_CORRUPT;
    gn_err err = gn_ints_decode(r, (uint32_t)exceptions, places);
    if (!err)
        err = gn_ints_decode(r, (uint32_t)exceptions, bits);
    for (uint32_t i = 0; !err && i < exceptions; i++) {
        if (places[i] < 0 || places[i] >= count || (i > 0 && places[i] <= places[i - 1]))
            return GN_ERR_CORRUPT;
        out[places[i]] = doubles_from_bits((uint64_t)bits[i]);
    }
    return err;
}

static void doubles_join(const int64_t *wholes, uint32_t count, uint8_t how, double scale, double *out)
{
    const bool as_float = (how & DOUBLES_MODE) == DOUBLES_FLOAT;
    if (how & DOUBLES_NEGATIVE_ZEROES) { /* -1 is -0.0, -2 is -1, ... */
        for (uint32_t i = 0; i < count; i++) {
            const double v = copysign(doubles_value(wholes[i] + (wholes[i] < 0), scale), wholes[i] < 0 ? -1.0 : 1.0);
            out[i] = as_float ? (double)(float)v : v;
        }
    } else if (as_float) {
        for (uint32_t i = 0; i < count; i++)
            out[i] = (double)(float)doubles_value(wholes[i], scale);
    } else {
        for (uint32_t i = 0; i < count; i++)
            out[i] = doubles_value(wholes[i], scale);
    }
}

static gn_err doubles_take_split(struct gn_reader *r, uint8_t how, uint32_t count, double *out)
{
    int64_t wholes[GN_COLUMN_NUMBERS_MAX];
    uint8_t digits;
    if (how >= 2 * DOUBLES_NEGATIVE_ZEROES || (how & DOUBLES_MODE) > DOUBLES_BITS || !gn_take_u8(r, &digits))
        return GN_ERR_CORRUPT;
    if (how == DOUBLES_BITS)
        return doubles_take_bits(r, count, digits, out);
    if ((how & DOUBLES_MODE) > DOUBLES_FLOAT || digits > DOUBLES_DIGITS_MAX)
        return GN_ERR_CORRUPT;
    gn_err err = gn_ints_decode(r, count, wholes);
    if (err)
        return err;
    doubles_join(wholes, count, how, doubles_pow10[digits], out);
    if (how & DOUBLES_CORRECTED) {
        err = gn_ints_decode(r, count, wholes);
        for (uint32_t i = 0; !err && i < count; i++)
            out[i] = doubles_from_bits(doubles_bits(out[i]) + (uint64_t)wholes[i]);
    }
    if (!err && how & DOUBLES_HAS_EXCEPTIONS)
        err = doubles_take_exceptions(r, count, out);
    return err;
}

static gn_err doubles_take_table(struct gn_reader *r, uint32_t count, double *out)
{
    double table[GN_COLUMN_NUMBERS_MAX];
    uint64_t ranks[GN_COLUMN_NUMBERS_MAX], distinct, greatest = 0;
    uint8_t how;
    if (!gn_varint_take(r, &distinct) || distinct < 1 || distinct > count || !gn_take_u8(r, &how))
        return GN_ERR_CORRUPT;
    gn_err err = doubles_take_split(r, how, (uint32_t)distinct, table);
    if (!err)
        err = gn_ints_decode(r, count, (int64_t *)ranks);
    if (err)
        return err;
    for (uint32_t i = 0; i < count; i++)
        greatest = ranks[i] > greatest ? ranks[i] : greatest;
    if (greatest >= distinct)
        return GN_ERR_CORRUPT;
    for (uint32_t i = 0; i < count; i++)
        out[i] = table[ranks[i]];
    return GN_OK;
}

gn_err gn_doubles_decode(struct gn_reader *r, uint32_t count, double *out)
{
    assert(count >= 1 && count <= GN_COLUMN_NUMBERS_MAX);
    uint8_t how;
    if (!gn_take_u8(r, &how))
        return GN_ERR_CORRUPT;
    return how == DOUBLES_TABLE ? doubles_take_table(r, count, out) : doubles_take_split(r, how, count, out);
}
