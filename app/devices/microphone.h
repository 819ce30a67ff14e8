/* The microphone: records speech as Opus in an Ogg file, about 11 MB for an hour, from the default
 * microphone of the desktop or from a sound file that replaces it (tests). Use on the main thread
 * only.
 *
 * Signal: "ended" (const char *why): the recording ended by itself; `why` is NULL at the end of a
 * sound file, else says what failed. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define BH_TYPE_MICROPHONE (bh_microphone_get_type())
G_DECLARE_FINAL_TYPE(BhMicrophone, bh_microphone, BH, MICROPHONE, GObject)

/* A microphone that does not record. `sound_file` (copied): a file that replaces it; NULL: the real
 * one. */
BhMicrophone *bh_microphone_new(const char *sound_file);
/* Starts to record into the new file `path`. FALSE with BH_ERROR_NOT_FOUND when there is no
 * microphone. Must not be called while it records. */
gboolean bh_microphone_start(BhMicrophone *microphone, const char *path, GError **error);
/* Whether it records. */
gboolean bh_microphone_is_recording(BhMicrophone *microphone);
/* Milliseconds recorded so far; 0 when it does not record. */
gint64 bh_microphone_get_ms(BhMicrophone *microphone);
/* Ends the recording and its file; may block for three seconds. FALSE with BH_ERROR_STORAGE when
 * the file is not complete. TRUE when it does not record. */
gboolean bh_microphone_stop(BhMicrophone *microphone, GError **error);

G_END_DECLS
