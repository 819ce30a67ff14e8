/* A question that stands in the page until somebody answers it: what is about to happen, an
 * optional line for the reason, one button that goes on and one that leaves everything as it is.
 * Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BH_TYPE_CONFIRM (bh_confirm_get_type())
G_DECLARE_FINAL_TYPE(BhConfirm, bh_confirm, BH, CONFIRM, GtkBox)

/* Gets what was given to bh_confirm_ask. `reason` is "" when none was asked for. Called once for
 * each question, not at all when another question or bh_confirm_close replaces it. */
typedef void (*BhConfirmed)(gpointer owner, gboolean yes, const char *reason, gpointer data);

/* Hidden until something is asked. Its parts are called ID, ID_reason, ID_yes and ID_no. */
GtkWidget *bh_confirm_new(const char *id);
/* `reason` is the label of the line, NULL for no line; with a line "yes" waits until it is filled.
 * `owner` is borrowed and must outlive the widget; `data` is taken over. */
void bh_confirm_ask(BhConfirm *confirm, const char *text, const char *reason, const char *yes,
                    const char *no, BhConfirmed answered, gpointer owner, gpointer data,
                    GDestroyNotify data_free);
/* Takes the question back. */
void bh_confirm_close(BhConfirm *confirm);

G_END_DECLS
