/* The authorization matrix: every declared and every undeclared step of every kind, from every
 * state, by every role of four units, open and covert, by every path into the store. The expected
 * results are computed here from the JSON of the kinds alone and compared with the hub. Each case
 * is rolled back. Start with test_every_step_by_everybody. */
#include "matrix-scene.h"

#include <string.h>

#include "schema/workflow.h"
#include "sync/hub/records/read.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/ingest/internal.h"

/* --- one case --- */

typedef struct {
  Matrix *matrix;
  const char *kind;
  const char *from;
  const char *to;
  const Person *person;
  Visibility visibility;
  gboolean by_device;
  gboolean false_taker;   /* the step names the author as its taker */
  const Person *releaser; /* releases the device's entry; NULL: nobody */
  char record[BH_ID_LEN + 1];
  char made[BH_ID_LEN + 1]; /* entry that made the record, in the state `from` */
  BhEntryText *sent;        /* the device's entry; the writer takes it */
  /* the result */
  gboolean moved;
  GError *refused;
} Attempt;

static gboolean put_scene(Attempt *attempt, BhHub *hub, BhDb *db, GError **error)
{
  Matrix *matrix = attempt->matrix;
  g_autoptr(json_t) values = matrix_raw_values(matrix, attempt->kind, attempt->visibility);
  json_object_set_new(values, "state", json_string(attempt->from));
  return matrix_put(matrix, hub, db, attempt->kind, attempt->record, attempt->made, values, error);
}

/* The field that the step stamps with the acting person; NULL: none. */
static const char *find_taker(const json_t *step)
{
  const char *name;
  json_t *source;
  json_object_foreach(json_object_get(step, "stamps"), name, source) {
    if (g_strcmp0(json_string_value(source), "actor") == 0)
      return name;
  }
  return NULL;
}

/* The values of the step, with its taker if the step has one. */
static json_t *step_sets(const Attempt *attempt)
{
  const json_t *step = matrix_find_step(json_object_get(attempt->matrix->kinds, attempt->kind),
                                        attempt->from, attempt->to);
  const char *taker = find_taker(step);
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

/* Always FALSE, so that everything is rolled back. */
static gboolean write_attempt(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Attempt *attempt = data;
  const char *record = attempt->record;
  if (!put_scene(attempt, hub, db, error))
    fail_msg("scene of %s in %s: %s", attempt->kind, attempt->from,
             *error != NULL ? (*error)->message : "refused");
  g_autoptr(BhRecord) before = bh_record_load(db, record, error);
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
  g_autoptr(BhRecord) after = bh_record_load(db, record, error);
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
      MATRIX_RELATIONS[attempt->person->relation],
      attempt->by_device ? " on a device" : " in the office",
      attempt->releaser != NULL ? ", released by " : "",
      attempt->releaser != NULL ? attempt->releaser->role : "",
      attempt->releaser != NULL ? MATRIX_RELATIONS[attempt->releaser->relation] : "",
      attempt->refused != NULL ? attempt->refused->message
      : attempt->moved         ? "done"
                               : "not done");
}

/* A step that is not allowed is refused; an allowed step is refused by a guard at most. */
static void run(Attempt *attempt, gboolean may, GString *wrong)
{
  g_autoptr(GError) error = NULL;
  Matrix *matrix = attempt->matrix;
  attempt->moved = FALSE;
  g_clear_error(&attempt->refused);
  matrix_make_id(attempt->record);
  matrix_make_id(attempt->made);
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
  g_autoptr(json_t) values = matrix_raw_values(matrix, attempt->kind, attempt->visibility);
  json_object_set_new(values, "state", json_string(attempt->from));
  return step != NULL && !(attempt->by_device && matrix_is_left_to_hub(kind, step)) &&
         matrix_fits_who(matrix, kind, step, values, attempt->person) &&
         matrix_fits_authority(matrix, kind, step, values, attempt->person) &&
         matrix_is_seen(matrix, kind, values, attempt->person);
}

/* Steps that `when` does not offer in the scene are skipped; whether it holds is not computed here.
 */
static gboolean is_conditional(const json_t *step)
{
  return step != NULL && json_object_get(step, "when") != NULL;
}

static void try_step(Attempt *attempt, GString *wrong)
{
  Matrix *matrix = attempt->matrix;
  const json_t *step =
      matrix_find_step(json_object_get(matrix->kinds, attempt->kind), attempt->from, attempt->to);
  for (guint i = 0; i < G_N_ELEMENTS(matrix->people); i++) {
    attempt->person = &matrix->people[i];
    /* An undeclared step is tried by the two people with the most rights. */
    if (step == NULL &&
        !(attempt->person->relation == SAME && (strcmp(attempt->person->role, "leader") == 0 ||
                                                strcmp(attempt->person->role, "inspector") == 0)))
      continue;
    for (attempt->by_device = 0; attempt->by_device <= 1; attempt->by_device++) {
      gboolean may = may_take(attempt, step);
      if (may && is_conditional(step))
        continue;
      run(attempt, may, wrong);
      attempt->false_taker = find_taker(step) != NULL;
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
  json_object_foreach(matrix->kinds, name, kind) {
    size_t i, j;
    json_t *from, *to;
    if (visibility == COVERT && !matrix_can_be_hidden(kind))
      continue;
    json_array_foreach(json_object_get(kind, "states"), i, from) {
      json_array_foreach(json_object_get(kind, "states"), j, to) {
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
  matrix_begin(&matrix, *state);
  for (Visibility visibility = OPEN; visibility <= COVERT; visibility++) {
    matrix_set_scene(&matrix, visibility);
    for_each_step(&matrix, visibility, wrong);
  }
  assert_nothing_wrong(&matrix, wrong, 10000);
  assert_true(matrix.done > 450);
  matrix_end(&matrix);
}

/* A release gives an entry no more rights than its author and the releaser have. What the
 * declarations refuse to the device is not accepted by any release. */
static void test_no_release_gives_more_rights_than_a_step(void **state)
{
  Matrix matrix;
  g_autoptr(GString) wrong = g_string_new(NULL);
  matrix_begin(&matrix, *state);
  matrix_set_scene(&matrix, OPEN);
  const char *name;
  json_t *kind;
  guint turn = 0;
  json_object_foreach(matrix.kinds, name, kind) {
    size_t i, j;
    json_t *from, *step;
    json_array_foreach(json_object_get(kind, "transitions"), i, step) {
      json_array_foreach(json_object_get(step, "from"), j, from) {
        Attempt attempt = {.matrix = &matrix, .kind = name, .by_device = TRUE};
        attempt.from = json_string_value(from);
        attempt.to = json_string_value(json_object_get(step, "to"));
        for (guint k = 0; k < G_N_ELEMENTS(matrix.people); k++) {
          attempt.person = &matrix.people[k];
          if (may_take(&attempt, step))
            continue;
          attempt.releaser = &matrix.people[turn++ % G_N_ELEMENTS(matrix.people)];
          /* A step that is left to the hub may be released by people who may take it at the office.
           */
          Attempt theirs = attempt;
          theirs.person = attempt.releaser;
          theirs.by_device = FALSE;
          if (!matrix_is_left_to_hub(kind, step) || !may_take(&theirs, step))
            run(&attempt, FALSE, wrong);
        }
      }
    }
  }
  assert_nothing_wrong(&matrix, wrong, 1000);
  matrix_end(&matrix);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_every_step_by_everybody, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_no_release_gives_more_rights_than_a_step, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
