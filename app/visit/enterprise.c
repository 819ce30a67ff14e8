/* The file of an enterprise, with its open hazards and its visits as paged lists. */
#include "app/visit/enterprise.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/due.h"
#include "app/pages/paged-list.h"
#include "app/pages/record.h"
#include "app/visit/inspection.h"
#include "app/visit/start.h"

#define ROWS 20

struct _BhEnterprisePage {
  BhPage parent;
  char *id;
  BhFound *found;
  GtkWidget *confirm;
  GtkWidget *name;
  GtkWidget *badges;
  GtkWidget *facts;
  GtkWidget *hazards;
  GtkWidget *visits;
  GtkWidget *start;
  BhPagedList *hazard_pages;
  BhPagedList *visit_pages;
};

G_DEFINE_FINAL_TYPE(BhEnterprisePage, bh_enterprise_page, BH_TYPE_PAGE)

static void bh_enterprise_page_finalize(GObject *object)
{
  BhEnterprisePage *self = BH_ENTERPRISE_PAGE(object);
  g_free(self->id);
  bh_found_free(self->found);
  g_clear_pointer(&self->hazard_pages, bh_paged_list_free);
  g_clear_pointer(&self->visit_pages, bh_paged_list_free);
  G_OBJECT_CLASS(bh_enterprise_page_parent_class)->finalize(object);
}

static void add_fact(BhEnterprisePage *self, const BhField *field, const json_t *values)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const char *lang = bh_session_get_lang(session);
  const json_t *value = json_object_get(values, bh_field_get_name(field));
  if (value == NULL || json_is_null(value))
    return;
  g_autofree char *text =
      bh_field_format_with(field, value, bh_session_get_office_settings(session), lang);
  if (bh_field_get_type(field) == BH_FIELD_AREA && bh_session_get_region(session) != NULL) {
    g_free(text);
    text = bh_region_dup_full_name(bh_session_get_region(session), json_string_value(value));
  }
  gtk_container_add(GTK_CONTAINER(self->facts),
                    bh_part_fact(bh_field_get_label(field, lang), text));
}

static void add_badge(BhEnterprisePage *self, gboolean on, const char *text, const char *style)
{
  if (!on)
    return;
  GtkWidget *label = bh_part_label(text, "badge");
  bh_part_add_class(label, style);
  gtk_container_add(GTK_CONTAINER(self->badges), label);
}

static void on_open_record(BhEnterprisePage *self)
{
  bh_page_open(BH_PAGE(self), bh_record_page_new(self->id));
}

static void on_record(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhEnterprisePage *self = BH_ENTERPRISE_PAGE(page);
  const BhKind *kind = bh_session_find_kind(bh_page_get_session(page), "enterprise");
  if (error != NULL || kind == NULL) {
    if (error != NULL)
      bh_page_say_error(page, error);
    return;
  }
  const json_t *values = json_object_get(result, "values");
  bh_page_set_title(page, _("Enterprise file"));
  const char *name = bh_json_string_or(values, "name", "");
  gtk_label_set_text(GTK_LABEL(self->name), name);
  bh_part_clear(self->badges);
  add_badge(self, json_is_true(json_object_get(values, "sample")), _("Sample"), "info");
  add_badge(self, json_is_true(json_object_get(values, "provisional")), _("Provisional"), "info");
  add_badge(self, json_is_true(json_object_get(values, "key_enterprise")), _("Key enterprise"),
            "major");
  add_badge(self, json_is_true(json_object_get(values, "concern")), _("Special concern"), "major");
  bh_part_clear(self->facts);
  g_autoptr(GPtrArray) facts = bh_kind_list_form(kind, "file");
  for (guint i = 0; i < facts->len; i++)
    add_fact(self, facts->pdata[i], values);
  GtkWidget *button = bh_part_button("open-record", _("Everything about this enterprise"), NULL);
  g_signal_connect_swapped(button, "clicked", G_CALLBACK(on_open_record), self);
  gtk_container_add(GTK_CONTAINER(self->facts), button);
}

static void on_row(GtkButton *row, BhEnterprisePage *self)
{
  bh_page_open(BH_PAGE(self), bh_record_page_new(bh_part_get_record(GTK_WIDGET(row))));
}

static void fill(BhEnterprisePage *self, BhPagedList *pages, guint number, const json_t *result,
                 const char *kind_name, const char *empty_text)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhKind *kind = bh_session_find_kind(session, kind_name);
  gsize i;
  json_t *row;
  bh_paged_list_begin(pages, number);
  json_array_foreach(json_object_get(result, "rows"), i, row) {
    const json_t *values = json_object_get(row, "values");
    const char *record = bh_json_string_or(row, "id", "");
    if (!bh_paged_list_accepts(pages, record))
      continue;
    const char *state = bh_json_string_or(values, "state", "");
    g_autofree char *id = g_strdup_printf("%s-%u", kind_name, bh_paged_list_get_number(pages));
    const char *label = bh_kind_get_state_label(kind, state, bh_session_get_lang(session));
    int days = 0;
    g_autofree char *due = bh_due_dup_text(row, &days);
    GtkWidget *button = bh_part_row(id, bh_json_string_or(row, "title", ""), due, label, record);
    bh_part_set_class(button, "urgent", due != NULL && days < 0);
    g_signal_connect(button, "clicked", G_CALLBACK(on_row), self);
    bh_paged_list_add(pages, button);
  }
  const json_t *after = json_object_get(result, "after");
  bh_paged_list_end(pages, json_is_string(after) ? after : NULL);
  if (bh_paged_list_is_empty(pages))
    bh_paged_list_note(pages, empty_text);
}

