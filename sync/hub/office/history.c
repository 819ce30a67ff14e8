/* The history of a record: who changed what, when, and on which device. Start at
 * bh_office_history. */
#include "sync/hub/access/access.h"
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/checklist.h"
#include "schema/civil.h"
#include "schema/error.h"
#include "sync/hub/office/office-store.h"

#define PAGE 50       /* entries of one page of the history */
#define NEWS_MAX 20   /* changes that are listed one by one */
#define VALUE_MAX 400 /* characters of a value in the history */

/* The times of an entry as text for people. "from" and "to" are present only if they are proved;
 * "claimed" is the time that the device gives, which is never proved. */
static json_t *evidence_of(const json_t *item)
{
  const json_t *evidence = json_object_get(item, "evidence");
  gint64 from_ms = json_integer_value(json_object_get(evidence, "from_ms"));
  gint64 claimed_ms = json_integer_value(json_object_get(evidence, "claimed_ms"));
  g_autofree char *from = from_ms > 0 ? bh_time_format(from_ms) : NULL;
  gint64 to_ms = json_integer_value(json_object_get(evidence, "to_ms"));
  g_autofree char *to = to_ms > 0 ? bh_time_format(to_ms) : NULL;
  g_autofree char *claimed = claimed_ms != 0 ? bh_time_format(claimed_ms) : NULL;
  return json_pack("{s:s*,s:s*,s:s*,s:s,s:s*}", "from", from, "to", to, "claimed", claimed, "basis",
                   bh_json_string_or(evidence, "basis", ""), "odd",
                   bh_json_string_or(evidence, "odd", NULL));
}

static char *short_text(char *text)
{
  if (g_utf8_strlen(text, -1) <= VALUE_MAX)
    return text;
  g_autofree char *long_text = text;
  g_autofree char *start = g_utf8_substring(long_text, 0, VALUE_MAX);
  return g_strconcat(start, "…", NULL);
}

static char *value_text(BhOfficeCall *call, const BhKind *kind, const char *key,
                        const json_t *value)
{
  if (value == NULL || json_is_null(value))
    return g_strdup("");
  if (strcmp(key, "state") == 0 && kind != NULL && json_is_string(value))
    return g_strdup(bh_kind_get_state_label(kind, json_string_value(value), call->lang));
  if (json_is_object(value) && json_object_get(value, "answer") != NULL) {
    BhAnswer answer = BH_ANSWER_UNCHECKED;
    bh_answer_from_code(bh_json_string_or(value, "answer", ""), &answer);
    const char *note = bh_json_string_or(value, "note", "");
    return g_strdup_printf("%s%s%s", bh_answer_label(answer, call->lang), note[0] ? ": " : "",
                           note);
  }
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, key) : NULL;
  return field != NULL ? bh_office_format(call, field, value) : bh_json_dump(value);
}

/* The replaced values as one text (g_free); a resolved conflict has several. */
static char *dup_old(BhOfficeCall *call, const BhKind *kind, const char *key,
                     const json_t *replaced)
{
  GString *text = g_string_new(NULL);
  gsize index;
  json_t *value;
  json_array_foreach(replaced, index, value) {
    g_autofree char *old = value_text(call, kind, key, value);
    g_string_append_printf(text, "%s%s", text->len > 0 ? " / " : "", old);
  }
  return short_text(g_string_free(text, FALSE));
}

static json_t *set_of(BhOfficeCall *call, const BhKind *kind, const json_t *set)
{
  const char *key = bh_json_string_or(set, "key", "");
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, key) : NULL;
  const char *item = strchr(key, '/');
  const char *label = strcmp(key, "state") == 0 ? (strcmp(call->lang, "en") == 0 ? "State" : "状态")
                      : field != NULL           ? bh_field_get_label(field, call->lang)
                                                : key;
  g_autofree char *text = short_text(value_text(call, kind, key, json_object_get(set, "value")));
  g_autofree char *old = dup_old(call, kind, key, json_object_get(set, "replaced"));
  json_t *out =
      json_pack("{s:s,s:s,s:s,s:s*,s:i}", "label", label, "item", item != NULL ? item + 1 : "",
                "text", text, "old", *old != '\0' ? old : NULL, "replaces",
                (int)json_array_size(json_object_get(set, "was")));
  if (json_is_true(json_object_get(set, "withheld")))
    json_object_set_new(out, field != NULL && bh_field_is_sealed(field) ? "sealed" : "withheld",
                        json_true());
  return out;
}

