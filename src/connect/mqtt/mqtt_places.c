/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_places.h"

#include "connect/mqtt/mqtt_conn.h"
#include "connect/mqtt/mqtt_dispatch.h"

static void places_see(struct gn_mqtt_places *places, const struct gn_mqtt_conn *conn)
{
    const uint32_t thing = conn->client->thing;
    if (places->things[thing].turn != places->turn) {
        places->things[thing].turn = places->turn;
        places->things[thing].first = conn;
        places->things[thing].other = NULL;
    } else if (conn->source == places->things[thing].first->source) {
        if (conn->seen_ms > places->things[thing].first->seen_ms)
            places->things[thing].first = conn;
    } else if (places->things[thing].other == NULL || conn->seen_ms > places->things[thing].other->seen_ms) {
        places->things[thing].other = conn;
    }
}

static void places_tell(struct gn_mqtt_server *server, uint32_t thing, int64_t now_ms)
{
    char first[GN_MQTT_SOURCE_TEXT_BYTES], second[GN_MQTT_SOURCE_TEXT_BYTES];
    const gn_str one = gn_mqtt_dispatch_source(server->places.things[thing].first, first);
    const gn_str two = gn_mqtt_dispatch_source(server->places.things[thing].other, second);
    server->places.things[thing].told_ms = now_ms;
    server->intake.two_places(server->intake.self, thing, one, two);
}

void gn_mqtt_places_look(struct gn_mqtt_server *server, int64_t now_ms)
{
    struct gn_mqtt_places *places = &server->places;
    const struct gn_mqtt_conn *conn;
    if (server->intake.two_places == NULL)
        return;
    places->turn++;
    TAILQ_FOREACH(conn, &server->open, among_open)
    if (conn->client != NULL && gn_mqtt_conn_live(conn))
        places_see(places, conn);
    for (uint32_t thing = 0; thing < server->intake.registry->thing_count; thing++) {
        if (places->things[thing].turn != places->turn || places->things[thing].other == NULL) {
            places->things[thing].since_ms = places->things[thing].told_ms = 0;
            continue;
        }
        const int64_t since_ms = places->things[thing].since_ms;
        const int64_t told_ms = places->things[thing].told_ms;
        if (since_ms == 0)
            places->things[thing].since_ms = now_ms;
        else if (places->things[thing].first->seen_ms > since_ms && places->things[thing].other->seen_ms > since_ms &&
                 (told_ms == 0 || now_ms - told_ms >= GN_MQTT_PLACES_AGAIN_MS))
            places_tell(server, thing, now_ms);
    }
}
