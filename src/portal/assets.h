/* SPDX-License-Identifier: Apache-2.0 */
/* portal/assets.h -- the front end's files as bytes of the binary (made by tools/embed.py). */
#ifndef GN_PORTAL_ASSETS_H
#define GN_PORTAL_ASSETS_H

#include <stdbool.h>
#include <stddef.h>

struct gn_asset {
    const char *path; /* "/index.html" */
    const char *type; /* MIME */
    bool gzip;
    const unsigned char *bytes;
    size_t size;
};

extern const struct gn_asset gn_assets[];
extern const size_t gn_asset_count;

#endif
