/* The codes that people scan and type: unified social credit code, QR code of a plaque, base45. */
#include "tests/schema/support.h"

#include <string.h>
#include "schema/number.h"
#include "schema/plaque.h"
#include "schema/uscc.h"

static void test_known_credit_codes_are_valid(void **state G_GNUC_UNUSED)
{
  /* Credit codes that large companies have published. */
  static const char *const codes[] = {"91440300708461136T", "9144030071526726XG",
                                      "914403001922038216", "91330100799655058B",
                                      "91110000802100433B"};
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
    g_autoptr(GError) error = NULL;
    bh_uscc_check(codes[i], &error);
    assert_no_error(error);
    assert_int_equal(bh_uscc_check_character(codes[i]), codes[i][17]);
  }
}

static void test_every_wrong_character_of_a_credit_code_is_noticed(void **state G_GNUC_UNUSED)
{
  static const char good[] = "9144030071526726XG";
  static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  for (gsize i = 0; i < BH_USCC_LEN; i++) {
    for (const char *c = alphabet; *c != '\0'; c++) {
      char code[] = "9144030071526726XG";
      if (code[i] == *c)
        continue;
      code[i] = *c;
      assert_true(bh_uscc_check(code, NULL));
      assert_false(bh_uscc_is_consistent(code));
    }
  }
  for (gsize i = 0; i + 1 < BH_USCC_LEN; i++) { /* swap two neighbouring characters */
    char code[] = "9144030071526726XG";
    code[i] = good[i + 1];
    code[i + 1] = good[i];
    assert_int_equal(bh_uscc_is_consistent(code), good[i] == good[i + 1]);
  }
}

static void test_wrong_credit_codes_say_why(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *code;
    const char *why;
  } cases[] = {
      {NULL, "0 characters"},
      {"", "0 characters"},
      {"9144030071526726X", "17 characters"},
      {"9144030071526726XGG", "19 characters"},
      {"9I44030071526726XG", "character 2 "},
      {"9144030071526726xG", "character 17 "},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    assert_false(bh_uscc_check(cases[i].code, &error));
    assert_non_null(strstr(error->message, cases[i].why));
    assert_error(error, BH_ERROR_INVALID);
  }
  assert_int_equal(bh_uscc_check_character("9I44030071526726X"), '\0');
  assert_int_equal(bh_uscc_check_character(""), '\0');
}

static void test_typed_credit_codes_are_normalized(void **state G_GNUC_UNUSED)
{
  static const char *const typed[] = {" 91440300-71526726xg ",
                                      "９１４４０３００７１５２６７２６ＸＧ",
                                      "9144 0300 7152 6726 XG", "91440300－71526726　ｘｇ"};
  for (gsize i = 0; i < G_N_ELEMENTS(typed); i++) {
    g_autofree char *code = bh_uscc_normalize(typed[i]);
    assert_string_equal(code, "9144030071526726XG");
  }
  g_autofree char *bad = bh_uscc_normalize("\xff");
  assert_string_equal(bad, "");
  g_autofree char *other = bh_uscc_normalize("煤矿a");
  assert_string_equal(other, "煤矿A");
}

static void test_base45_vectors_of_rfc_9285(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *plain;
    const char *text;
  } cases[] = {
      {"AB", "BB8"}, {"Hello!!", "%69 VD92EX0"}, {"base-45", "UJCLQE7W581"}, {"ietf!", "QED8WEX0"},
      {"", ""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    gsize len = strlen(cases[i].plain);
    g_autofree char *text = bh_base45_encode((const guint8 *)cases[i].plain, len);
    assert_string_equal(text, cases[i].text);
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) plain = bh_base45_decode(cases[i].text, &error);
    assert_no_error(error);
    assert_int_equal(plain->len, len);
    if (len > 0)
      assert_memory_equal(plain->data, cases[i].plain, len);
  }
  static const char *const broken[] = {"A", "AAAA", "GGW", ":::", "::", "bb8", "BB\n", "B,8", "中"};
  for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autoptr(GError) error = NULL;
    assert_null(bh_base45_decode(broken[i], &error));
    assert_error(error, BH_ERROR_FORMAT);
  }
}

static void test_base45_round_trip(void **state G_GNUC_UNUSED)
{
  TestRandom random = {5};
  for (guint len = 0; len < 200; len++) {
    guint8 bytes[200];
    test_random_fill(&random, bytes, len);
    g_autofree char *text = bh_base45_encode(bytes, len);
    g_autoptr(GByteArray) again = bh_base45_decode(text, NULL);
    assert_int_equal(again->len, len);
    assert_true(len == 0 || memcmp(again->data, bytes, len) == 0);
  }
}

static BhPlaque sample(BhPlaqueType type)
{
  BhPlaque plaque = {.type = type, .serial = 12345678, .issued_day = 2516};
  g_strlcpy(plaque.hub, test_id(0xb0b), sizeof plaque.hub);
  if (type == BH_PLAQUE_ENTERPRISE)
    g_strlcpy(plaque.enterprise, test_id(0xe1), sizeof plaque.enterprise);
  return plaque;
}

