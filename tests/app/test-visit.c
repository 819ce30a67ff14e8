/* Reads a whole visit from the store in a fixed number of queries, and makes as many papers as it
 * needs. */
#include <string.h>

#include "app/user-error.h"
#include "app/visit/documents.h"
#include "app/visit/move.h"
#include "app/visit/orders.h"
#include "schema/freeze.h"
#include "schema/signed-text.h"
#include "sync/device/store/core.h"
#include "sync/device/store/index.h"
#include "sync/device/store/views.h"
#include "tests/sync/device/fixture.h"

#define INSPECTION 0x8000
#define HAZARDS 0x9000
#define FILES 0xa000
#define SHA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static json_t *make_hazard(Fixture *fixture, guint i, const char *description)
{
  g_autofree char *summary = g_strdup_printf("隐患%03u", i);
  json_t *set =
      json_pack("{ss ss ss ss ss ss ss ss}", "inspection", test_id(INSPECTION), "summary", summary,
                "level", "general", "place", "3105工作面", "demand", "立即整改", "deadline",
                "2099-01-05", "responsible_person", "张样例", "state", "found");
  json_object_set_new(set, "enterprise", json_string(fixture->enterprise));
  json_object_set_new(set, "found_by", json_string("inspection"));
  json_object_set_new(set, "no_photo_reason", json_string("井下不能带非防爆相机"));
  if (description != NULL)
    json_object_set_new(set, "description", json_string(description));
  return set;
}

/* A snapshot of the inspection in the state `state`. `facts`: the frozen fields that were signed;
 * NULL when nobody has signed. */
static json_t *snapshot_inspection(Fixture *fixture, const char *state, json_t *facts)
{
  json_t *set = json_pack("{ss ss s[s] ss ss sI ss ss}", "subject_found_by", "code", "enterprise",
                          fixture->enterprise, "modes", "routine", "unit", fixture->unit, "lead",
                          fixture->li, "started_at", (json_int_t)fixture->time.wall_ms, "outcome",
                          "carried_out", "state", state);
  if (facts != NULL) {
    g_autofree char *digest = bh_signed_text_dup_digest(facts);
    json_object_set(set, "signed_facts", facts);
    json_object_set_new(set, "signed_sha256", json_string(digest));
  }
  return fixture_snapshot(fixture, test_id(INSPECTION), "inspection", set);
}

static json_t *load(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  json_t *visit = bh_visit_load(fixture->device, fixture->li, test_id(INSPECTION), &error);
  assert_no_error(error);
  return visit;
}

/* Freezes the fields of the visit for signing. NULL when the text is too long for one paper. */
static json_t *freeze_to_sign(Fixture *fixture)
{
  g_autoptr(json_t) visit = load(fixture);
  g_autoptr(BhKindSet) kinds = bh_device_dup_kinds(fixture->device);
  return bh_documents_freeze_to_sign(visit, kinds, test_id(INSPECTION), fixture->time.wall_ms,
                                     NULL);
}

/* Makes an ended visit with `n` hazards, a photo for every tenth of them, signed by Li, whose unit
 * may issue orders. */
static void add_visit(Fixture *fixture, guint n, const char *description)
{
  json_t *records = json_array();
  json_array_append_new(
      records,
      fixture_snapshot(fixture, fixture->unit, "unit",
                       json_pack("{ss ss ss s[s]}", "name", "平鲁区应急管理局", "area", "140603",
                                 "level", "county", "authority", "order_rectify")));
  json_array_append_new(
      records,
      fixture_snapshot(fixture, fixture->li, "staff",
                       json_pack("{ss ss s[s] ss ss ss}", "name", "李明", "unit", fixture->unit,
                                 "roles", "inspector", "state", "active", "certificate_no", "A-1",
                                 "certificate_valid_to", "2099-12-31")));
  json_array_append_new(records, snapshot_inspection(fixture, "signed", NULL));
  for (guint i = 0; i < n; i++) {
    json_array_append_new(records, fixture_snapshot(fixture, test_id(HAZARDS + i), "hazard",
                                                    make_hazard(fixture, i, description)));
    if (i % 10 == 0)
      json_array_append_new(
          records, fixture_snapshot(fixture, test_id(FILES + i), "file",
                                    json_pack("{ss ss ss si ss}", "parent", test_id(HAZARDS + i),
                                              "role", "photo", "sha256", SHA, "size", 5,
                                              "media_type", "image/jpeg")));
  }
  fixture_pull(fixture, records, NULL);
  g_autoptr(json_t) facts = freeze_to_sign(fixture);
  g_autofree char *digest = bh_signed_text_dup_digest(facts);
  json_t *signed_records = json_array();
  json_array_append_new(signed_records, snapshot_inspection(fixture, "signed", facts));
  json_array_append_new(
      signed_records,
      fixture_snapshot(fixture, test_id(INSPECTION + 1), "signature",
                       json_pack("{ss ss ss ss ss? sI}", "parent", test_id(INSPECTION), "role",
                                 "inspector", "staff", fixture->li, "name", "李明", "shown_sha256",
                                 digest, "signed_at", (json_int_t)fixture->time.wall_ms)));
  fixture_pull(fixture, signed_records, NULL);
}

