/* The changes with which a visit begins: the inspection, who takes part, and the scans that belong
 * to it. Pure, except that it makes record ids. Main thread. */
#pragma once

#include "app/session.h"

G_BEGIN_DECLS

/* What is known when a person taps "Begin". All members are borrowed. */
typedef struct {
  const char *record;     /* id of the inspection */
  const char *enterprise; /* record id of the visited enterprise */
  const char *unit;       /* unit of the device */
  const char *actor;
  const char *state; /* state of a visit that is under way */
  /* Values of the inspection that the office assigned; NULL: the inspection is new. */
  const json_t *assigned;
  const json_t *values; /* values that were typed into the form, {key: value} */
  gint64 now_ms;        /* UTC */
  gint64 observed_ms;   /* UTC; time at which the visit began, when it is entered later; 0: now */
  const char *scan;     /* record of the scan that found the enterprise; NULL: none */
  const char *list;     /* id of the chosen checklist */
  const json_t *list_values; /* values of the checklist; NULL: no checklist is chosen */
  const json_t *sections;    /* array of names of the chosen sections of the checklist */
  const json_t *colleagues;  /* array of the staff ids of those who take part besides the actor */
  const char *expert;        /* name of the expert who takes part; "": nobody */
  const json_t *scans;       /* array of ids of the scans to add to the visit */
} BhVisitBeginning;

/* Operations for one save, the inspection first; a new reference. `session` makes the ids of the
 * participants. Values that an assigned inspection already has are not set again. */
json_t *bh_visit_beginning_dup_ops(const BhVisitBeginning *beginning, BhSession *session);

G_END_DECLS
