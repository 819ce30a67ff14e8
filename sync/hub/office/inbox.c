/* Lists of the office: the inbox with its lanes, enterprises, devices, the choices of the filters,
 * and the numbers that the page polls. */
#include "sync/hub/access/access.h"
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/error.h"
#include "sync/hub/devices/devices.h"
#include "sync/hub/log/log.h"
#include "sync/hub/office/office-store.h"

#define QUARANTINE_COUNT_MAX 1000 /* entries that are counted, because each must be read */
#define AREAS_MAX 2000            /* areas that the filter offers */
#define AREAS_DEPTH_MAX 5         /* levels below the hub's area that the filter offers */
#define REVOKE_REASON_MAX 200     /* characters; as in the kind `device` */

/* --- head --- */

/* Counts the entries in quarantine. bh_hub_count does not find them, because they belong to no
 * record yet. */
static gboolean count_quarantine(BhOfficeCall *call, int *found, gboolean *more, GError **error)
{
  gint64 before = G_MAXINT64;
  g_autoptr(json_t) items =
      bh_office_list_quarantine(call, &before, QUARANTINE_COUNT_MAX + 1, error);
  *found = (int)MIN(json_array_size(items), QUARANTINE_COUNT_MAX);
  *more = json_array_size(items) > QUARANTINE_COUNT_MAX;
  return items != NULL;
}

/* Counts the rows of a lane that the actor may see. Counting shows no record, so it is not logged.
 * The lane of accepted records is not counted: its number only grows, and the records need no
 * action. */
static gboolean count_lane(BhOfficeCall *call, const char *lane, int *count, gboolean *more,
                           GError **error)
{
  if (strcmp(lane, BH_LANE_ACCEPTED) == 0)
    return TRUE;
  if (strcmp(lane, BH_LANE_QUARANTINE) == 0)
    return count_quarantine(call, count, more, error);
  g_autoptr(json_t) query = json_pack("{s:s}", "inbox", lane);
  return bh_hub_count(call->hub, call->db, query, call->staff_values, BH_OFFICE_COUNT_MAX, count,
                      more, error);
}

/* The doubt about the hub's clock, which the page shows to everybody, because entries made
 * meanwhile get a wrong time. NULL: no doubt. */
static json_t *describe_doubt(BhOfficeCall *call)
{
  gint64 machine_ms, known_ms;
  if (!bh_hub_is_time_doubted(call->hub, &machine_ms, &known_ms))
    return NULL;
  g_autofree char *machine = bh_time_format(machine_ms);
  g_autofree char *known = bh_time_format(known_ms);
  return json_pack("{s:s,s:s}", "machine", machine, "known", known);
}

json_t *bh_office_head(BhOfficeCall *call, GError **error)
{
  gint64 position = 0;
  int ahead = 0;
  gboolean has_inbox = (call->duties & BH_DUTY_ALL) != 0;
  if (!bh_office_store_get_position(call->db, &position, error) ||
      (has_inbox && !bh_office_count_ahead(call, &ahead, error)))
    return NULL;
  const char *known = bh_request_get_query(call->request, "position");
  if (known != NULL && g_ascii_strtoll(known, NULL, 10) == position)
    return json_pack("{s:I,s:i,s:o*}", "position", (json_int_t)position, "ahead", ahead, "clock",
                     describe_doubt(call));
  g_autoptr(json_t) counts = json_object();
  g_autoptr(json_t) mores = json_object();
  for (gsize i = 0; has_inbox && BH_LANES[i] != NULL; i++) {
    int count = 0;
    gboolean more = FALSE;
    if (!count_lane(call, BH_LANES[i], &count, &more, error))
      return NULL;
    json_object_set_new(counts, BH_LANES[i], json_integer(count));
    if (more)
      json_object_set_new(mores, BH_LANES[i], json_true());
  }
  return json_pack("{s:I,s:i,s:O,s:O,s:o*}", "position", (json_int_t)position, "ahead", ahead,
                   "lanes", counts, "lanes_more", mores, "clock", describe_doubt(call));
}

/* --- rows --- */

