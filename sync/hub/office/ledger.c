/* Ledgers: lists that kinds declare. Everybody may open them; they show the records
 * that the person may see. */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/codes.h"
#include "schema/due.h"
#include "schema/error.h"
#include "schema/ledger.h"

#define FILTERS_MAX                                                                                \
  5                     /* filters of a list; those of the ledger itself count too (index/query.h) \
                         */
#define CODES_SHOWN 200 /* codes of a list in a filter */
#define WHERE_MAX 1000  /* bytes of "where" in a request */

/* --- what the page offers --- */

static json_t *describe_option(const char *code, const char *name)
{
  return json_pack("{s:s,s:s}", "code", code, "name", name);
}

/* The states by which the list can be filtered. */
static json_t *list_states(BhOfficeCall *call, const BhKind *kind, const json_t *ledger)
{
  json_t *out = json_array();
  g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
  for (guint i = 0; i < states->len; i++)
    if (ledger == NULL || bh_ledger_has_state(ledger, states->pdata[i]))
      json_array_append_new(
          out, describe_option(states->pdata[i],
                               bh_kind_get_state_label(kind, states->pdata[i], call->lang)));
  return out;
}

/* All codes of a list, because records keep those that are not offered any more. */
static void add_codes(BhOfficeCall *call, const BhField *field, const json_t *allowed, json_t *out)
{
  g_autoptr(json_t) codes =
      bh_code_list_known(bh_office_settings(call), bh_field_get_codes(field), call->lang);
  gsize i;
  json_t *one;
  json_array_foreach(codes, i, one) {
    const char *code = bh_json_string_or(one, "code", "");
    if (json_array_size(out) < CODES_SHOWN && (allowed == NULL || bh_json_has_name(allowed, code)))
      json_array_append_new(out, describe_option(code, bh_json_string_or(one, "label", code)));
  }
}

/* The values of a field by which the list can be filtered; `allowed`: those of the ledger's own
 * filter, NULL: all. */
static json_t *list_options(BhOfficeCall *call, const BhField *field, const json_t *allowed)
{
  json_t *out = json_array();
  /* Records in which the flag was never set are not in the index, so "no" cannot be found. */
  if (bh_field_get_type(field) == BH_FIELD_FLAG)
    json_array_append_new(out,
                          describe_option("true", strcmp(call->lang, "zh") == 0 ? "是" : "Yes"));
  if (bh_field_get_codes(field) != NULL)
    add_codes(call, field, allowed, out);
  for (gsize i = 0; i < bh_field_count_choices(field); i++) {
    const char *code = bh_field_get_choice_code(field, i);
    if (allowed == NULL || bh_json_has_name(allowed, code))
      json_array_append_new(out,
                            describe_option(code, bh_field_get_choice_label(field, i, call->lang)));
  }
  return out;
}

/* Adds a filter, unless there is nothing to choose. */
static void add_filter(json_t *filters, const char *name, const char *label, json_t *options,
                       gsize least)
{
  if (json_array_size(options) >= least && json_array_size(filters) < FILTERS_MAX)
    json_array_append_new(
        filters, json_pack("{s:s,s:s,s:O}", "name", name, "label", label, "options", options));
  json_decref(options);
}

/* The filters of a list: state, and indexed fields with choices. */
static json_t *list_filters(BhOfficeCall *call, const BhKind *kind, const json_t *ledger)
{
  json_t *out = json_array();
  const BhLedgerViewer viewer = {.today = call->today};
  g_autoptr(json_t) query = ledger != NULL ? bh_ledger_dup_query(kind, ledger, &viewer) : NULL;
  const json_t *where = json_object_get(query, "where");
  if (bh_kind_has_states(kind))
    add_filter(out, "state", strcmp(call->lang, "zh") == 0 ? "状态" : "State",
               list_states(call, kind, ledger), 2);
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    BhFieldType type = bh_field_get_type(field);
    const char *name = bh_field_get_name(field);
    const json_t *fixed = json_object_get(where, name);
    if (!bh_field_is_indexed(field) || bh_field_is_personal(field) || bh_field_is_retired(field) ||
        (type != BH_FIELD_CHOICE && type != BH_FIELD_CHOICES && type != BH_FIELD_FLAG &&
         type != BH_FIELD_ENUM_REF) ||
        (fixed != NULL && (type == BH_FIELD_FLAG || !json_is_array(fixed))))
      continue;
    add_filter(out, name, bh_field_get_label(field, call->lang), list_options(call, field, fixed),
               type == BH_FIELD_FLAG ? 1 : 2);
  }
  return out;
}

