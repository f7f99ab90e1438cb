/* SPDX-License-Identifier: Apache-2.0 */ /* tidy:allow no-test tests/portal and tests/node ask it over the API */
#include "node/host.h"

#include <math.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/json_write.h"
#include "base/mem.h"
#include "base/version.h"
#include "connect/mqtt/mqtt.h"
#include "connect/push/push.h"
#include "os/disk.h"

enum {
    HOST_AWAIT_MS = 1000,
    HOST_ORDER_BYTES = 8192,
    HOST_MEMORY_ROWS = 64,
    HOST_STATM_BYTES = 128,
    HOST_IO_BYTES = 512,
    HOST_READING_BYTES = 16
};

/* --- changes --- */

struct host_thing_add {
    struct gn_command command;
    gn_str name;
    char *out_id;
    struct gn_diag *diag;
};

static gn_err host_run_thing_add(struct gn_command *command, struct gn_intake_core *intake, uint64_t *out_token)
{
    struct host_thing_add *add = command->self;
    return gn_intake_thing_add(intake, add->name, add->out_id, out_token, add->diag);
}

static gn_err host_thing_add(void *self, gn_str name, char out_id[static GN_THING_ID_BYTES_MAX + 1],
                             char out_token[static GN_TOKEN_BYTES], struct gn_diag *diag)
{
    struct gn_host *host = self;
    char id[GN_THING_ID_BYTES_MAX + 1];
    struct host_thing_add add = { .name = name, .out_id = id, .diag = diag };
    add.command = (struct gn_command){ .run = host_run_thing_add, .self = &add, .to_be_seen = true };
    gn_err err = gn_mailbox_do(host->mailbox, &add.command);
    if (err == GN_OK)
        err = gn_guard_thing_token(host->core->guard, gn_str_of(id), 0, out_token);
    if (err == GN_OK)
        memcpy(out_id, id, sizeof id);
    return err;
}

struct host_renew {
    struct gn_command command;
    struct gn_host *host;
    gn_str id;
    uint32_t thing;
    bool is_revoked;
};

/* On the net thread, which owns the registry; writes nothing, and so need not wait for the disk. */
static gn_err host_run_find(struct gn_command *command, struct gn_intake_core *intake, uint64_t *out_token)
{
    struct host_renew *renew = command->self;
    *out_token = 0;
    return gn_registry_thing(&intake->registry, renew->id, &renew->thing) ? GN_OK : GN_ERR_NOT_FOUND;
}

static void host_end_connections(struct gn_host *host, uint32_t thing)
{
    gn_mqtt_adapter.evict(host->mqtt, thing);
    if (host->push != NULL)
        gn_push_adapter.evict(host->push, thing);
}

static gn_err host_run_evict(struct gn_command *command, struct gn_intake_core *intake, uint64_t *out_token)
{
    const struct host_renew *renew = command->self;
    *out_token = 0;
    if (renew->is_revoked)
        gn_intake_revoke(intake, renew->thing);
    host_end_connections(renew->host, renew->thing);
    return GN_OK;
}

/* NOT_FOUND when there is no such Thing. */
static gn_err host_find(struct gn_host *host, gn_str id, struct host_renew *out)
{
    *out = (struct host_renew){ .host = host, .id = id };
    out->command = (struct gn_command){ .run = host_run_find, .self = out };
    return gn_mailbox_do(host->mailbox, &out->command);
}

static void host_evict(struct gn_host *host, struct host_renew *renew)
{
    renew->command = (struct gn_command){ .run = host_run_evict, .self = renew };
    GN_IGNORE(gn_mailbox_do(host->mailbox, &renew->command), "fails only when the node stops, which ends them too");
}

struct host_identity {
    struct gn_command command;
    uint32_t thing;
    const char *state;
};

static gn_err host_run_identity(struct gn_command *command, struct gn_intake_core *intake, uint64_t *out_token)
{
    const struct host_identity *identity = command->self;
    return gn_intake_identity(intake, identity->thing, identity->state, "", "", out_token);
}

/* The token that may have been in two places is no more. */
static void host_end_identity(struct gn_host *host, uint32_t thing, const char *state)
{
    struct host_identity identity = { .thing = thing, .state = state };
    identity.command = (struct gn_command){ .run = host_run_identity, .self = &identity };
    GN_IGNORE(gn_mailbox_do(host->mailbox, &identity.command), "the alarm then ends when it is not seen for long");
}

