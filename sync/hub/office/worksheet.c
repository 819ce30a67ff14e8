/* The worksheet of a record: the items of its checklist with the answers, and answering one item.
 * Which items are asked, who may answer and what an answer sets is decided in schema/worksheet.h.
 * Each answer is an entry of its own, and is refused when somebody else has answered the item since
 * the person saw it. Start at bh_office_worksheet and bh_office_answer. */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/error.h"
#include "schema/worksheet.h"

#define WHERE "body"
#define LISTS_READ 100   /* list records that are compared to find those in force */
#define HISTORY_READ 200 /* entries among which the author of an answer is looked for */

/* A record with a worksheet, and its list. */
typedef struct {
  BhOfficeCall *call;
  const char *id;
  BhRecord *record;
  const BhKind *kind;
  BhContext context;
  json_t *choices;     /* lists of which one can be chosen; NULL: the record has its list */
  const char *list_id; /* borrowed; NULL: no list is in force */
  BhChecklist *list;
} Sheet;

static void sheet_clear(Sheet *sheet)
{
  g_clear_pointer(&sheet->record, bh_record_free);
  g_clear_pointer(&sheet->choices, json_decref);
  g_clear_pointer(&sheet->list, bh_checklist_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sheet, sheet_clear)

/* The lists in force with which the record can be worked through; NULL with an error. */
static json_t *find_choices(Sheet *sheet, GError **error)
{
  BhOfficeCall *call = sheet->call;
  const BhKind *lists = bh_kind_set_find_list_kind(call->kinds);
  g_autoptr(json_t) query =
      json_pack("{s:s,s:{s:O},s:i}", "kind", bh_kind_get_name(lists), "where", "code",
                bh_worksheet_get_codes(sheet->kind), "limit", LISTS_READ);
  g_autoptr(json_t) page = bh_office_list(call, query, error);
  return page != NULL
             ? bh_worksheet_list_choices(sheet->kind, json_object_get(page, "rows"), call->today)
             : NULL;
}

/* Finds the list of the record. FALSE with an error; TRUE with sheet->list NULL: none is in
 * force. */
static gboolean find_list(Sheet *sheet, const char *wanted, GError **error)
{
  BhOfficeCall *call = sheet->call;
  sheet->list_id = bh_worksheet_get_list(sheet->kind, call->kinds, sheet->context.values);
  if (sheet->list_id == NULL) {
    sheet->choices = find_choices(sheet, error);
    if (sheet->choices == NULL)
      return FALSE;
    sheet->list_id = bh_worksheet_pick_choice(sheet->choices, wanted);
    if (sheet->list_id == NULL && wanted != NULL) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                  "\"list\": no such list is in force for this record");
      return FALSE;
    }
    if (sheet->list_id == NULL)
      return TRUE;
  }
  const json_t *values = bh_office_values(call, sheet->list_id);
  if (values == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                "record: the hub does not have the checklist of this record");
    return FALSE;
  }
  sheet->list = bh_checklist_from_json(json_object_get(values, "items"), error);
  return sheet->list != NULL;
}

/* `way` as in bh_office_show; `wanted`: id of the list that the person chose, or NULL. */
static gboolean read_sheet(BhOfficeCall *call, const char *way, const char *wanted, Sheet *sheet,
                           GError **error)
{
  sheet->call = call;
  sheet->id = bh_office_get_argument(call, "id");
  sheet->record = bh_office_load_visible(call, sheet->id, way, error);
  if (sheet->record == NULL)
    return FALSE;
  const char *name = bh_record_get_kind(sheet->record);
  sheet->kind = bh_kind_set_find(call->kinds, name);
  if (bh_worksheet_find(sheet->kind) == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "record: a %.64s has no checklist to fill in",
                name);
    return FALSE;
  }
  bh_office_context(call, sheet->id, bh_office_values(call, sheet->id), &sheet->context);
  return find_list(sheet, wanted, error);
}

/* --- showing --- */

