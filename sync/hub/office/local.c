/* The acts, files and lists of a person without HTTP (office.h, bh_office_run). The functions are
 * those of the routes; what a request has in its path and query is in the body here. Start at
 * bh_office_run. */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/act.h"
#include "schema/error.h"
#include "schema/ledger.h"
#include "sync/hub/office/office-store.h"
#include "sync/hub/office/upload.h"

/* Query members of a list that the caller gives; those of a ledger replace them. */
static const char *const LIST_MEMBERS[] = {"parent",   "search",     "order", "day",
                                           "due_from", "due_before", "after", "limit"};

static json_t *list_acts(BhOfficeCall *call, GError **error)
{
  const char *id = bh_json_string_or(call->body, "record", NULL);
  BhContext context;
  bh_office_context(call, NULL, NULL, &context);
  if (id == NULL)
    return json_pack("{s:[],s:o}", "acts", "creations",
                     bh_office_list_creations(call, BH_ACT_FROM_OFFICE, &context));
  g_autofree char *newest = NULL;
  g_autoptr(BhRecord) record = bh_office_load_visible(call, id, BH_ACCESS_RECORD, error);
  if (record == NULL || !bh_office_store_newest_entry(call->db, id, &newest, error))
    return NULL;
  const char *name = bh_record_get_kind(record);
  const BhKind *kind = bh_kind_set_find(call->kinds, name);
  bh_office_context(call, id, bh_office_values(call, id), &context);
  return json_pack("{s:o,s:o,s:s}", "acts",
                   kind != NULL ? bh_office_list_acts(call, kind, &context) : json_array(),
                   "creations", bh_office_list_creations(call, name, &context), "covers", newest);
}

/* Sets the "act" of the body, if it is missing, to the only act of `acts` whose name begins with
 * `prefix` and whose kind is `kind` (NULL: any). FALSE with an error that lists them when there are
 * several, or none. */
static gboolean pick_act(BhOfficeCall *call, const json_t *acts, const char *prefix,
                         const char *kind, GError **error)
{
  g_autoptr(GString) names = g_string_new(NULL);
  json_t *found = NULL;
  guint n = 0;
  gsize i;
  json_t *act;
  if (json_object_get(call->body, "act") != NULL)
    return TRUE;
  json_array_foreach((json_t *)acts, i, act) {
    const char *name = bh_json_string_or(act, "act", "");
    if (!g_str_has_prefix(name, prefix) ||
        (kind != NULL && strcmp(bh_json_string_or(act, "kind", ""), kind) != 0))
      continue;
    found = json_object_get(act, "act");
    g_string_append_printf(names, "%s%s", n++ > 0 ? ", " : "", name);
  }
  if (n == 1)
    json_object_set(call->body, "act", found);
  else if (n == 0)
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED,
                "no act %s… is open to this person here now; \"acts\" lists what is", prefix);
  else
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "several acts are open, name one of %s",
                names->str);
  return n == 1;
}

/* Names the creation of the kind in the body, if it is not named. */
static gboolean pick_creation(BhOfficeCall *call, GError **error)
{
  const char *origin = bh_json_string_or(call->body, "origin", NULL);
  const char *kind = bh_json_string_or(call->body, "kind", "");
  g_autoptr(BhRecord) record =
      origin != NULL ? bh_office_load_visible(call, origin, NULL, error) : NULL;
  BhContext context;
  if (origin != NULL && record == NULL)
    return FALSE;
  if (bh_kind_set_find(call->kinds, kind) == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "there is no kind \"%.64s\"", kind);
    return FALSE;
  }
  bh_office_context(call, origin, origin != NULL ? bh_office_values(call, origin) : NULL, &context);
  g_autoptr(json_t) acts = bh_office_list_creations(
      call, record != NULL ? bh_record_get_kind(record) : BH_ACT_FROM_OFFICE, &context);
  return pick_act(call, acts, "create/", kind, error);
}

/* Reads the files with which the record is made ([{"role","path"}]) into the uploads of the call,
 * which end with it. */
