/* A real hub with sample data and one device for the tests of the page: makes everything in DIR,
 * serves the office on a port of its own, prints one JSON line with what the test needs to know,
 * then obeys lines on its input ("more", "concur NAME", "photo NAME", "crowd N", "ended N",
 * "photos N", "measure", "people N", "ahead", "arrive", "log full", "log free") until that ends.
 * Photos are DIR/photo*.jpg.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/checklist.h"
#include "schema/civil.h"
#include "schema/paths.h"
#include "schema/world.h"
#include "sync/hub/cli/init.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/log/log.h"
#include "sync/hub/office/office.h"
#include "sync/hub/devices/uploads.h"
#include "sync/wire/credential.h"
#include "tests/office/accounts.h"
#include "tests/office/extra-kind.h"
#include "tests/office/faults.h"
#include "tests/office/people.h"
#include "tests/office/samples.h"
#include "tests/office/urgent.h"
#include "tests/support/signed-text.h"
#include "tests/support/unsigned.h"

#define SAMPLES_MAX (4 * 1024 * 1024)
#define LONG_TEXT_CHARS 4000
#define HOURS_MS(n) ((n)*G_GINT64_CONSTANT(3600000))

typedef struct {
  char id[BH_ID_LEN + 1];
  BhSigner *signer;
  BhIdSource ids;
  gint64 seq;
  char head[BH_HASH_HEX_LEN + 1];
} Device;

typedef struct {
  BhHub *hub;
  Device device;
  char *dir;
  json_t *announced; /* names of the records that were made, printed for the test as JSON */
  /* difference of the device's clock from the true time; the device has a boot clock of its own */
  gint64 clock_off_ms;
  gboolean withholds; /* whether the device sends no openings of personal values */
  char missing_sha[BH_HASH_HEX_LEN + 1];
} Server;

static void die(const GError *error, const char *what)
{
  g_printerr("office-server: %s: %s\n", what, error != NULL ? error->message : "failed");
  exit(1);
}

static const char *sample_id(const char *name)
{
  /* a ring of buffers, so that one expression can use several ids */
  static char ids[4][BH_ID_LEN + 1];
  static int next;
  char *id = ids[next++ % 4];
  bh_id_from_name("samples", name, id);
  return id;
}

static void add_checklist(Server *server, const char *id)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *csv = bh_data_path("assets", "checklists", "coal-mine.csv", NULL);
  g_autoptr(BhChecklist) list = bh_checklist_load(csv, NULL, &error);
  if (list == NULL)
    die(error, csv);
  g_autoptr(json_t) items = bh_checklist_to_json(list);
  g_autoptr(json_t) ops = json_pack("[{s:s,s:s,s:{s:s,s:s,s:s,s:s,s:O}}]", "record", id, "kind",
                                    "checklist", "set", "code", "coal-mine", "name", "煤矿检查表",
                                    "version", "1", "sector", "coal_mine", "items", items);
  g_autofree char *entry = bh_hub_append(server->hub, NULL, ops, &error);
  if (entry == NULL)
    die(error, "checklist");
}

/* A list with which records are worked through at the office. */
static void add_office_list(Server *server)
{
  g_autoptr(GError) error = NULL;
  char id[BH_ID_LEN + 1];
  g_autofree char *csv = bh_data_path("assets", "checklists", "township-capacity.csv", NULL);
  g_autoptr(BhChecklist) list = bh_checklist_load(csv, NULL, &error);
  if (list == NULL)
    die(error, csv);
  bh_id_from_name("samples", "list-township", id);
  g_autoptr(json_t) items = bh_checklist_to_json(list);
  g_autoptr(json_t) ops =
      json_pack("[{s:s,s:s,s:{s:s,s:s,s:s,s:s,s:O}}]", "record", id, "kind", "checklist", "set",
                "code", "township-capacity", "name", "乡镇监管能力检查清单", "version", "1",
                "valid_from", "2026-01-01", "items", items);
  g_autofree char *entry = bh_hub_append(server->hub, NULL, ops, &error);
  if (entry == NULL)
    die(error, "checklist of the office");
}

static void add_passwords(Server *server)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = bh_data_path("assets", "samples", "demo-passwords.json", NULL);
  g_autoptr(json_t) file = bh_json_load_file(path, SAMPLES_MAX, &error);
  if (file == NULL)
    die(error, path);
  const char *name;
  json_t *password;
  json_object_foreach(file, name, password) {
    if (!bh_office_set_password(server->hub, sample_id(name), name, json_string_value(password),
                                &error))
      die(error, name);
  }
  /* 王 is an inspector: the role has no duties at the office. */
  if (!bh_office_set_password(server->hub, sample_id("staff-wang"), "staff-wang", "bihuan-field-1",
                              &error))
    die(error, "staff-wang");
}

