/* What the commands of bihuanctl share. */
#pragma once

#include "app/ctl/link.h"

G_BEGIN_DECLS

/* Exit codes; documented in --help, never renumbered. */
typedef enum {
  BH_CTL_OK = 0,
  BH_CTL_FAILED = 1,
  BH_CTL_USAGE = 2,
  BH_CTL_REFUSED = 3, /* by a rule, a PIN, a limit, a format */
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
  char **where; /* "field=value" */
  gint limit;
  char **arguments; /* after the command; NULL-terminated */
  gsize n_arguments;
} BhCtlOptions;

/* Says the error on stderr and gives the code that fits it. */
BhCtlExit bh_ctl_fail(const GError *error);
BhCtlExit bh_ctl_exit_code(const GError *error);
/* One JSON text and a line end on stdout. */
void bh_ctl_print_json(const json_t *value);
/* "zh" or "en", by the locale. */
const char *bh_ctl_get_lang(void);

BhCtlExit bh_ctl_enrol(const BhCtlOptions *options);
BhCtlExit bh_ctl_record(const BhCtlOptions *options);
BhCtlExit bh_ctl_check(const BhCtlOptions *options);
BhCtlExit bh_ctl_sync(const BhCtlOptions *options);
BhCtlExit bh_ctl_status(const BhCtlOptions *options);
BhCtlExit bh_ctl_queue(const BhCtlOptions *options);
BhCtlExit bh_ctl_staff(const BhCtlOptions *options);
BhCtlExit bh_ctl_list(const BhCtlOptions *options);
BhCtlExit bh_ctl_show(const BhCtlOptions *options);
BhCtlExit bh_ctl_history(const BhCtlOptions *options);
BhCtlExit bh_ctl_damaged(const BhCtlOptions *options);
BhCtlExit bh_ctl_doctor(const BhCtlOptions *options);
BhCtlExit bh_ctl_tidy(const BhCtlOptions *options);

G_END_DECLS
