/* SPDX-License-Identifier: Apache-2.0 */
#include "node/commands.h"

#include <errno.h>
#include <time.h>

enum { COMMAND_NEW, COMMAND_RAN, COMMAND_DONE };

void gn_commands_init(struct gn_commands *commands, void (*notify)(void *ctx), void *notify_ctx)
{
    pthread_condattr_t attributes;
    memset(commands, 0, sizeof *commands);
    pthread_mutex_init(&commands->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); /* a stepping wall clock must not cut the wait */
    pthread_cond_init(&commands->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    commands->notify = notify;
    commands->notify_ctx = notify_ctx;
}

void gn_commands_fini(struct gn_commands *commands)
{
    pthread_cond_destroy(&commands->changed);
    pthread_mutex_destroy(&commands->mutex);
}

static void commands_remove_lkd(struct gn_commands *commands, const struct gn_command *command)
{
    for (size_t i = 0; i < commands->count; i++) {
        if (commands->waiting[i] != command)
            continue;
        memmove(&commands->waiting[i], &commands->waiting[i + 1],
                (commands->count - i - 1) * sizeof commands->waiting[0]);
        commands->count--;
        return;
    }
}

static struct timespec commands_deadline(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at); /* tidy:allow banned a deadline for a wait, not a time of data */
    at.tv_sec += GN_COMMAND_TIMEOUT_MS / 1000;
    return at;
}

gn_err gn_commands_do(struct gn_commands *commands, struct gn_command *command)
{
    const struct timespec deadline = commands_deadline();
    command->stage = COMMAND_NEW;
    command->result = GN_OK;
    pthread_mutex_lock(&commands->mutex);
    gn_err err = commands->closed ? GN_ERR_CLOSED
                 : commands->count == GN_COMMANDS_WAITING_MAX ? GN_ERR_FULL : GN_OK;
    if (err == GN_OK) {
        commands->waiting[commands->count++] = command;
        commands->notify(commands->notify_ctx);
        while (command->stage != COMMAND_DONE && !commands->closed)
            if (pthread_cond_timedwait(&commands->changed, &commands->mutex, &deadline) == ETIMEDOUT)
                break;
        if (command->stage == COMMAND_DONE)
            err = command->result;
        else
            err = commands->closed ? GN_ERR_CLOSED : GN_ERR_AGAIN;
        commands_remove_lkd(commands, command);
    }
    pthread_mutex_unlock(&commands->mutex);
    return err;
}

static void commands_finish_lkd(struct gn_commands *commands, struct gn_command *command, gn_err result)
{
    command->result = result;
    command->stage = COMMAND_DONE;
    pthread_cond_broadcast(&commands->changed);
}

bool gn_commands_run(struct gn_commands *commands, struct gn_intake_core *intake)
{
    bool left = false;
    pthread_mutex_lock(&commands->mutex);
    for (size_t i = 0; i < commands->count; i++) {
        struct gn_command *command = commands->waiting[i];
        if (command->stage != COMMAND_NEW)
            continue;
        const gn_err err = command->run(command, intake, &command->token);
        if (err == GN_ERR_AGAIN)
            left = true;
        else if (err != GN_OK)
            commands_finish_lkd(commands, command, err);
        else
            command->stage = COMMAND_RAN;
    }
    pthread_mutex_unlock(&commands->mutex);
    return left;
}

void gn_commands_durable(struct gn_commands *commands, uint64_t position)
{
    pthread_mutex_lock(&commands->mutex);
    for (size_t i = 0; i < commands->count; i++)
        if (commands->waiting[i]->stage == COMMAND_RAN && commands->waiting[i]->token <= position)
            commands_finish_lkd(commands, commands->waiting[i], GN_OK);
    pthread_mutex_unlock(&commands->mutex);
}

void gn_commands_close(struct gn_commands *commands)
{
    pthread_mutex_lock(&commands->mutex);
    commands->closed = true;
    pthread_cond_broadcast(&commands->changed);
    pthread_mutex_unlock(&commands->mutex);
}
