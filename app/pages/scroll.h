/* What is in sight keeps its place while rows come and go above it. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Call before `box` changes: after its next layout `anchor`, a widget in it that stays, stands
 * where it stood in the area it scrolls in. Both are borrowed. */
void bh_scroll_keep_position(GtkWidget *box, GtkWidget *anchor);

G_END_DECLS
