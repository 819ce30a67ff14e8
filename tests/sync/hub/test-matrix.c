/* The authorization matrix: every declared step and every step that is not declared, of every kind,
 * from every state, by every role of four units, open and covert, by every path into the store.
 * What is expected is worked out here from the JSON of the kinds alone and compared with what the
 * hub does. Nothing is kept: each case is rolled back. Start with test_every_step_by_everybody. */
#include "hub-fixture.h"

#include <string.h>

#include "schema/workflow.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/ingest-internal.h"
#include "tests/support/unsigned.h"

#define AREA_BELOW "140603100" /* where the enterprise lies */
#define PATHS_MAX 8            /* members of a path */

static const char *const ROLES[] = {"inspector", "township", "reviewer", "legal",
                                    "leader",    "expert",   "admin"};

/* Seen from the unit that made the records. */
typedef enum { SAME, ABOVE, BELOW, ASIDE, N_UNITS } Relation;
static const char *const RELATIONS[] = {"same", "above", "below", "aside"};

typedef enum { OPEN, COVERT } Visibility;

typedef struct {
  char id[BH_ID_LEN + 1];
  Relation relation;
  const char *role;
} Person;

typedef struct {
  HubFixture *fixture;
  json_t *kinds; /* name → declaration */
  char units[N_UNITS][BH_ID_LEN + 1];
  TestDevice *devices[N_UNITS];
  Person people[N_UNITS * G_N_ELEMENTS(ROLES)];
  char author[BH_ID_LEN + 1];      /* an inspector of the unit, who made everything */
  json_t *scene;                   /* record id → values, of what records refer to */
  char by_kind[32][BH_ID_LEN + 1]; /* of that, the record of a kind … */
  const char *kind_names[32];      /* … named here */
  guint n_kinds;
  guint cases, allowed, done;
} Matrix;

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

static void make_id(char id[BH_ID_LEN + 1])
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
  make_id(matrix->units[ASIDE]);
  append(matrix, matrix->units[ASIDE], "unit",
         json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", "邻镇", "short_name", "邻", "area",
                   "140603101", "level", "township", "parent", fixture->county));
  for (guint i = 0; i < G_N_ELEMENTS(matrix->people); i++) {
    Person *person = &matrix->people[i];
    person->relation = (Relation)(i / G_N_ELEMENTS(ROLES));
    person->role = ROLES[i % G_N_ELEMENTS(ROLES)];
    make_id(person->id);
    append(matrix, person->id, "staff",
           json_pack("{s:s, s:s, s:[s], s:s}", "name", person->role, "unit",
                     matrix->units[person->relation], "roles", person->role, "state", "active"));
    test_take_unsigned(fixture->hub, person->id);
  }
  make_id(matrix->author);
  append(matrix, matrix->author, "staff",
         json_pack("{s:s, s:s, s:[s], s:s}", "name", "作者", "unit", matrix->units[SAME], "roles",
                   "inspector", "state", "active"));
  for (guint i = 0; i < N_UNITS; i++)
    matrix->devices[i] = test_device_new(fixture, matrix->units[i]);
}

static const char *scene_of(Matrix *matrix, const char *kind)
{
  for (guint i = 0; i < matrix->n_kinds; i++)
    if (strcmp(matrix->kind_names[i], kind) == 0)
      return matrix->by_kind[i];
  return NULL;
}