/* First the new token, then the end of those who came with the old one; with an overlap, gn_host_sweep ends them. */
static gn_err host_thing_token(void *self, gn_str id, int64_t overlap_ms, char out_token[static GN_TOKEN_BYTES])
{
    struct gn_host *host = self;
    struct host_renew renew;
    struct gn_token_state before;
    gn_err err = host_find(host, id, &renew);
    gn_guard_thing_state(host->core->guard, id, &before);
    if (err == GN_OK)
        err = gn_guard_thing_token(host->core->guard, id, overlap_ms, out_token);
    if (err == GN_OK && (overlap_ms == 0 || before.use.old_ms > 0)) /* the token before the old one is void, too */
        host_evict(host, &renew);
    if (err == GN_OK)
        host_end_identity(host, renew.thing, "renewed");
    return err;
}

/* On disk and in force first: whoever connects again meanwhile is refused. */
static gn_err host_thing_revoke(void *self, gn_str id)
{
    struct gn_host *host = self;
    struct host_renew renew;
    gn_err err = host_find(host, id, &renew);
    if (err != GN_OK)
        return err;
    const gn_err tokens = gn_guard_thing_revoke(host->core->guard, id);
    const gn_err certificates = gn_ca_revoke(host->core->ca, id, NULL);
    renew.is_revoked = true;
    host_evict(host, &renew);
    host_end_identity(host, renew.thing, "revoked");
    if (certificates != GN_OK && certificates != GN_ERR_NOT_FOUND)
        return certificates;
    return tokens == GN_ERR_NOT_FOUND ? certificates : tokens; /* it may have only one of the two */
}

static void host_thing_evict(void *self, gn_str id)
{
    struct gn_host *host = self;
    struct host_renew renew;
    if (host_find(host, id, &renew) == GN_OK)
        host_evict(host, &renew);
}

void gn_host_sweep(struct gn_host *host)
{
    struct gn_intake_core *intake = &host->core->intake;
    char id[GN_THING_ID_BYTES_MAX + 1];
    struct gn_token_use use;
    uint64_t token;
    uint32_t thing;
    while (gn_guard_overlap_over(host->core->guard, id))
        if (gn_registry_thing(&intake->registry, gn_str_of(id), &thing))
            host_end_connections(host, thing);
    while (gn_guard_two_places(host->core->guard, id, &use))
        if (gn_registry_thing(&intake->registry, gn_str_of(id), &thing) &&
            !gn_policy_several_places(intake->policy, gn_str_of(id)))
            GN_IGNORE(gn_intake_identity(intake, thing, "turns", use.before, use.source, &token),
                      "while it goes on it is said again");
}

struct host_describe {
    struct gn_command command;
    struct gn_host *host;
    gn_str id;
    gn_str json;
};

static gn_err host_run_describe(struct gn_command *command, struct gn_intake_core *intake, uint64_t *out_token)
{
    const struct host_describe *describe = command->self;
    uint32_t thing;
    if (!gn_registry_thing(&intake->registry, describe->id, &thing))
        return GN_ERR_NOT_FOUND;
    return gn_onboard_describe(describe->host->onboard, thing, describe->json, out_token);
}

static gn_err host_describe(void *self, gn_str id, gn_str json)
{
    struct gn_host *host = self;
    struct host_describe describe = { .host = host, .id = id, .json = json };
    describe.command = (struct gn_command){ .run = host_run_describe, .self = &describe };
    return gn_mailbox_do(host->mailbox, &describe.command);
}

struct host_decide {
    struct gn_command command;
    struct gn_host *host;
    gn_str id, name, description;
    gn_thing_state state;
    struct gn_diag *diag;
};

static gn_err host_run_decide(struct gn_command *command, struct gn_intake_core *intake, uint64_t *out_token)
{
    const struct host_decide *decide = command->self;
    uint32_t thing;
    if (!gn_registry_thing(&intake->registry, decide->id, &thing))
        return GN_ERR_NOT_FOUND;
    return gn_onboard_decide(decide->host->onboard, thing, decide->state, decide->name, decide->description, out_token,
                             decide->diag);
}

static gn_err host_decide(void *self, gn_str id, gn_thing_state state, gn_str name, gn_str description,
                          struct gn_diag *diag)
{
    struct host_decide decide = {
        .host = self, .id = id, .name = name, .description = description, .state = state, .diag = diag
    };
    decide.command = (struct gn_command){ .run = host_run_decide, .self = &decide, .to_be_seen = true };
    return gn_mailbox_do(decide.host->mailbox, &decide.command);
}

