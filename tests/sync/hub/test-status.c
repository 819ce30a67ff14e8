/* What the hub reports about itself: the fate of entries in its log, its health, its metrics. */
#include "hub-fixture.h"

#include <string.h>

#include "photo.h"
#include "sync/hub/status/status.h"
#include "sync/hub/trace/trace.h"

static GMutex said_lock;
static GString *said; /* "LEVEL DOMAIN message" lines, under the lock */

static GLogWriterOutput keep(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  const char *domain = "", *message = "";
  (void)data;
  for (gsize i = 0; i < n; i++) {
    if (strcmp(fields[i].key, "GLIB_DOMAIN") == 0)
      domain = fields[i].value;
    if (strcmp(fields[i].key, "MESSAGE") == 0)
      message = fields[i].value;
  }
  g_mutex_lock(&said_lock);
  g_string_append_printf(said, "%d %s %s\n", (int)level, domain, message);
  g_mutex_unlock(&said_lock);
  return G_LOG_WRITER_HANDLED;
}

static void forget_said(void)
{
  g_mutex_lock(&said_lock);
  g_string_truncate(said, 0);
  g_mutex_unlock(&said_lock);
}

static gboolean was_said(const char *text)
{
  g_mutex_lock(&said_lock);
  gboolean found = strstr(said->str, text) != NULL;
  g_mutex_unlock(&said_lock);
  return found;
}

