/* Asks for a folder or a picture in a window that fits 360 pixels, beside everything else: nothing
 * waits for it. Main thread; folders are read off it. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum {
  BH_FILES_FOLDER,
  BH_FILES_PICTURE,
} BhFilesMode;

/* `accept` is the label of the button that takes the folder; not used for a picture, which a tap
 * takes. `picked` gets the path unless the person goes back or `owner` is destroyed first. */
void bh_files_choose(GtkWidget *owner, BhFilesMode what, const char *title, const char *accept,
                     void (*picked)(GtkWidget *owner, const char *path));

G_END_DECLS
