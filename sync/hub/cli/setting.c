/* The command "setting": sets, ends, withdraws and lists values of settings (kind "setting"). The
 * hub parses and checks them as it does for "unit" (people.c). */
#include <stdio.h>
#include <string.h>

#include "schema/setting-values.h"
#include "sync/hub/cli/cli.h"

static void print_id(const json_t *result)
{
  puts(bh_json_string_or(result, "id", ""));
}

static void print_rows(const json_t *result)
{
  size_t at;
  json_t *row;
  json_array_foreach((json_t *)result, at, row) {
    const json_t *values = json_object_get(row, "values");
    printf("%s  %-9s %s = %s  %s  %s – %s  %s\n", bh_json_string_or(row, "id", ""),
           bh_json_string_or(values, "state", ""), bh_json_string_or(values, "name", ""),
           bh_json_string_or(values, "value", ""), bh_json_string_or(values, "area", "-"),
           bh_json_string_or(values, "valid_from", ""), bh_json_string_or(values, "valid_to", ""),
           bh_json_string_or(values, "basis", ""));
  }
}

/* {field: text} of those texts that are given; a new reference. */
static json_t *collect(const char *const pairs[][2], gsize n)
{
  json_t *set = json_object();
  for (gsize i = 0; i < n; i++)
    if (pairs[i][1] != NULL)
      json_object_set_new(set, pairs[i][0], json_string(pairs[i][1]));
  return set;
}

static int change(const char *dir, const char *record, json_t *set, const char *state,
                  gboolean as_json)
{
  return bh_cli_run(dir, "record.change",
                    json_pack("{s:s, s:s, s:o, s:s*}", "kind", BH_SETTING_KIND, "record", record,
                              "set", set, "state", state),
                    as_json, NULL);
}

int bh_cli_setting(int argc, char **argv)
{
  g_autofree char *dir = NULL, *name = NULL, *value = NULL, *area = NULL, *from = NULL, *to = NULL;
  g_autofree char *basis = NULL, *record = NULL, *reason = NULL;
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"name", 'n', 0, G_OPTION_ARG_STRING, &name, "set: name or label of the setting", "NAME"},
      {"value", 'v', 0, G_OPTION_ARG_STRING, &value, "set: the number", "NUMBER"},
      {"area", 'a', 0, G_OPTION_ARG_STRING, &area,
       "set: area for which it counts, code or name; default: everywhere", "AREA"},
      {"from", 0, 0, G_OPTION_ARG_STRING, &from, "set: first day on which it is valid",
       "YYYY-MM-DD"},
      {"to", 0, 0, G_OPTION_ARG_STRING, &to, "set, end: last day on which it is valid",
       "YYYY-MM-DD"},
      {"basis", 'b', 0, G_OPTION_ARG_STRING, &basis, "set: document and clause", "TEXT"},
      {"record", 'r', 0, G_OPTION_ARG_STRING, &record, "end, withdraw: id, as list prints it",
       "ID"},
      {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "withdraw: why", "TEXT"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the result as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse(
          "setting", "set|end|withdraw|list",
          "Settings are numbers that the rules of the kinds name, such as the days until\n"
          "a re-check. A value counts for an area and from a day on; set prints its id.",
          entries, &argc, &argv, &code))
    return code;
  const char *word = argc == 2 ? argv[1] : "";
  if (dir == NULL)
    return bh_cli_usage("setting", "--data is missing");
  if (strcmp(word, "list") == 0)
    return bh_cli_run(dir, "setting.list", json_object(), as_json, print_rows);
  if (strcmp(word, "set") == 0) {
    const char *const pairs[][2] = {{"name", name},       {"value", value}, {"area", area},
                                    {"valid_from", from}, {"valid_to", to}, {"basis", basis}};
    json_t *set = collect(pairs, G_N_ELEMENTS(pairs));
    return bh_cli_run(dir, "record.add",
                      json_pack("{s:s, s:o}", "kind", BH_SETTING_KIND, "set", set), as_json,
                      print_id);
  }
  if (strcmp(word, "end") == 0 && record != NULL && to != NULL) {
    const char *const pairs[][2] = {{"valid_to", to}};
    return change(dir, record, collect(pairs, 1), NULL, as_json);
  }
  if (strcmp(word, "withdraw") == 0 && record != NULL) {
    const char *const pairs[][2] = {{"reason", reason}};
    return change(dir, record, collect(pairs, 1), "withdrawn", as_json);
  }
  return bh_cli_usage("setting", "set, end (with --record and --to), withdraw (with --record) or "
                                 "list is needed");
}
