/* Files that people attach on the office page: what is refused, that nothing stays of a refused or
 * unfinished file, and that a file sent twice is one record. */
#include "hub-fixture.h"

#include <curl/curl.h>
#include <string.h>

#include "schema/error.h"
#include "schema/media.h"
#include "schema/world.h"
#include "sync/hub/office/office.h"
#include "sync/hub/office/upload.h"
#include "sync/wire/limits.h"
#include "tests/support/clips.h"
#include "tests/support/pictures.h"

#define SIZE 2500000 /* bytes of a photo: three parts */
#define PASSWORD "right-password-1"

/* A person in a browser. */
typedef struct {
  char *cookie;
  char *token; /* header line with the token of the session */
} Person;

typedef struct {
  HubFixture *hub;
  BhOffice *office;
  BhHttp *http;
  TestDevice *device; /* of the county */
  char enterprise[BH_ID_LEN + 1];
  char visit[BH_ID_LEN + 1];
  Person sun;   /* reviewer of the county */
  Person below; /* reviewer of the township */
  gint64 left;  /* free bytes of the disk */
  BhSpace space;
} Scene;

/* --- requests --- */

typedef struct {
  const char *method;
  const char *path;
  const void *body;
  gsize len;
  const char *type;
  gboolean from_elsewhere; /* the Origin is another page */
  gboolean without_token;
  gint64 claims;    /* Content-Length that is sent; 0: that of the body */
  gboolean endless; /* the body is sent in chunks and never ends */
  gint64 sent;      /* result: bytes of an endless body that were taken */
} Ask;

static size_t collect(char *bytes, size_t size, size_t count, void *data)
{
  g_string_append_len(data, bytes, (gssize)(size * count));
  return size * count;
}

static size_t give_zeros(char *bytes, size_t size, size_t count, void *data)
{
  Ask *ask = data;
  memset(bytes, 0, size * count);
  ask->sent += (gint64)(size * count);
  return size * count;
}

/* The status of the answer; 0 when the connection was closed without one. `out` (json_decref) may
 * be NULL. */
static long send_request(Scene *scene, const Person *person, Ask *ask, json_t **out)
{
  glong status = 0;
  g_autoptr(GString) text = g_string_new(NULL);
  guint port = bh_http_get_port(scene->http);
  g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/office/v1/%s", port, ask->path);
  g_autofree char *origin = g_strdup_printf("Origin: http://%s:%u",
                                            ask->from_elsewhere ? "elsewhere" : "127.0.0.1", port);
  g_autofree char *type =
      g_strconcat("Content-Type: ", ask->type != NULL ? ask->type : "application/json", NULL);
  struct curl_slist *headers = curl_slist_append(NULL, origin);
  headers = curl_slist_append(headers, type);
  headers = curl_slist_append(headers, "Expect:");
  if (person != NULL && !ask->without_token)
    headers = curl_slist_append(headers, person->token);
  if (ask->endless)
    headers = curl_slist_append(headers, "Transfer-Encoding: chunked");
  CURL *curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, text);
  if (ask->endless || ask->claims > 0) {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_zeros);
    curl_easy_setopt(curl, CURLOPT_READDATA, ask);
    if (ask->claims > 0)
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->claims);
  } else if (ask->body != NULL) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->len);
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
  if (person != NULL)
    curl_easy_setopt(curl, CURLOPT_COOKIE, person->cookie);
  curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_cleanup(curl);
  curl_slist_free_all(headers);
  if (out != NULL)
    *out = json_loadb(text->str, text->len, 0, NULL);
  return status;
}

static long ask_json(Scene *scene, const Person *person, const char *method, const char *path,
                     const char *body, json_t **out)
{
  Ask ask = {.method = method, .path = path, .body = body, .len = body != NULL ? strlen(body) : 0};
  return send_request(scene, person, &ask, out);
}

