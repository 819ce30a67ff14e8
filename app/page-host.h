/* What pages need of the window that shows them. The window implements this interface; pages do not
 * include window.h. Use on the main thread only. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _BhPage BhPage;

#define BH_TYPE_PAGE_HOST (bh_page_host_get_type())
G_DECLARE_INTERFACE(BhPageHost, bh_page_host, BH, PAGE_HOST, GtkWindow)

struct _BhPageHostInterface {
  GTypeInterface parent_iface;
  void (*open)(BhPageHost *host, BhPage *page);
  void (*replace)(BhPageHost *host, BhPage *old, BhPage *page);
  void (*close)(BhPageHost *host, BhPage *page);
  void (*go_home)(BhPageHost *host);
  void (*change_view)(BhPageHost *host);
  void (*update_title)(BhPageHost *host);
  void (*apply_settings)(BhPageHost *host);
  void (*say)(BhPageHost *host, const char *text);
  void (*say_undo)(BhPageHost *host, const char *text, const char *button,
                   void (*func)(gpointer data), gpointer data, GDestroyNotify data_free);
};

/* Shows a page above the others; takes over the floating reference. */
void bh_page_host_open(BhPageHost *host, BhPage *page);
/* Shows `page` in place of `old`, which is destroyed. Takes over the floating reference of
 * `page`. */
void bh_page_host_replace(BhPageHost *host, BhPage *old, BhPage *page);
/* Destroys a page and all pages above it. The first page cannot be closed. */
void bh_page_host_close(BhPageHost *host, BhPage *page);
/* Closes all pages above the first one. A page that calls this is destroyed on return. */
void bh_page_host_go_home(BhPageHost *host);
/* Must be called when the page on top shows another item in the same place, such as the next item
 * of a list. Taps are then dropped until the item was drawn, as with a new page. */
void bh_page_host_change_view(BhPageHost *host);
/* Shows the title of the page on top again, because it changed. */
void bh_page_host_update_title(BhPageHost *host);
/* Applies text size and dark scheme of the settings. */
void bh_page_host_apply_settings(BhPageHost *host);
/* Shows a toast: `text` for some seconds, above the page's buttons. A toast that is shown while
 * another page opens stays for that page; the page change after that hides it. */
void bh_page_host_say(BhPageHost *host, const char *text);
/* Like bh_page_host_say, with a button in the toast. `func` is called at most once, when the button
 * is pressed. `data` is freed by `data_free` (may be NULL) in any case. */
void bh_page_host_say_undo(BhPageHost *host, const char *text, const char *button,
                           void (*func)(gpointer data), gpointer data, GDestroyNotify data_free);

G_END_DECLS