/* `data`: number of the page of rows that was asked for. */
static void on_hazards(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  BhEnterprisePage *self = BH_ENTERPRISE_PAGE(page);
  if (error == NULL)
    fill(self, self->hazard_pages, GPOINTER_TO_UINT(data), result, "hazard",
         _("No open hazard on this device"));
}

static void on_visits(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  BhEnterprisePage *self = BH_ENTERPRISE_PAGE(page);
  if (error != NULL)
    return;
  const json_t *rows = json_object_get(result, "rows");
  fill(self, self->visit_pages, GPOINTER_TO_UINT(data), result, "inspection",
       _("No earlier visit on this device"));
  if (data != NULL || strcmp(self->found->by, "plaque") == 0 ||
      strcmp(self->found->by, "code") == 0)
    return;
  const json_t *last = json_array_get(rows, 0);
  gint64 started_ms =
      json_integer_value(json_object_get(json_object_get(last, "values"), "started_at"));
  g_autofree char *when = started_ms > 0 ? bh_time_format(started_ms) : g_strdup(_("never"));
  g_autofree char *text = g_strdup_printf(
      _("Chosen by hand. Is this the right one? Compare name and address; last visit: %s"), when);
  gtk_label_set_text(GTK_LABEL(self->confirm), text);
  gtk_widget_show(self->confirm);
}

static json_t *list_unfinished(const BhKind *kind)
{
  json_t *names = json_array();
  g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
  for (guint i = 0; i < states->len; i++)
    if (!bh_kind_is_final_state(kind, g_ptr_array_index(states, i)))
      json_array_append_new(names, json_string(g_ptr_array_index(states, i)));
  return names;
}

/* Asks for rows of a kind: hazards that are not in a final state, or all visits. `kind` must be a
 * static string, because it is also the slot of bh_page_ask. */
static void ask_rows(BhPage *page, const char *kind, guint number, const json_t *from)
{
  BhEnterprisePage *self = BH_ENTERPRISE_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  const BhKind *declared = bh_session_find_kind(session, kind);
  const char *actor = bh_session_get_actor(session);
  gboolean hazards = strcmp(kind, "hazard") == 0;
  json_t *where = json_pack("{s:s}", "enterprise", self->id);
  if (hazards && declared != NULL)
    json_object_set_new(where, "state", list_unfinished(declared));
  json_t *query = json_pack("{s:s, s:o, s:i, s:s}", "kind", kind, "where", where, "limit", ROWS,
                            "order", "changed");
  if (actor != NULL)
    json_object_set_new(query, "viewer", json_string(actor));
  if (from != NULL)
    json_object_set(query, "after", (json_t *)from);
  bh_page_ask(page, kind, bh_call_list(query), hazards ? on_hazards : on_visits,
              GUINT_TO_POINTER(number), NULL);
}

static void ask_hazards(gpointer owner, guint number, const json_t *from)
{
  ask_rows(owner, "hazard", number, from);
}

static void ask_visits(gpointer owner, guint number, const json_t *from)
{
  ask_rows(owner, "inspection", number, from);
}

/* Makes the box of rows and the button "more" inside `place`. */
static BhPagedList *make_pages(BhEnterprisePage *self, GtkWidget *place, const char *kind,
                               BhPagedListAsk ask)
{
  g_autofree char *id = g_strdup_printf("more-%s", kind);
  g_autofree char *earlier = g_strdup_printf("earlier-%s", kind);
  GtkWidget *rows = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *more = bh_part_button(id, _("Show more"), NULL);
  gtk_widget_hide(more);
  gtk_widget_show(rows);
  gtk_container_add(GTK_CONTAINER(place), rows);
  gtk_container_add(GTK_CONTAINER(place), more);
  return bh_paged_list_new(rows, more, earlier, ask, self);
}

static void bh_enterprise_page_refresh(BhPage *page)
{
  BhEnterprisePage *self = BH_ENTERPRISE_PAGE(page);
  bh_page_ask(page, "record", bh_call_get(self->id), on_record, NULL, NULL);
  bh_paged_list_refresh(self->hazard_pages);
  bh_paged_list_refresh(self->visit_pages);
}

static void on_start(BhEnterprisePage *self)
{
  bh_page_open(BH_PAGE(self), bh_start_page_new(self->id, self->found));
}

static void bh_enterprise_page_class_init(BhEnterprisePageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_enterprise_page_finalize;
  page_class->load = bh_enterprise_page_refresh;
  page_class->refresh = bh_enterprise_page_refresh;
  BH_PAGE_TEMPLATE(klass, "visit/enterprise");
  BH_PAGE_CHILD(klass, BhEnterprisePage, confirm);
  BH_PAGE_CHILD(klass, BhEnterprisePage, name);
  BH_PAGE_CHILD(klass, BhEnterprisePage, badges);
  BH_PAGE_CHILD(klass, BhEnterprisePage, facts);
  BH_PAGE_CHILD(klass, BhEnterprisePage, hazards);
  BH_PAGE_CHILD(klass, BhEnterprisePage, visits);
  BH_PAGE_CHILD(klass, BhEnterprisePage, start);
}

static void bh_enterprise_page_init(BhEnterprisePage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->hazard_pages = make_pages(self, self->hazards, "hazard", ask_hazards);
  self->visit_pages = make_pages(self, self->visits, "inspection", ask_visits);
  g_signal_connect_swapped(self->start, "clicked", G_CALLBACK(on_start), self);
}

BhPage *bh_enterprise_page_new(const char *id, BhFound *found)
{
  BhEnterprisePage *self = g_object_new(BH_TYPE_ENTERPRISE_PAGE, NULL);
  self->id = g_strdup(id);
  self->found = found;
  return BH_PAGE(self);
}
