/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/ledger/ledger.h"

#include "guard/ledger/ledger_fixture.h"
#include "guard/ledger/ledger_int.h"
#include "os/disk_sim.h"

#define DIR "./ledger"

static struct gn_ledger *must_open(const struct gn_disk *disk)
{
    struct gn_ledger *ledger = NULL;
    struct gn_diag diag = { 0 };
    const gn_err err = gn_ledger_open(disk, DIR, GN_STR("test.example/ledger"), &ledger, &diag);
    if (err)
        print_error("%s: %s\n", diag.file, diag.text);
    assert_int_equal(err, GN_OK);
    return ledger;
}

/* Entry `index` of that generation. */
static gn_bytes entry_of(uint64_t index, unsigned generation)
{
    static char text[512];
    const int size = snprintf(text, sizeof text, "entry %llu of %u %.*s", (unsigned long long)index, generation,
                              (int)(index * 37 % 200),
                              "..........................................................."
                              "..........................................................."
                              "...........................................................");
    return (gn_bytes){ (const uint8_t *)text, (size_t)size };
}

static gn_err append(struct gn_ledger *ledger, uint64_t count, unsigned generation)
{
    const uint64_t first = gn_ledger_size(ledger);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t index;
        assert_int_equal(gn_ledger_append(ledger, entry_of(first + i, generation), &index), GN_OK);
        assert_int_equal(index, first + i);
    }
    return gn_ledger_commit(ledger);
}

static void must_hold(struct gn_ledger *ledger)
{
    uint8_t bytes[GN_LEDGER_ENTRY_BYTES_MAX];
    struct gn_checkpoint state;
    struct gn_proof proof;
    const uint64_t size = gn_ledger_size(ledger);
    assert_int_equal(gn_checkpoint_open(gn_ledger_checkpoint(ledger), gn_ledger_key(ledger), &state), GN_OK);
    assert_int_equal(state.size, size);
    for (uint64_t index = 0; index < size; index += 1 + size / 97) {
        size_t got;
        assert_int_equal(gn_ledger_read(ledger, index, bytes, &got), GN_OK);
        const gn_bytes wanted = entry_of(index, 0);
        assert_int_equal(got, wanted.size);
        assert_memory_equal(bytes, wanted.at, got);
        const struct gn_sha256 leaf = gn_merkle_leaf(wanted);
        assert_int_equal(gn_ledger_prove(ledger, index, &proof), GN_OK);
        assert_true(gn_proof_includes(&proof, &leaf, index, size, &state.root));
        struct gn_sha256 old_root;
        assert_int_equal(gn_ledger_root(ledger, index, &old_root), GN_OK);
        assert_int_equal(gn_ledger_consistency(ledger, index, &proof), GN_OK);
        assert_true(gn_proof_extends(&proof, index, &old_root, size, &state.root));
    }
}

static void what_is_committed_is_read_and_proved_also_after_reopening(void **state)
{
    (void)state;
    struct gn_disk_sim *sim = gn_disk_sim_new(1);
    const struct gn_disk disk = gn_disk_simulated(sim);
    struct gn_ledger *ledger = must_open(&disk);
    uint64_t index;
    size_t size;
    uint8_t bytes[GN_LEDGER_ENTRY_BYTES_MAX];
    for (unsigned round = 0; round < 40; round++) {
        assert_int_equal(append(ledger, round * 13 % 101, 0), GN_OK);
        must_hold(ledger);
        if (round % 7 == 3) {
            gn_ledger_close(ledger);
            ledger = must_open(&disk);
            must_hold(ledger);
        }
    }
    assert_true(gn_ledger_size(ledger) > 1000);
    assert_int_equal(gn_ledger_read(ledger, gn_ledger_size(ledger), bytes, &size), GN_ERR_INVAL);
    assert_int_equal(gn_ledger_append(ledger, (gn_bytes){ bytes, 0 }, &index), GN_ERR_INVAL);
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(gn_ledger_append(ledger, (gn_bytes){ bytes, sizeof bytes }, &index), GN_OK);
    assert_int_equal(gn_ledger_append(ledger, (gn_bytes){ bytes, sizeof bytes + 1 }, &index), GN_ERR_INVAL);
    gn_ledger_close(ledger);
    struct gn_ledger *reader;
    struct gn_diag diag;
    assert_int_equal(gn_ledger_open_read(&disk, DIR, &reader, &diag), GN_OK);
    must_hold(reader); /* the entry that was not committed is not there */
    gn_ledger_close(reader);
    gn_disk_sim_free(sim);
}