/* A record that names the scene wherever its kind refers to something, raw. */
static json_t *raw_values(Matrix *matrix, const char *kind, Visibility visibility)
{
  json_t *declaration = json_object_get(matrix->kinds, kind);
  json_t *values = json_object();
  size_t at;
  json_t *field;
  json_array_foreach(json_object_get(declaration, "fields"), at, field)
  {
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
                         ? (strcmp(name, "unit") == 0 ? matrix->units[SAME] : NULL)
                         : NULL;
    for (gsize i = 0; id == NULL && i < json_array_size(targets); i++)
      id = strcmp(target, "staff") != 0 && strcmp(target, "unit") != 0
               ? scene_of(matrix, json_string_value(json_array_get(targets, i)))
               : NULL;
    if (id != NULL)
      json_object_set_new(values, name, json_string(id));
  }
  if (strcmp(kind, "enterprise") == 0)
    json_object_set_new(values, "area", json_string(AREA_BELOW));
  if (strcmp(kind, "inspection") == 0)
    json_object_set_new(values, "modes",
                        json_pack("[s]", visibility == COVERT ? "covert" : "routine"));
  return values;
}

static void add_scene(Matrix *matrix, const char *kind, Visibility visibility)
{
  char *id = matrix->by_kind[matrix->n_kinds];
  make_id(id);
  json_object_set_new(matrix->scene, id, raw_values(matrix, kind, visibility));
  json_object_set_new(json_object_get(matrix->scene, id), "kind", json_string(kind));
  matrix->kind_names[matrix->n_kinds++] = kind;
}

static void begin(Matrix *matrix, HubFixture *fixture)
{
  g_autoptr(BhKindSet) set = bh_hub_dup_kinds(fixture->hub);
  const GPtrArray *kinds = bh_kind_set_list(set);
  *matrix = (Matrix){.fixture = fixture, .kinds = json_object()};
  for (guint i = 0; i < kinds->len; i++)
    json_object_set(matrix->kinds, bh_kind_get_name(kinds->pdata[i]),
                    (json_t *)bh_kind_get_declaration(kinds->pdata[i]));
  add_people(matrix);
}

static void end(Matrix *matrix)
{
  for (guint i = 0; i < N_UNITS; i++)
    test_device_free(matrix->devices[i]);
  json_decref(matrix->kinds);
  json_decref(matrix->scene);
}

/* What others refer to, as the records of each kind do: parents first. */
static void set_scene(Matrix *matrix, Visibility visibility)
{
  json_decref(matrix->scene);
  matrix->scene = json_object();
  matrix->n_kinds = 0;
  add_scene(matrix, "enterprise", visibility);
  add_scene(matrix, "inspection", visibility);
  add_scene(matrix, "hazard", visibility);
}

/* --- what the declarations say --- */

/* The text at "a.b.c", NULL when nothing is there. */
static const char *follow(Matrix *matrix, const json_t *values, const char *path)
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

/* The same of one path or of the first of several that leads to something. */
static const char *follow_any(Matrix *matrix, const json_t *values, const json_t *paths)
{
  if (json_is_string(paths))
    return follow(matrix, values, json_string_value(paths));
  size_t at;
  json_t *path;
  json_array_foreach((json_t *)paths, at, path)
  {
    const char *found = follow(matrix, values, json_string_value(path));
    if (found != NULL)
      return found;
  }
  return NULL;
}

static gboolean is_named(const json_t *list, const char *name)
{
  size_t at;
  json_t *each;
  json_array_foreach((json_t *)list, at, each)
  {
    if (g_strcmp0(json_string_value(each), name) == 0)
      return TRUE;
  }
  return FALSE;
}

static const json_t *find_step(const json_t *kind, const char *from, const char *to)
{
  size_t at;
  json_t *step;
  json_array_foreach(json_object_get(kind, "transitions"), at, step)
  {
    if (strcmp(json_string_value(json_object_get(step, "to")), to) == 0 &&
        is_named(json_object_get(step, "from"), from))
      return step;
  }
  return NULL;
}

static gboolean is_hub(const json_t *declaration)
{
  return g_strcmp0(json_string_value(json_object_get(declaration, "written_by")), "hub") == 0;
}

static const json_t *find_state(const json_t *kind, const char *name)
{
  size_t at;
  json_t *state;
  json_array_foreach(json_object_get(kind, "states"), at, state)
  {
    if (strcmp(json_string_value(json_object_get(state, "name")), name) == 0)
      return state;
  }
  return NULL;
}

