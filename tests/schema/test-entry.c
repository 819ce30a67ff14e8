/* The envelope of an entry is sealed, read and verified, as a text of four lines. The last tests
 * compare it with the test vector of PROTOCOL § 1. */
#include "tests/schema/support.h"

#include <string.h>
#include "schema/base64.h"
#include "schema/merge.h"
#include "schema/paths.h"

#define KINDS "1111111111111111111111111111111111111111111111111111111111111111"

/* Makes one entry as a device does: it sets a plain, a cleared and a personal value and an item,
 * and declares a file. */
static BhEntryText *make_entry(const BhSigner *signer, gint64 seq, const char *prev)
{
  TestRandom bytes = {4711};
  BhRandom random = {test_random_fill, &bytes};
  BhEntryClock clock = test_entry_clock();
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(test_id(100), test_id(0xface), &clock, clock.wall_ms - 60000, &random);
  g_autoptr(json_t) level = json_string("major");
  g_autoptr(json_t) name = json_string("王小明");
  g_autoptr(json_t) nothing = json_null();
  g_autoptr(json_t) answer = json_pack("{ss}", "answer", "noncompliant");
  static const char *const was[] = {"00000000-0000-7000-8000-000000000003",
                                    "00000000-0000-7000-8000-000000000002",
                                    "00000000-0000-7000-8000-000000000003", NULL};
  bh_body_builder_set(builder, test_id(7), "hazard", "level", level, FALSE, was);
  bh_body_builder_set(builder, test_id(7), "hazard", "responsible_person", name, TRUE, NULL);
  bh_body_builder_set(builder, test_id(7), "hazard", "criterion", nothing, FALSE, NULL);
  bh_body_builder_set(builder, test_id(8), "inspection", "answers/COAL-01", answer, FALSE, NULL);
  bh_body_builder_add_file(builder, KINDS, 12345, "image/jpeg");
  bh_body_builder_add_file(builder, KINDS, 12345, "image/jpeg");
  g_autofree char *body = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(GError) error = NULL;
  bh_body_builder_finish(builder, &body, &openings, &error);
  assert_no_error(error);
  return bh_entry_sign(signer, seq, prev, KINDS, body, openings);
}

static void test_entry_round_trip(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  g_autoptr(BhEntryText) text = make_entry(signer, 1, NULL);
  g_autoptr(GString) wire = g_string_new(NULL);
  bh_entry_text_append(text, wire);
  assert_int_equal(wire->len, bh_entry_text_size(text));
  const char *cursor = wire->str;
  const char *end = wire->str + wire->len;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhEntryText) taken = bh_entry_text_take(&cursor, end, &error);
  assert_no_error(error);
  assert_ptr_equal(cursor, end);
  assert_string_equal(taken->envelope, text->envelope);
  assert_string_equal(taken->body, text->body);
  assert_string_equal(taken->openings, text->openings);

  BhEnvelope envelope;
  assert_true(bh_envelope_parse(taken->envelope, &envelope, &error));
  assert_string_equal(envelope.device, signer->device);
  assert_string_equal(envelope.hub, signer->hub);
  assert_string_equal(envelope.incarnation, signer->incarnation);
  assert_int_equal(envelope.seq, 1);
  assert_true(bh_entry_verify(taken, &envelope, signer->public_key, &error));

  g_autoptr(BhBody) body = bh_body_parse(taken->body, taken->openings, &error);
  assert_no_error(error);
  assert_string_equal(body->id, test_id(100));
  assert_int_equal(body->ops->len, 2);
  assert_int_equal(body->files->len, 1);
  assert_int_equal(body->clock.quality, BH_CLOCK_QUALITY_GOOD);
  assert_int_equal(body->observed_ms, body->clock.wall_ms - 60000);
  const BhOp *op = body->ops->pdata[0];
  assert_int_equal(op->sets->len, 3);
  const BhSet *criterion = op->sets->pdata[0];
  const BhSet *level = op->sets->pdata[1];
  const BhSet *person = op->sets->pdata[2];
  assert_true(json_is_null(criterion->value));
  assert_string_equal(json_string_value(level->value), "major");
  assert_int_equal(g_strv_length(level->was), 2);
  assert_string_equal(level->was[0], test_id(2));
  assert_null(person->value);
  assert_true(bh_hash_is_valid(person->commitment));
  assert_string_equal(json_string_value(person->opened), "王小明");
  assert_null(strstr(taken->body, "王小明"));
}

