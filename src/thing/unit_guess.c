/* SPDX-License-Identifier: Apache-2.0 */
#include "thing/unit_guess.h"

#include <math.h>
#include <stdio.h>
#include <strings.h>

struct guess_row {
    const char *word;
    const char *unit;
    double low, high; /* where its values lie, or both 0: the name is enough */
};

/* The first row whose word is in the name and whose range holds the values. */
static const struct guess_row guess_rows[] = {
    { "temperature", "°C", -60, 150 },
    { "temperature", "K", 200, 2000 },
    { "temp", "°C", -60, 150 },
    { "dewpoint", "°C", -60, 60 },
    { "humidity", "%", 0, 100 },
    { "moisture", "%", 0, 100 },
    { "battery", "%", 0, 100 },
    { "pressure", "hPa", 850, 1100 },
    { "pressure", "bar", 0, 400 },
    { "pressure", "Pa", 50000, 200000 },
    { "energy", "kWh", 0, 0 },
    { "apparentpower", "VA", 0, 0 },
    { "reactivepower", "var", 0, 0 },
    { "power", "W", 0, 0 },
    { "voltage", "mV", 500, 6000 },
    { "voltage", "V", 0, 1000 },
    { "current", "A", -1000, 1000 },
    { "frequency", "Hz", 0, 0 },
    { "illuminance", "lx", 0, 0 },
    { "lux", "lx", 0, 0 },
    { "co2", "ppm", 200, 20000 },
    { "pm25", "µg/m³", 0, 2000 },
    { "rssi", "dBm", -130, 0 },
    { "linkquality", "lqi", 0, 255 },
    { "rpm", "rpm", 0, 0 },
    { "percent", "%", 0, 100 },
    { "level", "%", 0, 100 },
    { "uptime", "s", 0, 0 },
};

static bool guess_has(gn_str name, const char *word)
{
    const size_t size = strlen(word);
    for (size_t i = 0; i + size <= name.size; i++)
        if (strncasecmp(name.at + i, word, size) == 0)
            return true;
    return false;
}

/* "ENERGY.Power" is a power, not an energy: what stands last counts. */
static gn_str guess_tail(gn_str name)
{
    size_t first = name.size;
    while (first > 0 && name.at[first - 1] != '.')
        first--;
    return (gn_str){ name.at + first, name.size - first };
}

struct gn_unit_guess gn_unit_guess(gn_str name, double low, double high)
{
    struct gn_unit_guess guess = { .unit = "" };
    name = guess_tail(name);
    for (size_t i = 0; i < sizeof guess_rows / sizeof guess_rows[0]; i++) {
        const struct guess_row *row = &guess_rows[i];
        const bool any = row->low == 0 && row->high == 0;
        if (!guess_has(name, row->word))
            continue;
        if (!any && !isnan(low) && (low < row->low || high > row->high))
            continue;
        guess.unit = row->unit;
        (void)snprintf(guess.reason, sizeof guess.reason,
                       any || isnan(low) ? "its name has '%s'" : "its name has '%s', and its values look like %s",
                       row->word, row->unit);
        return guess;
    }
    return guess;
}
