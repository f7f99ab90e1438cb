/* SPDX-License-Identifier: Apache-2.0 */
/* connect/mqtt/mqtt_props.h -- the properties of MQTT 5: one table says id, shape and where each may stand.
 *
 *   property length (varint) │ id (varint) value │ id value │ ...
 *
 * An unknown id, a property where it may not stand, one that stands twice, a value out of its range: each is
 * refused with the reason the specification names. At most GN_MQTT_USER_PROPERTIES_MAX user properties. Pure
 * functions; one pass over the bytes. */
#ifndef GN_CONNECT_MQTT_PROPS_H
#define GN_CONNECT_MQTT_PROPS_H

#include "base/buf.h"
#include "connect/mqtt/mqtt_packet.h"

/* Where properties stand: the packet's type, or a will inside a CONNECT. */
enum { GN_MQTT_IN_WILL = 0 };

/* A varint of at most four bytes in its shortest form. AGAIN: more bytes are needed; INVAL. */
GN_MUST_USE gn_err gn_mqtt_varint_take(struct gn_reader *reader, uint32_t *out);
void gn_mqtt_varint_put(struct gn_buf *out, uint32_t value);
size_t gn_mqtt_varint_size(uint32_t value);

/* UTF-8 text with a two-byte length; INVAL when it is cut, is not UTF-8, or holds U+0000. */
GN_MUST_USE gn_err gn_mqtt_text_take(struct gn_reader *reader, gn_str *out);
void gn_mqtt_text_put(struct gn_buf *out, gn_str text);

/* Takes length and properties. `place` is a gn_mqtt_type or GN_MQTT_IN_WILL. INVAL: *out_fault says why. */
GN_MUST_USE gn_err gn_mqtt_props_take(struct gn_reader *reader, unsigned place, struct gn_mqtt_props *out,
                                      struct gn_mqtt_fault *out_fault);
/* Length and properties, in ascending order of id; user properties are not written. */
void gn_mqtt_props_put(struct gn_buf *out, const struct gn_mqtt_props *props);
size_t gn_mqtt_props_size(const struct gn_mqtt_props *props); /* with its length */

/* Those of a PUBLISH or will that travel with the message, as they stand: without topic alias, subscription ids,
 * expiry and the will's delay. Borrows from the set, or from `scratch`, which needs as many bytes as `raw` has. */
gn_bytes gn_mqtt_props_travelling(const struct gn_mqtt_props *props, uint8_t *scratch);

/* The value, or `absent` when the property is not there. */
uint32_t gn_mqtt_props_number(const struct gn_mqtt_props *props, enum gn_mqtt_property id, uint32_t absent);
gn_str gn_mqtt_props_text(const struct gn_mqtt_props *props, enum gn_mqtt_property id);
void gn_mqtt_props_set(struct gn_mqtt_props *props, enum gn_mqtt_property id, uint32_t value);
void gn_mqtt_props_set_text(struct gn_mqtt_props *props, enum gn_mqtt_property id, gn_str value);

#endif
