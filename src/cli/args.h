/* SPDX-License-Identifier: Apache-2.0 */
/* cli/args.h -- from argv to a struct gn_cli, and typed values out of its options.
 *
 * `--name value` and `--name=value` are the same; `--` ends the options; `-h` is `--help`. An option may be
 * given once. Every refusal is printed on cli->err with what was expected, and with the nearest known
 * word when one is near. */
#ifndef GN_CLI_ARGS_H
#define GN_CLI_ARGS_H

#include "cli/command.h"

/* Fills words, values, json and asks_help from what follows the command's name. False: it was refused,
 * and has been said. cli->command, out, err are set by the caller. Strings are borrowed from argv. */
bool gn_args_parse(struct gn_cli *cli, int argc, char **argv);

/* Each reads one option. Not given: *out stays as it is, true. Malformed: it is said, false. */
bool gn_args_u64(const struct gn_cli *cli, const char *option, uint64_t min, uint64_t max, uint64_t *out);
bool gn_args_f64(const struct gn_cli *cli, const char *option, double min, double max, double *out);
/* "90s", "5m", "250ms". */
bool gn_args_duration(const struct gn_cli *cli, const char *option, int64_t *out_ms);
/* RFC 3339, epoch milliseconds, or a duration: that long before now. */
bool gn_args_time(const struct gn_cli *cli, const char *option, int64_t *out_ms);
/* HOST:PORT, [IPv6]:PORT; port 0 to 65535 (0 only where `zero_port` allows it). The host without
 * brackets goes to `out_host`. */
bool gn_args_address(const struct gn_cli *cli, const char *option, const char *value, bool zero_port, char *out_host,
                     size_t host_capacity, uint16_t *out_port);

#endif
