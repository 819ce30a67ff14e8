/* Shared by the two authorization matrices: people of every role in four units, records to which
 * others refer, and the rules in the JSON of the kinds, evaluated without the code of the hub. */
#pragma once

#include "hub-fixture.h"

#define MATRIX_N_ROLES 7
extern const char *const MATRIX_ROLES[MATRIX_N_ROLES];

/* Units, relative to the unit that made the records. */
typedef enum { SAME, ABOVE, BELOW, ASIDE, N_UNITS } Relation;
extern const char *const MATRIX_RELATIONS[N_UNITS];

typedef enum { OPEN, COVERT } Visibility;

typedef enum { NO, YES, UNKNOWN } Truth;

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
  Person people[N_UNITS * MATRIX_N_ROLES];
  char author[BH_ID_LEN + 1];      /* an inspector of the unit; made all records */
  json_t *scene;                   /* record id → values of the records to which others refer */
  char by_kind[32][BH_ID_LEN + 1]; /* for a record of the kind kind_names[i] … */
  const char *kind_names[32];      /* … conditions refer to the record by_kind[i] */
  guint n_kinds;
  gboolean has_other; /* the last record of the scene is written with every record */
  guint cases, allowed, done;
} Matrix;

void matrix_begin(Matrix *matrix, HubFixture *fixture);
void matrix_end(Matrix *matrix);
/* Adds the records to which records of each kind refer. */
void matrix_set_scene(Matrix *matrix, Visibility visibility);
void matrix_make_id(char id[BH_ID_LEN + 1]);
/* The id of the scene's record of a kind; NULL when there is none. */
const char *matrix_scene_of(Matrix *matrix, const char *kind);
/* Values of a record whose refs are records of the scene; a new reference. */
json_t *matrix_raw_values(Matrix *matrix, const char *kind, Visibility visibility);
/* Writes one record, made by the entry `made`, into the store without any check, and the records of
 * the scene to which it leads. On the writer thread. */
gboolean matrix_put(Matrix *matrix, BhHub *hub, BhDb *db, const char *kind, const char *record,
                    const char *made, const json_t *values, GError **error);

/* The text at the path "a.b.c" of values, followed through the scene; borrowed; NULL when there is
 * none. */
const char *matrix_follow(Matrix *matrix, const json_t *values, const char *path);
/* The same for one path, or for the first of several paths that has a text. */
const char *matrix_follow_any(Matrix *matrix, const json_t *values, const json_t *paths);
gboolean matrix_is_named(const json_t *list, const char *name);
/* Whether a kind, field, state or step says "written_by": "hub". */
gboolean matrix_is_hub(const json_t *declaration);
const json_t *matrix_find_step(const json_t *kind, const char *from, const char *to);
gboolean matrix_is_left_to_hub(const json_t *kind, const json_t *step);
gboolean matrix_fits_who(Matrix *matrix, const json_t *kind, const json_t *step,
                         const json_t *values, const Person *person);
gboolean matrix_fits_authority(Matrix *matrix, const json_t *kind, const json_t *step,
                               const json_t *values, const Person *person);
gboolean matrix_is_unset(const json_t *value);
/* Evaluates a condition on the values of a record; no record of the scene has children. `person`
 * looks at the record; NULL in conditions that do not depend on it. */
Truth matrix_holds(Matrix *matrix, const json_t *condition, const json_t *values,
                   const Person *person);
/* Whether the area of the record is one that a unit serves. */
gboolean matrix_is_in_area(Matrix *matrix, const json_t *kind, const json_t *values,
                           Relation relation);
/* Whether records of the kind can be hidden, by the kind or by one above it. */
gboolean matrix_can_be_hidden(const json_t *kind);
gboolean matrix_is_seen(Matrix *matrix, const json_t *kind, const json_t *values,
                        const Person *person);
