/* Counts connections by their network and chooses which are shut (connection-limit.h). Does not
 * accept or close connections itself; server.c reports every event. Start at bh_connection_add. */
#include "sync/hub/http/connection-limit.h"

#include <string.h>

typedef enum { SILENT_FIRST, SILENT_NEXT, BUSY, N_STATES } State;

typedef struct {
  char *name;
  /* BhConnection* by state; first the one that has been in it longest */
  GQueue connections[N_STATES];
  guint count; /* connections, without those that were shut */
  guint alive; /* connections, including those that were shut */
} Network;

struct _BhConnection {
  Network *network;
  int fd;
  State state;
  gboolean is_shut;
  gint64 since_us;
  GList of_network; /* link in `connections` of its network */
  GList of_all;     /* link in `connections` of the limit */
};

struct _BhConnectionLimit {
  GMutex lock;
  guint max;
  guint max_per_network;
  void (*shut)(int fd);
  guint count;                  /* connections, without those that were shut */
  GHashTable *networks;         /* name → Network */
  GQueue connections[N_STATES]; /* BhConnection* of all networks, sorted as in Network */
};

static void network_free(gpointer data)
{
  Network *network = data;
  g_free(network->name);
  g_free(network);
}

BhConnectionLimit *bh_connection_limit_new(guint max, guint max_per_network, void (*shut)(int fd))
{
  BhConnectionLimit *limit = g_new0(BhConnectionLimit, 1);
  g_mutex_init(&limit->lock);
  limit->max = max;
  limit->max_per_network = max_per_network;
  limit->shut = shut;
  limit->networks = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, network_free);
  return limit;
}

void bh_connection_limit_free(BhConnectionLimit *limit)
{
  if (limit == NULL)
    return;
  g_hash_table_unref(limit->networks);
  g_mutex_clear(&limit->lock);
  g_free(limit);
}

/* --- under the lock --- */

static void unlink_connection(BhConnectionLimit *limit, BhConnection *connection)
{
  g_queue_unlink(&connection->network->connections[connection->state], &connection->of_network);
  g_queue_unlink(&limit->connections[connection->state], &connection->of_all);
}

static void link_connection(BhConnectionLimit *limit, BhConnection *connection, State state,
                            gint64 now_us)
{
  connection->state = state;
  connection->since_us = now_us;
  g_queue_push_tail_link(&connection->network->connections[state], &connection->of_network);
  g_queue_push_tail_link(&limit->connections[state], &connection->of_all);
}

/* Shuts a connection. It is no longer counted, although it exists until bh_connection_remove. */
static void shut_connection(BhConnectionLimit *limit, BhConnection *connection)
{
  unlink_connection(limit, connection);
  connection->is_shut = TRUE;
  connection->network->count--;
  limit->count--;
  limit->shut(connection->fd);
}

static guint count_silent(const Network *network)
{
  return network->connections[SILENT_FIRST].length + network->connections[SILENT_NEXT].length;
}

static BhConnection *find_oldest_silent(Network *network)
{
  BhConnection *first = g_queue_peek_head(&network->connections[SILENT_FIRST]);
  BhConnection *next = g_queue_peek_head(&network->connections[SILENT_NEXT]);
  if (first == NULL || next == NULL)
    return first != NULL ? first : next;
  return next->since_us < first->since_us ? next : first;
}

/* The network with the most silent connections (`silent` TRUE) or with the most connections of any
 * state; of two networks with the same number, the one with the older silent connection. NULL when
 * there is none. Loops over all networks (at most `max`), but is called only when the server is
 * full. */
static Network *find_greediest(BhConnectionLimit *limit, gboolean silent)
{
  Network *found = NULL;
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, limit->networks);
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
static BhConnection *find_victim(BhConnectionLimit *limit, Network *network)
{
  if (network->count > limit->max_per_network)
    return find_oldest_silent(network);
  Network *silent = find_greediest(limit, TRUE);
  if (silent != NULL)
    return find_oldest_silent(silent);
  Network *greedy = find_greediest(limit, FALSE);
  g_assert(greedy != NULL); /* the new connection is counted already */
  return greedy->count >= BH_CONNECTION_GREEDY_FACTOR * network->count
             ? g_queue_peek_head(&greedy->connections[BUSY])
             : NULL;
}

/* --- events --- */

BhConnection *bh_connection_add(BhConnectionLimit *limit, const char *name, int fd, gint64 now_us)
{
  BhConnection *connection = g_new0(BhConnection, 1);
  connection->fd = fd;
  connection->of_network.data = connection->of_all.data = connection;
  g_mutex_lock(&limit->lock);
  Network *network = g_hash_table_lookup(limit->networks, name);
  if (network == NULL) {
    network = g_new0(Network, 1);
    network->name = g_strdup(name);
    g_hash_table_insert(limit->networks, network->name, network);
  }
  connection->network = network;
  network->count++;
  network->alive++;
  limit->count++;
  if (network->count > limit->max_per_network || limit->count > limit->max) {
    BhConnection *victim = find_victim(limit, network);
    link_connection(limit, connection, SILENT_FIRST, now_us);
    shut_connection(limit, victim != NULL ? victim : connection);
  } else {
    link_connection(limit, connection, SILENT_FIRST, now_us);
  }
  g_mutex_unlock(&limit->lock);
  return connection;
}

static void change(BhConnectionLimit *limit, BhConnection *connection, State state, gint64 now_us)
{
  g_mutex_lock(&limit->lock);
  if (!connection->is_shut) {
    unlink_connection(limit, connection);
    link_connection(limit, connection, state, now_us);
  }
  g_mutex_unlock(&limit->lock);
}

void bh_connection_note_head(BhConnectionLimit *limit, BhConnection *connection, gint64 now_us)
{
  change(limit, connection, BUSY, now_us);
}

void bh_connection_note_end(BhConnectionLimit *limit, BhConnection *connection, gint64 now_us)
{
  change(limit, connection, SILENT_NEXT, now_us);
}

void bh_connection_remove(BhConnectionLimit *limit, BhConnection *connection)
{
  g_mutex_lock(&limit->lock);
  Network *network = connection->network;
  if (!connection->is_shut) {
    unlink_connection(limit, connection);
    network->count--;
    limit->count--;
  }
  if (--network->alive == 0)
    g_hash_table_remove(limit->networks, network->name);
  g_free(connection);
  g_mutex_unlock(&limit->lock);
}

static void close_silent(BhConnectionLimit *limit, State state, gint64 before_us)
{
  BhConnection *oldest;
  while ((oldest = g_queue_peek_head(&limit->connections[state])) != NULL &&
         oldest->since_us < before_us)
    shut_connection(limit, oldest);
}

void bh_connection_limit_close_silent(BhConnectionLimit *limit, gint64 now_us)
{
  g_mutex_lock(&limit->lock);
  close_silent(limit, SILENT_FIRST, now_us - BH_CONNECTION_FIRST_HEAD_S * G_USEC_PER_SEC);
  close_silent(limit, SILENT_NEXT, now_us - BH_CONNECTION_NEXT_HEAD_S * G_USEC_PER_SEC);
  g_mutex_unlock(&limit->lock);
}

/* --- networks --- */

char *bh_network_from_address(const char *text)
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