/* --- the device --- */

/* Grants the device the numbers that the scene uses, beside those of the counters. */
static gboolean grant(BhHub *hub, BhDb *db, const char *device, GError **error)
{
  static const struct {
    const char *kind, *prefix;
  } blocks[] = {{"inspection", "JC-2026-"}, {"inspection", "JC-AN-"}, {"hazard", "YH-2026-"}};
  for (gsize i = 0; i < G_N_ELEMENTS(blocks); i++) {
    BhHubBlock block = {.kind = (char *)blocks[i].kind,
                        .counter = {.key = (char *)blocks[i].prefix,
                                    .prefix = (char *)blocks[i].prefix,
                                    .suffix = (char *)"",
                                    .digits = 4},
                        .first = 1,
                        .last = 9999,
                        .next = 1};
    bh_id_from_name("blocks", blocks[i].prefix, block.record);
    g_strlcpy(block.device, device, sizeof block.device);
    if (!bh_hub_numbers_add(db, &block, "", error))
      return FALSE;
  }
  return bh_hub_grant_numbers_in(hub, db, device, sample_id("unit-jingping"), error);
}

static gboolean enrol_func(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Device *device = data;
  const BhClock *clock = bh_hub_get_clock(hub);
  /* the device has no token, because it calls ingest directly and not by HTTP */
  guint8 no_token[BH_HASH_SIZE] = {0};
  g_autoptr(GBytes) token_hash = g_bytes_new(no_token, sizeof no_token);
  return bh_log_add_device(db, device->id, device->signer->public_key, token_hash,
                           sample_id("unit-jingping"), "井坪 1 号终端", clock->wall_ms(clock->data),
                           error) &&
         grant(hub, db, device->id, error);
}

static void enrol(Server *server)
{
  g_autoptr(GError) error = NULL;
  Device *device = &server->device;
  const BhRandom *random = bh_random_system();
  bh_id_source_init(&device->ids, bh_clock_system(), random);
  bh_id_next(&device->ids, device->id);
  device->signer = bh_signer_new();
  g_strlcpy(device->signer->hub, bh_hub_get_id(server->hub), sizeof device->signer->hub);
  g_strlcpy(device->signer->device, device->id, sizeof device->signer->device);
  bh_signer_make_keys(device->signer, random);
  bh_signer_make_incarnation(device->signer, random);
  memset(device->head, '0', BH_HASH_HEX_LEN);
  g_autofree char *key = g_base64_encode(device->signer->public_key, BH_PUBLIC_KEY_SIZE);
  g_autoptr(json_t) ops = json_pack("[{s:s,s:s,s:{s:s,s:s,s:s,s:s}}]", "record", device->id, "kind",
                                    "device", "set", "name", "井坪 1 号终端", "unit",
                                    sample_id("unit-jingping"), "key", key, "state", "enrolled");
  g_autofree char *entry = bh_hub_append(server->hub, NULL, ops, &error);
  if (entry == NULL || !bh_hub_write(server->hub, enrol_func, device, &error))
    die(error, "device");
}

typedef struct {
  const BhBatch *batch;
  BhIngestResult result;
} Push;

static gboolean push_func(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Push *push = data;
  return bh_ingest_apply(bh_hub_get_ingest(hub), db, push->batch, &push->result, error);
}

static void build_sets(Server *server, BhBodyBuilder *builder, const json_t *op,
                       const char *const *was)
{
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(server->hub);
  const char *kind_name = bh_json_string_or(op, "kind", "");
  const BhKind *kind = bh_kind_set_find(kinds, kind_name);
  const char *key;
  json_t *value;
  json_object_foreach(json_object_get(op, "set"), key, value) {
    const BhField *field = kind != NULL ? bh_kind_find_field(kind, key) : NULL;
    bh_body_builder_set(builder, bh_json_string_or(op, "record", ""), kind_name, key, value,
                        field != NULL && bh_field_is_personal(field), was);
    if (field != NULL && bh_field_get_type(field) == BH_FIELD_HASH && strcmp(key, "sha256") == 0)
      bh_body_builder_add_file(
          builder, json_string_value(value),
          json_integer_value(json_object_get(json_object_get(op, "set"), "size")),
          bh_json_string_or(json_object_get(op, "set"), "media_type", ""));
  }
  test_add_signed_text(builder, bh_json_string_or(op, "record", ""), kind_name,
                       json_object_get(op, "set"));
}

/* Makes one entry of the device, which the hub does not get yet. `was` (may be NULL): the replaced
 * entry for every key. */
