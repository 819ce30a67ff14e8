/* Opens and closes a hub, and passes work to its writer and readers (hub.h). Changes of kinds are
 * in hub-kinds.c. Start at bh_hub_open. */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "sync/db/migrations.h"
#include "sync/disk/durable.h"
#include "sync/hub/log/log.h"
#include "sync/hub/hub-private.h"
#include "sync/index/index.h"
#include "sync/hub/http/http.h"
#include "sync/wire/enrol-text.h"

#define READERS_KEPT 16
#define IDLE_INDEX_PAGE 100 /* records that are indexed in one transaction while no piece waits */
/* Value in the store: position after which times of receipt are trusted (bh_hub_trust_clock). */
#define TRUSTED_FROM "clock_trusted_from"

/* --- opening --- */

static gboolean load_values(BhHub *hub, BhDb *db, GError **error)
{
  struct {
    const char *name;
    char **value;
  } wanted[] = {
      {"id", &hub->id}, {"name", &hub->name}, {"area", &hub->area}, {"epoch", &hub->epoch}};
  for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
    g_autoptr(GError) failed = NULL;
    *wanted[i].value = bh_log_dup_value(db, wanted[i].name, &failed);
    if (*wanted[i].value == NULL) {
      g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: the value %s is missing: %s",
                  hub->db_path, wanted[i].name, failed != NULL ? failed->message : "no row");
      return FALSE;
    }
  }
  g_autofree char *incarnation = bh_log_dup_value(db, "incarnation", error);
  g_autofree char *kinds = incarnation != NULL ? bh_log_dup_value(db, "kinds", error) : NULL;
  if (kinds == NULL || strlen(hub->id) != BH_ID_LEN) {
    if (error != NULL && *error == NULL)
      g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: not the store of a hub", hub->db_path);
    return FALSE;
  }
  hub->kinds = bh_log_load_kinds(db, kinds, error);
  if (hub->kinds == NULL) {
    if (error != NULL && *error == NULL)
      g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: the kind set %s is missing", hub->db_path,
                  kinds);
    return FALSE;
  }
  g_strlcpy(hub->signer->hub, hub->id, sizeof hub->signer->hub);
  g_strlcpy(hub->signer->device, hub->id, sizeof hub->signer->device);
  g_strlcpy(hub->signer->incarnation, incarnation, sizeof hub->signer->incarnation);
  return TRUE;
}

/* The time of the last receipt has certainly passed, unless a person declared later that the clock
 * was wrong then. */
static gboolean load_known_time(BhDb *db, gint64 *known_ms, GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autofree char *trusted = bh_log_dup_value(db, TRUSTED_FROM, &failed);
  gint64 after = trusted != NULL ? g_ascii_strtoll(trusted, NULL, 10) : 0;
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  return bh_log_get_last_received(db, after, known_ms, error);
}

static gboolean begin_time(BhHub *hub, BhDb *db, const BhClock *machine, GError **error)
{
  gint64 known_ms;
  if (!load_known_time(db, &known_ms, error))
    return FALSE;
  hub->time = bh_hub_time_new(machine, known_ms);
  hub->clock = bh_hub_time_get_clock(hub->time);
  return bh_clock_store_limit_times(db, hub->clock->wall_ms(hub->clock->data), error);
}

static gboolean open_store(BhHub *hub, const BhClock *machine, GError **error)
{
  gsize n;
  const BhMigration *migrations = bh_migrations_get_hub(&n);
  if (!g_file_test(hub->db_path, G_FILE_TEST_EXISTS)) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "there is no hub in %s", hub->dir);
    return FALSE;
  }
  g_autoptr(BhDb) db = bh_db_open(hub->db_path, BH_DB_HUB_WRITER, error);
  return db != NULL && bh_migrate(db, hub->db_path, migrations, n, error) &&
         begin_time(hub, db, machine, error) &&
         bh_copy_mark_begin_epoch(db, hub->clock, hub->random, error) &&
         load_values(hub, db, error);
}

/* Loads again, after a failed commit, the values that the hub keeps in memory: only the store has
 * what was really committed. */
static gboolean reload(BhDb *db, gpointer owner, GError **error)
{
  BhHub *hub = owner;
  gint64 known_ms;
  if (!load_known_time(db, &known_ms, error) || !bh_hub_reload_kinds(hub, db, error))
    return FALSE;
  bh_hub_time_raise(hub->time, known_ms);
  return TRUE;
}

