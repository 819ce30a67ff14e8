/* Changes from the hub. One page is one transaction with its cursor (I5): snapshots, gone records,
 * how many own entries they contain, and what is quarantined. A pull that starts over fills a
 * shadow beside the records, which replaces them when it is complete. */
#include "sync/device/store/outbox-pull.h"

#include <string.h>

#include "sync/device/store/damage.h"
#include "schema/numbering.h"
#include "sync/device/store/drafts-store.h"
#include "sync/device/store/files.h"
#include "sync/device/store/numbers.h"
#include "sync/device/store/outbox-enrol.h"
#include "sync/device/store/outbox-kinds.h"
#include "sync/device/store/outbox-push.h"
#include "sync/device/store/outbox-store.h"
#include "sync/device/store/records.h"
#include "sync/device/store/shadow-store.h"
#include "sync/wire/limits.h"

#define SWAP_STEP 100     /* records that are swapped in one transaction */
#define SWAP_SPAN 2000    /* rows that are compared in one span of the swap */
#define SWAP_SPAN_COST 25 /* a span takes as much of SWAP_STEP as this many swapped records */
enum { SWAP_DIFFERENCES, SWAP_VANISHED, SWAP_DONE };

typedef struct {
  BhDevice *device;
  GHashTable *touched; /* record ids to fold again */
  gint64 through;      /* position of the last own entry that the snapshots of this page contain */
} Pull;

static void touch(Pull *pull, const char *id)
{
  g_hash_table_add(pull->touched, g_strdup(id));
}

char *bh_outbox_dup_cursor(BhDevice *device)
{
  if (!bh_device_ready(device, NULL))
    return NULL;
  char *shadow = bh_shadow_store_dup_cursor(device);
  return shadow != NULL ? shadow : bh_setting_dup(device, "cursor");
}

static gboolean touch_entry(Pull *pull, gint64 pos, GError **error)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
  g_auto(BhOwnEntry) entry = {0};

  if (!bh_journal_store_read(pull->device, pos, &entry, error) ||
      !bh_damage_list_records(pull->device, &entry, ids, error))
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    touch(pull, g_ptr_array_index(ids, i));
  return TRUE;
}

/* --- snapshots --- */

/* Time in the newest head's entry id, for display only. */
static gint64 newest_head_ms(const json_t *snapshot)
{
  const char *key;
  json_t *slot;
  const char *newest = "";

  json_object_foreach(json_object_get(snapshot, "keys"), key, slot) {
    json_t *head = json_array_get(json_object_get(slot, "heads"), 0);
    const char *entry = bh_json_string_or(head, "e", "");
    if (strcmp(entry, newest) > 0)
      newest = entry;
  }
  return bh_id_is_valid(newest) ? bh_id_time_ms(newest) : 0;
}

/* Text of a snapshot; NULL when it cannot be read: it is skipped, and the others are applied
 * (L8). */
static char *check_snapshot(const json_t *snapshot, const char **record)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(BhRecord) parsed = bh_record_from_json(snapshot, &local);

  if (parsed == NULL) {
    g_warning("pull: a record is left out: %s", local->message);
    return NULL;
  }
  *record = bh_json_string_or(snapshot, "record", NULL);
  return bh_record_to_snapshot(parsed);
}

/* Stores the snapshot of a record as its base. Makes the row of a new record first, because the
 * base needs the number of the row; refolding fills the row in. */
static gboolean put_base(const Pull *pull, const char *id, const char *text, const char *kind,
                         gint64 changed_ms, GError **error)
{
  BhDevice *device = pull->device;
  g_auto(BhRow) row = {0};
  if (!bh_records_store_find(device, id, &row, error))
    return FALSE;
  if (row.number == 0) {
    row.kind = g_strdup(kind);
    row.title = g_strdup(id);
    row.changed = ++bh_device_count(device)->changed;
    if (!bh_records_store_insert(device, id, &row, error))
      return FALSE;
  }
  if (strcmp(kind, BH_NUMBER_BLOCK_KIND) == 0 && !bh_numbers_add_block(device, text, error))
    return FALSE;
  return bh_records_store_put_base(device, row.number, text, changed_ms, pull->through, error);
}

