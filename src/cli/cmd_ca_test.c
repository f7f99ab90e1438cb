/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"
#include "guard/ca.h"
#include "os/file.h"

static struct cli_fake ran;
static char dir[64];

static int begin(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "/tmp/ganglion-cli-ca-XXXXXX");
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : -1;
}

static void the_certificate_and_its_fingerprint_are_printed(void **state)
{
    (void)state;
    struct gn_ca *ca = NULL;
    char fingerprint[GN_FINGERPRINT_TEXT_BYTES];
    char said[160];
    assert_int_equal(gn_ca_open(dir, gn_clock_system(), &ca, NULL), GN_OK);
    gn_ca_fingerprint(ca, fingerprint);
    cli_fake_run(&ran, &gn_command_ca, "--data @", dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_true(gn_str_equal(gn_str_of(ran.out), gn_ca_certificate(ca)));
    (void)snprintf(said, sizeof said, "SHA-256 fingerprint: %s\n", fingerprint);
    assert_string_equal(ran.err, said);
    cli_fake_run(&ran, &gn_command_ca, "--data @ --json", dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(ran.out, "{\"certificate\":\"-----BEGIN CERTIFICATE-----\\n"));
    assert_non_null(strstr(ran.out, fingerprint));
    gn_ca_close(ca);
}

static void no_ca_and_a_broken_one_are_told_apart(void **state)
{
    (void)state;
    char path[128];
    cli_fake_run(&ran, &gn_command_ca, "--data @", dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
    (void)snprintf(path, sizeof path, "%s/guard", dir);
    assert_int_equal(gn_dir_make(path, NULL), GN_OK);
    (void)snprintf(path, sizeof path, "%s/guard/ca.pem", dir);
    assert_int_equal(gn_file_replace(path, (gn_bytes){ (const uint8_t *)"x", 1 }), GN_OK);
    cli_fake_run(&ran, &gn_command_ca, "--data @", dir);
    assert_int_equal(ran.code, GN_EXIT_FAILED);
    assert_non_null(strstr(ran.err, "ca.pem: is no private key with its certificate"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_certificate_and_its_fingerprint_are_printed, begin, end),
        cmocka_unit_test_setup_teardown(no_ca_and_a_broken_one_are_told_apart, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
