/* The control for numbers: an entry with the unit beside it. Below an amount of money and a
 * duration, the control shows how the typed text is understood, because one zero too many, or hours
 * for minutes, is noticed by nobody otherwise. */
#include "app/forms/field-row.h"
#include "app/parts.h"

typedef struct {
  BhFieldRow *row;
  GtkWidget *entry;
  GtkWidget *meaning; /* label; NULL when the field needs none */
} Number;

static Number *number_of(GtkWidget *control)
{
  return g_object_get_data(G_OBJECT(control), "bh-number");
}

static void show_meaning(Number *number)
{
  const BhField *field = bh_field_row_get_field(number->row);
  g_autoptr(json_t) value =
      bh_field_parse_typed(field, gtk_entry_get_text(GTK_ENTRY(number->entry)), NULL);
  gboolean is_known = value != NULL && !json_is_null(value);
  if (is_known) {
    g_autofree char *text = bh_field_format_value(field, value, bh_field_row_get_lang(number->row));
    g_autofree char *meaning = g_strconcat("= ", text, NULL);
    gtk_label_set_text(GTK_LABEL(number->meaning), meaning);
  }
  gtk_widget_set_visible(number->meaning, is_known);
}

static GtkWidget *make(BhFieldRow *row)
{
  const BhField *field = bh_field_row_get_field(row);
  BhFieldType type = bh_field_get_type(field);
  const char *unit = bh_field_get_unit(field, bh_field_row_get_lang(row));
  Number *number = g_new0(Number, 1);
  number->row = row;
  /* A duration is not typed with the keys of numbers, which have no colon. */
  number->entry = bh_field_entry_new(row, type == BH_FIELD_DURATION ? GTK_INPUT_PURPOSE_FREE_FORM
                                                                    : GTK_INPUT_PURPOSE_NUMBER);
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
  g_object_set_data_full(G_OBJECT(box), "bh-number", number, g_free);
  GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_box_pack_start(GTK_BOX(line), number->entry, TRUE, TRUE, 0);
  if (*unit != '\0') {
    g_autofree char *name = g_strdup_printf("%s (%s)", bh_field_row_get_label(row), unit);
    g_autofree char *id = g_strdup_printf("unit-%s", bh_field_row_get_name(row));
    atk_object_set_name(gtk_widget_get_accessible(number->entry), name);
    GtkWidget *shown = bh_part_label(unit, NULL);
    bh_part_identify(shown, id, NULL);
    gtk_box_pack_end(GTK_BOX(line), shown, FALSE, FALSE, 0);
  }
  gtk_widget_show(line);
  gtk_container_add(GTK_CONTAINER(box), line);
  if (type == BH_FIELD_DURATION)
    gtk_entry_set_placeholder_text(GTK_ENTRY(number->entry), "3:20");
  if (type == BH_FIELD_MONEY || type == BH_FIELD_DURATION) {
    g_autofree char *id = g_strdup_printf("meaning-%s", bh_field_row_get_name(row));
    number->meaning = bh_part_label("", "dim");
    bh_part_identify(number->meaning, id, NULL);
    gtk_container_add(GTK_CONTAINER(box), number->meaning);
    gtk_widget_hide(number->meaning);
    g_signal_connect_swapped(number->entry, "changed", G_CALLBACK(show_meaning), number);
  }
  return box;
}

static void set(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  g_autofree char *text = bh_field_format_input(bh_field_row_get_field(row), value);
  gtk_entry_set_text(GTK_ENTRY(number_of(control)->entry), text);
}

static json_t *get(BhFieldRow *row, GtkWidget *control, GError **error)
{
  return bh_field_parse_typed(bh_field_row_get_field(row),
                              gtk_entry_get_text(GTK_ENTRY(number_of(control)->entry)), error);
}

static char *dup_raw(GtkWidget *control)
{
  return g_strdup(gtk_entry_get_text(GTK_ENTRY(number_of(control)->entry)));
}

const BhFieldControl bh_field_number = {make, set, get, FALSE, dup_raw};
