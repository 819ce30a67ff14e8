#include "photo.h"

#include "sync/hub/access/list.h"
#include <sodium.h>
#include <string.h>

#include "schema/base64.h"

const char *answer_header(const Answer *answer, const char *name)
{
  const char *value = g_hash_table_lookup(answer->headers, name);
  return value != NULL ? value : "";
}

Photo *photo_declare(HubFixture *fixture, gsize size)
{
  Photo *photo = g_new0(Photo, 1);
  photo->device = test_device_new(fixture, fixture->township);
  photo->size = size;
  photo->bytes = g_malloc(size + 1);
  randombytes_buf(photo->bytes, size);
  photo->sha = bh_hash_hex(photo->bytes, size);
  test_device_make_id(photo->device, photo->enterprise);
  test_device_make_id(photo->device, photo->record);
  BhEntryText *made =
      test_device_enterprise(photo->device, photo->enterprise, "一号矿", "140603100");
  BhEntryText *file = test_device_entry(
      photo->device, photo->record, "file",
      json_pack("{s:s, s:s, s:s, s:I, s:s}", "parent", photo->enterprise, "role", "photo", "sha256",
                photo->sha, "size", (json_int_t)size, "media_type", "image/jpeg"),
      NULL);
  g_autoptr(Answer) answer = test_push(photo->device, made, file, NULL);
  assert_status(answer, 200);
  if (json_array_size(json_object_get(answer->json, "quarantined")) != 0) {
    g_autoptr(json_t) changes = test_pull(photo->device, NULL);
    fail_msg("%s", bh_json_dump(json_object_get(changes, "quarantined")));
  }
  return photo;
}

void photo_free(Photo *photo)
{
  test_device_free(photo->device);
  g_free(photo->bytes);
  g_free(photo->sha);
  g_free(photo);
}

Answer *photo_create_with(Photo *photo, const char *sha, gsize length, const guint8 *bytes,
                          gsize len, const guint8 *summed)
{
  g_autofree char *encoded = g_base64_encode((const guchar *)sha, strlen(sha));
  g_autofree char *metadata = g_strconcat("Upload-Metadata: sha256 ", encoded, NULL);
  g_autofree char *size = g_strdup_printf("Upload-Length: %zu", length);
  guint8 hash[BH_HASH_SIZE];
  bh_hash(summed, len, hash);
  g_autofree char *sum64 = bh_base64_encode(hash, sizeof hash);
  g_autofree char *sum = g_strconcat("Upload-Checksum: sha256 ", sum64, NULL);
  const char *headers[] = {"Tus-Resumable: 1.0.0",
                           metadata,
                           size,
                           "Content-Type: application/offset+octet-stream",
                           sum,
                           NULL};
  return test_send(photo->device->fixture, photo->device, "POST", "/v1/uploads", headers, bytes,
                   (gssize)len);
}

Answer *photo_create(Photo *photo, const char *sha, gsize length)
{
  return photo_create_with(photo, sha, length, (const guint8 *)"", 0, (const guint8 *)"");
}

Answer *photo_patch(Photo *photo, const char *location, gsize offset, const guint8 *bytes,
                    gsize len, const guint8 *summed)
{
  guint8 hash[BH_HASH_SIZE];
  bh_hash(summed, len, hash);
  g_autofree char *sum64 = bh_base64_encode(hash, sizeof hash);
  g_autofree char *sum = g_strconcat("Upload-Checksum: sha256 ", sum64, NULL);
  g_autofree char *at = g_strdup_printf("Upload-Offset: %zu", offset);
  const char *headers[] = {"Tus-Resumable: 1.0.0", "Content-Type: application/offset+octet-stream",
                           at, sum, NULL};
  return test_send(photo->device->fixture, photo->device, "PATCH", location, headers, bytes,
                   (gssize)len);
}

Answer *photo_send(Photo *photo, const char *method, const char *path)
{
  static const char *const headers[] = {"Tus-Resumable: 1.0.0", NULL};
  return test_send(photo->device->fixture, photo->device, method, path, headers, NULL, -1);
}

void photo_upload(Photo *photo)
{
  g_autoptr(Answer) made = photo_create(photo, photo->sha, photo->size);
  assert_status(made, 201);
  for (gsize at = 0; at < photo->size; at += PHOTO_CHUNK) {
    gsize len = MIN(PHOTO_CHUNK, photo->size - at);
    g_autoptr(Answer) answer = photo_patch(photo, answer_header(made, "location"), at,
                                           photo->bytes + at, len, photo->bytes + at);
    assert_status(answer, 204);
    g_autofree char *expected = g_strdup_printf("%zu", at + len);
    assert_string_equal(answer_header(answer, "upload-offset"), expected);
  }
}

void expect_files(HubFixture *fixture, const char *record, int total, int here)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) query = json_pack("{s:s}", "kind", "enterprise");
  g_autoptr(json_t) page = bh_hub_list(fixture->hub, db, query, NULL, &error);
  bh_hub_release_reader(fixture->hub, db);
  const json_t *row = json_array_get(json_object_get(page, "rows"), 0);
  assert_string_equal(bh_json_string_or(row, "id", ""), record);
  assert_int_equal(json_integer_value(json_object_get(row, "files_total")), total);
  assert_int_equal(json_integer_value(json_object_get(row, "files_here")), here);
}
