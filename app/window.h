/* The one window: header (back, title, who acts, what has not left yet), the stack of pages, and
 * the strip that says things without stopping anybody. Locks itself after idle time. */
#pragma once

#include <handy.h>
#include "app/page.h"
#include "app/session.h"

G_BEGIN_DECLS

#define BH_TYPE_WINDOW (bh_window_get_type())
G_DECLARE_FINAL_TYPE(BhWindow, bh_window, BH, WINDOW, HdyApplicationWindow)

BhWindow *bh_window_new(GtkApplication *application, BhSession *session);
BhSession *bh_window_get_session(BhWindow *window);
/* Shows the first page, once the store is open. */
void bh_window_load(BhWindow *window);
/* Wipes all pages (drafts are kept in the store) and shows the face tiles. */
void bh_window_lock(BhWindow *window);
/* An event of this program, before any widget sees it. FALSE when it is not to be delivered: it is
 * the bounce of a tap, or the first touch after the device stood untouched for too long, suspend
 * included, and the window has locked itself. */
gboolean bh_window_filter_event(BhWindow *window, GdkEvent *event);

G_END_DECLS
