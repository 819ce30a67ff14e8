/* Sets the font configuration of the window. */
#include "app/fonts.h"

#include <glib.h>

#include "schema/paths.h"

void bh_fonts_start(void)
{
  g_autofree char *path = bh_data_path("assets", "fonts.conf", NULL);
  /* Set before any thread runs: Pango reads the variable on its own thread while GTK starts. A
   * missing file would leave the program without fonts. */
  if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
    g_setenv("FONTCONFIG_FILE", path, FALSE);
}
