/* The controls for a date and for a time. A date has buttons for usual terms, a calendar that
 * unfolds in place, and a warning for holidays, because a deadline on one is missed (FIELD 17). A
 * time is date, hour and minute in the hub's zone. */
#include "app/forms/field-row.h"

#include <glib/gi18n.h>

#include "app/forms/month.h"
#include "app/parts.h"

typedef struct {
  BhFieldRow *row;
  GtkWidget *button; /* the date as text; unfolds the calendar */
  GtkWidget *month;
  GtkWidget *hour; /* entry for the hour; NULL when the field is a date */
  GtkWidget *minute;
  GtkWidget *workday;
  BhDate date;
  gboolean filled;
} Date;

static Date *date_of(GtkWidget *control)
{
  return g_object_get_data(G_OBJECT(control), "bh-date");
}

static void show(Date *date)
{
  g_autofree char *text =
      date->filled ? (bh_field_row_get_lang(date->row)[0] == 'z' ? bh_date_format_zh(&date->date)
                                                                 : bh_date_format(&date->date))
                   : g_strdup(_("Choose a date"));
  gtk_button_set_label(GTK_BUTTON(date->button), text);
  g_autofree char *name = g_strdup_printf("%s: %s", bh_field_row_get_label(date->row), text);
  atk_object_set_name(gtk_widget_get_accessible(date->button), name);
  const BhCalendar *calendar = bh_session_get_calendar(bh_field_row_get_session(date->row));
  gboolean is_off_day =
      date->filled && date->hour == NULL && !bh_calendar_is_workday(calendar, &date->date);
  if (is_off_day) {
    BhDate last_workday = bh_calendar_workday_on_or_before(calendar, date->date);
    g_autofree char *last = bh_date_format(&last_workday);
    g_autofree char *hint =
        g_strdup_printf(_("Not a workday; the last workday before it is %s"), last);
    gtk_label_set_text(GTK_LABEL(date->workday), hint);
  }
  gtk_widget_set_visible(date->workday, is_off_day);
}

/* The hour and minute of a time that has no date yet begin at the present if the person chooses
 * today and entered neither, because midnight is almost never meant. */
static void begin_at_present(Date *date, const BhDate *chosen)
{
  BhSession *session = bh_field_row_get_session(date->row);
  BhDate today = bh_session_today(session);
  if (date->hour == NULL || date->filled || bh_date_compare(chosen, &today) != 0 ||
      gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(date->hour)) != 0 ||
      gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(date->minute)) != 0)
    return;
  int minutes = (int)((bh_session_now_ms(session) - bh_date_to_ms(&today)) / 60000);
  int hour = minutes / 60;
  gtk_spin_button_set_value(GTK_SPIN_BUTTON(date->hour), hour);
  gtk_spin_button_set_value(GTK_SPIN_BUTTON(date->minute), minutes % 60);
}

static void take(Date *date, BhDate value)
{
  begin_at_present(date, &value);
  date->date = value;
  date->filled = TRUE;
  gtk_widget_hide(date->month);
  show(date);
  bh_field_row_emit_left(date->row);
}

static void on_day(BhMonth *month, const BhDate *day, Date *date)
{
  (void)month;
  take(date, *day);
}

static void on_unfold(GtkButton *button, Date *date)
{
  (void)button;
  if (gtk_widget_get_visible(date->month)) {
    gtk_widget_hide(date->month);
    return;
  }
  BhDate today = bh_session_today(bh_field_row_get_session(date->row));
  bh_month_show(BH_MONTH(date->month), &today, date->filled ? &date->date : NULL);
  bh_part_bring_into_view(date->month);
}

static void on_quick(GtkButton *button, Date *date)
{
  int days = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(button), "bh-days"));
  BhDate today = bh_session_today(bh_field_row_get_session(date->row));
  take(date, bh_date_add_days(today, days));
}

static void on_time(Date *date)
{
  if (date->filled)
    bh_field_row_emit_left(date->row);
}

static void add_quick(Date *date, GtkWidget *box, int days, const char *label)
{
  g_autofree char *id = g_strdup_printf("%s-plus-%d", bh_field_row_get_name(date->row), days);
  GtkWidget *button = bh_part_button(id, label, NULL);
  g_object_set_data(G_OBJECT(button), "bh-days", GINT_TO_POINTER(days));
  g_signal_connect(button, "clicked", G_CALLBACK(on_quick), date);
  gtk_box_pack_start(GTK_BOX(box), button, TRUE, TRUE, 0);
}

