/* Shared by the judges: judge-values.c (operations and values), judge-step.c (states),
 * judge-people.c (acting and deciding persons) and judge-lock.c. The functions add faults to a
 * verdict and return FALSE only when the store fails. */
#pragma once

#include "schema/workflow.h"
#include "schema/overlay.h"
#include "sync/hub/ingest/internal.h"

G_BEGIN_DECLS

#define BH_JUDGE_TRIES_MAX 64 /* earlier entries looked up in the log for one operation */

/* The state of judging one entry. */
typedef struct {
  BhPiece *piece;
  const BhActor *actor;
  const BhKindSet *kinds; /* the kind set that the entry names */
  const BhBody *body;
  json_t *acting;   /* staff values of the acting person; NULL: the system, or may not act */
  json_t *deciding; /* staff values of the deciding person, with "id"; NULL: the shell */
  BhOverlay after;  /* records as they are after the entry */
  int tries;        /* lookups in the log that are left for the present operation */
  BhVerdict *verdict;
} BhJudgement;

/* Initialises a judgement and its verdict. All arguments are borrowed. */
void bh_judgement_begin(BhJudgement *judgement, BhPiece *piece, const BhActor *actor,
                        const BhKindSet *kinds, const BhBody *body, BhVerdict *verdict);
/* Frees what the judgement owns; the verdict remains. */
void bh_judgement_clear(BhJudgement *judgement);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhJudgement, bh_judgement_clear)

/* Adds a fault of the operation with index `op`, unless that operation has a fault of the same
 * class already. `key` NULL: the fault concerns the whole record. `why` is completed to "KIND ID,
 * KEY: WHY". */
void bh_judgement_add_fault(BhJudgement *judgement, guint op, BhFaultClass class, BhErrorCode code,
                            const char *key, const char *why);
/* The current states of a record without duplicates, the shown one first (char*). More than one: a
 * conflict. `record` may be NULL. */
GPtrArray *bh_judge_list_states(const BhRecord *record);
/* Values of any record as they will be after this entry, borrowed; NULL when there is no such
 * record (BhContext.lookup); `data` is a BhJudgement. */
const json_t *bh_judgement_lookup(const char *record, gpointer data);
/* Name of the kind of a record as it will be after the entry, borrowed; NULL when there is no such
 * record. A BhKindOfFunc; `data` is a BhJudgement. */
const char *bh_judgement_get_kind(const char *record, gpointer data);
/* Fills the context for conditions of a record after this entry, with `person` (staff values) as
 * the actor. All borrowed. */
void bh_judgement_context(BhJudgement *judgement, const char *record, const json_t *person,
                          BhContext *context);
/* Whether only the hub may set a value, by the kind set of the entry or by the kind set in use; an
 * older set may lack the declaration. Arguments as in bh_kind_is_hub_only. */
gboolean bh_judgement_is_hub_only(BhJudgement *judgement, const BhKind *kind, const char *key,
                                  const json_t *value);

/* Judges the step that an operation takes, and fills verdict->steps[op]. */
gboolean bh_judge_step(BhJudgement *judgement, guint op, const BhKind *kind, const BhSet *set,
                       GError **error);
/* Adds a fault for every locked field that an operation changes. `record` NULL: the operation
 * creates the record. */
void bh_judge_locks(BhJudgement *judgement, guint op, const BhKind *kind, const BhRecord *record);
/* Judges the acting person: fills judgement->acting, or adds a fault. */
gboolean bh_judge_actor(BhJudgement *judgement, GError **error);
/* Adds a fault when an operation names a unit other than the device's, or a person of another unit,
 * in a field that declares the origin of the record. */
gboolean bh_judge_named_people(BhJudgement *judgement, guint op, const BhKind *kind,
                               const BhSet *set, GError **error);
/* Adds a fault when a person in the office has no access to a record that an operation changes, or
 * to the parent it names. */
gboolean bh_judge_office_access(BhJudgement *judgement, guint op, const json_t *person,
                                GError **error);
/* Judges the person who decides about an entry in quarantine: fills judgement->deciding, or adds
 * faults. */
gboolean bh_judge_decider(BhJudgement *judgement, GError **error);

G_END_DECLS
