#include "tests/schema/support.h"

#include <string.h>

#define RECORD "11111111-0000-7000-8000-000000000001"

/* The entries of one record in the order in which they arrive, each with what it sets. */
typedef struct {
  GPtrArray *bodies; /* BhBody* */
} Story;

static Story story_new(void)
{
  return (Story){g_ptr_array_new_with_free_func((GDestroyNotify)bh_body_free)};
}

static void story_clear(Story *story)
{
  g_ptr_array_unref(story->bodies);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Story, story_clear)

static void add(Story *story, guint entry, const char *key, const char *value, gboolean personal,
                const char *const *was)
{
  g_autoptr(json_t) json = value != NULL ? json_string(value) : json_null();
  g_ptr_array_add(story->bodies,
                  test_body_with_set(test_id(entry), RECORD, "hazard", key, json, personal, was));
}

#define WAS(...) ((const char *const[]){__VA_ARGS__, NULL})

static gboolean was_applied(const char *entry_id, const char *record_id G_GNUC_UNUSED,
                            gpointer data)
{
  return g_hash_table_contains(data, entry_id);
}

/* Folds the bodies in the given order, each once, as a store and a device do. */
static BhRecord *fold(const Story *story, const guint *order, guint n)
{
  g_autoptr(GHashTable) applied = g_hash_table_new(g_str_hash, g_str_equal);
  BhRecord *record = bh_record_new(RECORD, "hazard");
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < n; i++) {
    const BhBody *body = story->bodies->pdata[order != NULL ? order[i] : i];
    if (!g_hash_table_add(applied, (gpointer)body->id))
      continue;
    bh_record_apply(record, body->id, body->ops->pdata[0], was_applied, applied, &error);
    assert_no_error(error);
  }
  return record;
}

static void assert_state(const Story *story, const guint *order, guint n, const char *wanted)
{
  g_autoptr(BhRecord) record = fold(story, order, n);
  g_autofree char *snapshot = bh_record_to_snapshot(record);
  assert_string_equal(snapshot, wanted);
}

static void test_one_set_is_the_value(void **state G_GNUC_UNUSED)
{
  g_auto(Story) story = story_new();
  add(&story, 1, "level", "major", FALSE, NULL);
  g_autoptr(BhRecord) record = fold(&story, NULL, 1);
  assert_string_equal(bh_record_get_string(record, "level"), "major");
  assert_null(bh_record_get(record, "demand"));
  assert_false(bh_record_has_conflict(record, "level"));
  g_auto(GStrv) heads = bh_record_dup_heads(record, "level");
  assert_string_equal(heads[0], test_id(1));
  assert_null(heads[1]);
  g_auto(GStrv) none = bh_record_dup_heads(record, "demand");
  assert_null(none[0]);
}

static void test_I8_a_replaced_value_was_named_by_its_successor(void **state G_GNUC_UNUSED)
{
  g_auto(Story) story = story_new();
  add(&story, 1, "level", "general", FALSE, NULL);
  add(&story, 3, "level", "major", FALSE, WAS(test_id(1)));
  /* Its device did not know entries 1 and 3. A value is replaced only when it is named, not
   * because an id is smaller or greater. */
  add(&story, 2, "level", "unclear", FALSE, NULL);
  g_autoptr(BhRecord) record = fold(&story, NULL, 3);
  g_auto(GStrv) heads = bh_record_dup_heads(record, "level");
  assert_int_equal(g_strv_length(heads), 2);
  assert_string_equal(heads[0], test_id(2));
  assert_string_equal(heads[1], test_id(3));
  assert_string_equal(bh_record_get_string(record, "level"), "major");
  assert_true(bh_record_has_conflict(record, "level"));
  g_autoptr(json_t) values = bh_record_dup_head_values(record, "level");
  assert_int_equal(json_array_size(values), 2);
  assert_string_equal(bh_json_string_or(json_array_get(values, 0), "value", ""), "major");
  assert_string_equal(bh_json_string_or(json_array_get(values, 1), "value", ""), "unclear");
}

