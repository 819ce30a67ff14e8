/* What is not sent yet, and why. All of that is derived from the chain and the present round;
 * nothing is stored as "sending" (L19). */
#include <string.h>

#include "sync/device/store/damage.h"
#include "sync/device/store/drafts-store.h"
#include "sync/device/store/drafts.h"
#include "sync/device/store/files.h"
#include "sync/device/store/people.h"
#include "sync/device/store/records-store.h"
#include "sync/device/store/shadow-store.h"

#define QUEUE_PAGE_MAX 200

/* --- status --- */

static void set_text(json_t *out, const char *key, const char *text)
{
  json_object_set_new(out, key, text != NULL ? json_string(text) : json_null());
}

static void add_lease(BhDevice *device, json_t *out)
{
  gint64 end = bh_people_get_lease_end_ms(device);
  gint64 days = bh_setting_get_int(device, BH_SETTING_LEASE_WARNING_DAYS, 7);

  if (end == G_MAXINT64)
    return;
  gint64 left = end - bh_device_now_ms(device);
  json_object_set_new(out, "lease_until_ms", json_integer(end));
  json_object_set_new(out, "lease",
                      json_string(left < 0                           ? "ended"
                                  : left < days * 24LL * 3600 * 1000 ? "ends_soon"
                                                                     : "good"));
}

static const char *quality_name(BhClockQuality quality)
{
  return quality == BH_CLOCK_QUALITY_GOOD  ? "good"
         : quality == BH_CLOCK_QUALITY_BAD ? "bad"
                                           : "unsure";
}

json_t *bh_device_status(BhDevice *device, GError **error)
{
  BhEntryClock clock;

  if (!bh_device_ready(device, error))
    return NULL;
  const BhCounters *c = &device->counters;
  json_t *out = json_object();
  g_autofree char *last_error = bh_setting_dup(device, "last_error");
  json_object_set_new(out, "pending", json_integer(device->made - device->acked));
  json_object_set_new(out, "drafts", json_integer(c->drafts));
  json_object_set_new(out, "files_pending", json_integer(c->files));
  json_object_set_new(out, "bytes_pending", json_integer(c->bytes));
  json_object_set_new(out, "delivered", json_integer(c->delivered));
  json_object_set_new(out, "conflicts", json_integer(c->conflicts));
  json_object_set_new(out, "quarantined", json_integer(c->quarantined));
  json_object_set_new(out, "damaged", json_integer(bh_damage_store_count(device)));
  json_object_set_new(out, "last_sync_ms",
                      json_integer(bh_setting_get_int(device, "last_sync_ms", 0)));
  set_text(out, "last_error", last_error);
  set_text(out, "state", device->round_state);
  json_object_set_new(out, "behind", json_boolean(bh_shadow_store_is_open(device)));
  json_object_set_new(out, "next_try_ms", json_integer(device->next_try_ms));
  set_text(out, "hub", device->signer != NULL ? device->signer->hub : NULL);
  set_text(out, "device", device->signer != NULL ? device->signer->device : NULL);
  set_text(out, "kinds", device->kinds != NULL ? bh_kind_set_get_hash(device->kinds) : NULL);
  json_object_set_new(out, "settings", json_integer(device->settings_version));
  bh_device_read_clock(device, &clock);
  set_text(out, "clock", quality_name(clock.quality));
  json_object_set_new(out, "shut", json_boolean(device->shut));
  set_text(out, "encryption", bh_encryption_name(device->encryption));
  add_lease(device, out);
  return out;
}

/* --- queue --- */

static const char *why_waiting(BhDevice *device)
{
  g_autofree char *last_error = bh_setting_dup(device, "last_error");

  if (strcmp(device->round_state, "working") == 0)
    return "sending";
  if (strcmp(device->round_state, "revoked") == 0)
    return "revoked";
  if (strcmp(device->round_state, "no_hub") == 0 || g_strcmp0(last_error, "not_hub") == 0)
    return "no_hub";
  if (g_strcmp0(last_error, "network") == 0)
    return "offline";
  return "waiting";
}

static void describe_record(BhDevice *device, json_t *item, const char *id, const char *kind)
{
  g_auto(BhRow) row = {0};

  set_text(item, "record", id);
  set_text(item, "kind", kind);
  if (bh_records_store_find(device, id, &row, NULL) && row.number != 0)
    set_text(item, "title", row.title);
  else
    set_text(item, "title", kind);
}

static void describe_author(BhDevice *device, json_t *item, const char *author)
{
  g_autofree char *name = bh_people_store_dup_name(device, author);
  set_text(item, "by_name", name != NULL ? name : author);
}

static json_t *entry_item(BhDevice *device, const BhOwnEntry *entry, const char *why)
{
  json_t *item = json_object();
  g_autoptr(BhBody) body = bh_body_parse(entry->body, entry->openings, NULL);
  const BhOp *op = body != NULL && body->ops->len > 0 ? g_ptr_array_index(body->ops, 0) : NULL;

  json_object_set_new(item, "what", json_string("entry"));
  set_text(item, "entry", entry->id);
  if (op != NULL)
    describe_record(device, item, op->record, op->kind);
  describe_author(device, item, entry->author);
  json_object_set_new(item, "at_ms", json_integer(entry->at_ms));
  json_object_set_new(item, "size", json_integer((json_int_t)strlen(entry->body)));
  json_object_set_new(item, "sent", json_integer(0));
  json_object_set_new(item, "why_code", json_string(why));
  return item;
}

