/* Makes the terms that lists filter and search by: the indexed values of a record, and the words
 * and character pairs of its title and indexed texts. Pairs, because no tokenizer knows where a
 * Chinese word ends, and people search for two characters. Personal values are never terms. */
#include "sync/device/store/terms.h"

#include <string.h>

#include "sync/device/store/title.h"

#define SEPARATOR "\x1f"
#define VALUE_TERM_MAX 64  /* bytes; longer values are replaced by their hash */
#define TEXT_MAX_CHARS 200 /* of one text that are searched */
#define WORD_MAX 40
#define QUERY_MAX_TERMS 12

static gboolean is_in_title(const BhKind *kind, const char *key)
{
  g_autofree char *place = g_strdup_printf("{%s}", key);
  return strstr(bh_json_string_or(bh_kind_get_declaration(kind), "title", ""), place) != NULL;
}

gboolean bh_key_is_indexed(const BhKind *kind, const char *key)
{
  const BhField *field = bh_kind_find_field(kind, key);

  if (strcmp(key, "state") == 0)
    return TRUE;
  if (field == NULL || strchr(key, '/') != NULL)
    return FALSE;
  return bh_field_is_indexed(field) || bh_field_get_type(field) == BH_FIELD_HASH ||
         g_strcmp0(key, bh_kind_get_parent_field(kind)) == 0 ||
         bh_field_get_type(field) == BH_FIELD_REF || is_in_title(kind, key);
}

char *bh_term_for_value(const char *kind, const char *field, const json_t *value)
{
  g_autofree char *text = NULL;

  if (json_is_string(value))
    text = g_strdup(json_string_value(value));
  else if (json_is_integer(value))
    text = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
  else if (json_is_boolean(value))
    text = g_strdup(json_is_true(value) ? "true" : "false");
  else
    return NULL;
  if (strlen(text) > VALUE_TERM_MAX) {
    char *hash = bh_hash_hex(text, strlen(text));
    g_free(text);
    text = hash;
  }
  return g_strconcat(kind, SEPARATOR, "=", field, SEPARATOR, text, NULL);
}

const char *bh_term_get_hash(const char *term)
{
  const char *value = strrchr(term, *SEPARATOR);
  return value != NULL && bh_hash_is_valid(value + 1) ? value + 1 : NULL;
}

static void add_value_terms(GPtrArray *terms, const char *kind, const char *field,
                            const json_t *value)
{
  gsize index;
  const json_t *element;

  if (json_is_array(value)) {
    json_array_foreach((json_t *)value, index, element)
      add_value_terms(terms, kind, field, element);
    return;
  }
  char *term = bh_term_for_value(kind, field, value);
  if (term != NULL)
    g_ptr_array_add(terms, term);
}

/* Full-width forms, compatibility characters and letter case become equal. */
static gunichar *normalize(const char *text, glong *len)
{
  g_autofree char *plain = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *folded = plain != NULL ? g_utf8_casefold(plain, -1) : NULL;

  *len = 0;
  return folded != NULL ? g_utf8_to_ucs4_fast(folded, -1, len) : NULL;
}

static gboolean is_word_character(gunichar c)
{
  return c < 0x80 ? g_ascii_isalnum((char)c) : FALSE;
}

static gboolean is_pair_character(gunichar c)
{
  return c >= 0x80 && g_unichar_isalnum(c);
}

static char *make_term(const char *kind, char sort, const gunichar *text, glong len,
                       gboolean prefix)
{
  g_autofree char *part = g_ucs4_to_utf8(text, len, NULL, NULL, NULL);
  return g_strdup_printf("%s" SEPARATOR "%c%s%s", kind, sort, part, prefix ? "*" : "");
}

/* Whole words as "^coal", other scripts in pairs as "~煤矿", and the last character of a run alone.
 * In a query a word or a single character matches everything with that beginning. */
static void add_text_terms(GPtrArray *terms, const char *kind, const char *text, gboolean query)
{
  glong len = 0;
  g_autofree gunichar *chars = normalize(text, &len);

  len = MIN(len, TEXT_MAX_CHARS);
  for (glong i = 0; i < len;) {
    glong end = i;
    if (is_word_character(chars[i])) {
      while (end < len && is_word_character(chars[end]))
        end++;
      g_ptr_array_add(terms, make_term(kind, '^', chars + i, MIN(end - i, WORD_MAX), query));
    } else if (is_pair_character(chars[i])) {
      while (end < len && is_pair_character(chars[end]))
        end++;
      for (glong j = i; j + 1 < end; j++)
        g_ptr_array_add(terms, make_term(kind, '~', chars + j, 2, FALSE));
      if (!query || end - i == 1)
        g_ptr_array_add(terms, make_term(kind, '~', chars + end - 1, 1, query));
    } else {
      end = i + 1;
    }
    i = end;
  }
}

static int compare_terms(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void drop_repeats(GPtrArray *terms)
{
  g_ptr_array_sort(terms, compare_terms);
  for (guint i = terms->len; i > 1; i--) {
    if (strcmp(g_ptr_array_index(terms, i - 1), g_ptr_array_index(terms, i - 2)) == 0)
      g_ptr_array_remove_index(terms, i - 1);
  }
}

static gboolean is_searched(const BhField *field)
{
  BhFieldType type = bh_field_get_type(field);
  return !bh_field_is_personal(field) && bh_field_is_indexed(field) &&
         (type == BH_FIELD_TEXT || type == BH_FIELD_LONGTEXT || type == BH_FIELD_USCC);
}

GPtrArray *bh_record_list_terms(BhDevice *device, const BhRecord *record)
{
  GPtrArray *terms = g_ptr_array_new_with_free_func(g_free);
  const char *name = bh_record_get_kind(record);
  const BhKind *kind = bh_kind_set_find(device->kinds, name);

  if (kind == NULL)
    return terms;
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = g_ptr_array_index(fields, i);
    const char *key = bh_field_get_name(field);
    const json_t *value = bh_record_get(record, key);
    if (value == NULL || bh_field_is_personal(field))
      continue;
    if (bh_field_is_indexed(field) || bh_field_get_type(field) == BH_FIELD_REF ||
        bh_field_get_type(field) == BH_FIELD_HASH ||
        g_strcmp0(key, bh_kind_get_parent_field(kind)) == 0)
      add_value_terms(terms, name, key, value);
    if (is_searched(field) && json_is_string(value))
      add_text_terms(terms, name, json_string_value(value), FALSE);
  }
  const json_t *state = bh_record_get(record, "state");
  if (state != NULL)
    add_value_terms(terms, name, "state", state);
  g_autofree char *title = bh_record_dup_searched_title(device, record);
  add_text_terms(terms, name, title, FALSE);
  drop_repeats(terms);
  return terms;
}

GPtrArray *bh_search_list_terms(const char *kind, const char *typed)
{
  GPtrArray *terms = g_ptr_array_new_with_free_func(g_free);

  add_text_terms(terms, kind, typed, TRUE);
  drop_repeats(terms);
  if (terms->len > QUERY_MAX_TERMS)
    g_ptr_array_set_size(terms, QUERY_MAX_TERMS);
  return terms;
}
