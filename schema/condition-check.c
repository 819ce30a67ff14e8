/* Checks conditions when a kind set is loaded: every path, code and operand must match the
 * declarations. Otherwise a typing mistake in a kind would make a guard that always holds. Does not
 * evaluate conditions (condition.c). Start with check(). */
#include "schema/condition-internal.h"

#include <string.h>
#include "schema/answer.h"
#include "schema/civil.h"

#define DEPTH_MAX 12
#define OPERANDS_MAX 60
#define PATH_STEPS_MAX 5

static void add_kinds_of_ref(const BhKindSet *set, const BhField *field, GPtrArray *kinds)
{
  for (gsize i = 0; field->ref_kinds != NULL && field->ref_kinds[i] != NULL; i++) {
    const BhKind *kind = bh_kind_set_find(set, field->ref_kinds[i]);
    if (kind != NULL && !g_ptr_array_find(kinds, kind, NULL))
      g_ptr_array_add(kinds, (gpointer)kind);
  }
}

/* Whether a path may end at a computed field here. */
static gboolean may_read(BhPlace *place, const BhKind *kind, const BhField *field)
{
  if (place->stored_only)
    return bh_place_fail(place,
                         "field \"%s\" of %s is computed; only a stored value can be used "
                         "here",
                         field->name, kind->name);
  if (place->in_list && field->reads_records)
    return bh_place_fail(place,
                         "field \"%s\" of %s is computed from other records, so it cannot be "
                         "used for each record of a list",
                         field->name, kind->name);
  return TRUE;
}

GArray *bh_path_find_ends(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                          const char *path)
{
  if (path == NULL || path[0] == '\0') {
    bh_place_fail(place, "a path must be a string that is not empty");
    return NULL;
  }
  g_auto(GStrv) steps = g_strsplit(path, ".", PATH_STEPS_MAX + 2);
  g_autoptr(GPtrArray) kinds = g_ptr_array_new();
  gsize first = 0;
  if (g_str_equal(steps[0], "actor")) {
    const BhKind *staff = bh_kind_set_find(set, "staff");
    if (staff == NULL) {
      bh_place_fail(place, "\"%.80s\": the kind set does not declare the kind \"staff\"", path);
      return NULL;
    }
    g_ptr_array_add(kinds, (gpointer)staff);
    first = 1;
  } else {
    g_ptr_array_add(kinds, (gpointer)kind);
  }
  guint count = g_strv_length(steps);
  if (count > PATH_STEPS_MAX || count == first) {
    bh_place_fail(place, "path \"%.80s\" must have at most %d steps, and one after \"actor\"", path,
                  PATH_STEPS_MAX);
    return NULL;
  }
  g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(BhPathEnd));
  for (gsize i = first; i < count; i++) {
    g_autoptr(GPtrArray) next = g_ptr_array_new();
    g_array_set_size(ends, 0);
    for (guint k = 0; k < kinds->len; k++) {
      const BhKind *candidate = g_ptr_array_index(kinds, k);
      BhPathEnd end = {candidate, g_hash_table_lookup(candidate->field_index, steps[i])};
      if (end.field == NULL && !(g_str_equal(steps[i], "state") && candidate->states->len > 0))
        continue;
      if (end.field != NULL && end.field->openers != NULL) {
        bh_place_fail(place, "path \"%.80s\": %s.%s is sealed, so no rule may read it", path,
                      candidate->name, end.field->name);
        return NULL;
      }
      if (end.field != NULL && end.field->compute != NULL && !may_read(place, candidate, end.field))
        return NULL;
      g_array_append_val(ends, end);
      if (end.field != NULL && end.field->type == BH_FIELD_REF)
        add_kinds_of_ref(set, end.field, next);
    }
    if (ends->len == 0) {
      if (kinds->len > 0)
        bh_place_fail(place, "path \"%.80s\": %s has no field \"%.60s\"", path,
                      ((const BhKind *)g_ptr_array_index(kinds, 0))->name, steps[i]);
      else
        bh_place_fail(place, "path \"%.80s\": \"%.60s\" must follow a ref field", path, steps[i]);
      return NULL;
    }
    g_clear_pointer(&kinds, g_ptr_array_unref);
    kinds = g_steal_pointer(&next);
  }
  return g_steal_pointer(&ends);
}

static gboolean ends_have_type(const GArray *ends, const int *types)
{
  for (guint i = 0; i < ends->len; i++) {
    const BhPathEnd *end = &g_array_index(ends, BhPathEnd, i);
    for (gsize k = 0; end->field != NULL && types[k] >= 0; k++)
      if ((int)end->field->type == types[k])
        return TRUE;
  }
  return FALSE;
}

