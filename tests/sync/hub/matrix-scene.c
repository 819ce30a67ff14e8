/* The people, units and records of the authorization matrices, and the rules that the declarations
 * contain. */
#include "matrix-scene.h"

#include <string.h>

#include "sync/hub/hub-private.h"
#include "sync/hub/ingest/internal.h"
#include "tests/support/unsigned.h"
#include "tests/support/signed-text.h"

#define AREA_BELOW "140603100" /* area of the records that have one of their own */
#define PATHS_MAX 8            /* members of a path */

const char *const MATRIX_ROLES[MATRIX_N_ROLES] = {"inspector", "township", "reviewer", "legal",
                                                  "leader",    "expert",   "admin"};
const char *const MATRIX_RELATIONS[N_UNITS] = {"same", "above", "below", "aside"};

/* --- the scene --- */

static void append(Matrix *matrix, const char *record, const char *kind, json_t *set)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:o}]", "record", record, "kind", kind, "set", set);
  g_autofree char *entry = bh_hub_append(matrix->fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("%s: %s", kind, error->message);
}

void matrix_make_id(char id[BH_ID_LEN + 1])
{
  static BhIdSource ids;
  static gboolean ready = FALSE;
  if (!ready)
    bh_id_source_init(&ids, bh_clock_system(), bh_random_system());
  ready = TRUE;
  bh_id_next(&ids, id);
}

static void add_people(Matrix *matrix)
{
  HubFixture *fixture = matrix->fixture;
  g_strlcpy(matrix->units[SAME], fixture->county, BH_ID_LEN + 1);
  g_strlcpy(matrix->units[BELOW], fixture->township, BH_ID_LEN + 1);
  bh_id_from_name("samples", "unit-shuozhou", matrix->units[ABOVE]);
  matrix_make_id(matrix->units[ASIDE]);
  append(matrix, matrix->units[ASIDE], "unit",
         json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", "邻镇", "short_name", "邻", "area",
                   "140603101", "level", "township", "parent", fixture->county));
  for (guint i = 0; i < G_N_ELEMENTS(matrix->people); i++) {
    Person *person = &matrix->people[i];
    person->relation = (Relation)(i / MATRIX_N_ROLES);
    person->role = MATRIX_ROLES[i % MATRIX_N_ROLES];
    matrix_make_id(person->id);
    append(matrix, person->id, "staff",
           json_pack("{s:s, s:s, s:[s], s:s}", "name", person->role, "unit",
                     matrix->units[person->relation], "roles", person->role, "state", "active"));
    test_take_unsigned(fixture->hub, person->id);
  }
  matrix_make_id(matrix->author);
  append(matrix, matrix->author, "staff",
         json_pack("{s:s, s:s, s:[s], s:s}", "name", "作者", "unit", matrix->units[SAME], "roles",
                   "inspector", "state", "active"));
  for (guint i = 0; i < N_UNITS; i++)
    matrix->devices[i] = test_device_new(fixture, matrix->units[i]);
}

const char *matrix_scene_of(Matrix *matrix, const char *kind)
{
  for (guint i = 0; i < matrix->n_kinds; i++)
    if (strcmp(matrix->kind_names[i], kind) == 0)
      return matrix->by_kind[i];
  return NULL;
}

/* Whether the ref to a unit names the unit of the record. */
static gboolean is_unit_of(const json_t *declaration, const char *name)
{
  const json_t *paths = json_object_get(declaration, "unit_from");
  return strcmp(name, "unit") == 0 || g_strcmp0(json_string_value(paths), name) == 0 ||
         matrix_is_named(paths, name);
}

/* Sets what tells the area of a record of these kinds: an area field of its own, or the unit that
 * it is about. Other kinds have the area of the records of the scene. */
static void put_area(Matrix *matrix, const json_t *declaration, json_t *values)
{
  const char *path = bh_json_string_or(declaration, "area_from", NULL);
  const char *dot = path != NULL ? strchr(path, '.') : NULL;
  if (path != NULL && dot == NULL) {
    json_object_set_new(values, path, json_string(AREA_BELOW));
    return;
  }
  g_autofree char *stem = dot != NULL ? g_strndup(path, (gsize)(dot - path)) : NULL;
  size_t at;
  json_t *field;
  json_array_foreach(json_object_get(declaration, "fields"), at, field) {
    if (stem != NULL && strcmp(bh_json_string_or(field, "name", ""), stem) == 0 &&
        bh_json_has_name(json_object_get(field, "ref_kinds"), "unit"))
      json_object_set_new(values, stem, json_string(matrix->units[BELOW]));
  }
}

