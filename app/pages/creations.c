/* What a person can make from a record or from the first page. The form takes the place of this
 * page, so that the way back leads to the record. Start at on_creations. */
#include "app/pages/creations.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/pages/act.h"
#include "app/pages/acts.h"

#define SEARCH_FROM 9 /* rows */

/* A row, or a heading with the rows after it. */
typedef struct {
  GtkWidget *widget;
  char *text; /* what the search looks in; NULL: a heading */
} Line;

struct _BhCreationsPage {
  BhPage parent;
  char *origin;  /* NULL: none */
  json_t *shown; /* the acts that the rows show; NULL: none yet */
  GArray *lines; /* Line */
  GtkWidget *search;
  GtkWidget *rows;
  GtkWidget *empty;
};

G_DEFINE_FINAL_TYPE(BhCreationsPage, bh_creations_page, BH_TYPE_PAGE)

static void clear_line(gpointer line)
{
  g_free(((Line *)line)->text);
}

static void bh_creations_page_finalize(GObject *object)
{
  BhCreationsPage *self = BH_CREATIONS_PAGE(object);
  g_free(self->origin);
  json_decref(self->shown);
  g_array_unref(self->lines);
  G_OBJECT_CLASS(bh_creations_page_parent_class)->finalize(object);
}

/* --- search --- */

/* The text without spaces, in one case and one width. g_free. */
static char *dup_plain(const char *text)
{
  g_autofree char *one_width = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *one_case = g_utf8_casefold(one_width != NULL ? one_width : "", -1);
  GString *out = g_string_new(NULL);
  for (const char *c = one_case; *c != '\0'; c = g_utf8_next_char(c))
    if (!g_unichar_isspace(g_utf8_get_char(c)))
      g_string_append_unichar(out, g_utf8_get_char(c));
  return g_string_free(out, FALSE);
}

/* Shows the rows that contain the typed text, and the headings above them. */
static void on_search(BhCreationsPage *self)
{
  g_autofree char *words = dup_plain(gtk_entry_get_text(GTK_ENTRY(self->search)));
  GtkWidget *heading = NULL;
  gboolean has_rows = FALSE;
  for (guint i = 0; i < self->lines->len; i++) {
    const Line *line = &g_array_index(self->lines, Line, i);
    gboolean matches = line->text != NULL && strstr(line->text, words) != NULL;
    if (line->text == NULL)
      heading = line->widget;
    else if (matches && heading != NULL)
      gtk_widget_show(heading);
    gtk_widget_set_visible(line->widget, matches);
    has_rows = has_rows || matches;
  }
  gtk_label_set_text(GTK_LABEL(self->empty),
                     *words != '\0' ? _("Nothing found") : _("Nothing can be made here now"));
  gtk_widget_set_visible(self->empty, !has_rows);
}

/* --- rows --- */

static void on_row(GtkButton *row, BhPage *page)
{
  GObject *object = G_OBJECT(row);
  bh_page_replace(page, bh_act_page_new_create(g_object_get_data(object, "bh-kind"),
                                               g_object_get_data(object, "bh-act"),
                                               BH_CREATIONS_PAGE(page)->origin, NULL,
                                               g_object_get_data(object, "bh-label")));
}

static void set_text(GtkWidget *row, const char *key, const char *text)
{
  g_object_set_data_full(G_OBJECT(row), key, g_strdup(text), g_free);
}

static void add_line(BhCreationsPage *self, GtkWidget *widget, const char *text)
{
  Line line = {widget, text != NULL ? dup_plain(text) : NULL};
  g_array_append_val(self->lines, line);
  gtk_container_add(GTK_CONTAINER(self->rows), widget);
}

static void add_row(BhCreationsPage *self, const json_t *act, const BhKind *kind)
{
  const char *lang = bh_session_get_lang(bh_page_get_session(BH_PAGE(self)));
  const char *label = bh_json_string_or(json_object_get(act, "label"), lang, "");
  const char *of_kind = bh_kind_get_label(kind, lang);
  g_autofree char *id = bh_acts_dup_creation_id(act);
  GtkWidget *row =
      bh_part_row(id, label, strstr(label, of_kind) == NULL ? of_kind : NULL, NULL, NULL);
  set_text(row, "bh-kind", bh_json_string_or(act, "kind", ""));
  set_text(row, "bh-act", bh_json_string_or(act, "name", ""));
  set_text(row, "bh-label", label);
  g_signal_connect(row, "clicked", G_CALLBACK(on_row), self);
  g_autofree char *text = g_strjoin("\n", label, of_kind, NULL);
  add_line(self, row, text);
}