static BhEntryText *seal(Server *server, const json_t *ops, const char *const *was,
                         char id[BH_ID_LEN + 1])
{
  Device *device = &server->device;
  g_autoptr(GError) error = NULL;
  const BhClock *clock = bh_clock_system();
  BhEntryClock stamp = {.wall_ms = clock->wall_ms(clock->data) - 3600000 + server->clock_off_ms,
                        .boot_ms = 7200000,
                        .quality = BH_CLOCK_QUALITY_GOOD};
  if (server->clock_off_ms < 0) { /* such a device knows the time from the hub */
    stamp.hub_ms = clock->wall_ms(clock->data);
    g_autofree char *sig = bh_hub_time_sign(bh_hub_get_secret_key(server->hub),
                                            bh_hub_get_id(server->hub), device->id, stamp.hub_ms);
    g_strlcpy(stamp.hub_sig, sig, sizeof stamp.hub_sig);
  }
  if (server->clock_off_ms != 0)
    g_snprintf(stamp.boot_id, sizeof stamp.boot_id, "boot-%" G_GINT64_FORMAT, server->clock_off_ms);
  else
    g_strlcpy(stamp.boot_id, clock->boot_id(clock->data), sizeof stamp.boot_id);
  bh_id_next(&device->ids, id);
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(id, sample_id("staff-li"), &stamp, 0, bh_random_system());
  gsize index;
  json_t *op;
  json_array_foreach((json_t *)ops, index, op) {
    build_sets(server, builder, op, was);
  }
  g_autofree char *body = NULL;
  g_autofree char *openings = NULL;
  if (!bh_body_builder_finish(builder, &body, &openings, &error))
    die(error, "body");
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(server->hub);
  BhEntryText *text =
      bh_entry_sign(device->signer, ++device->seq, device->head, bh_kind_set_get_hash(kinds), body,
                    server->withholds ? "" : openings);
  g_autofree char *hash = bh_hash_hex(text->envelope, strlen(text->envelope));
  g_strlcpy(device->head, hash, sizeof device->head);
  return text;
}

/* Sends an entry, which is taken, to the hub. */
static void take(Server *server, BhEntryText *text)
{
  Device *device = &server->device;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhBatch) batch = bh_batch_new(device->id, sample_id("unit-jingping"));
  bh_batch_set_hub_key(batch, bh_hub_get_public_key(server->hub));
  if (!bh_batch_add(batch, bh_hub_get_id(server->hub), device->signer->public_key, text))
    die(batch->refused, "batch");
  Push piece = {.batch = batch};
  if (!bh_hub_write(server->hub, push_func, &piece, &error) || piece.result.refused != NULL)
    die(error != NULL ? error : piece.result.refused, "push");
  bh_ingest_result_clear(&piece.result);
}

/* Makes one entry of the device and sends it to the hub. The entry id, g_free. */
static char *push(Server *server, const json_t *ops, const char *const *was)
{
  char id[BH_ID_LEN + 1];
  take(server, seal(server, ops, was, id));
  return g_strdup(id);
}

static void new_id(Server *server, char out[BH_ID_LEN + 1])
{
  bh_id_next(&server->device.ids, out);
}

/* --- records --- */

static void add_photo(Server *server, json_t *ops, const char *parent, const char *path,
                      const char *note)
{
  g_autoptr(GError) error = NULL;
  char id[BH_ID_LEN + 1];
  char sha[BH_HASH_HEX_LEN + 1];
  g_autofree char *bytes = NULL;
  gsize len = 0;
  const char *type = g_str_has_suffix(path, ".html") ? "text/html" : "image/jpeg";
  g_autofree char *full = g_build_filename(server->dir, path, NULL);
  if (g_file_get_contents(full, &bytes, &len, NULL)) {
    if (!bh_uploads_import(server->hub, server->device.id, bytes, len, type, sha, &error))
      die(error, path);
  } else {
    g_autofree char *missing = bh_hash_hex(path, strlen(path));
    g_strlcpy(sha, missing, sizeof sha);
    len = 300000;
  }
  new_id(server, id);
  const BhClock *clock = bh_clock_system();
  json_array_append_new(ops, json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:I,s:s,s:I,s:s,s:s}}", "record",
                                       id, "kind", "file", "set", "parent", parent, "role", "photo",
                                       "sha256", sha, "size", (json_int_t)len, "media_type", type,
                                       "taken_at", (json_int_t)clock->wall_ms(clock->data),
                                       "source", "camera", "note", note));
}

static void add_hazard(Server *server, json_t *ops, const char *inspection, const char *enterprise,
                       const char *number, const char *summary, const char *level,
                       const char *state, char id[BH_ID_LEN + 1])
{
  new_id(server, id);
  json_array_append_new(
      ops, json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}}", "record", id,
                     "kind", "hazard", "set", "inspection", inspection, "enterprise", enterprise,
                     "number", number, "summary", summary, "description",
                     "回风巷 320 m 处瓦斯传感器断线，值班室未及时发现。", "level", level, "place",
                     "2301 回风巷 320 m", "found_by", "inspection", "demand",
                     "立即更换传感器并校验，三日内报整改结果。", "responsible_person", "样例矿长",
                     "deadline", "2026-12-05", "state", state));
}