/* Whether records of the list can have a day. */
static gboolean has_days(const BhKind *kind, const json_t *ledger)
{
  return (ledger != NULL && bh_ledger_get_date(ledger) != NULL) || bh_due_is_possible(kind);
}

static gboolean is_overdue_list(const json_t *ledger)
{
  return json_is_true(json_object_get(ledger, "overdue"));
}

/* The name of the day by which the list can be ordered. */
static const char *get_day_label(BhOfficeCall *call, const BhKind *kind, const json_t *ledger)
{
  const char *date = ledger != NULL ? bh_ledger_get_date(ledger) : NULL;
  if (date != NULL)
    return bh_field_get_label(bh_kind_find_field(kind, date), call->lang);
  return strcmp(call->lang, "zh") == 0 ? "到期日" : "Due";
}

/* The columns of a row, const BhField*, without what it shows anyway: the fields of the title, and
 * the record of the directory. Free the array. */
static GPtrArray *pick_columns(BhOfficeCall *call, const BhKind *kind, const json_t *ledger)
{
  const char *title = bh_json_string_or(bh_kind_get_declaration(kind), "title", "");
  const char *subject = bh_kind_find_subject(call->kinds, kind);
  g_autoptr(GPtrArray) columns = bh_ledger_list_columns(kind, ledger);
  GPtrArray *out = g_ptr_array_new();
  for (guint i = 0; i < columns->len; i++) {
    const BhField *field = columns->pdata[i];
    g_autofree char *place = g_strdup_printf("{%s}", bh_field_get_name(field));
    if (strstr(title, place) == NULL && g_strcmp0(bh_field_get_name(field), subject) != 0)
      g_ptr_array_add(out, (gpointer)field);
  }
  return out;
}

static json_t *list_columns(BhOfficeCall *call, const BhKind *kind, const json_t *ledger)
{
  json_t *out = json_array();
  g_autoptr(GPtrArray) columns = pick_columns(call, kind, ledger);
  for (guint i = 0; i < columns->len; i++)
    json_array_append_new(out, json_string(bh_field_get_label(columns->pdata[i], call->lang)));
  return out;
}

/* `ledger` NULL: the list of all records of the kind. */
static json_t *describe(BhOfficeCall *call, const BhKind *kind, const json_t *ledger)
{
  g_autofree char *source = bh_source_dup_clauses(bh_json_string_or(ledger, "source", ""));
  const char *label = ledger != NULL ? bh_ledger_get_label(ledger, call->lang)
                                     : bh_kind_get_label(kind, call->lang);
  json_t *orders = is_overdue_list(ledger)  ? json_array()
                   : has_days(kind, ledger) ? json_pack("[s,s,s]", "changed", "title", "due")
                                            : json_pack("[s,s]", "changed", "title");
  json_t *out =
      json_pack("{s:s,s:s,s:s,s:s,s:o,s:o}", "kind", bh_kind_get_name(kind), "name",
                bh_json_string_or(ledger, "name", BH_OFFICE_LEDGER_ALL), "label", label, "source",
                source, "orders", orders, "filters", list_filters(call, kind, ledger));
  json_object_set_new(out, "kind_label", json_string(bh_kind_get_label(kind, call->lang)));
  json_object_set_new(out, "columns", list_columns(call, kind, ledger));
  if (has_days(kind, ledger))
    json_object_set_new(out, "day", json_string(get_day_label(call, kind, ledger)));
  bh_office_add_group(call, kind, out);
  return out;
}

