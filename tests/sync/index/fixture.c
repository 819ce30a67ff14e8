/* The store of fixture.h. Its table `record` is that of a device. Start at test_index_put. */
#include "tests/sync/index/fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "schema/paths.h"
#include "sync/db/migrations.h"
#include "sync/db/params.h"

static char *dup_path(const TestIndex *index)
{
  return g_build_filename(index->dir, "store.db", NULL);
}

void test_index_reopen(TestIndex *index)
{
  g_autofree char *path = dup_path(index);
  g_autoptr(GError) error = NULL;
  gsize n;
  const BhMigration *migrations = bh_migrations_get_device(&n);
  g_clear_pointer(&index->db, bh_db_close);
  index->db = bh_db_open(path, BH_DB_EXPORT, &error);
  assert_no_error(error);
  bh_migrate(index->db, NULL, migrations, n, &error);
  assert_no_error(error);
}

TestIndex *test_index_new(void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *dir = bh_data_path("schema", "kinds", NULL);
  TestIndex *index = g_new0(TestIndex, 1);
  index->kinds = bh_kind_set_load_dir(dir, &error);
  assert_no_error(error);
  index->records =
      g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)json_decref);
  index->dir = g_dir_make_tmp("bihuan-index-XXXXXX", NULL);
  test_index_reopen(index);
  return index;
}

void test_index_free(TestIndex *index)
{
  g_autofree char *path = dup_path(index);
  bh_db_close(index->db);
  g_remove(path);
  g_rmdir(index->dir);
  g_free(index->dir);
  bh_kind_set_unref(index->kinds);
  g_hash_table_unref(index->records);
  bh_setting_values_unref(index->settings);
  g_free(index);
}

/* --- records --- */

static const char *get_id(gint64 nr)
{
  return test_id((guint)nr);
}

void test_index_put(TestIndex *index, gint64 nr, const char *kind, json_t *values)
{
  gboolean is_alone = !bh_db_in_transaction(index->db);
  const char *title = "unused: the index makes its own";
  const char *parent = bh_json_string_or(values, "parent", NULL);
  const char *state = bh_json_string_or(values, "state", NULL);
  assert_true(!is_alone || bh_db_begin(index->db, NULL));
  assert_true(
      bh_db_run(index->db,
                "INSERT OR REPLACE INTO record (nr, id, kind, title, state, conflicts,"
                " changed, parent) VALUES (:nr, :id, :kind, :title, :state, 0, :changed,"
                " :parent)",
                BH_PARAMS(bh_param_int("nr", nr), bh_param_text("id", get_id(nr)),
                          bh_param_text("kind", kind), bh_param_text("title", title),
                          bh_param_text("state", state), bh_param_int("changed", ++index->position),
                          bh_param_text("parent", parent)),
                NULL));
  assert_true(bh_index_mark(index->db, nr, NULL));
  assert_true(!is_alone || bh_db_commit(index->db, NULL));
  g_hash_table_insert(index->records, g_memdup2(&nr, sizeof nr),
                      json_pack("{s:s, s:o, s:I}", "kind", kind, "values", values, "position",
                                (json_int_t)index->position));
}

void test_index_put_named(TestIndex *index, gint64 nr, const char *name)
{
  test_index_put(index, nr, "enterprise", json_pack("{s:s}", "name", name));
}

void test_index_put_many(TestIndex *index, int n, const char *word)
{
  assert_true(bh_db_begin(index->db, NULL));
  for (int nr = 1; nr <= n; nr++) {
    g_autofree char *name = g_strdup_printf("%s%d", word, nr);
    test_index_put_named(index, nr, name);
  }
  assert_true(bh_db_commit(index->db, NULL));
}

void test_index_remove(TestIndex *index, gint64 nr)
{
  assert_true(bh_db_begin(index->db, NULL));
  assert_true(bh_db_run(index->db, "DELETE FROM record WHERE nr = :nr",
                        BH_PARAMS(bh_param_int("nr", nr)), NULL));
  assert_true(bh_index_mark(index->db, nr, NULL));
  assert_true(bh_db_commit(index->db, NULL));
  assert_true(g_hash_table_remove(index->records, &nr));
}

/* --- the index --- */

/* Values of the record with this id, of those that were put. */
static const json_t *look_up(const char *record, gpointer data)
{
  const TestIndex *index = data;
  GHashTableIter iter;
  gpointer nr, one;
  g_hash_table_iter_init(&iter, index->records);
  while (g_hash_table_iter_next(&iter, &nr, &one))
    if (strcmp(get_id(*(gint64 *)nr), record) == 0)
      return json_object_get(one, "values");
  return NULL;
}

