/* The agenda: the records of all ledgers with "agenda", by their day, and then those without a day.
 * Each ledger is read in parts, and the parts are merged, so that a page costs the same in a large
 * store. Start at bh_device_agenda. */
#include "sync/device/store/device.h"

#include <string.h>

#include "schema/ledger.h"
#include "sync/device/store/list.h"
#include "sync/device/store/views.h"
#include "sync/index/row.h"

#define WHERE "agenda"
#define PART 8 /* rows of a ledger that are read at a time */
#define LIMIT_MAX 100
#define ENDED "" /* as the place in a ledger: no row is left */

/* One ledger with the rows that were read and not yet taken. */
typedef struct {
  const BhKind *kind;
  const json_t *ledger;
  char *key; /* "KIND/LEDGER" */
  char *after;
  json_t *rows; /* NULL: none was read yet */
  gsize taken;  /* rows of `rows` that were taken */
  gboolean ended;
} Source;

typedef struct {
  BhDevice *device;
  BhLedgerViewer viewer;
  gboolean undated;
  GPtrArray *sources;
  json_t *rows;
  gsize limit;
} Agenda;

static void source_free(gpointer data)
{
  Source *source = data;
  g_free(source->key);
  g_free(source->after);
  json_decref(source->rows);
  g_free(source);
}

/* `places`: {key: place} of the page before, or NULL. */
static GPtrArray *list_sources(const BhKindSet *set, const json_t *places)
{
  GPtrArray *sources = g_ptr_array_new_with_free_func(source_free);
  g_autoptr(GPtrArray) kinds = bh_kind_set_list_in_order(set);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    gsize at;
    json_t *ledger;
    json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "ledgers"), at, ledger) {
      if (!bh_ledger_is_in_agenda(ledger))
        continue;
      Source *source = g_new0(Source, 1);
      source->kind = kind;
      source->ledger = ledger;
      source->key =
          g_strdup_printf("%s/%s", bh_kind_get_name(kind), bh_json_string_or(ledger, "name", ""));
      source->after = g_strdup(bh_json_string_or(places, source->key, NULL));
      source->ended = g_strcmp0(source->after, ENDED) == 0;
      g_ptr_array_add(sources, source);
    }
  }
  return sources;
}

/* Reads the next part of a ledger when all rows of the part before were taken. */
static gboolean refill(Agenda *agenda, Source *source, GError **error)
{
  if (source->ended || (source->rows != NULL && source->taken < json_array_size(source->rows)))
    return TRUE;
  g_autoptr(json_t) query = bh_ledger_dup_query(source->kind, source->ledger, &agenda->viewer);
  const char *date = bh_ledger_get_date(source->ledger);
  if (agenda->undated)
    json_object_set_new(query, "undated", json_string(date != NULL ? date : BH_INDEX_DUE));
  json_object_set_new(query, "order", json_string(agenda->undated ? "changed" : "due"));
  json_object_set_new(query, "limit", json_integer(PART));
  json_object_set_new(query, "viewer", json_string(agenda->viewer.actor));
  if (source->after != NULL)
    json_object_set_new(query, "after", json_string(source->after));
  g_autoptr(json_t) page = bh_list_with_places(agenda->device, query, error);
  if (page == NULL)
    return FALSE;
  json_decref(source->rows);
  source->rows = json_incref(json_object_get(page, "rows"));
  source->taken = 0;
  source->ended = json_array_size(source->rows) == 0;
  return TRUE;
}

/* The key by which a row is sorted into the agenda (bh_due_format_key, or a day), g_free; NULL when
 * the row has no day. */
static char *dup_key(const Source *source, const json_t *row)
{
  const json_t *due = json_object_get(row, "due");
  const char *date = bh_ledger_get_date(source->ledger);
  if (date != NULL)
    return g_strdup(bh_json_string_or(json_object_get(row, "values"), date, NULL));
  return due != NULL ? g_strconcat(bh_json_string_or(due, "day", ""), "T",
                                   bh_json_string_or(due, "time", "24:00"), NULL)
                     : NULL;
}

/* The source whose next row is the earliest, of several the first; NULL: all are at their end.
 * *key: of that row, g_free. */
static gboolean find_next(Agenda *agenda, Source **next, char **key, GError **error)
{
  *next = NULL;
  for (guint i = 0; i < agenda->sources->len; i++) {
    Source *source = g_ptr_array_index(agenda->sources, i);
    if (!refill(agenda, source, error))
      return FALSE;
    if (source->ended)
      continue;
    g_autofree char *own = dup_key(source, json_array_get(source->rows, source->taken));
    if (*next != NULL && (own == NULL || g_strcmp0(own, *key) >= 0))
      continue;
    *next = source;
    g_free(*key);
    *key = g_steal_pointer(&own);
  }
  return TRUE;
}

