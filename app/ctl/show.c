/* The commands that print lists, records, status and queue. */
#include <stdio.h>
#include <string.h>

#include "app/ctl/command.h"
#include "schema/civil.h"
#include "schema/codes.h"
#include "schema/compute.h"
#include "schema/error.h"

#define LIMIT_DEFAULT 50
#define PAGE_MAX 200

static gint64 number_of(const json_t *object, const char *key)
{
  return json_integer_value(json_object_get(object, key));
}

static void print_time(const char *label, gint64 ms)
{
  g_autofree char *text = ms > 0 ? bh_time_format(ms) : g_strdup("never");
  printf("%-14s %s\n", label, text);
}

/* --- list --- */

/* A value of --where, in the form in which the index has it: as typed for its field. A field that
 * the kind does not have is left to the store, which names it. NULL with an error. */
static json_t *parse_where(BhLink *link, const BhKind *kind, const char *name, const char *typed,
                           GError **error)
{
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, name) : NULL;
  g_autoptr(json_t) value = field == NULL ? json_string(typed)
                            : bh_field_get_codes(field) != NULL
                                ? bh_field_read_code(field, typed, bh_link_get_codes(link), error)
                                : bh_field_parse_typed(field, typed, error);

  if (value == NULL || (!json_is_null(value) && !json_is_object(value)))
    return g_steal_pointer(&value);
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "--where: %s needs a value", name);
  return NULL;
}

/* Several values of one field mean any of them. */
static gboolean read_where(const BhCtlOptions *options, BhLink *link, const BhKind *kind,
                           json_t *query, GError **error)
{
  json_t *where = json_object();

  json_object_set_new(query, "where", where);
  for (char **item = options->where; item != NULL && *item != NULL; item++) {
    g_autofree char *name = NULL;
    const char *typed = bh_ctl_split("--where", *item, &name, error);
    g_autoptr(json_t) value = typed != NULL ? parse_where(link, kind, name, typed, error) : NULL;
    if (value == NULL)
      return FALSE;
    json_t *values = json_object_get(where, name);
    if (values == NULL) {
      values = json_array();
      json_object_set_new(where, name, values);
    }
    if (json_is_array(value))
      json_array_extend(values, value);
    else
      json_array_append(values, value);
  }
  return TRUE;
}

/* Adds a day that was given (NULL: none) to the query. */
static gboolean read_day(const char *day, const char *name, json_t *query, GError **error)
{
  BhDate date;
  if (day == NULL)
    return TRUE;
  if (!bh_date_parse(day, &date, error))
    return FALSE;
  json_object_set_new(query, name, json_string(day));
  return TRUE;
}

static json_t *make_query(const BhCtlOptions *options, BhLink *link, GError **error)
{
  const struct {
    const char *name;
    const char *value;
  } members[] = {{"kind", options->arguments[0]}, {"search", options->search},
                 {"parent", options->parent},     {"order", options->order},
                 {"after", options->after},       {"viewer", options->by}};
  g_autoptr(json_t) query = json_object();
  BhKindSet *kinds = bh_link_get_kinds(link, error);

  if (kinds == NULL)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
    if (members[i].value != NULL)
      json_object_set_new(query, members[i].name, json_string(members[i].value));
  if (!read_day(options->due_from, "due_from", query, error) ||
      !read_day(options->due_before, "due_before", query, error))
    return NULL;
  return read_where(options, link, bh_kind_set_find(kinds, options->arguments[0]), query, error)
             ? g_steal_pointer(&query)
             : NULL;
}

static json_t *fetch(const BhCtlOptions *options, BhLink *link, GError **error)
{
  g_autoptr(json_t) query = make_query(options, link, error);
  g_autoptr(json_t) rows = json_array();
  gsize limit = options->limit > 0 ? (gsize)options->limit : LIMIT_DEFAULT;
  json_t *after = NULL;

  if (query == NULL)
    return NULL;
  do {
    gsize left = MIN(limit - json_array_size(rows), PAGE_MAX);
    json_object_set_new(query, "limit", json_integer((json_int_t)left));
    g_autoptr(json_t) page = bh_link_call(link, "list", json_pack("{s:O}", "query", query), error);
    if (page == NULL)
      return NULL;
    json_array_extend(rows, json_object_get(page, "rows"));
    after = json_object_get(page, "after");
    json_object_set(query, "after", after);
  } while (json_is_string(json_object_get(query, "after")) && json_array_size(rows) < limit);
  return json_pack("{s:O, s:O}", "rows", rows, "after", json_object_get(query, "after"));
}

