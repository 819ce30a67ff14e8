/* The items of a checklist, one at a time: progress, the item with its remark, answers as large
 * buttons, previous and next, and the list of sections and items. It saves nothing: its page does,
 * and then tells the sheet. A widget that fills its page. Use on the main thread only. */
#pragma once

#include "app/forms/confirm.h"
#include "app/forms/remark.h"
#include "app/page.h"
#include "schema/checklist.h"

G_BEGIN_DECLS

#define BH_TYPE_ITEM_SHEET (bh_item_sheet_get_type())
G_DECLARE_FINAL_TYPE(BhItemSheet, bh_item_sheet, BH, ITEM_SHEET, GtkBin)

/* What the page does, and how its sheet differs. `shown`, `filled` and `is_by_video` may be NULL.
 */
typedef struct {
  /* The person tapped an answer of the item that is shown. */
  void (*answered)(BhPage *page, const json_t *item, BhAnswer chosen);
  /* The remark of the item was changed, and must be saved with bh_item_sheet_dup_answer: it was
   * typed and left, or another item will be shown. */
  void (*remarked)(BhPage *page, const json_t *item);
  /* An item is shown: the page fills the parts of bh_item_sheet_get_extra. */
  void (*shown)(BhPage *page, const json_t *item);
  /* The person wants to mark the rest of a section as not checked; NULL: there is no such button.
   */
  void (*filled)(BhPage *page, const char *section);
  /* Text of a sheet without items, as marked for translation. */
  const char *empty;
  /* Whether an item that is marked as not checked counts as answered. */
  gboolean counts_unchecked;
  /* Whether the list of sections unfolds into items; otherwise a section leads to its first. */
  gboolean lists_items;
  /* Whether an item can be marked as only seen by video. */
  gboolean (*is_by_video)(BhPage *page);
} BhItemSheetHooks;

/* Makes a sheet for `page`, which must be attached to its session; `hooks` must live as long as
 * the sheet. Floating and shown. */
GtkWidget *bh_item_sheet_new(BhPage *page, const BhItemSheetHooks *hooks);
/* Shows items: an array of objects as bh_worksheet_dup_item gives them (referenced; the sheet
 * changes them). The item that was shown stays; the first time, the first one without an answer is
 * shown. When the answer of the item that is shown became another one, taps count only after it
 * was drawn. */
void bh_item_sheet_show(BhItemSheet *self, json_t *items);
/* Draws the item that is shown again. */
void bh_item_sheet_draw(BhItemSheet *self);
/* Whether answers can be given; `why` (may be NULL) says why not. */
void bh_item_sheet_set_open(BhItemSheet *self, gboolean open, const char *why);
/* The items that the list does not ask here, for the end of the list of sections: rows
 * (referenced) {"item","check","where"?}. */
void bh_item_sheet_set_others(BhItemSheet *self, json_t *others);
/* Items that were given last, borrowed; NULL at first. */
const json_t *bh_item_sheet_get_items(BhItemSheet *self);
/* The item that is shown, borrowed; NULL when there is none. */
const json_t *bh_item_sheet_get_item(BhItemSheet *self);
/* The answer of an item; BH_ANSWER_UNCHECKED when there is none. */
BhAnswer bh_item_sheet_get_answer(const json_t *item);
/* Whether the item has an answer, "not checked" included. */
gboolean bh_item_sheet_is_touched(const json_t *item);

/* An answer {"answer","note"?,"remote"?} with the remark of its item, which counts as saved from
 * now on; a new reference. */
json_t *bh_item_sheet_dup_answer(BhItemSheet *self, const json_t *item, BhAnswer chosen);
/* The item has this answer from now on; draws nothing. Unknown items are ignored. */
void bh_item_sheet_set_answer(BhItemSheet *self, const char *item_no, const json_t *answer);
/* An answer to this item could not be saved: its remark counts as changed again. NULL, or a text
 * for the page with the remark `note` (may be NULL), when another item is shown by now, so that the
 * sheet does not have the remark any more; g_free. */
char *bh_item_sheet_keep_remark(BhItemSheet *self, const char *item_no, const char *note);
/* Whether the remark that is shown was changed and not saved. */
gboolean bh_item_sheet_is_remark_changed(BhItemSheet *self);
/* Calls `remarked` if the remark was changed. */
void bh_item_sheet_save_remark(BhItemSheet *self);
/* Shows the remark of the item ready to be typed. */
void bh_item_sheet_open_remark(BhItemSheet *self);
/* Shows the next item; at the end, says so. */
void bh_item_sheet_go_on(BhItemSheet *self);
/* Shows the item with this number. FALSE when there is none. */
gboolean bh_item_sheet_go_to(BhItemSheet *self, const char *item_no);

/* Gives the sheet a place for questions (floating). An open one hides the answers, and is closed
 * when another item or the list of sections is shown. */
void bh_item_sheet_set_confirm(BhItemSheet *self, BhConfirm *confirm);
/* Closes the list of sections. */
void bh_item_sheet_close_list(BhItemSheet *self);
/* Boxes for what only one page has, borrowed: below the item, below its remark, and at the end of
 * the list of sections. */
GtkContainer *bh_item_sheet_get_extra(BhItemSheet *self);
GtkContainer *bh_item_sheet_get_below_remark(BhItemSheet *self);
GtkContainer *bh_item_sheet_get_below_list(BhItemSheet *self);

G_END_DECLS