struct host_answer {
    struct gn_command command;
    gn_str json;
};

static gn_err host_run_answer(struct gn_command *command, struct gn_intake_core *intake, uint64_t *out_token)
{
    return gn_intake_answer(intake, ((struct host_answer *)command->self)->json, out_token);
}

static gn_err host_answer(void *self, gn_str decision, bool approve, gn_str person, gn_str reason)
{
    struct gn_host *host = self;
    char bytes[4096];
    struct gn_buf json = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw w = gn_jw_over(&json);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "decision");
    gn_jw_str(&w, decision);
    gn_jw_key(&w, "verdict");
    gn_jw_text(&w, approve ? "approve" : "reject");
    gn_jw_key(&w, "person");
    gn_jw_str(&w, person);
    gn_jw_key(&w, "reason");
    gn_jw_str(&w, reason);
    gn_jw_close(&w, '}');
    if (json.full)
        return GN_ERR_FULL;
    struct host_answer answer = { .json = gn_buf_str(&json) };
    answer.command = (struct gn_command){ .run = host_run_answer, .self = &answer };
    return gn_mailbox_do(host->mailbox, &answer.command);
}

/* --- orders and wishes --- */

struct host_order {
    struct gn_command command;
    gn_str json;
    uint64_t seq; /* of the record */
};

static gn_err host_run_order(struct gn_command *command, struct gn_intake_core *intake, uint64_t *out_token)
{
    struct host_order *order = command->self;
    const gn_err err = gn_intake_answer(intake, order->json, out_token);
    order->seq = intake->next_seq - 1;
    return err;
}

/* What the engine said of the record is to be seen by who asks the store next. */
static void host_await(struct gn_host *host, uint64_t seq)
{
    const struct timespec pause = { .tv_nsec = 1000000 };
    for (int i = 0; i < HOST_AWAIT_MS && atomic_load(&host->pipeline->engine_seq) < seq; i++)
        (void)nanosleep(&pause, NULL);
    gn_pipeline_catch_up(host->pipeline);
}

static gn_err host_order(void *self, const struct gn_portal_order *wanted)
{
    struct gn_host *host = self;
    char bytes[HOST_ORDER_BYTES];
    struct gn_buf json = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw w = gn_jw_over(&json);
    const struct {
        const char *key;
        gn_str value;
    } rows[] = { { "do", wanted->action },     { "thing", wanted->thing },   { "input", wanted->input },
                 { "person", wanted->person }, { "reason", wanted->reason }, { "key", wanted->key } };
    gn_jw_open(&w, '{');
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gn_jw_key(&w, rows[i].key);
        gn_jw_str(&w, rows[i].value);
    }
    gn_jw_close(&w, '}');
    if (json.full)
        return GN_ERR_FULL;
    struct host_order order = { .json = gn_buf_str(&json) };
    order.command = (struct gn_command){ .run = host_run_order, .self = &order, .to_be_seen = true };
    const gn_err err = gn_mailbox_do(host->mailbox, &order.command);
    if (err == GN_OK)
        host_await(host, order.seq);
    return err;
}

struct host_desire {
    struct gn_command command;
    gn_str id, json, key;
    uint64_t seq;
};

static gn_err host_run_desire(struct gn_command *command, struct gn_intake_core *intake, uint64_t *out_token)
{
    struct host_desire *desire = command->self;
    uint32_t thing;
    if (!gn_registry_thing(&intake->registry, desire->id, &thing))
        return GN_ERR_NOT_FOUND;
    const gn_err err = gn_intake_desired(intake, thing, desire->json, desire->key, out_token);
    desire->seq = intake->next_seq - 1;
    return err;
}

static gn_err host_desire(void *self, gn_str id, gn_str json, gn_str key)
{
    struct gn_host *host = self;
    struct host_desire desire = { .id = id, .json = json, .key = key };
    desire.command = (struct gn_command){ .run = host_run_desire, .self = &desire, .to_be_seen = true };
    const gn_err err = gn_mailbox_do(host->mailbox, &desire.command);
    if (err == GN_OK)
        host_await(host, desire.seq);
    return err;
}

/* --- figures --- */

