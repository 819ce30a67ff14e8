/* Makes the page of a case (FIELD 18): collects its subject, records, chronology, and evidence with
 * digests as values for the template assets/case/page.html. Words and layout are in the template,
 * escaping is in schema/template.c. Start at bh_case_make_page. */
#include <string.h>

#include "schema/base64.h"
#include "schema/checklist.h"
#include "schema/civil.h"
#include "schema/paths.h"
#include "sync/hub/access/access.h"
#include "sync/hub/cases/page.h"

#define VALUE_MAX 200 /* characters of a value in the chronology */

/* Sets a text, cut to VALUE_MAX characters, and "cut" if it was longer. */
static void set_short(json_t *object, const char *name, const char *text)
{
  gboolean fits = g_utf8_strlen(text, -1) <= VALUE_MAX;
  g_autofree char *start = fits ? g_strdup(text) : g_utf8_substring(text, 0, VALUE_MAX);
  bh_case_set_text(object, name, start);
  bh_case_set_flag(object, "cut", !fits);
}

/* --- records --- */

static void add_version(json_t *versions, const char *text)
{
  json_t *version = json_object();
  bh_case_set_flag(version, "first", json_array_size(versions) == 0);
  bh_case_set_text(version, "value", text);
  json_array_append_new(versions, version);
}

/* Adds all versions of a value in conflict. */
static void add_heads(const BhCasePage *page, const BhCaseRecord *record, const char *key,
                      json_t *versions)
{
  g_autoptr(json_t) heads = bh_record_dup_head_values(record->record, key);
  for (gsize i = 0; i < json_array_size(heads); i++) {
    g_autofree char *text = bh_case_dup_value(page, record->kind, key,
                                              json_object_get(json_array_get(heads, i), "value"));
    add_version(versions, text);
  }
}

/* Says why a value is not in the case: nobody gets a sealed one, personal ones are for some. */
static void add_withheld(json_t *out, const BhKind *kind, const char *key, gboolean withheld)
{
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, key) : NULL;
  gboolean sealed = withheld && field != NULL && bh_field_is_sealed(field);
  bh_case_set_flag(out, "sealed", sealed);
  bh_case_set_flag(out, "withheld", withheld && !sealed);
}

static void add_row(const BhCasePage *page, const BhCaseRecord *record, const char *key,
                    json_t *rows)
{
  gboolean withheld = bh_record_is_withheld(record->record, key);
  gboolean undecided = !withheld && bh_record_has_conflict(record->record, key);
  g_autofree char *text =
      bh_case_dup_value(page, record->kind, key, json_object_get(record->values, key));
  g_autofree char *label = bh_case_dup_label(page, record->kind, key);
  if (!withheld && text[0] == '\0')
    return;
  json_t *versions = json_array();
  json_t *row = json_pack("{s:o}", "versions", versions);
  bh_case_set_text(row, "label", label);
  add_withheld(row, record->kind, key, withheld);
  bh_case_set_flag(row, "undecided", undecided);
  if (undecided)
    add_heads(page, record, key, versions);
  else if (!withheld)
    add_version(versions, text);
  json_array_append_new(rows, row);
}

static json_t *describe_record(const BhCasePage *page, const BhCaseRecord *record)
{
  const GPtrArray *fields = bh_kind_list_fields(record->kind);
  g_autofree char *title = bh_case_dup_title(page->source, record);
  json_t *rows = json_array();
  json_t *out = json_pack("{s:s, s:o}", "id", record->id, "rows", rows);
  bh_case_set_text(out, "title", title);
  add_row(page, record, "state", rows);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    if (bh_field_get_type(field) != BH_FIELD_ITEMS)
      add_row(page, record, bh_field_get_name(field), rows);
  }
  return out;
}

