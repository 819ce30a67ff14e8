/* Records an enterprise that is in no list yet. */
#include "app/visit/subject.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/form-view.h"
#include "app/visit/enterprise.h"
#include "app/visit/move.h"

struct _BhSubjectPage {
  BhPage parent;
  char *plaque;
  gint64 serial;
  char *inspection;
  json_t *visit; /* the visit of `inspection` as bh_visit_load gives it */
  json_t *lists;
  char *name;
  char *reason;
  char record[BH_ID_LEN + 1];
  GtkWidget *form_box;
  GtkWidget *message;
  GtkWidget *save;
  BhFormView *form;
};

G_DEFINE_FINAL_TYPE(BhSubjectPage, bh_subject_page, BH_TYPE_PAGE)

static void bh_subject_page_finalize(GObject *object)
{
  BhSubjectPage *self = BH_SUBJECT_PAGE(object);
  g_free(self->plaque);
  g_free(self->inspection);
  json_decref(self->visit);
  json_decref(self->lists);
  g_free(self->name);
  g_free(self->reason);
  G_OBJECT_CLASS(bh_subject_page_parent_class)->finalize(object);
}

static void show_message(BhSubjectPage *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->message), text);
  gtk_widget_set_visible(self->message, *text != '\0');
}

static json_t *dup_set(BhSubjectPage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const json_t *description = bh_session_get_description(session);
  json_t *set = json_copy((json_t *)bh_form_view_get_values(self->form));
  json_object_set_new(set, "provisional", json_true());
  json_object_set_new(set, "state", json_string("provisional"));
  const char *unit = bh_json_string_or(description, "unit", NULL);
  if (unit != NULL)
    json_object_set_new(set, "unit", json_string(unit));
  return set;
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhSubjectPage *self = BH_SUBJECT_PAGE(page);
  const json_t *problems = result;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  g_autofree char *other_problems = bh_form_view_show_problems(self->form, problems);
  show_message(self, other_problems);
  if (json_array_size(problems) > 0)
    return;
  /* `inspection` was set when the page was opened: then the new enterprise is for that inspection.
   */
  if (self->inspection != NULL) {
    bh_page_say(page, _("The inspection now belongs to this enterprise"));
    bh_page_close(page);
  } else {
    bh_page_replace(page, bh_enterprise_page_new(self->record,
                                                 bh_found_new("provisional", self->reason, NULL)));
  }
}

/* The operations that a tap on "save" saves: the new enterprise, and what binds the plaque or moves
 * the inspection to it. */
static json_t *dup_ops(BhSubjectPage *self)
{
  json_t *ops = json_pack("[{s:s, s:s, s:o}]", "record", self->record, "kind", "enterprise", "set",
                          dup_set(self));
  if (self->plaque != NULL) {
    g_autoptr(json_t) bind = bh_find_task_dup_bind(bh_page_get_session(BH_PAGE(self)), self->plaque,
                                                   self->serial, self->record);
    json_array_extend(ops, bind);
  }
  if (self->inspection != NULL) {
    const char *sector = bh_json_string_or(bh_form_view_get_values(self->form), "sector", "");
    g_autoptr(json_t) moved =
        bh_move_dup_ops(self->visit, self->lists, self->record, sector, self->reason);
    json_array_extend(ops, moved);
  }
  return ops;
}

static void on_save(BhSubjectPage *self)
{
  if (!bh_form_view_validate(self->form))
    return;
  json_t *ops = dup_ops(self);
  json_t *set = json_incref(json_object_get(json_array_get(ops, 0), "set"));
  BhPage *page = BH_PAGE(self);
  bh_page_submit_run(page, bh_move_run,
                     bh_move_new(bh_page_get_session(page), ops, self->record, "enterprise", set),
                     bh_move_free, on_saved, NULL, NULL);
}

static void bh_subject_page_load(BhPage *page)
{
  BhSubjectPage *self = BH_SUBJECT_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  bh_page_set_title(page, _("Provisional enterprise"));
  bh_session_make_id(session, self->record);
  self->form =
      bh_form_view_new(session, bh_session_find_kind(session, "enterprise"), "provisional", NULL);
  g_autoptr(json_t) values = json_pack(
      "{s:s, s:s, s:b}", "name", self->name, "area",
      bh_json_string_or(bh_session_get_description(session), "area", ""), "provisional", 1);
  if (self->reason != NULL && *self->reason != '\0')
    json_object_set_new(values, "provisional_reason", json_string(self->reason));
  bh_form_view_load(self->form, values);
  gtk_container_add(GTK_CONTAINER(self->form_box), GTK_WIDGET(self->form));
}

static void bh_subject_page_class_init(BhSubjectPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_subject_page_finalize;
  page_class->load = bh_subject_page_load;
  BH_PAGE_TEMPLATE(klass, "visit/subject");
  BH_PAGE_CHILD(klass, BhSubjectPage, form_box);
  BH_PAGE_CHILD(klass, BhSubjectPage, message);
  BH_PAGE_CHILD(klass, BhSubjectPage, save);
}

static void bh_subject_page_init(BhSubjectPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->save, "clicked", G_CALLBACK(on_save), self);
}

BhPage *bh_subject_page_new(const BhFindTask *task, const char *name, const char *reason)
{
  BhSubjectPage *self = g_object_new(BH_TYPE_SUBJECT_PAGE, NULL);
  self->plaque = g_strdup(task->plaque);
  self->serial = task->serial;
  self->inspection = g_strdup(task->inspection);
  self->visit = json_incref((json_t *)task->visit);
  self->lists = json_incref((json_t *)task->lists);
  self->name = g_strdup(name);
  self->reason = g_strdup(reason);
  return BH_PAGE(self);
}
