/* bihuan-hub's commands. Each one that touches a store goes through the process that serves it,
 * or takes the lock and opens it itself (sync/owner). */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Exit codes. */
enum {
  BH_EXIT_OK = 0,
  BH_EXIT_FAILED = 1,
  BH_EXIT_USAGE = 2,
  BH_EXIT_NOT_FOUND = 3, /* no such hub, unit, staff, device, file */
  BH_EXIT_BUSY = 4,      /* another process has the store and does not answer; or it is there */
  BH_EXIT_INVALID = 5,   /* the input was refused, or an export does not verify */
  BH_EXIT_UNPROVED = 6,  /* an export is consistent in itself; no hub's key was given to prove it */
};

/* Methods of the owner's socket, which the commands ask for: new reference or NULL. Any thread but
 * the writer's. */
json_t *bh_cli_dispatch(BhHub *hub, const char *method, const json_t *params, GError **error);
/* Asks the serving process, else does it here. */
json_t *bh_cli_call(const char *dir, const char *method, const json_t *params, GError **error);

/* Says what went wrong on stderr and gives the exit code. */
int bh_cli_fail(const GError *error);
int bh_cli_usage(const char *command, const char *what);
void bh_cli_print_json(const json_t *json);

/* Words of the command line and what is printed are UTF-8 whatever the locale. To be called first.
 */
void bh_cli_start_locale(void);
/* Language of what is said about data: "en" where the environment names English, else "zh". */
const char *bh_cli_lang(void);

/* Options of a command; `words` follow them. TRUE to go on, else *code is the exit code. */
gboolean bh_cli_parse(const char *command, const char *words, const char *summary,
                      const GOptionEntry *entries, int *argc, char ***argv, int *code);
/* Takes the lock of a directory, making it and those above it where they are missing, and runs
 * `make` there. What was made for nothing is taken away again. */
gboolean bh_cli_make_hub(const char *dir,
                         gboolean (*make)(const char *dir, gpointer data, GError **error),
                         gpointer data, GError **error);
/* Runs a method and prints its result as JSON, or through `print`; the exit code. Takes `params`
 * over. */
int bh_cli_run(const char *dir, const char *method, json_t *params, gboolean as_json,
               void (*print)(const json_t *result));

/* Commands: argv[0] is the command's name. */
int bh_cli_init(int argc, char **argv);
int bh_cli_load(int argc, char **argv);
int bh_cli_serve(int argc, char **argv);
int bh_cli_check_config(int argc, char **argv);
int bh_cli_enrol(int argc, char **argv);
int bh_cli_unit(int argc, char **argv);
int bh_cli_staff(int argc, char **argv);
int bh_cli_device(int argc, char **argv);
int bh_cli_clock(int argc, char **argv);
int bh_cli_export(int argc, char **argv);
int bh_cli_verify(int argc, char **argv);
int bh_cli_backup(int argc, char **argv);
int bh_cli_restore(int argc, char **argv);
int bh_cli_access(int argc, char **argv);
int bh_cli_anomaly(int argc, char **argv);
int bh_cli_doctor(int argc, char **argv);

#define BH_BACKUP_VALUE "backup_ms" /* of the store: when the last backup was through */

G_END_DECLS
