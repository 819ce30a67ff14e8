/* Checks the store as a whole: damage, version, write-ahead log, last backup. */
#include "sync/hub/cli/doctor.h"

#include <sys/stat.h>

#include "schema/civil.h"
#include "schema/world.h"
#include "sync/db/migrations.h"
#include "sync/hub/cli/cli.h"
#include "sync/hub/cli/doctor-query-store.h"
#include "sync/hub/log/log.h"

#define LOG_LONG_BYTES (2LL * BH_WRITER_LOG_MAX_BYTES)
#define BACKUP_OLD_MS (7 * 24 * 3600 * G_GINT64_CONSTANT(1000))
#define MIB (1024 * 1024)

static void check_damage(BhDoctor *doctor)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *damage = NULL;
  if (!bh_db_check(doctor->db, doctor->full, &damage, &error))
    bh_doctor_add_error(doctor, "store", _("The store cannot be checked"), error);
  else if (damage != NULL)
    bh_doctor_add(
        doctor, BH_DOCTOR_BAD, "store",
        _("Stop the hub, keep a copy of its whole folder, and restore the newest backup into a new "
          "folder: bihuan-hub restore BACKUP --data NEW. Then check the disk."),
        _("The store is damaged: %s"), damage);
  else
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "store", NULL,
                  doctor->full ? _("The store and its indexes are undamaged.")
                               : _("The store is undamaged (--full checks its indexes too)."));
}

static void check_version(BhDoctor *doctor)
{
  g_autoptr(GError) error = NULL;
  gsize n;
  int version;
  bh_migrations_get_hub(&n);
  if (!bh_migrate_get_version(doctor->db, &version, &error))
    bh_doctor_add_error(doctor, "version", _("The version of the store cannot be read"), error);
  else if (version > (int)n)
    bh_doctor_add(doctor, BH_DOCTOR_BAD, "version",
                  _("Install the program that made it, or a newer one. This one refuses it."),
                  _("The store was made by a newer program: version %d, this one knows %d."),
                  version, (int)n);
  else if (version < (int)n)
    bh_doctor_add(doctor, BH_DOCTOR_WARNING, "version",
                  _("Make a backup, then start the hub: it copies its store and migrates it."),
                  _("The store was made by an older program: %d migrations are pending."),
                  (int)n - version);
  else
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "version", NULL, _("The store has version %d."), version);
}

/* Reports a change of kinds after which records are still being computed again. */
static void check_derived(BhDoctor *doctor)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *pending = bh_log_dup_value(doctor->db, "derived_by", &error);
  if (error != NULL)
    bh_doctor_add_error(doctor, "derived", _("The state of derived values cannot be read"), error);
  else if (pending != NULL && *pending != '\0')
    bh_doctor_add(
        doctor, BH_DOCTOR_WARNING, "derived",
        _("Start the hub, or wait if it is served: it continues by itself."),
        _("A change of the kinds is not complete: records are still being computed again."));
}

static void check_log(BhDoctor *doctor)
{
  g_autofree char *path = g_build_filename(doctor->dir, "hub.db-wal", NULL);
  struct stat st;
  gint64 bytes = stat(path, &st) == 0 ? (gint64)st.st_size : 0;
  if (bytes > LOG_LONG_BYTES)
    bh_doctor_add(
        doctor, BH_DOCTOR_WARNING, "log",
        _("End programs that read the store for a long time (sqlite3, this one with --full); the "
          "hub then shortens the log within a minute. Never remove the file: it contains data."),
        _("The write-ahead log is long: %" PRId64 " MiB."), bytes / MIB);
  else
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "log", NULL,
                  _("The write-ahead log has %" PRId64 " MiB."), bytes / MIB);
}

static void check_backup(BhDoctor *doctor)
{
  static const char next[] = "bihuan-hub backup";
  g_autoptr(GError) error = NULL;
  g_autofree char *text = bh_log_dup_value(doctor->db, BH_BACKUP_VALUE, &error);
  const BhClock *clock = bh_clock_system();
  gint64 at_ms = text != NULL ? g_ascii_strtoll(text, NULL, 10) : 0;
  g_autofree char *at = bh_time_format(at_ms);
  g_autofree char *command = g_strdup_printf(
      _("Make a backup now and every day, on another disk: %s --data %s --out FOLDER."), next,
      doctor->dir);
  if (error != NULL)
    bh_doctor_add_error(doctor, "backup", _("The last backup is not known"), error);
  else if (text == NULL)
    bh_doctor_add(doctor, BH_DOCTOR_WARNING, "backup", command,
                  _("No backup of this hub was made yet."));
  else if (clock->wall_ms(clock->data) - at_ms > BACKUP_OLD_MS)
    bh_doctor_add(doctor, BH_DOCTOR_WARNING, "backup", command, _("The last backup is of %s."), at);
  else
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "backup", NULL, _("The last backup is of %s."), at);
}

void bh_doctor_check_store(BhDoctor *doctor)
{
  check_damage(doctor);
  check_version(doctor);
  check_derived(doctor);
  check_log(doctor);
  check_backup(doctor);
}