static gboolean keep_files(BhOfficeCall *call, GError **error)
{
  const json_t *attach = json_object_get(call->body, "attach");
  json_t *ids = json_array();
  json_object_set_new(call->body, "files", ids);
  gsize i;
  json_t *file;
  json_array_foreach((json_t *)attach, i, file) {
    static const char *const members[] = {"role", "path"};
    for (gsize k = 0; k < G_N_ELEMENTS(members); k++)
      json_object_set_new(call->body, members[k],
                          json_string(bh_json_string_or(file, members[k], "")));
    json_t *upload = bh_office_keep_path(call, error);
    if (upload == NULL)
      return FALSE;
    json_array_append_new(ids, upload);
  }
  return TRUE;
}

static json_t *create(BhOfficeCall *call, GError **error)
{
  char id[BH_ID_LEN + 1];
  bh_office_make_id(call->office, id);
  if (json_object_get(call->body, "record") == NULL)
    json_object_set_new(call->body, "record", json_string(id));
  return pick_creation(call, error) && keep_files(call, error) ? bh_office_create(call, error)
                                                               : NULL;
}

/* Names the correction of the record in the body, if no act is named. */
static gboolean pick_edit(BhOfficeCall *call, GError **error)
{
  if (json_object_get(call->body, "act") != NULL)
    return TRUE;
  g_autoptr(json_t) open = list_acts(call, error);
  return open != NULL && pick_act(call, json_object_get(open, "acts"), "edit/", NULL, error);
}

static json_t *resolve_form(BhOfficeCall *call, GError **error)
{
  gboolean exists = json_object_get(call->body, "record") != NULL;
  return (exists ? pick_edit(call, error) : pick_creation(call, error))
             ? bh_office_form(call, error)
             : NULL;
}

/* Names the record as the route does. FALSE with an error when it is not named. */
static gboolean name_record(BhOfficeCall *call, GError **error)
{
  const char *id = bh_json_get_string(call->body, "record", "body", error);
  if (id != NULL)
    json_object_set_new(call->body, "id", json_string(id));
  return id != NULL;
}

static json_t *do_act(BhOfficeCall *call, GError **error)
{
  g_autofree char *newest = NULL;
  if (!name_record(call, error) || !pick_edit(call, error))
    return NULL;
  const char *id = bh_office_get_argument(call, "id");
  if (json_object_get(call->body, "covers") == NULL) {
    /* bh_office_act refuses a record that the person may not see, whatever is covered. */
    if (!bh_office_store_newest_entry(call->db, id, &newest, error))
      return NULL;
    json_object_set_new(call->body, "covers", json_string(newest));
  }
  return bh_office_act(call, error);
}

static json_t *unseal(BhOfficeCall *call, GError **error)
{
  return name_record(call, error) ? bh_office_unseal(call, error) : NULL;
}

static json_t *show_worksheet(BhOfficeCall *call, GError **error)
{
  return name_record(call, error) ? bh_office_worksheet(call, error) : NULL;
}

static json_t *answer(BhOfficeCall *call, GError **error)
{
  return name_record(call, error) ? bh_office_answer(call, error) : NULL;
}

static json_t *attach(BhOfficeCall *call, GError **error)
{
  return name_record(call, error) ? bh_office_attach_path(call, error) : NULL;
}

/* The query of a list; NULL with an error. */
static json_t *read_query(BhOfficeCall *call, GError **error)
{
  const char *name = bh_json_get_string(call->body, "kind", "list", error);
  const BhKind *kind = name != NULL ? bh_kind_set_find(call->kinds, name) : NULL;
  const char *ledger_name = bh_json_string_or(call->body, "ledger", NULL);
  const json_t *ledger =
      kind != NULL && ledger_name != NULL ? bh_kind_find_ledger(kind, ledger_name) : NULL;
  if (name == NULL)
    return NULL;
  if (kind == NULL || (ledger_name != NULL && ledger == NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "list: there is no %s \"%.64s\"",
                kind == NULL ? "kind" : "ledger", kind == NULL ? name : ledger_name);
    return NULL;
  }
  g_autoptr(json_t) where =
      bh_office_read_where(call, kind, json_object_get(call->body, "where"), error);
  if (where == NULL)
    return NULL;
  json_t *query = json_pack("{s:s}", "kind", name);
  for (gsize i = 0; i < G_N_ELEMENTS(LIST_MEMBERS); i++)
    json_object_set(query, LIST_MEMBERS[i], json_object_get(call->body, LIST_MEMBERS[i]));
  if (ledger != NULL) {
    const BhLedgerViewer viewer = {.actor = call->staff,
                                   .unit = bh_json_string_or(call->staff_values, "unit", NULL),
                                   .today = call->today};
    g_autoptr(json_t) declared = bh_ledger_dup_query(kind, ledger, &viewer);
    json_object_update(query, declared);
  }
  bh_office_narrow(query, where);
  return query;
}

