#include "fake-hub.h"

#include "fake-store.h"
#include "schema/base64.h"
#include "schema/json.h"
#include "schema/world.h"
#include "sync/wire/batch.h"
#include "sync/wire/credential.h"

#include <string.h>

typedef struct {
  char *sha256;
  gint64 size;
  GByteArray *bytes;
} FakeUpload;

static void upload_free(gpointer data)
{
  FakeUpload *upload = data;

  g_free(upload->sha256);
  g_byte_array_unref(upload->bytes);
  g_free(upload);
}

FakeHub *fake_hub_new(void)
{
  FakeHub *hub = g_new0(FakeHub, 1);
  g_autoptr(BhSigner) signer = bh_signer_new();

  bh_signer_make_keys(signer, bh_random_system());
  memcpy(hub->public_key, signer->public_key, sizeof hub->public_key);
  memcpy(hub->secret_key, signer->secret_key, sizeof hub->secret_key);
  hub->chains =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  hub->ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  hub->uploads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, upload_free);
  hub->files =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  hub->pages = g_ptr_array_new_with_free_func(g_free);
  hub->order = g_ptr_array_new();
  hub->kinds = g_strdup("{\"bihuan-kinds\":1,\"kinds\":[]}");
  hub->max_batch = G_MAXUINT;
  hub->takes_ahead = TRUE;
  return hub;
}

void fake_hub_free(FakeHub *hub)
{
  g_hash_table_unref(hub->chains);
  g_hash_table_unref(hub->ids);
  g_hash_table_unref(hub->uploads);
  g_hash_table_unref(hub->files);
  g_ptr_array_unref(hub->pages);
  g_ptr_array_unref(hub->order);
  g_free(hub->kinds);
  g_free(hub);
}

static const char *get_header(const BhTransportRequest *request, const char *name)
{
  for (guint i = 0; i < request->headers->len; i++) {
    const char *line = request->headers->pdata[i];

    if (g_str_has_prefix(line, name) && line[strlen(name)] == ':')
      return line + strlen(name) + 2;
  }
  return NULL;
}

static void put_header(BhTransportAnswer *answer, const char *name, const char *value)
{
  g_hash_table_insert(answer->headers, g_strdup(name), g_strdup(value));
}

static void put_int(BhTransportAnswer *answer, const char *name, gint64 value)
{
  g_hash_table_insert(answer->headers, g_strdup(name), g_strdup_printf("%" G_GINT64_FORMAT, value));
}

static BhTransportAnswer *answer_json(guint status, json_t *object)
{
  char *text = bh_json_dump(object);

  json_decref(object);
  return bh_transport_answer_new(status, g_bytes_new_take(text, strlen(text)));
}

static GPtrArray *get_chain(FakeHub *hub, const char *incarnation)
{
  GPtrArray *chain = g_hash_table_lookup(hub->chains, incarnation);

  if (chain == NULL) {
    chain = g_ptr_array_new_with_free_func(g_free);
    g_hash_table_insert(hub->chains, g_strdup(incarnation), chain);
  }
  return chain;
}

static json_t *describe_head(FakeHub *hub, const char *incarnation)
{
  GPtrArray *chain = get_chain(hub, incarnation);
  g_autofree char *hash = chain->len > 0
                              ? fake_envelope_hash(incarnation, chain->pdata[chain->len - 1])
                              : g_strnfill(BH_HASH_HEX_LEN, '0');
  g_autofree char *sig = bh_hub_time_sign(hub->secret_key, FAKE_HUB, FAKE_DEVICE, 1234567);

  return json_pack("{s:i,s:s,s:{s:i,s:s}}", "seq", (int)chain->len, "hash", hash, "time", "ms",
                   1234567, "sig", sig);
}