static void sign_in(Scene *scene, const char *staff, const char *login, Person *person)
{
  g_autoptr(GError) error = NULL;
  if (!bh_office_set_password(scene->hub->hub, staff, login, PASSWORD, &error))
    fail_msg("%s", error->message);
  guint port = bh_http_get_port(scene->http);
  g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/office/v1/session", port);
  g_autofree char *origin = g_strdup_printf("Origin: http://127.0.0.1:%u", port);
  g_autofree char *body =
      g_strdup_printf("{\"login\":\"%s\",\"password\":\"%s\"}", login, PASSWORD);
  g_autoptr(GString) head = g_string_new(NULL);
  g_autoptr(GString) text = g_string_new(NULL);
  struct curl_slist *headers = curl_slist_append(NULL, origin);
  headers = curl_slist_append(headers, "Content-Type: application/json");
  CURL *curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, text);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, collect);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, head);
  assert_int_equal(curl_easy_perform(curl), CURLE_OK);
  curl_easy_cleanup(curl);
  curl_slist_free_all(headers);
  g_autoptr(json_t) session = json_loads(text->str, 0, NULL);
  const char *cookie = strstr(head->str, "Set-Cookie: bihuan=");
  if (cookie == NULL)
    fail_msg("%s", text->str);
  cookie += strlen("Set-Cookie: ");
  person->cookie = g_strndup(cookie, strcspn(cookie, ";\r"));
  person->token = g_strconcat("X-Bihuan-Token: ", bh_json_string_or(session, "token", ""), NULL);
}

/* --- the scene --- */

static gint64 tell_space(gpointer data, const char *dir)
{
  (void)dir;
  return ((Scene *)data)->left;
}

static void push(TestDevice *device, BhEntryText *entry)
{
  g_autoptr(Answer) answer = test_push(device, entry, NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
}

static void make_visit(Scene *scene, const char *mode, char visit[BH_ID_LEN + 1])
{
  TestDevice *device = scene->device;
  test_device_make_id(device, visit);
  push(device, test_device_entry(device, visit, "inspection",
                                 json_pack("{s:s, s:[s], s:s, s:s, s:s}", "enterprise",
                                           scene->enterprise, "modes", mode, "unit", device->unit,
                                           "lead", device->actor, "state", "on_site"),
                                 NULL));
}

static int begin(void **state)
{
  g_autoptr(GError) error = NULL;
  Scene *scene = g_new0(Scene, 1);
  scene->hub = hub_fixture_new();
  scene->left = G_GINT64_CONSTANT(1) << 40;
  scene->space = (BhSpace){tell_space, scene};
  bh_hub_set_space(scene->hub->hub, &scene->space);
  scene->office = bh_office_new(scene->hub->hub, FALSE);
  gsize n = 0;
  const BhRoute *routes = bh_office_routes(&n);
  BhHttpConfig config = {.listen = "127.0.0.1:0", .threads = 2};
  scene->http = bh_http_start(&config, routes, n, bh_office_headers(), scene->office, &error);
  g_assert_no_error(error);
  scene->device = test_device_new(scene->hub, scene->hub->county);
  test_device_make_id(scene->device, scene->enterprise);
  push(scene->device,
       test_device_enterprise(scene->device, scene->enterprise, "一号矿", "140603100"));
  make_visit(scene, "routine", scene->visit);
  char sun[BH_ID_LEN + 1], below[BH_ID_LEN + 1];
  test_sample_id("staff-sun", sun);
  bh_id_from_name("test", "below", below);
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:s, s:s, s:[s], s:s}}]", "record", below,
                                    "kind", "staff", "set", "name", "乡审核", "unit",
                                    scene->hub->township, "roles", "reviewer", "state", "active");
  g_autofree char *entry = bh_hub_append(scene->hub->hub, NULL, ops, &error);
  g_assert_no_error(error);
  sign_in(scene, sun, "sun", &scene->sun);
  sign_in(scene, below, "below", &scene->below);
  *state = scene;
  return 0;
}

static void free_person(Person *person)
{
  g_free(person->cookie);
  g_free(person->token);
}

static int end(void **state)
{
  Scene *scene = *state;
  bh_http_stop(scene->http);
  bh_office_free(scene->office);
  test_device_free(scene->device);
  hub_fixture_free(scene->hub);
  free_person(&scene->sun);
  free_person(&scene->below);
  g_free(scene);
  return 0;
}

/* --- files --- */

