/* The window: header (back, title, who is signed in, what is not sent yet), the stack of pages, and
 * the toast. Locks itself after the idle time of the settings. Use on the main thread only. */
#pragma once

#include <handy.h>
#include "app/page.h"
#include "app/session.h"

G_BEGIN_DECLS

#define BH_TYPE_WINDOW (bh_window_get_type())
G_DECLARE_FINAL_TYPE(BhWindow, bh_window, BH, WINDOW, HdyApplicationWindow)

/* An empty window. `application` may be NULL (tests); `session` is referenced. */
BhWindow *bh_window_new(GtkApplication *application, BhSession *session);
/* The session of the window; borrowed. */
BhSession *bh_window_get_session(BhWindow *window);
/* Shows the first page: sign-in, or enrolment on a new store. Call once the store is open. */
void bh_window_load(BhWindow *window);
/* Destroys all pages (drafts stay in the store), signs the person out and shows the
 * sign-in page. */
void bh_window_lock(BhWindow *window);
/* Filters an event of this program before any widget receives it. FALSE when the caller must not
 * deliver it: it is the bounce of a tap, or the first touch after the idle time (suspend included),
 * and the window has locked itself. */
gboolean bh_window_filter_event(BhWindow *window, GdkEvent *event);

G_END_DECLS
