/* Buttons for acts. The store says which are open (bh_device_list_acts); the kind may name a page
 * of a step ("page"), otherwise act.c makes one. */
#include "app/pages/acts.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/pages/act.h"
#include "app/pages/creations.h"
#include "app/pages/record.h"
#include "app/visit/links.h"

#define BUTTONS_MAX 3 /* new records with a button of their own */

typedef struct {
  GtkWidget *box; /* the box that the buttons go into; weak */
  char *record;   /* the record of the acts, or the origin of new records; NULL: none */
  char *kind;     /* only acts on records of this kind; NULL: of any kind */
  gboolean creates;
  gboolean own_pages;
} ActsRequest;

static void acts_request_free(gpointer data)
{
  ActsRequest *request = data;
  g_clear_weak_pointer(&request->box);
  g_free(request->record);
  g_free(request->kind);
  g_free(request);
}

static const char *get_text(GtkButton *button, const char *key)
{
  return g_object_get_data(G_OBJECT(button), key);
}

static void set_text(GtkWidget *button, const char *key, const char *text)
{
  g_object_set_data_full(G_OBJECT(button), key, g_strdup(text), g_free);
}

static void on_act(GtkButton *button, BhPage *page)
{
  const char *record = bh_part_get_record(GTK_WIDGET(button));
  BhPage *own =
      bh_links_make_page(get_text(button, "bh-page-name"), record, get_text(button, "bh-parent"));
  bh_page_open(page, own != NULL ? own
                                 : bh_act_page_new(record, get_text(button, "bh-act"),
                                                   get_text(button, "bh-label")));
}

static void on_create(GtkButton *button, BhPage *page)
{
  bh_page_open(page, bh_act_page_new_create(get_text(button, "bh-kind"), get_text(button, "bh-act"),
                                            bh_part_get_record(GTK_WIDGET(button)), NULL,
                                            get_text(button, "bh-label")));
}

static void on_menu(GtkButton *button, BhPage *page)
{
  bh_page_open(page, bh_creations_page_new(bh_part_get_record(GTK_WIDGET(button))));
}

char *bh_acts_dup_creation_id(const json_t *act)
{
  const char *name = bh_json_string_or(act, "name", "");
  const char *slash = strchr(name, '/');
  char *id = g_strdup_printf("create-%s-%s", bh_json_string_or(act, "kind", ""),
                             slash != NULL ? slash + 1 : name);
  return g_strdelimit(id, "/", '-');
}

/* The accessible id of the button: "step-ordered", "edit-contact", "create-drill-at_enterprise". */
static char *dup_id(const ActsRequest *request, const json_t *act)
{
  if (request->creates)
    return bh_acts_dup_creation_id(act);
  return g_strdelimit(g_strdup(bh_json_string_or(act, "name", "")), "/", '-');
}

/* Says above the button why the step is offered first: which record returned. */
static void add_hint(BhPage *page, const ActsRequest *request, const json_t *act, const char *id)
{
  const char *lang = bh_session_get_lang(bh_page_get_session(page));
  const char *hint = bh_json_string_or(json_object_get(act, "hint"), lang, NULL);
  if (hint == NULL)
    return;
  g_autofree char *name = g_strconcat("hint-", id, NULL);
  g_autofree char *text =
      g_strjoin(" ", hint, bh_json_string_or(json_object_get(act, "returned"), "title", ""), NULL);
  GtkWidget *label = bh_part_label(text, NULL);
  bh_part_identify(label, name, NULL);
  gtk_container_add(GTK_CONTAINER(request->box), label);
}

static void add_act(BhPage *page, const ActsRequest *request, const json_t *act)
{
  const char *lang = bh_session_get_lang(bh_page_get_session(page));
  const char *label = bh_json_string_or(json_object_get(act, "label"), lang, "");
  const char *page_name = bh_json_string_or(act, "page", NULL);
  if (page_name != NULL && !request->creates &&
      (!request->own_pages || !bh_links_has_page(page_name)))
    return;
  g_autofree char *id = dup_id(request, act);
  g_autofree char *text = request->creates ? g_strdup_printf(_("New: %s"), label) : g_strdup(label);
  GtkWidget *button = bh_part_button(id, text, NULL);
  bh_part_set_record(button, request->record);
  set_text(button, "bh-parent", bh_json_string_or(act, "parent", NULL));
  set_text(button, "bh-page-name", page_name);
  set_text(button, "bh-act", bh_json_string_or(act, "name", ""));
  set_text(button, "bh-kind", bh_json_string_or(act, "kind", ""));
  set_text(button, "bh-label", label);
  g_signal_connect(button, "clicked", request->creates ? G_CALLBACK(on_create) : G_CALLBACK(on_act),
                   page);
  add_hint(page, request, act, id);
  gtk_container_add(GTK_CONTAINER(request->box), button);
}

/* Whether there are more new records than buttons are good for: they are then on a page of their
 * own, and only what is urgent has a button as well. */
static gboolean needs_menu(const ActsRequest *request, const json_t *acts)
{
  return request->creates && request->kind == NULL && json_array_size(acts) > BUTTONS_MAX;
}

static gboolean is_urgent(BhPage *page, const json_t *act)
{
  const BhKind *kind =
      bh_session_find_kind(bh_page_get_session(page), bh_json_string_or(act, "kind", NULL));
  return kind != NULL && bh_kind_is_urgent(kind);
}

static void add_menu(BhPage *page, const ActsRequest *request)
{
  GtkWidget *button = bh_part_button("new", _("New …"), NULL);
  bh_part_set_record(button, request->record);
  g_signal_connect(button, "clicked", G_CALLBACK(on_menu), page);
  gtk_container_add(GTK_CONTAINER(request->box), button);
}

static void on_acts(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  ActsRequest *request = data;
  if (request->box == NULL)
    return;
  bh_part_clear(request->box);
  if (error != NULL)
    bh_page_say_error(page, error);
  gboolean has_menu = needs_menu(request, result);
  gsize i;
  json_t *act;
  json_array_foreach(result, i, act) {
    if ((request->kind == NULL || strcmp(request->kind, bh_json_string_or(act, "kind", "")) == 0) &&
        (!has_menu || is_urgent(page, act)))
      add_act(page, request, act);
  }
  if (has_menu)
    add_menu(page, request);
  g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(request->box));
  gtk_widget_set_visible(request->box, children != NULL);
}

static ActsRequest *acts_request_new(GtkWidget *box, const char *record, gboolean creates)
{
  ActsRequest *request = g_new0(ActsRequest, 1);
  g_set_weak_pointer(&request->box, box);
  request->record = g_strdup(record);
  request->creates = creates;
  return request;
}

void bh_acts_show(BhPage *page, GtkWidget *box, const char *record, gboolean own_pages)
{
  if (bh_session_get_actor(bh_page_get_session(page)) == NULL)
    return;
  ActsRequest *request = acts_request_new(box, record, FALSE);
  request->own_pages = own_pages;
  bh_page_ask(page, "acts", bh_call_list_acts(record), on_acts, request, acts_request_free);
}

void bh_acts_show_creations_of(BhPage *page, GtkWidget *box, const char *origin, const char *kind)
{
  if (bh_session_get_actor(bh_page_get_session(page)) == NULL)
    return;
  ActsRequest *request = acts_request_new(box, origin, TRUE);
  request->kind = g_strdup(kind);
  bh_page_ask(page, "creations", bh_call_list_creations(origin), on_acts, request,
              acts_request_free);
}

void bh_acts_show_creations(BhPage *page, GtkWidget *box, const char *origin)
{
  bh_acts_show_creations_of(page, box, origin, NULL);
}
