/* Shows one item of a checklist at a time. An answer is shown at once and saved in the background;
 * a visit that was read from the store before the tap is dropped, because it does not contain the
 * answer. Start at answer() and show(). */
#include "app/visit/checklist.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/confirm.h"
#include "app/visit/hazard.h"
#include "app/visit/item-photos.h"
#include "app/visit/remark.h"
#include "app/visit/visit-fill.h"
#include "app/visit/visit-page.h"

#define SWIPE_MIN_PX_S 400.0 /* speed from which a gesture counts as a swipe */

struct _BhChecklistPage {
  BhPage parent;
  char *inspection;
  json_t *visit;
  BhChecklist *list;
  GPtrArray *items; /* const BhChecklistItem*, borrowed from `list` */
  guint index;
  guint saving;          /* number of answers that are being saved */
  gboolean needs_reload; /* the visit must be read again once all answers are saved */
  gboolean only_unanswered;
  GtkWidget *section;
  GtkWidget *filter;
  GtkWidget *jump;
  GtkWidget *progress;
  GtkWidget *jump_revealer;
  GtkWidget *jump_entry;
  GtkWidget *jump_go;
  GtkWidget *bulk;
  GtkWidget *section_list;
  GtkWidget *card;
  GtkWidget *item_no;
  GtkWidget *candidate;
  GtkWidget *bulk_mark;
  GtkWidget *government;
  GtkWidget *check;
  GtkWidget *standard;
  GtkWidget *policy;
  GtkWidget *linked;
  GtkWidget *remark_box;
  BhRemark *remark;
  BhItemPhotos *photos;
  GtkWidget *question;
  BhConfirm *confirm;
  GtkWidget *answers;
  GtkWidget *buttons[4]; /* one button for each BhAnswer, which is the index */
  GtkWidget *previous;
  GtkWidget *position;
  GtkWidget *next;
  GtkGesture *swipe;
};

G_DEFINE_FINAL_TYPE(BhChecklistPage, bh_checklist_page, BH_TYPE_PAGE)

static void bh_checklist_page_dispose(GObject *object)
{
  g_clear_object(&BH_CHECKLIST_PAGE(object)->swipe);
  G_OBJECT_CLASS(bh_checklist_page_parent_class)->dispose(object);
}

static void bh_checklist_page_finalize(GObject *object)
{
  BhChecklistPage *self = BH_CHECKLIST_PAGE(object);
  g_free(self->inspection);
  json_decref(self->visit);
  g_clear_pointer(&self->items, g_ptr_array_unref);
  g_clear_pointer(&self->list, bh_checklist_free);
  G_OBJECT_CLASS(bh_checklist_page_parent_class)->finalize(object);
}

static const BhChecklistItem *current(BhChecklistPage *self)
{
  return self->items != NULL && self->index < self->items->len
             ? g_ptr_array_index(self->items, self->index)
             : NULL;
}

static json_t *get_value(BhChecklistPage *self, const BhChecklistItem *item)
{
  g_autofree char *key = bh_answer_dup_key(item->item_no);
  return json_object_get(bh_visit_get_values(self->visit, "inspection"), key);
}

/* --- the card --- */

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
    gtk_container_add(GTK_CONTAINER(self->linked), button);
  }
}

static void on_add_hazard(GtkButton *button, BhChecklistPage *self)
{
  (void)button;
  bh_page_open(BH_PAGE(self), bh_hazard_page_new(self->inspection, current(self)->item_no));
}

static void show_linked(BhChecklistPage *self, const BhChecklistItem *item, BhAnswer answer)
{
  bh_part_clear(self->linked);
  add_linked(self, json_object_get(self->visit, "drafts"), "record", item->item_no, _("Draft"));
  add_linked(self, json_object_get(self->visit, "hazards"), "id", item->item_no, _("Recorded"));
  if (answer != BH_ANSWER_NONCOMPLIANT)
    return;
  GtkWidget *button = bh_part_button("add_hazard", _("Record a hazard for this item"), NULL);
  g_signal_connect(button, "clicked", G_CALLBACK(on_add_hazard), self);
  gtk_container_add(GTK_CONTAINER(self->linked), button);
}