/* Writes the index, which may be written later than the records (BhWriterLater). */
static gboolean write_later(BhDb *db, gpointer owner, gboolean is_idle, gboolean *more,
                            GError **error)
{
  BhHub *hub = owner;
  gboolean pending;
  *more = FALSE;
  if (!is_idle)
    return bh_hub_limit_index(hub, db, error);
  if (!bh_index_expand(db, IDLE_INDEX_PAGE, &pending, error) ||
      !bh_hub_apply_index(hub, db, IDLE_INDEX_PAGE, more, error))
    return FALSE;
  *more = *more || pending;
  return TRUE;
}

BhHub *bh_hub_open(const char *dir, const BhClock *clock, const BhRandom *random, GError **error)
{
  g_autofree char *region_path = g_build_filename(dir, "regions.json", NULL);
  g_autoptr(BhHub) hub = g_new0(BhHub, 1);
  g_mutex_init(&hub->lock);
  g_queue_init(&hub->readers);
  hub->dir = g_strdup(dir);
  hub->db_path = g_build_filename(dir, "hub.db", NULL);
  hub->random = random;
  hub->space = bh_space_system();
  hub->disk = bh_disk_system();
  hub->signer = bh_signer_new();
  if (!open_store(hub, clock, error) ||
      !bh_keys_load(dir, "hub", hub->signer->public_key, hub->signer->secret_key, error) ||
      !bh_keys_load(dir, "plaque", hub->plaque_public, hub->plaque_secret, error))
    return NULL;
  hub->pin = bh_keys_dup_pin(dir, error);
  hub->region = hub->pin != NULL ? bh_region_load(region_path, error) : NULL;
  if (hub->region == NULL)
    return NULL;
  hub->ingest = bh_ingest_new(hub->id, hub->signer, hub->region, hub->time, random);
  bh_ingest_set_kinds(hub->ingest, hub->kinds);
  hub->writer = bh_writer_start(hub->db_path, reload, write_later, hub, error);
  return hub->writer != NULL && bh_hub_finish_deriving(hub, error) &&
                 bh_hub_finish_index(hub, error)
             ? g_steal_pointer(&hub)
             : NULL;
}

void bh_hub_close(BhHub *hub)
{
  if (hub == NULL)
    return;
  BhDb *reader;
  while ((reader = g_queue_pop_head(&hub->readers)) != NULL)
    bh_db_close(reader);
  bh_writer_stop(hub->writer);
  bh_ingest_free(hub->ingest);
  bh_hub_time_free(hub->time);
  g_clear_pointer(&hub->kinds, bh_kind_set_unref);
  bh_setting_values_unref(hub->settings);
  g_clear_pointer(&hub->region, bh_region_free);
  bh_signer_free(hub->signer);
  sodium_memzero(hub->plaque_secret, sizeof hub->plaque_secret);
  g_mutex_clear(&hub->lock);
  g_free(hub->dir);
  g_free(hub->db_path);
  g_free(hub->id);
  g_free(hub->name);
  g_free(hub->area);
  g_free(hub->epoch);
  g_free(hub->pin);
  g_free(hub);
}

const char *bh_hub_get_id(BhHub *hub)
{
  return hub->id;
}

const char *bh_hub_get_name(BhHub *hub)
{
  return hub->name;
}

const char *bh_hub_get_area(BhHub *hub)
{
  return hub->area;
}

const char *bh_hub_get_dir(BhHub *hub)
{
  return hub->dir;
}

const char *bh_hub_get_epoch(BhHub *hub)
{
  return hub->epoch;
}

const char *bh_hub_get_pin(BhHub *hub)
{
  return hub->pin;
}

const guint8 *bh_hub_get_public_key(BhHub *hub)
{
  return hub->signer->public_key;
}

const guint8 *bh_hub_get_secret_key(BhHub *hub)
{
  return hub->signer->secret_key;
}

const guint8 *bh_hub_get_plaque_public_key(BhHub *hub)
{
  return hub->plaque_public;
}

const guint8 *bh_hub_get_plaque_secret_key(BhHub *hub)
{
  return hub->plaque_secret;
}

const BhRegion *bh_hub_get_region(BhHub *hub)
{
  return hub->region;
}

const BhClock *bh_hub_get_clock(BhHub *hub)
{
  return hub->clock;
}

gboolean bh_hub_is_time_doubted(BhHub *hub, gint64 *machine_ms, gint64 *known_ms)
{
  return bh_hub_time_is_doubted(hub->time, machine_ms, known_ms);
}

