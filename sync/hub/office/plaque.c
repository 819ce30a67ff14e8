/* Plaques to print: for chosen enterprises, or blank ones that are bound to an enterprise
 * at its site. A plaque printed for an enterprise becomes a record of kind plaque at once. Start at
 * bh_office_issue_plaques and bh_office_plaques. */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/error.h"
#include "schema/plaque.h"
#include "sync/hub/office/office-store.h"

#define ISSUE_MAX 200 /* plaques of one request */
#define KIND "plaque"
#define OPS_MAX 60   /* operations of one entry */
#define SHEET_MM 40  /* width of a printed code */
#define ROUNDS_MAX 8 /* pages read for one shown page, if the actor may not see all rows */

typedef struct {
  BhOfficeCall *call;
  GPtrArray *enterprises; /* ids of enterprises; empty: blank plaques */
  int count;
  gint64 first;
} Issue;

static char *make_text(BhHub *hub, const char *enterprise, gint64 serial, gint64 now_ms)
{
  static const BhDate epoch = {2020, 1, 1};
  BhDate today = bh_date_from_ms(now_ms);
  BhPlaque plaque = {.type = enterprise != NULL ? BH_PLAQUE_ENTERPRISE : BH_PLAQUE_BLANK,
                     .serial = (guint32)serial,
                     .issued_day = bh_date_days_between(&epoch, &today)};
  g_strlcpy(plaque.hub, bh_hub_get_id(hub), sizeof plaque.hub);
  if (enterprise != NULL)
    g_strlcpy(plaque.enterprise, enterprise, sizeof plaque.enterprise);
  return bh_plaque_encode(&plaque, bh_hub_get_plaque_public_key(hub),
                          bh_hub_get_plaque_secret_key(hub));
}

static gboolean flush_ops(Issue *issue, BhHub *hub, BhDb *db, json_t *ops, GError **error)
{
  if (json_array_size(ops) == 0)
    return TRUE;
  g_autofree char *entry = bh_hub_append_in(hub, db, issue->call->staff, ops, error);
  json_array_clear(ops);
  return entry != NULL;
}

static gboolean write_issue(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Issue *issue = data;
  gint64 now_ms = bh_office_now_ms(issue->call->office);
  const BhKind *kind = bh_kind_set_find(issue->call->kinds, KIND);
  const char *subject = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;
  if (subject == NULL && issue->enterprises->len > 0) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID,
                        "this hub has no kind \"" KIND "\" with a parent");
    return FALSE;
  }
  if (!bh_office_store_take_serials(db, issue->count, &issue->first, error))
    return FALSE;
  g_autoptr(json_t) ops = json_array();
  for (int i = 0; i < issue->count; i++) {
    const char *enterprise =
        issue->enterprises->len > 0 ? g_ptr_array_index(issue->enterprises, (guint)i) : NULL;
    gint64 serial = issue->first + i;
    g_autofree char *text = make_text(hub, enterprise, serial, now_ms);
    if (!bh_office_store_add_print(db, serial, enterprise, text, now_ms, issue->call->staff, error))
      return FALSE;
    if (enterprise == NULL)
      continue;
    char id[BH_ID_LEN + 1];
    bh_office_make_id(issue->call->office, id);
    json_array_append_new(
        ops, json_pack("{s:s,s:s,s:{s:s,s:I,s:s,s:I,s:s,s:s}}", "record", id, "kind", KIND, "set",
                       subject, enterprise, "serial", (json_int_t)serial, "text", text, "bound_at",
                       (json_int_t)now_ms, "bound_by", issue->call->staff, "state", "bound"));
    if (json_array_size(ops) == OPS_MAX && !flush_ops(issue, hub, db, ops, error))
      return FALSE;
  }
  return flush_ops(issue, hub, db, ops, error);
}

static gboolean read_enterprises(BhOfficeCall *call, GPtrArray *out, GError **error)
{
  gsize index;
  json_t *item;
  json_array_foreach(json_object_get(call->body, "enterprises"), index, item) {
    g_autoptr(BhRecord) record = bh_office_load_visible(call, json_string_value(item), NULL, error);
    if (record == NULL)
      return FALSE;
    const BhKind *kind = bh_kind_set_find(call->kinds, bh_record_get_kind(record));
    if (kind == NULL || bh_kind_get_directory(kind) == NULL) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                  "body: \"enterprises\"[%" G_GSIZE_FORMAT "] is not a record of the kind with "
                  "\"directory\"",
                  index);
      return FALSE;
    }
    g_ptr_array_add(out, g_strdup(json_string_value(item)));
  }
  return TRUE;
}

/* Whether the actor may see a printed plaque: they may see its enterprise; for a blank plaque,
 * their unit serves the unit of the person who printed it. */
static gboolean is_print_shown(BhOfficeCall *call, const json_t *print)
{
  const char *enterprise = bh_json_string_or(print, "record", NULL);
  if (enterprise != NULL)
    return bh_office_show(call, enterprise, BH_ACCESS_LIST);
  const json_t *printer = bh_office_values(call, bh_json_string_or(print, "printed_by", NULL));
  const char *unit = bh_json_string_or(printer, "unit", NULL);
  g_autofree char *scope = unit != NULL ? g_strconcat("u:", unit, NULL) : NULL;
  return bh_office_serves(call, scope);
}

