#include "app/fonts.h"

#include <glib.h>

#include "schema/paths.h"

void bh_fonts_start(void)
{
  g_autofree char *path = bh_data_path("assets", "fonts.conf", NULL);
  /* Named before any thread runs: Pango reads it on a thread of its own while GTK starts. A file
   * that is not there would leave no fonts at all. */
  if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
    g_setenv("FONTCONFIG_FILE", path, FALSE);
}
