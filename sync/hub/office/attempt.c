/* Budgets of failed sign-ins. They slow down guessing of passwords and do not lock out the person.
 * A browser that signed in before has its own budget, so that failures of others do not affect it.
 * All other browsers share one budget for each login and network, and one that refills slowly for
 * each login, so that guessing from many addresses gains little. An attempt is reserved before the
 * password is compared, so that simultaneous attempts count. Sessions and passwords are in
 * session.c. Start at bh_office_attempt_begin. */
#include "sync/hub/office/attempt.h"

#include <string.h>

#include "schema/error.h"
#include "sync/hub/office/office-store.h"

#define FREE_FAILURES 5             /* failures before the first wait */
#define FIRST_WAIT_MS (30 * 1000LL) /* the wait doubles with each further failure */
#define LONGEST_WAIT_MS (60 * 60 * 1000LL)
#define ALL_FREE_FAILURES 30 /* failures of a login from all unknown browsers before a wait */
#define ALL_FORGIVE_MS (60 * 1000LL) /* time after which one of ALL_FREE_FAILURES is forgiven */
#define PEER_BURST 20                /* failed sign-ins of one network without a pause */
#define PEER_REFILL_MS 3000          /* time after which the network may have one more failure */
#define PEERS_MAX 10000              /* networks that are remembered */

typedef struct {
  int left;
  gint64 refilled_ms;
} BhPeerRate;

const char *bh_office_known_cookie_name(const BhOffice *office)
{
  return office->secure ? "__Host-bihuan-known" : "bihuan-known";
}

static void set_locked(BhOfficeCall *call, gint64 wait_ms, GError **error)
{
  g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, (wait_ms + 999) / 1000);
  bh_request_add_header(call->request, "Retry-After", seconds);
  g_set_error(error, BH_ERROR, BH_ERROR_LOCKED, "sign-in: too many failures, wait %s s", seconds);
}

/* --- the budget of a network --- */

