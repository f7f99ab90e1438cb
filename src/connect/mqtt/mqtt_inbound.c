/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_inbound.h"

#include <stdio.h>

#include "base/hash.h"
#include "connect/mqtt/mqtt_props.h"
#include "connect/mqtt/mqtt_topic.h"

static gn_err inbound_refuse(struct gn_mqtt_verdict *out, uint8_t reason)
{
    out->reason = reason;
    out->close = false;
    return GN_ERR_INVAL;
}

static gn_err inbound_refuse_topic(struct gn_mqtt_verdict *out, gn_str text)
{
    const size_t shown = text.size < 64 ? text.size : 64;
    if (!gn_mqtt_topic_valid(text)) {
        gn_diag_set(&out->why, 0, 0, "a topic has 1 to %d bytes, at most %d levels and no wildcard",
                    GN_MQTT_TOPIC_BYTES_MAX, GN_MQTT_TOPIC_LEVELS_MAX);
        out->reason = GN_MQTT_BAD_TOPIC;
    } else {
        gn_diag_set(&out->why, 0, 0, "the Thing may not publish on '%.*s'", (int)shown, text.at);
        out->reason = GN_MQTT_NOT_AUTHORIZED;
    }
    out->close = true;
    return GN_ERR_INVAL;
}

/* What the intake answered, in MQTT's words. */
static gn_err inbound_answer(gn_err err, struct gn_mqtt_verdict *out)
{
    switch (err) {
    case GN_OK:
    case GN_ERR_AGAIN:
        return err;
    case GN_ERR_INVAL:
    case GN_ERR_FULL:
        if (out->why.text[0] == '\0')
            gn_diag_set(&out->why, 0, 0, "not kept: %s", gn_err_text(err));
        return inbound_refuse(out, err == GN_ERR_INVAL ? GN_MQTT_BAD_PAYLOAD : GN_MQTT_QUOTA);
    default:
        gn_diag_set(&out->why, 0, 0, "the node could not take it: %s", gn_err_text(err));
        return inbound_refuse(out, GN_MQTT_IMPLEMENTATION);
    }
}

/* Of what may be sent again, and only that is ever compared. */
static uint32_t inbound_fingerprint(const struct gn_mqtt_publish *publish)
{
    if (publish->packet_id == 0)
        return 0;
    const uint32_t of_topic = gn_hash32((gn_bytes){ (const uint8_t *)publish->topic.at, publish->topic.size });
    return of_topic * UINT32_C(0x9E3779B1) + gn_hash32(publish->payload);
}

static gn_err inbound_readings(const struct gn_intake *intake, struct gn_payload *payload, uint32_t thing,
                               const struct gn_mqtt_publish *publish, const struct gn_mqtt_topic *topic,
                               struct gn_mqtt_verdict *out)
{
    const gn_err err = topic->kind == GN_MQTT_TOPIC_PROPERTY
                           ? gn_payload_value(payload, topic->name, publish->payload, &out->why)
                           : gn_payload_object(payload, publish->payload, &intake->clock, &out->why);
    if (err != GN_OK)
        return inbound_refuse(out, GN_MQTT_BAD_PAYLOAD);
    const struct gn_packet packet = { .thing = thing,
                                      .packet_id = publish->packet_id,
                                      .redelivered = publish->dup,
                                      .fingerprint = inbound_fingerprint(publish),
                                      .items = payload->items,
                                      .item_count = payload->item_count };
    return inbound_answer(intake->packet(intake->self, &packet, &out->token, &out->why), out);
}

static gn_err inbound_message(const struct gn_intake *intake, uint32_t thing, const struct gn_mqtt_publish *publish,
                              const struct gn_mqtt_topic *topic, struct gn_mqtt_verdict *out)
{
    const bool is_event = topic->kind == GN_MQTT_TOPIC_EVENT;
    const struct gn_message message = { .thing = thing,
                                        .type = is_event ? GN_RECORD_EVENT : GN_RECORD_STATUS,
                                        .name = topic->name,
                                        .payload = { (const char *)publish->payload.at, publish->payload.size },
                                        .packet_id = publish->packet_id,
                                        .redelivered = publish->dup,
                                        .fingerprint = inbound_fingerprint(publish) };
    if (message.payload.size > GN_TEXT_VALUE_BYTES_MAX) {
        gn_diag_set(&out->why, 0, 0, "%s has more than TEXT_VALUE_BYTES_MAX (%d) bytes",
                    is_event ? "an event" : "an action's status", GN_TEXT_VALUE_BYTES_MAX);
        return inbound_refuse(out, GN_MQTT_BAD_PAYLOAD);
    }
    if (!gn_utf8_valid(message.payload)) {
        gn_diag_set(&out->why, 0, 0, "%s is not UTF-8", is_event ? "an event" : "an action's status");
        return inbound_refuse(out, GN_MQTT_BAD_PAYLOAD);
    }
    return inbound_answer(intake->message(intake->self, &message, &out->token, &out->why), out);
}