static void test_entry_naming_all_heads_resolves_a_conflict(void **state G_GNUC_UNUSED)
{
  g_auto(Story) story = story_new();
  add(&story, 1, "demand", "prop the roof", FALSE, NULL);
  add(&story, 2, "demand", "stop work", FALSE, NULL);
  add(&story, 3, "demand", "stop work", FALSE, WAS(test_id(1), test_id(2)));
  g_autoptr(BhRecord) record = fold(&story, NULL, 3);
  g_autoptr(GPtrArray) conflicts = bh_record_list_conflicts(record);
  assert_int_equal(conflicts->len, 0);
  assert_string_equal(bh_record_get_string(record, "demand"), "stop work");
}

static void test_equal_values_are_no_conflict(void **state G_GNUC_UNUSED)
{
  g_auto(Story) story = story_new();
  add(&story, 1, "demand", "same", FALSE, NULL);
  add(&story, 2, "demand", "same", FALSE, NULL);
  add(&story, 3, "phone", "13800000000", TRUE, NULL);
  add(&story, 4, "phone", "13800000000", TRUE, NULL);
  g_autoptr(BhRecord) record = fold(&story, NULL, 4);
  assert_false(bh_record_has_conflict(record, "demand"));
  assert_false(bh_record_has_conflict(record, "phone"));
  g_auto(GStrv) heads = bh_record_dup_heads(record, "phone");
  assert_int_equal(g_strv_length(heads), 2);
  bh_record_withhold(record, NULL);
  assert_true(bh_record_has_conflict(record, "phone"));
  assert_true(bh_record_is_withheld(record, "phone"));
  assert_null(bh_record_get(record, "phone"));
  assert_false(bh_record_is_withheld(record, "demand"));
}

static void test_null_clears(void **state G_GNUC_UNUSED)
{
  g_auto(Story) story = story_new();
  add(&story, 1, "phone", "13800000000", TRUE, NULL);
  add(&story, 2, "phone", NULL, TRUE, WAS(test_id(1)));
  g_autoptr(BhRecord) record = fold(&story, NULL, 2);
  assert_null(bh_record_get(record, "phone"));
  assert_false(bh_record_is_withheld(record, "phone"));
  g_autoptr(GPtrArray) keys = bh_record_list_keys(record);
  assert_int_equal(keys->len, 0);
}

static void test_another_kind_is_refused_and_changes_nothing(void **state G_GNUC_UNUSED)
{
  g_auto(Story) story = story_new();
  add(&story, 1, "level", "major", FALSE, NULL);
  g_autoptr(BhRecord) record = fold(&story, NULL, 1);
  g_autofree char *before = bh_record_to_snapshot(record);
  g_autoptr(json_t) value = json_string("x");
  g_autoptr(BhBody) other =
      test_body_with_set(test_id(2), RECORD, "document", "level", value, FALSE, NULL);
  g_autoptr(GError) error = NULL;
  assert_false(bh_record_apply(record, other->id, other->ops->pdata[0], NULL, NULL, &error));
  assert_error(error, BH_ERROR_INVALID);
  g_autofree char *after = bh_record_to_snapshot(record);
  assert_string_equal(before, after);
}

static void test_snapshot_looks_as_written_down(void **state G_GNUC_UNUSED)
{
  g_auto(Story) story = story_new();
  add(&story, 2, "level", "major", FALSE, WAS(test_id(1)));
  add(&story, 3, "level", "general", FALSE, NULL);
  static const guint order[] = {1, 0};
  assert_state(&story, order, 2,
               "{\"keys\":{\"level\":{\"heads\":["
               "{\"e\":\"00000000-0000-7000-8000-000000000003\",\"v\":\"general\"},"
               "{\"e\":\"00000000-0000-7000-8000-000000000002\",\"v\":\"major\"}],"
               "\"pending\":[\"00000000-0000-7000-8000-000000000001\"]}},"
               "\"kind\":\"hazard\",\"record\":\"" RECORD "\"}");
}

