/* I13: no byte of a hidden record reaches people who may not see it, by any route. Hidden records
 * of every kind that can be hidden are made from the kinds, at random, with a mark in every text.
 * The office and devices of other units request everything before and after, and no answer may
 * differ. The test fails for a route that it does not know. BIHUAN_LEAK_SEED repeats a run. */
#include "hub-fixture.h"
#include "leak-routes.h"
#include "leak-scans.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/compute.h"
#include "sync/hub/office/office.h"
#include "sync/hub/devices/uploads.h"

#define VISITS 6
#define TRIES 100
#define CHILDREN 14 /* of a visit, at least; else two for each kind */
#define OPEN_NUMBER "JC-1"
#define PASSWORD "bihuan-leak-7x"
#define BATCH 40

typedef struct {
  char id[BH_ID_LEN + 1];
  const BhKind *kind;
  guint visit;
  json_t *set; /* values of the record; NULL once it was pushed */
} Hidden;

typedef struct {
  const char *name;
  char *cookie;
  char *token;
  json_t *before; /* path → the answer before the hidden records were made */
} Reader;

typedef struct {
  HubFixture *fixture;
  BhOffice *office;
  BhHttp *http;
  char *origin;
  CURL *curl;
  GRand *rand;
  BhKindSet *kinds;
  TestDevice *county;   /* device that made the hidden records */
  TestDevice *township; /* device of the area of the hidden visits */
  char chen[BH_ID_LEN + 1];
  char enterprise[BH_ID_LEN + 1];
  char open_visit[BH_ID_LEN + 1];
  GPtrArray *hidden;  /* Hidden* */
  GPtrArray *hashes;  /* char*: hashes of hidden files */
  GPtrArray *entries; /* char*: ids of entries with hidden operations */
  GHashTable *ids;    /* ids of all these records */
  guint marks;
  guint applied;
  guint office_records; /* hidden records of kinds of the office that the hub wrote */
} World;

/* --- requests to the office --- */

typedef struct {
  long status;
  GString *body;
  char *cookie;
} Reply;

static void reply_free(Reply *reply)
{
  g_string_free(reply->body, TRUE);
  g_free(reply->cookie);
  g_free(reply);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reply, reply_free)

static size_t take_body(char *bytes, size_t size, size_t n, void *data)
{
  g_string_append_len(((Reply *)data)->body, bytes, (gssize)(size * n));
  return size * n;
}

static size_t take_header(char *bytes, size_t size, size_t n, void *data)
{
  Reply *reply = data;
  g_autofree char *line = g_strndup(bytes, size * n);
  /* The cookie of the session is the first one, that of the known browser the second. */
  if (g_ascii_strncasecmp(line, "set-cookie: ", 12) == 0 && reply->cookie == NULL)
    reply->cookie = g_strndup(line + 12, strcspn(line + 12, ";"));
  return size * n;
}

