/* What the bytes of a file from outside are – JPEG, PNG or PDF – and whether all of them are there.
 * The frame is walked (segments, chunks, marks of the end), pictures are not decoded: what is whole
 * may still be of a sort that a certain program does not show. Never holds more than a piece of the
 * file; any bytes are safe. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_MEDIA_JPEG "image/jpeg"
#define BH_MEDIA_PNG "image/png"
#define BH_MEDIA_PDF "application/pdf"
#define BH_MEDIA_SNIFF_MAX 8 /* bytes that tell the type */

typedef enum {
  BH_MEDIA_WHOLE,
  BH_MEDIA_UNKNOWN, /* neither JPEG nor PNG nor PDF by its first bytes */
  BH_MEDIA_CUT_OFF, /* ends before the mark of its end */
  BH_MEDIA_DAMAGED, /* its parts do not fit together */
} BhMediaVerdict;

typedef struct {
  BhMediaVerdict verdict;
  const char *type;     /* one of those above, by the first bytes; NULL when unknown. Static */
  gint64 width, height; /* pixels; 0 for a paper, and when they were not found */
  /* Bytes that a reader keeps at once however small it shows the picture; 0 when it can go line by
   * line (a JPEG of one scan). */
  gint64 memory_bytes;
} BhMedia;

/* Type by the first bytes, as above; NULL when unknown. */
const char *bh_media_sniff(const void *bytes, gsize len);

/* Bytes in pieces of any size, then the verdict. */
typedef struct _BhMediaReader BhMediaReader;
BhMediaReader *bh_media_reader_new(void);
void bh_media_reader_feed(BhMediaReader *reader, const void *bytes, gsize len);
/* After the last piece. */
void bh_media_reader_end(BhMediaReader *reader, BhMedia *media);
void bh_media_reader_free(BhMediaReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhMediaReader, bh_media_reader_free)

/* All bytes at once. */
void bh_media_judge(const void *bytes, gsize len, BhMedia *media);
/* A regular file. FALSE when it cannot be judged: BH_ERROR_NOT_FOUND, BH_ERROR_LIMIT (over
 * `max_bytes`, nothing is read then) or BH_ERROR_STORAGE. */
gboolean bh_media_judge_file(const char *path, gint64 max_bytes, BhMedia *media, GError **error);

/* What is wrong, in English; NULL for what is whole. Static. */
const char *bh_media_get_problem(const BhMedia *media);

G_END_DECLS