/* Calls `change` for each choice of the field "doc_type". Returns the changed kinds of the device;
 * bh_kind_set_unref. */
static BhKindSet *dup_changed_kinds(Fixture *fixture, void (*change)(json_t *choice))
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) kinds = bh_device_dup_kinds(fixture->device);
  g_autoptr(json_t) all = json_loads(bh_kind_set_get_text(kinds), 0, NULL);
  gsize i, j, k;
  json_t *kind, *field, *choice;
  json_array_foreach(json_object_get(all, "kinds"), i, kind) {
    json_array_foreach(json_object_get(kind, "fields"), j, field) {
      if (strcmp(bh_json_string_or(field, "name", ""), "doc_type") != 0)
        continue;
      json_array_foreach(json_object_get(field, "choices"), k, choice) {
        change(choice);
      }
    }
  }
  g_autofree char *text = json_dumps(all, 0);
  assert_string_not_equal(text, bh_kind_set_get_text(kinds));
  BhKindSet *changed = bh_kind_set_from_text(text, strlen(text), &error);
  assert_no_error(error);
  return changed;
}

static void remove_paper(json_t *choice)
{
  json_object_del(choice, "paper");
}

static void test_older_kinds_are_refused_with_a_readable_reason(void **state G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Fixture) fixture = fixture_new();
  add_visit(fixture, 1, NULL);
  g_autoptr(json_t) visit = load(fixture);
  g_autoptr(BhKindSet) old = dup_changed_kinds(fixture, remove_paper);
  g_autoptr(json_t) facts =
      bh_documents_freeze_to_sign(visit, old, test_id(INSPECTION), fixture->time.wall_ms, &error);
  assert_null(facts);
  assert_true(g_error_matches(error, BH_USER_ERROR, BH_USER_ERROR_MESSAGE));
  assert_non_null(strstr(error->message, "older than this program"));
}

/* Changes the choice: an order names the general hazards of an enterprise in one district, whether
 * they are fixed or not. */
static void choose_by_area(json_t *choice)
{
  json_t *paper = json_object_get(choice, "paper");
  if (json_object_get(paper, "names") == NULL)
    return;
  json_object_set_new(paper, "where",
                      json_pack("{s:[{s:s, s:s}, {s:s, s:s}]}", "all", "field", "enterprise.area",
                                "within", "140603", "field", "level", "is", "general"));
}

/* Summaries of the hazards that belong on an order, in the order of bh_visit_list_orderable;
 * g_free. */
static char *list_orderable(const json_t *visit, const BhKindSet *kinds)
{
  GString *text = g_string_new(NULL);
  g_autoptr(GPtrArray) rows = bh_visit_list_orderable(visit, kinds);
  for (guint i = 0; i < rows->len; i++)
    g_string_append_printf(
        text, "%s ",
        bh_json_string_or(json_object_get(g_ptr_array_index(rows, i), "values"), "summary", ""));
  return g_string_free(text, FALSE);
}