static const BhSettingValues *get_settings(gpointer data)
{
  TestIndex *index = data;
  GHashTableIter iter;
  gpointer nr, one;
  bh_setting_values_unref(index->settings);
  index->settings = bh_setting_values_new();
  g_hash_table_iter_init(&iter, index->records);
  while (g_hash_table_iter_next(&iter, &nr, &one))
    bh_setting_values_add(index->settings, bh_json_string_or(one, "kind", NULL),
                          get_id(*(gint64 *)nr), json_object_get(one, "values"));
  return index->settings;
}

gboolean test_index_read(gint64 nr, BhIndexRow *row, gpointer data, GError **error)
{
  TestIndex *index = data;
  const json_t *record = g_hash_table_lookup(index->records, &nr);
  index->n_read++;
  if (nr == index->unreadable) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_STORAGE, "the record cannot be read");
    return FALSE;
  }
  if (record == NULL)
    return TRUE;
  const json_t *values = json_object_get(record, "values");
  row->kind = g_strdup(bh_json_string_or(record, "kind", NULL));
  const BhKind *kind = bh_kind_set_find(index->kinds, row->kind);
  row->state = g_strdup(bh_json_string_or(values, "state", NULL));
  row->title = bh_kind_dup_title(kind, values, "zh");
  row->text = bh_index_collect_text(kind, values, row->title, NULL);
  g_autofree char *id = g_strdup(get_id(nr));
  const BhContext context = {
      .values = values, .record = id, .lookup = look_up, .settings = get_settings, .data = index};
  row->values = bh_index_collect_values(kind, &context);
  row->position = json_integer_value(json_object_get(record, "position"));
  return TRUE;
}

int test_index_apply(TestIndex *index, int max)
{
  g_autoptr(GError) error = NULL;
  int applied;
  assert_true(bh_db_begin(index->db, NULL));
  bh_index_apply(index->db, index->kinds, max, test_index_read, index, &applied, NULL, &error);
  assert_no_error(error);
  assert_true(bh_db_commit(index->db, NULL));
  return applied;
}

void test_index_update(TestIndex *index)
{
  gboolean is_behind = TRUE;
  /* What is written can mark others, whose days depend on it; those mark nothing. */
  for (int round = 0; round < 2 && is_behind; round++) {
    test_index_apply(index, 100000);
    assert_true(bh_index_is_behind(index->db, &is_behind, NULL));
  }
  assert_false(is_behind);
}

/* --- what it holds --- */

gint64 test_index_get_int(TestIndex *index, const char *sql)
{
  g_autoptr(GError) error = NULL;
  gint64 value = 0;
  bh_db_get_int(index->db, sql, NULL, &value, &error);
  assert_no_error(error);
  return value;
}

guint64 test_index_count_search_pages(TestIndex *index)
{
  /* The third number of the structure record of FTS5, after a cookie of four bytes. */
  g_autoptr(BhStmt) row = NULL;
  gsize len, at = 4;
  guint64 number = 0;
  assert_true(
      bh_db_query_row(index->db, "SELECT block FROM search_data WHERE id = 10", NULL, &row, NULL));
  const guint8 *bytes = bh_stmt_get_blob(row, 0, &len);
  for (int i = 0; i < 3; i++) {
    number = 0;
    do {
      assert_true(at < len);
      number = number << 7 | (bytes[at] & 0x7f);
    } while (bytes[at++] & 0x80);
  }
  return number;
}

char *test_index_list(TestIndex *index, json_t *json, char **after)
{
  g_autoptr(GError) error = NULL;
  g_auto(BhListQuery) query = {0};
  GString *numbers = g_string_new(NULL);
  bh_list_query_read(index->db, index->kinds, json, &query, &error);
  assert_no_error(error);
  g_autoptr(GPtrArray) hits =
      query.matches_nothing ? g_ptr_array_new() : bh_list_page(index->db, &query, &error);
  assert_no_error(error);
  for (guint i = 0; i < hits->len; i++) {
    const BhListHit *hit = hits->pdata[i];
    g_string_append_printf(numbers, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "", hit->nr);
  }
  if (after != NULL)
    *after = hits->len > 0 ? bh_list_dup_after(hits->pdata[hits->len - 1]) : NULL;
  json_decref(json);
  return g_string_free(numbers, FALSE);
}
