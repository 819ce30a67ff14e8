/* SQL of numbers-store.h. Which number a record gets is decided in numbers.c. */
#include "sync/device/store/numbers-store.h"

#include "sync/db/params.h"

void bh_number_block_free(gpointer data)
{
  BhNumberBlock *block = data;
  bh_counter_clear(&block->counter);
  g_free(block);
}

static BhNumberBlock *read_block(BhStmt *stmt)
{
  BhNumberBlock *block = g_new0(BhNumberBlock, 1);
  g_strlcpy(block->record, bh_stmt_get_text(stmt, 0), sizeof block->record);
  block->counter.prefix = g_strdup(bh_stmt_get_text(stmt, 1));
  block->counter.suffix = g_strdup(bh_stmt_get_text(stmt, 2));
  block->counter.digits = bh_stmt_get_int(stmt, 3);
  block->next = bh_stmt_get_int(stmt, 4);
  block->last = bh_stmt_get_int(stmt, 5);
  return block;
}

GPtrArray *bh_numbers_store_list(BhDevice *device, const char *kind, const BhCounter *counter,
                                 GError **error)
{
  g_autoptr(GPtrArray) blocks = g_ptr_array_new_with_free_func(bh_number_block_free);
  g_autoptr(BhStmt) stmt =
      bh_db_query(device->db,
                  "SELECT record, prefix, suffix, digits, next, last FROM number_block"
                  " WHERE kind = :kind AND counter = :counter AND year = :year AND next <= last"
                  " AND incarnation = :incarnation AND gone = 0 ORDER BY next",
                  BH_PARAMS(bh_param_text("kind", kind), bh_param_text("counter", counter->key),
                            bh_param_int("year", counter->year),
                            bh_param_text("incarnation", device->signer->incarnation)),
                  error);
  gboolean ended = FALSE;
  if (stmt == NULL)
    return NULL;
  while (bh_stmt_next(stmt, &ended, error))
    g_ptr_array_add(blocks, read_block(stmt));
  return ended ? g_steal_pointer(&blocks) : NULL;
}

gboolean bh_numbers_store_add(BhDevice *device, const char *kind, const char *incarnation,
                              const BhNumberBlock *block, GError **error)
{
  return bh_db_run(
      device->db,
      "INSERT INTO number_block (record, incarnation, kind, counter, year, prefix, suffix, digits,"
      " next, last, gone) VALUES (:record, :incarnation, :kind, :counter, :year, :prefix, :suffix,"
      " :digits, :next, :last, 0) ON CONFLICT (record) DO UPDATE SET gone = 0",
      BH_PARAMS(bh_param_text("record", block->record), bh_param_text("incarnation", incarnation),
                bh_param_text("kind", kind), bh_param_text("counter", block->counter.key),
                bh_param_int("year", block->counter.year),
                bh_param_text("prefix", block->counter.prefix),
                bh_param_text("suffix", block->counter.suffix),
                bh_param_int("digits", block->counter.digits), bh_param_int("next", block->next),
                bh_param_int("last", block->last)),
      error);
}

gboolean bh_numbers_store_set_next(BhDevice *device, const char *record, gint64 next,
                                   GError **error)
{
  return bh_db_run(device->db, "UPDATE number_block SET next = :next WHERE record = :record",
                   BH_PARAMS(bh_param_int("next", next), bh_param_text("record", record)), error);
}

gboolean bh_numbers_store_set_gone(BhDevice *device, const char *record, GError **error)
{
  return bh_db_run(device->db, "UPDATE number_block SET gone = 1 WHERE record = :record",
                   BH_PARAMS(bh_param_text("record", record)), error);
}
