#include "sync/device/engine/phases.h"

#include "schema/error.h"
#include "sync/wire/batch.h"

#include <string.h>

#define STAFF_ANSWER_BYTES (4 * 1024 * 1024)

void bh_engine_pull(BhEngine *engine, BhDevice *device)
{
  g_autofree char *cursor = bh_outbox_dup_cursor(device);
  g_autofree char *escaped =
      cursor != NULL ? g_uri_escape_string(cursor, NULL, FALSE) : g_strdup("");
  g_autofree char *path = g_strdup_printf("/v1/changes?limit=%d%s%s", BH_CHANGES_MAX_RECORDS,
                                          cursor != NULL ? "&cursor=" : "", escaped);
  BhTransportRequest *request = bh_engine_request(engine, "GET", path, BH_ANSWER_MAX_BYTES);

  bh_transport_request_add_header(request, "Accept-Encoding", "zstd");
  bh_engine_send(engine, PHASE_PULL, request);
}

static gboolean names_staff(const json_t *page)
{
  const json_t *records = json_object_get(page, "records");

  for (size_t i = 0; i < json_array_size(records); i++)
    if (g_str_equal(bh_json_string_or(json_array_get(records, i), "kind", ""), "staff"))
      return TRUE;
  return FALSE;
}

/* A page no hub should send: said with what is wrong, and tried again later. */
static void fail_page(BhEngine *engine, BhDevice *device, const char *what)
{
  g_warning("sync: the hub %s", what);
  bh_engine_fail_round(engine, device, BH_ERROR_FORMAT, 0);
}

static void ask_kinds(BhEngine *engine, BhDevice *device, const char *hash)
{
  g_autofree char *path = g_strconcat("/v1/kinds/", hash, NULL);

  if (++engine->kinds_asked > BH_ENGINE_KINDS_PER_ROUND) {
    fail_page(engine, device, "names another kind set again and again");
    return;
  }
  BhTransportRequest *request = bh_engine_request(engine, "GET", path, BH_ANSWER_MAX_BYTES);
  g_free(engine->kinds);
  engine->kinds = g_strdup(hash);
  bh_transport_request_add_header(request, "Accept-Encoding", "zstd");
  bh_engine_send(engine, PHASE_KINDS, request);
}

/* The list is small; without a version in the page it is fetched once in each round. */
static gboolean needs_staff(BhEngine *engine, const json_t *page)
{
  const char *version = bh_json_string_or(page, "staff", NULL);

  if (version != NULL && g_strcmp0(version, engine->staff) == 0 &&
      engine->boot_ms - engine->staff_boot_ms < BH_ENGINE_STAFF_MS)
    return FALSE;
  g_free(engine->staff_wanted);
  engine->staff_wanted = g_strdup(version);
  return TRUE;
}

static void leave_pull(BhEngine *engine, BhDevice *device)
{
  engine->pulled = TRUE;
  g_clear_pointer(&engine->page, json_decref);
  if (engine->saved)
    bh_engine_push(engine, device);
  else
    bh_engine_files(engine, device);
}

static void ask_staff(BhEngine *engine)
{
  bh_engine_send(engine, PHASE_STAFF,
                 bh_engine_request(engine, "GET", "/v1/staff", STAFF_ANSWER_BYTES));
}

/* Applies the page whose kind set is here. */
static void apply_page(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) page = g_steal_pointer(&engine->page);
  g_autofree char *before = bh_outbox_dup_cursor(device);
  gboolean more = json_is_true(json_object_get(page, "more"));

  if (!bh_outbox_apply_changes(device, page, &error)) {
    bh_engine_fail_store(engine, device, error);
    return;
  }
  engine->pulled_records += (gint64)json_array_size(json_object_get(page, "records"));
  if (names_staff(page))
    g_clear_pointer(&engine->staff, g_free);
  if (!more) {
    if (needs_staff(engine, page))
      ask_staff(engine);
    else
      leave_pull(engine, device);
    return;
  }
  if (g_strcmp0(before, bh_json_string_or(page, "cursor", NULL)) == 0) {
    fail_page(engine, device, "says there is more at the same cursor");
    return;
  }
  gboolean empty = json_array_size(json_object_get(page, "records")) == 0 &&
                   json_array_size(json_object_get(page, "gone")) == 0;
  engine->empty_pages = empty ? engine->empty_pages + 1 : 0;
  if (engine->empty_pages > BH_ENGINE_REPEATS_MAX) {
    fail_page(engine, device, "says there is more and sends nothing");
    return;
  }
  if (++engine->pages >= BH_ENGINE_PAGES_PER_ROUND) {
    engine->again = TRUE;
    leave_pull(engine, device);
    return;
  }
  /* Findings do not wait for a long list of enterprises. */
  if (engine->saved)
    bh_engine_push(engine, device);
  else
    bh_engine_pull(engine, device);
}

