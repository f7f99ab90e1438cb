/* SPDX-License-Identifier: Apache-2.0 */
#include "act/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/act_fixture.h"
#include "base/mem.h"

static void seen(uint32_t thing, const char *json)
{
    gn_act_on_identity(fixture.act, ++fixture.seq, thing, gn_str_of(json));
}

#define TURNS "{\"state\":\"turns\",\"first\":\"10.0.0.1\",\"second\":\"10.0.0.2\"}"
#define BOTH  "{\"state\":\"both\",\"first\":\"10.0.0.1\",\"second\":\"10.0.0.3\"}"

static void a_token_in_two_places_is_an_alarm_until_it_is_renewed(void **state)
{
    (void)state;
    seen(0, TURNS);
    assert_string_equal(fixture_story(), "finding open, alarm open");
    assert_string_equal(said("alarm", "kind"), "identity");
    assert_string_equal(said("alarm", "p_value"), "null");
    assert_string_equal(said("finding", "fault"), "two_places");
    assert_string_equal(said("finding", "alarm"), fixture_last_id("alarm"));
    assert_string_equal(
        said("alarm", "why"),
        "press-7: two devices use its token, from 10.0.0.1 and 10.0.0.2 in turns. One of them may be a "
        "copy. Renew the token (ganglion things token press-7) and give the new one to the right device "
        "only.");
    fixture_forget();
    seen(0, TURNS); /* goes on: nothing new */
    assert_string_equal(fixture_story(), "");
    seen(0, BOTH);
    assert_string_equal(fixture_story(), "finding open, alarm open");
    assert_non_null(strstr(said("alarm", "why"), "from 10.0.0.1 and 10.0.0.3, both connected at once."));
    fixture_forget();
    seen(0, "{\"state\":\"renewed\"}");
    assert_string_equal(fixture_story(), "finding over, alarm cleared");
    assert_non_null(strstr(said("alarm", "why"), "The token was renewed."));
    fixture_forget();
    seen(0, "{\"state\":\"revoked\"}"); /* of what is not open */
    assert_string_equal(fixture_story(), "");
}

static void it_is_cleared_when_it_was_not_seen_for_long(void **state)
{
    (void)state;
    seen(0, TURNS);
    feed_time(GN_IDENTITY_QUIET_MS - 1000);
    seen(0, TURNS);
    fixture_forget();
    feed_time(GN_IDENTITY_QUIET_MS - 1);
    assert_string_equal(fixture_story(), "");
    feed_time(1);
    assert_string_equal(fixture_story(), "finding over, alarm cleared");
    assert_non_null(strstr(said("alarm", "why"), "not seen again for 15 minutes"));
}

static void it_survives_an_image(void **state)
{
    (void)state;
    seen(0, TURNS);
    const gn_bytes image = gn_act_state(fixture.act);
    uint8_t *copy = gn_mem_take(image.size, "a test's image");
    assert_non_null(copy);
    memcpy(copy, image.at, image.size);
    assert_int_equal(gn_act_restore(fixture.act, (gn_bytes){ copy, image.size }), GN_OK);
    fixture_forget();
    seen(0, "{\"state\":\"revoked\"}");
    assert_string_equal(fixture_story(), "finding over, alarm cleared");
    struct gn_act_state *broken = (void *)copy;
    broken->identities[0].thing = GN_THINGS_MAX;
    assert_int_equal(gn_act_restore(fixture.act, (gn_bytes){ copy, image.size }), GN_ERR_CORRUPT);
    broken->identities[0].thing = 0;
    memset(broken->identities[0].places[1], 'x', sizeof broken->identities[0].places[1]);
    assert_int_equal(gn_act_restore(fixture.act, (gn_bytes){ copy, image.size }), GN_ERR_CORRUPT);
    gn_mem_give(copy);
}

static void what_is_no_such_record_changes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "[]", "{}", "{\"state\":\"x\"}", "{\"state\":\"renewed\"}", "{\"state\":1}"
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        seen(0, texts[i]);
    seen(GN_THINGS_MAX, TURNS);
    seen(GN_NONE, TURNS);
    assert_string_equal(fixture_story(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_token_in_two_places_is_an_alarm_until_it_is_renewed, fixture_up,
                                        fixture_down),
        cmocka_unit_test_setup_teardown(it_is_cleared_when_it_was_not_seen_for_long, fixture_up, fixture_down),
        cmocka_unit_test_setup_teardown(it_survives_an_image, fixture_up, fixture_down),
        cmocka_unit_test_setup_teardown(what_is_no_such_record_changes_nothing, fixture_up, fixture_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
