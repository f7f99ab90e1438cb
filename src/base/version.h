/* SPDX-License-Identifier: Apache-2.0 */
/* base/version.h -- what this build calls itself, from git. */
#ifndef GN_BASE_VERSION_H
#define GN_BASE_VERSION_H

const char *gn_version(void);

#endif
