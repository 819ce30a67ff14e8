#include "tests/schema/support.h"

#include <string.h>
#include "schema/base64.h"
#include "schema/merge.h"
#include "schema/paths.h"

#define KINDS "1111111111111111111111111111111111111111111111111111111111111111"

/* One entry as a device makes it: a plain, a cleared and a personal set, an item, a file. */
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
  return bh_entry_seal(signer, seq, prev, KINDS, body, openings);
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
  g_autoptr(BhEntryText) odd =
      bh_entry_text_new(text->envelope, text->signature, NULL, text->openings);
  assert_false(bh_entry_verify(odd, &envelope, signer->public_key, &error));
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
  /* The same bytes with other unused bits, without padding, with a space: one form only. */
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
  /* Every byte of the form counts: none can be changed and still read as the sealed one. */
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
      fail_msg("bit %" G_GSIZE_FORMAT " of byte %" G_GSIZE_FORMAT " does not count", i % 8, i / 8);
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
    const char *json; /* NULL removes it */
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
      {"seq", "1", BH_ERROR_FORMAT}, /* needs 64 zeros before it */
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

#define ID "00000000-0000-7000-8000-000000000001"
#define ID2 "00000000-0000-7000-8000-000000000002"
#define CLOCK "\"clock\":{\"wall_ms\":1,\"boot_ms\":2,\"boot_id\":\"b\",\"quality\":0}"
#define HEAD "\"id\":\"" ID "\",\"by\":\"" ID "\","
#define OP(set) "{\"record\":\"" ID "\",\"kind\":\"hazard\",\"set\":" set "}"
#define BODY(set) "{" HEAD CLOCK ",\"ops\":[" OP(set) "]}"
#define FILES(files) "{" HEAD CLOCK ",\"ops\":[" OP("{\"a\":{\"v\":1}}") "],\"files\":" files "}"

static void test_smallest_body_is_read(void **state G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhBody) body = bh_body_parse(BODY("{\"a\":{\"v\":1}}"), NULL, &error);
  assert_no_error(error);
  assert_int_equal(body->observed_ms, 0);
  assert_int_equal(body->files->len, 0);
}

