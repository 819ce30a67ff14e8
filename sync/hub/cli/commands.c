/* The commands "init", "load", "enrol" and "device", and how every command parses its options and
 * runs a method (bh_cli_parse, bh_cli_run). */
#include <errno.h>
#include <glib/gstdio.h>
#include <qrencode.h>
#include <stdio.h>
#include <string.h>

#include "schema/base64.h"
#include "schema/civil.h"
#include "sync/hub/cli/init.h"
#include "sync/hub/cli/cli.h"
#include "sync/owner/owner.h"

#define QUIET_ZONE 2 /* modules around a QR code on the terminal */
#define WARNINGS_SHOWN 20

gboolean bh_cli_parse(const char *command, const char *words, const char *summary,
                      const GOptionEntry *entries, int *argc, char ***argv, int *code)
{
  g_autoptr(GOptionContext) context = g_option_context_new(words);
  g_autofree char *program = g_strconcat("bihuan-hub ", command, NULL);
  g_autoptr(GError) error = NULL;
  g_set_prgname(program);
  g_option_context_set_summary(context, summary);
  g_option_context_add_main_entries(context, entries, NULL);
  if (g_option_context_parse(context, argc, argv, &error))
    return TRUE;
  *code = bh_cli_fail(error);
  return FALSE;
}

static char *absolute(const char *path)
{
  return g_canonicalize_filename(path, NULL);
}

int bh_cli_run(const char *dir, const char *method, json_t *params, gboolean as_json,
               void (*print)(const json_t *result))
{
  g_autoptr(GError) error = NULL;
  g_autofree char *data = absolute(dir);
  g_autoptr(json_t) owned = params;
  json_object_set_new(owned, "lang", json_string(bh_cli_lang()));
  g_autoptr(json_t) result = bh_cli_call(data, method, owned, &error);
  if (result == NULL)
    return bh_cli_fail(error);
  if (as_json)
    bh_cli_print_json(result);
  else if (print != NULL)
    print(result);
  return BH_EXIT_OK;
}

/* --- init --- */

/* The topmost directory of a path that does not exist; NULL when all of them exist. g_free. */
static char *find_missing(const char *path)
{
  g_autofree char *at = absolute(path);
  char *missing = NULL;
  while (!g_file_test(at, G_FILE_TEST_EXISTS)) {
    g_free(missing);
    missing = g_strdup(at);
    char *above = g_path_get_dirname(at);
    g_free(at);
    at = above;
  }
  return missing;
}

/* Removes directories that were made, from `dir` up to `missing`. */
static void remove_made(const char *dir, const char *missing)
{
  g_autofree char *at = absolute(dir);
  while (missing != NULL && g_rmdir(at) == 0 && strcmp(at, missing) != 0) {
    char *above = g_path_get_dirname(at);
    g_free(at);
    at = above;
  }
}

gboolean bh_cli_make_hub(const char *dir,
                         gboolean (*make)(const char *dir, gpointer data, GError **error),
                         gpointer data, GError **error)
{
  g_autofree char *missing = find_missing(dir);
  g_autofree char *lock = g_build_filename(dir, "owner.lock", NULL);
  if (g_mkdir_with_parents(dir, 0700) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", dir, g_strerror(errno));
    remove_made(dir, missing);
    return FALSE;
  }
  gboolean was_locked = g_file_test(lock, G_FILE_TEST_EXISTS);
  g_autoptr(BhOwner) owner = bh_owner_take(dir, "hub", error);
  gboolean ok = owner != NULL && make(dir, data, error);
  if (!ok && !was_locked)
    g_unlink(lock);
  g_clear_pointer(&owner, bh_owner_release);
  if (!ok)
    remove_made(dir, missing);
  return ok;
}

static gboolean make_new(const char *dir, gpointer plan, GError **error)
{
  return bh_hub_make(dir, plan, error);
}

