/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include "cli/rows.h"

static const struct gn_command *const commands_table[] = {
    &gn_command_run,
    &gn_command_agent,
    &gn_command_agent_disturb,
    &gn_command_things,
    &gn_command_things_add,
    &gn_command_things_show,
    &gn_command_things_token,
    &gn_command_things_certificate,
    &gn_command_things_describe,
    &gn_command_things_twin,
    &gn_command_things_set,
    &gn_command_things_do,
    &gn_command_things_revoke,
    &gn_command_things_discovered,
    &gn_command_things_adopt,
    &gn_command_things_ignore,
    &gn_command_ca,
    &gn_command_readings,
    &gn_command_align,
    &gn_command_sql,
    &gn_command_findings,
    &gn_command_alarms,
    &gn_command_decisions,
    &gn_command_actions,
    &gn_command_receipts,
    &gn_command_why,
    &gn_command_approve,
    &gn_command_reject,
    &gn_command_rules,
    &gn_command_replay,
    &gn_command_backup,
    &gn_command_restore,
    &gn_command_check,
    &gn_command_eval,
    &gn_command_status,
    &gn_command_version,
    &gn_command_help,
};

const struct gn_command *const *gn_commands(size_t *out_count)
{
    *out_count = sizeof commands_table / sizeof commands_table[0];
    return commands_table;
}

const struct gn_command *gn_commands_find(int argc, const char *const *argv, int *out_took)
{
    const struct gn_command *found = NULL;
    for (size_t i = 0; argc > 0 && i < sizeof commands_table / sizeof commands_table[0]; i++) {
        gn_str second = { NULL, 0 };
        const gn_str first = gn_str_split(gn_str_of(commands_table[i]->name), ' ', &second);
        if (!gn_str_equal(first, gn_str_of(argv[0])))
            continue;
        if (second.size == 0 && found == NULL) {
            found = commands_table[i];
            *out_took = 1;
        } else if (second.size > 0 && argc > 1 && gn_str_equal(second, gn_str_of(argv[1]))) {
            found = commands_table[i];
            *out_took = 2;
        }
    }
    return found;
}
