/* Sign-in, sessions, and what keeps strangers and other pages out. */
#include "sync/hub/office-internal.h"

#include <sodium.h>
#include <string.h>

#include "schema/error.h"
#include "sync/hub/office-store.h"

#define TOKEN_SIZE 32
#define IDLE_MS (60 * 60 * 1000LL)      /* without any request but polls */
#define LIFE_MS (12 * 60 * 60 * 1000LL) /* in all */
#define TOUCH_MS (60 * 1000LL)          /* how exact seen_ms is */
#define FREE_FAILURES 5                 /* before the first wait */
#define FIRST_WAIT_MS (30 * 1000LL)     /* doubles with each failure */
#define LONGEST_WAIT_MS (60 * 60 * 1000LL)
#define PEER_BURST 20       /* failed sign-ins of one address at once */
#define PEER_REFILL_MS 3000 /* one more each */
#define PEERS_MAX 10000

typedef struct {
  int left;
  gint64 refilled_ms;
} BhPeerRate;

static const struct {
  const char *name;
  guint bit;
} roles[] = {{"reviewer", BH_OFFICE_REVIEWER},
             {"leader", BH_OFFICE_LEADER},
             {"legal", BH_OFFICE_LEGAL},
             {"admin", BH_OFFICE_ADMIN}};

const char *bh_office_cookie_name(const BhOffice *office)
{
  return office->secure ? "__Host-bihuan" : "bihuan";
}

static guint roles_of(const json_t *staff_values)
{
  guint bits = 0;
  gsize index;
  json_t *name;
  json_array_foreach(json_object_get(staff_values, "roles"), index, name)
  {
    for (gsize i = 0; i < G_N_ELEMENTS(roles); i++) {
      if (g_strcmp0(json_string_value(name), roles[i].name) == 0)
        bits |= roles[i].bit;
    }
  }
  return bits;
}

/* The staff record as it stands now: who left, or lost the role, is out at the next request. */
static gboolean load_staff(BhOfficeCall *call, const char *staff, GError **error)
{
  g_autoptr(BhRecord) record = bh_hub_load_record(call->db, staff, error);
  if (record == NULL)
    return FALSE;
  g_autoptr(json_t) values = bh_record_dup_values(record);
  const char *from = bh_json_string_or(values, "valid_from", NULL);
  const char *to = bh_json_string_or(values, "valid_to", NULL);
  guint bits = roles_of(values);
  if (strcmp(bh_record_get_kind(record), "staff") != 0 ||
      strcmp(bh_json_string_or(values, "state", "active"), "active") != 0 || bits == 0 ||
      (from != NULL && strcmp(call->today, from) < 0) ||
      (to != NULL && strcmp(call->today, to) > 0)) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "staff: no role in the office at present");
    return FALSE;
  }
  call->staff = g_strdup(staff);
  json_object_set_new(values, "id", json_string(call->staff));
  call->staff_values = g_steal_pointer(&values);
  call->roles = bits;
  return TRUE;
}

/* --- the cookie --- */

static void set_cookie(BhOfficeCall *call, const char *token)
{
  g_autofree char *cookie = g_strdup_printf(
      "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", bh_office_cookie_name(call->office), token,
      call->office->secure ? "; Secure" : "", token[0] == '\0' ? "; Max-Age=0" : "");
  bh_request_add_header(call->request, "Set-Cookie", cookie);
}

typedef struct {
  BhOffice *office;
  const char *token_hash;
  const char *old_token_hash;
  const char *login_hash;
  const BhSessionRow *row;
  const char *staff;
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
  if (!load_staff(call, row.staff, error))
    return FALSE;
  call->token_hash = g_steal_pointer(&hash);
  call->csrf = g_steal_pointer(&row.csrf);
  if (!touch || now_ms - row.seen_ms < TOUCH_MS)
    return TRUE;
  SessionWrite write = {.office = call->office, .token_hash = call->token_hash};
  return bh_hub_write(call->hub, write_touch, &write, error);
}