/* No state is named in C: another "where" orders other hazards. */
static void test_the_kinds_say_which_hazards_an_order_names(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *summary, *level, *state;
    gboolean is_fixed;
  } hazards[] = {{"a", "general", "found", FALSE},
                 {"b", "general", "fixed_on_site", TRUE},
                 {"c", "general", "fixed_on_site", FALSE},
                 {"d", "major", "suspected", FALSE},
                 {"e", "major", "confirmed", TRUE},
                 {"f", "general", "ordered", FALSE},
                 {"g", "general", "withdrawn_on_site", FALSE}};
  g_autoptr(Fixture) fixture = fixture_new();
  add_visit(fixture, 0, NULL);
  json_t *records = json_array();
  for (guint i = 0; i < G_N_ELEMENTS(hazards); i++) {
    json_t *hazard = make_hazard(fixture, i, NULL);
    json_object_set_new(hazard, "summary", json_string(hazards[i].summary));
    json_object_set_new(hazard, "level", json_string(hazards[i].level));
    json_object_set_new(hazard, "state", json_string(hazards[i].state));
    if (hazards[i].is_fixed)
      json_object_set_new(hazard, "fixed_on_site", json_true());
    json_array_append_new(records,
                          fixture_snapshot(fixture, test_id(HAZARDS + i), "hazard", hazard));
  }
  fixture_pull(fixture, records, NULL);
  g_autoptr(json_t) visit = load(fixture);
  g_autoptr(BhKindSet) kinds = bh_device_dup_kinds(fixture->device);
  g_autofree char *shipped = list_orderable(visit, kinds);
  assert_string_equal(shipped, "a d f ");
  g_autoptr(BhKindSet) other = dup_changed_kinds(fixture, choose_by_area);
  g_autofree char *by_area = list_orderable(visit, other);
  assert_string_equal(by_area, "a b c f ");
  g_autoptr(BhKindSet) old = dup_changed_kinds(fixture, remove_paper);
  g_autofree char *none = list_orderable(visit, old);
  assert_string_equal(none, "");
}

static gsize count(const json_t *visit, const char *part)
{
  return json_array_size(json_object_get(visit, part));
}

static void test_all_records_of_a_large_visit_are_read(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  add_visit(fixture, 450, NULL);
  g_autoptr(json_t) visit = load(fixture);
  assert_int_equal(count(visit, "hazards"), 450);
  assert_int_equal(count(visit, "files"), 45);
  const json_t *last = json_array_get(json_object_get(visit, "hazards"), 449);
  assert_string_equal(bh_json_string_or(json_object_get(last, "values"), "summary", ""), "隐患449");
}

static guint64 count_queries(guint hazards)
{
  g_autoptr(Fixture) fixture = fixture_new();
  add_visit(fixture, hazards, NULL);
  assert_true(bh_device_index_update(fixture->device, NULL));
  bh_view_forget_all(fixture->device);
  guint64 before = bh_db_count_prepared(fixture->device->db);
  g_autoptr(json_t) visit = load(fixture);
  assert_int_equal(count(visit, "hazards"), hazards);
  return bh_db_count_prepared(fixture->device->db) - before;
}

static void test_a_visit_is_read_in_a_fixed_number_of_queries(void **state G_GNUC_UNUSED)
{
  guint64 small = count_queries(20), medium = count_queries(80), large = count_queries(160);
  g_test_message("%u statements", (guint)large);
  assert_int_equal(medium, large);
  /* the smaller visit still has rows in memory from the list before */
  assert_true(small <= medium);
}

static json_t *make_documents_as(Fixture *fixture, gboolean allow_placeholders, gboolean major,
                                 GError **error)
{
  g_autofree char *inspection = g_strdup(test_id(INSPECTION));
  g_autoptr(json_t) form =
      json_pack("{s:s, s:s}", "legal_basis", "《安全生产法》第六十五条", "deadline", "2099-01-05");
  if (major)
    json_object_set_new(form, "major_decision", json_true());
  BhDocumentsRequest request = {.author = fixture->li,
                                .lang = "zh",
                                .inspection = inspection,
                                .now_ms = fixture->time.wall_ms,
                                .order = TRUE,
                                .allow_placeholders = allow_placeholders,
                                .form = form};
  return bh_documents_make(fixture->device, &request, error);
}

static json_t *make_documents_with(Fixture *fixture, gboolean allow_placeholders, GError **error)
{
  return make_documents_as(fixture, allow_placeholders, FALSE, error);
}

