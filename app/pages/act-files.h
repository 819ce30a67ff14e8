/* The files that the page of an act asks for. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* What the page of the act does for its files. `page` is the page of the files. */
typedef struct {
  /* The call that saves a new file record, whose values the function takes over. */
  BhCall *(*make_call)(BhPage *page, json_t *values);
  /* Called with TRUE while a file is being added, so that the act waits for it. */
  void (*set_busy)(BhPage *page, gboolean busy);
} BhActFilesPage;

/* Adds to `box`, a child of the page, one element of "files" of bh_device_prepare_act: its pictures
 * and other files, and buttons that add what "media" allows. A role whose code ends in "photo" has
 * pictures only. `record`: id of the record that the files belong to. `strip` is borrowed;
 * `functions` is static. */
void bh_act_files_add(BhPage *page, GtkWidget *box, const json_t *strip, const char *record,
                      const BhActFilesPage *functions);

G_END_DECLS
