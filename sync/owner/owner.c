/* Lock and socket of the process that has a store open. Start with bh_owner_take
 * and on_request(). */
#include "sync/owner/owner.h"

#include "sync/owner/line.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK_NAME "owner.lock"
#define ASK_TIMEOUT_S 10
#define TAKE_OVER_POLL_MS 50
#define MAX_CALLS 64 /* open connections at once */

struct _BhOwner {
  char *dir;
  char *role;
  int lock_fd;
  GSocketService *service;
  GMainContext *context;
  BhOwnerFunc func;
  gpointer data;
  GCancellable *stop;
  GPtrArray *calls; /* BhOwnerCall*, borrowed: open calls that wait for a request or an answer */
};

struct _BhOwnerCall {
  BhOwner *owner; /* NULL after the owner is released; used on `context` only */
  GMainContext *context;
  GSocketConnection *connection;
  GCancellable *stop;
  char *answer; /* line with the answer, to be written */
};

static void call_free(BhOwnerCall *call)
{
  g_clear_object(&call->connection);
  g_clear_object(&call->stop);
  g_clear_pointer(&call->context, g_main_context_unref);
  g_free(call->answer);
  g_free(call);
}

static void call_close(BhOwnerCall *call)
{
  if (call->owner != NULL)
    g_ptr_array_remove_fast(call->owner->calls, call);
  call->owner = NULL;
  g_io_stream_close(G_IO_STREAM(call->connection), NULL, NULL);
  call_free(call);
}

static void on_written(GObject *source, GAsyncResult *result, gpointer data)
{
  g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, NULL);
  call_close(data);
}

static gboolean write_answer(gpointer data)
{
  BhOwnerCall *call = data;

  g_output_stream_write_all_async(g_io_stream_get_output_stream(G_IO_STREAM(call->connection)),
                                  call->answer, strlen(call->answer), G_PRIORITY_DEFAULT,
                                  call->stop, on_written, call);
  return G_SOURCE_REMOVE;
}

static void send_answer(BhOwnerCall *call, const json_t *answer)
{
  g_autofree char *text = bh_json_dump(answer);

  g_return_if_fail(call->answer == NULL);
  if (text == NULL || strlen(text) + 1 > BH_OWNER_LINE_MAX)
    call->answer = g_strdup("{\"error\":\"limit\",\"message\":\"owner: answer is too long\"}\n");
  else
    call->answer = g_strconcat(text, "\n", NULL);
  g_main_context_invoke(call->context, write_answer, call);
}

void bh_owner_reply(BhOwnerCall *call, const json_t *result)
{
  g_autoptr(json_t) answer = json_object();

  json_object_set(answer, "ok", (json_t *)result);
  send_answer(call, answer);
}

void bh_owner_reply_error(BhOwnerCall *call, const GError *error)
{
  BhErrorCode code =
      error->domain == BH_ERROR ? (BhErrorCode)error->code : (BhErrorCode)BH_ERROR_FAILED;
  g_autoptr(json_t) answer = json_pack("{s:s}", "error", bh_error_code_name(code));

  /* The message is set separately: json_pack would fail for a message that is not UTF-8, and the
   * code would be lost. */
  json_object_set_new(answer, "message", json_string(error->message));
  send_answer(call, answer);
}

static void reply_who(BhOwner *owner, BhOwnerCall *call)
{
  g_autoptr(json_t) who = json_pack("{s:s,s:i}", "role", owner->role, "pid", (int)getpid());

  bh_owner_reply(call, who);
}

static void on_request(GObject *source, GAsyncResult *result, gpointer data)
{
  BhOwnerCall *call = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) request = NULL;
  g_autofree char *line = bh_line_read_finish(G_INPUT_STREAM(source), result, &error);

  if (line != NULL)
    request = bh_json_parse(line, strlen(line), BH_OWNER_LINE_MAX, "request", &error);
  if (call->owner == NULL || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    call_close(call);
    return;
  }
  if (request != NULL && bh_json_get_string(request, "method", "request", &error) == NULL)
    g_clear_pointer(&request, json_decref);
  if (request == NULL)
    bh_owner_reply_error(call, error);
  else if (g_str_equal(bh_json_string_or(request, "method", ""), "owner"))
    reply_who(call->owner, call);
  else
    call->owner->func(call->owner, request, call, call->owner->data);
}

