/* Checks "compute" of fields when a kind set is loaded: the words, the paths, that every part has
 * the type that its place needs, and that no field depends on itself. Does not evaluate
 * (compute.c). Start with check(). */
#include "schema/compute.h"

#include <string.h>

#include "schema/amount.h"
#include "schema/civil.h"
#include "schema/condition-internal.h"

#define DEPTH_MAX 12
#define PARTS_MAX 8
#define NODES_MAX 200
#define NUMBER_MAX 1000000000

/* What an expression gives. */
typedef enum { GIVES_NUMBER, GIVES_DATE, GIVES_FLAG } Gives;

typedef struct {
  BhPlace *place;
  const BhKindSet *set;
  guint nodes; /* parts so far */
} Check;

static gboolean check(Check *checking, const BhKind *kind, const json_t *expression, int depth,
                      Gives *gives);

static const char *name_of(Gives gives)
{
  static const char *const names[] = {"a number", "a date", "true or false"};
  return names[gives];
}

static gboolean check_gives(Check *checking, const BhKind *kind, const json_t *expression,
                            int depth, Gives wanted)
{
  Gives gives;
  if (!check(checking, kind, expression, depth, &gives))
    return FALSE;
  return gives == wanted ||
         bh_place_fail(checking->place, "must be %s, not %s", name_of(wanted), name_of(gives));
}

