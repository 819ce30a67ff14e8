/* The checklist of a record on a sheet of items. An answer is shown at once and saved in the
 * background; a checklist that was read from the store before the tap is dropped, because it does
 * not contain the answer. What may be answered is decided by the store. Start at on_view(). */
#include "app/pages/worksheet.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/pages/item-sheet.h"
#include "schema/error.h"
#include "schema/worksheet.h"

#define SLOT "worksheet"

struct _BhWorksheetPage {
  BhPage parent;
  char *record;
  json_t *view;          /* as bh_device_worksheet; NULL: not known yet */
  char *chosen;          /* id of the list that the person chose; NULL: none */
  guint saving;          /* number of answers that are being saved */
  gboolean needs_reload; /* the checklist must be read again once all answers are saved */
  GtkWidget *content;
  GtkWidget *choice;
  GtkWidget *message;
  GtkWidget *lists;
  GtkWidget *other_list;
  BhItemSheet *sheet;
};

G_DEFINE_FINAL_TYPE(BhWorksheetPage, bh_worksheet_page, BH_TYPE_PAGE)

static void bh_worksheet_page_finalize(GObject *object)
{
  BhWorksheetPage *self = BH_WORKSHEET_PAGE(object);
  g_free(self->record);
  g_free(self->chosen);
  json_decref(self->view);
  G_OBJECT_CLASS(bh_worksheet_page_parent_class)->finalize(object);
}

static const char *get_number(const json_t *item)
{
  return bh_json_string_or(item, "item", "");
}

/* --- answering --- */

/* An answer that is being saved. */
typedef struct {
  char *item_no;
  char *note;      /* NULL: none */
  gboolean begins; /* the answer gives the record its list */
} Sent;

static void sent_free(gpointer data)
{
  Sent *sent = data;
  g_free(sent->item_no);
  g_free(sent->note);
  g_free(sent);
}

/* After a failure the page must show what is in the store, and the item that was not saved. */
static void show_failure(BhWorksheetPage *self, const Sent *sent, const GError *error)
{
  BhPage *page = BH_PAGE(self);
  g_autofree char *lost = bh_item_sheet_keep_remark(self->sheet, sent->item_no, sent->note);
  if (g_error_matches(error, BH_ERROR, BH_ERROR_CHAIN)) {
    g_autofree char *late = g_strdup_printf(
        _("Item %s was answered by somebody else meanwhile. Look at that answer, then decide."),
        sent->item_no);
    g_autofree char *text = g_strjoin("\n", late, lost, NULL);
    bh_page_say(page, text);
    bh_item_sheet_go_to(self->sheet, sent->item_no);
  } else if (lost != NULL) {
    bh_page_say(page, lost);
  } else {
    bh_page_say_error(page, error);
  }
  self->needs_reload = TRUE;
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  const Sent *sent = data;
  BhWorksheetPage *self = BH_WORKSHEET_PAGE(page);
  self->saving--;
  if (error != NULL)
    show_failure(self, sent, error);
  else if (sent->begins)
    self->needs_reload = TRUE;
  if (self->saving == 0 && self->needs_reload)
    bh_page_refresh(page);
}

/* The list that the first answer sets; NULL: the record has its list. */
static const char *get_new_list(BhWorksheetPage *self)
{
  return json_object_get(self->view, "choices") != NULL
             ? bh_json_string_or(json_object_get(self->view, "list"), "id", NULL)
             : NULL;
}

static void save(BhWorksheetPage *self, const json_t *item, BhAnswer chosen)
{
  const char *list = get_new_list(self);
  g_autoptr(json_t) seen = json_copy((json_t *)item);
  g_autoptr(json_t) given = bh_item_sheet_dup_answer(self->sheet, item, chosen);
  json_t *answer = json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:O}", "record", self->record, "item",
                             get_number(item), "answer", bh_answer_code(chosen), "note",
                             bh_json_string_or(given, "note", NULL), "list", list, "seen", seen);
  Sent *sent = g_new0(Sent, 1);
  sent->item_no = g_strdup(get_number(item));
  sent->note = g_strdup(bh_json_string_or(given, "note", NULL));
  sent->begins = list != NULL;
  bh_item_sheet_set_answer(self->sheet, get_number(item), given);
  self->saving++;
  bh_page_post(BH_PAGE(self), bh_call_answer(answer), on_saved, sent, sent_free);
  if (bh_page_cancel_ask(BH_PAGE(self), SLOT))
    self->needs_reload = TRUE;
}

