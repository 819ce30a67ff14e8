/* The program: takes over the store from the agent, starts its worker, serves the owner socket to
 * bihuanctl, and shows one window. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BH_TYPE_APPLICATION (bh_application_get_type())
G_DECLARE_FINAL_TYPE(BhApplication, bh_application, BH, APPLICATION, GtkApplication)

/* `lang` is what bh_lang_start returned; `scan_image` may be NULL. */
BhApplication *bh_application_new(const char *store_dir, const char *lang, const char *scan_image);

G_END_DECLS
