/* Checklists as data: a CSV of items (columns as in assets/checklists/README.md) and beside it an
 * item file (JSON) that says where an item applies, which item of another list is the same
 * question, and to whom a finding is addressed (FIELD 9). */
#pragma once

#include <glib.h>
#include "schema/answer.h"
#include "schema/kind.h"

G_BEGIN_DECLS

#define BH_CHECKLIST_MAX_BYTES (512 * 1024)
#define BH_CHECKLIST_MAX_ITEMS 600

typedef struct {
  char *item_no;
  char *section;
  char *check;
  char *standard;
  char *policy_source; /* 依据 of the campaign notice; not a legal basis (FIELD 1) */
  char *rectification;
  char *method;
  gboolean major_candidate; /* a flag that sorts, never a decision */
  char *addressee;          /* "enterprise" or "government" */
  char *same_as;            /* item_no in another list, or "" */
  char *area;               /* area codes it is limited to, separated by spaces, or "" */
  json_t *applies_when;     /* condition over the enterprise's values, or NULL */
} BhChecklistItem;

typedef struct _BhChecklist BhChecklist;

/* What the item file says of the list as a whole. */
typedef struct {
  char *code; /* "coal-mine" */
  char *name; /* "煤矿现场检查清单" */
  char *name_en;
  char *version;    /* "2026.1" */
  char *sector;     /* a sector code of enterprise, or "" for every sector */
  char *valid_from; /* "YYYY-MM-DD" */
  char *source;     /* what it was taken from */
} BhChecklistHead;

/* `items` may be NULL when the list has no item file. Errors name file, line, column. */
BhChecklist *bh_checklist_load(const char *csv_path, const char *items_path, GError **error);
BhChecklist *bh_checklist_parse(const char *csv, gsize csv_len, const char *csv_name,
                                const json_t *item_file, GError **error);
/* The same, with all that is wrong with the table in `faults` (schema/csv.h), which the error names
 * the first of. */
BhChecklist *bh_checklist_parse_all(const char *csv, gsize csv_len, const char *csv_name,
                                    const json_t *item_file, GPtrArray *faults, GError **error);
/* From the `items` field of a checklist record, as bh_checklist_to_json made it. */
BhChecklist *bh_checklist_from_json(const json_t *items, GError **error);
json_t *bh_checklist_to_json(const BhChecklist *checklist);
void bh_checklist_free(BhChecklist *checklist);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhChecklist, bh_checklist_free)

/* NULL when the list had no item file. */
const BhChecklistHead *bh_checklist_get_head(const BhChecklist *checklist);
/* Whether every applies_when fits what `set` declares of enterprise; BH_ERROR_INVALID naming the
 * item and the place. */
gboolean bh_checklist_check(const BhChecklist *checklist, const BhKindSet *set, GError **error);

/* Whether a checklist record with these values is offered for a new visit on this day
 * ("YYYY-MM-DD"): within valid_from and valid_to. */
gboolean bh_checklist_is_in_force(const json_t *values, const char *today);

gsize bh_checklist_count(const BhChecklist *checklist);
const BhChecklistItem *bh_checklist_get(const BhChecklist *checklist, gsize index);
const BhChecklistItem *bh_checklist_find(const BhChecklist *checklist, const char *item_no);
/* Sections in order of first appearance; borrowed strings, free the array. */
GPtrArray *bh_checklist_list_sections(const BhChecklist *checklist);
/* Whether the item is asked at an enterprise with these values: its area and its applies_when.
 * What the enterprise's record does not say does not take a question away. */
gboolean bh_checklist_item_applies(const BhChecklistItem *item, const json_t *enterprise_values);

G_END_DECLS
