/* SPDX-License-Identifier: Apache-2.0 */
/* cli/main.c -- placeholder until the command table is in. */
#include <stdio.h>

#include "base/version.h"

int main(void)
{
    printf("ganglion %s\n", gn_version());
    return 0;
}
