/* Records an audio note.
 *
 * Signal: "recorded" (const char *path, gint64 ms): a note is complete, `ms` long; the receiver
 * takes over the file. Also emitted when the page is left while it records, so that no word is
 * lost. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_AUDIO_PAGE (bh_audio_page_get_type())
G_DECLARE_FINAL_TYPE(BhAudioPage, bh_audio_page, BH, AUDIO_PAGE, BhPage)

/* Makes the page with this title (copied). Floating. */
BhPage *bh_audio_page_new(const char *title);

G_END_DECLS
