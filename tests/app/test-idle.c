/* The idle time of the window: suspend counts, and the first touch after it is dropped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/idle.h"

#define MINUTE_MS (60 * 1000LL)

static gint64 boot_now_ms;

static gint64 get_boot_ms(gpointer data G_GNUC_UNUSED)
{
  return boot_now_ms;
}

static const BhClock clock_of_boot = {NULL, get_boot_ms, NULL, NULL};

static void test_touches_keep_it_from_being_over(void **state G_GNUC_UNUSED)
{
  BhIdle idle;
  bh_idle_init(&idle, &clock_of_boot);
  for (int i = 0; i < 10; i++) {
    boot_now_ms += 5 * MINUTE_MS;
    assert_false(bh_idle_is_over(&idle, 5));
    assert_true(bh_idle_touch(&idle, 5));
  }
  boot_now_ms += 5 * MINUTE_MS + 1;
  assert_true(bh_idle_is_over(&idle, 5));
}

static void
test_the_first_touch_after_a_sleep_is_not_of_who_was_signed_in(void **state G_GNUC_UNUSED)
{
  BhIdle idle;
  bh_idle_init(&idle, &clock_of_boot);
  boot_now_ms += 9 * 60 * MINUTE_MS; /* the machine sleeps from noon to night */
  assert_false(bh_idle_touch(&idle, 5));
  assert_true(bh_idle_touch(&idle, 5));
  assert_false(bh_idle_is_over(&idle, 5));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_touches_keep_it_from_being_over),
      cmocka_unit_test(test_the_first_touch_after_a_sleep_is_not_of_who_was_signed_in),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
