/* Participants of one visit. Removing one sets a mark on the record; nothing is deleted. The lead
 * and people who have signed cannot be removed. */
#include "app/visit/participants.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/visit/participant.h"
#include "app/visit/visit-page.h"

struct _BhParticipantsPage {
  BhPage parent;
  char *inspection;
  json_t *visit;
  GtkWidget *rows;
  GtkWidget *add_box;
  GtkWidget *colleagues;
  GtkWidget *expert;
  GtkWidget *expert_add;
};

G_DEFINE_FINAL_TYPE(BhParticipantsPage, bh_participants_page, BH_TYPE_PAGE)

static void bh_participants_page_finalize(GObject *object)
{
  BhParticipantsPage *self = BH_PARTICIPANTS_PAGE(object);
  g_free(self->inspection);
  json_decref(self->visit);
  G_OBJECT_CLASS(bh_participants_page_parent_class)->finalize(object);
}

static gboolean is_running(BhParticipantsPage *self)
{
  return bh_visit_is_running(self->visit, bh_session_get_kinds(bh_page_get_session(BH_PAGE(self))));
}

static const char *name_of(BhParticipantsPage *self, const json_t *values)
{
  const char *staff = bh_json_string_or(values, "staff", NULL);
  return staff != NULL ? bh_visit_get_staff_name(self->visit, staff)
                       : bh_json_string_or(values, "name", "");
}

/* TRUE when a signature of the visit is by the participant with these values. Staff are compared by
 * staff id, other people by name. */
static gboolean has_signed(BhParticipantsPage *self, const json_t *values)
{
  const char *key = json_object_get(values, "staff") != NULL ? "staff" : "name";
  const char *who = bh_json_string_or(values, key, "");
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(self->visit, "signatures"), i, row) {
    if (strcmp(bh_json_string_or(json_object_get(row, "values"), key, ""), who) == 0)
      return TRUE;
  }
  return FALSE;
}

/* --- changes --- */

static void on_changed(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)data;
  if (error != NULL)
    bh_page_say_error(page, error);
  bh_page_refresh(page);
}

static void save(BhParticipantsPage *self, const char *record, json_t *set)
{
  bh_page_submit(BH_PAGE(self), bh_call_save_one(record, "participant", set), on_changed, NULL,
                 NULL);
}

static void on_remove(GtkButton *button, BhParticipantsPage *self)
{
  save(self, bh_part_get_record(GTK_WIDGET(button)), json_pack("{s:b}", "removed", 1));
}

static void add(BhParticipantsPage *self, const char *key, const char *value, const char *role)
{
  char id[BH_ID_LEN + 1];
  bh_session_make_id(bh_page_get_session(BH_PAGE(self)), id);
  int sort = (int)json_array_size(json_object_get(self->visit, "participants"));
  save(self, id,
       json_pack("{s:s, s:s, s:s, s:i}", "inspection", self->inspection, key, value, "role", role,
                 "sort", sort));
}

static void on_colleague(GtkButton *button, BhParticipantsPage *self)
{
  add(self, "staff", bh_part_get_record(GTK_WIDGET(button)), "member");
}

static void on_expert_add(BhParticipantsPage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhField *field = bh_kind_find_field(bh_session_find_kind(session, "participant"), "name");
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) name =
      bh_field_parse_typed(field, gtk_entry_get_text(GTK_ENTRY(self->expert)), &error);
  if (name == NULL) {
    /* The typed text is kept in the text field. */
    bh_page_say(BH_PAGE(self),
                _("This name cannot be saved: it is too long, or contains invisible characters"));
    return;
  }
  if (self->visit == NULL || json_is_null(name))
    return;
  add(self, "name", json_string_value(name), "expert");
  gtk_entry_set_text(GTK_ENTRY(self->expert), "");
}

static void on_row(GtkButton *row, BhParticipantsPage *self)
{
  bh_page_open(BH_PAGE(self),
               bh_participant_page_new(bh_part_get_record(GTK_WIDGET(row)), is_running(self)));
}

/* --- showing --- */