static void
test_pending_ends_when_the_entry_comes_even_if_it_sets_another_key(void **state G_GNUC_UNUSED)
{
  g_auto(Story) story = story_new();
  add(&story, 1, "demand", "x", FALSE, NULL);
  add(&story, 2, "level", "major", FALSE, WAS(test_id(1)));
  static const guint order[] = {1, 0};
  g_autoptr(BhRecord) forth = fold(&story, NULL, 2);
  g_autoptr(BhRecord) back = fold(&story, order, 2);
  g_autofree char *a = bh_record_to_snapshot(forth);
  g_autofree char *b = bh_record_to_snapshot(back);
  assert_string_equal(a, b);
  assert_null(strstr(a, "pending"));
}

static void test_sets_that_name_each_other_leave_no_head_in_any_order(void **state G_GNUC_UNUSED)
{
  g_auto(Story) story = story_new();
  add(&story, 1, "level", "a", FALSE, WAS(test_id(2)));
  add(&story, 2, "level", "b", FALSE, WAS(test_id(1)));
  static const char wanted[] =
      "{\"keys\":{\"level\":{\"heads\":[]}},\"kind\":\"hazard\",\"record\":\"" RECORD "\"}";
  static const guint order[] = {1, 0};
  assert_state(&story, NULL, 2, wanted);
  assert_state(&story, order, 2, wanted);
}

static void test_snapshot_round_trip_keeps_openings(void **state G_GNUC_UNUSED)
{
  g_auto(Story) story = story_new();
  add(&story, 1, "phone", "13800000000", TRUE, NULL);
  add(&story, 2, "level", "major", FALSE, WAS(test_id(9)));
  g_autoptr(BhRecord) record = fold(&story, NULL, 2);
  g_autofree char *text = bh_record_to_snapshot(record);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhRecord) read = bh_record_from_snapshot(text, strlen(text), &error);
  assert_no_error(error);
  assert_string_equal(bh_record_get_string(read, "phone"), "13800000000");
  g_autofree char *again = bh_record_to_snapshot(read);
  assert_string_equal(text, again);
  g_autoptr(BhRecord) copy = bh_record_copy(read);
  g_autofree char *copied = bh_record_to_snapshot(copy);
  assert_string_equal(text, copied);
  g_autoptr(json_t) tree = bh_json_parse(text, strlen(text), BH_SNAPSHOT_MAX, "snapshot", &error);
  assert_no_error(error);
  g_autofree char *sorted = bh_json_dump_sorted(tree);
  assert_string_equal(text, sorted);
  /* An opening that was changed in transit does not match its commitment. */
  char *digit = strstr(text, "13800000000");
  digit[3] = '1';
  assert_null(bh_record_from_snapshot(text, strlen(text), &error));
  assert_error(error, BH_ERROR_SIGNATURE);
}

static void test_broken_snapshots_are_refused(void **state G_GNUC_UNUSED)
{
  static const char *const broken[] = {
      "",
      "[]",
      "{\"record\":\"x\",\"kind\":\"a\",\"keys\":{}}",
      "{\"record\":\"" RECORD "\",\"keys\":{}}",
      "{\"record\":\"" RECORD "\",\"kind\":\"a\",\"keys\":[]}",
      "{\"record\":\"" RECORD "\",\"kind\":\"a\",\"keys\":{\"k\":{}}}",
      "{\"record\":\"" RECORD "\",\"kind\":\"a\",\"keys\":{\"k\":{\"heads\":[{\"e\":1}]}}}",
      "{\"record\":\"" RECORD "\",\"kind\":\"a\",\"keys\":{\"k\":{\"heads\":[{\"e\":\"" RECORD
      "\"}]}}}",
      "{\"record\":\"" RECORD "\",\"kind\":\"a\",\"keys\":{\"k\":{\"heads\":[{\"e\":\"" RECORD
      "\",\"v\":1},{\"e\":\"" RECORD "\",\"v\":2}]}}}",
      "{\"record\":\"" RECORD "\",\"kind\":\"a\",\"keys\":{\"k\":{\"heads\":[{\"e\":\"" RECORD
      "\",\"c\":\"00\"}]}}}",
      "{\"record\":\"" RECORD "\",\"kind\":\"a\",\"keys\":{\"k\":{\"heads\":[{\"e\":\"" RECORD
      "\",\"v\":1}],\"pending\":[\"" RECORD "\"]}}}",
      "{\"record\":\"" RECORD
      "\",\"kind\":\"a\",\"keys\":{\"k\":{\"heads\":[],\"pending\":[\"x\"]}}}",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BhRecord) record = bh_record_from_snapshot(broken[i], strlen(broken[i]), &error);
    assert_null(record);
    assert_error(error, BH_ERROR_FORMAT);
  }
}

