/* Takes sealed values out of entries, and opens them (sealed.h). */
#include "sync/hub/records/sealed.h"

#include <sodium.h>
#include <string.h>

#include "schema/error.h"
#include "sync/hub/records/sealed-store.h"

#define BOX_MAX (256 * 1024) /* bytes of one decrypted value */

/* The key depends on the hub's secret key, which is not in the store. */
static void make_key(const guint8 *secret, guint8 key[crypto_secretbox_KEYBYTES])
{
  static const char purpose[] = "bihuan-sealed-1";
  crypto_generichash(
      key, crypto_secretbox_KEYBYTES, (const guint8 *)purpose, sizeof purpose, secret,
      crypto_generichash_KEYBYTES_MAX < BH_SECRET_KEY_SIZE ? crypto_generichash_KEYBYTES_MAX
                                                           : BH_SECRET_KEY_SIZE);
}

static char *encrypt(const guint8 *secret, const char *text)
{
  guint8 key[crypto_secretbox_KEYBYTES];
  gsize len = strlen(text);
  gsize size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + len;
  g_autofree guint8 *bytes = g_malloc(size);
  make_key(secret, key);
  randombytes_buf(bytes, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(bytes + crypto_secretbox_NONCEBYTES, (const guint8 *)text, len, bytes, key);
  sodium_memzero(key, sizeof key);
  return g_base64_encode(bytes, size);
}

/* The decrypted text, g_free; NULL when the box was changed or is of another hub. */
static char *decrypt(const guint8 *secret, const char *box)
{
  guint8 key[crypto_secretbox_KEYBYTES];
  gsize size = 0;
  g_autofree guint8 *bytes = g_base64_decode(box, &size);
  const gsize extra = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (bytes == NULL || size < extra || size > BOX_MAX)
    return NULL;
  g_autofree char *text = g_malloc0(size - extra + 1);
  make_key(secret, key);
  gboolean good = crypto_secretbox_open_easy((guint8 *)text, bytes + crypto_secretbox_NONCEBYTES,
                                             size - crypto_secretbox_NONCEBYTES, bytes, key) == 0;
  sodium_memzero(key, sizeof key);
  return good ? g_steal_pointer(&text) : NULL;
}

/* --- taking --- */

static gboolean take_set(BhDb *db, const guint8 *secret, const BhBody *body, const BhOp *op,
                         BhSet *set, GError **error)
{
  /* The box names its place, so that a value cannot be moved to another record in the store. */
  g_autoptr(json_t) content =
      json_pack("{s:s, s:s, s:s, s:s, s:s}", "record", op->record, "field", set->key, "entry",
                body->id, "salt", set->salt, "value", set->opening);
  g_autofree char *text = bh_json_dump(content);
  g_autofree char *box = encrypt(secret, text);
  sodium_memzero(text, strlen(text));
  g_clear_pointer(&set->opened, json_decref);
  g_clear_pointer(&set->salt, g_free);
  g_clear_pointer(&set->opening, g_free);
  return bh_sealed_store_add(db, op->record, set->key, body->id, box, error);
}

static void remove_opening(json_t *list, guint op, const char *key)
{
  for (gsize i = json_array_size(list); i-- > 0;) {
    const json_t *opening = json_array_get(list, i);
    if (json_integer_value(json_object_get(opening, "op")) == (json_int_t)op &&
        strcmp(bh_json_string_or(opening, "key", ""), key) == 0)
      json_array_remove(list, i);
  }
}

gboolean bh_sealed_take(BhDb *db, const BhKindSet *kinds, const guint8 secret[BH_SECRET_KEY_SIZE],
                        BhBody *body, char **openings, GError **error)
{
  g_autoptr(json_t) list = NULL;
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    const BhKind *kind = bh_kind_set_find(kinds, op->kind);
    for (guint k = 0; kind != NULL && k < op->sets->len; k++) {
      BhSet *set = op->sets->pdata[k];
      const BhField *field = bh_kind_find_field(kind, set->key);
      if (field == NULL || !bh_field_is_sealed(field) || set->opening == NULL)
        continue;
      if (list == NULL)
        list = bh_json_parse(*openings, strlen(*openings), BH_OPENINGS_MAX, "openings", error);
      if (list == NULL)
        return FALSE;
      remove_opening(list, i, set->key);
      if (!take_set(db, secret, body, op, set, error))
        return FALSE;
    }
  }
  if (list == NULL)
    return TRUE;
  g_free(*openings);
  *openings = json_array_size(list) > 0 ? bh_json_dump(list) : g_strdup("");
  return TRUE;
}

/* --- opening --- */

/* The value in a box, if the box belongs to this place. */
static json_t *read_box(const guint8 *secret, const char *box, const char *record,
                        const char *field, const char *entry)
{
  g_autofree char *text = decrypt(secret, box);
  if (text == NULL)
    return NULL;
  g_autoptr(json_t) content = bh_json_parse(text, strlen(text), BOX_MAX, "sealed", NULL);
  sodium_memzero(text, strlen(text));
  const char *value = bh_json_string_or(content, "value", NULL);
  if (value == NULL || strcmp(bh_json_string_or(content, "record", ""), record) != 0 ||
      strcmp(bh_json_string_or(content, "field", ""), field) != 0 ||
      strcmp(bh_json_string_or(content, "entry", ""), entry) != 0)
    return NULL;
  return bh_json_parse(value, strlen(value), BOX_MAX, "sealed", NULL);
}

json_t *bh_sealed_open(BhDb *db, const guint8 secret[BH_SECRET_KEY_SIZE], const BhRecord *record,
                       const char *field, GError **error)
{
  const char *id = bh_record_get_id(record);
  g_auto(GStrv) heads = bh_record_dup_heads(record, field);
  g_autofree char *box = NULL;
  if (heads == NULL || heads[0] == NULL || !bh_record_is_withheld(record, field))
    return json_null();
  if (heads[1] != NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_CHAIN, "%s: has several values", field);
    return NULL;
  }
  if (!bh_sealed_store_get(db, id, field, heads[0], &box, error))
    return NULL;
  json_t *value = box != NULL ? read_box(secret, box, id, field, heads[0]) : NULL;
  if (value == NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE,
                "%s: the sealed value of record %s is damaged, or is of another hub", field, id);
  return value;
}
