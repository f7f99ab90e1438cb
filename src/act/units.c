/* SPDX-License-Identifier: Apache-2.0 */
#include "act/units.h"

#include <math.h>

#include "base/limits.h"

typedef enum unit_dimension {
    UNIT_TEMPERATURE,
    UNIT_TIME,
    UNIT_DATA,
    UNIT_DATA_RATE,
    UNIT_PRESSURE,
    UNIT_LENGTH,
    UNIT_SPEED,
    UNIT_FREQUENCY,
    UNIT_POWER,
    UNIT_ENERGY,
    UNIT_VOLTAGE,
    UNIT_CURRENT,
    UNIT_VOLUME,
    UNIT_FLOW,
    UNIT_MASS,
    UNIT_DIMENSION_COUNT
} unit_dimension;

struct unit_row {
    const char *name;
    unit_dimension dimension;
    double factor;
    double offset; /* added before the factor; only temperatures have one */
};

static const struct unit_row unit_table[] = {
    { "K", UNIT_TEMPERATURE, 1.0, 0.0 },
    { "°C", UNIT_TEMPERATURE, 1.0, 273.15 },
    { "°F", UNIT_TEMPERATURE, 5.0 / 9.0, 459.67 },
    { "us", UNIT_TIME, 1e-6, 0.0 },
    { "µs", UNIT_TIME, 1e-6, 0.0 },
    { "ms", UNIT_TIME, 1e-3, 0.0 },
    { "s", UNIT_TIME, 1.0, 0.0 },
    { "min", UNIT_TIME, 60.0, 0.0 },
    { "h", UNIT_TIME, 3600.0, 0.0 },
    { "d", UNIT_TIME, 86400.0, 0.0 },
    { "B", UNIT_DATA, 1.0, 0.0 },
    { "kB", UNIT_DATA, 1e3, 0.0 },
    { "MB", UNIT_DATA, 1e6, 0.0 },
    { "GB", UNIT_DATA, 1e9, 0.0 },
    { "KiB", UNIT_DATA, 1024.0, 0.0 },
    { "MiB", UNIT_DATA, 1048576.0, 0.0 },
    { "GiB", UNIT_DATA, 1073741824.0, 0.0 },
    { "B/s", UNIT_DATA_RATE, 1.0, 0.0 },
    { "kB/s", UNIT_DATA_RATE, 1e3, 0.0 },
    { "MB/s", UNIT_DATA_RATE, 1e6, 0.0 },
    { "KiB/s", UNIT_DATA_RATE, 1024.0, 0.0 },
    { "MiB/s", UNIT_DATA_RATE, 1048576.0, 0.0 },
    { "GiB/s", UNIT_DATA_RATE, 1073741824.0, 0.0 },
    { "Pa", UNIT_PRESSURE, 1.0, 0.0 },
    { "hPa", UNIT_PRESSURE, 1e2, 0.0 },
    { "mbar", UNIT_PRESSURE, 1e2, 0.0 },
    { "kPa", UNIT_PRESSURE, 1e3, 0.0 },
    { "bar", UNIT_PRESSURE, 1e5, 0.0 },
    { "MPa", UNIT_PRESSURE, 1e6, 0.0 },
    { "psi", UNIT_PRESSURE, 6894.757293168361, 0.0 },
    { "mm", UNIT_LENGTH, 1e-3, 0.0 },
    { "cm", UNIT_LENGTH, 1e-2, 0.0 },
    { "m", UNIT_LENGTH, 1.0, 0.0 },
    { "km", UNIT_LENGTH, 1e3, 0.0 },
    { "mm/s", UNIT_SPEED, 1e-3, 0.0 },
    { "m/s", UNIT_SPEED, 1.0, 0.0 },
    { "km/h", UNIT_SPEED, 1.0 / 3.6, 0.0 },
    { "1/s", UNIT_FREQUENCY, 1.0, 0.0 },
    { "Hz", UNIT_FREQUENCY, 1.0, 0.0 },
    { "kHz", UNIT_FREQUENCY, 1e3, 0.0 },
    { "MHz", UNIT_FREQUENCY, 1e6, 0.0 },
    { "1/min", UNIT_FREQUENCY, 1.0 / 60.0, 0.0 },
    { "rpm", UNIT_FREQUENCY, 1.0 / 60.0, 0.0 },
    { "W", UNIT_POWER, 1.0, 0.0 },
    { "kW", UNIT_POWER, 1e3, 0.0 },
    { "MW", UNIT_POWER, 1e6, 0.0 },
    { "J", UNIT_ENERGY, 1.0, 0.0 },
    { "kJ", UNIT_ENERGY, 1e3, 0.0 },
    { "Wh", UNIT_ENERGY, 3600.0, 0.0 },
    { "kWh", UNIT_ENERGY, 3.6e6, 0.0 },
    { "MWh", UNIT_ENERGY, 3.6e9, 0.0 },
    { "mV", UNIT_VOLTAGE, 1e-3, 0.0 },
    { "V", UNIT_VOLTAGE, 1.0, 0.0 },
    { "kV", UNIT_VOLTAGE, 1e3, 0.0 },
    { "mA", UNIT_CURRENT, 1e-3, 0.0 },
    { "A", UNIT_CURRENT, 1.0, 0.0 },
    { "l", UNIT_VOLUME, 1e-3, 0.0 },
    { "m³", UNIT_VOLUME, 1.0, 0.0 },
    { "l/s", UNIT_FLOW, 1e-3, 0.0 },
    { "l/min", UNIT_FLOW, 1e-3 / 60.0, 0.0 },
    { "l/h", UNIT_FLOW, 1e-3 / 3600.0, 0.0 },
    { "m³/h", UNIT_FLOW, 1.0 / 3600.0, 0.0 },
    { "g", UNIT_MASS, 1e-3, 0.0 },
    { "kg", UNIT_MASS, 1.0, 0.0 },
    { "t", UNIT_MASS, 1e3, 0.0 },
};

