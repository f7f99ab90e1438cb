/* SPDX-License-Identifier: Apache-2.0 */
/* thing/unit_guess.h -- which unit a property most likely has, from its name and its usual range, with the reason.
 *
 *   "Soil_temperature" 12..31  ─▶  "°C", "its name has 'temperature'"
 *   "barometer.pressure" 990..1020  ─▶  "hPa", "its name has 'pressure', and its values look like hPa"
 *
 * A guess is only ever shown to a person. Pure; one small table. */
#ifndef GN_THING_UNIT_GUESS_H
#define GN_THING_UNIT_GUESS_H

#include "base/bytes.h"

struct gn_unit_guess {
    const char *unit; /* "" = no idea */
    char reason[96];
};

/* `low` and `high`: its usual range; both NaN when there is none. */
struct gn_unit_guess gn_unit_guess(gn_str name, double low, double high);

#endif