const BhRandom *bh_hub_get_random(BhHub *hub)
{
  return hub->random;
}

void bh_hub_set_disk(BhHub *hub, const BhDisk *disk)
{
  hub->disk = disk;
}

const BhDisk *bh_hub_get_disk(BhHub *hub)
{
  return hub->disk;
}

void bh_hub_set_space(BhHub *hub, const BhSpace *space)
{
  hub->space = space;
}

gint64 bh_hub_get_free_bytes(BhHub *hub)
{
  return hub->space->free_bytes(hub->space->data, hub->dir);
}

gboolean bh_hub_has_space(BhHub *hub, gint64 wanted, gint64 kept, const char *what, GError **error)
{
  gint64 left = hub->space->free_bytes(hub->space->data, hub->dir);
  if (left - wanted >= kept)
    return TRUE;
  /* The error does not contain the path, because it may be sent to a client; the path is logged. */
  if (left < 0)
    g_warning("hub: free space of %s: %s", hub->dir, g_strerror(errno));
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE,
              "%s: the disk of the hub has no room for %" G_GINT64_FORMAT " bytes", what, wanted);
  return FALSE;
}

BhIngest *bh_hub_get_ingest(BhHub *hub)
{
  return hub->ingest;
}

BhKindSet *bh_hub_dup_kinds(BhHub *hub)
{
  g_mutex_lock(&hub->lock);
  BhKindSet *kinds = bh_kind_set_ref(hub->kinds);
  g_mutex_unlock(&hub->lock);
  return kinds;
}

/* --- writing --- */

typedef struct {
  BhHubWrite func; /* does the work of one piece; NULL: `turn` is set */
  BhHubTurn turn;  /* does long work in turns; NULL: `func` is set */
  BhHubDone done;
  gpointer data;
} Write;

static gboolean write_func(BhDb *db, gpointer owner, gpointer data, GError **error)
{
  Write *write = data;
  return write->func(owner, db, write->data, error);
}

static BhTurn write_turn(BhDb *db, gpointer owner, gpointer data, GError **error)
{
  Write *write = data;
  return write->turn(owner, db, write->data, error);
}

static void write_done(gpointer owner, const GError *error, gpointer data)
{
  Write *write = data;
  if (write->done != NULL)
    write->done(owner, error, write->data);
  g_free(write);
}

void bh_hub_submit(BhHub *hub, BhHubWrite func, BhHubDone done, gpointer data)
{
  Write *write = g_new0(Write, 1);
  write->func = func;
  write->done = done;
  write->data = data;
  bh_writer_submit(hub->writer, write_func, write_done, write);
}

void bh_hub_submit_turns(BhHub *hub, const char *client, BhHubTurn func, BhHubDone done,
                         gpointer data)
{
  Write *write = g_new0(Write, 1);
  write->turn = func;
  write->done = done;
  write->data = data;
  bh_writer_submit_turns(hub->writer, client, write_turn, write_done, write);
}

gboolean bh_hub_has_other_work(BhHub *hub, const char *client)
{
  return bh_writer_has_other_work(hub->writer, client);
}

gboolean bh_hub_write(BhHub *hub, BhHubWrite func, gpointer data, GError **error)
{
  Write write = {.func = func, .data = data};
  return bh_writer_run(hub->writer, write_func, &write, error);
}

/* Runs on the writer, so that no entry with an earlier time is received after the position is read.
 * If the commit fails, `reload` restores the doubt. */
static gboolean trust_func(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)data;
  gint64 position;
  if (!bh_log_get_counter(db, "position", &position, error))
    return FALSE;
  g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, position);
  if (!bh_log_set_value(db, TRUSTED_FROM, text, error))
    return FALSE;
  bh_hub_time_trust(hub->time);
  return bh_clock_store_limit_times(db, hub->clock->wall_ms(hub->clock->data), error);
}

gboolean bh_hub_trust_clock(BhHub *hub, GError **error)
{
  return bh_hub_write(hub, trust_func, NULL, error);
}

void bh_hub_count_commits(BhHub *hub, guint64 *commits, guint64 *pieces)
{
  bh_writer_count(hub->writer, commits, pieces);
}

void bh_hub_get_writer_state(BhHub *hub, BhWriterState *state)
{
  bh_writer_get_state(hub->writer, state);
}

