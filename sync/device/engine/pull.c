/* Pulls records from the hub, page by page. A kind set that a page needs and this device lacks is
 * fetched before the page is applied. After the last page the list of staff is fetched if it may
 * have changed or is old. */
#include "sync/device/engine/pull.h"

#include <string.h>

#include "schema/error.h"
#include "sync/wire/batch.h"

#define STAFF_ANSWER_BYTES (4 * 1024 * 1024)

BhEnginePhase bh_engine_begin_pull(BhEngine *engine, BhDevice *device)
{
  g_autofree char *cursor = bh_outbox_dup_cursor(device);
  g_autofree char *escaped =
      cursor != NULL ? g_uri_escape_string(cursor, NULL, FALSE) : g_strdup("");
  g_autofree char *path = g_strdup_printf("/v1/changes?limit=%d%s%s", BH_CHANGES_MAX_RECORDS,
                                          cursor != NULL ? "&cursor=" : "", escaped);
  BhTransportRequest *request = bh_engine_request(engine, "GET", path, BH_ANSWER_MAX_BYTES);

  bh_transport_request_add_header(request, "Accept-Encoding", "zstd");
  return bh_engine_send(engine, PHASE_PULL, request);
}

/* Ends the round because of a page that no hub should send. The warning names the fault; the page
 * is requested again later. */
static BhEnginePhase fail_page(BhEngine *engine, BhDevice *device, const char *what)
{
  g_warning("sync: the hub %s", what);
  return bh_engine_fail_round(engine, device, BH_ERROR_FORMAT, 0);
}

/* --- a page --- */

static gboolean names_staff(const json_t *page)
{
  const json_t *records = json_object_get(page, "records");

  for (size_t i = 0; i < json_array_size(records); i++)
    if (g_str_equal(bh_json_string_or(json_array_get(records, i), "kind", ""), "staff"))
      return TRUE;
  return FALSE;
}

/* Whether to fetch the list of staff. A hub that names no version of the list is asked in each
 * round; the list is small. */
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

static BhEnginePhase leave_pull(BhEngine *engine)
{
  engine->pulled = TRUE;
  g_clear_pointer(&engine->page, json_decref);
  return engine->saved ? PHASE_PUSH : PHASE_FILES;
}

/* Applies the page, whose kind set the device has now. */
static BhEnginePhase apply_page(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) page = g_steal_pointer(&engine->page);
  g_autofree char *before = bh_outbox_dup_cursor(device);
  gboolean more = json_is_true(json_object_get(page, "more"));

  if (!bh_outbox_apply_changes(device, page, &error))
    return bh_engine_fail_store(engine, device, error);
  engine->pulled_records += (gint64)json_array_size(json_object_get(page, "records"));
  if (names_staff(page))
    g_clear_pointer(&engine->staff, g_free);
  if (!more)
    return needs_staff(engine, page) ? PHASE_STAFF : leave_pull(engine);
  if (g_strcmp0(before, bh_json_string_or(page, "cursor", NULL)) == 0)
    return fail_page(engine, device, "says there is more at the same cursor");
  gboolean empty = json_array_size(json_object_get(page, "records")) == 0 &&
                   json_array_size(json_object_get(page, "gone")) == 0;
  engine->empty_pages = empty ? engine->empty_pages + 1 : 0;
  if (engine->empty_pages > BH_ENGINE_REPEATS_MAX)
    return fail_page(engine, device, "says there is more and sends nothing");
  if (++engine->pages >= BH_ENGINE_PAGES_PER_ROUND) {
    engine->again = TRUE;
    return leave_pull(engine);
  }
  /* Entries saved meanwhile are pushed before the next of many pages. */
  return engine->saved ? PHASE_PUSH : PHASE_PULL;
}

/* Returns the member of a page that exceeds its limit; NULL when all limits are kept. */
static const char *find_excess(const json_t *page)
{
  if (json_array_size(json_object_get(page, "records")) > BH_CHANGES_MAX_RECORDS)
    return "sends more records in a page than were asked for";
  if (json_array_size(json_object_get(page, "gone")) > BH_CHANGES_MAX_GONE)
    return "names too many records as gone in one page";
  if (json_array_size(json_object_get(page, "quarantined")) > BH_QUARANTINED_MAX)
    return "names too many entries as quarantined";
  return NULL;
}

