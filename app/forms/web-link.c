/* The line of a web address. Start at bh_web_link_new. */
#include "app/forms/web-link.h"

#include <glib/gi18n.h>

#include "app/parts.h"
#include "schema/url.h"

static gboolean open_with_desktop(GtkWidget *widget, const char *address, GError **error)
{
  GtkWidget *top = gtk_widget_get_toplevel(widget);
  return gtk_show_uri_on_window(GTK_IS_WINDOW(top) ? GTK_WINDOW(top) : NULL, address,
                                GDK_CURRENT_TIME, error);
}

static BhWebOpen open_page = open_with_desktop;

void bh_web_link_set_open(BhWebOpen open)
{
  open_page = open != NULL ? open : open_with_desktop;
}

static void on_tap(GtkButton *button, GtkWidget *problem)
{
  gboolean is_opened = open_page(GTK_WIDGET(button), bh_part_get_record(GTK_WIDGET(button)), NULL);
  gtk_widget_set_visible(problem, !is_opened);
}

GtkWidget *bh_web_link_new(const char *id, const char *label, const char *address)
{
  if (!bh_url_check(address, NULL))
    return bh_part_fact(label, address);
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
  gtk_container_add(GTK_CONTAINER(box), bh_part_label(label, "dim"));
  GtkWidget *button = bh_part_row(id, address, NULL, NULL, address);
  g_autofree char *name = g_strdup_printf(_("Open %s"), address);
  atk_object_set_name(gtk_widget_get_accessible(button), name);
  gtk_container_add(GTK_CONTAINER(box), button);
  GtkWidget *problem = bh_part_label(_("No program to open web pages is installed"), "problem");
  gtk_container_add(GTK_CONTAINER(box), problem);
  gtk_widget_hide(problem);
  g_signal_connect(button, "clicked", G_CALLBACK(on_tap), problem);
  gtk_widget_show(box);
  return box;
}