static guint8 *make_photo(gsize size, guint8 seed)
{
  guint8 *bytes = g_malloc(size);
  memset(bytes, seed, size);
  test_jpeg_fill(bytes, size);
  return bytes;
}

/* Number of files below a folder of the hub. */
static guint count_in(Scene *scene, const char *name)
{
  g_autofree char *path = g_build_filename(scene->hub->dir, name, NULL);
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  guint count = 0;
  const char *child;
  while (dir != NULL && (child = g_dir_read_name(dir)) != NULL) {
    g_autofree char *below = g_build_filename(name, child, NULL);
    g_autofree char *at = g_build_filename(path, child, NULL);
    count += g_file_test(at, G_FILE_TEST_IS_DIR) ? count_in(scene, below) : 1;
  }
  return count;
}

static void expect_nothing_left(Scene *scene)
{
  assert_int_equal(count_in(scene, "uploads"), 0);
  assert_int_equal(count_in(scene, "files"), 0);
}

static long begin_file(Scene *scene, const Person *person, const char *record, const char *role,
                       gint64 size, json_t **out)
{
  g_autofree char *path = g_strdup_printf("records/%s/files?lang=en", record);
  g_autofree char *body = g_strdup_printf("{\"role\":\"%s\",\"size\":%" G_GINT64_FORMAT
                                          ",\"note\":\" 井口 \",\"taken_at\":"
                                          "\"2026-01-05 09:30\"}",
                                          role, size);
  return ask_json(scene, person, "POST", path, body, out);
}

static long send_part(Scene *scene, const Person *person, const char *upload, gint64 offset,
                      const void *bytes, gsize len, json_t **out)
{
  g_autofree char *path =
      g_strdup_printf("uploads/%s?lang=en&offset=%" G_GINT64_FORMAT, upload, offset);
  Ask ask = {.method = "PATCH",
             .path = path,
             .body = bytes,
             .len = len,
             .type = "application/octet-stream"};
  return send_request(scene, person, &ask, out);
}

/* Begins an upload that must be accepted; its id, g_free. */
static char *must_begin(Scene *scene, const char *record, const char *role, gsize size)
{
  g_autoptr(json_t) begun = NULL;
  assert_int_equal(begin_file(scene, &scene->sun, record, role, (gint64)size, &begun), 200);
  return g_strdup(bh_json_string_or(begun, "upload", ""));
}

/* Sends a whole file; the last status. */
static long attach(Scene *scene, const char *record, const char *role, const void *bytes,
                   gsize size, json_t **out)
{
  const guint8 *from = bytes;
  long status = 200;
  g_autofree char *upload = must_begin(scene, record, role, size);
  for (gsize at = 0; at < size && status == 200; at += BH_UPLOAD_CHUNK_MAX_BYTES) {
    gsize len = MIN(size - at, BH_UPLOAD_CHUNK_MAX_BYTES);
    json_decref(*out);
    *out = NULL;
    status = send_part(scene, &scene->sun, upload, (gint64)at, from + at, len, out);
  }
  return status;
}

static const char *code_of(const json_t *answer)
{
  return bh_json_string_or(answer, "error", "");
}

static json_t *files_of(Scene *scene, const Person *person, const char *record)
{
  g_autofree char *path = g_strconcat("records/", record, NULL);
  g_autoptr(json_t) view = NULL;
  assert_int_equal(ask_json(scene, person, "GET", path, NULL, &view), 200);
  return json_incref(json_object_get(view, "files"));
}

/* --- cases --- */