/* Adds a group with the records of one kind, except the root; nothing if there are none. */
static void add_kind(const BhCasePage *page, const BhKind *kind, json_t *groups)
{
  g_autoptr(json_t) records = json_array();
  for (guint i = 1; kind != NULL && i < page->source->records->len; i++) {
    const BhCaseRecord *record = page->source->records->pdata[i];
    if (record->kind == kind)
      json_array_append_new(records, describe_record(page, record));
  }
  if (json_array_size(records) > 0)
    json_array_append_new(
        groups,
        json_pack("{s:s, s:O}", "kind", bh_kind_get_label(kind, BH_CASE_LANG), "records", records));
}

/* The records below the root by kind, the kinds in the order of their first record. */
static json_t *describe_below(const BhCasePage *page)
{
  g_autoptr(GHashTable) done = g_hash_table_new(g_direct_hash, g_direct_equal);
  json_t *groups = json_array();
  for (guint i = 1; i < page->source->records->len; i++) {
    const BhCaseRecord *record = page->source->records->pdata[i];
    if (record->own && g_hash_table_add(done, (gpointer)record->kind))
      add_kind(page, record->kind, groups);
  }
  return groups;
}

static json_t *describe_context(const BhCasePage *page)
{
  g_autoptr(GPtrArray) kinds = bh_kind_set_list_in_order(page->source->kinds);
  json_t *groups = json_array();
  for (guint i = 0; i < kinds->len; i++) {
    BhInCase in_case = bh_kind_get_in_case(kinds->pdata[i]);
    if (in_case != BH_IN_CASE_NOT && in_case != BH_IN_CASE_ROOT)
      add_kind(page, kinds->pdata[i], groups);
  }
  return groups;
}

static json_t *describe_answer(const BhCasePage *page, const BhChecklist *list, const char *item,
                               const json_t *value)
{
  const BhChecklistItem *known = list != NULL ? bh_checklist_find(list, item) : NULL;
  g_autofree char *answer = bh_case_dup_answer(page, value);
  json_t *out = json_object();
  bh_case_set_text(out, "item", item);
  bh_case_set_text(out, "check", known != NULL ? known->check : "");
  bh_case_set_text(out, "answer", answer);
  bh_case_set_flag(out, "bulk", json_is_true(json_object_get(value, "bulk")));
  return out;
}

static json_t *describe_answers(const BhCasePage *page)
{
  const BhCaseRecord *root = page->source->records->pdata[0];
  const char *list_id = bh_json_string_or(root->values, "checklist", "");
  const json_t *items = json_object_get(bh_case_lookup(list_id, (gpointer)page->source), "items");
  g_autoptr(BhChecklist) list = items != NULL ? bh_checklist_from_json(items, NULL) : NULL;
  g_autoptr(GPtrArray) keys = bh_record_list_keys(root->record);
  json_t *answers = json_array();
  for (guint i = 0; i < keys->len; i++) {
    const char *key = keys->pdata[i];
    const char *item = strchr(key, '/');
    if (item != NULL)
      json_array_append_new(
          answers, describe_answer(page, list, item + 1, json_object_get(root->values, key)));
  }
  return answers;
}

/* --- chronology --- */

static void set_time(json_t *object, const char *name, gint64 ms)
{
  g_autofree char *text = bh_time_format(ms);
  json_object_set_new(object, name, json_string(text));
}

/* The proved time of an entry, as opposed to the time that the device claims. */
static json_t *describe_proof(const BhEvidence *evidence)
{
  json_t *out = json_object();
  const char *interval = evidence->basis == BH_TIME_HUB        ? "by_hub"
                         : evidence->basis == BH_TIME_UNPROVED ? "until"
                                                               : "between";
  json_t *times = json_object();
  if (evidence->to_ms == 0)
    interval = evidence->from_ms == 0 ? "nothing" : "since";
  else
    set_time(times, "to", evidence->to_ms);
  if (strcmp(interval, "since") == 0 || strcmp(interval, "between") == 0) {
    set_time(times, "from", evidence->from_ms);
    bh_case_set_flag(times, "enrolment", evidence->basis == BH_TIME_ENROLMENT);
    bh_case_set_flag(times, "signed", evidence->basis == BH_TIME_SIGNED);
  }
  if (strcmp(interval, "nothing") == 0)
    bh_case_set_flag(out, interval, TRUE);
  else
    json_object_set(out, interval, times);
  json_decref(times);
  return out;
}