static gboolean is_left_to_hub(const json_t *kind, const json_t *step)
{
  return is_hub(kind) || is_hub(step) ||
         is_hub(find_state(kind, json_string_value(json_object_get(step, "to"))));
}

/* Which unit made the record, by the words of the kind. */
static gboolean fits_who(Matrix *matrix, const json_t *kind, const json_t *step,
                         const json_t *values, const Person *person)
{
  const json_t *who = json_object_get(step, "who");
  const char *author = follow_any(matrix, values, json_object_get(kind, "author_from"));
  const char *unit = follow_any(matrix, values, json_object_get(kind, "unit_from"));
  return is_named(who, person->role) || is_named(who, "anyone") ||
         (is_named(who, "author") && g_strcmp0(author, person->id) == 0) ||
         (is_named(who, "unit") && g_strcmp0(unit, matrix->units[person->relation]) == 0);
}

/* All records of the scene are of the unit SAME, so only it and what is above it decide. */
static gboolean fits_authority(Matrix *matrix, const json_t *kind, const json_t *step,
                               const json_t *values, const Person *person)
{
  const json_t *own = json_object_get(step, "authority");
  const json_t *paths =
      json_is_string(own) || json_is_array(own) ? own : json_object_get(kind, "authority");
  if (paths == NULL || (own == NULL && !is_left_to_hub(kind, step)))
    return TRUE;
  return follow_any(matrix, values, paths) == NULL || person->relation == SAME ||
         person->relation == ABOVE;
}

/* Whether the record lies where the person's unit serves, and is shown to them. Restricted kinds
 * hang on the inspection of the scene; who is of its unit or its parent sees a covert one. */
static gboolean is_seen(const json_t *kind, const Person *person, Visibility visibility)
{
  const char *scope = json_string_value(json_object_get(kind, "scope"));
  if (strcmp(scope, "unit") == 0)
    return person->relation == SAME || person->relation == ABOVE;
  if (strcmp(scope, "area") == 0 && person->relation == ASIDE)
    return FALSE;
  return visibility == OPEN || json_object_get(kind, "visible") == NULL ||
         person->relation == SAME || person->relation == ABOVE;
}

/* --- one case --- */

typedef struct {
  Matrix *matrix;
  const char *kind;
  const char *from;
  const char *to;
  const Person *person;
  Visibility visibility;
  gboolean by_device;
  gboolean false_taker;   /* it names the author as who takes the step */
  const Person *releaser; /* of what the device sent, or NULL */
  char record[BH_ID_LEN + 1];
  char made[BH_ID_LEN + 1]; /* entry that made it, in the state `from` */
  BhEntryText *sent;        /* the device's entry, taken by the writer */
  /* what came of it */
  gboolean moved;
  GError *refused;
} Attempt;

static gboolean apply_raw(BhPiece *piece, const char *entry, const char *by, const char *record,
                          const char *kind, const json_t *values, GError **error)
{
  BhEntryClock clock = {.wall_ms = piece->now_ms, .boot_ms = 1, .boot_id = "b"};
  g_autofree char *text = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(BhBodyBuilder) builder = bh_body_builder_new(entry, by, &clock, 0, bh_random_system());
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)values, key, value)
  {
    if (strcmp(key, "kind") != 0)
      bh_body_builder_set(builder, record, kind, key, value, FALSE, NULL);
  }
  g_autoptr(BhBody) body = bh_body_builder_finish_body(builder, &text, &openings, error);
  g_autoptr(GError) reason = NULL;
  return body != NULL &&
         bh_piece_apply(piece, body, piece->ingest->hub, ++piece->position, &reason, error) &&
         reason == NULL;
}

