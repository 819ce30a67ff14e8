#include "hub-fixture.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "schema/base64.h"
#include "schema/paths.h"
#include "schema/person.h"
#include "schema/world.h"
#include "sync/hub/cli/init.h"
#include "sync/hub/devices/enrol.h"
#include "sync/hub/http/keys.h"
#include "sync/hub/cli/load.h"
#include "sync/wire/batch.h"
#include "tests/support/signed-text.h"
#include "tests/support/unsigned.h"
#include "sync/wire/credential.h"
#include "sync/wire/enrol-text.h"

/* --- the hub --- */

static gint64 skewed_wall_ms(gpointer data)
{
  HubFixture *fixture = data;
  const BhClock *system = bh_clock_system();
  return system->wall_ms(system->data) + fixture->skew_ms;
}

static gint64 system_boot_ms(gpointer data)
{
  (void)data;
  const BhClock *system = bh_clock_system();
  return system->boot_ms(system->data);
}

static const char *system_boot_id(gpointer data)
{
  (void)data;
  const BhClock *system = bh_clock_system();
  return system->boot_id(system->data);
}

static void open_hub(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  fixture->hub = bh_hub_open(fixture->dir, &fixture->clock, bh_random_system(), &error);
  if (fixture->hub == NULL)
    fail_msg("the hub cannot be opened: %s", error->message);
}

void test_sample_id(const char *name, char id[BH_ID_LEN + 1])
{
  bh_id_from_name("samples", name, id);
}

void test_set_released(HubFixture *fixture, const char *visit, gboolean released)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:b}}]", "record", visit, "kind", "inspection",
                                    "set", "released", (int)released);
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("the visit cannot be released: %s", error->message);
}

void test_add_inspector(HubFixture *fixture, const char *unit, char id[BH_ID_LEN + 1])
{
  g_autoptr(GError) error = NULL;
  BhIdSource ids;
  bh_id_source_init(&ids, bh_clock_system(), bh_random_system());
  bh_id_next(&ids, id);
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:{s:s, s:s, s:[s], s:s}}]", "record", id, "kind", "staff", "set",
                "name", "样例检查员", "unit", unit, "roles", "inspector", "state", "active");
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("the person cannot be added: %s", error->message);
}

/* The samples have no inspector of the province, so one is made at the first use. */
static void find_actor(TestDevice *device)
{
  HubFixture *fixture = device->fixture;
  if (strcmp(device->unit, fixture->township) == 0)
    test_sample_id("staff-li", device->actor);
  else if (strcmp(device->unit, fixture->county) == 0)
    test_sample_id("staff-chen", device->actor);
  else
    test_add_inspector(fixture, device->unit, device->actor);
}

static HubFixture *new_fixture(const char *dir)
{
  HubFixture *fixture = g_new0(HubFixture, 1);
  fixture->dir = g_strdup(dir);
  fixture->clock.wall_ms = skewed_wall_ms;
  fixture->clock.boot_ms = system_boot_ms;
  fixture->clock.boot_id = system_boot_id;
  fixture->clock.data = fixture;
  bh_id_from_name("samples", "unit-pinglu", fixture->county);
  bh_id_from_name("samples", "unit-jingping", fixture->township);
  bh_id_from_name("samples", "unit-shanxi", fixture->province);
  bh_id_from_name("samples", "staff-li", fixture->inspector);
  return fixture;
}

static void load_units(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *units = bh_data_path("assets", "samples", "units.json", NULL);
  const char *paths[] = {units, NULL};
  const BhLoadOptions options = {.lang = "en"};
  g_autoptr(json_t) loaded = bh_load_paths(fixture->hub, paths, &options, &error);
  if (loaded == NULL)
    fail_msg("the samples cannot be loaded: %s", error->message);
  char chen[BH_ID_LEN + 1];
  test_sample_id("staff-chen", chen);
  test_take_unsigned(fixture->hub, fixture->inspector);
  test_take_unsigned(fixture->hub, chen);
}

HubFixture *hub_fixture_keep_store(const char *dir)
{
  g_autoptr(GError) error = NULL;
  HubFixture *fixture = new_fixture(dir);
  g_autofree char *path = g_build_filename(dir, "hub.db", NULL);
  gboolean made = !g_file_test(path, G_FILE_TEST_EXISTS);
  fixture->is_kept = TRUE;
  if (made && !bh_hub_init(dir, "测试枢纽", "140603", &error))
    fail_msg("the hub cannot be made: %s", error->message);
  open_hub(fixture);
  if (made)
    load_units(fixture);
  return fixture;
}