/* Returns the values of a record whose refs are records of the scene; conditions are not yet
 * satisfied. */
json_t *matrix_raw_values(Matrix *matrix, const char *kind, Visibility visibility)
{
  json_t *declaration = json_object_get(matrix->kinds, kind);
  json_t *values = json_object();
  size_t at;
  json_t *field;
  json_array_foreach(json_object_get(declaration, "fields"), at, field) {
    const char *name = json_string_value(json_object_get(field, "name"));
    const char *type = json_string_value(json_object_get(field, "type"));
    json_t *targets = json_object_get(field, "ref_kinds");
    const char *target = json_string_value(json_array_get(targets, 0));
    if (strcmp(type, "ref") != 0)
      continue;
    json_t *author_from = json_object_get(declaration, "author_from");
    gboolean is_author =
        (json_is_string(author_from) && strcmp(json_string_value(author_from), name) == 0) ||
        g_strcmp0(json_string_value(json_array_get(author_from, 0)), name) == 0;
    const char *id = strcmp(target, "staff") == 0 ? (is_author ? matrix->author : NULL)
                     : strcmp(target, "unit") == 0
                         ? (is_unit_of(declaration, name) ? matrix->units[SAME] : NULL)
                         : NULL;
    for (gsize i = 0; id == NULL && i < json_array_size(targets); i++)
      id = strcmp(target, "staff") != 0 && strcmp(target, "unit") != 0
               ? matrix_scene_of(matrix, json_string_value(json_array_get(targets, i)))
               : NULL;
    if (id != NULL)
      json_object_set_new(values, name, json_string(id));
  }
  put_area(matrix, declaration, values);
  if (strcmp(kind, "inspection") == 0) {
    json_object_set_new(values, "modes",
                        json_pack("[s]", visibility == COVERT ? "covert" : "routine"));
    json_object_set_new(values, "signed_facts", test_signed_facts());
    json_object_set_new(values, "signed_sha256", json_string(TEST_SIGNED_SHA256));
  }
  if (strcmp(kind, "document") == 0) {
    json_object_set_new(values, "frozen", test_signed_facts());
    json_object_set_new(values, "signed_sha256", json_string(TEST_SIGNED_SHA256));
  }
  return values;
}

static void add_scene(Matrix *matrix, const char *kind, Visibility visibility)
{
  char *id = matrix->by_kind[matrix->n_kinds];
  matrix_make_id(id);
  json_object_set_new(matrix->scene, id, matrix_raw_values(matrix, kind, visibility));
  json_object_set_new(json_object_get(matrix->scene, id), "kind", json_string(kind));
  matrix->kind_names[matrix->n_kinds++] = kind;
}

/* --- kinds that inherit, written out --- */

gboolean matrix_can_be_hidden(const json_t *kind)
{
  return json_object_get(kind, "visible") != NULL ||
         json_object_get(kind, "hidden with the parent") != NULL;
}

/* Adds to `paths` the paths of a parent kind, as they are from the child. */
static void add_paths(json_t *paths, const char *parent, const json_t *of_parent)
{
  gsize n = json_is_array(of_parent) ? json_array_size(of_parent) : of_parent != NULL ? 1 : 0;
  for (gsize i = 0; i < n; i++) {
    const json_t *path = json_is_array(of_parent) ? json_array_get(of_parent, i) : of_parent;
    json_array_append_new(paths, json_sprintf("%s.%s", parent, json_string_value(path)));
  }
}

/* Leaves out the parents of the office if devices receive another one: a record has one scope, and
 * that of the office is tried with the kinds that are only below its kinds. */
static void leave_out_office(const BhKindSet *set, json_t *parents)
{
  gsize n_office = 0, n = json_array_size(parents);
  for (gsize pass = 0; pass < 2; pass++) {
    for (gsize i = json_array_size(parents); i-- > 0;) {
      const char *name = json_string_value(json_array_get(parents, i));
      if (!bh_kind_is_office(bh_kind_set_find(set, name)))
        continue;
      if (pass == 0)
        n_office++;
      else if (n_office < n)
        json_array_remove(parents, i);
    }
  }
}

/* A declaration as the tests read it: a ref to any kind names the kinds of the scene, and a kind
 * that inherits has the scope and the paths of its parents. */