/* Whether the item has exactly this answer, so that nothing needs to be saved. */
static gboolean is_given(BhWorksheetPage *self, const json_t *item, BhAnswer chosen)
{
  return bh_item_sheet_is_touched(item) && bh_item_sheet_get_answer(item) == chosen &&
         !json_is_true(json_object_get(item, "conflict")) &&
         !bh_item_sheet_is_remark_changed(self->sheet);
}

static void on_answered(BhPage *page, const json_t *item, BhAnswer chosen)
{
  BhWorksheetPage *self = BH_WORKSHEET_PAGE(page);
  if (!is_given(self, item, chosen))
    save(self, item, chosen);
  bh_item_sheet_draw(self->sheet);
  /* What is not met is described before the next item. */
  if (chosen == BH_ANSWER_NONCOMPLIANT)
    bh_item_sheet_open_remark(self->sheet);
  else
    bh_item_sheet_go_on(self->sheet);
}

/* An item without an answer becomes "not checked", because a remark belongs to an answer. */
static void on_remarked(BhPage *page, const json_t *item)
{
  save(BH_WORKSHEET_PAGE(page), item, bh_item_sheet_get_answer(item));
}

static void on_shown(BhPage *page, const json_t *item)
{
  BhWorksheetPage *self = BH_WORKSHEET_PAGE(page);
  GtkContainer *box = bh_item_sheet_get_extra(self->sheet);
  bh_part_clear(GTK_WIDGET(box));
  /* The buttons that show the answer are there only while one can be given. */
  if (!json_is_true(json_object_get(self->view, "open"))) {
    GtkWidget *answer =
        bh_part_label(bh_json_string_or(item, "answer_label", _("Not answered yet")), "large");
    bh_part_identify(answer, "given_answer", NULL);
    gtk_container_add(box, answer);
  }
  if (json_is_true(json_object_get(item, "conflict")))
    gtk_container_add(box, bh_part_notice("item_conflict",
                                          _("Answered differently on two devices. Both answers are "
                                            "kept; answer again to decide."),
                                          "warning"));
  if (json_is_false(json_object_get(item, "asked")))
    gtk_container_add(box, bh_part_notice("item_not_asked",
                                          _("This item is not asked of this record any more; its "
                                            "answer is kept."),
                                          "info"));
}

/* --- the list --- */

static void on_list(GtkButton *row, BhWorksheetPage *self)
{
  g_free(self->chosen);
  self->chosen = g_strdup(bh_part_get_record(GTK_WIDGET(row)));
  bh_page_change_view(BH_PAGE(self));
  bh_page_refresh(BH_PAGE(self));
}

static void on_other_list(BhWorksheetPage *self)
{
  g_clear_pointer(&self->chosen, g_free);
  bh_item_sheet_close_list(self->sheet);
  bh_page_change_view(BH_PAGE(self));
  bh_page_refresh(BH_PAGE(self));
}

static void show_choice(BhWorksheetPage *self, const char *text, const json_t *choices)
{
  gtk_label_set_text(GTK_LABEL(self->message), text);
  bh_part_clear(self->lists);
  gsize i;
  json_t *choice;
  json_array_foreach((json_t *)choices, i, choice) {
    g_autofree char *id = g_strdup_printf("list-%u", (guint)i + 1);
    GtkWidget *row = bh_part_row(id, bh_json_string_or(choice, "name", ""),
                                 bh_json_string_or(choice, "version", ""), NULL,
                                 bh_json_string_or(choice, "id", ""));
    g_signal_connect(row, "clicked", G_CALLBACK(on_list), self);
    gtk_container_add(GTK_CONTAINER(self->lists), row);
  }
}

static char *dup_codes(const json_t *codes)
{
  g_autoptr(GString) text = g_string_new(NULL);
  gsize i;
  json_t *code;
  json_array_foreach((json_t *)codes, i, code)
    g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", json_string_value(code));
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* --- what is shown --- */

/* The names of areas whose codes are separated by spaces; g_free. */
static char *dup_areas(BhWorksheetPage *self, const char *areas)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhRegion *region = bh_session_get_region(session);
  g_auto(GStrv) codes = g_strsplit(areas, " ", -1);
  for (gsize i = 0; codes[i] != NULL && region != NULL; i++) {
    char *name = bh_region_dup_full_name(region, codes[i]);
    g_free(codes[i]);
    codes[i] = name;
  }
  g_autofree char *names = g_strjoinv(bh_session_get_lang(session)[0] == 'z' ? "、" : ", ", codes);
  return g_strdup_printf(_("Only in %s"), names);
}

