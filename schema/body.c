/* Parses a body and its openings strictly, by the rules of PROTOCOL § 1. Start
 * with bh_body_read. */
#include "schema/body-internal.h"

#include <string.h>
#include "schema/base64.h"
#include "schema/commitment.h"
#include "schema/error.h"

#define KIND_MAX 64
#define MEDIA_TYPE_MAX 64
/* Bytes of the text that names a place in errors, such as "body: operation 3", without the
 * BH_KEY_MAX bytes of a key that may follow. The place of an operation alone needs half of them. */
#define WHERE_MAX 64
/* Up to the year 9999. A clock may be wrong by decades, but later times are certainly invalid. */
#define TIME_MAX_MS G_GINT64_CONSTANT(253402300799999)

/* The empty list `was`, shared by the many sets that replace nothing. */
static char *const empty_was[] = {NULL};

static void set_free(gpointer data)
{
  BhSet *set = data;
  g_free(set->key);
  g_clear_pointer(&set->value, json_decref);
  g_free(set->commitment);
  g_clear_pointer(&set->opened, json_decref);
  g_free(set->salt);
  g_free(set->opening);
  if (set->was != (char **)empty_was)
    g_strfreev(set->was);
  g_free(set);
}

static void op_free(gpointer data)
{
  BhOp *op = data;
  g_free(op->kind);
  g_clear_pointer(&op->sets, g_ptr_array_unref);
  g_free(op);
}

static void file_free(gpointer data)
{
  BhFileRef *file = data;
  g_free(file->media_type);
  g_free(file);
}

json_t *bh_set_get_value(const BhSet *set)
{
  return set->value != NULL ? set->value : set->opened;
}

const BhSet *bh_op_find_set(const BhOp *op, const char *key)
{
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = g_ptr_array_index(op->sets, i);
    if (strcmp(set->key, key) == 0)
      return set;
  }
  return NULL;
}

const BhSet *bh_body_find_set(const BhBody *body, const char *record, const char *key)
{
  /* An entry names a record in at most one operation. */
  for (guint i = 0; body != NULL && i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    if (strcmp(op->record, record) == 0)
      return bh_op_find_set(op, key);
  }
  return NULL;
}

void bh_body_free(BhBody *body)
{
  if (body == NULL)
    return;
  g_clear_pointer(&body->ops, g_ptr_array_unref);
  g_clear_pointer(&body->files, g_ptr_array_unref);
  g_free(body);
}

static gboolean fail(GError **error, BhErrorCode code, const char *where, const char *what)
{
  g_set_error(error, BH_ERROR, (gint)code, "%s: %s", where, what);
  return FALSE;
}

static gboolean read_id(const json_t *object, const char *key, const char *where,
                        char out[BH_ID_LEN + 1], GError **error)
{
  const char *id = bh_json_get_string(object, key, where, error);
  if (id == NULL)
    return FALSE;
  if (!bh_id_is_valid(id)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: \"%s\" is not an id", where, key);
    return FALSE;
  }
  memcpy(out, id, BH_ID_LEN + 1);
  return TRUE;
}

/* *value: the optional integer member `key`, from 1 to `max`; untouched when the member is absent.
 * Zero is refused: it is written by omitting the member. */
static gboolean read_optional_ms(const json_t *object, const char *key, gint64 max, gint64 *value,
                                 const char *where, GError **error)
{
  if (json_object_get(object, key) == NULL)
    return TRUE;
  return bh_json_get_int(object, key, 1, max, value, where, error);
}

/* Length in bytes of the name of a field or kind at the beginning of `text`; 0 when there
 * is none. */
static gsize measure_name(const char *text)
{
  gsize len = 0;
  if (!g_ascii_islower(text[0]))
    return 0;
  while (g_ascii_islower(text[len]) || g_ascii_isdigit(text[len]) || text[len] == '_')
    len++;
  return len;
}

static gboolean name_is_valid(const char *name, gsize max)
{
  gsize len = measure_name(name);
  return len > 0 && len <= max && name[len] == '\0';
}