/* The names of the types in `types`, a list that ends with -1, as in "date or time"; g_free. */
static char *format_types(const int *types)
{
  GString *text = g_string_new(NULL);
  for (gsize i = 0; types[i] >= 0; i++)
    g_string_append_printf(text, "%s%s",
                           i == 0              ? ""
                           : types[i + 1] >= 0 ? ", "
                                               : " or ",
                           bh_field_type_get_name((BhFieldType)types[i]));
  return g_string_free(text, FALSE);
}

gboolean bh_path_check_readable(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                const char *path, const int *types)
{
  g_autoptr(GArray) ends = bh_path_find_ends(place, set, kind, path);
  if (ends == NULL)
    return FALSE;
  if (types == NULL || ends_have_type(ends, types))
    return TRUE;
  g_autofree char *names = format_types(types);
  return bh_place_fail(place, "path \"%s\" must end at a field of type %s", path, names);
}

gboolean bh_path_check(BhPlace *place, const BhKindSet *set, const BhKind *kind, const char *path,
                       const int *types)
{
  gboolean stored_only = place->stored_only;
  place->stored_only = TRUE;
  gboolean is_valid = bh_path_check_readable(place, set, kind, path, types);
  place->stored_only = stored_only;
  return is_valid;
}

gboolean bh_path_is_personal(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                             const char *path)
{
  g_autoptr(GArray) ends = bh_path_find_ends(place, set, kind, path);
  for (guint i = 0; ends != NULL && i < ends->len; i++) {
    const BhField *field = g_array_index(ends, BhPathEnd, i).field;
    if (field != NULL && field->personal)
      return TRUE;
  }
  return FALSE;
}

static gboolean value_fits_end(const BhPathEnd *end, const json_t *value)
{
  if (end->field == NULL)
    return json_is_string(value) && bh_kind_find_state(end->kind, json_string_value(value)) != NULL;
  BhDate date;
  BhAnswer answer;
  switch (end->field->type) {
  case BH_FIELD_CHOICE:
  case BH_FIELD_CHOICES:
    return bh_field_find_choice(end->field, json_string_value(value)) != NULL;
  case BH_FIELD_ITEMS:
    return bh_answer_from_code(json_string_value(value), &answer);
  case BH_FIELD_FLAG:
    return json_is_boolean(value);
  case BH_FIELD_INTEGER:
  case BH_FIELD_DURATION:
  case BH_FIELD_TIME:
    return json_is_integer(value);
  case BH_FIELD_MONTH:
    return json_is_string(value) && bh_date_parse_month(json_string_value(value), &date, NULL);
  case BH_FIELD_DATE:
    return json_is_string(value) && bh_date_parse(json_string_value(value), &date, NULL);
  default:
    return json_is_string(value);
  }
}

/* Checks {"field": path} as an operand: a comparison with another field. */
static gboolean check_other_field(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                  const json_t *operand, const int *types)
{
  static const char *const allowed[] = {"field", NULL};
  const char *path = NULL;
  return bh_place_is_object(place, operand, allowed) &&
         bh_place_string(place, operand, "field", TRUE, 200, &path) &&
         bh_path_check_readable(place, set, kind, path, types);
}

static gboolean check_value(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                            const GArray *ends, const json_t *value)
{
  if (json_is_object(value))
    return check_other_field(place, set, kind, value, NULL);
  for (guint i = 0; i < ends->len; i++)
    if (value_fits_end(&g_array_index(ends, BhPathEnd, i), value))
      return TRUE;
  if (json_is_string(value))
    return bh_place_fail(place, "\"%.60s\" is not a valid value of this field",
                         json_string_value(value));
  return bh_place_fail(place, "is not a valid value of this field");
}