static json_t *list(BhOfficeCall *call, GError **error)
{
  g_autoptr(json_t) query = read_query(call, error);
  g_autoptr(json_t) page = query != NULL ? bh_office_list(call, query, error) : NULL;
  if (page == NULL)
    return NULL;
  json_t *rows = json_array();
  gsize at;
  json_t *row;
  json_array_foreach(json_object_get(page, "rows"), at, row) {
    json_t *shown = bh_office_row(call, row);
    json_object_set(shown, "values", json_object_get(row, "values"));
    json_array_append_new(rows, shown);
  }
  return json_pack("{s:o,s:O}", "rows", rows, "after", json_object_get(page, "after"));
}

static const struct {
  const char *name;
  gboolean changes;
  BhOfficeWork run;
} WORKS[] = {
    {"acts", FALSE, list_acts}, {"form", FALSE, resolve_form}, {"create", TRUE, create},
    {"act", TRUE, do_act},      {"attach", TRUE, attach},      {"worksheet", FALSE, show_worksheet},
    {"answer", TRUE, answer},   {"list", FALSE, list},         {"unseal", TRUE, unseal}};

/* Logs who changed what from the shell, or tried to. Values are not logged, because people wrote
 * them. */
static void note_change(const BhOfficeCall *call, const char *what, const json_t *result,
                        const GError *error)
{
  g_message("shell: %s: %s of %s%s%s", call->staff, what,
            bh_json_string_or(result != NULL ? result : call->body, "record", "a new record"),
            error != NULL ? " is refused: " : "",
            error == NULL               ? ""
            : error->domain == BH_ERROR ? bh_error_code_name((BhErrorCode)error->code)
                                        : "failed");
}

static json_t *run(BhOfficeCall *call, const char *what, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS(WORKS); i++) {
    if (strcmp(WORKS[i].name, what) != 0)
      continue;
    g_autoptr(GError) failed = NULL;
    g_autoptr(json_t) result = WORKS[i].run(call, &failed);
    if (WORKS[i].changes)
      note_change(call, what, result, failed);
    if (failed != NULL)
      g_propagate_error(error, g_steal_pointer(&failed));
    /* What was shown must be in the log before it is given away. */
    return result != NULL && bh_office_log_access(call, error) ? g_steal_pointer(&result) : NULL;
  }
  g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "office: there is no \"%.32s\"", what);
  return NULL;
}

json_t *bh_office_run(BhHub *hub, const char *staff, const char *lang, const char *what,
                      const json_t *params, GError **error)
{
  BhOffice office = {.hub = hub};
  BhOfficeCall call = {.body = params != NULL ? json_deep_copy(params) : json_object()};
  g_autoptr(GError) failed = NULL;
  g_mutex_init(&office.lock);
  bh_id_source_init(&office.ids, bh_hub_get_clock(hub), bh_hub_get_random(hub));
  office.uploads = bh_office_uploads_new(hub);
  json_t *result =
      bh_office_call_begin(&call, &office, strcmp(lang, "en") == 0 ? "en" : "zh", &failed) &&
              bh_office_load_staff(&call, staff, &failed)
          ? run(&call, what, &failed)
          : NULL;
  json_t *problems = json_object_get(call.more, "problems");
  if (failed != NULL && problems != NULL)
    result = json_pack("{s:O}", "problems", problems);
  else if (failed != NULL)
    g_propagate_error(error, g_steal_pointer(&failed));
  bh_office_call_clear(&call);
  bh_office_uploads_free(office.uploads);
  g_mutex_clear(&office.lock);
  return result;
}