HubFixture *hub_fixture_new_store(void)
{
  g_autofree char *dir = g_dir_make_tmp("bihuan-hub-XXXXXX", NULL);
  HubFixture *fixture = hub_fixture_keep_store(dir);
  fixture->is_kept = FALSE;
  return fixture;
}

static void serve(HubFixture *fixture)
{
  gsize n;
  g_autoptr(GError) error = NULL;
  g_autofree char *cert = bh_keys_dup_cert_path(fixture->dir);
  g_autofree char *key = bh_keys_dup_tls_key_path(fixture->dir);
  BhHttpConfig config = {
      .listen = "127.0.0.1:0", .cert_pem_path = cert, .key_pem_path = key, .threads = 2};
  fixture->api = bh_device_api_new(fixture->hub);
  const BhRoute *routes = bh_device_api_routes(&n);
  fixture->http =
      bh_http_start(&config, routes, n, bh_device_api_headers(fixture->api), fixture->api, &error);
  if (fixture->http == NULL)
    fail_msg("the server does not start: %s", error->message);
  fixture->url = g_strdup_printf("https://127.0.0.1:%u", bh_http_get_port(fixture->http));
  fixture->pin = g_strconcat("sha256//", bh_hub_get_pin(fixture->hub), NULL);
}

HubFixture *hub_fixture_new(void)
{
  HubFixture *fixture = hub_fixture_new_store();
  serve(fixture);
  return fixture;
}

void hub_fixture_stop(HubFixture *fixture)
{
  g_clear_pointer(&fixture->http, bh_http_stop);
  g_clear_pointer(&fixture->api, bh_device_api_free);
  g_clear_pointer(&fixture->hub, bh_hub_close);
  g_clear_pointer(&fixture->url, g_free);
  g_clear_pointer(&fixture->pin, g_free);
}

void hub_fixture_start(HubFixture *fixture)
{
  open_hub(fixture);
  serve(fixture);
}

void hub_fixture_change_store(HubFixture *fixture, const char *sql)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(fixture->dir, "hub.db", NULL);
  hub_fixture_stop(fixture);
  BhDb *db = bh_db_open(path, BH_DB_HUB_WRITER, &error);
  if (db == NULL || !bh_db_begin(db, &error) || !bh_db_exec(db, sql, &error) ||
      !bh_db_commit(db, &error))
    fail_msg("%s: %s", sql, error->message);
  bh_db_close(db);
  hub_fixture_start(fixture);
}

static void remove_tree(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *child = g_build_filename(path, name, NULL);
    remove_tree(child);
  }
  remove(path);
}

void hub_fixture_free(HubFixture *fixture)
{
  hub_fixture_stop(fixture);
  if (!fixture->is_kept)
    remove_tree(fixture->dir);
  g_free(fixture->dir);
  g_free(fixture);
}

