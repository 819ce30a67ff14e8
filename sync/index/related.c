/* Finds records by the names of their authors and enterprises at the time of the search, so that a
 * changed name causes no rewriting of other records. Which field is the author, and where a place
 * comes from, is read from the kinds. Start at bh_search_related. */
#include "sync/index/related.h"

#include <string.h>

#include "sync/index/related-store.h"
#include "sync/index/text.h"

#define WORDS_MAX 8      /* words of one search */
#define BROAD 2000       /* a word that so many records contain is not taken for a name */
#define OWNERS_MAX 50    /* people or enterprises with one name */
#define RELATED_MAX 5000 /* records of one kind found by one name */

typedef struct {
  BhDb *db;
  const BhKindSet *kinds;
  const char *kind; /* NULL: any */
} Search;

typedef struct {
  char *match;
  GHashTable *numbers; /* gint64*: records related to a person or enterprise with the word */
} Word;

static void word_free(gpointer data)
{
  Word *word = data;
  g_free(word->match);
  g_hash_table_unref(word->numbers);
  g_free(word);
}

/* --- which fields lead to related records --- */

/* The indexed ref to staff that names the author of a record; NULL when the kind has none. */
static const char *find_author_field(const BhKind *kind)
{
  const json_t *path = json_object_get(bh_kind_get_declaration(kind), "author_from");
  const BhField *field =
      json_is_string(path) ? bh_kind_find_field(kind, json_string_value(path)) : NULL;
  const char *const *kinds = field != NULL ? bh_field_get_ref_kinds(field) : NULL;
  return kinds != NULL && bh_field_is_indexed(field) && g_strcmp0(kinds[0], "staff") == 0
             ? bh_field_get_name(field)
             : NULL;
}

/* The kind that a ref field refers to; NULL when it is not exactly one. */
static const BhKind *follow(const BhKindSet *kinds, const BhKind *kind, const char *step)
{
  const BhField *field = bh_kind_find_field(kind, step);
  const char *const *to = field != NULL ? bh_field_get_ref_kinds(field) : NULL;
  return to != NULL && to[0] != NULL && to[1] == NULL ? bh_kind_set_find(kinds, to[0]) : NULL;
}

/* Adds the kind at the end of a path like "inspection.enterprise.area". */
static void add_end(const Search *search, const BhKind *kind, const char *path, GHashTable *ends)
{
  g_auto(GStrv) steps = g_strsplit(path != NULL ? path : "", ".", -1);
  if (g_strv_length(steps) != 3)
    return;
  const BhKind *between = follow(search->kinds, kind, steps[0]);
  const BhKind *end = between != NULL ? follow(search->kinds, between, steps[1]) : NULL;
  if (end != NULL && !bh_index_shows_title(between) && bh_index_shows_title(end))
    g_hash_table_add(ends, (gpointer)bh_kind_get_name(end));
}

/* Adds the end of a path in "area_from" of a kind, or of the kind from which it inherits. */
static void add_area_end(const Search *search, const BhKind *kind, const json_t *path,
                         GHashTable *ends)
{
  const char *text = json_string_value(path);
  g_autofree char *whole = bh_kind_inherits(kind) && text != NULL
                               ? g_strconcat(bh_kind_get_parent_field(kind), ".", text, NULL)
                               : g_strdup(text);
  add_end(search, kind, whole, ends);
}

static void add_ends(const Search *search, const BhKind *kind, GHashTable *ends)
{
  const BhKind *origin =
      bh_kind_inherits(kind) ? follow(search->kinds, kind, bh_kind_get_parent_field(kind)) : kind;
  if (origin == NULL)
    return;
  const json_t *paths = json_object_get(bh_kind_get_declaration(origin), "area_from");
  gsize i;
  json_t *path;
  add_area_end(search, kind, paths, ends);
  json_array_foreach((json_t *)paths, i, path) {
    add_area_end(search, kind, path, ends);
  }
}

/* --- one word --- */

static char *find_owners(const Search *search, const char *kind, const Word *word, GError **error)
{
  g_autoptr(GPtrArray) ids =
      bh_related_store_find(search->db, kind, word->match, BROAD, OWNERS_MAX, error);
  g_autoptr(json_t) list = json_array();
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    json_array_append_new(list, json_string(ids->pdata[i]));
  return json_array_size(list) > 0 ? bh_json_dump(list) : NULL;
}

