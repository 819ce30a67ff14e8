/* The proved interval of an entry contains the true time, whatever the device claims. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "schema/world.h"
#include "sync/wire/credential.h"
#include "sync/wire/evidence.h"

#define HUB "00000000-0000-7000-8000-00000000aaaa"
#define DEVICE "00000000-0000-7000-8000-00000000bbbb"
#define OTHER "00000000-0000-7000-8000-00000000cccc"
#define DAY_MS (24 * 3600 * 1000LL)
#define ENROLLED_MS G_GINT64_CONSTANT(1790000000000)
#define LIVES 400
#define ENTRIES 20

static BhSigner *hub;

static void set_signed(BhEntryClock *clock, const BhSigner *by, const char *device, gint64 ms)
{
  g_autofree char *sig = bh_hub_time_sign(by->secret_key, HUB, device, ms);
  clock->hub_ms = ms;
  g_strlcpy(clock->hub_sig, sig, sizeof clock->hub_sig);
}

static const BhEnvelope *envelope(void)
{
  static BhEnvelope one = {.hub = HUB, .device = DEVICE};
  return &one;
}

static gint64 any_ms(GRand *rand, gint64 from, gint64 to)
{
  return from + (gint64)(g_rand_double(rand) * (double)(to - from));
}

/* Makes a clock as a dishonest device may claim it: it can hold back, mix and invent times, but
 * cannot sign as the hub. `heard` are the hub times that it was given up to now. */
static void claim(GRand *rand, BhEntryClock *clock, const GArray *heard, const BhSigner *forger)
{
  *clock = (BhEntryClock){.wall_ms = any_ms(rand, 0, ENROLLED_MS + 900 * DAY_MS),
                          .boot_ms = any_ms(rand, 0, 90 * DAY_MS)};
  clock->hub_boot_ms = g_rand_boolean(rand) ? any_ms(rand, 1, 90 * DAY_MS) : 0;
  gint64 made_up_ms = any_ms(rand, 1, ENROLLED_MS + 900 * DAY_MS);
  switch (g_rand_int_range(rand, 0, 6)) {
  case 0:
    clock->hub_ms = made_up_ms;
    break;
  case 1:
    set_signed(clock, forger, DEVICE, made_up_ms);
    break;
  case 2:
    set_signed(clock, hub, OTHER, made_up_ms);
    break;
  case 3:
    clock->hub_ms = 0;
    break;
  default:
    set_signed(clock, hub, DEVICE,
               g_array_index(heard, gint64, g_rand_int_range(rand, 0, (gint32)heard->len)));
    if (g_rand_int_range(rand, 0, 8) == 0)
      clock->hub_ms++; /* changes the time under a valid signature */
  }
}

static void
test_the_proved_interval_contains_the_true_time_whatever_is_claimed(void **state G_GNUC_UNUSED)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed(20261128);
  g_autoptr(BhSigner) forger = bh_signer_new();
  int proved = 0, contradiction = 0;
  bh_signer_make_keys(forger, bh_random_system());
  for (int life = 0; life < LIVES; life++) {
    g_autoptr(GArray) heard = g_array_new(FALSE, FALSE, sizeof(gint64));
    gint64 now_ms = ENROLLED_MS;
    BhTimeProof proof = {.enrolled_ms = ENROLLED_MS};
    g_array_append_val(heard, now_ms);
    for (int i = 0; i < ENTRIES; i++) {
      BhEntryClock clock;
      now_ms += any_ms(rand, 0, 10 * DAY_MS);
      if (g_rand_boolean(rand))
        g_array_append_val(heard, now_ms);
      claim(rand, &clock, heard, forger);
      gint64 signed_at_ms = now_ms;
      now_ms += any_ms(rand, 0, 5 * DAY_MS);
      gboolean is_signed = bh_evidence_is_signed(&clock, envelope(), hub->public_key);
      if (is_signed)
        proof.signed_ms = MAX(proof.signed_ms, clock.hub_ms);
      proof.received_ms = now_ms;
      BhEvidence evidence = bh_evidence_compute(&clock, is_signed, &proof);
      assert_true(evidence.from_ms >= ENROLLED_MS && evidence.from_ms <= signed_at_ms);
      assert_true(evidence.to_ms == now_ms && evidence.to_ms >= signed_at_ms);
      assert_true(evidence.basis == (proof.signed_ms > 0 ? BH_TIME_SIGNED : BH_TIME_ENROLMENT));
      proved += is_signed;
      contradiction += evidence.contradiction != NULL;
      if (clock.hub_sig[0] != '\0' && !is_signed)
        assert_string_equal(evidence.contradiction, "forged");
    }
  }
  assert_in_range(proved, LIVES * ENTRIES / 10, LIVES * ENTRIES * 9 / 10);
  assert_true(contradiction > LIVES);
}