static json_t *describe_claim(const BhEvidence *evidence, const BhBody *body)
{
  json_t *out = json_object();
  set_time(out, "claimed", evidence->claimed_ms);
  bh_case_set_flag(out, "by_device", evidence->basis != BH_TIME_HUB);
  bh_case_set_flag(out, "clock_unsure", body->clock.quality == BH_CLOCK_QUALITY_UNSURE);
  bh_case_set_flag(out, "clock_bad", body->clock.quality == BH_CLOCK_QUALITY_BAD);
  if (body->observed_ms > 0)
    set_time(out, "observed", body->observed_ms);
  return out;
}

static void add_set(const BhCasePage *page, const BhKind *kind, const BhOp *op, const BhSet *set,
                    json_t *sets)
{
  g_autofree char *label = bh_case_dup_label(page, kind, set->key);
  const json_t *value = set->commitment == NULL                                   ? set->value
                        : bh_case_gives_personal_values(page->source, op->record) ? set->opened
                                                                                  : NULL;
  gboolean withheld = set->commitment != NULL && value == NULL;
  json_t *out = json_object();
  bh_case_set_flag(out, "first", json_array_size(sets) == 0);
  bh_case_set_text(out, "label", label);
  add_withheld(out, kind, set->key, withheld);
  bh_case_set_flag(out, "cleared", !withheld && json_is_null(value));
  if (!withheld && !json_is_null(value)) {
    g_autofree char *text = bh_case_dup_value(page, kind, set->key, value);
    set_short(out, "value", text);
  }
  json_array_append_new(sets, out);
}

static json_t *describe_op(const BhCasePage *page, const BhOp *op, GHashTable *seen)
{
  const BhCaseRecord *record = g_hash_table_lookup(page->source->by_id, op->record);
  const BhKind *kind = bh_kind_set_find(page->source->kinds, op->kind);
  g_autofree char *title = record != NULL ? bh_case_dup_title(page->source, record) : NULL;
  json_t *out = json_object();
  bh_case_set_flag(out, "first", g_hash_table_add(seen, g_strdup(op->record)));
  bh_case_set_text(out, "kind", kind != NULL ? bh_kind_get_label(kind, BH_CASE_LANG) : op->kind);
  if (record == NULL && kind != NULL && strcmp(op->kind, BH_CASE_DECISION_KIND) != 0) {
    bh_case_set_flag(out, "outside", TRUE);
    return out;
  }
  if (title != NULL) {
    json_t *named = json_object();
    set_short(named, "value", title);
    json_object_set_new(out, "title", named);
  }
  json_t *sets = json_array();
  for (guint i = 0; kind != NULL && i < op->sets->len; i++)
    add_set(page, kind, op, op->sets->pdata[i], sets);
  json_object_set_new(out, "sets", sets);
  return out;
}

static void describe_body(const BhCasePage *page, const BhEvidence *evidence, const BhBody *body,
                          GHashTable *seen, json_t *out)
{
  g_autofree char *who = bh_case_dup_name(page, body->by);
  bh_case_set_text(out, "who", who);
  json_object_set_new(out, "claim", describe_claim(evidence, body));
  json_t *ops = json_array();
  for (guint i = 0; i < body->ops->len; i++)
    json_array_append_new(ops, describe_op(page, body->ops->pdata[i], seen));
  json_object_set_new(out, "ops", ops);
}