static gboolean is_same_user(GSocketConnection *connection)
{
  g_autoptr(GCredentials) peer =
      g_socket_get_credentials(g_socket_connection_get_socket(connection), NULL);

  return peer != NULL && g_credentials_get_unix_user(peer, NULL) == getuid();
}

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection,
                            GObject *source_object, gpointer data)
{
  BhOwner *owner = data;
  BhOwnerCall *call;

  (void)service;
  (void)source_object;
  if (!is_same_user(connection) || owner->calls->len >= MAX_CALLS)
    return TRUE; /* dropping the last reference closes the connection */
  call = g_new0(BhOwnerCall, 1);
  call->owner = owner;
  call->context = g_main_context_ref(owner->context);
  call->connection = g_object_ref(connection);
  call->stop = g_object_ref(owner->stop);
  g_ptr_array_add(owner->calls, call);
  g_socket_set_timeout(g_socket_connection_get_socket(connection), ASK_TIMEOUT_S);
  bh_line_read_async(g_io_stream_get_input_stream(G_IO_STREAM(connection)), BH_OWNER_LINE_MAX,
                     owner->stop, on_request, call);
  return TRUE;
}

static gboolean set_lock_busy(int fd, const char *dir, GError **error)
{
  char who[128];
  ssize_t n = pread(fd, who, sizeof who - 1, 0);

  who[n > 0 ? n : 0] = '\0';
  g_strdelimit(who, "\n", '\0');
  g_set_error(error, BH_ERROR, BH_ERROR_BUSY, "owner: %s is in use by %s", dir,
              who[0] != '\0' && g_utf8_validate(who, -1, NULL) ? who : "another process");
  return FALSE;
}

static gboolean lock(int fd, const char *dir, const char *role, GError **error)
{
  g_autofree char *who = NULL;

  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return set_lock_busy(fd, dir, error);
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "owner: cannot lock %s: %s", dir,
                g_strerror(errno));
    return FALSE;
  }
  /* The text is information for people. The lock itself is in the kernel and ends with
   * the process. */
  who = g_strdup_printf("%s, process %d\n", role, (int)getpid());
  if (ftruncate(fd, 0) == 0 && pwrite(fd, who, strlen(who), 0) < 0)
    g_debug("owner: cannot write the owner of %s into its lock file", dir);
  return TRUE;
}

BhOwner *bh_owner_take(const char *dir, const char *role, GError **error)
{
  g_autofree char *path = g_build_filename(dir, LOCK_NAME, NULL);
  BhOwner *owner;
  int fd;

  if (g_mkdir_with_parents(dir, 0700) != 0 ||
      (fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "owner: cannot open %s: %s", path,
                g_strerror(errno));
    return NULL;
  }
  if (!lock(fd, dir, role, error)) {
    close(fd);
    return NULL;
  }
  owner = g_new0(BhOwner, 1);
  owner->dir = g_strdup(dir);
  owner->role = g_strdup(role);
  owner->lock_fd = fd;
  return owner;
}

/* Binds the socket, restricts its mode, and only then listens, so that no other user can connect in
 * between. */
static GSocket *listen_at(const char *dir, GError **error)
{
  g_autoptr(BhLineAddress) where = bh_line_address_new(dir, error);
  g_autoptr(GSocket) socket = NULL;

  if (where == NULL)
    return NULL;
  socket =
      g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  if (socket == NULL)
    return NULL;
  g_unlink(where->path);
  if (!g_socket_bind(socket, where->address, FALSE, error))
    return NULL;
  if (g_chmod(where->path, 0600) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "owner: cannot make %s private: %s", where->path,
                g_strerror(errno));
    return NULL;
  }
  return g_socket_listen(socket, error) ? g_steal_pointer(&socket) : NULL;
}

gboolean bh_owner_serve(BhOwner *owner, BhOwnerFunc func, gpointer data, GError **error)
{
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(GSocketService) service = NULL;

  g_return_val_if_fail(owner->service == NULL, FALSE);
  socket = listen_at(owner->dir, error);
  if (socket == NULL) {
    if (error != NULL && *error != NULL && (*error)->domain != BH_ERROR) {
      (*error)->domain = BH_ERROR;
      (*error)->code = BH_ERROR_STORAGE;
    }
    return FALSE;
  }
  service = g_socket_service_new();
  if (!g_socket_listener_add_socket(G_SOCKET_LISTENER(service), socket, NULL, error))
    return FALSE;
  owner->func = func;
  owner->data = data;
  owner->context = g_main_context_ref_thread_default();
  owner->stop = g_cancellable_new();
  owner->calls = g_ptr_array_new();
  owner->service = g_steal_pointer(&service);
  g_signal_connect(owner->service, "incoming", G_CALLBACK(on_incoming), owner);
  return TRUE;
}