static void show_progress(BhChecklistPage *self, const BhChecklistItem *item)
{
  BhVisitProgress all = bh_visit_count(self->visit, self->items, NULL);
  BhVisitProgress section_progress = bh_visit_count(self->visit, self->items, item->section);
  g_autofree char *section =
      g_strdup_printf("%s %u/%u", item->section, section_progress.touched, section_progress.total);
  gtk_label_set_text(GTK_LABEL(self->section), section);
  gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(self->progress),
                                all.total > 0 ? (double)all.touched / all.total : 0);
  g_autofree char *progress_text =
      g_strdup_printf(_("%u of %u items answered"), all.touched, all.total);
  atk_object_set_name(gtk_widget_get_accessible(self->progress), progress_text);
  g_autofree char *position = g_strdup_printf("%u / %u", self->index + 1, self->items->len);
  gtk_label_set_text(GTK_LABEL(self->position), position);
}

static void show_answer(BhChecklistPage *self, const json_t *value, BhAnswer answer)
{
  const char *lang = bh_session_get_lang(bh_page_get_session(BH_PAGE(self)));
  for (int i = 0; i < 4; i++) {
    gboolean chosen = value != NULL && i == (int)answer;
    bh_part_set_class(self->buttons[i], "chosen", chosen);
    const char *label = bh_answer_label((BhAnswer)i, lang);
    g_autofree char *name = chosen ? g_strdup_printf(_("%s, chosen"), label) : g_strdup(label);
    atk_object_set_name(gtk_widget_get_accessible(self->buttons[i]), name);
  }
  gtk_widget_set_visible(self->bulk_mark, json_is_true(json_object_get(value, "bulk")));
}

/* Whether the visit was begun as a remote one. */
static gboolean is_by_video(BhChecklistPage *self)
{
  const json_t *inspection = bh_visit_get_values(self->visit, "inspection");
  return bh_json_has_name(json_object_get(inspection, "modes"), "remote");
}

static void add_detail(GString *text, const char *label, const char *value)
{
  if (value != NULL && *value != '\0')
    g_string_append_printf(text, "%s%s%s", text->len > 0 ? "\n" : "", label, value);
}

/* How the item is checked, what is demanded when it is not met, and where it comes from. */
static void show_details(BhChecklistPage *self, const BhChecklistItem *item)
{
  g_autoptr(GString) text = g_string_new(NULL);
  add_detail(text, _("How to check: "), item->method);
  add_detail(text, _("Demand: "), item->rectification);
  add_detail(text, _("Supporting measures: "), item->measures);
  add_detail(text, _("Policy source: "), item->policy_source);
  gtk_label_set_text(GTK_LABEL(self->policy), text->str);
}

static void show(BhChecklistPage *self)
{
  const BhChecklistItem *item = current(self);
  /* An open question belongs to the item that was shown before, so it is closed. */
  if (gtk_widget_get_visible(GTK_WIDGET(self->confirm))) {
    bh_confirm_close(self->confirm);
    gtk_widget_show(self->answers);
  }
  gtk_widget_set_sensitive(self->answers, item != NULL);
  if (item == NULL) {
    gtk_label_set_text(GTK_LABEL(self->check), _("This list has no item for this enterprise"));
    return;
  }
  const json_t *value = get_value(self, item);
  BhAnswer answer = bh_visit_get_answer(self->visit, item->item_no);
  gtk_label_set_text(GTK_LABEL(self->item_no), item->item_no);
  gtk_label_set_text(GTK_LABEL(self->check), item->check);
  gtk_label_set_text(GTK_LABEL(self->standard), item->standard);
  show_details(self, item);
  gtk_widget_set_visible(self->candidate, item->major_candidate);
  gtk_widget_set_visible(self->government, g_strcmp0(item->addressee, "government") == 0);
  show_answer(self, value, answer);
  bh_remark_show(self->remark, item->item_no, value, is_by_video(self));
  bh_item_photos_show(self->photos, item->item_no, json_object_get(self->visit, "files"));
  show_linked(self, item, answer);
  show_progress(self, item);
  gtk_widget_set_sensitive(self->previous, self->index > 0);
  gtk_widget_set_sensitive(self->next, self->index + 1 < self->items->len);
}

/* --- moving --- */

static gboolean is_answered(BhChecklistPage *self, guint index)
{
  return get_value(self, g_ptr_array_index(self->items, index)) != NULL;
}

