/* The program bihuan-hub: runs the command that its first argument names. */
#include <stdio.h>
#include <string.h>

#include "schema/version.h"
#include "sync/hub/cli/cli.h"
#include "sync/hub/trace/trace.h"

typedef struct {
  const char *name;
  const char *summary;
  int (*run)(int argc, char **argv);
} Command;

static const Command COMMANDS[] = {
    {"init", "make a hub in an empty directory", bh_cli_init},
    {"load", "load kinds, packs, checklists and records", bh_cli_load},
    {"serve", "serve devices and the office page", bh_cli_serve},
    {"enrol", "invite a device: one-time text and QR code", bh_cli_enrol},
    {"unit", "add | set | list: offices and townships", bh_cli_unit},
    {"staff", "add | set | set-roles | move | retire | return | set-pin | set-password | list",
     bh_cli_staff},
    {"device", "list | revoke", bh_cli_device},
    {"acts", "what a person may do with a record, or make", bh_cli_acts},
    {"create", "make a record in the name of a person", bh_cli_create},
    {"edit", "correct values of a record", bh_cli_edit},
    {"step", "take a step of a record", bh_cli_step},
    {"attach", "attach files to a record", bh_cli_attach},
    {"unseal", "open a sealed value of a record, with a reason", bh_cli_unseal},
    {"worksheet", "fill in the checklist of a record", bh_cli_worksheet},
    {"list", "list records of a kind, with filters", bh_cli_list},
    {"access", "list: who was shown restricted records", bh_cli_access},
    {"anomaly", "list: anomalies of received data", bh_cli_anomaly},
    {"setting", "set | end | withdraw | list: numbers that rules name", bh_cli_setting},
    {"numbers", "the register of numbers: used, void, lost and free", bh_cli_numbers},
    {"clock", "whether the hub trusts the machine's clock; confirm that it is correct",
     bh_cli_clock},
    {"export", "write everything, or one case, into one file that can be verified", bh_cli_export},
    {"import", "take unsent work of a device from a file of bihuanctl export", bh_cli_import},
    {"verify", "verify such a file without a hub", bh_cli_verify},
    {"doctor", "check a hub and report what to do about problems", bh_cli_doctor},
    {"backup", "copy the whole hub into one folder, while it is served", bh_cli_backup},
    {"restore", "make a hub from such a folder", bh_cli_restore},
};

static void print_help(FILE *out)
{
  fprintf(out, "Usage: bihuan-hub COMMAND [OPTION…]\n\n"
               "Serves devices and the office page, and sets up what they need.\n\nCommands:\n");
  for (guint i = 0; i < G_N_ELEMENTS(COMMANDS); i++)
    fprintf(out, "  %-14s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
  fprintf(out, "\nOptions:\n"
               "  --check-config [FILE]  check the settings of serve\n"
               "  --version              print the version\n"
               "  --help                 print this text\n");
  fprintf(
      out,
      "\nbihuan-hub COMMAND --help lists its options.\n\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 busy or exists already,\n"
      "5 input refused or export not verified, 6 export self-consistent, but its origin is not\n"
      "proved, because verify was run without --hub-key.\n");
}

int main(int argc, char **argv)
{
  bh_cli_start_locale();
  /* Commands log warnings only; `serve` sets the level of its log itself. */
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
  fprintf(stderr, "bihuan-hub: no such command: \"%s\"; see bihuan-hub --help\n", argv[1]);
  return BH_EXIT_USAGE;
}