static void print_row(const BhKind *kind, const json_t *row)
{
  const char *state = bh_json_string_or(row, "state", NULL);
  const char *label =
      state != NULL && kind != NULL ? bh_kind_get_state_label(kind, state, bh_ctl_get_lang()) : "";

  printf("%s  %-12s %s%s%s%s\n", bh_json_string_or(row, "id", ""), label,
         bh_json_string_or(row, "title", ""), number_of(row, "pending") > 0 ? "  [not sent]" : "",
         json_is_true(json_object_get(row, "conflict")) ? "  [conflict]" : "",
         json_is_object(json_object_get(row, "review")) ? "  [review]" : "");
}

BhCtlExit bh_ctl_list(const BhCtlOptions *options)
{
  g_autoptr(GError) error = NULL;
  gsize index;
  json_t *row;

  g_autoptr(BhLink) link = bh_link_open(options->store, &error);
  g_autoptr(json_t) found = link != NULL ? fetch(options, link, &error) : NULL;
  if (found == NULL)
    return bh_ctl_fail(error);
  if (options->json) {
    bh_ctl_print_json(found);
    return BH_CTL_OK;
  }
  BhKindSet *kinds = bh_link_get_kinds(link, NULL);
  const BhKind *kind = kinds != NULL ? bh_kind_set_find(kinds, options->arguments[0]) : NULL;
  json_array_foreach(json_object_get(found, "rows"), index, row) {
    print_row(kind, row);
  }
  if (json_is_string(json_object_get(found, "after")))
    printf("There are more: go on with --after '%s'.\n", bh_json_string_or(found, "after", ""));
  return BH_CTL_OK;
}

/* --- show, history --- */

char *bh_ctl_format(BhLink *link, const BhField *field, const json_t *value)
{
  return bh_field_format_with(field, value,
                              bh_field_get_codes(field) != NULL ? bh_link_get_codes(link) : NULL,
                              bh_ctl_get_lang());
}

static void print_values(BhLink *link, const BhKind *kind, const json_t *values)
{
  const char *lang = bh_ctl_get_lang();
  const char *key;
  json_t *value;

  json_object_foreach((json_t *)values, key, value) {
    const BhField *field = kind != NULL ? bh_kind_find_field(kind, key) : NULL;
    if (strcmp(key, "state") == 0 && kind != NULL && json_is_string(value)) {
      printf("  State: %s\n", bh_kind_get_state_label(kind, json_string_value(value), lang));
      continue;
    }
    g_autofree char *text = field != NULL ? bh_ctl_format(link, field, value) : bh_json_dump(value);
    printf("  %s: %s\n", field != NULL ? bh_field_get_label(field, lang) : key, text);
  }
}

static void print_computed(const BhKind *kind, const json_t *computed)
{
  const char *lang = bh_ctl_get_lang();
  const char *key;
  json_t *item;

  json_object_foreach((json_t *)computed, key, item) {
    const BhField *field = kind != NULL ? bh_kind_find_field(kind, key) : NULL;
    g_autofree char *text = field != NULL ? bh_computed_format(field, item, lang) : NULL;
    if (text != NULL)
      printf("  %s: %s\n", bh_field_get_label(field, lang), text);
  }
}

static void print_record(BhLink *link, const json_t *record)
{
  BhKindSet *kinds = bh_link_get_kinds(link, NULL);
  const char *name = bh_json_string_or(record, "kind", "");
  const BhKind *kind = kinds != NULL ? bh_kind_set_find(kinds, name) : NULL;
  const json_t *review = json_object_get(record, "review");

  printf("%s: %s\n", kind != NULL ? bh_kind_get_label(kind, bh_ctl_get_lang()) : name,
         bh_json_string_or(record, "title", ""));
  print_values(link, kind, json_object_get(record, "values"));
  print_computed(kind, json_object_get(record, "computed"));
  if (number_of(record, "pending") > 0)
    printf("%" G_GINT64_FORMAT " entries have not left yet\n", number_of(record, "pending"));
  if (json_array_size(json_object_get(record, "conflicts")) > 0)
    printf("%" G_GSIZE_FORMAT " fields are in conflict\n",
           json_array_size(json_object_get(record, "conflicts")));
  if (json_is_object(review))
    printf("Review: %s\n", bh_json_string_or(review, "comment", ""));
}

