/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_auth.h -- enhanced authentication of version 5: SCRAM-SHA-256, at CONNECT and again later.
 *
 *   CONNECT method, first ─▶ AUTH 0x18 challenge ─▶ AUTH 0x18 last ─▶ CONNACK 0, signature       or CONNACK 0x86, late
 *   AUTH 0x19 first ───────▶ AUTH 0x18 challenge ─▶ AUTH 0x18 last ─▶ AUTH 0x00, signature       or DISCONNECT 0x87
 *
 * The password is the Thing's token, the name its id; a user name in CONNECT has to be the same. While it lasts, the
 * CONNECT is kept; the time for a complete CONNECT goes on. */
#ifndef GN_CONNECT_MQTT_AUTH_H
#define GN_CONNECT_MQTT_AUTH_H

#include "connect/mqtt/mqtt_server.h"

typedef enum gn_mqtt_auth_end {
    GN_MQTT_AUTH_GOES_ON, /* an AUTH was written */
    GN_MQTT_AUTH_RIGHT,   /* it is who it says: `thing`, `proof` */
    GN_MQTT_AUTH_WRONG,   /* it is not: answer after `delay_ms` */
    GN_MQTT_AUTH_BROKEN,  /* not the method, or not its messages: `reason` and `words` */
} gn_mqtt_auth_end;

struct gn_mqtt_auth_result {
    gn_mqtt_auth_end end;
    uint32_t thing;
    int64_t delay_ms;
    uint8_t reason;
    const char *words;
    uint8_t proof[GN_SCRAM_TEXT_BYTES];
    size_t proof_size;
};

/* The method's name, as it stands in packets. */
gn_str gn_mqtt_auth_method(void);
/* A CONNECT with a method; server->packet is that packet. */
void gn_mqtt_auth_connect(struct gn_mqtt_conn *conn, const struct gn_mqtt_connect *connect, struct gn_buf *out,
                          struct gn_mqtt_auth_result *result);
/* An AUTH. When it is RIGHT in an open session, the answer is written. */
void gn_mqtt_auth_packet(struct gn_mqtt_conn *conn, const struct gn_mqtt_ack *auth, gn_str source, struct gn_buf *out,
                         struct gn_mqtt_auth_result *result);
/* The exchange is over. */
void gn_mqtt_auth_forget(struct gn_mqtt_conn *conn);

#endif