static json_t *write_out(const BhKindSet *set, const BhKind *kind)
{
  static const char *const lists[] = {"area_from", "unit_from", "authority"};
  json_t *declaration = json_deep_copy(bh_kind_get_declaration(kind));
  const char *parent = bh_kind_get_parent_field(kind);
  json_t *parents = NULL;
  size_t at;
  json_t *field;
  json_array_foreach(json_object_get(declaration, "fields"), at, field) {
    if (json_is_string(json_object_get(field, "ref_kinds")))
      json_object_set_new(field, "ref_kinds",
                          json_pack("[s, s, s]", "inspection", "hazard", "enterprise"));
    if (g_strcmp0(bh_json_string_or(field, "name", NULL), parent) == 0)
      parents = json_object_get(field, "ref_kinds");
  }
  if (!json_is_true(json_object_get(declaration, "inherits")))
    return declaration;
  leave_out_office(set, parents);
  json_array_foreach(parents, at, field) {
    g_autoptr(json_t) above = write_out(set, bh_kind_set_find(set, json_string_value(field)));
    if (at > 0)
      assert_string_equal(bh_json_string_or(above, "scope", ""),
                          bh_json_string_or(declaration, "scope", NULL));
    json_object_set(declaration, "scope", json_object_get(above, "scope"));
    if (matrix_can_be_hidden(above))
      json_object_set_new(declaration, "hidden with the parent", json_true());
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
      if (json_object_get(declaration, lists[i]) == NULL)
        json_object_set_new(declaration, lists[i], json_array());
      add_paths(json_object_get(declaration, lists[i]), parent, json_object_get(above, lists[i]));
    }
  }
  return declaration;
}

void matrix_begin(Matrix *matrix, HubFixture *fixture)
{
  g_autoptr(BhKindSet) set = bh_hub_dup_kinds(fixture->hub);
  const GPtrArray *kinds = bh_kind_set_list(set);
  *matrix = (Matrix){.fixture = fixture, .kinds = json_object()};
  for (guint i = 0; i < kinds->len; i++)
    json_object_set_new(matrix->kinds, bh_kind_get_name(kinds->pdata[i]),
                        write_out(set, kinds->pdata[i]));
  add_people(matrix);
}

void matrix_end(Matrix *matrix)
{
  for (guint i = 0; i < N_UNITS; i++)
    test_device_free(matrix->devices[i]);
  json_decref(matrix->kinds);
  json_decref(matrix->scene);
}

/* Adds a record of each kind below which a record of this kind can be, the upper ones first. */
static void add_parents(Matrix *matrix, const json_t *kind, Visibility visibility)
{
  const char *parent = json_string_value(json_object_get(kind, "parent"));
  size_t at, i;
  json_t *field, *above;
  json_array_foreach(json_object_get(kind, "fields"), at, field) {
    if (g_strcmp0(json_string_value(json_object_get(field, "name")), parent) != 0)
      continue;
    json_array_foreach(json_object_get(field, "ref_kinds"), i, above) {
      const char *name = json_string_value(above);
      if (matrix_scene_of(matrix, name) != NULL || strcmp(name, "unit") == 0)
        continue;
      add_parents(matrix, json_object_get(matrix->kinds, name), visibility);
      add_scene(matrix, name, visibility);
    }
  }
}

/* The records to which records of each kind refer, parents first. */
void matrix_set_scene(Matrix *matrix, Visibility visibility)
{
  json_decref(matrix->scene);
  matrix->scene = json_object();
  matrix->n_kinds = 0;
  add_scene(matrix, "enterprise", visibility);
  add_scene(matrix, "inspection", visibility);
  add_scene(matrix, "participant", visibility);
  add_scene(matrix, "hazard", visibility);
  add_scene(matrix, "inspection_plan", visibility);
  const char *name;
  json_t *kind;
  json_object_foreach(matrix->kinds, name, kind) {
    if (json_is_true(json_object_get(kind, "inherits")))
      add_parents(matrix, kind, visibility);
  }
}

/* --- rules of the declarations --- */

/* The text at the path "a.b.c"; NULL when there is none. */
const char *matrix_follow(Matrix *matrix, const json_t *values, const char *path)
{
  g_auto(GStrv) parts = g_strsplit(path, ".", PATHS_MAX);
  const char *found = NULL;
  for (guint i = 0; parts[i] != NULL; i++) {
    if (i > 0)
      values = found != NULL ? json_object_get(matrix->scene, found) : NULL;
    found = values != NULL ? json_string_value(json_object_get(values, parts[i])) : NULL;
  }
  return found;
}

