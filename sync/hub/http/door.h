/* Limits the connections of a server. A connection that has not sent a complete request head is
 * silent. Silent connections are closed after some seconds; and when the server is full, the oldest
 * silent connection of the network with the most of them is closed, so that a new connection is
 * accepted. Does not use the server library: connections are closed by a callback. Any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BH_DOOR_FIRST_HEAD_S 20 /* from the connection to its first complete request head */
#define BH_DOOR_NEXT_HEAD_S 75  /* from an answer to the next request head */
/* If no connection is silent, a network loses a busy one when it has at least this many times the
 * connections of the new connection's network. */
#define BH_DOOR_GREEDY 8

typedef struct _BhDoor BhDoor;
typedef struct _BhVisit BhVisit; /* one connection */

/* `shut` is called under the door's lock with the fd of bh_door_enter. It must make the connection
 * end soon, without waiting for that. bh_door_free. */
BhDoor *bh_door_new(guint max, guint max_per_network, void (*shut)(int fd));
/* Call it after all connections have left. `door` may be NULL. */
void bh_door_free(BhDoor *door);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDoor, bh_door_free)

/* Adds a connection from `network` (bh_network_of). If there are too many, shuts another one, or
 * this one if no other can be shut. The visit is valid until bh_door_leave, shut or not. `now_us`:
 * monotonic time. */
BhVisit *bh_door_enter(BhDoor *door, const char *network, int fd, gint64 now_us);
/* Call it when a complete request head was received. */
void bh_door_note_head(BhDoor *door, BhVisit *visit, gint64 now_us);
/* Call it when the request was answered; the connection may send another one. */
void bh_door_note_end(BhDoor *door, BhVisit *visit, gint64 now_us);
/* Call it before the fd is closed. Frees the visit. */
void bh_door_leave(BhDoor *door, BhVisit *visit);
/* Shuts connections that were silent for too long. Call it about once a second. */
void bh_door_sweep(BhDoor *door, gint64 now_us);

/* The network (g_free) that counts as one sender: an IPv4 address itself, or the /64 network of an
 * IPv6 address, since the owner of one such address has the whole network. */
char *bh_network_of(const char *address);

G_END_DECLS
