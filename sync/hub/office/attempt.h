/* Limits attempts to sign in: slows down guessing without locking the person out. */
#pragma once

#include "sync/hub/office/internal.h"

G_BEGIN_DECLS

/* An attempt in progress. Until it ends it counts as a failure for simultaneous attempts. */
typedef struct {
  BhOffice *office;
  char *own_key; /* counter of failures of this browser if the login knows it, else of the login
                  * from this network */
  char *all_key; /* counter of failures of the login from all unknown browsers; NULL for a known one
                  */
  char *network; /* the network whose budget of failures is used; NULL for a known browser */
  gboolean is_known;
} BhOfficeAttempt;

/* Begins an attempt for a login, before the password is checked. `staff`: the person with the
 * login, or NULL. FALSE with BH_ERROR_LOCKED and a Retry-After header when the client must wait.
 * `attempt` must be zeroed and ended in any case. */
gboolean bh_office_attempt_begin(BhOfficeCall *call, const char *login, const char *staff,
                                 BhOfficeAttempt *attempt, GError **error);
/* Call it when the password was wrong: counts a failure durably. Blocks on the writer. */
gboolean bh_office_attempt_fail(BhOfficeAttempt *attempt, GError **error);
/* Call it when the password was right: returns the attempt to the budget of the network. */
void bh_office_attempt_succeed(BhOfficeAttempt *attempt);
/* Ends the attempt and frees what it owns; call it after the outcome was written. */
void bh_office_attempt_end(BhOfficeAttempt *attempt);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhOfficeAttempt, bh_office_attempt_end)

/* Name of the cookie by which a browser is known that signed in before. Static. */
const char *bh_office_known_cookie_name(const BhOffice *office);

G_END_DECLS