/* An act and where it stands. */
typedef struct {
  const json_t *act;
  const BhKind *kind;
  guint group; /* of the kind; those without one last */
  gsize index; /* as the store lists the acts */
} Place;

static gint compare_places(gconstpointer a, gconstpointer b)
{
  const Place *left = a;
  const Place *right = b;
  if (left->group != right->group)
    return left->group < right->group ? -1 : 1;
  return left->index < right->index ? -1 : left->index > right->index;
}

static GArray *sort_acts(BhCreationsPage *self, const json_t *acts)
{
  GArray *places = g_array_new(FALSE, FALSE, sizeof(Place));
  gsize i;
  json_t *act;
  json_array_foreach((json_t *)acts, i, act) {
    const BhKind *kind = bh_session_find_kind(bh_page_get_session(BH_PAGE(self)),
                                              bh_json_string_or(act, "kind", NULL));
    guint group = kind != NULL ? bh_kind_get_group(kind) : 0;
    Place place = {act, kind, group > 0 ? group : G_MAXUINT, i};
    if (kind != NULL)
      g_array_append_val(places, place);
  }
  g_array_sort(places, compare_places);
  return places;
}

static void show_acts(BhCreationsPage *self)
{
  const char *lang = bh_session_get_lang(bh_page_get_session(BH_PAGE(self)));
  g_autoptr(GArray) places = sort_acts(self, self->shown);
  /* Kinds without groups, from before there were any, need no heading. */
  gboolean has_groups = places->len > 0 && g_array_index(places, Place, 0).group != G_MAXUINT;
  g_array_set_size(self->lines, 0);
  bh_part_clear(self->rows);
  guint group = 0;
  for (guint i = 0; i < places->len; i++) {
    const Place *place = &g_array_index(places, Place, i);
    if (has_groups && place->group != group)
      add_line(self,
               bh_part_heading(place->group != G_MAXUINT
                                   ? bh_kind_get_group_label(place->kind, lang)
                                   : _("Other")),
               NULL);
    group = place->group;
    add_row(self, place->act, place->kind);
  }
  gtk_widget_set_visible(self->search, places->len >= SEARCH_FROM);
  on_search(self);
}

static void on_creations(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhCreationsPage *self = BH_CREATIONS_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  /* Rows that stay the same are not made again under the finger. */
  if (self->shown != NULL && json_equal(self->shown, result))
    return;
  json_decref(self->shown);
  self->shown = json_incref(result);
  show_acts(self);
}

static void bh_creations_page_refresh(BhPage *page)
{
  if (bh_session_get_actor(bh_page_get_session(page)) != NULL)
    bh_page_ask(page, "creations", bh_call_list_creations(BH_CREATIONS_PAGE(page)->origin),
                on_creations, NULL, NULL);
}

static void bh_creations_page_load(BhPage *page)
{
  bh_page_set_title(page, _("New"));
  bh_creations_page_refresh(page);
}

static void bh_creations_page_class_init(BhCreationsPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_creations_page_finalize;
  page_class->load = bh_creations_page_load;
  page_class->refresh = bh_creations_page_refresh;
  BH_PAGE_TEMPLATE(klass, "pages/creations");
  BH_PAGE_CHILD(klass, BhCreationsPage, search);
  BH_PAGE_CHILD(klass, BhCreationsPage, rows);
  BH_PAGE_CHILD(klass, BhCreationsPage, empty);
}

static void bh_creations_page_init(BhCreationsPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->lines = g_array_new(FALSE, FALSE, sizeof(Line));
  g_array_set_clear_func(self->lines, clear_line);
  g_signal_connect_swapped(self->search, "search-changed", G_CALLBACK(on_search), self);
}

BhPage *bh_creations_page_new(const char *origin)
{
  BhCreationsPage *self = g_object_new(BH_TYPE_CREATIONS_PAGE, NULL);
  self->origin = g_strdup(origin);
  return BH_PAGE(self);
}
