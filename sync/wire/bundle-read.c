/* Reads a bundle block by block; a block that was changed, moved or left out does not open. Start
 * at bh_bundle_reader_next. */
#include <string.h>

#include "schema/base64.h"
#include "sync/wire/bundle-internal.h"

struct _BhBundleReader {
  GInputStream *in; /* borrowed */
  char *name;
  BhBundleHead head;
  char *head_text; /* the first two lines; NULL after the first block */
  crypto_secretstream_xchacha20poly1305_state state;
  gint64 place; /* where the present block begins */
  gint64 next;  /* where the next one begins */
  gboolean is_last;
  guint8 plain[BLOCK_BYTES];
  gsize at, len; /* bytes of `plain` that were taken, and that there are */
  gint64 entries, files;
  BhEntryText *entry;
  char sha256[BH_HASH_HEX_LEN + 1];
  gint64 size; /* bytes of the file that comes now */
};

static gboolean fail(const BhBundleReader *reader, BhErrorCode code, const char *what,
                     GError **error)
{
  g_set_error(error, BH_ERROR, code, "%s: at byte %" G_GINT64_FORMAT ": %s", reader->name,
              reader->place, what);
  return FALSE;
}

/* Reads at most `len` bytes of the file. */
static gboolean get(BhBundleReader *reader, void *bytes, gsize len, gsize *got, GError **error)
{
  g_autoptr(GError) failed = NULL;
  reader->place = reader->next;
  if (!g_input_stream_read_all(reader->in, bytes, len, got, NULL, &failed))
    return fail(reader, BH_ERROR_STORAGE, failed->message, error);
  reader->next += (gint64)*got;
  return TRUE;
}

/* --- the first lines --- */

/* Reads one line, byte by byte, because blocks follow. */
static gboolean get_line(BhBundleReader *reader, GString *line, const char *what, GError **error)
{
  gint64 begins = reader->next;
  g_string_truncate(line, 0);
  for (;;) {
    char c = 0;
    gsize got;
    if (!get(reader, &c, 1, &got, error))
      return FALSE;
    if (got == 0 || c == '\0' || line->len >= HEAD_MAX_BYTES) {
      reader->place = begins;
      return fail(reader, BH_ERROR_FORMAT, what, error);
    }
    if (c == '\n')
      return TRUE;
    g_string_append_c(line, c);
  }
}

static gboolean parse_head(BhBundleReader *reader, const char *line, guint8 *sealed,
                           gsize sealed_size, GError **error)
{
  g_autoptr(json_t) object = bh_json_parse(line, strlen(line), HEAD_MAX_BYTES, "bundle", NULL);
  const char *hub = bh_json_string_or(object, "hub", "");
  const char *device = bh_json_string_or(object, "device", "");
  if (!bh_id_is_valid(hub) || !bh_id_is_valid(device) ||
      !bh_base64_decode(bh_json_string_or(object, "key", ""), sealed, sealed_size))
    return fail(reader, BH_ERROR_FORMAT, "the second line of a bundle is expected", error);
  g_strlcpy(reader->head.hub, hub, sizeof reader->head.hub);
  g_strlcpy(reader->head.device, device, sizeof reader->head.device);
  reader->head.made_ms = json_integer_value(json_object_get(object, "made_ms"));
  return TRUE;
}

/* Opens the key of the bundle. */
static gboolean open_key(const guint8 *sealed, gsize len, const guint8 *hub_key,
                         const guint8 *hub_secret_key, guint8 *key)
{
  guint8 public_key[crypto_box_PUBLICKEYBYTES], secret_key[crypto_box_SECRETKEYBYTES];
  gboolean ok = sodium_init() >= 0 &&
                crypto_sign_ed25519_pk_to_curve25519(public_key, hub_key) == 0 &&
                crypto_sign_ed25519_sk_to_curve25519(secret_key, hub_secret_key) == 0 &&
                crypto_box_seal_open(key, sealed, len, public_key, secret_key) == 0;
  sodium_memzero(secret_key, sizeof secret_key);
  return ok;
}

