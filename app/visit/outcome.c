/* Records why a visit was not carried out, with photos as proof. */
#include "app/visit/outcome.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/form-view.h"
#include "app/forms/photos.h"
#include "app/pages/photo.h"
#include "app/pages/picture.h"
#include "app/visit/visit-page.h"
#include "schema/workflow.h"

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

static void release_json(gpointer data)
{
  json_decref(data);
}

/* `data`: values of the picture. When the picture was not saved, it is removed from the page too.
 */
static void on_photo_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  BhOutcomePage *self = BH_OUTCOME_PAGE(page);
  if (error == NULL)
    return;
  bh_photos_remove(self->photos, self->files, data);
  bh_page_say_error(page, error);
}

static void on_photo_stored(BhPhotoPage *photo, json_t *file, BhOutcomePage *self)
{
  (void)photo;
  char id[BH_ID_LEN + 1];
  bh_session_make_id(bh_page_get_session(BH_PAGE(self)), id);
  g_autoptr(json_t) values = json_copy(file);
  json_object_set_new(values, "parent", json_string(self->inspection));
  json_object_set_new(values, "role", json_string("proof"));
  json_array_append(self->files, values);
  bh_photos_show(self->photos, self->files);
  BhCall *save = bh_call_save_one(id, "file", json_incref(values));
  bh_page_post(BH_PAGE(self), save, on_photo_saved, g_steal_pointer(&values), release_json);
}

static void on_add_photo(BhOutcomePage *self)
{
  BhPage *photo = bh_photo_page_new(_("Proof"));
  g_signal_connect_object(photo, "stored", G_CALLBACK(on_photo_stored), self, 0);
  bh_page_open(BH_PAGE(self), photo);
}

static json_t *dup_set(BhOutcomePage *self)
{
  json_t *set = json_copy((json_t *)bh_form_view_get_values(self->form));
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhTransition *step =
      bh_workflow_find_page(bh_session_find_kind(session, "inspection"),
                            bh_visit_get_running_state(bh_session_get_kinds(session)), "outcome");
  json_object_set_new(set, "ended_at", json_integer(bh_session_now_ms(session)));
  json_object_set_new(set, "state", json_string(step != NULL ? bh_transition_get_to(step) : ""));
  return set;
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhOutcomePage *self = BH_OUTCOME_PAGE(page);
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
  /* The draft is discarded, because the entry contains all its values now. */
  bh_page_post(page, bh_call_discard_draft(self->inspection), NULL, NULL, NULL);
  bh_page_say(page, _("Recorded as not carried out"));
  bh_page_host_go_home(bh_page_get_host(page));
}

static void on_save(BhOutcomePage *self)
{
  if (self->form == NULL || !bh_form_view_validate(self->form))
    return;
  gtk_widget_hide(self->message);
  json_t *set = dup_set(self);
  bh_page_save_checked(BH_PAGE(self), self->inspection, "inspection", set, on_saved, NULL, NULL);
}

static void on_changed(BhFormView *form, const char *key, BhOutcomePage *self)
{
  const json_t *value = bh_form_view_get_value(form, key);
  bh_page_post(BH_PAGE(self), bh_call_set_draft(self->inspection, "inspection", key, value), NULL,
               NULL, NULL);
}

static void load_form(BhOutcomePage *self, const BhKind *kind, const json_t *visit)
{
  g_autoptr(json_t) values = json_object();
  g_autoptr(GPtrArray) fields = bh_kind_list_form(kind, "outcome");
  for (guint i = 0; i < fields->len; i++) {
    const char *key = bh_field_get_name(g_ptr_array_index(fields, i));
    json_t *saved = json_object_get(bh_visit_get_values(visit, "inspection"), key);
    json_t *typed = json_object_get(json_object_get(visit, "inspection_draft"), key);
    json_t *value = typed != NULL ? typed : saved;
    if (value != NULL && !json_is_null(value))
      json_object_set(values, key, value);
  }
  bh_form_view_load(self->form, values);
}

static void show_proof(BhOutcomePage *self, const json_t *visit)
{
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(visit, "files"), i, row) {
    json_t *values = json_object_get(row, "values");
    if (strcmp(bh_json_string_or(values, "parent", ""), self->inspection) == 0 &&
        strcmp(bh_json_string_or(values, "role", ""), "proof") == 0)
      json_array_append(self->files, values);
  }
  bh_photos_show(self->photos, self->files);
}

static void on_visit(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhOutcomePage *self = BH_OUTCOME_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  const BhKind *kind = bh_session_find_kind(session, "inspection");
  self->form = bh_form_view_new(session, kind, "outcome", NULL);
  bh_form_view_hide_choice(self->form, "outcome", "carried_out");
  load_form(self, kind, result);
  g_signal_connect(self->form, "changed", G_CALLBACK(on_changed), self);
  gtk_container_add(GTK_CONTAINER(self->form_box), GTK_WIDGET(self->form));
  self->photos = bh_photos_new(session, _("Proof"));
  g_signal_connect_swapped(self->photos, "add-photo", G_CALLBACK(on_add_photo), self);
  g_signal_connect_swapped(self->photos, "open-photo", G_CALLBACK(bh_picture_open), self);
  gtk_container_add(GTK_CONTAINER(self->photos_box), GTK_WIDGET(self->photos));
  show_proof(self, result);
}

static void bh_outcome_page_load(BhPage *page)
{
  bh_page_set_title(page, _("Not carried out"));
  bh_visit_ask(page, BH_OUTCOME_PAGE(page)->inspection, on_visit);
}

static void bh_outcome_page_leave(BhPage *page)
{
  if (BH_OUTCOME_PAGE(page)->form != NULL)
    bh_form_view_flush(BH_OUTCOME_PAGE(page)->form);
}

static void bh_outcome_page_class_init(BhOutcomePageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_outcome_page_finalize;
  page_class->load = bh_outcome_page_load;
  page_class->leave = bh_outcome_page_leave;
  BH_PAGE_TEMPLATE(klass, "visit/outcome");
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
