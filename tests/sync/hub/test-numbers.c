/* The hub grants blocks of numbers, gives and replaces numbers, and keeps the register. */
#include "hub-fixture.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/error.h"
#include "schema/numbering.h"
#include "sync/db/params.h"
#include "sync/hub/devices/enrol.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/ingest/numbers.h"

#define DAY_MS ((gint64)24 * 3600 * 1000)

/* A block as a device receives it. */
typedef struct {
  char id[BH_ID_LEN + 1];
  char *prefix, *incarnation;
  gint64 year, first, last;
} Block;

static void block_free(gpointer data)
{
  Block *block = data;
  g_free(block->prefix);
  g_free(block->incarnation);
  g_free(block);
}

static const char *text_of(const json_t *snapshot, const char *key)
{
  json_t *value = test_head_value(snapshot, key);
  return value != NULL && json_is_string(value) ? json_string_value(value) : "";
}

static gint64 get_year(HubFixture *fixture)
{
  const BhClock *clock = bh_hub_get_clock(fixture->hub);
  return bh_date_from_ms(clock->wall_ms(clock->data)).year;
}

/* The blocks of the device for inspections of its unit in a year, in the order of their numbers. */
static GPtrArray *pull_blocks(TestDevice *device, gint64 year)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func(block_free);
  g_autoptr(json_t) changes = test_pull(device, NULL);
  gsize index;
  json_t *snapshot;
  json_array_foreach(json_object_get(changes, "records"), index, snapshot) {
    if (strcmp(bh_json_string_or(snapshot, "kind", ""), BH_NUMBER_BLOCK_KIND) != 0 ||
        strcmp(text_of(snapshot, "of_kind"), "inspection") != 0 ||
        strcmp(text_of(snapshot, "device"), device->signer->device) != 0 ||
        json_integer_value(test_head_value(snapshot, "year")) != year)
      continue;
    Block *block = g_new0(Block, 1);
    g_strlcpy(block->id, bh_json_string_or(snapshot, "record", ""), sizeof block->id);
    block->prefix = g_strdup(text_of(snapshot, "prefix"));
    block->incarnation = g_strdup(text_of(snapshot, "incarnation"));
    block->year = json_integer_value(test_head_value(snapshot, "year"));
    block->first = json_integer_value(test_head_value(snapshot, "first"));
    block->last = json_integer_value(test_head_value(snapshot, "last"));
    g_ptr_array_add(blocks, block);
  }
  return blocks;
}

/* The only block of the device in this year. */
static Block *pull_block(TestDevice *device)
{
  g_autoptr(GPtrArray) blocks = pull_blocks(device, get_year(device->fixture));
  assert_int_equal(blocks->len, 1);
  return g_ptr_array_steal_index(blocks, 0);
}

static char *number_of(const Block *block, gint64 n)
{
  return g_strdup_printf("%s%04" G_GINT64_FORMAT, block->prefix, n);
}

static void push_set(TestDevice *device, const char *record, json_t *set, const char *was)
{
  g_autoptr(Answer) answer =
      test_push(device, test_device_entry(device, record, "inspection", set, was), NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
}

static json_t *visit_set(TestDevice *device, const char *number, gboolean provisional)
{
  char enterprise[BH_ID_LEN + 1];
  test_sample_id("ent-01", enterprise);
  json_t *set =
      json_pack("{s:s, s:s, s:[s], s:s, s:s, s:I, s:s}", "subject_found_by", "code", "enterprise",
                enterprise, "modes", "routine", "unit", device->unit, "lead", device->actor,
                "started_at", (json_int_t)1795258740000, "state", "on_site");
  if (number != NULL)
    json_object_set_new(set, "number", json_string(number));
  if (provisional)
    json_object_set_new(set, "number_provisional", json_true());
  return set;
}

/* Pushes a visit with this number (NULL: none). */
static void push_visit(TestDevice *device, const char *number, gboolean provisional,
                       char record[BH_ID_LEN + 1])
{
  test_device_let(device);
  test_device_make_id(device, record);
  push_set(device, record, visit_set(device, number, provisional), NULL);
}

/* The value of a key of a record at the hub, and the number of entries that set it. */
static char *hub_number(HubFixture *fixture, const char *record, gboolean *provisional)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(BhRecord) found = bh_record_load(db, record, &error);
  assert_non_null(found);
  char *number = g_strdup(bh_record_get_string(found, "number"));
  *provisional = json_is_true(bh_record_get(found, "number_provisional"));
  bh_hub_release_reader(fixture->hub, db);
  return number;
}

