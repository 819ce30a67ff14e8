#include "tests/sync/device/fixture.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#include "schema/paths.h"
#include "tests/support/pictures.h"
#include "schema/person.h"
#include "tests/sync/device/remove-tree.h"

#define START_MS 1795258800000LL /* 2026-11-21 */
#define PIN_OF_HUB "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static gint64 get_wall(gpointer data)
{
  return ((StoreClock *)data)->wall_ms;
}

static gint64 get_boot(gpointer data)
{
  return ((StoreClock *)data)->boot_ms;
}

static const char *get_boot_id(gpointer data)
{
  return ((StoreClock *)data)->boot_id;
}

static void open_device(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  fixture->device = bh_device_open(fixture->dir, &fixture->clock, &fixture->random, &error);
  assert_no_error(error);
}

Fixture *fixture_new_bare(void)
{
  Fixture *fixture = g_new0(Fixture, 1);

  assert_true(sodium_init() >= 0);
  fixture->dir = g_dir_make_tmp("bihuan-store-XXXXXX", NULL);
  fixture->time.wall_ms = START_MS;
  fixture->time.boot_ms = 1000000;
  g_strlcpy(fixture->time.boot_id, test_id(0xb001), sizeof fixture->time.boot_id);
  fixture->clock = (BhClock){get_wall, get_boot, get_boot_id, &fixture->time};
  fixture->bytes.state = 20261121;
  fixture->random = (BhRandom){test_random_fill, &fixture->bytes};
  fixture->hub_entries = 0x1000;
  g_strlcpy(fixture->hub, test_id(0xa1), sizeof fixture->hub);
  g_strlcpy(fixture->li, test_id(0xa2), sizeof fixture->li);
  g_strlcpy(fixture->wang, test_id(0xa3), sizeof fixture->wang);
  g_strlcpy(fixture->unit, test_id(0xa4), sizeof fixture->unit);
  g_strlcpy(fixture->enterprise, test_id(0xa5), sizeof fixture->enterprise);
  open_device(fixture);
  return fixture;
}

void fixture_free(Fixture *fixture)
{
  if (fixture == NULL)
    return;
  bh_device_close(fixture->device);
  test_remove_tree(fixture->dir);
  g_free(fixture->dir);
  g_free(fixture);
}

void fixture_reopen(Fixture *fixture)
{
  g_clear_pointer(&fixture->device, bh_device_close);
  open_device(fixture);
}

void fixture_reboot(Fixture *fixture)
{
  static guint boots = 0xb002;

  g_clear_pointer(&fixture->device, bh_device_close);
  fixture->time.boot_ms = 5000;
  g_strlcpy(fixture->time.boot_id, test_id(boots++), sizeof fixture->time.boot_id);
  open_device(fixture);
}

/* --- the hub's side --- */

/* Makes the seal for a PIN once for the whole run, because a seal takes a tenth of a second. */
static const char *seal_of(const char *pin)
{
  static GHashTable *seals = NULL;
  guint8 public_key[BH_PUBLIC_KEY_SIZE];
  if (seals == NULL)
    seals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  if (g_hash_table_lookup(seals, pin) == NULL)
    g_hash_table_insert(seals, g_strdup(pin),
                        bh_person_make_key(pin, bh_random_system(), public_key, NULL));
  return g_hash_table_lookup(seals, pin);
}

static json_t *make_person(const char *id, const char *name, const char *pin)
{
  json_t *person = json_pack("{ss ss s[s]}", "id", id, "name", name, "roles", "inspector");
  if (pin != NULL)
    json_object_set_new(person, "seal", json_string(seal_of(pin)));
  return person;
}

static void give_staff(Fixture *fixture, gboolean pins)
{
  g_autoptr(GError) error = NULL;
  guint8 public_key[BH_PUBLIC_KEY_SIZE], secret_key[BH_SECRET_KEY_SIZE], box_key[32];
  g_autoptr(json_t) box =
      json_pack("{s[oo] sI}", "staff", make_person(fixture->li, "李明", pins ? PIN_OF_LI : NULL),
                make_person(fixture->wang, "王芳", pins ? PIN_OF_WANG : NULL), "made_ms",
                (json_int_t)fixture->time.wall_ms);
  g_autofree char *text = bh_json_dump(box);

  assert_true(bh_outbox_get_enrol_key(fixture->device, public_key, secret_key, &error));
  assert_int_equal(crypto_sign_ed25519_pk_to_curve25519(box_key, public_key), 0);
  gsize len = strlen(text) + crypto_box_SEALBYTES;
  g_autofree guint8 *sealed = g_malloc(len);
  crypto_box_seal(sealed, (const guint8 *)text, strlen(text), box_key);
  g_autofree char *base64 = g_base64_encode(sealed, len);
  assert_true(bh_outbox_store_staff(fixture->device, base64, &error));
  assert_no_error(error);
}

