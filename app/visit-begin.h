/* The changes with which a visit begins: the inspection, who takes part, and the scans that belong
 * to it. Pure, except that it makes record ids. Main thread. */
#pragma once

#include "app/session.h"

G_BEGIN_DECLS

/* What is known when a person taps "Begin". All members are borrowed. */
typedef struct {
  const char *record;     /* id of the inspection */
  const char *enterprise; /* record id */
  const char *unit;       /* unit of the device */
  const char *actor;
  const char *state;      /* state of a visit that is under way */
  const json_t *assigned; /* values of the inspection that the office assigned; NULL: a new one */
  const json_t *values;   /* typed into the form */
  gint64 now_ms;          /* UTC */
  gint64 observed_ms;     /* when it began, if it is entered later; 0: now */
  const char *scan;       /* record of the scan that found the enterprise; NULL: none */
  const char *list;       /* id of the checklist */
  const json_t *list_values; /* its values; NULL: none */
  const json_t *sections;    /* array of names of its sections */
  const json_t *colleagues;  /* array of staff ids */
  const char *expert;        /* name; "" for none */
  const json_t *scans;       /* array of ids of the scans to add to the visit */
} BhVisitBeginning;

/* Operations for one save, the inspection first; a new reference. `session` makes the ids of the
 * participants. Values that an assigned inspection already has are not set again. */
json_t *bh_visit_beginning_dup_ops(const BhVisitBeginning *beginning, BhSession *session);

G_END_DECLS