static void save_remark(BhChecklistPage *self);

static void go_to(BhChecklistPage *self, guint index)
{
  save_remark(self);
  self->index = index;
  bh_page_change_view(BH_PAGE(self));
  show(self);
}

static void step(BhChecklistPage *self, int direction)
{
  if (self->items == NULL)
    return;
  for (int i = (int)self->index + direction; i >= 0 && i < (int)self->items->len; i += direction) {
    if (self->only_unanswered && is_answered(self, (guint)i))
      continue;
    go_to(self, (guint)i);
    return;
  }
  if (self->only_unanswered)
    bh_page_say(BH_PAGE(self), _("No unanswered item in this direction"));
}

static void on_previous(BhChecklistPage *self)
{
  step(self, -1);
}

static void on_next(BhChecklistPage *self)
{
  step(self, 1);
}

static void on_swipe(GtkGestureSwipe *gesture, double x, double y, BhChecklistPage *self)
{
  (void)gesture;
  if (ABS(x) < SWIPE_MIN_PX_S || ABS(x) < 2 * ABS(y))
    return;
  step(self, x < 0 ? 1 : -1);
}

static void on_filter(BhChecklistPage *self)
{
  self->only_unanswered = !self->only_unanswered;
  bh_part_set_class(self->filter, "chosen", self->only_unanswered);
  if (self->only_unanswered && current(self) != NULL && is_answered(self, self->index))
    step(self, 1);
}

static void show_jump(BhChecklistPage *self, gboolean open)
{
  bh_confirm_close(self->confirm);
  gtk_revealer_set_reveal_child(GTK_REVEALER(self->jump_revealer), open);
  gtk_widget_set_visible(self->card, !open);
  /* The answers are hidden while the list of sections is open: they need their item in view, and
   * the list needs the room. */
  gtk_widget_set_visible(self->answers, !open);
}

static void on_section(GtkButton *row, BhChecklistPage *self)
{
  show_jump(self, FALSE);
  go_to(self, GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(row), "bh-index")));
}

static void show_sections(BhChecklistPage *self)
{
  bh_part_clear(self->section_list);
  const char *last = NULL;
  guint number = 0;
  for (guint i = 0; i < self->items->len; i++) {
    const BhChecklistItem *item = g_ptr_array_index(self->items, i);
    if (g_strcmp0(item->section, last) == 0)
      continue;
    last = item->section;
    BhVisitProgress progress = bh_visit_count(self->visit, self->items, item->section);
    g_autofree char *count = g_strdup_printf("%u/%u", progress.touched, progress.total);
    g_autofree char *id = g_strdup_printf("go-section-%u", ++number);
    GtkWidget *row = bh_part_row(id, item->section, NULL, count, NULL);
    g_object_set_data(G_OBJECT(row), "bh-index", GUINT_TO_POINTER(i));
    g_signal_connect(row, "clicked", G_CALLBACK(on_section), self);
    gtk_container_add(GTK_CONTAINER(self->section_list), row);
  }
}

static void on_jump(BhChecklistPage *self)
{
  if (self->items == NULL)
    return;
  gboolean open = gtk_revealer_get_reveal_child(GTK_REVEALER(self->jump_revealer));
  if (!open)
    show_sections(self);
  show_jump(self, !open);
  if (!open)
    gtk_widget_grab_focus(self->jump_entry);
}

/* TRUE when a person who typed `typed` means this item: "17" also finds COAL-17, because printed
 * lists show the number only. */
static gboolean matches(const char *item_no, const char *typed)
{
  if (g_ascii_strcasecmp(item_no, typed) == 0)
    return TRUE;
  const char *dash = strrchr(item_no, '-');
  gint64 a = 0;
  gint64 b = 0;
  return dash != NULL && g_ascii_string_to_signed(dash + 1, 10, 0, 99999, &a, NULL) &&
         g_ascii_string_to_signed(typed, 10, 0, 99999, &b, NULL) && a == b;
}

