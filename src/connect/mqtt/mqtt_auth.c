/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_auth.h"

#include "base/mem.h"
#include "connect/mqtt/mqtt_props.h"

gn_str gn_mqtt_auth_method(void)
{
    return GN_STR("SCRAM-SHA-256");
}

void gn_mqtt_auth_forget(struct gn_mqtt_conn *conn)
{
    gn_mem_give(conn->auth);
    conn->auth = NULL;
}

static void auth_broken(struct gn_mqtt_auth_result *result, uint8_t reason, const char *words)
{
    *result = (struct gn_mqtt_auth_result){ .end = GN_MQTT_AUTH_BROKEN, .reason = reason, .words = words };
}

static bool auth_is_ours(const struct gn_mqtt_props *props)
{
    return gn_str_equal(gn_mqtt_props_text(props, GN_MQTT_P_AUTH_METHOD), gn_mqtt_auth_method());
}

/* Answers the client's first message with our challenge. */
static void auth_begin(struct gn_mqtt_conn *conn, gn_bytes packet, gn_str message, struct gn_buf *out,
                       struct gn_mqtt_auth_result *result)
{
    const struct gn_intake *intake = &conn->server->intake;
    uint8_t bytes[GN_SCRAM_TEXT_BYTES];
    struct gn_buf challenge = gn_buf_over(bytes, sizeof bytes);
    gn_mqtt_auth_forget(conn);
    conn->auth = gn_mem_take(sizeof *conn->auth + packet.size, "mqtt authentication");
    if (conn->auth == NULL) {
        auth_broken(result, GN_MQTT_IMPLEMENTATION, "no memory");
        return;
    }
    conn->auth->packet_size = (uint32_t)packet.size;
    if (packet.size > 0)
        memcpy(conn->auth->packet, packet.at, packet.size);
    if (intake->scram_begin(intake->self, &conn->auth->scram, message, &challenge) != GN_OK) {
        auth_broken(result, GN_MQTT_NOT_AUTHORIZED, "not a first message of SCRAM-SHA-256 without channel binding");
        return;
    }
    conn->auth->has_begun = true;
    gn_mqtt_session_challenge(&conn->session, GN_MQTT_CONTINUE_AUTH, gn_mqtt_auth_method(), gn_buf_bytes(&challenge),
                              out);
    result->end = GN_MQTT_AUTH_GOES_ON;
}

void gn_mqtt_auth_connect(struct gn_mqtt_conn *conn, const struct gn_mqtt_connect *connect, struct gn_buf *out,
                          struct gn_mqtt_auth_result *result)
{
    const gn_str message = gn_mqtt_props_text(&connect->props, GN_MQTT_P_AUTH_DATA);
    *result = (struct gn_mqtt_auth_result){ .end = GN_MQTT_AUTH_BROKEN };
    if (conn->server->intake.scram_begin == NULL || !auth_is_ours(&connect->props)) {
        auth_broken(result, GN_MQTT_BAD_AUTH_METHOD, "the one method of authentication is SCRAM-SHA-256");
        return;
    }
    auth_begin(conn, conn->server->packet, message, out, result);
    if (result->end == GN_MQTT_AUTH_GOES_ON && connect->has_user &&
        !gn_str_equal(connect->user, gn_str_of(conn->auth->scram.id))) {
        out->size = 0;
        auth_broken(result, GN_MQTT_NOT_AUTHORIZED, "the user name is another than that of the authentication");
    }
}

/* The client's last message. */
static void auth_finish(struct gn_mqtt_conn *conn, gn_str message, gn_str source, struct gn_mqtt_auth_result *result)
{
    const struct gn_intake *intake = &conn->server->intake;
    struct gn_buf proof = gn_buf_over(result->proof, sizeof result->proof);
    const gn_err err = intake->scram_finish(intake->self, &conn->auth->scram, message, source, &proof, &result->thing,
                                            &result->delay_ms);
    result->end = err == GN_OK ? GN_MQTT_AUTH_RIGHT : GN_MQTT_AUTH_WRONG;
    result->proof_size = proof.size;
}

void gn_mqtt_auth_packet(struct gn_mqtt_conn *conn, const struct gn_mqtt_ack *auth, gn_str source, struct gn_buf *out,
                         struct gn_mqtt_auth_result *result)
{
    const gn_str message = gn_mqtt_props_text(&auth->props, GN_MQTT_P_AUTH_DATA);
    *result = (struct gn_mqtt_auth_result){ .end = GN_MQTT_AUTH_BROKEN };
    if (!auth_is_ours(&auth->props)) {
        auth_broken(result, GN_MQTT_PROTOCOL_ERROR, "another method of authentication than before");
    } else if (auth->reason == GN_MQTT_REAUTHENTICATE) {
        auth_begin(conn, (gn_bytes){ 0 }, message, out, result);
    } else if (conn->auth == NULL || !conn->auth->has_begun) {
        auth_broken(result, GN_MQTT_PROTOCOL_ERROR, "an AUTH that answers nothing");
    } else {
        auth_finish(conn, message, source, result);
        if (result->end == GN_MQTT_AUTH_RIGHT && conn->client != NULL && conn->client->thing == result->thing)
            gn_mqtt_session_challenge(&conn->session, GN_MQTT_SUCCESS, gn_mqtt_auth_method(),
                                      (gn_bytes){ result->proof, result->proof_size }, out);
    }
}