static gboolean get_gives(const BhField *field, Gives *gives)
{
  switch (field != NULL ? field->type : BH_FIELD_TEXT) {
  case BH_FIELD_INTEGER:
  case BH_FIELD_DECIMAL:
  case BH_FIELD_MONEY:
  case BH_FIELD_PERCENT:
  case BH_FIELD_DURATION:
    *gives = GIVES_NUMBER;
    return TRUE;
  case BH_FIELD_DATE:
  case BH_FIELD_TIME:
  case BH_FIELD_MONTH:
  case BH_FIELD_ID_NUMBER:
    *gives = GIVES_DATE;
    return TRUE;
  case BH_FIELD_FLAG:
    *gives = GIVES_FLAG;
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean check_path(Check *checking, const BhKind *kind, const json_t *expression,
                           Gives *gives)
{
  BhPlace *place = checking->place;
  const char *path = NULL;
  if (!bh_place_string(place, expression, "field", TRUE, 200, &path))
    return FALSE;
  gsize mark = bh_place_enter(place, "field");
  g_autoptr(GArray) ends = bh_path_find_ends(place, checking->set, kind, path);
  for (guint i = 0; ends != NULL && i < ends->len; i++) {
    Gives one;
    if (!get_gives(g_array_index(ends, BhPathEnd, i).field, &one) || (i > 0 && one != *gives))
      return bh_place_fail(place,
                           "path \"%s\" must end at a number, a date, a month, a flag or an "
                           "id_number",
                           path);
    *gives = one;
  }
  bh_place_leave(place, mark);
  return ends != NULL;
}

static gboolean check_setting(Check *checking, const json_t *expression)
{
  const char *name = NULL;
  return bh_place_name(checking->place, expression, "setting", TRUE, &name) &&
         bh_number_resolve(checking->place, checking->set, "setting", expression, FALSE);
}

static gboolean check_literal(Check *checking, const char *text, Gives *gives)
{
  BhDate date;
  gint64 amount;
  *gives = GIVES_DATE;
  if (g_str_equal(text, "today") || bh_date_parse(text, &date, NULL))
    return TRUE;
  *gives = GIVES_NUMBER;
  return bh_amount_from_text(text, &amount) ||
         bh_place_fail(checking->place,
                       "must be \"today\", a date YYYY-MM-DD or a number such as \"0.25\"");
}

/* The operands of a word, of which the first may be a date if `first_date`. */
static gboolean check_parts(Check *checking, const BhKind *kind, const json_t *expression,
                            const char *word, gsize max, int depth, Gives *gives)
{
  BhPlace *place = checking->place;
  const json_t *parts = json_object_get(expression, word);
  gboolean moves = g_str_equal(word, "add") || g_str_equal(word, "subtract");
  gboolean is_first = g_str_equal(word, "first");
  gboolean between = g_str_equal(word, "days") || g_str_equal(word, "age");
  gsize mark = bh_place_enter(place, word);
  if (!json_is_array(parts) || json_array_size(parts) < 2 || json_array_size(parts) > max)
    return max == 2 ? bh_place_fail(place, "must be an array of 2 expressions")
                    : bh_place_fail(place, "must be an array of 2 to %d expressions", (int)max);
  gsize index;
  json_t *part;
  json_array_foreach((json_t *)parts, index, part) {
    gsize inner = bh_place_enter_index(place, index);
    if (index == 0 && (moves || is_first)) {
      if (!check(checking, kind, part, depth + 1, gives))
        return FALSE;
      if (moves && *gives == GIVES_FLAG)
        return bh_place_fail(place, "must be a number or a date, not true or false");
    } else if (!check_gives(checking, kind, part, depth + 1,
                            between    ? GIVES_DATE
                            : is_first ? *gives
                                       : GIVES_NUMBER)) {
      return FALSE;
    }
    bh_place_leave(place, inner);
  }
  bh_place_leave(place, mark);
  if (!moves && !is_first)
    *gives = GIVES_NUMBER;
  return TRUE;
}

/* The two times of "hours". An expression gives days only, so that they must be fields. */
static gboolean check_times(Check *checking, const BhKind *kind, const json_t *expression)
{
  static const int times[] = {BH_FIELD_TIME, -1};
  BhPlace *place = checking->place;
  const json_t *parts = json_object_get(expression, "hours");
  gsize mark = bh_place_enter(place, "hours");
  if (!json_is_array(parts) || json_array_size(parts) != 2)
    return bh_place_fail(place, "must be an array of 2 times");
  gsize index;
  json_t *part;
  json_array_foreach((json_t *)parts, index, part) {
    gsize inner = bh_place_enter_index(place, index);
    const char *path = json_object_size(part) == 1 ? bh_json_string_or(part, "field", NULL) : NULL;
    if (path == NULL)
      return bh_place_fail(place, "must be {\"field\": PATH} of a field of type time");
    if (!bh_path_check_readable(place, checking->set, kind, path, times))
      return FALSE;
    bh_place_leave(place, inner);
  }
  bh_place_leave(place, mark);
  return TRUE;
}

static gboolean check_member(Check *checking, const BhKind *kind, const json_t *expression,
                             const char *key, int depth)
{
  const json_t *condition = json_object_get(expression, key);
  if (condition == NULL)
    return TRUE;
  gsize mark = bh_place_enter(checking->place, key);
  gboolean is_valid =
      bh_condition_check_part(checking->place, checking->set, kind, condition, depth + 1);
  bh_place_leave(checking->place, mark);
  return is_valid;
}

/* The members of a word over records, for records of one kind. */
static gboolean check_elements(Check *checking, const BhKind *kind, const json_t *expression,
                               const char *word, int depth, Gives *gives)
{
  BhPlace *place = checking->place;
  const char *distinct = NULL;
  if (!check_member(checking, kind, expression, "where", depth) ||
      !check_member(checking, kind, expression, "among", depth) ||
      !bh_place_string(place, expression, "distinct", FALSE, 200, &distinct) ||
      (distinct != NULL && !bh_path_check_readable(place, checking->set, kind, distinct, NULL)))
    return FALSE;
  *gives = GIVES_NUMBER;
  const json_t *of = json_object_get(expression, "of");
  if (of == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, "of");
  if (!check(checking, kind, of, depth + 1, gives))
    return FALSE;
  if (*gives == GIVES_FLAG || (*gives == GIVES_DATE && g_str_equal(word, "sum")))
    return bh_place_fail(place, "must be a number%s, not %s",
                         g_str_equal(word, "sum") ? "" : " or a date", name_of(*gives));
  bh_place_leave(place, mark);
  return TRUE;
}

static gboolean check_over(Check *checking, const BhKind *kind, const json_t *expression,
                           const char *word, int depth, Gives *gives)
{
  static const char *const of[] = {"sum", "min", "max", "of", "where", NULL};
  static const char *const count[] = {"count", "where", "distinct", NULL};
  static const char *const share[] = {"share", "where", "among", NULL};
  BhPlace *place = checking->place;
  gboolean counts = g_str_equal(word, "count"), shares = g_str_equal(word, "share");
  if (!bh_place_is_object(place, expression, counts ? count : shares ? share : of))
    return FALSE;
  if (!counts && !shares && json_object_get(expression, "of") == NULL)
    return bh_place_fail(place, "\"%s\" needs \"of\"", word);
  if (shares && json_object_get(expression, "where") == NULL)
    return bh_place_fail(place, "\"share\" needs \"where\"");
  if ((json_object_get(expression, "sum") != NULL) + (json_object_get(expression, "min") != NULL) +
          (json_object_get(expression, "max") != NULL) >
      1)
    return bh_place_fail(place, "needs exactly one of sum, min and max");
  g_autoptr(GPtrArray) kinds = g_ptr_array_new();
  gsize mark = bh_place_enter(place, word);
  if (!bh_source_check(place, checking->set, kind, json_object_get(expression, word), kinds))
    return FALSE;
  bh_place_leave(place, mark);
  gboolean in_list = place->in_list, is_valid = TRUE;
  place->in_list = TRUE;
  for (guint i = 0; is_valid && i < kinds->len; i++) {
    Gives one;
    is_valid = check_elements(checking, kinds->pdata[i], expression, word, depth, &one) &&
               (i == 0 || one == *gives ||
                bh_place_fail(place, "\"of\" must have one type in all kinds of the records"));
    if (is_valid)
      *gives = one;
  }
  place->in_list = in_list;
  return is_valid;
}

static gboolean check_choice(Check *checking, const BhKind *kind, const json_t *expression,
                             int depth, Gives *gives)
{
  static const char *const allowed[] = {"if", "then", "else", NULL};
  BhPlace *place = checking->place;
  const json_t *otherwise = json_object_get(expression, "else");
  if (!bh_place_is_object(place, expression, allowed) ||
      !check_member(checking, kind, expression, "if", depth))
    return FALSE;
  if (json_object_get(expression, "then") == NULL)
    return bh_place_fail(place, "\"if\" needs \"then\"");
  gsize mark = bh_place_enter(place, "then");
  if (!check(checking, kind, json_object_get(expression, "then"), depth + 1, gives))
    return FALSE;
  bh_place_leave(place, mark);
  mark = bh_place_enter(place, "else");
  if (otherwise != NULL && !check_gives(checking, kind, otherwise, depth + 1, *gives))
    return FALSE;
  bh_place_leave(place, mark);
  return TRUE;
}

/* Whether the word is the only member of the expression. */
static gboolean is_alone(Check *checking, const json_t *expression, const char *word)
{
  return json_object_size(expression) == 1 ||
         bh_place_fail(checking->place, "\"%s\" must be the only member", word);
}

static gboolean check(Check *checking, const BhKind *kind, const json_t *expression, int depth,
                      Gives *gives)
{
  static const struct {
    const char *word;
    gsize max; /* operands */
  } lists[] = {{"add", PARTS_MAX},   {"subtract", 2},       {"multiply", PARTS_MAX},
               {"divide", 2},        {"days", 2},           {"age", 2},
               {"first", PARTS_MAX}, {"largest", PARTS_MAX}};
  static const char *const over[] = {"sum", "count", "min", "max", "share"};
  BhPlace *place = checking->place;
  if (depth > DEPTH_MAX)
    return bh_place_fail(place, "expressions are nested deeper than %d", DEPTH_MAX);
  if (++checking->nodes > NODES_MAX)
    return bh_place_fail(place, "an expression can have at most %d parts", NODES_MAX);
  *gives = GIVES_NUMBER;
  if (json_is_integer(expression))
    return ABS(json_integer_value(expression)) <= NUMBER_MAX ||
           bh_place_fail(place, "must be from -%d to %d", NUMBER_MAX, NUMBER_MAX);
  if (json_is_string(expression))
    return check_literal(checking, json_string_value(expression), gives);
  if (!json_is_object(expression))
    return bh_place_fail(place, "an expression must be an object, a whole number or a string");
  if (json_object_get(expression, "field") != NULL)
    return is_alone(checking, expression, "field") && check_path(checking, kind, expression, gives);
  if (json_object_get(expression, "setting") != NULL)
    return is_alone(checking, expression, "setting") && check_setting(checking, expression);
  for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
    if (json_object_get(expression, lists[i].word) != NULL)
      return is_alone(checking, expression, lists[i].word) &&
             check_parts(checking, kind, expression, lists[i].word, lists[i].max, depth, gives);
  if (json_object_get(expression, "hours") != NULL)
    return is_alone(checking, expression, "hours") && check_times(checking, kind, expression);
  for (gsize i = 0; i < G_N_ELEMENTS(over); i++)
    if (json_object_get(expression, over[i]) != NULL)
      return check_over(checking, kind, expression, over[i], depth, gives);
  if (json_object_get(expression, "if") != NULL)
    return check_choice(checking, kind, expression, depth, gives);
  if (json_object_get(expression, "holds") == NULL)
    return bh_place_fail(
        place, "needs one of field, setting, add, subtract, multiply, divide, "
               "largest, days, age, hours, first, sum, count, min, max, share, if, holds");
  *gives = GIVES_FLAG;
  return is_alone(checking, expression, "holds") &&
         check_member(checking, kind, expression, "holds", depth);
}

/* --- fields --- */

gboolean bh_field_parse_compute(BhPlace *place, BhField *field)
{
  static const char *const allowed[] = {"name",    "type",     "label",     "hint",
                                        "unit",    "digits",   "show_when", "source",
                                        "retired", "personal", "compute",   NULL};
  Gives gives;
  field->compute = json_object_get(field->declaration, "compute");
  if (field->compute == NULL)
    return TRUE;
  if (!get_gives(field, &gives) || field->type == BH_FIELD_TIME ||
      field->type == BH_FIELD_ID_NUMBER)
    return bh_place_fail_at(place, "compute",
                            "only a field of type integer, decimal, money, percent, duration, "
                            "date, month or flag can have it");
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)field->declaration, key, value) {
    if (!g_strv_contains(allowed, key))
      return bh_place_fail_at(place, key,
                              "a computed field cannot have it: its value is neither entered nor "
                              "stored");
  }
  field->in_form = FALSE;
  /* Results may be negative, and are limited by what the type can hold. */
  field->min = field->type == BH_FIELD_DURATION ? field->min : -field->max;
  if (field->type == BH_FIELD_PERCENT) {
    field->min = -NUMBER_MAX;
    field->max = NUMBER_MAX;
  }
  return TRUE;
}