/* --- other pages --- */

gboolean bh_office_check_origin(BhOfficeCall *call, GError **error)
{
  const char *site = bh_request_get_header(call->request, "Sec-Fetch-Site");
  const char *origin = bh_request_get_header(call->request, "Origin");
  const char *host = bh_request_get_header(call->request, "Host");
  const char *scheme = call->office->secure ? "https://" : "http://";
  gboolean good = origin != NULL && host != NULL && g_str_has_prefix(origin, scheme) &&
                  g_ascii_strcasecmp(origin + strlen(scheme), host) == 0 &&
                  (site == NULL || strcmp(site, "same-origin") == 0);
  if (!good)
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "Origin: not this page");
  return good;
}

gboolean bh_office_check_csrf(BhOfficeCall *call, GError **error)
{
  const char *given = bh_request_get_header(call->request, "X-Bihuan-Token");
  if (given != NULL && strlen(given) == strlen(call->csrf) &&
      sodium_memcmp(given, call->csrf, strlen(given)) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "X-Bihuan-Token: not of this session");
  return FALSE;
}

/* --- slowing down guesses --- */

static gboolean take_peer_turn(BhOffice *office, const char *peer, gint64 now_ms)
{
  g_mutex_lock(&office->lock);
  if (g_hash_table_size(office->peers) > PEERS_MAX)
    g_hash_table_remove_all(office->peers);
  BhPeerRate *rate = g_hash_table_lookup(office->peers, peer);
  if (rate == NULL) {
    rate = g_new0(BhPeerRate, 1);
    *rate = (BhPeerRate){.left = PEER_BURST, .refilled_ms = now_ms};
    g_hash_table_insert(office->peers, g_strdup(peer), rate);
  }
  /* A clock that steps back must not lock an address out. */
  gint64 passed = MAX(0, now_ms - rate->refilled_ms);
  gint64 refill = passed / PEER_REFILL_MS;
  rate->left = (int)MIN(PEER_BURST, rate->left + refill);
  if (refill > 0 || now_ms < rate->refilled_ms)
    rate->refilled_ms = now_ms;
  gboolean may = rate->left > 0;
  if (may)
    rate->left--;
  g_mutex_unlock(&office->lock);
  return may;
}

/* Whole offices come from one address: only failures use its turns up. */
static void give_peer_turn_back(BhOffice *office, const char *peer)
{
  g_mutex_lock(&office->lock);
  BhPeerRate *rate = g_hash_table_lookup(office->peers, peer);
  if (rate != NULL && rate->left < PEER_BURST)
    rate->left++;
  g_mutex_unlock(&office->lock);
}

static gint64 wait_of(int failures)
{
  if (failures < FREE_FAILURES)
    return 0;
  int doublings = MIN(failures - FREE_FAILURES, 20);
  return MIN(LONGEST_WAIT_MS, FIRST_WAIT_MS << doublings);
}

static void set_locked(BhOfficeCall *call, gint64 wait_ms, GError **error)
{
  g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, (wait_ms + 999) / 1000);
  bh_request_add_header(call->request, "Retry-After", seconds);
  g_set_error(error, BH_ERROR, BH_ERROR_LOCKED, "sign-in: too many failures, wait %s s", seconds);
}

static gboolean check_turn(BhOfficeCall *call, const char *login_hash, GError **error)
{
  gint64 now_ms = bh_office_now_ms(call->office);
  if (!take_peer_turn(call->office, bh_request_get_peer(call->request), now_ms)) {
    set_locked(call, PEER_REFILL_MS, error);
    return FALSE;
  }
  int failures = 0;
  gint64 last_ms = 0;
  if (!bh_office_store_get_failures(call->db, login_hash, &failures, &last_ms, error))
    return FALSE;
  gint64 left_ms = wait_of(failures) - MAX(0, now_ms - last_ms);
  if (left_ms > 0) {
    set_locked(call, left_ms, error);
    return FALSE;
  }
  return TRUE;
}

/* --- sign in and out --- */