static void test_plaque_round_trip(void **state G_GNUC_UNUSED)
{
  static const BhPlaqueType types[] = {BH_PLAQUE_ENTERPRISE, BH_PLAQUE_BLANK};
  g_autoptr(BhSigner) signer = test_signer(3);
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
    BhPlaque plaque = sample(types[i]);
    g_autofree char *text = bh_plaque_encode(&plaque, signer->public_key, signer->secret_key);
    assert_true(g_str_has_prefix(text, "BH1:"));
    assert_true(strlen(text) <= BH_PLAQUE_TEXT_MAX);
    assert_int_equal(strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"), strlen(text));
    BhPlaque read = {0};
    g_autoptr(GError) error = NULL;
    assert_true(bh_plaque_verify(text, signer->public_key, &read, &error));
    assert_int_equal(read.type, plaque.type);
    assert_string_equal(read.hub, plaque.hub);
    assert_int_equal(read.serial, plaque.serial);
    assert_string_equal(read.enterprise, plaque.enterprise);
    assert_int_equal(read.issued_day, plaque.issued_day);
    guint8 key_id[BH_PLAQUE_KEY_ID_SIZE];
    bh_plaque_key_id(signer->public_key, key_id);
    assert_memory_equal(read.key_id, key_id, sizeof key_id);
    BhPlaque decoded = {0};
    assert_true(bh_plaque_decode(text, &decoded, &error));
    assert_string_equal(decoded.hub, plaque.hub);
    g_autofree char *small = g_ascii_strdown(text, -1);
    assert_true(bh_plaque_verify(small, signer->public_key, &read, &error));
  }
}

static void test_every_single_bit_of_a_plaque_counts(void **state G_GNUC_UNUSED)
{
  static const BhPlaqueType types[] = {BH_PLAQUE_ENTERPRISE, BH_PLAQUE_BLANK};
  g_autoptr(BhSigner) signer = test_signer(3);
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
    BhPlaque plaque = sample(types[i]);
    g_autofree char *text = bh_plaque_encode(&plaque, signer->public_key, signer->secret_key);
    g_autoptr(GByteArray) bytes = bh_base45_decode(text + 4, NULL);
    for (guint bit = 0; bit < bytes->len * 8; bit++) {
      bytes->data[bit / 8] ^= (guint8)(1 << bit % 8);
      g_autofree char *changed = bh_base45_encode(bytes->data, bytes->len);
      g_autofree char *forged = g_strconcat("BH1:", changed, NULL);
      BhPlaque read = {.serial = 7};
      g_autoptr(GError) error = NULL;
      assert_false(bh_plaque_verify(forged, signer->public_key, &read, &error));
      assert_non_null(error);
      assert_int_equal(read.serial, 7);
      bytes->data[bit / 8] ^= (guint8)(1 << bit % 8);
    }
  }
}

static void test_plaque_of_another_key_or_domain_is_forged(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(3);
  g_autoptr(BhSigner) other = test_signer(4);
  BhPlaque plaque = sample(BH_PLAQUE_ENTERPRISE);
  BhPlaque read;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = bh_plaque_encode(&plaque, signer->public_key, signer->secret_key);
  assert_false(bh_plaque_verify(text, other->public_key, &read, &error));
  assert_error(error, BH_ERROR_SIGNATURE);
  /* The code names the key of `signer`, but the signature was made with another key. */
  g_autofree char *mixed = bh_plaque_encode(&plaque, signer->public_key, other->secret_key);
  assert_false(bh_plaque_verify(mixed, signer->public_key, &read, &error));
  assert_error(error, BH_ERROR_SIGNATURE);
  g_autoptr(GByteArray) bytes = bh_base45_decode(text + 4, NULL);
  gsize len = bytes->len - BH_SIGNATURE_SIZE;
  bh_sign(signer->secret_key, "entry/1", bytes->data, len, bytes->data + len);
  g_autofree char *coded = bh_base45_encode(bytes->data, bytes->len);
  g_autofree char *moved = g_strconcat("BH1:", coded, NULL);
  assert_false(bh_plaque_verify(moved, signer->public_key, &read, &error));
  assert_error(error, BH_ERROR_SIGNATURE);
}

static void test_what_is_no_plaque_is_refused(void **state G_GNUC_UNUSED)
{
  static const char *const others[] = {
      NULL,      "",      "BH1:",       "BH2:AAA",           "https://a.example",
      "bh1:AAA", "BH1:A", "BH1:000000", "9144030071526726XG"};
  for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
    BhPlaque read;
    g_autoptr(GError) error = NULL;
    assert_false(bh_plaque_decode(others[i], &read, &error));
    assert_error(error, BH_ERROR_FORMAT);
  }
  g_autoptr(GString) longer = g_string_new("BH1:");
  while (longer->len <= BH_PLAQUE_TEXT_MAX)
    g_string_append(longer, "000");
  BhPlaque read;
  g_autoptr(GError) error = NULL;
  assert_false(bh_plaque_decode(longer->str, &read, &error));
  assert_error(error, BH_ERROR_FORMAT);
}

