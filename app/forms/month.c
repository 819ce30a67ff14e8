/* A month as buttons. GtkCalendar emits "day-selected" also when only its month changes, its cells
 * are small, and it uses the language of the system. */
#include "app/forms/month.h"

#include <glib/gi18n.h>

#include "app/parts.h"

#define DAYS 7

struct _BhMonth {
  GtkBox parent;
  char *id;
  GtkWidget *title;
  GtkWidget *before;
  GtkWidget *after;
  GtkWidget *days;
  BhDate first; /* first day of the month that is shown */
  BhDate today;
  BhDate chosen; /* the chosen day; year 0: none is chosen */
};

G_DEFINE_FINAL_TYPE(BhMonth, bh_month, GTK_TYPE_BOX)

static guint chosen_signal;

static const char *const month_names[] = {
    N_("January"), N_("February"), N_("March"),     N_("April"),   N_("May"),      N_("June"),
    N_("July"),    N_("August"),   N_("September"), N_("October"), N_("November"), N_("December")};
static const char *const day_names[DAYS] = {N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"),
                                            N_("Fri"), N_("Sat"), N_("Sun")};

static void bh_month_finalize(GObject *object)
{
  g_free(BH_MONTH(object)->id);
  G_OBJECT_CLASS(bh_month_parent_class)->finalize(object);
}

static void bh_month_class_init(BhMonthClass *klass)
{
  G_OBJECT_CLASS(klass)->finalize = bh_month_finalize;
  chosen_signal = g_signal_new("chosen", BH_TYPE_MONTH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void bh_month_init(BhMonth *self)
{
  gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
  bh_part_add_class(GTK_WIDGET(self), "month");
}

const char *bh_month_get_name(int month)
{
  return gettext(month_names[month - 1]);
}

char *bh_month_dup_title(const BhDate *date)
{
  /* The arguments are month and year, in this order; a translation may exchange them. */
  return g_strdup_printf(_("%1$s %2$d"), bh_month_get_name(date->month), date->year);
}

static void on_day(GtkButton *button, BhMonth *self)
{
  BhDate date = self->first;
  date.day = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(button), "bh-day"));
  g_signal_emit(self, chosen_signal, 0, &date);
}

static void add_day(BhMonth *self, const BhDate *date, int place)
{
  g_autofree char *text = g_strdup_printf("%d", date->day);
  g_autofree char *iso = bh_date_format(date);
  g_autofree char *id = g_strdup_printf("%s-day-%s", self->id, iso);
  GtkWidget *button = bh_part_button(id, text, "day");
  gboolean today = bh_date_compare(date, &self->today) == 0;
  g_autofree char *name = today ? g_strdup_printf(_("%s, today"), iso) : g_strdup(iso);
  atk_object_set_name(gtk_widget_get_accessible(button), name);
  bh_part_set_class(button, "today", today);
  bh_part_set_class(button, "chosen",
                    self->chosen.year != 0 && bh_date_compare(date, &self->chosen) == 0);
  g_object_set_data(G_OBJECT(button), "bh-day", GINT_TO_POINTER(date->day));
  g_signal_connect(button, "clicked", G_CALLBACK(on_day), self);
  gtk_grid_attach(GTK_GRID(self->days), button, place % DAYS, 1 + place / DAYS, 1, 1);
}

static void show_days(BhMonth *self)
{
  g_autofree char *title = bh_month_dup_title(&self->first);
  gtk_label_set_text(GTK_LABEL(self->title), title);
  bh_part_clear(self->days);
  for (int i = 0; i < DAYS; i++) {
    GtkWidget *name = bh_part_label(gettext(day_names[i]), "dim");
    gtk_label_set_xalign(GTK_LABEL(name), 0.5);
    gtk_grid_attach(GTK_GRID(self->days), name, i, 0, 1, 1);
  }
  int place = bh_date_weekday(&self->first) - 1;
  for (BhDate date = self->first; date.month == self->first.month; date = bh_date_add_days(date, 1))
    add_day(self, &date, place++);
}

static void turn(BhMonth *self, int months)
{
  self->first = bh_date_add_months(self->first, months);
  show_days(self);
}

static void on_before(BhMonth *self)
{
  turn(self, -1);
}

static void on_after(BhMonth *self)
{
  turn(self, 1);
}

static GtkWidget *make_arrow(BhMonth *self, const char *which, const char *icon, const char *name,
                             GCallback clicked)
{
  g_autofree char *id = g_strdup_printf("%s-month-%s", self->id, which);
  GtkWidget *button = bh_part_icon_button(id, icon, name);
  bh_part_add_class(button, "day");
  g_signal_connect_swapped(button, "clicked", clicked, self);
  return button;
}

GtkWidget *bh_month_new(const char *id)
{
  BhMonth *self = g_object_new(BH_TYPE_MONTH, NULL);
  self->id = g_strdup(id);
  GtkWidget *head = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
  self->before =
      make_arrow(self, "before", "go-previous-symbolic", _("Month before"), G_CALLBACK(on_before));
  self->after =
      make_arrow(self, "after", "go-next-symbolic", _("Month after"), G_CALLBACK(on_after));
  self->title = bh_part_label("", "row-title");
  g_autofree char *title_id = g_strdup_printf("%s-month", id);
  bh_part_identify(self->title, title_id, NULL);
  gtk_label_set_xalign(GTK_LABEL(self->title), 0.5);
  gtk_box_pack_start(GTK_BOX(head), self->before, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(head), self->title, TRUE, TRUE, 0);
  gtk_box_pack_end(GTK_BOX(head), self->after, FALSE, FALSE, 0);
  gtk_widget_show(head);
  gtk_container_add(GTK_CONTAINER(self), head);
  self->days = gtk_grid_new();
  gtk_grid_set_column_homogeneous(GTK_GRID(self->days), TRUE);
  gtk_widget_show(self->days);
  gtk_container_add(GTK_CONTAINER(self), self->days);
  return GTK_WIDGET(self);
}

void bh_month_show(BhMonth *self, const BhDate *today, const BhDate *chosen)
{
  self->today = *today;
  self->chosen = chosen != NULL ? *chosen : (BhDate){0, 0, 0};
  self->first = chosen != NULL ? *chosen : *today;
  self->first.day = 1;
  show_days(self);
  gtk_widget_show(GTK_WIDGET(self));
}
