/* SPDX-License-Identifier: Apache-2.0 */
#include "act/command_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void an_id_hangs_on_the_key_alone(void **state)
{
    (void)state;
    char a[GN_COMMAND_ID_BYTES], b[GN_COMMAND_ID_BYTES];
    gn_command_id(GN_STR("abc"), a);
    assert_string_equal(a, "ba7816bf8f01cfea414140de5dae2223"); /* of SHA-256("abc") */
    gn_command_id(GN_STR("abd"), b);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(an_id_hangs_on_the_key_alone) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
