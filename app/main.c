/* bihuan: the collector. Parses the options and runs the application. */
#include <glib/gi18n.h>

#include "app/application.h"
#include "app/fonts.h"
#include "app/lang.h"
#include "schema/version.h"

static char *find_asked_lang(int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    if (g_strcmp0(argv[i], "--lang") == 0 && i + 1 < argc)
      return argv[i + 1];
    if (g_str_has_prefix(argv[i], "--lang="))
      return argv[i] + strlen("--lang=");
  }
  return NULL;
}

int main(int argc, char **argv)
{
  /* The language is set before options are parsed, so that --help is translated. */
  const char *lang = bh_lang_start(find_asked_lang(argc, argv));

  g_autofree char *store = NULL;
  g_autofree char *scan_image = NULL;
  g_autofree char *sound_file = NULL;
  g_autofree char *lang_option = NULL;
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
      {"store", 0, 0, G_OPTION_ARG_FILENAME, &store,
       N_("Folder of this device's records (default: in the user's data folder)"), N_("DIR")},
      {"scan-image", 0, 0, G_OPTION_ARG_FILENAME, &scan_image,
       N_("Feed the camera from a picture instead"), N_("FILE")},
      {"sound-file", 0, 0, G_OPTION_ARG_FILENAME, &sound_file,
       N_("Feed the microphone from a sound file instead"), N_("FILE")},
      {"lang", 0, 0, G_OPTION_ARG_STRING, &lang_option, N_("Language: zh or en"), N_("LANG")},
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, N_("Show the version and end"), NULL},
      G_OPTION_ENTRY_NULL};
  g_autoptr(GOptionContext) context = g_option_context_new(_("– record inspections on site"));
  g_option_context_add_main_entries(context, entries, GETTEXT_DOMAIN);
  g_autoptr(GError) error = NULL;
  if (!g_option_context_parse(context, &argc, &argv, &error)) {
    g_printerr("bihuan: %s\n", error->message);
    return 2;
  }
  if (version) {
    g_print("bihuan %s\n", bh_version_get());
    return 0;
  }
  bh_fonts_start();
  if (store == NULL)
    store = g_build_filename(g_get_user_data_dir(), "bihuan", NULL);
  g_autoptr(BhApplication) application = bh_application_new(store, lang, scan_image, sound_file);
  return g_application_run(G_APPLICATION(application), 1, argv);
}
