/* The controls for one choice and for several. Every choice is a visible button; a long list shows
 * only the chosen ones until it is unfolded. */
#include "app/forms/field-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/parts.h"
#include "schema/kind-rules.h"

#define OPEN_UP_TO 8 /* the most choices that are all shown without unfolding */

typedef struct {
  BhFieldRow *row;
  GtkWidget *flow;
  GtkWidget *unfold_button; /* NULL when the list is short and is not folded */
  GtkWidget *none;          /* of codes: says that there are no choices; else NULL */
  gboolean several;
  gboolean changing;
} Choice;

static Choice *choice_of(GtkWidget *control)
{
  return g_object_get_data(G_OBJECT(control), "bh-choice");
}

static GList *list_buttons(Choice *choice)
{
  GList *buttons = NULL;
  g_autoptr(GList) cells = gtk_container_get_children(GTK_CONTAINER(choice->flow));
  for (GList *l = cells; l != NULL; l = l->next)
    buttons = g_list_prepend(buttons, gtk_bin_get_child(GTK_BIN(l->data)));
  return g_list_reverse(buttons);
}

static const char *code_of(GtkWidget *button)
{
  return g_object_get_data(G_OBJECT(button), "bh-code");
}

static void show_chosen(Choice *choice, gboolean all)
{
  if (choice->unfold_button == NULL)
    return;
  g_autoptr(GList) buttons = list_buttons(choice);
  for (GList *l = buttons; l != NULL; l = l->next)
    gtk_widget_set_visible(gtk_widget_get_parent(l->data),
                           g_object_get_data(l->data, "bh-hidden") == NULL &&
                               (all || gtk_toggle_button_get_active(l->data)));
  gtk_widget_set_visible(choice->unfold_button, !all);
}

static void on_toggled(GtkToggleButton *button, Choice *choice)
{
  if (choice->changing)
    return;
  if (!choice->several && gtk_toggle_button_get_active(button)) {
    choice->changing = TRUE;
    g_autoptr(GList) buttons = list_buttons(choice);
    for (GList *l = buttons; l != NULL; l = l->next)
      if (l->data != (gpointer)button)
        gtk_toggle_button_set_active(l->data, FALSE);
    choice->changing = FALSE;
    show_chosen(choice, FALSE);
  }
  bh_field_row_emit_left(choice->row);
}

static void on_unfold(GtkButton *button, Choice *choice)
{
  (void)button;
  show_chosen(choice, TRUE);
}

static void add_button(Choice *choice, const char *code, const char *label)
{
  GtkWidget *button = gtk_toggle_button_new();
  GtkWidget *text = bh_part_label(label, NULL);
  gtk_label_set_xalign(GTK_LABEL(text), 0.5);
  gtk_container_add(GTK_CONTAINER(button), text);
  g_autofree char *id = g_strdup_printf("%s-%s", bh_field_row_get_name(choice->row), code);
  bh_part_identify(button, id, label);
  g_object_set_data_full(G_OBJECT(button), "bh-code", g_strdup(code), g_free);
  g_signal_connect(button, "toggled", G_CALLBACK(on_toggled), choice);
  gtk_widget_set_can_focus(button, TRUE);
  gtk_container_add(GTK_CONTAINER(choice->flow), button);
}

/* Shows the buttons that were added. A long list is folded. */
static void finish(Choice *choice, GtkWidget *box, gsize n)
{
  gtk_widget_show_all(choice->flow);
  g_autoptr(GList) cells = gtk_container_get_children(GTK_CONTAINER(choice->flow));
  for (GList *l = cells; l != NULL; l = l->next)
    /* The cell takes no focus, because the button in it does. */
    gtk_widget_set_can_focus(l->data, FALSE);
  if (n <= OPEN_UP_TO)
    return;
  g_autofree char *id = g_strdup_printf("%s-unfold", bh_field_row_get_name(choice->row));
  g_autofree char *name = g_strdup_printf(_("Choose: %s"), bh_field_row_get_label(choice->row));
  choice->unfold_button = bh_part_button(id, name, NULL);
  g_signal_connect(choice->unfold_button, "clicked", G_CALLBACK(on_unfold), choice);
  gtk_container_add(GTK_CONTAINER(box), choice->unfold_button);
  show_chosen(choice, FALSE);
}

