/* Checklists as data: a CSV of items, NAME.csv (columns: assets/checklists/README.md), and an
 * optional item file, NAME.items.json. The item file states where an item applies, which item of
 * another list asks the same question, and to whom a finding is addressed (FIELD 9). Start with
 * bh_checklist_load. Immutable once loaded; any thread. */
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
  char *policy_source; /* 依据 in the notice of the campaign; not a legal basis (FIELD 1) */
  char *rectification;
  char *method;
  gboolean major_candidate; /* possibly a major hazard: used for sorting only, decides nothing */
  char *addressee;          /* "enterprise" or "government" */
  char *same_as;            /* item_no of the same question in another list, or "" */
  char *area; /* codes of the areas in which the item applies, separated by spaces; "": all */
  json_t *applies_when; /* condition on the enterprise's values; NULL: the item is asked at every
                           enterprise */
  char *measures;       /* supporting measures, or "" */
  json_t *preset;       /* {field: source}: first values of a finding at the item; NULL: none */
} BhChecklistItem;

typedef struct _BhChecklist BhChecklist;

/* The head of a checklist: members of the item file that describe the whole list. */
typedef struct {
  char *code; /* code of the list, such as "coal-mine" */
  char *name; /* name of the list, such as "煤矿现场检查清单" */
  char *name_en;
  char *version;    /* version of the list, such as "2026.1" */
  char *sector;     /* a sector code of enterprise, or "" for every sector */
  char *valid_from; /* first day on which the list is in force, "YYYY-MM-DD" */
  char *source;     /* document from which the list was taken */
} BhChecklistHead;

/* Loads a list from files. `items_path` is NULL for a list without an item file. NULL with an error
 * that names file, line and column. Free with bh_checklist_free. */
BhChecklist *bh_checklist_load(const char *csv_path, const char *items_path, GError **error);
/* Like bh_checklist_load, from texts in memory. `csv_name` is only named in errors; `item_file` may
 * be NULL and is referenced, not copied. */
BhChecklist *bh_checklist_parse(const char *csv, gsize csv_len, const char *csv_name,
                                const json_t *item_file, GError **error);
/* Like bh_checklist_parse, and adds every fault of the table to `faults` (BhCsvFault*,
 * schema/csv.h). The error names only the first one. */
BhChecklist *bh_checklist_parse_all(const char *csv, gsize csv_len, const char *csv_name,
                                    const json_t *item_file, GPtrArray *faults, GError **error);
/* Reads the `items` field of a checklist record, as made by bh_checklist_to_json. NULL with an
 * error; free with bh_checklist_free. */
BhChecklist *bh_checklist_from_json(const json_t *items, GError **error);
/* The value of the `items` field of a checklist record. New reference. */
json_t *bh_checklist_to_json(const BhChecklist *checklist);
/* The values of a checklist record made from this list: head, items, and their SHA-256. The list
 * must have a head. New reference. */
json_t *bh_checklist_dup_values(const BhChecklist *checklist);
/* Frees a checklist; NULL is allowed. */
void bh_checklist_free(BhChecklist *checklist);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhChecklist, bh_checklist_free)

/* The head of the checklist, borrowed; NULL when the checklist has no item file. */
const BhChecklistHead *bh_checklist_get_head(const BhChecklist *checklist);
/* Checks that the condition "applies_when" of every item uses only fields that `set` declares for
 * the kind with "directory", and that a kind of the set has all fields of an item's "preset" in its
 * form, with these values. FALSE with BH_ERROR_INVALID naming the item and the place. */
gboolean bh_checklist_check(const BhChecklist *checklist, const BhKindSet *set, GError **error);

/* Whether a checklist record with these values is offered for a new visit on the day `today`
 * ("YYYY-MM-DD"): the day is within valid_from and valid_to. */
gboolean bh_checklist_is_in_force(const json_t *values, const char *today);

/* Number of items of the checklist. */
gsize bh_checklist_count(const BhChecklist *checklist);
/* Item at `index`, borrowed from the list; NULL when `index` is not below the count. */
const BhChecklistItem *bh_checklist_get(const BhChecklist *checklist, gsize index);
/* Item of this number, borrowed from the list; NULL when there is none. */
const BhChecklistItem *bh_checklist_find(const BhChecklist *checklist, const char *item_no);
/* The names of the sections in order of first appearance (borrowed strings); free the array. */
GPtrArray *bh_checklist_list_sections(const BhChecklist *checklist);
/* The first values of a finding at the item, on the day `today` ("YYYY-MM-DD"): {field: value},
 * empty when the item declares none. New reference. */
json_t *bh_checklist_item_dup_preset(const BhChecklistItem *item, const char *today);
/* Whether the item is asked in the area with this code; "": the area is not known, TRUE. */
gboolean bh_checklist_item_is_in_area(const BhChecklistItem *item, const char *area);
/* Whether the item is asked at an enterprise with these values, by the item's area and its
 * applies_when. A missing value of the enterprise never removes an item. */
gboolean bh_checklist_item_applies(const BhChecklistItem *item, const json_t *enterprise_values);

G_END_DECLS
