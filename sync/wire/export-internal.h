/* What writing and verifying an export must agree on. */
#pragma once

#include "sync/wire/export.h"

G_BEGIN_DECLS

#define BH_EXPORT_DOMAIN "export/1"

/* What the hub signs at the end: "<hub> <entries> <sha256 hex of all bytes before>"; g_free. */
char *bh_export_seal_text(const char *hub, gint64 entries, const char *sha256);
/* The last line, without its "\n"; g_free. */
char *bh_export_seal_line(gint64 entries, const char *sha256, const char *signature_base64);

G_END_DECLS
