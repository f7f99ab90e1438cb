/* SPDX-License-Identifier: Apache-2.0 */
/* os/entropy.h -- random bytes from the kernel (getrandom). Ends the process when there are none:
 * a node that cannot make secrets must not run. */
#ifndef GN_OS_ENTROPY_H
#define GN_OS_ENTROPY_H

#include <stddef.h>

void gn_entropy(void *to, size_t size);

#endif