json_t *bh_office_list_ledgers(BhOfficeCall *call)
{
  json_t *out = json_array();
  const GPtrArray *kinds = bh_kind_set_list(call->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    gsize index;
    json_t *ledger;
    json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "ledgers"), index, ledger) {
      if (bh_ledger_is_in_menu(ledger, BH_MENU_OFFICE))
        json_array_append_new(out, describe(call, kind, ledger));
    }
    if (bh_kind_is_in_menu(kind, BH_MENU_OFFICE))
      json_array_append_new(out, describe(call, kind, NULL));
  }
  return out;
}

json_t *bh_office_due(BhOfficeCall *call, const BhKind *kind, const char *record,
                      const json_t *values)
{
  BhContext context;
  BhDue due;
  bh_office_context(call, record, values, &context);
  return bh_due_find(kind, &context, &due) ? bh_due_to_json(&due, call->now_ms) : NULL;
}

/* --- filters --- */

/* The state with this code or label; NULL when there is none. */
static const char *find_state(const BhKind *kind, const char *typed)
{
  g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
  for (guint i = 0; i < states->len; i++) {
    const char *state = states->pdata[i];
    if (strcmp(state, typed) == 0 ||
        strcmp(bh_kind_get_state_label(kind, state, "zh"), typed) == 0 ||
        g_ascii_strcasecmp(bh_kind_get_state_label(kind, state, "en"), typed) == 0)
      return state;
  }
  return NULL;
}

/* An error about a filter, in the language of the call. */
static void refuse(BhOfficeCall *call, const char *name, BhErrorCode code, const char *zh,
                   const char *en, GError **error)
{
  gboolean is_zh = strcmp(call->lang, "zh") == 0;
  g_set_error(error, BH_ERROR, (gint)code, is_zh ? "筛选 where.%.64s：%s" : "where.%.64s: %s", name,
              is_zh ? zh : en);
}

/* The value of a filter; NULL with an error. */
static json_t *read_filter(BhOfficeCall *call, const BhKind *kind, const char *name,
                           const char *typed, GError **error)
{
  const BhField *field = bh_kind_find_field(kind, name);
  gboolean is_state = strcmp(name, "state") == 0 && bh_kind_has_states(kind);
  const char *state = is_state ? find_state(kind, typed) : NULL;
  g_autoptr(GError) wrong = NULL;
  if (state != NULL)
    return json_string(state);
  if (!is_state && (field == NULL || bh_field_is_personal(field) || !bh_field_is_indexed(field))) {
    refuse(call, name, BH_ERROR_UNKNOWN, "不是本类记录可筛选的字段",
           "must be an indexed field of the kind", error);
    return NULL;
  }
  g_autoptr(json_t) value = is_state ? NULL : bh_field_parse_typed(field, typed, &wrong);
  if (value != NULL && !json_is_null(value) && !json_is_object(value))
    return g_steal_pointer(&value);
  g_autofree char *message =
      wrong != NULL ? g_strdup_printf("%s.%s", bh_kind_get_name(kind), wrong->message) : NULL;
  g_autofree char *words = message != NULL ? bh_office_format_reason(call, message) : NULL;
  refuse(call, name, BH_ERROR_INVALID, words != NULL ? words : "没有这个值",
         words != NULL ? words : "there is no such value", error);
  return NULL;
}

json_t *bh_office_read_where(BhOfficeCall *call, const BhKind *kind, const json_t *given,
                             GError **error)
{
  g_autoptr(json_t) where = json_object();
  const char *name;
  json_t *texts;
  json_object_foreach((json_t *)given, name, texts) {
    json_t *values = json_array();
    json_object_set_new(where, name, values);
    gsize n = json_is_array(texts) ? json_array_size(texts) : 1;
    if (n == 0) {
      refuse(call, name, BH_ERROR_INVALID, "没有写值", "has no value", error);
      return NULL;
    }
    for (gsize i = 0; i < n; i++) {
      const char *typed =
          json_string_value(json_is_array(texts) ? json_array_get(texts, i) : texts);
      json_t *value = read_filter(call, kind, name, typed != NULL ? typed : "", error);
      if (value == NULL)
        return NULL;
      if (json_is_array(value))
        json_array_extend(values, value);
      else
        json_array_append(values, value);
      json_decref(value);
    }
  }
  return g_steal_pointer(&where);
}

