/* Shows one item of a checklist at a time. The page that has the sheet saves answers and remarks;
 * the sheet only remembers them, so that an answer is seen at once. Start at show_item(). */
#include "app/pages/item-sheet.h"

#include <glib/gi18n.h>
#include <string.h>

#define SWIPE_MIN_PX_S 400.0 /* speed from which a gesture counts as a swipe */
#define WIDE_PX 600          /* width from which all answers are in one row */

struct _BhItemSheet {
  GtkBin parent;
  BhPage *page; /* borrowed: the page contains the sheet */
  const BhItemSheetHooks *hooks;
  json_t *items;  /* NULL: not known yet */
  json_t *others; /* items that are not asked; may be NULL */
  guint index;
  guint unfolded; /* number of the section whose items are listed; 0: none */
  gboolean is_open;
  gboolean only_unanswered;
  GtkWidget *section;
  GtkWidget *filter;
  GtkWidget *jump;
  GtkWidget *progress;
  GtkWidget *closed;
  GtkWidget *jump_revealer;
  GtkWidget *jump_entry;
  GtkWidget *jump_go;
  GtkWidget *bulk;
  GtkWidget *section_list;
  GtkWidget *below_list;
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
  GtkWidget *question;
  BhConfirm *confirm; /* NULL: the page asks no questions */
  GtkWidget *answers;
  GtkWidget *buttons[4]; /* one button for each BhAnswer, which is the index */
  gboolean is_wide;      /* the answers are in one row */
  guint arranging;       /* idle source; 0: none */
  GtkWidget *previous;
  GtkWidget *position;
  GtkWidget *next;
  GtkGesture *swipe;
};

G_DEFINE_FINAL_TYPE(BhItemSheet, bh_item_sheet, GTK_TYPE_BIN)

static void bh_item_sheet_dispose(GObject *object)
{
  BhItemSheet *self = BH_ITEM_SHEET(object);
  g_clear_object(&self->swipe);
  g_clear_handle_id(&self->arranging, g_source_remove);
  G_OBJECT_CLASS(bh_item_sheet_parent_class)->dispose(object);
}

static void bh_item_sheet_finalize(GObject *object)
{
  BhItemSheet *self = BH_ITEM_SHEET(object);
  json_decref(self->items);
  json_decref(self->others);
  G_OBJECT_CLASS(bh_item_sheet_parent_class)->finalize(object);
}

static json_t *get_at(BhItemSheet *self, guint index)
{
  return json_array_get(self->items, index);
}

static json_t *get_current(BhItemSheet *self)
{
  return get_at(self, self->index);
}

static guint count_items(BhItemSheet *self)
{
  return (guint)json_array_size(self->items);
}

static const char *get_text(const json_t *item, const char *member)
{
  return bh_json_string_or(item, member, "");
}

/* The index of an item; -1: there is none with this number. */
static int find_index(BhItemSheet *self, const char *item_no)
{
  for (guint i = 0; item_no != NULL && i < count_items(self); i++)
    if (strcmp(get_text(get_at(self, i), "item"), item_no) == 0)
      return (int)i;
  return -1;
}

const json_t *bh_item_sheet_get_items(BhItemSheet *self)
{
  return self->items;
}

const json_t *bh_item_sheet_get_item(BhItemSheet *self)
{
  return get_current(self);
}

BhAnswer bh_item_sheet_get_answer(const json_t *item)
{
  BhAnswer answer = BH_ANSWER_UNCHECKED;
  bh_answer_from_code(get_text(item, "answer"), &answer);
  return answer;
}

gboolean bh_item_sheet_is_touched(const json_t *item)
{
  return json_object_get(item, "answer") != NULL;
}

static gboolean is_asked(const json_t *item)
{
  return !json_is_false(json_object_get(item, "asked"));
}

static gboolean is_answered(BhItemSheet *self, const json_t *item)
{
  return bh_item_sheet_is_touched(item) &&
         (self->hooks->counts_unchecked || bh_item_sheet_get_answer(item) != BH_ANSWER_UNCHECKED);
}

/* Counts the items that are asked, of one section only unless `section` is NULL. */
static guint count(BhItemSheet *self, const char *section, guint *total)
{
  guint answered = 0;
  *total = 0;
  for (guint i = 0; i < count_items(self); i++) {
    const json_t *item = get_at(self, i);
    if (!is_asked(item) || (section != NULL && strcmp(get_text(item, "section"), section) != 0))
      continue;
    (*total)++;
    answered += is_answered(self, item);
  }
  return answered;
}