static void take(Agenda *agenda, Source *source, const char *key)
{
  json_t *row = json_array_get(source->rows, source->taken++);
  g_free(source->after);
  source->after = g_strdup(bh_json_string_or(row, "place", ENDED));
  json_object_del(row, "place");
  json_object_set_new(row, "ledger", json_string(bh_json_string_or(source->ledger, "name", "")));
  if (key != NULL)
    json_object_set_new(row, "day", json_stringn(key, strcspn(key, "T")));
  json_array_append(agenda->rows, row);
}

/* Fills the page. *more: whether a row is left in this half of the agenda. */
static gboolean fill(Agenda *agenda, gboolean *more, GError **error)
{
  *more = TRUE;
  while (*more) {
    Source *next;
    g_autofree char *key = NULL;
    if (!find_next(agenda, &next, &key, error))
      return FALSE;
    *more = next != NULL;
    if (next == NULL || json_array_size(agenda->rows) == agenda->limit)
      return TRUE;
    take(agenda, next, key);
  }
  return TRUE;
}

static json_t *make_after(const Agenda *agenda)
{
  json_t *places = json_object();
  for (guint i = 0; i < agenda->sources->len; i++) {
    const Source *source = g_ptr_array_index(agenda->sources, i);
    gboolean ended = source->ended;
    if (ended || source->after != NULL)
      json_object_set_new(places, source->key, json_string(ended ? ENDED : source->after));
  }
  return json_pack("{s:b, s:o}", "undated", agenda->undated, "places", places);
}

static gboolean check_query(const json_t *query, GError **error)
{
  static const char *const allowed[] = {"viewer", "after", "limit", NULL};
  static const char *const in_after[] = {"undated", "places", NULL};
  if (!json_is_object(query)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "agenda: the query must be an object");
    return FALSE;
  }
  const json_t *after = json_object_get(query, "after");
  if (bh_json_get_string(query, "viewer", WHERE, error) == NULL ||
      !bh_json_check_keys(query, allowed, WHERE, error))
    return FALSE;
  if (after == NULL || json_is_null(after))
    return TRUE;
  const char *key;
  json_t *place;
  if (json_is_object(after) && json_is_object(json_object_get(after, "places"))) {
    json_object_foreach(json_object_get(after, "places"), key, place) {
      if (!json_is_string(place)) {
        g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "agenda.after.places.%.80s: must be a text",
                    key);
        return FALSE;
      }
    }
    return bh_json_check_keys(after, in_after, "agenda.after", error);
  }
  g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT,
                      "agenda.after: must be what the page before returned");
  return FALSE;
}

/* Goes on with the records without a day after the last one with a day. */
static gboolean fill_both(Agenda *agenda, json_t **after, GError **error)
{
  gboolean more;
  if (!fill(agenda, &more, error))
    return FALSE;
  if (!more && !agenda->undated) {
    g_ptr_array_unref(agenda->sources);
    agenda->sources = list_sources(agenda->device->kinds, NULL);
    agenda->undated = TRUE;
    if (!fill(agenda, &more, error))
      return FALSE;
  }
  *after = more ? make_after(agenda) : NULL;
  return TRUE;
}

json_t *bh_device_agenda(BhDevice *device, const json_t *query, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error) ||
      !check_query(query, error))
    return NULL;
  const char *viewer = bh_json_string_or(query, "viewer", "");
  g_autoptr(json_t) ids = json_pack("[s]", viewer);
  g_autoptr(json_t) people = bh_device_get_values(device, ids, error);
  if (people == NULL)
    return NULL;
  g_autofree char *today = bh_device_dup_today(device);
  const json_t *from = json_object_get(query, "after");
  json_int_t limit = json_integer_value(json_object_get(query, "limit"));
  g_autoptr(json_t) rows = json_array();
  Agenda agenda = {
      .device = device,
      .viewer = {viewer, bh_json_string_or(json_object_get(people, viewer), "unit", NULL), today,
                 bh_device_now_ms(device)},
      .undated = json_is_true(json_object_get(from, "undated")),
      .sources = list_sources(device->kinds, json_object_get(from, "places")),
      .rows = rows,
      .limit = limit > 0 ? (gsize)MIN(limit, LIMIT_MAX) : LIMIT_MAX,
  };
  json_t *after = NULL;
  gboolean ok = fill_both(&agenda, &after, error);
  g_ptr_array_unref(agenda.sources);
  return ok ? json_pack("{s:O, s:s, s:o*}", "rows", rows, "today", today, "after", after) : NULL;
}
