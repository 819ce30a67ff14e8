/* Draws a QR code as SVG for printing. */
#include "sync/hub/office/internal.h"

#include <qrencode.h>

#include "schema/error.h"

#define QUIET_MODULES 4 /* ISO/IEC 18004 */

/* Draws the dark modules as horizontal runs in one path with integer coordinates, so that no gaps
 * appear in print. */
static void append_runs(GString *path, const QRcode *code)
{
  int width = code->width;
  for (int y = 0; y < width; y++) {
    for (int x = 0; x < width; x++) {
      int run = 0;
      while (x + run < width && (code->data[y * width + x + run] & 1) != 0)
        run++;
      if (run > 0)
        g_string_append_printf(path, "M%d %dh%dv1h-%dz", x + QUIET_MODULES, y + QUIET_MODULES, run,
                               run);
      x += run;
    }
  }
}

/* With level Q the code remains readable if a quarter of it is dirty or scratched. A plaque has at
 * most 61 modules including the quiet zone; at 40 mm a module is 0.65 mm wide, 7 dots at 300 dpi.
 */
char *bh_office_qr_svg(const char *text, int size_mm, GError **error)
{
  QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_Q, QR_MODE_8, 1);
  if (code == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "plaque: its text is too long for a QR code");
    return NULL;
  }
  g_autoptr(GString) path = g_string_new(NULL);
  append_runs(path, code);
  int side = code->width + 2 * QUIET_MODULES;
  QRcode_free(code);
  return g_strdup_printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%dmm\" height=\"%dmm\""
                         " viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
                         "<path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"%s\"/></svg>",
                         size_mm, size_mm, side, side, side, side, path->str);
}