static gboolean take_snapshot(Pull *pull, const json_t *snapshot, gboolean shadow, GError **error)
{
  const char *record = NULL;
  g_autofree char *text = check_snapshot(snapshot, &record);

  if (text == NULL)
    return TRUE;
  if (shadow)
    return bh_shadow_store_put(pull->device, record, text, error);
  touch(pull, record);
  return put_base(pull, record, text, bh_json_string_or(snapshot, "kind", ""),
                  newest_head_ms(snapshot), error);
}

/* --- gone --- */

static gboolean has_own_work(BhDevice *device, const char *id, gboolean *has, GError **error)
{
  g_autoptr(GArray) places = bh_records_store_list_overlay(device, id, 0, error);

  if (places == NULL)
    return FALSE;
  *has = places->len > 0 || bh_drafts_store_has_record(device, id);
  return TRUE;
}

/* A record with own work stays, marked as gone, until that work is at the hub (L17). */
static gboolean remove_gone(Pull *pull, const char *id, GError **error)
{
  gboolean own = FALSE;
  g_auto(BhRow) row = {0};

  if (!bh_records_store_find(pull->device, id, &row, error) ||
      !has_own_work(pull->device, id, &own, error))
    return FALSE;
  if (row.number == 0)
    return TRUE;
  touch(pull, id);
  if (!bh_numbers_end_block(pull->device, id, error))
    return FALSE;
  return own ? bh_records_store_mark_gone(pull->device, row.number, TRUE, error)
             : bh_records_store_drop_base(pull->device, row.number, error);
}

static gboolean sweep_gone(Pull *pull, GError **error)
{
  g_autoptr(GPtrArray) ids = bh_records_store_list_gone(pull->device, error);

  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len; i++) {
    gboolean own = FALSE;
    const char *id = g_ptr_array_index(ids, i);
    if (!has_own_work(pull->device, id, &own, error) || (!own && !remove_gone(pull, id, error)))
      return FALSE;
  }
  return TRUE;
}

/* --- own entries --- */

/* Marks the records of own entries between two positions to be folded again. Reads the existing
 * rows instead of counting, because the hub may name any number. */
static gboolean touch_between(Pull *pull, gint64 after, gint64 through, GError **error)
{
  g_autoptr(GArray) places = bh_journal_store_list(pull->device, after, through, error);

  if (places == NULL)
    return FALSE;
  for (guint i = 0; i < places->len; i++)
    if (!touch_entry(pull, g_array_index(places, gint64, i), error))
      return FALSE;
  return TRUE;
}

static gboolean take_included(Pull *pull, const json_t *included, GError **error)
{
  const char *name;
  json_t *value;

  json_object_foreach((json_t *)included, name, value) {
    gint64 number = 0, before = 0, seq = 0;
    if (!bh_outbox_store_get_included(pull->device, name, &number, &before, error))
      return FALSE;
    gint64 most = number == pull->device->incarnation ? pull->device->made : BH_POS_SEQ_MASK;
    seq = CLAMP(json_integer_value(value), 0, most);
    if (number == 0 || seq == before)
      continue;
    if (!bh_outbox_store_set_included(pull->device, number, seq, error) ||
        !touch_between(pull, BH_POS(number, MIN(before, seq)), BH_POS(number, MAX(before, seq)),
                       error))
      return FALSE;
  }
  return TRUE;
}

static gboolean release_others(Pull *pull, GHashTable *held, GError **error)
{
  g_autoptr(GArray) places = bh_outbox_store_list_quarantine(pull->device, error);

  if (places == NULL)
    return FALSE;
  for (guint i = 0; i < places->len; i++) {
    gint64 pos = g_array_index(places, gint64, i);
    if (g_hash_table_contains(held, &pos))
      continue;
    if (!bh_outbox_store_drop_quarantine(pull->device, pos, error) ||
        !touch_entry(pull, pos, error))
      return FALSE;
    bh_device_count(pull->device)->quarantined--;
  }
  return TRUE;
}