static json_t *describe_entry(const BhCasePage *page, const BhCaseEntry *entry, int nr,
                              GHashTable *seen, GError **error)
{
  const BhCase *self = page->source;
  g_autoptr(BhEntryRow) row = bh_log_load_entry(self->db, entry->position, error);
  BhEnvelope envelope;
  if (row == NULL || !bh_envelope_parse(row->text->envelope, &envelope, error))
    return NULL;
  g_autoptr(BhBody) body = entry->with_body && row->text->body != NULL
                               ? bh_body_parse(row->text->body, row->text->openings, NULL)
                               : NULL;
  g_autoptr(BhHubDevice) known = bh_log_load_device(self->db, row->device, NULL);
  BhEvidence evidence = bh_proof_judge(self->hub, row, body, known);
  g_autofree char *device = bh_case_dup_name(page, envelope.device);
  json_t *out = json_pack("{s:i, s:I, s:s, s:o}", "nr", nr, "seq", (json_int_t)envelope.seq, "who",
                          "", "proof", describe_proof(&evidence));
  bh_case_set_text(out, "device", device);
  bh_case_set_flag(out, "quarantined", row->status == BH_ENTRY_QUARANTINED);
  bh_case_set_flag(out, "dismissed", row->status == BH_ENTRY_DISMISSED);
  bh_case_set_flag(out, "released", row->status == BH_ENTRY_RELEASED);
  if (evidence.contradiction != NULL)
    json_object_set_new(out, "odd", json_pack("{s:b}", evidence.contradiction, 1));
  if (body != NULL)
    describe_body(page, &evidence, body, seen, out);
  return out;
}

static json_t *describe_entries(const BhCasePage *page, GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(json_t) out = json_array();
  for (guint i = 0; i < page->source->entries->len; i++) {
    const BhCaseEntry *entry = &g_array_index(page->source->entries, BhCaseEntry, i);
    if (!entry->own)
      continue;
    json_t *described = describe_entry(page, entry, (int)json_array_size(out) + 1, seen, error);
    if (described == NULL)
      return NULL;
    json_array_append_new(out, described);
  }
  return g_steal_pointer(&out);
}

/* --- evidence --- */

/* Index from digests of files to the records of the case that have them and describe the file. */
static GHashTable *index_files(const BhCase *self)
{
  GHashTable *index = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < self->records->len; i++) {
    const BhCaseRecord *record = self->records->pdata[i];
    const GPtrArray *fields = bh_kind_list_fields(record->kind);
    for (guint j = 0; record->own && j < fields->len; j++) {
      const char *name = bh_field_get_name(fields->pdata[j]);
      const char *sha256 = bh_json_string_or(record->values, name, NULL);
      if (bh_field_get_type(fields->pdata[j]) == BH_FIELD_HASH && sha256 != NULL)
        g_hash_table_insert(index, (gpointer)sha256, (gpointer)record);
    }
  }
  return index;
}

static void describe_about(const BhCasePage *page, const BhCaseRecord *record, json_t *out)
{
  g_autoptr(GPtrArray) fields = bh_kind_list_form(record->kind, "evidence");
  const char *parent_field = bh_kind_get_parent_field(record->kind);
  const char *parent =
      parent_field != NULL ? bh_json_string_or(record->values, parent_field, NULL) : NULL;
  json_t *about = json_array();
  for (guint i = 0; i < fields->len; i++) {
    const char *key = bh_field_get_name(fields->pdata[i]);
    g_autofree char *text =
        bh_case_dup_value(page, record->kind, key, json_object_get(record->values, key));
    if (text[0] == '\0')
      continue;
    json_t *line = json_object();
    bh_case_set_text(line, "value", text);
    json_array_append_new(about, line);
  }
  json_object_set_new(out, "about", about);
  if (parent == NULL)
    return;
  g_autofree char *name = bh_case_dup_name(page, parent);
  bh_case_set_text(out, "parent", name);
}

