/* The signing key of a person: it is encrypted under the PIN, and its signature in a body is
 * checked. */
#include "tests/schema/support.h"

#include <string.h>

#include "schema/person.h"
#include "schema/world.h"

#define HUB "00000000-0000-7000-8000-0000000000aa"
#define OTHER_HUB "00000000-0000-7000-8000-0000000000ab"
#define ID "00000000-0000-7000-8000-000000000001"

static char *make_seal(guint8 public_key[BH_PUBLIC_KEY_SIZE])
{
  g_autoptr(GError) error = NULL;
  char *seal = bh_person_make_key("246810", bh_random_system(), public_key, &error);
  assert_no_error(error);
  assert_true(strlen(seal) <= BH_PERSON_SEAL_MAX);
  return seal;
}

static void test_only_the_pin_opens_a_key(void **state G_GNUC_UNUSED)
{
  static const char *const wrong[] = {"246811", "", "2468100", NULL};
  guint8 public_key[BH_PUBLIC_KEY_SIZE], secret_key[BH_SECRET_KEY_SIZE];
  g_autofree char *seal = make_seal(public_key);
  g_autoptr(GError) error = NULL;
  assert_true(bh_person_open_key(seal, "246810", secret_key, &error));
  assert_memory_equal(secret_key + 32, public_key, BH_PUBLIC_KEY_SIZE);
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) denied = NULL;
    assert_false(bh_person_open_key(seal, wrong[i], secret_key, &denied));
    assert_true(g_error_matches(denied, BH_ERROR, BH_ERROR_DENIED));
  }
  guint8 other[BH_PUBLIC_KEY_SIZE];
  g_autofree char *again = make_seal(other);
  assert_memory_not_equal(other, public_key, BH_PUBLIC_KEY_SIZE);
}

static void test_what_is_no_seal_is_refused(void **state G_GNUC_UNUSED)
{
  guint8 public_key[BH_PUBLIC_KEY_SIZE], secret_key[BH_SECRET_KEY_SIZE];
  g_autofree char *seal = make_seal(public_key);
  g_autofree char *cut = g_strndup(seal, strlen(seal) - 4);
  g_autofree char *longer = g_strconcat(seal, "AAAA", NULL);
  const char *const broken[] = {NULL, "", "BHP1:", "$argon2id$v=19$x", seal + 1, cut, longer};
  for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autoptr(GError) error = NULL;
    assert_false(bh_person_open_key(broken[i], "246810", secret_key, &error));
    assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_FORMAT));
  }
  /* With any single bit flipped the key is not opened, whichever part of the text the bit is
   * in. */
  for (gsize i = strlen("BHP1:"); i < strlen(seal); i += 17) {
    g_autoptr(GError) error = NULL;
    char kept = seal[i];
    seal[i] = kept == 'A' ? 'B' : 'A';
    assert_false(bh_person_open_key(seal, "246810", secret_key, &error));
    seal[i] = kept;
  }
}

static char *sign(guint8 secret_key[BH_SECRET_KEY_SIZE], BhBody **body)
{
  BhEntryClock clock = {.wall_ms = 1, .boot_ms = 2, .boot_id = "b"};
  g_autoptr(GError) error = NULL;
  g_autoptr(BhBodyBuilder) builder = bh_body_builder_new(ID, ID, &clock, 0, bh_random_system());
  g_autoptr(json_t) value = json_string("甲 \",\"signed\":{\"key\":\"");
  g_autofree char *openings = NULL;
  char *text = NULL;
  bh_body_builder_set(builder, ID, "hazard", "summary", value, FALSE, NULL);
  bh_body_builder_sign(builder, HUB, secret_key);
  *body = bh_body_builder_finish_body(builder, &text, &openings, &error);
  assert_no_error(error);
  return text;
}

static void test_a_signature_covers_every_byte_and_the_hub(void **state G_GNUC_UNUSED)
{
  guint8 public_key[BH_PUBLIC_KEY_SIZE], secret_key[BH_SECRET_KEY_SIZE];
  g_autofree char *seal = make_seal(public_key);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhBody) made = NULL;
  assert_true(bh_person_open_key(seal, "246810", secret_key, &error));
  g_autofree char *text = sign(secret_key, &made);
  g_autoptr(BhBody) body = bh_body_parse(text, NULL, &error);
  assert_no_error(error);
  assert_true(made->is_signed && body->is_signed);
  assert_memory_equal(body->person_key, public_key, BH_PUBLIC_KEY_SIZE);
  assert_memory_equal(made->person_signature, body->person_signature, BH_SIGNATURE_SIZE);
  assert_true(bh_body_verify_person(body, text, HUB, &error));
  assert_false(bh_body_verify_person(body, text, OTHER_HUB, NULL));
  for (gsize i = 0; text[i] != '\0'; i++) {
    g_autofree char *changed = g_strdup(text);
    changed[i] ^= 1;
    g_autoptr(BhBody) other = bh_body_parse(changed, NULL, NULL);
    if (other != NULL && other->is_signed && bh_body_verify_person(other, changed, HUB, NULL))
      fail_msg("byte %" G_GSIZE_FORMAT " is not covered: %s", i, changed);
  }
}

static void test_a_signature_stands_at_the_end_and_nowhere_else(void **state G_GNUC_UNUSED)
{
  guint8 public_key[BH_PUBLIC_KEY_SIZE], secret_key[BH_SECRET_KEY_SIZE];
  g_autofree char *seal = make_seal(public_key);
  g_autoptr(BhBody) made = NULL;
  assert_true(bh_person_open_key(seal, "246810", secret_key, NULL));
  g_autofree char *text = sign(secret_key, &made);
  const char *at = g_strrstr(text, ",\"signed\"");
  g_autofree char *member = g_strndup(at + 1, strlen(at) - 2);
  g_autofree char *rest = g_strndup(text + 1, (gsize)(at - text) - 1);
  g_autofree char *first = g_strdup_printf("{%s,%s}", member, rest);
  g_autofree char *spaced = g_strdup_printf("%.*s, %s}", (int)(at - text), text, member);
  g_autofree char *after = g_strdup_printf("%s ", text);
  const char *const broken[] = {first, spaced, after};
  for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BhBody) body = bh_body_parse(broken[i], NULL, &error);
    assert_null(body);
    assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_FORMAT));
  }
  g_autofree char *unsigned_text = g_strdup_printf("{%s}", rest);
  g_autoptr(BhBody) bare = bh_body_parse(unsigned_text, NULL, NULL);
  assert_false(bare->is_signed);
  assert_true(bh_body_verify_person(bare, unsigned_text, HUB, NULL));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_only_the_pin_opens_a_key),
      cmocka_unit_test(test_what_is_no_seal_is_refused),
      cmocka_unit_test(test_a_signature_covers_every_byte_and_the_hub),
      cmocka_unit_test(test_a_signature_stands_at_the_end_and_nowhere_else),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
