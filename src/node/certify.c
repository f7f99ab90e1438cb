/* SPDX-License-Identifier: Apache-2.0 */
#include "node/certify.h"

#include "base/json_write.h"
#include "base/log.h"
#include "base/mem.h"

enum { CERTIFY_ANSWER_BYTES = 4 * GN_PEM_BYTES };

/* --- the answer --- */

static void certify_write(const struct gn_certify_job *job, struct gn_jw *w)
{
    gn_jw_open(w, '{');
    if (job->err == GN_OK) {
        gn_jw_key(w, "id");
        gn_jw_text(w, job->id);
        gn_jw_key(w, "certificate");
        gn_jw_text(w, job->issued.certificate);
        gn_jw_key(w, "fingerprint");
        gn_jw_text(w, job->issued.fingerprint);
        gn_jw_key(w, "until");
        gn_jw_i64(w, job->issued.until_ms);
        gn_jw_key(w, "ca");
        gn_jw_str(w, gn_ca_certificate(job->certify->ca));
    } else {
        gn_jw_key(w, "error");
        gn_jw_open(w, '{');
        gn_jw_key(w, "code");
        gn_jw_text(w, job->err == GN_ERR_INVAL ? "bad_request" : "not_made");
        gn_jw_key(w, "message");
        gn_jw_text(w, job->diag.text[0] != '\0' ? job->diag.text : gn_err_text(job->err));
        gn_jw_close(w, '}');
    }
    gn_jw_close(w, '}');
}

static void certify_answer(struct gn_certify_job *job)
{
    const struct gn_certify *certify = job->certify;
    char bytes[CERTIFY_ANSWER_BYTES];
    struct gn_buf json = gn_buf_over(bytes, sizeof bytes);
    struct gn_jw w = gn_jw_over(&json);
    certify_write(job, &w);
    const struct gn_publish_out publish = { .topic = gn_str_of(job->answer_to),
                                            .payload = gn_buf_str(&json),
                                            .correlation = { job->correlation, job->correlation_size },
                                            .qos = 1 };
    const gn_err err = json.full ? GN_ERR_FULL : certify->adapter->publish(certify->adapter_self, &publish);
    if (err != GN_OK)
        gn_log(GN_LOG_WARN, "certify", "not_answered", "thing=%s: %s; it asks again", job->id, gn_err_text(err));
}

/* --- making it --- */

static void certify_work(uv_work_t *work)
{
    struct gn_certify_job *job = work->data;
    job->err = gn_ca_issue(job->certify->ca, gn_str_of(job->id), (gn_bytes){ job->request, job->request_size },
                           &job->issued, &job->diag);
}

/* Its credentials were withdrawn while the worker made one more. */
static void certify_take_back(struct gn_certify_job *job)
{
    struct gn_sha256 fingerprint;
    if (job->err == GN_OK && gn_fingerprint_parse(gn_str_of(job->issued.fingerprint), &fingerprint))
        GN_IGNORE(gn_ca_revoke(job->certify->ca, gn_str_of(job->id), &fingerprint), "not in the list: as it is to be");
}

static void certify_done(uv_work_t *work, int status)
{
    struct gn_certify_job *job = work->data;
    const struct gn_certify *certify = job->certify;
    if (status != 0)
        job->err = GN_ERR_AGAIN; /* it never ran */
    if (certify->intake->revoked[job->thing]) {
        certify_take_back(job);
    } else if (certify->adapter_self != NULL) {
        if (job->err == GN_OK)
            gn_log(GN_LOG_INFO, "certify", "certificate_issued", "thing=%s by=itself fingerprint=%s", job->id,
                   job->issued.fingerprint);
        certify_answer(job);
    }
    job->is_busy = false;
}

/* --- asking --- */

/* A free row, or NULL when there is none, or the Thing has one already. */
static struct gn_certify_job *certify_row(struct gn_certify *certify, uint32_t thing)
{
    struct gn_certify_job *row = NULL;
    for (size_t i = 0; i < GN_CERTIFICATE_REQUESTS_WAITING_MAX; i++) {
        if (!certify->jobs[i].is_busy)
            row = &certify->jobs[i];
        else if (certify->jobs[i].thing == thing)
            return NULL;
    }
    return row;
}

static gn_err certify_ask(void *self, const struct gn_certify_ask *ask, struct gn_diag *diag)
{
    struct gn_certify *certify = self;
    if (ask->request.size == 0 || ask->request.size > GN_CERTIFICATE_REQUEST_BYTES_MAX ||
        ask->correlation.size > GN_MQTT_CORRELATION_BYTES_MAX) {
        gn_diag_set(diag, 0, 0, "a certificate request has 1 to %d bytes, and correlation data of at most %d",
                    GN_CERTIFICATE_REQUEST_BYTES_MAX, GN_MQTT_CORRELATION_BYTES_MAX);
        return GN_ERR_INVAL;
    }
    struct gn_certify_job *job = certify_row(certify, ask->thing);
    if (job == NULL) {
        gn_diag_set(diag, 0, 0,
                    "a certificate of this Thing is being made, or CERTIFICATE_REQUESTS_WAITING_MAX (%d) are",
                    GN_CERTIFICATE_REQUESTS_WAITING_MAX);
        return GN_ERR_FULL;
    }
    *job = (struct gn_certify_job){ .certify = certify, .thing = ask->thing };
    if (gn_str_copy(job->answer_to, sizeof job->answer_to, ask->answer_to) != GN_OK)
        return GN_ERR_INVAL;
    memcpy(job->id, certify->intake->registry.things[ask->thing].id, sizeof job->id);
    memcpy(job->request, ask->request.at, ask->request.size);
    job->request_size = ask->request.size;
    if (ask->correlation.size > 0)
        memcpy(job->correlation, ask->correlation.at, ask->correlation.size);
    job->correlation_size = ask->correlation.size;
    job->work.data = job;
    job->is_busy = uv_queue_work(certify->loop, &job->work, certify_work, certify_done) == 0;
    return job->is_busy ? GN_OK : GN_ERR_FULL;
}

gn_err gn_certify_start(struct gn_certify *certify, uv_loop_t *loop, struct gn_ca *ca, struct gn_intake_core *intake,
                        const struct gn_adapter *adapter, void *adapter_self)
{
    *certify = (struct gn_certify){
        .loop = loop, .ca = ca, .intake = intake, .adapter = adapter, .adapter_self = adapter_self
    };
    certify->jobs = gn_mem_take(GN_CERTIFICATE_REQUESTS_WAITING_MAX * sizeof *certify->jobs, "certificate requests");
    if (certify->jobs == NULL)
        return GN_ERR_FULL;
    intake->certify = certify_ask;
    intake->certify_self = certify;
    return GN_OK;
}

void gn_certify_stop(struct gn_certify *certify)
{
    certify->adapter_self = NULL;
    if (certify->intake != NULL)
        certify->intake->certify = NULL;
}

void gn_certify_fini(struct gn_certify *certify)
{
    gn_mem_give(certify->jobs);
    certify->jobs = NULL;
}