static void test_withheld_body_still_verifies(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  g_autoptr(BhEntryText) text = make_entry(signer, 1, NULL);
  g_autoptr(BhEntryText) bare = bh_entry_text_new(text->envelope, text->signature, NULL, NULL);
  BhEnvelope envelope;
  g_autoptr(GError) error = NULL;
  assert_true(bh_envelope_parse(bare->envelope, &envelope, &error));
  assert_true(bh_entry_verify(bare, &envelope, signer->public_key, &error));
  g_autoptr(GString) wire = g_string_new(NULL);
  bh_entry_text_append(bare, wire);
  const char *cursor = wire->str;
  g_autoptr(BhEntryText) taken = bh_entry_text_take(&cursor, wire->str + wire->len, &error);
  assert_no_error(error);
  assert_null(taken->body);
  g_autoptr(BhEntryText) with_openings_only =
      bh_entry_text_new(text->envelope, text->signature, NULL, text->openings);
  assert_false(bh_entry_verify(with_openings_only, &envelope, signer->public_key, &error));
  assert_error(error, BH_ERROR_FORMAT);
}

static void test_erased_openings_leave_a_valid_entry(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  g_autoptr(BhEntryText) text = make_entry(signer, 1, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhBody) body = bh_body_parse(text->body, "", &error);
  assert_no_error(error);
  const BhSet *person = ((BhOp *)body->ops->pdata[0])->sets->pdata[2];
  assert_null(person->opened);
  assert_null(person->opening);
  assert_non_null(person->commitment);
}

static void refuse_verify(const BhEntryText *text, const guint8 *key, BhErrorCode code)
{
  BhEnvelope envelope;
  g_autoptr(GError) error = NULL;
  assert_true(bh_envelope_parse(text->envelope, &envelope, &error));
  assert_false(bh_entry_verify(text, &envelope, key, &error));
  assert_error(error, code);
}

static void test_forged_signature_is_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  g_autoptr(BhSigner) other = test_signer(2);
  g_autoptr(BhEntryText) text = make_entry(signer, 1, NULL);
  refuse_verify(text, other->public_key, BH_ERROR_SIGNATURE);
  g_autoptr(BhEntryText) second = make_entry(signer, 2, KINDS);
  g_autoptr(BhEntryText) mixed =
      bh_entry_text_new(second->envelope, text->signature, second->body, second->openings);
  refuse_verify(mixed, signer->public_key, BH_ERROR_SIGNATURE);
}

static void test_signature_of_another_domain_is_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  g_autoptr(BhEntryText) text = make_entry(signer, 1, NULL);
  guint8 signature[BH_SIGNATURE_SIZE];
  bh_sign(signer->secret_key, "time/1", text->envelope, strlen(text->envelope), signature);
  g_autofree char *base64 = bh_base64_encode(signature, sizeof signature);
  g_autoptr(BhEntryText) forged =
      bh_entry_text_new(text->envelope, base64, text->body, text->openings);
  refuse_verify(forged, signer->public_key, BH_ERROR_SIGNATURE);
}

static void test_broken_base64_is_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  g_autoptr(BhEntryText) text = make_entry(signer, 1, NULL);
  static const char *const broken[] = {"", "AAAA", "not base64 at all"};
  for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autoptr(BhEntryText) forged =
        bh_entry_text_new(text->envelope, broken[i], text->body, text->openings);
    refuse_verify(forged, signer->public_key, BH_ERROR_FORMAT);
  }
  /* Base64 of the same bytes with other unused bits, without padding, or with a space is refused,
   * because each signature has exactly one text. */
  g_autofree char *bits = g_strdup(text->signature);
  char *last = bits + strlen(bits) - 3;
  *last = (char)(*last == 'A' ? 'B' : *last + 1);
  g_autofree char *short_one = g_strndup(text->signature, strlen(text->signature) - 2);
  g_autofree char *spaced = g_strdup(text->signature);
  spaced[5] = ' ';
  const char *const forms[] = {bits, short_one, spaced};
  for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
    g_autoptr(BhEntryText) forged =
        bh_entry_text_new(text->envelope, forms[i], text->body, text->openings);
    BhEnvelope envelope;
    g_autoptr(GError) error = NULL;
    assert_true(bh_envelope_parse(forged->envelope, &envelope, &error));
    assert_false(bh_entry_verify(forged, &envelope, signer->public_key, &error));
  }
}