static BhTransportAnswer *take_entries(FakeHub *hub, const BhTransportRequest *request)
{
  gsize len;
  const void *bytes = g_bytes_get_data(request->body, &len);
  g_autoptr(GBytes) text = bh_batch_expand(bytes, len, BH_BATCH_MAX_BYTES, NULL);
  g_autofree char *copy = NULL;
  g_auto(GStrv) lines = NULL;
  guint n;
  g_autofree char *incarnation = NULL;
  json_t *head;

  g_assert_nonnull(text);
  copy = g_strndup(g_bytes_get_data(text, NULL), g_bytes_get_size(text));
  lines = g_strsplit(copy, "\n\n\n\n", 0);
  n = g_strv_length(lines) - 1;
  g_assert_cmpuint(n, >, 0);
  incarnation = g_strndup(lines[0], BH_INCARNATION_LEN);
  if (n > hub->max_batch)
    return answer_json(413, json_pack("{s:s,s:s}", "error", "limit", "message", "batch"));
  for (guint i = 0; i < n; i++) {
    const char *id = lines[i] + BH_INCARNATION_LEN + 1;
    GPtrArray *chain = get_chain(hub, incarnation);

    if (chain->len > 0 && g_ptr_array_find_with_equal_func(chain, id, g_str_equal, NULL))
      continue;
    g_ptr_array_add(chain, g_strdup(id));
    g_hash_table_add(hub->ids, g_strdup(id));
    g_ptr_array_add(hub->order, (gpointer) "entry");
  }
  head = describe_head(hub, incarnation);
  json_object_set_new(head, "quarantined", json_array());
  return answer_json(200, head);
}

static BhTransportAnswer *give_changes(FakeHub *hub, const char *path)
{
  const char *cursor = strstr(path, "cursor=");
  guint page = cursor != NULL ? (guint)g_ascii_strtoull(cursor + 7, NULL, 10) : 0;
  g_autofree char *hash = bh_hash_hex(hub->kinds, strlen(hub->kinds));
  g_autofree char *next = NULL;
  json_t *object;

  if (page >= hub->pages->len)
    object = json_pack("{s:[],s:b}", "records", "more", 0);
  else
    object = json_loads(hub->pages->pdata[page++], 0, NULL);
  next = g_strdup_printf("%u", page);
  json_object_set_new(object, "kinds", json_string(hash));
  json_object_set_new(object, "cursor", json_string(next));
  json_object_set_new(object, "staff", json_string("v1"));
  return answer_json(200, object);
}

static BhTransportAnswer *finish_upload(FakeHub *hub, FakeUpload *upload)
{
  g_autofree char *hash = bh_hash_hex(upload->bytes->data, upload->bytes->len);

  if (!g_str_equal(hash, upload->sha256)) {
    g_byte_array_set_size(upload->bytes, 0);
    return bh_transport_answer_new(460, NULL);
  }
  if (!g_hash_table_contains(hub->files, hash)) {
    g_hash_table_insert(hub->files, g_strdup(hash),
                        g_bytes_new(upload->bytes->data, upload->bytes->len));
    g_ptr_array_add(hub->order, (gpointer) "file");
  }
  return NULL;
}

static BhTransportAnswer *take_chunk(FakeHub *hub, FakeUpload *upload,
                                     const BhTransportRequest *request, gint64 offset)
{
  const char *checksum = get_header(request, "Upload-Checksum");
  gsize len;
  const void *bytes = g_bytes_get_data(request->body, &len);
  g_autofree char *hex = bh_hash_hex(bytes, len);
  guint8 hash[BH_HASH_SIZE], said[BH_HASH_SIZE];
  BhTransportAnswer *answer = NULL;

  g_assert_cmpuint(len, <=, BH_UPLOAD_CHUNK_MAX_BYTES);
  g_assert_true(bh_hash_from_hex(hex, hash));
  g_assert_true(bh_base64_decode(checksum + 7, said, sizeof said));
  if (memcmp(hash, said, sizeof hash) != 0)
    return bh_transport_answer_new(460, NULL);
  if (offset != upload->bytes->len) {
    answer = bh_transport_answer_new(409, NULL);
  } else {
    g_byte_array_append(upload->bytes, bytes, (guint)len);
    if (upload->bytes->len == upload->size)
      answer = finish_upload(hub, upload);
    if (answer != NULL)
      return answer;
    answer = bh_transport_answer_new(204, NULL);
  }
  put_int(answer, "upload-offset", upload->bytes->len);
  return answer;
}

