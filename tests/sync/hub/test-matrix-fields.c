/* The authorization matrix of fields: every field of every kind, in every state, set by devices of
 * four units. The expected results are computed here from the JSON of the kinds alone
 * (`number`, `written_by`, `locked_when`, `unlocked`, `once`, `own_unit`, `author_from`,
 * `unit_from`, `personal`, `on_change_ask`, scope) and compared with whether the hub accepts or
 * quarantines the entry. Steps are tried in test-matrix.c. */
#include "matrix-scene.h"

#include <string.h>

#include "sync/hub/hub-private.h"
#include "sync/hub/ingest/internal.h"

/* A stored record, and the change that is tried. */
typedef struct {
  Matrix *matrix;
  const char *kind;
  const json_t *declaration;
  json_t *values; /* values of the record */
  char record[BH_ID_LEN + 1];
  char made[BH_ID_LEN + 1];
  gboolean same_only; /* only devices of the record's own unit */
  guint turn;         /* counts up, to alternate through the roles */
  GString *wrong;
} Stand;

/* --- values --- */

static gint64 number_of(const json_t *field, const char *name, gint64 otherwise)
{
  const json_t *value = json_object_get(field, name);
  return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static json_t *choice_of(const json_t *field, int which)
{
  const json_t *choices = json_object_get(field, "choices");
  /* "choices": "settings": the settings that the kinds declare */
  if (json_is_string(choices))
    return json_string(which == 0 ? "recheck_days" : "progress_days");
  const json_t *choice = json_array_get(choices, (size_t)which % json_array_size(choices));
  return json_incref(json_object_get(choice, "code"));
}

static json_t *text_of(const json_t *field, int which)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (gint64 i = MAX(number_of(field, "min", 1), 1); i > 0; i--)
    g_string_append(text, which == 0 ? "甲" : "乙");
  return json_string(text->str);
}

