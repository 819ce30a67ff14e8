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
  char *act;    /* name of an act, with or without the part before the slash */
  char *origin; /* id of the record from which a new one is made */
  char **set;   /* values, "field=value" each; NULL-terminated */
  char *values; /* file with a JSON object of values; "-" is the standard input */
  char **files; /* files of a new record, "role=path" each; NULL-terminated */
  char *role;
  char *item;   /* number of an item of a worksheet */
  char *answer; /* its answer */
  char *list;   /* id of the list with which a worksheet begins */
  char *note;
  gboolean form; /* show what an act asks for, and do nothing */
  char *search;
  char **where; /* conditions of the list, "field=value" each; NULL-terminated */
  char *parent;
  char *order;
  char *due_from;
  char *due_before;
  char *after;
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
/* The value as text for people, with the label of a code; g_free. */
char *bh_ctl_format(BhLink *link, const BhField *field, const json_t *value);

/* Splits "name=value" of the option `option` at the first "=". The value is borrowed; NULL with
 * BH_ERROR_FORMAT when the name or "=" is missing. *name: g_free. */
const char *bh_ctl_split(const char *option, const char *text, char **name, GError **error);

/* Opens the key of the person in `by` with the PIN in `pin_file`; both must be set. */
gboolean bh_ctl_sign_in(const BhCtlOptions *options, BhLink *link, GError **error);
/* Ends the sign-in, because a collector that keeps running may own the store. */
void bh_ctl_sign_out(const BhCtlOptions *options, BhLink *link);

/* The values of --values and --set, {field: value as given}; those of --set replace the others. A
 * new reference, NULL with an error. */
json_t *bh_ctl_read_values(const BhCtlOptions *options, GError **error);
/* Adds a file to the store. Returns the values of its record below `parent`, a new reference; NULL
 * with an error that names the file or the role. */
json_t *bh_ctl_add_file(const BhCtlOptions *options, BhLink *link, const char *parent,
                        const char *role, const char *path, GError **error);
/* Makes a new record id (g_free). */
char *bh_ctl_make_id(BhLink *link, GError **error);

/* The commands. Each reads its arguments from `options`, prints its result to stdout and errors to
 * stderr, and returns the exit code. */
BhCtlExit bh_ctl_enrol(const BhCtlOptions *options);     /* TEXT: enrolment text of a hub */
BhCtlExit bh_ctl_record(const BhCtlOptions *options);    /* FILE|-: lines to save */
BhCtlExit bh_ctl_check(const BhCtlOptions *options);     /* FILE|-: lines to check */
BhCtlExit bh_ctl_acts(const BhCtlOptions *options);      /* [RECORD]: what the person may do */
BhCtlExit bh_ctl_create(const BhCtlOptions *options);    /* KIND: makes a record */
BhCtlExit bh_ctl_edit(const BhCtlOptions *options);      /* RECORD: corrects values */
BhCtlExit bh_ctl_step(const BhCtlOptions *options);      /* RECORD STATE: takes a step */
BhCtlExit bh_ctl_worksheet(const BhCtlOptions *options); /* RECORD: its checklist */
BhCtlExit bh_ctl_attach(const BhCtlOptions *options);    /* RECORD FILE…: attaches files */
BhCtlExit bh_ctl_sync(const BhCtlOptions *options);      /* one sync; waits for its end */
BhCtlExit bh_ctl_export(const BhCtlOptions *options);    /* FILE: writes what is not sent */
BhCtlExit bh_ctl_status(const BhCtlOptions *options);    /* state of the store */
BhCtlExit bh_ctl_queue(const BhCtlOptions *options);     /* what the hub has not confirmed yet */
BhCtlExit bh_ctl_staff(const BhCtlOptions *options);     /* lists the people who can sign in */
BhCtlExit bh_ctl_list(const BhCtlOptions *options);      /* KIND: lists records of this kind */
BhCtlExit bh_ctl_show(const BhCtlOptions *options);      /* ID: shows one record */
BhCtlExit bh_ctl_history(const BhCtlOptions *options);   /* ID: entries of one record */
BhCtlExit bh_ctl_damaged(const BhCtlOptions *options);   /* entries that were damaged on disk */
BhCtlExit bh_ctl_doctor(const BhCtlOptions *options);    /* BH_CTL_FAILED when a check fails */
BhCtlExit bh_ctl_tidy(const BhCtlOptions *options);      /* removes files that nothing refers to */

G_END_DECLS