static void test_an_envelope_reads_the_same_in_any_form(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  g_autoptr(BhEntryText) text = make_entry(signer, 1, NULL);
  g_autoptr(json_t) tree = json_loads(text->envelope, 0, NULL);
  g_autofree char *sorted = bh_json_dump_sorted(tree);
  g_autofree char *spaced = g_strconcat(text->envelope, " ", NULL);
  const char *const forms[] = {sorted, spaced};
  BhEnvelope sealed;
  assert_true(bh_envelope_parse(text->envelope, &sealed, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
    BhEnvelope other;
    assert_true(bh_envelope_parse(forms[i], &other, NULL));
    assert_string_not_equal(other.hash, sealed.hash);
    memcpy(other.hash, sealed.hash, sizeof other.hash);
    assert_memory_equal(&other, &sealed, sizeof other);
  }
  /* No byte of the envelope can be changed so that it still reads as the envelope that was
   * sealed. */
  for (gsize i = 0; text->envelope[i] != '\0'; i++) {
    g_autofree char *changed = g_strdup(text->envelope);
    changed[i] = '~';
    BhEnvelope other;
    assert_false(bh_envelope_parse(changed, &other, NULL));
  }
}

static void test_another_body_is_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  g_autoptr(BhEntryText) text = make_entry(signer, 1, NULL);
  g_autofree char *body = g_strdup(text->body);
  *strstr(body, "major") = 'M';
  g_autoptr(BhEntryText) changed =
      bh_entry_text_new(text->envelope, text->signature, body, text->openings);
  refuse_verify(changed, signer->public_key, BH_ERROR_SIGNATURE);
}

static void test_every_bit_of_an_entry_counts(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  g_autoptr(BhEntryText) text = make_entry(signer, 1, NULL);
  g_autoptr(GString) wire = g_string_new(NULL);
  bh_entry_text_append(text, wire);
  for (gsize i = 0; i < wire->len * 8; i++) {
    wire->str[i / 8] ^= (char)(1 << i % 8);
    const char *cursor = wire->str;
    BhEnvelope envelope;
    g_autoptr(BhBody) body = NULL;
    g_autoptr(BhEntryText) taken = bh_entry_text_take(&cursor, wire->str + wire->len, NULL);
    if (taken != NULL && cursor == wire->str + wire->len &&
        bh_envelope_parse(taken->envelope, &envelope, NULL) &&
        bh_entry_verify(taken, &envelope, signer->public_key, NULL) && taken->body != NULL)
      body = bh_body_parse(taken->body, taken->openings, NULL);
    if (body != NULL)
      fail_msg("bit %" G_GSIZE_FORMAT " of byte %" G_GSIZE_FORMAT " is not protected", i % 8,
               i / 8);
    wire->str[i / 8] ^= (char)(1 << i % 8);
  }
}

static void test_opening_that_does_not_match_is_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  g_autoptr(BhEntryText) text = make_entry(signer, 1, NULL);
  g_autoptr(json_t) openings =
      bh_json_parse(text->openings, strlen(text->openings), BH_OPENINGS_MAX, "openings", NULL);
  json_t *first = json_array_get(openings, 0);
  static const struct {
    const char *member;
    const char *value;
    BhErrorCode code;
  } changes[] = {
      {"value", "\"李小明\"", BH_ERROR_SIGNATURE},
      {"salt", "AAAAAAAAAAAAAAAAAAAAAA==", BH_ERROR_SIGNATURE},
      {"salt", "AAAA", BH_ERROR_SIGNATURE},
      {"key", "level", BH_ERROR_SIGNATURE},
      {"key", "nothing", BH_ERROR_SIGNATURE},
      {"more", "x", BH_ERROR_FORMAT},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
    g_autoptr(json_t) changed = json_deep_copy(first);
    json_object_set_new(changed, changes[i].member, json_string(changes[i].value));
    g_autoptr(json_t) array = json_pack("[O]", changed);
    g_autofree char *forged = bh_json_dump(array);
    g_autoptr(GError) error = NULL;
    assert_null(bh_body_parse(text->body, forged, &error));
    assert_error(error, changes[i].code);
  }
  g_autoptr(json_t) twice = json_pack("[O, O]", first, first);
  g_autofree char *doubled = bh_json_dump(twice);
  g_autoptr(GError) error = NULL;
  assert_null(bh_body_parse(text->body, doubled, &error));
  assert_error(error, BH_ERROR_FORMAT);
  assert_null(bh_body_parse(text->body, "[]", &error));
  assert_error(error, BH_ERROR_FORMAT);
}

