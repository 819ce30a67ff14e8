/* Who is connected to a server, and who has to go when there are too many. A connection that has
 * not sent a whole request head is silent; silent ones go after some seconds, and when the server
 * is full the oldest silent one of the network that holds the most goes, so that a newcomer gets
 * in. Knows no server library: connections are closed through a function. Any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BH_DOOR_FIRST_HEAD_S 20 /* from the connection to its first whole request head */
#define BH_DOOR_NEXT_HEAD_S 75  /* from an answer to the next */
/* A network that sends or reads slowly loses a connection when it holds that many times what the
 * newcomer's holds. */
#define BH_DOOR_GREEDY 8

typedef struct _BhDoor BhDoor;
typedef struct _BhVisit BhVisit; /* one connection */

/* `shut` is called under the door's lock, with the fd given to bh_door_enter: it makes the
 * connection end soon, and does not wait for it. */
BhDoor *bh_door_new(guint max, guint max_per_network, void (*shut)(int fd));
/* After all have left. */
void bh_door_free(BhDoor *door);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDoor, bh_door_free)

/* A connection from `network` (bh_network_of). Shuts another one, or this one when nobody else has
 * to make room. It stays valid until it leaves, shut or not. */
BhVisit *bh_door_enter(BhDoor *door, const char *network, int fd, gint64 now_us);
/* A whole request head came. */
void bh_door_note_head(BhDoor *door, BhVisit *visit, gint64 now_us);
/* The request is over; the connection may send another one. */
void bh_door_note_end(BhDoor *door, BhVisit *visit, gint64 now_us);
/* Before its fd is closed. Frees the visit. */
void bh_door_leave(BhDoor *door, BhVisit *visit);
/* Shuts those that were silent for too long. Once a second is enough. */
void bh_door_sweep(BhDoor *door, gint64 now_us);

/* What counts as one sender: an IPv4 address, or the /64 network of an IPv6 one, because who has
 * one IPv6 address has all of its network. `address` is text; g_free. */
char *bh_network_of(const char *address);

G_END_DECLS
