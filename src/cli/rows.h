/* SPDX-License-Identifier: Apache-2.0 */
/* cli/rows.h -- the rows that the files cmd_*.c export. commands.c puts them in order. */
#ifndef GN_CLI_ROWS_H
#define GN_CLI_ROWS_H

#include "cli/command.h"

extern const struct gn_command gn_command_actions;
extern const struct gn_command gn_command_agent;
extern const struct gn_command gn_command_agent_disturb;
extern const struct gn_command gn_command_alarms;
extern const struct gn_command gn_command_align;
extern const struct gn_command gn_command_approve;
extern const struct gn_command gn_command_backup;
extern const struct gn_command gn_command_ca;
extern const struct gn_command gn_command_check;
extern const struct gn_command gn_command_decisions;
extern const struct gn_command gn_command_eval;
extern const struct gn_command gn_command_findings;
extern const struct gn_command gn_command_help;
extern const struct gn_command gn_command_readings;
extern const struct gn_command gn_command_receipts;
extern const struct gn_command gn_command_reject;
extern const struct gn_command gn_command_replay;
extern const struct gn_command gn_command_restore;
extern const struct gn_command gn_command_rules;
extern const struct gn_command gn_command_run;
extern const struct gn_command gn_command_sql;
extern const struct gn_command gn_command_status;
extern const struct gn_command gn_command_things;
extern const struct gn_command gn_command_things_add;
extern const struct gn_command gn_command_things_certificate;
extern const struct gn_command gn_command_things_adopt;
extern const struct gn_command gn_command_things_describe;
extern const struct gn_command gn_command_things_do;
extern const struct gn_command gn_command_things_set;
extern const struct gn_command gn_command_things_twin;
extern const struct gn_command gn_command_things_discovered;
extern const struct gn_command gn_command_things_ignore;
extern const struct gn_command gn_command_things_revoke;
extern const struct gn_command gn_command_things_show;
extern const struct gn_command gn_command_things_token;
extern const struct gn_command gn_command_version;
extern const struct gn_command gn_command_why;

#endif