enum { UNIT_COUNT = sizeof unit_table / sizeof unit_table[0] };

static const char *const unit_family[UNIT_DIMENSION_COUNT] = {
    [UNIT_TEMPERATURE] = "K, °C, °F",
    [UNIT_TIME] = "us, ms, s, min, h, d",
    [UNIT_DATA] = "B, kB, MB, GB, KiB, MiB, GiB",
    [UNIT_DATA_RATE] = "B/s, kB/s, MB/s, KiB/s, MiB/s, GiB/s",
    [UNIT_PRESSURE] = "Pa, hPa, mbar, kPa, bar, MPa, psi",
    [UNIT_LENGTH] = "mm, cm, m, km",
    [UNIT_SPEED] = "mm/s, m/s, km/h",
    [UNIT_FREQUENCY] = "1/s, Hz, kHz, MHz, 1/min, rpm",
    [UNIT_POWER] = "W, kW, MW",
    [UNIT_ENERGY] = "J, kJ, Wh, kWh, MWh",
    [UNIT_VOLTAGE] = "mV, V, kV",
    [UNIT_CURRENT] = "mA, A",
    [UNIT_VOLUME] = "l, m³",
    [UNIT_FLOW] = "l/s, l/min, l/h, m³/h",
    [UNIT_MASS] = "g, kg, t",
};

static const struct unit_row *unit_find(gn_str name)
{
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (gn_str_equal(name, gn_str_of(unit_table[i].name)))
            return &unit_table[i];
    }
    return NULL;
}

static bool unit_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes at the front that can be a decimal number. An 'e' belongs to it only with digits behind, so that a
 * unit may begin with an e. */
static size_t unit_number_size(gn_str text)
{
    size_t i = 0;
    while (i < text.size) {
        const char c = text.at[i];
        if (unit_is_digit(c) || c == '.' || ((c == '-' || c == '+') && i == 0)) {
            i++;
            continue;
        }
        if (c != 'e' && c != 'E')
            break;
        size_t next = i + 1;
        if (next < text.size && (text.at[next] == '-' || text.at[next] == '+'))
            next++;
        if (next >= text.size || !unit_is_digit(text.at[next]))
            break;
        i = next + 1;
        while (i < text.size && unit_is_digit(text.at[i]))
            i++;
        break;
    }
    return i;
}

gn_err gn_quantity_parse(gn_str text, double *out_value, gn_str *out_unit)
{
    const gn_str whole = gn_str_trim(text);
    const size_t size = unit_number_size(whole);
    double value = 0.0;
    if (size == 0 || gn_parse_f64((gn_str){ whole.at, size }, &value) != GN_OK)
        return GN_ERR_INVAL;
    const gn_str unit = gn_str_trim((gn_str){ whole.at + size, whole.size - size });
    if (unit.size > GN_UNIT_BYTES_MAX)
        return GN_ERR_INVAL;
    if (unit.size > 0 && (unit_is_digit(unit.at[0]) || memchr("+-.", unit.at[0], 3) != NULL))
        return GN_ERR_INVAL; /* "1-2", "1 2": no unit begins like a number */
    *out_value = value;
    *out_unit = unit;
    return GN_OK;
}

gn_err gn_unit_convert(double value, gn_str from, gn_str to, double *out)
{
    if (gn_str_equal(from, to)) {
        *out = value;
        return GN_OK;
    }
    const struct unit_row *const a = unit_find(from);
    const struct unit_row *const b = unit_find(to);
    if (a == NULL || b == NULL || a->dimension != b->dimension)
        return GN_ERR_INVAL;
    const double converted = (value + a->offset) * a->factor / b->factor - b->offset;
    if (!isfinite(converted))
        return GN_ERR_INVAL;
    *out = converted;
    return GN_OK;
}

const char *gn_unit_relatives(gn_str unit)
{
    const struct unit_row *const row = unit_find(unit);
    return row == NULL ? "" : unit_family[row->dimension];
}
