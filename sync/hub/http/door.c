/* Counts connections by their network and chooses which are shut (door.h). Does not accept or close
 * connections itself; server.c reports every event. Start at bh_door_enter. */
#include "sync/hub/http/door.h"

#include <string.h>

typedef enum { SILENT_FIRST, SILENT_NEXT, BUSY, N_STATES } State;

typedef struct {
  char *name;
  GQueue visits[N_STATES]; /* BhVisit* by state, the one longest in that state first */
  guint count;             /* connections, without those that were shut */
  guint alive;             /* connections, including them */
} Network;

struct _BhVisit {
  Network *network;
  int fd;
  State state;
  gboolean is_shut;
  gint64 since_us;
  GList of_network; /* in its network's queue */
  GList of_all;     /* in the door's queue */
};

struct _BhDoor {
  GMutex lock;
  guint max;
  guint max_per_network;
  void (*shut)(int fd);
  guint count;             /* connections, without those that were shut */
  GHashTable *networks;    /* name → Network */
  GQueue visits[N_STATES]; /* of all networks, in the same order */
};

static void network_free(gpointer data)
{
  Network *network = data;
  g_free(network->name);
  g_free(network);
}

BhDoor *bh_door_new(guint max, guint max_per_network, void (*shut)(int fd))
{
  BhDoor *door = g_new0(BhDoor, 1);
  g_mutex_init(&door->lock);
  door->max = max;
  door->max_per_network = max_per_network;
  door->shut = shut;
  door->networks = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, network_free);
  return door;
}

void bh_door_free(BhDoor *door)
{
  if (door == NULL)
    return;
  g_hash_table_unref(door->networks);
  g_mutex_clear(&door->lock);
  g_free(door);
}

/* --- under the lock --- */

static void unlink_visit(BhDoor *door, BhVisit *visit)
{
  g_queue_unlink(&visit->network->visits[visit->state], &visit->of_network);
  g_queue_unlink(&door->visits[visit->state], &visit->of_all);
}

static void link_visit(BhDoor *door, BhVisit *visit, State state, gint64 now_us)
{
  visit->state = state;
  visit->since_us = now_us;
  g_queue_push_tail_link(&visit->network->visits[state], &visit->of_network);
  g_queue_push_tail_link(&door->visits[state], &visit->of_all);
}

/* A shut connection is no longer counted, although it exists until it leaves. */
static void shut_visit(BhDoor *door, BhVisit *visit)
{
  unlink_visit(door, visit);
  visit->is_shut = TRUE;
  visit->network->count--;
  door->count--;
  door->shut(visit->fd);
}

static guint count_silent(const Network *network)
{
  return network->visits[SILENT_FIRST].length + network->visits[SILENT_NEXT].length;
}

static BhVisit *find_oldest_silent(Network *network)
{
  BhVisit *first = g_queue_peek_head(&network->visits[SILENT_FIRST]);
  BhVisit *next = g_queue_peek_head(&network->visits[SILENT_NEXT]);
  if (first == NULL || next == NULL)
    return first != NULL ? first : next;
  return next->since_us < first->since_us ? next : first;
}

/* The network with the most silent connections (`silent`) or with the most connections; of two
 * equal ones that with the older silent connection. NULL when there is none. Reads all networks, at
 * most `max`, but only when the server is full. */
static Network *find_greediest(BhDoor *door, gboolean silent)
{
  Network *found = NULL;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, door->networks);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    Network *network = value;
    guint count = silent ? count_silent(network) : network->count;
    guint most = found == NULL ? 0 : silent ? count_silent(found) : found->count;
    if (count > most ||
        (count > 0 && count == most && silent &&
         find_oldest_silent(network)->since_us < find_oldest_silent(found)->since_us))
      found = network;
  }
  return found;
}

