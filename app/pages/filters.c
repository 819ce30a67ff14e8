/* Filters of a list. Start at bh_filters_new. */
#include "app/pages/filters.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/parts.h"
#include "schema/codes.h"
#include "schema/ledger.h"
#include "schema/workflow.h"

#define FIELDS_MAX 3   /* fields with choices that have buttons, besides the state */
#define CHOICES_MAX 40 /* a field with more choices is left to the search */

struct _BhFilters {
  GtkWidget *fold; /* the button that shows and hides the buttons */
  GtkWidget *clear;
  GtkWidget *panel;
  GPtrArray *buttons; /* GtkToggleButton, borrowed */
  void (*changed)(gpointer owner);
  gpointer owner;
  gboolean clearing;
};

static const char *get_text(GtkWidget *button, const char *key)
{
  return g_object_get_data(G_OBJECT(button), key);
}

static guint count_chosen(const BhFilters *self)
{
  guint n = 0;
  for (guint i = 0; i < self->buttons->len; i++)
    n += gtk_toggle_button_get_active(g_ptr_array_index(self->buttons, i));
  return n;
}

static void show_count(BhFilters *self)
{
  guint n = count_chosen(self);
  g_autofree char *text = n > 0 ? g_strdup_printf(_("Filter · %u"), n) : g_strdup(_("Filter"));
  bh_part_button_set_text(self->fold, text);
  bh_part_set_class(self->fold, "chosen", n > 0);
  gtk_widget_set_visible(self->clear, n > 0);
}

static void on_toggled(BhFilters *self)
{
  if (self->clearing)
    return;
  show_count(self);
  self->changed(self->owner);
}

static void on_fold(BhFilters *self)
{
  gtk_widget_set_visible(self->panel, !gtk_widget_get_visible(self->panel));
}

static void on_clear(BhFilters *self)
{
  self->clearing = TRUE;
  for (guint i = 0; i < self->buttons->len; i++)
    gtk_toggle_button_set_active(g_ptr_array_index(self->buttons, i), FALSE);
  self->clearing = FALSE;
  on_toggled(self);
}

/* --- the buttons --- */

