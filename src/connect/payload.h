/* SPDX-License-Identifier: Apache-2.0 */
/* connect/payload.h -- the bytes of a message to readings: what every endpoint does behind its own protocol.
 *
 *   things/{id}/properties/{property}   21.5   true   "open"   open            one value
 *   things/{id}/properties              {"t":21.5,"on":true,"time":1767225600}  several
 *                                       {"voltage":{"l1":230.1},"cells":[3.31,3.29]}   voltage.l1, cells.0, cells.1
 *                                       [{"bn":"press:","n":"t","v":21.5}]      SenML (RFC 8428)
 *                                       the same in CBOR (first byte 0x80 to 0xbf)
 *
 * Time: "time", "ts" or "timestamp" of an object, a number (below 1e11 seconds, otherwise milliseconds, since
 * 1970) or an RFC 3339 string; in SenML "bt" + "t" as the RFC has it (below 2^28: relative to now). A null is
 * no reading and is passed over. Objects and arrays inside are flattened: names joined by '.', array places count
 * from 0, at most GN_PAYLOAD_DEPTH_MAX levels; a key that looks like a time means one on the outermost level only.
 * Refused whole, with words that name byte and key: what is not JSON or CBOR, a name that stands twice or is longer
 * than GN_PROPERTY_BYTES_MAX once joined, two times, NaN and infinities, binary data, more than
 * GN_READINGS_PER_PACKET_MAX readings, texts longer than GN_TEXT_VALUE_BYTES_MAX, and nothing usable at all.
 *
 * Property names are the intake's to judge. One parser serves all connections of a thread; the items live in it
 * and in the payload until the next call. Cost: about 2 ns a byte. */
#ifndef GN_CONNECT_PAYLOAD_H
#define GN_CONNECT_PAYLOAD_H

#include "base/cbor_read.h"
#include "base/json_read.h"
#include "connect/adapter.h"

enum {
    GN_PAYLOAD_SEEN = 1024, /* a power of two, four times the readings a packet may have */
    GN_PAYLOAD_TEXT_BYTES = GN_READINGS_PER_PACKET_MAX * (GN_TEXT_VALUE_BYTES_MAX + GN_PROPERTY_BYTES_MAX),
};

struct gn_payload {
    struct gn_item items[GN_READINGS_PER_PACKET_MAX];
    size_t item_count;
    bool is_cbor; /* private from here on */
    struct gn_json json;
    struct gn_cbor cbor;
    uint16_t seen[GN_PAYLOAD_SEEN]; /* keys of a large object: item + 1 by hash */
    size_t text_size;
    char text[GN_PAYLOAD_TEXT_BYTES]; /* what had escapes, and names that were put together; mostly untouched */
};

/* One value of one property. INVAL: *diag says why. */
GN_MUST_USE gn_err gn_payload_value(struct gn_payload *payload, gn_str property, gn_bytes bytes, struct gn_diag *diag);
/* An object or a SenML array, as JSON or CBOR. The clock is read only for a time that is relative to now. */
GN_MUST_USE gn_err gn_payload_object(struct gn_payload *payload, gn_bytes bytes, const struct gn_clock *clock,
                                     struct gn_diag *diag);
/* Whatever it is, of a device that knows nothing of us: an object's names come below `prefix` ("" for none), an array
 * that is not SenML is flattened, anything else is one value of the property `prefix` ("value" when that is empty). */
GN_MUST_USE gn_err gn_payload_any(struct gn_payload *payload, gn_str prefix, gn_bytes bytes,
                                  const struct gn_clock *clock, struct gn_diag *diag);

#endif