int bh_cli_init(int argc, char **argv)
{
  g_autofree char *dir = NULL, *name = NULL, *area = NULL, *regions = NULL, *url = NULL;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"name", 'n', 0, G_OPTION_ARG_STRING, &name, "Name that people see", "NAME"},
      {"area", 'a', 0, G_OPTION_ARG_STRING, &area, "Area the hub serves: code or name", "AREA"},
      {"public-url", 'u', 0, G_OPTION_ARG_STRING, &url,
       "URL by which devices reach it, such as https://hub.example:8443", "URL"},
      {"regions", 'r', 0, G_OPTION_ARG_FILENAME, &regions,
       "Region pack with the area and the areas below it", "FILE"},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  g_autoptr(GError) error = NULL;
  if (!bh_cli_parse("init", "",
                    "Makes a hub: store, keys, certificate, kind set and region pack. Without\n"
                    "--regions it uses the sample pack. Leaves nothing behind when it fails.",
                    entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || name == NULL || area == NULL || argc != 1)
    return bh_cli_usage("init", "--data, --name and --area are needed");
  BhHubPlan plan = {
      .name = name, .area = area, .public_url = url, .regions = regions, .lang = bh_cli_lang()};
  if (!bh_cli_make_hub(dir, make_new, &plan, &error))
    return bh_cli_fail(error);
  printf("Made the hub \"%s\" in %s.\n", name, dir);
  return BH_EXIT_OK;
}

/* --- load --- */

static void print_load(const json_t *result)
{
  int kinds = (int)json_integer_value(json_object_get(result, "kind_files"));
  if (kinds > 0)
    printf("Took %d files of kinds into use.\n", kinds);
  printf("Loaded %d checklists and %d records: %d new entries.\n",
         (int)json_integer_value(json_object_get(result, "checklists")),
         (int)json_integer_value(json_object_get(result, "records")),
         (int)json_integer_value(json_object_get(result, "entries")));
  size_t at;
  json_t *name;
  json_array_foreach(json_object_get(result, "skipped"), at, name) {
    printf("Left out: %s\n", json_string_value(name));
  }
  /* A table with a shifted column gives thousands of warnings; the first of them show the
   * problem. */
  const json_t *warnings = json_object_get(result, "warnings");
  json_array_foreach((json_t *)warnings, at, name) {
    if (at == WARNINGS_SHOWN) {
      printf("Loaded, but doubtful: and %d more (--json has all)\n",
             (int)(json_array_size(warnings) - at));
      break;
    }
    printf("Loaded, but doubtful: %s\n", json_string_value(name));
  }
}

int bh_cli_load(int argc, char **argv)
{
  g_autofree char *dir = NULL, *kind = NULL;
  gboolean demo = FALSE, as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"kind", 'k', 0, G_OPTION_ARG_STRING, &kind,
       "Kind of the rows of a table: enterprise, staff …", "KIND"},
      {"demo", 0, 0, G_OPTION_ARG_NONE, &demo, "Also set the demo PINs and passwords", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the result as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse(
          "load", "PATH…",
          "Loads files, or all files of directories: kinds, region packs, calendars,\n"
          "checklists (CSV beside .items.json), records (JSON). Other CSV is a table of\n"
          "records of --kind: the header contains names or labels of fields; choices,\n"
          "units and areas may be written by label or name. A column id contains the id of\n"
          "an existing record, or a name of your own for it. An empty cell changes nothing.\n"
          "UTF-8, GB 18030 and UTF-16 are read. Loading the same again changes nothing.\n"
          "All errors are reported at once, with the line; then nothing is loaded.\n"
          "Doubtful values, such as a wrong check character, are loaded with a warning.",
          entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || argc < 2)
    return bh_cli_usage("load", "--data and at least one path are needed");
  json_t *paths = json_array();
  for (int i = 1; i < argc; i++) {
    g_autofree char *path = absolute(argv[i]);
    json_array_append_new(paths, json_string(path));
  }
  return bh_cli_run(dir, "load",
                    json_pack("{s:o, s:b, s:s*}", "paths", paths, "demo", (int)demo, "kind", kind),
                    as_json, print_load);
}

/* --- enrol --- */

