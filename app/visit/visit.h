/* One inspection with everything that belongs to it, as JSON that is read from the store at once,
 * and what the pages compute from it. Functions are pure (any thread) unless they take a BhDevice:
 * those run on the store's thread. */
#pragma once

#include "schema/checklist.h"
#include "schema/civil.h"
#include "schema/kind.h"
#include "sync/device/store/store.h"

G_BEGIN_DECLS

/* Reads a visit: {"inspection": as bh_device_get, "enterprise": …, "checklist": …, "unit": …,
 * "hazards": [row…], "participants": […], "signatures": […], "documents": […], "receipts":
 * [signatures under its orders], "files": [rows of all of them], "inspection_draft"?: {what
 * `author` typed and did not save}, "drafts": [hazard drafts of `author`], "staff": {id: values of
 * those who take part or work here}, "refs": {id: values of staff, files and sites that are
 * named}}. Absent records are null; records in a "void" state and removed participants are left
 * out. A new reference, or NULL with an error. */
json_t *bh_visit_load(BhDevice *device, const char *author, const char *inspection, GError **error);

/* Rows of all children of a kind under the records `parents` (ids), as bh_device_list gives them; a
 * new reference. One query for every 50 parents and every 200 rows. */
json_t *bh_visit_list_children(BhDevice *device, const char *kind, const json_t *parents,
                               const char *viewer, GError **error);

/* Saves operations in their order, in as many entries as they need. After an error or a crash the
 * first entries remain saved. */
gboolean bh_visit_save_ops(BhDevice *device, const char *author, const json_t *ops, GError **error);

/* Values of a part ("inspection", "enterprise", …); borrowed, NULL when absent. */
json_t *bh_visit_get_values(const json_t *visit, const char *part);
/* State of a visit that was begun and is not ended: the one in which the step of the page "start"
 * makes an inspection. Borrowed from `kinds`, which may be NULL; NULL when there is no such step.
 */
const char *bh_visit_get_running_state(const BhKindSet *kinds);
/* Whether the visit is in the state of bh_visit_get_running_state. */
gboolean bh_visit_is_running(const json_t *visit, const BhKindSet *kinds);
/* Name of a member of staff, borrowed; "" when unknown. `staff` may be NULL. */
const char *bh_visit_get_staff_name(const json_t *visit, const char *staff);
/* The checklist; NULL when the inspection has none, or one that cannot be read.
 * bh_checklist_free. */
BhChecklist *bh_visit_dup_checklist(const json_t *visit);
/* Items (const BhChecklistItem *, borrowed from `checklist`, which may be NULL) of the chosen
 * sections that apply at this enterprise, in order. Free the array. */
GPtrArray *bh_visit_list_items(const json_t *visit, const BhChecklist *checklist);
/* Answer of an item; BH_ANSWER_UNCHECKED when there is none. */
BhAnswer bh_visit_get_answer(const json_t *visit, const char *item_no);

typedef struct {
  guint total;        /* number of items counted */
  guint by_answer[4]; /* number of items with each BhAnswer; BH_ANSWER_UNCHECKED includes items
                         without an answer */
  guint touched;      /* number of items with an answer; an answer "unchecked" counts too */
} BhVisitProgress;
/* Counts answers of `items` (bh_visit_list_items), of one section only unless `section` is NULL. */
BhVisitProgress bh_visit_count(const json_t *visit, const GPtrArray *items, const char *section);

/* Whether this visit may end in an order, and if not, why (R-121, FIELD 7). */
typedef enum {
  BH_ORDER_ALLOWED,
  BH_ORDER_NO_AUTHORITY,   /* the unit's authority does not include the type of the order, or
                            * expired */
  BH_ORDER_NO_CERTIFICATE, /* the lead has no certificate that is valid on the day */
} BhOrderAuthority;
/* Whether the unit and the lead of the visit may issue an order on the day `today`. */
BhOrderAuthority bh_visit_check_order_authority(const json_t *visit, const BhKindSet *kinds,
                                                const BhDate *today);
/* Hazards that belong on an order: those for which the condition "where" of the order's paper in
 * the kinds holds. Withdrawn ones are not part of a visit. Empty when the kinds declare no order.
 * Borrowed rows; free the array. */
GPtrArray *bh_visit_list_orderable(const json_t *visit, const BhKindSet *kinds);

/* The operation that withdraws a record made by mistake, with `reason` in the first field that the
 * step asks for; a new reference. NULL when no step that a device may take leads from `state` to a
 * withdrawn state. */
json_t *bh_visit_dup_withdrawal(const BhKind *kind, const char *record, const char *state,
                                const char *reason);

/* Values of the rows of a part ("hazards", "participants", …) as a new array. */
json_t *bh_visit_dup_row_values(const json_t *visit, const char *part);

/* Appends to `lists` those `rows` of checklists that are in force on the day `today`. */
void bh_visit_add_checklists(json_t *lists, const json_t *rows, const BhDate *today);

G_END_DECLS