static json_t *entry_of(BhOfficeCall *call, const BhKind *kind, const json_t *item)
{
  const json_t *clock = json_object_get(item, "clock");
  gint64 received_ms = json_integer_value(json_object_get(item, "received_ms"));
  gint64 observed_ms = json_integer_value(json_object_get(item, "observed_ms"));
  g_autofree char *received = bh_time_format(received_ms);
  g_autofree char *device_time =
      bh_time_format(json_integer_value(json_object_get(clock, "wall_ms")));
  g_autofree char *observed = observed_ms > 0 ? bh_time_format(observed_ms) : NULL;
  json_t *sets = json_array();
  gsize index;
  json_t *set;
  json_array_foreach(json_object_get(item, "sets"), index, set) {
    json_array_append_new(sets, set_of(call, kind, set));
  }
  return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s*,s:o,s:I,s:b,s:o}", "entry",
                   bh_json_string_or(item, "entry", ""), "by",
                   bh_json_string_or(item, "by_name", bh_json_string_or(item, "by", "")), "device",
                   bh_json_string_or(item, "device_name", ""), "received", received, "device_time",
                   device_time, "observed", observed, "evidence", evidence_of(item), "quality",
                   json_integer_value(json_object_get(clock, "quality")), "quarantined",
                   json_is_true(json_object_get(item, "quarantined")), "sets", sets);
}

json_t *bh_office_history(BhOfficeCall *call, GError **error)
{
  const char *id = bh_request_get_param(call->request, "id");
  g_autoptr(BhRecord) record = bh_office_load_visible(call, id, BH_ACCESS_HISTORY, error);
  if (record == NULL)
    return NULL;
  const char *before_text = bh_request_get_query(call->request, "before");
  gint64 before = before_text != NULL ? g_ascii_strtoll(before_text, NULL, 10) : G_MAXINT64;
  g_autoptr(json_t) items = bh_hub_history(call->hub, call->db, id, before, PAGE, error);
  if (items == NULL)
    return NULL;
  const BhKind *kind = bh_kind_set_find(call->kinds, bh_record_get_kind(record));
  json_t *rows = json_array();
  gsize index;
  json_t *item;
  gint64 last = 0;
  json_array_foreach(items, index, item) {
    last = json_integer_value(json_object_get(item, "position"));
    if (!json_is_true(json_object_get(item, "quarantined")) ||
        bh_office_may_read_quarantined_at(call, last, id))
      json_array_append_new(rows, entry_of(call, kind, item));
  }
  g_autofree char *next =
      index == PAGE && last > 0 ? g_strdup_printf("%" G_GINT64_FORMAT, last) : NULL;
  return json_pack("{s:o,s:s*}", "rows", rows, "before", next);
}

/* One entry with what it set in a record; NULL without an error when the record is hidden from the
 * actor. */
static json_t *news_of(BhOfficeCall *call, const char *record, gint64 position, GError **error)
{
  const BhCachedRecord *shown = bh_value_cache_find(call->cache, record, NULL);
  const BhKind *kind = shown != NULL ? bh_kind_set_find(call->kinds, shown->kind) : NULL;
  if (kind == NULL || !bh_office_show(call, record, BH_ACCESS_HISTORY))
    return NULL;
  g_autoptr(json_t) items = bh_hub_history(call->hub, call->db, record, position + 1, 1, error);
  const json_t *item = json_array_get(items, 0);
  if (item == NULL)
    return NULL;
  json_t *row = entry_of(call, kind, item);
  json_object_set_new(row, "kind_label", json_string(bh_kind_get_label(kind, call->lang)));
  json_object_set_new(row, "title", json_string(bh_office_name(call, record)));
  json_object_set_new(row, "own",
                      json_boolean(strcmp(bh_json_string_or(item, "by", ""), call->staff) == 0));
  return row;
}

json_t *bh_office_news(BhOfficeCall *call, GError **error)
{
  const char *id = bh_request_get_param(call->request, "id");
  const char *since = bh_request_get_query(call->request, "since");
  g_autoptr(GError) failed = NULL;
  g_autoptr(BhRecord) record = bh_office_load_visible(call, id, BH_ACCESS_HISTORY, error);
  if (record == NULL)
    return NULL;
  g_autoptr(json_t) news =
      bh_office_store_list_news(call->db, id, since != NULL ? since : "", NEWS_MAX + 1, error);
  if (news == NULL)
    return NULL;
  g_autoptr(json_t) rows = json_array();
  gsize index;
  json_t *item;
  json_array_foreach(news, index, item) {
    json_t *row = index < NEWS_MAX
                      ? news_of(call, bh_json_string_or(item, "record", ""),
                                json_integer_value(json_object_get(item, "position")), &failed)
                      : NULL;
    if (row != NULL)
      json_array_append_new(rows, row);
    if (failed != NULL) {
      g_propagate_error(error, g_steal_pointer(&failed));
      return NULL;
    }
  }
  return json_pack("{s:O,s:b}", "rows", rows, "more", json_array_size(news) > NEWS_MAX);
}
