/* Valid sound and film files for tests. They have the structure of real ones and only a few bytes
 * of data. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The functions return a new array. */
GByteArray *test_wav(void);
/* Two pages of one stream. `codec`: 8 bytes, "OpusHead" for a file that is accepted. */
GByteArray *test_ogg(const char *codec);
/* The data stands before the description of the tracks, as telephones write it. `brand`: 4 bytes,
 * such as "isom". `track`: 4 bytes, "vide" or "soun". */
GByteArray *test_mp4(const char *brand, const char *track);
/* A film in two fragments, as a camera on a network writes it. */
GByteArray *test_mp4_fragments(void);
/* `doc_type`: 4 bytes, "webm" for a file that is accepted. `is_live`: without lengths, as a browser
 * records. `is_film`: its track is one of pictures, else of sound. */
GByteArray *test_webm(const char *doc_type, gboolean is_live, gboolean is_film);

G_END_DECLS
