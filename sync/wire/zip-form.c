/* The headers of an archive as bytes; see zip-internal.h. */
#include "sync/wire/zip-internal.h"

#include <string.h>
#include "schema/civil.h"

#define END_MAGIC 0x06054b50
#define VERSION_MADE 20
#define VERSION_NEEDED 10
#define FIRST_YEAR 1980
#define LAST_YEAR 2107

static void put16(GByteArray *out, guint value)
{
  guint8 bytes[] = {(guint8)value, (guint8)(value >> 8)};
  g_byte_array_append(out, bytes, sizeof bytes);
}

static void put32(GByteArray *out, guint32 value)
{
  put16(out, value & 0xffff);
  put16(out, value >> 16);
}

guint32 bh_zip_stamp(gint64 made_ms)
{
  BhDate date = bh_date_from_ms(made_ms);
  gint64 day_s = (made_ms - bh_date_to_ms(&date)) / 1000;
  guint32 year = (guint32)(CLAMP(date.year, FIRST_YEAR, LAST_YEAR) - FIRST_YEAR);
  guint32 days = year << 9 | (guint32)date.month << 5 | (guint32)date.day;
  guint32 time =
      (guint32)(day_s / 3600) << 11 | (guint32)(day_s / 60 % 60) << 5 | (guint32)(day_s % 60 / 2);
  return days << 16 | time;
}

/* Appends the fields that local header and directory share: from the version needed to the length
 * of the extra field. */
static void put_common(GByteArray *out, const BhZipMember *member, guint32 stamp)
{
  put16(out, VERSION_NEEDED);
  put16(out, 0); /* flags: names are ASCII */
  put16(out, 0); /* method: stored without compression */
  put32(out, stamp);
  put32(out, member->crc);
  put32(out, member->size);
  put32(out, member->size);
  put16(out, (guint)strlen(member->name));
  put16(out, 0);
}

static void put_name(GByteArray *out, const BhZipMember *member)
{
  g_byte_array_append(out, (const guint8 *)member->name, (guint)strlen(member->name));
}

void bh_zip_put_local(GByteArray *out, const BhZipMember *member, guint32 stamp)
{
  put32(out, BH_ZIP_LOCAL_MAGIC);
  put_common(out, member, stamp);
  put_name(out, member);
}

void bh_zip_put_directory(GByteArray *out, const GArray *members, guint32 stamp, guint32 offset)
{
  guint begin = out->len;
  for (guint i = 0; i < members->len; i++) {
    const BhZipMember *member = &g_array_index(members, BhZipMember, i);
    put32(out, BH_ZIP_CENTRAL_MAGIC);
    put16(out, VERSION_MADE);
    put_common(out, member, stamp);
    put16(out, 0); /* comment */
    put16(out, 0); /* disk */
    put16(out, 0); /* attributes */
    put32(out, 0);
    put32(out, member->offset);
    put_name(out, member);
  }
  guint size = out->len - begin;
  put32(out, END_MAGIC);
  put32(out, 0); /* disks */
  put16(out, members->len);
  put16(out, members->len);
  put32(out, size);
  put32(out, offset);
  put16(out, 0); /* comment */
}