static void test_short_code_round_trip(void **state G_GNUC_UNUSED)
{
  g_autofree char *zero = bh_plaque_short_code(0);
  assert_string_equal(zero, "0000-0000-98");
  TestRandom random = {6};
  for (int i = 0; i < 1000; i++) {
    guint32 serial = i == 0 ? BH_PLAQUE_SERIAL_MAX : test_random_below(&random, 100000000);
    g_autofree char *code = bh_plaque_short_code(serial);
    guint32 read = 0;
    assert_true(bh_plaque_parse_short_code(code, &read, NULL));
    assert_int_equal(read, serial);
    /* at each place, try every digit that is wrong there */
    for (gsize at = 0; code[at] != '\0'; at++) {
      if (code[at] == '-')
        continue;
      char was = code[at];
      code[at] = (char)('0' + (was - '0' + 1 + (int)test_random_below(&random, 9)) % 10);
      assert_false(bh_plaque_parse_short_code(code, &read, NULL));
      code[at] = was;
    }
  }
}

static void test_short_code_as_people_type_it(void **state G_GNUC_UNUSED)
{
  g_autofree char *code = bh_plaque_short_code(12345678);
  g_autofree char *wide = g_strdup_printf(" １２３４－5678 – %s ", code + 10);
  guint32 serial = 0;
  assert_true(bh_plaque_parse_short_code(wide, &serial, NULL));
  assert_int_equal(serial, 12345678);
  static const char *const wrong[] = {
      NULL, "", "1234", "1234-5678-00", "12345678901", "1234-56a8-97", "一二三四五六七八九十"};
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(GError) error = NULL;
    assert_false(bh_plaque_parse_short_code(wrong[i], &serial, &error));
    assert_error(error, i == 3 ? BH_ERROR_INVALID : BH_ERROR_FORMAT);
  }
}

static void test_a_number_is_the_same_however_it_is_written(void **state G_GNUC_UNUSED)
{
  static const char *const same[] = {
      "JC-2026-1",           " jc 2026 1 ",         "ＪＣ－２０２６－１",  "JC\u20122026\u20141",
      "JC\u22122026\u200b1", "JC\u00a02026\u30001", "\ufeffJC2026\u00ad1", "JC-2026-\u0661"};
  static const char *const others[] = {"JC-2026-2", "JC-2026-11", "JG-2026-1", "JC/2026/1"};
  g_autofree char *key = bh_number_make_key(same[0]);
  for (gsize i = 0; i < G_N_ELEMENTS(same); i++) {
    g_autofree char *other = bh_number_make_key(same[i]);
    assert_string_equal(other, key);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
    g_autofree char *other = bh_number_make_key(others[i]);
    g_autofree char *look = bh_number_make_lookalike_key(other);
    g_autofree char *look_of_key = bh_number_make_lookalike_key(key);
    assert_string_not_equal(other, key);
    assert_string_not_equal(look, look_of_key);
  }
  assert_null(bh_number_make_key(NULL));
  assert_null(bh_number_make_key(" \u200b-"));
  assert_null(bh_number_make_key("\377"));
}

static void test_numbers_that_look_the_same_are_a_hint_only(void **state G_GNUC_UNUSED)
{
  static const char *const alike[] = {"A10", "Al0", "AIO", "aIo", "\u04101\u041e"};
  g_autofree char *key = bh_number_make_key(alike[0]);
  g_autofree char *look = bh_number_make_lookalike_key(key);
  for (gsize i = 1; i < G_N_ELEMENTS(alike); i++) {
    g_autofree char *other = bh_number_make_key(alike[i]);
    g_autofree char *other_look = bh_number_make_lookalike_key(other);
    assert_string_not_equal(other, key);
    assert_string_equal(other_look, look);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_number_is_the_same_however_it_is_written),
      cmocka_unit_test(test_numbers_that_look_the_same_are_a_hint_only),
      cmocka_unit_test(test_known_credit_codes_are_valid),
      cmocka_unit_test(test_every_wrong_character_of_a_credit_code_is_noticed),
      cmocka_unit_test(test_wrong_credit_codes_say_why),
      cmocka_unit_test(test_typed_credit_codes_are_normalized),
      cmocka_unit_test(test_base45_vectors_of_rfc_9285),
      cmocka_unit_test(test_base45_round_trip),
      cmocka_unit_test(test_plaque_round_trip),
      cmocka_unit_test(test_every_single_bit_of_a_plaque_counts),
      cmocka_unit_test(test_plaque_of_another_key_or_domain_is_forged),
      cmocka_unit_test(test_what_is_no_plaque_is_refused),
      cmocka_unit_test(test_short_code_round_trip),
      cmocka_unit_test(test_short_code_as_people_type_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