static void assert_said(GLogLevelFlags level, const char *domain, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void assert_said(GLogLevelFlags level, const char *domain, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  g_autofree char *text = g_strdup_vprintf(format, args);
  va_end(args);
  g_autofree char *line = g_strdup_printf("%d %s %s", (int)level, domain, text);
  if (!was_said(line))
    fail_msg("\"%s\" was not logged, but:\n%s", line, said->str);
}

static double figure(BhStatus *status, const char *name)
{
  g_autofree char *text = bh_status_write_metrics(status);
  g_autofree char *start = g_strdup_printf("\n%s ", name);
  const char *found = strstr(text, start);
  if (found == NULL)
    fail_msg("no %s in:\n%s", name, text);
  return g_ascii_strtod(found + strlen(start), NULL);
}

static void test_the_outcome_of_each_entry_is_logged_and_counted(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(BhStatus) status = bh_status_new(fixture->hub, fixture->api, "1.2.3", NULL);
  TestDevice *device = test_device_new(fixture, fixture->township);
  char good[BH_ID_LEN + 1], strange[BH_ID_LEN + 1];
  test_device_make_id(device, good);
  test_device_make_id(device, strange);
  forget_said();
  g_autoptr(GString) batch = g_string_new(NULL);
  g_autoptr(BhEntryText) first = test_device_enterprise(device, good, "保密一号矿", "140603100");
  g_autofree char *applied = g_strdup(device->last_entry);
  g_autoptr(BhEntryText) second =
      test_device_entry(device, strange, "ghost", json_pack("{s:s}", "name", "保密"), NULL);
  g_autofree char *held = g_strdup(device->last_entry);
  bh_entry_text_append(first, batch);
  bh_entry_text_append(second, batch);
  g_autoptr(Answer) answer = test_push_text(device, batch->str, (gssize)batch->len);
  assert_status(answer, 200);
  assert_said(G_LOG_LEVEL_DEBUG, "bihuan-hub-ingest", "entry %s, device %s, seq 1: applied",
              applied, device->signer->device);
  assert_said(G_LOG_LEVEL_DEBUG, "bihuan-hub-ingest",
              "entry %s, device %s, seq 2: quarantined, unknown", held, device->signer->device);
  g_autoptr(Answer) again = test_push_text(device, batch->str, (gssize)batch->len);
  assert_status(again, 200);
  assert_said(G_LOG_LEVEL_DEBUG, "bihuan-hub-ingest", "entry %s, device %s, seq 1: repeated",
              applied, device->signer->device);
  /* The signature is that of another entry. */
  g_autoptr(BhEntryText) forged = test_device_enterprise(device, good, "二号矿", "140603100");
  g_autoptr(GString) bad = g_string_new(NULL);
  bh_entry_text_append(forged, bad);
  char *name = strstr(bad->str, "二号矿");
  assert_non_null(name);
  memcpy(name, "三号矿", strlen("三号矿"));
  forget_said();
  g_autoptr(Answer) refused = test_push_text(device, bad->str, (gssize)bad->len);
  assert_int_equal(refused->status, 400);
  g_autofree char *code = g_strdup(test_error_code(refused));
  assert_said(G_LOG_LEVEL_MESSAGE, "bihuan-hub-devices", "a batch of device %s is refused: %s",
              device->signer->device, code);
  assert_false(was_said("保密"));
  assert_float_equal(figure(status, "bihuan_entries_total{verdict=\"applied\"}"), 1, 0);
  assert_float_equal(figure(status, "bihuan_entries_total{verdict=\"quarantined\"}"), 1, 0);
  assert_float_equal(figure(status, "bihuan_entries_total{verdict=\"repeated\"}"), 2, 0);
  assert_float_equal(figure(status, "bihuan_entries_total{verdict=\"refused\"}"), 1, 0);
  assert_float_equal(figure(status, "bihuan_ingest_seconds_count"), 3, 0);
  assert_float_equal(figure(status, "bihuan_ingest_seconds_bucket{le=\"30\"}"), 3, 0);
  assert_float_equal(figure(status, "bihuan_quarantine_entries"), 1, 0);
  assert_float_equal(figure(status, "bihuan_devices{last_contact=\"1h\"}"), 1, 0);
  g_autoptr(Answer) stranger = test_send(fixture, NULL, "POST", "/v1/enrol", NULL, "{}", 2);
  assert_int_equal(stranger->status, 400);
  assert_said(G_LOG_LEVEL_MESSAGE, "bihuan-hub-devices",
              "an enrolment from 127.0.0.1 is refused: format");
  assert_float_equal(figure(status, "bihuan_enrolments_total{result=\"refused\"}"), 1, 0);
  test_device_free(device);
}

static void test_uploads_are_logged_from_begin_to_end(void **state)
{
  HubFixture *fixture = *state;
  Photo *photo = photo_declare(fixture, 2500);
  const char *device = photo->device->signer->device;
  forget_said();
  g_autoptr(Answer) made = photo_create(photo, photo->sha, photo->size);
  assert_status(made, 201);
  const char *location = g_hash_table_lookup(made->headers, "location");
  const char *id = strrchr(location, '/') + 1;
  assert_said(G_LOG_LEVEL_DEBUG, "bihuan-hub-devices",
              "upload %s, file %s, device %s: begun at 0 of 2500", id, photo->sha, device);
  g_autoptr(Answer) wrong = photo_patch(photo, location, 0, photo->bytes, 1000, photo->bytes + 1);
  assert_int_equal(wrong->status, 460);
  assert_said(G_LOG_LEVEL_DEBUG, "bihuan-hub-devices", "upload refused: signature");
  g_autoptr(Answer) part = photo_patch(photo, location, 0, photo->bytes, 1000, photo->bytes);
  assert_status(part, 204);
  assert_said(G_LOG_LEVEL_DEBUG, "bihuan-hub-devices",
              "upload %s, file %s, device %s: goes on at 1000 of 2500", id, photo->sha, device);
  g_autoptr(Answer) rest =
      photo_patch(photo, location, 1000, photo->bytes + 1000, 1500, photo->bytes + 1000);
  assert_status(rest, 204);
  assert_said(G_LOG_LEVEL_DEBUG, "bihuan-hub-devices",
              "upload %s, file %s, device %s: finished at 2500 of 2500", id, photo->sha, device);
  photo_free(photo);
}

/* Health of a new store. */
static void test_each_migration_is_logged(void **state)
{
  (void)state;
  assert_said(G_LOG_LEVEL_DEBUG, "bihuan-db", "migration 0001-base.sql done: version 1");
  assert_said(G_LOG_LEVEL_DEBUG, "bihuan-db", "migration 0002-office.sql done: version 2");
}

static void test_an_error_of_the_store_is_logged_with_its_statement(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  forget_said();
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_null(bh_db_prepare(db, "SELECT some FROM nowhere", &error));
  bh_hub_release_reader(fixture->hub, db);
  assert_said(G_LOG_LEVEL_DEBUG, "bihuan-db", "SELECT some FROM nowhere: no such table: nowhere");
}

static char *list_failures(BhStatus *status)
{
  g_autoptr(GPtrArray) failures = bh_status_list_failures(status);
  g_ptr_array_add(failures, NULL);
  return g_strjoinv("\n", (char **)failures->pdata);
}

static void test_a_writer_that_cannot_commit_is_reported_until_it_can(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(BhStatus) status = bh_status_new(fixture->hub, fixture->api, "1.2.3", NULL);
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  g_autofree char *before = list_failures(status);
  assert_string_equal(before, "");
  test_fill_disk(TRUE);
  g_autoptr(Answer) full =
      test_push(device, test_device_enterprise(device, id, "一号矿", "140603100"), NULL);
  test_fill_disk(FALSE);
  assert_status(full, 503);
  g_autofree char *during = list_failures(status);
  assert_string_equal(during, "writer: the last transaction failed");
  assert_true(was_said("the hub is failing"));
  assert_null(strstr(during, fixture->dir));
  /* Without any request, the hub tries to write by itself. */
  gint64 until = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
  g_autofree char *after = list_failures(status);
  while (*after != '\0' && g_get_monotonic_time() < until) {
    g_usleep(20000);
    g_free(after);
    after = list_failures(status);
  }
  assert_string_equal(after, "");
  assert_true(was_said("the hub works again"));
  test_device_free(device);
}

typedef struct {
  GMutex lock;
  GCond changed;
  gboolean reached, open, done;
} Gate;

static gboolean stand(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Gate *gate = data;
  (void)hub, (void)db, (void)error;
  g_mutex_lock(&gate->lock);
  gate->reached = TRUE;
  g_cond_broadcast(&gate->changed);
  while (!gate->open)
    g_cond_wait(&gate->changed, &gate->lock);
  g_mutex_unlock(&gate->lock);
  return TRUE;
}

static void stood(BhHub *hub, const GError *error, gpointer data)
{
  Gate *gate = data;
  (void)hub, (void)error;
  g_mutex_lock(&gate->lock);
  gate->done = TRUE;
  g_cond_broadcast(&gate->changed);
  g_mutex_unlock(&gate->lock);
}

/* Health and metrics answer also while the writer is blocked and more requests wait for it. */
static void test_health_and_metrics_do_not_wait_for_other_requests(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(BhStatus) status = bh_status_new(fixture->hub, fixture->api, "1.2.3", NULL);
  Gate gate = {0}, next = {.open = TRUE};
  bh_hub_submit(fixture->hub, stand, stood, &gate);
  g_mutex_lock(&gate.lock);
  while (!gate.reached)
    g_cond_wait(&gate.changed, &gate.lock);
  g_mutex_unlock(&gate.lock);
  bh_hub_submit(fixture->hub, stand, stood, &next);
  g_autofree char *failures = list_failures(status);
  assert_string_equal(failures, "");
  assert_float_equal(figure(status, "bihuan_writer_queue"), 1, 0);
  assert_true(figure(status, "bihuan_writer_busy_seconds") > 0);
  g_mutex_lock(&gate.lock);
  gate.open = TRUE;
  g_cond_broadcast(&gate.changed);
  while (!gate.done)
    g_cond_wait(&gate.changed, &gate.lock);
  g_mutex_unlock(&gate.lock);
  g_mutex_lock(&next.lock);
  while (!next.done)
    g_cond_wait(&next.changed, &next.lock);
  g_mutex_unlock(&next.lock);
  assert_float_equal(figure(status, "bihuan_writer_failing"), 0, 0);
}

static gint64 tell_space(gpointer data, const char *dir)
{
  (void)dir;
  return *(gint64 *)data;
}

static void test_a_disk_that_is_nearly_full_is_reported(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(BhStatus) status = bh_status_new(fixture->hub, fixture->api, "1.2.3", NULL);
  gint64 left = 3 * 1024 * 1024;
  const BhSpace space = {tell_space, &left};
  bh_hub_set_space(fixture->hub, &space);
  g_autofree char *little = list_failures(status);
  left = BH_FREE_SPACE_MIN;
  g_autofree char *enough = list_failures(status);
  left = -1;
  g_autofree char *unknown = list_failures(status);
  bh_hub_set_space(fixture->hub, bh_space_system());
  assert_string_equal(little, "disk: 3 MiB are free, 64 are needed");
  assert_string_equal(enough, "");
  assert_string_equal(unknown, "disk: its free space is not known");
}

int main(void)
{
  said = g_string_new(NULL);
  g_log_set_writer_func(keep, NULL, NULL);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_the_outcome_of_each_entry_is_logged_and_counted, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_uploads_are_logged_from_begin_to_end, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_each_migration_is_logged, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_an_error_of_the_store_is_logged_with_its_statement,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_writer_that_cannot_commit_is_reported_until_it_can,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_health_and_metrics_do_not_wait_for_other_requests,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_disk_that_is_nearly_full_is_reported, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