/* --- dependencies --- */

/* What the expression of one field reads. Paths that do not exist are passed over here: the check
 * of the expression refuses them. */
typedef struct {
  BhPlace *place;
  const BhKindSet *set;
  BhField *field;
  guint height; /* greatest number of computed fields below the field, one after the other */
  /* the fields that are visited, each read by the one before, and their kinds */
  const BhField *path[BH_COMPUTE_CHAIN_MAX];
  const BhKind *kinds[BH_COMPUTE_CHAIN_MAX];
  guint depth;
} Walk;

static gboolean visit(Walk *walk, const BhKind *kind, BhField *field);
static gboolean walk_node(Walk *walk, const BhKind *kind, const json_t *node);

static gboolean walk_path(Walk *walk, const BhKind *kind, const char *path)
{
  g_autoptr(GError) failed = NULL;
  g_auto(BhPlace) place = {0};
  bh_place_init(&place, "", &failed);
  g_autoptr(GArray) ends = path != NULL ? bh_path_find_ends(&place, walk->set, kind, path) : NULL;
  for (guint i = 0; ends != NULL && i < ends->len; i++) {
    const BhPathEnd *end = &g_array_index(ends, BhPathEnd, i);
    BhField *field = (BhField *)end->field;
    if (field == NULL)
      continue;
    if (field->compute != NULL && !visit(walk, end->kind, field))
      return FALSE;
    walk->field->reads_personal |= field->personal || field->reads_personal;
    walk->field->reads_records |= field->reads_records;
    if (field->compute != NULL)
      walk->height = MAX(walk->height, field->height + 1);
  }
  return TRUE;
}