void test_fill_disk(gboolean full)
{
  struct rlimit limit;
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = full ? 1 : limit.rlim_max;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* --- HTTP --- */

void answer_free(Answer *answer)
{
  if (answer == NULL)
    return;
  json_decref(answer->json);
  g_string_free(answer->body, TRUE);
  g_hash_table_unref(answer->headers);
  g_free(answer);
}

static size_t take_body(char *bytes, size_t size, size_t n, void *data)
{
  Answer *answer = data;
  g_string_append_len(answer->body, bytes, (gssize)(size * n));
  return size * n;
}

static size_t take_header(char *bytes, size_t size, size_t n, void *data)
{
  Answer *answer = data;
  g_autofree char *line = g_strndup(bytes, size * n);
  char *colon = strchr(line, ':');
  if (colon != NULL) {
    *colon = '\0';
    g_hash_table_insert(answer->headers, g_ascii_strdown(line, -1),
                        g_strdup(g_strstrip(colon + 1)));
  }
  return size * n;
}

/* Writes one line for each request and answer, for the test of schema/openapi.yaml. */
static void log_exchange(const char *method, const char *path, const Answer *answer)
{
  const char *log = g_getenv("BIHUAN_API_LOG");
  if (log == NULL)
    return;
  g_autoptr(json_t) line = json_pack("{s:s, s:s, s:I, s:O?}", "method", method, "path", path,
                                     "status", (json_int_t)answer->status, "json", answer->json);
  g_autofree char *text = bh_json_dump(line);
  g_autofree char *with_end = g_strconcat(text, "\n", NULL);
  /* Appended with one write, because several threads send. */
  FILE *file = fopen(log, "ae");
  assert_non_null(file);
  setvbuf(file, NULL, _IOFBF, strlen(with_end) + 1);
  fputs(with_end, file);
  fclose(file);
}

/* Bytes of the HTTP stream, before TLS. */
static int count_bytes(CURL *curl, curl_infotype type, char *bytes, size_t size, void *data)
{
  (void)curl;
  (void)bytes;
  Answer *answer = data;
  if (type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT)
    answer->bytes_out += size;
  else if (type == CURLINFO_HEADER_IN || type == CURLINFO_DATA_IN)
    answer->bytes_in += size;
  return 0;
}

Answer *test_send(HubFixture *fixture, TestDevice *device, const char *method, const char *path,
                  const char *const *headers, const void *body, gssize len)
{
  Answer *answer = g_new0(Answer, 1);
  gboolean is_kept = device != NULL && device->kept != NULL;
  CURL *curl = is_kept ? device->kept : curl_easy_init();
  g_autofree char *url = g_strconcat(fixture->url, path, NULL);
  struct curl_slist *list = curl_slist_append(NULL, "Expect:");
  answer->body = g_string_new(NULL);
  answer->headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  for (int i = 0; headers != NULL && headers[i] != NULL; i++)
    list = curl_slist_append(list, headers[i]);
  if (device != NULL) {
    g_autofree char *credential = bh_auth_format(device->signer->device, device->token);
    g_autofree char *line = g_strconcat("Authorization: ", credential, NULL);
    list = curl_slist_append(list, line);
  }
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, fixture->pin);
  curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, count_bytes);
  curl_easy_setopt(curl, CURLOPT_DEBUGDATA, answer);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
  if (strcmp(method, "HEAD") == 0)
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  else
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
  gsize body_len = len >= 0 ? (gsize)len : body != NULL ? strlen(body) : 0;
  if (body != NULL) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body_len);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  }
  if (curl_easy_perform(curl) == CURLE_OK)
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
  curl_slist_free_all(list);
  if (is_kept)
    curl_easy_reset(curl);
  else
    curl_easy_cleanup(curl);
  const char *type = g_hash_table_lookup(answer->headers, "content-type");
  const char *encoding = g_hash_table_lookup(answer->headers, "content-encoding");
  if (encoding != NULL && strcmp(encoding, "zstd") == 0) {
    g_autoptr(GBytes) text =
        bh_batch_expand(answer->body->str, answer->body->len, 32 * 1024 * 1024, NULL);
    assert_non_null(text);
    gsize n;
    const char *bytes = g_bytes_get_data(text, &n);
    g_string_truncate(answer->body, 0);
    g_string_append_len(answer->body, bytes, (gssize)n);
  }
  if (type != NULL && g_str_has_prefix(type, "application/json"))
    answer->json =
        bh_json_parse(answer->body->str, answer->body->len, 32 * 1024 * 1024, "answer", NULL);
  log_exchange(method, path, answer);
  return answer;
}

const char *test_error_code(const Answer *answer)
{
  return bh_json_string_or(answer->json, "error", "");
}

/* --- devices --- */

TestDevice *test_device_new(HubFixture *fixture, const char *unit)
{
  g_autoptr(GError) error = NULL;
  TestDevice *device = g_new0(TestDevice, 1);
  device->fixture = fixture;
  device->signer = bh_signer_new();
  bh_signer_make_keys(device->signer, bh_random_system());
  bh_id_source_init(&device->ids, bh_clock_system(), bh_random_system());
  g_autofree char *text =
      bh_enrol_invite(fixture->hub, unit, "", "https://127.0.0.1:1", NULL, &error);
  if (text == NULL)
    fail_msg("no enrolment text: %s", error->message);
  g_autoptr(BhEnrolText) invitation = bh_enrol_text_decode(text, &error);
  assert_non_null(invitation);
  g_autofree char *token = bh_base64_encode(invitation->token, BH_ENROL_TOKEN_SIZE);
  g_autofree char *key = bh_base64_encode(device->signer->public_key, BH_PUBLIC_KEY_SIZE);
  g_autofree char *proof =
      bh_enrol_prove(invitation->token, device->signer->public_key, device->signer->secret_key);
  g_autoptr(json_t) request = json_pack("{s:s, s:s, s:s, s:s}", "token", token, "name", "样例终端",
                                        "key", key, "proof", proof);
  json_t *answer = bh_enrol_accept(fixture->hub, request, &error);
  if (answer == NULL)
    fail_msg("the device is not enrolled: %s", error->message);
  g_strlcpy(device->signer->hub, bh_json_string_or(answer, "hub", ""), BH_ID_LEN + 1);
  g_strlcpy(device->signer->device, bh_json_string_or(answer, "device", ""), BH_ID_LEN + 1);
  g_strlcpy(device->unit, bh_json_string_or(answer, "unit", ""), BH_ID_LEN + 1);
  g_strlcpy(device->kinds, bh_json_string_or(answer, "kinds", ""), sizeof device->kinds);
  device->token = g_strdup(bh_json_string_or(answer, "token", ""));
  json_decref(answer);
  find_actor(device);
  test_device_new_incarnation(device);
  return device;
}