static void on_jump_go(BhChecklistPage *self)
{
  g_autofree char *typed = g_strstrip(g_strdup(gtk_entry_get_text(GTK_ENTRY(self->jump_entry))));
  for (guint i = 0; self->items != NULL && i < self->items->len; i++) {
    const BhChecklistItem *item = g_ptr_array_index(self->items, i);
    if (matches(item->item_no, typed)) {
      gtk_entry_set_text(GTK_ENTRY(self->jump_entry), "");
      show_jump(self, FALSE);
      go_to(self, i);
      return;
    }
  }
  bh_page_say(BH_PAGE(self), _("No item with this number in the chosen sections"));
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

static void on_answered(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)data;
  BhChecklistPage *self = BH_CHECKLIST_PAGE(page);
  self->saving--;
  /* After a failure the page must show what is on disk. */
  if (error != NULL) {
    bh_page_say_error(page, error);
    bh_remark_keep(self->remark);
    self->needs_reload = TRUE;
  }
  if (self->saving == 0 && self->needs_reload)
    bh_page_refresh(page);
}

static void save(BhChecklistPage *self, json_t *set)
{
  json_t *inspection = bh_visit_get_values(self->visit, "inspection");
  json_object_update(inspection, set);
  self->saving++;
  bh_page_post(BH_PAGE(self), bh_call_save_one(self->inspection, "inspection", set), on_answered,
               NULL, NULL);
  /* A visit that is being read was read before this answer and does not contain it, so it is
   * dropped. */
  if (bh_page_cancel_ask(BH_PAGE(self), BH_VISIT_SLOT))
    self->needs_reload = TRUE;
}

/* An answer with the remark of its item. The remark is kept when the answer changes. */
static json_t *dup_answer(BhChecklistPage *self, const char *item_no, BhAnswer chosen)
{
  json_t *value = json_pack("{s:s}", "answer", bh_answer_code(chosen));
  if (g_strcmp0(bh_remark_get_item(self->remark), item_no) == 0)
    bh_remark_take(self->remark, value);
  return value;
}

/* Saves a changed remark. An item without an answer becomes "not checked", because a remark belongs
 * to an answer. */
static void save_remark(BhChecklistPage *self)
{
  const char *item_no = bh_remark_get_item(self->remark);
  if (item_no == NULL || self->visit == NULL || !bh_remark_is_changed(self->remark))
    return;
  g_autofree char *key = bh_answer_dup_key(item_no);
  save(self, json_pack("{s:o}", key,
                       dup_answer(self, item_no, bh_visit_get_answer(self->visit, item_no))));
}

static void on_remark(BhChecklistPage *self)
{
  save_remark(self);
  show(self);
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
  json_t *ops =
      json_pack("[{s:s, s:s, s:{s:o}}]", "record", self->inspection, "kind", "inspection", "set",
                key, dup_answer(self, contradiction->item_no, contradiction->chosen));
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
  gtk_widget_show(self->answers);
  if (yes)
    withdraw_and_answer(self, data, reason);
}

static void ask_about_hazard(BhChecklistPage *self, const BhChecklistItem *item, BhAnswer chosen)
{
  const char *lang = bh_session_get_lang(bh_page_get_session(BH_PAGE(self)));
  Contradiction *contradiction = g_new0(Contradiction, 1);
  contradiction->item_no = g_strdup(item->item_no);
  contradiction->chosen = chosen;
  g_autofree char *text =
      g_strdup_printf(_("A hazard is recorded for item %s. \"%s\" contradicts it: withdraw the "
                        "hazard with a reason, or leave the item not compliant."),
                      item->item_no, bh_answer_label(chosen, lang));
  g_autofree char *yes =
      g_strdup_printf(_("Withdraw it, answer \"%s\""), bh_answer_label(chosen, lang));
  gtk_widget_hide(self->answers);
  bh_confirm_ask(self->confirm, text, _("Reason of the withdrawal"), yes,
                 _("Leave it not compliant"), on_contradiction, self, contradiction,
                 contradiction_free);
}

static void answer(BhChecklistPage *self, BhAnswer chosen)
{
  const BhChecklistItem *item = current(self);
  if (item == NULL)
    return;
  if (chosen != BH_ANSWER_NONCOMPLIANT && has_linked(self, item->item_no)) {
    ask_about_hazard(self, item, chosen);
    return;
  }
  g_autofree char *key = bh_answer_dup_key(item->item_no);
  save(self, json_pack("{s:o}", key, dup_answer(self, item->item_no, chosen)));
  show(self);
  if (chosen == BH_ANSWER_NONCOMPLIANT && !has_linked(self, item->item_no))
    bh_page_open(BH_PAGE(self), bh_hazard_page_new(self->inspection, item->item_no));
  else if (self->index + 1 < self->items->len)
    step(self, 1);
  else
    bh_page_say(BH_PAGE(self), _("That was the last item"));
}

