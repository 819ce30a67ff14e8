/* The state of a media reader, shared by media.c (pictures and papers) and media-clip.c (sound and
 * film). */
#pragma once

#include "schema/media.h"

G_BEGIN_DECLS

#define BH_MEDIA_GATHER_MAX 255 /* bytes: the table of an Ogg page */

typedef enum {
  BH_STEP_MAGIC,
  BH_STEP_MARK,      /* JPEG: skips bytes up to the next marker */
  BH_STEP_CODE,      /* JPEG: reads the byte after 0xff */
  BH_STEP_LENGTH,    /* JPEG: reads the length of a segment */
  BH_STEP_FRAME,     /* JPEG: reads size and number of components of a frame (SOF) */
  BH_STEP_FRAME_END, /* JPEG: reads the components of a frame */
  BH_STEP_SCAN,      /* JPEG: reads the number of components of a scan (SOS) */
  BH_STEP_CHUNK,     /* PNG: reads length and type of a chunk */
  BH_STEP_HEADER,    /* PNG: reads the header chunk (IHDR) */
  BH_STEP_CHECKSUM,
  BH_STEP_PAPER,       /* PDF: keeps the last bytes */
  BH_STEP_PAGE,        /* Ogg: reads the head of a page */
  BH_STEP_TABLE,       /* Ogg: reads the table of segments of a page */
  BH_STEP_CODEC,       /* Ogg: reads the name of the codec */
  BH_STEP_PAGE_END,    /* Ogg: compares the checksum after the body of a page was skipped */
  BH_STEP_RIFF,        /* WAV: reads name and length of a chunk */
  BH_STEP_BOX,         /* MP4: reads length and name of a box */
  BH_STEP_BOX_LONG,    /* MP4: reads the length of a box of 4 GiB or more */
  BH_STEP_HANDLER,     /* MP4: reads the type of a track */
  BH_STEP_ID,          /* WebM: reads the first byte of the id of an element */
  BH_STEP_ID_REST,     /* WebM: reads the other bytes of the id */
  BH_STEP_LENGTH_VAR,  /* WebM: reads the first byte of the length of an element */
  BH_STEP_LENGTH_REST, /* WebM: reads the other bytes of the length */
  BH_STEP_TRACK_TYPE,  /* WebM: reads the type of a track */
  BH_STEP_DOC_TYPE,    /* WebM: reads the content of the first element, which names the type */
  BH_STEP_OVER,        /* ignores all bytes after the end or a fault */
} BhMediaStep;

struct _BhMediaReader {
  BhMedia media;
  BhMediaStep step;
  gsize wanted; /* bytes to gather before the step runs; 0: it runs on any bytes */
  gsize gathered;
  guint8 bytes[BH_MEDIA_GATHER_MAX];
  guint64 skip; /* bytes to skip before the step */
  guint64 at;   /* bytes read or skipped so far */
  gboolean ended;
  /* JPEG */
  guint8 code;
  guint length;     /* remaining bytes of the segment */
  guint components; /* components of the frame; 0: no frame was read yet */
  gboolean progressive;
  gboolean in_scan, has_data;
  /* PNG, and the checksum of an Ogg page */
  guint32 checksum;
  gboolean critical; /* decoders refuse a picture without this chunk */
  gboolean has_pixels;
  char chunk[5];
  /* PDF */
  GByteArray *tail;
  /* sound and film */
  gboolean has_head;  /* a description of the tracks was read */
  gboolean has_sound; /* data of a track was read */
  guint64 end;        /* position at which the outermost element ends; 0: not known */
  guint64 inner_end;  /* MP4: position at which the box with the tracks ends; 0: outside of it */
  gboolean has_film, has_tone;        /* MP4, WebM: there is a track of pictures, of sound */
  gboolean has_tracks, has_fragments; /* MP4 */
  guint64 rest;                       /* MP4: bytes of the box after those that are gathered */
  gboolean is_last, has_pages;        /* Ogg: the page ends its stream; there was a page before */
  guint32 serial;                     /* Ogg: the stream of the first page */
  guint32 page_checksum;              /* Ogg: the checksum that the page declares */
  guint32 element;                    /* WebM: id of the element */
  gboolean in_segment;                /* WebM: the element of all data has begun */
  guint64 element_size;               /* WebM: first byte of the length, then the length */
};

/* Makes `step` run when `bytes` bytes were gathered; 0: on any bytes. */
void bh_media_want(BhMediaReader *reader, BhMediaStep step, gsize bytes);
/* Ends the reading with a verdict. */
void bh_media_stop(BhMediaReader *reader, BhMediaVerdict verdict);

/* The media type of a sound or film by its first bytes; NULL when the bytes are not of one. */
const char *bh_media_clip_sniff(const guint8 *bytes, gsize len);
/* Begins to read a file of the type reader->media.type. Returns the number of bytes of the magic
 * number that the first step does not need again. */
gsize bh_media_clip_begin(BhMediaReader *reader);
/* Runs a step of media-clip.c with the gathered bytes. */
void bh_media_clip_take(BhMediaReader *reader);
/* Adds skipped bytes to the checksum of an Ogg page. */
void bh_media_clip_skip(BhMediaReader *reader, const guint8 *bytes, gsize len);
/* Gives the verdict on a file that ended without one. */
void bh_media_clip_end(BhMediaReader *reader);

G_END_DECLS
