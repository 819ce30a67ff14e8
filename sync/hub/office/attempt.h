/* Limits attempts to sign in: slows down guessing without locking the person out. */
#pragma once

#include "sync/hub/office/internal.h"

G_BEGIN_DECLS

/* An attempt to sign in that is in progress. Until it ends, simultaneous attempts count it as a
 * failure. */
typedef struct {
  BhOffice *office;
  /* Key of a counter of failed sign-ins: for a known browser (one in which the person has signed in
   * before) the counter of that browser, else that of the login and the client's network. */
  char *own_key;
  /* Key of the counter of failed sign-ins of the login from all browsers that are not known; NULL
   * for a known browser. */
  char *all_key;
  char *network; /* the network whose budget of failures is used; NULL for a known browser */
  gboolean is_known;
} BhOfficeAttempt;

/* Begins an attempt for a login, before the password is checked. `staff`: the person with the
 * login, or NULL. FALSE with BH_ERROR_LOCKED and a Retry-After header when the client must wait.
 * `attempt` must be zeroed before, and ended with bh_office_attempt_end also after FALSE. */
gboolean bh_office_attempt_begin(BhOfficeCall *call, const char *login, const char *staff,
                                 BhOfficeAttempt *attempt, GError **error);
/* Counts a failure durably; must be called when the password was wrong. Blocks on the writer. */
gboolean bh_office_attempt_fail(BhOfficeAttempt *attempt, GError **error);
/* Returns the attempt to the budget of the network; must be called when the password was right. */
void bh_office_attempt_succeed(BhOfficeAttempt *attempt);
/* Ends the attempt and frees what it owns. Must be called after the outcome of the attempt was
 * written. */
void bh_office_attempt_end(BhOfficeAttempt *attempt);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhOfficeAttempt, bh_office_attempt_end)

/* Name of the cookie by which the hub recognises a known browser, from which the person has signed
 * in before. Static. */
const char *bh_office_known_cookie_name(const BhOffice *office);

G_END_DECLS