/* --- properties that hold for random histories --- */

static const char *const some_keys[] = {"level", "demand", "answers/COAL-01", "phone", "state"};

/* Makes the history of several devices that see each other's work late or never. Each device keeps
 * its own view of the record and names the heads of that view; from time to time two devices
 * exchange their views. */
static Story make_story(TestRandom *random, guint n_devices, guint n_entries)
{
  Story story = story_new();
  guint64 views[8] = {0}; /* bit i: the device has entry i */
  g_assert(n_devices <= G_N_ELEMENTS(views) && n_entries <= 64);
  for (guint i = 0; i < n_entries; i++) {
    guint64 *view = &views[test_random_below(random, n_devices)];
    if (test_random_below(random, 4) == 0)
      *view |= views[test_random_below(random, n_devices)];
    guint known[64];
    guint n_known = 0;
    for (guint j = 0; j < i; j++)
      if (*view >> j & 1)
        known[n_known++] = j;
    const char *key = some_keys[test_random_below(random, G_N_ELEMENTS(some_keys))];
    g_autoptr(BhRecord) seen = fold(&story, known, n_known);
    g_auto(GStrv) heads = bh_record_dup_heads(seen, key);
    g_autofree char *value = g_strdup_printf("v%u", test_random_below(random, 3));
    /* The order of ids does not follow cause and effect, because a device with a wrong clock makes
     * ids that are too small or too great. */
    guint number = (test_random_below(random, 1000000) << 8) + i + 1;
    add(&story, number, key, test_random_below(random, 9) == 0 ? NULL : value,
        g_str_equal(key, "phone"), (const char *const *)heads);
    *view |= G_GUINT64_CONSTANT(1) << i;
  }
  return story;
}

static void shuffle(TestRandom *random, guint *order, guint n)
{
  for (guint i = n; i > 1; i--) {
    guint j = test_random_below(random, i);
    guint other = order[j];
    order[j] = order[i - 1];
    order[i - 1] = other;
  }
}

static void test_I3_any_order_gives_equal_state(void **state G_GNUC_UNUSED)
{
  TestRandom random = {20261121};
  guint orders = 0;
  guint conflicts_met = 0;
  for (guint round = 0; round < 40; round++) {
    guint n = 3 + test_random_below(&random, 30);
    g_auto(Story) story = make_story(&random, 1 + test_random_below(&random, 5), n);
    g_autoptr(BhRecord) first = fold(&story, NULL, n);
    g_autoptr(GPtrArray) conflicts = bh_record_list_conflicts(first);
    conflicts_met += conflicts->len;
    g_autofree char *wanted = bh_record_to_snapshot(first);
    g_autofree guint *order = g_new(guint, n);
    for (guint i = 0; i < n; i++)
      order[i] = i;
    for (guint i = 0; i < 40; i++, orders++) {
      shuffle(&random, order, n);
      assert_state(&story, order, n, wanted);
    }
  }
  assert_true(orders >= 1000);
  assert_true(conflicts_met > 20);
}