/* The connection to shut in favour of a new one of `network`; NULL: none. */
static BhVisit *find_victim(BhDoor *door, Network *network)
{
  if (network->count > door->max_per_network)
    return find_oldest_silent(network);
  Network *silent = find_greediest(door, TRUE);
  if (silent != NULL)
    return find_oldest_silent(silent);
  Network *greedy = find_greediest(door, FALSE);
  g_assert(greedy != NULL); /* the new connection is counted already */
  return greedy->count >= BH_DOOR_GREEDY * network->count ? g_queue_peek_head(&greedy->visits[BUSY])
                                                          : NULL;
}

/* --- events --- */

BhVisit *bh_door_enter(BhDoor *door, const char *name, int fd, gint64 now_us)
{
  BhVisit *visit = g_new0(BhVisit, 1);
  visit->fd = fd;
  visit->of_network.data = visit->of_all.data = visit;
  g_mutex_lock(&door->lock);
  Network *network = g_hash_table_lookup(door->networks, name);
  if (network == NULL) {
    network = g_new0(Network, 1);
    network->name = g_strdup(name);
    g_hash_table_insert(door->networks, network->name, network);
  }
  visit->network = network;
  network->count++;
  network->alive++;
  door->count++;
  if (network->count > door->max_per_network || door->count > door->max) {
    BhVisit *victim = find_victim(door, network);
    link_visit(door, visit, SILENT_FIRST, now_us);
    shut_visit(door, victim != NULL ? victim : visit);
  } else {
    link_visit(door, visit, SILENT_FIRST, now_us);
  }
  g_mutex_unlock(&door->lock);
  return visit;
}

static void change(BhDoor *door, BhVisit *visit, State state, gint64 now_us)
{
  g_mutex_lock(&door->lock);
  if (!visit->is_shut) {
    unlink_visit(door, visit);
    link_visit(door, visit, state, now_us);
  }
  g_mutex_unlock(&door->lock);
}

void bh_door_note_head(BhDoor *door, BhVisit *visit, gint64 now_us)
{
  change(door, visit, BUSY, now_us);
}

void bh_door_note_end(BhDoor *door, BhVisit *visit, gint64 now_us)
{
  change(door, visit, SILENT_NEXT, now_us);
}

void bh_door_leave(BhDoor *door, BhVisit *visit)
{
  g_mutex_lock(&door->lock);
  Network *network = visit->network;
  if (!visit->is_shut) {
    unlink_visit(door, visit);
    network->count--;
    door->count--;
  }
  if (--network->alive == 0)
    g_hash_table_remove(door->networks, network->name);
  g_free(visit);
  g_mutex_unlock(&door->lock);
}

static void sweep(BhDoor *door, State state, gint64 before_us)
{
  BhVisit *oldest;
  while ((oldest = g_queue_peek_head(&door->visits[state])) != NULL && oldest->since_us < before_us)
    shut_visit(door, oldest);
}

void bh_door_sweep(BhDoor *door, gint64 now_us)
{
  g_mutex_lock(&door->lock);
  sweep(door, SILENT_FIRST, now_us - BH_DOOR_FIRST_HEAD_S * G_USEC_PER_SEC);
  sweep(door, SILENT_NEXT, now_us - BH_DOOR_NEXT_HEAD_S * G_USEC_PER_SEC);
  g_mutex_unlock(&door->lock);
}

/* --- networks --- */

char *bh_network_of(const char *text)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
  if (address == NULL || g_inet_address_get_family(address) != G_SOCKET_FAMILY_IPV6)
    return g_strdup(text);
  static const guint8 mapped[12] = {[10] = 0xff, [11] = 0xff};
  guint8 bytes[16];
  memcpy(bytes, g_inet_address_to_bytes(address), sizeof bytes);
  if (memcmp(bytes, mapped, sizeof mapped) == 0)
    return g_strdup_printf("%d.%d.%d.%d", bytes[12], bytes[13], bytes[14], bytes[15]);
  memset(bytes + 8, 0, 8);
  g_autoptr(GInetAddress) network = g_inet_address_new_from_bytes(bytes, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string(network);
}