static gboolean take_from_budget(BhOffice *office, const char *network, gint64 now_ms)
{
  if (g_hash_table_size(office->peers) > PEERS_MAX)
    g_hash_table_remove_all(office->peers);
  BhPeerRate *rate = g_hash_table_lookup(office->peers, network);
  if (rate == NULL) {
    rate = g_new0(BhPeerRate, 1);
    *rate = (BhPeerRate){.left = PEER_BURST, .refilled_ms = now_ms};
    g_hash_table_insert(office->peers, g_strdup(network), rate);
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
  return may;
}

/* Returns a successful attempt to the budget, because a whole office may share one address. */
static void return_to_budget(BhOffice *office, const char *network)
{
  BhPeerRate *rate = g_hash_table_lookup(office->peers, network);
  if (rate != NULL && rate->left < PEER_BURST)
    rate->left++;
}

/* --- the budget of a login --- */

static gint64 wait_of(int failures)
{
  if (failures < FREE_FAILURES)
    return 0;
  int doublings = MIN(failures - FREE_FAILURES, 20);
  return MIN(LONGEST_WAIT_MS, FIRST_WAIT_MS << doublings);
}

static int count_in_flight(const BhOffice *office, const char *key)
{
  return GPOINTER_TO_INT(g_hash_table_lookup(office->in_flight, key));
}

static void add_in_flight(BhOffice *office, const char *key, int more)
{
  int count = count_in_flight(office, key) + more;
  if (count > 0)
    g_hash_table_replace(office->in_flight, g_strdup(key), GINT_TO_POINTER(count));
  else
    g_hash_table_remove(office->in_flight, key);
}

/* *wait_ms: how long this browser, or this login from this network, must wait. After FREE_FAILURES
 * failures only one attempt is allowed after each wait. */
static gboolean find_own_wait(BhOfficeCall *call, const char *key, gint64 now_ms, gint64 *wait_ms,
                              GError **error)
{
  int failures = 0;
  gint64 last_ms = 0;
  if (!bh_office_store_get_failures(call->db, key, &failures, &last_ms, error))
    return FALSE;
  int in_flight = count_in_flight(call->office, key);
  *wait_ms = wait_of(failures) - MAX(0, now_ms - last_ms);
  if (*wait_ms <= 0 && in_flight > 0 && failures + in_flight >= FREE_FAILURES)
    *wait_ms = FIRST_WAIT_MS;
  return TRUE;
}

/* The number of failures from unknown browsers that still count: one is forgiven in each
 * ALL_FORGIVE_MS. */
static int count_left(int failures, gint64 last_ms, gint64 now_ms)
{
  return (int)MAX(0, failures - MAX(0, now_ms - last_ms) / ALL_FORGIVE_MS);
}

static gboolean find_all_wait(BhOfficeCall *call, const char *key, gint64 now_ms, gint64 *wait_ms,
                              GError **error)
{
  int failures = 0;
  gint64 last_ms = 0;
  if (!bh_office_store_get_failures(call->db, key, &failures, &last_ms, error))
    return FALSE;
  int left = count_left(failures, last_ms, now_ms) + count_in_flight(call->office, key);
  *wait_ms = left >= ALL_FREE_FAILURES ? ALL_FORGIVE_MS : 0;
  return TRUE;
}

/* --- an attempt --- */

static char *make_key(const char *login, const char *what, const char *who)
{
  g_autofree char *text = g_strconcat(what, who, "\n", login, NULL);
  return bh_hash_hex(text, strlen(text));
}

/* *token_hash (g_free): hash of the token in the cookie by which the browser is known; set only if
 * this person has signed in with this browser before. */
static gboolean find_known(BhOfficeCall *call, const char *staff, char **token_hash, GError **error)
{
  const char *token =
      bh_request_get_cookie(call->request, bh_office_known_cookie_name(call->office));
  g_autofree char *hash = token != NULL ? bh_hash_hex(token, strlen(token)) : NULL;
  gboolean known = FALSE;
  if (staff == NULL || hash == NULL)
    return TRUE;
  if (!bh_office_store_is_known(call->db, hash, staff, &known, error))
    return FALSE;
  if (known)
    *token_hash = g_steal_pointer(&hash);
  return TRUE;
}

/* Computes how long the client must wait; if it need not wait, reserves the attempt. Must be called
 * under the lock. */
static gboolean check(BhOfficeCall *call, BhOfficeAttempt *attempt, gint64 *wait_ms, GError **error)
{
  gint64 now_ms = bh_office_now_ms(call->office);
  if (!find_own_wait(call, attempt->own_key, now_ms, wait_ms, error))
    return FALSE;
  if (*wait_ms <= 0 && attempt->all_key != NULL &&
      !find_all_wait(call, attempt->all_key, now_ms, wait_ms, error))
    return FALSE;
  if (*wait_ms <= 0 && attempt->network != NULL &&
      !take_from_budget(call->office, attempt->network, now_ms))
    *wait_ms = PEER_REFILL_MS;
  if (*wait_ms > 0)
    return TRUE;
  attempt->office = call->office;
  add_in_flight(call->office, attempt->own_key, 1);
  if (attempt->all_key != NULL)
    add_in_flight(call->office, attempt->all_key, 1);
  return TRUE;
}

gboolean bh_office_attempt_begin(BhOfficeCall *call, const char *login, const char *staff,
                                 BhOfficeAttempt *attempt, GError **error)
{
  g_autofree char *token_hash = NULL;
  gint64 wait_ms = 0;
  if (!find_known(call, staff, &token_hash, error))
    return FALSE;
  attempt->is_known = token_hash != NULL;
  if (attempt->is_known) {
    attempt->own_key = make_key(login, "browser ", token_hash);
  } else {
    attempt->network = g_strdup(bh_request_get_network(call->request));
    attempt->own_key = make_key(login, "address ", attempt->network);
    attempt->all_key = make_key(login, "all", "");
  }
  g_mutex_lock(&call->office->lock);
  gboolean ok = check(call, attempt, &wait_ms, error);
  g_mutex_unlock(&call->office->lock);
  if (ok && wait_ms > 0)
    g_message("sign-in of %s from %s has to wait: too many failures",
              staff != NULL ? staff : "an unknown name", bh_request_get_peer(call->request));
  if (ok && wait_ms > 0)
    set_locked(call, wait_ms, error);
  return ok && wait_ms <= 0;
}

static gboolean write_failure(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  const BhOfficeAttempt *attempt = data;
  gint64 now_ms = bh_office_now_ms(attempt->office);
  int failures = 0;
  gint64 last_ms = 0;
  if (!bh_office_store_add_failure(db, attempt->own_key, now_ms, error))
    return FALSE;
  if (attempt->all_key == NULL)
    return TRUE;
  return bh_office_store_get_failures(db, attempt->all_key, &failures, &last_ms, error) &&
         bh_office_store_set_failures(db, attempt->all_key,
                                      count_left(failures, last_ms, now_ms) + 1, now_ms, error);
}

gboolean bh_office_attempt_fail(BhOfficeAttempt *attempt, GError **error)
{
  return bh_hub_write(attempt->office->hub, write_failure, attempt, error);
}

void bh_office_attempt_succeed(BhOfficeAttempt *attempt)
{
  g_mutex_lock(&attempt->office->lock);
  if (attempt->network != NULL)
    return_to_budget(attempt->office, attempt->network);
  g_mutex_unlock(&attempt->office->lock);
}

void bh_office_attempt_end(BhOfficeAttempt *attempt)
{
  if (attempt->office != NULL) {
    g_mutex_lock(&attempt->office->lock);
    add_in_flight(attempt->office, attempt->own_key, -1);
    if (attempt->all_key != NULL)
      add_in_flight(attempt->office, attempt->all_key, -1);
    g_mutex_unlock(&attempt->office->lock);
  }
  attempt->office = NULL;
  g_clear_pointer(&attempt->own_key, g_free);
  g_clear_pointer(&attempt->all_key, g_free);
  g_clear_pointer(&attempt->network, g_free);
}
