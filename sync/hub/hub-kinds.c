/* Changes the kind set in use, and derives everything from the records again, in pages. Also brings
 * the index up to date. Start at bh_hub_set_kinds, or at bh_hub_update_index. */
#include <string.h>

#include "sync/hub/hub-private.h"
#include "sync/hub/log/log.h"
#include "sync/hub/records/records.h"
#include "sync/index/index.h"

#define REFRESH_PAGE 500 /* records of one transaction */

/* Value in the store: hash of the previous kind set while some records are still derived by it; ""
 * when all are derived by the set in use. */
#define DERIVED_BY "derived_by"

/* Value in the store: number of the rule by which the index was written. Increase INDEX_RULE
 * whenever sync/index writes something else for the same record. */
#define INDEXED_BY "indexed_by"
#define INDEX_RULE "7"

#define INDEX_PAGE 1000      /* records that are indexed in one transaction */
#define INDEX_BEHIND_MAX 256 /* marked records that a transaction may leave unwritten */
#define INDEX_EXPAND 200     /* records whose due days a transaction may mark for an update */

typedef struct {
  BhKindSet *kinds;  /* the new kind set */
  BhKindSet *before; /* the previous kind set */
  gint64 after;      /* row number of the last record that was derived again */
  gboolean more;     /* there are further records */
} KindChange;

static void keep_kinds(BhHub *hub, BhKindSet *kinds)
{
  g_mutex_lock(&hub->lock);
  g_clear_pointer(&hub->kinds, bh_kind_set_unref);
  hub->kinds = bh_kind_set_ref(kinds);
  g_mutex_unlock(&hub->lock);
}

static gboolean refuse_release(const BhKind *kind, GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_DENIED,
              "%s.json: $.scope: the hub has records of this kind, which were made to stay at the "
              "office; they would be sent to devices",
              bh_kind_get_name(kind));
  return FALSE;
}

/* Refuses a set that would send records to devices that were made to stay at the office. Records
 * that inherit stay where their parents stay. */
static gboolean check_office_kinds(BhDb *db, const KindChange *change, GError **error)
{
  const GPtrArray *kinds = bh_kind_set_list(change->kinds);
  g_autoptr(GPtrArray) stored = bh_feed_store_list_office_kinds(db, error);
  if (stored == NULL)
    return FALSE;
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = kinds->pdata[i];
    const BhKind *before = bh_kind_set_find(change->before, bh_kind_get_name(kind));
    gboolean has = FALSE;
    if (bh_kind_is_office(kind))
      continue;
    if (before != NULL && bh_kind_is_office(before) &&
        !bh_record_has_kind(db, bh_kind_get_name(kind), &has, error))
      return FALSE;
    if (has || (!bh_kind_inherits(kind) && g_ptr_array_find_with_equal_func(
                                               stored, bh_kind_get_name(kind), g_str_equal, NULL)))
      return refuse_release(kind, error);
  }
  return TRUE;
}

/* Makes the hub use the new kind set within a transaction, so that the remaining pieces of the
 * transaction are judged by the new set. If the commit fails, bh_hub_reload_kinds restores the
 * previous set. */
static gboolean use_kinds(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  KindChange *change = data;
  if (!check_office_kinds(db, change, error) ||
      !bh_log_add_kinds(db, change->kinds, hub->clock->wall_ms(hub->clock->data), error) ||
      !bh_log_set_value(db, "kinds", bh_kind_set_get_hash(change->kinds), error) ||
      !bh_log_set_value(db, DERIVED_BY, bh_kind_set_get_hash(change->before), error))
    return FALSE;
  bh_ingest_set_kinds(hub->ingest, change->kinds);
  return TRUE;
}

static gboolean refresh_page(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  KindChange *change = data;
  gint64 position;
  g_autoptr(GPtrArray) ids = bh_record_list_ids(db, &change->after, REFRESH_PAGE, error);
  if (ids == NULL || !bh_log_get_counter(db, "position", &position, error))
    return FALSE;
  change->more = ids->len == REFRESH_PAGE;
  g_autoptr(BhRecords) records =
      bh_records_new(db, change->kinds, hub->clock->wall_ms(hub->clock->data));
  bh_records_set_kinds_before(records, change->before);
  for (guint i = 0; i < ids->len; i++)
    if (!bh_records_refresh(records, ids->pdata[i], error))
      return FALSE;
  return bh_records_flush(records, &position, error) &&
         bh_log_set_counter(db, "position", position, error) &&
         (change->more || bh_log_set_value(db, DERIVED_BY, "", error));
}

/* Derives all records again, by the kind set in use. After an interruption it starts again from the
 * first record; records that were derived already are then rewritten without a difference. */
static gboolean derive_anew(BhHub *hub, BhKindSet *before, GError **error)
{
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  KindChange change = {.kinds = kinds, .before = before, .more = TRUE};
  while (change.more)
    if (!bh_hub_write(hub, refresh_page, &change, error))
      return FALSE;
  return TRUE;
}

gboolean bh_hub_finish_deriving(BhHub *hub, GError **error)
{
  g_autoptr(GError) failed = NULL;
  BhDb *db = bh_hub_acquire_reader(hub, error);
  if (db == NULL)
    return FALSE;
  g_autofree char *hash = bh_log_dup_value(db, DERIVED_BY, &failed);
  gboolean pending = hash != NULL && *hash != '\0';
  g_autoptr(BhKindSet) before = pending ? bh_log_load_kinds(db, hash, &failed) : NULL;
  bh_hub_release_reader(hub, db);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  return !pending || derive_anew(hub, before, error);
}

