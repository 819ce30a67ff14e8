/* Sign-in and sessions, and the protection against requests from other pages. Budgets of wrong
 * passwords are in attempt.c. Sessions are rows written by the hub's writer, so that they outlive a
 * crash. A sign-in is not delayed by devices: the writer serves its shared queue after every turn
 * of a device. Start at bh_office_sign_in. */
#include "sync/hub/records/records.h"
#include "sync/hub/office/internal.h"

#include <sodium.h>
#include <string.h>

#include "schema/error.h"
#include "schema/staff.h"
#include "sync/hub/office/office-store.h"
#include "sync/hub/office/attempt.h"

#define TOKEN_SIZE 32
#define IDLE_MS (60 * 60 * 1000LL)             /* a session ends so long after its last use */
#define LIFE_MS (12 * 60 * 60 * 1000LL)        /* … or so long after its beginning */
#define TOUCH_MS (60 * 1000LL)                 /* precision of seen_ms; polls do not count as use */
#define KNOWN_MS (180 * 24 * 60 * 60 * 1000LL) /* how long a browser is known after a sign-in */

const char *bh_office_cookie_name(const BhOffice *office)
{
  return office->secure ? "__Host-bihuan" : "bihuan";
}

/* Loads the present staff record, so that a person who left or lost the role is rejected at the
 * next request. */
gboolean bh_office_load_staff(BhOfficeCall *call, const char *staff, GError **error)
{
  g_autoptr(BhRecord) record = bh_record_load(call->db, staff, error);
  if (record == NULL)
    return FALSE;
  g_autoptr(json_t) values = bh_record_dup_values(record);
  guint duties = 0;
  if (strcmp(bh_record_get_kind(record), "staff") != 0 ||
      !bh_staff_is_in_service(values, call->today) || !bh_duty_find(call->kinds, values, &duties)) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED,
                "staff: the person has no role in the office, or is not in service, at present");
    return FALSE;
  }
  call->staff = g_strdup(staff);
  json_object_set_new(values, "id", json_string(call->staff));
  call->staff_values = g_steal_pointer(&values);
  call->duties = duties | BH_OFFICE_ANYONE;
  return TRUE;
}

/* --- the cookie --- */

/* Sets a cookie. `max_age_s` < 0: the cookie lasts until the browser is closed. */
static void set_cookie(BhOfficeCall *call, const char *name, const char *token, gint64 max_age_s)
{
  g_autofree char *age =
      max_age_s >= 0 ? g_strdup_printf("; Max-Age=%" G_GINT64_FORMAT, max_age_s) : g_strdup("");
  g_autofree char *cookie = g_strdup_printf("%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", name,
                                            token, call->office->secure ? "; Secure" : "", age);
  bh_request_add_header(call->request, "Set-Cookie", cookie);
}

typedef struct {
  BhOffice *office;
  const char *token_hash;
  const char *old_token_hash;
  const char *known_hash;
  const char *failures_key;
  const BhSessionRow *row;
} SessionWrite;

static gboolean write_touch(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  SessionWrite *write = data;
  return bh_office_store_touch_session(db, write->token_hash, bh_office_now_ms(write->office),
                                       error);
}

gboolean bh_office_load_session(BhOfficeCall *call, gboolean touch, GError **error)
{
  const char *token = bh_request_get_cookie(call->request, bh_office_cookie_name(call->office));
  g_auto(BhSessionRow) row = {0};
  gboolean found = FALSE;
  g_autofree char *hash = token != NULL ? bh_hash_hex(token, strlen(token)) : NULL;
  if (hash != NULL && !bh_office_store_load_session(call->db, hash, &row, &found, error))
    return FALSE;
  gint64 now_ms = bh_office_now_ms(call->office);
  if (!found || now_ms - row.seen_ms > IDLE_MS || now_ms - row.created_ms > LIFE_MS) {
    g_set_error(error, BH_ERROR, BH_ERROR_EXPIRED, "session: sign in first");
    return FALSE;
  }
  if (!bh_office_load_staff(call, row.staff, error))
    return FALSE;
  call->token_hash = g_steal_pointer(&hash);
  call->csrf = g_steal_pointer(&row.csrf);
  if (!touch || now_ms - row.seen_ms < TOUCH_MS)
    return TRUE;
  SessionWrite write = {.office = call->office, .token_hash = call->token_hash};
  return bh_hub_write(call->hub, write_touch, &write, error);
}

/* --- protection against other pages --- */