#define assert_number(fixture, record, wanted)                                                     \
  do {                                                                                             \
    gboolean is_provisional;                                                                       \
    g_autofree char *hub_has = hub_number(fixture, record, &is_provisional);                       \
    assert_string_equal(hub_has, wanted);                                                          \
    assert_false(is_provisional);                                                                  \
  } while (0)

static json_t *list(HubFixture *fixture, const char *unit, gint64 year, const char *after)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(fixture->hub);
  const BhClock *clock = bh_hub_get_clock(fixture->hub);
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  json_t *page = bh_register_list(db, kinds, "inspection", unit, year, clock->wall_ms(clock->data),
                                  after, &error);
  bh_hub_release_reader(fixture->hub, db);
  if (page == NULL)
    fail_msg("%s", error->message);
  return page;
}

/* The state of a number in the register of the unit; "" when it is not in it. */
static const char *state_in(const json_t *page, gint64 n)
{
  gsize index;
  json_t *row;
  json_array_foreach(json_object_get(page, "rows"), index, row) {
    if (json_integer_value(json_object_get(row, "first")) <= n &&
        json_integer_value(json_object_get(row, "last")) >= n)
      return bh_json_string_or(row, "state", "");
  }
  return "";
}

static void assert_state(HubFixture *fixture, const char *unit, gint64 n, const char *wanted)
{
  g_autoptr(json_t) page = list(fixture, unit, 0, NULL);
  if (strcmp(state_in(page, n), wanted) != 0) {
    g_autofree char *text = json_dumps(page, JSON_INDENT(1));
    fail_msg("%" G_GINT64_FORMAT " is not %s: %s", n, wanted, text);
  }
}

/* --- granting --- */

static void test_a_new_device_has_a_block_and_no_two_overlap(void **state)
{
  HubFixture *fixture = *state;
  enum { DEVICES = 8 };
  TestDevice *devices[DEVICES];
  Block *blocks[DEVICES];
  for (guint i = 0; i < DEVICES; i++) {
    devices[i] = test_device_new(fixture, fixture->township);
    blocks[i] = pull_block(devices[i]);
    assert_int_equal(blocks[i]->last - blocks[i]->first + 1, BH_NUMBERS_BLOCK);
    for (guint k = 0; k < i; k++)
      assert_true(blocks[k]->last < blocks[i]->first || blocks[i]->last < blocks[k]->first);
  }
  for (guint i = 0; i < DEVICES; i++) {
    block_free(blocks[i]);
    test_device_free(devices[i]);
  }
}

typedef struct {
  TestDevice *device;
  guint made;
} Worker;

/* Sends visits with the numbers of the first block, and then some with provisional ones. */
static gpointer push_many(gpointer data)
{
  Worker *worker = data;
  char record[BH_ID_LEN + 1];
  Block *block = pull_block(worker->device);
  for (gint64 n = block->first; n < block->first + BH_NUMBERS_BLOCK + 10; n++, worker->made++) {
    gboolean provisional = n > block->last;
    g_autofree char *number =
        provisional ? g_strdup_printf("T%" G_GINT64_FORMAT, n) : number_of(block, n);
    test_device_make_id(worker->device, record);
    push_set(worker->device, record, visit_set(worker->device, number, provisional), NULL);
  }
  block_free(block);
  return NULL;
}

static void test_devices_that_send_at_once_have_no_number_twice(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  Worker workers[4] = {0};
  GThread *threads[4];
  gint64 records = 0, numbers = 0, overlaps = 0, made = 0;
  for (guint i = 0; i < 4; i++) {
    workers[i].device = test_device_new(fixture, fixture->township);
    test_device_let(workers[i].device);
  }
  for (guint i = 0; i < 4; i++)
    threads[i] = g_thread_new("device", push_many, &workers[i]);
  for (guint i = 0; i < 4; i++) {
    g_thread_join(threads[i]);
    made += workers[i].made;
    test_device_free(workers[i].device);
  }
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_true(
      bh_db_get_int(db, "SELECT count(DISTINCT record) FROM number_used", NULL, &records, &error));
  assert_true(bh_db_get_int(db,
                            "SELECT count(*) FROM (SELECT DISTINCT b.kind, b.counter, b.year, u.n"
                            " FROM number_used u JOIN number_block b ON b.record = u.block)",
                            NULL, &numbers, &error));
  assert_true(bh_db_get_int(db,
                            "SELECT count(*) FROM number_block a JOIN number_block b"
                            " ON a.kind = b.kind AND a.counter = b.counter AND a.year = b.year"
                            " AND a.record < b.record AND a.first <= b.last AND b.first <= a.last",
                            NULL, &overlaps, &error));
  bh_hub_release_reader(fixture->hub, db);
  assert_int_equal(records, made);
  assert_int_equal(numbers, made);
  assert_int_equal(overlaps, 0);
}