static void test_broken_bodies_are_refused(void **state G_GNUC_UNUSED)
{
  static const char *const broken[] = {
      "",
      "1",
      "[]",
      "{}",
      "{" HEAD CLOCK "}",
      "{" HEAD CLOCK ",\"ops\":[]}",
      "{" HEAD CLOCK ",\"ops\":{}}",
      "{" HEAD CLOCK ",\"ops\":[1]}",
      "{" HEAD CLOCK ",\"ops\":[" OP("{\"a\":{\"v\":1}}") "],\"more\":1}",
      "{" HEAD CLOCK ",\"ops\":[" OP("{\"a\":{\"v\":1}}") "," OP("{\"b\":{\"v\":1}}") "]}",
      "{\"id\":\"00000000-0000-4000-8000-000000000001\",\"by\":\"" ID "\"," CLOCK
      ",\"ops\":[" OP("{\"a\":{\"v\":1}}") "]}",
      "{" HEAD "\"observed_ms\":0," CLOCK ",\"ops\":[" OP("{\"a\":{\"v\":1}}") "]}",
      "{" HEAD "\"clock\":{},\"ops\":[" OP("{\"a\":{\"v\":1}}") "]}",
      "{" HEAD
      "\"clock\":{\"wall_ms\":1,\"boot_ms\":2,\"boot_id\":\"\",\"quality\":0},\"ops\":[" OP(
          "{\"a\":{\"v\":1}}") "]}",
      "{" HEAD
      "\"clock\":{\"wall_ms\":1,\"boot_ms\":2,\"boot_id\":\"b\",\"quality\":3},\"ops\":[" OP(
          "{\"a\":{\"v\":1}}") "]}",
      BODY("{}"),
      BODY("[]"),
      BODY("{\"a\":1}"),
      BODY("{\"a\":{}}"),
      BODY("{\"a\":{\"v\":1,\"c\":\"x\"}}"),
      BODY("{\"a\":{\"c\":\"x\"}}"),
      BODY("{\"a\":{\"c\":1}}"),
      BODY("{\"a\":{\"v\":1,\"x\":1}}"),
      BODY("{\"a\":{\"v\":1.5}}"),
      BODY("{\"a\":{\"v\":[{\"b\":1e3}]}}"),
      BODY("{\"a\":{\"v\":1,\"was\":[]}}"),
      BODY("{\"a\":{\"v\":1,\"was\":{}}}"),
      BODY("{\"a\":{\"v\":1,\"was\":[1]}}"),
      BODY("{\"a\":{\"v\":1,\"was\":[\"x\"]}}"),
      BODY("{\"a\":{\"v\":1,\"was\":[\"" ID "\"]}}"), /* names itself */
      BODY("{\"a\":{\"v\":1,\"was\":[\"" ID2 "\",\"" ID2 "\"]}}"),
      BODY("{\"a\":{\"v\":1,\"was\":[\"00000000-0000-7000-8000-000000000003\",\"" ID2 "\"]}}"),
      BODY("{\"\":{\"v\":1}}"),
      BODY("{\"A\":{\"v\":1}}"),
      BODY("{\"a/\":{\"v\":1}}"),
      BODY("{\"a/b/c\":{\"v\":1}}"),
      BODY("{\"/a\":{\"v\":1}}"),
      BODY("{\"a b\":{\"v\":1}}"),
      BODY("{\"\\u4e2d\":{\"v\":1}}"),
      BODY("{\"a\":{\"v\":1},\"a\":{\"v\":2}}"),
      BODY("{\"a\":{\"v\":\"\\u0000\"}}"),
      BODY("{\"a\":{\"v\":\"\xff\"}}"),
      BODY("{\"a\":{\"v\":\"\xc0\x80\"}}"),
      BODY("{\"a\":{\"v\":\"\xed\xa0\x80\"}}"),
      BODY("{\"a\":{\"v\":\"\\ud800\"}}"),
      BODY("{\"a\":{\"v\":1e400}}"),
      BODY("{\"a\":{\"v\":99999999999999999999}}"),
      BODY("{\"a\":{\"v\":NaN}}"),
      BODY("{\"a\":{\"v\":1}}") "x",
      FILES("[]"),
      FILES("{}"),
      FILES("[1]"),
      FILES("[{\"sha256\":\"x\",\"size\":1,\"type\":\"image/png\"}]"),
      FILES("[{\"sha256\":\"" KINDS "\",\"size\":0,\"type\":\"image/png\"}]"),
      FILES("[{\"sha256\":\"" KINDS "\",\"size\":67108865,\"type\":\"image/png\"}]"),
      FILES("[{\"sha256\":\"" KINDS "\",\"size\":1,\"type\":\"png\"}]"),
      FILES("[{\"sha256\":\"" KINDS "\",\"size\":1,\"type\":\"image/png\",\"x\":1}]"),
      FILES("[{\"sha256\":\"" KINDS "\",\"size\":1,\"type\":\"image/png\"},"
            "{\"sha256\":\"" KINDS "\",\"size\":1,\"type\":\"image/png\"}]"),
  };
  for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BhBody) body = bh_body_parse(broken[i], NULL, &error);
    if (body != NULL)
      fail_msg("was read: %s", broken[i]);
    assert_error(error, BH_ERROR_FORMAT);
  }
}

static void test_errors_never_quote_values(void **state G_GNUC_UNUSED)
{
  static const char *const broken[] = {
      BODY("{\"a\":{\"v\":\"secret13800000000\"},\"a\":{\"v\":\"secret13800000000\"}}"),
      BODY("{\"a\":{\"v\":secret13800000000}}"),
      BODY("{\"a\":{\"v\":\"secret13800000000\xff\"}}"),
      BODY("{\"secret13800000000 \":{\"v\":1}}"),
  };
  for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BhBody) body = bh_body_parse(broken[i], NULL, &error);
    assert_null(body);
    assert_null(strstr(error->message, "secret"));
  }
}

