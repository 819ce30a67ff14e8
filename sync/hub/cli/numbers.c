/* The command "numbers": prints the register of numbers of a kind. */
#include <stdio.h>

#include "sync/hub/cli/cli.h"

static void print_rows(const json_t *result)
{
  size_t at;
  json_t *row;
  json_array_foreach(json_object_get(result, "rows"), at, row) {
    const char *to = bh_json_string_or(row, "number_to", NULL);
    json_int_t count = json_integer_value(json_object_get(row, "count"));
    printf("%-4s  %s%s%s", bh_json_string_or(row, "state", ""),
           bh_json_string_or(row, "number", ""), count > 1 ? " … " : "",
           count > 1 && to != NULL ? to : "");
    printf("  %s  %s\n", bh_json_string_or(row, "device_name", "-"),
           json_is_true(json_object_get(row, "restricted")) ? "(restricted)"
                                                            : bh_json_string_or(row, "title", "-"));
  }
  const char *after = bh_json_string_or(result, "after", NULL);
  if (after != NULL)
    printf("More rows: --after '%s'\n", after);
}

int bh_cli_numbers(int argc, char **argv)
{
  g_autofree char *dir = NULL, *kind = NULL, *unit = NULL, *after = NULL;
  gint64 year = 0;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"kind", 'k', 0, G_OPTION_ARG_STRING, &kind, "Kind of the records that are numbered", "KIND"},
      {"unit", 'u', 0, G_OPTION_ARG_STRING, &unit, "Only numbers of this unit: id or name", "UNIT"},
      {"year", 'y', 0, G_OPTION_ARG_INT64, &year, "Year of the numbers; default: this year",
       "YEAR"},
      {"after", 0, 0, G_OPTION_ARG_STRING, &after, "The next page, as the page before says",
       "PLACE"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the result as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse("numbers", "",
                    "Lists the numbers of records: used, void, lost and free ones. 200 rows.",
                    entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || kind == NULL || argc != 1 || year < 0 || year > 9999)
    return bh_cli_usage("numbers", "--data and --kind are needed, and --year is 1 to 9999");
  json_t *params = json_pack("{s:s, s:s*, s:s*}", "kind", kind, "unit", unit, "after", after);
  json_object_set_new(params, "year", json_integer(year));
  return bh_cli_run(dir, "number.list", params, as_json, print_rows);
}
