/* Works a record through with a checklist (schema/kinds/README.md, *Worksheets*): chooses the list
 * if there are several, and answers its items; each answer is saved at once. Use on the main thread
 * only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_WORKSHEET_PAGE (bh_worksheet_page_get_type())
G_DECLARE_FINAL_TYPE(BhWorksheetPage, bh_worksheet_page, BH, WORKSHEET_PAGE, BhPage)

/* Makes the page. `record`: id, copied. Floating, as all pages. */
BhPage *bh_worksheet_page_new(const char *record);
/* Fills `box`, a child of `page`, with the row that leads to the checklist of a record, and tells
 * how much of it is answered. Hidden when records of the kind have no checklist, or when the
 * checklist cannot be worked on and has no answers. */
void bh_worksheet_show_row(BhPage *page, GtkWidget *box, const BhKind *kind, const char *record);

G_END_DECLS