static void test_a_block_that_runs_low_is_followed_by_another(void **state)
{
  HubFixture *fixture = *state;
  char record[BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  Block *block = pull_block(device);
  gint64 last_quiet = block->last - BH_NUMBERS_LEAST;
  g_autofree char *quiet = number_of(block, last_quiet);
  push_visit(device, quiet, FALSE, record);
  g_autoptr(GPtrArray) before = pull_blocks(device, block->year);
  assert_int_equal(before->len, 1);
  g_autofree char *low = number_of(block, last_quiet + 1);
  push_visit(device, low, FALSE, record);
  g_autoptr(GPtrArray) after = pull_blocks(device, block->year);
  assert_int_equal(after->len, 2);
  assert_true(((Block *)after->pdata[1])->first > block->last);
  block_free(block);
  test_device_free(device);
}

/* Moves the clock of the hub on to a day. */
static void move_clock(HubFixture *fixture, int year, int month, int day)
{
  const BhClock *clock = bh_hub_get_clock(fixture->hub);
  BhDate today = bh_date_from_ms(clock->wall_ms(clock->data));
  BhDate wanted = {year, month, day};
  fixture->skew_ms += bh_date_days_between(&today, &wanted) * DAY_MS;
}

static guint count_blocks(TestDevice *device, gint64 year)
{
  g_autoptr(GPtrArray) blocks = pull_blocks(device, year);
  return blocks->len;
}

static void test_blocks_of_the_next_year_come_some_weeks_ahead(void **state)
{
  HubFixture *fixture = *state;
  int year = (int)get_year(fixture) + 1;
  move_clock(fixture, year, 7, 1);
  TestDevice *device = test_device_new(fixture, fixture->township);
  assert_int_equal(count_blocks(device, year), 1);
  assert_int_equal(count_blocks(device, year + 1), 0);
  move_clock(fixture, year, 12, 1);
  /* The hub notes that the device was there beside its answer, and grants what the device lacks. */
  for (int i = 0; i < 100 && count_blocks(device, year + 1) == 0; i++)
    g_usleep(50000);
  assert_int_equal(count_blocks(device, year + 1), 1);
  assert_int_equal(count_blocks(device, year), 1);
  test_device_free(device);
}

/* --- numbers that the hub gives --- */

static void test_a_provisional_number_is_replaced_and_stays_in_the_history(void **state)
{
  HubFixture *fixture = *state;
  char record[BH_ID_LEN + 1];
  gboolean provisional;
  g_autoptr(GError) error = NULL;
  gint64 entries = 0;
  TestDevice *device = test_device_new(fixture, fixture->township);
  push_visit(device, "T-ABC", TRUE, record);
  g_autofree char *number = hub_number(fixture, record, &provisional);
  assert_false(provisional);
  assert_null(strstr(number, "T-ABC"));
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_true(bh_db_get_int(db,
                            "SELECT count(*) FROM entry_record e JOIN record r ON r.nr = e.record"
                            " WHERE r.id = :id",
                            BH_PARAMS(bh_param_text("id", record)), &entries, &error));
  bh_hub_release_reader(fixture->hub, db);
  assert_int_equal(entries, 2);
  /* The device receives the number without a conflict with its own. */
  g_autoptr(json_t) changes = test_pull(device, NULL);
  const json_t *snapshot = test_find_record(changes, record);
  assert_string_equal(text_of(snapshot, "number"), number);
  assert_int_equal(json_array_size(json_object_get(
                       json_object_get(json_object_get(snapshot, "keys"), "number"), "heads")),
                   1);
  test_device_free(device);
}

static void test_a_record_without_a_number_gets_one(void **state)
{
  HubFixture *fixture = *state;
  char records[2][BH_ID_LEN + 1];
  gboolean provisional;
  TestDevice *device = test_device_new(fixture, fixture->township);
  push_visit(device, NULL, FALSE, records[0]);
  push_visit(device, NULL, FALSE, records[1]);
  g_autofree char *first = hub_number(fixture, records[0], &provisional);
  g_autofree char *second = hub_number(fixture, records[1], &provisional);
  assert_non_null(first);
  assert_string_not_equal(first, second);
  test_device_free(device);
}

static void test_a_number_that_was_not_granted_is_replaced(void **state)
{
  HubFixture *fixture = *state;
  char record[BH_ID_LEN + 1];
  TestDevice *mine = test_device_new(fixture, fixture->township);
  TestDevice *other = test_device_new(fixture, fixture->township);
  Block *block = pull_block(mine);
  Block *foreign = pull_block(other);
  const char *const forms[] = {"%s%04d", "%s%d", " %s%04d", "%s%05d"};
  for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
    gboolean provisional;
    /* The first is a number of another device, the others are own numbers in another spelling. */
    const Block *from = i == 0 ? foreign : block;
    g_autofree char *number = i == 0   ? g_strdup_printf("%s%04d", from->prefix, (int)from->first)
                              : i == 1 ? g_strdup_printf("%s%d", from->prefix, (int)from->first)
                              : i == 2 ? g_strdup_printf("甲%s%04d", from->prefix, (int)from->first)
                                       : g_strdup_printf("%s%05d", from->prefix, (int)from->first);
    push_visit(mine, number, FALSE, record);
    g_autofree char *has = hub_number(fixture, record, &provisional);
    assert_string_not_equal(has, number);
  }
  assert_state(fixture, fixture->township, foreign->first, "free");
  block_free(block);
  block_free(foreign);
  test_device_free(mine);
  test_device_free(other);
}

