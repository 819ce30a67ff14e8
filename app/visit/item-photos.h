/* The photos of one checklist item: records of kind `file` below the visit that name the
 * item. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_ITEM_PHOTOS bh_item_photos_get_type()
G_DECLARE_FINAL_TYPE(BhItemPhotos, bh_item_photos, BH, ITEM_PHOTOS, GtkBox)

/* The widget on `page` (borrowed; the widget is inside of it), for the visit `inspection`. Saves a
 * new photo in the background. Call after the page has its session. Floating. */
GtkWidget *bh_item_photos_new(BhPage *page, const char *inspection);
/* Shows the photos of an item; `files`: "files" of bh_visit_load, borrowed for the call. */
void bh_item_photos_show(BhItemPhotos *self, const char *item_no, const json_t *files);

G_END_DECLS