/* A member of a condition or an expression over records. */
static gboolean walk_over(Walk *walk, const BhKind *kind, const json_t *node, const json_t *source)
{
  static const char *const members[] = {"where", "among", "of"};
  const json_t *during = json_object_get(source, "during");
  g_autoptr(GPtrArray) kinds = g_ptr_array_new();
  walk->field->reads_records |= json_object_get(source, "refs") == NULL;
  if (!walk_node(walk, kind, json_object_get(during, "from")) ||
      !walk_node(walk, kind, json_object_get(during, "to")))
    return FALSE;
  bh_source_list_kinds(walk->set, kind, source, kinds);
  for (guint i = 0; i < kinds->len; i++) {
    for (gsize k = 0; k < G_N_ELEMENTS(members); k++)
      if (!walk_node(walk, kinds->pdata[i], json_object_get(node, members[k])))
        return FALSE;
    if (!walk_path(walk, kinds->pdata[i], bh_json_string_or(node, "distinct", NULL)))
      return FALSE;
  }
  return TRUE;
}

static gboolean walk_node(Walk *walk, const BhKind *kind, const json_t *node)
{
  static const char *const over[] = {"any", "every", "count", "sum", "min", "max", "share"};
  const char *key;
  json_t *member;
  gsize index;
  for (gsize i = 0; i < G_N_ELEMENTS(over); i++)
    if (json_object_get(node, over[i]) != NULL)
      return walk_over(walk, kind, node, json_object_get(node, over[i]));
  json_array_foreach((json_t *)node, index, member) {
    if (!walk_node(walk, kind, member))
      return FALSE;
  }
  json_object_foreach((json_t *)node, key, member) {
    gboolean is_path =
        json_is_string(member) && (g_str_equal(key, "field") || g_str_equal(key, "digest_of"));
    if (is_path ? !walk_path(walk, kind, json_string_value(member))
                : !walk_node(walk, kind, member))
      return FALSE;
  }
  return TRUE;
}

