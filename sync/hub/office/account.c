/* Accounts of the office: passwords and logins. Sign-in is in session.c. */
#include "sync/hub/office/office.h"

#include <sodium.h>
#include <string.h>

#include "schema/error.h"
#include "sync/hub/records/records.h"
#include "sync/hub/office/office-store.h"
#include "sync/hub/log/log.h"

static gboolean check_password(const char *password, GError **error)
{
  glong characters = g_utf8_validate(password, -1, NULL) ? g_utf8_strlen(password, -1) : 0;
  gsize distinct = 0;
  gboolean seen[256] = {FALSE};
  for (const guchar *p = (const guchar *)password; *p != '\0'; p++) {
    distinct += !seen[*p];
    seen[*p] = TRUE;
  }
  const char *why = NULL;
  if (characters < BH_OFFICE_PASSWORD_MIN)
    why = "shorter than 10 characters";
  else if (strlen(password) > BH_OFFICE_PASSWORD_MAX)
    why = "longer than 128 bytes";
  else if (distinct < 4)
    why = "too simple";
  else if (strspn(password, "0123456789") == strlen(password))
    why = "must not consist of digits only, like a PIN";
  if (why != NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "password: %s", why);
  return why == NULL;
}

typedef struct {
  const char *staff;
  const char *login;
  const char *verifier;
} AccountWrite;

static gboolean write_account(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  AccountWrite *write = data;
  g_autoptr(BhRecord) record = bh_record_load(db, write->staff, error);
  if (record == NULL)
    return FALSE;
  const char *name = bh_record_get_string(record, "name");
  if (strcmp(bh_record_get_kind(record), "staff") != 0 || name == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "staff: %s is not a staff record", write->staff);
    return FALSE;
  }
  g_autoptr(GError) failed = NULL;
  g_autofree char *kept = bh_office_store_dup_login(db, write->staff, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  const char *login = write->login != NULL ? write->login : kept != NULL ? kept : name;
  if (login[0] == '\0' || strlen(login) > BH_OFFICE_LOGIN_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "login: must have 1 to %d bytes",
                BH_OFFICE_LOGIN_MAX);
    return FALSE;
  }
  const BhClock *clock = bh_hub_get_clock(hub);
  if (!bh_office_store_set_account(db, write->staff, login, write->verifier,
                                   clock->wall_ms(clock->data), &failed)) {
    if (bh_db_is_unique_violation(failed))
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                  "login: another person has this login already");
    else
      g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  g_autofree char *login_hash = bh_hash_hex(login, strlen(login));
  return bh_office_store_forget_failures(db, login_hash, error) &&
         bh_person_store_end_sessions(db, write->staff, error);
}

gboolean bh_office_set_password(BhHub *hub, const char *staff, const char *login,
                                const char *password, GError **error)
{
  if (sodium_init() < 0)
    g_error("sodium cannot start");
  if (!check_password(password, error))
    return FALSE;
  char verifier[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str(verifier, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_FAILED, "password: no memory to hash it");
    return FALSE;
  }
  AccountWrite write = {.staff = staff, .login = login, .verifier = verifier};
  return bh_hub_write(hub, write_account, &write, error);
}

static gboolean write_removal(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  return bh_person_store_end_sessions(db, data, error) &&
         bh_office_store_forget_known(db, data, error) &&
         bh_office_store_remove_account(db, data, error);
}

gboolean bh_office_remove_account(BhHub *hub, const char *staff, GError **error)
{
  return bh_hub_write(hub, write_removal, (gpointer)staff, error);
}
