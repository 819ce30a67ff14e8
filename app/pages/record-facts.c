/* The values of a record, by sections. Start at bh_facts_show. */
#include "app/pages/record-facts.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/web-link.h"
#include "app/pages/record.h"
#include "schema/compute.h"

#define REFS_SHOWN 20 /* rows of one field that refers to several records */

typedef struct {
  BhPage *page;
  GtkWidget *box;
  const char *lang;
  const json_t *computed;
} Facts;

/* --- refs --- */

static void on_ref(GtkButton *row, BhPage *page)
{
  bh_page_open(page, bh_record_page_new(bh_part_get_record(GTK_WIDGET(row))));
}

static void on_ref_title(GtkWidget *row, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  const char *title = bh_json_string_or(result, "title", "");
  gtk_widget_set_sensitive(row, error == NULL);
  bh_part_row_set_title(row, error != NULL ? _("Not on this device") : title);
}

static void add_ref(const Facts *facts, const BhField *field, const char *record, gsize number)
{
  const char *name = bh_field_get_name(field);
  g_autofree char *id = number > 0 ? g_strdup_printf("ref-%s-%u", name, (guint)number)
                                   : g_strdup_printf("ref-%s", name);
  GtkWidget *row = bh_part_row(id, "…", bh_field_get_label(field, facts->lang), NULL, record);
  g_signal_connect(row, "clicked", G_CALLBACK(on_ref), facts->page);
  gtk_container_add(GTK_CONTAINER(facts->box), row);
  bh_page_ask_for_widget(facts->page, row, bh_call_get(record), on_ref_title, NULL, NULL);
}

static void add_refs(const Facts *facts, const BhField *field, const json_t *value)
{
  gsize n = json_array_size(value);
  for (gsize i = 0; i < MIN(n, REFS_SHOWN); i++) {
    const char *record = json_string_value(json_array_get(value, i));
    if (record != NULL)
      add_ref(facts, field, record, i + 1);
  }
  if (n <= REFS_SHOWN)
    return;
  g_autofree char *more = g_strdup_printf(ngettext("%u more", "%u more", (gulong)(n - REFS_SHOWN)),
                                          (guint)(n - REFS_SHOWN));
  gtk_container_add(GTK_CONTAINER(facts->box), bh_part_label(more, "dim"));
}

/* --- other values --- */

/* Adds a long text of the record, folded until a person opens it. */
static void add_paper(const Facts *facts, const BhField *field, const json_t *value)
{
  const char *label = bh_field_get_label(field, facts->lang);
  g_autofree char *text = bh_field_format_value(field, value, facts->lang);
  GtkWidget *more = gtk_expander_new(label);
  bh_part_identify(more, bh_field_get_name(field), label);
  gtk_widget_set_size_request(gtk_expander_get_label_widget(GTK_EXPANDER(more)), -1, 48);
  gtk_container_add(GTK_CONTAINER(more), bh_part_label(g_strchomp(text), "paper"));
  gtk_widget_show(more);
  gtk_container_add(GTK_CONTAINER(facts->box), more);
}

static gboolean is_shown(const Facts *facts, const BhField *field, const json_t *values)
{
  const json_t *value = json_object_get(values, bh_field_get_name(field));
  if (bh_field_is_computed(field))
    return json_object_get(facts->computed, bh_field_get_name(field)) != NULL;
  BhFieldType type = bh_field_get_type(field);
  return value != NULL && !json_is_null(value) && type != BH_FIELD_JSON && type != BH_FIELD_ITEMS &&
         type != BH_FIELD_HASH;
}

static void add_computed(const Facts *facts, const BhField *field)
{
  g_autofree char *text = bh_computed_format(
      field, json_object_get(facts->computed, bh_field_get_name(field)), facts->lang);
  GtkWidget *fact = bh_part_fact(bh_field_get_label(field, facts->lang), text);
  bh_part_identify(fact, bh_field_get_name(field), bh_field_get_label(field, facts->lang));
  gtk_container_add(GTK_CONTAINER(facts->box), fact);
}