static GString *repeat(const char *head, const char *piece, guint n, const char *tail)
{
  GString *text = g_string_new(head);
  for (guint i = 0; i < n; i++)
    g_string_append(text, piece);
  g_string_append(text, tail);
  return text;
}

static void assert_body_limit(const char *body)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhBody) parsed = bh_body_parse(body, NULL, &error);
  assert_null(parsed);
  assert_error(error, BH_ERROR_LIMIT);
}

static void test_nested_brackets_are_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(GString) arrays = repeat("", "[", 100000, "");
  assert_body_limit(arrays->str);
  g_autoptr(GString) objects = repeat("", "{\"a\":", 50000, "");
  assert_body_limit(objects->str);
  g_autoptr(GString) open =
      repeat("{" HEAD CLOCK ",\"ops\":["
             "{\"record\":\"" ID "\",\"kind\":\"hazard\",\"set\":{\"a\":{\"v\":",
             "[", BH_VALUE_MAX_DEPTH + 1, "");
  g_autoptr(GString) body = repeat(open->str, "]", BH_VALUE_MAX_DEPTH + 1, "}}}]}");
  assert_body_limit(body->str);
  g_autoptr(GString) fits =
      repeat("{" HEAD CLOCK ",\"ops\":["
             "{\"record\":\"" ID "\",\"kind\":\"hazard\",\"set\":{\"a\":{\"v\":",
             "[", BH_VALUE_MAX_DEPTH, "");
  g_autoptr(GString) good = repeat(fits->str, "]", BH_VALUE_MAX_DEPTH, "}}}]}");
  g_autoptr(GError) error = NULL;
  g_autoptr(BhBody) parsed = bh_body_parse(good->str, NULL, &error);
  assert_no_error(error);
}

static void test_every_limit_is_kept(void **state G_GNUC_UNUSED)
{
  g_autoptr(GString) big =
      repeat("{" HEAD CLOCK ",\"ops\":["
             "{\"record\":\"" ID "\",\"kind\":\"hazard\",\"set\":{\"a\":{\"v\":\"",
             "x", BH_BODY_MAX, "\"}}}]}");
  assert_body_limit(big->str);

  g_autoptr(GString) ops = g_string_new("{" HEAD CLOCK ",\"ops\":[");
  for (guint i = 0; i <= BH_ENTRY_MAX_OPS; i++)
    g_string_append_printf(ops,
                           "%s{\"record\":\"%s\",\"kind\":\"hazard\",\"set\":{\"a\":{\"v\":1}}}",
                           i > 0 ? "," : "", test_id(i));
  g_string_append(ops, "]}");
  assert_body_limit(ops->str);

  g_autoptr(GString) keys =
      g_string_new("{" HEAD CLOCK ",\"ops\":[{\"record\":\"" ID "\",\"kind\":\"hazard\",\"set\":{");
  for (guint i = 0; i <= BH_ENTRY_MAX_KEYS; i++)
    g_string_append_printf(keys, "%s\"k%u\":{\"v\":1}", i > 0 ? "," : "", i);
  g_string_append(keys, "}}]}");
  assert_body_limit(keys->str);

  g_autoptr(GString) key =
      repeat("{" HEAD CLOCK ",\"ops\":[{\"record\":\"" ID "\",\"kind\":\"hazard\",\"set\":{\"", "k",
             BH_KEY_MAX + 1, "\":{\"v\":1}}}]}");
  assert_body_limit(key->str);

  g_autoptr(GString) files =
      g_string_new("{" HEAD CLOCK ",\"ops\":[" OP("{\"a\":{\"v\":1}}") "],\"files\":[");
  for (guint i = 0; i <= BH_ENTRY_MAX_FILES; i++)
    g_string_append_printf(files, "%s{\"sha256\":\"%064x\",\"size\":1,\"type\":\"image/png\"}",
                           i > 0 ? "," : "", i);
  g_string_append(files, "]}");
  assert_body_limit(files->str);

  g_autoptr(GString) openings = repeat("[\"", "x", BH_OPENINGS_MAX, "\"]");
  g_autoptr(GError) error = NULL;
  assert_null(bh_body_parse(BODY("{\"a\":{\"v\":1}}"), openings->str, &error));
  assert_error(error, BH_ERROR_LIMIT);
}