char *bh_hub_append_in(BhHub *hub, BhDb *db, const char *by, const json_t *ops, GError **error)
{
  return bh_ingest_append(hub->ingest, db, by, ops, error);
}

gboolean bh_hub_grant_numbers_in(BhHub *hub, BhDb *db, const char *device, const char *unit,
                                 GError **error)
{
  return bh_ingest_grant_numbers(hub->ingest, db, device, unit, error);
}

typedef struct {
  const char *by;
  const json_t *ops;
  char *entry;
} Append;

static gboolean append_func(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Append *append = data;
  append->entry = bh_hub_append_in(hub, db, append->by, append->ops, error);
  return append->entry != NULL;
}

char *bh_hub_append(BhHub *hub, const char *by, const json_t *ops, GError **error)
{
  Append append = {.by = by, .ops = ops};
  if (bh_hub_write(hub, append_func, &append, error))
    return append.entry;
  g_free(append.entry);
  return NULL;
}

typedef struct {
  const char *by;
  const char *entry;
  gboolean dismiss;
  const char *reason;
} Decision;

static gboolean decide_func(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  const Decision *decision = data;
  return bh_ingest_decide(hub->ingest, db, decision->by, decision->entry, decision->dismiss,
                          decision->reason, error);
}

gboolean bh_hub_release(BhHub *hub, const char *by, const char *entry, gboolean dismiss,
                        const char *reason, GError **error)
{
  Decision decision = {by, entry, dismiss, reason};
  return bh_hub_write(hub, decide_func, &decision, error);
}

gboolean bh_hub_may_release(BhHub *hub, BhDb *db, const char *by, const char *entry,
                            gboolean dismiss, GError **error)
{
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  return bh_ingest_may_decide(db, hub->id, kinds, hub->region,
                              hub->clock->wall_ms(hub->clock->data), by, entry, dismiss, error);
}

gboolean bh_hub_set_region(BhHub *hub, const char *path, GError **error)
{
  g_autofree char *to = g_build_filename(hub->dir, "regions.json", NULL);
  g_autoptr(BhRegion) region = bh_region_load(path, error);
  if (region == NULL)
    return FALSE;
  return bh_durable_copy(hub->disk, path, to, error) &&
         bh_durable_sync_folder(hub->disk, hub->dir, error);
}

/* --- address --- */

gboolean bh_hub_check_public_url(const char *url, GError **error)
{
  if (bh_hub_url_is_valid(url))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
              "%s: devices cannot use this address; it must be https://HOST or "
              "https://HOST:PORT, with the name or address by which other machines reach this one",
              url);
  return FALSE;
}

char *bh_hub_dup_public_url(BhHub *hub, GError **error)
{
  BhDb *db = bh_hub_acquire_reader(hub, error);
  char *url = db != NULL ? bh_log_dup_value(db, "public_url", error) : NULL;
  bh_hub_release_reader(hub, db);
  return url;
}

static gboolean write_public_url(BhHub *hub, BhDb *db, gpointer url, GError **error)
{
  (void)hub;
  return bh_log_set_value(db, "public_url", url, error);
}

gboolean bh_hub_set_public_url(BhHub *hub, const char *url, GError **error)
{
  return bh_hub_check_public_url(url, error) &&
         bh_hub_write(hub, write_public_url, (gpointer)url, error);
}

void bh_hub_set_needs_encryption(BhHub *hub, gboolean needs)
{
  hub->needs_encryption = needs;
}

gboolean bh_hub_needs_encryption(BhHub *hub)
{
  return hub->needs_encryption;
}

/* --- readers --- */

BhDb *bh_hub_acquire_reader(BhHub *hub, GError **error)
{
  g_mutex_lock(&hub->lock);
  BhDb *reader = g_queue_pop_head(&hub->readers);
  g_mutex_unlock(&hub->lock);
  return reader != NULL ? reader : bh_db_open(hub->db_path, BH_DB_HUB_READER, error);
}

void bh_hub_release_reader(BhHub *hub, BhDb *db)
{
  if (db == NULL)
    return;
  if (bh_db_in_transaction(db))
    bh_db_rollback(db);
  bh_db_end_reads(db);
  g_mutex_lock(&hub->lock);
  gboolean keep = !bh_db_is_dead(db) && hub->readers.length < READERS_KEPT;
  if (keep)
    g_queue_push_head(&hub->readers, db);
  g_mutex_unlock(&hub->lock);
  if (!keep)
    bh_db_close(db);
}