/* --- the item --- */

static void show_progress(BhItemSheet *self, const json_t *item)
{
  guint total, in_section;
  guint answered = count(self, NULL, &total);
  guint answered_in_section = count(self, get_text(item, "section"), &in_section);
  g_autofree char *section =
      g_strdup_printf("%s %u/%u", get_text(item, "section"), answered_in_section, in_section);
  gtk_label_set_text(GTK_LABEL(self->section), section);
  gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(self->progress),
                                total > 0 ? (double)answered / total : 0);
  g_autofree char *text = g_strdup_printf(_("%u of %u items answered"), answered, total);
  atk_object_set_name(gtk_widget_get_accessible(self->progress), text);
  g_autofree char *position = g_strdup_printf("%u / %u", self->index + 1, count_items(self));
  gtk_label_set_text(GTK_LABEL(self->position), position);
}

static const char *get_lang(BhItemSheet *self)
{
  return bh_session_get_lang(bh_page_get_session(self->page));
}

static void show_answer(BhItemSheet *self, const json_t *item)
{
  for (int i = 0; i < 4; i++) {
    gboolean chosen = bh_item_sheet_is_touched(item) && i == (int)bh_item_sheet_get_answer(item);
    bh_part_set_class(self->buttons[i], "chosen", chosen);
    const char *label = bh_answer_label((BhAnswer)i, get_lang(self));
    g_autofree char *name = chosen ? g_strdup_printf(_("%s, chosen"), label) : g_strdup(label);
    atk_object_set_name(gtk_widget_get_accessible(self->buttons[i]), name);
  }
  gtk_widget_set_visible(self->bulk_mark, json_is_true(json_object_get(item, "bulk")));
}

static void add_detail(GString *text, const char *label, const char *value)
{
  if (*value != '\0')
    g_string_append_printf(text, "%s%s%s", text->len > 0 ? "\n" : "", label, value);
}

/* How the item is checked, what is demanded when it is not met, and where it comes from. */
static void show_details(BhItemSheet *self, const json_t *item)
{
  g_autoptr(GString) text = g_string_new(NULL);
  add_detail(text, _("How to check: "), get_text(item, "method"));
  add_detail(text, _("Demand: "), get_text(item, "rectification"));
  add_detail(text, _("Supporting measures: "), get_text(item, "measures"));
  add_detail(text, _("Policy source: "), get_text(item, "basis"));
  gtk_label_set_text(GTK_LABEL(self->policy), text->str);
}

static gboolean is_list_open(BhItemSheet *self)
{
  return gtk_revealer_get_reveal_child(GTK_REVEALER(self->jump_revealer));
}

/* The answers are hidden while the list of sections is open, because they need their item in view,
 * and while a question is asked. */
static void show_answers(BhItemSheet *self)
{
  gtk_widget_set_visible(self->answers, self->is_open && !is_list_open(self) &&
                                            (self->confirm == NULL ||
                                             !gtk_widget_get_visible(GTK_WIDGET(self->confirm))));
}

static void close_question(BhItemSheet *self)
{
  if (self->confirm != NULL && gtk_widget_get_visible(GTK_WIDGET(self->confirm)))
    bh_confirm_close(self->confirm);
}

/* A remark of a closed sheet can be read only. */
static void show_remark(BhItemSheet *self, const json_t *item)
{
  gboolean by_video = self->hooks->is_by_video != NULL && self->hooks->is_by_video(self->page);
  bh_remark_show(self->remark, get_text(item, "item"), item, by_video);
  gtk_widget_set_sensitive(GTK_WIDGET(self->remark), self->is_open);
  gtk_widget_set_visible(GTK_WIDGET(self->remark),
                         self->is_open || *get_text(item, "note") != '\0');
}

static void show_text(GtkWidget *label, const json_t *item, const char *member)
{
  gtk_label_set_text(GTK_LABEL(label), get_text(item, member));
}

