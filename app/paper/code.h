/* The QR code on an enforcement document. It names the entry that froze the fields, so that anybody
 * with the paper can ask the hub what was signed (sync/wire/PROTOCOL.md § 12). Pure; any thread. */
#pragma once

#include <cairo.h>
#include <glib.h>

#include "schema/ident.h"

G_BEGIN_DECLS

#define BH_PAPER_CODE_PREFIX "BHD1:"
#define BH_PAPER_CODE_LEN 69 /* characters */

/* "BHD1:" + 32 upper-case hex digits of the hub id + 32 of the entry id: in the QR alphanumeric
 * set, and short enough to be typed. Both ids must be valid. g_free. */
char *bh_paper_code_make(const char *hub_id, const char *entry_id);
/* Reads a code; lower case and white space are accepted. FALSE with BH_ERROR_FORMAT, outputs
 * untouched. */
gboolean bh_paper_code_parse(const char *text, char hub_id[BH_ID_LEN + 1],
                             char entry_id[BH_ID_LEN + 1], GError **error);

/* Draws `text` as a QR code (level M) of `size` points a side, including its quiet zone. FALSE when
 * the text is too long for a QR code. */
gboolean bh_paper_code_draw(cairo_t *cr, const char *text, double x, double y, double size);

G_END_DECLS