static GtkWidget *make(BhFieldRow *row, gboolean several)
{
  Choice *choice = g_new0(Choice, 1);
  choice->row = row;
  choice->several = several;
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  g_object_set_data_full(G_OBJECT(box), "bh-choice", choice, g_free);
  bh_part_identify(box, bh_field_row_get_name(row), bh_field_row_get_label(row));
  choice->flow = gtk_flow_box_new();
  gtk_flow_box_set_selection_mode(GTK_FLOW_BOX(choice->flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line(GTK_FLOW_BOX(choice->flow), 6);
  gtk_container_add(GTK_CONTAINER(box), choice->flow);
  const BhField *field = bh_field_row_get_field(row);
  gsize n = bh_field_count_choices(field);
  for (gsize i = 0; i < n; i++)
    add_button(choice, bh_field_get_choice_code(field, i),
               bh_field_get_choice_label(field, i, bh_field_row_get_lang(row)));
  finish(choice, box, n);
  return box;
}

/* --- codes --- */

/* Codes depend on area and day, so that the form offers them (bh_field_row_offer). */
static GtkWidget *make_codes(BhFieldRow *row)
{
  GtkWidget *box = make(row, FALSE);
  Choice *choice = choice_of(box);
  choice->none = bh_part_label(_("No choices for this area yet; the office adds them"), "dim");
  gtk_container_add(GTK_CONTAINER(box), choice->none);
  return box;
}

static void offer(BhFieldRow *row, GtkWidget *control, const json_t *choices)
{
  (void)row;
  Choice *choice = choice_of(control);
  gsize i;
  json_t *one;
  bh_part_clear(choice->flow);
  g_clear_pointer(&choice->unfold_button, gtk_widget_destroy);
  json_array_foreach((json_t *)choices, i, one) {
    add_button(choice, bh_json_string_or(one, "code", ""), bh_json_string_or(one, "label", ""));
  }
  finish(choice, control, json_array_size(choices));
  gtk_widget_set_visible(choice->none, json_array_size(choices) == 0);
}

static GtkWidget *make_one(BhFieldRow *row)
{
  return make(row, FALSE);
}

static GtkWidget *make_several(BhFieldRow *row)
{
  return make(row, TRUE);
}

static gboolean contains_code(const json_t *value, const char *code)
{
  if (json_is_string(value))
    return strcmp(json_string_value(value), code) == 0;
  gsize i;
  json_t *item;
  json_array_foreach(value, i, item) {
    if (json_is_string(item) && strcmp(json_string_value(item), code) == 0)
      return TRUE;
  }
  return FALSE;
}

static void set(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  (void)row;
  Choice *choice = choice_of(control);
  choice->changing = TRUE;
  g_autoptr(GList) buttons = list_buttons(choice);
  for (GList *l = buttons; l != NULL; l = l->next)
    gtk_toggle_button_set_active(l->data, contains_code(value, code_of(l->data)));
  choice->changing = FALSE;
  show_chosen(choice, FALSE);
}

static int compare_codes(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *get(BhFieldRow *row, GtkWidget *control, GError **error)
{
  Choice *choice = choice_of(control);
  g_autoptr(GPtrArray) codes = g_ptr_array_new();
  g_autoptr(GList) buttons = list_buttons(choice);
  for (GList *l = buttons; l != NULL; l = l->next)
    if (gtk_toggle_button_get_active(l->data))
      g_ptr_array_add(codes, (gpointer)code_of(l->data));
  if (codes->len == 0)
    return json_null();
  if (!choice->several)
    return json_string(g_ptr_array_index(codes, 0));
  g_ptr_array_sort(codes, compare_codes);
  json_t *array = json_array();
  for (guint i = 0; i < codes->len; i++)
    json_array_append_new(array, json_string(g_ptr_array_index(codes, i)));
  g_autoptr(BhProblem) problem = bh_field_check_excludes(bh_field_row_get_field(row), array);
  if (problem == NULL)
    return array;
  g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID,
                      strcmp(bh_field_row_get_lang(row), "zh") == 0 ? problem->text_zh
                                                                    : problem->text_en);
  json_decref(array);
  return NULL;
}

const BhFieldControl bh_field_choice = {make_one, set, get, FALSE, NULL};
const BhFieldControl bh_field_choices = {make_several, set, get, FALSE, NULL};
const BhFieldControl bh_field_codes = {make_codes, set, get, FALSE, NULL, offer};
