/* Makes, reads and draws the code of a document. */
#include "app/paper/code.h"

#include <qrencode.h>
#include <string.h>

#include "schema/error.h"

#define QUIET_MODULES 4
#define UUID_HEX_LEN 32

static void append_hex(GString *out, const char *id)
{
  for (const char *p = id; *p != '\0'; p++) {
    if (*p != '-')
      g_string_append_c(out, g_ascii_toupper(*p));
  }
}

char *bh_paper_code_make(const char *hub_id, const char *entry_id)
{
  g_return_val_if_fail(bh_id_is_valid(hub_id) && bh_id_is_valid(entry_id), NULL);
  GString *out = g_string_new(BH_PAPER_CODE_PREFIX);
  append_hex(out, hub_id);
  append_hex(out, entry_id);
  return g_string_free(out, FALSE);
}

/* Reads 32 hex digits as an id; FALSE when they are not a valid id. */
static gboolean read_id(const char *hex, char id[BH_ID_LEN + 1])
{
  char *out = id;
  for (int i = 0; i < UUID_HEX_LEN; i++) {
    if (!g_ascii_isxdigit(hex[i]))
      return FALSE;
    if (i == 8 || i == 12 || i == 16 || i == 20)
      *out++ = '-';
    *out++ = g_ascii_tolower(hex[i]);
  }
  *out = '\0';
  return bh_id_is_valid(id);
}

gboolean bh_paper_code_parse(const char *text, char hub_id[BH_ID_LEN + 1],
                             char entry_id[BH_ID_LEN + 1], GError **error)
{
  char code[BH_PAPER_CODE_LEN + 1];
  gsize len = 0;
  for (const char *p = text; *p != '\0'; p++) {
    if (g_ascii_isspace(*p))
      continue;
    if (len == BH_PAPER_CODE_LEN) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "document code: longer than %d characters",
                  BH_PAPER_CODE_LEN);
      return FALSE;
    }
    code[len++] = *p;
  }
  code[len] = '\0';
  gsize prefix = strlen(BH_PAPER_CODE_PREFIX);
  char hub[BH_ID_LEN + 1], entry[BH_ID_LEN + 1];
  if (len != BH_PAPER_CODE_LEN || g_ascii_strncasecmp(code, BH_PAPER_CODE_PREFIX, prefix) != 0 ||
      !read_id(code + prefix, hub) || !read_id(code + prefix + UUID_HEX_LEN, entry)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "document code: not " BH_PAPER_CODE_PREFIX " and 64 hexadecimal digits");
    return FALSE;
  }
  memcpy(hub_id, hub, sizeof hub);
  memcpy(entry_id, entry, sizeof entry);
  return TRUE;
}

gboolean bh_paper_code_draw(cairo_t *cr, const char *text, double x, double y, double size)
{
  QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
  if (code == NULL)
    return FALSE;
  double module = size / (code->width + 2 * QUIET_MODULES);
  cairo_save(cr);
  cairo_translate(cr, x, y);
  cairo_scale(cr, module, module);
  cairo_translate(cr, QUIET_MODULES, QUIET_MODULES);
  cairo_set_source_rgb(cr, 0, 0, 0);
  /* Neighbouring modules of a row form one rectangle, and all rectangles one path, so that no
   * device draws hairlines between them. */
  for (int row = 0; row < code->width; row++) {
    for (int column = 0; column < code->width;) {
      int from = column;
      while (column < code->width && (code->data[row * code->width + column] & 1))
        column++;
      if (column > from)
        cairo_rectangle(cr, from, row, column - from, 1);
      else
        column++;
    }
  }
  cairo_fill(cr);
  cairo_restore(cr);
  QRcode_free(code);
  return TRUE;
}
