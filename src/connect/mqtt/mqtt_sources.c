/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/mqtt/mqtt_sources.h"

#include <assert.h>
#include <netinet/in.h>
#include <sodium.h>
#include <string.h>

#include "base/mem.h"
#include "os/entropy.h"

_Static_assert(crypto_shorthash_KEYBYTES == 16, "the key is SipHash's");

enum { SOURCES_NETWORK_BYTES = 8 }; /* of an IPv6 address: who has one has a whole /64 */

gn_err gn_mqtt_sources_init(struct gn_mqtt_sources *sources)
{
    memset(sources, 0, sizeof *sources);
    gn_entropy(sources->key, sizeof sources->key);
    sources->rows = gn_mem_take(GN_MQTT_CONNECTIONS_MAX * sizeof *sources->rows, "mqtt sources");
    return sources->rows != NULL ? GN_OK : GN_ERR_FULL;
}

void gn_mqtt_sources_fini(struct gn_mqtt_sources *sources)
{
    gn_mem_give(sources->rows);
    sources->rows = NULL;
}

/* True when it is an address of this machine. */
static bool sources_key(const struct sockaddr_storage *address, uint8_t out[static GN_MQTT_SOURCE_BYTES])
{
    static const uint8_t v4_prefix[12] = { [10] = 0xff, [11] = 0xff };
    memset(out, 0, GN_MQTT_SOURCE_BYTES);
    if (address->ss_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        const bool is_v4 = IN6_IS_ADDR_V4MAPPED(v6);
        const bool is_loopback = IN6_IS_ADDR_LOOPBACK(v6) || (is_v4 && v6->s6_addr[12] == 127);
        memcpy(out, v6->s6_addr, is_v4 || is_loopback ? GN_MQTT_SOURCE_BYTES : SOURCES_NETWORK_BYTES);
        return is_loopback;
    }
    const struct in_addr *v4 = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    memcpy(out, v4_prefix, sizeof v4_prefix);
    memcpy(out + sizeof v4_prefix, &v4->s_addr, sizeof v4->s_addr);
    return out[sizeof v4_prefix] == 127;
}

static struct gn_mqtt_source **sources_bucket(struct gn_mqtt_sources *sources,
                                              const uint8_t address[static GN_MQTT_SOURCE_BYTES])
{
    uint64_t hash;
    (void)crypto_shorthash((unsigned char *)&hash, address, GN_MQTT_SOURCE_BYTES, sources->key);
    return &sources->buckets[hash % GN_MQTT_SOURCE_BUCKETS];
}

/* The row of that address, made when there is none. */
static struct gn_mqtt_source *sources_row(struct gn_mqtt_sources *sources,
                                          const uint8_t address[static GN_MQTT_SOURCE_BYTES])
{
    struct gn_mqtt_source **bucket = sources_bucket(sources, address);
    struct gn_mqtt_source *row = *bucket;
    while (row != NULL && memcmp(row->address, address, GN_MQTT_SOURCE_BYTES) != 0)
        row = row->next;
    if (row != NULL)
        return row;
    if (sources->spare != NULL) {
        row = sources->spare;
        sources->spare = row->next;
    } else {
        assert(sources->used < GN_MQTT_CONNECTIONS_MAX); /* each has a connection */
        row = &sources->rows[sources->used++];
    }
    *row = (struct gn_mqtt_source){ .next = *bucket };
    memcpy(row->address, address, GN_MQTT_SOURCE_BYTES);
    *bucket = row;
    return row;
}

struct gn_mqtt_source *gn_mqtt_sources_enter(struct gn_mqtt_sources *sources, const struct sockaddr_storage *address)
{
    uint8_t key[GN_MQTT_SOURCE_BYTES];
    const bool is_loopback = sources_key(address, key);
    const uint32_t open_max = is_loopback ? GN_MQTT_CONNECTIONS_PER_LOOPBACK_MAX : GN_MQTT_CONNECTIONS_PER_SOURCE_MAX;
    const uint32_t half_max = is_loopback ? GN_MQTT_HALF_OPEN_PER_LOOPBACK_MAX : GN_MQTT_HALF_OPEN_PER_SOURCE_MAX;
    struct gn_mqtt_source *row = sources_row(sources, key);
    if (row->open >= open_max || row->half >= half_max)
        return NULL;
    row->open++;
    row->half++;
    return row;
}

void gn_mqtt_sources_admit(struct gn_mqtt_source *source)
{
    assert(source->half > 0);
    source->half--;
}

void gn_mqtt_sources_leave(struct gn_mqtt_sources *sources, struct gn_mqtt_source *source, bool was_half)
{
    assert(source->open > 0 && source->half >= (was_half ? 1u : 0u));
    source->half -= was_half;
    if (--source->open > 0)
        return;
    struct gn_mqtt_source **link = sources_bucket(sources, source->address);
    while (*link != source)
        link = &(*link)->next;
    *link = source->next;
    source->next = sources->spare;
    sources->spare = source;
}
