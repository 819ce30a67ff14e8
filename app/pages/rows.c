/* One row of a list of records. Start at bh_row_new. */
#include "app/pages/rows.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/due.h"
#include "app/pages/record.h"
#include "app/visit/links.h"
#include "schema/compute.h"
#include "schema/ledger.h"
#include "schema/workflow.h"

#define COLUMNS_MAX 4

json_t *bh_row_dup_query(BhPage *page, const BhKind *kind, const json_t *ledger)
{
  BhSession *session = bh_page_get_session(page);
  const char *actor = bh_session_get_actor(session);
  BhDate date = bh_session_today(session);
  g_autofree char *today = bh_date_format(&date);
  const BhLedgerViewer viewer = {
      actor, bh_json_string_or(bh_session_get_actor_values(session), "unit", NULL), today,
      bh_session_now_ms(session)};
  json_t *query = ledger != NULL ? bh_ledger_dup_query(kind, ledger, &viewer)
                                 : json_pack("{s:s}", "kind", bh_kind_get_name(kind));
  if (actor != NULL)
    json_object_set_new(query, "viewer", json_string(actor));
  return query;
}

/* --- the second line --- */

/* Text of one column, g_free; NULL when the column has nothing to read. */
static char *dup_column(const BhField *field, const json_t *value, const char *title,
                        BhSession *session)
{
  const char *lang = bh_session_get_lang(session);
  const char *label = bh_field_get_label(field, lang);
  switch (bh_field_get_type(field)) {
  case BH_FIELD_REF:
  case BH_FIELD_REFS:
  case BH_FIELD_JSON:
  case BH_FIELD_HASH:
  case BH_FIELD_PAPER:
  case BH_FIELD_ITEMS:
  case BH_FIELD_PLACE:
  case BH_FIELD_LONGTEXT:
    return NULL;
  case BH_FIELD_FLAG:
    return json_is_true(value) ? g_strdup(label) : NULL;
  default:
    break;
  }
  if (value == NULL || json_is_null(value))
    return NULL;
  g_autofree char *text = bh_session_dup_value_text(session, field, value);
  if (*text == '\0' || strstr(title, text) != NULL)
    return NULL;
  BhFieldType type = bh_field_get_type(field);
  gboolean speaks_for_itself = type == BH_FIELD_CHOICE || type == BH_FIELD_CHOICES ||
                               type == BH_FIELD_TEXT || type == BH_FIELD_AREA ||
                               type == BH_FIELD_ENUM_REF;
  return speaks_for_itself ? g_steal_pointer(&text) : g_strdup_printf("%s %s", label, text);
}

/* The text of a computed column; NULL when it has no value. */
static char *dup_computed(const BhField *field, const json_t *computed, const char *lang)
{
  if (computed == NULL)
    return NULL;
  g_autofree char *text = bh_computed_format(field, computed, lang);
  return g_strdup_printf("%s %s", bh_field_get_label(field, lang), text);
}

static void add_part(GString *line, const char *part)
{
  if (part != NULL && *part != '\0')
    g_string_append_printf(line, "%s%s", line->len > 0 ? " · " : "", part);
}

static char *dup_line(const BhKind *kind, const json_t *ledger, const json_t *row,
                      const char *reason, const char *due, BhSession *session)
{
  GString *line = g_string_new(NULL);
  const char *lang = bh_session_get_lang(session);
  const char *title = bh_json_string_or(row, "title", "");
  g_autoptr(GPtrArray) columns = bh_ledger_list_columns(kind, ledger);
  add_part(line, reason);
  if (bh_kind_has_states(kind))
    add_part(line, bh_kind_get_state_label(kind, bh_json_string_or(row, "state", ""), lang));
  add_part(line, due);
  for (guint i = 0, shown = 0; i < columns->len && shown < COLUMNS_MAX; i++) {
    const BhField *field = g_ptr_array_index(columns, i);
    const json_t *values =
        json_object_get(row, bh_field_is_computed(field) ? "computed" : "values");
    const json_t *value = json_object_get(values, bh_field_get_name(field));
    g_autofree char *text = bh_field_is_computed(field) ? dup_computed(field, value, lang)
                                                        : dup_column(field, value, title, session);
    add_part(line, text);
    shown += text != NULL;
  }
  return g_string_free(line, FALSE);
}

/* --- the row --- */

static void on_row(GtkButton *row, BhPage *page)
{
  const char *name = g_object_get_data(G_OBJECT(row), "bh-page");
  const char *record = bh_part_get_record(GTK_WIDGET(row));
  BhPage *own = bh_links_make_page(name, record, NULL);
  bh_page_open(page, own != NULL ? own : bh_record_page_new(record));
}

static GtkWidget *make_row(BhPage *page, const BhKind *kind, const json_t *ledger,
                           const json_t *row, const char *id, gboolean in_agenda)
{
  BhSession *session = bh_page_get_session(page);
  const char *lang = bh_session_get_lang(session);
  const json_t *values = json_object_get(row, "values");
  const char *title = bh_json_string_or(row, "title", "");
  const char *page_name = bh_json_string_or(ledger, "page", "");
  const char *parent = bh_kind_get_parent_field(kind);
  const char *record = bh_json_string_or(row, "id", "");
  if (strcmp(page_name, "parent") == 0 && parent != NULL)
    record = bh_json_string_or(values, parent, record);
  int days = 0;
  g_autofree char *due = bh_due_dup_text(row, &days);
  const char *date = in_agenda ? bh_ledger_get_date(ledger) : NULL;
  g_autofree char *when = date != NULL
                              ? bh_due_dup_day_text(session, bh_json_string_or(values, date, NULL))
                              : g_strdup(due);
  g_autofree char *line = dup_line(
      kind, ledger, row, in_agenda ? bh_ledger_get_label(ledger, lang) : NULL, when, session);
  gboolean pending = json_integer_value(json_object_get(row, "pending")) > 0;
  GtkWidget *button =
      bh_part_row(id, *title != '\0' ? title : bh_kind_get_label(kind, lang),
                  *line != '\0' ? line : NULL, pending ? _("Not sent") : NULL, record);
  g_object_set_data(G_OBJECT(button), "bh-page", (gpointer)g_intern_string(page_name));
  bh_part_set_class(button, "urgent", due != NULL && days < 0);
  g_signal_connect(button, "clicked", G_CALLBACK(on_row), page);
  const char *subject = bh_kind_find_subject(bh_session_get_kinds(session), kind);
  if (subject != NULL)
    bh_page_name_row(page, button, title, bh_json_string_or(values, subject, NULL));
  return button;
}

GtkWidget *bh_row_new(BhPage *page, const BhKind *kind, const json_t *ledger, const json_t *row,
                      const char *id)
{
  return make_row(page, kind, ledger, row, id, FALSE);
}

GtkWidget *bh_row_new_dated(BhPage *page, const BhKind *kind, const json_t *ledger,
                            const json_t *row, const char *id)
{
  return make_row(page, kind, ledger, row, id, TRUE);
}
