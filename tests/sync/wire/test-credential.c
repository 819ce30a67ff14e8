#include "sync/wire/credential.h"

#include "schema/base64.h"
#include "schema/error.h"
#include "schema/world.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define DEVICE "0190a0b0-0000-7000-8000-000000000001"
#define OTHER "0190a0b0-0000-7000-8000-000000000002"

static void test_the_header_of_a_device_is_read_back(void **state)
{
  guint8 token[BH_TOKEN_SIZE] = {1, 2, 3};
  guint8 read[BH_TOKEN_SIZE];
  char device[BH_ID_LEN + 1];
  g_autofree char *base64 = bh_base64_encode(token, sizeof token);
  g_autofree char *header = bh_auth_format(DEVICE, base64);

  (void)state;
  assert_true(bh_auth_parse(header, device, read, NULL));
  assert_string_equal(device, DEVICE);
  assert_memory_equal(read, token, sizeof token);
}

static void test_any_other_header_is_denied(void **state)
{
  static const char *const headers[] = {
      NULL,
      "",
      "Bihuan",
      "Bihuan ",
      "Bearer abc",
      "Bihuan " DEVICE,
      "Bihuan " DEVICE " ",
      "Bihuan " DEVICE " AAAA",
      "Bihuan " DEVICE " AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      "Bihuan " DEVICE " AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ",
      "Bihuan  " DEVICE " AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
      "Bihuan ../../../../../../../../../../../x AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
  };

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(headers); i++) {
    guint8 token[BH_TOKEN_SIZE];
    char device[BH_ID_LEN + 1];
    g_autoptr(GError) error = NULL;

    assert_false(bh_auth_parse(headers[i], device, token, &error));
    assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_DENIED));
  }
}

static void test_pins_are_sha256(void **state)
{
  (void)state;
  assert_true(bh_pin_is_valid("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
  assert_false(bh_pin_is_valid("AAAA"));
  assert_false(bh_pin_is_valid(NULL));
  assert_false(bh_pin_is_valid("sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
}

static void test_hub_time_is_for_one_device_and_one_moment(void **state)
{
  g_autoptr(BhSigner) hub = bh_signer_new();
  g_autoptr(BhSigner) other = bh_signer_new();
  g_autofree char *sig = NULL;

  (void)state;
  bh_signer_make_keys(hub, bh_random_system());
  bh_signer_make_keys(other, bh_random_system());
  sig = bh_hub_time_sign(hub->secret_key, OTHER, DEVICE, 1234);
  assert_true(bh_hub_time_verify(hub->public_key, OTHER, DEVICE, 1234, sig));
  assert_false(bh_hub_time_verify(hub->public_key, OTHER, DEVICE, 1235, sig));
  assert_false(bh_hub_time_verify(hub->public_key, OTHER, OTHER, 1234, sig));
  assert_false(bh_hub_time_verify(other->public_key, OTHER, DEVICE, 1234, sig));
  assert_false(bh_hub_time_verify(hub->public_key, OTHER, DEVICE, 1234, "AAAA"));
  assert_false(bh_hub_time_verify(hub->public_key, OTHER, DEVICE, 1234, NULL));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_header_of_a_device_is_read_back),
      cmocka_unit_test(test_any_other_header_is_denied),
      cmocka_unit_test(test_pins_are_sha256),
      cmocka_unit_test(test_hub_time_is_for_one_device_and_one_moment),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
