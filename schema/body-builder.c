/* Builds the text of a body and its openings. Does not make envelopes (entry.c). Start with
 * bh_body_builder_finish_body. */
#include "schema/body-internal.h"

#include <sodium.h>
#include <string.h>
#include "schema/base64.h"
#include "schema/commitment.h"
#include "schema/error.h"
#include "schema/person.h"

struct _BhBodyBuilder {
  json_t *body;
  json_t *ops;   /* borrowed from body */
  json_t *files; /* added to the body at the end, unless empty */
  json_t *openings;
  BhRandom random;
  char hub[BH_ID_LEN + 1]; /* "" when no person signs */
  guint8 secret_key[BH_SECRET_KEY_SIZE];
  GError *error; /* the first error of a setter, returned by finish */
};

BhBodyBuilder *bh_body_builder_new(const char *entry_id, const char *by, const BhEntryClock *clock,
                                   gint64 observed_ms, const BhRandom *random)
{
  BhBodyBuilder *builder = g_new0(BhBodyBuilder, 1);
  builder->random = *random;
  builder->files = json_array();
  builder->openings = json_array();
  builder->body = json_object();
  json_object_set_new(builder->body, "id", json_string(entry_id));
  json_object_set_new(builder->body, "by", json_string(by));
  if (observed_ms != 0)
    json_object_set_new(builder->body, "observed_ms", json_integer(observed_ms));
  json_t *clocks = json_object();
  json_object_set_new(clocks, "wall_ms", json_integer(clock->wall_ms));
  json_object_set_new(clocks, "boot_ms", json_integer(clock->boot_ms));
  json_object_set_new(clocks, "boot_id", json_string(clock->boot_id));
  json_object_set_new(clocks, "quality", json_integer(clock->quality));
  if (clock->hub_ms != 0)
    json_object_set_new(clocks, "hub_ms", json_integer(clock->hub_ms));
  if (clock->hub_boot_ms != 0)
    json_object_set_new(clocks, "hub_boot_ms", json_integer(clock->hub_boot_ms));
  if (clock->hub_ms != 0 && clock->hub_sig[0] != '\0')
    json_object_set_new(clocks, "hub_sig", json_string(clock->hub_sig));
  json_object_set_new(builder->body, "clock", clocks);
  builder->ops = json_array();
  json_object_set_new(builder->body, "ops", builder->ops);
  return builder;
}

void bh_body_builder_free(BhBodyBuilder *builder)
{
  if (builder == NULL)
    return;
  json_decref(builder->body);
  json_decref(builder->files);
  json_decref(builder->openings);
  g_clear_error(&builder->error);
  sodium_memzero(builder->secret_key, sizeof builder->secret_key);
  g_free(builder);
}

void bh_body_builder_sign(BhBodyBuilder *builder, const char *hub,
                          const guint8 secret_key[BH_SECRET_KEY_SIZE])
{
  g_strlcpy(builder->hub, hub, sizeof builder->hub);
  memcpy(builder->secret_key, secret_key, BH_SECRET_KEY_SIZE);
}

static void note_error(BhBodyBuilder *builder, const char *what, const char *key)
{
  if (builder->error == NULL)
    g_set_error(&builder->error, BH_ERROR, BH_ERROR_FORMAT, "body: key \"%s\": %s", key, what);
}

/* Index of the operation on `record`, which is added if missing; -1 when it exists with another
 * kind. */
static gssize find_op(BhBodyBuilder *builder, const char *record, const char *kind)
{
  gsize i;
  json_t *op;
  json_array_foreach(builder->ops, i, op) {
    if (g_str_equal(bh_json_string_or(op, "record", ""), record))
      return g_str_equal(bh_json_string_or(op, "kind", ""), kind) ? (gssize)i : -1;
  }
  op = json_object();
  json_object_set_new(op, "record", json_string(record));
  json_object_set_new(op, "kind", json_string(kind));
  json_object_set_new(op, "set", json_object());
  json_array_append_new(builder->ops, op);
  return (gssize)json_array_size(builder->ops) - 1;
}

