/* Shows the checklists that are in force, and the sections of the chosen one. Stores nothing:
 * start.c keeps the choice in its draft. Start at on_lists. */
#include "app/visit/checklist-choice.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/visit/visit.h"
#include "schema/checklist.h"

#define LISTS_PER_QUERY 60
#define SECTIONS_SLOT "sections"

struct _BhChecklistChoice {
  BhPage *page;
  BhChecklistBoxes boxes;
  BhChecklistHooks hooks;
  const json_t *restored_list; /* id of the list that the draft has chosen, borrowed; NULL: none */
  const json_t *restored_left_out;
  char *sector;  /* sector of the enterprise; NULL until known */
  json_t *lists; /* rows of the checklists in force; NULL until the store has answered */
  char *chosen;
};

BhChecklistChoice *bh_checklist_choice_new(BhPage *page, const BhChecklistBoxes *boxes,
                                           const BhChecklistHooks *hooks)
{
  BhChecklistChoice *self = g_new0(BhChecklistChoice, 1);
  self->page = page;
  self->boxes = *boxes;
  self->hooks = *hooks;
  return self;
}

void bh_checklist_choice_free(BhChecklistChoice *self)
{
  if (self == NULL)
    return;
  g_free(self->sector);
  json_decref(self->lists);
  g_free(self->chosen);
  g_free(self);
}

void bh_checklist_choice_restore(BhChecklistChoice *self, const json_t *list,
                                 const json_t *left_out)
{
  self->restored_list = list;
  self->restored_left_out = left_out;
}

gboolean bh_checklist_choice_is_complete(BhChecklistChoice *self)
{
  return self->lists != NULL && !bh_page_is_asking(self->page, SECTIONS_SLOT);
}

const char *bh_checklist_choice_get_list(BhChecklistChoice *self)
{
  return self->chosen;
}

const json_t *bh_checklist_choice_get_values(BhChecklistChoice *self)
{
  gsize i;
  json_t *row;
  json_array_foreach(self->lists, i, row) {
    if (g_strcmp0(bh_json_string_or(row, "id", ""), self->chosen) == 0)
      return json_object_get(row, "values");
  }
  return NULL;
}

json_t *bh_checklist_choice_list_sections(BhChecklistChoice *self, gboolean ticked)
{
  return bh_part_list_checked(self->boxes.sections, ticked);
}

/* --- sections --- */

static void on_section(BhChecklistChoice *self)
{
  self->hooks.changed(self->page);
}

static void on_checklist(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  BhChecklistChoice *self = data;
  self->hooks.loaded(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  g_autoptr(GError) parse_error = NULL;
  const json_t *values = json_object_get(result, "values");
  g_autoptr(BhChecklist) checklist =
      bh_checklist_from_json(json_object_get(values, "items"), &parse_error);
  gtk_widget_set_visible(self->boxes.sections_box, checklist != NULL);
  if (checklist == NULL) {
    g_warning("checklist: %s", parse_error->message);
    return;
  }
  g_autoptr(GPtrArray) sections = bh_checklist_list_sections(checklist);
  for (guint i = 0; i < sections->len; i++) {
    const char *name = g_ptr_array_index(sections, i);
    g_autofree char *id = g_strdup_printf("section-%u", i + 1);
    gboolean same_list = g_strcmp0(json_string_value(self->restored_list), self->chosen) == 0;
    gboolean left_out = same_list && bh_json_has_name(self->restored_left_out, name);
    GtkWidget *check = bh_part_check(id, name, !left_out);
    bh_part_set_record(check, name);
    g_signal_connect_swapped(check, "toggled", G_CALLBACK(on_section), self);
    gtk_container_add(GTK_CONTAINER(self->boxes.sections), check);
  }
}

/* --- lists --- */

static void choose(BhChecklistChoice *self, const char *id)
{
  g_autofree char *old = self->chosen;
  self->chosen = g_strdup(id);
  bh_part_clear(self->boxes.sections);
  gtk_widget_hide(self->boxes.sections_box);
  bh_page_ask(self->page, SECTIONS_SLOT, bh_call_get(id), on_checklist, self, NULL);
  self->hooks.loaded(self->page);
}

static void on_list(GtkToggleButton *button, BhChecklistChoice *self)
{
  if (!gtk_toggle_button_get_active(button))
    return;
  choose(self, bh_part_get_record(GTK_WIDGET(button)));
  self->hooks.changed(self->page);
}

static void add_list(BhChecklistChoice *self, const json_t *row, GtkWidget **group, guint number)
{
  const json_t *values = json_object_get(row, "values");
  g_autofree char *text = g_strdup_printf(
      "%s  %s", bh_json_string_or(values, "name", bh_json_string_or(row, "title", "")),
      bh_json_string_or(values, "version", ""));
  GtkWidget *radio =
      gtk_radio_button_new_from_widget(*group != NULL ? GTK_RADIO_BUTTON(*group) : NULL);
  gtk_container_add(GTK_CONTAINER(radio), bh_part_label(text, NULL));
  g_autofree char *id = g_strdup_printf("list-%u", number);
  bh_part_identify(radio, id, text);
  bh_part_set_record(radio, bh_json_string_or(row, "id", ""));
  if (*group == NULL)
    *group = radio;
  if (g_strcmp0(bh_part_get_record(radio), json_string_value(self->restored_list)) == 0)
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(radio), TRUE);
  if (gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(radio)))
    choose(self, bh_part_get_record(radio));
  g_signal_connect(radio, "toggled", G_CALLBACK(on_list), self);
  gtk_widget_show(radio);
  gtk_container_add(GTK_CONTAINER(self->boxes.lists), radio);
}