void fixture_give_staff(Fixture *fixture)
{
  give_staff(fixture, FALSE);
}

void fixture_give_pins(Fixture *fixture)
{
  give_staff(fixture, TRUE);
}

static void give_kinds(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *dir = bh_data_path("schema", "kinds", NULL);
  g_autoptr(BhKindSet) set = bh_kind_set_load_dir(dir, &error);
  assert_no_error(error);
  const char *text = bh_kind_set_get_text(set);
  assert_true(bh_outbox_store_kinds(fixture->device, text, strlen(text), &error));
  assert_no_error(error);
}

json_t *fixture_snapshot(Fixture *fixture, const char *id, const char *kind, json_t *set)
{
  json_t *keys = json_object();
  const char *key;
  json_t *value;

  fixture->hub_entries++;
  json_object_foreach(set, key, value) {
    json_object_set_new(
        keys, key,
        json_pack("{s[{ss sO}]}", "heads", "e", test_id(fixture->hub_entries), "v", value));
  }
  json_decref(set);
  return json_pack("{ss ss so}", "record", id, "kind", kind, "keys", keys);
}

void fixture_pull(Fixture *fixture, json_t *records, json_t *more)
{
  static guint cursors = 0;
  g_autoptr(GError) error = NULL;
  g_autofree char *cursor = g_strdup_printf("c%u", ++cursors);
  g_autoptr(json_t) page =
      json_pack("{ss ss sb sb so s[] s{} s[]}", "epoch", "e1", "cursor", cursor, "more", 0, "reset",
                0, "records", records, "gone", "included", "quarantined");

  if (more != NULL) {
    json_object_update(page, more);
    json_decref(more);
  }
  assert_true(bh_outbox_apply_changes(fixture->device, page, &error));
  assert_no_error(error);
}

void fixture_enrol(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  static const guint8 seed[crypto_sign_SEEDBYTES] = {7};
  assert_int_equal(crypto_sign_seed_keypair(fixture->hub_key, fixture->hub_secret, seed), 0);
  g_autofree char *base64 = g_base64_encode(fixture->hub_key, sizeof fixture->hub_key);
  g_autoptr(json_t) answer =
      json_pack("{ss ss ss s[] ss ss ss ss s[s]}", "hub", fixture->hub, "hub_name", "平鲁区",
                "hub_key", base64, "plaque_keys", "device", test_id(0xa9), "token",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "unit", fixture->unit, "area",
                "140603", "pins", PIN_OF_HUB);
  guint8 public_key[BH_PUBLIC_KEY_SIZE], secret_key[BH_SECRET_KEY_SIZE];

  assert_true(bh_outbox_get_enrol_key(fixture->device, public_key, secret_key, &error));
  assert_true(
      bh_outbox_set_enrolled(fixture->device, "https://127.0.0.1:1", PIN_OF_HUB, answer, &error));
  assert_no_error(error);
}

Fixture *fixture_new(void)
{
  Fixture *fixture = fixture_new_bare();
  json_t *records = json_array();

  fixture_enrol(fixture);
  give_kinds(fixture);
  fixture_give_staff(fixture);
  json_array_append_new(records,
                        fixture_snapshot(fixture, fixture->unit, "unit",
                                         json_pack("{ss ss ss}", "name", "平鲁区应急管理局", "area",
                                                   "140603", "level", "county")));
  json_array_append_new(
      records, fixture_snapshot(fixture, fixture->li, "staff",
                                json_pack("{ss ss s[s] ss}", "name", "李明", "unit", fixture->unit,
                                          "roles", "inspector", "state", "active")));
  json_array_append_new(
      records, fixture_snapshot(fixture, fixture->wang, "staff",
                                json_pack("{ss ss s[s] ss}", "name", "王芳", "unit", fixture->unit,
                                          "roles", "inspector", "state", "active")));
  json_array_append_new(
      records,
      fixture_snapshot(fixture, fixture->enterprise, "enterprise",
                       json_pack("{ss ss ss ss ss ss}", "name", "朔州东升煤矿有限公司",
                                 "short_code", "PL-0042", "uscc", "91140603MA0GT5X83D", "sector",
                                 "coal_mine", "area", "140603", "state", "confirmed")));
  fixture_pull(fixture, records, NULL);
  return fixture;
}