static json_t *make_documents(Fixture *fixture, GError **error)
{
  return make_documents_with(fixture, FALSE, error);
}

/* The order asks for consent before it is issued; for the record, consent was given at signing. */
static void test_no_paper_with_missing_glyphs_is_issued_without_consent(void **state G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Fixture) fixture = fixture_new();
  add_visit(fixture, 2, "支护\uE000变形");
  g_autoptr(json_t) refused = make_documents(fixture, &error);
  assert_null(refused);
  assert_true(g_error_matches(error, BH_USER_ERROR, BH_USER_ERROR_MISSING_GLYPHS));
  assert_non_null(strstr(error->message, "隐患 1 · 详细描述: U+E000"));
  assert_non_null(strstr(error->message, "隐患 2"));
  g_clear_error(&error);
  g_autoptr(json_t) before = load(fixture);
  assert_int_equal(count(before, "documents"), 1); /* no order was made */
  g_autoptr(json_t) made = make_documents_with(fixture, TRUE, &error);
  assert_no_error(error);
  assert_int_equal(count(made, "documents"), 2);
  g_autoptr(json_t) after = load(fixture);
  g_autofree char *kept = bh_json_dump(json_object_get(after, "documents"));
  assert_non_null(strstr(kept, "支护\uE000变形"));
}

static void test_every_hazard_is_on_exactly_one_order(void **state G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  add_visit(fixture, 205, NULL);
  g_autoptr(json_t) made = make_documents(fixture, &error);
  assert_no_error(error);
  assert_int_equal(count(made, "documents"), 3); /* the record of the visit and two orders */

  g_autoptr(json_t) visit = load(fixture);
  gsize i, j;
  json_t *row, *id;
  json_array_foreach(json_object_get(visit, "documents"), i, row) {
    const json_t *values = json_object_get(row, "values");
    assert_string_equal(bh_json_string_or(values, "state", ""), "issued");
    json_array_foreach(json_object_get(values, "hazards"), j, id) {
      assert_true(g_hash_table_add(seen, g_strdup(json_string_value(id))));
    }
    if (j > 0)
      assert_int_equal(
          json_array_size(json_object_get(json_object_get(values, "frozen"), "hazards")), j);
  }
  assert_int_equal(g_hash_table_size(seen), 205);
  json_array_foreach(json_object_get(visit, "hazards"), i, row) {
    const json_t *values = json_object_get(row, "values");
    assert_string_equal(bh_json_string_or(values, "state", ""), "ordered");
    assert_non_null(json_object_get(values, "order"));
  }
  g_autoptr(BhKindSet) kinds = bh_device_dup_kinds(fixture->device);
  assert_false(bh_orders_are_pending(visit, kinds));
}

static void
test_an_order_that_is_a_major_decision_waits_for_the_legal_review(void **state G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Fixture) fixture = fixture_new();
  add_visit(fixture, 2, NULL);
  g_autoptr(json_t) made = make_documents_as(fixture, FALSE, TRUE, &error);
  assert_no_error(error);
  assert_int_equal(count(made, "documents"), 2);
  g_autoptr(json_t) visit = load(fixture);
  guint waiting = 0;
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(visit, "documents"), i, row) {
    const json_t *values = json_object_get(row, "values");
    if (strcmp(bh_json_string_or(values, "state", ""), "legal_review") != 0)
      continue;
    waiting++;
    assert_null(json_object_get(values, "pdf"));
  }
  assert_int_equal(waiting, 1);
  json_array_foreach(json_object_get(visit, "hazards"), i, row) {
    assert_string_equal(bh_json_string_or(json_object_get(row, "values"), "state", ""), "found");
  }
  /* Nothing is left to do on this device until the office has decided. */
  g_autoptr(BhKindSet) kinds = bh_device_dup_kinds(fixture->device);
  assert_false(bh_orders_are_pending(visit, kinds));
  g_autoptr(json_t) again = make_documents(fixture, &error);
  assert_no_error(error);
  assert_int_equal(count(again, "documents"), 2);
}