static void show_item(BhItemSheet *self)
{
  const json_t *item = get_current(self);
  /* An open question belongs to the item that was shown before, so it is closed. */
  close_question(self);
  show_answers(self);
  gtk_widget_set_sensitive(self->answers, item != NULL);
  gtk_widget_set_sensitive(self->previous, item != NULL && self->index > 0);
  gtk_widget_set_sensitive(self->next, item != NULL && self->index + 1 < count_items(self));
  if (item == NULL) {
    gtk_label_set_text(GTK_LABEL(self->check), _(self->hooks->empty));
    return;
  }
  show_text(self->item_no, item, "item");
  show_text(self->check, item, "check");
  show_text(self->standard, item, "standard");
  show_details(self, item);
  gtk_widget_set_visible(self->candidate, json_is_true(json_object_get(item, "major")));
  gtk_widget_set_visible(self->government, strcmp(get_text(item, "addressee"), "government") == 0);
  show_answer(self, item);
  show_remark(self, item);
  if (self->hooks->shown != NULL)
    self->hooks->shown(self->page, item);
  show_progress(self, item);
}

void bh_item_sheet_draw(BhItemSheet *self)
{
  show_item(self);
}

/* --- moving --- */

void bh_item_sheet_save_remark(BhItemSheet *self)
{
  int index = find_index(self, bh_remark_get_item(self->remark));
  if (index >= 0 && self->is_open && bh_remark_is_changed(self->remark))
    self->hooks->remarked(self->page, get_at(self, (guint)index));
}

static void show_jump(BhItemSheet *self, gboolean open)
{
  close_question(self);
  gtk_revealer_set_reveal_child(GTK_REVEALER(self->jump_revealer), open);
  gtk_widget_set_visible(self->card, !open);
  show_answers(self);
}

static void go_to(BhItemSheet *self, guint index)
{
  bh_item_sheet_save_remark(self);
  self->index = index;
  bh_page_change_view(self->page);
  show_item(self);
  GtkWidget *scrolled = gtk_widget_get_ancestor(self->card, GTK_TYPE_SCROLLED_WINDOW);
  gtk_adjustment_set_value(gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(scrolled)), 0);
}

static void step(BhItemSheet *self, int direction)
{
  for (int i = (int)self->index + direction; i >= 0 && i < (int)count_items(self); i += direction) {
    if (self->only_unanswered && is_answered(self, get_at(self, (guint)i)))
      continue;
    if (is_list_open(self))
      show_jump(self, FALSE);
    go_to(self, (guint)i);
    return;
  }
  if (self->only_unanswered)
    bh_page_say(self->page, _("No unanswered item in this direction"));
}

static void on_previous(BhItemSheet *self)
{
  step(self, -1);
}

static void on_next(BhItemSheet *self)
{
  step(self, 1);
}

static void on_swipe(GtkGestureSwipe *gesture, double x, double y, BhItemSheet *self)
{
  (void)gesture;
  if (ABS(x) < SWIPE_MIN_PX_S || ABS(x) < 2 * ABS(y))
    return;
  step(self, x < 0 ? 1 : -1);
}

void bh_item_sheet_go_on(BhItemSheet *self)
{
  if (self->index + 1 < count_items(self))
    step(self, 1);
  else
    bh_page_say(self->page, _("That was the last item"));
}

/* --- the list of sections --- */

void bh_item_sheet_close_list(BhItemSheet *self)
{
  show_jump(self, FALSE);
}

gboolean bh_item_sheet_go_to(BhItemSheet *self, const char *item_no)
{
  int index = find_index(self, item_no);
  if (index < 0)
    return FALSE;
  show_jump(self, FALSE);
  go_to(self, (guint)index);
  return TRUE;
}

static void show_sections(BhItemSheet *self);

static void on_item(GtkButton *row, BhItemSheet *self)
{
  bh_item_sheet_go_to(self, bh_part_get_record(GTK_WIDGET(row)));
}

static void on_section(GtkButton *row, BhItemSheet *self)
{
  guint number = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(row), "bh-section"));
  if (!self->hooks->lists_items) {
    on_item(row, self);
    return;
  }
  self->unfolded = self->unfolded == number ? 0 : number;
  bh_page_change_view(self->page);
  show_sections(self);
}

static void add_item(BhItemSheet *self, const json_t *item)
{
  if (self->only_unanswered && is_answered(self, item))
    return;
  const char *item_no = get_text(item, "item");
  const char *badge = bh_item_sheet_is_touched(item)
                          ? bh_answer_label(bh_item_sheet_get_answer(item), get_lang(self))
                          : _("Not answered yet");
  g_autofree char *id = g_strconcat("go-item-", item_no, NULL);
  GtkWidget *row = bh_part_row(id, get_text(item, "check"), item_no, badge, item_no);
  bh_part_set_class(row, "chosen", item == get_current(self));
  gtk_widget_set_margin_start(row, 12);
  g_signal_connect(row, "clicked", G_CALLBACK(on_item), self);
  gtk_container_add(GTK_CONTAINER(self->section_list), row);
}