static Reply *ask(World *world, const Reader *reader, const char *method, const char *path,
                  const char *body)
{
  Reply *reply = g_new0(Reply, 1);
  g_autofree char *url = g_strconcat(world->origin, path, NULL);
  g_autofree char *origin = g_strconcat("Origin: ", world->origin, NULL);
  g_autofree char *token = g_strconcat("X-Bihuan-Token: ", reader->token, NULL);
  struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
  headers = curl_slist_append(headers, origin);
  if (reader->token != NULL)
    headers = curl_slist_append(headers, token);
  reply->body = g_string_new(NULL);
  curl_easy_reset(world->curl);
  curl_easy_setopt(world->curl, CURLOPT_URL, url);
  curl_easy_setopt(world->curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(world->curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(world->curl, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(world->curl, CURLOPT_HTTPHEADER, headers);
  if (reader->cookie != NULL)
    curl_easy_setopt(world->curl, CURLOPT_COOKIE, reader->cookie);
  if (body != NULL)
    curl_easy_setopt(world->curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(world->curl, CURLOPT_CUSTOMREQUEST, method);
  curl_easy_setopt(world->curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(world->curl, CURLOPT_WRITEDATA, reply);
  curl_easy_setopt(world->curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(world->curl, CURLOPT_HEADERDATA, reply);
  if (curl_easy_perform(world->curl) == CURLE_OK)
    curl_easy_getinfo(world->curl, CURLINFO_RESPONSE_CODE, &reply->status);
  curl_slist_free_all(headers);
  test_level_request(reply->body);
  return reply;
}

/* Signs in a person with all roles of the office, of one unit. */
static Reader *sign_in(World *world, const char *name, const char *unit)
{
  g_autoptr(GError) error = NULL;
  char staff[BH_ID_LEN + 1];
  bh_id_from_name("leak", name, staff);
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:s, s:s, s:[s,s,s,s], s:s}}]", "record", staff,
                                    "kind", "staff", "set", "name", name, "unit", unit, "roles",
                                    "admin", "leader", "legal", "reviewer", "state", "active");
  g_autofree char *entry = bh_hub_append(world->fixture->hub, NULL, ops, &error);
  if (entry == NULL || !bh_office_set_password(world->fixture->hub, staff, name, PASSWORD, &error))
    fail_msg("%s: %s", name, error->message);
  Reader *reader = g_new0(Reader, 1);
  reader->name = name;
  g_autofree char *body = g_strdup_printf("{\"login\":\"%s\",\"password\":\"" PASSWORD "\"}", name);
  g_autoptr(Reply) reply = ask(world, reader, "POST", "/office/v1/session", body);
  g_autoptr(json_t) answer =
      bh_json_parse(reply->body->str, reply->body->len, 1024 * 1024, "session", NULL);
  if (reply->status != 200)
    fail_msg("%s: %ld %s", name, reply->status, reply->body->str);
  reader->cookie = g_strdup(reply->cookie);
  reader->token = g_strdup(bh_json_string_or(answer, "token", ""));
  return reader;
}

static void reader_free(Reader *reader)
{
  g_free(reader->cookie);
  g_free(reader->token);
  json_decref(reader->before);
  g_free(reader);
}

/* --- marks in answers --- */

static gboolean is_id_at(const char *text, char id[BH_ID_LEN + 1])
{
  static const int dashes[] = {8, 13, 18, 23};
  for (gsize i = 0; i < G_N_ELEMENTS(dashes); i++)
    if (text[dashes[i]] != '-')
      return FALSE;
  g_strlcpy(id, text, BH_ID_LEN + 1);
  return TRUE;
}

static void assert_clean(World *world, const char *who, const char *what, const char *bytes,
                         gsize len)
{
  char id[BH_ID_LEN + 1];
  if (memmem(bytes, len, MARK, strlen(MARK)) != NULL)
    fail_msg("%s, %s: a text of a hidden record: %.2000s", who, what, bytes);
  for (gsize i = 0; i + BH_ID_LEN <= len; i++)
    if (is_id_at(bytes + i, id) && g_hash_table_contains(world->ids, id))
      fail_msg("%s, %s: the id %s of what is hidden: %.2000s", who, what, id, bytes);
  for (guint i = 0; i < world->hashes->len; i++)
    if (memmem(bytes, len, world->hashes->pdata[i], BH_HASH_HEX_LEN) != NULL)
      fail_msg("%s, %s: the hash of a hidden file: %.2000s", who, what, bytes);
}

/* --- all routes --- */

static void test_every_route_is_asked(void **state)
{
  (void)state;
  gsize n;
  const BhRoute *routes = bh_office_routes(&n);
  for (gsize i = 0; i < n; i++) {
    gboolean known = FALSE;
    for (gsize k = 0; k < G_N_ELEMENTS(ROUTES) && !known; k++)
      known = strcmp(routes[i].method, ROUTES[k].method) == 0 &&
              strcmp(routes[i].path, ROUTES[k].pattern) == 0;
    if (!known)
      fail_msg("%s %s is a new route: add it to ROUTES with the way to ask for hidden records",
               routes[i].method, routes[i].path);
  }
}

static char *fill_in(const char *pattern, const char *id, const char *sha)
{
  g_autoptr(GString) out = g_string_new(pattern);
  g_string_replace(out, "{id}", id, 0);
  g_string_replace(out, "{sha256}", sha, 0);
  g_string_replace(out, "{serial}", "1", 0);
  return g_strdup(out->str);
}

/* The paths of every GET, with `id` and `sha` inserted. Without `places`: only paths that have no
 * place for them. */
static GPtrArray *list_paths(World *world, gboolean places, const char *id, const char *sha)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
  for (gsize i = 0; i < G_N_ELEMENTS(ROUTES); i++) {
    if (strcmp(ROUTES[i].method, "GET") != 0 || ROUTES[i].queries == NULL)
      continue;
    g_auto(GStrv) queries = g_strsplit(ROUTES[i].queries, " ", -1);
    for (gsize q = 0; queries[q] != NULL; q++) {
      g_autofree char *pattern = strcmp(queries[q], "-") == 0
                                     ? g_strdup(ROUTES[i].pattern)
                                     : g_strconcat(ROUTES[i].pattern, "?", queries[q], NULL);
      gboolean has_place = strstr(pattern, "{id}") != NULL;
      if (has_place == places)
        g_ptr_array_add(paths, fill_in(pattern, id, sha));
    }
  }
  const GPtrArray *kinds = bh_kind_set_list(world->kinds);
  for (guint i = 0; !places && i < kinds->len; i++) {
    size_t at;
    json_t *ledger;
    json_array_foreach(json_object_get(bh_kind_get_declaration(kinds->pdata[i]), "ledgers"), at,
                       ledger) {
      g_ptr_array_add(paths, g_strdup_printf("/office/v1/ledger?kind=%s&name=%s",
                                             bh_kind_get_name(kinds->pdata[i]),
                                             bh_json_string_or(ledger, "name", "")));
    }
  }
  return paths;
}

/* --- hidden records, from the kinds --- */

static gboolean hides(const BhKind *kind)
{
  return bh_kind_may_hide(kind);
}

static guint32 below(World *world, guint32 n)
{
  return n > 1 ? (guint32)g_rand_int_range(world->rand, 0, (gint32)n) : 0;
}

static json_t *make_mark(World *world, gint64 max)
{
  g_autofree char *text = g_strdup_printf(MARK "%05u", world->marks++);
  if (max > 0 && (gsize)max < strlen(text))
    return NULL;
  return json_string(text);
}

static const char *find_target(World *world, const BhField *field, guint visit, const char *self)
{
  const char *const *kinds = bh_field_get_ref_kinds(field);
  guint start = world->hidden->len > 0 ? below(world, world->hidden->len) : 0;
  for (guint i = 0; i < world->hidden->len; i++) {
    const Hidden *other = world->hidden->pdata[(start + i) % world->hidden->len];
    if (other->visit == visit && strcmp(other->id, self) != 0 &&
        g_strv_contains(kinds, bh_kind_get_name(other->kind)))
      return other->id;
  }
  if (g_strv_contains(kinds, "staff"))
    return world->chen;
  if (g_strv_contains(kinds, "unit"))
    return world->fixture->county;
  return g_strv_contains(kinds, "enterprise") ? world->enterprise : NULL;
}

static json_t *make_file(World *world)
{
  g_autoptr(GError) error = NULL;
  char sha[BH_HASH_HEX_LEN + 1];
  g_autofree char *bytes = g_strdup_printf(MARK " bytes %u", world->marks++);
  if (below(world, 2) == 0) {
    g_autofree char *hash = bh_hash_hex(bytes, strlen(bytes));
    g_strlcpy(sha, hash, sizeof sha);
  } else if (!bh_uploads_import(world->fixture->hub, world->county->signer->device, bytes,
                                strlen(bytes), "image/jpeg", sha, &error)) {
    fail_msg("the file cannot be imported: %s", error->message);
  }
  g_ptr_array_add(world->hashes, g_strdup(sha));
  return json_string(sha);
}

static json_t *make_value(World *world, const BhField *field, guint visit, const char *self)
{
  BhContext nothing = {0};
  const char *target;
  gsize choices = bh_field_count_choices(field);
  switch (bh_field_get_type(field)) {
  case BH_FIELD_TEXT:
  case BH_FIELD_LONGTEXT:
    /* The number of an open record. A hidden record with the same number must not be revealed. */
    if (bh_field_is_distinct(field, &nothing) && below(world, 2) == 0)
      return json_string(OPEN_NUMBER);
    return make_mark(world, bh_field_get_max(field));
  case BH_FIELD_INTEGER:
    return json_integer(MAX(1, bh_field_get_min(field)));
  case BH_FIELD_DECIMAL:
    return json_string("12.50");
  case BH_FIELD_FLAG:
    return json_boolean(below(world, 2));
  case BH_FIELD_CHOICE:
    return json_string(bh_field_get_choice_code(field, below(world, (guint32)choices)));
  case BH_FIELD_CHOICES:
    return json_pack("[s]", bh_field_get_choice_code(field, below(world, (guint32)choices)));
  case BH_FIELD_AREA:
    return json_string("140603");
  case BH_FIELD_DATE:
    return json_string("2026-11-21");
  case BH_FIELD_TIME:
    return json_integer(world->fixture->clock.wall_ms(world->fixture->clock.data));
  case BH_FIELD_REF:
    target = find_target(world, field, visit, self);
    return target != NULL ? json_string(target) : NULL;
  case BH_FIELD_REFS:
    target = find_target(world, field, visit, self);
    return target != NULL ? json_pack("[s]", target) : NULL;
  case BH_FIELD_HASH:
    return make_file(world);
  case BH_FIELD_JSON:
    return json_pack("[s]", MARK "json");
  default:
    return NULL;
  }
}

/* An initial state of the kind; NULL when it has no states. Borrowed. */
static const char *find_first_state(const BhKind *kind)
{
  size_t at;
  json_t *step;
  json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "transitions"), at, step) {
    if (json_is_null(json_object_get(step, "from")) && json_object_get(step, "written_by") == NULL)
      return bh_json_string_or(step, "to", NULL);
  }
  return NULL;
}

