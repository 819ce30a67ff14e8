/* The office: what a browser asks the hub for. Accounts and sessions, the inbox, records with
 * their history, review, conflicts, quarantine, enterprises, devices and plaques, and the files
 * of the page itself. Everything it changes in the domain is an entry of the hub whose `by` is
 * the signed-in staff. schema/openapi.yaml describes the paths. */
#pragma once

#include "sync/hub/http/http.h"
#include "sync/hub/hub.h"

G_BEGIN_DECLS

#define BH_OFFICE_PASSWORD_MIN 10  /* characters */
#define BH_OFFICE_PASSWORD_MAX 128 /* bytes */
#define BH_OFFICE_LOGIN_MAX 64     /* bytes */

typedef struct _BhOffice BhOffice;

/* `secure`: the page is served over TLS, here or by a proxy in front; cookies are then
 * "__Host-bihuan; Secure". Without it (plain loopback) they are named "bihuan" and not Secure. */
BhOffice *bh_office_new(BhHub *hub, gboolean secure);
/* After the server was stopped. */
void bh_office_free(BhOffice *office);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhOffice, bh_office_free)

/* Routes for bh_http_start with the BhOffice as data: /office/ the page, /office/v1/ its API. */
const BhRoute *bh_office_routes(gsize *n);
/* Headers for bh_http_start: name, value, …, NULL. Static. */
const char *const *bh_office_headers(void);

/* Gives a staff record an office password, or a new one; ends its sessions. `login` NULL keeps
 * the one there is, or takes the staff's name. BH_ERROR_NOT_FOUND: no such staff; _INVALID: too
 * short, too simple, too long, or the login belongs to somebody else. Blocks. */
gboolean bh_office_set_password(BhHub *hub, const char *staff, const char *login,
                                const char *password, GError **error);
/* Takes the account and its sessions away. */
gboolean bh_office_remove_account(BhHub *hub, const char *staff, GError **error);

G_END_DECLS