static void add_section(BhItemSheet *self, const json_t *item, guint number)
{
  guint total;
  guint answered = count(self, get_text(item, "section"), &total);
  g_autofree char *progress = g_strdup_printf("%u/%u", answered, total);
  g_autofree char *id = g_strdup_printf("go-section-%u", number);
  GtkWidget *row =
      bh_part_row(id, get_text(item, "section"), NULL, progress, get_text(item, "item"));
  g_object_set_data(G_OBJECT(row), "bh-section", GUINT_TO_POINTER(number));
  g_signal_connect(row, "clicked", G_CALLBACK(on_section), self);
  gtk_container_add(GTK_CONTAINER(self->section_list), row);
}

/* Items that the list does not ask here, so that nobody takes a short list for a whole one. */
static void add_others(BhItemSheet *self)
{
  if (json_array_size(self->others) == 0)
    return;
  g_autofree char *heading =
      g_strdup_printf(_("%u items are not asked here"), (guint)json_array_size(self->others));
  GtkWidget *label = bh_part_label(heading, "section");
  bh_part_identify(label, "not_asked", NULL);
  gtk_container_add(GTK_CONTAINER(self->section_list), label);
  gsize i;
  json_t *other;
  json_array_foreach(self->others, i, other) {
    const char *where = get_text(other, "where");
    g_autofree char *text =
        g_strdup_printf("%s  %s%s%s", get_text(other, "item"), get_text(other, "check"),
                        *where != '\0' ? "\n" : "", where);
    gtk_container_add(GTK_CONTAINER(self->section_list), bh_part_label(text, "dim"));
  }
}

static void show_sections(BhItemSheet *self)
{
  bh_part_clear(self->section_list);
  const char *last = NULL;
  guint number = 0;
  for (guint i = 0; i < count_items(self); i++) {
    const json_t *item = get_at(self, i);
    if (g_strcmp0(get_text(item, "section"), last) != 0)
      add_section(self, item, ++number);
    last = get_text(item, "section");
    if (self->hooks->lists_items && number == self->unfolded)
      add_item(self, item);
  }
  add_others(self);
}

/* The number of the section of the item that is shown. */
static guint find_section(BhItemSheet *self)
{
  const char *last = NULL;
  guint number = 0;
  for (guint i = 0; i <= self->index && i < count_items(self); i++) {
    const char *section = get_text(get_at(self, i), "section");
    number += g_strcmp0(section, last) != 0;
    last = section;
  }
  return number;
}

static void on_filter(BhItemSheet *self)
{
  self->only_unanswered = !self->only_unanswered;
  bh_part_set_class(self->filter, "chosen", self->only_unanswered);
  if (is_list_open(self))
    show_sections(self);
  else if (self->only_unanswered && get_current(self) != NULL &&
           is_answered(self, get_current(self)))
    step(self, 1);
}

static void on_jump(BhItemSheet *self)
{
  if (self->items == NULL)
    return;
  gboolean open = is_list_open(self);
  self->unfolded = find_section(self);
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

static void on_jump_go(BhItemSheet *self)
{
  g_autofree char *typed = g_strstrip(g_strdup(gtk_entry_get_text(GTK_ENTRY(self->jump_entry))));
  for (guint i = 0; i < count_items(self); i++) {
    const char *item_no = get_text(get_at(self, i), "item");
    if (matches(item_no, typed)) {
      gtk_entry_set_text(GTK_ENTRY(self->jump_entry), "");
      bh_item_sheet_go_to(self, item_no);
      return;
    }
  }
  bh_page_say(self->page, _("No item with this number in the chosen sections"));
}

static void on_bulk(BhItemSheet *self)
{
  if (get_current(self) != NULL)
    self->hooks->filled(self->page, get_text(get_current(self), "section"));
}

/* --- answering --- */

static void on_answer(GtkButton *button, BhItemSheet *self)
{
  json_t *item = get_current(self);
  if (item != NULL && self->is_open)
    self->hooks->answered(
        self->page, item,
        (BhAnswer)GPOINTER_TO_INT(g_object_get_data(G_OBJECT(button), "bh-answer")));
}

static void on_remark(BhItemSheet *self)
{
  bh_item_sheet_save_remark(self);
  show_item(self);
}

json_t *bh_item_sheet_dup_answer(BhItemSheet *self, const json_t *item, BhAnswer chosen)
{
  json_t *answer = json_pack("{s:s}", "answer", bh_answer_code(chosen));
  if (g_strcmp0(bh_remark_get_item(self->remark), get_text(item, "item")) == 0)
    bh_remark_take(self->remark, answer);
  else
    json_object_set(answer, "note", json_object_get(item, "note"));
  return answer;
}

static void copy_answer(json_t *item, const json_t *answer)
{
  static const char *const members[] = {"answer", "note", "remote", "bulk", "conflict"};
  for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
    json_t *value = json_object_get(answer, members[i]);
    if (value != NULL)
      json_object_set(item, members[i], value);
    else
      json_object_del(item, members[i]);
  }
}

