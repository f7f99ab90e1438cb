/* SPDX-License-Identifier: Apache-2.0 */
/* guard/qr_code.h -- a text as a QR code's matrix (ISO/IEC 18004), bare, without the quiet zone around it.
 *
 *   "mqtt://press-7:5b0c...@192.0.2.7:1883"  ─▶  41 x 41 cells, dark or light
 *
 * For what a device is given to connect with: error correction M (15 % may be unreadable), bytes as they are. The
 * code is made by libqrencode. The matrix is a secret when the text is: the caller wipes it. Any thread. */
#ifndef GN_GUARD_QR_CODE_H
#define GN_GUARD_QR_CODE_H

#include "base/bytes.h"

enum { GN_QR_VERSION_MAX = 16, GN_QR_CELLS_MAX = 17 + 4 * GN_QR_VERSION_MAX }; /* 450 bytes at M */

struct gn_qr {
    uint32_t size; /* cells of a side */
    bool dark[GN_QR_CELLS_MAX][GN_QR_CELLS_MAX];
};

/* FULL: too long a text, or no memory; INVAL: empty. */
GN_MUST_USE gn_err gn_qr_encode(gn_str text, struct gn_qr *out);

#endif