static json_t *make_set(World *world, const BhKind *kind, guint visit, const char *self)
{
  json_t *set = json_object();
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    const char *name = bh_field_get_name(field);
    gboolean parent = g_strcmp0(name, bh_kind_get_parent_field(kind)) == 0;
    /* The hub takes only complete records of the office. */
    if (bh_field_is_computed(field))
      continue;
    if (!parent && !bh_kind_is_office(kind) &&
        (below(world, 8) == 0 || bh_kind_is_hub_only(kind, name, NULL)))
      continue;
    json_t *value = make_value(world, field, visit, self);
    if (value != NULL)
      json_object_set_new(set, name, value);
    if (bh_field_get_type(field) == BH_FIELD_ITEMS) {
      g_autofree char *key = g_strconcat(name, "/COAL-01", NULL);
      json_object_set_new(set, key,
                          json_pack("{s:s, s:s}", "answer", "noncompliant", "note", MARK "note"));
    }
  }
  const char *state = find_first_state(kind);
  if (state != NULL)
    json_object_set_new(set, "state", json_string(state));
  return set;
}

static gboolean is_open(const BhKind *kind, const BhContext *context)
{
  return bh_kind_get_parent_field(kind) == NULL && bh_kind_is_open(kind, context);
}

static void add_hidden(World *world, const BhKind *kind, guint visit)
{
  Hidden *hidden = g_new0(Hidden, 1);
  BhContext context = {.record = hidden->id};
  test_device_make_id(world->county, hidden->id);
  hidden->kind = kind;
  hidden->visit = visit;
  /* A record with a parent is hidden by its parent, another by its own values. Some kinds hide a
   * record only by what it refers to, or in a later state: they are left out. */
  for (guint tries = 0; hidden->set == NULL || is_open(kind, &context); tries++) {
    json_decref(hidden->set);
    if (tries == TRIES) {
      g_free(hidden);
      return;
    }
    hidden->set = make_set(world, kind, visit, hidden->id);
    context.values = hidden->set;
  }
  g_ptr_array_add(world->hidden, hidden);
  g_hash_table_add(world->ids, g_strdup(hidden->id));
}