static void a_group_has_a_largest_size(void **state)
{
    (void)state;
    struct gn_disk_sim *sim = gn_disk_sim_new(1);
    const struct gn_disk disk = gn_disk_simulated(sim);
    struct gn_ledger *ledger = must_open(&disk);
    static uint8_t bytes[GN_LEDGER_ENTRY_BYTES_MAX];
    uint64_t index;
    for (int i = 0; i < GN_LEDGER_GROUP_ENTRIES_MAX; i++)
        assert_int_equal(gn_ledger_append(ledger, (gn_bytes){ bytes, 1 }, &index), GN_OK);
    assert_int_equal(gn_ledger_append(ledger, (gn_bytes){ bytes, 1 }, &index), GN_ERR_FULL);
    assert_int_equal(gn_ledger_commit(ledger), GN_OK);
    const int largest = GN_LEDGER_GROUP_BYTES_MAX / (GN_LEDGER_ENTRY_BYTES_MAX + 2);
    for (int i = 0; i < largest; i++)
        assert_int_equal(gn_ledger_append(ledger, (gn_bytes){ bytes, sizeof bytes }, &index), GN_OK);
    assert_int_equal(gn_ledger_append(ledger, (gn_bytes){ bytes, sizeof bytes }, &index), GN_ERR_FULL);
    assert_int_equal(gn_ledger_commit(ledger), GN_OK);
    gn_ledger_close(ledger);
    ledger = must_open(&disk);
    assert_int_equal(gn_ledger_size(ledger), (uint64_t)(GN_LEDGER_GROUP_ENTRIES_MAX + largest));
    gn_ledger_close(ledger);
    gn_disk_sim_free(sim);
}

enum { CUT_SIZES = 700 };

/* Every checkpoint that left: of each size there must be one only. */
static char left_then[CUT_SIZES][GN_CHECKPOINT_BYTES_MAX];

static void checkpoint_leaves(const struct gn_ledger *ledger)
{
    const gn_str note = gn_ledger_checkpoint(ledger);
    char *seen = left_then[gn_ledger_size(ledger)];
    if (seen[0] == '\0')
        memcpy(seen, note.at, note.size);
    assert_int_equal(strlen(seen), note.size);
    assert_memory_equal(seen, note.at, note.size);
}

static uint64_t run_until_cut(const struct gn_disk *disk, unsigned generation)
{
    struct gn_ledger *ledger = NULL;
    struct gn_diag diag;
    uint64_t acknowledged = 0;
    if (gn_ledger_open(disk, DIR, GN_STR("test.example/ledger"), &ledger, &diag) != GN_OK)
        return 0;
    checkpoint_leaves(ledger);
    acknowledged = gn_ledger_size(ledger);
    for (unsigned i = 0; i < 7 && append(ledger, 1 + i * i * 3 % 90, generation) == GN_OK; i++) {
        checkpoint_leaves(ledger);
        acknowledged = gn_ledger_size(ledger);
    }
    gn_ledger_close(ledger);
    return acknowledged;
}

/* The power goes at each write in turn, in three ways; then the log goes on with OTHER entries. What was acknowledged
 * is there, and no size was ever signed with two roots. */
static void a_power_cut_at_every_write_loses_nothing_and_never_signs_a_size_twice(void **state)
{
    (void)state;
    uint64_t cuts = 0;
    for (uint64_t fate = 0; fate < 3; fate++) {
        bool whole = false;
        for (uint64_t n = 1; !whole; n++, cuts++) {
            struct gn_disk_sim *sim = gn_disk_sim_new(n);
            const struct gn_disk disk = gn_disk_simulated(sim);
            memset(left_then, 0, sizeof left_then);
            gn_disk_sim_cut_at(sim, n);
            const uint64_t acknowledged = run_until_cut(&disk, 1);
            whole = !gn_disk_sim_is_cut(sim);
            gn_disk_sim_reboot(sim, fate == 0 ? n * 7919 : fate == 1 ? GN_DISK_SIM_DROP : GN_DISK_SIM_KEEP);
            struct gn_ledger *ledger = must_open(&disk);
            checkpoint_leaves(ledger);
            assert_true(gn_ledger_size(ledger) >= acknowledged);
            gn_ledger_close(ledger);
            assert_true(run_until_cut(&disk, 2) > acknowledged);
            gn_disk_sim_free(sim);
        }
    }
    assert_true(cuts > 100);
}

