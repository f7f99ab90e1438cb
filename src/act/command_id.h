/* SPDX-License-Identifier: Apache-2.0 */
/* act/command_id.h -- under which id an order with a key can be found again: outputs of kind "command". */
#ifndef GN_ACT_COMMAND_ID_H
#define GN_ACT_COMMAND_ID_H

#include "base/bytes.h"

enum { GN_COMMAND_ID_BYTES = 33 }; /* 32 hex digits and NUL */
void gn_command_id(gn_str key, char out[static GN_COMMAND_ID_BYTES]);

#endif