static void make_hidden(World *world)
{
  const GPtrArray *kinds = bh_kind_set_list(world->kinds);
  for (guint visit = 0; visit < VISITS; visit++) {
    g_autoptr(GPtrArray) children = g_ptr_array_new();
    for (guint i = 0; i < kinds->len; i++) {
      if (hides(kinds->pdata[i]) && bh_kind_get_parent_field(kinds->pdata[i]) == NULL)
        add_hidden(world, kinds->pdata[i], visit);
      else if (hides(kinds->pdata[i]))
        g_ptr_array_add(children, kinds->pdata[i]);
    }
    guint n = MAX(CHILDREN, 2 * children->len);
    for (guint i = 0; i < n; i++) {
      const BhKind *kind = children->pdata[i < children->len ? i : below(world, children->len)];
      const BhField *parent = bh_kind_find_field(kind, bh_kind_get_parent_field(kind));
      /* A record without parent is not below a hidden one. */
      if (find_target(world, parent, visit, "") == NULL)
        g_ptr_array_add(children, (gpointer)kind);
      else
        add_hidden(world, kind, visit);
    }
  }
}

/* Makes one entry with `first` and sometimes a second record. Some entries are invalid. */
static BhEntryText *make_entry(World *world, Hidden *const *ops, guint n)
{
  const BhClock *clock = &world->fixture->clock;
  g_autoptr(GError) error = NULL;
  g_autofree char *body = NULL;
  g_autofree char *openings = NULL;
  BhEntryClock stamp = {.wall_ms = clock->wall_ms(clock->data),
                        .boot_ms = clock->boot_ms(clock->data),
                        .quality = BH_CLOCK_QUALITY_GOOD};
  if (below(world, 10) == 0)
    stamp.wall_ms += 3 * 3600000; /* an anomaly */
  g_strlcpy(stamp.boot_id, clock->boot_id(clock->data), sizeof stamp.boot_id);
  test_device_make_id(world->county, world->county->last_entry);
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(world->county->last_entry, world->chen, &stamp, 0, bh_random_system());
  for (guint i = 0; i < n; i++) {
    const char *kind = bh_kind_get_name(ops[i]->kind);
    const char *key;
    json_t *value;
    if (below(world, 9) == 0)
      json_object_set_new(ops[i]->set, "no_such", json_string(MARK "wrong"));
    json_object_foreach(ops[i]->set, key, value) {
      const BhField *field = bh_kind_find_field(ops[i]->kind, key);
      bh_body_builder_set(builder, ops[i]->id, kind, key, value,
                          field != NULL && bh_field_is_personal(field), NULL);
      if (field != NULL && bh_field_get_type(field) == BH_FIELD_HASH)
        bh_body_builder_add_file(builder, json_string_value(value), 20, "image/jpeg");
    }
    json_decref(ops[i]->set);
    ops[i]->set = NULL;
  }
  if (!bh_body_builder_finish(builder, &body, &openings, &error))
    fail_msg("the body cannot be built: %s", error->message);
  g_ptr_array_add(world->entries, g_strdup(world->county->last_entry));
  g_hash_table_add(world->ids, g_strdup(world->county->last_entry));
  return test_device_seal(world->county, body, openings);
}