static json_t *list_heads(const BhKind *kind, BhRecord *record, const char *item_no)
{
  g_autofree char *key = bh_worksheet_dup_key(kind, item_no);
  g_auto(GStrv) heads = bh_record_dup_heads(record, key);
  json_t *out = json_array();
  for (gsize i = 0; heads != NULL && heads[i] != NULL; i++)
    json_array_append_new(out, json_string(heads[i]));
  return out;
}

/* The names of areas whose codes are separated by spaces; an unknown area by its code. g_free. */
static char *name_areas(BhOfficeCall *call, const char *areas)
{
  const BhRegion *region = bh_hub_get_region(call->hub);
  g_auto(GStrv) codes = g_strsplit(areas, " ", -1);
  for (gsize i = 0; codes[i] != NULL && region != NULL; i++) {
    char *name = bh_region_dup_full_name(region, codes[i]);
    g_free(codes[i]);
    codes[i] = name;
  }
  return g_strjoinv(strcmp(call->lang, "en") == 0 ? ", " : "、", codes);
}

/* Adds what only the hub knows: the heads of the answers, conflicts, and names of areas. */
static void complete(const Sheet *sheet, json_t *view)
{
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(view, "items"), i, item) {
    json_t *heads = list_heads(sheet->kind, sheet->record, bh_json_string_or(item, "item", ""));
    json_object_set_new(item, "heads", heads);
    json_object_set_new(item, "conflict", json_boolean(json_array_size(heads) > 1));
  }
  json_array_foreach(json_object_get(view, "not_asked"), i, item) {
    const char *areas = bh_json_string_or(item, "areas", NULL);
    if (areas == NULL)
      continue;
    g_autofree char *names = name_areas(sheet->call, areas);
    json_object_set_new(item, "area_names", json_string(names));
  }
  const char *area = bh_kind_get_area(sheet->kind, &sheet->context);
  if (area != NULL) {
    g_autofree char *name = name_areas(sheet->call, area);
    json_object_set_new(view, "area", json_string(name));
  }
}

json_t *bh_office_worksheet(BhOfficeCall *call, GError **error)
{
  g_auto(Sheet) sheet = {0};
  const char *wanted = bh_office_get_argument(call, "list");
  if (!read_sheet(call, BH_ACCESS_RECORD, wanted, &sheet, error))
    return NULL;
  if (sheet.list == NULL)
    return json_pack("{s:s,s:b,s:[],s:[],s:O,s:O}", "label",
                     bh_field_get_label(bh_worksheet_find(sheet.kind), call->lang), "open", 0,
                     "items", "not_asked", "choices", sheet.choices, "codes_wanted",
                     bh_worksheet_get_codes(sheet.kind));
  json_t *view =
      bh_worksheet_resolve(sheet.kind, call->kinds, sheet.list, &sheet.context, call->lang);
  complete(&sheet, view);
  const json_t *values = bh_office_values(call, sheet.list_id);
  json_object_set_new(view, "list",
                      json_pack("{s:s,s:s,s:s,s:s}", "id", sheet.list_id, "name",
                                bh_json_string_or(values, "name", ""), "version",
                                bh_json_string_or(values, "version", ""), "source",
                                bh_json_string_or(values, "source", "")));
  if (sheet.choices != NULL)
    json_object_set(view, "choices", sheet.choices);
  return view;
}

/* --- answering --- */

/* What the store has for the item now, and who wrote it when; for a person whose answer was refused
 * because of it. NULL when it cannot be read. */
