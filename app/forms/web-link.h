/* A line with the address of a web page, which a person may open. Use on the main thread only. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Opens `address` in another program. FALSE with an error. */
typedef gboolean (*BhWebOpen)(GtkWidget *widget, const char *address, GError **error);

/* A line with `label` and the address. A tap on the address opens the page; nothing else does. An
 * address that bh_url_check refuses is only shown. `id` names the button. Floating. */
GtkWidget *bh_web_link_new(const char *id, const char *label, const char *address);
/* Sets the function that opens pages, for tests; NULL: the desktop opens them. */
void bh_web_link_set_open(BhWebOpen open);

G_END_DECLS
