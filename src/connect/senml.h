/* SPDX-License-Identifier: Apache-2.0 */
/* connect/senml.h -- SenML in JSON or CBOR (RFC 8428): an array of records, each a reading.
 *
 *   [{"bn":"urn:dev:press-7:","bt":1767225600,"n":"t","v":21.5},{"n":"on","t":1,"vb":true}]
 *      base name, time, value hold for all records that follow     ▲ name "bn"+"n", time "bt"+"t"
 *
 * The property is the last segment of the name behind '/' or ':'. Units are read and not kept. Labels we do not
 * know are passed over, those that end in '_' refuse the packet, as the RFC demands. */
#ifndef GN_CONNECT_SENML_H
#define GN_CONNECT_SENML_H

#include "connect/payload.h"

/* Reads on behind the array's begin that the payload has just given, to the end. INVAL: *diag says why. */
GN_MUST_USE gn_err gn_senml_records(struct gn_payload *payload, const struct gn_clock *clock, struct gn_diag *diag);

#endif
