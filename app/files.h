/* Lets a person choose a folder, a picture or another file, in a window that fits 360 pixels. Use
 * on the main thread only; folders are read on another thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum {
  BH_FILES_FOLDER,
  BH_FILES_PICTURE,  /* JPEG or PNG */
  BH_FILES_DOCUMENT, /* PDF, sound or film */
} BhFilesMode;

/* Opens the window and returns at once. `accept` is the label of the button that chooses the shown
 * folder; it is not used for files, which a tap chooses. `picked` is called once with the path,
 * and not at all when the person goes back or `owner` (borrowed) is destroyed first. */
void bh_files_choose(GtkWidget *owner, BhFilesMode mode, const char *title, const char *accept,
                     void (*picked)(GtkWidget *owner, const char *path));

G_END_DECLS
