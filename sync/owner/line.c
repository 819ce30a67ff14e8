/* Lines on the owner's socket: each side sends one. Start with add_bytes(). */
#include "sync/owner/line.h"

#include "schema/error.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_SIZE (64 * 1024)
#define PATH_MAX_LEN (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

typedef struct {
  GByteArray *line;
  gsize max;
  guint8 chunk[READ_SIZE];
} Reading;

static void reading_free(gpointer data)
{
  Reading *reading = data;

  g_byte_array_unref(reading->line);
  g_free(reading);
}

BhLineAddress *bh_line_address_new(const char *dir, GError **error)
{
  g_autoptr(BhLineAddress) where = g_new0(BhLineAddress, 1);

  where->dir_fd = -1;
  where->path = g_build_filename(dir, BH_OWNER_SOCKET_NAME, NULL);
  if (strlen(where->path) > PATH_MAX_LEN) {
    where->dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (where->dir_fd < 0) {
      g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "owner: cannot open %s: %s", dir,
                  g_strerror(errno));
      return NULL;
    }
    g_free(where->path);
    where->path = g_strdup_printf("/proc/self/fd/%d/%s", where->dir_fd, BH_OWNER_SOCKET_NAME);
  }
  where->address = g_unix_socket_address_new(where->path);
  return g_steal_pointer(&where);
}

void bh_line_address_free(BhLineAddress *address)
{
  if (address->dir_fd >= 0)
    close(address->dir_fd);
  g_clear_object(&address->address);
  g_free(address->path);
  g_free(address);
}

/* Adds the `n` bytes that were read (0: end of the stream). Returns the line when it is complete.
 * Sets *done when it is complete or refused. */
static char *add_bytes(Reading *reading, gssize n, gboolean *done, GError **error)
{
  const guint8 *end = n > 0 ? memchr(reading->chunk, '\n', (gsize)n) : NULL;
  gsize take = end != NULL ? (gsize)(end - reading->chunk) : (gsize)n;

  *done = TRUE;
  if (reading->line->len + take > reading->max)
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "owner: line is longer than %" G_GSIZE_FORMAT " bytes", reading->max);
  else if (n == 0)
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "owner: line ends without a line break");
  else if (memchr(reading->chunk, '\0', take) != NULL)
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "owner: line contains a NUL");
  else {
    g_byte_array_append(reading->line, reading->chunk, (guint)take);
    if (end != NULL)
      return g_strndup(reading->line->len > 0 ? (const char *)reading->line->data : "",
                       reading->line->len);
    *done = FALSE;
  }
  return NULL;
}

static void read_on(GTask *task);

static void on_read(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GTask) task = data;
  g_autoptr(GError) error = NULL;
  gboolean done = TRUE;
  char *line = NULL;
  gssize n = g_input_stream_read_finish(G_INPUT_STREAM(source), result, &error);

  if (n >= 0)
    line = add_bytes(g_task_get_task_data(task), n, &done, &error);
  if (line != NULL)
    g_task_return_pointer(task, line, g_free);
  else if (done)
    g_task_return_error(task, g_steal_pointer(&error));
  else
    read_on(g_steal_pointer(&task));
}

/* Reads the next bytes. The callback takes the reference to `task`. */
static void read_on(GTask *task)
{
  Reading *reading = g_task_get_task_data(task);

  g_input_stream_read_async(g_task_get_source_object(task), reading->chunk, READ_SIZE,
                            G_PRIORITY_DEFAULT, g_task_get_cancellable(task), on_read, task);
}

static Reading *reading_new(gsize max)
{
  Reading *reading = g_new0(Reading, 1);

  reading->line = g_byte_array_new();
  reading->max = max;
  return reading;
}

void bh_line_read_async(GInputStream *stream, gsize max, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new(stream, cancellable, callback, data);

  g_task_set_task_data(task, reading_new(max), reading_free);
  read_on(task);
}

char *bh_line_read_finish(GInputStream *stream, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail(g_task_is_valid(result, stream), NULL);
  return g_task_propagate_pointer(G_TASK(result), error);
}

char *bh_line_read(GInputStream *stream, gsize max, GError **error)
{
  Reading *reading = reading_new(max);
  gboolean done = FALSE;
  char *line = NULL;

  while (!done) {
    gssize n = g_input_stream_read(stream, reading->chunk, READ_SIZE, NULL, error);

    done = n < 0;
    if (n >= 0)
      line = add_bytes(reading, n, &done, error);
  }
  reading_free(reading);
  return line;
}
