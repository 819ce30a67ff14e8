/* The commands "backup" and "restore". The process that serves the hub copies the store. Keys,
 * region pack and files do not change once they exist, so this process copies them. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "schema/civil.h"
#include "sync/hub/cli/cli.h"
#include "sync/hub/cli/copy.h"

static gboolean backup(const char *dir, const char *out, BhCopyReport *report, GError **error)
{
  g_autoptr(json_t) nothing = json_object();
  g_autoptr(json_t) about = bh_cli_call(dir, "about", nothing, error);
  if (about == NULL ||
      !bh_copy_prepare(dir, out, bh_json_string_or(about, "hub", ""), bh_disk_system(), error))
    return FALSE;
  g_autofree char *store = g_build_filename(out, BH_COPY_STORE_NEW, NULL);
  g_autoptr(json_t) params = json_pack("{s:s}", "out", store);
  g_autoptr(json_t) made = bh_cli_call(dir, "backup", params, error);
  return made != NULL && bh_copy_finish(dir, out, bh_disk_system(), report, error);
}

/* Stores the time of the backup in the hub, for `bihuan-hub doctor`. If that fails, the backup is
 * usable all the same. */
static void note_done(const char *dir)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) nothing = json_object();
  g_autoptr(json_t) noted = bh_cli_call(dir, "backup.done", nothing, &error);
  if (noted == NULL)
    fprintf(stderr, "bihuan-hub: the backup is complete, but the hub did not note it: %s\n",
            error->message);
}

static void warn_of_missing(const BhCopyReport *report)
{
  if (report->missing > 0)
    fprintf(
        stderr,
        "bihuan-hub: %d of %d files (such as photos) are missing or damaged; devices that still "
        "have\nthem will send them again\n",
        report->missing, report->files);
}

int bh_cli_backup(int argc, char **argv)
{
  g_autofree char *dir = NULL, *out = NULL;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out,
       "Folder to write: a new one, or that of an older backup, which is updated", "FOLDER"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the result as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse(
          "backup", "",
          "Copies the whole hub into one folder: store, keys, region pack and files. The\n"
          "copy is consistent even while the hub is served. The folder contains the\n"
          "secret keys of the hub and personal data: keep it as safe as the hub. Updating\n"
          "a folder copies only new files. bihuan-hub restore makes a hub from it.",
          entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || out == NULL || argc != 1)
    return bh_cli_usage("backup", "--data and --out are needed");
  g_autofree char *from = g_canonicalize_filename(dir, NULL);
  g_autofree char *to = g_canonicalize_filename(out, NULL);
  g_autoptr(GError) error = NULL;
  BhCopyReport report = {0};
  umask(0077);
  if (!backup(from, to, &report, &error))
    return bh_cli_fail(error);
  note_done(from);
  warn_of_missing(&report);
  if (as_json) {
    g_autoptr(json_t) result =
        json_pack("{s:s, s:i, s:i}", "out", to, "files", report.files, "missing", report.missing);
    bh_cli_print_json(result);
  }
  return BH_EXIT_OK;
}

/* --- restore --- */

typedef struct {
  const char *from;
  BhCopyReport report;
} Restore;

static gboolean restore(const char *dir, gpointer data, GError **error)
{
  Restore *restore = data;
  return bh_copy_restore(restore->from, dir, bh_disk_system(), &restore->report, error);
}

int bh_cli_restore(int argc, char **argv)
{
  g_autofree char *dir = NULL;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the new hub", "DIR"},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse(
          "restore", "FROM",
          "Makes the hub in DIR from a backup, after checking its store, keys,\n"
          "certificate, region pack and every file. DIR must not contain a hub. The hub\n"
          "begins a new epoch, so that devices send again what the copy lacks. Never serve\n"
          "the old hub again.",
          entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || argc != 2)
    return bh_cli_usage("restore", "FROM and --data are needed");
  g_autofree char *from = g_canonicalize_filename(argv[1], NULL);
  g_autofree char *to = g_canonicalize_filename(dir, NULL);
  g_autoptr(GError) error = NULL;
  Restore work = {.from = from};
  umask(0077);
  if (!bh_cli_make_hub(to, restore, &work, &error))
    return bh_cli_fail(error);
  warn_of_missing(&work.report);
  g_autofree char *newest = bh_time_format(work.report.newest_ms);
  printf(
      "Restored the hub \"%s\" in %s, as it was at %s.\n"
      "Next: bihuan-hub serve --data %s\n"
      "Devices send again by themselves what the hub received after that time. Repeat by hand\n"
      "what the office did after that time, and what was set with bihuan-hub: people who left,\n"
      "revoked devices, PINs and passwords. Enrol again the devices that were enrolled after it.\n"
      "Never serve the old hub again.\n",
      work.report.name, to, newest, to);
  return BH_EXIT_OK;
}