static void test_the_second_record_of_one_number_gets_another(void **state)
{
  HubFixture *fixture = *state;
  char records[2][BH_ID_LEN + 1];
  gboolean provisional;
  TestDevice *device = test_device_new(fixture, fixture->township);
  Block *block = pull_block(device);
  g_autofree char *number = number_of(block, block->first);
  push_visit(device, number, FALSE, records[0]);
  push_visit(device, number, FALSE, records[1]);
  assert_number(fixture, records[0], number);
  g_autofree char *second = hub_number(fixture, records[1], &provisional);
  assert_string_not_equal(second, number);
  block_free(block);
  test_device_free(device);
}

static void test_a_device_cannot_change_a_number(void **state)
{
  HubFixture *fixture = *state;
  char record[BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  Block *block = pull_block(device);
  g_autofree char *number = number_of(block, block->first);
  g_autofree char *next = number_of(block, block->first + 1);
  push_visit(device, number, FALSE, record);
  g_autofree char *made = g_strdup(device->last_entry);
  g_autoptr(Answer) answer = test_push(
      device,
      test_device_entry(device, record, "inspection", json_pack("{s:s}", "number", next), made),
      NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 1);
  assert_number(fixture, record, number);
  block_free(block);
  test_device_free(device);
}

/* A record of the office: made by the hub, with the number of the same counter. */
static void append_visit(HubFixture *fixture, const char *number, char record[BH_ID_LEN + 1])
{
  g_autoptr(GError) error = NULL;
  BhIdSource ids;
  char enterprise[BH_ID_LEN + 1];
  test_sample_id("ent-01", enterprise);
  bh_id_source_init(&ids, bh_hub_get_clock(fixture->hub), bh_random_system());
  bh_id_next(&ids, record);
  json_t *set =
      json_pack("{s:s, s:s, s:[s], s:s, s:s, s:I, s:s}", "subject_found_by", "code", "enterprise",
                enterprise, "modes", "routine", "unit", fixture->township, "lead",
                fixture->inspector, "started_at", (json_int_t)1795258740000, "state", "on_site");
  if (number != NULL)
    json_object_set_new(set, "number", json_string(number));
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:o}]", "record", record, "kind", "inspection", "set", set);
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("%s", error->message);
}