static void test_a_file_in_parts_becomes_one_record_in_the_name_of_the_person(void **state)
{
  Scene *scene = *state;
  g_autofree guint8 *photo = make_photo(SIZE, 1);
  g_autoptr(json_t) done = NULL;
  assert_int_equal(attach(scene, scene->visit, "photo", photo, SIZE, &done), 200);
  assert_false(json_is_true(json_object_get(done, "repeated")));
  assert_string_equal(bh_json_string_or(done, "media_type", ""), "image/jpeg");
  g_autofree char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, photo, SIZE);
  assert_string_equal(bh_json_string_or(done, "sha256", ""), hash);
  g_autoptr(json_t) files = files_of(scene, &scene->below, scene->visit);
  assert_int_equal(json_array_size(files), 1);
  const json_t *file = json_array_get(files, 0);
  assert_true(json_is_true(json_object_get(file, "here")));
  assert_string_equal(bh_json_string_or(file, "note", ""), "井口");
  assert_string_equal(bh_json_string_or(file, "role_code", ""), "photo");
  assert_string_equal(bh_json_string_or(file, "taken", ""), "2026-01-05 09:30");
  assert_int_equal(json_integer_value(json_object_get(file, "size")), SIZE);
  /* Everybody who sees the visit can read it; the entry is by the person. */
  g_autofree char *path =
      g_strdup_printf("records/%s/files/%s", bh_json_string_or(file, "record", ""), hash);
  assert_int_equal(ask_json(scene, &scene->below, "GET", path, NULL, NULL), 200);
  g_autofree char *past =
      g_strdup_printf("records/%s/history", bh_json_string_or(file, "record", ""));
  g_autoptr(json_t) history = NULL;
  assert_int_equal(ask_json(scene, &scene->sun, "GET", past, NULL, &history), 200);
  g_autofree char *text = json_dumps(history, 0);
  assert_non_null(strstr(text, "孙"));
  /* A file has no files. */
  const char *record = bh_json_string_or(file, "record", "");
  assert_int_equal(begin_file(scene, &scene->sun, record, "photo", 1000, NULL), 400);
  assert_int_equal(count_in(scene, "uploads"), 0);
  assert_int_equal(count_in(scene, "files"), 1);
}

static void test_sound_film_and_papers_are_accepted(void **state)
{
  Scene *scene = *state;
  gsize size;
  const guint8 *pdf = test_pdf(&size);
  g_autoptr(GByteArray) ogg = test_ogg("OpusHead");
  g_autoptr(GByteArray) webm = test_webm("webm", TRUE, TRUE);
  g_autoptr(GByteArray) mp4 = test_mp4("isom", "vide");
  const struct {
    const void *bytes;
    gsize size;
    const char *type;
  } files[] = {{pdf, size, BH_MEDIA_PDF},
               {ogg->data, ogg->len, BH_MEDIA_OGG},
               {webm->data, webm->len, BH_MEDIA_WEBM},
               {mp4->data, mp4->len, BH_MEDIA_MP4}};
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autoptr(json_t) done = NULL;
    assert_int_equal(
        attach(scene, scene->enterprise, "proof", files[i].bytes, files[i].size, &done), 200);
    assert_string_equal(bh_json_string_or(done, "media_type", ""), files[i].type);
  }
}

static void test_the_same_file_sent_again_is_no_second_record(void **state)
{
  Scene *scene = *state;
  g_autofree guint8 *photo = make_photo(1000, 2);
  g_autoptr(json_t) first = NULL, again = NULL, other = NULL;
  assert_int_equal(attach(scene, scene->visit, "photo", photo, 1000, &first), 200);
  assert_int_equal(attach(scene, scene->visit, "photo", photo, 1000, &again), 200);
  assert_true(json_is_true(json_object_get(again, "repeated")));
  assert_string_equal(bh_json_string_or(again, "record", "?"),
                      bh_json_string_or(first, "record", ""));
  /* In another role, it is another record. */
  assert_int_equal(attach(scene, scene->visit, "scan", photo, 1000, &other), 200);
  assert_false(json_is_true(json_object_get(other, "repeated")));
  g_autoptr(json_t) files = files_of(scene, &scene->sun, scene->visit);
  assert_int_equal(json_array_size(files), 2);
}

