/* The program "bihuan": takes the store over from the agent (bihuan-agent), starts the thread on
 * which the store is used, answers bihuanctl on the owner socket (sync/owner), and shows one
 * window. All functions must be called on the main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BH_TYPE_APPLICATION (bh_application_get_type())
G_DECLARE_FINAL_TYPE(BhApplication, bh_application, BH, APPLICATION, GtkApplication)

/* Makes the program for the store in `store_dir`; the directory is made when it is missing. `lang`
 * is the result of bh_lang_start. `scan_image` (may be NULL) is a picture file that replaces the
 * camera, `sound_file` (may be NULL) a sound file that replaces the microphone. All arguments are
 * copied. The store is opened when the application is run, not before.
 * g_object_unref. */
BhApplication *bh_application_new(const char *store_dir, const char *lang, const char *scan_image,
                                  const char *sound_file);

G_END_DECLS
