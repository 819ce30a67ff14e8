/* Shared by the commands of bihuanctl. All functions run on the main thread. */
#pragma once

#include "app/ctl/link.h"

G_BEGIN_DECLS

/* Exit codes; documented in --help, never renumbered. */
typedef enum {
  BH_CTL_OK = 0,
  BH_CTL_FAILED = 1,
  BH_CTL_USAGE = 2,
  BH_CTL_REFUSED = 3, /* input was refused: by a rule, a wrong PIN, a limit or a wrong format */
  BH_CTL_NO_HUB = 4,
  BH_CTL_BUSY = 5,
} BhCtlExit;

typedef struct {
  const char *store;
  gboolean json;
  char *by;
  char *pin_file;
  char *name;
  char *search;
  char **where; /* conditions of the list, "field=value" each; NULL-terminated */
  gint limit;
  char **arguments; /* arguments after the name of the command; NULL-terminated */
  gsize n_arguments;
} BhCtlOptions;

/* Prints the error (NULL: "failed") to stderr and returns its exit code. */
BhCtlExit bh_ctl_fail(const GError *error);
/* The exit code of an error; BH_CTL_FAILED for NULL and for errors of other domains. */
BhCtlExit bh_ctl_exit_code(const GError *error);
/* Prints one JSON text and a line end to stdout. */
void bh_ctl_print_json(const json_t *value);
/* The language of messages by the locale: "zh" or "en". Static. */
const char *bh_ctl_get_lang(void);

/* The commands. Each reads its arguments from `options`, prints its result to stdout and errors to
 * stderr, and returns the exit code. */
BhCtlExit bh_ctl_enrol(const BhCtlOptions *options);   /* TEXT: enrolment text of a hub */
BhCtlExit bh_ctl_record(const BhCtlOptions *options);  /* FILE|-: lines to save */
BhCtlExit bh_ctl_check(const BhCtlOptions *options);   /* FILE|-: lines to check */
BhCtlExit bh_ctl_sync(const BhCtlOptions *options);    /* one sync; waits for its end */
BhCtlExit bh_ctl_status(const BhCtlOptions *options);  /* state of the store */
BhCtlExit bh_ctl_queue(const BhCtlOptions *options);   /* what the hub has not confirmed yet */
BhCtlExit bh_ctl_staff(const BhCtlOptions *options);   /* lists the people who can sign in */
BhCtlExit bh_ctl_list(const BhCtlOptions *options);    /* KIND: lists records of this kind */
BhCtlExit bh_ctl_show(const BhCtlOptions *options);    /* ID: shows one record */
BhCtlExit bh_ctl_history(const BhCtlOptions *options); /* ID: entries of one record */
BhCtlExit bh_ctl_damaged(const BhCtlOptions *options); /* entries that were damaged on disk */
BhCtlExit bh_ctl_doctor(const BhCtlOptions *options);  /* BH_CTL_FAILED when a check fails */
BhCtlExit bh_ctl_tidy(const BhCtlOptions *options);    /* removes files that nothing refers to */

G_END_DECLS
