/* The interface between pages and the window. Each function calls its member of the interface. */
#include "app/page-host.h"

G_DEFINE_INTERFACE(BhPageHost, bh_page_host, GTK_TYPE_WINDOW)

static void bh_page_host_default_init(BhPageHostInterface *interface)
{
  (void)interface;
}

void bh_page_host_open(BhPageHost *host, BhPage *page)
{
  BH_PAGE_HOST_GET_IFACE(host)->open(host, page);
}

void bh_page_host_replace(BhPageHost *host, BhPage *old, BhPage *page)
{
  BH_PAGE_HOST_GET_IFACE(host)->replace(host, old, page);
}

void bh_page_host_close(BhPageHost *host, BhPage *page)
{
  BH_PAGE_HOST_GET_IFACE(host)->close(host, page);
}

void bh_page_host_go_home(BhPageHost *host)
{
  BH_PAGE_HOST_GET_IFACE(host)->go_home(host);
}

void bh_page_host_change_view(BhPageHost *host)
{
  BH_PAGE_HOST_GET_IFACE(host)->change_view(host);
}

void bh_page_host_update_title(BhPageHost *host)
{
  BH_PAGE_HOST_GET_IFACE(host)->update_title(host);
}

void bh_page_host_apply_settings(BhPageHost *host)
{
  BH_PAGE_HOST_GET_IFACE(host)->apply_settings(host);
}

void bh_page_host_say(BhPageHost *host, const char *text)
{
  BH_PAGE_HOST_GET_IFACE(host)->say(host, text);
}

void bh_page_host_say_undo(BhPageHost *host, const char *text, const char *button,
                           void (*func)(gpointer data), gpointer data, GDestroyNotify data_free)
{
  BH_PAGE_HOST_GET_IFACE(host)->say_undo(host, text, button, func, data, data_free);
}
