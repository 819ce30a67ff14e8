/* The command "access": prints the access log. */
#include <stdio.h>
#include <string.h>

#include "schema/civil.h"
#include "sync/hub/cli/cli.h"

static void print_rows(const json_t *result)
{
  size_t at;
  json_t *row;
  json_array_foreach(json_object_get(result, "rows"), at, row) {
    g_autofree char *time = bh_time_format(json_integer_value(json_object_get(row, "at_ms")));
    printf("%s  %-8s  %-12s  %s  %s\n", time, bh_json_string_or(row, "way", ""),
           bh_json_string_or(row, "kind", "everything"), bh_json_string_or(row, "record", "-"),
           bh_json_string_or(row, "by", ""));
    if (json_object_get(row, "reason") != NULL)
      printf("    %s: %s\n", bh_json_string_or(row, "field", ""),
             bh_json_string_or(row, "reason", ""));
  }
  const json_t *before = json_object_get(result, "before");
  if (json_is_integer(before))
    printf("Older rows: --before %" JSON_INTEGER_FORMAT "\n", json_integer_value(before));
}

int bh_cli_access(int argc, char **argv)
{
  g_autofree char *dir = NULL, *record = NULL, *by = NULL;
  gint64 before = 0;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"record", 'r', 0, G_OPTION_ARG_STRING, &record, "Only rows about this record", "ID"},
      {"by", 'b', 0, G_OPTION_ARG_STRING, &by, "Only rows of this person or device", "NAME"},
      {"before", 0, 0, G_OPTION_ARG_INT64, &before, "Only rows older than this one", "NR"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the result as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse("access", "list",
                    "Lists who was shown restricted records, when and how: the newest 200 rows.",
                    entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || argc != 2 || strcmp(argv[1], "list") != 0 || before < 0)
    return bh_cli_usage("access", "--data and the argument list are needed");
  json_t *params = json_pack("{s:s*, s:s*}", "record", record, "by", by);
  if (before > 0)
    json_object_set_new(params, "before", json_integer(before));
  return bh_cli_run(dir, "access.list", params, as_json, print_rows);
}
