/* Compares the files in the store (photos and others) with the files on the disk. */
#include "sync/hub/cli/doctor.h"

#include <string.h>
#include <sys/stat.h>

#include "schema/ident.h"
#include "schema/entry.h"
#include "sync/hub/cli/doctor-query-store.h"
#include "sync/hub/log/log.h"

/* Files younger than this are not reported, because the store may not have their row yet. */
#define NEW_S 3600

typedef struct {
  const BhDoctor *doctor;
  gint64 files;
  gint64 missing;
  gint64 damaged;
  char *example; /* path of a missing or damaged file */
} Count;

static void count_file(const char *sha256, gint64 size, gpointer data)
{
  Count *count = data;
  g_autofree char *path = bh_file_path_make(count->doctor->dir, sha256);
  struct stat st;
  gboolean exists = stat(path, &st) == 0;
  gboolean is_damaged = exists && ((gint64)st.st_size != size ||
                                   (count->doctor->full && !bh_file_has_hash(path, sha256)));
  count->files++;
  count->missing += !exists;
  count->damaged += is_damaged;
  if ((!exists || is_damaged) && count->example == NULL)
    count->example = g_strdup(path);
}

static void check_complete(BhDoctor *doctor)
{
  g_autoptr(GError) error = NULL;
  Count count = {.doctor = doctor};
  gint64 awaited;
  if (!bh_doctor_store_each_file(doctor->db, count_file, &count, &error) ||
      !bh_doctor_store_count_awaited(doctor->db, &awaited, &error)) {
    bh_doctor_add_error(doctor, "files", _("Files cannot be listed"), error);
    g_free(count.example);
    return;
  }
  g_autofree char *example = count.example;
  if (count.missing + count.damaged > 0)
    bh_doctor_add(
        doctor, BH_DOCTOR_BAD, "files",
        _("Copy the folder files/ of the newest backup over this one, without replacing "
          "what is there. Remove damaged ones first: devices that still have them send "
          "them again."),
        _("Of %" PRId64 " files %" PRId64 " are missing and %" PRId64 " damaged, such as %s"),
        count.files, count.missing, count.damaged, example);
  else
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "files", NULL,
                  _("Files: %" PRId64 ", all complete; %" PRId64 " are still on devices."),
                  count.files, awaited);
}

/* --- files that belong to nothing --- */

typedef gboolean (*IsKnown)(BhDb *db, const char *name, gboolean *is_known, GError **error);

typedef struct {
  gint64 n;
  gint64 bytes;
  char *example;
} Orphans;

static gboolean is_old(const struct stat *st)
{
  return g_get_real_time() / G_USEC_PER_SEC - (gint64)st->st_mtime > NEW_S;
}

static gboolean check_file(BhDoctor *doctor, const char *dir, const char *name, IsKnown is_known,
                           Orphans *orphans, GError **error)
{
  g_autofree char *path = g_build_filename(dir, name, NULL);
  struct stat st;
  gboolean known;
  if (lstat(path, &st) != 0 || !is_old(&st))
    return TRUE;
  if (!is_known(doctor->db, name, &known, error))
    return FALSE;
  if (known && S_ISREG(st.st_mode))
    return TRUE;
  orphans->n++;
  orphans->bytes += (gint64)st.st_size;
  if (orphans->example == NULL)
    orphans->example = g_steal_pointer(&path);
  return TRUE;
}

static gboolean check_folder(BhDoctor *doctor, const char *dir, IsKnown is_known, Orphans *orphans,
                             GError **error)
{
  g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
  const char *name;
  gboolean ok = TRUE;
  while (ok && open != NULL && (name = g_dir_read_name(open)) != NULL)
    ok = check_file(doctor, dir, name, is_known, orphans, error);
  return ok;
}

static gboolean check_subfolders(BhDoctor *doctor, Orphans *orphans, GError **error)
{
  g_autofree char *files = g_build_filename(doctor->dir, "files", NULL);
  g_autoptr(GDir) open = g_dir_open(files, 0, NULL);
  const char *subfolder;
  gboolean ok = TRUE;
  while (ok && open != NULL && (subfolder = g_dir_read_name(open)) != NULL) {
    g_autofree char *dir = g_build_filename(files, subfolder, NULL);
    ok = check_folder(doctor, dir, bh_doctor_store_has_file, orphans, error);
  }
  return ok;
}

static void check_orphans(BhDoctor *doctor)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *uploads = g_build_filename(doctor->dir, "uploads", NULL);
  Orphans orphans = {0};
  gboolean ok = check_subfolders(doctor, &orphans, &error) &&
                check_folder(doctor, uploads, bh_doctor_store_has_upload, &orphans, &error);
  g_autofree char *example = orphans.example;
  if (!ok)
    bh_doctor_add_error(doctor, "orphans", _("Files cannot be listed"), error);
  else if (orphans.n > 0)
    bh_doctor_add(doctor, BH_DOCTOR_WARNING, "orphans",
                  _("They do no harm, but need space. After a backup, stop the hub and move them "
                    "to another place."),
                  _("%" PRId64 " files on the disk belong to no record or upload (%" PRId64
                    " bytes), such as %s"),
                  orphans.n, orphans.bytes, example);
  else
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "orphans", NULL,
                  _("All files on the disk belong to a record or an upload."));
}

void bh_doctor_check_files(BhDoctor *doctor)
{
  check_complete(doctor);
  check_orphans(doctor);
}
