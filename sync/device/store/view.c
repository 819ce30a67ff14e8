/* One record as a page shows it, and what this device did to it. */
#include "sync/device/store/view.h"

#include <string.h>

#include "schema/compute.h"
#include "schema/due.h"
#include "schema/review.h"

#include "sync/device/store/journal-store.h"
#include "sync/device/store/people.h"
#include "sync/device/store/scope.h"
#include "sync/device/store/views.h"

static json_t *list_conflicts(const BhRecord *record)
{
  g_autoptr(GPtrArray) keys = bh_record_list_conflicts(record);
  json_t *out = json_array();

  for (guint i = 0; i < keys->len; i++) {
    const char *key = g_ptr_array_index(keys, i);
    json_t *item = json_object();
    json_object_set_new(item, "key", json_string(key));
    json_object_set_new(item, "heads", bh_record_dup_head_values(record, key));
    json_array_append_new(out, item);
  }
  return out;
}

static gboolean add_author(BhDevice *device, json_t *out, const char *id, gint64 number,
                           GError **error)
{
  gint64 changed_ms = 0;
  gboolean gone = FALSE;
  g_auto(BhOwnEntry) entry = {0};
  g_autoptr(GError) local = NULL;

  g_autofree char *base = bh_records_store_dup_base(device, number, &changed_ms, &gone, &local);
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  g_autoptr(GArray) places = bh_records_store_list_entries(device, id, 1, error);
  if (places == NULL)
    return FALSE;
  if (places->len > 0 &&
      !bh_journal_store_read(device, g_array_index(places, gint64, 0), &entry, error))
    return FALSE;
  gboolean own = entry.author != NULL && entry.at_ms >= changed_ms;
  json_object_set_new(out, "author", own ? json_string(entry.author) : json_null());
  json_object_set_new(out, "changed_ms", json_integer(own ? entry.at_ms : changed_ms));
  json_object_set_new(out, "gone", json_boolean(gone));
  return TRUE;
}

/* Adds "due" (bh_due_to_json) to the description of a record that has a deadline. */
static void add_due(BhDevice *device, json_t *out, const char *id)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, bh_json_string_or(out, "kind", NULL));
  BhContext context;
  BhDue due;
  g_autoptr(BhScope) scope = bh_scope_new(device, NULL);
  bh_scope_fill(scope, id, &context);
  if (kind != NULL && bh_due_find(kind, &context, &due))
    json_object_set_new(out, "due", bh_due_to_json(&due, bh_device_now_ms(device)));
}

/* Whether the kind of the record is of the office since the last pull, which then removes it. */
static gboolean is_of_office(BhDevice *device, const BhView *view)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, bh_record_get_kind(view->record));
  return kind != NULL && bh_kind_is_office(kind);
}

json_t *bh_device_get(BhDevice *device, const char *id, GError **error)
{
  g_autoptr(GError) local = NULL;

  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return NULL;
  BhView *view = id != NULL ? bh_view_get(device, id, &local) : NULL;
  if (view == NULL || is_of_office(device, view)) {
    if (local != NULL)
      g_propagate_error(error, g_steal_pointer(&local));
    else
      g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "there is no such record here");
    return NULL;
  }
  g_autoptr(json_t) out = json_object();
  const char *kind = bh_record_get_kind(view->record);
  const char *state = bh_record_get_string(view->record, "state");
  json_object_set_new(out, "id", json_string(id));
  json_object_set_new(out, "kind", json_string(kind));
  json_object_set_new(out, "title", json_string(view->row.title));
  json_object_set_new(out, "state", state != NULL ? json_string(state) : json_null());
  json_object_set_new(out, "values", bh_record_dup_values(view->record));
  json_object_set_new(out, "conflicts", list_conflicts(view->record));
  json_object_set_new(out, "pending", json_integer(bh_records_store_count_pending(device, id)));
  json_object_set_new(out, "quarantined",
                      json_integer(bh_records_store_count_quarantined(device, id)));
  if (!add_author(device, out, id, view->row.number, error))
    return NULL;
  json_object_set_new(out, "review", bh_review_find_open(device, kind, id));
  add_due(device, out, id);
  return g_steal_pointer(&out);
}

