/* SPDX-License-Identifier: Apache-2.0 */
/* connect/push/push_conn.h -- one connection of the push door; its states are in push_server.h. */
#ifndef GN_CONNECT_PUSH_CONN_H
#define GN_CONNECT_PUSH_CONN_H

#include "connect/push/push_server.h"

/* The handle is open and accepted. */
void gn_push_conn_start(struct gn_push_conn *conn);
/* Goes on where it can: there is room in the ring, or it is its turn again. */
void gn_push_conn_go_on(struct gn_push_conn *conn);
/* What it waits for may be on disk. */
void gn_push_conn_durable(struct gn_push_conn *conn);
/* Once a second. */
void gn_push_conn_tick(struct gn_push_conn *conn, int64_t now_ms);
void gn_push_conn_close(struct gn_push_conn *conn);

#endif
