/* Asks a person whether the time of the device is right, and records the answer. */
#include "app/pages/clock.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/form-view.h"

#define MINUTE_MS 60000

struct _BhClockPage {
  BhPage parent;
  char record[BH_ID_LEN + 1];
  gint64 shown_ms; /* the time that is shown and asked about */
  GtkWidget *intro;
  GtkWidget *form_box;
  GtkWidget *message;
  GtkWidget *save;
  BhFormView *form;
};

G_DEFINE_FINAL_TYPE(BhClockPage, bh_clock_page, BH_TYPE_PAGE)

static json_t *dup_set(BhClockPage *self)
{
  json_t *set = json_copy((json_t *)bh_form_view_get_values(self->form));
  if (strcmp(bh_json_string_or(set, "verdict", ""), "wrong") != 0)
    json_object_del(set, "reading"); /* the form was prefilled with the shown time */
  json_object_set_new(set, "shown_at", json_integer(self->shown_ms));
  json_object_set_new(set, "noted_by",
                      json_string(bh_session_get_actor(bh_page_get_session(BH_PAGE(self)))));
  return set;
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhClockPage *self = BH_CLOCK_PAGE(page);
  const json_t *problems = result;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  if (json_array_size(problems) > 0) {
    g_autofree char *other_problems = bh_form_view_show_problems(self->form, problems);
    gtk_label_set_text(GTK_LABEL(self->message), other_problems);
    gtk_widget_set_visible(self->message, *other_problems != '\0');
    return;
  }
  bh_page_say(page, _("Saved; it will be sent automatically"));
  bh_page_close(page);
}

/* TRUE when the field for the real time still has the prefilled time, although the person says that
 * the clock is wrong. */
static gboolean is_reading_untouched(BhClockPage *self)
{
  const json_t *values = bh_form_view_get_values(self->form);
  gint64 reading_ms = json_integer_value(json_object_get(values, "reading"));
  return strcmp(bh_json_string_or(values, "verdict", ""), "wrong") == 0 &&
         reading_ms / MINUTE_MS == self->shown_ms / MINUTE_MS;
}

static void on_save(BhClockPage *self)
{
  if (self->form == NULL || !bh_form_view_validate(self->form))
    return;
  gboolean untouched = is_reading_untouched(self);
  gtk_label_set_text(GTK_LABEL(self->message), untouched ? _("Enter the real time") : "");
  gtk_widget_set_visible(self->message, untouched);
  if (untouched)
    return;
  json_t *set = dup_set(self);
  bh_page_save_checked(BH_PAGE(self), self->record, "clock_note", set, on_saved, NULL, NULL);
}

static void bh_clock_page_load(BhPage *page)
{
  BhClockPage *self = BH_CLOCK_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  bh_page_set_title(page, _("Date and time"));
  bh_session_make_id(session, self->record);
  self->shown_ms = bh_session_now_ms(session);
  g_autofree char *shown_time = bh_time_format(self->shown_ms);
  g_autofree char *text = g_strdup_printf(
      _("This device shows %s. Compare it with a watch or a telephone; the answer is recorded."),
      shown_time);
  gtk_label_set_text(GTK_LABEL(self->intro), text);
  const BhKind *kind = bh_session_find_kind(session, "clock_note");
  if (kind == NULL)
    return;
  self->form = bh_form_view_new(session, kind, NULL, NULL);
  g_autoptr(json_t) values = json_pack("{s:I}", "reading", (json_int_t)self->shown_ms);
  bh_form_view_load(self->form, values);
  gtk_container_add(GTK_CONTAINER(self->form_box), GTK_WIDGET(self->form));
}

static void bh_clock_page_class_init(BhClockPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  page_class->load = bh_clock_page_load;
  BH_PAGE_TEMPLATE(klass, "pages/clock");
  BH_PAGE_CHILD(klass, BhClockPage, intro);
  BH_PAGE_CHILD(klass, BhClockPage, form_box);
  BH_PAGE_CHILD(klass, BhClockPage, message);
  BH_PAGE_CHILD(klass, BhClockPage, save);
}

static void bh_clock_page_init(BhClockPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->save, "clicked", G_CALLBACK(on_save), self);
}

BhPage *bh_clock_page_new(void)
{
  return g_object_new(BH_TYPE_CLOCK_PAGE, NULL);
}
