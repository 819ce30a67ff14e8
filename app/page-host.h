/* What pages need of the window that shows them. The window implements it; pages know no window. */
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

/* All of them: main thread. */

/* Shows a page above the others; takes over the floating reference. */
void bh_page_host_open(BhPageHost *host, BhPage *page);
/* Shows `page` in the place of `old`, which ends. Takes over the floating reference. */
void bh_page_host_replace(BhPageHost *host, BhPage *old, BhPage *page);
/* Closes a page and what lies above it. */
void bh_page_host_close(BhPageHost *host, BhPage *page);
/* Closes everything above the first page. The calling page is gone after this. */
void bh_page_host_go_home(BhPageHost *host);
/* The page on top shows something else in the same place, such as the next item of a list: like
 * another page, it takes no tap before it was shown. */
void bh_page_host_change_view(BhPageHost *host);
/* The title of the page on top changed. */
void bh_page_host_update_title(BhPageHost *host);
/* Text size or dark scheme changed. */
void bh_page_host_apply_settings(BhPageHost *host);
/* Shows `text` for a few seconds, above the page's buttons. A text that comes with a step to
 * another page is shown there; the next step ends it. */
void bh_page_host_say(BhPageHost *host, const char *text);
/* The same with a button; `func` is called at most once, when it is pressed. `data` is freed in any
 * case. */
void bh_page_host_say_undo(BhPageHost *host, const char *text, const char *button,
                           void (*func)(gpointer data), gpointer data, GDestroyNotify data_free);

G_END_DECLS
