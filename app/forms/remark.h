/* The remark of one checklist item, and the mark that the item was only seen by video. A widget.
 * Use on the main thread only. */
#pragma once

#include <gtk/gtk.h>
#include <jansson.h>

#include "schema/checklist.h"

G_BEGIN_DECLS

#define BH_TYPE_REMARK bh_remark_get_type()
G_DECLARE_FINAL_TYPE(BhRemark, bh_remark, BH, REMARK, GtkBox)

/* A hidden remark (bh_remark_show). Signal "changed" (no arguments): text or mark differ from the
 * value that was shown. It comes 3 seconds after the last key, when the text loses the focus, and
 * at once for the mark. */
GtkWidget *bh_remark_new(void);
/* Shows the remark of an item; `value` is its answer (NULL: none). Text of another item that was
 * not taken is lost, so call bh_remark_take first. `by_video`: whether to offer the mark. */
void bh_remark_show(BhRemark *self, const char *item_no, const json_t *value, gboolean by_video);
/* The item that is shown, borrowed; NULL before the first bh_remark_show. */
const char *bh_remark_get_item(BhRemark *self);
/* Whether text or mark differ from the value that was shown or taken last. */
gboolean bh_remark_is_changed(BhRemark *self);
/* Puts text and mark into `value` (an answer object), and counts them as saved. */
void bh_remark_take(BhRemark *self, json_t *value);
/* Shows an empty remark ready to be typed, without taking the focus. */
void bh_remark_open(BhRemark *self);
/* What was taken last could not be saved: the text that is shown counts as changed again. */
void bh_remark_keep(BhRemark *self);

G_END_DECLS
