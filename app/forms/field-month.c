/* The control for a month: a button with the month, which unfolds a year of twelve buttons, and
 * buttons for the present month and the month before, of which most reports are. */
#include "app/forms/field-row.h"

#include <glib/gi18n.h>

#include "app/forms/month.h"
#include "app/parts.h"

#define COLUMNS 3 /* three buttons with a long month name fit into 360 pixels */

typedef struct {
  BhFieldRow *row;
  GtkWidget *button; /* the month as text; unfolds the year */
  GtkWidget *clear;
  GtkWidget *year; /* title and arrows, and the twelve months */
  GtkWidget *title;
  GtkWidget *months;
  int shown_year;
  BhDate first; /* first day of the month; year 0: no month is chosen */
} Month;

static Month *month_of(GtkWidget *control)
{
  return g_object_get_data(G_OBJECT(control), "bh-month");
}

static BhDate today_of(Month *month)
{
  return bh_session_today(bh_field_row_get_session(month->row));
}

static void show(Month *month)
{
  gboolean is_filled = month->first.year != 0;
  g_autofree char *text =
      is_filled ? bh_month_dup_title(&month->first) : g_strdup(_("Choose a month"));
  gtk_button_set_label(GTK_BUTTON(month->button), text);
  g_autofree char *name = g_strdup_printf("%s: %s", bh_field_row_get_label(month->row), text);
  atk_object_set_name(gtk_widget_get_accessible(month->button), name);
  gtk_widget_set_visible(month->clear, is_filled);
}

static void take(Month *month, BhDate day)
{
  day.day = 1;
  month->first = day;
  gtk_widget_hide(month->year);
  show(month);
  bh_field_row_emit_left(month->row);
}

static void on_month(GtkButton *button, Month *month)
{
  int number = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(button), "bh-month-number"));
  take(month, (BhDate){month->shown_year, number, 1});
}

static void show_year(Month *month)
{
  g_autofree char *title = g_strdup_printf("%d", month->shown_year);
  gtk_label_set_text(GTK_LABEL(month->title), title);
  bh_part_clear(month->months);
  BhDate today = today_of(month);
  for (int number = 1; number <= 12; number++) {
    BhDate first = {month->shown_year, number, 1};
    g_autofree char *iso = bh_date_format_month(&first);
    g_autofree char *id = g_strdup_printf("%s-%s", bh_field_row_get_name(month->row), iso);
    GtkWidget *button = bh_part_button(id, bh_month_get_name(number), NULL);
    atk_object_set_name(gtk_widget_get_accessible(button), iso);
    bh_part_set_class(button, "today", first.year == today.year && number == today.month);
    bh_part_set_class(button, "chosen", bh_date_compare(&first, &month->first) == 0);
    g_object_set_data(G_OBJECT(button), "bh-month-number", GINT_TO_POINTER(number));
    g_signal_connect(button, "clicked", G_CALLBACK(on_month), month);
    gtk_grid_attach(GTK_GRID(month->months), button, (number - 1) % COLUMNS, (number - 1) / COLUMNS,
                    1, 1);
  }
}

static void turn(Month *month, int years)
{
  BhDate first = {month->shown_year + years, 1, 1};
  if (!bh_date_is_valid(&first))
    return;
  month->shown_year = first.year;
  show_year(month);
}

static void on_year_before(Month *month)
{
  turn(month, -1);
}

static void on_year_after(Month *month)
{
  turn(month, 1);
}

static void on_unfold(Month *month)
{
  if (gtk_widget_get_visible(month->year)) {
    gtk_widget_hide(month->year);
    return;
  }
  month->shown_year = month->first.year != 0 ? month->first.year : today_of(month).year;
  show_year(month);
  gtk_widget_show(month->year);
  bh_part_bring_into_view(month->year);
}

static void on_this_month(Month *month)
{
  take(month, today_of(month));
}

static void on_last_month(Month *month)
{
  take(month, bh_date_add_months(today_of(month), -1));
}

static void on_clear(Month *month)
{
  month->first = (BhDate){0, 0, 0};
  gtk_widget_hide(month->year);
  show(month);
  bh_field_row_emit_left(month->row);
}

