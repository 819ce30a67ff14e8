#include "app/pages/outcome.h"

#include <glib/gi18n.h>

#include "app/forms/form-view.h"
#include "app/forms/photos.h"
#include "app/pages/photo.h"
#include "app/visit-page.h"
#include "app/window.h"

struct _BhOutcomePage {
  BhPage parent;
  char *inspection;
  json_t *files;
  GtkWidget *form_box;
  GtkWidget *photos_box;
  GtkWidget *message;
  GtkWidget *save;
  BhFormView *form;
  BhPhotos *photos;
};

G_DEFINE_FINAL_TYPE(BhOutcomePage, bh_outcome_page, BH_TYPE_PAGE)

static void bh_outcome_page_finalize(GObject *object)
{
  BhOutcomePage *self = BH_OUTCOME_PAGE(object);
  g_free(self->inspection);
  json_decref(self->files);
  G_OBJECT_CLASS(bh_outcome_page_parent_class)->finalize(object);
}

static void on_kept(BhPhotoPage *photo, json_t *file, BhOutcomePage *self)
{
  (void)photo;
  char id[BH_ID_LEN + 1];
  bh_session_make_id(bh_page_get_session(BH_PAGE(self)), id);
  g_autoptr(json_t) values = json_copy(file);
  json_object_set_new(values, "parent", json_string(self->inspection));
  json_object_set_new(values, "role", json_string("proof"));
  json_array_append(self->files, values);
  bh_photos_show(self->photos, self->files);
  bh_page_call(
      BH_PAGE(self), "save",
      json_pack("{s:[{s:s, s:s, s:O}]}", "ops", "record", id, "kind", "file", "set", values), NULL,
      NULL, NULL);
}

static void on_add_photo(BhOutcomePage *self)
{
  BhPage *photo = bh_photo_page_new(_("Proof"));
  g_signal_connect_object(photo, "kept", G_CALLBACK(on_kept), self, 0);
  bh_page_open(BH_PAGE(self), photo);
}

static json_t *dup_set(BhOutcomePage *self)
{
  json_t *set = json_copy((json_t *)bh_form_view_get_values(self->form));
  json_object_set_new(set, "ended_at",
                      json_integer(bh_session_now_ms(bh_page_get_session(BH_PAGE(self)))));
  json_object_set_new(set, "state", json_string("not_carried_out"));
  return set;
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)data;
  gtk_widget_set_sensitive(BH_OUTCOME_PAGE(page)->save, TRUE);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  bh_page_say(page, _("Recorded as not carried out"));
  bh_window_go_home(bh_page_get_window(page));
}

static void on_checked(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhOutcomePage *self = BH_OUTCOME_PAGE(page);
  const json_t *problems = json_is_array(result) ? result : json_object_get(result, "problems");
  if (error != NULL || json_array_size(problems) > 0) {
    gtk_widget_set_sensitive(self->save, TRUE);
    if (error != NULL) {
      bh_page_say_error(page, error);
      return;
    }
    g_autofree char *rest = bh_form_view_show_problems(self->form, problems);
    gtk_label_set_text(GTK_LABEL(self->message), rest);
    gtk_widget_set_visible(self->message, *rest != '\0');
    return;
  }
  bh_page_call(page, "save",
               json_pack("{s:[{s:s, s:s, s:o}]}", "ops", "record", self->inspection, "kind",
                         "inspection", "set", dup_set(self)),
               on_saved, NULL, NULL);
}

static void on_save(BhOutcomePage *self)
{
  if (!bh_form_view_settle(self->form))
    return;
  gtk_widget_hide(self->message);
  gtk_widget_set_sensitive(self->save, FALSE);
  bh_page_call(BH_PAGE(self), "check",
               json_pack("{s:s, s:s, s:o}", "record", self->inspection, "kind", "inspection", "set",
                         dup_set(self)),
               on_checked, NULL, NULL);
}

static void bh_outcome_page_load(BhPage *page)
{
  BhOutcomePage *self = BH_OUTCOME_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  bh_page_set_title(page, _("Not carried out"));
  self->form =
      bh_form_view_new(session, bh_session_find_kind(session, "inspection"), "outcome", NULL);
  bh_form_view_hide_choice(self->form, "outcome", "carried_out");
  gtk_container_add(GTK_CONTAINER(self->form_box), GTK_WIDGET(self->form));
  self->photos = bh_photos_new(session, _("Proof"));
  g_signal_connect_swapped(self->photos, "add-photo", G_CALLBACK(on_add_photo), self);
  gtk_container_add(GTK_CONTAINER(self->photos_box), GTK_WIDGET(self->photos));
}

static void bh_outcome_page_class_init(BhOutcomePageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_outcome_page_finalize;
  page_class->load = bh_outcome_page_load;
  BH_PAGE_TEMPLATE(klass, "outcome");
  BH_PAGE_CHILD(klass, BhOutcomePage, form_box);
  BH_PAGE_CHILD(klass, BhOutcomePage, photos_box);
  BH_PAGE_CHILD(klass, BhOutcomePage, message);
  BH_PAGE_CHILD(klass, BhOutcomePage, save);
}

static void bh_outcome_page_init(BhOutcomePage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->files = json_array();
  g_signal_connect_swapped(self->save, "clicked", G_CALLBACK(on_save), self);
}

BhPage *bh_outcome_page_new(const char *inspection)
{
  BhOutcomePage *self = g_object_new(BH_TYPE_OUTCOME_PAGE, NULL);
  self->inspection = g_strdup(inspection);
  return BH_PAGE(self);
}