static void show_others(BhWorksheetPage *self)
{
  json_t *others = json_object_get(self->view, "not_asked");
  gsize i;
  json_t *other;
  json_array_foreach(others, i, other) {
    const char *areas = bh_json_string_or(other, "areas", NULL);
    g_autofree char *where = areas != NULL ? dup_areas(self, areas) : NULL;
    if (where != NULL)
      json_object_set_new(other, "where", json_string(where));
  }
  bh_item_sheet_set_others(self->sheet, others);
}

static const char *get_reason(const json_t *view)
{
  if (json_is_true(json_object_get(view, "open")))
    return NULL;
  return strcmp(bh_json_string_or(view, "why", ""), "actor") == 0
             ? _("Only others can fill in this checklist. You can read it.")
             : _("This checklist cannot be filled in at this stage. You can read it.");
}

/* Whom items are for is said only where a list has items for several. */
static void drop_common_addressee(json_t *items)
{
  const char *first = bh_json_string_or(json_array_get(items, 0), "addressee", "");
  gsize i;
  json_t *item;
  json_array_foreach(items, i, item) {
    if (strcmp(bh_json_string_or(item, "addressee", ""), first) != 0)
      return;
  }
  json_array_foreach(items, i, item) {
    json_object_del(item, "addressee");
  }
}

static void show_sheet(BhWorksheetPage *self)
{
  json_t *list = json_object_get(self->view, "list");
  g_autofree char *title = g_strdup_printf("%s %s", bh_json_string_or(list, "name", ""),
                                           bh_json_string_or(list, "version", ""));
  bh_page_set_title(BH_PAGE(self), title);
  gtk_widget_set_visible(self->other_list,
                         json_array_size(json_object_get(self->view, "choices")) > 1);
  const char *reason = get_reason(self->view);
  bh_item_sheet_set_open(self->sheet, reason == NULL, reason);
  show_others(self);
  drop_common_addressee(json_object_get(self->view, "items"));
  bh_item_sheet_show(self->sheet, json_object_get(self->view, "items"));
}

static void show_view(BhWorksheetPage *self)
{
  const json_t *choices = json_object_get(self->view, "choices");
  gboolean must_choose = json_array_size(choices) > 1 && self->chosen == NULL &&
                         json_is_true(json_object_get(self->view, "open"));
  gboolean has_list = json_object_get(self->view, "list") != NULL;
  gtk_widget_set_visible(self->choice, must_choose || !has_list);
  gtk_widget_set_visible(GTK_WIDGET(self->sheet), !must_choose && has_list);
  bh_page_set_title(BH_PAGE(self), bh_json_string_or(self->view, "label", ""));
  if (must_choose) {
    show_choice(self, _("With which list is this record worked through?"), choices);
  } else if (has_list) {
    show_sheet(self);
  } else {
    g_autofree char *codes = dup_codes(json_object_get(self->view, "codes_wanted"));
    g_autofree char *text =
        g_strdup_printf(_("No list for this record is in force on this device: %s"), codes);
    show_choice(self, text, NULL);
  }
}

static void ask(BhWorksheetPage *self);

/* `data`: the list that was asked for, or NULL. */
static void on_view(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  BhWorksheetPage *self = BH_WORKSHEET_PAGE(page);
  if (g_error_matches(error, BH_ERROR, BH_ERROR_INVALID) && data != NULL) {
    bh_page_say(page, _("The chosen list is not in force any more"));
    g_clear_pointer(&self->chosen, g_free);
    ask(self);
    return;
  }
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->view);
  self->view = json_deep_copy(result);
  show_view(self);
}

static void ask(BhWorksheetPage *self)
{
  BhPage *page = BH_PAGE(self);
  const char *lang = bh_session_get_lang(bh_page_get_session(page));
  bh_page_ask(page, SLOT, bh_call_worksheet(self->record, self->chosen, lang), on_view,
              g_strdup(self->chosen), g_free);
}

static void bh_worksheet_page_refresh(BhPage *page)
{
  BhWorksheetPage *self = BH_WORKSHEET_PAGE(page);
  self->needs_reload = FALSE;
  ask(self);
}

static void bh_worksheet_page_leave(BhPage *page)
{
  bh_item_sheet_save_remark(BH_WORKSHEET_PAGE(page)->sheet);
}