static gboolean write_failure(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  SessionWrite *write = data;
  return bh_office_store_add_failure(db, write->login_hash, bh_office_now_ms(write->office), error);
}

static gboolean write_session(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  SessionWrite *write = data;
  gint64 now_ms = write->row->created_ms;
  return bh_office_store_forget_failures(db, write->login_hash, error) &&
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

/* A new token at every sign-in, whatever cookie came: a planted one is worth nothing. */
static gboolean open_session(BhOfficeCall *call, const char *login_hash, GError **error)
{
  g_autofree char *token = make_token(call->hub);
  g_autofree char *csrf = make_token(call->hub);
  g_autofree char *hash = bh_hash_hex(token, strlen(token));
  const char *old = bh_request_get_cookie(call->request, bh_office_cookie_name(call->office));
  g_autofree char *old_hash = old != NULL ? bh_hash_hex(old, strlen(old)) : NULL;
  gint64 now_ms = bh_office_now_ms(call->office);
  BhSessionRow row = {.staff = call->staff, .csrf = csrf, .created_ms = now_ms, .seen_ms = now_ms};
  SessionWrite write = {.office = call->office,
                        .token_hash = hash,
                        .old_token_hash = old_hash,
                        .login_hash = login_hash,
                        .row = &row};
  if (!bh_hub_write(call->hub, write_session, &write, error))
    return FALSE;
  set_cookie(call, token);
  call->token_hash = g_steal_pointer(&hash);
  call->csrf = g_steal_pointer(&csrf);
  return TRUE;
}

static void set_refused(GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "sign-in: name or password is wrong");
}

static json_t *describe(BhOfficeCall *call)
{
  json_t *names = json_array();
  for (gsize i = 0; i < G_N_ELEMENTS(roles); i++) {
    if (call->roles & roles[i].bit)
      json_array_append_new(names, json_string(roles[i].name));
  }
  const char *unit = bh_json_string_or(call->staff_values, "unit", NULL);
  return json_pack("{s:{s:s,s:s,s:s,s:o},s:s,s:{s:s,s:s,s:s}}", "staff", "id", call->staff, "name",
                   bh_json_string_or(call->staff_values, "name", ""), "unit",
                   unit != NULL ? bh_office_name(call, unit) : "", "roles", names, "token",
                   call->csrf, "hub", "id", bh_hub_get_id(call->hub), "name",
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
  g_autofree char *login_hash = bh_hash_hex(login, strlen(login));
  if (!check_turn(call, login_hash, error))
    return NULL;
  g_autofree char *staff = NULL;
  g_autoptr(GError) own = NULL;
  g_autofree char *verifier = bh_office_store_dup_verifier(call->db, login, &staff, &own);
  if (own != NULL) {
    g_propagate_error(error, g_steal_pointer(&own));
    return NULL;
  }
  const char *compared = verifier != NULL ? verifier : call->office->dummy_verifier;
  gboolean right = crypto_pwhash_str_verify(compared, password, strlen(password)) == 0;
  if (verifier == NULL || !right || !load_staff(call, staff, NULL)) {
    SessionWrite write = {.office = call->office, .login_hash = login_hash};
    if (bh_hub_write(call->hub, write_failure, &write, error))
      set_refused(error);
    return NULL;
  }
  if (!open_session(call, login_hash, error))
    return NULL;
  give_peer_turn_back(call->office, bh_request_get_peer(call->request));
  return describe(call);
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
  set_cookie(call, "");
  return json_object();
}

json_t *bh_office_who(BhOfficeCall *call, GError **error)
{
  g_autoptr(GError) nobody = NULL;
  if (bh_office_load_session(call, TRUE, &nobody))
    return describe(call);
  if (g_error_matches(nobody, BH_ERROR, BH_ERROR_EXPIRED) ||
      g_error_matches(nobody, BH_ERROR, BH_ERROR_DENIED))
    return json_pack("{s:n}", "staff");
  g_propagate_error(error, g_steal_pointer(&nobody));
  return NULL;
}