static void a_failed_sync_is_final_until_the_log_is_opened_again(void **state)
{
    (void)state;
    struct gn_disk_sim *sim = gn_disk_sim_new(1);
    const struct gn_disk disk = gn_disk_simulated(sim);
    struct gn_ledger *ledger = must_open(&disk);
    assert_int_equal(append(ledger, 5, 0), GN_OK);
    gn_disk_sim_fail_sync(sim, 1);
    assert_int_equal(append(ledger, 5, 0), GN_ERR_IO);
    assert_int_equal(append(ledger, 5, 0), GN_ERR_IO);
    assert_int_equal(gn_ledger_size(ledger), 5);
    gn_ledger_close(ledger);
    gn_disk_sim_reboot(sim, 3);
    ledger = must_open(&disk);
    assert_true(gn_ledger_size(ledger) >= 5);
    must_hold(ledger);
    gn_ledger_close(ledger);
    gn_disk_sim_free(sim);
}

static void a_full_disk_refuses_the_commit_and_then_takes_it(void **state)
{
    (void)state;
    struct gn_disk_sim *sim = gn_disk_sim_new(1);
    const struct gn_disk disk = gn_disk_simulated(sim);
    struct gn_ledger *ledger = must_open(&disk);
    uint64_t index;
    assert_int_equal(gn_ledger_append(ledger, entry_of(0, 0), &index), GN_OK);
    gn_disk_sim_set_space(sim, gn_disk_sim_used(sim) + 1000);
    assert_int_equal(gn_ledger_commit(ledger), GN_ERR_NO_SPACE);
    assert_int_equal(gn_ledger_size(ledger), 0);
    gn_disk_sim_set_space(sim, GN_DISK_SIM_ENDLESS);
    assert_int_equal(gn_ledger_commit(ledger), GN_OK);
    must_hold(ledger);
    gn_ledger_close(ledger);
    gn_disk_sim_free(sim);
}

static void a_salted_commitment_is_the_same_after_a_restart_and_of_no_other_subject(void **state)
{
    (void)state;
    struct gn_disk_sim *sim = gn_disk_sim_new(1);
    const struct gn_disk disk = gn_disk_simulated(sim);
    struct gn_ledger *ledger = must_open(&disk);
    const struct gn_sha256 a = gn_ledger_salt(ledger, GN_STR("d-1"));
    const struct gn_sha256 b = gn_ledger_salt(ledger, GN_STR("d-2"));
    gn_ledger_close(ledger);
    ledger = must_open(&disk);
    const struct gn_sha256 again = gn_ledger_salt(ledger, GN_STR("d-1"));
    assert_true(gn_sha256_equal(&a, &again) && !gn_sha256_equal(&a, &b));
    const gn_bytes body = { (const uint8_t *)"body", 4 };
    const struct gn_sha256 one = gn_ledger_commitment(&a, body), other = gn_ledger_commitment(&b, body);
    assert_false(gn_sha256_equal(&one, &other));
    gn_ledger_close(ledger);
    gn_disk_sim_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_is_read_and_proved_also_after_reopening),
        cmocka_unit_test(a_group_has_a_largest_size),
        cmocka_unit_test(a_power_cut_at_every_write_loses_nothing_and_never_signs_a_size_twice),
        cmocka_unit_test(a_failed_sync_is_final_until_the_log_is_opened_again),
        cmocka_unit_test(a_full_disk_refuses_the_commit_and_then_takes_it),
        cmocka_unit_test(a_salted_commitment_is_the_same_after_a_restart_and_of_no_other_subject),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
