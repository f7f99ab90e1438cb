/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

_Static_assert(FLT_EVAL_METHOD == 0, "one rounding an operation is what makes the first way exact");
_Static_assert(DBL_MANT_DIG == 53, "doubles are binary64");

__extension__ typedef unsigned __int128 number_u128;

enum { NUMBER_DIGITS_MAX = 19, NUMBER_POWER_MAX = 22, NUMBER_POWER_U64_MAX = 19, NUMBER_EXPONENT_MAX = 99999 };

static const double number_tens[NUMBER_POWER_MAX + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

struct number_parts {
    uint64_t digits; /* without the point; wrapped, and meaningless, when there are too many */
    int digit_count; /* leading zeros too */
    int power;       /* of ten */
    bool negative;
    const char *end;
};

static inline const char *number_eat_digits(const char *at, const char *end, uint64_t *digits)
{
    uint64_t sum = *digits;
    while (at < end) {
        const unsigned digit = (unsigned char)*at - (unsigned)'0';
        if (digit > 9)
            break;
        sum = sum * 10 + digit;
        at++;
    }
    *digits = sum;
    return at;
}

static const char *number_eat_exponent(const char *at, const char *end, int *out_exponent)
{
    bool negative = false;
    if (at < end && (*at == '-' || *at == '+')) {
        negative = *at == '-';
        at++;
    }
    const char *first = at;
    int exponent = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        if (exponent < NUMBER_EXPONENT_MAX)
            exponent = exponent * 10 + (*at - '0');
    *out_exponent = negative ? -exponent : exponent;
    return at > first ? at : NULL;
}

static bool number_split(gn_str text, gn_number_form form, struct number_parts *parts)
{
    const char *at = text.at;
    const char *end = text.at + (text.size <= GN_JSON_NUMBER_BYTES_MAX ? text.size : GN_JSON_NUMBER_BYTES_MAX + 1);
    if (at < end && (*at == '-' || (*at == '+' && form == GN_NUMBER_DECIMAL))) {
        parts->negative = *at == '-';
        at++;
    }
    const char *whole = at;
    at = number_eat_digits(at, end, &parts->digits);
    parts->digit_count = (int)(at - whole);
    if (at == whole || (form == GN_NUMBER_JSON && *whole == '0' && at - whole > 1))
        return false;
    if (at < end && *at == '.') {
        const char *fraction = ++at;
        at = number_eat_digits(at, end, &parts->digits);
        if (at == fraction)
            return false;
        parts->power = -(int)(at - fraction);
        parts->digit_count -= parts->power;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        int exponent = 0;
        at = number_eat_exponent(at + 1, end, &exponent);
        if (at == NULL)
            return false;
        parts->power += exponent;
    }
    parts->end = at;
    return at - text.at <= GN_JSON_NUMBER_BYTES_MAX;
}

static const uint64_t number_tens_u64[NUMBER_POWER_U64_MAX + 1] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

static double number_power_of_two(int power)
{
    const uint64_t bits = (uint64_t)(power + DBL_MAX_EXP - 1) << (DBL_MANT_DIG - 1);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* digits / 10^power. Both are shifted until their top bit is set; the quotient then has 63 or 64 bits, so what the
 * division leaves over can only matter as one sticky bit far below the 53 that stay. One `div` on x86-64. */
static double number_divide(uint64_t digits, int power)
{
    const uint64_t divisor = number_tens_u64[power];
    const int digits_shift = __builtin_clzll(digits);
    const int divisor_shift = __builtin_clzll(divisor);
    const number_u128 dividend = (number_u128)(digits << digits_shift) << 63;
    const uint64_t top = divisor << divisor_shift;
    uint64_t quotient = (uint64_t)(dividend / top);
    quotient |= (number_u128)quotient * top != dividend;
    return (double)quotient * number_power_of_two(divisor_shift - digits_shift - 63); /* only the first rounds */
}

/* Did the digits fit? Zeros in front of a long fraction do not count. */
static bool number_has_few_digits(const struct number_parts *parts, const char *at)
{
    int count = parts->digit_count;
    if (count <= NUMBER_DIGITS_MAX)
        return true;
    for (; at < parts->end && (*at < '1' || *at > '9'); at++) /* sign, zeros, point */
        count -= *at == '0';
    return count <= NUMBER_DIGITS_MAX;
}

static bool number_is_small(const struct number_parts *parts, double *out)
{
    if (parts->digits == 0) {
        *out = 0;
        return true;
    }
    if (parts->digits <= UINT64_C(1) << DBL_MANT_DIG && abs(parts->power) <= NUMBER_POWER_MAX) {
        const double digits = (double)parts->digits;
        *out = parts->power < 0 ? digits / number_tens[-parts->power] : digits * number_tens[parts->power];
        return true;
    }
    if (abs(parts->power) > NUMBER_POWER_U64_MAX)
        return false;
    *out = parts->power < 0 ? number_divide(parts->digits, -parts->power)
                            : (double)((number_u128)parts->digits * number_tens_u64[parts->power]);
    return true;
}

static double number_by_strtod(gn_str text)
{
    char copy[GN_JSON_NUMBER_BYTES_MAX + 1];
    memcpy(copy, text.at, text.size);
    copy[text.size] = '\0';
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* static in glibc and musl: free */
    const double value = strtod_l(copy, NULL, c_locale);
    freelocale(c_locale);
    return value;
}

gn_err gn_number_scan(gn_str text, gn_number_form form, double *out, size_t *out_size)
{
    struct number_parts parts = { 0 };
    if (text.size == 0 || !number_split(text, form, &parts))
        return GN_ERR_INVAL;
    const size_t size = (size_t)(parts.end - text.at);
    double value;
    if (!number_has_few_digits(&parts, text.at) || !number_is_small(&parts, &value)) {
        value = fabs(number_by_strtod((gn_str){ text.at, size }));
        if (!isfinite(value))
            return GN_ERR_INVAL;
    }
    *out = parts.negative ? -value : value;
    *out_size = size;
    return GN_OK;
}
