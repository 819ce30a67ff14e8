/* Runs the calls of the office page: queues a request, checks session and duties on a pool thread,
 * does the work with a reader, logs restricted records, and answers. Start at run_job. */
#include "sync/hub/office/internal.h"

#include <sodium.h>
#include <string.h>

#include "schema/civil.h"
#include "schema/error.h"
#include "sync/hub/office/upload.h"

#define CALLS_AT_ONCE 4       /* threads of the pool */
#define CALLS_WAITING_MAX 400 /* calls that may wait; more fail at once with BH_ERROR_BUSY */

typedef struct {
  BhRequest *request;
  guint duties;
  gboolean takes_bytes;
  BhOfficeWork work;
} Job;

gint64 bh_office_now_ms(BhOffice *office)
{
  const BhClock *clock = bh_hub_get_clock(office->hub);
  return clock->wall_ms(clock->data);
}

void bh_office_make_id(BhOffice *office, char out[BH_ID_LEN + 1])
{
  g_mutex_lock(&office->lock);
  bh_id_next(&office->ids, out);
  g_mutex_unlock(&office->lock);
}

BhRequest *bh_office_take_request(BhOfficeCall *call, GError **error)
{
  if (!bh_office_log_access(call, error))
    return NULL;
  bh_db_set_interrupt(call->db, NULL, NULL);
  return g_steal_pointer(&call->request);
}

static gboolean is_safe(const char *method)
{
  return g_str_equal(method, "GET") || g_str_equal(method, "HEAD");
}

static gboolean read_body(BhOfficeCall *call, gboolean takes_bytes, GError **error)
{
  GBytes *bytes = bh_request_get_body(call->request);
  gsize size = 0;
  const char *text = g_bytes_get_data(bytes, &size);
  const char *type = bh_request_get_header(call->request, "Content-Type");
  if (takes_bytes && g_strcmp0(type, "application/octet-stream") != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "body: must be application/octet-stream");
    return FALSE;
  }
  if (takes_bytes || size == 0)
    return TRUE;
  if (type == NULL || !g_str_has_prefix(type, "application/json")) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "body: must be application/json");
    return FALSE;
  }
  call->body = bh_json_parse(text, size, size, "body", error);
  if (call->body == NULL)
    return FALSE;
  if (!json_is_object(call->body)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "body: must be an object");
    return FALSE;
  }
  return TRUE;
}

/* Checks origin, session, token and duties. Sets *status if the HTTP status of the answer is not
 * that of the error's code. */
static gboolean admit(BhOfficeCall *call, guint duties, guint *status, GError **error)
{
  gboolean changes = !is_safe(bh_request_get_method(call->request));
  if (changes && !bh_office_check_origin(call, error))
    return FALSE;
  if (duties == 0)
    return TRUE;
  gboolean poll = bh_request_get_header(call->request, "X-Bihuan-Poll") != NULL;
  if (!bh_office_load_session(call, !poll, error)) {
    *status = 401;
    return FALSE;
  }
  if (changes && !bh_office_check_csrf(call, error))
    return FALSE;
  if ((call->duties & duties) == 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "role: none of your roles allows this request");
    return FALSE;
  }
  return TRUE;
}

static gboolean is_abandoned(gpointer request)
{
  return bh_request_is_abandoned(request);
}

const char *bh_office_get_argument(BhOfficeCall *call, const char *name)
{
  if (call->request == NULL)
    return bh_json_string_or(call->body, name, NULL);
  const char *given = bh_request_get_param(call->request, name);
  return given != NULL ? given : bh_request_get_query(call->request, name);
}

gboolean bh_office_call_begin(BhOfficeCall *call, BhOffice *office, const char *lang,
                              GError **error)
{
  call->office = office;
  call->hub = office->hub;
  call->kinds = bh_hub_dup_kinds(office->hub);
  call->lang = lang;
  call->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  call->now_ms = bh_office_now_ms(office);
  BhDate date = bh_date_from_ms(call->now_ms);
  g_autofree char *today = bh_date_format(&date);
  g_strlcpy(call->today, today, sizeof call->today);
  call->db = bh_hub_acquire_reader(call->hub, error);
  if (call->db == NULL)
    return FALSE;
  call->cache = bh_value_cache_new(call->db);
  return TRUE;
}

/* Begins the call of a request. If the call changes nothing, its SQL is interrupted when the client
 * no longer waits for the answer, so that the thread is free for other calls. */
static gboolean begin(BhOfficeCall *call, BhOffice *office, GError **error)
{
  gboolean reads = is_safe(bh_request_get_method(call->request));
  const char *lang = bh_request_get_query(call->request, "lang");
  if (!bh_office_call_begin(call, office, g_strcmp0(lang, "en") == 0 ? "en" : "zh", error))
    return FALSE;
  if (reads && bh_request_is_abandoned(call->request)) {
    g_set_error(error, BH_ERROR, BH_ERROR_BUSY, "office: the client has left");
    return FALSE;
  }
  if (reads)
    bh_db_set_interrupt(call->db, is_abandoned, call->request);
  return TRUE;
}