/* Whether the key has the form "field" or "field/item". */
static gboolean key_is_valid(const char *key)
{
  gsize field = measure_name(key);
  if (field == 0)
    return FALSE;
  if (key[field] == '\0')
    return TRUE;
  const char *item = key + field + 1;
  return key[field] == '/' && *item != '\0' &&
         item[strspn(item, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")] ==
             '\0';
}

/* Refuses three things in the values of an entry: fractions, because they have several text forms;
 * a NUL, because C strings end at it; deep nesting, because the messages around a value add levels
 * and have a limit too. */
static gboolean check_value(const json_t *value, int depth, const char *where, GError **error)
{
  if (json_is_real(value))
    return fail(error, BH_ERROR_FORMAT, where, "a number has a fraction (write it as a string)");
  if (json_is_string(value) && strlen(json_string_value(value)) != json_string_length(value))
    return fail(error, BH_ERROR_FORMAT, where, "contains a NUL character");
  if (!json_is_array(value) && !json_is_object(value))
    return TRUE;
  if (depth >= BH_VALUE_MAX_DEPTH)
    return fail(error, BH_ERROR_LIMIT, where, "value nested too deep");
  gsize i, len;
  const char *key;
  json_t *child;
  if (json_is_array(value)) {
    json_array_foreach(value, i, child) {
      if (!check_value(child, depth + 1, where, error))
        return FALSE;
    }
    return TRUE;
  }
  json_object_keylen_foreach((json_t *)value, key, len, child)
  {
    if (strlen(key) != len)
      return fail(error, BH_ERROR_FORMAT, where, "contains a NUL character");
    if (!check_value(child, depth + 1, where, error))
      return FALSE;
  }
  return TRUE;
}

/* Reads the signature without verifying it: that needs the hub's key (sync/wire/evidence.h). */
static gboolean read_hub_signature(const json_t *object, BhEntryClock *clock, const char *where,
                                   GError **error)
{
  guint8 bytes[BH_SIGNATURE_SIZE];
  if (json_object_get(object, "hub_sig") == NULL)
    return TRUE;
  const char *text = bh_json_get_string(object, "hub_sig", where, error);
  if (text == NULL)
    return FALSE;
  if (clock->hub_ms == 0)
    return fail(error, BH_ERROR_FORMAT, where, "\"hub_sig\" without \"hub_ms\"");
  if (strlen(text) != BH_SIGNATURE_BASE64_LEN || !bh_base64_decode(text, bytes, sizeof bytes))
    return fail(error, BH_ERROR_FORMAT, where, "\"hub_sig\" is not base64 of 64 bytes");
  memcpy(clock->hub_sig, text, BH_SIGNATURE_BASE64_LEN + 1);
  return TRUE;
}

static gboolean read_clock(const json_t *body, BhEntryClock *clock, GError **error)
{
  static const char *const members[] = {"wall_ms", "boot_ms",     "boot_id", "quality",
                                        "hub_ms",  "hub_boot_ms", "hub_sig", NULL};
  static const char where[] = "body: clock";
  const json_t *object = bh_json_get_object(body, "clock", "body", error);
  if (object == NULL || !bh_json_check_keys(object, members, where, error))
    return FALSE;
  const char *boot_id = bh_json_get_string(object, "boot_id", where, error);
  if (boot_id == NULL)
    return FALSE;
  gsize len = strlen(boot_id);
  if (len == 0 || len > BH_ID_LEN ||
      boot_id[strspn(boot_id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")])
    return fail(error, BH_ERROR_FORMAT, where,
                "\"boot_id\" is not 1 … 36 letters, digits and hyphens");
  memcpy(clock->boot_id, boot_id, len + 1);
  gint64 quality = 0;
  if (!bh_json_get_int(object, "wall_ms", -TIME_MAX_MS, TIME_MAX_MS, &clock->wall_ms, where,
                       error) ||
      !bh_json_get_int(object, "boot_ms", 0, TIME_MAX_MS, &clock->boot_ms, where, error) ||
      !bh_json_get_int(object, "quality", 0, 2, &quality, where, error) ||
      !read_optional_ms(object, "hub_ms", TIME_MAX_MS, &clock->hub_ms, where, error) ||
      !read_optional_ms(object, "hub_boot_ms", TIME_MAX_MS, &clock->hub_boot_ms, where, error))
    return FALSE;
  clock->quality = (BhClockQuality)quality;
  return read_hub_signature(object, clock, where, error);
}

/* Reads "was". It must be sorted and without duplicates, so that a list has only one form. */
static char **read_was(const json_t *array, const char *entry_id, const char *where, GError **error)
{
  if (array == NULL)
    return (char **)empty_was;
  if (!json_is_array(array)) {
    fail(error, BH_ERROR_FORMAT, where, "\"was\" is not an array");
    return NULL;
  }
  gsize n = json_array_size(array);
  if (n == 0) {
    fail(error, BH_ERROR_FORMAT, where, "\"was\" is empty (omit it)");
    return NULL;
  }
  g_auto(GStrv) was = g_new0(char *, n + 1);
  for (gsize i = 0; i < n; i++) {
    const char *id = json_string_value(json_array_get(array, i));
    if (!bh_id_is_valid(id)) {
      fail(error, BH_ERROR_FORMAT, where, "\"was\" contains something that is not an id");
      return NULL;
    }
    if (i > 0 && strcmp(was[i - 1], id) >= 0) {
      fail(error, BH_ERROR_FORMAT, where, "\"was\" is not sorted or has a duplicate id");
      return NULL;
    }
    if (g_str_equal(id, entry_id)) {
      fail(error, BH_ERROR_FORMAT, where, "\"was\" names the entry itself");
      return NULL;
    }
    was[i] = g_strdup(id);
  }
  return g_steal_pointer(&was);
}

static gboolean read_set(BhOp *op, const char *key, json_t *object, const char *entry_id,
                         const char *op_where, GError **error)
{
  static const char *const members[] = {"v", "c", "was", NULL};
  if (strlen(key) > BH_KEY_MAX)
    return fail(error, BH_ERROR_LIMIT, op_where, "a key is longer than 96 bytes");
  if (!key_is_valid(key))
    return fail(error, BH_ERROR_FORMAT, op_where, "a key is not \"field\" or \"field/item\"");

  BhSet *set = g_new0(BhSet, 1);
  set->key = g_strdup(key);
  g_ptr_array_add(op->sets, set);
  /* The name of the place is made for every key of every entry, but used only in errors: stpcpy is
   * faster than printf. */
  char where[WHERE_MAX + BH_KEY_MAX];
  stpcpy(stpcpy(stpcpy(stpcpy(where, op_where), ", key \""), key), "\"");
  if (!json_is_object(object))
    return fail(error, BH_ERROR_FORMAT, where, "not an object");
  json_t *value = json_object_get(object, "v");
  json_t *was = NULL;
  if (value == NULL || json_object_size(object) > 1) {
    if (!bh_json_check_keys(object, members, where, error))
      return FALSE;
    if ((value != NULL) == (json_object_get(object, "c") != NULL))
      return fail(error, BH_ERROR_FORMAT, where, "needs either \"v\" or \"c\"");
    was = json_object_get(object, "was");
  }
  if (value != NULL) {
    if (!check_value(value, 0, where, error))
      return FALSE;
    set->value = json_incref(value);
  } else {
    const char *commitment = bh_json_get_string(object, "c", where, error);
    if (commitment == NULL)
      return FALSE;
    if (!bh_hash_is_valid(commitment))
      return fail(error, BH_ERROR_FORMAT, where, "\"c\" is not a hash");
    set->commitment = g_strdup(commitment);
  }
  set->was = read_was(was, entry_id, where, error);
  return set->was != NULL;
}

static int compare_sets(gconstpointer a, gconstpointer b)
{
  return strcmp((*(BhSet *const *)a)->key, (*(BhSet *const *)b)->key);
}

static gboolean read_op(BhBody *body, json_t *object, gsize *n_keys, GError **error)
{
  static const char *const members[] = {"record", "kind", "set", NULL};
  char where[WHERE_MAX / 2];
  g_snprintf(where, sizeof where, "body: operation %u", body->ops->len);
  BhOp *op = g_new0(BhOp, 1);
  op->sets = g_ptr_array_new_with_free_func(set_free);
  g_ptr_array_add(body->ops, op);

  if (!json_is_object(object))
    return fail(error, BH_ERROR_FORMAT, where, "not an object");
  if (!bh_json_check_keys(object, members, where, error) ||
      !read_id(object, "record", where, op->record, error))
    return FALSE;
  for (guint i = 0; i + 1 < body->ops->len; i++)
    if (g_str_equal(((BhOp *)body->ops->pdata[i])->record, op->record))
      return fail(error, BH_ERROR_FORMAT, where, "duplicate record (an earlier operation has it)");
  const char *kind = bh_json_get_string(object, "kind", where, error);
  if (kind == NULL)
    return FALSE;
  if (!name_is_valid(kind, KIND_MAX))
    return fail(error, BH_ERROR_FORMAT, where, "\"kind\" is not the name of a kind");
  op->kind = g_strdup(kind);
  json_t *sets = bh_json_get_object(object, "set", where, error);
  if (sets == NULL)
    return FALSE;
  if (json_object_size(sets) == 0)
    return fail(error, BH_ERROR_FORMAT, where, "\"set\" is empty");
  *n_keys += json_object_size(sets);
  if (*n_keys > BH_ENTRY_MAX_KEYS)
    return fail(error, BH_ERROR_LIMIT, where, "more than 512 keys in one entry");

  const char *key;
  json_t *set;
  gboolean sorted = TRUE;
  json_object_foreach(sets, key, set) {
    if (!read_set(op, key, set, body->id, where, error))
      return FALSE;
    guint len = op->sets->len;
    sorted = sorted &&
             (len < 2 || compare_sets(&op->sets->pdata[len - 2], &op->sets->pdata[len - 1]) < 0);
  }
  if (!sorted)
    g_ptr_array_sort(op->sets, compare_sets);
  return TRUE;
}

static gboolean read_ops(BhBody *body, const json_t *object, GError **error)
{
  const json_t *ops = bh_json_get_array(object, "ops", "body", error);
  if (ops == NULL)
    return FALSE;
  if (json_array_size(ops) == 0)
    return fail(error, BH_ERROR_FORMAT, "body", "\"ops\" is empty");
  if (json_array_size(ops) > BH_ENTRY_MAX_OPS)
    return fail(error, BH_ERROR_LIMIT, "body", "more than 64 operations");
  gsize n_keys = 0;
  gsize i;
  json_t *op;
  json_array_foreach(ops, i, op) {
    if (!read_op(body, op, &n_keys, error))
      return FALSE;
  }
  return TRUE;
}

/* Whether the text is "type/subtype". Parameters are not allowed. */
static gboolean media_type_is_valid(const char *type)
{
  static const char token[] = "abcdefghijklmnopqrstuvwxyz0123456789.+-";
  gsize head = strspn(type, token);
  if (strlen(type) > MEDIA_TYPE_MAX || head == 0 || type[head] != '/')
    return FALSE;
  gsize tail = strspn(type + head + 1, token);
  return tail > 0 && type[head + 1 + tail] == '\0';
}

static gboolean read_file(BhBody *body, json_t *object, GError **error)
{
  static const char *const members[] = {"sha256", "size", "type", NULL};
  g_autofree char *where = g_strdup_printf("body: file %u", body->files->len);
  BhFileRef *file = g_new0(BhFileRef, 1);
  g_ptr_array_add(body->files, file);

  if (!json_is_object(object))
    return fail(error, BH_ERROR_FORMAT, where, "not an object");
  const char *hash = bh_json_get_string(object, "sha256", where, error);
  if (hash == NULL)
    return FALSE;
  if (!bh_hash_is_valid(hash))
    return fail(error, BH_ERROR_FORMAT, where, "\"sha256\" is not a hash");
  memcpy(file->sha256, hash, sizeof file->sha256);
  for (guint i = 0; i + 1 < body->files->len; i++)
    if (g_str_equal(((BhFileRef *)body->files->pdata[i])->sha256, hash))
      return fail(error, BH_ERROR_FORMAT, where, "duplicate file");
  const char *type = bh_json_get_string(object, "type", where, error);
  if (type == NULL)
    return FALSE;
  if (!media_type_is_valid(type))
    return fail(error, BH_ERROR_FORMAT, where, "\"type\" is not a media type");
  file->media_type = g_strdup(type);
  return bh_json_get_int(object, "size", 1, BH_FILE_MAX, &file->size, where, error) &&
         bh_json_check_keys(object, members, where, error);
}

static gboolean read_files(BhBody *body, const json_t *object, GError **error)
{
  if (json_object_get(object, "files") == NULL)
    return TRUE;
  const json_t *files = bh_json_get_array(object, "files", "body", error);
  if (files == NULL)
    return FALSE;
  if (json_array_size(files) == 0)
    return fail(error, BH_ERROR_FORMAT, "body", "\"files\" is empty (omit it)");
  if (json_array_size(files) > BH_ENTRY_MAX_FILES)
    return fail(error, BH_ERROR_LIMIT, "body", "more than 32 files");
  gsize i;
  json_t *file;
  json_array_foreach(files, i, file) {
    if (!read_file(body, file, error))
      return FALSE;
  }
  return TRUE;
}

static BhSet *find_set(const BhOp *op, const char *key)
{
  for (guint i = 0; i < op->sets->len; i++) {
    BhSet *set = op->sets->pdata[i];
    if (g_str_equal(set->key, key))
      return set;
  }
  return NULL;
}

static gboolean read_opening(BhBody *body, json_t *object, const char *where, GError **error)
{
  static const char *const members[] = {"op", "key", "salt", "value", NULL};
  if (!json_is_object(object))
    return fail(error, BH_ERROR_FORMAT, where, "not an object");
  gint64 index = 0;
  const char *key = bh_json_get_string(object, "key", where, error);
  if (key == NULL || !bh_json_get_int(object, "op", 0, BH_ENTRY_MAX_OPS - 1, &index, where, error))
    return FALSE;
  const char *salt = bh_json_get_string(object, "salt", where, error);
  if (salt == NULL)
    return FALSE;
  const char *value = bh_json_get_string(object, "value", where, error);
  if (value == NULL || !bh_json_check_keys(object, members, where, error))
    return FALSE;

  BhSet *set = index < body->ops->len ? find_set(body->ops->pdata[index], key) : NULL;
  if (set == NULL || set->commitment == NULL)
    return fail(error, BH_ERROR_SIGNATURE, where, "there is no commitment for it");
  if (set->opening != NULL)
    return fail(error, BH_ERROR_FORMAT, where, "duplicate opening of one commitment");
  if (!bh_commitment_verify(set->commitment, salt, value))
    return fail(error, BH_ERROR_SIGNATURE, where, "does not match its commitment");
  set->opened = bh_json_parse(value, strlen(value), BH_OPENINGS_MAX, where, error);
  if (set->opened == NULL || !check_value(set->opened, 0, where, error))
    return FALSE;
  set->salt = g_strdup(salt);
  set->opening = g_strdup(value);
  return TRUE;
}

static gboolean read_openings(BhBody *body, const json_t *array, GError **error)
{
  if (!json_is_array(array) || json_array_size(array) == 0)
    return fail(error, BH_ERROR_FORMAT, "openings", "must be an array that is not empty");
  if (json_array_size(array) > BH_ENTRY_MAX_KEYS)
    return fail(error, BH_ERROR_LIMIT, "openings", "more than 512 openings");
  gsize i;
  json_t *opening;
  json_array_foreach(array, i, opening) {
    g_autofree char *where = g_strdup_printf("opening %" G_GSIZE_FORMAT, i);
    if (!read_opening(body, opening, where, error))
      return FALSE;
  }
  return TRUE;
}

BhBody *bh_body_read(const json_t *object, const json_t *openings, GError **error)
{
  static const char *const members[] = {"id",  "by",    "observed_ms", "clock",
                                        "ops", "files", "signed",      NULL};
  if (!json_is_object(object)) {
    fail(error, BH_ERROR_FORMAT, "body", "not an object");
    return NULL;
  }
  g_autoptr(BhBody) body = g_new0(BhBody, 1);
  body->ops = g_ptr_array_new_with_free_func(op_free);
  body->files = g_ptr_array_new_with_free_func(file_free);
  if (!bh_json_check_keys(object, members, "body", error) ||
      !read_id(object, "id", "body", body->id, error) ||
      !read_id(object, "by", "body", body->by, error))
    return NULL;
  if (body->id[14] != '7') {
    fail(error, BH_ERROR_FORMAT, "body", "\"id\" is not a UUIDv7");
    return NULL;
  }
  if (!read_optional_ms(object, "observed_ms", TIME_MAX_MS, &body->observed_ms, "body", error) ||
      !read_clock(object, &body->clock, error) || !read_ops(body, object, error) ||
      !read_files(body, object, error) ||
      (openings != NULL && !read_openings(body, openings, error)))
    return NULL;
  return g_steal_pointer(&body);
}

BhBody *bh_body_parse(const char *text, const char *openings, GError **error)
{
  g_autoptr(json_t) array = NULL;
  g_autoptr(json_t) object = bh_json_parse(text, strlen(text), BH_BODY_MAX, "body", error);
  if (object == NULL)
    return NULL;
  if (openings != NULL && *openings != '\0') {
    array = bh_json_parse(openings, strlen(openings), BH_OPENINGS_MAX, "openings", error);
    if (array == NULL)
      return NULL;
  }
  g_autoptr(BhBody) body = bh_body_read(object, array, error);
  if (body == NULL ||
      (json_object_get(object, "signed") != NULL && !bh_body_read_signature(body, text, error)))
    return NULL;
  return g_steal_pointer(&body);
}