/* Puts the scene and the record into the store, without asking anybody. */
static gboolean put_scene(Attempt *attempt, BhHub *hub, BhDb *db, GError **error)
{
  Matrix *matrix = attempt->matrix;
  g_auto(BhPiece) piece = {0};
  if (!bh_piece_begin(&piece, bh_hub_get_ingest(hub), db, error))
    return FALSE;
  for (guint i = 0; i < matrix->n_kinds; i++) {
    char entry[BH_ID_LEN + 1];
    make_id(entry);
    if (!apply_raw(&piece, entry, matrix->author, matrix->by_kind[i], matrix->kind_names[i],
                   json_object_get(matrix->scene, matrix->by_kind[i]), error))
      return FALSE;
  }
  g_autoptr(json_t) values = raw_values(matrix, attempt->kind, attempt->visibility);
  json_object_set_new(values, "state", json_string(attempt->from));
  return apply_raw(&piece, attempt->made, matrix->author, attempt->record, attempt->kind, values,
                   error) &&
         bh_piece_end(&piece, error);
}

/* The step, with who takes it where the step keeps that. */
static json_t *step_sets(const Attempt *attempt)
{
  const json_t *step =
      find_step(json_object_get(attempt->matrix->kinds, attempt->kind), attempt->from, attempt->to);
  const char *taker = json_string_value(json_object_get(step, "taker"));
  json_t *sets = json_pack("{s:s}", "state", attempt->to);
  if (taker != NULL)
    json_object_set_new(
        sets, taker,
        json_string(attempt->false_taker ? attempt->matrix->author : attempt->person->id));
  return sets;
}

static void sign_by_device(Attempt *attempt)
{
  TestDevice *device = attempt->matrix->devices[attempt->person->relation];
  test_device_new_incarnation(device);
  g_strlcpy(device->actor, attempt->person->id, sizeof device->actor);
  g_strlcpy(device->let, attempt->person->id, sizeof device->let);
  attempt->sent =
      test_device_entry(device, attempt->record, attempt->kind, step_sets(attempt), attempt->made);
}

static gboolean send_by_device(Attempt *attempt, BhHub *hub, BhDb *db, GError **error)
{
  TestDevice *device = attempt->matrix->devices[attempt->person->relation];
  g_autoptr(BhBatch) batch = bh_batch_new(device->signer->device, device->unit);
  assert_true(bh_batch_add(batch, bh_hub_get_id(hub), device->signer->public_key,
                           g_steal_pointer(&attempt->sent)));
  BhIngestResult result = {0};
  if (!bh_ingest_apply(bh_hub_get_ingest(hub), db, batch, &result, error))
    return FALSE;
  gboolean held = result.quarantined->len > 0;
  bh_ingest_result_clear(&result);
  if (held && attempt->releaser != NULL)
    return bh_ingest_decide(bh_hub_get_ingest(hub), db, attempt->releaser->id, device->last_entry,
                            FALSE, "因", &attempt->refused) ||
           TRUE;
  if (held) {
    g_autoptr(json_t) open =
        bh_log_list_quarantine(db, device->signer->device, G_MAXINT64, 1, error);
    attempt->refused = g_error_new(BH_ERROR, BH_ERROR_DENIED, "%s",
                                   bh_json_string_or(json_array_get(open, 0), "message", ""));
  }
  return TRUE;
}

