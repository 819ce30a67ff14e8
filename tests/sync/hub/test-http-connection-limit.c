/* The connection that a full server closes: never that of a client with few connections while
 * others have many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sync/hub/http/connection-limit.h"

#define ALL 20
#define PER_NETWORK 12
#define FDS 4000
#define SECOND G_USEC_PER_SEC

static gboolean was_shut[FDS];
static int last_shut;

static void note_shut(int fd)
{
  assert_false(was_shut[fd]);
  was_shut[fd] = TRUE;
  last_shut = fd;
}

static int set_up(void **state)
{
  for (int i = 0; i < FDS; i++)
    was_shut[i] = FALSE;
  last_shut = -1;
  *state = bh_connection_limit_new(ALL, PER_NETWORK, note_shut);
  return 0;
}

static int tear_down(void **state)
{
  bh_connection_limit_free(*state);
  return 0;
}

static void test_silent_connections_are_closed_after_some_seconds(void **state)
{
  BhConnectionLimit *limit = *state;
  BhConnection *silent = bh_connection_add(limit, "a", 1, 0);
  BhConnection *busy = bh_connection_add(limit, "a", 2, 0);
  BhConnection *idle = bh_connection_add(limit, "a", 3, 0);
  bh_connection_note_head(limit, busy, SECOND);
  bh_connection_note_head(limit, idle, SECOND);
  bh_connection_note_end(limit, idle, 2 * SECOND);
  bh_connection_limit_close_silent(limit, BH_CONNECTION_FIRST_HEAD_S * SECOND);
  assert_false(was_shut[1]);
  bh_connection_limit_close_silent(limit, BH_CONNECTION_FIRST_HEAD_S * SECOND + 1);
  assert_true(was_shut[1]);
  assert_false(was_shut[3]);
  bh_connection_limit_close_silent(limit, (BH_CONNECTION_NEXT_HEAD_S + 2) * SECOND + 1);
  assert_true(was_shut[3]);
  assert_false(was_shut[2]);
  bh_connection_limit_close_silent(limit, 1000 * SECOND);
  bh_connection_note_end(limit, idle, 1000 * SECOND); /* it was closed before: nothing changes */
  bh_connection_remove(limit, silent);
  bh_connection_remove(limit, busy);
  bh_connection_remove(limit, idle);
}

static void test_a_full_server_closes_the_oldest_idle_connection_of_the_largest_client(void **state)
{
  BhConnectionLimit *limit = *state;
  BhConnection *connections[ALL + 2];
  for (int i = 0; i < ALL; i++)
    connections[i] = bh_connection_add(limit, i < 8 ? "modest" : "greedy", i, i);
  assert_int_equal(last_shut, -1);
  bh_connection_note_head(limit, connections[8], 100);
  connections[ALL] = bh_connection_add(limit, "newcomer", ALL, 200);
  assert_int_equal(last_shut, 9);
  connections[ALL + 1] = bh_connection_add(limit, "modest", ALL + 1, 201);
  assert_int_equal(last_shut, 10);
  for (int i = 0; i < ALL + 2; i++)
    bh_connection_remove(limit, connections[i]);
}

static void test_a_network_over_its_share_loses_its_own_connections(void **state)
{
  BhConnectionLimit *limit = *state;
  BhConnection *connections[PER_NETWORK + 2];
  for (int i = 0; i < PER_NETWORK + 1; i++)
    connections[i] = bh_connection_add(limit, "a", i, i);
  assert_int_equal(last_shut, 0);
  for (int i = 1; i < PER_NETWORK + 1; i++)
    bh_connection_note_head(limit, connections[i], 50);
  connections[PER_NETWORK + 1] = bh_connection_add(limit, "a", PER_NETWORK + 1, 60);
  assert_int_equal(last_shut, PER_NETWORK + 1); /* all others are in use: the new one is closed */
  for (int i = 0; i < PER_NETWORK + 2; i++)
    bh_connection_remove(limit, connections[i]);
}

