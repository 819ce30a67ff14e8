/* Declarations of deadlines, and the fields of other records on which they depend. Deadlines are
 * computed in due.c. Start at bh_deadline_parse. */
#include "schema/kind-internal.h"

#include <string.h>

#include "schema/due.h"

#define PATH_MAX_BYTES 200
#define PATHS_MAX 4
#define HOURS_MAX 8784 /* a leap year */
#define DAYS_MAX 3660
#define MONTHS_MAX 120
#define WARN_MAX 366

/* --- parsing --- */

/* The field of the record itself at which a path begins; g_free. */
static char *dup_first(const char *path)
{
  return g_strndup(path, strcspn(path, "."));
}

const char *bh_deadline_get_path(const BhDeadline *deadline, gsize index)
{
  if (json_is_array(deadline->paths))
    return json_string_value(json_array_get(deadline->paths, index));
  return index == 0 ? json_string_value(deadline->paths) : NULL;
}

/* The path to a field that the step itself asks for or stamps, so that its value is not known
 * before the step is taken; NULL: none. */
static const char *find_late_path(const BhTransition *transition, const BhDeadline *deadline)
{
  const char *path;
  for (gsize i = 0; (path = bh_deadline_get_path(deadline, i)) != NULL; i++) {
    g_autofree char *first = dup_first(path);
    if ((transition->asks != NULL &&
         g_strv_contains((const char *const *)transition->asks, first)) ||
        json_object_get(transition->stamps, first) != NULL)
      return path;
  }
  return NULL;
}

/* Whether the step leaves the record in its state. What it asks for is then known from the last
 * time, and a deadline that is counted from there is the interval of the step. */
static gboolean is_repeated(const BhTransition *transition, const BhDeadline *deadline)
{
  const json_t *from = json_object_get(transition->declaration, "from");
  return deadline->amount != NULL && bh_json_has_name(from, transition->to);
}

/* *out: the member `key`, a path or an array of paths. */
static gboolean parse_paths(BhPlace *place, const json_t *declaration, const char *key,
                            const json_t **out)
{
  const json_t *given = json_object_get(declaration, key);
  const json_t *paths = NULL;
  const char *path = NULL;
  *out = given;
  if (!json_is_array(given))
    return bh_place_string(place, declaration, key, FALSE, PATH_MAX_BYTES, &path);
  gsize index;
  json_t *one;
  if (!bh_place_array(place, declaration, key, TRUE, PATHS_MAX, &paths))
    return FALSE;
  json_array_foreach((json_t *)paths, index, one) {
    if (!json_is_string(one) || json_string_length(one) > PATH_MAX_BYTES)
      return bh_place_fail_at(place, key, "must be a path, or an array of paths");
  }
  return TRUE;
}

static gboolean parse_amount(BhPlace *place, const json_t *declaration, BhDeadline *deadline,
                             int *units)
{
  static const struct {
    const char *key;
    BhDeadlineUnit unit;
    gint64 max;
  } words[] = {{"hours", BH_UNIT_HOURS, HOURS_MAX},
               {"days", BH_UNIT_DAYS, DAYS_MAX},
               {"workdays", BH_UNIT_WORKDAYS, DAYS_MAX},
               {"months", BH_UNIT_MONTHS, MONTHS_MAX}};
  *units = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
    const json_t *amount = NULL;
    if (!bh_number_parse(place, declaration, words[i].key, 0, words[i].max, &amount))
      return FALSE;
    if (amount == NULL)
      continue;
    deadline->amount = amount;
    deadline->unit = words[i].unit;
    (*units)++;
  }
  return TRUE;
}

static gboolean parse_members(BhPlace *place, const json_t *declaration, BhDeadline *deadline)
{
  static const char *const allowed[] = {"text",    "field",  "from",       "hours",
                                        "days",    "months", "workdays",   "day_of_month",
                                        "setting", "warn",   "not_before", NULL};
  const char *field = NULL, *setting = NULL;
  const json_t *from = NULL;
  int units = 0;
  if (!bh_place_is_object(place, declaration, allowed) ||
      !bh_place_label(place, declaration, "text", TRUE) ||
      !bh_place_string(place, declaration, "field", FALSE, PATH_MAX_BYTES, &field) ||
      !parse_paths(place, declaration, "from", &from) ||
      !bh_place_name(place, declaration, "setting", FALSE, &setting) ||
      !parse_amount(place, declaration, deadline, &units) ||
      !bh_place_int(place, declaration, "day_of_month", 1, 31, &deadline->day_of_month) ||
      !bh_number_parse(place, declaration, "warn", 0, WARN_MAX, &deadline->warn) ||
      !bh_number_parse(place, declaration, "not_before", 0, DAYS_MAX, &deadline->not_before))
    return FALSE;
  if ((from != NULL) != (units == 1) || units > 1)
    return bh_place_fail(place, "\"from\" and exactly one of hours, days, workdays and months must "
                                "be given together");
  if ((from != NULL) + (field != NULL) + (setting != NULL) > 1)
    return bh_place_fail(place, "only one of field, from and setting can be given");
  if (deadline->day_of_month > 0 && deadline->unit != BH_UNIT_MONTHS)
    return bh_place_fail_at(place, "day_of_month", "needs \"months\"");
  deadline->paths = from != NULL ? from : json_object_get(declaration, "field");
  if (deadline->paths == NULL && (deadline->warn != NULL || deadline->not_before != NULL))
    return bh_place_fail(place, "\"warn\" and \"not_before\" need \"field\" or \"from\"");
  return TRUE;
}