static gboolean begin(BhBundleReader *reader, const guint8 *hub_key, const guint8 *hub_secret_key,
                      GError **error)
{
  guint8 sealed[crypto_secretstream_xchacha20poly1305_KEYBYTES + crypto_box_SEALBYTES];
  guint8 key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
  guint8 start[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
  gsize got;
  g_autoptr(GString) line = g_string_new(NULL);
  if (!get_line(reader, line, "not a file that bihuanctl export has written", error))
    return FALSE;
  if (strcmp(line->str, BH_BUNDLE_FORMAT) != 0) {
    reader->place = 0;
    return fail(reader, BH_ERROR_FORMAT, "not a file that bihuanctl export has written", error);
  }
  gint64 begins = reader->next;
  if (!get_line(reader, line, "the second line of a bundle is expected", error))
    return FALSE;
  reader->place = begins;
  if (!parse_head(reader, line->str, sealed, sizeof sealed, error))
    return FALSE;
  reader->head_text = g_strconcat(BH_BUNDLE_FORMAT "\n", line->str, "\n", NULL);
  if (!open_key(sealed, sizeof sealed, hub_key, hub_secret_key, key)) {
    g_autofree char *what = g_strdup_printf(
        "the file is for hub %s and cannot be opened with the key of this hub", reader->head.hub);
    return fail(reader, BH_ERROR_SIGNATURE, what, error);
  }
  gboolean ok = get(reader, start, sizeof start, &got, error);
  if (ok && got < sizeof start)
    ok = fail(reader, BH_ERROR_FORMAT, "the file is cut off", error);
  if (ok && crypto_secretstream_xchacha20poly1305_init_pull(&reader->state, start, key) != 0)
    ok = fail(reader, BH_ERROR_SIGNATURE, "the file is damaged", error);
  sodium_memzero(key, sizeof key);
  return ok;
}

BhBundleReader *bh_bundle_reader_new(GInputStream *in, const char *name,
                                     const guint8 hub_key[BH_PUBLIC_KEY_SIZE],
                                     const guint8 hub_secret_key[BH_SECRET_KEY_SIZE],
                                     GError **error)
{
  g_autoptr(BhBundleReader) reader = g_new0(BhBundleReader, 1);
  reader->in = in;
  reader->name = g_strdup(name);
  return begin(reader, hub_key, hub_secret_key, error) ? g_steal_pointer(&reader) : NULL;
}

void bh_bundle_reader_free(BhBundleReader *reader)
{
  if (reader == NULL)
    return;
  g_free(reader->name);
  g_free(reader->head_text);
  bh_entry_text_free(reader->entry);
  sodium_memzero(reader, sizeof *reader);
  g_free(reader);
}

const BhBundleHead *bh_bundle_reader_get_head(const BhBundleReader *reader)
{
  return &reader->head;
}

gint64 bh_bundle_reader_get_place(const BhBundleReader *reader)
{
  return reader->place;
}

/* --- blocks --- */

static gboolean open_block(BhBundleReader *reader, GError **error)
{
  g_autofree guint8 *sealed = g_malloc(SEALED_BYTES);
  gsize got;
  unsigned long long len = 0;
  guint8 tag = 0;
  if (reader->is_last)
    return fail(reader, BH_ERROR_FORMAT, "the bundle ends in the middle of an item", error);
  if (!get(reader, sealed, SEALED_BYTES, &got, error))
    return FALSE;
  if (got < crypto_secretstream_xchacha20poly1305_ABYTES)
    return fail(reader, BH_ERROR_FORMAT, "the file is cut off", error);
  if (crypto_secretstream_xchacha20poly1305_pull(
          &reader->state, reader->plain, &len, &tag, sealed, got, (const guint8 *)reader->head_text,
          reader->head_text != NULL ? strlen(reader->head_text) : 0) != 0)
    return fail(reader, BH_ERROR_SIGNATURE,
                got < SEALED_BYTES ? "the file is cut off or damaged" : "the file is damaged",
                error);
  g_clear_pointer(&reader->head_text, g_free);
  reader->is_last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
  reader->at = 0;
  reader->len = (gsize)len;
  return reader->len > 0 || fail(reader, BH_ERROR_FORMAT, "a block is empty", error);
}

static gboolean take(BhBundleReader *reader, guint8 *bytes, gsize len, GError **error)
{
  while (len > 0) {
    if (reader->at == reader->len && !open_block(reader, error))
      return FALSE;
    gsize n = MIN(len, reader->len - reader->at);
    memcpy(bytes, reader->plain + reader->at, n);
    reader->at += n;
    bytes += n;
    len -= n;
  }
  return TRUE;
}

static gboolean take_line(BhBundleReader *reader, char line[LINE_MAX_BYTES], GError **error)
{
  for (gsize i = 0; i < LINE_MAX_BYTES; i++) {
    if (!take(reader, (guint8 *)line + i, 1, error))
      return FALSE;
    if (line[i] == '\n') {
      line[i] = '\0';
      return TRUE;
    }
  }
  return fail(reader, BH_ERROR_FORMAT, "an unknown item", error);
}

/* --- items --- */

static gboolean read_entry(BhBundleReader *reader, const char *length, GError **error)
{
  guint64 len = 0;
  if (reader->files > 0)
    return fail(reader, BH_ERROR_FORMAT, "an entry comes after a file", error);
  if (!g_ascii_string_to_unsigned(length, 10, 1, ENTRY_MAX_BYTES, &len, NULL))
    return fail(reader, BH_ERROR_LIMIT, "the length of an entry is not allowed", error);
  g_autofree char *text = g_malloc(len + 1);
  if (!take(reader, (guint8 *)text, len, error))
    return FALSE;
  text[len] = '\0';
  const char *cursor = text;
  g_autoptr(GError) failed = NULL;
  g_clear_pointer(&reader->entry, bh_entry_text_free);
  reader->entry = bh_entry_text_take(&cursor, text + len, &failed);
  if (reader->entry == NULL || cursor != text + len)
    return fail(reader, BH_ERROR_FORMAT,
                failed != NULL ? failed->message : "an entry is followed by other bytes", error);
  reader->entries++;
  return TRUE;
}

static gboolean begin_file(BhBundleReader *reader, char *rest, GError **error)
{
  char *size = strchr(rest, ' ');
  guint64 bytes = 0;
  if (size != NULL)
    *size++ = '\0';
  if (size == NULL || !bh_hash_is_valid(rest))
    return fail(reader, BH_ERROR_FORMAT, "a file without hash and size", error);
  if (!g_ascii_string_to_unsigned(size, 10, 0, BH_FILE_MAX, &bytes, NULL))
    return fail(reader, BH_ERROR_LIMIT, "the size of a file is not allowed", error);
  g_strlcpy(reader->sha256, rest, sizeof reader->sha256);
  reader->size = (gint64)bytes;
  reader->files++;
  return TRUE;
}

/* The end tells how much came before it, and nothing follows it. */
static gboolean check_end(BhBundleReader *reader, const char *line, GError **error)
{
  guint8 more;
  gsize got;
  g_autofree char *wanted =
      g_strdup_printf("end %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, reader->entries, reader->files);
  if (strcmp(line, wanted) != 0 || reader->at != reader->len || !reader->is_last)
    return fail(reader, BH_ERROR_FORMAT, "the end of the bundle is wrong", error);
  if (!get(reader, &more, 1, &got, error))
    return FALSE;
  return got == 0 || fail(reader, BH_ERROR_FORMAT, "bytes follow the end of the bundle", error);
}

BhBundleItem bh_bundle_reader_next(BhBundleReader *reader, GError **error)
{
  char line[LINE_MAX_BYTES];
  if (!take_line(reader, line, error))
    return BH_BUNDLE_FAILED;
  if (g_str_has_prefix(line, "entry "))
    return read_entry(reader, line + strlen("entry "), error) ? BH_BUNDLE_ENTRY : BH_BUNDLE_FAILED;
  if (g_str_has_prefix(line, "file "))
    return begin_file(reader, line + strlen("file "), error) ? BH_BUNDLE_FILE : BH_BUNDLE_FAILED;
  if (g_str_has_prefix(line, "end "))
    return check_end(reader, line, error) ? BH_BUNDLE_END : BH_BUNDLE_FAILED;
  fail(reader, BH_ERROR_FORMAT, "an unknown item", error);
  return BH_BUNDLE_FAILED;
}

BhEntryText *bh_bundle_reader_take_entry(BhBundleReader *reader)
{
  return g_steal_pointer(&reader->entry);
}

const char *bh_bundle_reader_get_sha256(const BhBundleReader *reader)
{
  return reader->sha256;
}

GBytes *bh_bundle_reader_read_file(BhBundleReader *reader, GError **error)
{
  gsize len = (gsize)reader->size;
  g_autofree guint8 *bytes = g_malloc(MAX(len, 1));
  if (!take(reader, bytes, len, error))
    return NULL;
  g_autofree char *hash = bh_hash_hex(bytes, len);
  if (strcmp(hash, reader->sha256) != 0) {
    g_autofree char *what = g_strdup_printf("file %s: its bytes have another hash", reader->sha256);
    fail(reader, BH_ERROR_SIGNATURE, what, error);
    return NULL;
  }
  return g_bytes_new_take(g_steal_pointer(&bytes), len);
}
