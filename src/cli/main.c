/* SPDX-License-Identifier: Apache-2.0 */
/* cli/main.c -- the door of the program; everything else can be tested without it. */
#include "cli/cli.h"

int main(int argc, char **argv)
{
    return gn_cli_main(argc, argv, stdout, stderr);
}