void bh_item_sheet_set_answer(BhItemSheet *self, const char *item_no, const json_t *answer)
{
  int index = find_index(self, item_no);
  if (index >= 0)
    copy_answer(get_at(self, (guint)index), answer);
}

char *bh_item_sheet_keep_remark(BhItemSheet *self, const char *item_no, const char *note)
{
  if (g_strcmp0(bh_remark_get_item(self->remark), item_no) == 0) {
    bh_remark_keep(self->remark);
    return NULL;
  }
  if (note == NULL || *note == '\0')
    return NULL;
  return g_strdup_printf(_("The remark on item %s was not saved: %s"), item_no, note);
}

gboolean bh_item_sheet_is_remark_changed(BhItemSheet *self)
{
  return bh_remark_is_changed(self->remark);
}

void bh_item_sheet_open_remark(BhItemSheet *self)
{
  bh_remark_open(self->remark);
  bh_part_keep_in_view(GTK_WIDGET(self->remark));
}

/* --- what is shown --- */

static gboolean has_same_answer(const json_t *a, const json_t *b)
{
  return strcmp(get_text(a, "answer"), get_text(b, "answer")) == 0 &&
         strcmp(get_text(a, "note"), get_text(b, "note")) == 0;
}

void bh_item_sheet_show(BhItemSheet *self, json_t *items)
{
  g_autoptr(json_t) old = self->items;
  const json_t *shown = json_array_get(old, self->index);
  self->items = json_incref(items);
  int index = find_index(self, shown != NULL ? get_text(shown, "item") : NULL);
  for (guint i = 0; index < 0 && i < count_items(self); i++)
    if (!is_answered(self, get_at(self, i)))
      index = (int)i;
  self->index = (guint)MAX(index, 0);
  const json_t *now = get_current(self);
  if (shown != NULL && now != NULL &&
      (strcmp(get_text(shown, "item"), get_text(now, "item")) != 0 || !has_same_answer(shown, now)))
    bh_page_change_view(self->page);
  if (is_list_open(self))
    show_sections(self);
  show_item(self);
}

void bh_item_sheet_set_open(BhItemSheet *self, gboolean open, const char *why)
{
  self->is_open = open;
  gtk_label_set_text(GTK_LABEL(self->closed), why != NULL ? why : "");
  gtk_widget_set_visible(self->closed, why != NULL);
  show_answers(self);
}

void bh_item_sheet_set_others(BhItemSheet *self, json_t *others)
{
  json_decref(self->others);
  self->others = json_incref(others);
}

void bh_item_sheet_set_confirm(BhItemSheet *self, BhConfirm *confirm)
{
  self->confirm = confirm;
  gtk_container_add(GTK_CONTAINER(self->question), GTK_WIDGET(confirm));
  g_signal_connect_object(confirm, "show", G_CALLBACK(show_answers), self, G_CONNECT_SWAPPED);
  g_signal_connect_object(confirm, "hide", G_CALLBACK(show_answers), self, G_CONNECT_SWAPPED);
}

GtkContainer *bh_item_sheet_get_extra(BhItemSheet *self)
{
  return GTK_CONTAINER(self->linked);
}

GtkContainer *bh_item_sheet_get_below_remark(BhItemSheet *self)
{
  return GTK_CONTAINER(self->remark_box);
}

GtkContainer *bh_item_sheet_get_below_list(BhItemSheet *self)
{
  return GTK_CONTAINER(self->below_list);
}

/* --- making --- */

