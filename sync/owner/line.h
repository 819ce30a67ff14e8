/* Reads lines of limited length from a stream socket, and makes the address of a directory's owner
 * socket. Private to sync/owner. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BH_OWNER_SOCKET_NAME "owner.sock"

/* Address of the owner socket. The kernel allows socket paths of at most 107 bytes; a longer path
 * is reached through an open directory, which stays open as long as this object. */
typedef struct {
  char *path;
  /* open directory through which a socket with a long path is reached; -1: the path is short */
  int dir_fd;
  GSocketAddress *address;
} BhLineAddress;

/* The address of the owner socket in the directory `dir`; bh_line_address_free. NULL with
 * BH_ERROR_STORAGE when the directory cannot be opened. */
BhLineAddress *bh_line_address_new(const char *dir, GError **error);
/* Frees `address`, which must not be NULL. */
void bh_line_address_free(BhLineAddress *address);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhLineAddress, bh_line_address_free)

/* Reads one line of at most `max` bytes. Bytes after the line are discarded, because each side
 * sends only one line. */
void bh_line_read_async(GInputStream *stream, gsize max, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data);
/* The line without its "\n"; g_free. NULL with BH_ERROR_LIMIT when it is longer than `max` bytes,
 * BH_ERROR_FORMAT when the stream ends within it or it contains a NUL, or an error of GIO. */
char *bh_line_read_finish(GInputStream *stream, GAsyncResult *result, GError **error);
/* Like bh_line_read_async and _finish, but blocks. */
char *bh_line_read(GInputStream *stream, gsize max, GError **error);

G_END_DECLS
