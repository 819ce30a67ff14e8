/* Enrols a store by a one-time text, or gives it a new address of its hub. Start with
 * bh_sync_enrol_with. */
#include "sync/device/run/sync.h"

#include "schema/base64.h"
#include "schema/error.h"
#include "sync/device/store/store.h"
#include "sync/wire/credential.h"
#include "sync/wire/enrol-text.h"

#include <sodium.h>
#include <string.h>

#define TRIES 3
#define ANSWER_MAX_BYTES (256 * 1024)

/* Data of one enrolment that is passed to the store's thread and back. */
typedef struct {
  guint8 public_key[BH_PUBLIC_KEY_SIZE];
  guint8 secret_key[BH_SECRET_KEY_SIZE];
  const BhEnrolText *text;
  const json_t *answer;
  /* the hub of the store, if the text is of the hub at which the store is enrolled already; else
   * NULL */
  BhUplink *uplink;
  BhEncryption encryption; /* of the disk on which the store lies */
  GAsyncResult *result;
} Enrolment;

static void wipe_enrolment(Enrolment *enrolment)
{
  sodium_memzero(enrolment->secret_key, sizeof enrolment->secret_key);
  g_clear_pointer(&enrolment->uplink, bh_uplink_free);
  g_clear_object(&enrolment->result);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Enrolment, wipe_enrolment)

/* Returns the hub of the store, if the text is of that hub too: the hub may have a new address. The
 * text must name the same key, because the device's token must not be sent to another server. */
static BhUplink *find_moved(BhDevice *device, const BhEnrolText *text, GError **error)
{
  g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(device, error);

  if (uplink == NULL)
    return NULL;
  if (strcmp(uplink->hub, text->hub) != 0)
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID,
                        "enrolment: this store is enrolled already, at another hub");
  else if (!g_strv_contains((const char *const *)uplink->pins, text->pin))
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID,
                        "enrolment: this store is enrolled already, and the text names another key "
                        "of the hub");
  else
    return g_steal_pointer(&uplink);
  return NULL;
}

static void keep_address(BhDevice *device, GTask *task, gpointer data)
{
  Enrolment *enrolment = data;
  GError *error = NULL;

  if (bh_outbox_set_address(device, enrolment->text->url, &error))
    g_task_return_boolean(task, TRUE);
  else
    g_task_return_error(task, error);
}

static void take_key(BhDevice *device, GTask *task, gpointer data)
{
  Enrolment *enrolment = data;
  GError *error = NULL;

  enrolment->encryption = bh_device_get_encryption(device);
  if (bh_device_is_enrolled(device))
    enrolment->uplink = find_moved(device, enrolment->text, &error);
  else
    bh_outbox_get_enrol_key(device, enrolment->public_key, enrolment->secret_key, &error);
  if (error != NULL)
    g_task_return_error(task, error);
  else
    g_task_return_boolean(task, TRUE);
}

static void keep_answer(BhDevice *device, GTask *task, gpointer data)
{
  Enrolment *enrolment = data;
  GError *error = NULL;

  if (bh_outbox_set_enrolled(device, enrolment->text->url, enrolment->text->pin, enrolment->answer,
                             &error))
    g_task_return_boolean(task, TRUE);
  else
    g_task_return_error(task, error);
}

static void on_done(GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **kept = data;

  (void)source;
  *kept = g_object_ref(result);
}

static void wait_for(GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration(g_main_context_get_thread_default(), TRUE);
}

static gboolean run_on_store(BhWorker *worker, BhWorkFunc func, Enrolment *enrolment,
                             GError **error)
{
  g_clear_object(&enrolment->result);
  bh_worker_run_async(worker, func, enrolment, NULL, NULL, NULL, on_done, &enrolment->result);
  wait_for(&enrolment->result);
  return g_task_propagate_boolean(G_TASK(enrolment->result), error);
}

static BhTransportRequest *make_request(const Enrolment *enrolment, const char *name)
{
  const char *pins[] = {enrolment->text->pin, NULL};
  BhTransportRequest *request =
      bh_transport_request_new("POST", enrolment->text->url, "/v1/enrol", pins);
  g_autofree char *token = bh_base64_encode(enrolment->text->token, BH_ENROL_TOKEN_SIZE);
  g_autofree char *key = bh_base64_encode(enrolment->public_key, BH_PUBLIC_KEY_SIZE);
  g_autofree char *proof =
      bh_enrol_prove(enrolment->text->token, enrolment->public_key, enrolment->secret_key);
  g_autoptr(json_t) body =
      json_pack("{s:s,s:s,s:s,s:s,s:s}", "token", token, "name", name, "key", key, "proof", proof,
                "encryption", bh_encryption_name(enrolment->encryption));
  char *json = bh_json_dump(body);

  request->answer_max = ANSWER_MAX_BYTES;
  request->body = g_bytes_new_take(json, strlen(json));
  bh_transport_request_add_header(request, "Content-Type", "application/json");
  return request;
}

