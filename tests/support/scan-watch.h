/* Finds statements that read whole tables: watches every SQLite connection that this process opens.
 * Thread-safe. */
#pragma once

#include <glib.h>

/* Watches the connections that are opened from now on. Call once. */
void test_scans_watch(void);
/* The statements that stepped through more than `rows` rows of tables without an index since the
 * watch began, with the number of steps; NULL when there was none. g_free. */
char *test_scans_describe(gint64 rows);
