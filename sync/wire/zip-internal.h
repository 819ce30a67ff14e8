/* The byte form of the headers of an archive, for writer and reader. Private to zip-*.c. */
#pragma once

#include "sync/wire/zip.h"

G_BEGIN_DECLS

#define BH_ZIP_LOCAL_SIZE 30 /* bytes of a local header before the name of the member */
#define BH_ZIP_LOCAL_MAGIC 0x04034b50
#define BH_ZIP_CENTRAL_MAGIC 0x02014b50

typedef struct {
  char name[BH_ZIP_NAME_MAX_BYTES + 1];
  guint32 crc;
  guint32 size;
  guint32 offset;
} BhZipMember;

/* Date and time in the DOS format of archives: in steps of two seconds, UTC+8, 1980 … 2107. */
guint32 bh_zip_stamp(gint64 made_ms);
/* Appends the local header of a member, its name included. */
void bh_zip_put_local(GByteArray *out, const BhZipMember *member, guint32 stamp);
/* Appends the central directory and the end record; `members` are BhZipMember. */
void bh_zip_put_directory(GByteArray *out, const GArray *members, guint32 stamp, guint32 offset);

G_END_DECLS