static json_t *inspection_op(const char *id, const char *enterprise, const char *number,
                             const char *checklist, const char *opinion)
{
  const BhClock *clock = bh_clock_system();
  gint64 now_ms = clock->wall_ms(clock->data);
  return json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:[s,s],s:s,s:s,s:s,s:I,s:I,s:b,s:b,s:s,s:s,s:s}}",
                   "record", id, "kind", "inspection", "set", "number", number, "enterprise",
                   enterprise, "subject_found_by", "code", "modes", "routine", "unannounced",
                   "unit", sample_id("unit-jingping"), "lead", sample_id("staff-li"), "checklist",
                   checklist, "started_at", (json_int_t)(now_ms - 9000000), "ended_at",
                   (json_int_t)(now_ms - 3600000), "certificate_shown", TRUE, "recusal_advised",
                   TRUE, "opinion", opinion, "outcome", "carried_out", "state", "on_site");
}

static void add_answers(json_t *op)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *csv = bh_data_path("assets", "checklists", "coal-mine.csv", NULL);
  g_autoptr(BhChecklist) list = bh_checklist_load(csv, NULL, &error);
  if (list == NULL)
    die(error, csv);
  for (gsize i = 0; i < bh_checklist_count(list) && i < 40; i++) {
    static const char *const codes[] = {"compliant", "compliant", "not_applicable", "compliant",
                                        "unchecked", "compliant", "noncompliant"};
    g_autofree char *key = g_strdup_printf("answers/%s", bh_checklist_get(list, i)->item_no);
    const char *code = codes[i % G_N_ELEMENTS(codes)];
    json_object_set_new(json_object_get(op, "set"), key,
                        json_pack("{s:s,s:s}", "answer", code, "note",
                                  strcmp(code, "noncompliant") == 0 ? "现场核实，见隐患清单" : ""));
  }
}

static void add_signature(Server *server, json_t *ops, const char *parent, const char *role,
                          const char *staff, const char *name)
{
  char id[BH_ID_LEN + 1];
  new_id(server, id);
  const BhClock *clock = bh_clock_system();
  json_t *set = json_pack("{s:s,s:s,s:s,s:I,s:s}", "parent", parent, "role", role, "shown_sha256",
                          TEST_SIGNED_SHA256, "signed_at", (json_int_t)clock->wall_ms(clock->data),
                          "post", "执法人员");
  json_object_set_new(set, staff != NULL ? "staff" : "name",
                      json_string(staff != NULL ? staff : name));
  json_array_append_new(ops,
                        json_pack("{s:s,s:s,s:o}", "record", id, "kind", "signature", "set", set));
}

/* Makes two concurrent values of one field, which conflict. */
static void add_conflict(Server *server, const char *name, const char *record)
{
  g_autoptr(json_t) one = json_pack("[{s:s,s:s,s:{s:s}}]", "record", record, "kind", "inspection",
                                    "set", "opinion", "意见甲：限期三日整改。");
  g_autoptr(json_t) two = json_pack("[{s:s,s:s,s:{s:s}}]", "record", record, "kind", "inspection",
                                    "set", "opinion", "意见乙：停产整顿。");
  g_autofree char *a = push(server, one, NULL);
  g_autofree char *b = push(server, two, NULL);
  json_object_set_new(server->announced, name, json_string(record));
}

static void add_hostile_hazard(Server *server, const char *inspection)
{
  g_autofree char *filler = g_strnfill(LONG_TEXT_CHARS - 10, 'W');
  char hazard[BH_ID_LEN + 1];
  new_id(server, hazard);
  g_autoptr(json_t) ops =
      json_pack("[{s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}}]", "record", hazard, "kind",
                "hazard", "set", "inspection", inspection, "enterprise", sample_id("ent-02"),
                "summary", "<b onclick=alert(3)>粗</b>", "description", filler, "level", "general",
                "place", "\" onmouseover=\"alert(4)", "found_by", "inspection", "demand",
                "javascript:alert(5)", "state", "found");
  g_autofree char *entry = push(server, ops, NULL);
  json_object_set_new(server->announced, "hostile_hazard", json_string(hazard));
}

