/* Sets and consumes the mark of a copied store (copy-mark.h). */
#include "sync/hub/log/copy-mark.h"

#include "schema/entry.h"
#include "schema/ident.h"
#include "sync/hub/log/log-store.h"

#define MARK "copied_ms"

static gboolean set_mark(BhDb *db, const char *text, GError **error)
{
  if (!bh_db_begin(db, error))
    return FALSE;
  if (bh_log_set_value(db, MARK, text, error) && bh_db_commit(db, error))
    return TRUE;
  bh_db_rollback(db);
  return FALSE;
}

gboolean bh_copy_mark_set(BhDb *db, GError **error)
{
  const BhClock *clock = bh_clock_system();
  g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, clock->wall_ms(clock->data));
  return set_mark(db, now, error);
}

gboolean bh_copy_mark_begin_epoch(BhDb *db, const BhClock *clock, const BhRandom *random,
                                  GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autofree char *mark = bh_log_dup_value(db, MARK, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  if (mark == NULL || *mark == '\0')
    return TRUE;
  char epoch[BH_ID_LEN + 1];
  BhIdSource ids;
  g_autoptr(BhSigner) signer = bh_signer_new();
  bh_id_source_init(&ids, clock, random);
  bh_id_next(&ids, epoch);
  bh_signer_make_incarnation(signer, random);
  if (!bh_db_begin(db, error))
    return FALSE;
  if (bh_log_set_value(db, "epoch", epoch, error) &&
      bh_log_set_value(db, "incarnation", signer->incarnation, error) &&
      bh_log_set_value(db, MARK, "", error) && bh_db_commit(db, error))
    return TRUE;
  bh_db_rollback(db);
  return FALSE;
}
