/* The checklist of an inspection on a sheet of items (app/pages/item-sheet.h), with the hazards and
 * photos of each item. An answer is shown at once and saved in the background; a visit that was
 * read from the store before the tap is dropped, because it does not contain the answer. Start at
 * on_answered_item(). */
#include "app/visit/checklist.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/pages/item-sheet.h"
#include "app/visit/hazard.h"
#include "app/visit/item-photos.h"
#include "app/visit/visit-fill.h"
#include "app/visit/visit-page.h"
#include "schema/worksheet.h"

struct _BhChecklistPage {
  BhPage parent;
  char *inspection;
  json_t *visit;
  guint saving;          /* number of answers that are being saved */
  gboolean needs_reload; /* the visit must be read again once all answers are saved */
  BhItemSheet *sheet;
  BhItemPhotos *photos;
  BhConfirm *confirm;
};

G_DEFINE_FINAL_TYPE(BhChecklistPage, bh_checklist_page, BH_TYPE_PAGE)

static void bh_checklist_page_finalize(GObject *object)
{
  BhChecklistPage *self = BH_CHECKLIST_PAGE(object);
  g_free(self->inspection);
  json_decref(self->visit);
  G_OBJECT_CLASS(bh_checklist_page_parent_class)->finalize(object);
}

static const char *get_number(const json_t *item)
{
  return bh_json_string_or(item, "item", "");
}

/* --- the hazards of an item --- */

static void on_linked(GtkButton *row, BhChecklistPage *self)
{
  bh_page_open(BH_PAGE(self), bh_hazard_page_new_existing(bh_part_get_record(GTK_WIDGET(row))));
}

static void add_linked(BhChecklistPage *self, const json_t *rows, const char *id_key,
                       const char *item_no, const char *badge)
{
  gsize i;
  json_t *row;
  json_array_foreach(rows, i, row) {
    const json_t *values = json_object_get(row, "values");
    if (strcmp(bh_json_string_or(values, "item_no", ""), item_no) != 0)
      continue;
    GtkWidget *button =
        bh_part_row("linked_hazard", bh_json_string_or(values, "summary", _("Hazard")), NULL, badge,
                    bh_json_string_or(row, id_key, ""));
    g_signal_connect(button, "clicked", G_CALLBACK(on_linked), self);
    gtk_container_add(bh_item_sheet_get_extra(self->sheet), button);
  }
}

static void on_add_hazard(GtkButton *button, BhChecklistPage *self)
{
  (void)button;
  bh_page_open(BH_PAGE(self), bh_hazard_page_new(self->inspection,
                                                 get_number(bh_item_sheet_get_item(self->sheet))));
}

static void show_linked(BhChecklistPage *self, const json_t *item)
{
  const char *item_no = get_number(item);
  bh_part_clear(GTK_WIDGET(bh_item_sheet_get_extra(self->sheet)));
  add_linked(self, json_object_get(self->visit, "drafts"), "record", item_no, _("Draft"));
  add_linked(self, json_object_get(self->visit, "hazards"), "id", item_no, _("Recorded"));
  if (bh_item_sheet_get_answer(item) != BH_ANSWER_NONCOMPLIANT)
    return;
  GtkWidget *button = bh_part_button("add_hazard", _("Record a hazard for this item"), NULL);
  g_signal_connect(button, "clicked", G_CALLBACK(on_add_hazard), self);
  gtk_container_add(bh_item_sheet_get_extra(self->sheet), button);
}

static void on_shown(BhPage *page, const json_t *item)
{
  BhChecklistPage *self = BH_CHECKLIST_PAGE(page);
  bh_item_photos_show(self->photos, get_number(item), json_object_get(self->visit, "files"));
  show_linked(self, item);
}

/* Whether the visit was begun as a remote one. */
static gboolean is_by_video(BhPage *page)
{
  const json_t *inspection = bh_visit_get_values(BH_CHECKLIST_PAGE(page)->visit, "inspection");
  return bh_json_has_name(json_object_get(inspection, "modes"), "remote");
}