BhCtlExit bh_ctl_show(const BhCtlOptions *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhLink) link = bh_link_open(options->store, &error);
  g_autoptr(json_t) record =
      link != NULL ? bh_link_call(link, "get",
                                  json_pack("{s:s, s:s*}", "id", options->arguments[0], "author",
                                            options->by),
                                  &error)
                   : NULL;

  if (record == NULL)
    return bh_ctl_fail(error);
  if (options->json)
    bh_ctl_print_json(record);
  else
    print_record(link, record);
  return BH_CTL_OK;
}

/* Prints: deadline "2026-12-01" -> "2026-12-20". Values are JSON; without an old value there is no
 * arrow. */
static void print_set(const json_t *set, gboolean follows)
{
  const json_t *replaced = json_object_get(set, "replaced");
  g_autofree char *value = bh_json_dump(json_object_get(set, "value"));
  printf("%s %s ", follows ? "," : "", bh_json_string_or(set, "key", ""));
  for (gsize i = 0; i < json_array_size(replaced); i++) {
    g_autofree char *old = bh_json_dump(json_array_get(replaced, i));
    printf("%s%s", i > 0 ? " / " : "", old);
  }
  printf("%s%s", json_array_size(replaced) > 0 ? " -> " : "", value != NULL ? value : "null");
}

static void print_entry(const json_t *entry)
{
  g_autofree char *time_text = bh_time_format(number_of(entry, "at_ms"));
  const json_t *sets = json_object_get(entry, "sets");

  printf("%s  %-11s %s ", time_text, bh_json_string_or(entry, "status", ""),
         bh_json_string_or(entry, "by_name", ""));
  for (gsize i = 0; i < json_array_size(sets); i++)
    print_set(json_array_get(sets, i), i > 0);
  if (json_object_get(entry, "why") != NULL)
    printf(": %s", bh_json_string_or(entry, "why", ""));
  printf("\n");
}

static BhCtlExit print_array(const BhCtlOptions *options, const char *method, json_t *params,
                             const char *name, void (*print)(const json_t *item))
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) owned_params = params;
  gsize index;
  json_t *item;

  g_autoptr(BhLink) link = bh_link_open(options->store, &error);
  g_autoptr(json_t) answer =
      link != NULL ? bh_link_call(link, method, json_incref(owned_params), &error) : NULL;
  if (answer == NULL)
    return bh_ctl_fail(error);
  if (options->json) {
    bh_ctl_print_json(answer);
    return BH_CTL_OK;
  }
  json_array_foreach(json_object_get(answer, name), index, item) {
    print(item);
  }
  return BH_CTL_OK;
}

BhCtlExit bh_ctl_history(const BhCtlOptions *options)
{
  return print_array(options, "history", json_pack("{s:s}", "id", options->arguments[0]), "entries",
                     print_entry);
}

/* --- status, queue, staff, doctor --- */

static const char *describe_encryption(const char *state)
{
  if (strcmp(state, "encrypted") == 0)
    return "encrypted";
  return strcmp(state, "plain") == 0 ? "not encrypted: who finds the device can read its records"
                                     : "not known whether it is encrypted";
}

static void print_status(const json_t *status)
{
  g_autofree char *bytes = g_format_size((guint64)number_of(status, "bytes_pending"));
  const char *last_error = bh_json_string_or(status, "last_error", NULL);
  const char *lease = bh_json_string_or(status, "lease", "good");

  printf("%-14s %s\n", "State", bh_json_string_or(status, "state", ""));
  printf("%-14s %" G_GINT64_FORMAT " entries, %" G_GINT64_FORMAT " files (%s), %" G_GINT64_FORMAT
         " drafts\n",
         "Not sent yet", number_of(status, "pending"), number_of(status, "files_pending"), bytes,
         number_of(status, "drafts"));
  printf("%-14s %" G_GINT64_FORMAT " entries\n", "At the hub", number_of(status, "delivered"));
  printf("%-14s %" G_GINT64_FORMAT " conflicts, %" G_GINT64_FORMAT " quarantined by the hub\n",
         "To review", number_of(status, "conflicts"), number_of(status, "quarantined"));
  if (number_of(status, "damaged") > 0)
    printf("%-14s %" G_GINT64_FORMAT " entries, set aside (see bihuanctl damaged)\n",
           "Damaged here", number_of(status, "damaged"));
  printf("%-14s %s\n", "Disk", describe_encryption(bh_json_string_or(status, "encryption", "")));
  print_time("Last sync", number_of(status, "last_sync_ms"));
  if (last_error != NULL)
    printf("%-14s %s\n", "Last error", last_error);
  if (strcmp(lease, "good") != 0)
    print_time(strcmp(lease, "ended") == 0 ? "Sign-in ended" : "Sign-in ends",
               number_of(status, "lease_until_ms"));
}

