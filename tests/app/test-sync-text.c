/* The text about the sync on the first page is right in every state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "app/sync-text.h"

static void test_the_sync_line_is_right_in_every_state(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *state;
    gboolean behind;
    int unsent;
    const char *says, *says_not;
  } rows[] = {
      {"idle", FALSE, 0, "Everything is at the hub ·", "revoked"},
      {"idle", FALSE, 3, "3 not sent yet", "Everything"},
      {"idle", TRUE, 0, "still coming in", "revoked"},
      {"idle", TRUE, 2, "2 not sent yet", "Everything"},
      {"revoked", FALSE, 0, "was revoked", "Everything"},
      {"revoked", FALSE, 5, "5 not sent", "Everything"},
      {"revoked", TRUE, 0, "was revoked", "coming in"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(json_t) status = json_pack("{s:s, s:b, s:I}", "state", rows[i].state, "behind",
                                         rows[i].behind, "last_sync_ms", (json_int_t)1795860849275);
    g_autofree char *text = bh_sync_text_dup(status, rows[i].unsent);
    assert_non_null(strstr(text, rows[i].says));
    assert_null(strstr(text, rows[i].says_not));
  }
  g_autofree char *unknown = bh_sync_text_dup(NULL, 0);
  assert_non_null(strstr(unknown, "never"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_sync_line_is_right_in_every_state)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