static void add_row(BhParticipantsPage *self, const json_t *row, guint number)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhField *field = bh_kind_find_field(bh_session_find_kind(session, "participant"), "role");
  const json_t *values = json_object_get(row, "values");
  const char *record = bh_json_string_or(row, "id", "");
  const char *role = bh_json_string_or(values, "role", "");
  gboolean expert = strcmp(role, "expert") == 0;
  gboolean opinion = json_object_get(values, "opinion") != NULL;
  const char *badge = !expert ? NULL : opinion ? _("Opinion given") : _("No opinion yet");
  GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
  g_autofree char *id = g_strdup_printf("participant-%u", number);
  GtkWidget *who = bh_part_row(
      id, name_of(self, values),
      bh_field_find_choice_label(field, role, bh_session_get_lang(session)), badge, record);
  bh_part_set_class(who, "good", expert && opinion);
  if (expert || json_object_get(values, "staff") == NULL)
    g_signal_connect(who, "clicked", G_CALLBACK(on_row), self);
  gtk_box_pack_start(GTK_BOX(line), who, TRUE, TRUE, 0);
  if (is_running(self) && strcmp(role, "lead") != 0 && !has_signed(self, values)) {
    g_autofree char *name = g_strdup_printf("remove-%u", number);
    g_autofree char *text = g_strdup_printf(_("Remove %s"), name_of(self, values));
    GtkWidget *remove = bh_part_icon_button(name, "list-remove-symbolic", text);
    bh_part_add_class(remove, "careful");
    bh_part_set_record(remove, record);
    g_signal_connect(remove, "clicked", G_CALLBACK(on_remove), self);
    gtk_box_pack_end(GTK_BOX(line), remove, FALSE, FALSE, 0);
  }
  gtk_widget_show(line);
  gtk_container_add(GTK_CONTAINER(self->rows), line);
}

static gboolean takes_part(BhParticipantsPage *self, const char *staff)
{
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(self->visit, "participants"), i, row) {
    if (strcmp(bh_json_string_or(json_object_get(row, "values"), "staff", ""), staff) == 0)
      return TRUE;
  }
  return FALSE;
}

static void on_staff(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhParticipantsPage *self = BH_PARTICIPANTS_PAGE(page);
  if (error != NULL)
    bh_page_say_error(page, error);
  bh_part_clear(self->colleagues);
  guint number = 0;
  gsize i;
  json_t *person;
  json_array_foreach(result, i, person) {
    const char *staff = bh_json_string_or(person, "id", "");
    if (takes_part(self, staff))
      continue;
    g_autofree char *id = g_strdup_printf("add-colleague-%u", ++number);
    g_autofree char *text = g_strdup_printf(_("Add %s"), bh_json_string_or(person, "name", ""));
    GtkWidget *button = bh_part_button(id, text, NULL);
    bh_part_set_record(button, staff);
    g_signal_connect(button, "clicked", G_CALLBACK(on_colleague), self);
    gtk_container_add(GTK_CONTAINER(self->colleagues), button);
  }
  if (number == 0)
    gtk_container_add(GTK_CONTAINER(self->colleagues),
                      bh_part_label(_("All colleagues of this device take part"), "dim"));
}

static void on_visit(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhParticipantsPage *self = BH_PARTICIPANTS_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->visit);
  self->visit = json_incref(result);
  bh_part_clear(self->rows);
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(self->visit, "participants"), i, row) {
    add_row(self, row, (guint)i + 1);
  }
  gtk_widget_set_visible(self->add_box, is_running(self));
  bh_page_ask(page, "staff", bh_call_list_staff(), on_staff, NULL, NULL);
}

static void bh_participants_page_refresh(BhPage *page)
{
  bh_visit_ask(page, BH_PARTICIPANTS_PAGE(page)->inspection, on_visit);
}

static void bh_participants_page_load(BhPage *page)
{
  bh_page_set_title(page, _("Who takes part"));
  bh_participants_page_refresh(page);
}

static void bh_participants_page_class_init(BhParticipantsPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_participants_page_finalize;
  page_class->load = bh_participants_page_load;
  page_class->refresh = bh_participants_page_refresh;
  BH_PAGE_TEMPLATE(klass, "visit/participants");
  BH_PAGE_CHILD(klass, BhParticipantsPage, rows);
  BH_PAGE_CHILD(klass, BhParticipantsPage, add_box);
  BH_PAGE_CHILD(klass, BhParticipantsPage, colleagues);
  BH_PAGE_CHILD(klass, BhParticipantsPage, expert);
  BH_PAGE_CHILD(klass, BhParticipantsPage, expert_add);
}

static void bh_participants_page_init(BhParticipantsPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->expert_add, "clicked", G_CALLBACK(on_expert_add), self);
}

BhPage *bh_participants_page_new(const char *inspection)
{
  BhParticipantsPage *self = g_object_new(BH_TYPE_PARTICIPANTS_PAGE, NULL);
  self->inspection = g_strdup(inspection);
  return BH_PAGE(self);
}