gboolean bh_deadline_parse(BhPlace *place, BhTransition *transition)
{
  const json_t *declaration = json_object_get(transition->declaration, "deadline");
  if (declaration == NULL)
    return TRUE;
  BhDeadline deadline = {.paths = NULL};
  gsize mark = bh_place_enter(place, "deadline");
  if (!parse_members(place, declaration, &deadline))
    return FALSE;
  const char *late = find_late_path(transition, &deadline);
  if (late != NULL && is_repeated(transition, &deadline))
    late = NULL;
  if (late != NULL && deadline.not_before != NULL)
    return bh_place_fail_at(place, "not_before", "the step itself sets the field \"%s\"", late);
  if (deadline.paths != NULL && late == NULL)
    transition->deadline = g_memdup2(&deadline, sizeof deadline);
  bh_place_leave(place, mark);
  return TRUE;
}

/* --- second pass --- */

/* Checks the paths in `key`. */
static gboolean check_path(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                           const json_t *declaration, const char *key, const int *types)
{
  const BhDeadline deadline = {.paths = json_object_get(declaration, key)};
  const char *path;
  gsize mark = bh_place_enter(place, key);
  for (gsize i = 0; (path = bh_deadline_get_path(&deadline, i)) != NULL; i++) {
    if (g_str_has_prefix(path, "actor."))
      return bh_place_fail(place, "a deadline cannot depend on the acting person");
    if (!bh_path_check(place, set, kind, path, types))
      return FALSE;
  }
  bh_place_leave(place, mark);
  return TRUE;
}

gboolean bh_deadline_resolve(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                             const BhTransition *transition)
{
  static const int days[] = {BH_FIELD_DATE, BH_FIELD_TIME, -1};
  static const int starts[] = {BH_FIELD_DATE, BH_FIELD_TIME, BH_FIELD_MONTH, -1};
  static const int moments[] = {BH_FIELD_TIME, -1};
  static const char *const amounts[] = {"hours",  "days", "workdays",
                                        "months", "warn", "not_before"};
  const json_t *declaration = json_object_get(transition->declaration, "deadline");
  if (declaration == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, "deadline");
  const int *from = json_object_get(declaration, "hours") != NULL ? moments : starts;
  if (!check_path(place, set, kind, declaration, "field", days) ||
      !check_path(place, set, kind, declaration, "from", from))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS(amounts); i++)
    if (!bh_number_resolve(place, set, amounts[i], json_object_get(declaration, amounts[i]), TRUE))
      return FALSE;
  bh_place_leave(place, mark);
  return TRUE;
}

/* --- fields on which other records depend --- */

static void add_due_field(BhKind *kind, const char *field)
{
  if (g_hash_table_lookup(kind->field_index, field) == NULL)
    return;
  if (kind->due_fields == NULL)
    kind->due_fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_add(kind->due_fields, g_strdup(field));
}

/* Adds the fields that a path reads, except the one of the record itself (`own`). */
static void add_path(const BhKindSet *set, BhKind *kind, const char *path, gboolean own)
{
  g_autofree char *first = dup_first(path);
  const BhField *field = g_hash_table_lookup(kind->field_index, first);
  if (!own)
    add_due_field(kind, first);
  const char *rest = path + strlen(first);
  for (gsize i = 0;
       *rest == '.' && field != NULL && field->ref_kinds != NULL && field->ref_kinds[i] != NULL;
       i++) {
    BhKind *next = g_hash_table_lookup(set->index, field->ref_kinds[i]);
    if (next != NULL)
      add_path(set, next, rest + 1, FALSE);
  }
}

static void add_paths(const BhKindSet *set, BhKind *kind, const json_t *paths, gboolean own)
{
  for (gsize i = 0; i < json_array_size(paths); i++)
    add_path(set, kind, json_string_value(json_array_get(paths, i)), own);
  if (json_is_string(paths))
    add_path(set, kind, json_string_value(paths), own);
}

/* Adds the fields that lead to the area of records of the kind (bh_kind_get_area). */
static void add_area(const BhKindSet *set, BhKind *kind, GHashTable *seen, gboolean own)
{
  if (!g_hash_table_add(seen, kind))
    return;
  if (!kind->inherits) {
    add_paths(set, kind, json_object_get(kind->declaration, "area_from"), own);
    return;
  }
  const BhField *parent = g_hash_table_lookup(kind->field_index, kind->parent);
  if (!own)
    add_due_field(kind, kind->parent);
  for (gsize i = 0; parent != NULL && parent->ref_kinds != NULL && parent->ref_kinds[i] != NULL;
       i++) {
    BhKind *above = g_hash_table_lookup(set->index, parent->ref_kinds[i]);
    if (above != NULL)
      add_area(set, above, seen, FALSE);
  }
}

void bh_kind_set_link_deadlines(BhKindSet *set)
{
  for (guint i = 0; i < set->kinds->len; i++) {
    BhKind *kind = set->kinds->pdata[i];
    for (guint k = 0; k < kind->transitions->len; k++) {
      const BhDeadline *deadline =
          ((const BhTransition *)g_ptr_array_index(kind->transitions, k))->deadline;
      if (deadline == NULL)
        continue;
      add_paths(set, kind, deadline->paths, TRUE);
      if (bh_number_get_setting(deadline->amount) != NULL) {
        g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
        add_area(set, kind, seen, TRUE);
      }
    }
  }
}