static void test_a_lost_answer_is_asked_for_again(void **state)
{
  Scene *scene = *state;
  const gsize part = BH_UPLOAD_CHUNK_MAX_BYTES;
  g_autofree guint8 *photo = make_photo(SIZE, 3);
  g_autofree char *upload = must_begin(scene, scene->visit, "photo", SIZE);
  g_autofree char *path = g_strconcat("uploads/", upload, NULL);
  g_autoptr(json_t) answer = NULL, state_of = NULL, last = NULL, repeated = NULL;
  assert_int_equal(send_part(scene, &scene->sun, upload, 0, photo, part, NULL), 200);
  /* The part comes again, and the answer says where to go on. */
  assert_int_equal(send_part(scene, &scene->sun, upload, 0, photo, part, &answer), 409);
  assert_int_equal(json_integer_value(json_object_get(answer, "offset")), part);
  assert_int_equal(ask_json(scene, &scene->sun, "GET", path, NULL, &state_of), 200);
  assert_int_equal(json_integer_value(json_object_get(state_of, "offset")), part);
  assert_int_equal(send_part(scene, &scene->sun, upload, part, photo + part, part, NULL), 200);
  assert_int_equal(
      send_part(scene, &scene->sun, upload, 2 * part, photo + 2 * part, SIZE - 2 * part, &last),
      200);
  assert_int_equal(ask_json(scene, &scene->sun, "GET", path, NULL, &repeated), 200);
  assert_true(json_equal(repeated, last));
}

static void test_a_file_of_2_GiB_is_refused_before_it_is_sent(void **state)
{
  Scene *scene = *state;
  g_autoptr(json_t) answer = NULL, part = NULL;
  const gint64 huge = G_GINT64_CONSTANT(2) << 30;
  assert_int_equal(begin_file(scene, &scene->sun, scene->visit, "photo", huge, &answer), 413);
  assert_string_equal(code_of(answer), "limit");
  assert_non_null(strstr(bh_json_string_or(answer, "message", ""), "67108864"));
  g_autofree char *upload = must_begin(scene, scene->visit, "photo", BH_FILE_MAX_BYTES);
  g_autofree char *path = g_strdup_printf("uploads/%s?offset=0", upload);
  Ask claims = {
      .method = "PATCH", .path = path, .type = "application/octet-stream", .claims = huge};
  assert_int_equal(send_request(scene, &scene->sun, &claims, &part), 413);
  assert_non_null(strstr(bh_json_string_or(part, "message", ""), "1048576"));
  assert_true(claims.sent < 8 * 1024 * 1024);
}

static void test_an_endless_body_is_cut_off(void **state)
{
  Scene *scene = *state;
  g_autofree char *upload = must_begin(scene, scene->visit, "photo", BH_FILE_MAX_BYTES);
  g_autofree char *path = g_strdup_printf("uploads/%s?offset=0", upload);
  Ask ask = {.method = "PATCH", .path = path, .type = "application/octet-stream", .endless = TRUE};
  assert_int_not_equal(send_request(scene, &scene->sun, &ask, NULL), 200);
  assert_in_range(ask.sent, BH_UPLOAD_CHUNK_MAX_BYTES, 16 * 1024 * 1024);
  g_autofree char *where = g_strconcat("uploads/", upload, NULL);
  g_autoptr(json_t) left = NULL;
  assert_int_equal(ask_json(scene, &scene->sun, "GET", where, NULL, &left), 200);
  assert_int_equal(json_integer_value(json_object_get(left, "offset")), 0);
}

static void test_more_bytes_than_declared_end_the_upload(void **state)
{
  Scene *scene = *state;
  g_autofree guint8 *photo = make_photo(1000, 4);
  g_autofree char *upload = must_begin(scene, scene->visit, "photo", 999);
  g_autoptr(json_t) answer = NULL;
  assert_int_equal(send_part(scene, &scene->sun, upload, 0, photo, 1000, &answer), 413);
  assert_non_null(strstr(bh_json_string_or(answer, "message", ""), "999"));
  expect_nothing_left(scene);
}