/* The same for one path, or for the first of several paths that has a text. */
const char *matrix_follow_any(Matrix *matrix, const json_t *values, const json_t *paths)
{
  if (json_is_string(paths))
    return matrix_follow(matrix, values, json_string_value(paths));
  size_t at;
  json_t *path;
  json_array_foreach((json_t *)paths, at, path) {
    const char *found = matrix_follow(matrix, values, json_string_value(path));
    if (found != NULL)
      return found;
  }
  return NULL;
}

gboolean matrix_is_named(const json_t *list, const char *name)
{
  size_t at;
  json_t *each;
  json_array_foreach((json_t *)list, at, each) {
    if (g_strcmp0(json_string_value(each), name) == 0)
      return TRUE;
  }
  return FALSE;
}

const json_t *matrix_find_step(const json_t *kind, const char *from, const char *to)
{
  size_t at;
  json_t *step;
  json_array_foreach(json_object_get(kind, "transitions"), at, step) {
    if (strcmp(json_string_value(json_object_get(step, "to")), to) == 0 &&
        matrix_is_named(json_object_get(step, "from"), from))
      return step;
  }
  return NULL;
}

gboolean matrix_is_hub(const json_t *declaration)
{
  return g_strcmp0(json_string_value(json_object_get(declaration, "written_by")), "hub") == 0 ||
         g_strcmp0(json_string_value(json_object_get(declaration, "scope")), "office") == 0;
}

static const json_t *find_state(const json_t *kind, const char *name)
{
  size_t at;
  json_t *state;
  json_array_foreach(json_object_get(kind, "states"), at, state) {
    if (strcmp(json_string_value(json_object_get(state, "name")), name) == 0)
      return state;
  }
  return NULL;
}

gboolean matrix_is_left_to_hub(const json_t *kind, const json_t *step)
{
  return matrix_is_hub(kind) || matrix_is_hub(step) ||
         matrix_is_hub(find_state(kind, json_string_value(json_object_get(step, "to"))));
}

/* The unit that made the record, by the declaration of the kind. */
gboolean matrix_fits_who(Matrix *matrix, const json_t *kind, const json_t *step,
                         const json_t *values, const Person *person)
{
  const json_t *who = json_object_get(step, "who");
  const char *author = matrix_follow_any(matrix, values, json_object_get(kind, "author_from"));
  const char *unit = matrix_follow_any(matrix, values, json_object_get(kind, "unit_from"));
  return matrix_is_named(who, person->role) || matrix_is_named(who, "anyone") ||
         (matrix_is_named(who, "author") && g_strcmp0(author, person->id) == 0) ||
         (matrix_is_named(who, "unit") && g_strcmp0(unit, matrix->units[person->relation]) == 0);
}

/* All records of the scene belong to the unit SAME, so only it and the units above it decide. */
gboolean matrix_fits_authority(Matrix *matrix, const json_t *kind, const json_t *step,
                               const json_t *values, const Person *person)
{
  const json_t *own = json_object_get(step, "authority");
  const json_t *paths =
      json_is_string(own) || json_is_array(own) ? own : json_object_get(kind, "authority");
  if (paths == NULL || (own == NULL && !matrix_is_left_to_hub(kind, step)))
    return TRUE;
  return matrix_follow_any(matrix, values, paths) == NULL || person->relation == SAME ||
         person->relation == ABOVE;
}

/* The value at the path "a.b.c"; NULL when it is unset. *known: FALSE when a record on the path is
 * missing. */
static const json_t *walk(Matrix *matrix, const json_t *values, const char *path, gboolean *known)
{
  g_auto(GStrv) steps = g_strsplit(path, ".", -1);
  const json_t *value = NULL;
  for (guint i = 0; steps[i] != NULL; i++) {
    if (i > 0 && matrix_is_unset(value))
      return NULL;
    if (i > 0)
      values = json_object_get(matrix->scene, json_string_value(value));
    if (values == NULL) {
      *known = FALSE;
      return NULL;
    }
    value = json_object_get(values, steps[i]);
  }
  return value;
}

gboolean matrix_is_unset(const json_t *value)
{
  return value == NULL || json_is_null(value) ||
         (json_is_string(value) && json_string_length(value) == 0) ||
         (json_is_array(value) && json_array_size(value) == 0);
}