/* Makes a visit that is started, carried out and signed. Its id is announced under `name`. */
static void add_inspection(Server *server, const char *name, const char *enterprise,
                           const char *number, const char *checklist, const char *opinion,
                           gboolean rich)
{
  char id[BH_ID_LEN + 1];
  char general[BH_ID_LEN + 1];
  char major[BH_ID_LEN + 1];
  g_autofree char *kept = g_strdup(enterprise);
  enterprise = kept;
  new_id(server, id);
  g_autoptr(json_t) first = json_array();
  json_t *op = inspection_op(id, enterprise, number, checklist, opinion);
  if (rich)
    add_answers(op);
  json_array_append_new(first, op);
  g_autofree char *started = push(server, first, NULL);
  /* The conflict is made before the visit is signed, because signed data cannot be changed. */
  if (strcmp(name, "conflicted") == 0)
    add_conflict(server, name, id);
  if (strcmp(name, "hostile") == 0)
    add_hostile_hazard(server, id);
  g_autoptr(json_t) findings = json_array();
  if (rich) {
    add_hazard(server, findings, id, enterprise, "YH-2026-0001", "回风巷瓦斯传感器断线", "general",
               "found", general);
    add_hazard(server, findings, id, enterprise, "YH-2026-0002", "采掘接续紧张，超能力布置作业",
               "major", "suspected", major);
    add_photo(server, findings, general, "photo1.jpg", "断线处");
    add_photo(server, findings, general, "photo2.jpg", "值班室记录");
    add_photo(server, findings, general, "page.html", "冒充照片的网页");
    add_photo(server, findings, major, "photo3.jpg", "接续图");
    add_photo(server, findings, major, "not-there.jpg", "作业面全景");
    add_photo(server, findings, id, "photo1.jpg", "井口");
    json_object_set_new(server->announced, "hazard", json_string(general));
    json_object_set_new(server->announced, "major", json_string(major));
  }
  add_signature(server, findings, id, "inspector", sample_id("staff-li"), NULL);
  add_signature(server, findings, id, "second_inspector", sample_id("staff-wang"), NULL);
  add_signature(server, findings, id, "enterprise", NULL, "样例负责人");
  g_autofree char *found = push(server, findings, NULL);
  g_autoptr(json_t) last = json_pack("[{s:s,s:s,s:{s:s}}]", "record", id, "kind", "inspection",
                                     "set", "state", "signed");
  const char *was[] = {started, NULL};
  g_autofree char *signed_entry = push(server, last, was);
  json_object_set_new(server->announced, name, json_string(id));
}

/* Makes an open visit with orders whose deadlines are long ago, a week ago, today and later. */
static void add_ordered(Server *server, const char *checklist)
{
  static const int days[] = {-7, 30, -400, 0};
  BhDate today = bh_date_from_ms(bh_clock_system()->wall_ms(bh_clock_system()->data));
  char visit[BH_ID_LEN + 1];
  new_id(server, visit);
  g_autofree char *enterprise = g_strdup(sample_id("ent-01"));
  g_autoptr(json_t) first = json_array();
  json_array_append_new(first,
                        inspection_op(visit, enterprise, "JC-2026-0007", checklist, "整改中"));
  g_autofree char *started = push(server, first, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(days); i++) {
    char id[BH_ID_LEN + 1];
    BhDate day = bh_date_add_days(today, days[i]);
    g_autofree char *deadline = bh_date_format(&day);
    g_autofree char *number = g_strdup_printf("YH-2026-01%02u", (guint)i);
    g_autofree char *summary = g_strdup_printf("期限差 %d 天", days[i]);
    g_autoptr(json_t) found = json_array();
    add_hazard(server, found, visit, enterprise, number, summary, "general", "found", id);
    json_t *set = json_object_get(json_array_get(found, 0), "set");
    json_object_set_new(set, "deadline", json_string(deadline));
    if (days[i] == 0)
      json_object_set_new(set, "illegal_act", json_string("subcontracting"));
    g_autofree char *entry = push(server, found, NULL);
    const char *was[] = {entry, NULL};
    g_autoptr(json_t) order =
        json_pack("[{s:s,s:s,s:{s:s}}]", "record", id, "kind", "hazard", "set", "state", "ordered");
    g_autofree char *ordered = push(server, order, was);
    if (days[i] == 30)
      json_object_set_new(server->announced, "ordered", json_string(id));
  }
}

static void add_hostile(Server *server, const char *checklist)
{
  static const char hostile[] = "<img src=x onerror=alert(1)><script>alert(2)</script>"
                                "\"'&lt; 😀👩‍🚒 {{7*7}} ${7*7} javascript:alert(6)";
  add_inspection(server, "hostile", sample_id("ent-02"), "<img src=x onerror=alert(0)>", checklist,
                 hostile, FALSE);
}

