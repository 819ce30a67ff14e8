/* Bounded lines on a stream socket, and the address of a directory's owner socket. Private to
 * sync/owner. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BH_OWNER_SOCKET_NAME "owner.sock"

/* A socket path longer than the kernel's 107 bytes is reached through an open directory, which
 * this keeps open. */
typedef struct {
  char *path;
  int dir_fd; /* -1 when not needed */
  GSocketAddress *address;
} BhLineAddress;

BhLineAddress *bh_line_address_new(const char *dir, GError **error);
void bh_line_address_free(BhLineAddress *address);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhLineAddress, bh_line_address_free)

/* One line without its "\n", g_free. BH_ERROR_LIMIT when it is longer than `max` bytes,
 * BH_ERROR_FORMAT when the stream ends before it or it holds a NUL. Bytes after the line are
 * dropped: one line each way. */
void bh_line_read_async(GInputStream *stream, gsize max, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data);
char *bh_line_read_finish(GInputStream *stream, GAsyncResult *result, GError **error);
char *bh_line_read(GInputStream *stream, gsize max, GError **error);

G_END_DECLS