double gn_host_readings_per_second(struct gn_host *host)
{
    const int64_t now_us = gn_mono_us(&host->core->clock);
    const uint64_t readings = atomic_load_explicit(&host->core->intake.reading_count, memory_order_relaxed);
    pthread_mutex_lock(&host->figures_mutex);
    const int64_t passed_us = now_us - host->rate_us;
    if (passed_us >= 900000) {
        host->rate = (double)(readings - host->rate_readings) * 1e6 / (double)passed_us;
        host->rate_us = now_us;
        host->rate_readings = readings;
    }
    const double rate = host->rate;
    pthread_mutex_unlock(&host->figures_mutex);
    return rate;
}

const char *gn_host_journal_state(const struct gn_host *host)
{
    static const char *const names[] = { "ok", "disk_full", "failed" };
    return names[atomic_load(&host->pipeline->state)];
}

size_t gn_host_resident_bytes(void)
{
    char text[HOST_STATM_BYTES];
    size_t size = 0;
    unsigned long long total = 0, resident = 0;
    if (gn_file_read_all("/proc/self/statm", text, sizeof text - 1, &size) != GN_OK)
        return 0;
    text[size] = '\0';
    if (sscanf(text, "%llu %llu", &total, &resident) != 2)
        return 0;
    return (size_t)resident * (size_t)sysconf(_SC_PAGESIZE);
}

/* What this process has had written to storage since it began, whole pages and what was synced twice included;
 * 0 where the system does not say. */
static uint64_t host_written_bytes(void)
{
    char text[HOST_IO_BYTES];
    size_t size = 0;
    unsigned long long written = 0;
    if (gn_file_read_all("/proc/self/io", text, sizeof text - 1, &size) != GN_OK)
        return 0;
    text[size] = '\0';
    const char *at = strstr(text, "\nwrite_bytes:");
    return at != NULL && sscanf(at, "\nwrite_bytes: %llu", &written) == 1 ? written : 0;
}

/* Write amplification: bytes written for each byte of a reading (time and value). */
static void host_disk(struct gn_jw *w, const struct gn_host *host)
{
    const uint64_t written = host_written_bytes();
    const uint64_t readings = atomic_load(&host->core->intake.reading_count);
    gn_jw_key(w, "disk");
    gn_jw_open(w, '{');
    gn_jw_key(w, "written_bytes");
    gn_jw_u64(w, written);
    gn_jw_key(w, "reading_bytes");
    gn_jw_u64(w, readings * HOST_READING_BYTES);
    gn_jw_key(w, "write_amplification");
    gn_jw_f64(w, readings > 0 ? (double)written / ((double)readings * HOST_READING_BYTES) : 0);
    gn_jw_close(w, '}');
}

static void host_memory(struct gn_jw *w)
{
    struct gn_mem_row rows[HOST_MEMORY_ROWS];
    const size_t count = gn_mem_plan(rows, HOST_MEMORY_ROWS);
    gn_jw_key(w, "memory");
    gn_jw_open(w, '{');
    gn_jw_key(w, "resident_bytes");
    gn_jw_u64(w, gn_host_resident_bytes());
    gn_jw_key(w, "planned");
    gn_jw_open(w, '[');
    for (size_t i = 0; i < count && i < HOST_MEMORY_ROWS; i++) {
        gn_jw_open(w, '{');
        gn_jw_key(w, "purpose");
        gn_jw_text(w, rows[i].purpose);
        gn_jw_key(w, "bytes");
        gn_jw_u64(w, rows[i].bytes);
        gn_jw_close(w, '}');
    }
    gn_jw_close(w, ']');
    gn_jw_close(w, '}');
}

static void host_journal(struct gn_jw *w, const struct gn_host *host)
{
    const struct gn_pipeline *pipeline = host->pipeline;
    const uint64_t groups = atomic_load(&pipeline->group_count);
    gn_jw_key(w, "journal");
    gn_jw_open(w, '{');
    gn_jw_key(w, "state");
    gn_jw_text(w, gn_host_journal_state(host));
    gn_jw_key(w, "durable_seq");
    gn_jw_u64(w, atomic_load(&pipeline->durable_seq));
    gn_jw_key(w, "bytes");
    gn_jw_u64(w, atomic_load(&pipeline->journal_bytes));
    gn_jw_key(w, "syncs");
    gn_jw_u64(w, groups);
    gn_jw_key(w, "sync_us_mean");
    gn_jw_u64(w, groups > 0 ? atomic_load(&pipeline->sync_us_sum) / groups : 0);
    gn_jw_key(w, "sync_us_max");
    gn_jw_u64(w, atomic_load(&pipeline->sync_us_max));
    gn_jw_close(w, '}');
}