static gboolean is_dark(const QRcode *code, int x, int y)
{
  return x >= 0 && y >= 0 && x < code->width && y < code->width &&
         (code->data[y * code->width + x] & 1) != 0;
}

/* Prints a QR code, two modules per character. Sets both colours, so that it can be scanned from
 * dark and light terminals. */
static void print_qr(const char *text)
{
  static const char *const blocks[] = {"█", "▀", "▄", " "};
  QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
  if (code == NULL)
    return;
  for (int y = -QUIET_ZONE; y < code->width + QUIET_ZONE; y += 2) {
    fputs("\033[37;40m", stdout);
    for (int x = -QUIET_ZONE; x < code->width + QUIET_ZONE; x++)
      fputs(blocks[(is_dark(code, x, y) ? 2 : 0) + (is_dark(code, x, y + 1) ? 1 : 0)], stdout);
    fputs("\033[0m\n", stdout);
  }
  QRcode_free(code);
}

static void print_invitation(const json_t *result)
{
  const char *text = bh_json_string_or(result, "text", "");
  g_autofree char *until =
      bh_time_format(json_integer_value(json_object_get(result, "expires_ms")));
  print_qr(text);
  printf("%s\nValid once, until %s. Devices reach the hub at %s.\n", text, until,
         bh_json_string_or(result, "url", ""));
}

int bh_cli_enrol(int argc, char **argv)
{
  g_autofree char *dir = NULL, *unit = NULL, *name = NULL, *url = NULL;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"unit", 'u', 0, G_OPTION_ARG_STRING, &unit, "Area code, name or id of the unit", "UNIT"},
      {"name", 'n', 0, G_OPTION_ARG_STRING, &name, "Name of the device", "NAME"},
      {"url", 0, 0, G_OPTION_ARG_STRING, &url,
       "URL by which this device reaches the hub; default: its --public-url", "URL"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print text, URL and expiry as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse("enrol", "",
                    "Invites one device: prints a one-time text and its QR code, valid ten\n"
                    "minutes.",
                    entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || unit == NULL || argc != 1)
    return bh_cli_usage("enrol", "--data and --unit are needed");
  return bh_cli_run(dir, "enrol",
                    json_pack("{s:s, s:s*, s:s*}", "unit", unit, "name", name, "url", url), as_json,
                    print_invitation);
}

/* --- device --- */

static void print_devices(const json_t *result)
{
  size_t at;
  json_t *row;
  json_array_foreach((json_t *)result, at, row) {
    g_autofree char *seen = bh_time_format(json_integer_value(json_object_get(row, "seen_ms")));
    const char *told = bh_json_string_or(row, "encryption", "unknown");
    printf("%s  %-8s  %-13s  %s  %s\n", bh_json_string_or(row, "id", ""),
           json_object_get(row, "revoked_ms") != NULL ? "revoked" : "enrolled",
           strcmp(told, "encrypted") == 0 ? "encrypted"
           : strcmp(told, "plain") == 0   ? "not encrypted"
                                          : "not known",
           seen, bh_json_string_or(row, "name", ""));
  }
}

int bh_cli_device(int argc, char **argv)
{
  g_autofree char *dir = NULL, *device = NULL, *reason = NULL;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"device", 0, 0, G_OPTION_ARG_STRING, &device, "revoke: name or id", "DEVICE"},
      {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "revoke: why", "TEXT"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the result as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse("device", "list|revoke", "Lists the devices, or revokes one for ever.", entries,
                    &argc, &argv, &code))
    return code;
  if (dir == NULL || argc != 2)
    return bh_cli_usage("device", "--data and one of list, revoke are needed");
  if (strcmp(argv[1], "list") == 0)
    return bh_cli_run(dir, "device.list", json_object(), as_json, print_devices);
  if (strcmp(argv[1], "revoke") != 0 || device == NULL)
    return bh_cli_usage("device", "revoke needs --device");
  return bh_cli_run(dir, "device.revoke",
                    json_pack("{s:s, s:s*}", "device", device, "reason", reason), as_json, NULL);
}