static void test_broken_envelopes_are_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  g_autoptr(BhEntryText) text = make_entry(signer, 5, KINDS);
  static const struct {
    const char *member;
    const char *json; /* the new value of the member; NULL removes the member */
    BhErrorCode code;
  } changes[] = {
      {"format", "\"bihuan-entry-2\"", BH_ERROR_UNKNOWN},
      {"format", "1", BH_ERROR_FORMAT},
      {"format", NULL, BH_ERROR_FORMAT},
      {"hub", "\"x\"", BH_ERROR_FORMAT},
      {"hub", NULL, BH_ERROR_FORMAT},
      {"device", "\"0000000A-0000-7000-8000-000000000001\"", BH_ERROR_FORMAT},
      {"incarnation", "\"00\"", BH_ERROR_FORMAT},
      {"incarnation", "\"0000000000000000000000000000000G\"", BH_ERROR_FORMAT},
      {"seq", "0", BH_ERROR_FORMAT},
      {"seq", "-1", BH_ERROR_FORMAT},
      {"seq", "1.0", BH_ERROR_FORMAT},
      {"seq", "\"5\"", BH_ERROR_FORMAT},
      /* the first entry of a chain names 64 zeros as its predecessor */
      {"seq", "1", BH_ERROR_FORMAT},
      {"prev", "\"0\"", BH_ERROR_FORMAT},
      {"kinds", "null", BH_ERROR_FORMAT},
      {"body", "[]", BH_ERROR_FORMAT},
      {"extra", "1", BH_ERROR_FORMAT},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
    g_autoptr(json_t) object =
        bh_json_parse(text->envelope, strlen(text->envelope), BH_ENVELOPE_MAX, "envelope", NULL);
    if (changes[i].json != NULL)
      json_object_set_new(object, changes[i].member,
                          bh_json_parse(changes[i].json, strlen(changes[i].json), 100, "", NULL));
    else
      json_object_del(object, changes[i].member);
    g_autofree char *changed = bh_json_dump(object);
    BhEnvelope envelope = {.seq = 42};
    g_autoptr(GError) error = NULL;
    assert_false(bh_envelope_parse(changed, &envelope, &error));
    assert_error(error, changes[i].code);
    assert_int_equal(envelope.seq, 42);
  }
  g_autoptr(GString) longer = g_string_new(text->envelope);
  while (longer->len <= BH_ENVELOPE_MAX)
    g_string_append_c(longer, ' ');
  BhEnvelope envelope;
  g_autoptr(GError) error = NULL;
  assert_false(bh_envelope_parse(longer->str, &envelope, &error));
  assert_error(error, BH_ERROR_LIMIT);
  g_autofree char *broken_line = g_strconcat("{\n", text->envelope + 1, NULL);
  assert_false(bh_envelope_parse(broken_line, &envelope, &error));
  assert_error(error, BH_ERROR_FORMAT);
}

