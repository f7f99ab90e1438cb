/* SPDX-License-Identifier: Apache-2.0 */
/* node/certify.h -- a Thing's next certificate, asked for over the connection it already has.
 *
 *   things/ID/certificate/request ─▶ intake.certify ─▶ worker thread: gn_ca_issue (a signature, a sync)
 *   answer topic                  ◀── publish ◀───────── {"id","certificate","fingerprint","until","ca"} or {"error"}
 *
 * The same as POST /api/v1/things/ID/certificate of the portal, for the Thing itself. A certificate counts once its row
 * is on the disk, and the net thread does not wait for disks, so a worker makes it. At most
 * CERTIFICATE_REQUESTS_WAITING_MAX are under way, one of each Thing; a further one is refused, and the device asks
 * again. Whose credentials are withdrawn meanwhile gets none. All but the worker runs on the net thread. */
#ifndef GN_NODE_CERTIFY_H
#define GN_NODE_CERTIFY_H

#include "connect/adapter.h"
#include "guard/ca.h"
#include "node/intake.h"

struct gn_certify_job {
    uv_work_t work;
    struct gn_certify *certify;
    bool is_busy;
    uint32_t thing;
    size_t request_size;
    size_t correlation_size;
    gn_err err;
    struct gn_diag diag;
    struct gn_issued issued;
    char id[GN_THING_ID_BYTES_MAX + 1];
    char answer_to[GN_MQTT_TOPIC_BYTES_MAX + 1];
    uint8_t correlation[GN_MQTT_CORRELATION_BYTES_MAX];
    uint8_t request[GN_CERTIFICATE_REQUEST_BYTES_MAX];
};

struct gn_certify {
    uv_loop_t *loop;
    struct gn_ca *ca;
    struct gn_intake_core *intake;
    const struct gn_adapter *adapter;
    void *adapter_self;          /* NULL: the endpoint has gone, and nobody is answered */
    struct gn_certify_job *jobs; /* [GN_CERTIFICATE_REQUESTS_WAITING_MAX] */
};

/* From now on the intake takes requests; the answers go out through the endpoint. FULL: no memory. */
GN_MUST_USE gn_err gn_certify_start(struct gn_certify *certify, uv_loop_t *loop, struct gn_ca *ca,
                                    struct gn_intake_core *intake, const struct gn_adapter *adapter,
                                    void *adapter_self);
/* No more requests, no more answers; what is under way ends with the loop. */
void gn_certify_stop(struct gn_certify *certify);
/* When the loop has run empty. */
void gn_certify_fini(struct gn_certify *certify);

#endif