static void
test_a_record_that_is_too_long_is_refused_with_a_readable_reason(void **state G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *long_text = g_strnfill(2000, 'x');
  add_visit(fixture, 40, long_text);
  g_autoptr(json_t) made = make_documents(fixture, &error);
  assert_null(made);
  assert_true(g_error_matches(error, BH_USER_ERROR, BH_USER_ERROR_MESSAGE));
  assert_non_null(strstr(error->message, "60000"));
  assert_non_null(strstr(error->message, "40"));
  g_autoptr(json_t) visit = load(fixture);
  assert_int_equal(count(visit, "documents"), 0);
}

static gboolean has_step(Fixture *fixture, const char *who, const char *record, const char *to,
                         const char *page)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *name = g_strconcat("step/", to, NULL);
  g_autoptr(json_t) acts = bh_device_list_acts(fixture->device, who, record, &error);
  assert_no_error(error);
  gsize i;
  json_t *act;
  json_array_foreach(acts, i, act) {
    if (strcmp(bh_json_string_or(act, "name", ""), name) == 0)
      return g_strcmp0(bh_json_string_or(act, "page", NULL), page) == 0;
  }
  return FALSE;
}

static void test_a_page_offers_the_steps_that_are_open_on_a_device(void **state G_GNUC_UNUSED)
{
  char id[BH_ID_LEN + 1];
  g_autoptr(Fixture) fixture = fixture_new();
  fixture_inspect(fixture, id);
  assert_true(has_step(fixture, fixture->li, id, "cancelled", NULL));
  assert_true(has_step(fixture, fixture->li, id, "signed", "sign"));
  assert_true(has_step(fixture, fixture->li, id, "not_carried_out", "outcome"));
  /* Only the person who leads a visit can cancel it. Steps of the hub are not offered. */
  assert_false(has_step(fixture, fixture->wang, id, "cancelled", NULL));
  add_visit(fixture, 1, NULL);
  assert_false(has_step(fixture, fixture->li, test_id(INSPECTION), "accepted", NULL));
  assert_true(has_step(fixture, fixture->li, test_id(HAZARDS), "ordered", "papers"));
  assert_false(has_step(fixture, fixture->li, test_id(HAZARDS), "withdrawn", NULL));
}

/* An extension is a step into the same state; its guards apply. */
static void test_a_step_to_the_same_state_is_a_step(void **state G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Fixture) fixture = fixture_new();
  json_t *records = json_array();
  add_visit(fixture, 1, NULL);
  json_array_append_new(
      records, fixture_snapshot(fixture, fixture->wang, "staff",
                                json_pack("{ss ss s[s] ss}", "name", "王芳", "unit", fixture->unit,
                                          "roles", "leader", "state", "active")));
  json_t *hazard = make_hazard(fixture, 0, NULL);
  json_object_set_new(hazard, "state", json_string("ordered"));
  json_array_append_new(records, fixture_snapshot(fixture, test_id(HAZARDS), "hazard", hazard));
  fixture_pull(fixture, records, NULL);
  assert_true(has_step(fixture, fixture->wang, test_id(HAZARDS), "ordered", NULL));
  g_autoptr(json_t) set = json_pack("{ss ss}", "state", "ordered", "deadline", "2099-02-05");
  g_autoptr(json_t) problems =
      bh_device_check(fixture->device, fixture->wang, test_id(HAZARDS), "hazard", set, &error);
  assert_no_error(error);
  assert_true(json_array_size(problems) >= 1);
  g_autoptr(json_t) ops = fixture_ops(test_id(HAZARDS), "hazard", json_incref(set));
  g_autofree char *entry = bh_device_save(fixture->device, fixture->wang, ops, 0, &error);
  assert_null(entry);
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID));
}

static json_t *list(Fixture *fixture, json_t *query)
{
  g_autoptr(GError) error = NULL;
  json_t *found = bh_device_list(fixture->device, query, &error);
  assert_no_error(error);
  json_decref(query);
  return found;
}

