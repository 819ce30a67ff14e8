/* What an actor may do to a record. One judgement for every way into the store: entries of devices,
 * entries the hub makes for the office or for itself, and what is released from quarantine. It is
 * asked on the writer at the moment the effect is applied; a reader may ask the same beforehand, so
 * that a page offers only what will be done. */
#pragma once

#include "schema/entry.h"
#include "schema/kind.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

typedef enum {
  BH_PATH_DEVICE, /* signed by a device, which asserts who acts */
  BH_PATH_OFFICE, /* made by the hub for a person who signed in there */
  BH_PATH_SYSTEM, /* made by the hub for itself: the shell, enrolment, imports */
} BhActorPath;

/* All borrowed. */
typedef struct {
  BhActorPath path;
  const char *unit;     /* of the signing device; NULL on other paths */
  gint64 received_ms;   /* when the hub got it */
  gboolean is_doubted;  /* the hub's clock was in doubt then: it was at received_ms or later */
  gint64 at_ms;         /* when the entry was made, as far as the hub can tell (bh_judge_time) */
  gboolean release;     /* it leaves quarantine: faults of data are not looked for again */
  const char *releaser; /* staff id of who releases or dismisses; NULL for the shell */
} BhActor;

/* The time an entry says it was made, within what the hub knows: not before its device was
 * enrolled, not after it was received; G_MAXINT64 where nobody knows when that was. */
gint64 bh_judge_time(const BhEntryClock *clock, gint64 enrolled_ms, gint64 received_ms);
/* Who acts in an entry of a device: one that comes in, or one that is stored. Borrows `unit`. */
BhActor bh_judge_device_actor(const BhBody *body, const char *unit, gint64 enrolled_ms,
                              gint64 received_ms, gboolean is_doubted);

typedef enum {
  /* The entry cannot be understood or checked as it stands: unknown kind, malformed or over-long
   * value, an entry named in `was` that is not here. A person may vouch for it by a release. */
  BH_FAULT_DATA,
  /* Whoever acts may not do this: who, unit, write access, left to the hub, no such step. No
   * release waives it. */
  BH_FAULT_AUTHORITY,
} BhFaultClass;

typedef struct {
  BhFaultClass class;
  guint op; /* index of the operation; 0 for what concerns the whole entry */
  GError *reason;
} BhFault;

/* How one operation sets the state. */
typedef struct {
  char *from;            /* state it starts from; NULL when it begins the record or sets no state */
  gboolean is_choice;    /* it chooses among the present heads, which is no step */
  gboolean is_releasers; /* a step left to the hub, which who releases it takes */
  gboolean is_overtaken; /* it starts from a state that a decision of the hub has replaced */
} BhStepTaken;

typedef struct {
  GPtrArray *faults;  /* BhFault*, at most one of each class for an operation */
  BhStepTaken *steps; /* one for each operation */
  guint n_steps;
} BhVerdict;

void bh_verdict_clear(BhVerdict *verdict);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhVerdict, bh_verdict_clear)
/* Why the entry is not to be applied: the first fault of authority, else the first of data; NULL
 * when nothing speaks against it. With `waive_data` only the former. Borrowed. */
const GError *bh_verdict_get_reason(const BhVerdict *verdict, gboolean waive_data);

/* Whether a set names all present heads of a key in conflict and repeats the value of one: it then
 * chooses among them. `record` NULL: it does not. */
gboolean bh_judge_is_choice(const BhRecord *record, const BhSet *set);
/* Whether the person of the context may make `chosen` the one state of a record with these heads
 * (bh_record_dup_head_values of "state"): they may lead a record of the kind into it, and into each
 * head that is left to the hub, since choosing another one undoes that decision. */
gboolean bh_judge_may_choose(const BhKind *kind, const json_t *heads, const char *chosen,
                             const BhContext *context);

G_END_DECLS