BhCtlExit bh_ctl_status(const BhCtlOptions *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhLink) link = bh_link_open(options->store, &error);
  g_autoptr(json_t) status = link != NULL ? bh_link_call(link, "status", NULL, &error) : NULL;

  if (status == NULL)
    return bh_ctl_fail(error);
  if (options->json)
    bh_ctl_print_json(status);
  else
    print_status(status);
  return BH_CTL_OK;
}

static void print_queued(const json_t *item)
{
  g_autofree char *time_text = bh_time_format(number_of(item, "at_ms"));

  printf("%s  %-5s  %-13s %s  %s\n", time_text, bh_json_string_or(item, "what", ""),
         bh_json_string_or(item, "why_code", ""), bh_json_string_or(item, "title", ""),
         bh_json_string_or(item, "by_name", ""));
}

BhCtlExit bh_ctl_queue(const BhCtlOptions *options)
{
  return print_array(options, "queue",
                     json_pack("{s:i}", "limit", options->limit > 0 ? options->limit : 50), "items",
                     print_queued);
}

static void print_person(const json_t *person)
{
  printf("%s  %s%s\n", bh_json_string_or(person, "id", ""), bh_json_string_or(person, "name", ""),
         json_object_get(person, "locked_until_ms") != NULL ? "  [locked]" : "");
}

BhCtlExit bh_ctl_staff(const BhCtlOptions *options)
{
  return print_array(options, "list_staff", NULL, "staff", print_person);
}

static void print_damaged(const json_t *item)
{
  g_autofree char *time_text = bh_time_format(number_of(item, "at_ms"));

  printf("%s  %s  %s\n", time_text, bh_json_string_or(item, "entry", "-"),
         bh_json_string_or(item, "reason", ""));
}

BhCtlExit bh_ctl_damaged(const BhCtlOptions *options)
{
  return print_array(options, "damaged", NULL, "entries", print_damaged);
}

BhCtlExit bh_ctl_doctor(const BhCtlOptions *options)
{
  g_autoptr(GError) error = NULL;
  gboolean all_ok = TRUE;
  gsize index;
  json_t *check;

  g_autoptr(BhLink) link = bh_link_open(options->store, &error);
  g_autoptr(json_t) answer = link != NULL ? bh_link_call(link, "doctor", NULL, &error) : NULL;
  if (answer == NULL)
    return bh_ctl_fail(error);
  json_array_foreach(json_object_get(answer, "checks"), index, check) {
    gboolean ok = json_is_true(json_object_get(check, "ok"));
    all_ok = all_ok && ok;
    if (!options->json)
      printf("%-4s %-10s %s\n",
             !ok                                               ? "BAD"
             : json_is_true(json_object_get(check, "warning")) ? "look"
                                                               : "ok",
             bh_json_string_or(check, "name", ""), bh_json_string_or(check, "text", ""));
  }
  if (options->json)
    bh_ctl_print_json(answer);
  return all_ok ? BH_CTL_OK : BH_CTL_FAILED;
}

BhCtlExit bh_ctl_tidy(const BhCtlOptions *options)
{
  g_autoptr(GError) error = NULL;

  g_autoptr(BhLink) link = bh_link_open(options->store, &error);
  g_autoptr(json_t) answer =
      link != NULL ? bh_link_call(link, "remove_orphans", NULL, &error) : NULL;
  if (answer == NULL)
    return bh_ctl_fail(error);
  if (options->json)
    bh_ctl_print_json(answer);
  else
    printf("%" G_GINT64_FORMAT " files removed, %" G_GINT64_FORMAT " bytes\n",
           number_of(answer, "files"), number_of(answer, "bytes"));
  return BH_CTL_OK;
}