/* Applies the hub's list of quarantined entries. The list is always complete, unless it has its
 * maximal length: an entry that is no longer in it was released or dismissed. */
static gboolean take_quarantined(Pull *pull, const json_t *list, gboolean release, GError **error)
{
  g_autoptr(GHashTable) held = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
  gsize index;
  json_t *item;

  if (!json_is_array(list))
    return TRUE;
  json_array_foreach((json_t *)list, index, item) {
    const char *entry = bh_json_string_or(item, "entry", "");
    gint64 pos = bh_journal_store_find(pull->device, entry);
    if (pos == 0)
      continue;
    g_autofree char *why = g_strdup_printf("%s: %s", bh_json_string_or(item, "reason", ""),
                                           bh_json_string_or(item, "message", ""));
    g_hash_table_add(held, g_memdup2(&pos, sizeof pos));
    if (!bh_outbox_quarantine(pull->device, entry, why, ids, error))
      return FALSE;
  }
  for (guint i = 0; i < ids->len; i++)
    touch(pull, g_ptr_array_index(ids, i));
  if (json_array_size(list) >= BH_QUARANTINED_MAX)
    return TRUE;
  return !release || release_others(pull, held, error);
}

/* --- the shadow --- */

/* Applies snapshots of the shadow that differ from their record's base, up to the end of a span. */
static gboolean swap_differences(Pull *pull, BhShadow *shadow, int *budget, GError **error)
{
  gint64 through = shadow->place + SWAP_SPAN;

  for (; *budget > 0; --*budget) {
    g_autoptr(GError) local = NULL;
    g_autofree char *text =
        bh_shadow_store_next_difference(pull->device, &shadow->place, through, &local);
    if (local != NULL) {
      g_propagate_error(error, g_steal_pointer(&local));
      return FALSE;
    }
    if (text == NULL)
      break;
    g_autoptr(json_t) snapshot =
        bh_json_parse(text, strlen(text), BH_SNAPSHOT_MAX, "snapshot", error);
    if (snapshot == NULL || !take_snapshot(pull, snapshot, FALSE, error))
      return FALSE;
  }
  if (*budget <= 0)
    return TRUE;
  /* Does not go beyond the last row, because pages that come meanwhile add rows behind it. */
  gint64 last = bh_shadow_store_max(pull->device);
  shadow->place = MIN(through, last);
  *budget -= SWAP_SPAN_COST;
  if (shadow->place >= last) {
    shadow->phase = SWAP_VANISHED;
    shadow->place = 0;
  }
  return TRUE;
}

static gboolean swap_vanished(Pull *pull, BhShadow *shadow, int *budget, GError **error)
{
  gint64 through = shadow->place + SWAP_SPAN;

  for (; *budget > 0; --*budget) {
    g_autoptr(GError) local = NULL;
    g_autofree char *id =
        bh_shadow_store_next_vanished(pull->device, &shadow->place, through, &local);
    if (local != NULL) {
      g_propagate_error(error, g_steal_pointer(&local));
      return FALSE;
    }
    if (id == NULL)
      break;
    if (!remove_gone(pull, id, error))
      return FALSE;
  }
  if (*budget <= 0)
    return TRUE;
  shadow->place = through;
  *budget -= SWAP_SPAN_COST;
  if (shadow->place >= bh_records_store_max_number(pull->device))
    shadow->phase = SWAP_DONE;
  return TRUE;
}

/* One step of the swap: SWAP_STEP records, or spans without a difference. The cursor and "included"
 * become valid only after the last step. Until then each snapshot says itself which own entries it
 * contains, and own work stays over records that have not been replaced yet. */