static void test_builder_refuses_what_no_one_could_read(void **state G_GNUC_UNUSED)
{
  TestRandom bytes = {1};
  BhRandom random = {test_random_fill, &bytes};
  BhEntryClock clock = test_entry_clock();
  g_autofree char *body = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) one = json_integer(1);
  g_autoptr(json_t) half = json_real(0.5);
  g_autoptr(GString) x = repeat("", "x", BH_BODY_MAX, "");
  g_autoptr(json_t) large = json_string(x->str);

  for (int i = 0; i < 7; i++) {
    g_autoptr(BhBodyBuilder) builder = bh_body_builder_new(test_id(1), ID, &clock, 0, &random);
    BhErrorCode code = BH_ERROR_FORMAT;
    switch (i) {
    case 0: /* nothing set */
      break;
    case 1:
      bh_body_builder_set(builder, ID, "hazard", "a", one, FALSE, NULL);
      bh_body_builder_set(builder, ID, "hazard", "a", one, TRUE, NULL);
      break;
    case 2:
      bh_body_builder_set(builder, ID, "hazard", "a", one, FALSE, NULL);
      bh_body_builder_set(builder, ID, "document", "b", one, FALSE, NULL);
      break;
    case 3:
      bh_body_builder_set(builder, ID, "hazard", "a", half, FALSE, NULL);
      break;
    case 4:
      bh_body_builder_set(builder, "no id", "hazard", "a", one, FALSE, NULL);
      break;
    case 5:
      bh_body_builder_set(builder, ID, "hazard", "a", large, FALSE, NULL);
      code = BH_ERROR_LIMIT;
      break;
    default:
      bh_body_builder_set(builder, ID, "hazard", "a", large, TRUE, NULL);
      code = BH_ERROR_LIMIT;
    }
    assert_false(bh_body_builder_finish(builder, &body, &openings, &error));
    assert_error(error, code);
    assert_null(body);
    assert_null(openings);
  }
}

/* What is handed out is what any reader makes of the text, also after the caller's values changed.
 */
static void test_a_builder_hands_out_what_its_text_says(void **state G_GNUC_UNUSED)
{
  TestRandom bytes = {9};
  BhRandom random = {test_random_fill, &bytes};
  BhEntryClock clock = test_entry_clock();
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(test_id(100), test_id(0xface), &clock, 0, &random);
  g_autoptr(json_t) answer = json_pack("{ss s[i]}", "answer", "noncompliant", "n", 1);
  g_autoptr(json_t) name = json_string("王小明");
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL, *openings = NULL;

  bh_body_builder_set(builder, test_id(8), "inspection", "answers/COAL-01", answer, FALSE, NULL);
  bh_body_builder_set(builder, test_id(8), "inspection", "note", name, TRUE, NULL);
  json_object_set_new(answer, "answer", json_string("compliant"));
  g_autoptr(BhBody) given = bh_body_builder_finish_body(builder, &text, &openings, &error);
  assert_no_error(error);
  json_object_set_new(answer, "answer", json_string("unchecked"));
  g_autoptr(BhBody) read = bh_body_parse(text, openings, &error);
  assert_no_error(error);
  g_autoptr(BhRecord) a = bh_record_new(test_id(8), "inspection");
  g_autoptr(BhRecord) b = bh_record_new(test_id(8), "inspection");
  assert_true(bh_record_apply(a, given->id, given->ops->pdata[0], NULL, NULL, &error));
  assert_true(bh_record_apply(b, read->id, read->ops->pdata[0], NULL, NULL, &error));
  g_autofree char *one = bh_record_to_snapshot(a);
  g_autofree char *two = bh_record_to_snapshot(b);
  assert_string_equal(one, two);
  assert_non_null(strstr(one, "noncompliant"));
}

