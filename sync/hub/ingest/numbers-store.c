/* SQL of numbers-store.h: blocks, used numbers, and the register made of both. */
#include "sync/hub/ingest/numbers-store.h"

#include <string.h>

#include "schema/error.h"
#include "schema/number.h"
#include "sync/db/params.h"

#define REGISTER_PAGE 200 /* rows of a page of the register */

#define BLOCK_COLUMNS                                                                              \
  "b.record, b.device, b.incarnation, b.kind, b.counter, b.year, b.prefix, b.suffix, b.digits,"    \
  " b.first, b.last, b.next"

void bh_hub_block_free(gpointer data)
{
  BhHubBlock *block = data;
  if (block == NULL)
    return;
  g_free(block->kind);
  bh_counter_clear(&block->counter);
  g_free(block);
}

static BhHubBlock *read_block(BhStmt *stmt)
{
  BhHubBlock *block = g_new0(BhHubBlock, 1);
  g_strlcpy(block->record, bh_stmt_get_text(stmt, 0), sizeof block->record);
  g_strlcpy(block->device, bh_stmt_get_text(stmt, 1), sizeof block->device);
  g_strlcpy(block->incarnation, bh_stmt_get_text(stmt, 2), sizeof block->incarnation);
  block->kind = g_strdup(bh_stmt_get_text(stmt, 3));
  block->counter.key = g_strdup(bh_stmt_get_text(stmt, 4));
  block->counter.year = bh_stmt_get_int(stmt, 5);
  block->counter.prefix = g_strdup(bh_stmt_get_text(stmt, 6));
  block->counter.suffix = g_strdup(bh_stmt_get_text(stmt, 7));
  block->counter.digits = bh_stmt_get_int(stmt, 8);
  block->first = bh_stmt_get_int(stmt, 9);
  block->last = bh_stmt_get_int(stmt, 10);
  block->next = bh_stmt_get_int(stmt, 11);
  return block;
}

/* --- blocks --- */

gboolean bh_hub_numbers_get_last(BhDb *db, const char *kind, const BhCounter *counter,
                                 const char *epoch, gint64 *last, gboolean *is_old, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  if (!bh_db_query_row(db,
                       "SELECT last, epoch <> :epoch FROM number_block WHERE kind = :kind"
                       " AND counter = :counter AND year = :year ORDER BY last DESC LIMIT 1",
                       BH_PARAMS(bh_param_text("epoch", epoch), bh_param_text("kind", kind),
                                 bh_param_text("counter", counter->key),
                                 bh_param_int("year", counter->year)),
                       &stmt, error))
    return FALSE;
  *last = stmt != NULL ? bh_stmt_get_int(stmt, 0) : 0;
  *is_old = stmt != NULL && bh_stmt_get_int(stmt, 1) != 0;
  return TRUE;
}

gboolean bh_hub_numbers_add(BhDb *db, const BhHubBlock *block, const char *epoch, GError **error)
{
  return bh_db_run(
      db,
      "INSERT INTO number_block (record, device, incarnation, epoch, kind, counter, year, prefix,"
      " suffix, digits, first, last, next, closed) VALUES (:record, :device, :incarnation, :epoch,"
      " :kind, :counter, :year, :prefix, :suffix, :digits, :first, :last, :next, 0)",
      BH_PARAMS(bh_param_text("record", block->record), bh_param_text("device", block->device),
                bh_param_text("incarnation", block->incarnation), bh_param_text("epoch", epoch),
                bh_param_text("kind", block->kind), bh_param_text("counter", block->counter.key),
                bh_param_int("year", block->counter.year),
                bh_param_text("prefix", block->counter.prefix),
                bh_param_text("suffix", block->counter.suffix),
                bh_param_int("digits", block->counter.digits), bh_param_int("first", block->first),
                bh_param_int("last", block->last), bh_param_int("next", block->next)),
      error);
}

gboolean bh_hub_numbers_find_own(BhDb *db, const char *kind, const BhCounter *counter,
                                 const char *epoch, BhHubBlock **block, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  if (!bh_db_query_row(
          db,
          "SELECT " BLOCK_COLUMNS " FROM number_block b WHERE b.kind = :kind"
          " AND b.counter = :counter AND b.year = :year AND b.device = ''"
          " AND b.next <= b.last AND b.epoch = :epoch ORDER BY b.last DESC LIMIT 1",
          BH_PARAMS(bh_param_text("kind", kind), bh_param_text("counter", counter->key),
                    bh_param_int("year", counter->year), bh_param_text("epoch", epoch)),
          &stmt, error))
    return FALSE;
  *block = stmt != NULL ? read_block(stmt) : NULL;
  return TRUE;
}