static void bh_worksheet_page_load(BhPage *page)
{
  static const BhItemSheetHooks hooks = {
      .answered = on_answered,
      .remarked = on_remarked,
      .shown = on_shown,
      .empty = N_("This list has no item for this record"),
      .lists_items = TRUE,
  };
  BhWorksheetPage *self = BH_WORKSHEET_PAGE(page);
  self->sheet = BH_ITEM_SHEET(bh_item_sheet_new(page, &hooks));
  self->other_list = bh_part_button("other_list", _("Choose another list"), "flat");
  g_signal_connect_swapped(self->other_list, "clicked", G_CALLBACK(on_other_list), self);
  gtk_container_add(bh_item_sheet_get_below_list(self->sheet), self->other_list);
  gtk_widget_hide(GTK_WIDGET(self->sheet));
  gtk_box_pack_start(GTK_BOX(self->content), GTK_WIDGET(self->sheet), TRUE, TRUE, 0);
  bh_worksheet_page_refresh(page);
}

static void bh_worksheet_page_class_init(BhWorksheetPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_worksheet_page_finalize;
  page_class->load = bh_worksheet_page_load;
  page_class->refresh = bh_worksheet_page_refresh;
  page_class->leave = bh_worksheet_page_leave;
  BH_PAGE_TEMPLATE(klass, "pages/worksheet");
  BH_PAGE_CHILD(klass, BhWorksheetPage, content);
  BH_PAGE_CHILD(klass, BhWorksheetPage, choice);
  BH_PAGE_CHILD(klass, BhWorksheetPage, message);
  BH_PAGE_CHILD(klass, BhWorksheetPage, lists);
}

static void bh_worksheet_page_init(BhWorksheetPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
}

BhPage *bh_worksheet_page_new(const char *record)
{
  BhWorksheetPage *self = g_object_new(BH_TYPE_WORKSHEET_PAGE, NULL);
  self->record = g_strdup(record);
  return BH_PAGE(self);
}

/* --- the row on the page of the record --- */

static void on_row(GtkButton *row, BhPage *page)
{
  bh_page_open(page, bh_worksheet_page_new(bh_part_get_record(GTK_WIDGET(row))));
}

typedef struct {
  GtkWidget *box; /* weak */
  char *record;
} RowRequest;

static void row_request_free(gpointer data)
{
  RowRequest *request = data;
  g_clear_weak_pointer(&request->box);
  g_free(request->record);
  g_free(request);
}

static gboolean has_answers(const json_t *items)
{
  gsize i;
  json_t *item;
  json_array_foreach((json_t *)items, i, item) {
    if (bh_item_sheet_is_touched(item))
      return TRUE;
  }
  return FALSE;
}

static void on_row_view(BhPage *page, json_t *view, const GError *error, gpointer data)
{
  const RowRequest *request = data;
  if (request->box == NULL)
    return;
  bh_part_clear(request->box);
  /* The page of the checklist says what is wrong with a list that cannot be read. */
  gboolean is_open = json_is_true(json_object_get(view, "open"));
  gboolean has_list = json_object_get(view, "list") != NULL;
  gboolean is_worth =
      error != NULL || is_open || !has_list || has_answers(json_object_get(view, "items"));
  gtk_widget_set_visible(request->box, is_worth);
  if (!is_worth)
    return;
  g_autofree char *progress = g_strdup_printf(
      _("%u of %u items answered"), (guint)json_integer_value(json_object_get(view, "answered")),
      (guint)json_integer_value(json_object_get(view, "total")));
  GtkWidget *row = bh_part_row("worksheet", bh_json_string_or(view, "label", _("Checklist")),
                               has_list ? progress : _("No list in force"), NULL, request->record);
  g_signal_connect(row, "clicked", G_CALLBACK(on_row), page);
  gtk_container_add(GTK_CONTAINER(request->box), row);
}

void bh_worksheet_show_row(BhPage *page, GtkWidget *box, const BhKind *kind, const char *record)
{
  if (bh_worksheet_find(kind) == NULL) {
    gtk_widget_hide(box);
    return;
  }
  RowRequest *request = g_new0(RowRequest, 1);
  g_set_weak_pointer(&request->box, box);
  request->record = g_strdup(record);
  const char *lang = bh_session_get_lang(bh_page_get_session(page));
  bh_page_ask(page, SLOT, bh_call_worksheet(record, NULL, lang), on_row_view, request,
              row_request_free);
}