static json_t *describe_present(const Sheet *sheet, const char *item_no)
{
  BhOfficeCall *call = sheet->call;
  g_autoptr(BhRecord) record = bh_record_load(call->db, sheet->id, NULL);
  if (record == NULL)
    return NULL;
  g_autofree char *key = bh_worksheet_dup_key(sheet->kind, item_no);
  g_autoptr(json_t) values = bh_record_dup_values(record);
  const json_t *value = json_object_get(values, key);
  g_autofree char *label = bh_field_format_value(bh_worksheet_find(sheet->kind), value, call->lang);
  json_t *heads = list_heads(sheet->kind, record, item_no);
  json_t *out = json_pack("{s:s,s:s*,s:s*,s:s,s:O}", "item", item_no, "answer",
                          bh_json_string_or(value, "answer", NULL), "note",
                          bh_json_string_or(value, "note", NULL), "text", label, "heads", heads);
  g_autoptr(json_t) history =
      bh_hub_history(call->hub, call->db, sheet->id, G_MAXINT64, HISTORY_READ, NULL);
  const char *head = json_string_value(json_array_get(heads, 0));
  gsize i;
  json_t *entry;
  json_array_foreach(history, i, entry) {
    if (g_strcmp0(bh_json_string_or(entry, "entry", ""), head) != 0)
      continue;
    g_autofree char *at = bh_time_format(json_integer_value(json_object_get(entry, "received_ms")));
    json_object_set_new(out, "by", json_string(bh_json_string_or(entry, "by_name", "")));
    json_object_set_new(out, "at", json_string(at));
  }
  json_decref(heads);
  return out;
}

/* The heads of the item that the person saw. A call without request saw the present ones. */
static json_t *dup_expected(const Sheet *sheet, const char *item_no, GError **error)
{
  BhOfficeCall *call = sheet->call;
  if (call->request == NULL && json_object_get(call->body, "heads") == NULL)
    return list_heads(sheet->kind, sheet->record, item_no);
  return json_incref(bh_json_get_array(call->body, "heads", WHERE, error));
}

/* Whether the record has this answer already: the answer to an earlier request was lost, or two
 * people gave the same one. */
static gboolean is_given(const Sheet *sheet, const json_t *set, const char *item_no)
{
  g_autofree char *key = bh_worksheet_dup_key(sheet->kind, item_no);
  const json_t *stored = json_object_get(sheet->context.values, key);
  return stored != NULL && !bh_record_has_conflict(sheet->record, key) &&
         json_equal((json_t *)stored, json_object_get(set, key));
}

static json_t *write_answer(const Sheet *sheet, const json_t *set, const char *item_no,
                            GError **error)
{
  g_autoptr(json_t) expected = dup_expected(sheet, item_no, error);
  if (expected == NULL)
    return NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s,s:s,s:O}]", "record", sheet->id, "kind",
                                    bh_kind_get_name(sheet->kind), "set", set);
  g_autofree char *key = bh_worksheet_dup_key(sheet->kind, item_no);
  g_autoptr(GError) refused = NULL;
  BhOfficeChange change = {
      .call = sheet->call, .record = sheet->id, .key = key, .heads = expected, .ops = ops};
  json_t *done = bh_office_write_change(&change, &refused);
  if (g_error_matches(refused, BH_ERROR, BH_ERROR_CHAIN)) {
    json_t *present = describe_present(sheet, item_no);
    if (present != NULL)
      sheet->call->more = json_pack("{s:o}", "present", present);
  }
  if (refused != NULL)
    g_propagate_error(error, g_steal_pointer(&refused));
  else
    json_object_set_new(done, "heads", json_pack("[s]", bh_json_string_or(done, "entry", "")));
  return done;
}

json_t *bh_office_answer(BhOfficeCall *call, GError **error)
{
  g_auto(Sheet) sheet = {0};
  const char *item_no = bh_json_get_string(call->body, "item", WHERE, error);
  const char *answer =
      item_no != NULL ? bh_json_get_string(call->body, "answer", WHERE, error) : NULL;
  const char *note = bh_json_string_or(call->body, "note", "");
  if (answer == NULL ||
      !read_sheet(call, NULL, bh_json_string_or(call->body, "list", NULL), &sheet, error))
    return NULL;
  if (sheet.list == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                "record: the hub has no list in force for this record");
    return NULL;
  }
  g_autoptr(json_t) set = bh_worksheet_dup_set(sheet.kind, call->kinds, sheet.list, sheet.list_id,
                                               &sheet.context, item_no, answer, note, error);
  if (set == NULL)
    return NULL;
  if (!is_given(&sheet, set, item_no))
    return write_answer(&sheet, set, item_no, error);
  return json_pack("{s:s,s:b,s:o}", "record", sheet.id, "repeated", 1, "heads",
                   list_heads(sheet.kind, sheet.record, item_no));
}