static void test_lines_are_bounded(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *lines;
    gsize pad; /* how many "x" are put before the lines */
    BhErrorCode code;
  } cases[] = {
      {"", 0, BH_ERROR_FORMAT},
      {"a", 0, BH_ERROR_FORMAT},
      {"a\nb\nc\n", 0, BH_ERROR_FORMAT},
      {"a\nb\nc\nd", 0, BH_ERROR_FORMAT},
      {"a\nb\nc\nd\n", BH_ENVELOPE_MAX, BH_ERROR_LIMIT},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) text = test_repeat("", "x", (guint)cases[i].pad, cases[i].lines);
    const char *cursor = text->str;
    g_autoptr(GError) error = NULL;
    assert_null(bh_entry_text_take(&cursor, text->str + text->len, &error));
    assert_error(error, cases[i].code);
  }
  static const gsize limits[] = {BH_ENVELOPE_MAX, 88, BH_BODY_MAX, BH_OPENINGS_MAX};
  for (gsize line = 0; line < G_N_ELEMENTS(limits); line++) {
    g_autoptr(GString) head = test_repeat("", "a\n", (guint)line, "");
    g_autoptr(GString) over = test_repeat(head->str, "x", (guint)limits[line] + 1, "\nb\nc\nd\n");
    const char *cursor = over->str;
    g_autoptr(GError) error = NULL;
    assert_null(bh_entry_text_take(&cursor, over->str + over->len, &error));
    assert_error(error, BH_ERROR_LIMIT);
    g_autoptr(GString) full = test_repeat(head->str, "x", (guint)limits[line], "\nb\nc\nd\n");
    cursor = full->str;
    g_autoptr(BhEntryText) taken = bh_entry_text_take(&cursor, full->str + full->len, &error);
    assert_no_error(error);
  }
  static const char nul[] = "a\nb\nc\0c\nd\n";
  const char *cursor = nul;
  g_autoptr(GError) error = NULL;
  assert_null(bh_entry_text_take(&cursor, nul + sizeof nul - 1, &error));
  assert_error(error, BH_ERROR_FORMAT);
}

static char *read_fixture(const char *name, const char *member)
{
  g_autofree char *path = bh_data_path("tests", "schema", "fixtures", name, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) fixture = bh_json_load_file(path, 1024 * 1024, &error);
  assert_no_error(error);
  const char *text = bh_json_get_string(fixture, member, name, &error);
  assert_no_error(error);
  return g_strdup(text);
}

/* The test vector of PROTOCOL § 1, against which a second implementation can be checked. */
static void test_vector_verifies(void **state G_GNUC_UNUSED)
{
  g_autofree char *envelope_text = read_fixture("entry-1.json", "envelope");
  g_autofree char *signature = read_fixture("entry-1.json", "signature");
  g_autofree char *body_text = read_fixture("entry-1.json", "body");
  g_autofree char *openings = read_fixture("entry-1.json", "openings");
  g_autofree char *public_text = read_fixture("entry-1.json", "public_key");
  g_autofree char *hash = read_fixture("entry-1.json", "envelope_sha256");
  guint8 public_key[BH_PUBLIC_KEY_SIZE];
  assert_true(bh_base64_decode(public_text, public_key, sizeof public_key));
  g_autoptr(BhEntryText) text = bh_entry_text_new(envelope_text, signature, body_text, openings);
  BhEnvelope envelope;
  g_autoptr(GError) error = NULL;
  assert_true(bh_envelope_parse(envelope_text, &envelope, &error));
  assert_string_equal(envelope.hash, hash);
  assert_true(bh_entry_verify(text, &envelope, public_key, &error));
  g_autoptr(BhBody) body = bh_body_parse(body_text, openings, &error);
  assert_no_error(error);
}

static void test_vector_is_made_again_byte_by_byte(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  g_autoptr(BhEntryText) text = make_entry(signer, 1, NULL);
  static const char *const members[] = {"envelope", "signature", "body", "openings"};
  const char *const made[] = {text->envelope, text->signature, text->body, text->openings};
  for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
    g_autofree char *wanted = read_fixture("entry-1.json", members[i]);
    assert_string_equal(made[i], wanted);
  }
  g_autofree char *seed = bh_base64_encode(signer->secret_key, 32);
  g_autofree char *wanted = read_fixture("entry-1.json", "secret_seed");
  assert_string_equal(seed, wanted);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_entry_round_trip),
      cmocka_unit_test(test_withheld_body_still_verifies),
      cmocka_unit_test(test_erased_openings_leave_a_valid_entry),
      cmocka_unit_test(test_forged_signature_is_refused),
      cmocka_unit_test(test_signature_of_another_domain_is_refused),
      cmocka_unit_test(test_broken_base64_is_refused),
      cmocka_unit_test(test_an_envelope_reads_the_same_in_any_form),
      cmocka_unit_test(test_another_body_is_refused),
      cmocka_unit_test(test_every_bit_of_an_entry_counts),
      cmocka_unit_test(test_opening_that_does_not_match_is_refused),
      cmocka_unit_test(test_broken_envelopes_are_refused),
      cmocka_unit_test(test_lines_are_bounded),
      cmocka_unit_test(test_vector_verifies),
      cmocka_unit_test(test_vector_is_made_again_byte_by_byte),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
