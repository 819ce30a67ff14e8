/* The worksheet of a record on this device: its checklist with the answers, and answering one item
 * (schema/worksheet.h). Each answer is saved as an entry. Start at bh_device_worksheet. */
#include "schema/worksheet.h"

#include <string.h>

#include "sync/device/store/journal.h"
#include "sync/device/store/scope.h"
#include "sync/device/store/views.h"

#define WHERE "worksheet"
#define LISTS_READ 100 /* list records that are compared to find those in force */

/* A record with a worksheet, and its list. */
typedef struct {
  BhScope *scope;
  const BhKind *kind;
  GStrv conflicts; /* keys of the record that were set differently on two devices */
  BhContext context;
  json_t *choices; /* lists of which one can be chosen; NULL: the record has its list */
  char *list_id;   /* NULL: no list is in force */
  BhChecklist *list;
} Sheet;

static void sheet_clear(Sheet *sheet)
{
  g_clear_pointer(&sheet->scope, bh_scope_free);
  g_clear_pointer(&sheet->choices, json_decref);
  g_clear_pointer(&sheet->list, bh_checklist_free);
  g_strfreev(sheet->conflicts);
  g_free(sheet->list_id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sheet, sheet_clear)

static json_t *find_choices(BhDevice *device, const Sheet *sheet, GError **error)
{
  const BhKind *lists = bh_kind_set_find_list_kind(device->kinds);
  g_autoptr(json_t) query =
      json_pack("{s:s, s:{s:O}, s:i}", "kind", bh_kind_get_name(lists), "where", "code",
                bh_worksheet_get_codes(sheet->kind), "limit", LISTS_READ);
  g_autoptr(json_t) page = bh_device_list(device, query, error);
  return page != NULL ? bh_worksheet_list_choices(sheet->kind, json_object_get(page, "rows"),
                                                  sheet->context.today)
                      : NULL;
}

/* FALSE with an error; TRUE with sheet->list NULL: no list is in force. */
static gboolean find_list(BhDevice *device, Sheet *sheet, const char *wanted, GError **error)
{
  sheet->list_id =
      g_strdup(bh_worksheet_get_list(sheet->kind, device->kinds, sheet->context.values));
  if (sheet->list_id == NULL) {
    sheet->choices = find_choices(device, sheet, error);
    if (sheet->choices == NULL)
      return FALSE;
    sheet->list_id = g_strdup(bh_worksheet_pick_choice(sheet->choices, wanted));
    if (sheet->list_id == NULL && wanted != NULL) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                  WHERE ": \"list\": no such list is in force for this record");
      return FALSE;
    }
    if (sheet->list_id == NULL)
      return TRUE;
  }
  const json_t *values = bh_scope_get(sheet->scope, sheet->list_id);
  if (values == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                WHERE ": the checklist of this record is not on this device");
    return FALSE;
  }
  sheet->list = bh_checklist_from_json(json_object_get(values, "items"), error);
  return sheet->list != NULL;
}

/* A copy, because the record is borrowed only until another one is read. */
static GStrv dup_conflicts(const BhRecord *record)
{
  g_autoptr(GPtrArray) keys = bh_record_list_conflicts(record);
  GStrv out = g_new0(char *, keys->len + 1);
  for (guint i = 0; i < keys->len; i++)
    out[i] = g_strdup(g_ptr_array_index(keys, i));
  return out;
}

static gboolean read_sheet(BhDevice *device, const char *author, const char *record,
                           const char *wanted, Sheet *sheet, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return FALSE;
  g_autoptr(GError) local = NULL;
  BhView *view = bh_view_get(device, record, &local);
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  if (view == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, WHERE ": there is no such record");
    return FALSE;
  }
  sheet->kind = bh_kind_set_find(device->kinds, bh_record_get_kind(view->record));
  if (bh_worksheet_find(sheet->kind) == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                WHERE ": the record has no checklist to fill in");
    return FALSE;
  }
  sheet->conflicts = dup_conflicts(view->record);
  sheet->scope = bh_scope_new(device, author);
  bh_scope_fill_kind(sheet->scope, record, sheet->kind, &sheet->context);
  return find_list(device, sheet, wanted, error);
}

/* Whether only the hub writes the answers, so that a device shows them only. */
static gboolean is_left_to_hub(const Sheet *sheet)
{
  return bh_kind_is_hub_only(sheet->kind, bh_field_get_name(bh_worksheet_find(sheet->kind)), NULL);
}