/* Makes a covert visit, which only its own unit and the unit above may see. */
static void add_covert(Server *server)
{
  char id[BH_ID_LEN + 1];
  new_id(server, id);
  g_autoptr(json_t) ops = json_array();
  json_t *op = inspection_op(id, sample_id("ent-05"), "JC-AN-0001", "", "暗访所见。");
  json_t *set = json_object_get(op, "set");
  json_object_del(set, "checklist");
  json_object_set_new(set, "modes", json_pack("[s]", "covert"));
  json_object_set_new(set, "unsigned_reason", json_string("暗访"));
  json_array_append_new(ops, op);
  g_autofree char *started = push(server, ops, NULL);
  g_autoptr(json_t) last = json_pack("[{s:s,s:s,s:{s:s}}]", "record", id, "kind", "inspection",
                                     "set", "state", "unsigned");
  g_autoptr(json_t) photo = json_array();
  add_photo(server, photo, id, "photo2.jpg", "暗访照片");
  server->clock_off_ms = HOURS_MS(9);
  g_autofree char *shown = push(server, photo, NULL);
  server->clock_off_ms = 0;
  g_autoptr(json_t) bad = json_pack("[{s:s,s:s,s:{s:s}}]", "record", id, "kind", "inspection",
                                    "set", "no_such", "暗访隔离");
  g_autofree char *held = push(server, bad, NULL);
  const char *was[] = {started, NULL};
  g_autofree char *ended = push(server, last, was);
  json_object_set_new(server->announced, "covert", json_string(id));
  json_object_set_new(server->announced, "held_covert", json_string(held));
}

/* Adds an entry of a device whose clock is in the past. */
static void add_past(Server *server)
{
  g_autoptr(json_t) ops = json_pack("[{s:s,s:s,s:{s:s}}]", "record", sample_id("ent-03"), "kind",
                                    "enterprise", "set", "notes", "门卫须提前联系。");
  server->clock_off_ms = -HOURS_MS(24 * 400);
  g_autofree char *first = push(server, ops, NULL);
  const char *was[] = {first, NULL};
  g_autofree char *second = push(server, ops, was);
  server->clock_off_ms = 0;
}

/* Photos of a signed visit are locked; proof of rectification may still arrive later. */
static void add_proof(Server *server, const char *record)
{
  g_autoptr(json_t) ops = json_array();
  add_photo(server, ops, record, "photo2.jpg", "后补的证明");
  json_object_set_new(json_object_get(json_array_get(ops, 0), "set"), "role", json_string("proof"));
  g_autofree char *entry = push(server, ops, NULL);
}

/* Makes two values of a personal field; the opening of one of them was never sent. */
static void add_withheld(Server *server)
{
  g_autofree char *record = g_strdup(sample_id("ent-09"));
  g_autoptr(json_t) one = json_pack("[{s:s,s:s,s:{s:s}}]", "record", record, "kind", "enterprise",
                                    "set", "legal_representative", "甲某");
  g_autoptr(json_t) two = json_pack("[{s:s,s:s,s:{s:s}}]", "record", record, "kind", "enterprise",
                                    "set", "legal_representative", "乙某");
  server->withholds = TRUE;
  g_autofree char *withheld = push(server, one, NULL);
  server->withholds = FALSE;
  g_autofree char *open = push(server, two, NULL);
  json_object_set_new(server->announced, "half_known", json_string(record));
  json_object_set_new(server->announced, "withheld", json_string(withheld));
  json_object_set_new(server->announced, "open", json_string(open));
}

/* Makes an enterprise whose credit code has a wrong check character, for which no reason is
 * given. */
static void add_doubtful(Server *server)
{
  char id[BH_ID_LEN + 1];
  new_id(server, id);
  g_autoptr(json_t) ops =
      json_pack("[{s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:s}}]", "record", id, "kind",
                "enterprise", "set", "name", "存疑代码经营部", "uscc", "91140603MA0000015R",
                "sector", "coal_mine", "area", "140603100", "unit", sample_id("unit-jingping"),
                "provisional", 1, "provisional_reason", "待核对", "state", "provisional");
  g_autofree char *entry = push(server, ops, NULL);
  json_object_set_new(server->announced, "doubtful", json_string(id));
}

static void add_quarantined(Server *server)
{
  char id[BH_ID_LEN + 1];
  g_autofree char *filler = g_strnfill(200, 'x');
  new_id(server, id);
  g_autoptr(json_t) bad =
      json_pack("[{s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s,s:s}}]", "record", id, "kind", "hazard", "set",
                "enterprise", sample_id("ent-03"), "summary", filler, "level", "general", "place",
                "井口", "found_by", "inspection", "state", "found");
  g_autofree char *first = push(server, bad, NULL);
  json_object_set_new(server->announced, "quarantined", json_string(first));
  new_id(server, id);
  g_autoptr(json_t) again = json_pack(
      "[{s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s,s:s}}]", "record", id, "kind", "hazard", "set",
      "enterprise", sample_id("ent-03"), "summary", "\xe2\x80\xae<img src=x onerror=alert(8)>",
      "level", "<b>no</b>", "place", "井口", "found_by", "inspection", "state", "found");
  g_autofree char *second = push(server, again, NULL);
  json_object_set_new(server->announced, "quarantined2", json_string(second));
  g_autoptr(json_t) known =
      json_pack("[{s:s,s:s,s:{s:s,s:s}}]", "record", sample_id("ent-03"), "kind", "enterprise",
                "set", "notes", "只有隔离区能看的话", "no_such", "x");
  g_autofree char *third = push(server, known, NULL);
  json_object_set_new(server->announced, "held_of", json_string(sample_id("ent-03")));
  json_object_set_new(server->announced, "held", json_string(third));
}