/* What is free on the disk beside what the journal may still take. False: not to be told. */
static bool host_disk_free(const struct gn_host *host, uint64_t *out_free, uint64_t *out_usable)
{
    struct statvfs disk;
    const uint64_t journal_most = (uint64_t)GN_JOURNAL_KEEP_MIB << 20;
    const uint64_t journal = atomic_load(&host->pipeline->journal_bytes);
    const uint64_t aside = journal < journal_most ? journal_most - journal : 0;
    if (statvfs(host->core->dir, &disk) != 0)
        return false;
    *out_free = (uint64_t)disk.f_bavail * disk.f_frsize;
    *out_usable = *out_free > aside ? *out_free - aside : 0;
    return true;
}

/* At today's rate the disk lasts so many days: null when that is not known yet, or the history does not grow. */
static void host_history(struct gn_jw *w, const struct gn_host *host)
{
    const int64_t rate = atomic_load(&host->pipeline->outlook.bytes_per_day);
    uint64_t free_bytes = 0, usable = 0;
    double days = NAN;
    const bool known = host_disk_free(host, &free_bytes, &usable);
    if (known && !gn_outlook_days(&host->pipeline->outlook, usable, &days))
        days = NAN;
    gn_jw_key(w, "history");
    gn_jw_open(w, '{');
    gn_jw_key(w, "bytes");
    gn_jw_u64(w, gn_store_bytes(host->core->store));
    gn_jw_key(w, "bytes_per_day");
    gn_jw_f64(w, rate == INT64_MIN ? NAN : (double)rate);
    gn_jw_key(w, "disk_free_bytes");
    gn_jw_u64(w, free_bytes);
    gn_jw_key(w, "days_left");
    gn_jw_f64(w, days);
    gn_jw_close(w, '}');
}

/* The counters of an endpoint, as put down. */
static void host_endpoint(struct gn_jw *w, struct gn_host *host, const char *name, const char *from, const size_t *size)
{
    char words[GN_HOST_MQTT_BYTES];
    pthread_mutex_lock(&host->figures_mutex);
    const gn_str json = { words, *size };
    memcpy(words, from, *size);
    pthread_mutex_unlock(&host->figures_mutex);
    gn_jw_key(w, name);
    if (json.size > 0) {
        gn_jw_raw(w, json);
        return;
    }
    gn_jw_open(w, '{');
    gn_jw_close(w, '}');
}

static void host_door(struct gn_jw *w, const char *name, gn_str address)
{
    gn_jw_key(w, name);
    if (address.size > 0)
        gn_jw_str(w, address);
    else
        gn_jw_null(w);
}

static void host_listen(struct gn_jw *w, const struct gn_host *host)
{
    gn_jw_key(w, "listen");
    gn_jw_open(w, '{');
    host_door(w, "mqtt", host->mqtt_at);
    host_door(w, "mqtts", host->mqtts_at);
    gn_jw_close(w, '}');
}

static void host_note(struct gn_host *host, const struct gn_adapter *adapter, void *self, char *to, size_t *size)
{
    char words[GN_HOST_MQTT_BYTES];
    struct gn_buf json = gn_buf_over(words, sizeof words);
    adapter->stats(self, &json);
    if (json.full)
        return;
    pthread_mutex_lock(&host->figures_mutex);
    memcpy(to, words, json.size);
    *size = json.size;
    pthread_mutex_unlock(&host->figures_mutex);
}

void gn_host_note(struct gn_host *host)
{
    host_note(host, &gn_mqtt_adapter, host->mqtt, host->mqtt_words, &host->mqtt_size);
    if (host->push != NULL)
        host_note(host, &gn_push_adapter, host->push, host->push_words, &host->push_size);
}

/* Where the time goes: nanoseconds at work, by thread, since the start. */
static void host_stages(struct gn_jw *w, const struct gn_host *host)
{
    const struct gn_pipeline *pipeline = host->pipeline;
    const struct {
        const char *key;
        uint64_t value;
    } rows[] = {
        { "engine_ns", atomic_load(&pipeline->engine_ns) },
        { "journal_ns", atomic_load(&pipeline->journal_ns) },
        { "history_ns", atomic_load(&pipeline->history_ns) },
        { "engine_seq", atomic_load(&pipeline->engine_seq) },
        { "history_seq", atomic_load(&pipeline->history_seq) },
        { "packets", atomic_load(&host->core->intake.packet_count) },
        { "readings", atomic_load(&host->core->intake.reading_count) },
        { "redelivered", atomic_load(&host->core->intake.redelivered_count) },
        { "refused", atomic_load(&host->core->intake.refused_count) },
    };
    gn_jw_key(w, "stages");
    gn_jw_open(w, '{');
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gn_jw_key(w, rows[i].key);
        gn_jw_u64(w, rows[i].value);
    }
    gn_jw_close(w, '}');
}

