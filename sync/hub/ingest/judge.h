/* Judges what an actor may do to a record. The same judgement applies to entries of devices, to
 * entries that the hub makes for the office or for itself, and to releases from quarantine. The
 * judgement is made on the writer thread when an entry is applied. It may also be made before with
 * a read-only connection, so that a page offers only what would be accepted. */
#pragma once

#include "schema/entry.h"
#include "schema/kind.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

typedef enum {
  BH_PATH_DEVICE, /* signed by a device, which names the acting person */
  BH_PATH_OFFICE, /* made by the hub for a person signed in on the office page */
  BH_PATH_SYSTEM, /* made by the hub for itself: shell, enrolment, imports */
} BhActorPath;

/* Describes by which path an entry came to the hub, and when. All members are borrowed. */
typedef struct {
  BhActorPath path;
  const char *unit;     /* unit of the signing device; NULL on other paths */
  gint64 received_ms;   /* when the hub received the entry */
  gboolean is_doubted;  /* the hub's clock was in doubt then: it may have been later */
  gint64 at_ms;         /* when the entry was made, by bh_judge_time */
  gboolean release;     /* the entry is being released from quarantine: faults of data are waived */
  const char *releaser; /* staff id of the deciding person; NULL for the shell */
} BhActor;

/* The time at which an entry claims to be made (UTC, ms), limited to the range from the enrolment
 * of its device to its receipt. `received_ms`: G_MAXINT64 when the receipt is in doubt. */
gint64 bh_judge_time(const BhEntryClock *clock, gint64 enrolled_ms, gint64 received_ms);
/* The actor of a device's entry, which may be new or stored. Borrows `unit`. */
BhActor bh_judge_device_actor(const BhBody *body, const char *unit, gint64 enrolled_ms,
                              gint64 received_ms, gboolean is_doubted);

typedef enum {
  /* The hub cannot interpret or check the entry: unknown kind, malformed or over-long value,
   * unknown entry named in `was`. A person may accept it by a release. */
  BH_FAULT_DATA,
  /* The actor may not do this: wrong person or unit, no write access, reserved for the hub, no such
   * step. A release does not waive it. */
  BH_FAULT_AUTHORITY,
} BhFaultClass;

typedef struct {
  BhFaultClass class;
  guint op; /* index of the operation; 0 for faults of the whole entry */
  GError *reason;
} BhFault;

/* How one operation sets the state. */
typedef struct {
  char *from;         /* state that the step starts from; NULL: the operation creates the record or
                       * sets no state */
  gboolean is_choice; /* the operation chooses among states in conflict, which is no step */
  gboolean is_releasers; /* a step reserved for the hub, taken by the releasing person */
  gboolean is_overtaken; /* the step starts from a state that a decision of the hub has replaced */
} BhStepTaken;

typedef struct {
  GPtrArray *faults;  /* BhFault*, at most one of each class for an operation */
  BhStepTaken *steps; /* one for each operation */
  guint n_steps;
} BhVerdict;

/* Frees what the verdict owns, not the verdict itself. */
void bh_verdict_clear(BhVerdict *verdict);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhVerdict, bh_verdict_clear)
/* The reason why the entry must not be applied: the first fault of authority, else, unless
 * `waive_data`, the first fault of data; NULL when there is none. Borrowed. */
const GError *bh_verdict_get_reason(const BhVerdict *verdict, gboolean waive_data);

/* Whether a set chooses among the current values of a key in conflict: it names all of them in
 * `was` and repeats one of them. FALSE when `record` is NULL. */
gboolean bh_judge_is_choice(const BhRecord *record, const BhSet *set);
/* Whether the person in `context` may choose `chosen` among the states in conflict of a record
 * (`heads`: bh_record_dup_head_values of "state"). The person must be allowed to take a step into
 * `chosen`, and also into each other state in conflict that only the hub may set, because the
 * choice undoes the decision of the hub. */
gboolean bh_judge_may_choose(const BhKind *kind, const json_t *heads, const char *chosen,
                             const BhContext *context);

G_END_DECLS
