/* An index (sync/index) over a small store: the tables of a device's store, the shipped kinds, and
 * records that are kept in memory as a kind and its values. */
#pragma once

#include "schema/setting-values.h"
#include "sync/index/index.h"
#include "tests/schema/support.h"

typedef struct {
  char *dir; /* temporary */
  BhDb *db;
  BhKindSet *kinds;
  GHashTable *records;       /* nr (gint64*) → {"kind", "values", "position"} */
  BhSettingValues *settings; /* made of the records, when they are asked for */
  gint64 position;           /* of the newest change */
  guint n_read;              /* records that the index has read so far */
  gint64 unreadable;         /* reading the record with this number fails; 0: none */
} TestIndex;

/* In a temporary directory. */
TestIndex *test_index_new(void);
void test_index_free(TestIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestIndex, test_index_free)
/* Closes the database and opens it again. */
void test_index_reopen(TestIndex *index);

/* Stores a record and marks it, in a transaction of its own unless one is open. Steals `values`;
 * their "parent" is also the parent of the record. */
void test_index_put(TestIndex *index, gint64 nr, const char *kind, json_t *values);
/* Puts an enterprise of this name. */
void test_index_put_named(TestIndex *index, gint64 nr, const char *name);
/* Puts `n` enterprises with the numbers from 1; their names are `word` and the number. */
void test_index_put_many(TestIndex *index, int n, const char *word);
/* Removes a record and marks it, in a transaction of its own. */
void test_index_remove(TestIndex *index, gint64 nr);
/* Fills the row of the index from the records; a BhIndexSource whose data is the TestIndex. */
gboolean test_index_read(gint64 nr, BhIndexRow *row, gpointer data, GError **error);
/* Applies at most `max` marks in a transaction of its own; must succeed. Returns the number of
 * records that were applied. */
int test_index_apply(TestIndex *index, int max);
/* Applies all marks. */
void test_index_update(TestIndex *index);

/* The first column of the first row of a query without parameters. */
gint64 test_index_get_int(TestIndex *index, const char *sql);
/* Pages of the search that were written so far. */
guint64 test_index_count_search_pages(TestIndex *index);
/* Numbers of the records on the page that a list query gives, separated by spaces ("3 1"), g_free.
 * Steals `query`. *after (may be NULL): where the next page begins; NULL for an empty page;
 * g_free. */
char *test_index_list(TestIndex *index, json_t *query, char **after);
/* The numbers of the records that a list query gives are the ones in `wanted`. Steals `query`. */
#define assert_listed(index, query, wanted)                                                        \
  do {                                                                                             \
    g_autofree char *listed_numbers = test_index_list(index, query, NULL);                         \
    assert_string_equal(listed_numbers, wanted);                                                   \
  } while (0)