/* A Thing wants its next certificate. The answer goes where it says (version 5), or to things/{id}/certificate, but
 * only below its own tree: the node lends nobody its voice elsewhere. */
static gn_err inbound_certificate(const struct gn_intake *intake, uint32_t thing, const struct gn_mqtt_publish *publish,
                                  struct gn_mqtt_verdict *out)
{
    char own[GN_THING_ID_BYTES_MAX + 24];
    const char *id = intake->registry->things[thing].id;
    (void)snprintf(own, sizeof own, "things/%s/certificate", id);
    const gn_str asked = gn_mqtt_props_text(&publish->props, GN_MQTT_P_RESPONSE_TOPIC);
    const gn_str correlation = gn_mqtt_props_text(&publish->props, GN_MQTT_P_CORRELATION);
    const struct gn_certify_ask ask = { .thing = thing,
                                        .request = publish->payload,
                                        .answer_to = asked.size > 0 ? asked : gn_str_of(own),
                                        .correlation = { (const uint8_t *)correlation.at, correlation.size } };
    if (!gn_mqtt_topic_valid(ask.answer_to) || !gn_mqtt_filter_own(ask.answer_to, gn_str_of(id))) {
        gn_diag_set(&out->why, 0, 0, "the response topic of a certificate request has to be below things/%s/", id);
        return inbound_refuse(out, GN_MQTT_NOT_AUTHORIZED);
    }
    if (intake->certify == NULL)
        return GN_OK;
    return inbound_answer(intake->certify(intake->self, &ask, &out->why), out);
}

/* A topic that is none of ours: the node may know what it means; it is handed on in any case. */
static gn_err inbound_foreign(const struct gn_intake *intake, uint32_t thing, const struct gn_mqtt_publish *publish,
                              struct gn_mqtt_verdict *out)
{
    const struct gn_foreign message = { .thing = thing,
                                        .topic = publish->topic,
                                        .payload = publish->payload,
                                        .retained = publish->retain,
                                        .packet_id = publish->packet_id,
                                        .redelivered = publish->dup,
                                        .fingerprint = inbound_fingerprint(publish) };
    out->token = 0;
    if (intake->foreign == NULL)
        return GN_OK;
    const gn_err err = intake->foreign(intake->self, &message, &out->token, &out->why);
    if (err == GN_OK || err == GN_ERR_AGAIN)
        return err;
    /* It was allowed, and others may want it: what the node cannot read of it is counted, not refused. */
    intake->refused(intake->self, thing, out->why.text[0] != '\0' ? out->why.text : gn_err_text(err));
    return GN_OK;
}

gn_err gn_mqtt_inbound(const struct gn_intake *intake, struct gn_payload *payload, uint32_t thing,
                       const struct gn_mqtt_publish *publish, struct gn_mqtt_verdict *out)
{
    out->why.text[0] = '\0';
    if (!gn_mqtt_inbound_topic(intake, thing, publish->topic))
        return inbound_refuse_topic(out, publish->topic);
    const struct gn_mqtt_topic topic =
        gn_mqtt_topic_parse(publish->topic, gn_str_of(intake->registry->things[thing].id));
    out->token = 0;
    if (publish->retain && publish->payload.size == 0)
        return GN_OK;
    switch (topic.kind) {
    case GN_MQTT_TOPIC_PROPERTY:
    case GN_MQTT_TOPIC_PROPERTIES:
        return inbound_readings(intake, payload, thing, publish, &topic, out);
    case GN_MQTT_TOPIC_EVENT:
    case GN_MQTT_TOPIC_STATUS:
        return inbound_message(intake, thing, publish, &topic, out);
    case GN_MQTT_TOPIC_CERTIFICATE:
        return inbound_certificate(intake, thing, publish, out);
    case GN_MQTT_TOPIC_FOREIGN:
        return inbound_foreign(intake, thing, publish, out);
    default:
        return GN_OK;
    }
}

bool gn_mqtt_inbound_topic(const struct gn_intake *intake, uint32_t thing, gn_str topic)
{
    return gn_mqtt_topic_valid(topic) && intake->allows(intake->self, thing, GN_VERB_PUBLISH, topic);
}
