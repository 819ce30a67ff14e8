/* The command "clock". When the machine's clock was behind and is correct again, the hub trusts it
 * by itself. When the clock was ahead before, somebody must confirm with --right that it is correct
 * now. */
#include <stdio.h>

#include "sync/hub/cli/cli.h"

static void print_clock(const json_t *result)
{
  const char *machine = bh_json_string_or(result, "machine", "");
  if (!json_is_true(json_object_get(result, "doubted"))) {
    printf("The hub trusts the machine's clock: %s.\n", machine);
    return;
  }
  printf(
      "The clock is in doubt: the machine says %s, but the hub received data at %s.\n"
      "Correct the machine's clock. If it is correct now and was ahead before, confirm that with\n"
      "bihuan-hub clock --right.\n",
      machine, bh_json_string_or(result, "known", ""));
}

int bh_cli_clock(int argc, char **argv)
{
  g_autofree char *dir = NULL;
  gboolean right = FALSE, as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"right", 0, 0, G_OPTION_ARG_NONE, &right, "Confirm that the machine's clock is correct",
       NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the result as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse(
          "clock", "",
          "Reports whether the hub trusts the clock of its machine. It does not while the\n"
          "clock is before the time of data that the hub has received: then the hub\n"
          "continues from that time, and marks the times that it records as doubtful.",
          entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || argc != 1)
    return bh_cli_usage("clock", "--data is needed");
  return bh_cli_run(dir, right ? "clock.trust" : "clock", json_object(), as_json, print_clock);
}