static json_t *commit(BhBodyBuilder *builder, gssize op, const char *key, const json_t *value)
{
  guint8 salt[BH_SALT_SIZE];
  char commitment[BH_HASH_HEX_LEN + 1];
  builder->random.fill(builder->random.data, salt, sizeof salt);
  g_autofree char *text = bh_json_dump_sorted(value);
  if (text == NULL)
    return NULL;
  bh_commitment_make(salt, text, commitment);
  g_autofree char *salt_text = bh_base64_encode(salt, sizeof salt);
  json_array_append_new(builder->openings, json_pack("{si, ss, ss, ss}", "op", (int)op, "key", key,
                                                     "salt", salt_text, "value", text));
  return json_pack("{ss}", "c", commitment);
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *sort_was(const char *const *was)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new();
  for (gsize i = 0; was[i] != NULL; i++)
    g_ptr_array_add(ids, (gpointer)was[i]);
  g_ptr_array_sort(ids, compare_texts);
  json_t *sorted = json_array();
  for (guint i = 0; i < ids->len; i++)
    if (i == 0 || !g_str_equal(ids->pdata[i], ids->pdata[i - 1]))
      json_array_append_new(sorted, json_string(ids->pdata[i]));
  return sorted;
}

/* Copies arrays and objects: the caller may change its own later, but the value in the body must
 * not change before it is written. */
static json_t *own_value(json_t *value)
{
  return json_is_array(value) || json_is_object(value) ? json_deep_copy(value) : json_incref(value);
}

static json_t *plain(json_t *value)
{
  g_autoptr(json_t) set = json_object();
  return json_object_set_new(set, "v", own_value(value)) == 0 ? g_steal_pointer(&set) : NULL;
}

void bh_body_builder_set(BhBodyBuilder *builder, const char *record, const char *kind,
                         const char *key, json_t *value, gboolean personal, const char *const *was)
{
  gssize index = find_op(builder, record, kind);
  if (index < 0) {
    note_error(builder, "the record already has another kind in this entry", key);
    return;
  }
  json_t *sets = json_object_get(json_array_get(builder->ops, (gsize)index), "set");
  if (json_object_get(sets, key) != NULL) {
    note_error(builder, "duplicate key", key);
    return;
  }
  json_t *set = NULL;
  if (personal && !json_is_null(value))
    set = commit(builder, index, key, value);
  else
    set = plain(value);
  if (set == NULL) {
    note_error(builder, "the value cannot be written as JSON", key);
    return;
  }
  if (was != NULL && was[0] != NULL)
    json_object_set_new(set, "was", sort_was(was));
  if (json_object_set_new(sets, key, set) != 0)
    note_error(builder, "must be valid UTF-8", "?");
}

void bh_body_builder_add_file(BhBodyBuilder *builder, const char *sha256, gint64 size,
                              const char *media_type)
{
  gsize i;
  json_t *file;
  json_array_foreach(builder->files, i, file) {
    if (g_str_equal(bh_json_string_or(file, "sha256", ""), sha256))
      return;
  }
  json_array_append_new(builder->files, json_pack("{ss, sI, ss}", "sha256", sha256, "size",
                                                  (json_int_t)size, "type", media_type));
}

static gboolean check_length(const char *text, gsize max, const char *what, GError **error)
{
  gsize len = strlen(text);
  if (len <= max)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
              "%s: %" G_GSIZE_FORMAT " bytes, at most %" G_GSIZE_FORMAT " are allowed", what, len,
              max);
  return FALSE;
}

BhBody *bh_body_builder_finish_body(BhBodyBuilder *builder, char **body, char **openings,
                                    GError **error)
{
  if (builder->error != NULL) {
    g_propagate_error(error, g_error_copy(builder->error));
    return NULL;
  }
  gboolean opens = json_array_size(builder->openings) > 0;
  if (json_array_size(builder->files) > 0)
    json_object_set(builder->body, "files", builder->files);
  /* The reader checks all limits, because receivers use the same reader. It reads the JSON value
   * instead of the text, which contains nothing more. */
  g_autoptr(BhBody) read = bh_body_read(builder->body, opens ? builder->openings : NULL, error);
  if (read == NULL)
    return NULL;
  g_autofree char *body_text = bh_json_dump(builder->body);
  g_autofree char *openings_text = opens ? bh_json_dump(builder->openings) : g_strdup("");
  if (body_text == NULL || openings_text == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_FAILED, "body: out of memory");
    return NULL;
  }
  if (builder->hub[0] != '\0') {
    char *signed_text = bh_body_sign(body_text, builder->hub, builder->secret_key, read);
    g_free(body_text);
    body_text = signed_text;
  }
  if (!check_length(body_text, BH_BODY_MAX, "body", error) ||
      !check_length(openings_text, BH_OPENINGS_MAX, "openings", error))
    return NULL;
  *body = g_steal_pointer(&body_text);
  *openings = g_steal_pointer(&openings_text);
  return g_steal_pointer(&read);
}

gboolean bh_body_builder_finish(BhBodyBuilder *builder, char **body, char **openings,
                                GError **error)
{
  g_autoptr(BhBody) read = bh_body_builder_finish_body(builder, body, openings, error);
  return read != NULL;
}
