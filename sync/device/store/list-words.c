/* Looks up words in a kind and in the kinds that its records belong to. Does not order or page. */
#include "sync/device/store/list-words.h"

#include <string.h>

#include "sync/device/store/terms.h"
#include "sync/device/store/views.h"

#define TERMS_MAX 12     /* of one search */
#define GATHER_MAX 2000  /* records that are checked for the whole word */
#define OWNERS_MAX 200   /* records of one word whose own records are listed */
#define MEMBERS_MAX 2000 /* records on the way between them */

/* A way from a record to the one that it belongs to: ref fields, and the kinds on the way. */
typedef struct {
  GPtrArray *kinds;  /* const BhKind*: of the record, of each one on the way, of the last */
  GPtrArray *fields; /* char*, one less */
} Way;

/* A word that is in too many records to list what belongs to them. */
typedef struct {
  GPtrArray *own;    /* groups in the kind itself; a group without a term: it is not there */
  GPtrArray *ways;   /* Way* */
  GPtrArray *owners; /* GPtrArray* of groups, one for each way */
} Loose;

struct _BhListWords {
  GPtrArray *loose;
};

static void way_free(gpointer data)
{
  Way *way = data;
  g_ptr_array_unref(way->kinds);
  g_ptr_array_unref(way->fields);
  g_free(way);
}

static void group_free(gpointer group)
{
  g_array_unref(group);
}

static void groups_free(gpointer groups)
{
  g_ptr_array_unref(groups);
}

static void loose_free(gpointer data)
{
  Loose *loose = data;
  g_ptr_array_unref(loose->own);
  g_ptr_array_unref(loose->ways);
  g_ptr_array_unref(loose->owners);
  g_free(loose);
}

void bh_list_words_free(BhListWords *words)
{
  if (words == NULL)
    return;
  g_ptr_array_unref(words->loose);
  g_free(words);
}

/* --- ways --- */

/* A way is used only when each of its refs names one kind, and no record of the last kind is hidden
 * from anybody: otherwise a hit would reveal a hidden record. NULL when it cannot be used. */
static Way *make_way(BhDevice *device, const BhKind *kind, const char *path)
{
  g_auto(GStrv) steps = g_strsplit(path, ".", -1);
  Way *way = g_new0(Way, 1);
  way->kinds = g_ptr_array_new();
  way->fields = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(way->kinds, (gpointer)kind);
  for (gsize i = 0; kind != NULL && steps[i] != NULL && steps[i + 1] != NULL; i++) {
    const BhField *field = bh_kind_find_field(kind, steps[i]);
    const char *const *kinds = field != NULL ? bh_field_get_ref_kinds(field) : NULL;
    gboolean one = kinds != NULL && kinds[0] != NULL && kinds[1] == NULL;
    kind = one ? bh_kind_set_find(device->kinds, kinds[0]) : NULL;
    g_ptr_array_add(way->fields, g_strdup(steps[i]));
    g_ptr_array_add(way->kinds, (gpointer)kind);
  }
  if (kind != NULL && way->fields->len > 0 &&
      json_object_get(bh_kind_get_declaration(kind), "visible") == NULL)
    return way;
  way_free(way);
  return NULL;
}

static GPtrArray *list_ways(BhDevice *device, const BhKind *kind)
{
  GPtrArray *ways = g_ptr_array_new_with_free_func(way_free);
  const json_t *paths = json_object_get(bh_kind_get_declaration(kind), "area_from");
  gsize n = json_is_array(paths) ? json_array_size(paths) : 1;

  for (gsize i = 0; i < n; i++) {
    const json_t *path = json_is_array(paths) ? json_array_get(paths, i) : paths;
    Way *way = json_is_string(path) ? make_way(device, kind, json_string_value(path)) : NULL;
    if (way != NULL)
      g_ptr_array_add(ways, way);
  }
  return ways;
}

static const BhKind *get_end(const Way *way)
{
  return g_ptr_array_index(way->kinds, way->kinds->len - 1);
}

/* --- one word in one kind --- */