static gboolean is_of_sector(BhChecklistChoice *self, const json_t *row)
{
  const json_t *values = json_object_get(row, "values");
  return strcmp(bh_json_string_or(values, "sector", ""), self->sector) == 0;
}

static void show_lists(BhChecklistChoice *self)
{
  if (self->sector == NULL || self->lists == NULL)
    return;
  bh_part_clear(self->boxes.lists);
  GtkWidget *group = NULL;
  guint number = 0;
  /* Checklists of the enterprise's sector come first. */
  for (int pass = 0; pass < 2; pass++) {
    gsize i;
    json_t *row;
    json_array_foreach(self->lists, i, row) {
      if (is_of_sector(self, row) == (pass == 0))
        add_list(self, row, &group, ++number);
    }
  }
  if (number == 0)
    gtk_container_add(GTK_CONTAINER(self->boxes.lists),
                      bh_part_label(_("No checklist on this device yet"), "dim"));
}

/* A question for one page of rows. */
typedef struct {
  BhChecklistChoice *choice;
  char *after; /* where the page of rows starts; NULL: at the beginning */
} Query;

static void query_free(gpointer data)
{
  Query *query = data;
  g_free(query->after);
  g_free(query);
}

static void ask_lists(BhChecklistChoice *self, const char *after);

static void on_lists(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const Query *query = data;
  BhChecklistChoice *self = query->choice;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  if (query->after == NULL) {
    json_decref(self->lists);
    self->lists = json_array();
  }
  BhDate today = bh_session_today(bh_page_get_session(page));
  bh_visit_add_checklists(self->lists, json_object_get(result, "rows"), &today);
  const char *after = bh_json_string_or(result, "after", NULL);
  if (after != NULL) {
    ask_lists(self, after);
    return;
  }
  show_lists(self);
  self->hooks.loaded(page);
}

static void ask_lists(BhChecklistChoice *self, const char *after)
{
  json_t *rows =
      json_pack("{s:s, s:i, s:s}", "kind", "checklist", "limit", LISTS_PER_QUERY, "order", "title");
  if (after != NULL)
    json_object_set_new(rows, "after", json_string(after));
  Query *query = g_new0(Query, 1);
  query->choice = self;
  query->after = g_strdup(after);
  bh_page_ask(self->page, "lists", bh_call_list(rows), on_lists, query, query_free);
}

void bh_checklist_choice_load(BhChecklistChoice *self)
{
  ask_lists(self, NULL);
}

void bh_checklist_choice_set_sector(BhChecklistChoice *self, const char *sector)
{
  g_free(self->sector);
  self->sector = g_strdup(sector);
  show_lists(self);
}