static GPtrArray *collect_blocks(BhStmt *query, GError **error)
{
  g_autoptr(BhStmt) stmt = query;
  g_autoptr(GPtrArray) blocks = g_ptr_array_new_with_free_func(bh_hub_block_free);
  gboolean ended = FALSE;
  if (stmt == NULL)
    return NULL;
  while (bh_stmt_next(stmt, &ended, error))
    g_ptr_array_add(blocks, read_block(stmt));
  return ended ? g_steal_pointer(&blocks) : NULL;
}

GPtrArray *bh_hub_numbers_list_of(BhDb *db, const char *device, const char *kind, GError **error)
{
  return collect_blocks(
      bh_db_query(db,
                  "SELECT " BLOCK_COLUMNS " FROM number_block b WHERE b.device = :device"
                  " AND b.kind = :kind ORDER BY b.year DESC, b.last DESC LIMIT :most",
                  BH_PARAMS(bh_param_text("device", device), bh_param_text("kind", kind),
                            bh_param_int("most", BH_NUMBERS_BLOCKS_MAX)),
                  error),
      error);
}

gboolean bh_hub_numbers_count_left(BhDb *db, const char *device, const char *incarnation,
                                   const char *kind, const BhCounter *counter, gint64 *left,
                                   GError **error)
{
  return bh_db_get_int(
      db,
      "SELECT coalesce(sum(last - next + 1), 0) FROM number_block"
      " WHERE device = :device AND kind = :kind AND year = :year"
      " AND counter = :counter AND closed = 0 AND incarnation IN ('', :incarnation)",
      BH_PARAMS(bh_param_text("device", device), bh_param_text("kind", kind),
                bh_param_int("year", counter->year), bh_param_text("counter", counter->key),
                bh_param_text("incarnation", incarnation)),
      left, error);
}

/* --- used numbers --- */

gboolean bh_hub_numbers_use(BhDb *db, const char *block, gint64 n, const char *record,
                            GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO number_used (block, n, record) VALUES (:block, :n, :record)"
                   " ON CONFLICT DO NOTHING",
                   BH_PARAMS(bh_param_text("block", block), bh_param_int("n", n),
                             bh_param_text("record", record)),
                   error) &&
         bh_db_run(db, "UPDATE number_block SET next = max(next, :n + 1) WHERE record = :block",
                   BH_PARAMS(bh_param_text("block", block), bh_param_int("n", n)), error);
}

gboolean bh_hub_numbers_skip(BhDb *db, const char *block, gint64 n, GError **error)
{
  return bh_db_run(db, "UPDATE number_block SET next = :n + 1 WHERE record = :block",
                   BH_PARAMS(bh_param_text("block", block), bh_param_int("n", n)), error);
}

gboolean bh_hub_numbers_has_other(BhDb *db, const char *block, gint64 n, const char *record,
                                  gboolean *has, GError **error)
{
  return bh_db_has_row(
      db, "SELECT 1 FROM number_used WHERE block = :block AND n = :n AND record <> :record LIMIT 1",
      BH_PARAMS(bh_param_text("block", block), bh_param_int("n", n),
                bh_param_text("record", record)),
      has, error);
}

gboolean bh_hub_numbers_is_written(BhDb *db, const char *kind, const char *field,
                                   const char *number, gboolean *has, GError **error)
{
  g_autofree char *key = bh_number_make_key(number);
  g_autofree char *look = key != NULL ? bh_number_make_lookalike_key(key) : NULL;
  *has = FALSE;
  return look == NULL ||
         bh_db_has_row(db,
                       "SELECT 1 FROM number WHERE look = :look AND kind = :kind AND field = :field"
                       " AND key = :key LIMIT 1",
                       BH_PARAMS(bh_param_text("look", look), bh_param_text("kind", kind),
                                 bh_param_text("field", field), bh_param_text("key", key)),
                       has, error);
}

/* --- chains --- */

char *bh_hub_numbers_dup_chain(BhDb *db, const char *device, GError **error)
{
  char *incarnation = NULL;
  bh_db_dup_text(db, "SELECT incarnation FROM number_chain WHERE device = :device",
                 BH_PARAMS(bh_param_text("device", device)), &incarnation, error);
  return incarnation;
}

