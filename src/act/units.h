/* SPDX-License-Identifier: Apache-2.0 */
/* act/units.h -- numbers as people write them in a rule: "90 %", "1.5 bar", "80 °C".
 *
 *      value in base unit = (value + offset) * factor         one row a unit, one base unit a dimension
 *
 * A unit nobody listed ("pieces", "pH") is fine: it only ever equals itself. Within a dimension values are
 * converted (bar and kPa, °C and °F, MiB and GB); across dimensions that is refused, so a rule cannot compare
 * a temperature with a pressure. Pure functions. */
#ifndef GN_ACT_UNITS_H
#define GN_ACT_UNITS_H

#include "base/bytes.h"

/* "90 %" -> 90 and "%"; "90" -> 90 and the empty unit. The unit borrows from `text`. INVAL: no number in front,
 * or a unit longer than GN_UNIT_BYTES_MAX. */
GN_MUST_USE gn_err gn_quantity_parse(gn_str text, double *out_value, gn_str *out_unit);

/* INVAL when the two do not measure the same. */
GN_MUST_USE gn_err gn_unit_convert(double value, gn_str from, gn_str to, double *out);

/* Other units a value given in `unit` may be written in: "bar" -> "Pa, hPa, kPa". "" when it is not in the table.
 * Static text. */
const char *gn_unit_relatives(gn_str unit);

#endif