/* Logs who changed something, or tried to. The body of the request is not logged, because it
 * contains text that people wrote. Of a file in many parts, only the last one is logged, by
 * attach.c. */
static void note_act(BhOfficeCall *call, const Job *job, const GError *error)
{
  if ((job->takes_bytes && error == NULL) || job->duties == 0 || call->request == NULL ||
      call->staff == NULL || call->only_asks || is_safe(bh_request_get_method(call->request)))
    return;
  const BhRoute *route = bh_request_get_route(call->request);
  const char *id = bh_request_get_param(call->request, "id");
  g_message("%s: %s %s%s%s%s%s", call->staff, route->method, route->path, id != NULL ? " of " : "",
            id != NULL ? id : "", error != NULL ? " is refused: " : "",
            error == NULL               ? ""
            : error->domain == BH_ERROR ? bh_error_code_name((BhErrorCode)error->code)
                                        : "failed");
}

static void answer(BhOfficeCall *call, json_t *result, guint status, const GError *error)
{
  BhRequest *request = g_steal_pointer(&call->request);
  if (request == NULL)
    return;
  bh_request_add_header(request, "Cache-Control", "no-store");
  if (error == NULL)
    bh_request_answer_json(request, 200, result);
  else if (status != 0)
    bh_request_answer_error_as(request, status, error, call->more);
  else
    bh_request_answer_error(request, error, call->more);
}

void bh_office_call_clear(BhOfficeCall *call)
{
  if (call->db != NULL)
    bh_hub_release_reader(call->hub, call->db);
  g_clear_pointer(&call->kinds, bh_kind_set_unref);
  g_clear_pointer(&call->body, json_decref);
  g_clear_pointer(&call->more, json_decref);
  g_clear_pointer(&call->staff_values, json_decref);
  g_free(call->token_hash);
  g_free(call->csrf);
  g_free(call->staff);
  g_clear_pointer(&call->cache, bh_value_cache_free);
  g_clear_pointer(&call->access, bh_access_free);
  bh_setting_values_unref(call->settings);
  g_clear_pointer(&call->names, g_hash_table_unref);
}

static void run_job(gpointer item, gpointer data)
{
  g_autofree Job *job = item;
  BhOffice *office = data;
  g_autoptr(GError) error = NULL;
  guint status = 0;
  BhTrace before = bh_trace_set(bh_request_get_trace(job->request));
  BhOfficeCall call = {.request = job->request};
  g_autoptr(json_t) result = NULL;
  bh_office_uploads_expire(office->uploads);
  if (begin(&call, office, &error) && admit(&call, job->duties, &status, &error) &&
      read_body(&call, job->takes_bytes, &error))
    result = job->work(&call, &error);
  if (result != NULL)
    bh_office_log_access(&call, &error);
  if (call.db != NULL)
    bh_db_set_interrupt(call.db, NULL, NULL);
  note_act(&call, job, error);
  answer(&call, result, status, error);
  bh_office_call_clear(&call);
  bh_trace_set(before);
}

void bh_office_start(BhOffice *office, BhRequest *request, guint duties, gboolean takes_bytes,
                     BhOfficeWork work)
{
  if (g_thread_pool_unprocessed(office->pool) > CALLS_WAITING_MAX) {
    g_autoptr(GError) error =
        g_error_new(BH_ERROR, BH_ERROR_BUSY, "office: too many requests are waiting");
    bh_request_answer_error(request, error, NULL);
    return;
  }
  Job *job = g_new0(Job, 1);
  *job = (Job){.request = request, .duties = duties, .takes_bytes = takes_bytes, .work = work};
  g_thread_pool_push(office->pool, job, NULL);
}

BhOffice *bh_office_new(BhHub *hub, gboolean secure)
{
  if (sodium_init() < 0)
    g_error("sodium cannot start"); /* without random numbers nothing may continue */
  BhOffice *office = g_new0(BhOffice, 1);
  office->hub = hub;
  office->secure = secure;
  g_mutex_init(&office->lock);
  g_mutex_init(&office->case_lock);
  bh_id_source_init(&office->ids, bh_hub_get_clock(hub), bh_hub_get_random(hub));
  office->uploads = bh_office_uploads_new(hub);
  bh_office_uploads_clean(hub);
  office->in_flight = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  office->peers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  office->dummy_verifier = g_malloc0(crypto_pwhash_STRBYTES);
  if (crypto_pwhash_str(office->dummy_verifier, "", 0, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
    g_error("out of memory"); /* ends the program, as GLib does */
  office->pool = g_thread_pool_new(run_job, office, CALLS_AT_ONCE, FALSE, NULL);
  return office;
}

void bh_office_free(BhOffice *office)
{
  g_thread_pool_free(office->pool, FALSE, TRUE);
  bh_office_uploads_free(office->uploads);
  g_hash_table_unref(office->peers);
  g_hash_table_unref(office->in_flight);
  g_mutex_clear(&office->lock);
  g_mutex_clear(&office->case_lock);
  g_free(office->dummy_verifier);
  g_free(office);
}