static GPtrArray *find_groups(BhDevice *device, const BhKind *kind, const char *word,
                              gboolean *partial, GError **error)
{
  g_autoptr(GPtrArray) terms = bh_search_list_terms(bh_kind_get_name(kind), word);
  g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(group_free);

  for (guint i = 0; i < terms->len; i++) {
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    gboolean some = FALSE;
    g_ptr_array_add(one, g_ptr_array_index(terms, i));
    GArray *group = bh_terms_store_find(device, one, TRUE, &some, error);
    if (group == NULL)
      return NULL;
    *partial |= some;
    g_ptr_array_add(groups, group);
  }
  return g_steal_pointer(&groups);
}

static gboolean has_all(BhDevice *device, const GPtrArray *groups, gint64 number, gboolean *has,
                        GError **error)
{
  *has = TRUE;
  for (guint i = 0; i < groups->len && *has; i++)
    if (!bh_terms_store_has(device, g_ptr_array_index(groups, i), number, has, error))
      return FALSE;
  return TRUE;
}

/* Appends records that have a term of each group to `out`. *many: there may be too many to list. */
static gboolean gather(BhDevice *device, const GPtrArray *groups, GArray *out, gboolean *many,
                       GError **error)
{
  g_autoptr(GArray) least = NULL;

  *many = FALSE;
  for (guint i = 0; i < groups->len; i++) {
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!bh_terms_store_list(device, g_ptr_array_index(groups, i), GATHER_MAX + 1, found, error))
      return FALSE;
    if (found->len <= GATHER_MAX && (least == NULL || found->len < least->len)) {
      g_clear_pointer(&least, g_array_unref);
      least = g_steal_pointer(&found);
    }
  }
  *many = least == NULL;
  for (guint i = 0; least != NULL && i < least->len && !*many; i++) {
    gint64 number = g_array_index(least, gint64, i);
    gboolean has = FALSE;
    if (!has_all(device, groups, number, &has, error))
      return FALSE;
    if (has)
      g_array_append_val(out, number);
    *many = out->len > OWNERS_MAX;
  }
  return TRUE;
}

/* --- from the owners down to what belongs to them --- */

static gboolean add_ids(BhDevice *device, const GArray *numbers, GPtrArray *ids, GError **error)
{
  for (guint i = 0; i < numbers->len; i++) {
    g_autoptr(GError) local = NULL;
    char *id = bh_records_store_dup_id(device, g_array_index(numbers, gint64, i), &local);
    if (id != NULL)
      g_ptr_array_add(ids, id);
    if (local != NULL) {
      g_propagate_error(error, g_steal_pointer(&local));
      return FALSE;
    }
  }
  return TRUE;
}

/* Terms of `kind` that say "this field is one of these records". */
static GPtrArray *list_ref_terms(const BhKind *kind, const char *field, const GPtrArray *ids)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);

  for (guint i = 0; i < ids->len; i++) {
    g_autoptr(json_t) id = json_string(g_ptr_array_index(ids, i));
    g_ptr_array_add(texts, bh_term_for_value(bh_kind_get_name(kind), field, id));
  }
  return texts;
}

/* Term numbers of what belongs to the owners. *many: there are too many to list. */
static gboolean add_members(BhDevice *device, const Way *way, const GArray *owners, GArray *terms,
                            gboolean *many, GError **error)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);

  if (!add_ids(device, owners, ids, error))
    return FALSE;
  for (guint step = way->fields->len; step-- > 0;) {
    gboolean partial = FALSE;
    g_autoptr(GPtrArray) texts = list_ref_terms(g_ptr_array_index(way->kinds, step),
                                                g_ptr_array_index(way->fields, step), ids);
    g_autoptr(GArray) found = bh_terms_store_find(device, texts, FALSE, &partial, error);
    if (found == NULL)
      return FALSE;
    if (step == 0 && found->len > 0)
      g_array_append_vals(terms, found->data, found->len);
    if (step == 0 || found->len == 0)
      return TRUE;
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!bh_terms_store_list(device, found, MEMBERS_MAX + 1, members, error))
      return FALSE;
    *many |= members->len > MEMBERS_MAX;
    if (*many)
      return TRUE;
    g_ptr_array_set_size(ids, 0);
    if (!add_ids(device, members, ids, error))
      return FALSE;
  }
  return TRUE;
}

/* --- the words --- */

/* Adds terms of the owners to each group of the word. A record fits when its own text has the whole
 * word, or an owner's text has it. */
static void add_to_groups(GPtrArray *own, const GArray *members, GPtrArray *groups)
{
  for (guint i = 0; i < own->len; i++) {
    GArray *group = g_array_ref(g_ptr_array_index(own, i));
    if (members->len > 0)
      g_array_append_vals(group, members->data, members->len);
    g_ptr_array_add(groups, group);
  }
}