static gboolean has_value(const json_t *list, const json_t *value)
{
  if (!json_is_array(list))
    return json_equal((json_t *)list, (json_t *)value);
  for (gsize i = 0; i < json_array_size(list); i++)
    if (json_equal(json_array_get(list, i), (json_t *)value))
      return TRUE;
  return FALSE;
}

void bh_office_narrow(json_t *query, const json_t *where)
{
  json_t *all = json_object_get(query, "where");
  const char *name;
  json_t *values;
  if (all == NULL) {
    all = json_object();
    json_object_set_new(query, "where", all);
  }
  json_object_foreach((json_t *)where, name, values) {
    const json_t *declared = json_object_get(all, name);
    json_t *both = json_array();
    for (gsize i = 0; i < json_array_size(values); i++)
      if (declared == NULL || has_value(declared, json_array_get(values, i)))
        json_array_append(both, json_array_get(values, i));
    json_object_set_new(all, name, both);
  }
}

/* --- queries --- */

/* Reads filters "FIELD:CODE,CODE;FIELD:CODE" from the query of a request. NULL with an error. */
static json_t *split_where(const char *text, GError **error)
{
  g_autoptr(json_t) out = json_object();
  if (text == NULL)
    return g_steal_pointer(&out);
  g_auto(GStrv) parts = g_strsplit(text, ";", -1);
  for (gsize i = 0; parts[i] != NULL; i++) {
    const char *colon = strchr(parts[i], ':');
    if (*parts[i] == '\0')
      continue;
    if (colon == NULL || strlen(text) > WHERE_MAX) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                  "where: must be FIELD:CODE,CODE;FIELD:CODE in at most %d bytes", WHERE_MAX);
      return NULL;
    }
    g_autofree char *name = g_strndup(parts[i], (gsize)(colon - parts[i]));
    g_auto(GStrv) codes = g_strsplit(colon + 1, ",", -1);
    json_t *values = json_array();
    for (gsize k = 0; codes[k] != NULL; k++)
      json_array_append_new(values, json_string(codes[k]));
    json_object_set_new(out, name, values);
  }
  return g_steal_pointer(&out);
}

/* The kind and the ledger that the request names; *ledger NULL: all records of the kind. NULL with
 * an error. */
static const BhKind *find_ledger(BhOfficeCall *call, const json_t **ledger, GError **error)
{
  const char *kind_name = bh_office_get_argument(call, "kind");
  const char *name = bh_office_get_argument(call, "name");
  const BhKind *kind = kind_name != NULL ? bh_kind_set_find(call->kinds, kind_name) : NULL;
  *ledger = kind != NULL ? bh_kind_find_ledger(kind, name) : NULL;
  if (kind != NULL && (*ledger != NULL || (g_strcmp0(name, BH_OFFICE_LEDGER_ALL) == 0 &&
                                           bh_kind_is_in_menu(kind, BH_MENU_OFFICE))))
    return kind;
  g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
              "kind, name: no kind \"%.64s\" with a ledger \"%.64s\"",
              kind_name != NULL ? kind_name : "", name != NULL ? name : "");
  return NULL;
}

/* Reads a day of the request. *given: whether there is one. FALSE with an error. */
static gboolean read_day(BhOfficeCall *call, const char *name, BhDate *day, gboolean *given,
                         GError **error)
{
  const char *text = bh_office_get_argument(call, name);
  *given = text != NULL && *text != '\0';
  if (!*given || bh_date_parse(text, day, NULL))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
              strcmp(call->lang, "zh") == 0 ? "%s：“%.32s”不是日期（年-月-日）"
                                            : "%s: \"%.32s\" is not a date YYYY-MM-DD",
              name, text);
  return FALSE;
}

/* Limits the query to the days that the request names ("from", "to"; both included), and orders it
 * by day. */
