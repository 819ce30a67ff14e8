/* The commands of bihuan-hub. Only one process at a time, the owner, has the store of a hub open
 * (sync/owner). A command that needs the store asks the owner; if there is no owner, the command
 * takes the lock and opens the store itself. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Exit codes. */
enum {
  BH_EXIT_OK = 0,
  BH_EXIT_FAILED = 1,
  BH_EXIT_USAGE = 2,
  BH_EXIT_NOT_FOUND = 3, /* no such hub, unit, staff, device, file */
  BH_EXIT_BUSY = 4,      /* another process has the store open and does not answer; or the hub or
                          * backup to be made exists already */
  BH_EXIT_INVALID = 5,   /* the input was refused, or an export does not verify */
  BH_EXIT_UNPROVED = 6,  /* an export is self-consistent, but no key of the hub was given */
};

/* Runs a method that other processes can call through the owner socket of the hub (sync/owner).
 * Returns its result, a new reference; NULL with an error. May be called on any thread except the
 * writer thread. */
json_t *bh_cli_dispatch(BhHub *hub, const char *method, const json_t *params, GError **error);
/* Asks the process that has the hub open to run a method. If no process has, opens the hub in this
 * process and runs the method here. While another command has it open, the call waits up to 10 s.
 * Returns the result, a new reference; NULL with an error. Blocks. */
json_t *bh_cli_call(const char *dir, const char *method, const json_t *params, GError **error);

/* Prints an error on stderr and returns the exit code for it. */
int bh_cli_fail(const GError *error);
/* Prints on stderr what is wrong with the arguments of a command; returns BH_EXIT_USAGE. */
int bh_cli_usage(const char *command, const char *what);
/* Prints JSON and a line end on stdout. */
void bh_cli_print_json(const json_t *json);

/* Makes arguments and output UTF-8 in every locale. Must be called before any other function of
 * this header. */
void bh_cli_start_locale(void);
/* The language of messages about data: "en" if the environment names English, else "zh". Static. */
const char *bh_cli_lang(void);

/* Parses the options of a command. `words`: the arguments that --help shows after the options.
 * FALSE: the command ends with exit code *code. */
gboolean bh_cli_parse(const char *command, const char *words, const char *summary,
                      const GOptionEntry *entries, int *argc, char ***argv, int *code);
/* Makes the directory `dir` and missing directories above it, takes the lock of `dir`, and calls
 * `make` with it. If `make` fails, the directories that this call made are removed. */
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
int bh_cli_staff(int argc, char **argv);        /* lists and changes people, PINs, passwords */
int bh_cli_device(int argc, char **argv);       /* lists and revokes devices */
int bh_cli_clock(int argc, char **argv);  /* reports whether the clock is trusted, or confirms it */
int bh_cli_export(int argc, char **argv); /* writes everything, or one case, into one file */
int bh_cli_import(int argc, char **argv); /* takes unsent work of a device from a file */
int bh_cli_verify(int argc, char **argv); /* verifies a file of `export` without a hub */
int bh_cli_backup(int argc, char **argv); /* copies the hub into a folder */
int bh_cli_restore(int argc, char **argv); /* makes a hub from the folder of a backup */
int bh_cli_access(int argc, char **argv);  /* lists who was shown restricted records */
int bh_cli_anomaly(int argc, char **argv); /* lists anomalies of received data */
int bh_cli_setting(int argc, char **argv); /* sets and lists values of settings */
int bh_cli_numbers(int argc, char **argv); /* lists the numbers of records */
int bh_cli_doctor(int argc, char **argv);  /* checks a hub and says what to do */
int bh_cli_acts(int argc, char **argv);    /* lists what a person may do with a record */
int bh_cli_create(int argc, char **argv);  /* makes a record in the name of a person */
int bh_cli_edit(int argc, char **argv);    /* corrects values of a record */
int bh_cli_step(int argc, char **argv);    /* takes a step of a record */
int bh_cli_attach(int argc, char **argv);  /* attaches files to a record */
int bh_cli_unseal(int argc, char **argv);  /* opens a sealed value of a record */
/* prints the checklist of a record, or answers an item */
int bh_cli_worksheet(int argc, char **argv);
int bh_cli_list(int argc, char **argv); /* lists records of a kind */

/* Name of a value of the store (bh_log_set_value): the time at which the last backup was
 * complete. */
#define BH_BACKUP_VALUE "backup_ms"

G_END_DECLS