static void
test_I3_a_stop_and_a_restart_from_the_snapshot_change_nothing(void **state G_GNUC_UNUSED)
{
  TestRandom random = {77};
  for (guint round = 0; round < 40; round++) {
    guint n = 20;
    g_auto(Story) story = make_story(&random, 3, n);
    g_autofree guint *order = g_new(guint, n);
    for (guint i = 0; i < n; i++)
      order[i] = i;
    g_autoptr(BhRecord) straight = fold(&story, order, n);
    g_autofree char *wanted = bh_record_to_snapshot(straight);
    shuffle(&random, order, n);
    g_autoptr(GHashTable) applied = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(BhRecord) record = bh_record_new(RECORD, "hazard");
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i < n; i++) {
      const BhBody *body = story.bodies->pdata[order[i]];
      g_hash_table_add(applied, (gpointer)body->id);
      bh_record_apply(record, body->id, body->ops->pdata[0], was_applied, applied, &error);
      g_autofree char *text = bh_record_to_snapshot(record);
      g_clear_pointer(&record, bh_record_free);
      record = bh_record_from_snapshot(text, strlen(text), &error);
      assert_no_error(error);
    }
    g_autofree char *end = bh_record_to_snapshot(record);
    assert_string_equal(end, wanted);
  }
}

/* Makes an entry that sets several keys and names any entries as replaced: entries that never set
 * the key, that do not exist, or that name this entry in turn. */
static BhBody *make_hostile_body(TestRandom *random, guint number, guint n_ids)
{
  TestRandom bytes = {number};
  BhRandom salts = {test_random_fill, &bytes};
  BhEntryClock clock = test_entry_clock();
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(test_id(number), test_id(0xface), &clock, 0, &salts);
  guint n_keys = 1 + test_random_below(random, 3);
  guint first = test_random_below(random, G_N_ELEMENTS(some_keys));
  for (guint k = 0; k < n_keys; k++) {
    const char *key = some_keys[(first + k) % G_N_ELEMENTS(some_keys)];
    g_autoptr(GPtrArray) was = g_ptr_array_new_with_free_func(g_free);
    for (guint id = 1; id <= n_ids; id++)
      if (id != number && test_random_below(random, 6) == 0)
        g_ptr_array_add(was, g_strdup(test_id(id)));
    g_ptr_array_add(was, NULL);
    g_autoptr(json_t) value = json_integer(test_random_below(random, 3));
    bh_body_builder_set(builder, RECORD, "hazard", key, value, FALSE,
                        (const char *const *)was->pdata);
  }
  g_autofree char *text = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(GError) error = NULL;
  bh_body_builder_finish(builder, &text, &openings, &error);
  assert_no_error(error);
  return bh_body_parse(text, openings, NULL);
}

/* Computes one key of a record literally as PROTOCOL § 1 defines it, without optimisation, to
 * compare the fold with. NULL when no entry sets the key. */
static json_t *fold_key_by_definition(const Story *story, const guint *order, guint n,
                                      const char *key, guint greatest)
{
  g_autoptr(GHashTable) named = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(GHashTable) folded = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(json_t) values = json_object();
  for (guint i = 0; i < n; i++) {
    const BhBody *body = story->bodies->pdata[order[i]];
    const BhOp *op = body->ops->pdata[0];
    g_hash_table_add(folded, (gpointer)body->id);
    for (guint j = 0; j < op->sets->len; j++) {
      const BhSet *set = op->sets->pdata[j];
      if (!g_str_equal(set->key, key))
        continue;
      json_object_set(values, body->id, set->value);
      for (gsize w = 0; set->was[w] != NULL; w++)
        g_hash_table_add(named, set->was[w]);
    }
  }
  if (json_object_size(values) == 0)
    return NULL;
  json_t *heads = json_array();
  json_t *pending = json_array();
  for (guint i = 0; i < greatest; i++) {
    const char *newest = test_id(greatest - i);
    const char *oldest = test_id(i + 1);
    json_t *value = json_object_get(values, newest);
    if (value != NULL && !g_hash_table_contains(named, newest))
      json_array_append_new(heads, json_pack("{ss, sO}", "e", newest, "v", value));
    if (g_hash_table_contains(named, oldest) && !g_hash_table_contains(folded, oldest))
      json_array_append_new(pending, json_string(oldest));
  }
  json_t *slot = json_pack("{so}", "heads", heads);
  if (json_array_size(pending) > 0)
    json_object_set(slot, "pending", pending);
  json_decref(pending);
  return slot;
}