static void test_records_of_the_office_use_the_same_counter(void **state)
{
  HubFixture *fixture = *state;
  char records[2][BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  Block *block = pull_block(device);
  append_visit(fixture, NULL, records[0]);
  append_visit(fixture, NULL, records[1]);
  g_autofree char *first = number_of(block, block->last + 1);
  g_autofree char *second = number_of(block, block->last + 2);
  assert_number(fixture, records[0], first);
  assert_number(fixture, records[1], second);
  block_free(block);
  test_device_free(device);
}

static void test_numbers_that_an_import_brought_are_left_out(void **state)
{
  HubFixture *fixture = *state;
  char imported[BH_ID_LEN + 1], records[2][BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  Block *block = pull_block(device);
  /* A number in the middle of the hub's own block, and one where the next block would be. */
  append_visit(fixture, NULL, records[0]);
  g_autofree char *own = number_of(block, block->last + 2);
  append_visit(fixture, own, imported);
  assert_number(fixture, imported, own);
  g_autofree char *ahead = number_of(block, block->last + BH_NUMBERS_BLOCK + 5);
  append_visit(fixture, ahead, imported);
  append_visit(fixture, NULL, records[1]);
  g_autofree char *third = number_of(block, block->last + 3);
  assert_number(fixture, records[1], third);
  TestDevice *other = test_device_new(fixture, fixture->township);
  Block *next = pull_block(other);
  assert_int_equal(next->first, block->last + BH_NUMBERS_BLOCK + 6);
  block_free(block);
  block_free(next);
  test_device_free(device);
  test_device_free(other);
}

/* --- copies --- */

static void test_a_new_chain_closes_the_blocks_of_the_device(void **state)
{
  HubFixture *fixture = *state;
  char record[BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  Block *block = pull_block(device);
  g_autofree char *number = number_of(block, block->first);
  push_visit(device, number, FALSE, record);
  assert_state(fixture, fixture->township, block->first + 1, "free");
  test_device_new_incarnation(device);
  push_visit(device, "T1", TRUE, record);
  assert_state(fixture, fixture->township, block->first, "used");
  assert_state(fixture, fixture->township, block->first + 1, "lost");
  g_autoptr(GPtrArray) blocks = pull_blocks(device, block->year);
  assert_int_equal(blocks->len, 2);
  const Block *fresh = blocks->pdata[1];
  assert_string_equal(fresh->incarnation, device->signer->incarnation);
  block_free(block);
  test_device_free(device);
}

static gboolean begin_epoch(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  (void)data;
  return bh_log_set_value(db, "epoch", "01980000-0000-7000-8000-000000000001", error);
}

/* Blocks may have been granted after the copy was made from which the hub was restored. */
static void test_a_restored_hub_leaves_out_numbers_it_may_have_forgotten(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  char records[2][BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  Block *block = pull_block(device);
  append_visit(fixture, NULL, records[0]);
  assert_true(bh_hub_write(fixture->hub, begin_epoch, NULL, &error));
  append_visit(fixture, NULL, records[1]);
  gint64 last = block->last + BH_NUMBERS_BLOCK; /* of the hub's own block */
  g_autofree char *wanted = number_of(block, last + 1 + BH_NUMBERS_RESTORE_GAP);
  assert_number(fixture, records[1], wanted);
  block_free(block);
  test_device_free(device);
}

/* --- the register --- */

static void test_the_register_knows_used_void_lost_and_free_numbers(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  char used[BH_ID_LEN + 1], cancelled[BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  Block *block = pull_block(device);
  g_autofree char *first = number_of(block, block->first);
  g_autofree char *second = number_of(block, block->first + 1);
  push_visit(device, first, FALSE, used);
  push_visit(device, second, FALSE, cancelled);
  g_autofree char *made = g_strdup(device->last_entry);
  push_set(device, cancelled, json_pack("{s:s}", "state", "cancelled"), made);
  g_autoptr(json_t) page = list(fixture, fixture->township, 0, NULL);
  assert_string_equal(state_in(page, block->first), "used");
  assert_string_equal(state_in(page, block->first + 1), "void");
  assert_string_equal(state_in(page, block->first + 2), "free");
  assert_string_equal(state_in(page, block->last), "free");
  assert_string_equal(state_in(page, block->last + 1), "");
  /* Neighbouring numbers that nobody has are one row, which names the device. */
  const json_t *free_row = json_array_get(json_object_get(page, "rows"), 2);
  assert_int_equal(json_integer_value(json_object_get(free_row, "count")), BH_NUMBERS_BLOCK - 2);
  assert_string_equal(bh_json_string_or(free_row, "device", ""), device->signer->device);
  assert_true(bh_enrol_revoke(fixture->hub, NULL, device->signer->device, "丢失", &error));
  assert_state(fixture, fixture->township, block->first, "used");
  assert_state(fixture, fixture->township, block->last, "lost");
  block_free(block);
  test_device_free(device);
}

static void test_numbers_of_a_year_that_is_over_are_lost(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  gint64 year = get_year(fixture);
  fixture->skew_ms += 366 * DAY_MS;
  g_autoptr(json_t) page = list(fixture, fixture->township, year, NULL);
  assert_string_equal(state_in(page, 1), "lost");
  test_device_free(device);
}

static void test_the_register_comes_in_pages_without_gap_or_repeat(void **state)
{
  HubFixture *fixture = *state;
  char record[BH_ID_LEN + 1];
  gint64 expected = 1;
  guint pages = 0;
  enum { RECORDS = 450 };
  for (int i = 0; i < RECORDS; i++)
    append_visit(fixture, NULL, record);
  g_autofree char *after = NULL;
  do {
    g_autoptr(json_t) page = list(fixture, fixture->township, 0, after);
    gsize index;
    json_t *row;
    json_array_foreach(json_object_get(page, "rows"), index, row) {
      assert_int_equal(json_integer_value(json_object_get(row, "first")), expected);
      expected = json_integer_value(json_object_get(row, "last")) + 1;
    }
    g_free(after);
    after = g_strdup(bh_json_string_or(page, "after", NULL));
    pages++;
  } while (after != NULL);
  assert_true(expected > RECORDS);
  assert_true(pages >= 3);
}

static void test_the_register_does_not_name_restricted_records(void **state)
{
  HubFixture *fixture = *state;
  char record[BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  Block *block = pull_block(device);
  g_autofree char *number = number_of(block, block->first);
  test_device_let(device);
  test_device_make_id(device, record);
  json_t *set = visit_set(device, number, FALSE);
  json_object_set_new(set, "modes", json_pack("[s]", "covert"));
  push_set(device, record, set, NULL);
  g_autoptr(json_t) page = list(fixture, fixture->township, 0, NULL);
  const json_t *row = json_array_get(json_object_get(page, "rows"), 0);
  assert_string_equal(bh_json_string_or(row, "number", ""), number);
  assert_true(json_is_true(json_object_get(row, "restricted")));
  assert_null(json_object_get(row, "title"));
  assert_null(json_object_get(row, "record"));
  block_free(block);
  test_device_free(device);
}

static void test_wrong_questions_to_the_register_are_refused(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(fixture->hub);
  static const struct {
    const char *kind, *after;
    int code;
  } cases[] = {{"staff", NULL, BH_ERROR_UNKNOWN},      {"nothing", NULL, BH_ERROR_UNKNOWN},
               {NULL, NULL, BH_ERROR_UNKNOWN},         {"inspection", "", BH_ERROR_FORMAT},
               {"inspection", "a/b", BH_ERROR_FORMAT}, {"inspection", "a/-1", BH_ERROR_FORMAT},
               {"inspection", "a/", BH_ERROR_FORMAT}};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
    g_autoptr(json_t) page =
        bh_register_list(db, kinds, cases[i].kind, NULL, 0, 1795258740000, cases[i].after, &error);
    bh_hub_release_reader(fixture->hub, db);
    assert_null(page);
    assert_true(g_error_matches(error, BH_ERROR, cases[i].code));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_new_device_has_a_block_and_no_two_overlap, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_devices_that_send_at_once_have_no_number_twice, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_block_that_runs_low_is_followed_by_another, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_blocks_of_the_next_year_come_some_weeks_ahead, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(
          test_a_provisional_number_is_replaced_and_stays_in_the_history, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_record_without_a_number_gets_one, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_number_that_was_not_granted_is_replaced, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_the_second_record_of_one_number_gets_another, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_device_cannot_change_a_number, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_records_of_the_office_use_the_same_counter, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_numbers_that_an_import_brought_are_left_out, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_new_chain_closes_the_blocks_of_the_device, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_restored_hub_leaves_out_numbers_it_may_have_forgotten,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_the_register_knows_used_void_lost_and_free_numbers,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_numbers_of_a_year_that_is_over_are_lost, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_the_register_comes_in_pages_without_gap_or_repeat,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_the_register_does_not_name_restricted_records, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_wrong_questions_to_the_register_are_refused, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
