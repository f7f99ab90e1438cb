/* SPDX-License-Identifier: Apache-2.0 */
/* connect/discover/discover_fixture.h -- for tests: an announcement read, and each device of it as its fragment. */
#ifndef GN_CONNECT_DISCOVER_FIXTURE_H
#define GN_CONNECT_DISCOVER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "connect/discover/device.h"

typedef gn_err fixture_reader(struct gn_json_tree *tree, struct gn_device *scratch, gn_str topic, gn_str payload,
                              gn_device_each *each, void *ctx, struct gn_diag *diag);

enum { FIXTURE_DEVICES_MAX = 8, FIXTURE_TEXT_BYTES = 16384 };

static struct {
    struct gn_json_tree tree;
    struct gn_device scratch, device; /* device: the last one, whole */
    struct gn_diag diag;
    size_t count;
    char text[FIXTURE_DEVICES_MAX][FIXTURE_TEXT_BYTES]; /* "key | name | fragment" */
} fixture;

static inline gn_err fixture_each(void *ctx, const struct gn_device *device)
{
    (void)ctx;
    assert_true(fixture.count < FIXTURE_DEVICES_MAX);
    struct gn_buf out = gn_buf_over(fixture.text[fixture.count++], FIXTURE_TEXT_BYTES - 1);
    gn_buf_add_str(&out, device->key);
    gn_buf_add_text(&out, " | ");
    gn_buf_add_str(&out, device->name);
    gn_buf_add_text(&out, " | ");
    gn_device_write(device, &out);
    assert_false(out.full);
    out.at[out.size] = '\0';
    fixture.device = *device; /* its texts point into the scratch, which lives as long */
    return GN_OK;
}

static inline gn_err fixture_read(fixture_reader *read, const char *topic, const char *payload)
{
    fixture.count = 0;
    fixture.diag = (struct gn_diag){ 0 };
    return read(&fixture.tree, &fixture.scratch, gn_str_of(topic), gn_str_of(payload), fixture_each, NULL,
                &fixture.diag);
}

/* The fragment of one property of the device that was said last, as JSON. */
static inline const char *fixture_property(const char *name)
{
    static char out[2048];
    struct gn_device one;
    const struct gn_trait *trait = gn_device_find(&fixture.device, gn_str_of(name));
    if (trait == NULL)
        return "none";
    gn_device_begin(&one, fixture.device.source);
    one.trait_count = 1;
    one.traits[0] = *trait;
    struct gn_buf buf = gn_buf_over(out, sizeof out - 1);
    gn_device_write(&one, &buf);
    out[buf.size] = '\0';
    return strchr(strchr(out + 1, '{') + 1, '{'); /* what stands behind "properties":{"name": */
}

#endif