void test_device_free(TestDevice *device)
{
  bh_signer_free(device->signer);
  curl_easy_cleanup(device->kept);
  g_free(device->token);
  g_free(device);
}

void test_device_keep_connection(TestDevice *device)
{
  if (device->kept == NULL)
    device->kept = curl_easy_init();
}

void test_device_new_incarnation(TestDevice *device)
{
  bh_signer_make_incarnation(device->signer, bh_random_system());
  device->seq = 0;
  memset(device->prev, '0', BH_HASH_HEX_LEN);
}

void test_device_make_id(TestDevice *device, char id[BH_ID_LEN + 1])
{
  bh_id_next(&device->ids, id);
}

void test_device_let(TestDevice *device)
{
  if (device->with_key || strcmp(device->let, device->actor) == 0)
    return;
  test_take_unsigned(device->fixture->hub, device->actor);
  g_strlcpy(device->let, device->actor, sizeof device->let);
}

void test_set_pin(HubFixture *fixture, const char *staff, const char *pin)
{
  g_autoptr(GError) error = NULL;
  if (!bh_enrol_set_pin(fixture->hub, staff, pin, &error))
    fail_msg("%s", error->message);
}

void test_open_key(HubFixture *fixture, const char *staff, const char *pin,
                   guint8 key[BH_SECRET_KEY_SIZE])
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autofree char *seal = bh_person_store_dup_seal(db, staff, &error);
  bh_hub_release_reader(fixture->hub, db);
  if (!bh_person_open_key(seal, pin, key, &error))
    fail_msg("%s", error->message);
}

char *test_device_body(TestDevice *device, const char *entry_id, const char *record,
                       const char *kind, json_t *set, const char *was, char **openings)
{
  const BhClock *clock = bh_clock_system();
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(device->fixture->hub);
  const BhKind *declared = bh_kind_set_find(kinds, kind);
  const char *const names[] = {was, NULL};
  g_autoptr(GError) error = NULL;
  test_device_let(device);
  BhEntryClock stamp = {.wall_ms = clock->wall_ms(clock->data) + device->skew_ms,
                        .boot_ms = clock->boot_ms(clock->data),
                        .quality = BH_CLOCK_QUALITY_GOOD,
                        .hub_ms = device->says.hub_ms,
                        .hub_boot_ms = device->says.hub_boot_ms};
  g_strlcpy(stamp.hub_sig, device->says.hub_sig, sizeof stamp.hub_sig);
  g_strlcpy(stamp.boot_id, clock->boot_id(clock->data), sizeof stamp.boot_id);
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(entry_id, device->actor, &stamp, 0, bh_random_system());
  const char *key;
  json_t *value;
  char *body;
  json_object_foreach(set, key, value) {
    const BhField *field = declared != NULL ? bh_kind_find_field(declared, key) : NULL;
    bh_body_builder_set(builder, record, kind, key, value,
                        field != NULL && bh_field_is_personal(field), was != NULL ? names : NULL);
    if (strcmp(key, "sha256") == 0)
      bh_body_builder_add_file(builder, json_string_value(value),
                               json_integer_value(json_object_get(set, "size")), "image/jpeg");
  }
  test_add_signed_text(builder, record, kind, set);
  static const guint8 none[BH_SECRET_KEY_SIZE];
  if (device->with_key && memcmp(device->person_key, none, sizeof none) != 0)
    bh_body_builder_sign(builder, device->signer->hub, device->person_key);
  if (!bh_body_builder_finish(builder, &body, openings, &error))
    fail_msg("the body cannot be built: %s", error->message);
  return body;
}

