/* A question inside a page: what is about to happen, an optional entry for the reason, one button
 * that continues and one that cancels. Use on the main thread only. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BH_TYPE_CONFIRM (bh_confirm_get_type())
G_DECLARE_FINAL_TYPE(BhConfirm, bh_confirm, BH, CONFIRM, GtkBox)

/* Receives the answer, with the `owner` and `data` of bh_confirm_ask. `reason` is "" when none was
 * asked for. Called once for each question, and not at all when another question or
 * bh_confirm_close replaces it. */
typedef void (*BhConfirmed)(gpointer owner, gboolean yes, const char *reason, gpointer data);

/* A widget for questions, hidden until bh_confirm_ask. Accessible ids of its parts: ID, ID_text,
 * ID_reason, ID_yes, ID_no. Floating. */
GtkWidget *bh_confirm_new(const char *id);
/* Shows a question; an earlier one is dropped. `reason` is the label of the entry, NULL for none;
 * with an entry, the answer "yes" needs a reason in the entry. `owner` is borrowed and must outlive
 * the widget; `data` is freed by `data_free` (may be NULL) in any case. */
void bh_confirm_ask(BhConfirm *confirm, const char *text, const char *reason, const char *yes,
                    const char *no, BhConfirmed answered, gpointer owner, gpointer data,
                    GDestroyNotify data_free);
/* Hides the question, if one is shown; its callback is not called. */
void bh_confirm_close(BhConfirm *confirm);

G_END_DECLS