static gboolean has_conflict(const Sheet *sheet, const char *item_no)
{
  g_autofree char *key = bh_worksheet_dup_key(sheet->kind, item_no);
  return g_strv_contains((const char *const *)sheet->conflicts, key);
}

json_t *bh_device_worksheet(BhDevice *device, const char *author, const char *record,
                            const char *list, const char *lang, GError **error)
{
  g_auto(Sheet) sheet = {0};
  if (!read_sheet(device, author, record, list, &sheet, error))
    return NULL;
  if (sheet.list == NULL)
    return json_pack("{s:s, s:b, s:[], s:[], s:O, s:O}", "label",
                     bh_field_get_label(bh_worksheet_find(sheet.kind), lang), "open", 0, "items",
                     "not_asked", "choices", sheet.choices, "codes_wanted",
                     bh_worksheet_get_codes(sheet.kind));
  json_t *view = bh_worksheet_resolve(sheet.kind, device->kinds, sheet.list, &sheet.context, lang);
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(view, "items"), i, item) {
    if (has_conflict(&sheet, bh_json_string_or(item, "item", "")))
      json_object_set_new(item, "conflict", json_true());
  }
  if (is_left_to_hub(&sheet)) {
    json_object_set_new(view, "open", json_false());
    json_object_set_new(view, "why", json_string("actor"));
  }
  const json_t *values = bh_scope_get(sheet.scope, sheet.list_id);
  json_object_set_new(view, "list",
                      json_pack("{s:s, s:s, s:s}", "id", sheet.list_id, "name",
                                bh_json_string_or(values, "name", ""), "version",
                                bh_json_string_or(values, "version", "")));
  if (sheet.choices != NULL)
    json_object_set(view, "choices", sheet.choices);
  return view;
}

/* Whether the person decides about the answer that the store has: FALSE when another person, or
 * another device, answered the item since it was read. */
static gboolean check_seen(const Sheet *sheet, const json_t *answer, const char *item_no,
                           GError **error)
{
  const json_t *seen = json_object_get(answer, "seen");
  if (seen == NULL)
    return TRUE;
  g_autofree char *key = bh_worksheet_dup_key(sheet->kind, item_no);
  const json_t *now = json_object_get(sheet->context.values, key);
  const char *list = bh_json_string_or(answer, "list", NULL);
  if (strcmp(bh_json_string_or(now, "answer", ""), bh_json_string_or(seen, "answer", "")) == 0 &&
      strcmp(bh_json_string_or(now, "note", ""), bh_json_string_or(seen, "note", "")) == 0 &&
      has_conflict(sheet, item_no) == json_is_true(json_object_get(seen, "conflict")) &&
      (list == NULL || strcmp(list, sheet->list_id) == 0))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_CHAIN, WHERE ": \"item\": %.32s was answered meanwhile",
              item_no);
  return FALSE;
}

json_t *bh_device_answer(BhDevice *device, const char *author, const json_t *answer, GError **error)
{
  g_auto(Sheet) sheet = {0};
  const char *record = bh_json_get_string(answer, "record", WHERE, error);
  const char *item = record != NULL ? bh_json_get_string(answer, "item", WHERE, error) : NULL;
  const char *code = item != NULL ? bh_json_get_string(answer, "answer", WHERE, error) : NULL;
  if (code == NULL ||
      !read_sheet(device, author, record, bh_json_string_or(answer, "list", NULL), &sheet, error))
    return NULL;
  if (sheet.list == NULL || is_left_to_hub(&sheet)) {
    g_set_error(error, BH_ERROR, sheet.list == NULL ? BH_ERROR_NOT_FOUND : BH_ERROR_DENIED,
                sheet.list == NULL ? WHERE ": no list is in force for this record"
                                   : WHERE ": the checklist is filled in at the office only");
    return NULL;
  }
  if (!check_seen(&sheet, answer, item, error))
    return NULL;
  g_autoptr(json_t) set =
      bh_worksheet_dup_set(sheet.kind, device->kinds, sheet.list, sheet.list_id, &sheet.context,
                           item, code, bh_json_string_or(answer, "note", ""), error);
  g_autoptr(json_t) ops = set != NULL ? json_pack("[{s:s, s:s, s:O}]", "record", record, "kind",
                                                  bh_kind_get_name(sheet.kind), "set", set)
                                      : NULL;
  g_autofree char *entry = ops != NULL ? bh_device_save(device, author, ops, 0, error) : NULL;
  return entry != NULL ? json_pack("{s:s, s:s}", "record", record, "entry", entry) : NULL;
}
