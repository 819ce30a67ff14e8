/* The command "import": takes the unsent work of a device from a file that bihuanctl export has
 * written. */
#include <stdio.h>

#include "sync/hub/cli/cli.h"

static long number(const json_t *result, const char *name)
{
  return (long)json_integer_value(json_object_get(result, name));
}

static void print_import(const json_t *result)
{
  printf("Device %s (%s)%s: %ld entries, %ld applied, %ld put in quarantine, %ld known already; "
         "%ld files, %ld new.\n",
         bh_json_string_or(result, "name", ""), bh_json_string_or(result, "device", ""),
         json_is_true(json_object_get(result, "revoked")) ? ", revoked" : "",
         number(result, "entries"), number(result, "applied"), number(result, "quarantined"),
         number(result, "repeated"), number(result, "files"), number(result, "new_files"));
  size_t at;
  json_t *row;
  json_array_foreach(json_object_get(result, "not_declared"), at, row) {
    printf("File %s is not stored: no entry declares it.\n", json_string_value(row));
  }
  if (number(result, "n_not_declared") > (long)at)
    printf("%ld more files are not stored either.\n", number(result, "n_not_declared") - (long)at);
  json_array_foreach(json_object_get(result, "not_released"), at, row) {
    printf("Entry %s is not released: %s\n", bh_json_string_or(row, "entry", ""),
           bh_json_string_or(row, "reason", ""));
  }
  if (number(result, "released") > 0)
    printf("%ld entries released.\n", number(result, "released"));
  if (number(result, "waiting") > 0)
    printf("%ld entries wait in quarantine. Release them on the office page, or run the command "
           "again with --release REASON.\n",
           number(result, "waiting"));
}

int bh_cli_import(int argc, char **argv)
{
  g_autofree char *dir = NULL, *release = NULL;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"release", 0, 0, G_OPTION_ARG_STRING, &release,
       "Release the entries of the file from quarantine, for this reason", "REASON"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the result as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse(
          "import", "FILE",
          "Takes the unsent work of a device from a file that bihuanctl export has written.\n"
          "Each entry is verified as if the device had sent it, and a file with a fault\n"
          "changes nothing. Entries of a revoked device are put in quarantine, because\n"
          "nothing proves that they were made before it was revoked: a person looks at them\n"
          "on the office page and releases or dismisses them. With --release the entries of\n"
          "the file are released, as far as rules allow, in the order in which they were\n"
          "made. What the hub has already is passed over, so that a second import of a file\n"
          "changes nothing. Of a hub that is served, the serving process reads the file.",
          entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || argc != 2)
    return bh_cli_usage("import", "--data and FILE are needed");
  if (release != NULL && *release == '\0')
    return bh_cli_usage("import", "--release needs a reason");
  g_autofree char *path = g_canonicalize_filename(argv[1], NULL);
  return bh_cli_run(dir, "import", json_pack("{s:s, s:s*}", "path", path, "release", release),
                    as_json, print_import);
}