static gboolean is_in(const json_t *list, const json_t *value)
{
  size_t at;
  json_t *one;
  json_array_foreach((json_t *)list, at, one) {
    if (json_equal(one, (json_t *)value))
      return TRUE;
  }
  return FALSE;
}

static Truth join(Matrix *matrix, const json_t *parts, gboolean all, const json_t *values,
                  const Person *person)
{
  Truth result = all ? YES : NO;
  size_t at;
  json_t *part;
  json_array_foreach((json_t *)parts, at, part) {
    Truth one = matrix_holds(matrix, part, values, person);
    if (one == (all ? NO : YES))
      return one;
    if (one == UNKNOWN)
      result = UNKNOWN;
  }
  return result;
}

/* Conditions on the person; only conditions of "visible" have them. The units of the matrix are no
 * records of the scene: the unit above is the parent of the unit that made the records. */
static Truth holds_person(Matrix *matrix, const json_t *condition, const json_t *values,
                          const Person *person)
{
  const json_t *operand = json_object_get(condition, "actor_role");
  if (operand != NULL)
    return g_strcmp0(json_string_value(operand), person->role) == 0 ||
                   matrix_is_named(operand, person->role)
               ? YES
               : NO;
  if ((operand = json_object_get(condition, "actor_is")) != NULL)
    return g_strcmp0(matrix_follow(matrix, values, json_string_value(operand)), person->id) == 0
               ? YES
               : NO;
  if ((operand = json_object_get(condition, "actor_unit")) == NULL)
    fail_msg("a condition has a member that this test does not know");
  g_autofree char *path = g_strdup(json_string_value(operand));
  gboolean is_above = g_str_has_suffix(path, ".parent");
  if (is_above)
    *strrchr(path, '.') = '\0';
  const char *unit = matrix_follow(matrix, values, path);
  if (unit == NULL)
    return NO;
  if (is_above)
    unit = strcmp(unit, matrix->units[SAME]) == 0 ? matrix->units[ABOVE] : "";
  return strcmp(unit, matrix->units[person->relation]) == 0 ? YES : NO;
}

Truth matrix_holds(Matrix *matrix, const json_t *condition, const json_t *values,
                   const Person *person)
{
  const json_t *part, *operand;
  gboolean known = TRUE;
  if ((part = json_object_get(condition, "all")) != NULL)
    return join(matrix, part, TRUE, values, person);
  if ((part = json_object_get(condition, "any_of")) != NULL)
    return join(matrix, part, FALSE, values, person);
  if ((part = json_object_get(condition, "not")) != NULL) {
    Truth inner = matrix_holds(matrix, part, values, person);
    return inner == UNKNOWN ? UNKNOWN : inner == NO ? YES : NO;
  }
  if (json_object_get(condition, "any") != NULL)
    return NO;
  if (json_object_get(condition, "count") != NULL)
    return json_integer_value(json_object_get(condition, "at_least")) > 0 ? NO : YES;
  const char *path = json_string_value(json_object_get(condition, "field"));
  if (path == NULL && person != NULL)
    return holds_person(matrix, condition, values, person);
  if (path == NULL)
    fail_msg("the declaration of a lock has a member that this test does not know");
  const json_t *value = walk(matrix, values, path, &known);
  if (!known)
    return UNKNOWN;
  if ((operand = json_object_get(condition, "is")) != NULL)
    return (json_is_false(operand) && matrix_is_unset(value)) ||
                   (!matrix_is_unset(value) && json_equal((json_t *)operand, (json_t *)value))
               ? YES
               : NO;
  if ((operand = json_object_get(condition, "in")) != NULL)
    return !matrix_is_unset(value) && is_in(operand, value) ? YES : NO;
  if ((operand = json_object_get(condition, "has")) != NULL && json_is_string(operand))
    return is_in(value, operand) ? YES : NO;
  if ((operand = json_object_get(condition, "empty")) != NULL)
    return matrix_is_unset(value) == json_is_true(operand) ? YES : NO;
  fail_msg("a condition has a member that this test does not know");
  return UNKNOWN;
}