static json_t *read_answer(const Enrolment *enrolment, const BhTransportAnswer *answer,
                           GError **error)
{
  g_autoptr(json_t) object = NULL;
  const char *text;
  gsize len;

  if (g_strcmp0(bh_transport_answer_get_header(answer, BH_HEADER_HUB), enrolment->text->hub) != 0) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_HUB,
                        "enrolment: the answer is not from the hub of the text");
    return NULL;
  }
  text = g_bytes_get_data(answer->body, &len);
  object =
      bh_json_parse(text != NULL ? text : "", len, ANSWER_MAX_BYTES, "answer of the hub", error);
  if (object == NULL)
    return NULL;
  if (answer->status == 201 || answer->status == 200)
    return g_steal_pointer(&object);
  /* The id of the request lets the administrator find the refusal in the hub's log. */
  const char *id = bh_json_string_or(object, "request", "");
  g_set_error(error, BH_ERROR,
              bh_error_code_from_name(bh_json_string_or(object, "error", "failed")), "%s%s%s%s",
              bh_json_string_or(object, "message", "enrolment: the hub refused"),
              *id != '\0' ? " [" : "", id, *id != '\0' ? "]" : "");
  return NULL;
}

/* Makes the request of an enrolled store, which only asks at the address of the text whether its
 * hub answers there. */
static BhTransportRequest *make_question(const Enrolment *enrolment)
{
  const BhUplink *uplink = enrolment->uplink;
  g_autofree char *path = g_strconcat("/v1/head?incarnation=", uplink->incarnation, NULL);
  g_autofree char *authorization = bh_auth_format(uplink->device, uplink->token);
  const char *pins[] = {enrolment->text->pin, NULL};
  BhTransportRequest *request = bh_transport_request_new("GET", enrolment->text->url, path, pins);

  request->answer_max = ANSWER_MAX_BYTES;
  bh_transport_request_add_header(request, "Authorization", authorization);
  if (uplink->encryption != NULL)
    bh_transport_request_add_header(request, BH_HEADER_ENCRYPTION, uplink->encryption);
  return request;
}

/* Sends the enrolment, and repeats a request whose answer was lost: the hub answers the same key
 * with the same enrolment. */
static json_t *ask_hub(BhTransport *transport, const Enrolment *enrolment, const char *name,
                       GError **error)
{
  for (int i = 1;; i++) {
    g_autoptr(GError) local = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(BhTransportAnswer) answer = NULL;

    BhTransportRequest *request =
        enrolment->uplink != NULL ? make_question(enrolment) : make_request(enrolment, name);
    bh_transport_send_async(transport, request, NULL, on_done, &result);
    wait_for(&result);
    answer = bh_transport_send_finish(result, &local);
    if (answer != NULL)
      return read_answer(enrolment, answer, error);
    if (i == TRIES || !g_error_matches(local, BH_ERROR, BH_ERROR_UNCERTAIN)) {
      g_propagate_prefixed_error(error, g_steal_pointer(&local), "enrolment: ");
      return NULL;
    }
  }
}

static gboolean enrol(BhWorker *worker, BhTransport *transport, const BhEnrolText *text,
                      const char *name, GError **error)
{
  g_auto(Enrolment) enrolment = {.text = text};
  g_autoptr(json_t) answer = NULL;

  if (!run_on_store(worker, take_key, &enrolment, error))
    return FALSE;
  answer = ask_hub(transport, &enrolment, name, error);
  if (answer == NULL)
    return FALSE;
  enrolment.answer = answer;
  return run_on_store(worker, enrolment.uplink != NULL ? keep_address : keep_answer, &enrolment,
                      error);
}

gboolean bh_sync_enrol_with(BhWorker *worker, BhTransport *transport, const char *text,
                            const char *name, GError **error)
{
  g_autoptr(BhTransport) taken = transport;
  g_autoptr(BhEnrolText) decoded = bh_enrol_text_decode(text, error);
  g_autoptr(GMainContext) context = g_main_context_new();
  g_autoptr(json_t) status = NULL;
  gboolean ok;

  if (decoded == NULL)
    return FALSE;
  if (!g_utf8_validate(name, -1, NULL) || g_utf8_strlen(name, -1) > 64) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_LIMIT,
                        "enrolment: the name is longer than 64 characters");
    return FALSE;
  }
  g_main_context_push_thread_default(context);
  ok = enrol(worker, taken, decoded, name, error);
  g_main_context_pop_thread_default(context);
  if (ok)
    status = bh_sync_once_with(worker, g_steal_pointer(&taken), NULL);
  return ok;
}
