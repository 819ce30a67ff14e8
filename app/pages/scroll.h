/* Keeps the scroll position when rows are added or removed above what is visible. Use on the main
 * thread only. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Must be called before `box` changes. After the next layout `anchor`, a widget in `box` that
 * stays, is at the same place in its scrolled window. Both are borrowed; `anchor` may be destroyed
 * before. */
void bh_scroll_keep_position(GtkWidget *box, GtkWidget *anchor);

G_END_DECLS
