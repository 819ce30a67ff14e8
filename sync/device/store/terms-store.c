/* Rows of the index: terms, and the records that have them (postings). */
#include <string.h>

#include "sync/device/store/release-store.h"
#include "sync/device/store/terms.h"

/* Up to this many terms are looked up one by one; more are passed as JSON. */
#define SINGLE_TERMS_MAX 8
#define PREFIX_TERMS_MAX 1024

static gint64 find_exact(BhDevice *device, const char *text)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT number FROM term WHERE text = :text", NULL);

  if (stmt == NULL)
    return 0;
  bh_stmt_bind_text(stmt, "text", text);
  return bh_stmt_step(stmt, &row, NULL) && row ? bh_stmt_get_int(stmt, 0) : 0;
}

static gint64 intern(BhDevice *device, const char *text, GError **error)
{
  gboolean row = FALSE;
  gint64 number = find_exact(device, text);

  if (number != 0)
    return number;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "INSERT INTO term (text) VALUES (:text) RETURNING number", error);
  if (stmt == NULL)
    return 0;
  bh_stmt_bind_text(stmt, "text", text);
  if (!bh_stmt_step(stmt, &row, error))
    return 0;
  return bh_stmt_get_int(stmt, 0);
}

static json_t *read_terms(BhDevice *device, gint64 record, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT terms FROM record_terms WHERE record = :record", error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "record", record);
  if (!bh_stmt_step(stmt, &row, error))
    return NULL;
  if (!row)
    return json_array();
  const char *text = bh_stmt_get_text(stmt, 0);
  return bh_json_parse(text, strlen(text), BH_DB_VALUE_MAX_BYTES, "terms of a record", error);
}

static gboolean write_terms(BhDevice *device, gint64 record, const json_t *terms, GError **error)
{
  g_autofree char *text = bh_json_dump(terms);
  BhStmt *stmt = bh_db_prepare(device->db,
                               "INSERT INTO record_terms (record, terms) VALUES (:record, :terms)"
                               " ON CONFLICT (record) DO UPDATE SET terms = excluded.terms",
                               error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "record", record);
  bh_stmt_bind_text(stmt, "terms", text);
  return bh_stmt_run(stmt, error);
}

static gboolean change_posting(BhDevice *device, gint64 term, gint64 record, gboolean add,
                               GError **error)
{
  BhStmt *stmt =
      add ? bh_db_prepare(device->db,
                          "INSERT INTO posting (term, record) VALUES (:term, :record)"
                          " ON CONFLICT (term, record) DO NOTHING",
                          error)
          : bh_db_prepare(device->db, "DELETE FROM posting WHERE term = :term AND record = :record",
                          error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "term", term);
  bh_stmt_bind_int(stmt, "record", record);
  return bh_stmt_run(stmt, error);
}

/* Removes a term that no record has any more, and notes the file that it names. */
static gboolean drop_term(BhDevice *device, gint64 term, GError **error)
{
  gboolean row = FALSE;
  g_autofree char *text = NULL;
  BhStmt *stmt = bh_db_prepare(device->db,
                               "DELETE FROM term WHERE number = :term AND NOT EXISTS"
                               " (SELECT 1 FROM posting WHERE term = :term) RETURNING text",
                               error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "term", term);
  if (!bh_stmt_step(stmt, &row, error))
    return FALSE;
  if (row)
    text = g_strdup(bh_stmt_get_text(stmt, 0));
  if (row && !bh_stmt_run(stmt, error))
    return FALSE;
  const char *hash = text != NULL ? bh_term_get_hash(text) : NULL;
  return hash == NULL || bh_release_store_add(device, hash, error);
}

static int compare_numbers(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return x < y ? -1 : x > y;
}

static GArray *numbers_of(const json_t *terms)
{
  GArray *out = g_array_new(FALSE, FALSE, sizeof(gint64));

  for (gsize i = 0; i < json_array_size(terms); i++) {
    gint64 number = json_integer_value(json_array_get(terms, i));
    g_array_append_val(out, number);
  }
  return out;
}