gboolean matrix_is_in_area(Matrix *matrix, const json_t *kind, const json_t *values,
                           Relation relation)
{
  const json_t *paths = json_object_get(kind, "area_from");
  g_autofree char *path =
      g_strdup(json_string_value(json_is_array(paths) ? json_array_get(paths, 0) : paths));
  char *end = path != NULL ? strrchr(path, '.') : NULL;
  if (end != NULL)
    *end = '\0';
  /* The unit SAME serves a larger area than BELOW; all other records of the scene are in the area
   * of BELOW. */
  gboolean is_of_unit =
      end != NULL && g_strcmp0(matrix_follow(matrix, values, path), matrix->units[SAME]) == 0;
  return relation == SAME || relation == ABOVE || (relation == BELOW && !is_of_unit);
}

/* Whether the record is in the area of the person's unit, and visible to the person; of a record
 * that inherits, whether the parent is, too. */
gboolean matrix_is_seen(Matrix *matrix, const json_t *kind, const json_t *values,
                        const Person *person)
{
  const char *scope = json_string_value(json_object_get(kind, "scope"));
  const json_t *visible = json_object_get(kind, "visible");
  if (strcmp(scope, "unit") == 0 && person->relation != SAME && person->relation != ABOVE)
    return FALSE;
  if (strcmp(scope, "area") == 0 && !matrix_is_in_area(matrix, kind, values, person->relation))
    return FALSE;
  if (visible != NULL && matrix_holds(matrix, visible, values, person) != YES)
    return FALSE;
  if (!json_is_true(json_object_get(kind, "inherits")))
    return TRUE;
  const char *parent =
      matrix_follow(matrix, values, json_string_value(json_object_get(kind, "parent")));
  const json_t *above = parent != NULL ? json_object_get(matrix->scene, parent) : NULL;
  assert_non_null(above);
  return matrix_is_seen(
      matrix, json_object_get(matrix->kinds, json_string_value(json_object_get(above, "kind"))),
      above, person);
}

/* --- into the store --- */

static gboolean apply_raw(BhPiece *piece, const char *entry, const char *by, const char *record,
                          const char *kind, const json_t *values, GError **error)
{
  BhEntryClock clock = {.wall_ms = piece->now_ms, .boot_ms = 1, .boot_id = "b"};
  g_autofree char *text = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(BhBodyBuilder) builder = bh_body_builder_new(entry, by, &clock, 0, bh_random_system());
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)values, key, value) {
    if (strcmp(key, "kind") != 0)
      bh_body_builder_set(builder, record, kind, key, value, FALSE, NULL);
  }
  g_autoptr(BhBody) body = bh_body_builder_finish_body(builder, &text, &openings, error);
  g_autoptr(GError) reason = NULL;
  return body != NULL &&
         bh_piece_apply(piece, body, piece->ingest->hub, ++piece->position, &reason, error) &&
         reason == NULL;
}

/* Writes the records of the scene to which these values lead, each once, the upper ones first. */
static gboolean put_scene(Matrix *matrix, BhPiece *piece, const json_t *values, GHashTable *written,
                          GError **error)
{
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)values, key, value) {
    const char *id = json_string_value(value);
    const json_t *of = id != NULL ? json_object_get(matrix->scene, id) : NULL;
    if (of == NULL || !g_hash_table_add(written, (gpointer)id))
      continue;
    guint i = 0;
    while (strcmp(matrix->by_kind[i], id) != 0)
      i++;
    char entry[BH_ID_LEN + 1];
    matrix_make_id(entry);
    if (!put_scene(matrix, piece, of, written, error) ||
        !apply_raw(piece, entry, matrix->author, id, matrix->kind_names[i], of, error))
      return FALSE;
  }
  return TRUE;
}

/* Writes one record with these values into the store without any check, and what it refers to. */
gboolean matrix_put(Matrix *matrix, BhHub *hub, BhDb *db, const char *kind, const char *record,
                    const char *made, const json_t *values, GError **error)
{
  g_auto(BhPiece) piece = {0};
  if (!bh_piece_begin(&piece, bh_hub_get_ingest(hub), db, error))
    return FALSE;
  g_autoptr(GHashTable) written = g_hash_table_new(g_str_hash, g_str_equal);
  if (!put_scene(matrix, &piece, values, written, error))
    return FALSE;
  /* Another record of a kind, to which a changed value may lead. */
  const char *last = matrix->by_kind[matrix->n_kinds - 1];
  g_autoptr(json_t) other = json_pack("{s:s}", "other", last);
  if (matrix->has_other && !put_scene(matrix, &piece, other, written, error))
    return FALSE;
  return apply_raw(&piece, made, matrix->author, record, kind, values, error) &&
         bh_piece_end(&piece, error);
}