static gboolean check_values(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                             const GArray *ends, const json_t *operand, gboolean single)
{
  if (single && !json_is_array(operand))
    return check_value(place, set, kind, ends, operand);
  if (!json_is_array(operand) || json_array_size(operand) == 0 ||
      json_array_size(operand) > OPERANDS_MAX)
    return bh_place_fail(place, "must be an array of 1 to %d values", OPERANDS_MAX);
  gsize index;
  json_t *value;
  json_array_foreach((json_t *)operand, index, value) {
    gsize mark = bh_place_enter_index(place, index);
    if (!check_value(place, set, kind, ends, value))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static const int moments[] = {BH_FIELD_DATE, BH_FIELD_TIME, BH_FIELD_MONTH, -1};

static gboolean check_moment(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                             const json_t *operand)
{
  if (json_is_object(operand))
    return check_other_field(place, set, kind, operand, moments);
  const char *text = json_string_value(operand);
  BhDate date;
  if (g_strcmp0(text, "today") == 0 || (text != NULL && (bh_date_parse(text, &date, NULL) ||
                                                         bh_date_parse_month(text, &date, NULL))))
    return TRUE;
  return bh_place_fail(
      place, "must be \"today\", a date YYYY-MM-DD, a month YYYY-MM or {\"field\": path}");
}

static gboolean is_area_code(const char *text)
{
  gsize len = text != NULL ? strlen(text) : 0;
  return (len == 6 || len == 9 || len == 12) && strspn(text, "0123456789") == len;
}

/* Checks {"setting": name} as an operand. */
static gboolean check_setting(BhPlace *place, const BhKindSet *set, const json_t *operand)
{
  static const char *const allowed[] = {"setting", NULL};
  const char *name = NULL;
  return bh_place_is_object(place, operand, allowed) &&
         bh_place_name(place, operand, "setting", TRUE, &name) &&
         bh_number_resolve(place, set, "setting", operand, FALSE);
}

static gboolean check_operand(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                              const GArray *ends, const char *word, const json_t *operand)
{
  static const int many[] = {BH_FIELD_CHOICES, BH_FIELD_REFS, BH_FIELD_ITEMS, -1};
  static const int counted[] = {
      BH_FIELD_INTEGER,  BH_FIELD_DECIMAL, BH_FIELD_MONEY, BH_FIELD_PERCENT,
      BH_FIELD_DURATION, BH_FIELD_CHOICES, BH_FIELD_REFS,  -1};
  static const int amounts[] = {BH_FIELD_MONEY, BH_FIELD_PERCENT, -1};
  static const int areas[] = {BH_FIELD_AREA, -1};
  static const int hashes[] = {BH_FIELD_HASH, -1};
  static const int texts[] = {BH_FIELD_TEXT, BH_FIELD_LONGTEXT, BH_FIELD_PAPER, -1};
  const int *wanted = NULL;
  if (g_str_equal(word, "has"))
    wanted = many;
  else if (g_str_equal(word, "before") || g_str_equal(word, "after"))
    wanted = moments;
  else if (g_str_has_prefix(word, "at_"))
    wanted = counted;
  else if (g_str_equal(word, "within"))
    wanted = areas;
  else if (g_str_equal(word, "digest_of"))
    wanted = hashes;
  if (wanted != NULL && !ends_have_type(ends, wanted)) {
    g_autofree char *names = format_types(wanted);
    return bh_place_fail(place, "can only be used for a field of type %s", names);
  }
  /* "12.5" and "12.50" are one amount, and "is" compares texts. */
  if ((g_str_equal(word, "is") || g_str_equal(word, "in")) && ends_have_type(ends, amounts))
    return bh_place_fail(place, "cannot be used for a field of type money or percent; "
                                "use at_least and at_most");
  if (g_str_equal(word, "empty"))
    return json_is_boolean(operand) || bh_place_fail(place, "must be true or false");
  if (g_str_equal(word, "is"))
    return check_value(place, set, kind, ends, operand);
  if (g_str_equal(word, "in") || g_str_equal(word, "has"))
    return check_values(place, set, kind, ends, operand, word[0] == 'h');
  if (wanted == moments)
    return check_moment(place, set, kind, operand);
  if (wanted == hashes)
    return json_is_string(operand)
               ? bh_path_check(place, set, kind, json_string_value(operand), texts)
               : bh_place_fail(place, "must be a path");
  if (wanted == areas)
    return json_is_object(operand)
               ? check_other_field(place, set, kind, operand, areas)
               : is_area_code(json_string_value(operand)) ||
                     bh_place_fail(place, "must be an area code or {\"field\": path}");
  if (json_is_object(operand))
    return check_setting(place, set, operand);
  return json_is_integer(operand) ||
         bh_place_fail(place, "must be an integer or {\"setting\": name}");
}

static gboolean check_field_condition(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                      const json_t *condition)
{
  static const char *const allowed[] = {"field",    "is",      "in",        "has",
                                        "empty",    "before",  "after",     "within",
                                        "at_least", "at_most", "digest_of", NULL};
  const char *path = NULL;
  if (!bh_place_is_object(place, condition, allowed) ||
      !bh_place_string(place, condition, "field", TRUE, 200, &path))
    return FALSE;
  if (json_object_size(condition) != 2)
    return bh_place_fail(place, "needs exactly one of is, in, has, empty, before, after, within, "
                                "at_least, at_most, digest_of");
  gsize mark = bh_place_enter(place, "field");
  g_autoptr(GArray) ends = bh_path_find_ends(place, set, kind, path);
  if (ends == NULL)
    return FALSE;
  bh_place_leave(place, mark);
  for (gsize i = 1; allowed[i] != NULL; i++) {
    const json_t *operand = json_object_get(condition, allowed[i]);
    if (operand == NULL)
      continue;
    mark = bh_place_enter(place, allowed[i]);
    if (!check_operand(place, set, kind, ends, allowed[i], operand))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static gboolean check(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                      const json_t *condition, int depth);

static gboolean check_over_records(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                   const json_t *condition, const char *word, int depth)
{
  static const char *const allowed_plain[] = {"any", "every", "where", NULL};
  static const char *const allowed_count[] = {"count",    "where",   "distinct",
                                              "at_least", "at_most", NULL};
  gboolean counting = g_str_equal(word, "count");
  if (!bh_place_is_object(place, condition, counting ? allowed_count : allowed_plain))
    return FALSE;
  const json_t *where = json_object_get(condition, "where");
  if (!counting && (where == NULL || json_object_size(condition) != 2))
    return bh_place_fail(place, "\"%s\" needs \"where\" and nothing else", word);
  if (counting && json_object_get(condition, "at_least") == NULL &&
      json_object_get(condition, "at_most") == NULL)
    return bh_place_fail(place, "\"count\" needs \"at_least\" or \"at_most\"");
  const json_t *least = NULL, *most = NULL;
  const char *distinct = NULL;
  if (!bh_number_parse(place, condition, "at_least", 0, 100000, &least) ||
      !bh_number_parse(place, condition, "at_most", 0, 100000, &most) ||
      !bh_number_resolve(place, set, "at_least", least, FALSE) ||
      !bh_number_resolve(place, set, "at_most", most, FALSE) ||
      !bh_place_string(place, condition, "distinct", FALSE, 200, &distinct))
    return FALSE;
  g_autoptr(GPtrArray) kinds = g_ptr_array_new();
  gsize mark = bh_place_enter(place, word);
  if (!bh_source_check(place, set, kind, json_object_get(condition, word), kinds))
    return FALSE;
  bh_place_leave(place, mark);
  gboolean in_list = place->in_list, is_valid = TRUE;
  place->in_list = TRUE;
  for (guint i = 0; is_valid && i < kinds->len; i++) {
    const BhKind *element = g_ptr_array_index(kinds, i);
    if (distinct != NULL && !bh_path_check_readable(place, set, element, distinct, NULL))
      return FALSE;
    mark = bh_place_enter(place, "where");
    is_valid = where == NULL || check(place, set, element, where, depth + 1);
    bh_place_leave(place, mark);
  }
  place->in_list = in_list;
  return is_valid;
}

static gboolean check_actor(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                            const json_t *condition, const char *word)
{
  static const int refs[] = {BH_FIELD_REF, -1};
  if (json_object_size(condition) != 1)
    return bh_place_fail(place, "\"%s\" must be the only member", word);
  gsize mark = bh_place_enter(place, word);
  const json_t *operand = json_object_get(condition, word);
  if (!g_str_equal(word, "actor_role")) {
    if (!bh_path_check(place, set, kind, json_string_value(operand), refs))
      return FALSE;
  } else {
    g_autoptr(GArray) ends = bh_path_find_ends(place, set, kind, "actor.roles");
    if (ends == NULL || !check_values(place, set, kind, ends, operand, TRUE))
      return FALSE;
  }
  bh_place_leave(place, mark);
  return TRUE;
}

static gboolean check_join(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                           const json_t *condition, const char *word, int depth)
{
  if (json_object_size(condition) != 1)
    return bh_place_fail(place, "\"%s\" must be the only member", word);
  const json_t *operand = json_object_get(condition, word);
  gsize mark = bh_place_enter(place, word);
  if (g_str_equal(word, "not")) {
    if (!check(place, set, kind, operand, depth + 1))
      return FALSE;
    bh_place_leave(place, mark);
    return TRUE;
  }
  if (!json_is_array(operand) || json_array_size(operand) == 0 ||
      json_array_size(operand) > OPERANDS_MAX)
    return bh_place_fail(place, "must be an array of 1 to %d conditions", OPERANDS_MAX);
  gsize index;
  json_t *part;
  json_array_foreach((json_t *)operand, index, part) {
    gsize inner = bh_place_enter_index(place, index);
    if (!check(place, set, kind, part, depth + 1))
      return FALSE;
    bh_place_leave(place, inner);
  }
  bh_place_leave(place, mark);
  return TRUE;
}

static gboolean check(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                      const json_t *condition, int depth)
{
  static const char *const joins[] = {"all", "any_of", "not"};
  static const char *const over[] = {"any", "every", "count"};
  static const char *const actors[] = {"actor_is", "actor_not", "actor_role", "actor_unit"};
  if (!json_is_object(condition))
    return bh_place_fail(place, "a condition must be an object");
  if (depth > DEPTH_MAX)
    return bh_place_fail(place, "conditions are nested deeper than %d", DEPTH_MAX);
  for (gsize i = 0; i < G_N_ELEMENTS(joins); i++)
    if (json_object_get(condition, joins[i]) != NULL)
      return check_join(place, set, kind, condition, joins[i], depth);
  for (gsize i = 0; i < G_N_ELEMENTS(over); i++)
    if (json_object_get(condition, over[i]) != NULL)
      return check_over_records(place, set, kind, condition, over[i], depth);
  for (gsize i = 0; i < G_N_ELEMENTS(actors); i++)
    if (json_object_get(condition, actors[i]) != NULL)
      return check_actor(place, set, kind, condition, actors[i]);
  return check_field_condition(place, set, kind, condition);
}

gboolean bh_condition_check_part(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                 const json_t *condition, int depth)
{
  return check(place, set, kind, condition, depth);
}

gboolean bh_condition_check(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                            const json_t *condition)
{
  return check(place, set, kind, condition, 0);
}

gboolean bh_condition_check_stored(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                   const json_t *condition)
{
  gboolean stored_only = place->stored_only;
  place->stored_only = TRUE;
  gboolean is_valid = check(place, set, kind, condition, 0);
  place->stored_only = stored_only;
  return is_valid;
}

static gboolean check_scope_of_parts(BhPlace *place, const json_t *parts, const char *word,
                                     gboolean actor)
{
  const char *key;
  json_t *part;
  gsize index;
  json_array_foreach((json_t *)parts, index, part) {
    gsize mark = bh_place_enter_index(place, index);
    if (!bh_condition_check_scope(place, part, word, actor))
      return FALSE;
    bh_place_leave(place, mark);
  }
  json_object_foreach((json_t *)parts, key, part) {
    gsize mark = bh_place_enter(place, key);
    if (!bh_condition_check_scope(place, part, word, actor))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

/* Member of the condition, not of its parts, that depends on the acting person; NULL: none. */
static const char *find_actor_member(const json_t *condition)
{
  const char *key;
  json_t *operand;
  json_object_foreach((json_t *)condition, key, operand) {
    if (g_str_has_prefix(key, "actor_") ||
        (json_is_string(operand) && g_str_has_prefix(json_string_value(operand), "actor.")))
      return key;
  }
  return NULL;
}

gboolean bh_condition_check_scope(BhPlace *place, const json_t *condition, const char *word,
                                  gboolean actor)
{
  static const char *const over[] = {"any", "every", "count"};
  static const char *const order[] = {"before", "after"};
  for (gsize i = 0; i < G_N_ELEMENTS(over); i++) {
    const json_t *source = json_object_get(condition, over[i]);
    if (source != NULL && json_object_get(source, "referring") != NULL)
      return bh_place_fail_at(place, over[i], "\"%s\" must not depend on referring records", word);
    if (source != NULL && json_object_get(source, "refs") == NULL)
      return bh_place_fail_at(place, over[i], "\"%s\" must not depend on child records", word);
    if (json_object_get(source, "during") != NULL)
      return bh_place_fail_at(place, over[i], "\"%s\" must not depend on a period", word);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(order); i++)
    if (g_strcmp0(json_string_value(json_object_get(condition, order[i])), "today") == 0)
      return bh_place_fail_at(place, order[i], "\"%s\" must not use today's date", word);
  if (bh_number_get_setting(condition) != NULL)
    return bh_place_fail(place, "\"%s\" must not use a setting", word);
  const char *member = actor ? NULL : find_actor_member(condition);
  if (member != NULL)
    return bh_place_fail_at(place, member, "\"%s\" must not depend on the acting person", word);
  return check_scope_of_parts(place, condition, word, actor);
}
