/* Which taps count: of a bouncing finger only one, of a person who taps fast all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/tap-filter.h"

#define FRAME_MS 40 /* time until a changed view is drawn */

static int button, other;

static gboolean tap(BhTapFilter *filter, guint32 at_ms, const int *target)
{
  BhTap tap_at = {at_ms, at_ms, 100, 500, target};
  return bh_tap_filter_accept(filter, &tap_at);
}

/* Taps a button that opens another view, which is drawn one frame later. */
static void open_view(BhTapFilter *filter, guint32 at_ms)
{
  assert_true(tap(filter, at_ms, &button));
  bh_tap_filter_change_view(filter);
  bh_tap_filter_note_frame(filter, at_ms + FRAME_MS);
}

static void test_a_bounce_does_not_reach_the_next_view(void **state G_GNUC_UNUSED)
{
  for (guint32 gap_ms = 60; gap_ms <= 300; gap_ms += 20) {
    BhTapFilter filter = {0};
    open_view(&filter, 1000);
    assert_false(tap(&filter, 1000 + gap_ms, &button));
  }
}

static void test_a_series_of_bounces_is_one_tap(void **state G_GNUC_UNUSED)
{
  BhTapFilter filter = {0};
  open_view(&filter, 1000);
  for (guint32 at_ms = 1100; at_ms < 3000; at_ms += 100)
    assert_false(tap(&filter, at_ms, &button));
}

static void test_taps_every_half_second_all_count(void **state G_GNUC_UNUSED)
{
  BhTapFilter filter = {0};
  for (guint32 at_ms = 1000; at_ms < 21000; at_ms += 500)
    open_view(&filter, at_ms);
}

static void test_a_view_that_was_not_drawn_yet_takes_no_tap(void **state G_GNUC_UNUSED)
{
  BhTapFilter filter = {0};
  assert_true(tap(&filter, 1000, &button));
  bh_tap_filter_change_view(&filter);
  assert_false(tap(&filter, 2000, &button));
  bh_tap_filter_note_frame(&filter, 2600);
  assert_false(tap(&filter, 2610, &button));
  assert_true(tap(&filter, 3200, &button));
}

static void test_a_later_frame_does_not_begin_the_wait_anew(void **state G_GNUC_UNUSED)
{
  BhTapFilter filter = {0};
  open_view(&filter, 1000);
  for (guint32 at_ms = 1060; at_ms < 1480; at_ms += 20)
    bh_tap_filter_note_frame(&filter, at_ms);
  assert_true(tap(&filter, 1490, &button));
}

static void
test_in_one_view_only_a_tap_where_another_control_was_hit_waits(void **state G_GNUC_UNUSED)
{
  BhTapFilter filter = {0};
  assert_true(tap(&filter, 1000, &button));
  assert_true(tap(&filter, 1090, &button)); /* the same digit once more */
  BhTap next_key = {1150, 1150, 200, 500, &other};
  assert_true(bh_tap_filter_accept(&filter, &next_key));
  BhTap same_place = {1300, 1300, 204, 497, &button};
  assert_false(bh_tap_filter_accept(&filter, &same_place));
  BhTap later = {1700, 1700, 204, 497, &button};
  assert_true(bh_tap_filter_accept(&filter, &later));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_bounce_does_not_reach_the_next_view),
      cmocka_unit_test(test_a_series_of_bounces_is_one_tap),
      cmocka_unit_test(test_taps_every_half_second_all_count),
      cmocka_unit_test(test_a_view_that_was_not_drawn_yet_takes_no_tap),
      cmocka_unit_test(test_a_later_frame_does_not_begin_the_wait_anew),
      cmocka_unit_test(test_in_one_view_only_a_tap_where_another_control_was_hit_waits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
