/* One inspection with everything that belongs to it, as plain JSON read from the store in one
 * go, and what the pages work out from it: progress. Pure except where a function says that it
 * runs on the store's thread. */
#pragma once

#include "schema/checklist.h"
#include "schema/civil.h"
#include "schema/kind.h"
#include "sync/device/store/store.h"

G_BEGIN_DECLS

/* {"inspection": as bh_device_get, "enterprise": …, "checklist": …, "unit": …, "hazards": [row…],
 * "participants": […], "signatures": […], "documents": […], "receipts": [signatures under its
 * orders], "files": [rows of all of them], "inspection_draft"?: {what `author` typed, not saved
 * yet}, "drafts": [hazard drafts of `author`], "staff": {id: values of those who take part or work
 * here}, "refs": {id: values of staff, files and sites named}}. Absent ones are null; records that
 * count as never made ("void" states) are left out. */
json_t *bh_visit_load(BhDevice *device, const char *author, const char *inspection, GError **error);

/* Rows of all children of a kind under the records `parents` (ids), to the end, as bh_device_list
 * gives them; for the store's thread. A query for every 50 parents and every 200 rows. */
json_t *bh_visit_list_children(BhDevice *device, const char *kind, const json_t *parents,
                               const char *viewer, GError **error);

/* Saves operations in their order, in as many entries as they need; for the store's thread. After
 * an error or a crash the first entries stand. */
gboolean bh_visit_save_ops(BhDevice *device, const char *author, const json_t *ops, GError **error);

/* Values of a part ("inspection", "enterprise", …); borrowed, NULL when absent. */
json_t *bh_visit_get_values(const json_t *visit, const char *part);
/* Name of a member of staff; "" when unknown. */
const char *bh_visit_get_staff_name(const json_t *visit, const char *staff);
/* NULL when the inspection has no list, or one that cannot be read. */
BhChecklist *bh_visit_dup_checklist(const json_t *visit);
/* Items of the chosen sections that apply at this enterprise, in order: const BhChecklistItem*;
 * free the array. */
GPtrArray *bh_visit_list_items(const json_t *visit, const BhChecklist *checklist);
BhAnswer bh_visit_get_answer(const json_t *visit, const char *item_no);

typedef struct {
  guint total;
  guint by_answer[4]; /* by BhAnswer; BH_ANSWER_UNCHECKED holds those nobody answered too */
  guint touched;      /* answered, openly unchecked ones included */
} BhVisitProgress;
BhVisitProgress bh_visit_count(const json_t *visit, const GPtrArray *items, const char *section);

/* Whether this visit may end in an order, and if not, why (R-121, FIELD 7). */
typedef enum {
  BH_ORDER_ALLOWED,
  BH_ORDER_NO_AUTHORITY,   /* the unit's authority does not name "order_rectify", or is over */
  BH_ORDER_NO_CERTIFICATE, /* the lead has no certificate that is valid on the day */
} BhOrderAuthority;
BhOrderAuthority bh_visit_check_order_authority(const json_t *visit, const BhDate *today);
/* Hazards that belong on an order: not fixed on the spot, not withdrawn; borrowed rows. */
GPtrArray *bh_visit_list_orderable(const json_t *visit);

/* The operation that takes back a record made by mistake, with its reason in the first field the
 * step asks for; NULL when no step of the device leads there from `state`. */
json_t *bh_visit_dup_withdrawal(const BhKind *kind, const char *record, const char *state,
                                const char *reason);

/* Values of the rows of a part ("hazards", "participants", …) as one new array. */
json_t *bh_visit_dup_row_values(const json_t *visit, const char *part);

/* Adds to `lists` the rows of checklists that are offered for a visit which begins on this day. */
void bh_visit_add_checklists(json_t *lists, const json_t *rows, const BhDate *today);

G_END_DECLS