static json_t *describe_files(const BhCasePage *page)
{
  const BhCase *self = page->source;
  g_autoptr(GHashTable) about = index_files(self);
  json_t *files = json_array();
  for (guint i = 0; i < self->files->len; i++) {
    const BhCaseFile *file = self->files->pdata[i];
    const BhCaseRecord *record = g_hash_table_lookup(about, file->ref.sha256);
    json_t *out = json_pack("{s:i, s:s*, s:s, s:I}", "nr", (int)i + 1, "name", file->name, "sha256",
                            file->ref.sha256, "size", (json_int_t)file->ref.size);
    bh_case_set_text(out, "type", file->ref.media_type);
    bh_case_set_flag(out, "damaged", file->name == NULL && file->damaged);
    bh_case_set_flag(out, "not_received", file->name == NULL && !file->damaged);
    if (record != NULL)
      describe_about(page, record, out);
    json_array_append_new(files, out);
  }
  return files;
}

/* --- the page --- */

static void set_number(json_t *object, const char *name, guint number)
{
  json_object_set_new(object, name, json_integer(number));
}

static void count(const BhCase *self, json_t *out)
{
  guint bodies = 0;
  guint own = 0;
  for (guint i = 0; i < self->entries->len; i++) {
    bodies += g_array_index(self->entries, BhCaseEntry, i).with_body ? 1 : 0;
    own += g_array_index(self->entries, BhCaseEntry, i).own ? 1 : 0;
  }
  set_number(out, "n_entries", self->entries->len);
  set_number(out, "n_own", own);
  set_number(out, "n_bodies", bodies);
  set_number(out, "n_files", self->files->len);
  set_number(out, "n_here", self->files->len - (guint)self->absent);
  set_number(out, "absent", (guint)self->absent);
  set_number(out, "hidden", (guint)self->hidden);
  set_number(out, "shared", (guint)self->shared);
}

static json_t *describe_case(const BhCasePage *page, GError **error)
{
  const BhCase *self = page->source;
  const BhCaseRecord *root = self->records->pdata[0];
  g_autofree char *title = bh_case_dup_title(self, root);
  g_autofree char *key = bh_base64_encode(bh_hub_get_public_key(self->hub), BH_PUBLIC_KEY_SIZE);
  json_t *entries = describe_entries(page, error);
  if (entries == NULL)
    return NULL;
  json_t *answers = describe_answers(page);
  json_t *out = json_pack("{s:s, s:s, s:o, s:o, s:o}", "root", self->root, "hub_key", key, "main",
                          describe_record(page, root), "entries", entries, "answers", answers);
  json_object_set_new(out, "below", describe_below(page));
  json_object_set_new(out, "context", describe_context(page));
  json_object_set_new(out, "files", describe_files(page));
  bh_case_set_text(out, "title", title);
  bh_case_set_text(out, "hub", bh_hub_get_name(self->hub));
  set_time(out, "made", self->made_ms);
  bh_case_set_flag(out, "personal", self->options->personal);
  bh_case_set_flag(out, "has_answers", json_array_size(answers) > 0);
  count(self, out);
  return out;
}

static BhTemplate *load(const char *name, const char *suffix, BhTemplateType type, GError **error)
{
  g_autofree char *file = g_strconcat(name, suffix, NULL);
  g_autofree char *names_file = g_strconcat(name, ".json", NULL);
  g_autofree char *path = bh_data_path("assets", "case", file, NULL);
  g_autofree char *names = bh_data_path("assets", "case", names_file, NULL);
  return bh_template_load(path, type, names, error);
}

char *bh_case_make_page(const BhCase *self, gsize *len, GError **error)
{
  g_autoptr(BhTemplate) layout = load("page", ".html", BH_TEMPLATE_MARKUP, error);
  g_autoptr(BhTemplate) words =
      layout != NULL ? load("words", ".txt", BH_TEMPLATE_TEXT, error) : NULL;
  if (words == NULL)
    return NULL;
  g_autoptr(GError) failed = NULL;
  const BhCasePage page = {self, words, &failed};
  g_autoptr(json_t) values = describe_case(&page, error);
  if (values != NULL && failed != NULL)
    g_propagate_error(error, g_steal_pointer(&failed));
  else if (values != NULL)
    return bh_template_fill(layout, values, len, error);
  return NULL;
}