/* FALSE in every case: what was done is rolled back. */
static gboolean write_attempt(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Attempt *attempt = data;
  const char *record = attempt->record;
  if (!put_scene(attempt, hub, db, error))
    fail_msg("scene of %s in %s: %s", attempt->kind, attempt->from,
             *error != NULL ? (*error)->message : "refused");
  g_autoptr(BhRecord) before = bh_hub_load_record(db, record, error);
  assert_non_null(before);
  g_auto(GStrv) heads = bh_record_dup_heads(before, "state");
  if (attempt->by_device) {
    if (!send_by_device(attempt, hub, db, error))
      fail_msg("%s", (*error)->message);
  } else {
    g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:o}]", "record", record, "kind", attempt->kind,
                                      "set", step_sets(attempt));
    g_free(
        bh_ingest_append(bh_hub_get_ingest(hub), db, attempt->person->id, ops, &attempt->refused));
  }
  g_autoptr(BhRecord) after = bh_hub_load_record(db, record, error);
  g_auto(GStrv) now = bh_record_dup_heads(after, "state");
  attempt->moved = strcmp(now[0], heads[0]) != 0 || now[1] != NULL;
  g_set_error(error, BH_ERROR, BH_ERROR_FAILED, "rolled back");
  return FALSE;
}

static char *describe(const Attempt *attempt)
{
  return g_strdup_printf(
      "%s %s→%s, %s, by %s of the unit %s%s%s%s%s: %s", attempt->kind, attempt->from, attempt->to,
      attempt->visibility == COVERT ? "covert" : "open", attempt->person->role,
      RELATIONS[attempt->person->relation], attempt->by_device ? " on a device" : " in the office",
      attempt->releaser != NULL ? ", released by " : "",
      attempt->releaser != NULL ? attempt->releaser->role : "",
      attempt->releaser != NULL ? RELATIONS[attempt->releaser->relation] : "",
      attempt->refused != NULL ? attempt->refused->message
      : attempt->moved         ? "done"
                               : "not done");
}

/* What must not be, is not; what may be, is refused by a guard at most. */
static void run(Attempt *attempt, gboolean may, GString *wrong)
{
  g_autoptr(GError) error = NULL;
  Matrix *matrix = attempt->matrix;
  attempt->moved = FALSE;
  g_clear_error(&attempt->refused);
  make_id(attempt->record);
  make_id(attempt->made);
  if (attempt->by_device)
    sign_by_device(attempt);
  bh_hub_write(matrix->fixture->hub, write_attempt, attempt, &error);
  matrix->cases++;
  matrix->allowed += may;
  matrix->done += attempt->moved;
  gboolean denied =
      attempt->refused != NULL &&
      (attempt->by_device || g_error_matches(attempt->refused, BH_ERROR, BH_ERROR_DENIED));
  if (may ? denied : attempt->moved) {
    g_autofree char *text = describe(attempt);
    g_string_append_printf(wrong, "\n%s but was %s: %s",
                           may ? "declared as allowed" : "not allowed by the declarations",
                           may ? "refused" : "done", text);
  }
  g_clear_error(&attempt->refused);
}

static gboolean may_take(Attempt *attempt, const json_t *step)
{
  Matrix *matrix = attempt->matrix;
  const json_t *kind = json_object_get(matrix->kinds, attempt->kind);
  g_autoptr(json_t) values = raw_values(matrix, attempt->kind, attempt->visibility);
  return step != NULL && !(attempt->by_device && is_left_to_hub(kind, step)) &&
         fits_who(matrix, kind, step, values, attempt->person) &&
         fits_authority(matrix, kind, step, values, attempt->person) &&
         is_seen(kind, attempt->person, attempt->visibility);
}

/* What a `when` does not offer in the scene is nobody's; whether it holds is not worked out here.
 */
static gboolean is_conditional(const json_t *step)
{
  return step != NULL && json_object_get(step, "when") != NULL;
}

static void try_step(Attempt *attempt, GString *wrong)
{
  Matrix *matrix = attempt->matrix;
  const json_t *step =
      find_step(json_object_get(matrix->kinds, attempt->kind), attempt->from, attempt->to);
  for (guint i = 0; i < G_N_ELEMENTS(matrix->people); i++) {
    attempt->person = &matrix->people[i];
    /* A step that nobody has declared is tried by two who may most. */
    if (step == NULL &&
        !(attempt->person->relation == SAME && (strcmp(attempt->person->role, "leader") == 0 ||
                                                strcmp(attempt->person->role, "inspector") == 0)))
      continue;
    for (attempt->by_device = 0; attempt->by_device <= 1; attempt->by_device++) {
      gboolean may = may_take(attempt, step);
      if (may && is_conditional(step))
        continue;
      run(attempt, may, wrong);
      attempt->false_taker = step != NULL && json_object_get(step, "taker") != NULL;
      if (attempt->false_taker)
        run(attempt, FALSE, wrong);
      attempt->false_taker = FALSE;
    }
  }
}