/* What a page has too many of; NULL when it keeps the limits. */
static const char *find_excess(const json_t *page)
{
  if (json_array_size(json_object_get(page, "records")) > BH_CHANGES_MAX_RECORDS)
    return "sends more records in a page than were asked for";
  if (json_array_size(json_object_get(page, "gone")) > BH_CHANGES_MAX_GONE)
    return "names too many records as gone in one page";
  if (json_array_size(json_object_get(page, "quarantined")) > BH_QUARANTINED_MAX)
    return "names too many entries as held back";
  return NULL;
}

void bh_engine_on_pull(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  const char *hash;

  if (bh_engine_refused(engine, device, answer))
    return;
  if (answer->status != 200) {
    bh_engine_fail_round(engine, device, bh_engine_code(answer), 0);
    return;
  }
  g_clear_pointer(&engine->page, json_decref);
  engine->page = bh_engine_parse(engine, device, answer);
  if (engine->page == NULL)
    return;
  bh_engine_note_time(engine, device, engine->page);
  hash = bh_json_string_or(engine->page, "kinds", "");
  const char *wrong = find_excess(engine->page);
  if (wrong != NULL) {
    fail_page(engine, device, wrong);
    return;
  }
  if (!bh_hash_is_valid(hash) || !json_is_array(json_object_get(engine->page, "records")) ||
      strlen(bh_json_string_or(engine->page, "cursor", "")) > BH_CURSOR_MAX_BYTES) {
    bh_engine_fail_round(engine, device, BH_ERROR_FORMAT, 0);
    return;
  }
  if (!bh_outbox_has_kinds(device, hash))
    ask_kinds(engine, device, hash);
  else
    apply_page(engine, device);
}

static GBytes *expand(const BhTransportAnswer *answer, GError **error)
{
  const char *encoding = bh_transport_answer_get_header(answer, "Content-Encoding");
  gsize len;
  const void *bytes = g_bytes_get_data(answer->body, &len);

  if (encoding == NULL || g_ascii_strcasecmp(encoding, "zstd") != 0)
    return g_bytes_ref(answer->body);
  return bh_batch_expand(bytes, len, BH_ANSWER_MAX_BYTES, error);
}

void bh_engine_on_kinds(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) text = NULL;
  g_autofree char *hash = NULL;
  const char *bytes;
  gsize len;

  if (bh_engine_refused(engine, device, answer))
    return;
  text = answer->status == 200 ? expand(answer, &error) : NULL;
  if (text == NULL) {
    bh_engine_fail_round(engine, device, BH_ERROR_FAILED, 0);
    return;
  }
  bytes = g_bytes_get_data(text, &len);
  hash = bh_hash_hex(bytes, len);
  if (!g_str_equal(hash, engine->kinds)) {
    bh_engine_fail_round(engine, device, BH_ERROR_FORMAT, 0);
    return;
  }
  if (!bh_outbox_store_kinds(device, bytes, len, &error))
    bh_engine_fail_store(engine, device, error);
  else
    apply_page(engine, device);
}

void bh_engine_on_staff(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) object = NULL;
  const char *sealed;

  if (bh_engine_refused(engine, device, answer))
    return;
  if (answer->status != 200) {
    /* People can go on with the list that is here. */
    bh_engine_note_error(engine, BH_ERROR_FAILED);
    leave_pull(engine, device);
    return;
  }
  object = bh_engine_parse(engine, device, answer);
  if (object == NULL)
    return;
  sealed = bh_json_get_string(object, "sealed", "answer of the hub", &error);
  if (sealed == NULL || !bh_outbox_store_staff(device, sealed, &error)) {
    if (g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE)) {
      bh_engine_fail_store(engine, device, error);
      return;
    }
    g_info("sync: %s", error->message);
    bh_engine_note_error(engine, (BhErrorCode)error->code);
  } else {
    g_free(engine->staff);
    engine->staff = g_steal_pointer(&engine->staff_wanted);
    engine->staff_boot_ms = engine->boot_ms;
  }
  leave_pull(engine, device);
}
