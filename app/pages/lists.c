/* The menu of lists: under the headings of the groups, for each kind all its records, then its
 * ledgers. */
#include "app/pages/lists.h"

#include <glib/gi18n.h>

#include "app/pages/list.h"
#include "schema/ledger.h"

struct _BhListsPage {
  BhPage parent;
  GtkWidget *rows;
  GtkWidget *empty;
  guint group; /* of the row that was added last; 0: none */
};

G_DEFINE_FINAL_TYPE(BhListsPage, bh_lists_page, BH_TYPE_PAGE)

/* Called for a list in the menu; `ledger` NULL: all records of the kind. */
typedef void (*ListFunc)(const BhKind *kind, const json_t *ledger, gpointer data);

static void each_list(BhSession *session, ListFunc func, gpointer data)
{
  const BhKindSet *set = bh_session_get_kinds(session);
  if (set == NULL)
    return;
  g_autoptr(GPtrArray) kinds = bh_kind_set_list_by_group(set);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    if (bh_kind_is_in_menu(kind, BH_MENU_HOME))
      func(kind, NULL, data);
    gsize at;
    json_t *ledger;
    json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "ledgers"), at, ledger) {
      if (bh_ledger_is_in_menu(ledger, BH_MENU_HOME))
        func(kind, ledger, data);
    }
  }
}

static void on_row(GtkButton *row, BhPage *page)
{
  GObject *object = G_OBJECT(row);
  bh_page_open(page, bh_list_page_new(g_object_get_data(object, "bh-kind"),
                                      g_object_get_data(object, "bh-ledger"),
                                      g_object_get_data(object, "bh-title")));
}

/* Adds a heading before the first row of a group. Kinds without groups, from before there were any,
 * need none. */
static void add_heading(BhListsPage *self, const BhKind *kind)
{
  guint group = bh_kind_get_group(kind);
  const char *lang = bh_session_get_lang(bh_page_get_session(BH_PAGE(self)));
  if (group != self->group)
    gtk_container_add(
        GTK_CONTAINER(self->rows),
        bh_part_heading(group > 0 ? bh_kind_get_group_label(kind, lang) : _("Other")));
  self->group = group;
}

static void add_row(const BhKind *kind, const json_t *ledger, gpointer data)
{
  BhListsPage *self = data;
  const char *lang = bh_session_get_lang(bh_page_get_session(BH_PAGE(self)));
  const char *name = bh_json_string_or(ledger, "name", NULL);
  const char *of_kind = bh_kind_get_label(kind, lang);
  const char *title = ledger != NULL ? bh_ledger_get_label(ledger, lang) : of_kind;
  g_autofree char *source = bh_source_dup_clauses(bh_json_string_or(ledger, "source", ""));
  g_autofree char *line = ledger == NULL
                              ? g_strdup(_("All records"))
                              : g_strjoin(*source != '\0' ? " · " : "", of_kind, source, NULL);
  g_autofree char *id = name != NULL ? g_strdup_printf("list-%s-%s", bh_kind_get_name(kind), name)
                                     : g_strdup_printf("list-%s", bh_kind_get_name(kind));
  add_heading(self, kind);
  GtkWidget *row = bh_part_row(id, title, line, NULL, NULL);
  g_object_set_data(G_OBJECT(row), "bh-kind", (gpointer)g_intern_string(bh_kind_get_name(kind)));
  g_object_set_data(G_OBJECT(row), "bh-ledger", (gpointer)g_intern_string(name));
  g_object_set_data_full(G_OBJECT(row), "bh-title", g_strdup(title), g_free);
  g_signal_connect(row, "clicked", G_CALLBACK(on_row), self);
  gtk_container_add(GTK_CONTAINER(self->rows), row);
}

static void count_list(const BhKind *kind, const json_t *ledger, gpointer data)
{
  (void)kind;
  (void)ledger;
  (*(guint *)data)++;
}

gboolean bh_lists_page_has_lists(BhSession *session)
{
  guint n = 0;
  each_list(session, count_list, &n);
  return n > 0;
}

static void bh_lists_page_load(BhPage *page)
{
  BhListsPage *self = BH_LISTS_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  bh_page_set_title(page, _("Lists"));
  each_list(session, add_row, self);
  gtk_widget_set_visible(self->empty, !bh_lists_page_has_lists(session));
}

static void bh_lists_page_class_init(BhListsPageClass *klass)
{
  BH_PAGE_CLASS(klass)->load = bh_lists_page_load;
  BH_PAGE_TEMPLATE(klass, "pages/lists");
  BH_PAGE_CHILD(klass, BhListsPage, rows);
  BH_PAGE_CHILD(klass, BhListsPage, empty);
}

static void bh_lists_page_init(BhListsPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
}

BhPage *bh_lists_page_new(void)
{
  return g_object_new(BH_TYPE_LISTS_PAGE, NULL);
}
