/* The agenda: what is due, planned, returned or assigned, of all kinds, by day. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_AGENDA_PAGE (bh_agenda_page_get_type())
G_DECLARE_FINAL_TYPE(BhAgendaPage, bh_agenda_page, BH, AGENDA_PAGE, BhPage)

/* Makes the page. Floating. */
BhPage *bh_agenda_page_new(void);
/* A row for one element of "rows" of bh_device_agenda, with the accessible id `id`. *days: days
 * from today until its day, negative when the day has passed; G_MAXINT: it has none. NULL when its
 * kind or its ledger is not known. Floating. */
GtkWidget *bh_agenda_row_new(BhPage *page, const json_t *row, const char *id, int *days);

G_END_DECLS