static gboolean limit_days(BhOfficeCall *call, const BhKind *kind, const json_t *ledger,
                           json_t *query, GError **error)
{
  BhDate from, to;
  gboolean has_from, has_to;
  const char *order = bh_json_string_or(query, "order", "due");
  if (!read_day(call, "from", &from, &has_from, error) ||
      !read_day(call, "to", &to, &has_to, error))
    return FALSE;
  if (!has_from && !has_to)
    return TRUE;
  if (!has_days(kind, ledger) || strcmp(order, "due") != 0) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID,
                        "from, to: a list of a period is ordered by a day, which this one is not");
    return FALSE;
  }
  json_object_set_new(query, "order", json_string("due"));
  if (has_from) {
    g_autofree char *first = bh_date_format(&from);
    json_object_set_new(query, "due_from", json_string(first));
  }
  if (has_to) {
    BhDate next = bh_date_add_days(to, 1);
    g_autofree char *bound = bh_date_format(&next);
    const char *earlier = bh_json_string_or(query, "due_before", NULL);
    if (earlier == NULL || strcmp(bound, earlier) < 0)
      json_object_set_new(query, "due_before", json_string(bound));
  }
  return TRUE;
}

json_t *bh_office_ledger_query(BhOfficeCall *call, GError **error)
{
  const json_t *ledger;
  const char *order = bh_office_get_argument(call, "order");
  const BhKind *kind = find_ledger(call, &ledger, error);
  g_autoptr(json_t) given =
      kind != NULL ? split_where(bh_office_get_argument(call, "where"), error) : NULL;
  g_autoptr(json_t) where = given != NULL ? bh_office_read_where(call, kind, given, error) : NULL;
  if (where == NULL)
    return NULL;
  if (order != NULL && *order != '\0' && is_overdue_list(ledger)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID,
                        "order: this ledger is always ordered by day");
    return NULL;
  }
  const BhLedgerViewer viewer = {.actor = call->staff,
                                 .unit = bh_json_string_or(call->staff_values, "unit", NULL),
                                 .today = call->today,
                                 .now_ms = call->now_ms};
  g_autoptr(json_t) query = ledger != NULL ? bh_ledger_dup_query(kind, ledger, &viewer)
                                           : json_pack("{s:s}", "kind", bh_kind_get_name(kind));
  bh_office_narrow(query, where);
  json_object_set_new(query, "limit", json_integer(BH_OFFICE_PAGE_MAX));
  bh_office_pass_query(call, query, "order");
  bh_office_pass_query(call, query, "area");
  bh_office_pass_query(call, query, "search");
  return limit_days(call, kind, ledger, query, error) ? g_steal_pointer(&query) : NULL;
}

/* Adds the texts of the columns to a row. */
static void add_columns(BhOfficeCall *call, const GPtrArray *columns, const json_t *values,
                        json_t *row)
{
  json_t *texts = json_array();
  for (guint i = 0; i < columns->len; i++) {
    const BhField *field = columns->pdata[i];
    g_autofree char *text =
        bh_field_is_personal(field)
            ? g_strdup("")
            : bh_office_format(call, field, json_object_get(values, bh_field_get_name(field)));
    json_array_append_new(texts, json_string(text));
  }
  json_object_set_new(row, "columns", texts);
}

json_t *bh_office_ledger(BhOfficeCall *call, GError **error)
{
  const json_t *ledger;
  g_autoptr(json_t) query = bh_office_ledger_query(call, error);
  const BhKind *kind = query != NULL ? find_ledger(call, &ledger, error) : NULL;
  if (kind == NULL)
    return NULL;
  bh_office_pass_query(call, query, "after");
  g_autoptr(json_t) page = bh_office_list(call, query, error);
  if (page == NULL)
    return NULL;
  g_autoptr(GPtrArray) columns = pick_columns(call, kind, ledger);
  json_t *rows = json_array();
  gsize index;
  json_t *row;
  json_array_foreach(json_object_get(page, "rows"), index, row) {
    json_t *shown = bh_office_row(call, row);
    add_columns(call, columns, json_object_get(row, "values"), shown);
    json_array_append_new(rows, shown);
  }
  json_t *after = json_object_get(page, "after");
  return json_pack("{s:o,s:O*}", "rows", rows, "after", json_is_null(after) ? NULL : after);
}
