/* Limits the connections of a server. A connection that has not sent a complete request head is
 * silent. Silent connections are closed after some seconds; and when the server is full, a silent
 * connection is closed so that a new connection is accepted: the oldest one of the network that has
 * the most silent connections. The code does not use the server library: a callback closes
 * connections. Any thread. */
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

/* A limit of `max` connections, and of `max_per_network` for each network. `shut` is called under a
 * lock of the limit with the fd that bh_connection_add received. `shut` must make the connection
 * end soon, and must not wait until it has ended. bh_connection_limit_free. */
BhConnectionLimit *bh_connection_limit_new(guint max, guint max_per_network, void (*shut)(int fd));
/* Frees `limit`, which may be NULL. Must be called after bh_connection_remove was called for all
 * connections. */
void bh_connection_limit_free(BhConnectionLimit *limit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhConnectionLimit, bh_connection_limit_free)

/* Adds a connection from `network` (bh_network_from_address). If there are too many connections,
 * shuts another connection, or the new one if no other can be shut. The returned BhConnection is
 * valid until bh_connection_remove, also if its connection was shut. `now_us`: monotonic time. */
BhConnection *bh_connection_add(BhConnectionLimit *limit, const char *network, int fd,
                                gint64 now_us);
/* Must be called when a complete request head was received: the connection is no longer silent. */
void bh_connection_note_head(BhConnectionLimit *limit, BhConnection *connection, gint64 now_us);
/* Must be called when the request was answered: the connection is silent until its next request
 * head. */
void bh_connection_note_end(BhConnectionLimit *limit, BhConnection *connection, gint64 now_us);
/* Frees `connection`. Must be called before its fd is closed. */
void bh_connection_remove(BhConnectionLimit *limit, BhConnection *connection);
/* Shuts connections that were silent for too long. Must be called about once a second. */
void bh_connection_limit_close_silent(BhConnectionLimit *limit, gint64 now_us);

/* The network (g_free) that counts as one sender: an IPv4 address itself, or the /64 network of an
 * IPv6 address, since the owner of one such address has the whole network. */
char *bh_network_from_address(const char *address);

G_END_DECLS