static gboolean add_entries(BhDevice *device, json_t *out, gint64 offset, gsize limit,
                            GError **error)
{
  const char *why = why_waiting(device);

  for (gint64 seq = device->acked + 1 + offset; seq <= device->made; seq++) {
    g_auto(BhOwnEntry) entry = {0};
    if (json_array_size(out) >= limit)
      return TRUE;
    if (!bh_journal_store_read(device, BH_POS(device->incarnation, seq), &entry, error))
      return FALSE;
    json_array_append_new(out, entry_item(device, &entry, why));
  }
  return TRUE;
}

/* Describes a file by its record: the one whose hash the entry at position `declared` sets. */
static void describe_file(BhDevice *device, json_t *item, gint64 declared, const char *sha256)
{
  g_auto(BhOwnEntry) entry = {0};

  if (!bh_journal_store_read(device, declared, &entry, NULL))
    return;
  g_autoptr(BhBody) body = bh_body_parse(entry.body, entry.openings, NULL);
  for (guint i = 0; body != NULL && i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    for (guint j = 0; j < op->sets->len; j++) {
      const BhSet *set = g_ptr_array_index(op->sets, j);
      if (strcmp(set->key, BH_FILE_HASH) == 0 &&
          g_strcmp0(json_string_value(set->value), sha256) == 0)
        describe_record(device, item, op->record, op->kind);
    }
  }
  describe_author(device, item, entry.author);
  json_object_set_new(item, "at_ms", json_integer(entry.at_ms));
}

static gboolean add_files(BhDevice *device, json_t *out, gint64 offset, gsize limit, GError **error)
{
  const char *why = why_waiting(device);
  gsize index;
  json_t *file;

  if (json_array_size(out) >= limit)
    return TRUE;
  g_autoptr(json_t) files =
      bh_files_store_list_waiting(device, offset, (int)(limit - json_array_size(out)), error);
  if (files == NULL)
    return FALSE;
  json_array_foreach(files, index, file) {
    gint64 declared = json_integer_value(json_object_get(file, "declared"));
    const char *deferred = bh_json_string_or(file, "why", NULL);
    json_t *item = json_object();
    json_object_set_new(item, "what", json_string("file"));
    json_object_set(item, "sha256", json_object_get(file, "sha256"));
    describe_file(device, item, declared, bh_json_string_or(file, "sha256", ""));
    json_object_set(item, "size", json_object_get(file, "size"));
    json_object_set(item, "sent", json_object_get(file, "sent"));
    set_text(item, "why_code",
             deferred != NULL                                        ? "deferred"
             : declared > BH_POS(device->incarnation, device->acked) ? "after_entries"
                                                                     : why);
    if (deferred != NULL)
      set_text(item, "why", deferred);
    json_array_append_new(out, item);
  }
  return TRUE;
}

static gboolean add_drafts(BhDevice *device, json_t *out, gint64 offset, gsize limit,
                           GError **error)
{
  gsize index;
  json_t *draft;

  if (json_array_size(out) >= limit)
    return TRUE;
  g_autoptr(json_t) drafts =
      bh_drafts_store_list(device, NULL, offset, (int)(limit - json_array_size(out)), error);
  if (drafts == NULL)
    return FALSE;
  json_array_foreach(drafts, index, draft) {
    const char *author = bh_json_string_or(draft, "author", "");
    const char *record = bh_json_string_or(draft, "record", "");
    g_autofree char *title = bh_draft_dup_title(device, author, record);
    json_t *item = json_object();
    json_object_set_new(item, "what", json_string("draft"));
    set_text(item, "record", record);
    json_object_set(item, "kind", json_object_get(draft, "kind"));
    set_text(item, "title", title);
    set_text(item, "by", author);
    describe_author(device, item, author);
    json_object_set(item, "at_ms", json_object_get(draft, "updated_ms"));
    json_object_set_new(item, "size", json_integer(0));
    json_object_set_new(item, "sent", json_integer(0));
    json_object_set_new(item, "why_code", json_string("draft"));
    json_array_append_new(out, item);
  }
  return TRUE;
}

json_t *bh_device_queue(BhDevice *device, gint64 offset, int limit, GError **error)
{
  if (!bh_device_ready(device, error))
    return NULL;
  gsize size = (gsize)CLAMP(limit, 1, QUEUE_PAGE_MAX);
  gint64 entries = device->made - device->acked;
  gint64 files = entries + device->counters.files;
  g_autoptr(json_t) out = json_array();
  offset = MAX(offset, 0);
  if (!add_entries(device, out, offset, size, error) ||
      !add_files(device, out, MAX(offset - entries, 0), size, error) ||
      !add_drafts(device, out, MAX(offset - files, 0), size, error))
    return NULL;
  return g_steal_pointer(&out);
}