/* --- the index --- */

gboolean bh_hub_apply_index(BhHub *hub, BhDb *db, int max, gboolean *more, GError **error)
{
  int applied;
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  g_autoptr(BhRecords) others = bh_records_new(db, kinds, 0);
  BhRecordsIndex source = {
      .db = db, .kinds = kinds, .cache = bh_ingest_get_record_cache(hub->ingest), .others = others};
  return bh_index_apply(db, kinds, max, bh_records_fill_index, &source, &applied, more, error);
}

gboolean bh_hub_limit_index(BhHub *hub, BhDb *db, GError **error)
{
  gboolean many, more;
  return bh_index_expand(db, INDEX_EXPAND, &more, error) &&
         bh_index_has_marks(db, INDEX_BEHIND_MAX, &many, error) &&
         (!many || bh_hub_apply_index(hub, db, INDEX_PAGE, &more, error));
}

typedef struct {
  gboolean is_new_rule;
  gboolean more;
} IndexUpdate;

static gboolean update_page(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  IndexUpdate *update = data;
  if (update->is_new_rule && (!bh_index_clear(db, error) || !bh_record_mark_all(db, error) ||
                              !bh_log_set_value(db, INDEXED_BY, INDEX_RULE, error)))
    return FALSE;
  update->is_new_rule = FALSE;
  return bh_hub_apply_index(hub, db, INDEX_PAGE, &update->more, error);
}

gboolean bh_hub_update_index(BhHub *hub, BhDb *db, GError **error)
{
  IndexUpdate update = {.more = FALSE};
  if (!bh_index_is_behind(db, &update.more, error))
    return FALSE;
  /* Ends the read transaction of `db`, so that later reads see what the writer has committed. */
  bh_db_end_reads(db);
  while (update.more) {
    g_autoptr(GError) failed = NULL;
    if (bh_hub_write(hub, update_page, &update, &failed))
      continue;
    /* With a full disk or a busy writer the list is shown all the same, without the newest
     * records. */
    g_warning("lists lack the newest records: %s", failed->message);
    update.more = FALSE;
  }
  return TRUE;
}

gboolean bh_hub_finish_index(BhHub *hub, GError **error)
{
  g_autoptr(GError) failed = NULL;
  BhDb *db = bh_hub_acquire_reader(hub, error);
  if (db == NULL)
    return FALSE;
  g_autofree char *rule = bh_log_dup_value(db, INDEXED_BY, &failed);
  bh_hub_release_reader(hub, db);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  IndexUpdate update = {.is_new_rule = g_strcmp0(rule, INDEX_RULE) != 0};
  update.more = update.is_new_rule;
  while (update.more)
    if (!bh_hub_write(hub, update_page, &update, error))
      return FALSE;
  return TRUE;
}

/* --- settings --- */

BhSettingValues *bh_hub_dup_settings(BhHub *hub, BhDb *db, GError **error)
{
  gint64 version;
  BhSettingValues *known = NULL;
  if (!bh_settings_store_get_version(db, &version, error))
    return NULL;
  g_mutex_lock(&hub->lock);
  if (hub->settings != NULL && hub->settings_version == version)
    known = bh_setting_values_ref(hub->settings);
  g_mutex_unlock(&hub->lock);
  if (known != NULL)
    return known;
  g_autoptr(BhSettingValues) loaded = bh_settings_store_load(db, error);
  if (loaded == NULL)
    return NULL;
  g_mutex_lock(&hub->lock);
  /* A reader with an older view of the store must not put older settings in place of newer ones. */
  if (hub->settings == NULL || hub->settings_version < version) {
    bh_setting_values_unref(hub->settings);
    hub->settings = bh_setting_values_ref(loaded);
    hub->settings_version = version;
  }
  g_mutex_unlock(&hub->lock);
  return g_steal_pointer(&loaded);
}

gboolean bh_hub_reload_kinds(BhHub *hub, BhDb *db, GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autofree char *hash = bh_log_dup_value(db, "kinds", &failed);
  g_autoptr(BhKindSet) kinds = hash != NULL ? bh_log_load_kinds(db, hash, &failed) : NULL;
  if (kinds == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: the kind set in use cannot be read: %s",
                hub->db_path, failed != NULL ? failed->message : "it is missing");
    return FALSE;
  }
  bh_ingest_set_kinds(hub->ingest, kinds);
  keep_kinds(hub, kinds);
  return TRUE;
}

gboolean bh_hub_set_kinds(BhHub *hub, BhKindSet *kinds, GError **error)
{
  g_autoptr(BhKindSet) old = bh_hub_dup_kinds(hub);
  if (strcmp(bh_kind_set_get_hash(old), bh_kind_set_get_hash(kinds)) == 0)
    return bh_hub_finish_deriving(hub, error);
  KindChange change = {.kinds = kinds, .before = old};
  if (!bh_hub_finish_deriving(hub, error) || !bh_hub_write(hub, use_kinds, &change, error))
    return FALSE;
  keep_kinds(hub, kinds);
  return derive_anew(hub, old, error);
}