static BhTransportAnswer *make_upload(FakeHub *hub, const BhTransportRequest *request)
{
  const char *metadata = get_header(request, "Upload-Metadata");
  guint8 hex[BH_HASH_HEX_LEN];
  g_autofree char *sha256 = NULL;
  g_autofree char *path = NULL;
  BhTransportAnswer *answer = bh_transport_answer_new(201, NULL);
  FakeUpload *upload;

  g_assert_true(g_str_has_prefix(metadata, "sha256 "));
  g_assert_true(bh_base64_decode(metadata + 7, hex, sizeof hex));
  sha256 = g_strndup((char *)hex, sizeof hex);
  path = g_strconcat("/v1/uploads/", sha256, NULL);
  upload = g_hash_table_lookup(hub->uploads, path);
  if (upload == NULL) {
    upload = g_new0(FakeUpload, 1);
    upload->sha256 = g_strdup(sha256);
    upload->size = g_ascii_strtoll(get_header(request, "Upload-Length"), NULL, 10);
    upload->bytes = g_byte_array_new();
    g_hash_table_insert(hub->uploads, g_strdup(path), upload);
  }
  if (hub->takes_first && upload->bytes->len == 0 && g_bytes_get_size(request->body) > 0) {
    g_autoptr(BhTransportAnswer) taken = take_chunk(hub, upload, request, 0);
    if (taken->status != 204)
      return bh_transport_answer_new(taken->status, NULL);
  }
  put_header(answer, "location", path);
  put_int(answer, "upload-offset", upload->bytes->len);
  return answer;
}

static BhTransportAnswer *serve_upload(FakeHub *hub, const BhTransportRequest *request,
                                       const char *path)
{
  FakeUpload *upload = g_hash_table_lookup(hub->uploads, path);
  BhTransportAnswer *answer;

  if (upload == NULL)
    return answer_json(404, json_pack("{s:s,s:s}", "error", "not_found", "message", "upload"));
  if (g_str_equal(request->method, "PATCH"))
    return take_chunk(hub, upload, request,
                      g_ascii_strtoll(get_header(request, "Upload-Offset"), NULL, 10));
  answer = bh_transport_answer_new(200, NULL);
  put_int(answer, "upload-offset", upload->bytes->len);
  put_int(answer, "upload-length", upload->size);
  return answer;
}

static BhTransportAnswer *route(FakeHub *hub, const BhTransportRequest *request)
{
  const char *path = request->url + strlen("https://hub.example");
  GBytes *file;

  if (g_str_has_prefix(path, "/v1/head?incarnation="))
    return answer_json(200, describe_head(hub, strchr(path, '=') + 1));
  if (g_str_equal(path, "/v1/ahead")) {
    hub->copies += hub->takes_ahead;
    return answer_json(hub->takes_ahead ? 200 : 404, json_object());
  }
  if (g_str_equal(path, "/v1/entries"))
    return take_entries(hub, request);
  if (g_str_has_prefix(path, "/v1/changes"))
    return give_changes(hub, path);
  if (g_str_has_prefix(path, "/v1/kinds/"))
    return bh_transport_answer_new(200, g_bytes_new(hub->kinds, strlen(hub->kinds)));
  if (g_str_equal(path, "/v1/staff"))
    return answer_json(200, json_pack("{s:s}", "sealed", "AAAA"));
  if (g_str_equal(path, "/v1/uploads"))
    return make_upload(hub, request);
  if (g_str_has_prefix(path, "/v1/uploads/"))
    return serve_upload(hub, request, path);
  g_assert_true(g_str_has_prefix(path, "/v1/files/"));
  file = g_hash_table_lookup(hub->files, path + strlen("/v1/files/"));
  if (file == NULL)
    return answer_json(404, json_pack("{s:s,s:s}", "error", "not_found", "message", "file"));
  return bh_transport_answer_new(200, g_bytes_ref(file));
}

BhTransportAnswer *fake_hub_answer(FakeHub *hub, const BhTransportRequest *request)
{
  BhTransportAnswer *answer = route(hub, request);

  hub->requests++;
  put_header(answer, "bihuan-hub", FAKE_HUB);
  return answer;
}

void fake_hub_add_page(FakeHub *hub, const char *record, const char *kind, gboolean more)
{
  g_ptr_array_add(hub->pages,
                  g_strdup_printf("{\"records\":[{\"record\":\"%s\",\"kind\":\"%s\"}],\"more\":%s}",
                                  record, kind, more ? "true" : "false"));
}

char *fake_hub_add_file(FakeHub *hub, const char *bytes)
{
  char *hash = bh_hash_hex(bytes, strlen(bytes));

  g_hash_table_insert(hub->files, g_strdup(hash), g_bytes_new(bytes, strlen(bytes)));
  return hash;
}
