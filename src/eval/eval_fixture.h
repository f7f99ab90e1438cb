/* SPDX-License-Identifier: Apache-2.0 */
/* eval/eval_fixture.h -- for tests only: a data folder that lasts for one test program. Include it in one file. */
#ifndef GN_EVAL_EVAL_FIXTURE_H
#define GN_EVAL_EVAL_FIXTURE_H

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/file.h"

enum { EVAL_FIXTURE_FILES_MAX = 16 };

static struct {
    char dir[PATH_MAX / 4];
    char files[EVAL_FIXTURE_FILES_MAX][PATH_MAX / 2];
    size_t count;
} eval_fixture;

static inline int eval_fixture_start(void **state)
{
    (void)state;
    const char *parent = getenv("TMPDIR");
    (void)snprintf(eval_fixture.dir, sizeof eval_fixture.dir, "%s/gn-eval-XXXXXX", parent != NULL ? parent : "/tmp");
    return mkdtemp(eval_fixture.dir) != NULL ? 0 : -1;
}

/* Writes dir/FOLDER/NAME; `path` is "FOLDER/NAME". */
static inline void eval_fixture_write(const char *path, const char *text)
{
    char whole[PATH_MAX / 2];
    (void)snprintf(whole, sizeof whole, "%s/%s", eval_fixture.dir, path);
    char *slash = strrchr(whole, '/');
    *slash = '\0';
    if (gn_dir_make(whole, NULL))
        abort();
    *slash = '/';
    if (gn_file_replace(whole, (gn_bytes){ (const uint8_t *)text, strlen(text) }))
        abort();
    for (size_t i = 0; i < eval_fixture.count; i++)
        if (strcmp(eval_fixture.files[i], whole) == 0)
            return;
    if (eval_fixture.count == EVAL_FIXTURE_FILES_MAX)
        abort();
    memcpy(eval_fixture.files[eval_fixture.count++], whole, sizeof whole);
}

static inline int eval_fixture_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < eval_fixture.count; i++) {
        (void)unlink(eval_fixture.files[i]);
        *strrchr(eval_fixture.files[i], '/') = '\0';
    }
    for (size_t i = 0; i < eval_fixture.count; i++)
        (void)rmdir(eval_fixture.files[i]); /* a second time it is gone already */
    return rmdir(eval_fixture.dir);
}

#endif
