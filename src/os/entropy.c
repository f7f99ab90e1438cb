/* SPDX-License-Identifier: Apache-2.0 */
#include "os/entropy.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

void gn_entropy(void *to, size_t size)
{
    uint8_t *at = to;
    while (size > 0) {
        const ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            (void)fputs("ganglion: the kernel gives no random bytes; no secret can be made\n", stderr);
            abort();
        }
        at += got;
        size -= (size_t)got;
    }
}