BhEnginePhase bh_engine_on_pull(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  if (bh_engine_refused(engine, device, answer))
    return PHASE_NONE;
  if (answer->status != 200)
    return bh_engine_fail_round(engine, device, bh_engine_code(answer), 0);
  g_clear_pointer(&engine->page, json_decref);
  engine->page = bh_engine_parse(engine, device, answer);
  if (engine->page == NULL)
    return PHASE_NONE;
  bh_engine_note_time(engine, device, engine->page);
  const char *hash = bh_json_string_or(engine->page, "kinds", "");
  const char *wrong = find_excess(engine->page);
  if (wrong != NULL)
    return fail_page(engine, device, wrong);
  if (!bh_hash_is_valid(hash) || !json_is_array(json_object_get(engine->page, "records")) ||
      strlen(bh_json_string_or(engine->page, "cursor", "")) > BH_CURSOR_MAX_BYTES)
    return bh_engine_fail_round(engine, device, BH_ERROR_FORMAT, 0);
  return bh_outbox_has_kinds(device, hash) ? apply_page(engine, device) : PHASE_KINDS;
}

/* --- the kind set of a page --- */

BhEnginePhase bh_engine_begin_kinds(BhEngine *engine, BhDevice *device)
{
  const char *hash = bh_json_string_or(engine->page, "kinds", "");
  g_autofree char *path = g_strconcat("/v1/kinds/", hash, NULL);

  if (++engine->kinds_asked > BH_ENGINE_KINDS_PER_ROUND)
    return fail_page(engine, device, "names another kind set again and again");
  BhTransportRequest *request = bh_engine_request(engine, "GET", path, BH_ANSWER_MAX_BYTES);
  g_free(engine->kinds);
  engine->kinds = g_strdup(hash);
  bh_transport_request_add_header(request, "Accept-Encoding", "zstd");
  return bh_engine_send(engine, PHASE_KINDS, request);
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

BhEnginePhase bh_engine_on_kinds(BhEngine *engine, BhDevice *device,
                                 const BhTransportAnswer *answer)
{
  g_autoptr(GError) error = NULL;
  gsize len;

  if (bh_engine_refused(engine, device, answer))
    return PHASE_NONE;
  g_autoptr(GBytes) text = answer->status == 200 ? expand(answer, &error) : NULL;
  if (text == NULL)
    return bh_engine_fail_round(engine, device, BH_ERROR_FAILED, 0);
  const char *bytes = g_bytes_get_data(text, &len);
  g_autofree char *hash = bh_hash_hex(bytes, len);
  if (!g_str_equal(hash, engine->kinds))
    return bh_engine_fail_round(engine, device, BH_ERROR_FORMAT, 0);
  if (!bh_outbox_store_kinds(device, bytes, len, &error))
    return bh_engine_fail_store(engine, device, error);
  return apply_page(engine, device);
}

/* --- staff --- */

BhEnginePhase bh_engine_begin_staff(BhEngine *engine, BhDevice *device G_GNUC_UNUSED)
{
  return bh_engine_send(engine, PHASE_STAFF,
                        bh_engine_request(engine, "GET", "/v1/staff", STAFF_ANSWER_BYTES));
}

BhEnginePhase bh_engine_on_staff(BhEngine *engine, BhDevice *device,
                                 const BhTransportAnswer *answer)
{
  g_autoptr(GError) error = NULL;

  if (bh_engine_refused(engine, device, answer))
    return PHASE_NONE;
  if (answer->status != 200) {
    /* The device keeps its present list of staff, so people can go on working. */
    bh_engine_note_error(engine, BH_ERROR_FAILED);
    return leave_pull(engine);
  }
  g_autoptr(json_t) object = bh_engine_parse(engine, device, answer);
  if (object == NULL)
    return PHASE_NONE;
  const char *sealed = bh_json_get_string(object, "sealed", "answer of the hub", &error);
  if (sealed == NULL || !bh_outbox_store_staff(device, sealed, &error)) {
    if (g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE))
      return bh_engine_fail_store(engine, device, error);
    g_info("sync: %s", error->message);
    bh_engine_note_error(engine, (BhErrorCode)error->code);
  } else {
    g_free(engine->staff);
    engine->staff = g_steal_pointer(&engine->staff_wanted);
    engine->staff_boot_ms = engine->boot_ms;
  }
  return leave_pull(engine);
}
