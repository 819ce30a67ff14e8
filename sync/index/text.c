/* Splits text into search terms, and a typed search into an FTS5 query; makes keys for sorting. */
#include "sync/index/text.h"

#include <string.h>

/* Characters of a long term. Pairs of digits occur in almost every record, so that a search for a
 * number would read most of the index. */
#define LONG 4

typedef void (*RunFunc)(const gunichar *run, gsize len, GString *out);

/* TRUE for text of ASCII and Chinese characters (U+4000 … U+9FFF) only. Normalising does not change
 * these, so that it can be skipped. */
static gboolean is_normal(const char *text)
{
  for (const guchar *at = (const guchar *)text; *at != '\0';) {
    if (*at < 0x80)
      at++;
    else if (*at >= 0xe4 && *at <= 0xe9 && (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80)
      at += 3;
    else
      return FALSE;
  }
  return TRUE;
}

/* Calls `func` for every run of letters and digits. */
static void each_run(const char *text, RunFunc func, GString *out)
{
  g_autofree char *folded = NULL;
  if (!is_normal(text)) {
    text = folded = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
    if (text == NULL)
      return;
  }
  gunichar run[BH_SEARCH_MAX];
  gsize len = 0, total = 0;
  for (const char *at = text; *at != '\0' && total < BH_SEARCH_MAX; at = g_utf8_next_char(at)) {
    gunichar c = g_unichar_tolower(g_utf8_get_char(at));
    if (g_unichar_isalnum(c)) {
      run[len++] = c;
      total++;
    } else if (len > 0) {
      func(run, len, out);
      len = 0;
    }
  }
  if (len > 0)
    func(run, len, out);
}

/* Appends the `n` characters at `at` of the run, or as many as it has left. */
static void append_gram(GString *out, const gunichar *run, gsize len, gsize at, gsize n)
{
  for (gsize i = at; i < len && i < at + n; i++)
    g_string_append_unichar(out, run[i]);
}

/* The next part of the run, from *begin on, that consists of at least LONG letters and digits of
 * ASCII. FALSE when there is none. */
static gboolean find_code(const gunichar *run, gsize len, gsize *begin, gsize *end)
{
  for (gsize i = *begin; i < len; i = *end + 1) {
    *begin = *end = i;
    while (*end < len && run[*end] < 0x80)
      (*end)++;
    if (*end - *begin >= LONG)
      return TRUE;
  }
  return FALSE;
}

static void add_term(GString *out, const gunichar *run, gsize len, gsize at, gsize n)
{
  if (out->len > 0)
    g_string_append_c(out, ' ');
  append_gram(out, run, len, at, n);
}

/* All pairs, then the long terms of each code. Terms of two codes must not look like neighbours in
 * one code: a term of one character stands between them. */
static void add_grams(const gunichar *run, gsize len, GString *out)
{
  gsize begin = 0, end = 0;
  for (gsize i = 0; i < len; i++)
    add_term(out, run, len, i, 2);
  for (; find_code(run, len, &begin, &end); begin = end + 1) {
    for (gsize i = begin; i + LONG <= end; i++)
      add_term(out, run, end, i, LONG);
    add_term(out, run, end, end - 1, 1);
  }
}

/* The terms of `n` characters between `begin` and `end`, which must follow each other. */
static void add_phrase(GString *out, const gunichar *run, gsize begin, gsize end, gsize n)
{
  g_string_append(out, out->len > 0 ? " \"" : "\"");
  for (gsize i = begin; i + n <= end; i++) {
    if (i > begin)
      g_string_append_c(out, ' ');
    append_gram(out, run, end, i, n);
  }
  g_string_append_c(out, '"');
}

/* A run that is one code is found by its long terms alone, which few records share. */
static void add_phrases(const gunichar *run, gsize len, GString *out)
{
  gsize begin = 0, end = 0;
  gboolean is_code = FALSE;
  for (; find_code(run, len, &begin, &end); begin = end + 1) {
    add_phrase(out, run, begin, end, LONG);
    is_code = begin == 0 && end == len;
  }
  if (!is_code)
    add_phrase(out, run, 0, len, MIN(len, 2));
  if (len == 1)
    g_string_append_c(out, '*');
}

char *bh_search_grams(const char *text)
{
  GString *out = g_string_new(NULL);
  each_run(text, add_grams, out);
  return g_string_free(out, FALSE);
}

char *bh_search_query(const char *typed)
{
  GString *out = g_string_new(NULL);
  each_run(typed, add_phrases, out);
  return g_string_free(out, out->len == 0);
}

static gboolean is_searched(const BhField *field)
{
  BhFieldType type = bh_field_get_type(field);
  return bh_field_is_indexed(field) && !bh_field_is_personal(field) &&
         (type == BH_FIELD_TEXT || type == BH_FIELD_LONGTEXT || type == BH_FIELD_USCC ||
          type == BH_FIELD_PHONE);
}

static void add_text(GString *text, const char *more)
{
  if (more != NULL && strstr(text->str, more) == NULL)
    g_string_append_printf(text, " %s", more);
}

char *bh_index_collect_text(const BhKind *kind, const json_t *values, const char *title,
                            const char *place_title)
{
  GString *text = g_string_new(title);
  add_text(text, place_title);
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++)
    if (is_searched(fields->pdata[i]))
      add_text(text, bh_json_string_or(values, bh_field_get_name(fields->pdata[i]), NULL));
  return g_string_free(text, FALSE);
}

gboolean bh_index_shows_title(const BhKind *kind)
{
  return !bh_kind_may_hide(kind);
}

GByteArray *bh_index_make_sort_key(const char *title)
{
  g_autofree char *folded = g_utf8_casefold(title, -1);
  gsize len = 0;
  g_autofree char *sorted =
      g_convert_with_fallback(folded, -1, "GB18030", "UTF-8", "?", NULL, &len, NULL);
  GByteArray *key = g_byte_array_new();
  if (sorted != NULL)
    g_byte_array_append(key, (const guint8 *)sorted, (guint)len);
  else
    g_byte_array_append(key, (const guint8 *)folded, (guint)strlen(folded));
  return key;
}
