/* The commands of bihuan-hub. A command that uses a store asks the process that serves the store,
 * or takes the lock and opens the store itself (sync/owner). */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Exit codes. */
enum {
  BH_EXIT_OK = 0,
  BH_EXIT_FAILED = 1,
  BH_EXIT_USAGE = 2,
  BH_EXIT_NOT_FOUND = 3, /* no such hub, unit, staff, device, file */
  BH_EXIT_BUSY = 4,      /* another process has the store and does not answer; or what should be
                          * made exists already */
  BH_EXIT_INVALID = 5,   /* the input was refused, or an export does not verify */
  BH_EXIT_UNPROVED = 6,  /* an export is self-consistent, but no key of the hub was given */
};

/* Runs a method of the owner's socket. Returns a new reference; NULL with an error. Any thread
 * except the writer's. */
json_t *bh_cli_dispatch(BhHub *hub, const char *method, const json_t *params, GError **error);
/* Asks the process that serves the hub to run a method; runs it in this process if none serves it.
 * Returns a new reference; NULL with an error. Blocks. */
json_t *bh_cli_call(const char *dir, const char *method, const json_t *params, GError **error);

/* Prints an error on stderr and returns the exit code for it. */
int bh_cli_fail(const GError *error);
/* Prints on stderr what is wrong with the arguments of a command; returns BH_EXIT_USAGE. */
int bh_cli_usage(const char *command, const char *what);
/* Prints JSON and a line end on stdout. */
void bh_cli_print_json(const json_t *json);

/* Makes arguments and output UTF-8 in every locale. Call it first. */
void bh_cli_start_locale(void);
/* The language of messages about data: "en" if the environment names English, else "zh". Static. */
const char *bh_cli_lang(void);

/* Parses the options of a command. `words`: the arguments that --help shows after the options.
 * FALSE: the command ends with exit code *code. */
gboolean bh_cli_parse(const char *command, const char *words, const char *summary,
                      const GOptionEntry *entries, int *argc, char ***argv, int *code);
/* Makes a directory, and those above it that are missing, takes its lock, and runs `make` there.
 * Directories that were made here are removed again on failure. */
gboolean bh_cli_make_hub(const char *dir,
                         gboolean (*make)(const char *dir, gpointer data, GError **error),
                         gpointer data, GError **error);
/* Calls a method (bh_cli_call) and prints its result as JSON, or with `print` (NULL: not at all).
 * Takes ownership of `params`. Returns the exit code. */
int bh_cli_run(const char *dir, const char *method, json_t *params, gboolean as_json,
               void (*print)(const json_t *result));

/* One function for each command: argv[0] is the name of the command. Returns the exit code. */
int bh_cli_init(int argc, char **argv);         /* makes a hub folder */
int bh_cli_load(int argc, char **argv);         /* loads kinds, checklists and records from files */
int bh_cli_serve(int argc, char **argv);        /* serves devices and the office page */
int bh_cli_check_config(int argc, char **argv); /* checks the settings of serve */
int bh_cli_enrol(int argc, char **argv);        /* makes a one-time text for a new device */
int bh_cli_unit(int argc, char **argv);         /* lists, makes and changes units */
int bh_cli_staff(int argc,
                 char **argv); /* lists, makes and changes people, their PINs and passwords */
int bh_cli_device(int argc, char **argv); /* lists and revokes devices */
int bh_cli_clock(int argc, char **argv);  /* reports whether the clock is trusted, or confirms it */
int bh_cli_export(int argc, char **argv); /* writes everything, or one case, into one file */
int bh_cli_verify(int argc, char **argv); /* verifies such a file without a hub */
int bh_cli_backup(int argc, char **argv); /* copies the hub into a folder */
int bh_cli_restore(int argc, char **argv); /* makes a hub from such a folder */
int bh_cli_access(int argc, char **argv);  /* lists who was shown restricted records */
int bh_cli_anomaly(int argc, char **argv); /* lists anomalies of received data */
int bh_cli_doctor(int argc, char **argv);  /* checks a hub and says what to do */

/* Value of the store: the time at which the last backup was complete. */
#define BH_BACKUP_VALUE "backup_ms"

G_END_DECLS