static GtkWidget *make_button(Month *month, const char *part, const char *text, GCallback clicked)
{
  g_autofree char *id = g_strdup_printf("%s-%s", bh_field_row_get_name(month->row), part);
  g_autofree char *name = g_strdup_printf("%s: %s", bh_field_row_get_label(month->row), text);
  GtkWidget *button = bh_part_button(id, text, NULL);
  atk_object_set_name(gtk_widget_get_accessible(button), name);
  g_signal_connect_swapped(button, "clicked", clicked, month);
  return button;
}

static GtkWidget *make_arrow(Month *month, const char *part, const char *icon, const char *name,
                             GCallback clicked)
{
  g_autofree char *id = g_strdup_printf("%s-%s", bh_field_row_get_name(month->row), part);
  GtkWidget *button = bh_part_icon_button(id, icon, name);
  g_signal_connect_swapped(button, "clicked", clicked, month);
  return button;
}

static GtkWidget *make_year(Month *month)
{
  GtkWidget *year = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *head = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *before = make_arrow(month, "year-before", "go-previous-symbolic", _("Year before"),
                                 G_CALLBACK(on_year_before));
  GtkWidget *after = make_arrow(month, "year-after", "go-next-symbolic", _("Year after"),
                                G_CALLBACK(on_year_after));
  g_autofree char *id = g_strdup_printf("%s-year", bh_field_row_get_name(month->row));
  month->title = bh_part_label("", "row-title");
  bh_part_identify(month->title, id, NULL);
  gtk_label_set_xalign(GTK_LABEL(month->title), 0.5);
  gtk_box_pack_start(GTK_BOX(head), before, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(head), month->title, TRUE, TRUE, 0);
  gtk_box_pack_end(GTK_BOX(head), after, FALSE, FALSE, 0);
  gtk_widget_show(head);
  gtk_container_add(GTK_CONTAINER(year), head);
  month->months = gtk_grid_new();
  gtk_grid_set_column_homogeneous(GTK_GRID(month->months), TRUE);
  gtk_grid_set_column_spacing(GTK_GRID(month->months), 4);
  gtk_grid_set_row_spacing(GTK_GRID(month->months), 4);
  gtk_widget_show(month->months);
  gtk_container_add(GTK_CONTAINER(year), month->months);
  return year;
}

static GtkWidget *make(BhFieldRow *row)
{
  Month *month = g_new0(Month, 1);
  month->row = row;
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  g_object_set_data_full(G_OBJECT(box), "bh-month", month, g_free);
  month->button = gtk_button_new_with_label("");
  bh_part_identify(month->button, bh_field_row_get_name(row), bh_field_row_get_label(row));
  g_signal_connect_swapped(month->button, "clicked", G_CALLBACK(on_unfold), month);
  gtk_widget_show(month->button);
  gtk_container_add(GTK_CONTAINER(box), month->button);
  GtkWidget *quick = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *last = make_button(month, "last", _("Last month"), G_CALLBACK(on_last_month));
  GtkWidget *present = make_button(month, "this", _("This month"), G_CALLBACK(on_this_month));
  month->clear = make_button(month, "clear", _("Clear"), G_CALLBACK(on_clear));
  gtk_box_pack_start(GTK_BOX(quick), last, TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(quick), present, TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(quick), month->clear, TRUE, TRUE, 0);
  gtk_widget_show(quick);
  gtk_container_add(GTK_CONTAINER(box), quick);
  month->year = make_year(month);
  gtk_container_add(GTK_CONTAINER(box), month->year);
  show(month);
  return box;
}

static void set(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  (void)row;
  Month *month = month_of(control);
  month->first = (BhDate){0, 0, 0};
  bh_date_parse_month(json_string_value(value), &month->first, NULL);
  show(month);
}

static json_t *get(BhFieldRow *row, GtkWidget *control, GError **error)
{
  (void)row;
  (void)error;
  Month *month = month_of(control);
  if (month->first.year == 0)
    return json_null();
  g_autofree char *text = bh_date_format_month(&month->first);
  return json_string(text);
}

const BhFieldControl bh_field_month = {make, set, get, FALSE, NULL};
