/* Determines the type of a file from outside – picture, PDF, sound or film – and whether it is
 * complete. Parses the container (segments, chunks, pages, boxes, end marks) and decodes nothing: a
 * complete picture may still use a feature that some program cannot show. A film that was recorded
 * live (WebM without lengths, MP4 in fragments) has no end mark: it counts as complete when it ends
 * between two of its parts. Keeps only a small part of the file in memory and accepts any bytes.
 * Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_MEDIA_JPEG "image/jpeg"
#define BH_MEDIA_PNG "image/png"
#define BH_MEDIA_PDF "application/pdf"
#define BH_MEDIA_OGG "audio/ogg" /* Opus or Vorbis */
#define BH_MEDIA_WAV "audio/wav"
#define BH_MEDIA_M4A "audio/mp4"
#define BH_MEDIA_MP4 "video/mp4"
#define BH_MEDIA_WEBM "video/webm"
#define BH_MEDIA_WEBM_SOUND "audio/webm"
#define BH_MEDIA_SNIFF_MAX 12 /* first bytes that determine the type */

typedef enum {
  BH_MEDIA_WHOLE,   /* the file is complete */
  BH_MEDIA_UNKNOWN, /* the file is of no type above by its first bytes */
  BH_MEDIA_CUT_OFF, /* the file ends before its end mark */
  BH_MEDIA_DAMAGED, /* the structure of the file is inconsistent */
} BhMediaVerdict;

typedef struct {
  BhMediaVerdict verdict;
  const char *type;     /* a media type above; NULL when unknown. Static */
  gint64 width, height; /* pixels of a picture; 0 for others, and when they were not found */
  /* Bytes that a decoder must keep in memory at any output size; 0 when it can decode line by line
   * (a JPEG of one scan). */
  gint64 memory_bytes;
} BhMedia;

/* Media type by the first bytes (BH_MEDIA_SNIFF_MAX are enough); NULL when unknown. Static. The
 * first bytes of WebM and MP4 do not tell sound from film: the type is that of film; a reader finds
 * the type by the tracks. */
const char *bh_media_sniff(const void *bytes, gsize len);

/* Reads a file in parts of any size and gives the verdict at the end. */
typedef struct _BhMediaReader BhMediaReader;
/* A reader for one file. Free with bh_media_reader_free. */
BhMediaReader *bh_media_reader_new(void);
/* Reads the next part of the file. */
void bh_media_reader_feed(BhMediaReader *reader, const void *bytes, gsize len);
/* *media: the verdict, after the last part of the file was read. */
void bh_media_reader_end(BhMediaReader *reader, BhMedia *media);
/* Frees a reader; NULL is allowed. */
void bh_media_reader_free(BhMediaReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhMediaReader, bh_media_reader_free)

/* *media: the verdict on a file that is in memory as a whole. */
void bh_media_check(const void *bytes, gsize len, BhMedia *media);
/* *media: the verdict on a regular file. FALSE when it cannot be read: BH_ERROR_NOT_FOUND,
 * BH_ERROR_LIMIT (more than `max_bytes`; nothing is read then) or BH_ERROR_STORAGE. */
gboolean bh_media_check_file(const char *path, gint64 max_bytes, BhMedia *media, GError **error);

/* The problem in English; NULL for a complete file. Static. */
const char *bh_media_get_problem(const BhMedia *media);

G_END_DECLS