static void push_batch(World *world, GString *batch)
{
  g_autoptr(Answer) answer = test_push_text(world->county, batch->str, (gssize)batch->len);
  assert_status(answer, 200);
  gint64 stored = json_integer_value(json_object_get(answer->json, "stored"));
  world->applied +=
      (guint)(stored - (gint64)json_array_size(json_object_get(answer->json, "quarantined")));
  g_string_truncate(batch, 0);
}

/* Writes a record of a kind of the office by the hub, except some that the device tries to write.
 */
static gboolean append_office(World *world, Hidden *hidden)
{
  g_autoptr(GError) error = NULL;
  if (!bh_kind_is_office(hidden->kind) || below(world, 4) == 0)
    return FALSE;
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:O}]", "record", hidden->id, "kind",
                                    bh_kind_get_name(hidden->kind), "set", hidden->set);
  g_autofree char *entry = bh_hub_append(world->fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("a record of the office: %s", error->message);
  g_hash_table_add(world->ids, g_strdup(entry));
  g_clear_pointer(&hidden->set, json_decref);
  world->office_records++;
  return TRUE;
}

/* Pushes the entries in any order; with `late`, also the visits that were held back, after the
 * records below them. */
static void push_hidden(World *world, gboolean late)
{
  g_autoptr(GPtrArray) left = g_ptr_array_new();
  g_autoptr(GString) batch = g_string_new(NULL);
  for (guint i = 0; i < world->hidden->len; i++) {
    Hidden *hidden = world->hidden->pdata[i];
    gboolean root = bh_kind_get_parent_field(hidden->kind) == NULL;
    if (hidden->set != NULL && (!root || hidden->visit % 4 > (late ? 0 : 1)) &&
        !append_office(world, hidden))
      g_ptr_array_add(left, hidden);
  }
  for (guint i = left->len; i > 1; i--) {
    guint other = below(world, i);
    gpointer kept = left->pdata[i - 1];
    left->pdata[i - 1] = left->pdata[other];
    left->pdata[other] = kept;
  }
  for (guint i = 0, entries = 1; i < left->len; entries++) {
    guint wanted = 1 + below(world, 2);
    guint n = MIN(left->len - i, wanted);
    BhEntryText *text = make_entry(world, (Hidden *const *)left->pdata + i, n);
    bh_entry_text_append(text, batch);
    bh_entry_text_free(text);
    i += n;
    if (entries % BATCH == 0 || i == left->len)
      push_batch(world, batch);
  }
}