static void host_status(void *self, struct gn_buf *out)
{
    struct gn_host *host = self;
    struct gn_jw w = gn_jw_over(out);
    gn_jw_open(&w, '{');
    gn_jw_key(&w, "version");
    gn_jw_text(&w, gn_version());
    gn_jw_key(&w, "uptime_s");
    gn_jw_i64(&w, (gn_mono_us(&host->core->clock) - host->started_us) / 1000000);
    gn_jw_key(&w, "now");
    gn_jw_i64(&w, gn_wall_ms(&host->core->clock));
    gn_jw_key(&w, "solution");
    gn_jw_bool(&w, host->has_solution);
    gn_jw_key(&w, "things_online");
    gn_jw_u64(&w, atomic_load(&host->core->intake.online_count));
    gn_jw_key(&w, "readings_per_second");
    gn_jw_f64(&w, gn_host_readings_per_second(host));
    host_journal(&w, host);
    host_disk(&w, host);
    host_history(&w, host);
    host_memory(&w);
    host_listen(&w, host);
    host_endpoint(&w, host, "mqtt", host->mqtt_words, &host->mqtt_size);
    host_endpoint(&w, host, "push", host->push_words, &host->push_size);
    host_stages(&w, host);
    gn_jw_close(&w, '}');
}

static void host_catch_up(void *self)
{
    gn_pipeline_catch_up(((struct gn_host *)self)->pipeline);
}

static bool host_online(void *self, uint32_t thing)
{
    return gn_intake_online(&((struct gn_host *)self)->core->intake, thing);
}

static uint16_t host_mqtt_port(void *self)
{
    return ((struct gn_host *)self)->mqtt_port;
}

static void host_refusal(void *self, uint32_t thing, uint64_t *out_count, struct gn_buf *out_why)
{
    gn_intake_refusal(&((struct gn_host *)self)->core->intake, thing, out_count, out_why);
}

static void host_solution(void *self, const char *kind, struct gn_buf *out)
{
    const struct gn_solution *solution = ((struct gn_host *)self)->solution;
    if (strcmp(kind, "rules") == 0)
        gn_solution_rules_json(solution, out);
    else if (strcmp(kind, "actions") == 0)
        gn_solution_actions_json(solution, out);
    else
        gn_solution_properties_json(solution, out);
}

static void host_unit(void *self, gn_str thing_id, gn_str property, char out[static GN_UNIT_BYTES_MAX + 1])
{
    struct gn_property_meaning meaning;
    gn_solution_meaning(((struct gn_host *)self)->solution, thing_id, property, &meaning);
    GN_IGNORE(gn_str_copy(out, GN_UNIT_BYTES_MAX + 1, gn_str_of(meaning.unit)), "a solution's units fit");
}

void gn_host_init(struct gn_host *host)
{
    pthread_mutex_init(&host->figures_mutex, NULL);
    host->started_us = host->rate_us = gn_mono_us(&host->core->clock);
}

static void host_mqtt_door(void *self, bool secure, struct gn_buf *out)
{
    const struct gn_host *host = self;
    gn_buf_add_str(out, secure ? host->mqtts_at : host->mqtt_at);
}

struct gn_portal_host gn_host_table(struct gn_host *host)
{
    return (struct gn_portal_host){
        .self = host,
        .thing_add = host_thing_add,
        .thing_token = host_thing_token,
        .thing_revoke = host_thing_revoke,
        .thing_evict = host_thing_evict,
        .mqtt_door = host_mqtt_door,
        .answer = host_answer,
        .describe = host_describe,
        .order = host_order,
        .desire = host_desire,
        .mqtt_port = host_mqtt_port,
        .decide = host_decide,
        .status = host_status,
        .catch_up = host_catch_up,
        .online = host_online,
        .refusal = host_refusal,
        .solution = host_solution,
        .unit = host_unit,
    };
}
