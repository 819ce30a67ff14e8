/* Language of the window: Chinese unless a person asks for something else. Called once, before
 * GTK starts, from main. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GETTEXT_DOMAIN "bihuan"

/* `asked` is the value of --lang ("zh", "en") or NULL. With NULL the environment's language counts
 * only when it names one (LANG=C and C.UTF-8 do not); otherwise Chinese. Sets locale, message
 * language, and the language Pango chooses Han glyph forms by. Returns "zh" or "en" (static): the
 * code the kinds' labels are asked for. */
const char *bh_lang_start(const char *asked);

G_END_DECLS
