/* What a loaded checklist consists of, and the readers of its two files. Private to checklist*.c.
 */
#pragma once

#include "schema/checklist.h"
#include "schema/kind-internal.h"

G_BEGIN_DECLS

#define BH_CHECKLIST_CELL_MAX 2000 /* bytes */
#define BH_CHECKLIST_ITEM_NO_MAX 32

struct _BhChecklist {
  GPtrArray *items; /* BhChecklistItem* */
  GHashTable *index;
  BhChecklistHead *head;
};

/* Columns of the CSV, in their order. */
enum { ITEM_NO, SECTION, CHECK, STANDARD, BASIS, MAJOR, RECTIFICATION, METHOD, COLUMNS };

BhChecklist *bh_checklist_new(void);
gboolean bh_is_item_no(const char *text);

/* --- checklist-csv.c --- */
/* Reads a whole CSV into an empty list, and what is wrong with it into `faults` (BhCsvFault*). */
void bh_checklist_read_csv(BhChecklist *checklist, const char *csv, gsize len, GPtrArray *faults);
/* The first of some faults as an error. */
void bh_checklist_set_fault(const GPtrArray *faults, const char *name, GError **error);
/* Adds one item; takes the cells it keeps (they become NULL). `line` is for the error. */
gboolean bh_checklist_add_row(BhChecklist *checklist, const char *name, int line,
                              char *cells[COLUMNS], GError **error);

/* --- checklist-items.c --- */
gboolean bh_checklist_read_item_file(BhPlace *place, BhChecklist *checklist, const json_t *file);

G_END_DECLS