static void test_other_types_and_incomplete_files_leave_nothing_behind(void **state)
{
  Scene *scene = *state;
  g_autofree guint8 *photo = make_photo(1000, 5);
  g_autofree guint8 *bad = make_photo(1000, 6);
  memset(bad + 2, 0xff, 4);
  memset(bad + 6, 0xd8, 4);
  const struct {
    const void *bytes;
    gsize size;
    const char *why;
  } files[] = {
      {"<script>alert(1)</script>", 25, "not a file that can be attached"},
      {"x", 1, "not a file that can be attached"},
      {photo, 900, "its end is missing"},
      {bad, 1000, "damaged"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autoptr(json_t) answer = NULL;
    assert_int_equal(attach(scene, scene->visit, "photo", files[i].bytes, files[i].size, &answer),
                     400);
    if (strstr(bh_json_string_or(answer, "message", ""), files[i].why) == NULL)
      fail_msg("file %zu: %s", i, bh_json_string_or(answer, "message", ""));
    expect_nothing_left(scene);
  }
  /* The first part of a large file is enough. */
  g_autofree char *upload = must_begin(scene, scene->visit, "photo", SIZE);
  assert_int_equal(send_part(scene, &scene->sun, upload, 0, "<!doctype html>", 15, NULL), 400);
  expect_nothing_left(scene);
}

static void test_I13_nothing_is_attached_to_a_record_that_the_person_may_not_see(void **state)
{
  Scene *scene = *state;
  char covert[BH_ID_LEN + 1], unknown[BH_ID_LEN + 1];
  make_visit(scene, "covert", covert);
  bh_id_from_name("test", "nobody", unknown);
  g_autoptr(json_t) hidden = NULL, absent = NULL, begun = NULL;
  assert_int_equal(begin_file(scene, &scene->below, covert, "photo", 1000, &hidden), 404);
  assert_int_equal(begin_file(scene, &scene->below, unknown, "photo", 1000, &absent), 404);
  assert_string_equal(bh_json_string_or(hidden, "message", ""),
                      bh_json_string_or(absent, "message", "?"));
  assert_int_equal(begin_file(scene, &scene->sun, covert, "photo", 1000, &begun), 200);
  /* The upload of another person is not there either. */
  const char *upload = bh_json_string_or(begun, "upload", "");
  g_autofree char *path = g_strconcat("uploads/", upload, NULL);
  assert_int_equal(ask_json(scene, &scene->below, "GET", path, NULL, NULL), 404);
  assert_int_equal(ask_json(scene, &scene->below, "DELETE", path, NULL, NULL), 404);
  assert_int_equal(send_part(scene, &scene->below, upload, 0, "x", 1, NULL), 404);
}

/* The record was hidden while the file was sent. */
static void test_the_entry_is_judged_when_the_file_is_complete(void **state)
{
  Scene *scene = *state;
  g_autoptr(GError) error = NULL;
  g_autofree guint8 *photo = make_photo(1000, 7);
  g_autoptr(json_t) begun = NULL, answer = NULL;
  assert_int_equal(begin_file(scene, &scene->below, scene->visit, "photo", 1000, &begun), 200);
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:[s]}}]", "record", scene->visit, "kind",
                                    "inspection", "set", "modes", "covert");
  g_autofree char *entry = bh_hub_append(scene->hub->hub, NULL, ops, &error);
  g_assert_no_error(error);
  assert_int_equal(send_part(scene, &scene->below, bh_json_string_or(begun, "upload", ""), 0, photo,
                             1000, &answer),
                   403);
  assert_string_equal(code_of(answer), "denied");
  expect_nothing_left(scene);
}

static void test_locked_roles_are_neither_offered_nor_accepted(void **state)
{
  Scene *scene = *state;
  g_autofree char *path = g_strconcat("records/", scene->visit, NULL);
  g_autofree guint8 *photo = make_photo(1000, 8);
  g_autoptr(json_t) before = NULL, after = NULL, answer = NULL, late = NULL, done = NULL;
  g_autofree char *began = g_strdup(scene->device->last_entry);
  g_autofree char *upload = must_begin(scene, scene->visit, "photo", 1000);
  assert_int_equal(ask_json(scene, &scene->sun, "GET", path, NULL, &before), 200);
  push(scene->device, test_device_entry(scene->device, scene->visit, "inspection",
                                        json_pack("{s:s}", "state", "signed"), began));
  assert_int_equal(ask_json(scene, &scene->sun, "GET", path, NULL, &after), 200);
  const json_t *roles = json_object_get(json_object_get(before, "attach"), "roles");
  const json_t *fewer = json_object_get(json_object_get(after, "attach"), "roles");
  assert_int_equal(json_array_size(roles), 7); /* all but the signature */
  assert_int_equal(json_array_size(fewer), 6);
  g_autofree char *text = json_dumps(fewer, 0);
  assert_null(strstr(text, "\"photo\""));
  assert_int_equal(begin_file(scene, &scene->sun, scene->visit, "photo", 1000, &answer), 400);
  /* The visit was signed while the file was sent. */
  assert_int_equal(send_part(scene, &scene->sun, upload, 0, photo, 1000, &late), 403);
  expect_nothing_left(scene);
  assert_int_equal(attach(scene, scene->visit, "proof", photo, 1000, &done), 200);
}

