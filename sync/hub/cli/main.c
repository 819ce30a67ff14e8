#include <stdio.h>
#include <string.h>

#include "schema/version.h"
#include "sync/hub/cli/cli.h"
#include "sync/hub/trace/trace.h"

typedef struct {
  const char *name;
  const char *does;
  int (*run)(int argc, char **argv);
} Command;

static const Command COMMANDS[] = {
    {"init", "make a hub in an empty directory", bh_cli_init},
    {"load", "load kinds, packs, checklists and records", bh_cli_load},
    {"serve", "serve devices and the office page", bh_cli_serve},
    {"enrol", "invite a device: one-time text and QR", bh_cli_enrol},
    {"unit", "add | set | list: offices and townships", bh_cli_unit},
    {"staff", "add | set | set-roles | move | retire | return | set-pin | set-password | list",
     bh_cli_staff},
    {"device", "list | revoke", bh_cli_device},
    {"access", "list: who was shown restricted records", bh_cli_access},
    {"anomaly", "list: what is odd about how data came in", bh_cli_anomaly},
    {"clock", "whether the machine's clock is believed, and to say that it is right", bh_cli_clock},
    {"export", "write everything, or one case, into one file that can be verified", bh_cli_export},
    {"verify", "verify such a file without a hub", bh_cli_verify},
    {"doctor", "look at a hub and say what to do about what is wrong", bh_cli_doctor},
    {"backup", "copy the whole hub into one folder, while it is served", bh_cli_backup},
    {"restore", "make a hub from such a folder", bh_cli_restore},
};

static void print_help(FILE *out)
{
  fprintf(out, "Usage: bihuan-hub COMMAND [OPTION…]\n\n"
               "Serves devices and the office page, and sets up what they need.\n\nCommands:\n");
  for (guint i = 0; i < G_N_ELEMENTS(COMMANDS); i++)
    fprintf(out, "  %-14s %s\n", COMMANDS[i].name, COMMANDS[i].does);
  fprintf(out, "\nOptions:\n"
               "  --check-config [FILE]  say whether the settings of serve are right\n"
               "  --version              print the version\n"
               "  --help                 print this text\n");
  fprintf(out,
          "\nbihuan-hub COMMAND --help lists its options.\n\n"
          "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 busy or there already,\n"
          "5 input refused or export not verified, 6 export consistent in itself but not proved\n"
          "to be the hub's: verify was given no --hub-key.\n");
}

int main(int argc, char **argv)
{
  bh_cli_start_locale();
  /* What a command says is for who called it; serve writes a log. */
  bh_lines_start(BH_LINES_TEXT, G_LOG_LEVEL_WARNING);
  if (argc < 2) {
    print_help(stderr);
    return BH_EXIT_USAGE;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
    print_help(stdout);
    return BH_EXIT_OK;
  }
  if (strcmp(argv[1], "--version") == 0) {
    printf("bihuan-hub %s\n", bh_version_get());
    return BH_EXIT_OK;
  }
  if (strcmp(argv[1], "--check-config") == 0)
    return bh_cli_check_config(argc - 1, argv + 1);
  for (guint i = 0; i < G_N_ELEMENTS(COMMANDS); i++)
    if (strcmp(argv[1], COMMANDS[i].name) == 0)
      return COMMANDS[i].run(argc - 1, argv + 1);
  fprintf(stderr, "bihuan-hub: there is no command \"%s\"; see bihuan-hub --help\n", argv[1]);
  return BH_EXIT_USAGE;
}