static gboolean swap_some(Pull *pull, BhShadow *shadow, const json_t *included, GError **error)
{
  BhDevice *device = pull->device;
  int budget = SWAP_STEP;

  while (budget > 0 && shadow->phase != SWAP_DONE) {
    if (!(shadow->phase == SWAP_DIFFERENCES ? swap_differences(pull, shadow, &budget, error)
                                            : swap_vanished(pull, shadow, &budget, error)))
      return FALSE;
  }
  if (shadow->phase != SWAP_DONE)
    return bh_shadow_store_move(device, shadow->phase, shadow->place, error);
  return take_included(pull, included, error) && sweep_gone(pull, error) &&
         bh_setting_set(device, "cursor", shadow->cursor, error) &&
         bh_shadow_store_end(device, error);
}

/* --- a page --- */

static gboolean take_records(Pull *pull, const json_t *page, gboolean shadow, GError **error)
{
  gsize index;
  json_t *item;

  json_array_foreach(json_object_get(page, "records"), index, item) {
    if (!take_snapshot(pull, item, shadow, error))
      return FALSE;
  }
  json_array_foreach(json_object_get(page, "gone"), index, item) {
    const char *id = json_string_value(item);
    if (id != NULL &&
        !(shadow ? bh_shadow_store_drop(pull->device, id, error) : remove_gone(pull, id, error)))
      return FALSE;
  }
  return TRUE;
}

/* Applies what each page says of the own entries at this moment: how many the hub has, and which it
 * quarantines. "included" is valid for all records only after the last page. Until then each
 * snapshot says itself which own entries it contains, and records that are still to come keep
 * theirs. */
static gboolean take_own(Pull *pull, const json_t *page, gboolean more, GError **error)
{
  return (more || take_included(pull, json_object_get(page, "included"), error)) &&
         take_quarantined(pull, json_object_get(page, "quarantined"), !more, error) &&
         sweep_gone(pull, error);
}

static gboolean fold_touched(Pull *pull, GError **error)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init(&iter, pull->touched);
  while (g_hash_table_iter_next(&iter, &id, NULL)) {
    if (!bh_view_refold(pull->device, id, error))
      return FALSE;
  }
  return TRUE;
}

/* Handles a page that comes after the rows of the shadow were compared: its rows are compared too,
 * and the search for vanished records begins again. */
static gboolean reopen_swap(BhDevice *device, const json_t *page, GError **error)
{
  g_auto(BhShadow) shadow = {0};
  gboolean found = FALSE;

  if (json_array_size(json_object_get(page, "records")) == 0 &&
      json_array_size(json_object_get(page, "gone")) == 0)
    return TRUE;
  if (!bh_shadow_store_read(device, &shadow, &found, error))
    return FALSE;
  return !found || shadow.phase != SWAP_VANISHED ||
         bh_shadow_store_move(device, SWAP_DIFFERENCES, bh_shadow_store_max(device), error);
}

/* *shadow: whether the page goes into the shadow. Only a store that has records needs it: the first
 * pull fills an empty store directly. */
static gboolean choose_shadow(BhDevice *device, const json_t *page, gboolean *shadow,
                              GError **error)
{
  g_autofree char *running = bh_shadow_store_dup_cursor(device);
  gboolean has = FALSE;

  if (json_is_true(json_object_get(page, "reset"))) {
    if (!bh_outbox_store_has_base(device, &has, error))
      return FALSE;
    *shadow = has;
    return has ? bh_shadow_store_restart(device, error) : bh_shadow_store_end(device, error);
  }
  *shadow = running != NULL;
  return TRUE;
}

/* The last page of the shadow begins the swap, and ends it at once when little differs. */
static gboolean begin_swap(Pull *pull, const json_t *page, const char *cursor, gboolean *done,
                           GError **error)
{
  const json_t *included = json_object_get(page, "included");
  g_autofree char *text = json_is_object(included) ? bh_json_dump(included) : g_strdup("{}");
  g_auto(BhShadow) shadow = {0};
  gboolean found = FALSE;

  if (!bh_shadow_store_set_cursor(pull->device, cursor, text, error) ||
      !bh_shadow_store_read(pull->device, &shadow, &found, error) ||
      !swap_some(pull, &shadow, included, error))
    return FALSE;
  *done = shadow.phase == SWAP_DONE;
  return TRUE;
}