static void test_I3_hostile_histories_fold_as_defined(void **state G_GNUC_UNUSED)
{
  TestRandom random = {303};
  for (guint round = 0; round < 150; round++) {
    guint n = 2 + test_random_below(&random, 14);
    g_auto(Story) story = story_new();
    for (guint i = 1; i <= n; i++)
      g_ptr_array_add(story.bodies, make_hostile_body(&random, i, n + 3));
    g_autofree guint *order = g_new(guint, n);
    for (guint i = 0; i < n; i++)
      order[i] = i;
    for (guint i = 0; i < 10; i++) {
      shuffle(&random, order, n);
      guint some = 1 + test_random_below(&random, n);
      g_autoptr(json_t) keys = json_object();
      for (guint k = 0; k < G_N_ELEMENTS(some_keys); k++) {
        json_t *slot = fold_key_by_definition(&story, order, some, some_keys[k], n + 3);
        if (slot != NULL)
          json_object_set_new(keys, some_keys[k], slot);
      }
      g_autoptr(json_t) snapshot =
          json_pack("{ss, ss, sO}", "record", RECORD, "kind", "hazard", "keys", keys);
      g_autofree char *wanted = bh_json_dump_sorted(snapshot);
      assert_state(&story, order, some, wanted);
    }
  }
}

static void test_I8_heads_are_what_no_other_set_names(void **state G_GNUC_UNUSED)
{
  TestRandom random = {88};
  for (guint round = 0; round < 100; round++) {
    guint n = 25;
    g_auto(Story) story = make_story(&random, 4, n);
    g_autoptr(BhRecord) record = fold(&story, NULL, n);
    for (guint k = 0; k < G_N_ELEMENTS(some_keys); k++) {
      g_autoptr(GHashTable) named = g_hash_table_new(g_str_hash, g_str_equal);
      for (guint i = 0; i < n; i++) {
        const BhBody *body = story.bodies->pdata[i];
        const BhSet *set = ((BhOp *)body->ops->pdata[0])->sets->pdata[0];
        if (g_str_equal(set->key, some_keys[k]))
          for (gsize w = 0; set->was[w] != NULL; w++)
            g_hash_table_add(named, set->was[w]);
      }
      g_auto(GStrv) heads = bh_record_dup_heads(record, some_keys[k]);
      guint wanted = 0;
      for (guint i = 0; i < n; i++) {
        const BhBody *body = story.bodies->pdata[i];
        const BhSet *set = ((BhOp *)body->ops->pdata[0])->sets->pdata[0];
        if (!g_str_equal(set->key, some_keys[k]) || g_hash_table_contains(named, body->id))
          continue;
        wanted++;
        assert_true(g_strv_contains((const char *const *)heads, body->id));
      }
      assert_int_equal(g_strv_length(heads), wanted);
    }
  }
}

/* The same history made by devices with other clocks: the ids, which come from clocks, are
 * renumbered at random. The same values must be in conflict. */
static void test_I11_no_clock_changes_the_set_of_conflicts(void **state G_GNUC_UNUSED)
{
  TestRandom random = {99};
  for (guint round = 0; round < 60; round++) {
    guint n = 20;
    g_auto(Story) story = make_story(&random, 4, n);
    g_autoptr(GHashTable) renamed = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    for (guint i = 0; i < n; i++)
      g_hash_table_insert(renamed, ((BhBody *)story.bodies->pdata[i])->id,
                          g_strdup(test_id((test_random_below(&random, 1000000) << 8) + i + 1)));
    g_auto(Story) other = story_new();
    for (guint i = 0; i < n; i++) {
      const BhBody *body = story.bodies->pdata[i];
      const BhSet *set = ((BhOp *)body->ops->pdata[0])->sets->pdata[0];
      g_autoptr(GPtrArray) was = g_ptr_array_new();
      for (gsize w = 0; set->was[w] != NULL; w++)
        g_ptr_array_add(was, g_hash_table_lookup(renamed, set->was[w]));
      g_ptr_array_add(was, NULL);
      json_t *value = bh_set_get_value(set);
      g_ptr_array_add(other.bodies,
                      test_body_with_set(g_hash_table_lookup(renamed, body->id), RECORD, "hazard",
                                         set->key, value, set->commitment != NULL,
                                         (const char *const *)was->pdata));
    }
    g_autoptr(BhRecord) a = fold(&story, NULL, n);
    g_autoptr(BhRecord) b = fold(&other, NULL, n);
    g_autoptr(GPtrArray) of_a = bh_record_list_conflicts(a);
    g_autoptr(GPtrArray) of_b = bh_record_list_conflicts(b);
    assert_int_equal(of_a->len, of_b->len);
    for (guint i = 0; i < of_a->len; i++)
      assert_string_equal(of_a->pdata[i], of_b->pdata[i]);
    for (guint k = 0; k < G_N_ELEMENTS(some_keys); k++) {
      g_auto(GStrv) heads = bh_record_dup_heads(a, some_keys[k]);
      g_auto(GStrv) others = bh_record_dup_heads(b, some_keys[k]);
      assert_int_equal(g_strv_length(heads), g_strv_length(others));
      for (gsize i = 0; heads[i] != NULL; i++)
        assert_true(
            g_strv_contains((const char *const *)others, g_hash_table_lookup(renamed, heads[i])));
    }
  }
}

