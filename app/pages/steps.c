/* Buttons for the steps of a record. The store says which are possible (bh_device_list_steps); the
 * kind may name a page of the step ("page"), otherwise step.c makes one. */
#include "app/pages/steps.h"

#include <string.h>

#include "app/pages/finish.h"
#include "app/pages/outcome.h"
#include "app/pages/record.h"
#include "app/pages/sign.h"
#include "app/pages/start.h"
#include "app/pages/step.h"

#define SLOT "steps"

typedef struct {
  GtkWidget *box; /* the box that the buttons go into; weak */
  char *record;
  gboolean own_pages;
} StepsRequest;

static void steps_request_free(gpointer data)
{
  StepsRequest *request = data;
  g_clear_weak_pointer(&request->box);
  g_free(request->record);
  g_free(request);
}

typedef struct {
  const char *name; /* name of the step in the kinds */
  gboolean of_parent;
  BhPage *(*make)(const char *record);
} OwnPage;

/* Pages of steps that are written in C. The page "answer" has no button, because the record page
 * has the form for the answer. */
static const OwnPage known_pages[] = {
    {"outcome", FALSE, bh_outcome_page_new},
    {"papers", TRUE, bh_finish_page_new},
    {"sign", FALSE, bh_sign_page_new},
    {"start", FALSE, bh_start_page_new_assigned},
};

static const OwnPage *find_page(const char *name)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS(known_pages); i++)
    if (strcmp(known_pages[i].name, name) == 0)
      return &known_pages[i];
  return NULL;
}

static void on_step(GtkButton *button, BhPage *page)
{
  const char *record = bh_part_get_record(GTK_WIDGET(button));
  const OwnPage *own = find_page(g_object_get_data(G_OBJECT(button), "bh-page-name"));
  bh_page_open(page, own != NULL
                         ? own->make(record)
                         : bh_step_page_new(record, g_object_get_data(G_OBJECT(button), "bh-to"),
                                            g_object_get_data(G_OBJECT(button), "bh-label")));
}

static void add_step(BhPage *page, const StepsRequest *request, const json_t *step)
{
  const char *lang = bh_session_get_lang(bh_page_get_session(page));
  const char *label = bh_json_string_or(json_object_get(step, "label"), lang, "");
  const char *to = bh_json_string_or(step, "to", "");
  const char *name = bh_json_string_or(step, "page", NULL);
  const OwnPage *own = find_page(name);
  if (name != NULL && (!request->own_pages || own == NULL))
    return;
  const char *record =
      own != NULL && own->of_parent ? bh_json_string_or(step, "parent", "") : request->record;
  g_autofree char *id = g_strdup_printf("step-%s", to);
  GtkWidget *button = bh_part_button(id, label, NULL);
  g_object_set_data_full(G_OBJECT(button), "bh-record", g_strdup(record), g_free);
  g_object_set_data_full(G_OBJECT(button), "bh-page-name", g_strdup(name), g_free);
  g_object_set_data_full(G_OBJECT(button), "bh-to", g_strdup(to), g_free);
  g_object_set_data_full(G_OBJECT(button), "bh-label", g_strdup(label), g_free);
  g_signal_connect(button, "clicked", G_CALLBACK(on_step), page);
  gtk_container_add(GTK_CONTAINER(request->box), button);
}

static void on_steps(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  StepsRequest *request = data;
  if (request->box == NULL)
    return;
  bh_part_clear(request->box);
  if (error != NULL)
    bh_page_say_error(page, error);
  gsize i;
  json_t *step;
  json_array_foreach(result, i, step) {
    add_step(page, request, step);
  }
  g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(request->box));
  gtk_widget_set_visible(request->box, children != NULL);
}

void bh_steps_show(BhPage *page, GtkWidget *box, const char *record, gboolean with_own_pages)
{
  if (bh_session_get_actor(bh_page_get_session(page)) == NULL)
    return;
  StepsRequest *request = g_new0(StepsRequest, 1);
  g_set_weak_pointer(&request->box, box);
  request->record = g_strdup(record);
  request->own_pages = with_own_pages;
  bh_page_ask(page, SLOT, bh_call_list_steps(record), on_steps, request, steps_request_free);
}