/* --- answering --- */

static gboolean names_item(const json_t *rows, const char *item_no)
{
  gsize i;
  json_t *row;
  json_array_foreach(rows, i, row) {
    if (strcmp(bh_json_string_or(json_object_get(row, "values"), "item_no", ""), item_no) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean has_linked(BhChecklistPage *self, const char *item_no)
{
  return names_item(json_object_get(self->visit, "drafts"), item_no) ||
         names_item(json_object_get(self->visit, "hazards"), item_no);
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  const json_t *sent = data;
  BhChecklistPage *self = BH_CHECKLIST_PAGE(page);
  self->saving--;
  /* After a failure the page must show what is on disk. */
  if (error != NULL) {
    g_autofree char *lost = bh_item_sheet_keep_remark(
        self->sheet, bh_json_string_or(sent, "item", ""), bh_json_string_or(sent, "note", NULL));
    if (lost != NULL)
      bh_page_say(page, lost);
    else
      bh_page_say_error(page, error);
    self->needs_reload = TRUE;
  }
  if (self->saving == 0 && self->needs_reload)
    bh_page_refresh(page);
}

/* Saves the answer of an item, with its remark. The remark is kept when the answer changes. */
static void save(BhChecklistPage *self, const json_t *item, BhAnswer chosen)
{
  json_t *answer = bh_item_sheet_dup_answer(self->sheet, item, chosen);
  g_autofree char *key = bh_answer_dup_key(get_number(item));
  bh_item_sheet_set_answer(self->sheet, get_number(item), answer);
  json_object_set(bh_visit_get_values(self->visit, "inspection"), key, answer);
  json_t *sent = json_pack("{s:s, s:s*}", "item", get_number(item), "note",
                           bh_json_string_or(answer, "note", NULL));
  self->saving++;
  bh_page_post(BH_PAGE(self),
               bh_call_save_one(self->inspection, "inspection", json_pack("{s:o}", key, answer)),
               on_saved, sent, (GDestroyNotify)json_decref);
  /* A visit that is being read was read before this answer and does not contain it, so it is
   * dropped. */
  if (bh_page_cancel_ask(BH_PAGE(self), BH_VISIT_SLOT))
    self->needs_reload = TRUE;
}

/* An item without an answer becomes "not checked", because a remark belongs to an answer. */
static void on_remarked(BhPage *page, const json_t *item)
{
  save(BH_CHECKLIST_PAGE(page), item, bh_item_sheet_get_answer(item));
}

/* --- an answer that contradicts a hazard of the item --- */

typedef struct {
  char *item_no;
  BhAnswer chosen;
} Contradiction;

static void contradiction_free(gpointer data)
{
  Contradiction *contradiction = data;
  g_free(contradiction->item_no);
  g_free(contradiction);
}

static void free_json(gpointer data)
{
  json_decref(data);
}

/* `data`: drafts of hazards that the new answer contradicts too; they are discarded. */
static void on_withdrawn(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  if (error != NULL)
    bh_page_say_error(page, error);
  gsize i;
  json_t *record;
  json_array_foreach(error == NULL ? data : NULL, i, record) {
    bh_page_post(page, bh_call_discard_draft(json_string_value(record)), NULL, NULL, NULL);
  }
  bh_page_refresh(page);
}

/* Saves the answer and withdraws the hazards that it contradicts, as one entry. */
static void withdraw_and_answer(BhChecklistPage *self, const Contradiction *contradiction,
                                const char *reason)
{
  BhPage *page = BH_PAGE(self);
  const BhKind *kind = bh_session_find_kind(bh_page_get_session(page), "hazard");
  g_autofree char *key = bh_answer_dup_key(contradiction->item_no);
  json_t *answer = bh_item_sheet_dup_answer(self->sheet, bh_item_sheet_get_item(self->sheet),
                                            contradiction->chosen);
  json_t *ops = json_pack("[{s:s, s:s, s:{s:o}}]", "record", self->inspection, "kind", "inspection",
                          "set", key, answer);
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(self->visit, "hazards"), i, row) {
    const json_t *values = json_object_get(row, "values");
    if (strcmp(bh_json_string_or(values, "item_no", ""), contradiction->item_no) != 0)
      continue;
    json_t *op = bh_visit_dup_withdrawal(kind, bh_json_string_or(row, "id", ""),
                                         bh_json_string_or(values, "state", ""), reason);
    if (op == NULL) {
      bh_page_say(page, _("This hazard can no longer be withdrawn here; the office can"));
      json_decref(ops);
      return;
    }
    json_array_append_new(ops, op);
  }
  json_t *drafts = json_array();
  json_array_foreach(json_object_get(self->visit, "drafts"), i, row) {
    const json_t *values = json_object_get(row, "values");
    if (strcmp(bh_json_string_or(values, "item_no", ""), contradiction->item_no) == 0)
      json_array_append(drafts, json_object_get(row, "record"));
  }
  bh_page_submit(page, bh_call_save(ops), on_withdrawn, drafts, free_json);
}

static void on_contradiction(gpointer owner, gboolean yes, const char *reason, gpointer data)
{
  BhChecklistPage *self = owner;
  if (yes)
    withdraw_and_answer(self, data, reason);
}

static void ask_about_hazard(BhChecklistPage *self, const char *item_no, BhAnswer chosen)
{
  const char *lang = bh_session_get_lang(bh_page_get_session(BH_PAGE(self)));
  Contradiction *contradiction = g_new0(Contradiction, 1);
  contradiction->item_no = g_strdup(item_no);
  contradiction->chosen = chosen;
  g_autofree char *text =
      g_strdup_printf(_("A hazard is recorded for item %s. \"%s\" contradicts it: withdraw the "
                        "hazard with a reason, or leave the item not compliant."),
                      item_no, bh_answer_label(chosen, lang));
  g_autofree char *yes =
      g_strdup_printf(_("Withdraw it, answer \"%s\""), bh_answer_label(chosen, lang));
  bh_confirm_ask(self->confirm, text, _("Reason of the withdrawal"), yes,
                 _("Leave it not compliant"), on_contradiction, self, contradiction,
                 contradiction_free);
}

static void on_answered_item(BhPage *page, const json_t *item, BhAnswer chosen)
{
  BhChecklistPage *self = BH_CHECKLIST_PAGE(page);
  const char *item_no = get_number(item);
  if (chosen != BH_ANSWER_NONCOMPLIANT && has_linked(self, item_no)) {
    ask_about_hazard(self, item_no, chosen);
    return;
  }
  save(self, item, chosen);
  bh_item_sheet_draw(self->sheet);
  if (chosen == BH_ANSWER_NONCOMPLIANT && !has_linked(self, item_no))
    bh_page_open(page, bh_hazard_page_new(self->inspection, item_no));
  else
    bh_item_sheet_go_on(self->sheet);
}

static void on_filled(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  if (error != NULL)
    bh_page_say_error(page, error);
  else if (json_integer_value(json_object_get(result, "filled")) == 0)
    bh_page_say(page, _("Everything in this section is answered"));
  bh_page_refresh(page);
}

/* Fills in the unanswered items of the section as "not checked", marked as filled in bulk (FIELD
 * 8). The store decides which items have no answer, so that an answer unknown to this page
 * is kept. */
static void on_bulk(BhPage *page, const char *section)
{
  BhChecklistPage *self = BH_CHECKLIST_PAGE(page);
  BhVisitFill *fill =
      bh_visit_fill_new(bh_session_get_actor(bh_page_get_session(page)), self->inspection);
  gsize i;
  json_t *item;
  json_array_foreach((json_t *)bh_item_sheet_get_items(self->sheet), i, item) {
    if (strcmp(bh_json_string_or(item, "section", ""), section) == 0)
      bh_visit_fill_add(fill, get_number(item));
  }
  bh_item_sheet_close_list(self->sheet);
  bh_page_submit_run(page, bh_visit_fill_run, fill, bh_visit_fill_free, on_filled, NULL, NULL);
}

/* The items of the visit for the sheet, with their answers; a new array. */
static json_t *dup_items(BhChecklistPage *self, const BhChecklist *list)
{
  const char *lang = bh_session_get_lang(bh_page_get_session(BH_PAGE(self)));
  g_autoptr(GPtrArray) asked = bh_visit_list_items(self->visit, list);
  json_t *items = json_array();
  for (guint i = 0; i < asked->len; i++) {
    const BhChecklistItem *item = g_ptr_array_index(asked, i);
    g_autofree char *key = bh_answer_dup_key(item->item_no);
    const json_t *answer = json_object_get(bh_visit_get_values(self->visit, "inspection"), key);
    json_array_append_new(items, bh_worksheet_dup_item(item, TRUE, answer, lang));
  }
  return items;
}

static void on_visit(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhChecklistPage *self = BH_CHECKLIST_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->visit);
  self->visit = json_incref(result);
  g_autoptr(BhChecklist) list = bh_visit_dup_checklist(self->visit);
  if (list == NULL)
    bh_page_say(page, _("The checklist is not on this device"));
  bh_page_set_title(page,
                    bh_json_string_or(bh_visit_get_values(self->visit, "enterprise"), "name", ""));
  g_autoptr(json_t) items = dup_items(self, list);
  bh_item_sheet_show(self->sheet, items);
}

static void bh_checklist_page_refresh(BhPage *page)
{
  BH_CHECKLIST_PAGE(page)->needs_reload = FALSE;
  bh_visit_ask(page, BH_CHECKLIST_PAGE(page)->inspection, on_visit);
}

static void bh_checklist_page_leave(BhPage *page)
{
  bh_item_sheet_save_remark(BH_CHECKLIST_PAGE(page)->sheet);
}

static void bh_checklist_page_load(BhPage *page)
{
  static const BhItemSheetHooks hooks = {
      .answered = on_answered_item,
      .remarked = on_remarked,
      .shown = on_shown,
      .filled = on_bulk,
      .is_by_video = is_by_video,
      .empty = N_("This list has no item for this enterprise"),
      .counts_unchecked = TRUE,
  };
  BhChecklistPage *self = BH_CHECKLIST_PAGE(page);
  self->sheet = BH_ITEM_SHEET(bh_item_sheet_new(page, &hooks));
  self->confirm = BH_CONFIRM(bh_confirm_new("contradiction"));
  bh_item_sheet_set_confirm(self->sheet, self->confirm);
  self->photos = BH_ITEM_PHOTOS(bh_item_photos_new(page, self->inspection));
  gtk_container_add(bh_item_sheet_get_below_remark(self->sheet), GTK_WIDGET(self->photos));
  gtk_container_add(GTK_CONTAINER(self), GTK_WIDGET(self->sheet));
  bh_checklist_page_refresh(page);
}

static void bh_checklist_page_class_init(BhChecklistPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_checklist_page_finalize;
  page_class->load = bh_checklist_page_load;
  page_class->refresh = bh_checklist_page_refresh;
  page_class->leave = bh_checklist_page_leave;
}

static void bh_checklist_page_init(BhChecklistPage *self)
{
  (void)self;
}

BhPage *bh_checklist_page_new(const char *inspection)
{
  BhChecklistPage *self = g_object_new(BH_TYPE_CHECKLIST_PAGE, NULL);
  self->inspection = g_strdup(inspection);
  return BH_PAGE(self);
}
