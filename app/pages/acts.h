/* The acts that a person may do, as buttons. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Fills `box`, a child of the page, with the acts on an existing record that are open to the actor;
 * hidden when there are none. `own_pages` FALSE leaves out steps with a page of their own, for
 * pages that link to it themselves. */
void bh_acts_show(BhPage *page, GtkWidget *box, const char *record, gboolean own_pages);
/* Fills `box`, a child of the page, with the acts that make a record from `origin`; NULL: from the
 * first page. If there are many, one button opens the page of all (creations.h). Hidden when there
 * are none. */
void bh_acts_show_creations(BhPage *page, GtkWidget *box, const char *origin);
/* Like bh_acts_show_creations, with the acts that make a record of `kind` only. */
void bh_acts_show_creations_of(BhPage *page, GtkWidget *box, const char *origin, const char *kind);
/* The accessible id of what makes a record: "create-drill-at_enterprise". `act` as
 * bh_device_list_creations describes it. g_free. */
char *bh_acts_dup_creation_id(const json_t *act);

G_END_DECLS
