/* Interface of the microphone module, which microphone.h loads when it is first used. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_MICROPHONE_MODULE "bh_microphone_module" /* symbol of the BhMicrophoneModule */

/* A recording that runs. */
typedef struct _BhRecording BhRecording;

/* Called when the recording ended by itself: `why` NULL at the end of a sound file, else the reason
 * of the failure. Called on the main thread. */
typedef void (*BhRecordingEnded)(const char *why, gpointer data);

typedef struct {
  /* Starts to record into the new file `path`: from the microphone, or from the sound file
   * `sound_file` in its place (may be NULL). NULL with an error: BH_ERROR_NOT_FOUND when there is
   * no microphone. */
  BhRecording *(*open)(const char *sound_file, const char *path, BhRecordingEnded ended,
                       gpointer data, GError **error);
  /* Ends the file; blocks for three seconds at most. FALSE with BH_ERROR_STORAGE when the file
   * could not be ended. */
  gboolean (*finish)(BhRecording *recording, GError **error);
  /* Milliseconds recorded so far. */
  gint64 (*get_ms)(BhRecording *recording);
  /* Frees the recording. The file remains. */
  void (*close)(BhRecording *recording);
} BhMicrophoneModule;

G_END_DECLS