json_t *bh_office_row(BhOfficeCall *call, const json_t *row)
{
  const char *kind_name = bh_json_string_or(row, "kind", "");
  const BhKind *kind = bh_kind_set_find(call->kinds, kind_name);
  const char *id = bh_json_string_or(row, "id", "");
  const json_t *values = json_object_get(row, "values");
  const char *state = bh_json_string_or(row, "state", "");
  const char *area = bh_json_string_or(row, "area", "");
  g_autofree char *title = kind != NULL && values != NULL
                               ? bh_office_title(call, kind, values)
                               : g_strdup(bh_json_string_or(row, "title", id));
  const BhRegion *region = bh_hub_get_region(call->hub);
  const char *area_name = region != NULL ? bh_region_get_name(region, area) : NULL;
  g_autofree char *changed = bh_time_format(json_integer_value(json_object_get(row, "changed_ms")));
  json_t *out = json_pack(
      "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "id", id, "kind", kind_name, "kind_label",
      kind != NULL ? bh_kind_get_label(kind, call->lang) : kind_name, "title", title, "state",
      state, "state_label",
      kind != NULL && state[0] != '\0' ? bh_kind_get_state_label(kind, state, call->lang) : "",
      "area", area_name != NULL ? area_name : area, "changed", changed, "subject",
      kind != NULL ? bh_office_subject_name(call, kind, values) : "");
  json_t *due = kind != NULL ? bh_office_due(call, kind, id, values) : NULL;
  if (due != NULL)
    json_object_set_new(out, "due", due);
  static const char *const passed[] = {"conflict", "review", "files_total", "files_here",
                                       "restricted"};
  for (gsize i = 0; i < G_N_ELEMENTS(passed); i++) {
    json_t *value = json_object_get(row, passed[i]);
    if (value != NULL)
      json_object_set(out, passed[i], value);
  }
  return out;
}

json_t *bh_office_list_rows(BhOfficeCall *call, const json_t *query, GError **error)
{
  g_autoptr(json_t) page = bh_office_list(call, query, error);
  if (page == NULL)
    return NULL;
  json_t *rows = json_array();
  gsize index;
  json_t *row;
  json_array_foreach(json_object_get(page, "rows"), index, row) {
    json_array_append_new(rows, bh_office_row(call, row));
  }
  json_t *after = json_object_get(page, "after");
  return json_pack("{s:o,s:O*}", "rows", rows, "after", json_is_null(after) ? NULL : after);
}

void bh_office_pass_query(BhOfficeCall *call, json_t *query, const char *name)
{
  const char *value = bh_office_get_argument(call, name);
  if (value != NULL && value[0] != '\0')
    json_object_set_new(query, name, json_string(value));
}

/* --- quarantine: entries that have no record yet --- */

static json_t *quarantine_row(BhOfficeCall *call, const json_t *item)
{
  const char *device = bh_json_string_or(item, "device", NULL);
  gint64 position = json_integer_value(json_object_get(item, "position"));
  g_autoptr(BhEntryRow) entry = bh_log_load_entry(call->db, position, NULL);
  gboolean shown = entry != NULL && bh_office_may_read_quarantined(call, entry, NULL);
  const char *message = shown ? bh_json_string_or(item, "message", "") : "";
  g_autofree char *words = bh_office_format_reason(call, message);
  g_autofree char *received =
      bh_time_format(json_integer_value(json_object_get(item, "received_ms")));
  json_t *row =
      json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "entry", bh_json_string_or(item, "entry", ""),
                "reason", bh_json_string_or(item, "reason", ""), "message", message, "words", words,
                "device", device != NULL ? bh_office_name(call, device) : "", "changed", received);
  if (entry != NULL)
    bh_office_add_subject(call, entry, row);
  return row;
}

static json_t *list_quarantine(BhOfficeCall *call, GError **error)
{
  const char *after = bh_request_get_query(call->request, "after");
  gint64 before = after != NULL ? g_ascii_strtoll(after, NULL, 10) : G_MAXINT64;
  g_autoptr(json_t) items = bh_office_list_quarantine(call, &before, BH_OFFICE_PAGE_MAX, error);
  if (items == NULL)
    return NULL;
  json_t *rows = json_array();
  gsize index;
  json_t *item;
  json_array_foreach(items, index, item) {
    json_array_append_new(rows, quarantine_row(call, item));
  }
  g_autofree char *next = before > 0 ? g_strdup_printf("%" G_GINT64_FORMAT, before) : NULL;
  return json_pack("{s:o,s:s*}", "rows", rows, "after", next);
}

static const char *get_lane(BhOfficeCall *call, GError **error)
{
  const char *lane = bh_request_get_query(call->request, "lane");
  if (lane == NULL)
    return "new";
  if (g_strv_contains(BH_LANES, lane))
    return lane;
  g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "lane: no such lane: %.64s", lane);
  return NULL;
}