static void
test_an_ended_visit_without_papers_is_listed_and_so_are_its_hazards(void **state G_GNUC_UNUSED)
{
  char running[BH_ID_LEN + 1], id[BH_ID_LEN + 1];
  g_autoptr(GError) error = NULL;
  g_autoptr(Fixture) fixture = fixture_new();
  add_visit(fixture, 3, NULL);
  fixture_inspect(fixture, running);
  bh_device_make_id(fixture->device, id);
  json_t *hazard = make_hazard(fixture, 9, NULL);
  json_object_set_new(hazard, "inspection", json_string(running));
  json_object_set_new(hazard, "recorded_by", json_string(fixture->li));
  g_free(fixture_save(fixture, id, "hazard", hazard));

  g_autoptr(json_t) found = list(fixture, json_pack("{ss s{ss} s[s]}", "kind", "hazard", "where",
                                                    "state", "found", "parent_not", "on_site"));
  assert_int_equal(count(found, "rows"), 3);
  g_autoptr(json_t) before = list(fixture, json_pack("{ss s{ss} ss}", "kind", "inspection", "where",
                                                     "state", "signed", "without", "document"));
  assert_int_equal(count(before, "rows"), 1);
  json_decref(make_documents(fixture, &error));
  assert_no_error(error);
  g_autoptr(json_t) after = list(fixture, json_pack("{ss s{ss} ss}", "kind", "inspection", "where",
                                                    "state", "signed", "without", "document"));
  assert_int_equal(count(after, "rows"), 0);
}

/* --- another enterprise --- */

#define OTHER 0xb000

/* Makes a visit on site with `n` hazards, and the enterprise to which it is moved. */
static void add_open_visit(Fixture *fixture, guint n)
{
  json_t *records = json_array();
  json_array_append_new(records, snapshot_inspection(fixture, "on_site", NULL));
  for (guint i = 0; i < n; i++)
    json_array_append_new(records, fixture_snapshot(fixture, test_id(HAZARDS + i), "hazard",
                                                    make_hazard(fixture, i, NULL)));
  json_array_append_new(
      records, fixture_snapshot(fixture, test_id(OTHER), "enterprise",
                                json_pack("{ss ss ss ss}", "name", "西山煤矿", "sector",
                                          "coal_mine", "area", "140603", "state", "confirmed")));
  fixture_pull(fixture, records, NULL);
}

static guint count_at(const json_t *visit, const char *enterprise)
{
  guint found = 0;
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(visit, "hazards"), i, row) {
    const json_t *values = json_object_get(row, "values");
    found += strcmp(bh_json_string_or(values, "enterprise", ""), enterprise) == 0;
  }
  return found;
}

static void
test_a_visit_with_more_hazards_than_one_entry_holds_moves_whole(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  add_open_visit(fixture, 150);
  g_autoptr(json_t) visit = load(fixture);
  g_autoptr(json_t) ops = bh_move_dup_ops(visit, NULL, test_id(OTHER), "coal_mine", "扫错了码");
  assert_int_equal(json_array_size(ops), 151);
  assert_true(bh_visit_save_ops(fixture->device, fixture->li, ops, &error));
  g_autoptr(json_t) moved = load(fixture);
  assert_int_equal(count_at(moved, test_id(OTHER)), 150);
  g_autoptr(json_t) rest = bh_move_dup_remaining_ops(moved);
  assert_int_equal(json_array_size(rest), 0);
}

/* Returns what the move of a visit does to its checklist, when the device has lists of two
 * sectors. */
static json_t *move_list(const char *now, const char *sector, const json_t *lists)
{
  g_autoptr(json_t) visit =
      json_pack("{s:{s:s, s:{}}, s:{s:s, s:{s:s}}}", "inspection", "id", test_id(INSPECTION),
                "values", "checklist", "id", test_id(OTHER + 1), "values", "sector", now);
  g_autoptr(json_t) ops = bh_move_dup_ops(visit, lists, test_id(OTHER), sector, "扫错了码");
  return json_incref(json_object_get(json_array_get(ops, 0), "set"));
}