static gboolean read_word(BhDevice *device, BhListWords *words, const BhKind *kind,
                          const char *word, GPtrArray *groups, gboolean *partial, GError **error)
{
  g_autoptr(GPtrArray) own = find_groups(device, kind, word, partial, error);
  g_autoptr(GPtrArray) ways = list_ways(device, kind);
  g_autoptr(GPtrArray) owners = g_ptr_array_new_with_free_func(groups_free);
  g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(gint64));
  gboolean many = FALSE;

  if (own == NULL)
    return FALSE;
  for (guint i = 0; i < ways->len && own->len > 0; i++) {
    const Way *way = g_ptr_array_index(ways, i);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(gint64));
    GPtrArray *above = find_groups(device, get_end(way), word, partial, error);
    gboolean too_many = FALSE;
    if (above == NULL)
      return FALSE;
    g_ptr_array_add(owners, above);
    if (!gather(device, above, found, &too_many, error) ||
        (!too_many && !add_members(device, way, found, members, &too_many, error)))
      return FALSE;
    many |= too_many;
  }
  if (!many) {
    add_to_groups(own, members, groups);
    return TRUE;
  }
  Loose *loose = g_new0(Loose, 1);
  loose->own = g_steal_pointer(&own);
  loose->ways = g_steal_pointer(&ways);
  loose->owners = g_steal_pointer(&owners);
  g_ptr_array_add(words->loose, loose);
  return TRUE;
}

BhListWords *bh_list_words_new(BhDevice *device, const BhKind *kind, const char *typed,
                               GPtrArray *groups, gboolean *partial, GError **error)
{
  g_autoptr(BhListWords) words = g_new0(BhListWords, 1);
  g_auto(GStrv) parts = g_strsplit_set(typed, " \t\r\n", -1);
  guint n_terms = 0;

  words->loose = g_ptr_array_new_with_free_func(loose_free);
  for (gsize i = 0; parts[i] != NULL && n_terms < TERMS_MAX; i++) {
    g_autoptr(GPtrArray) terms = bh_search_list_terms(bh_kind_get_name(kind), parts[i]);
    n_terms += terms->len;
    if (!read_word(device, words, kind, parts[i], groups, partial, error))
      return NULL;
  }
  return g_steal_pointer(&words);
}

/* --- one record --- */

static gboolean owner_has(BhDevice *device, const Way *way, const GPtrArray *groups,
                          const json_t *values, gboolean *has, GError **error)
{
  g_autofree char *id = NULL;
  g_auto(BhRow) row = {0};

  *has = FALSE;
  for (guint i = 0; i < way->fields->len; i++) {
    g_free(id);
    id = g_strdup(bh_json_string_or(values, g_ptr_array_index(way->fields, i), NULL));
    BhView *view = id != NULL && i + 1 < way->fields->len ? bh_view_get(device, id, NULL) : NULL;
    values = view != NULL ? bh_view_get_values(view) : NULL;
  }
  if (id == NULL)
    return TRUE;
  if (!bh_records_store_find(device, id, &row, error))
    return FALSE;
  return row.number == 0 || has_all(device, groups, row.number, has, error);
}

static gboolean has_word(BhDevice *device, const Loose *loose, gint64 number, gboolean *has,
                         GError **error)
{
  if (!has_all(device, loose->own, number, has, error))
    return FALSE;
  if (*has)
    return TRUE;
  g_autofree char *id = bh_records_store_dup_id(device, number, NULL);
  for (guint i = 0; id != NULL && i < loose->ways->len && !*has; i++) {
    BhView *view = bh_view_get(device, id, NULL);
    if (view == NULL ||
        !owner_has(device, g_ptr_array_index(loose->ways, i), g_ptr_array_index(loose->owners, i),
                   bh_view_get_values(view), has, error))
      return view == NULL;
  }
  return TRUE;
}

gboolean bh_list_words_fit(BhDevice *device, const BhListWords *words, gint64 number, gboolean *yes,
                           GError **error)
{
  *yes = TRUE;
  for (guint i = 0; words != NULL && i < words->loose->len && *yes; i++)
    if (!has_word(device, g_ptr_array_index(words->loose, i), number, yes, error))
      return FALSE;
  return TRUE;
}