gboolean bh_office_check_origin(BhOfficeCall *call, GError **error)
{
  const char *site = bh_request_get_header(call->request, "Sec-Fetch-Site");
  const char *origin = bh_request_get_header(call->request, "Origin");
  const char *host = bh_request_get_header(call->request, "Host");
  const char *scheme = call->office->secure ? "https://" : "http://";
  gboolean good = origin != NULL && host != NULL && g_str_has_prefix(origin, scheme) &&
                  g_ascii_strcasecmp(origin + strlen(scheme), host) == 0 &&
                  (site == NULL || strcmp(site, "same-origin") == 0);
  if (good)
    return TRUE;
  /* The answer names the reason, because behind a proxy that changes the Host header every change
   * is refused, which must not look like a wrong password. */
  call->more = json_pack("{s:s, s:s}", "why", "origin", "host", host != NULL ? host : "");
  g_set_error(
      error, BH_ERROR, BH_ERROR_DENIED,
      "Origin: \"%.256s\" (Sec-Fetch-Site: %.32s) is not this page, whose origin is \"%s%s\" by "
      "the Host header",
      origin != NULL ? origin : "", site != NULL ? site : "none", scheme, host != NULL ? host : "");
  return FALSE;
}

gboolean bh_office_check_csrf(BhOfficeCall *call, GError **error)
{
  const char *given = bh_request_get_header(call->request, "X-Bihuan-Token");
  if (given != NULL && strlen(given) == strlen(call->csrf) &&
      sodium_memcmp(given, call->csrf, strlen(given)) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_DENIED,
              "X-Bihuan-Token: missing, or not the token of this session");
  return FALSE;
}

/* --- sign in and out --- */

static gboolean write_session(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  SessionWrite *write = data;
  gint64 now_ms = write->row->created_ms;
  return bh_office_store_forget_failures(db, write->failures_key, error) &&
         bh_office_store_set_known(db, write->known_hash, write->row->staff, now_ms,
                                   now_ms - KNOWN_MS, error) &&
         (write->old_token_hash == NULL ||
          bh_office_store_end_session(db, write->old_token_hash, error)) &&
         bh_office_store_add_session(db, write->token_hash, write->row, now_ms - IDLE_MS,
                                     now_ms - LIFE_MS, error);
}