json_t *bh_device_show(BhDevice *device, const char *author, const char *id, GError **error)
{
  BhContext context;
  json_t *out = bh_device_get(device, id, error);
  const BhKind *kind =
      out != NULL ? bh_kind_set_find(device->kinds, bh_json_string_or(out, "kind", "")) : NULL;
  if (kind == NULL)
    return out;
  g_autoptr(BhScope) scope = bh_scope_new(device, author);
  bh_scope_fill(scope, id, &context);
  json_object_set_new(out, "computed", bh_kind_compute_shown(kind, &context));
  return out;
}

/* --- history --- */

/* Values that a set replaced, if an entry in `bodies` (id → BhBody) set them. */
static json_t *list_replaced(const BhSet *set, const char *record, GHashTable *bodies)
{
  json_t *values = json_array();
  for (guint i = 0; set->was[i] != NULL; i++) {
    const BhSet *earlier =
        bh_body_find_set(g_hash_table_lookup(bodies, set->was[i]), record, set->key);
    json_t *value = earlier != NULL ? bh_set_get_value(earlier) : NULL;
    if (value != NULL && !json_is_null(value))
      json_array_append(values, value);
  }
  return values;
}

static json_t *list_sets(const BhBody *body, const char *record, GHashTable *bodies)
{
  json_t *sets = json_array();
  for (guint i = 0; body != NULL && i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    for (guint j = 0; strcmp(op->record, record) == 0 && j < op->sets->len; j++) {
      const BhSet *set = g_ptr_array_index(op->sets, j);
      json_array_append_new(sets, json_pack("{s:s, s:O?, s:o}", "key", set->key, "value",
                                            bh_set_get_value(set), "replaced",
                                            list_replaced(set, record, bodies)));
    }
  }
  return sets;
}

/* Adds "why_code" and "why". `why` is "code: message", as it came with a pull. Programs translate
 * by the code. */
static void add_reason(json_t *out, const char *why)
{
  const char *colon = strchr(why, ':');
  g_autofree char *code = g_strndup(why, colon != NULL ? (gsize)(colon - why) : 0);
  gboolean coded =
      *code != '\0' && strcmp(bh_error_code_name(bh_error_code_from_name(code)), code) == 0;

  json_object_set_new(out, "why_code", json_string(coded ? code : ""));
  json_object_set_new(out, "why", json_string(coded ? g_strchug((char *)colon + 1) : why));
}

static void add_status(BhDevice *device, json_t *out, const BhOwnEntry *entry)
{
  gboolean sent = entry->pos <= BH_POS(device->incarnation, device->acked);
  g_autofree char *why = sent ? bh_journal_store_dup_quarantine(device, entry->pos) : NULL;

  json_object_set_new(out, "status",
                      json_string(why != NULL ? "quarantined"
                                  : sent      ? "delivered"
                                              : "pending"));
  if (why != NULL)
    add_reason(out, why);
}

static json_t *describe_entry(BhDevice *device, const BhOwnEntry *entry, const char *record,
                              GHashTable *bodies)
{
  json_t *out = json_object();
  g_autofree char *name = bh_people_store_dup_name(device, entry->author);
  const BhBody *body = g_hash_table_lookup(bodies, entry->id);

  json_object_set_new(out, "entry", json_string(entry->id));
  json_object_set_new(out, "by", json_string(entry->author));
  json_object_set_new(out, "by_name", json_string(name != NULL ? name : entry->author));
  json_object_set_new(out, "device", json_string(device->signer->device));
  json_object_set_new(out, "at_ms", json_integer(entry->at_ms));
  json_object_set_new(
      out, "observed_ms",
      json_integer(body != NULL && body->observed_ms != 0 ? body->observed_ms : entry->at_ms));
  add_status(device, out, entry);
  json_object_set_new(out, "sets", list_sets(body, record, bodies));
  return out;
}

static void body_free(gpointer body)
{
  bh_body_free(body);
}