/* Both are sorted: postings that only one of them has are added or removed. */
static gboolean apply_difference(BhDevice *device, gint64 record, const GArray *before,
                                 const GArray *after, gboolean *changed, GError **error)
{
  guint i = 0, j = 0;

  *changed = FALSE;
  while (i < before->len || j < after->len) {
    gint64 old = i < before->len ? g_array_index(before, gint64, i) : G_MAXINT64;
    gint64 new = j < after->len ? g_array_index(after, gint64, j) : G_MAXINT64;
    if (old == new) {
      i++;
      j++;
      continue;
    }
    *changed = TRUE;
    if (!change_posting(device, MIN(old, new), record, new < old, error) ||
        (old < new && !drop_term(device, old, error)))
      return FALSE;
    if (old < new)
      i++;
    else
      j++;
  }
  return TRUE;
}

gboolean bh_terms_store_replace(BhDevice *device, gint64 record, GPtrArray *terms, GError **error)
{
  g_autoptr(GArray) after = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_autoptr(json_t) stored = json_array();
  gboolean changed = FALSE;

  g_autoptr(json_t) known = read_terms(device, record, error);
  if (known == NULL)
    return FALSE;
  for (guint i = 0; i < terms->len; i++) {
    gint64 number = intern(device, g_ptr_array_index(terms, i), error);
    if (number == 0)
      return FALSE;
    g_array_append_val(after, number);
  }
  g_array_sort(after, compare_numbers);
  g_autoptr(GArray) before = numbers_of(known);
  if (!apply_difference(device, record, before, after, &changed, error))
    return FALSE;
  if (!changed)
    return TRUE;
  for (guint i = 0; i < after->len; i++)
    json_array_append_new(stored, json_integer(g_array_index(after, gint64, i)));
  return write_terms(device, record, stored, error);
}

gboolean bh_terms_store_delete(BhDevice *device, gint64 record, GError **error)
{
  g_autoptr(GPtrArray) none = g_ptr_array_new();

  if (!bh_terms_store_replace(device, record, none, error))
    return FALSE;
  BhStmt *stmt =
      bh_db_prepare(device->db, "DELETE FROM record_terms WHERE record = :record", error);
  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "record", record);
  return bh_stmt_run(stmt, error);
}

