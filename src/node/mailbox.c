/* SPDX-License-Identifier: Apache-2.0 */
#include "node/mailbox.h"

#include <errno.h>
#include <time.h>

enum { COMMAND_NEW, COMMAND_RAN, COMMAND_DONE };

void gn_mailbox_init(struct gn_mailbox *mailbox, void (*notify)(void *ctx), void *notify_ctx)
{
    pthread_condattr_t attributes;
    memset(mailbox, 0, sizeof *mailbox);
    pthread_mutex_init(&mailbox->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); /* a stepping wall clock must not cut the wait */
    pthread_cond_init(&mailbox->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    mailbox->notify = notify;
    mailbox->notify_ctx = notify_ctx;
}

void gn_mailbox_fini(struct gn_mailbox *mailbox)
{
    pthread_cond_destroy(&mailbox->changed);
    pthread_mutex_destroy(&mailbox->mutex);
}

static void mailbox_remove_lkd(struct gn_mailbox *mailbox, const struct gn_command *command)
{
    for (size_t i = 0; i < mailbox->count; i++) {
        if (mailbox->waiting[i] != command)
            continue;
        memmove(&mailbox->waiting[i], &mailbox->waiting[i + 1], (mailbox->count - i - 1) * sizeof mailbox->waiting[0]);
        mailbox->count--;
        return;
    }
}

static struct timespec mailbox_deadline(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at); /* tidy:allow banned a deadline for a wait, not a time of data */
    at.tv_sec += GN_COMMAND_TIMEOUT_MS / 1000;
    return at;
}

gn_err gn_mailbox_do(struct gn_mailbox *mailbox, struct gn_command *command)
{
    const struct timespec deadline = mailbox_deadline();
    command->stage = COMMAND_NEW;
    command->result = GN_OK;
    pthread_mutex_lock(&mailbox->mutex);
    gn_err err = mailbox->closed ? GN_ERR_CLOSED : mailbox->count == GN_COMMANDS_WAITING_MAX ? GN_ERR_FULL : GN_OK;
    if (err == GN_OK) {
        mailbox->waiting[mailbox->count++] = command;
        mailbox->notify(mailbox->notify_ctx);
        while (command->stage != COMMAND_DONE && !mailbox->closed)
            if (pthread_cond_timedwait(&mailbox->changed, &mailbox->mutex, &deadline) == ETIMEDOUT)
                break;
        if (command->stage == COMMAND_DONE)
            err = command->result;
        else
            err = mailbox->closed ? GN_ERR_CLOSED : GN_ERR_AGAIN;
        mailbox_remove_lkd(mailbox, command);
    }
    pthread_mutex_unlock(&mailbox->mutex);
    return err;
}

static void mailbox_finish_lkd(struct gn_mailbox *mailbox, struct gn_command *command, gn_err result)
{
    command->result = result;
    command->stage = COMMAND_DONE;
    pthread_cond_broadcast(&mailbox->changed);
}

bool gn_mailbox_run(struct gn_mailbox *mailbox, struct gn_intake_core *intake)
{
    bool left = false;
    pthread_mutex_lock(&mailbox->mutex);
    for (size_t i = 0; i < mailbox->count; i++) {
        struct gn_command *command = mailbox->waiting[i];
        if (command->stage != COMMAND_NEW)
            continue;
        const gn_err err = command->run(command, intake, &command->token);
        if (err == GN_ERR_AGAIN)
            left = true;
        else if (err != GN_OK)
            mailbox_finish_lkd(mailbox, command, err);
        else
            command->stage = COMMAND_RAN;
    }
    pthread_mutex_unlock(&mailbox->mutex);
    return left;
}

bool gn_mailbox_reached(struct gn_mailbox *mailbox, uint64_t durable, uint64_t in_history)
{
    bool left = false;
    pthread_mutex_lock(&mailbox->mutex);
    for (size_t i = 0; i < mailbox->count; i++) {
        struct gn_command *command = mailbox->waiting[i];
        if (command->stage != COMMAND_RAN)
            continue;
        if (command->token <= (command->to_be_seen ? in_history : durable))
            mailbox_finish_lkd(mailbox, command, GN_OK);
        else
            left = true;
    }
    pthread_mutex_unlock(&mailbox->mutex);
    return left;
}

void gn_mailbox_close(struct gn_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->mutex);
    mailbox->closed = true;
    pthread_cond_broadcast(&mailbox->changed);
    pthread_mutex_unlock(&mailbox->mutex);
}