static char *make_token(BhHub *hub)
{
  guint8 bytes[TOKEN_SIZE];
  const BhRandom *random = bh_hub_get_random(hub);
  random->fill(random->data, bytes, sizeof bytes);
  char *text =
      g_malloc(sodium_base64_ENCODED_LEN(TOKEN_SIZE, sodium_base64_VARIANT_URLSAFE_NO_PADDING));
  sodium_bin2base64(text,
                    sodium_base64_ENCODED_LEN(TOKEN_SIZE, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                    bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  sodium_memzero(bytes, sizeof bytes);
  return text;
}

/* Makes a session with a new token, whatever cookie the browser sent, so that a cookie planted by
 * an attacker is useless. The browser becomes a known browser of the person. */
static gboolean open_session(BhOfficeCall *call, const BhOfficeAttempt *attempt, GError **error)
{
  g_autofree char *token = make_token(call->hub);
  g_autofree char *csrf = make_token(call->hub);
  g_autofree char *hash = bh_hash_hex(token, strlen(token));
  const char *old = bh_request_get_cookie(call->request, bh_office_cookie_name(call->office));
  g_autofree char *old_hash = old != NULL ? bh_hash_hex(old, strlen(old)) : NULL;
  const char *known_name = bh_office_known_cookie_name(call->office);
  g_autofree char *known = attempt->is_known
                               ? g_strdup(bh_request_get_cookie(call->request, known_name))
                               : make_token(call->hub);
  g_autofree char *known_hash = bh_hash_hex(known, strlen(known));
  gint64 now_ms = bh_office_now_ms(call->office);
  BhSessionRow row = {.staff = call->staff, .csrf = csrf, .created_ms = now_ms, .seen_ms = now_ms};
  SessionWrite write = {.office = call->office,
                        .token_hash = hash,
                        .old_token_hash = old_hash,
                        .known_hash = known_hash,
                        .failures_key = attempt->own_key,
                        .row = &row};
  if (!bh_hub_write(call->hub, write_session, &write, error))
    return FALSE;
  set_cookie(call, bh_office_cookie_name(call->office), token, -1);
  set_cookie(call, known_name, known, KNOWN_MS / 1000);
  call->token_hash = g_steal_pointer(&hash);
  call->csrf = g_steal_pointer(&csrf);
  return TRUE;
}

static void set_refused(GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "sign-in: name or password is wrong");
}

/* The roles with which the person may sign in. */
static json_t *list_roles(const BhOfficeCall *call)
{
  json_t *names = json_array();
  gsize index;
  json_t *name;
  json_array_foreach(json_object_get(call->staff_values, "roles"), index, name) {
    if (bh_duty_is_office_role(call->kinds, json_string_value(name)))
      json_array_append(names, name);
  }
  return names;
}

static json_t *list_duties(const BhOfficeCall *call)
{
  json_t *names = json_array();
  for (guint i = 0; BH_DUTY_NAMES[i] != NULL; i++)
    if (call->duties & (1u << i))
      json_array_append_new(names, json_string(BH_DUTY_NAMES[i]));
  return names;
}

static json_t *describe(BhOfficeCall *call, GError **error)
{
  g_autofree char *drafts = bh_office_dup_draft_key(call, error);
  if (drafts == NULL)
    return NULL;
  const char *unit = bh_json_string_or(call->staff_values, "unit", NULL);
  json_t *staff = json_pack("{s:s,s:s,s:s,s:o,s:o}", "id", call->staff, "name",
                            bh_json_string_or(call->staff_values, "name", ""), "unit",
                            unit != NULL ? bh_office_name(call, unit) : "", "roles",
                            list_roles(call), "duties", list_duties(call));
  return json_pack("{s:o,s:s,s:s,s:{s:s,s:s,s:s}}", "staff", staff, "token", call->csrf, "drafts",
                   drafts, "hub", "id", bh_hub_get_id(call->hub), "name",
                   bh_hub_get_name(call->hub), "area", bh_hub_get_area(call->hub));
}

json_t *bh_office_sign_in(BhOfficeCall *call, GError **error)
{
  const char *login = bh_json_get_string(call->body, "login", "body", error);
  const char *password =
      login != NULL ? bh_json_get_string(call->body, "password", "body", error) : NULL;
  if (password == NULL)
    return NULL;
  if (strlen(login) > BH_OFFICE_LOGIN_MAX || strlen(password) > BH_OFFICE_PASSWORD_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "sign-in: name or password is too long");
    return NULL;
  }
  g_autofree char *staff = NULL;
  g_autoptr(GError) failed = NULL;
  g_autofree char *verifier = bh_office_store_dup_verifier(call->db, login, &staff, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return NULL;
  }
  g_auto(BhOfficeAttempt) attempt = {0};
  if (!bh_office_attempt_begin(call, login, staff, &attempt, error))
    return NULL;
  const char *compared = verifier != NULL ? verifier : call->office->dummy_verifier;
  gboolean right = crypto_pwhash_str_verify(compared, password, strlen(password)) == 0;
  if (verifier == NULL || !right || !bh_office_load_staff(call, staff, NULL)) {
    /* The typed name is not logged, because it may be a password that was typed into the wrong
     * field. */
    g_message("sign-in of %s from %s is refused", staff != NULL ? staff : "an unknown name",
              bh_request_get_peer(call->request));
    if (bh_office_attempt_fail(&attempt, error))
      set_refused(error);
    return NULL;
  }
  if (!open_session(call, &attempt, error))
    return NULL;
  bh_office_attempt_succeed(&attempt);
  g_message("%s signed in from %s", call->staff, bh_request_get_peer(call->request));
  return describe(call, error);
}

static gboolean write_end(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  SessionWrite *write = data;
  return bh_office_store_end_session(db, write->token_hash, error);
}

json_t *bh_office_sign_out(BhOfficeCall *call, GError **error)
{
  SessionWrite write = {.office = call->office, .token_hash = call->token_hash};
  if (!bh_hub_write(call->hub, write_end, &write, error))
    return NULL;
  set_cookie(call, bh_office_cookie_name(call->office), "", 0);
  return json_object();
}

json_t *bh_office_get_session(BhOfficeCall *call, GError **error)
{
  g_autoptr(GError) nobody = NULL;
  if (bh_office_load_session(call, TRUE, &nobody))
    return describe(call, error);
  if (g_error_matches(nobody, BH_ERROR, BH_ERROR_EXPIRED) ||
      g_error_matches(nobody, BH_ERROR, BH_ERROR_DENIED))
    return json_pack("{s:n}", "staff");
  g_propagate_error(error, g_steal_pointer(&nobody));
  return NULL;
}