/* An urgent entry, not in the chain yet, of which the hub gets a copy. */
static BhEntryText *send_copy(Server *server)
{
  g_autoptr(GError) error = NULL;
  char record[BH_ID_LEN + 1], id[BH_ID_LEN + 1];
  new_id(server, record);
  g_autofree char *unit = g_strdup(sample_id("unit-jingping"));
  g_autoptr(json_t) ops = test_make_urgent(record, unit, sample_id("staff-li"));
  BhEntryText *text = seal(server, ops, NULL, id);
  if (!test_add_copy(server->hub, server->device.id, id, text, &error))
    die(error, "copy");
  return text;
}

/* --- serving --- */

static void tell(Server *server)
{
  g_autofree char *line = bh_json_dump(server->announced);
  g_print("%s\n", line);
  fflush(stdout);
}

/* Makes so many visits to one enterprise that a view does not show all. The last one is announced
 * as "crowded". */
static void add_crowd(Server *server, int count, gboolean end)
{
  static int number_of_visits; /* each has a number of its own, or the hub would replace it */
  g_autofree char *enterprise = g_strdup(sample_id("ent-01"));
  for (int i = 0; i < count; i++) {
    char id[BH_ID_LEN + 1];
    new_id(server, id);
    g_autofree char *number = g_strdup_printf("JC-2026-9%03d", number_of_visits++);
    g_autoptr(json_t) ops = json_array();
    json_t *op = inspection_op(id, enterprise, number, "", "众多之一。");
    json_object_del(json_object_get(op, "set"), "checklist");
    json_array_append_new(ops, op);
    g_autofree char *entry = push(server, ops, NULL);
    const char *was[] = {entry, NULL};
    g_autoptr(json_t) last = json_pack("[{s:s,s:s,s:{s:s}}]", "record", id, "kind", "inspection",
                                       "set", "state", "signed");
    g_autofree char *ended = end ? push(server, last, was) : NULL;
    json_object_set_new(server->announced, "crowded", json_string(id));
  }
}

static void add_photos(Server *server, int count)
{
  g_autofree char *id = g_strdup(json_string_value(json_object_get(server->announced, "crowded")));
  for (int i = 0; i < count; i++) {
    g_autoptr(json_t) ops = json_array();
    add_photo(server, ops, id, "photo1.jpg", "众多之一");
    g_autofree char *entry = push(server, ops, NULL);
  }
}

/* --- the machine's clock --- */

static gint64 skew_ms;

static gint64 skewed_wall_ms(gpointer data)
{
  (void)data;
  const BhClock *clock = bh_clock_system();
  return clock->wall_ms(clock->data) + skew_ms;
}

static void obey(Server *server, const char *checklist)
{
  char line[64];
  BhEntryText *urgent = NULL;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (strncmp(line, "more", 4) == 0)
      add_inspection(server, "more", sample_id("ent-05"), "JC-2026-0099", checklist, "刚到的一条。",
                     FALSE);
    else if (strncmp(line, "concur ", 7) == 0) {
      const json_t *record = json_object_get(server->announced, g_strstrip(line + 7));
      g_autofree char *id = g_strdup(json_string_value(record));
      add_proof(server, id);
    } else if (strncmp(line, "photo ", 6) == 0) {
      const json_t *record = json_object_get(server->announced, g_strstrip(line + 6));
      g_autofree char *id = g_strdup(json_string_value(record));
      add_proof(server, id);
    } else if (strncmp(line, "crowd ", 6) == 0) {
      add_crowd(server, (int)g_ascii_strtoll(line + 6, NULL, 10), FALSE);
    } else if (g_str_has_prefix(line, "ahead")) {
      urgent = send_copy(server);
    } else if (g_str_has_prefix(line, "arrive")) {
      take(server, g_steal_pointer(&urgent));
    } else if (g_str_has_prefix(line, "doubt")) {
      add_doubtful(server);
    } else if (strncmp(line, "ended ", 6) == 0) {
      add_crowd(server, (int)g_ascii_strtoll(line + 6, NULL, 10), TRUE);
    } else if (strncmp(line, "photos ", 7) == 0) {
      add_photos(server, (int)g_ascii_strtoll(line + 7, NULL, 10));
    } else if (g_str_has_prefix(line, "measure")) {
      g_autoptr(GError) error = NULL;
      g_autofree char *id = test_add_measure(server->hub, &error);
      if (id == NULL)
        die(error, "measure");
      json_object_set_new(server->announced, "measure", json_string(id));
    } else if (strncmp(line, "people ", 7) == 0) {
      test_add_people(server->hub, sample_id("unit-pinglu"),
                      (int)g_ascii_strtoll(line + 7, NULL, 10));
    } else if (strncmp(line, "clock ", 6) == 0) {
      skew_ms = g_ascii_strtoll(line + 6, NULL, 10) * 1000;
    } else if (g_str_has_prefix(line, "log ")) {
      g_autoptr(GError) error = NULL;
      if (!test_set_log_full(server->hub, g_str_has_prefix(line + 4, "full"), &error))
        die(error, "log");
    }
    tell(server);
  }
}