/* The answers in the order in which they are shown. */
static const struct {
  BhAnswer answer;
  const char *style;
} order[] = {{BH_ANSWER_COMPLIANT, "good"},
             {BH_ANSWER_NONCOMPLIANT, "bad"},
             {BH_ANSWER_NOT_APPLICABLE, "none"},
             {BH_ANSWER_UNCHECKED, "none"}};

static gboolean arrange(gpointer data)
{
  BhItemSheet *self = data;
  self->arranging = 0;
  for (int i = 0; i < 4; i++)
    gtk_container_child_set(GTK_CONTAINER(self->answers), self->buttons[order[i].answer],
                            "left-attach", self->is_wide ? i : i % 2, "top-attach",
                            self->is_wide ? 0 : i / 2, NULL);
  return G_SOURCE_REMOVE;
}

/* In a wide window, which is mostly a low one, the answers take one row. They are moved after the
 * layout, not during it. */
static void on_size(BhItemSheet *self, GdkRectangle *size)
{
  gboolean is_wide = size->width >= WIDE_PX;
  if (is_wide == self->is_wide)
    return;
  self->is_wide = is_wide;
  if (self->arranging == 0)
    self->arranging = g_idle_add(arrange, self);
}

static void make_answers(BhItemSheet *self)
{
  for (int i = 0; i < 4; i++) {
    BhAnswer which = order[i].answer;
    g_autofree char *id = g_strdup_printf("answer-%s", bh_answer_code(which));
    GtkWidget *button = bh_part_button(id, bh_answer_label(which, get_lang(self)), "answer");
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

static void bh_item_sheet_class_init(BhItemSheetClass *klass)
{
  G_OBJECT_CLASS(klass)->dispose = bh_item_sheet_dispose;
  G_OBJECT_CLASS(klass)->finalize = bh_item_sheet_finalize;
  BH_PAGE_TEMPLATE(klass, "pages/item-sheet");
  BH_PAGE_CHILD(klass, BhItemSheet, section);
  BH_PAGE_CHILD(klass, BhItemSheet, filter);
  BH_PAGE_CHILD(klass, BhItemSheet, jump);
  BH_PAGE_CHILD(klass, BhItemSheet, progress);
  BH_PAGE_CHILD(klass, BhItemSheet, closed);
  BH_PAGE_CHILD(klass, BhItemSheet, jump_revealer);
  BH_PAGE_CHILD(klass, BhItemSheet, jump_entry);
  BH_PAGE_CHILD(klass, BhItemSheet, jump_go);
  BH_PAGE_CHILD(klass, BhItemSheet, bulk);
  BH_PAGE_CHILD(klass, BhItemSheet, section_list);
  BH_PAGE_CHILD(klass, BhItemSheet, below_list);
  BH_PAGE_CHILD(klass, BhItemSheet, card);
  BH_PAGE_CHILD(klass, BhItemSheet, item_no);
  BH_PAGE_CHILD(klass, BhItemSheet, candidate);
  BH_PAGE_CHILD(klass, BhItemSheet, bulk_mark);
  BH_PAGE_CHILD(klass, BhItemSheet, government);
  BH_PAGE_CHILD(klass, BhItemSheet, check);
  BH_PAGE_CHILD(klass, BhItemSheet, standard);
  BH_PAGE_CHILD(klass, BhItemSheet, policy);
  BH_PAGE_CHILD(klass, BhItemSheet, linked);
  BH_PAGE_CHILD(klass, BhItemSheet, remark_box);
  BH_PAGE_CHILD(klass, BhItemSheet, question);
  BH_PAGE_CHILD(klass, BhItemSheet, answers);
  BH_PAGE_CHILD(klass, BhItemSheet, previous);
  BH_PAGE_CHILD(klass, BhItemSheet, position);
  BH_PAGE_CHILD(klass, BhItemSheet, next);
}

static void bh_item_sheet_init(BhItemSheet *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->is_open = TRUE;
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

GtkWidget *bh_item_sheet_new(BhPage *page, const BhItemSheetHooks *hooks)
{
  BhItemSheet *self = g_object_new(BH_TYPE_ITEM_SHEET, "visible", TRUE, NULL);
  self->page = page;
  self->hooks = hooks;
  bh_part_identify_tree(GTK_WIDGET(self));
  gtk_widget_set_visible(self->bulk, hooks->filled != NULL);
  make_answers(self);
  g_signal_connect(self, "size-allocate", G_CALLBACK(on_size), NULL);
  return GTK_WIDGET(self);
}