static json_t *print_of(BhOfficeCall *call, const json_t *print)
{
  gint64 serial = json_integer_value(json_object_get(print, "serial"));
  const char *enterprise = bh_json_string_or(print, "record", NULL);
  g_autofree char *code = bh_plaque_short_code((guint32)serial);
  g_autofree char *printed =
      bh_time_format(json_integer_value(json_object_get(print, "printed_ms")));
  return json_pack("{s:I,s:s,s:s,s:s,s:s,s:s}", "serial", (json_int_t)serial, "code", code,
                   "subject", enterprise != NULL ? enterprise : "", "name",
                   enterprise != NULL ? bh_office_name(call, enterprise) : "", "printed", printed,
                   "by", bh_office_name(call, bh_json_string_or(print, "printed_by", NULL)));
}

/* Appends the prints that the actor may see, until there are `most` rows. Returns the serial of the
 * last print that was read. */
static gint64 add_prints(BhOfficeCall *call, json_t *prints, gsize most, json_t *rows)
{
  gint64 last = 0;
  gsize index;
  json_t *print;
  json_array_foreach(prints, index, print) {
    if (json_array_size(rows) == most)
      break;
    last = json_integer_value(json_object_get(print, "serial"));
    if (is_print_shown(call, print))
      json_array_append_new(rows, print_of(call, print));
  }
  return last;
}

static json_t *sheet_of(BhOfficeCall *call, json_t *rows)
{
  return json_pack("{s:O,s:s,s:i}", "rows", rows, "hub", bh_hub_get_name(call->hub), "size_mm",
                   SHEET_MM);
}

/* The newest prints that the actor may see, among the last ROUNDS_MAX pages. */
static json_t *list_newest(BhOfficeCall *call, GError **error)
{
  g_autoptr(json_t) rows = json_array();
  gint64 before = G_MAXINT64;
  for (int i = 0; i < ROUNDS_MAX && before > 1 && json_array_size(rows) < BH_OFFICE_PAGE_MAX; i++) {
    g_autoptr(json_t) prints =
        bh_office_store_list_newest_prints(call->db, before, BH_OFFICE_PAGE_MAX, error);
    if (prints == NULL)
      return NULL;
    before = add_prints(call, prints, BH_OFFICE_PAGE_MAX, rows);
  }
  return sheet_of(call, rows);
}

json_t *bh_office_issue_plaques(BhOfficeCall *call, GError **error)
{
  g_autoptr(GPtrArray) enterprises = g_ptr_array_new_with_free_func(g_free);
  gint64 blank = json_integer_value(json_object_get(call->body, "blank"));
  if (!read_enterprises(call, enterprises, error))
    return NULL;
  if ((enterprises->len == 0) == (blank <= 0) || enterprises->len > ISSUE_MAX ||
      blank > ISSUE_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "body: needs either \"enterprises\" or \"blank\", 1 to %d plaques", ISSUE_MAX);
    return NULL;
  }
  Issue issue = {.call = call,
                 .enterprises = enterprises,
                 .count = enterprises->len > 0 ? (int)enterprises->len : (int)blank};
  if (!bh_hub_write(call->hub, write_issue, &issue, error))
    return NULL;
  return json_pack("{s:I,s:i}", "first", (json_int_t)issue.first, "count", issue.count);
}

json_t *bh_office_plaques(BhOfficeCall *call, GError **error)
{
  const char *first = bh_request_get_query(call->request, "first");
  const char *count = bh_request_get_query(call->request, "count");
  if (first == NULL)
    return list_newest(call, error);
  g_autoptr(json_t) prints = bh_office_store_list_prints(
      call->db, g_ascii_strtoll(first, NULL, 10),
      (int)CLAMP(count != NULL ? g_ascii_strtoll(count, NULL, 10) : 1, 1, ISSUE_MAX), error);
  if (prints == NULL)
    return NULL;
  g_autoptr(json_t) rows = json_array();
  add_prints(call, prints, ISSUE_MAX, rows);
  return sheet_of(call, rows);
}

json_t *bh_office_plaque_svg(BhOfficeCall *call, GError **error)
{
  gint64 serial = g_ascii_strtoll(bh_request_get_param(call->request, "serial"), NULL, 10);
  g_autoptr(json_t) prints = bh_office_store_list_prints(call->db, serial, 1, error);
  if (prints == NULL)
    return NULL;
  const json_t *print = json_array_get(prints, 0);
  if (print == NULL || json_integer_value(json_object_get(print, "serial")) != serial ||
      !is_print_shown(call, print)) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "plaque: no plaque with this serial");
    return NULL;
  }
  char *svg = bh_office_qr_svg(bh_json_string_or(print, "text", ""), SHEET_MM, error);
  if (svg == NULL)
    return NULL;
  g_autoptr(GBytes) bytes = g_bytes_new_take(svg, strlen(svg));
  BhRequest *request = bh_office_take_request(call, error);
  if (request == NULL)
    return NULL;
  bh_request_add_header(request, "Cache-Control", "private, max-age=3600");
  bh_request_answer_bytes(request, 200, "image/svg+xml", bytes);
  return NULL;
}