gboolean bh_hub_numbers_set_chain(BhDb *db, const char *device, const char *incarnation,
                                  GError **error)
{
  return bh_db_run(db,
                   "UPDATE number_block SET closed = 1 WHERE device = :device"
                   " AND EXISTS (SELECT 1 FROM number_chain WHERE device = :device)",
                   BH_PARAMS(bh_param_text("device", device)), error) &&
         bh_db_run(
             db,
             "INSERT INTO number_chain (device, incarnation) VALUES (:device, :incarnation)"
             " ON CONFLICT (device) DO UPDATE SET incarnation = excluded.incarnation",
             BH_PARAMS(bh_param_text("device", device), bh_param_text("incarnation", incarnation)),
             error);
}

/* --- the register --- */

/* A page of the register while it is made. */
typedef struct {
  BhDb *db;
  const BhNumberFilter *filter;
  json_t *rows;
  const char *device_name; /* name of the device of the present block, or NULL */
} Page;

static gboolean is_full(const Page *page)
{
  return json_array_size(page->rows) >= REGISTER_PAGE;
}

static json_t *make_row(const Page *page, const BhHubBlock *block, gint64 n, const char *state)
{
  g_autofree char *number = bh_counter_format(&block->counter, n);
  json_t *row =
      json_pack("{s:s, s:I, s:I, s:i, s:s, s:s}", "number", number, "first", (json_int_t)n, "last",
                (json_int_t)n, "count", 1, "state", state, "counter", block->counter.key);
  if (block->device[0] != '\0')
    json_object_set_new(row, "device", json_string(block->device));
  if (page->device_name != NULL)
    json_object_set_new(row, "device_name", json_string(page->device_name));
  return row;
}

/* Adds the unused numbers from `from` to `to`, both included, as one row. */
static void add_unused(Page *page, const BhHubBlock *block, gint64 from, gint64 to, gboolean lost)
{
  if (from > to)
    return;
  json_t *row = make_row(page, block, from, lost ? "lost" : "free");
  g_autofree char *number_to = bh_counter_format(&block->counter, to);
  json_object_set_new(row, "last", json_integer(to));
  json_object_set_new(row, "count", json_integer(to - from + 1));
  json_object_set_new(row, "number_to", json_string(number_to));
  json_array_append_new(page->rows, row);
}

/* Adds a number that a record has. The title of a record that only some may see is left out. */
static void add_used(Page *page, const BhHubBlock *block, BhStmt *stmt)
{
  gboolean restricted = bh_stmt_is_null(stmt, 4) || *bh_stmt_get_text(stmt, 4) != '\0';
  json_t *row = make_row(page, block, bh_stmt_get_int(stmt, 0),
                         bh_stmt_get_int(stmt, 5) != 0 ? "void" : "used");
  if (restricted) {
    json_object_set_new(row, "restricted", json_true());
  } else {
    json_object_set_new(row, "record", json_string(bh_stmt_get_text(stmt, 1)));
    json_object_set_new(row, "title", json_string(bh_stmt_get_text(stmt, 2)));
    json_object_set_new(row, "record_state", json_string(bh_stmt_get_text(stmt, 3)));
  }
  json_array_append_new(page->rows, row);
}

/* Adds the numbers of a block from *at on, as far as the page has room; *at: the next number. */
static gboolean add_block(Page *page, const BhHubBlock *block, gboolean ended, gint64 *at,
                          GError **error)
{
  gint64 last_used = 0;
  gboolean done = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_query(page->db,
                  "SELECT u.n, u.record, r.title, r.state, r.restriction,"
                  " EXISTS (SELECT 1 FROM json_each(:void) v WHERE v.value = r.state)"
                  " FROM number_used u LEFT JOIN record r ON r.id = u.record"
                  " WHERE u.block = :block AND u.n >= :at ORDER BY u.n, u.record",
                  BH_PARAMS(bh_param_text("block", block->record), bh_param_int("at", *at),
                            bh_param_text("void", page->filter->void_states)),
                  error);
  if (stmt == NULL)
    return FALSE;
  while (bh_stmt_next(stmt, &done, error)) {
    gint64 n = bh_stmt_get_int(stmt, 0);
    /* All records of one number are on one page. */
    if (is_full(page) && n != last_used)
      return TRUE;
    add_unused(page, block, *at, n - 1, ended);
    add_used(page, block, stmt);
    last_used = n;
    *at = n + 1;
  }
  if (!done)
    return FALSE;
  if (!is_full(page)) {
    add_unused(page, block, *at, block->last, ended);
    *at = block->last + 1;
  }
  return TRUE;
}

