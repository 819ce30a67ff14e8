/* The agenda in groups: overdue, today, within a week, later, without a date. The store gives the
 * rows of all kinds in the order of their days. */
#include "app/pages/agenda.h"

#include <glib/gi18n.h>

#include "app/pages/paged-list.h"
#include "app/pages/rows.h"
#include "schema/ledger.h"

#define ROWS 40
#define WEEK_DAYS 7

struct _BhAgendaPage {
  BhPage parent;
  GtkWidget *rows;
  GtkWidget *empty;
  GtkWidget *more;
  BhPagedList *pages;
  const char *heading; /* of the rows added last; NULL: a page of rows begins */
};

G_DEFINE_FINAL_TYPE(BhAgendaPage, bh_agenda_page, BH_TYPE_PAGE)

static void bh_agenda_page_finalize(GObject *object)
{
  g_clear_pointer(&BH_AGENDA_PAGE(object)->pages, bh_paged_list_free);
  G_OBJECT_CLASS(bh_agenda_page_parent_class)->finalize(object);
}

static int count_days(BhSession *session, const char *day)
{
  BhDate date, today = bh_session_today(session);
  return day != NULL && bh_date_parse(day, &date, NULL) ? bh_date_days_between(&today, &date)
                                                        : G_MAXINT;
}

GtkWidget *bh_agenda_row_new(BhPage *page, const json_t *row, const char *id, int *days)
{
  BhSession *session = bh_page_get_session(page);
  const BhKind *kind = bh_session_find_kind(session, bh_json_string_or(row, "kind", NULL));
  const json_t *ledger =
      kind != NULL ? bh_kind_find_ledger(kind, bh_json_string_or(row, "ledger", "")) : NULL;
  if (ledger == NULL)
    return NULL;
  *days = count_days(session, bh_json_string_or(row, "day", NULL));
  /* A deadline at a moment of today can have passed. */
  if (*days == 0 && bh_ledger_get_date(ledger) == NULL &&
      json_is_true(json_object_get(json_object_get(row, "due"), "overdue")))
    *days = -1;
  GtkWidget *button = bh_row_new_dated(page, kind, ledger, row, id);
  bh_part_set_class(button, "urgent", *days < 0);
  return button;
}

static const char *get_heading(int days)
{
  return days == G_MAXINT    ? _("Without a date")
         : days < 0          ? _("Overdue")
         : days == 0         ? _("Today")
         : days <= WEEK_DAYS ? _("Within 7 days")
                             : _("Later");
}

/* Adds the row, below a heading when it is the first of its group on this page of rows. */
static void add_row(BhAgendaPage *self, const json_t *row)
{
  /* A record may be in the agenda for several reasons. */
  g_autofree char *key = g_strconcat(bh_json_string_or(row, "id", ""), "/",
                                     bh_json_string_or(row, "ledger", ""), NULL);
  g_autofree char *id = g_strdup_printf("row-%u", bh_paged_list_get_number(self->pages));
  int days = 0;
  if (!bh_paged_list_accepts(self->pages, key))
    return;
  GtkWidget *button = bh_agenda_row_new(BH_PAGE(self), row, id, &days);
  if (button == NULL)
    return;
  const char *heading = get_heading(days);
  if (heading == self->heading) {
    bh_paged_list_add(self->pages, button);
    return;
  }
  self->heading = heading;
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
  gtk_container_add(GTK_CONTAINER(box), bh_part_heading(heading));
  gtk_container_add(GTK_CONTAINER(box), button);
  gtk_widget_show(box);
  bh_paged_list_add(self->pages, box);
}

/* `data`: number of the page of rows that was asked for. */
static void on_rows(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  BhAgendaPage *self = BH_AGENDA_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  gsize i;
  json_t *row;
  self->heading = NULL;
  bh_paged_list_begin(self->pages, GPOINTER_TO_UINT(data));
  json_array_foreach(json_object_get(result, "rows"), i, row) {
    add_row(self, row);
  }
  bh_paged_list_end(self->pages, json_object_get(result, "after"));
  gtk_widget_set_visible(self->empty, bh_paged_list_is_empty(self->pages));
}

static void ask_page(gpointer owner, guint number, const json_t *from)
{
  BhPage *page = BH_PAGE(owner);
  const char *actor = bh_session_get_actor(bh_page_get_session(page));
  if (actor == NULL)
    return;
  json_t *query = json_pack("{s:s, s:i, s:O?}", "viewer", actor, "limit", ROWS, "after", from);
  bh_page_ask(page, "rows", bh_call_agenda(query), on_rows, GUINT_TO_POINTER(number), NULL);
}

static void bh_agenda_page_load(BhPage *page)
{
  bh_page_set_title(page, _("Agenda"));
  bh_paged_list_restart(BH_AGENDA_PAGE(page)->pages);
}

/* A person who has gone on to further pages keeps the place in the list. */
static void bh_agenda_page_refresh(BhPage *page)
{
  BhAgendaPage *self = BH_AGENDA_PAGE(page);
  if (bh_paged_list_is_at_start(self->pages))
    bh_paged_list_refresh(self->pages);
}

static void bh_agenda_page_class_init(BhAgendaPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_agenda_page_finalize;
  page_class->load = bh_agenda_page_load;
  page_class->refresh = bh_agenda_page_refresh;
  BH_PAGE_TEMPLATE(klass, "pages/agenda");
  BH_PAGE_CHILD(klass, BhAgendaPage, rows);
  BH_PAGE_CHILD(klass, BhAgendaPage, empty);
  BH_PAGE_CHILD(klass, BhAgendaPage, more);
}

static void bh_agenda_page_init(BhAgendaPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->pages = bh_paged_list_new(self->rows, self->more, "earlier", ask_page, self);
}

BhPage *bh_agenda_page_new(void)
{
  return g_object_new(BH_TYPE_AGENDA_PAGE, NULL);
}