static void stop_serving(BhOwner *owner)
{
  g_autofree char *path = g_build_filename(owner->dir, BH_OWNER_SOCKET_NAME, NULL);

  g_unlink(path);
  g_signal_handlers_disconnect_by_data(owner->service, owner);
  g_socket_service_stop(owner->service);
  g_socket_listener_close(G_SOCKET_LISTENER(owner->service));
  for (guint i = 0; i < owner->calls->len; i++)
    ((BhOwnerCall *)owner->calls->pdata[i])->owner = NULL;
  g_cancellable_cancel(owner->stop);
  g_clear_object(&owner->service);
  g_clear_object(&owner->stop);
  g_clear_pointer(&owner->calls, g_ptr_array_unref);
  g_clear_pointer(&owner->context, g_main_context_unref);
}

void bh_owner_release(BhOwner *owner)
{
  if (owner == NULL)
    return;
  if (owner->service != NULL)
    stop_serving(owner);
  close(owner->lock_fd);
  g_free(owner->dir);
  g_free(owner->role);
  g_free(owner);
}

static json_t *unpack_answer(const char *line, GError **error)
{
  g_autoptr(json_t) answer =
      bh_json_parse(line, strlen(line), BH_OWNER_LINE_MAX, "answer of the owner", error);
  json_t *result;

  if (answer == NULL)
    return NULL;
  result = json_object_get(answer, "ok");
  if (result != NULL)
    return json_incref(result);
  g_set_error_literal(error, BH_ERROR,
                      bh_error_code_from_name(bh_json_string_or(answer, "error", "failed")),
                      bh_json_string_or(answer, "message", "owner: answer without a message"));
  return NULL;
}

static GSocketConnection *connect_to(const char *dir, int timeout_s, GError **error)
{
  g_autoptr(BhLineAddress) where = bh_line_address_new(dir, NULL);
  g_autoptr(GSocketClient) client = g_socket_client_new();
  GSocketConnection *connection = NULL;

  g_socket_client_set_timeout(client, (guint)timeout_s);
  g_socket_client_set_enable_proxy(client, FALSE);
  if (where != NULL)
    connection = g_socket_client_connect(client, G_SOCKET_CONNECTABLE(where->address), NULL, NULL);
  if (connection == NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "owner: no process has the store %s open",
                dir);
  return connection;
}

json_t *bh_owner_call(const char *dir, const json_t *request, int timeout_s, GError **error)
{
  g_autoptr(GSocketConnection) connection = NULL;
  g_autoptr(GError) local = NULL;
  g_autofree char *text = bh_json_dump(request);
  g_autofree char *line = NULL;
  g_autofree char *answer = NULL;

  if (text == NULL || strlen(text) + 1 > BH_OWNER_LINE_MAX) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_LIMIT, "owner: request is too long");
    return NULL;
  }
  connection = connect_to(dir, timeout_s, error);
  if (connection == NULL)
    return NULL;
  line = g_strconcat(text, "\n", NULL);
  if (g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), line,
                                strlen(line), NULL, NULL, &local))
    answer = bh_line_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)), BH_OWNER_LINE_MAX,
                          &local);
  if (answer == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNCERTAIN, "owner: no answer from %s: %s", dir,
                local->message);
    return NULL;
  }
  return unpack_answer(answer, error);
}

/* Whether the lock may become free soon: an agent is asked to yield, and a command line program
 * ends by itself. Other owners keep the store. */
static gboolean may_wait(const char *dir)
{
  g_autoptr(json_t) who_are_you = json_pack("{s:s}", "method", "owner");
  g_autoptr(json_t) yield = json_pack("{s:s}", "method", "yield");
  g_autoptr(json_t) who = bh_owner_call(dir, who_are_you, 2, NULL);
  const char *role = bh_json_string_or(who, "role", "ctl");

  if (g_str_equal(role, "agent")) {
    g_autoptr(json_t) done = bh_owner_call(dir, yield, 2, NULL);

    return TRUE;
  }
  return g_str_equal(role, "ctl");
}

BhOwner *bh_owner_take_over(const char *dir, const char *role, int timeout_s, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_s * G_USEC_PER_SEC;

  for (;;) {
    g_autoptr(GError) local = NULL;
    BhOwner *owner = bh_owner_take(dir, role, &local);

    if (owner != NULL)
      return owner;
    if (!g_error_matches(local, BH_ERROR, BH_ERROR_BUSY) || g_get_monotonic_time() >= deadline_us ||
        !may_wait(dir)) {
      g_propagate_error(error, g_steal_pointer(&local));
      return NULL;
    }
    g_usleep(TAKE_OVER_POLL_MS * 1000);
  }
}