static gboolean fail_chain(Walk *walk, const BhKind *kind, const BhField *field, const char *what)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < walk->depth; i++)
    g_string_append_printf(text, "%s.%s > ", walk->kinds[i]->name, walk->path[i]->name);
  return bh_place_fail_at(walk->place, "compute", "%s: %s%s.%s", what, text->str, kind->name,
                          field->name);
}

/* Visits a field once: its results stay in the field. */
static gboolean visit(Walk *walk, const BhKind *kind, BhField *field)
{
  for (guint i = 0; i < walk->depth; i++)
    if (walk->path[i] == field)
      return fail_chain(walk, kind, field, "depends on itself");
  if (walk->depth + (field->is_visited ? field->height : 0) >= BH_COMPUTE_CHAIN_MAX)
    return fail_chain(walk, kind, field, "too many computed fields depend on each other");
  if (field->is_visited)
    return TRUE;
  walk->path[walk->depth] = field;
  walk->kinds[walk->depth] = kind;
  Walk inner = *walk;
  inner.field = field;
  inner.height = 0;
  inner.depth++;
  if (!walk_node(&inner, kind, field->compute))
    return FALSE;
  field->height = inner.height;
  field->is_visited = TRUE;
  return TRUE;
}

gboolean bh_kind_check_computed(const BhKind *kind, const BhKindSet *set, const char *root,
                                GError **error)
{
  g_auto(BhPlace) place = {0};
  bh_place_init(&place, kind->file, error);
  g_string_assign(place.path, root);
  for (guint i = 0; i < kind->fields->len; i++) {
    BhField *field = g_ptr_array_index(kind->fields, i);
    Walk walk = {.place = &place, .set = set};
    if (field->compute == NULL)
      continue;
    gsize mark = bh_place_enter(&place, "fields");
    bh_place_enter_index(&place, i);
    if (!visit(&walk, kind, field))
      return FALSE;
    if (field->reads_personal && !field->personal)
      return bh_place_fail_at(&place, "personal",
                              "must be true, because the value is computed from a personal one");
    bh_place_leave(&place, mark);
  }
  return TRUE;
}

static gboolean gives_for(const BhField *field, Gives gives)
{
  Gives wanted;
  return get_gives(field, &wanted) && wanted == gives;
}

gboolean bh_field_resolve_compute(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                  const BhField *field)
{
  Check checking = {.place = place, .set = set};
  Gives gives = GIVES_NUMBER;
  if (field->compute == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, "compute");
  if (!check(&checking, kind, field->compute, 0, &gives))
    return FALSE;
  if (!gives_for(field, gives))
    return bh_place_fail(place, "gives %s, but the field is of type %s", name_of(gives),
                         bh_field_get_type_name(field));
  bh_place_leave(place, mark);
  return TRUE;
}
