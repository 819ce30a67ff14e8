/* The least a GTK and libhandy program can be: what the collector's start is compared with.
 *   empty-window [LABEL] */
#include <handy.h>

static void startup(G_GNUC_UNUSED GtkApplication *application, G_GNUC_UNUSED gpointer data)
{
  hdy_init();
}

static void activate(GtkApplication *application, gpointer data)
{
  const char *text = data;
  GtkWidget *window = hdy_application_window_new();
  gtk_window_set_application(GTK_WINDOW(window), application);
  gtk_window_set_default_size(GTK_WINDOW(window), 360, 640);
  gtk_container_add(GTK_CONTAINER(window), gtk_label_new(text));
  gtk_widget_show_all(window);
}

int main(int argc, char **argv)
{
  g_autoptr(GtkApplication) application =
      gtk_application_new("org.example.bihuan.EmptyWindow", G_APPLICATION_NON_UNIQUE);
  g_signal_connect(application, "startup", G_CALLBACK(startup), NULL);
  g_signal_connect(application, "activate", G_CALLBACK(activate),
                   (gpointer)(argc > 1 ? argv[1] : "ready"));
  return g_application_run(G_APPLICATION(application), 1, argv);
}