/* Splits "COUNTER/N" at its last slash. */
static gboolean parse_after(const char *after, char **counter, gint64 *at, GError **error)
{
  const char *slash = after != NULL ? strrchr(after, '/') : NULL;
  char *end = NULL;
  *counter = g_strndup(after != NULL ? after : "", slash != NULL ? (gsize)(slash - after) : 0);
  *at = slash != NULL ? g_ascii_strtoll(slash + 1, &end, 10) : 0;
  if (after == NULL || (slash != NULL && end != slash + 1 && *end == '\0' && *at >= 0))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "after: must be \"after\" of the page before");
  return FALSE;
}

json_t *bh_hub_numbers_list(BhDb *db, const BhNumberFilter *filter, const char *after,
                            GError **error)
{
  g_autofree char *counter = NULL;
  gint64 at = 0;
  if (!parse_after(after, &counter, &at, error))
    return NULL;
  g_autoptr(json_t) rows = json_array();
  Page page = {.db = db, .filter = filter, .rows = rows};
  const char *unit = filter->unit != NULL ? filter->unit : "";
  g_autofree char *beyond = g_strconcat(unit, "!", NULL); /* the character after the space */
  g_autoptr(BhStmt) stmt = bh_db_query(
      db,
      "SELECT " BLOCK_COLUMNS ", b.closed OR b.year BETWEEN 1 AND :this_year - 1"
      " OR EXISTS (SELECT 1 FROM device d WHERE d.id = b.device AND d.revoked_ms IS NOT NULL),"
      " (SELECT d.name FROM device d WHERE d.id = b.device)"
      " FROM number_block b WHERE b.kind = :kind AND b.year IN (0, :year)"
      " AND b.counter >= :unit AND (:unit = '' OR b.counter < :beyond)"
      " AND (b.counter > :after OR (b.counter = :after AND b.last >= :at))"
      " ORDER BY b.counter, b.last",
      BH_PARAMS(bh_param_int("this_year", filter->this_year), bh_param_text("kind", filter->kind),
                bh_param_int("year", filter->year), bh_param_text("unit", unit),
                bh_param_text("beyond", beyond), bh_param_text("after", counter),
                bh_param_int("at", at)),
      error);
  gboolean ended = FALSE;
  g_autofree char *next = NULL;
  if (stmt == NULL)
    return NULL;
  while (next == NULL && bh_stmt_next(stmt, &ended, error)) {
    g_autoptr(BhHubBlock) block = read_block(stmt);
    page.device_name = bh_stmt_get_text(stmt, 13);
    gint64 n = strcmp(block->counter.key, counter) == 0 ? MAX(at, block->first) : block->first;
    if (!add_block(&page, block, bh_stmt_get_int(stmt, 12) != 0, &n, error))
      return NULL;
    if (n <= block->last || is_full(&page))
      next = g_strdup_printf("%s/%" G_GINT64_FORMAT, block->counter.key, n);
  }
  return next != NULL || ended ? json_pack("{s:O, s:s*}", "rows", rows, "after", next) : NULL;
}

GPtrArray *bh_hub_numbers_list_units(BhDb *db, const char *kind, GError **error)
{
  BhStmt *stmt = bh_db_query(
      db,
      "SELECT DISTINCT substr(counter, 1, 36) FROM number_block"
      " WHERE kind = :kind AND length(counter) >= 36 LIMIT :most",
      BH_PARAMS(bh_param_text("kind", kind), bh_param_int("most", BH_NUMBER_UNITS_MAX)), error);
  return stmt != NULL ? bh_stmt_collect_texts(stmt, error) : NULL;
}

GArray *bh_hub_numbers_list_years(BhDb *db, const char *kind, GError **error)
{
  BhStmt *stmt = bh_db_query(db,
                             "SELECT DISTINCT year FROM number_block WHERE kind = :kind"
                             " AND year > 0 ORDER BY year DESC",
                             BH_PARAMS(bh_param_text("kind", kind)), error);
  return stmt != NULL ? bh_stmt_collect_ints(stmt, error) : NULL;
}