static void test_a_builder_refuses_a_nul(void **state G_GNUC_UNUSED)
{
  TestRandom bytes = {9};
  BhRandom random = {test_random_fill, &bytes};
  BhEntryClock clock = test_entry_clock();
  g_autoptr(json_t) cut = json_stringn("a\0b", 3);
  g_autoptr(json_t) deep = json_pack("[{sO}]", "x", cut);

  for (int i = 0; i < 4; i++) {
    g_autoptr(BhBodyBuilder) builder =
        bh_body_builder_new(test_id(1), test_id(2), &clock, 0, &random);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL, *openings = NULL;
    bh_body_builder_set(builder, test_id(8), "hazard", "a", i % 2 == 0 ? cut : deep, i > 1, NULL);
    assert_false(bh_body_builder_finish(builder, &text, &openings, &error));
    assert_error(error, BH_ERROR_FORMAT);
  }
}

static void test_lines_are_bounded(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *lines;
    gsize pad; /* x before the lines */
    BhErrorCode code;
  } cases[] = {
      {"", 0, BH_ERROR_FORMAT},
      {"a", 0, BH_ERROR_FORMAT},
      {"a\nb\nc\n", 0, BH_ERROR_FORMAT},
      {"a\nb\nc\nd", 0, BH_ERROR_FORMAT},
      {"a\nb\nc\nd\n", BH_ENVELOPE_MAX, BH_ERROR_LIMIT},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GString) text = repeat("", "x", (guint)cases[i].pad, cases[i].lines);
    const char *cursor = text->str;
    g_autoptr(GError) error = NULL;
    assert_null(bh_entry_text_take(&cursor, text->str + text->len, &error));
    assert_error(error, cases[i].code);
  }
  static const gsize limits[] = {BH_ENVELOPE_MAX, 88, BH_BODY_MAX, BH_OPENINGS_MAX};
  for (gsize line = 0; line < G_N_ELEMENTS(limits); line++) {
    g_autoptr(GString) head = repeat("", "a\n", (guint)line, "");
    g_autoptr(GString) over = repeat(head->str, "x", (guint)limits[line] + 1, "\nb\nc\nd\n");
    const char *cursor = over->str;
    g_autoptr(GError) error = NULL;
    assert_null(bh_entry_text_take(&cursor, over->str + over->len, &error));
    assert_error(error, BH_ERROR_LIMIT);
    g_autoptr(GString) full = repeat(head->str, "x", (guint)limits[line], "\nb\nc\nd\n");
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

/* The vector PROTOCOL 1 refers to: what a second implementation is checked against. */
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
      cmocka_unit_test(test_smallest_body_is_read),
      cmocka_unit_test(test_broken_bodies_are_refused),
      cmocka_unit_test(test_errors_never_quote_values),
      cmocka_unit_test(test_nested_brackets_are_refused),
      cmocka_unit_test(test_every_limit_is_kept),
      cmocka_unit_test(test_builder_refuses_what_no_one_could_read),
      cmocka_unit_test(test_a_builder_hands_out_what_its_text_says),
      cmocka_unit_test(test_a_builder_refuses_a_nul),
      cmocka_unit_test(test_lines_are_bounded),
      cmocka_unit_test(test_vector_verifies),
      cmocka_unit_test(test_vector_is_made_again_byte_by_byte),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
