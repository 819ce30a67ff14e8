/* Whose turn it is to try a password: what slows guesses down without locking the person out. */
#pragma once

#include "sync/hub/office/internal.h"

G_BEGIN_DECLS

/* A try that is under way. It counts as a failure against others that come at the same time. */
typedef struct {
  BhOffice *office;
  char *own_key; /* counts failures of this browser, when it is a known one of the login, else of
                  * the login from this address */
  char *all_key; /* counts failures of the login from all browsers that are not known; NULL for one
                  * that is */
  char *network; /* whose budget of failures is used; NULL for a known browser */
  gboolean is_known;
} BhOfficeTurn;

/* Takes the turn before the password is looked at, for the login that `staff` (NULL: nobody) has.
 * FALSE with BH_ERROR_LOCKED and a Retry-After when it has to wait. `turn` is to be ended. */
gboolean bh_office_turn_take(BhOfficeCall *call, const char *login, const char *staff,
                             BhOfficeTurn *turn, GError **error);
/* The password was wrong: counts it durably. Blocks on the writer. */
gboolean bh_office_turn_fail(BhOfficeTurn *turn, GError **error);
/* The password was right: gives the address its turn back. */
void bh_office_turn_succeed(BhOfficeTurn *turn);
/* Others may have it; after the outcome was written. */
void bh_office_turn_end(BhOfficeTurn *turn);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhOfficeTurn, bh_office_turn_end)

/* Name of the cookie that a browser keeps which signed in before. Static. */
const char *bh_office_known_cookie_name(const BhOffice *office);

G_END_DECLS