static void test_claims_that_contradict_known_facts_are_named(void **state G_GNUC_UNUSED)
{
  const struct {
    gint64 hub_ms, boot_ms, hub_boot_ms, signed_ms;
    const char *contradiction;
  } cases[] = {
      {0, 5, 0, 0, NULL},
      {ENROLLED_MS, 5, 0, 0, NULL},
      {ENROLLED_MS - 1, 5, 0, 0, "before_enrolment"},
      {ENROLLED_MS - 400 * DAY_MS, 5, 1, 0, "before_enrolment"},
      {ENROLLED_MS + DAY_MS, 5, 0, 0, NULL},
      {ENROLLED_MS + DAY_MS + 1, 5, 0, 0, "after_receipt"},
      {ENROLLED_MS, 2 * DAY_MS, 1, 0, "after_receipt"},
      {ENROLLED_MS, DAY_MS, 1, 0, NULL},
      {ENROLLED_MS, 5, 0, ENROLLED_MS + 1, "back"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    BhEntryClock clock = {.wall_ms = ENROLLED_MS,
                          .boot_ms = cases[i].boot_ms,
                          .hub_ms = cases[i].hub_ms,
                          .hub_boot_ms = cases[i].hub_boot_ms};
    BhTimeProof proof = {.received_ms = ENROLLED_MS + DAY_MS,
                         .enrolled_ms = ENROLLED_MS,
                         .signed_ms = cases[i].signed_ms};
    BhEvidence evidence = bh_evidence_compute(&clock, FALSE, &proof);
    if (g_strcmp0(evidence.contradiction, cases[i].contradiction) != 0)
      fail_msg("case %zu has the contradiction %s", i,
               evidence.contradiction != NULL ? evidence.contradiction : "none");
  }
}

/* The hub's clock was years behind its own entries. Then the times of devices do not count as
 * contradictions; they are only unproved. */
static void test_a_hub_with_a_wrong_clock_reports_no_device(void **state G_GNUC_UNUSED)
{
  BhTimeProof proof = {.received_ms = ENROLLED_MS - 9000 * DAY_MS, .enrolled_ms = ENROLLED_MS};
  for (int days = -1; days < 3; days++) {
    BhEntryClock clock = {
        .wall_ms = ENROLLED_MS, .boot_ms = 5, .hub_ms = ENROLLED_MS + days * DAY_MS};
    BhEvidence evidence = bh_evidence_compute(&clock, FALSE, &proof);
    assert_null(evidence.contradiction);
    assert_int_equal(evidence.basis, BH_TIME_UNPROVED);
    assert_int_equal(evidence.from_ms, 0);
  }
  BhEntryClock forged = {.wall_ms = ENROLLED_MS, .hub_ms = ENROLLED_MS, .hub_sig = "x"};
  assert_string_equal(bh_evidence_compute(&forged, FALSE, &proof).contradiction, "forged");
}

static void
test_a_hub_set_back_proves_nothing_rather_than_the_impossible(void **state G_GNUC_UNUSED)
{
  BhTimeProof proof = {.received_ms = ENROLLED_MS, .signed_ms = ENROLLED_MS + DAY_MS};
  BhEvidence evidence = bh_evidence_compute(NULL, FALSE, &proof);
  assert_int_equal(evidence.basis, BH_TIME_UNPROVED);
  assert_int_equal(evidence.from_ms, 0);
  assert_int_equal(evidence.to_ms, ENROLLED_MS);
}

static void test_the_hubs_own_entries_are_of_the_moment_it_made_them(void **state G_GNUC_UNUSED)
{
  BhEntryClock clock = {.wall_ms = 5};
  BhTimeProof proof = {.received_ms = ENROLLED_MS, .by_hub = TRUE};
  BhEvidence evidence = bh_evidence_compute(&clock, FALSE, &proof);
  assert_int_equal(evidence.basis, BH_TIME_HUB);
  assert_int_equal(evidence.from_ms, ENROLLED_MS);
  assert_int_equal(evidence.to_ms, ENROLLED_MS);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_proved_interval_contains_the_true_time_whatever_is_claimed),
      cmocka_unit_test(test_claims_that_contradict_known_facts_are_named),
      cmocka_unit_test(test_a_hub_with_a_wrong_clock_reports_no_device),
      cmocka_unit_test(test_a_hub_set_back_proves_nothing_rather_than_the_impossible),
      cmocka_unit_test(test_the_hubs_own_entries_are_of_the_moment_it_made_them),
  };
  hub = bh_signer_new();
  bh_signer_make_keys(hub, bh_random_system());
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  bh_signer_free(hub);
  return failed;
}