static GtkWidget *make_spin(Date *date, const char *part, const char *name, double max)
{
  g_autofree char *id = g_strdup_printf("%s-%s", bh_field_row_get_name(date->row), part);
  GtkWidget *spin = gtk_spin_button_new_with_range(0, max, 1);
  gtk_spin_button_set_wrap(GTK_SPIN_BUTTON(spin), TRUE);
  gtk_entry_set_width_chars(GTK_ENTRY(spin), 2); /* so that hour and minute fit into 360 pixels */
  bh_part_identify(spin, id, name);
  g_signal_connect_swapped(spin, "value-changed", G_CALLBACK(on_time), date);
  gtk_widget_show(spin);
  return spin;
}

static GtkWidget *make(BhFieldRow *row, gboolean with_time)
{
  Date *date = g_new0(Date, 1);
  date->row = row;
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  g_object_set_data_full(G_OBJECT(box), "bh-date", date, g_free);
  date->button = gtk_button_new_with_label("");
  bh_part_identify(date->button, bh_field_row_get_name(row), bh_field_row_get_label(row));
  g_signal_connect(date->button, "clicked", G_CALLBACK(on_unfold), date);
  gtk_container_add(GTK_CONTAINER(box), date->button);
  gtk_widget_show(date->button);
  if (with_time) {
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    date->hour = make_spin(date, "hour", _("Hour"), 23);
    date->minute = make_spin(date, "minute", _("Minute"), 59);
    gtk_box_pack_start(GTK_BOX(line), date->hour, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(line), date->minute, TRUE, TRUE, 0);
    gtk_widget_show(line);
    gtk_container_add(GTK_CONTAINER(box), line);
  } else {
    GtkWidget *quick = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 4);
    add_quick(date, quick, 0, _("Today"));
    add_quick(date, quick, 7, _("7 days"));
    add_quick(date, quick, 15, _("15 days"));
    add_quick(date, quick, 30, _("30 days"));
    gtk_widget_show(quick);
    gtk_container_add(GTK_CONTAINER(box), quick);
  }
  date->month = bh_month_new(bh_field_row_get_name(row));
  g_signal_connect(date->month, "chosen", G_CALLBACK(on_day), date);
  gtk_container_add(GTK_CONTAINER(box), date->month);
  date->workday = bh_part_notice("workday-hint", "", "warning");
  gtk_widget_hide(date->workday);
  gtk_container_add(GTK_CONTAINER(box), date->workday);
  show(date);
  return box;
}

static GtkWidget *make_date(BhFieldRow *row)
{
  return make(row, FALSE);
}

static GtkWidget *make_time(BhFieldRow *row)
{
  return make(row, TRUE);
}

static void set_date(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  (void)row;
  Date *date = date_of(control);
  date->filled =
      json_is_string(value) && bh_date_parse(json_string_value(value), &date->date, NULL);
  show(date);
}

static json_t *get_date(BhFieldRow *row, GtkWidget *control, GError **error)
{
  (void)row;
  (void)error;
  Date *date = date_of(control);
  if (!date->filled)
    return json_null();
  g_autofree char *text = bh_date_format(&date->date);
  return json_string(text);
}

static void set_time(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  (void)row;
  Date *date = date_of(control);
  date->filled = json_is_integer(value);
  if (date->filled) {
    gint64 ms = json_integer_value(value);
    date->date = bh_date_from_ms(ms);
    gint64 minutes = (ms - bh_date_to_ms(&date->date)) / 60000;
    gint64 hour = minutes / 60;
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(date->hour), (double)hour);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(date->minute), (double)(minutes % 60));
  }
  show(date);
}

static json_t *get_time(BhFieldRow *row, GtkWidget *control, GError **error)
{
  (void)row;
  (void)error;
  Date *date = date_of(control);
  if (!date->filled)
    return json_null();
  gint64 minutes = gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(date->hour)) * 60 +
                   gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(date->minute));
  return json_integer(bh_date_to_ms(&date->date) + minutes * 60000);
}

const BhFieldControl bh_field_date = {make_date, set_date, get_date, FALSE, NULL};
const BhFieldControl bh_field_time = {make_time, set_time, get_time, FALSE, NULL};