static void test_a_visit_that_moves_to_another_sector_gets_its_list(void **state G_GNUC_UNUSED)
{
  g_autoptr(json_t) lists =
      json_pack("[{s:s, s:{s:s, s:s}}, {s:s, s:{s:s, s:s}}]", "id", test_id(OTHER + 1), "values",
                "sector", "coal_mine", "version", "1", "id", test_id(OTHER + 2), "values", "sector",
                "fire", "version", "3");
  g_autoptr(json_t) same = move_list("coal_mine", "coal_mine", lists);
  assert_null(json_object_get(same, "checklist"));
  g_autoptr(json_t) other = move_list("coal_mine", "fire", lists);
  assert_string_equal(bh_json_string_or(other, "checklist", ""), test_id(OTHER + 2));
  assert_string_equal(bh_json_string_or(other, "checklist_version", ""), "3");
  assert_true(json_is_null(json_object_get(other, "sections")));
  g_autoptr(json_t) none = move_list("coal_mine", "trade", lists);
  assert_true(json_is_null(json_object_get(none, "checklist")));
}

static void test_a_move_that_was_interrupted_is_completed(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  add_open_visit(fixture, 100);
  g_autoptr(json_t) visit = load(fixture);
  g_autoptr(json_t) nothing = bh_move_dup_remaining_ops(visit);
  assert_int_equal(json_array_size(nothing), 0);
  g_autoptr(json_t) ops = bh_move_dup_ops(visit, NULL, test_id(OTHER), "coal_mine", "扫错了码");
  g_autoptr(json_t) first = json_array();
  for (gsize i = 0; i < 41; i++)
    json_array_append(first, json_array_get(ops, i));
  assert_true(bh_visit_save_ops(fixture->device, fixture->li, first, &error));
  fixture_reopen(fixture);
  g_autoptr(json_t) half = load(fixture);
  assert_int_equal(count_at(half, test_id(OTHER)), 40);
  g_autoptr(json_t) rest = bh_move_dup_remaining_ops(half);
  assert_int_equal(json_array_size(rest), 60);
  assert_true(bh_visit_save_ops(fixture->device, fixture->li, rest, &error));
  g_autoptr(json_t) whole = load(fixture);
  assert_int_equal(count_at(whole, test_id(OTHER)), 100);
}

/* A visit that somebody has signed cannot be moved; the store refuses it, whatever page asks. */
static void test_a_signed_visit_cannot_be_moved(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  add_open_visit(fixture, 1);
  json_t *records = json_array();
  json_array_append_new(
      records, fixture_snapshot(fixture, test_id(INSPECTION + 1), "signature",
                                json_pack("{ss ss ss ss sI}", "parent", test_id(INSPECTION), "role",
                                          "inspector", "staff", fixture->li, "shown_sha256", SHA,
                                          "signed_at", (json_int_t)fixture->time.wall_ms)));
  fixture_pull(fixture, records, NULL);
  g_autoptr(json_t) visit = load(fixture);
  g_autoptr(json_t) ops = bh_move_dup_ops(visit, NULL, test_id(OTHER), "coal_mine", "扫错了码");
  assert_false(bh_visit_save_ops(fixture->device, fixture->li, ops, &error));
  assert_non_null(strstr(error->message, "enterprise"));
  g_autoptr(json_t) after = load(fixture);
  assert_int_equal(count_at(after, test_id(OTHER)), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_records_of_a_large_visit_are_read),
      cmocka_unit_test(test_a_visit_is_read_in_a_fixed_number_of_queries),
      cmocka_unit_test(test_no_paper_with_missing_glyphs_is_issued_without_consent),
      cmocka_unit_test(test_older_kinds_are_refused_with_a_readable_reason),
      cmocka_unit_test(test_the_kinds_say_which_hazards_an_order_names),
      cmocka_unit_test(test_every_hazard_is_on_exactly_one_order),
      cmocka_unit_test(test_an_order_that_is_a_major_decision_waits_for_the_legal_review),
      cmocka_unit_test(test_a_record_that_is_too_long_is_refused_with_a_readable_reason),
      cmocka_unit_test(test_a_page_offers_the_steps_that_are_open_on_a_device),
      cmocka_unit_test(test_a_step_to_the_same_state_is_a_step),
      cmocka_unit_test(test_an_ended_visit_without_papers_is_listed_and_so_are_its_hazards),
      cmocka_unit_test(test_a_visit_with_more_hazards_than_one_entry_holds_moves_whole),
      cmocka_unit_test(test_a_visit_that_moves_to_another_sector_gets_its_list),
      cmocka_unit_test(test_a_move_that_was_interrupted_is_completed),
      cmocka_unit_test(test_a_signed_visit_cannot_be_moved),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
