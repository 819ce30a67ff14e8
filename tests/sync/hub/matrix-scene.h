/* What the two authorization matrices share: people of every role in four units, the records that
 * others refer to, and what the JSON of the kinds says, worked out without the code of the hub. */
#pragma once

#include "hub-fixture.h"

#define MATRIX_N_ROLES 7
extern const char *const MATRIX_ROLES[MATRIX_N_ROLES];

/* Seen from the unit that made the records. */
typedef enum { SAME, ABOVE, BELOW, ASIDE, N_UNITS } Relation;
extern const char *const MATRIX_RELATIONS[N_UNITS];

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
  Person people[N_UNITS * MATRIX_N_ROLES];
  char author[BH_ID_LEN + 1];      /* an inspector of the unit, who made everything */
  json_t *scene;                   /* record id → values, of what records refer to */
  char by_kind[32][BH_ID_LEN + 1]; /* of that, the record of a kind … */
  const char *kind_names[32];      /* … named here */
  guint n_kinds;
  guint cases, allowed, done;
} Matrix;

void matrix_begin(Matrix *matrix, HubFixture *fixture);
void matrix_end(Matrix *matrix);
/* What others refer to, as the records of each kind do. */
void matrix_set_scene(Matrix *matrix, Visibility visibility);
void matrix_make_id(char id[BH_ID_LEN + 1]);
/* Record of the scene of a kind; NULL when there is none. */
const char *matrix_scene_of(Matrix *matrix, const char *kind);
/* Values of a record that names the scene wherever its kind refers to something. New reference. */
json_t *matrix_raw_values(Matrix *matrix, const char *kind, Visibility visibility);
/* Puts the scene and one record, made by the entry `made`, into the store without asking anybody.
 * On the writer. */
gboolean matrix_put(Matrix *matrix, BhHub *hub, BhDb *db, const char *kind, const char *record,
                    const char *made, const json_t *values, GError **error);

/* The text at "a.b.c" of values, through the scene; borrowed, NULL when nothing is there. */
const char *matrix_follow(Matrix *matrix, const json_t *values, const char *path);
/* The same of one path or of the first of several that leads to something. */
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
gboolean matrix_is_seen(const json_t *kind, const Person *person, Visibility visibility);
