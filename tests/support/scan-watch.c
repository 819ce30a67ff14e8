#include "tests/support/scan-watch.h"

#include <sqlite3.h>

static GMutex lock;
static GHashTable *longest; /* SQL text → gint64*, the most steps of one run */

static int note(unsigned type G_GNUC_UNUSED, void *data G_GNUC_UNUSED, void *stmt,
                void *time G_GNUC_UNUSED)
{
  gint64 steps = sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
  const char *sql = sqlite3_sql(stmt);
  if (steps == 0 || sql == NULL)
    return 0;
  g_mutex_lock(&lock);
  gint64 *most = g_hash_table_lookup(longest, sql);
  if (most == NULL) {
    most = g_new0(gint64, 1);
    g_hash_table_insert(longest, g_strdup(sql), most);
  }
  *most = MAX(*most, steps);
  g_mutex_unlock(&lock);
  return 0;
}

static int watch(sqlite3 *db, const char **message G_GNUC_UNUSED,
                 const struct sqlite3_api_routines *api G_GNUC_UNUSED)
{
  return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, note, NULL);
}

void test_scans_watch(void)
{
  longest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  sqlite3_auto_extension((void (*)(void))watch);
}

char *test_scans_describe(gint64 rows)
{
  g_autoptr(GString) out = g_string_new(NULL);
  GHashTableIter iter;
  gpointer sql, most;
  g_mutex_lock(&lock);
  g_hash_table_iter_init(&iter, longest);
  while (g_hash_table_iter_next(&iter, &sql, &most))
    if (*(gint64 *)most > rows)
      g_string_append_printf(out, "%" G_GINT64_FORMAT " rows: %s\n", *(gint64 *)most, (char *)sql);
  g_mutex_unlock(&lock);
  return out->len > 0 ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}