/* --- the device's side --- */

json_t *fixture_ops(const char *record, const char *kind, json_t *set)
{
  return json_pack("[{ss ss so}]", "record", record, "kind", kind, "set", set);
}

char *fixture_save(Fixture *fixture, const char *record, const char *kind, json_t *set)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = fixture_ops(record, kind, set);
  char *id = bh_device_save(fixture->device, fixture->li, ops, 0, &error);

  assert_no_error(error);
  assert_true(bh_id_is_valid(id));
  return id;
}

void fixture_save_addresses(Fixture *fixture, int n)
{
  for (int i = 0; i < n; i++) {
    g_autofree char *text = g_strdup_printf("地址 %d", i);
    g_free(fixture_save(fixture, fixture->enterprise, "enterprise",
                        json_pack("{ss}", "address", text)));
  }
}

void fixture_inspect(Fixture *fixture, char id[BH_ID_LEN + 1])
{
  bh_device_make_id(fixture->device, id);
  g_free(fixture_save(fixture, id, "inspection",
                      json_pack("{ss ss s[s] ss ss sI ss}", "subject_found_by", "code",
                                "enterprise", fixture->enterprise, "modes", "routine", "unit",
                                fixture->unit, "lead", fixture->li, "started_at",
                                (json_int_t)fixture->time.wall_ms, "state", "on_site")));
}

json_t *fixture_value(Fixture *fixture, const char *record, const char *key)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) found = bh_device_get(fixture->device, record, &error);

  assert_no_error(error);
  return json_incref(json_object_get(json_object_get(found, "values"), key));
}

gint64 fixture_status(Fixture *fixture, const char *counter)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) status = bh_device_status(fixture->device, &error);

  assert_no_error(error);
  assert_true(json_is_integer(json_object_get(status, counter)));
  return json_integer_value(json_object_get(status, counter));
}

BhEntryText *fixture_read_entry(Fixture *fixture, gint64 seq)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) batch = g_string_new(NULL);
  gint64 last = 0;

  assert_true(bh_outbox_read_batch(fixture->device, seq - 1, 1, 1, batch, &last, &error));
  assert_int_equal(last, seq);
  const char *cursor = batch->str;
  BhEntryText *text = bh_entry_text_take(&cursor, batch->str + batch->len, &error);
  assert_no_error(error);
  return text;
}

BhBody *fixture_read_body(Fixture *fixture, gint64 seq)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhEntryText) text = fixture_read_entry(fixture, seq);
  BhBody *body = bh_body_parse(text->body, text->openings, &error);

  assert_no_error(error);
  return body;
}

char *fixture_hash(Fixture *fixture, gint64 seq)
{
  g_autoptr(BhEntryText) text = fixture_read_entry(fixture, seq);
  return bh_hash_hex(text->envelope, strlen(text->envelope));
}

void fixture_acknowledge(Fixture *fixture, gint64 seq)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = fixture_hash(fixture, seq);
  g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(fixture->device, &error);

  assert_no_error(error);
  assert_true(bh_outbox_acknowledge(fixture->device, uplink->incarnation, seq, hash, &error));
  assert_no_error(error);
}

json_t *fixture_picture_of(BhDevice *device, gsize size, guint seed)
{
  g_autoptr(GError) error = NULL;
  g_autofree guint8 *bytes = g_malloc0(size);
  TestRandom random = {seed + 1};

  test_random_fill(&random, bytes, size);
  test_jpeg_fill(bytes, size);
  json_t *fact = bh_device_add_bytes(device, bytes, size, &error);
  assert_no_error(error);
  return fact;
}

char *fixture_add_picture(Fixture *fixture, gsize size, guint seed)
{
  g_autoptr(json_t) fact = fixture_picture_of(fixture->device, size, seed);
  return g_strdup(json_string_value(json_object_get(fact, "sha256")));
}