static void entry_free(gpointer data)
{
  BhOwnEntry *entry = data;
  bh_own_entry_clear(entry);
  g_free(entry);
}

json_t *bh_device_history(BhDevice *device, const char *id, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return NULL;
  g_autoptr(GArray) places =
      bh_records_store_list_entries(device, id, BH_DEVICE_HISTORY_MAX, error);
  if (places == NULL)
    return NULL;
  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
  g_autoptr(GHashTable) bodies = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, body_free);
  for (guint i = 0; i < places->len; i++) {
    BhOwnEntry *entry = g_new0(BhOwnEntry, 1);
    g_ptr_array_add(entries, entry);
    if (!bh_journal_store_read(device, g_array_index(places, gint64, i), entry, error))
      return NULL;
    BhBody *body = bh_body_parse(entry->body, entry->openings, NULL);
    if (body != NULL)
      g_hash_table_insert(bodies, entry->id, body);
  }
  json_t *out = json_array();
  for (guint i = 0; i < entries->len; i++)
    json_array_append_new(out, describe_entry(device, entries->pdata[i], id, bodies));
  return out;
}

/* --- reviews --- */

static json_t *describe_review(BhView *view)
{
  const char *state = bh_record_get_string(view->record, "state");
  const char *comment = bh_record_get_string(view->record, "comment");
  json_t *out = json_object();

  json_object_set_new(out, "id", json_string(bh_record_get_id(view->record)));
  json_object_set_new(out, "state", state != NULL ? json_string(state) : json_null());
  json_object_set_new(out, "comment", comment != NULL ? json_string(comment) : json_null());
  return out;
}

static gboolean is_open_review(BhView *view)
{
  return view != NULL &&
         g_strcmp0(bh_record_get_string(view->record, "state"), BH_REVIEW_CLOSED) != 0;
}

json_t *bh_review_find_open(BhDevice *device, const char *kind_name, const char *record)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, kind_name);
  const BhKind *review = bh_kind_set_find(device->kinds, BH_REVIEW_KIND);

  if (kind == NULL || review == NULL || !bh_kind_is_reviewable(kind))
    return json_null();
  g_autoptr(GPtrArray) ids = bh_records_store_list_children(device, record, BH_REVIEW_KIND, NULL);
  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    BhView *view = bh_view_get(device, ids->pdata[i], NULL);
    if (is_open_review(view))
      return describe_review(view);
  }
  return json_null();
}

static void free_json(gpointer value)
{
  json_decref(value);
}

GHashTable *bh_reviews_find_open(BhDevice *device, const BhKind *kind, const json_t *ids,
                                 GError **error)
{
  g_autoptr(GHashTable) open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_json);
  g_autoptr(json_t) reviews = json_array();
  if (!bh_kind_is_reviewable(kind))
    return g_steal_pointer(&open);
  g_autoptr(GPtrArray) pairs =
      bh_records_store_list_children_of(device, ids, BH_REVIEW_KIND, error);
  for (guint i = 0; pairs != NULL && i < pairs->len; i += 2)
    json_array_append_new(reviews, json_string(pairs->pdata[i + 1]));
  g_autoptr(GHashTable) views = pairs != NULL ? bh_views_load(device, reviews, error) : NULL;
  if (views == NULL)
    return NULL;
  for (guint i = 0; i < pairs->len; i += 2) {
    BhView *view = g_hash_table_lookup(views, pairs->pdata[i + 1]);
    if (is_open_review(view) && !g_hash_table_contains(open, pairs->pdata[i]))
      g_hash_table_insert(open, g_strdup(pairs->pdata[i]), describe_review(view));
  }
  return g_steal_pointer(&open);
}

json_t *bh_device_get_values(BhDevice *device, const json_t *ids, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return NULL;
  g_autoptr(GHashTable) views = bh_views_load(device, ids, error);
  if (views == NULL)
    return NULL;
  json_t *values = json_object();
  GHashTableIter iter;
  gpointer id, view;
  g_hash_table_iter_init(&iter, views);
  while (g_hash_table_iter_next(&iter, &id, &view))
    json_object_set(values, id, bh_view_get_values(view));
  return values;
}