static json_t *inbox_query(BhOfficeCall *call, const char *lane)
{
  json_t *query =
      json_pack("{s:s,s:s,s:i}", "inbox", lane, "order", "changed", "limit", BH_OFFICE_PAGE_MAX);
  bh_office_pass_query(call, query, "kind");
  bh_office_pass_query(call, query, "area");
  bh_office_pass_query(call, query, "search");
  return query;
}

json_t *bh_office_inbox(BhOfficeCall *call, GError **error)
{
  const char *lane = get_lane(call, error);
  if (lane == NULL || strcmp(lane, BH_LANE_QUARANTINE) == 0)
    return lane != NULL ? list_quarantine(call, error) : NULL;
  g_autoptr(json_t) query = inbox_query(call, lane);
  bh_office_pass_query(call, query, "after");
  return bh_office_list_rows(call, query, error);
}

/* --- enterprises: the directory that a kind declares --- */

static json_t *directory_query(BhOfficeCall *call, GError **error)
{
  const BhKind *kind = bh_kind_set_find_directory(call->kinds);
  if (kind == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "enterprises: no kind of this hub declares \"directory\", load the kinds of this "
                "version first");
    return NULL;
  }
  json_t *query = json_pack("{s:s,s:s,s:i}", "kind", bh_kind_get_name(kind), "order", "title",
                            "limit", BH_OFFICE_PAGE_MAX);
  const char *choice = bh_request_get_query(call->request, "group");
  if (choice != NULL && choice[0] != '\0')
    json_object_set_new(query, "where", json_pack("{s:s}", bh_kind_get_directory(kind), choice));
  bh_office_pass_query(call, query, "area");
  bh_office_pass_query(call, query, "search");
  return query;
}

json_t *bh_office_enterprises(BhOfficeCall *call, GError **error)
{
  g_autoptr(json_t) query = directory_query(call, error);
  if (query == NULL)
    return NULL;
  bh_office_pass_query(call, query, "after");
  return bh_office_list_rows(call, query, error);
}

/* --- counts --- */

json_t *bh_office_count(BhOfficeCall *call, GError **error)
{
  const char *list = bh_request_get_query(call->request, "list");
  g_autoptr(json_t) query = NULL;
  int found = 0;
  gboolean more = FALSE, good;
  const char *lane = g_strcmp0(list, "inbox") == 0 ? get_lane(call, error) : "";
  if (lane == NULL)
    return NULL;
  if (*lane != '\0' && (call->duties & BH_DUTY_ALL) == 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "list: none of your roles has an inbox");
    return NULL;
  }
  if (strcmp(lane, BH_LANE_QUARANTINE) == 0) {
    good = count_quarantine(call, &found, &more, error);
  } else {
    query = *lane != '\0'                         ? inbox_query(call, lane)
            : g_strcmp0(list, "enterprises") == 0 ? directory_query(call, error)
                                                  : bh_office_ledger_query(call, error);
    good = query != NULL && bh_hub_count(call->hub, call->db, query, call->staff_values,
                                         BH_OFFICE_COUNT_MAX, &found, &more, error);
  }
  g_autofree char *at = bh_time_format(bh_office_now_ms(call->office));
  return good ? json_pack("{s:i,s:b,s:s}", "total", found, "more", more, "at", at) : NULL;
}

/* --- devices --- */

/* Whether the actor may revoke a device, by the transitions of its kind. The writer thread makes
 * the same check again. */
static gboolean may_revoke(BhOfficeCall *call, const char *device)
{
  const BhKind *kind = bh_kind_set_find(call->kinds, "device");
  const json_t *values = bh_office_values(call, device);
  BhContext context;
  if (kind == NULL || values == NULL)
    return FALSE;
  bh_office_context(call, device, values, &context);
  g_autoptr(GPtrArray) open =
      bh_workflow_list_open(kind, bh_json_string_or(values, "state", NULL), &context);
  for (guint i = 0; i < open->len; i++)
    if (strcmp(bh_transition_get_to(open->pdata[i]), "revoked") == 0)
      return TRUE;
  return FALSE;
}

