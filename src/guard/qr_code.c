/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/qr_code.h"

#include <qrencode.h>
#include <sodium.h>

enum { QR_DARK_BIT = 1 }; /* of a cell of libqrencode's */

gn_err gn_qr_encode(gn_str text, struct gn_qr *out)
{
    if (text.size == 0)
        return GN_ERR_INVAL;
    if (text.size > 4096)
        return GN_ERR_FULL;
    QRcode *code = QRcode_encodeData((int)text.size, (const unsigned char *)text.at, 0, QR_ECLEVEL_M);
    if (code == NULL || code->version > GN_QR_VERSION_MAX) {
        QRcode_free(code); /* NULL is fine */
        return GN_ERR_FULL;
    }
    const uint32_t size = (uint32_t)code->width;
    out->size = size;
    for (uint32_t y = 0; y < size; y++)
        for (uint32_t x = 0; x < size; x++)
            out->dark[y][x] = (code->data[y * size + x] & QR_DARK_BIT) != 0;
    sodium_memzero(code->data, (size_t)size * size);
    QRcode_free(code);
    return GN_OK;
}
