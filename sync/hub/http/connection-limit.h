/* Limits the connections of a server. A connection that has not sent a complete request head is
 * silent. Silent connections are closed after some seconds; and when the server is full, the oldest
 * silent connection of the network with the most of them is closed, so that a new connection is
 * accepted. Does not use the server library: connections are closed by a callback. Any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BH_CONNECTION_FIRST_HEAD_S 20 /* from the connection to its first complete request head */
#define BH_CONNECTION_NEXT_HEAD_S 75  /* from an answer to the next request head */
/* If no connection is silent, a network loses a busy one when it has at least this many times the
 * connections of the new connection's network. */
#define BH_CONNECTION_GREEDY_FACTOR 8

typedef struct _BhConnectionLimit BhConnectionLimit;
typedef struct _BhConnection BhConnection;

/* `shut` is called under the limit's lock with the fd of bh_connection_add. It must make the
 * connection end soon, without waiting for that. bh_connection_limit_free. */
BhConnectionLimit *bh_connection_limit_new(guint max, guint max_per_network, void (*shut)(int fd));
/* Call it after all connections have left. `limit` may be NULL. */
void bh_connection_limit_free(BhConnectionLimit *limit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhConnectionLimit, bh_connection_limit_free)

/* Adds a connection from `network` (bh_network_from_address). If there are too many, shuts another
 * one, or this one if no other can be shut. The connection is valid until bh_connection_remove,
 * shut or not. `now_us`: monotonic time. */
BhConnection *bh_connection_add(BhConnectionLimit *limit, const char *network, int fd,
                                gint64 now_us);
/* Call it when a complete request head was received. */
void bh_connection_note_head(BhConnectionLimit *limit, BhConnection *connection, gint64 now_us);
/* Call it when the request was answered; the connection may send another one. */
void bh_connection_note_end(BhConnectionLimit *limit, BhConnection *connection, gint64 now_us);
/* Call it before the fd is closed. Frees the connection. */
void bh_connection_remove(BhConnectionLimit *limit, BhConnection *connection);
/* Shuts connections that were silent for too long. Call it about once a second. */
void bh_connection_limit_close_silent(BhConnectionLimit *limit, gint64 now_us);

/* The network (g_free) that counts as one sender: an IPv4 address itself, or the /64 network of an
 * IPv6 address, since the owner of one such address has the whole network. */
char *bh_network_from_address(const char *address);

G_END_DECLS