/* A valid value of a field: a first or another one; NULL for refs to people and units. */
static json_t *value_of(const json_t *field, int which)
{
  const char *type = json_string_value(json_object_get(field, "type"));
  const char *target = json_string_value(json_array_get(json_object_get(field, "ref_kinds"), 0));
  char id[BH_ID_LEN + 1];
  matrix_make_id(id);
  if (strcmp(type, "ref") == 0)
    return strcmp(target, "staff") == 0 || strcmp(target, "unit") == 0 ? NULL : json_string(id);
  if (strcmp(type, "refs") == 0)
    return json_pack("[s]", id);
  if (strcmp(type, "choice") == 0)
    return choice_of(field, which);
  if (strcmp(type, "choices") == 0)
    return json_pack("[o]", choice_of(field, which));
  if (strcmp(type, "text") == 0 || strcmp(type, "longtext") == 0)
    return text_of(field, which);
  if (strcmp(type, "integer") == 0)
    return json_integer(number_of(field, "min", 0) + which);
  if (strcmp(type, "time") == 0)
    return json_integer(1764230400000 + which);
  if (strcmp(type, "flag") == 0)
    return json_boolean(which == 0);
  if (strcmp(type, "items") == 0)
    return json_pack("{s:s}", "answer", which == 0 ? "compliant" : "noncompliant");
  if (strcmp(type, "paper") == 0)
    return json_pack("{s:i}", "paper", which);
  if (strcmp(type, "json") == 0)
    return json_pack("{s:i}", "n", which);
  if (strcmp(type, "place") == 0)
    return json_pack("{s:s, s:s, s:i, s:I, s:s}", "lat", which == 0 ? "39.512" : "39.513", "lon",
                     "112.288", "accuracy_m", 20, "at_ms", (json_int_t)1764230400000, "source",
                     "gps");
  static const struct {
    const char *type, *values[2];
  } texts[] = {
      {"decimal", {"1.00", "2.00"}},
      {"percent", {"12.5", "25"}},
      {"money", {"1250.50", "99"}},
      {"month", {"2026-10", "2026-11"}},
      {"date", {"2026-11-20", "2026-11-21"}},
      {"phone", {"13800000001", "13800000002"}},
      {"uscc", {"91350100M000100Y43", "91140603MA0000015Q"}},
      {"url", {"https://a.example/1", "https://a.example/2"}},
      {"id_number", {"140603198001010016", "140603199002020026"}},
      {"enum_ref", {"cableway", "ice_snow"}},
      {"area", {"140603100", "140603200"}},
      {"hash",
       {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    if (strcmp(texts[i].type, type) == 0)
      return json_string(texts[i].values[which]);
  fail_msg("no value for the type %s", type);
  return NULL;
}

/* --- rules of the declarations --- */

/* Whether the field is that of a number that was given, or of its mark. */
static gboolean is_given_number(const Stand *stand, const json_t *field, const json_t *values)
{
  const json_t *number = json_object_get(stand->declaration, "number");
  const json_t *name = json_object_get(field, "name");
  return (json_equal(name, json_object_get(number, "field")) ||
          json_equal(name, json_object_get(number, "provisional"))) &&
         !matrix_is_unset(
             json_object_get(values, json_string_value(json_object_get(number, "field"))));
}

static gboolean is_locked(const Stand *stand, const json_t *field, const json_t *values)
{
  const json_t *own = json_object_get(field, "locked_when");
  const json_t *whole = json_object_get(stand->declaration, "locked_when");
  if (own != NULL && matrix_holds(stand->matrix, own, values, NULL) == YES)
    return TRUE;
  if (json_is_true(json_object_get(field, "unlocked")))
    return FALSE;
  return json_is_true(json_object_get(stand->declaration, "once")) ||
         (whole != NULL && matrix_holds(stand->matrix, whole, values, NULL) == YES);
}

/* Whether the parent is locked for new records of the kind. */
static gboolean is_closed_with(const Stand *stand, const char *name, json_t *value)
{
  const json_t *whole = json_object_get(stand->declaration, "locked_when");
  const char *parent = json_string_value(json_object_get(stand->declaration, "parent"));
  if (whole == NULL || g_strcmp0(parent, name) != 0)
    return FALSE;
  g_autoptr(json_t) values = json_copy(stand->values);
  json_object_set(values, name, value);
  json_object_del(values, "state");
  return matrix_holds(stand->matrix, whole, values, NULL) == YES;
}

static gboolean names(const json_t *paths, const char *name)
{
  return (json_is_string(paths) && strcmp(json_string_value(paths), name) == 0) ||
         (json_is_array(paths) && matrix_is_named(paths, name));
}

static gboolean is_person(const Stand *stand, const json_t *field)
{
  return json_is_true(json_object_get(field, "own_unit")) ||
         names(json_object_get(stand->declaration, "author_from"),
               json_string_value(json_object_get(field, "name")));
}

static gboolean asks_more(const Stand *stand, const json_t *field)
{
  size_t at;
  json_t *asked;
  json_array_foreach(json_object_get(field, "on_change_ask"), at, asked) {
    if (matrix_is_unset(json_object_get(stand->values, json_string_value(asked))))
      return TRUE;
  }
  return FALSE;
}

/* Whether a device serves the record: the area of its unit and the areas below it; for records of
 * units, its own unit. */
static gboolean is_reached(const Stand *stand, const Person *person)
{
  const char *scope = json_string_value(json_object_get(stand->declaration, "scope"));
  return strcmp(scope, "all") == 0 || person->relation == SAME ||
         (strcmp(scope, "area") == 0 &&
          matrix_is_in_area(stand->matrix, stand->declaration, stand->values, person->relation));
}

static gboolean is_set_by(const json_t *rule, const char *name)
{
  return matrix_is_named(json_object_get(rule, "fields"), name) ||
         g_strcmp0(json_string_value(json_object_get(rule, "reason")), name) == 0 ||
         json_object_get(json_object_get(rule, "stamps"), name) != NULL;
}

/* Whether the rule names a person of a unit, or an author, that the record does not tell. */
static gboolean is_untold(const Stand *stand, const json_t *rule)
{
  const json_t *who = json_object_get(rule, "who");
  return (matrix_is_named(who, "unit") &&
          matrix_follow_any(stand->matrix, stand->values,
                            json_object_get(stand->declaration, "unit_from")) == NULL) ||
         (matrix_is_named(who, "author") &&
          matrix_follow_any(stand->matrix, stand->values,
                            json_object_get(stand->declaration, "author_from")) == NULL);
}

static gboolean is_left_to_hub(const Stand *stand, const json_t *rule)
{
  const json_t *fields = json_object_get(stand->declaration, "fields");
  gboolean left = json_object_get(stand->declaration, "written_by") != NULL;
  size_t at;
  json_t *field;
  json_array_foreach(fields, at, field) {
    left = left || (json_object_get(field, "written_by") != NULL &&
                    matrix_is_named(json_object_get(rule, "fields"),
                                    json_string_value(json_object_get(field, "name"))));
  }
  return left;
}

/* Whether authority lets the person take the edit: what is left to the hub is corrected by its
 * author, its unit, and those who decide about it. All records of the scene belong to the unit
 * SAME. */
static gboolean fits_authority(const Stand *stand, const json_t *rule, const Person *person)
{
  const json_t *own = json_object_get(rule, "authority");
  const json_t *paths = own != NULL ? own : json_object_get(stand->declaration, "authority");
  const char *author = matrix_follow_any(stand->matrix, stand->values,
                                         json_object_get(stand->declaration, "author_from"));
  if (paths == NULL || (own == NULL && !is_left_to_hub(stand, rule)) ||
      matrix_follow_any(stand->matrix, stand->values, paths) == NULL)
    return TRUE;
  return person->relation == SAME || person->relation == ABOVE ||
         (own == NULL && g_strcmp0(author, person->id) == 0);
}

/* Whether an "edit" of the kind lets the person set the field, or the kind has none. */
static gboolean may_edit(const Stand *stand, const json_t *field, const Person *person)
{
  const json_t *edits = json_object_get(stand->declaration, "edit");
  const char *name = json_string_value(json_object_get(field, "name"));
  gboolean named = FALSE;
  size_t at;
  json_t *rule;
  json_array_foreach(edits, at, rule) {
    const json_t *when = json_object_get(rule, "when");
    if (!is_set_by(rule, name))
      continue;
    named = TRUE;
    if ((when == NULL || matrix_holds(stand->matrix, when, stand->values, NULL) != NO) &&
        (is_untold(stand, rule) ||
         (matrix_fits_who(stand->matrix, stand->declaration, rule, stand->values, person) &&
          fits_authority(stand, rule, person))))
      return TRUE;
  }
  return edits == NULL || (!named && (json_is_false(json_object_get(field, "in_form")) ||
                                      json_is_true(json_object_get(field, "retired"))));
}

/* NULL when the hub should accept the change; else the member of the declaration that forbids it.
 */
static const char *expect(const Stand *stand, const json_t *field, const Person *person,
                          json_t *value, const char *named_unit, gboolean sealed)
{
  const char *name = json_string_value(json_object_get(field, "name"));
  const json_t *old = json_object_get(stand->values, name);
  gboolean same =
      (matrix_is_unset(old) && matrix_is_unset(value)) || (old != NULL && json_equal(old, value));
  if (json_object_get(field, "compute") != NULL)
    return "compute";
  if (matrix_is_hub(stand->declaration) || matrix_is_hub(field))
    return "written_by";
  if (!is_reached(stand, person))
    return "scope";
  if (sealed != json_is_true(json_object_get(field, "personal")))
    return "personal";
  if (!same && is_person(stand, field) &&
      strcmp(named_unit, stand->matrix->units[person->relation]) != 0)
    return "own_unit";
  if (!same && names(json_object_get(stand->declaration, "unit_from"), name) &&
      strcmp(named_unit, stand->matrix->units[person->relation]) != 0)
    return "unit_from";
  if (is_closed_with(stand, name, value))
    return "locked_when of what it hangs on";
  if (!same && is_given_number(stand, field, stand->values))
    return "number";
  if (!same && is_locked(stand, field, stand->values))
    return "locked_when";
  if (!same && !may_edit(stand, field, person))
    return "edit";
  return !same && !matrix_is_unset(old) && asks_more(stand, field) ? "on_change_ask" : NULL;
}

/* --- one case, on the writer --- */

static BhEntryText *seal_set(TestDevice *device, const Stand *stand, const json_t *field,
                             json_t *value, gboolean sealed)
{
  const BhClock *clock = bh_clock_system();
  const char *name = json_string_value(json_object_get(field, "name"));
  gboolean items = strcmp(json_string_value(json_object_get(field, "type")), "items") == 0;
  g_autofree char *key = items ? g_strconcat(name, "/A-01", NULL) : g_strdup(name);
  const char *const was[] = {stand->made, NULL};
  g_autofree char *body = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(GError) error = NULL;
  BhEntryClock stamp = {.wall_ms = clock->wall_ms(clock->data), .boot_ms = 1, .boot_id = "b"};
  test_device_make_id(device, device->last_entry);
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(device->last_entry, device->actor, &stamp, 0, bh_random_system());
  bh_body_builder_set(builder, stand->record, stand->kind, key, value, sealed, was);
  if (!bh_body_builder_finish(builder, &body, &openings, &error))
    fail_msg("the body cannot be built: %s", error->message);
  return test_device_seal(device, body, openings);
}

static gboolean is_held(Stand *stand, BhHub *hub, BhDb *db, const Person *person,
                        const json_t *field, json_t *value, gboolean sealed, char **why)
{
  g_autoptr(GError) error = NULL;
  TestDevice *device = stand->matrix->devices[person->relation];
  test_device_new_incarnation(device);
  g_strlcpy(device->actor, person->id, sizeof device->actor);
  g_autoptr(BhBatch) batch = bh_batch_new(device->signer->device, device->unit);
  assert_true(bh_batch_add(batch, bh_hub_get_id(hub), device->signer->public_key,
                           seal_set(device, stand, field, value, sealed)));
  BhIngestResult result = {0};
  if (!bh_db_exec(db, "SAVEPOINT one_field", &error) ||
      !bh_ingest_apply(bh_hub_get_ingest(hub), db, batch, &result, &error))
    fail_msg("%s", error->message);
  gboolean held = result.quarantined->len > 0;
  bh_ingest_result_clear(&result);
  if (held) {
    g_autoptr(json_t) open =
        bh_log_list_quarantine(db, device->signer->device, G_MAXINT64, 1, &error);
    *why = g_strdup(bh_json_string_or(json_array_get(open, 0), "message", ""));
  }
  if (!bh_db_exec(db, "ROLLBACK TO one_field; RELEASE one_field", &error))
    fail_msg("%s", error->message);
  return held;
}

static void try_value(Stand *stand, BhHub *hub, BhDb *db, const Person *person, const json_t *field,
                      json_t *value, const char *named_unit, gboolean sealed)
{
  Matrix *matrix = stand->matrix;
  const char *against = expect(stand, field, person, value, named_unit, sealed);
  g_autofree char *why = NULL;
  gboolean held = is_held(stand, hub, db, person, field, value, sealed, &why);
  matrix->cases++;
  matrix->allowed += against == NULL;
  matrix->done += !held;
  if (held == (against != NULL))
    return;
  g_string_append_printf(stand->wrong, "\n%s %s in %s, by %s of the unit %s%s: %s but was %s %s",
                         stand->kind, json_string_value(json_object_get(field, "name")),
                         bh_json_string_or(stand->values, "state", "no state"), person->role,
                         MATRIX_RELATIONS[person->relation], sealed ? ", sealed" : "",
                         against != NULL ? against : "nothing speaks against it",
                         held ? "held back:" : "taken", why != NULL ? why : "");
}

static void try_field(Stand *stand, BhHub *hub, BhDb *db, const Person *person, const json_t *field)
{
  Matrix *matrix = stand->matrix;
  gboolean personal = json_is_true(json_object_get(field, "personal"));
  json_t *value = value_of(field, 1);
  if (value != NULL) {
    try_value(stand, hub, db, person, field, value, NULL, personal);
    if (matrix_is_named(json_object_get(field, "ref_kinds"), "inspection") &&
        strcmp(json_string_value(json_object_get(field, "type")), "ref") == 0) {
      g_autoptr(json_t) closed = json_string(matrix->by_kind[matrix->n_kinds - 1]);
      try_value(stand, hub, db, person, field, closed, NULL, personal);
    }
    if (stand->same_only)
      try_value(stand, hub, db, person, field, value, NULL, !personal);
    json_decref(value);
    return;
  }
  /* A person or a unit: the device's own, and another one. */
  gboolean units = strcmp(json_string_value(json_array_get(json_object_get(field, "ref_kinds"), 0)),
                          "unit") == 0;
  for (int foreign = 0; foreign <= 1; foreign++) {
    Relation of = (Relation)((person->relation + (foreign ? 1 : 0)) % N_UNITS);
    g_autoptr(json_t) named =
        json_string(units ? matrix->units[of] : matrix->people[(int)of * MATRIX_N_ROLES + 1].id);
    try_value(stand, hub, db, person, field, named, matrix->units[of], personal);
  }
}

/* Always FALSE, so that everything is rolled back. */
static gboolean try_stand(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Stand *stand = data;
  Matrix *matrix = stand->matrix;
  if (!matrix_put(matrix, hub, db, stand->kind, stand->record, stand->made, stand->values, error))
    fail_msg("%s: %s", stand->kind, *error != NULL ? (*error)->message : "refused");
  for (Relation relation = SAME; relation < (stand->same_only ? SAME + 1 : N_UNITS); relation++) {
    size_t at;
    json_t *field;
    json_array_foreach(json_object_get(stand->declaration, "fields"), at, field) {
      const Person *person =
          &matrix->people[(guint)relation * MATRIX_N_ROLES + stand->turn++ % MATRIX_N_ROLES];
      try_field(stand, hub, db, person, field);
    }
  }
  g_set_error(error, BH_ERROR, BH_ERROR_FAILED, "rolled back");
  return FALSE;
}

/* --- all fields --- */

/* Computes which fields are tried: all except those that decide visibility, and those for which a
 * change needs a reason. */
static void fill(Stand *stand)
{
  size_t at;
  json_t *field, *other;
  json_array_foreach(json_object_get(stand->declaration, "fields"), at, field) {
    const char *name = json_string_value(json_object_get(field, "name"));
    const char *type = json_string_value(json_object_get(field, "type"));
    gboolean skipped = strcmp(type, "ref") == 0 || strcmp(type, "items") == 0 ||
                       strcmp(name, "modes") == 0 || strcmp(name, "released") == 0 ||
                       json_is_true(json_object_get(field, "personal")) ||
                       json_object_get(stand->values, name) != NULL;
    size_t k;
    json_array_foreach(json_object_get(stand->declaration, "fields"), k, other) {
      skipped |= matrix_is_named(json_object_get(other, "on_change_ask"), name);
    }
    if (!skipped)
      json_object_set_new(stand->values, name, value_of(field, 0));
  }
}

static void try_record(Matrix *matrix, const char *kind, const char *state, gboolean filled,
                       GString *wrong)
{
  static guint turn = 0;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) values = matrix_raw_values(matrix, kind, OPEN);
  Stand stand = {.matrix = matrix,
                 .kind = kind,
                 .declaration = json_object_get(matrix->kinds, kind),
                 .values = values,
                 .same_only = !filled,
                 .turn = turn++,
                 .wrong = wrong};
  if (state != NULL)
    json_object_set_new(values, "state", json_string(state));
  /* Sets one value, because an entry needs at least one. */
  const json_t *first = json_array_get(json_object_get(stand.declaration, "fields"), 0);
  if (filled)
    fill(&stand);
  else if (json_object_size(values) == 0)
    json_object_set_new(values, json_string_value(json_object_get(first, "name")),
                        value_of(first, 0));
  matrix_make_id(stand.record);
  matrix_make_id(stand.made);
  bh_hub_write(matrix->fixture->hub, try_stand, &stand, &error);
}

static void try_kind(Matrix *matrix, const char *name, gboolean whole, GString *wrong)
{
  const json_t *states = json_object_get(json_object_get(matrix->kinds, name), "states");
  size_t at;
  json_t *state;
  for (gboolean filled = FALSE; filled <= whole; filled++) {
    if (json_array_size(states) == 0)
      try_record(matrix, name, NULL, filled, wrong);
    json_array_foreach((json_t *)states, at, state) {
      try_record(matrix, name, json_string_value(json_object_get(state, "name")), filled, wrong);
    }
  }
}

/* Records are locked by the state of their parent, so the records of the scene are given each state
 * in turn. */
static void try_below(Matrix *matrix, const char *above, GString *wrong)
{
  json_t *scene = json_object_get(matrix->scene, matrix_scene_of(matrix, above));
  const char *name;
  json_t *kind, *state;
  size_t at;
  json_array_foreach(json_object_get(json_object_get(matrix->kinds, above), "states"), at, state) {
    json_object_set(scene, "state", json_object_get(state, "name"));
    json_object_foreach(matrix->kinds, name, kind) {
      if (json_object_get(kind, "parent") != NULL && json_object_get(kind, "states") == NULL)
        try_record(matrix, name, NULL, FALSE, wrong);
    }
  }
  json_object_del(scene, "state");
}

/* The last record of the scene is a locked visit; the first record of a kind is the one to which
 * others refer. */
static void add_signed_visit(Matrix *matrix)
{
  char *id = matrix->by_kind[matrix->n_kinds];
  matrix_make_id(id);
  json_t *values = matrix_raw_values(matrix, "inspection", OPEN);
  json_object_set_new(values, "state", json_string("signed"));
  json_object_set_new(matrix->scene, id, values);
  matrix->kind_names[matrix->n_kinds++] = "inspection";
  matrix->has_other = TRUE;
}

static void test_every_field_by_every_unit(void **state)
{
  Matrix matrix;
  g_autoptr(GString) wrong = g_string_new(NULL);
  const char *name;
  json_t *kind;
  matrix_begin(&matrix, *state);
  matrix_set_scene(&matrix, OPEN);
  add_signed_visit(&matrix);
  json_object_foreach(matrix.kinds, name, kind) {
    try_kind(&matrix, name, TRUE, wrong);
  }
  try_below(&matrix, "inspection", wrong);
  try_below(&matrix, "hazard", wrong);
  /* The visit is signed: kinds below it that have states of their own. */
  json_object_set_new(json_object_get(matrix.scene, matrix_scene_of(&matrix, "inspection")),
                      "state", json_string("signed"));
  try_kind(&matrix, "hazard", FALSE, wrong);
  print_message("%u cases, %u of them allowed, %u done\n", matrix.cases, matrix.allowed,
                matrix.done);
  if (wrong->len > 8000)
    g_string_truncate(wrong, 8000);
  if (wrong->len > 0)
    fail_msg("%s", wrong->str);
  assert_true(matrix.cases > 10000);
  assert_true(matrix.allowed > 2000);
  matrix_end(&matrix);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_every_field_by_every_unit, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
