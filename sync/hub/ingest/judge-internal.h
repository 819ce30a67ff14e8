/* Shared by judge-values.c (operations and values), judge-step.c (states) and judge-people.c (who
 * acts, who decides). */
#pragma once

#include "schema/workflow.h"
#include "sync/hub/ingest/internal.h"

G_BEGIN_DECLS

#define BH_JUDGE_TRIES_MAX 64 /* earlier entries looked up in the log for one operation */

/* One entry being judged. */
typedef struct {
  BhPiece *piece;
  const BhActor *actor;
  const BhKindSet *kinds; /* the set the entry names */
  const BhBody *body;
  json_t *acting;    /* staff values of who acts; NULL for the system, and for who may not act */
  json_t *deciding;  /* of who releases, with "id"; NULL for the shell */
  GHashTable *after; /* record id → json_t*: shown values, what the entry sets included */
  int tries;         /* left for the operation at hand */
  BhVerdict *verdict;
} BhJudgement;

void bh_judgement_begin(BhJudgement *judgement, BhPiece *piece, const BhActor *actor,
                        const BhKindSet *kinds, const BhBody *body, BhVerdict *verdict);
void bh_judgement_clear(BhJudgement *judgement);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhJudgement, bh_judgement_clear)

/* `key` NULL: the whole record. */
void bh_judgement_add_fault(BhJudgement *judgement, guint op, BhFaultClass class, BhErrorCode code,
                            const char *key, const char *why);
/* Present states of a record, without repeats, the one shown first: char*. `record` may be NULL. */
GPtrArray *bh_judge_list_states(const BhRecord *record);
/* Values of any record as they would be with this entry, borrowed; NULL when it is not here. The
 * form that conditions ask with: `data` is a BhJudgement. */
const json_t *bh_judgement_lookup(const char *record, gpointer data);
/* Context of a record as it would be, for a person with these staff values. */
void bh_judgement_context(BhJudgement *judgement, const char *record, const json_t *person,
                          BhContext *context);
/* By the kind set of the entry or the one in use: an older set may not know yet what is left to the
 * hub now. */
gboolean bh_judgement_is_left_to_hub(BhJudgement *judgement, const BhKind *kind, const char *key,
                                     const json_t *value);

/* Judges how an operation sets the state. */
gboolean bh_judge_step(BhJudgement *judgement, guint op, const BhKind *kind, const BhSet *set,
                       GError **error);
/* Whether an operation changes what is locked; `record` NULL: it makes the record. */
void bh_judge_locks(BhJudgement *judgement, guint op, const BhKind *kind, const BhRecord *record);
/* Who acts: fills judgement->acting, or adds a fault. */
gboolean bh_judge_acting(BhJudgement *judgement, GError **error);
/* Whether a person or a unit that an operation names is of the device's unit. */
gboolean bh_judge_named(BhJudgement *judgement, guint op, const BhKind *kind, const BhSet *set,
                        GError **error);
/* Whether a person in the office reaches what an operation touches. */
gboolean bh_judge_office_access(BhJudgement *judgement, guint op, const json_t *person,
                                GError **error);
/* Who decides about an entry in quarantine: fills judgement->deciding, or adds faults. */
gboolean bh_judge_deciding(BhJudgement *judgement, GError **error);

G_END_DECLS
