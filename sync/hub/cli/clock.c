/* The command "clock". A hub whose machine woke up in the past goes on by itself; one whose machine
 * was ahead once has to be told that the clock is right now. */
#include <stdio.h>

#include "sync/hub/cli/cli.h"

static void print_clock(const json_t *result)
{
  const char *machine = bh_json_string_or(result, "machine", "");
  if (!json_is_true(json_object_get(result, "doubted"))) {
    printf("The clock is believed: %s.\n", machine);
    return;
  }
  printf("The clock is in doubt: the machine says %s, but it was %s already.\n"
         "Set the machine's clock right. If it is right now, and was ahead before, say so with\n"
         "bihuan-hub clock --right.\n",
         machine, bh_json_string_or(result, "known", ""));
}

int bh_cli_clock(int argc, char **argv)
{
  g_autofree char *dir = NULL;
  gboolean right = FALSE, as_json = FALSE;
  const GOptionEntry entries[] = {
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &dir, "Directory of the hub", "DIR"},
      {"right", 0, 0, G_OPTION_ARG_NONE, &right, "You looked: the machine's clock is right", NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print the result as JSON", NULL},
      G_OPTION_ENTRY_NULL};
  int code = BH_EXIT_USAGE;
  if (!bh_cli_parse(
          "clock", "",
          "Says whether the hub believes the clock of its machine. It does not while that\n"
          "is behind what the hub received already: then its own time goes on from there,\n"
          "and the times it records are marked as in doubt.",
          entries, &argc, &argv, &code))
    return code;
  if (dir == NULL || argc != 1)
    return bh_cli_usage("clock", "--data is needed");
  return bh_cli_run(dir, right ? "clock.trust" : "clock", json_object(), as_json, print_clock);
}