int main(int argc, char **argv)
{
  if (argc != 2)
    return 2;
  g_autoptr(GError) error = NULL;
  g_autofree char *hub_dir = g_build_filename(argv[1], "hub", NULL);
  Server server = {.dir = argv[1], .announced = json_object()};
  g_autofree char *missing = bh_hash_hex("missing", 7);
  g_strlcpy(server.missing_sha, missing, sizeof server.missing_sha);
  if (!bh_hub_init(hub_dir, "平鲁区应急管理局", "140603", &error))
    die(error, "init");
  BhClock clock = *bh_clock_system();
  clock.wall_ms = skewed_wall_ms;
  server.hub = bh_hub_open(hub_dir, &clock, bh_random_system(), &error);
  if (server.hub == NULL)
    die(error, "open");
  if (!test_load_samples(server.hub, "units.json", &error) ||
      !test_load_samples(server.hub, "enterprises.json", &error))
    die(error, "samples");
  test_take_unsigned(server.hub, sample_id("staff-li"));
  char checklist[BH_ID_LEN + 1];
  bh_id_from_name("test", "coal-mine", checklist);
  add_checklist(&server, checklist);
  add_office_list(&server);
  add_passwords(&server);
  enrol(&server);
  add_inspection(&server, "inspection", sample_id("ent-01"), "JC-2026-0001", checklist,
                 "检查发现隐患二条，已当场交待。企业应于三日内完成整改并报告结果。", TRUE);
  add_inspection(&server, "second", sample_id("ent-04"), "JC-2026-0002", checklist, "未发现问题。",
                 FALSE);
  add_inspection(&server, "conflicted", sample_id("ent-06"), "JC-2026-0003", checklist, "意见",
                 FALSE);
  add_ordered(&server, checklist);
  add_hostile(&server, checklist);
  add_quarantined(&server);
  add_withheld(&server);
  add_covert(&server);
  add_past(&server);
  if (!test_add_refusal(server.hub, &error))
    die(error, "refusal");
  g_autofree char *county = g_strdup(sample_id("unit-pinglu"));
  g_autofree char *township = g_strdup(sample_id("unit-jingping"));
  test_add_account(server.hub, "staff-far", "远审核", "reviewer", "外地某局", "140600");
  test_add_account(server.hub, "staff-side", "邻领导", "leader", "邻乡某站", "140603200");
  test_add_account(server.hub, "staff-late", "迟审核", "reviewer", county, NULL);
  test_add_account(server.hub, "staff-other", "他执法", "inspector", "同县另局", "140603");
  test_add_account(server.hub, "staff-town", "镇监管", "township", "某镇安监站", "140603100");
  test_add_account(server.hub, "staff-expert", "某专家", "expert", county, NULL);
  test_add_account(server.hub, "staff-both", "双岗", "inspector,legal", county, NULL);
  test_add_account(server.hub, "staff-station", "站领导", "leader", township, NULL);
  test_add_account(server.hub, "staff-gone", "离岗", "reviewer", county, NULL);
  test_end_service(server.hub, "staff-gone");

  g_autoptr(BhOffice) office = bh_office_new(server.hub, FALSE);
  gsize n_routes = 0;
  const BhRoute *routes = bh_office_routes(&n_routes);
  BhHttpConfig config = {.listen = "127.0.0.1:0", .threads = 2};
  BhHttp *http = bh_http_start(&config, routes, n_routes, bh_office_headers(), office, &error);
  if (http == NULL)
    die(error, "listen");
  json_object_set_new(server.announced, "port", json_integer(bh_http_get_port(http)));
  json_object_set_new(server.announced, "enterprise", json_string(sample_id("ent-01")));
  tell(&server);
  obey(&server, checklist);
  bh_http_stop(http);
  g_clear_pointer(&office, bh_office_free);
  bh_hub_close(server.hub);
  bh_signer_free(server.device.signer);
  json_decref(server.announced);
  return 0;
}
