#include "sync/wire/enrol-text.h"

#include "schema/error.h"
#include "schema/plaque.h"
#include "schema/world.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define HUB "0190a0b0-0000-7000-8000-000000000001"
#define PIN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define TOKEN "AAECAwQFBgcICQoLDA0ODw=="

static void test_the_text_is_read_back_and_fits_a_qr_code(void **state)
{
  guint8 token[BH_ENROL_TOKEN_SIZE];
  g_autofree char *text = NULL;
  g_autofree char *spaced = NULL;
  g_autoptr(BhEnrolText) read = NULL;

  (void)state;
  for (gsize i = 0; i < sizeof token; i++)
    token[i] = (guint8)i;
  text = bh_enrol_text_encode("https://hub.example:8443", PIN, token, HUB);
  assert_int_equal(strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"), strlen(text));
  spaced = g_strconcat("  ", text, "\n", NULL);
  read = bh_enrol_text_decode(spaced, NULL);
  assert_non_null(read);
  assert_string_equal(read->url, "https://hub.example:8443");
  assert_string_equal(read->pin, PIN);
  assert_string_equal(read->hub, HUB);
  assert_memory_equal(read->token, token, sizeof token);
  g_autofree char *small = g_ascii_strdown(text, -1);
  g_autoptr(BhEnrolText) again = bh_enrol_text_decode(small, NULL);
  assert_non_null(again);
  assert_memory_equal(again->token, token, sizeof token);
}

static void test_a_damaged_text_is_refused(void **state)
{
  static const char *const members[] = {
      "{}",
      "[]",
      "{\"u\":\"https://h\",\"p\":\"" PIN "\",\"t\":\"" TOKEN "\"}",
      "{\"u\":1,\"p\":\"" PIN "\",\"t\":\"" TOKEN "\",\"h\":\"" HUB "\"}",
      "{\"u\":\"http://hub.example\",\"p\":\"" PIN "\",\"t\":\"" TOKEN "\",\"h\":\"" HUB "\"}",
      "{\"u\":\"https://a@b\",\"p\":\"" PIN "\",\"t\":\"" TOKEN "\",\"h\":\"" HUB "\"}",
      "{\"u\":\"https://h\",\"p\":\"x\",\"t\":\"" TOKEN "\",\"h\":\"" HUB "\"}",
      "{\"u\":\"https://h\",\"p\":\"" PIN "\",\"t\":\"AAAA\",\"h\":\"" HUB "\"}",
      "{\"u\":\"https://h\",\"p\":\"" PIN "\",\"t\":\"" TOKEN "\",\"h\":\"me\"}",
      "{\"u\":\"https://h\",\"p\":\"" PIN "\",\"t\":\"" TOKEN "\",\"h\":\"" HUB "\",\"x\":1}",
  };
  static const char *const texts[] = {"", "BHE1:", "BHE1:~~", "BHE2:ABC", "hello"};
  g_autofree char *padding = g_strnfill(BH_ENROL_TEXT_MAX_BYTES, 'A');
  g_autofree char *longer = g_strconcat("BHE1:", padding, NULL);
  g_autoptr(GError) error = NULL;

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
    g_autofree char *packed = bh_base45_encode((const guint8 *)members[i], strlen(members[i]));
    g_autofree char *text = g_strconcat("BHE1:", packed, NULL);

    assert_null(bh_enrol_text_decode(text, &error));
    assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_FORMAT));
    g_clear_error(&error);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    assert_null(bh_enrol_text_decode(texts[i], &error));
    assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_FORMAT));
    assert_true(g_str_has_prefix(error->message, "enrolment text: "));
    g_clear_error(&error);
  }
  assert_null(bh_enrol_text_decode(longer, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_FORMAT));
}

static void test_the_address_is_https_or_a_loopback(void **state)
{
  static const char *const good[] = {"https://hub.example", "https://[2001:db8::1]:8443",
                                     "https://10.0.0.1:1",  "http://127.0.0.1:8080",
                                     "http://[::1]:8080",   "http://localhost"};
  static const char *const bad[] = {"",
                                    "https://0.0.0.0:8443",
                                    "https://[::]:8443",
                                    "https://[0:0:0:0:0:0:0:0]",
                                    "https://0:8443",
                                    "https://*:8443",
                                    "https://h:0",
                                    "hub.example",
                                    "https://",
                                    "https://h/",
                                    "https://h/x",
                                    "https://h?x",
                                    "https://h#x",
                                    "https://user@h",
                                    "http://hub.example",
                                    "http://127.0.0.1.evil.example",
                                    "http://localhost@evil.example",
                                    "file:///etc/passwd",
                                    "https://h\nx"};

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(good); i++)
    if (!bh_hub_url_is_valid(good[i]))
      fail_msg("%s was refused", good[i]);
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
    if (bh_hub_url_is_valid(bad[i]))
      fail_msg("%s was accepted", bad[i]);
}

static void test_the_proof_binds_token_and_key(void **state)
{
  guint8 token[BH_ENROL_TOKEN_SIZE] = {1};
  guint8 other[BH_ENROL_TOKEN_SIZE] = {2};
  g_autoptr(BhSigner) device = bh_signer_new();
  g_autoptr(BhSigner) thief = bh_signer_new();
  g_autofree char *proof = NULL;

  (void)state;
  bh_signer_make_keys(device, bh_random_system());
  bh_signer_make_keys(thief, bh_random_system());
  proof = bh_enrol_prove(token, device->public_key, device->secret_key);
  assert_true(bh_enrol_check(token, device->public_key, proof));
  assert_false(bh_enrol_check(other, device->public_key, proof));
  assert_false(bh_enrol_check(token, thief->public_key, proof));
  assert_false(bh_enrol_check(token, device->public_key, "x"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_text_is_read_back_and_fits_a_qr_code),
      cmocka_unit_test(test_a_damaged_text_is_refused),
      cmocka_unit_test(test_the_address_is_https_or_a_loopback),
      cmocka_unit_test(test_the_proof_binds_token_and_key),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
