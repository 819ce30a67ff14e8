/* Opens the pages of a visit from the pages of any kind. */
#include "app/visit/links.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/parts.h"
#include "app/visit/finish.h"
#include "app/visit/hazard.h"
#include "app/visit/inspection.h"
#include "app/visit/outcome.h"
#include "app/visit/sign.h"
#include "app/visit/start.h"

/* Pages that the kinds name. The page "answer" is not here, because the record page has the form
 * for the answer; the pages "hazard" and "find" open from other pages of the visit. */
static const struct {
  const char *name;
  gboolean of_parent; /* a step names the page of the record's parent */
  BhPage *(*make)(const char *record);
} pages[] = {
    {"outcome", FALSE, bh_outcome_page_new},  {"papers", TRUE, bh_finish_page_new},
    {"sign", FALSE, bh_sign_page_new},        {"start", FALSE, bh_start_page_new_assigned},
    {"visit", FALSE, bh_inspection_page_new},
};

/* Buttons on the page of a record. */
static const struct {
  const char *kind;
  const char *id;
  const char *text;
  BhPage *(*make)(const char *record);
} buttons[] = {
    {"inspection", "open-inspection", N_("Open the inspection"), bh_inspection_page_new},
    {"inspection", "open-documents", N_("Documents"), bh_finish_page_new},
    {"hazard", "open-hazard", N_("Open the hazard"), bh_hazard_page_new_existing},
};

gboolean bh_links_has_page(const char *name)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS(pages); i++)
    if (strcmp(pages[i].name, name) == 0)
      return TRUE;
  return FALSE;
}

BhPage *bh_links_make_page(const char *name, const char *record, const char *parent)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS(pages); i++)
    if (strcmp(pages[i].name, name) == 0)
      return pages[i].make(pages[i].of_parent && parent != NULL ? parent : record);
  return NULL;
}

static void on_button(GtkButton *button, BhPage *page)
{
  guint index = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(button), "bh-index"));
  bh_page_open(page, buttons[index].make(bh_part_get_record(GTK_WIDGET(button))));
}

void bh_links_show(BhPage *page, GtkWidget *box, const char *kind, const char *record)
{
  bh_part_clear(box);
  for (guint i = 0; i < G_N_ELEMENTS(buttons); i++) {
    if (strcmp(buttons[i].kind, kind) != 0)
      continue;
    GtkWidget *button = bh_part_button(buttons[i].id, _(buttons[i].text), NULL);
    bh_part_set_record(button, record);
    g_object_set_data(G_OBJECT(button), "bh-index", GUINT_TO_POINTER(i));
    g_signal_connect(button, "clicked", G_CALLBACK(on_button), page);
    gtk_container_add(GTK_CONTAINER(box), button);
  }
}