static void test_I12_replay_is_a_no_op(void **state G_GNUC_UNUSED)
{
  TestRandom random = {111};
  for (guint round = 0; round < 60; round++) {
    guint n = 20;
    g_auto(Story) story = make_story(&random, 3, n);
    g_autoptr(BhRecord) once = fold(&story, NULL, n);
    g_autofree char *wanted = bh_record_to_snapshot(once);
    guint order[60];
    for (guint i = 0; i < G_N_ELEMENTS(order); i++)
      order[i] = i % n;
    shuffle(&random, order, G_N_ELEMENTS(order));
    assert_state(&story, order, G_N_ELEMENTS(order), wanted);
  }
}

static void test_thousand_heads_fold_and_resolve(void **state G_GNUC_UNUSED)
{
  g_auto(Story) story = story_new();
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *value = g_strdup_printf("v%u", i);
    add(&story, i + 1, "demand", value, FALSE, NULL);
  }
  g_autoptr(BhRecord) storm = fold(&story, NULL, 1000);
  assert_true(bh_record_has_conflict(storm, "demand"));
  assert_string_equal(bh_record_get_string(storm, "demand"), "v999");
  g_auto(GStrv) heads = bh_record_dup_heads(storm, "demand");
  assert_int_equal(g_strv_length(heads), 1000);
  add(&story, 2000, "demand", "settled", FALSE, (const char *const *)heads);
  g_autoptr(BhRecord) settled = fold(&story, NULL, 1001);
  assert_false(bh_record_has_conflict(settled, "demand"));
  assert_string_equal(bh_record_get_string(settled, "demand"), "settled");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_set_is_the_value),
      cmocka_unit_test(test_I8_a_replaced_value_was_named_by_its_successor),
      cmocka_unit_test(test_entry_naming_all_heads_resolves_a_conflict),
      cmocka_unit_test(test_equal_values_are_no_conflict),
      cmocka_unit_test(test_null_clears),
      cmocka_unit_test(test_another_kind_is_refused_and_changes_nothing),
      cmocka_unit_test(test_snapshot_looks_as_written_down),
      cmocka_unit_test(test_pending_ends_when_the_entry_comes_even_if_it_sets_another_key),
      cmocka_unit_test(test_sets_that_name_each_other_leave_no_head_in_any_order),
      cmocka_unit_test(test_snapshot_round_trip_keeps_openings),
      cmocka_unit_test(test_broken_snapshots_are_refused),
      cmocka_unit_test(test_I3_any_order_gives_equal_state),
      cmocka_unit_test(test_I3_hostile_histories_fold_as_defined),
      cmocka_unit_test(test_I3_a_stop_and_a_restart_from_the_snapshot_change_nothing),
      cmocka_unit_test(test_I8_heads_are_what_no_other_set_names),
      cmocka_unit_test(test_I11_no_clock_changes_the_set_of_conflicts),
      cmocka_unit_test(test_I12_replay_is_a_no_op),
      cmocka_unit_test(test_thousand_heads_fold_and_resolve),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