/* --- the world --- */

static void push_open(World *world, BhEntryText *text)
{
  g_autoptr(Answer) answer = test_push(world->township, text, NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
}

static void make_open(World *world)
{
  push_open(world,
            test_device_enterprise(world->township, world->enterprise, "一号矿", "140603100"));
  push_open(world, test_device_entry(world->township, world->open_visit, "inspection",
                                     json_pack("{s:s, s:s, s:[s], s:s, s:s, s:s}", "enterprise",
                                               world->enterprise, "number", OPEN_NUMBER, "modes",
                                               "routine", "unit", world->fixture->township, "lead",
                                               world->fixture->inspector, "state", "on_site"),
                                     NULL));
}

static World *world_new(void)
{
  World *world = g_new0(World, 1);
  g_autoptr(GError) error = NULL;
  const char *seed = g_getenv("BIHUAN_LEAK_SEED");
  guint32 number = seed != NULL ? (guint32)strtoul(seed, NULL, 10) : g_random_int();
  print_message("BIHUAN_LEAK_SEED=%u\n", number);
  world->rand = g_rand_new_with_seed(number);
  world->fixture = hub_fixture_new();
  watch_scans(world->fixture);
  world->kinds = bh_hub_dup_kinds(world->fixture->hub);
  world->county = test_device_new(world->fixture, world->fixture->county);
  world->township = test_device_new(world->fixture, world->fixture->township);
  bh_id_from_name("samples", "staff-chen", world->chen);
  test_device_make_id(world->township, world->enterprise);
  test_device_make_id(world->township, world->open_visit);
  world->hidden = g_ptr_array_new_with_free_func(g_free);
  world->hashes = g_ptr_array_new_with_free_func(g_free);
  world->entries = g_ptr_array_new_with_free_func(g_free);
  world->ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  make_open(world);
  gsize n;
  const BhRoute *routes = bh_office_routes(&n);
  BhHttpConfig config = {.listen = "127.0.0.1:0", .threads = 2};
  world->office = bh_office_new(world->fixture->hub, FALSE);
  world->http = bh_http_start(&config, routes, n, bh_office_headers(), world->office, &error);
  if (world->http == NULL)
    fail_msg("the office does not start: %s", error->message);
  world->origin = g_strdup_printf("http://127.0.0.1:%u", bh_http_get_port(world->http));
  world->curl = curl_easy_init();
  return world;
}

static void world_free(World *world)
{
  curl_easy_cleanup(world->curl);
  bh_http_stop(world->http);
  bh_office_free(world->office);
  for (guint i = 0; i < world->hidden->len; i++)
    json_decref(((Hidden *)world->hidden->pdata[i])->set);
  g_ptr_array_unref(world->hidden);
  g_ptr_array_unref(world->hashes);
  g_ptr_array_unref(world->entries);
  g_hash_table_unref(world->ids);
  test_device_free(world->county);
  test_device_free(world->township);
  bh_kind_set_unref(world->kinds);
  hub_fixture_free(world->fixture);
  g_rand_free(world->rand);
  g_free(world->origin);
  g_free(world);
}

/* --- requests --- */

/* Removes positions and times from an answer: the work of other units may change them. */
static json_t *plain(const Reply *reply)
{
  static const char *const moving[] = {"position", "seen", "cursor", "time", "at"};
  json_t *answer = bh_json_parse(reply->body->str, reply->body->len, 64 * 1024 * 1024, "x", NULL);
  for (gsize i = 0; json_is_object(answer) && i < G_N_ELEMENTS(moving); i++)
    json_object_del(answer, moving[i]);
  size_t at;
  json_t *row;
  json_array_foreach(json_object_get(answer, "rows"), at, row) {
    json_object_del(row, "seen");
  }
  return answer != NULL ? answer : json_string("no JSON");
}

/* Requests everything that is open, the case of the open visit included. */
static json_t *ask_open(World *world, const Reader *reader)
{
  json_t *answers = json_object();
  g_autoptr(GPtrArray) paths = list_paths(world, FALSE, "", "");
  const char *const ids[] = {world->enterprise, world->open_visit};
  for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
    g_autoptr(GPtrArray) more = list_paths(world, TRUE, ids[i], "");
    while (more->len > 0)
      g_ptr_array_add(paths, g_ptr_array_steal_index(more, 0));
  }
  for (guint i = 0; i < paths->len; i++) {
    g_autoptr(Reply) reply = ask(world, reader, "GET", paths->pdata[i], NULL);
    assert_clean(world, reader->name, paths->pdata[i], reply->body->str, reply->body->len);
    json_object_set_new(answers, paths->pdata[i], plain(reply));
  }
  return answers;
}

