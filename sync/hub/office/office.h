/* The HTTP interface of the office page: accounts and sessions, the inbox, records with their
 * history, reviews, conflicts, quarantine, enterprises, devices and plaques, and the files of the
 * page itself. Every change of domain data is an entry of the hub whose `by` is the signed-in
 * person. schema/openapi.yaml describes the paths. */
#pragma once

#include "sync/hub/http/http.h"
#include "sync/hub/hub.h"

G_BEGIN_DECLS

#define BH_OFFICE_PASSWORD_MIN 10  /* characters */
#define BH_OFFICE_PASSWORD_MAX 128 /* bytes */
#define BH_OFFICE_LOGIN_MAX 64     /* bytes */

typedef struct _BhOffice BhOffice;

/* The office page of `hub` (borrowed). `secure`: the page is served over TLS, by this server or by
 * a reverse proxy; cookies are then named "__Host-bihuan" and are Secure. FALSE: plain HTTP on
 * loopback; cookies are then named "bihuan" and are not Secure. bh_office_free. */
BhOffice *bh_office_new(BhHub *hub, gboolean secure);
/* Frees `office`. Must be called after the server was stopped. */
void bh_office_free(BhOffice *office);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhOffice, bh_office_free)

/* The routes for bh_http_start, whose `data` must be the BhOffice: the page under /office/, its API
 * under /office/v1/. Static. */
const BhRoute *bh_office_routes(gsize *n);
/* Headers for bh_http_start: name, value, …, NULL. Static. */
const char *const *bh_office_headers(void);

/* Sets the office password of a person and ends their sessions. `login` NULL: keeps the present
 * login, or uses the person's name. BH_ERROR_NOT_FOUND: no such person; _INVALID: the password is
 * too short, too simple or too long, or another person has the login. Blocks. */
gboolean bh_office_set_password(BhHub *hub, const char *staff, const char *login,
                                const char *password, GError **error);
/* Removes the account of a person and ends their sessions. Blocks. */
gboolean bh_office_remove_account(BhHub *hub, const char *staff, GError **error);

/* What a person does at the office, without HTTP, for the commands of the shell. `staff`: id of the
 * person, who must be in service with a role of the office; the record is changed in the name of
 * this person. `what` and `params` (borrowed; NULL: none):
 *
 *   "acts"    {"record"?}: what the person may do with a record, or make from it or from the menu.
 *             {"acts","creations","covers"?}; "covers": the newest entry of the record
 *   "form"    {"record","act","values"?} or {"kind","act","origin"?,"values"?}: as POST form
 *   "create"  {"kind","act","record"?,"origin"?,"values"?,"attach"?}: {"record","entry"}; "attach":
 *             [{"role","path"}], files of this machine with which the record is made
 *   "act"     {"record","act","covers"?,"values"?}: a step or a correction; {"record","entry"}.
 *             Without "covers" the record may be at any version
 *   "attach"  {"record","role","path","note"?}: a file of this machine;
 *             {"record","sha256","media_type","repeated","entry"?}
 *   "worksheet" {"record","list"?}: the checklist of a record; as GET worksheet
 *   "answer"  {"record","item","answer","note"?,"list"?,"heads"?}: answers one item;
 *             {"record","entry","heads"} or {"record","repeated","heads"}. Without "heads" the
 *             answer replaces any other
 *   "list"    {"kind","ledger"?} and the members of bh_list_query_read: {"rows","after"?}, rows as
 *             on the page, and with "values"
 *
 * A new reference; {"problems":[{"field","text"}]} when rules stand against the act. NULL with an
 * error. Blocks; any thread except the writer thread. */
json_t *bh_office_run(BhHub *hub, const char *staff, const char *lang, const char *what,
                      const json_t *params, GError **error);

G_END_DECLS
