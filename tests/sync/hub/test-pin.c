/* PINs that are easy to guess are refused, nearly all others are accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "schema/error.h"
#include "sync/hub/devices/pin.h"

static void test_easily_guessed_pins_are_refused(void **state G_GNUC_UNUSED)
{
  static const char *const weak[] = {"",
                                     "1234",
                                     "12345",
                                     "111111",
                                     "123456",
                                     "654321",
                                     "000000",
                                     "123123",
                                     "121212",
                                     "112233",
                                     "890123",
                                     "135791",
                                     "963074",
                                     "234567",
                                     "912345",
                                     "543219",
                                     "880101",
                                     "990314",
                                     "199003",
                                     "201212",
                                     "19900314",
                                     "20261128",
                                     "12341234",
                                     "123412341",
                                     "47025",
                                     "47025a",
                                     " 470251",
                                     "470251 ",
                                     "４７０２５１",
                                     "1234567890123",
                                     "012345678901"};
  for (gsize i = 0; i < G_N_ELEMENTS(weak); i++) {
    g_autoptr(GError) error = NULL;
    if (bh_staff_pin_check(weak[i], &error))
      fail_msg("%s was accepted", weak[i]);
    assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID));
  }
}

static void test_nine_of_ten_pins_of_six_digits_are_taken(void **state G_GNUC_UNUSED)
{
  int taken = 0;
  for (int number = 0; number < 1000000; number += 7) {
    char pin[16];
    g_snprintf(pin, sizeof pin, "%06d", number);
    taken += bh_staff_pin_check(pin, NULL);
  }
  assert_in_range(taken, 1000000 / 7 * 85 / 100, 1000000 / 7);
}

static void test_ordinary_pins_are_accepted(void **state G_GNUC_UNUSED)
{
  static const char *const good[] = {"470251", "246810", "39402716", "123489", "508172639405"};
  for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
    g_autoptr(GError) error = NULL;
    if (!bh_staff_pin_check(good[i], &error))
      fail_msg("%s: %s", good[i], error->message);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_easily_guessed_pins_are_refused),
      cmocka_unit_test(test_nine_of_ten_pins_of_six_digits_are_taken),
      cmocka_unit_test(test_ordinary_pins_are_accepted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
