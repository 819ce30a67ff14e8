/* Language of the window: Chinese unless English is asked for. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GETTEXT_DOMAIN "bihuan"

/* Sets the locale, the language of messages, and the language by which Pango chooses Han glyph
 * forms. `asked` is the value of --lang ("zh", "en") or NULL. With NULL the environment counts when
 * it names a language (LANG=C and C.UTF-8 do not); otherwise the language is Chinese. Returns "zh"
 * or "en" (static), the code for labels of kinds. Call once from main, before GTK starts. */
const char *bh_lang_start(const char *asked);

G_END_DECLS
