/* Shows the form "person" of one participant, and saves what is typed in it. */
#include "app/visit/participant.h"

#include <glib/gi18n.h>

#include "app/forms/form-view.h"
#include "app/visit/visit-page.h"

struct _BhParticipantPage {
  BhPage parent;
  char *record;
  gboolean open;
  gboolean touched;
  json_t *values; /* values of the participant as saved */
  GtkWidget *form_box;
  GtkWidget *done;
  BhFormView *form;
};

G_DEFINE_FINAL_TYPE(BhParticipantPage, bh_participant_page, BH_TYPE_PAGE)

static void bh_participant_page_finalize(GObject *object)
{
  BhParticipantPage *self = BH_PARTICIPANT_PAGE(object);
  g_free(self->record);
  json_decref(self->values);
  G_OBJECT_CLASS(bh_participant_page_parent_class)->finalize(object);
}

static void on_form_changed(BhFormView *form, const char *key, BhParticipantPage *self)
{
  const json_t *value = bh_form_view_get_value(form, key);
  self->touched = TRUE;
  bh_page_post(BH_PAGE(self), bh_call_set_draft(self->record, "participant", key, value), NULL,
               NULL, NULL);
}

/* Shows the form with what was typed before and could not be saved. */
static void on_draft(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhParticipantPage *self = BH_PARTICIPANT_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  if (self->form != NULL)
    return;
  g_autoptr(json_t) values = json_copy(self->values);
  if (error == NULL) {
    json_object_update(values, json_object_get(result, "changed"));
    self->touched = TRUE;
  }
  self->form =
      bh_form_view_new(session, bh_session_find_kind(session, "participant"), "person", NULL);
  bh_form_view_load(self->form, values);
  g_signal_connect(self->form, "changed", G_CALLBACK(on_form_changed), self);
  gtk_widget_set_sensitive(GTK_WIDGET(self->form), self->open);
  gtk_container_add(GTK_CONTAINER(self->form_box), GTK_WIDGET(self->form));
  if (self->open)
    bh_form_view_focus(self->form, "opinion");
}

static void on_record(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhParticipantPage *self = BH_PARTICIPANT_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->values);
  self->values = json_copy(json_object_get(result, "values"));
  bh_page_ask(page, "draft", bh_call_get_draft(self->record), on_draft, NULL, NULL);
}

static void bh_participant_page_load(BhPage *page)
{
  bh_page_set_title(page, _("Participant"));
  bh_page_ask(page, "record", bh_call_get(BH_PARTICIPANT_PAGE(page)->record), on_record, NULL,
              NULL);
}

static void bh_participant_page_leave(BhPage *page)
{
  BhParticipantPage *self = BH_PARTICIPANT_PAGE(page);
  if (self->form == NULL || !self->open || !bh_form_view_validate(self->form) || !self->touched)
    return;
  self->touched = FALSE;
  bh_visit_save_draft(page, self->record);
}

static void on_done(BhParticipantPage *self)
{
  if (self->form == NULL || !self->open || bh_form_view_validate(self->form))
    bh_page_close(BH_PAGE(self));
}

static void bh_participant_page_class_init(BhParticipantPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_participant_page_finalize;
  page_class->load = bh_participant_page_load;
  page_class->leave = bh_participant_page_leave;
  BH_PAGE_TEMPLATE(klass, "visit/participant");
  BH_PAGE_CHILD(klass, BhParticipantPage, form_box);
  BH_PAGE_CHILD(klass, BhParticipantPage, done);
}

static void bh_participant_page_init(BhParticipantPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->done, "clicked", G_CALLBACK(on_done), self);
}

BhPage *bh_participant_page_new(const char *record, gboolean open)
{
  BhParticipantPage *self = g_object_new(BH_TYPE_PARTICIPANT_PAGE, NULL);
  self->record = g_strdup(record);
  self->open = open;
  return BH_PAGE(self);
}