static void assert_same(const Reader *reader, const json_t *after)
{
  const char *path;
  json_t *was;
  json_object_foreach(reader->before, path, was) {
    json_t *now = json_object_get(after, path);
    if (json_equal(was, now))
      continue;
    g_autofree char *a = bh_json_dump(was);
    g_autofree char *b = bh_json_dump(now);
    fail_msg("%s, %s: hidden records change the answer\n%.1500s\n%.1500s", reader->name, path, a,
             b);
  }
}

/* A hidden id gives the same answer as an unknown id. */
static void ask_hidden(World *world, const Reader *reader, const char *id, const char *sha)
{
  char none[BH_ID_LEN + 1];
  bh_id_from_name("leak", "nothing", none);
  g_autoptr(GPtrArray) paths = list_paths(world, TRUE, id, sha);
  g_autoptr(GPtrArray) controls = list_paths(world, TRUE, none, sha);
  for (guint i = 0; i < paths->len; i++) {
    g_autoptr(Reply) reply = ask(world, reader, "GET", paths->pdata[i], NULL);
    g_autoptr(Reply) control = ask(world, reader, "GET", controls->pdata[i], NULL);
    assert_clean(world, reader->name, paths->pdata[i], reply->body->str, reply->body->len);
    if (reply->status != control->status || !g_string_equal(reply->body, control->body))
      fail_msg("%s, %s: %ld %s", reader->name, (char *)paths->pdata[i], reply->status,
               reply->body->str);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(ROUTES); i++) {
    if (strcmp(ROUTES[i].method, "POST") != 0 || ROUTES[i].queries == NULL)
      continue;
    g_autofree char *path = fill_in(ROUTES[i].pattern, id, sha);
    g_autofree char *body = fill_in(ROUTES[i].queries, id, sha);
    g_autofree char *none_path = fill_in(ROUTES[i].pattern, none, sha);
    g_autofree char *none_body = fill_in(ROUTES[i].queries, none, sha);
    g_autoptr(Reply) reply = ask(world, reader, "POST", path, body);
    g_autoptr(Reply) control = ask(world, reader, "POST", none_path, none_body);
    assert_clean(world, reader->name, path, reply->body->str, reply->body->len);
    if (reply->status < 400 || reply->status != control->status ||
        !g_string_equal(reply->body, control->body))
      fail_msg("%s, POST %s: %ld %s", reader->name, path, reply->status, reply->body->str);
  }
}

static void ask_as(World *world, Reader *reader)
{
  for (guint i = 0; i < world->hidden->len; i++) {
    const Hidden *hidden = world->hidden->pdata[i];
    g_autofree char *path = g_strconcat("/office/v1/records/", hidden->id, NULL);
    g_autoptr(Reply) reply = ask(world, reader, "GET", path, NULL);
    if (reply->status != 404)
      fail_msg("%s, %s (%s): %ld", reader->name, path, bh_kind_get_name(hidden->kind),
               reply->status);
    if (i % 5 == 0)
      ask_hidden(world, reader, hidden->id, world->hashes->pdata[below(world, world->hashes->len)]);
  }
  for (guint i = 0; i < world->entries->len; i += 7) {
    g_autofree char *path = g_strconcat("/office/v1/quarantine/", world->entries->pdata[i], NULL);
    g_autoptr(Reply) reply = ask(world, reader, "GET", path, NULL);
    /* People who serve the device's unit learn only the id of an entry in quarantine. */
    g_autofree char *id = g_strdup(world->entries->pdata[i]);
    g_hash_table_remove(world->ids, id);
    assert_clean(world, reader->name, path, reply->body->str, reply->body->len);
    g_hash_table_add(world->ids, g_strdup(id));
  }
}