BhEntryText *test_device_seal(TestDevice *device, const char *body, const char *openings)
{
  BhEntryText *text =
      bh_entry_sign(device->signer, ++device->seq, device->prev, device->kinds, body, openings);
  g_autofree char *hash = bh_hash_hex(text->envelope, strlen(text->envelope));
  g_strlcpy(device->prev, hash, sizeof device->prev);
  return text;
}

BhEntryText *test_device_entry(TestDevice *device, const char *record, const char *kind,
                               json_t *set, const char *was)
{
  g_autofree char *openings = NULL;
  g_autofree char *replaced = g_strdup(was); /* may be last_entry itself */
  test_device_make_id(device, device->last_entry);
  g_autofree char *body =
      test_device_body(device, device->last_entry, record, kind, set, replaced, &openings);
  json_decref(set);
  return test_device_seal(device, body, openings);
}

BhEntryText *test_device_enterprise(TestDevice *device, const char *record, const char *name,
                                    const char *area)
{
  return test_device_entry(device, record, "enterprise",
                           json_pack("{s:s, s:s, s:s, s:b, s:s, s:s}", "name", name, "sector",
                                     "coal_mine", "area", area, "provisional", 1,
                                     "provisional_reason", "无证", "state", "provisional"),
                           NULL);
}

Answer *test_push_text(TestDevice *device, const char *text, gssize len)
{
  static const char *const headers[] = {"Content-Type: application/x-bihuan-entries", NULL};
  return test_send(device->fixture, device, "POST", "/v1/entries", headers, text, len);
}

Answer *test_push(TestDevice *device, BhEntryText *first, ...)
{
  g_autoptr(GString) batch = g_string_new(NULL);
  va_list args;
  va_start(args, first);
  for (BhEntryText *text = first; text != NULL; text = va_arg(args, BhEntryText *)) {
    bh_entry_text_append(text, batch);
    bh_entry_text_free(text);
  }
  va_end(args);
  return test_push_text(device, batch->str, (gssize)batch->len);
}

json_t *test_pull(TestDevice *device, const char *cursor)
{
  json_t *all = NULL;
  g_autofree char *at = g_strdup(cursor);
  gboolean more = TRUE;
  while (more) {
    g_autofree char *escaped = at != NULL ? g_uri_escape_string(at, NULL, FALSE) : NULL;
    g_autofree char *path = escaped != NULL
                                ? g_strconcat("/v1/changes?limit=50&cursor=", escaped, NULL)
                                : g_strdup("/v1/changes?limit=50");
    static const char *const headers[] = {"Accept-Encoding: zstd", NULL};
    g_autoptr(Answer) answer = test_send(device->fixture, device, "GET", path, headers, NULL, -1);
    if (answer->status != 200)
      fail_msg("pull answered %ld: %s", answer->status, answer->body->str);
    more = json_is_true(json_object_get(answer->json, "more"));
    g_free(at);
    at = g_strdup(bh_json_string_or(answer->json, "cursor", ""));
    if (all == NULL) {
      all = json_incref(answer->json);
    } else {
      json_array_extend(json_object_get(all, "records"), json_object_get(answer->json, "records"));
      json_array_extend(json_object_get(all, "gone"), json_object_get(answer->json, "gone"));
      json_object_set(all, "cursor", json_object_get(answer->json, "cursor"));
    }
  }
  return all;
}

json_t *test_find_record(const json_t *changes, const char *id)
{
  size_t at;
  json_t *snapshot;
  json_array_foreach(json_object_get(changes, "records"), at, snapshot) {
    if (strcmp(bh_json_string_or(snapshot, "record", ""), id) == 0)
      return snapshot;
  }
  return NULL;
}

json_t *test_head_value(const json_t *snapshot, const char *key)
{
  const json_t *heads =
      json_object_get(json_object_get(json_object_get(snapshot, "keys"), key), "heads");
  return json_object_get(json_array_get(heads, 0), "v");
}

int set_up(void **state)
{
  *state = hub_fixture_new();
  return 0;
}

int tear_down(void **state)
{
  hub_fixture_free(*state);
  return 0;
}

void assert_status(const Answer *answer, long status)
{
  if (answer->status != status)
    fail_msg("status %ld instead of %ld: %s", answer->status, status, answer->body->str);
}

void test_level_request(GString *body)
{
  static const char member[] = "\"request\":\"";
  char *found = strstr(body->str, member);
  for (char *at = found != NULL ? found + strlen(member) : NULL;
       at != NULL && g_ascii_isxdigit(*at); at++)
    *at = '0';
}