static void for_each_step(Matrix *matrix, Visibility visibility, GString *wrong)
{
  const char *name;
  json_t *kind;
  json_object_foreach(matrix->kinds, name, kind)
  {
    size_t i, j;
    json_t *from, *to;
    if (visibility == COVERT && json_object_get(kind, "visible") == NULL)
      continue;
    json_array_foreach(json_object_get(kind, "states"), i, from)
    {
      json_array_foreach(json_object_get(kind, "states"), j, to)
      {
        Attempt attempt = {.matrix = matrix, .kind = name, .visibility = visibility};
        attempt.from = json_string_value(json_object_get(from, "name"));
        attempt.to = json_string_value(json_object_get(to, "name"));
        if (i != j)
          try_step(&attempt, wrong);
      }
    }
  }
}

static void assert_nothing_wrong(const Matrix *matrix, GString *wrong, guint least)
{
  print_message("%u cases, %u of them allowed, %u done\n", matrix->cases, matrix->allowed,
                matrix->done);
  if (wrong->len > 0) {
    if (wrong->len > 12000)
      g_string_truncate(wrong, 12000);
    fail_msg("%s", wrong->str);
  }
  assert_true(matrix->cases >= least);
}

static void test_every_step_by_everybody(void **state)
{
  Matrix matrix;
  g_autoptr(GString) wrong = g_string_new(NULL);
  begin(&matrix, *state);
  for (Visibility visibility = OPEN; visibility <= COVERT; visibility++) {
    set_scene(&matrix, visibility);
    for_each_step(&matrix, visibility, wrong);
  }
  assert_nothing_wrong(&matrix, wrong, 10000);
  assert_true(matrix.done > 500);
  end(&matrix);
}

/* A release gives an entry no more than its author and the releaser may: so nothing that the
 * declarations refuse to the device comes in by anybody's release. */
static void test_no_release_gives_what_a_step_does_not(void **state)
{
  Matrix matrix;
  g_autoptr(GString) wrong = g_string_new(NULL);
  begin(&matrix, *state);
  set_scene(&matrix, OPEN);
  const char *name;
  json_t *kind;
  guint turn = 0;
  json_object_foreach(matrix.kinds, name, kind)
  {
    size_t i, j;
    json_t *from, *step;
    json_array_foreach(json_object_get(kind, "transitions"), i, step)
    {
      json_array_foreach(json_object_get(step, "from"), j, from)
      {
        Attempt attempt = {.matrix = &matrix, .kind = name, .by_device = TRUE};
        attempt.from = json_string_value(from);
        attempt.to = json_string_value(json_object_get(step, "to"));
        for (guint k = 0; k < G_N_ELEMENTS(matrix.people); k++) {
          attempt.person = &matrix.people[k];
          if (may_take(&attempt, step))
            continue;
          attempt.releaser = &matrix.people[turn++ % G_N_ELEMENTS(matrix.people)];
          /* A step left to the hub may be released by who may take it there. */
          Attempt theirs = attempt;
          theirs.person = attempt.releaser;
          theirs.by_device = FALSE;
          if (!is_left_to_hub(kind, step) || !may_take(&theirs, step))
            run(&attempt, FALSE, wrong);
        }
      }
    }
  }
  assert_nothing_wrong(&matrix, wrong, 1000);
  end(&matrix);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_every_step_by_everybody, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_no_release_gives_what_a_step_does_not, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