static gboolean add_by_author(const Search *search, Word *word, const GPtrArray *kinds,
                              GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autofree char *people = NULL;
  gboolean is_known = FALSE; /* people with this name are looked up only when a kind has authors */
  for (guint i = 0; failed == NULL && i < kinds->len; i++) {
    const char *field = find_author_field(kinds->pdata[i]);
    if (field != NULL && !is_known)
      people = find_owners(search, "staff", word, &failed);
    is_known = is_known || field != NULL;
    if (field != NULL && people != NULL)
      bh_related_store_add_by_field(search->db, bh_kind_get_name(kinds->pdata[i]), field, people,
                                    RELATED_MAX, word->numbers, &failed);
  }
  if (failed == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&failed));
  return FALSE;
}

static gboolean add_by_place(const Search *search, Word *word, const GPtrArray *kinds,
                             GError **error)
{
  g_autoptr(GHashTable) ends = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(GError) failed = NULL;
  GHashTableIter iter;
  gpointer end;
  for (guint i = 0; i < kinds->len; i++)
    add_ends(search, kinds->pdata[i], ends);
  g_hash_table_iter_init(&iter, ends);
  while (failed == NULL && g_hash_table_iter_next(&iter, &end, NULL)) {
    g_autofree char *owners = find_owners(search, end, word, &failed);
    if (owners != NULL)
      bh_related_store_add_below(search->db, search->kind, owners, RELATED_MAX, word->numbers,
                                 &failed);
  }
  if (failed == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&failed));
  return FALSE;
}

static GPtrArray *list_kinds(const Search *search)
{
  const GPtrArray *all = bh_kind_set_list(search->kinds);
  GPtrArray *kinds = g_ptr_array_new();
  for (guint i = 0; i < all->len; i++)
    if (search->kind == NULL || strcmp(bh_kind_get_name(all->pdata[i]), search->kind) == 0)
      g_ptr_array_add(kinds, all->pdata[i]);
  return kinds;
}

/* Word*, NULL on error. Empty when there are more than WORDS_MAX: ignoring some words would find
 * records that do not match. */
static GPtrArray *read_words(const Search *search, const char *typed, GError **error)
{
  g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(word_free);
  g_autoptr(GPtrArray) kinds = list_kinds(search);
  g_auto(GStrv) parts = g_strsplit_set(typed, " \t\r\n", -1);
  for (gsize i = 0; parts[i] != NULL; i++) {
    char *match = bh_search_query(parts[i]);
    if (match == NULL)
      continue;
    if (words->len == WORDS_MAX) {
      g_free(match);
      g_ptr_array_set_size(words, 0);
      break;
    }
    Word *word = g_new0(Word, 1);
    word->match = match;
    word->numbers = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    g_ptr_array_add(words, word);
    if (!add_by_author(search, word, kinds, error) || !add_by_place(search, word, kinds, error))
      return NULL;
  }
  return g_steal_pointer(&words);
}

/* --- all words --- */

/* *has: whether the record also matches all words except the word with the index `except`. */
static gboolean has_others(const Search *search, const GPtrArray *words, guint except,
                           const gint64 *nr, gboolean *has, GError **error)
{
  *has = TRUE;
  for (guint i = 0; i < words->len && *has; i++) {
    const Word *word = words->pdata[i];
    if (i != except && !g_hash_table_contains(word->numbers, nr) &&
        !bh_related_store_has(search->db, *nr, word->match, has, error))
      return FALSE;
  }
  return TRUE;
}

char *bh_search_related(BhDb *db, const BhKindSet *kinds, const char *kind, const char *typed,
                        GError **error)
{
  const Search search = {.db = db, .kinds = kinds, .kind = kind};
  g_autoptr(GPtrArray) words = read_words(&search, typed, error);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);
  g_autoptr(json_t) found = json_array();
  for (guint i = 0; words != NULL && i < words->len; i++) {
    const Word *word = words->pdata[i];
    GHashTableIter iter;
    gpointer nr;
    g_hash_table_iter_init(&iter, word->numbers);
    while (g_hash_table_iter_next(&iter, &nr, NULL)) {
      gboolean has = FALSE;
      if (!g_hash_table_add(seen, nr))
        continue;
      if (!has_others(&search, words, i, nr, &has, error))
        return NULL;
      if (has)
        json_array_append_new(found, json_integer(*(gint64 *)nr));
    }
  }
  return json_array_size(found) > 0 ? bh_json_dump(found) : NULL;
}