static gboolean collect(BhStmt *stmt, GArray *out, GError **error)
{
  gboolean row = FALSE;

  while (TRUE) {
    if (!bh_stmt_step(stmt, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    gint64 number = bh_stmt_get_int(stmt, 0);
    g_array_append_val(out, number);
  }
}

static gboolean find_prefix(BhDevice *device, const char *prefix, GArray *out, gboolean *partial,
                            GError **error)
{
  /* Sorts after every text with this beginning, because no term contains this last code point. */
  g_autofree char *to = g_strconcat(prefix, "\xf4\x8f\xbf\xbf", NULL);
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db,
      "SELECT number FROM term WHERE text >= :from AND text < :to ORDER BY text LIMIT :limit",
      error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "from", prefix);
  bh_stmt_bind_text(stmt, "to", to);
  bh_stmt_bind_int(stmt, "limit", PREFIX_TERMS_MAX + 1);
  guint before = out->len;
  if (!collect(stmt, out, error))
    return FALSE;
  if (out->len - before > PREFIX_TERMS_MAX) {
    *partial = TRUE;
    g_array_set_size(out, before + PREFIX_TERMS_MAX);
  }
  return TRUE;
}

GArray *bh_terms_store_find(BhDevice *device, const GPtrArray *texts, gboolean typed,
                            gboolean *partial, GError **error)
{
  g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_autoptr(json_t) whole = json_array();

  *partial = FALSE;
  for (guint i = 0; i < texts->len; i++) {
    const char *text = g_ptr_array_index(texts, i);
    gsize len = strlen(text);
    if (!typed || len == 0 || text[len - 1] != '*') {
      json_array_append_new(whole, json_string(text));
      continue;
    }
    g_autofree char *prefix = g_strndup(text, len - 1);
    if (!find_prefix(device, prefix, out, partial, error))
      return NULL;
  }
  if (json_array_size(whole) == 0)
    return g_steal_pointer(&out);
  g_autofree char *list = bh_json_dump(whole);
  g_autoptr(BhStmt) stmt = bh_db_prepare(device->db,
                                         "SELECT t.number FROM json_each(:texts) e"
                                         " JOIN term t ON t.text = e.value",
                                         error);
  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_text(stmt, "texts", list);
  return collect(stmt, out, error) ? g_steal_pointer(&out) : NULL;
}

static char *dup_list(const GArray *terms)
{
  g_autoptr(json_t) numbers = json_array();

  for (guint i = 0; i < terms->len; i++)
    json_array_append_new(numbers, json_integer(g_array_index(terms, gint64, i)));
  return bh_json_dump(numbers);
}

gboolean bh_terms_store_list(BhDevice *device, const GArray *terms, int limit, GArray *out,
                             GError **error)
{
  /* Postings of one term are in order, so reading stops at the limit; those of several are
   * sorted. */
  gboolean one = terms->len == 1;
  g_autofree char *list = one ? NULL : dup_list(terms);
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db,
      one ? "SELECT record FROM posting WHERE term = :term ORDER BY record DESC LIMIT :limit"
          : "SELECT DISTINCT record FROM posting WHERE term IN (SELECT value FROM "
            "json_each(:terms))"
            " ORDER BY record DESC LIMIT :limit",
      error);
  if (stmt == NULL)
    return FALSE;
  if (one)
    bh_stmt_bind_int(stmt, "term", g_array_index(terms, gint64, 0));
  else
    bh_stmt_bind_text(stmt, "terms", list);
  bh_stmt_bind_int(stmt, "limit", limit);
  return collect(stmt, out, error);
}

GArray *bh_terms_store_list_of(BhDevice *device, const char *kind, const char *field,
                               const json_t *value, int limit, GError **error)
{
  g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_autofree char *text = bh_term_for_value(kind, field, value);
  g_autoptr(BhStmt) stmt = bh_db_prepare(device->db,
                                         "SELECT p.record FROM term t JOIN posting p"
                                         " ON p.term = t.number WHERE t.text = :text"
                                         " ORDER BY p.record DESC LIMIT :limit",
                                         error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_text(stmt, "text", text);
  bh_stmt_bind_int(stmt, "limit", limit);
  return collect(stmt, numbers, error) ? g_steal_pointer(&numbers) : NULL;
}

static gboolean has_one(BhDevice *device, gint64 term, gint64 record, gboolean *has, GError **error)
{
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db, "SELECT 1 FROM posting WHERE term = :term AND record = :record", error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "term", term);
  bh_stmt_bind_int(stmt, "record", record);
  return bh_stmt_step(stmt, has, error);
}

static gboolean has_any(BhDevice *device, const GArray *terms, gint64 record, gboolean *has,
                        GError **error)
{
  g_autofree char *list = dup_list(terms);
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db,
                    "SELECT 1 FROM json_each(:terms) e JOIN posting p ON p.term = e.value"
                    " AND p.record = :record LIMIT 1",
                    error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "terms", list);
  bh_stmt_bind_int(stmt, "record", record);
  return bh_stmt_step(stmt, has, error);
}

gboolean bh_terms_store_has(BhDevice *device, const GArray *terms, gint64 record, gboolean *has,
                            GError **error)
{
  *has = FALSE;
  if (terms->len > SINGLE_TERMS_MAX)
    return has_any(device, terms, record, has, error);
  for (guint i = 0; i < terms->len && !*has; i++)
    if (!has_one(device, g_array_index(terms, gint64, i), record, has, error))
      return FALSE;
  return TRUE;
}