json_t *bh_office_devices(BhOfficeCall *call, GError **error)
{
  g_autoptr(json_t) devices = bh_log_list_devices(call->db, error);
  if (devices == NULL)
    return NULL;
  json_t *rows = json_array();
  gsize index;
  json_t *device;
  json_array_foreach(devices, index, device) {
    const char *id = bh_json_string_or(device, "id", "");
    if (strcmp(id, bh_hub_get_id(call->hub)) == 0 || !bh_office_serves_device(call, id))
      continue;
    gint64 quarantined = 0;
    if (!bh_log_count_quarantine(call->db, id, &quarantined, error)) {
      json_decref(rows);
      return NULL;
    }
    gint64 seen_ms = json_integer_value(json_object_get(device, "seen_ms"));
    g_autofree char *seen = seen_ms > 0 ? bh_time_format(seen_ms) : g_strdup("");
    json_t *row =
        json_pack("{s:s,s:s,s:s,s:s,s:b,s:O*,s:O*,s:I}", "id", id, "name",
                  bh_json_string_or(device, "name", ""), "unit",
                  bh_office_name(call, bh_json_string_or(device, "unit", NULL)), "seen", seen,
                  "revoked", json_object_get(device, "revoked_ms") != NULL, "entries",
                  json_object_get(device, "entries"), "forks", json_object_get(device, "forks"),
                  "quarantined", (json_int_t)quarantined);
    json_object_set(row, "encryption", json_object_get(bh_office_values(call, id), "encryption"));
    json_object_set_new(row, "may_revoke", json_boolean(may_revoke(call, id)));
    json_array_append_new(rows, row);
  }
  return json_pack("{s:o}", "rows", rows);
}

json_t *bh_office_revoke(BhOfficeCall *call, GError **error)
{
  g_autofree char *reason = bh_office_body_text(call, "reason", REVOKE_REASON_MAX, error);
  if (reason == NULL)
    return NULL;
  if (reason[0] == '\0') {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "body: \"reason\" is missing");
    return NULL;
  }
  const char *device = bh_request_get_param(call->request, "id");
  if (!bh_office_serves_device(call, device)) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                "device: your unit serves no device with this id");
    return NULL;
  }
  return bh_enrol_revoke(call->hub, call->staff, device, reason, error) ? json_object() : NULL;
}

/* --- filters --- */

/* Adds an area and those below it, to `deepest` levels below the hub's area. */
static void add_areas(const BhRegion *region, const char *code, int depth, int deepest, json_t *out)
{
  if (json_array_size(out) > AREAS_MAX)
    return;
  const char *name = bh_region_get_name(region, code);
  json_array_append_new(out, json_pack("{s:s,s:s,s:i}", "code", code, "name",
                                       name != NULL ? name : code, "depth", depth));
  g_autoptr(GPtrArray) children = bh_region_list_children(region, code);
  for (guint i = 0; depth < deepest && i < children->len; i++)
    add_areas(region, g_ptr_array_index(children, i), depth + 1, deepest, out);
}

/* The hub's area and those below it. Levels are left out as a whole when there are more than
 * AREAS_MAX, because a list that ends within a level would look complete. */
static json_t *list_areas(BhOfficeCall *call)
{
  const BhRegion *region = bh_hub_get_region(call->hub);
  json_t *areas = json_array();
  for (int deepest = AREAS_DEPTH_MAX; region != NULL && deepest >= 0; deepest--) {
    json_array_clear(areas);
    add_areas(region, bh_hub_get_area(call->hub), 0, deepest, areas);
    if (json_array_size(areas) <= AREAS_MAX)
      break;
  }
  return areas;
}

/* The kinds that are reviewed. */
static json_t *list_kinds(BhOfficeCall *call)
{
  json_t *out = json_array();
  const GPtrArray *kinds = bh_kind_set_list(call->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    if (bh_kind_is_reviewable(kind))
      json_array_append_new(out, json_pack("{s:s,s:s}", "code", bh_kind_get_name(kind), "name",
                                           bh_kind_get_label(kind, call->lang)));
  }
  return out;
}

/* The choices by which the directory is filtered. */
static json_t *list_groups(BhOfficeCall *call)
{
  json_t *out = json_array();
  const BhKind *kind = bh_kind_set_find_directory(call->kinds);
  const BhField *field =
      kind != NULL ? bh_kind_find_field(kind, bh_kind_get_directory(kind)) : NULL;
  for (gsize i = 0; field != NULL && i < bh_field_count_choices(field); i++)
    json_array_append_new(out, json_pack("{s:s,s:s}", "code", bh_field_get_choice_code(field, i),
                                         "name", bh_field_get_choice_label(field, i, call->lang)));
  return out;
}

json_t *bh_office_filters(BhOfficeCall *call, GError **error)
{
  (void)error;
  return json_pack("{s:o,s:o,s:o,s:o}", "areas", list_areas(call), "kinds", list_kinds(call),
                   "groups", list_groups(call), "ledgers", bh_office_list_ledgers(call));
}