static gboolean apply(Pull *pull, const json_t *page, const char *cursor, GError **error)
{
  BhDevice *device = pull->device;
  gboolean shadow = FALSE, swapped = FALSE;
  gboolean more = json_is_true(json_object_get(page, "more"));

  if (!choose_shadow(device, page, &shadow, error) ||
      (shadow && !reopen_swap(device, page, error)) || !take_records(pull, page, shadow, error))
    return FALSE;
  if (shadow && more)
    return bh_shadow_store_set_cursor(device, cursor, NULL, error);
  if (shadow && !begin_swap(pull, page, cursor, &swapped, error))
    return FALSE;
  /* Released entries are in snapshots that may not be in place yet; the next pull names them
   * again. */
  if (shadow && !swapped)
    return take_quarantined(pull, json_object_get(page, "quarantined"), FALSE, error) &&
           fold_touched(pull, error);
  return take_own(pull, page, more, error) && fold_touched(pull, error) &&
         bh_view_retitle_some(device, error) && bh_outbox_reindex_some(device, error) &&
         bh_setting_set(device, "cursor", cursor, error);
}

/* Position of the last own entry that the hub's records contain. Entries of older incarnations need
 * no check: the hub had all of them before the current one began. */
static gint64 place_of_included(BhDevice *device, const json_t *included)
{
  gint64 seq = json_integer_value(json_object_get(included, device->signer->incarnation));
  return BH_POS(device->incarnation, CLAMP(seq, 0, device->made));
}

/* Stores the epoch of a page. A new one means that the hub was restored from an older copy and may
 * have lost files. */
static gboolean take_epoch(BhDevice *device, const json_t *page, GError **error)
{
  const char *epoch = bh_json_string_or(page, "epoch", NULL);
  g_autofree char *known = bh_setting_dup(device, "epoch");

  if (epoch == NULL || strlen(epoch) > BH_CURSOR_MAX_BYTES || g_strcmp0(epoch, known) == 0)
    return TRUE;
  return (known == NULL || bh_files_recheck(device, error)) &&
         bh_setting_set(device, "epoch", epoch, error);
}

static gboolean take_address(BhDevice *device, const json_t *page, GError **error)
{
  const char *url = bh_json_string_or(page, "url", NULL);
  return url == NULL || bh_outbox_note_address(device, url, error);
}

gboolean bh_outbox_apply_changes(BhDevice *device, const json_t *page, GError **error)
{
  const char *cursor = bh_json_get_string(page, "cursor", "changes", error);

  if (cursor == NULL || !bh_device_need_enrolled(device, error) ||
      !bh_device_need_open(device, error) ||
      !bh_outbox_adopt_kinds(device, bh_json_string_or(page, "kinds", ""), error))
    return FALSE;
  g_autoptr(GHashTable) touched = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  Pull pull = {device, touched, place_of_included(device, json_object_get(page, "included"))};
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  return write != NULL && take_epoch(device, page, error) && take_address(device, page, error) &&
         apply(&pull, page, cursor, error) && bh_write_commit(write, error);
}

gboolean bh_outbox_swap_some(BhDevice *device, gboolean *more, GError **error)
{
  g_auto(BhShadow) shadow = {0};
  gboolean found = FALSE;

  *more = FALSE;
  if (!bh_shadow_store_read(device, &shadow, &found, error))
    return FALSE;
  if (!found)
    return bh_shadow_store_trim(device, SWAP_SPAN, more, error);
  if (shadow.included == NULL)
    return TRUE;
  g_autoptr(json_t) included = bh_json_parse(shadow.included, strlen(shadow.included),
                                             BH_DB_VALUE_MAX_BYTES, "included", error);
  if (included == NULL)
    return FALSE;
  g_autoptr(GHashTable) touched = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  Pull pull = {device, touched, place_of_included(device, included)};
  *more = TRUE;
  return swap_some(&pull, &shadow, included, error) && fold_touched(&pull, error);
}
