/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "cli/api_fake.h"
#include "cli/cli_fake.h"
#include "cli/node_fake.h"
#include "cli/rows.h"
#include "os/file.h"

#define PATH_OF "/api/v1/things/press-7/certificate"

static const struct api_fake_row rows[] = {
    { "POST " PATH_OF, 201, NULL,
      "{\"id\":\"press-7\",\"key\":\"KEY\\n\",\"certificate\":\"CERT\\n\",\"fingerprint\":\"0102\",\"until\":"
      "1795317840000,"
      "\"ca\":\"CA\\n\"}" },
    { "GET " PATH_OF, 200, NULL, "{\"certificates\":[{\"fingerprint\":\"0102\",\"until\":1795317840000}]}" },
    { "DELETE " PATH_OF, 204, NULL, "" },
    { NULL, 0, NULL, NULL },
};

static struct cli_fake ran;
static struct api_fake fake;

static int begin(void **state)
{
    (void)state;
    api_fake_start(&fake, rows);
    return 0;
}

static int end(void **state)
{
    (void)state;
    api_fake_stop(&fake);
    return 0;
}

static void key_and_certificate_are_printed_once(void **state)
{
    (void)state;
    cli_fake_run(&ran, &gn_command_things_certificate, "press-7 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "KEY\nCERT\n");
    assert_string_equal(ran.err, "fingerprint 0102; the key is shown this once\n");
    assert_non_null(strstr(api_fake_asked(&fake), "POST " PATH_OF " HTTP/1.1 <- {}"));
    cli_fake_run(&ran, &gn_command_things_certificate, "press-8 --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_NOT_FOUND);
}

static void the_files_are_the_owners_alone(void **state)
{
    (void)state;
    char line[128];
    char path[128];
    char text[16];
    struct stat info;
    static const char *const names[] = { "device.key", "device.pem", "ca.pem" };
    static const char *const contents[] = { "KEY\n", "CERT\n", "CA\n" };
    (void)snprintf(line, sizeof line, "press-7 --out %s/agent --data @", fake.dir); /* which the fake clears */
    cli_fake_run(&ran, &gn_command_things_certificate, line, fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    for (size_t i = 0; i < 3; i++) {
        size_t size = 0;
        (void)snprintf(path, sizeof path, "%s/agent/%s", fake.dir, names[i]);
        assert_non_null(strstr(ran.out, path));
        assert_int_equal(gn_file_read_all(path, text, sizeof text, &size), GN_OK);
        assert_int_equal(size, strlen(contents[i]));
        assert_memory_equal(text, contents[i], size);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
    assert_null(strstr(ran.out, "KEY"));
}

static void a_request_goes_along(void **state)
{
    (void)state;
    char line[192];
    char path[128];
    (void)snprintf(path, sizeof path, "%s/x.csr", fake.dir);
    assert_int_equal(gn_file_replace(path, (gn_bytes){ (const uint8_t *)"REQ\nUEST\n", 9 }), GN_OK);
    (void)snprintf(line, sizeof line, "press-7 --csr %s --data @", path);
    cli_fake_run(&ran, &gn_command_things_certificate, line, fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_non_null(strstr(api_fake_asked(&fake), "<- {\"csr\":\"REQ\\nUEST\\n\"}"));
    cli_fake_run(&ran, &gn_command_things_certificate, "press-7 --csr /nowhere --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
    assert_non_null(strstr(ran.err, "--csr /nowhere cannot be used"));
}

static void those_that_count_are_listed_and_revoked(void **state)
{
    (void)state;
    cli_fake_run(&ran, &gn_command_things_certificate, "press-7 --list --data @", fake.dir);
    assert_string_equal(ran.out, "0102  until 2026-11-22T03:24:00.000Z\n");
    cli_fake_run(&ran, &gn_command_things_certificate, "press-7 --revoke --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_OK);
    assert_string_equal(ran.out, "Its certificates no longer count, its connections have ended.\n");
    cli_fake_run(&ran, &gn_command_things_certificate, "press-7 --revoke --list --data @", fake.dir);
    assert_int_equal(ran.code, GN_EXIT_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(key_and_certificate_are_printed_once, begin, end),
        cmocka_unit_test_setup_teardown(the_files_are_the_owners_alone, begin, end),
        cmocka_unit_test_setup_teardown(a_request_goes_along, begin, end),
        cmocka_unit_test_setup_teardown(those_that_count_are_listed_and_revoked, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