static void ask_device(World *world, TestDevice *device, const char *name, json_t *before)
{
  g_autoptr(json_t) after = test_pull(device, bh_json_string_or(before, "cursor", ""));
  g_autoptr(json_t) anew = test_pull(device, NULL);
  g_autofree char *text = bh_json_dump(anew);
  assert_int_equal(json_array_size(json_object_get(after, "records")), 0);
  assert_int_equal(json_array_size(json_object_get(after, "gone")), 0);
  assert_clean(world, name, "pull", text, strlen(text));
  assert_int_equal(json_array_size(json_object_get(anew, "records")),
                   json_array_size(json_object_get(before, "records")));
  for (guint i = 0; i < world->hashes->len; i++) {
    g_autofree char *path = g_strconcat("/v1/files/", world->hashes->pdata[i], NULL);
    g_autoptr(Answer) answer = test_send(world->fixture, device, "GET", path, NULL, NULL, -1);
    assert_status(answer, 404);
  }
}

/* Asserts that people who may see the hidden records find them at the office and on the device;
 * otherwise the test would prove nothing. */
static void assert_there(World *world, const Reader *reader)
{
  guint shown = 0;
  g_autoptr(json_t) pulled = test_pull(world->county, NULL);
  g_autofree char *text = bh_json_dump(pulled);
  assert_non_null(strstr(text, MARK));
  for (guint i = 0; i < world->hidden->len; i++) {
    const Hidden *hidden = world->hidden->pdata[i];
    g_autofree char *path = g_strconcat("/office/v1/records/", hidden->id, NULL);
    g_autoptr(Reply) reply = ask(world, reader, "GET", path, NULL);
    shown += reply->status == 200 && strstr(reply->body->str, MARK) != NULL;
  }
  assert_true(world->applied >= VISITS);
  assert_true(world->office_records > 0);
  assert_true(shown >= VISITS / 4);
}

static void test_I13_hidden_records_reach_nobody_else_by_any_route(void **state)
{
  (void)state;
  World *world = world_new();
  char side[BH_ID_LEN + 1];
  g_autoptr(GError) error = NULL;
  bh_id_from_name("leak", "unit-side", side);
  g_autoptr(json_t) unit = json_pack("[{s:s, s:s, s:{s:s, s:s, s:s, s:s}}]", "record", side, "kind",
                                     "unit", "set", "name", "邻乡", "area", "140603200", "level",
                                     "township", "parent", world->fixture->county);
  g_autofree char *made = bh_hub_append(world->fixture->hub, NULL, unit, &error);
  assert_non_null(made);
  Reader *own = sign_in(world, "county", world->fixture->county);
  Reader *others[] = {sign_in(world, "township", world->fixture->township),
                      sign_in(world, "side", side)};
  Reader *above = sign_in(world, "province", world->fixture->province);
  TestDevice *near = test_device_new(world->fixture, side);
  TestDevice *devices[] = {world->township, near};
  json_t *before[G_N_ELEMENTS(devices)];
  for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
    others[i]->before = ask_open(world, others[i]);
  for (gsize i = 0; i < G_N_ELEMENTS(devices); i++)
    before[i] = test_pull(devices[i], NULL);
  make_hidden(world);
  for (gsize round = 0; round < 2; round++) {
    push_hidden(world, round == 1);
    assert_there(world, own);
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
      g_autoptr(json_t) after = ask_open(world, others[i]);
      assert_same(others[i], after);
      ask_as(world, others[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(devices); i++)
      ask_device(world, devices[i], i == 0 ? "township" : "side", before[i]);
  }
  ask_as(world, above);
  assert_no_scans();
  for (gsize i = 0; i < G_N_ELEMENTS(devices); i++)
    json_decref(before[i]);
  for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
    reader_free(others[i]);
  reader_free(own);
  reader_free(above);
  test_device_free(near);
  world_free(world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_route_is_asked),
      cmocka_unit_test(test_I13_hidden_records_reach_nobody_else_by_any_route),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