static void add_value(const Facts *facts, const BhField *field, const json_t *value)
{
  if (bh_field_is_computed(field)) {
    add_computed(facts, field);
    return;
  }
  switch (bh_field_get_type(field)) {
  case BH_FIELD_REF:
    if (json_is_string(value))
      add_ref(facts, field, json_string_value(value), 0);
    break;
  case BH_FIELD_REFS:
    add_refs(facts, field, value);
    break;
  case BH_FIELD_PAPER:
    add_paper(facts, field, value);
    break;
  default: {
    const char *label = bh_field_get_label(field, facts->lang);
    g_autofree char *text =
        bh_session_dup_value_text(bh_page_get_session(facts->page), field, value);
    gtk_container_add(GTK_CONTAINER(facts->box),
                      bh_field_get_type(field) == BH_FIELD_URL
                          ? bh_web_link_new(bh_field_get_name(field), label, text)
                          : bh_part_fact(label, text));
    break;
  }
  }
}

/* Adds the fields with a value, below `heading` (NULL: none) when there is one. */
static void add_group(const Facts *facts, const char *heading, const GPtrArray *fields,
                      const json_t *values)
{
  gboolean begun = FALSE;
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = g_ptr_array_index(fields, i);
    if (!is_shown(facts, field, values))
      continue;
    if (!begun && heading != NULL)
      gtk_container_add(GTK_CONTAINER(facts->box), bh_part_heading(heading));
    begun = TRUE;
    add_value(facts, field, json_object_get(values, bh_field_get_name(field)));
  }
}

/* The record to which this one belongs comes first, unless a section has it. */
static void add_parent(const Facts *facts, const BhKind *kind, const json_t *values,
                       GHashTable *placed)
{
  const char *name = bh_kind_get_parent_field(kind);
  const BhField *field = name != NULL ? bh_kind_find_field(kind, name) : NULL;
  g_autoptr(GPtrArray) fields = g_ptr_array_new();
  if (field == NULL || bh_field_is_in_form(field))
    return;
  g_hash_table_add(placed, (gpointer)field);
  g_ptr_array_add(fields, (gpointer)field);
  add_group(facts, NULL, fields, values);
}

void bh_facts_show(BhPage *page, GtkWidget *box, const BhKind *kind, const json_t *values,
                   const json_t *computed)
{
  const Facts facts = {page, box, bh_session_get_lang(bh_page_get_session(page)), computed};
  const json_t *sections = json_object_get(bh_kind_get_declaration(kind), "sections");
  g_autoptr(GHashTable) placed = g_hash_table_new(g_direct_hash, g_direct_equal);
  gsize i, k;
  json_t *section, *name;
  bh_part_clear(box);
  add_parent(&facts, kind, values, placed);
  json_array_foreach(sections, i, section) {
    g_autoptr(GPtrArray) fields = g_ptr_array_new();
    json_array_foreach(json_object_get(section, "fields"), k, name) {
      const BhField *field = bh_kind_find_field(kind, json_string_value(name));
      if (field != NULL && g_hash_table_add(placed, (gpointer)field))
        g_ptr_array_add(fields, (gpointer)field);
    }
    add_group(&facts, bh_json_string_or(json_object_get(section, "label"), facts.lang, ""), fields,
              values);
  }
  const GPtrArray *all = bh_kind_list_fields(kind);
  g_autoptr(GPtrArray) others = g_ptr_array_new();
  for (guint n = 0; n < all->len; n++)
    if (!g_hash_table_contains(placed, g_ptr_array_index(all, n)))
      g_ptr_array_add(others, g_ptr_array_index(all, n));
  add_group(&facts, json_array_size(sections) > 0 ? _("Further details") : NULL, others, values);
}