static void test_signatures_and_unknown_roles_are_not_uploaded(void **state)
{
  Scene *scene = *state;
  const char *const roles[] = {"signature", "no_such", ""};
  for (gsize i = 0; i < G_N_ELEMENTS(roles); i++) {
    g_autoptr(json_t) answer = NULL;
    assert_int_equal(begin_file(scene, &scene->sun, scene->visit, roles[i], 1000, &answer), 400);
    assert_string_equal(code_of(answer), "invalid");
  }
  assert_int_equal(begin_file(scene, &scene->sun, scene->visit, "photo", 0, NULL), 400);
  assert_int_equal(begin_file(scene, &scene->sun, scene->visit, "photo", -1, NULL), 400);
  g_autofree char *path = g_strdup_printf("records/%s/files", scene->visit);
  g_autofree char *note = g_strnfill(201, 'x');
  g_autofree char *long_note =
      g_strdup_printf("{\"role\":\"photo\",\"size\":10,\"note\":\"%s\"}", note);
  assert_int_equal(ask_json(scene, &scene->sun, "POST", path, long_note, NULL), 400);
  assert_int_equal(ask_json(scene, &scene->sun, "POST", path,
                            "{\"role\":\"photo\",\"size\":10,\"taken_at\":\"gestern\"}", NULL),
                   400);
  expect_nothing_left(scene);
}

static void test_other_pages_and_strangers_attach_nothing(void **state)
{
  Scene *scene = *state;
  g_autofree char *path = g_strdup_printf("records/%s/files", scene->visit);
  const char *body = "{\"role\":\"photo\",\"size\":1000}";
  Ask no_token = {
      .method = "POST", .path = path, .body = body, .len = strlen(body), .without_token = TRUE};
  Ask elsewhere = {
      .method = "POST", .path = path, .body = body, .len = strlen(body), .from_elsewhere = TRUE};
  assert_int_equal(send_request(scene, &scene->sun, &no_token, NULL), 403);
  assert_int_equal(send_request(scene, &scene->sun, &elsewhere, NULL), 403);
  assert_int_equal(ask_json(scene, NULL, "POST", path, body, NULL), 401);
  g_autofree char *upload = must_begin(scene, scene->visit, "photo", 1000);
  g_autofree char *part = g_strdup_printf("uploads/%s?offset=0", upload);
  Ask bytes = {.method = "PATCH",
               .path = part,
               .body = "x",
               .len = 1,
               .without_token = TRUE,
               .type = "application/octet-stream"};
  Ask text = {.method = "PATCH", .path = part, .body = "x", .len = 1};
  assert_int_equal(send_request(scene, &scene->sun, &bytes, NULL), 403);
  assert_int_equal(send_request(scene, &scene->sun, &text, NULL), 400);
}

static void test_L5_a_full_disk_takes_no_file_and_keeps_no_part(void **state)
{
  Scene *scene = *state;
  g_autofree guint8 *photo = make_photo(SIZE, 9);
  g_autoptr(json_t) answer = NULL, full = NULL;
  scene->left = BH_FREE_SPACE_MIN + SIZE - 1;
  assert_int_equal(begin_file(scene, &scene->sun, scene->visit, "photo", SIZE, &answer), 507);
  assert_string_equal(code_of(answer), "storage");
  scene->left++;
  g_autofree char *upload = must_begin(scene, scene->visit, "photo", SIZE);
  scene->left = BH_FREE_SPACE_MIN;
  assert_int_equal(send_part(scene, &scene->sun, upload, 0, photo, 1000, &full), 507);
  expect_nothing_left(scene);
}

