/* Finds requests that read a whole table: for test-leak.c, which asks every route. */
#pragma once

#include "hub-fixture.h"
#include "tests/support/scan-watch.h"

/* Fills the store with records that nobody may see, and watches its statements. */
static void watch_scans(HubFixture *fixture)
{
  hub_fixture_change_store(
      fixture,
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)"
      " INSERT INTO record (nr, id, kind, scope, title, conflict, position, created, changed_ms,"
      "  snapshot) SELECT 1000000 + i, 'many' || i, 'gone', 'u:gone', '', 0, -i, -i, 0, '{}' FROM "
      "n");
  test_scans_watch(); /* connections that are opened from now on */
  hub_fixture_stop(fixture);
  hub_fixture_start(fixture);
}

static void assert_no_scans(void)
{
  g_autofree char *scans = test_scans_describe(2000);
  if (scans != NULL)
    fail_msg("a request reads a whole table:\n%s", scans);
}