static void test_slow_connections_keep_nobody_out(void **state)
{
  BhConnectionLimit *limit = *state;
  BhConnection *connections[ALL + 1];
  for (int i = 0; i < ALL; i++) {
    connections[i] = bh_connection_add(limit, i % 2 == 0 ? "slow" : "slower", i, i);
    bh_connection_note_head(limit, connections[i], 100 + i);
  }
  connections[ALL] = bh_connection_add(limit, "newcomer", ALL, 200);
  assert_in_range(last_shut, 0, 1);
  for (int i = 0; i < ALL + 1; i++)
    bh_connection_remove(limit, connections[i]);
}

typedef struct {
  BhConnection *connection;
  int fd;
  char network;
  gboolean busy;
} Guest;

static void test_the_limits_hold_and_small_networks_get_a_connection(void **state)
{
  BhConnectionLimit *limit = *state;
  g_autoptr(GRand) rand = g_rand_new_with_seed(18);
  g_autoptr(GArray) guests = g_array_new(FALSE, FALSE, sizeof(Guest));
  int fd = 0;
  for (gint64 now = 0; fd < FDS - 1; now++) {
    int what = g_rand_int_range(rand, 0, 10);
    if (what < 6) {
      /* "a" connects far more often than the others. */
      Guest guest = {.fd = fd++, .network = (char)(g_rand_boolean(rand) ? 'a' : 'a' + what)};
      char name[2] = {guest.network, '\0'};
      guint own = 0, silent = 0;
      for (guint i = 0; i < guests->len; i++) {
        const Guest *other = &g_array_index(guests, Guest, i);
        if (!was_shut[other->fd]) {
          own += other->network == guest.network;
          silent += !other->busy;
        }
      }
      guest.connection = bh_connection_add(limit, name, guest.fd, now);
      g_array_append_val(guests, guest);
      if (silent > 0 && own < PER_NETWORK)
        assert_false(was_shut[guest.fd]);
    } else if (guests->len > 0) {
      guint at = (guint)g_rand_int_range(rand, 0, (gint32)guests->len);
      Guest *guest = &g_array_index(guests, Guest, at);
      if (what == 9) {
        bh_connection_remove(limit, guest->connection);
        g_array_remove_index_fast(guests, at);
      } else if (guest->busy) {
        bh_connection_note_end(limit, guest->connection, now);
        guest->busy = FALSE;
      } else {
        bh_connection_note_head(limit, guest->connection, now);
        guest->busy = TRUE;
      }
    }
    guint open = 0, of_a = 0;
    for (guint i = 0; i < guests->len; i++) {
      open += !was_shut[g_array_index(guests, Guest, i).fd];
      of_a += !was_shut[g_array_index(guests, Guest, i).fd] &&
              g_array_index(guests, Guest, i).network == 'a';
    }
    assert_in_range(open, 0, ALL);
    assert_in_range(of_a, 0, PER_NETWORK);
  }
  for (guint i = 0; i < guests->len; i++)
    bh_connection_remove(limit, g_array_index(guests, Guest, i).connection);
}

static void test_an_ipv6_network_is_one_sender(void **state G_GNUC_UNUSED)
{
  static const char *const cases[][2] = {
      {"192.0.2.7", "192.0.2.7"},
      {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
      {"2001:db8:1:2:ffff::1", "2001:db8:1:2::"},
      {"::ffff:192.0.2.7", "192.0.2.7"},
      {"", ""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *network = bh_network_from_address(cases[i][0]);
    assert_string_equal(network, cases[i][1]);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(test_silent_connections_are_closed_after_some_seconds),
      TEST(test_a_full_server_closes_the_oldest_idle_connection_of_the_largest_client),
      TEST(test_a_network_over_its_share_loses_its_own_connections),
      TEST(test_slow_connections_keep_nobody_out),
      TEST(test_the_limits_hold_and_small_networks_get_a_connection),
      cmocka_unit_test(test_an_ipv6_network_is_one_sender),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
