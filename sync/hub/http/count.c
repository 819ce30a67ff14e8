/* Counts requests in a table under a lock (count.h). */
#include "sync/hub/http/count.h"

typedef struct {
  const BhRoute *route;
  guint status;
  guint64 n;
} Count;

struct _BhHttpCounts {
  GMutex lock;
  GHashTable *counts; /* set of Count; it has as many members as there are routes and statuses */
};

static guint count_hash(gconstpointer data)
{
  const Count *count = data;
  return g_direct_hash(count->route) * 31 + count->status;
}

static gboolean count_equal(gconstpointer a, gconstpointer b)
{
  const Count *one = a, *other = b;
  return one->route == other->route && one->status == other->status;
}

BhHttpCounts *bh_http_counts_new(void)
{
  BhHttpCounts *counts = g_new0(BhHttpCounts, 1);
  g_mutex_init(&counts->lock);
  counts->counts = g_hash_table_new_full(count_hash, count_equal, g_free, NULL);
  return counts;
}

void bh_http_counts_free(BhHttpCounts *counts)
{
  g_hash_table_unref(counts->counts);
  g_mutex_clear(&counts->lock);
  g_free(counts);
}

void bh_http_counts_note(BhHttpCounts *counts, const BhRoute *route, guint status)
{
  Count wanted = {.route = route, .status = status};
  g_mutex_lock(&counts->lock);
  Count *count = g_hash_table_lookup(counts->counts, &wanted);
  if (count == NULL) {
    count = g_memdup2(&wanted, sizeof wanted);
    g_hash_table_add(counts->counts, count);
  }
  count->n++;
  g_mutex_unlock(&counts->lock);
}

void bh_http_counts_each(BhHttpCounts *counts, BhHttpCountFunc func, gpointer data)
{
  GHashTableIter iter;
  gpointer key;
  g_mutex_lock(&counts->lock);
  g_hash_table_iter_init(&iter, counts->counts);
  while (g_hash_table_iter_next(&iter, &key, NULL)) {
    const Count *count = key;
    func(count->route != NULL ? count->route->method : "-",
         count->route != NULL ? count->route->path : "-", count->status, count->n, data);
  }
  g_mutex_unlock(&counts->lock);
}