static GtkWidget *add_heading(BhFilters *self, const char *label)
{
  GtkWidget *flow = gtk_flow_box_new();
  gtk_flow_box_set_selection_mode(GTK_FLOW_BOX(flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_min_children_per_line(GTK_FLOW_BOX(flow), 2);
  gtk_flow_box_set_max_children_per_line(GTK_FLOW_BOX(flow), 6);
  gtk_container_add(GTK_CONTAINER(self->panel), bh_part_label(label, "field-label"));
  gtk_container_add(GTK_CONTAINER(self->panel), flow);
  gtk_widget_show(flow);
  return flow;
}

static void add_button(BhFilters *self, GtkWidget *flow, const char *field, const char *code,
                       const char *label)
{
  g_autofree char *id = g_strdup_printf("filter-%s-%s", field, code);
  GtkWidget *button = gtk_toggle_button_new();
  GtkWidget *text = bh_part_label(label, NULL);
  gtk_label_set_xalign(GTK_LABEL(text), 0.5);
  gtk_container_add(GTK_CONTAINER(button), text);
  bh_part_identify(button, id, label);
  g_object_set_data(G_OBJECT(button), "bh-field", (gpointer)g_intern_string(field));
  g_object_set_data(G_OBJECT(button), "bh-code", (gpointer)g_intern_string(code));
  g_signal_connect_swapped(button, "toggled", G_CALLBACK(on_toggled), self);
  gtk_container_add(GTK_CONTAINER(flow), button);
  gtk_widget_show_all(button);
  GtkWidget *cell = gtk_widget_get_parent(button);
  gtk_widget_set_can_focus(cell, FALSE); /* the button in it takes the focus */
  gtk_widget_show(cell);
  g_ptr_array_add(self->buttons, button);
}

static void add_states(BhFilters *self, const BhKind *kind, const json_t *ledger, const char *lang)
{
  g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
  g_autoptr(GPtrArray) shown = g_ptr_array_new();
  for (guint i = 0; i < states->len; i++) {
    const char *name = g_ptr_array_index(states, i);
    if (ledger == NULL || bh_ledger_has_state(ledger, name))
      g_ptr_array_add(shown, (gpointer)name);
  }
  if (shown->len < 2)
    return;
  GtkWidget *flow = add_heading(self, _("State"));
  for (guint i = 0; i < shown->len; i++)
    add_button(self, flow, "state", g_ptr_array_index(shown, i),
               bh_kind_get_state_label(kind, g_ptr_array_index(shown, i), lang));
}

static gboolean is_one(const json_t *filter, const char *field)
{
  return g_strcmp0(bh_json_string_or(filter, "field", NULL), field) == 0;
}

/* Whether the ledger itself has a filter by the field. */
static gboolean is_fixed(const json_t *ledger, const char *field)
{
  const json_t *where = json_object_get(ledger, "where");
  gsize i;
  json_t *filter;
  json_array_foreach(json_object_get(where, "all"), i, filter) {
    if (is_one(filter, field))
      return TRUE;
  }
  return is_one(where, field);
}

/* The choices of the field, [{"code","label"}], those of a code list with all that records can
 * have; new reference. */
static json_t *list_choices(const BhField *field, BhSession *session)
{
  const char *lang = bh_session_get_lang(session);
  const char *codes = bh_field_get_codes(field);
  if (codes != NULL)
    return bh_code_list_known(bh_session_get_office_settings(session), codes, lang);
  json_t *out = json_array();
  for (gsize i = 0; i < bh_field_count_choices(field); i++)
    json_array_append_new(out, json_pack("{s:s, s:s}", "code", bh_field_get_choice_code(field, i),
                                         "label", bh_field_get_choice_label(field, i, lang)));
  return out;
}

static gboolean can_filter(const BhField *field, gsize n, const json_t *ledger)
{
  BhFieldType type = bh_field_get_type(field);
  return (type == BH_FIELD_CHOICE || type == BH_FIELD_CHOICES || type == BH_FIELD_ENUM_REF) &&
         bh_field_is_indexed(field) && !bh_field_is_personal(field) && n > 1 && n <= CHOICES_MAX &&
         !is_fixed(ledger, bh_field_get_name(field));
}

static void add_fields(BhFilters *self, const BhKind *kind, const json_t *ledger,
                       BhSession *session)
{
  const GPtrArray *fields = bh_kind_list_fields(kind);
  guint added = 0;
  for (guint i = 0; i < fields->len && added < FIELDS_MAX; i++) {
    const BhField *field = g_ptr_array_index(fields, i);
    g_autoptr(json_t) choices = list_choices(field, session);
    if (!can_filter(field, json_array_size(choices), ledger))
      continue;
    GtkWidget *flow = add_heading(self, bh_field_get_label(field, bh_session_get_lang(session)));
    gsize k;
    json_t *one;
    json_array_foreach(choices, k, one) {
      add_button(self, flow, bh_field_get_name(field), bh_json_string_or(one, "code", ""),
                 bh_json_string_or(one, "label", ""));
    }
    added++;
  }
}

BhFilters *bh_filters_new(GtkWidget *box, const BhKind *kind, const json_t *ledger,
                          BhSession *session, void (*changed)(gpointer owner), gpointer owner)
{
  BhFilters *self = g_new0(BhFilters, 1);
  self->changed = changed;
  self->owner = owner;
  self->buttons = g_ptr_array_new();
  self->fold = bh_part_button("filter", _("Filter"), NULL);
  self->panel = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  add_states(self, kind, ledger, bh_session_get_lang(session));
  add_fields(self, kind, ledger, session);
  self->clear = bh_part_button("filter-clear", _("Show all again"), NULL);
  gtk_container_add(GTK_CONTAINER(self->panel), self->clear);
  gtk_widget_hide(self->clear);
  g_signal_connect_swapped(self->fold, "clicked", G_CALLBACK(on_fold), self);
  g_signal_connect_swapped(self->clear, "clicked", G_CALLBACK(on_clear), self);
  gtk_container_add(GTK_CONTAINER(box), self->fold);
  gtk_container_add(GTK_CONTAINER(box), self->panel);
  gtk_widget_set_visible(box, self->buttons->len > 0);
  return self;
}

void bh_filters_free(BhFilters *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref(self->buttons);
  g_free(self);
}

gboolean bh_filters_are_set(const BhFilters *self)
{
  return count_chosen(self) > 0;
}

/* The values that the person chose of a field replace those that the ledger allows, of which they
 * are a part. */
void bh_filters_apply(const BhFilters *self, json_t *query)
{
  g_autoptr(json_t) chosen = json_object();
  for (guint i = 0; i < self->buttons->len; i++) {
    GtkWidget *button = g_ptr_array_index(self->buttons, i);
    const char *field = get_text(button, "bh-field");
    if (!gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(button)))
      continue;
    if (json_object_get(chosen, field) == NULL)
      json_object_set_new(chosen, field, json_array());
    json_array_append_new(json_object_get(chosen, field), json_string(get_text(button, "bh-code")));
  }
  if (json_object_get(query, "where") == NULL)
    json_object_set_new(query, "where", json_object());
  json_object_update(json_object_get(query, "where"), chosen);
}