static void on_answer(GtkButton *button, BhChecklistPage *self)
{
  answer(self, (BhAnswer)GPOINTER_TO_INT(g_object_get_data(G_OBJECT(button), "bh-answer")));
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
static void on_bulk(BhChecklistPage *self)
{
  BhPage *page = BH_PAGE(self);
  const BhChecklistItem *shown_item = current(self);
  if (shown_item == NULL)
    return;
  BhVisitFill *fill =
      bh_visit_fill_new(bh_session_get_actor(bh_page_get_session(page)), self->inspection);
  for (guint i = 0; i < self->items->len; i++) {
    const BhChecklistItem *item = g_ptr_array_index(self->items, i);
    if (strcmp(item->section, shown_item->section) == 0)
      bh_visit_fill_add(fill, item->item_no);
  }
  show_jump(self, FALSE);
  bh_page_submit_run(page, bh_visit_fill_run, fill, bh_visit_fill_free, on_filled, NULL, NULL);
}

static void make_answers(BhChecklistPage *self, const char *lang)
{
  static const struct {
    BhAnswer answer;
    const char *style;
  } order[] = {{BH_ANSWER_COMPLIANT, "good"},
               {BH_ANSWER_NONCOMPLIANT, "bad"},
               {BH_ANSWER_NOT_APPLICABLE, "none"},
               {BH_ANSWER_UNCHECKED, "none"}};
  for (int i = 0; i < 4; i++) {
    BhAnswer which = order[i].answer;
    g_autofree char *id = g_strdup_printf("answer-%s", bh_answer_code(which));
    GtkWidget *button = bh_part_button(id, bh_answer_label(which, lang), "answer");
    bh_part_add_class(button, order[i].style);
    g_object_set_data(G_OBJECT(button), "bh-answer", GINT_TO_POINTER(which));
    g_signal_connect(button, "clicked", G_CALLBACK(on_answer), self);
    gtk_grid_attach(GTK_GRID(self->answers), button, i % 2, i / 2, 1, 1);
    /* The button takes no focus by a tap: otherwise the focus mark stays on it, and the next item
     * looks answered. */
    gtk_widget_set_focus_on_click(button, FALSE);
    self->buttons[which] = button;
  }
}

/* Keeps the item that was shown; at first, shows the first item without an answer. */
static void restore_position(BhChecklistPage *self, const char *shown_item_no)
{
  for (guint i = 0; i < self->items->len; i++) {
    const BhChecklistItem *item = g_ptr_array_index(self->items, i);
    if (shown_item_no != NULL ? strcmp(item->item_no, shown_item_no) == 0 : !is_answered(self, i)) {
      self->index = i;
      return;
    }
  }
}

static void on_visit(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhChecklistPage *self = BH_CHECKLIST_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  g_autofree char *shown_item_no = current(self) != NULL ? g_strdup(current(self)->item_no) : NULL;
  json_decref(self->visit);
  self->visit = json_incref(result);
  g_clear_pointer(&self->items, g_ptr_array_unref);
  g_clear_pointer(&self->list, bh_checklist_free);
  self->list = bh_visit_dup_checklist(self->visit);
  self->items = bh_visit_list_items(self->visit, self->list);
  if (self->list == NULL)
    bh_page_say(page, _("The checklist is not on this device"));
  bh_page_set_title(page,
                    bh_json_string_or(bh_visit_get_values(self->visit, "enterprise"), "name", ""));
  restore_position(self, shown_item_no);
  show(self);
}

static void bh_checklist_page_refresh(BhPage *page)
{
  BH_CHECKLIST_PAGE(page)->needs_reload = FALSE;
  bh_visit_ask(page, BH_CHECKLIST_PAGE(page)->inspection, on_visit);
}

static void bh_checklist_page_leave(BhPage *page)
{
  save_remark(BH_CHECKLIST_PAGE(page));
}

static void bh_checklist_page_load(BhPage *page)
{
  BhChecklistPage *self = BH_CHECKLIST_PAGE(page);
  self->photos = BH_ITEM_PHOTOS(bh_item_photos_new(page, self->inspection));
  gtk_container_add(GTK_CONTAINER(self->remark_box), GTK_WIDGET(self->photos));
  make_answers(BH_CHECKLIST_PAGE(page), bh_session_get_lang(bh_page_get_session(page)));
  bh_checklist_page_refresh(page);
}

static void bh_checklist_page_class_init(BhChecklistPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = bh_checklist_page_dispose;
  G_OBJECT_CLASS(klass)->finalize = bh_checklist_page_finalize;
  page_class->load = bh_checklist_page_load;
  page_class->refresh = bh_checklist_page_refresh;
  page_class->leave = bh_checklist_page_leave;
  BH_PAGE_TEMPLATE(klass, "visit/checklist");
  BH_PAGE_CHILD(klass, BhChecklistPage, section);
  BH_PAGE_CHILD(klass, BhChecklistPage, filter);
  BH_PAGE_CHILD(klass, BhChecklistPage, jump);
  BH_PAGE_CHILD(klass, BhChecklistPage, progress);
  BH_PAGE_CHILD(klass, BhChecklistPage, jump_revealer);
  BH_PAGE_CHILD(klass, BhChecklistPage, jump_entry);
  BH_PAGE_CHILD(klass, BhChecklistPage, jump_go);
  BH_PAGE_CHILD(klass, BhChecklistPage, bulk);
  BH_PAGE_CHILD(klass, BhChecklistPage, section_list);
  BH_PAGE_CHILD(klass, BhChecklistPage, card);
  BH_PAGE_CHILD(klass, BhChecklistPage, item_no);
  BH_PAGE_CHILD(klass, BhChecklistPage, candidate);
  BH_PAGE_CHILD(klass, BhChecklistPage, bulk_mark);
  BH_PAGE_CHILD(klass, BhChecklistPage, government);
  BH_PAGE_CHILD(klass, BhChecklistPage, check);
  BH_PAGE_CHILD(klass, BhChecklistPage, standard);
  BH_PAGE_CHILD(klass, BhChecklistPage, policy);
  BH_PAGE_CHILD(klass, BhChecklistPage, linked);
  BH_PAGE_CHILD(klass, BhChecklistPage, remark_box);
  BH_PAGE_CHILD(klass, BhChecklistPage, question);
  BH_PAGE_CHILD(klass, BhChecklistPage, answers);
  BH_PAGE_CHILD(klass, BhChecklistPage, previous);
  BH_PAGE_CHILD(klass, BhChecklistPage, position);
  BH_PAGE_CHILD(klass, BhChecklistPage, next);
}

static void bh_checklist_page_init(BhChecklistPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->confirm = BH_CONFIRM(bh_confirm_new("contradiction"));
  gtk_container_add(GTK_CONTAINER(self->question), GTK_WIDGET(self->confirm));
  self->remark = BH_REMARK(bh_remark_new());
  gtk_container_add(GTK_CONTAINER(self->remark_box), GTK_WIDGET(self->remark));
  g_signal_connect_object(self->remark, "changed", G_CALLBACK(on_remark), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped(self->previous, "clicked", G_CALLBACK(on_previous), self);
  g_signal_connect_swapped(self->next, "clicked", G_CALLBACK(on_next), self);
  g_signal_connect_swapped(self->filter, "clicked", G_CALLBACK(on_filter), self);
  g_signal_connect_swapped(self->jump, "clicked", G_CALLBACK(on_jump), self);
  g_signal_connect_swapped(self->jump_go, "clicked", G_CALLBACK(on_jump_go), self);
  g_signal_connect_swapped(self->jump_entry, "activate", G_CALLBACK(on_jump_go), self);
  g_signal_connect_swapped(self->bulk, "clicked", G_CALLBACK(on_bulk), self);
  self->swipe = gtk_gesture_swipe_new(GTK_WIDGET(self));
  gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(self->swipe), GTK_PHASE_CAPTURE);
  g_signal_connect(self->swipe, "swipe", G_CALLBACK(on_swipe), self);
}

BhPage *bh_checklist_page_new(const char *inspection)
{
  BhChecklistPage *self = g_object_new(BH_TYPE_CHECKLIST_PAGE, NULL);
  self->inspection = g_strdup(inspection);
  return BH_PAGE(self);
}