static void test_a_cancelled_or_forgotten_upload_leaves_nothing_behind(void **state)
{
  Scene *scene = *state;
  g_autofree guint8 *photo = make_photo(SIZE, 10);
  g_autofree char *cancelled = must_begin(scene, scene->visit, "photo", SIZE);
  g_autofree char *path = g_strconcat("uploads/", cancelled, NULL);
  assert_int_equal(send_part(scene, &scene->sun, cancelled, 0, photo, 1000, NULL), 200);
  assert_int_equal(count_in(scene, "uploads"), 1);
  assert_int_equal(ask_json(scene, &scene->sun, "DELETE", path, NULL, NULL), 200);
  expect_nothing_left(scene);
  assert_int_equal(ask_json(scene, &scene->sun, "GET", path, NULL, NULL), 404);

  g_autofree char *forgotten = must_begin(scene, scene->visit, "photo", SIZE);
  assert_int_equal(send_part(scene, &scene->sun, forgotten, 0, photo, 1000, NULL), 200);
  scene->hub->skew_ms += BH_OFFICE_UPLOAD_IDLE_MS + 1000;
  /* Any request of any page removes it. */
  assert_int_equal(ask_json(scene, &scene->below, "GET", "head?position=-1", NULL, NULL), 200);
  expect_nothing_left(scene);
}

static void test_a_restarted_hub_removes_what_was_unfinished(void **state)
{
  Scene *scene = *state;
  g_autofree char *left = g_build_filename(scene->hub->dir, "uploads", "office-left", NULL);
  g_autofree char *other = g_build_filename(scene->hub->dir, "uploads", "of-a-device", NULL);
  assert_true(g_file_set_contents(left, "x", 1, NULL));
  assert_true(g_file_set_contents(other, "x", 1, NULL));
  BhOffice *again = bh_office_new(scene->hub->hub, FALSE);
  assert_false(g_file_test(left, G_FILE_TEST_EXISTS));
  assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
  bh_office_free(again);
}

static void test_a_person_sends_few_files_at_a_time(void **state)
{
  Scene *scene = *state;
  g_autoptr(json_t) answer = NULL;
  g_autofree char *first = must_begin(scene, scene->visit, "photo", 1000);
  for (int i = 1; i < BH_OFFICE_UPLOADS_OF_PERSON; i++)
    assert_int_equal(begin_file(scene, &scene->sun, scene->visit, "photo", 1000, NULL), 200);
  assert_int_equal(begin_file(scene, &scene->sun, scene->visit, "photo", 1000, &answer), 503);
  assert_string_equal(code_of(answer), "busy");
  assert_int_equal(begin_file(scene, &scene->below, scene->visit, "photo", 1000, NULL), 200);
  g_autofree guint8 *photo = make_photo(1000, 11);
  assert_int_equal(send_part(scene, &scene->sun, first, 0, photo, 1000, NULL), 200);
  assert_int_equal(begin_file(scene, &scene->sun, scene->visit, "photo", 1000, NULL), 200);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(test_a_file_in_parts_becomes_one_record_in_the_name_of_the_person),
      TEST(test_sound_film_and_papers_are_accepted),
      TEST(test_the_same_file_sent_again_is_no_second_record),
      TEST(test_a_lost_answer_is_asked_for_again),
      TEST(test_a_file_of_2_GiB_is_refused_before_it_is_sent),
      TEST(test_an_endless_body_is_cut_off),
      TEST(test_more_bytes_than_declared_end_the_upload),
      TEST(test_other_types_and_incomplete_files_leave_nothing_behind),
      TEST(test_I13_nothing_is_attached_to_a_record_that_the_person_may_not_see),
      TEST(test_the_entry_is_judged_when_the_file_is_complete),
      TEST(test_locked_roles_are_neither_offered_nor_accepted),
      TEST(test_signatures_and_unknown_roles_are_not_uploaded),
      TEST(test_other_pages_and_strangers_attach_nothing),
      TEST(test_L5_a_full_disk_takes_no_file_and_keeps_no_part),
      TEST(test_a_cancelled_or_forgotten_upload_leaves_nothing_behind),
      TEST(test_a_restarted_hub_removes_what_was_unfinished),
      TEST(test_a_person_sends_few_files_at_a_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
