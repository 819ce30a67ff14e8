/* The members of a loaded checklist, and the readers of its two files (the CSV and the item file).
 * Private to checklist*.c. */
#pragma once

#include "schema/checklist.h"
#include "schema/kind-internal.h"

G_BEGIN_DECLS

#define BH_CHECKLIST_CELL_MAX 2000 /* bytes of one cell of the CSV */
#define BH_CHECKLIST_ITEM_NO_MAX 32

struct _BhChecklist {
  GPtrArray *items;  /* BhChecklistItem* */
  GHashTable *index; /* item_no → BhChecklistItem, borrowed */
  BhChecklistHead *head;
};

/* Columns of the CSV, in the order of the cells given to bh_checklist_add_row. */
enum { ITEM_NO, SECTION, CHECK, STANDARD, BASIS, MAJOR, RECTIFICATION, METHOD, COLUMNS };

/* An empty checklist; bh_checklist_free. */
BhChecklist *bh_checklist_new(void);
/* Whether the text has the form of an item number. */
gboolean bh_is_item_no(const char *text);

/* --- checklist-csv.c --- */
/* Reads a whole CSV into an empty checklist. Every fault found is added to `faults`
 * (BhCsvFault*). */
void bh_checklist_read_csv(BhChecklist *checklist, const char *csv, gsize len, GPtrArray *faults);
/* Sets `error` to the first of `faults`, prefixed with `name`. */
void bh_checklist_set_fault(const GPtrArray *faults, const char *name, GError **error);
/* Adds one item. The checklist takes over the texts that it keeps and sets these members of `cells`
 * to NULL. `line` is used only in the error. FALSE with BH_ERROR_FORMAT. */
gboolean bh_checklist_add_row(BhChecklist *checklist, const char *name, int line,
                              char *cells[COLUMNS], GError **error);

/* --- checklist-items.c --- */
/* Reads a parsed item file into a checklist that has the rows of its CSV already. FALSE with an
 * error that names file and place. */
gboolean bh_checklist_read_item_file(BhPlace *place, BhChecklist *checklist, const json_t *file);

G_END_DECLS
