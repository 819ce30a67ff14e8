/* Finds the fields whose text has missing glyphs. app/paper/font.c decides which characters these
 * are. */
#include "app/visit/missing-glyphs.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/paper/font.h"

#define LINES_MAX 12

/* Members of the frozen fields whose values belong to another kind than the document. */
static const struct {
  const char *member, *kind;
} member_kinds[] = {{"enterprise", "enterprise"}, {"unit", "unit"},
                    {"inspection", "inspection"}, {"hazards", "hazard"},
                    {"people", "participant"},    {"answers", "checklist"}};

/* Members of the frozen fields that the program writes, or that are not printed: they are not
 * searched. */
static const char *const skipped_members[] = {"id", "doc_type", "role", NULL};

typedef struct {
  const BhKindSet *kinds;
  const char *lang;
  const char *agreed;
  GArray *characters;
  GString *lines;
  guint n_lines;
} Search;

static GArray *list_in(const Search *search, const char *text)
{
  GArray *found = g_array_new(FALSE, FALSE, sizeof(gunichar));
  for (guint i = 0; i < search->characters->len; i++) {
    gunichar c = g_array_index(search->characters, gunichar, i);
    if (g_utf8_strchr(text, -1, c) != NULL)
      g_array_append_val(found, c);
  }
  return found;
}

static gboolean is_line_of(const char *lines, const char *line)
{
  g_auto(GStrv) texts = g_strsplit(lines != NULL ? lines : "", "\n", -1);
  return g_strv_contains((const char *const *)texts, line);
}

/* The field that the text of a member comes from. Text typed at signing belongs to the signature or
 * the visit. */
static const BhField *find_field(const Search *search, const BhKind *kind, const char *key)
{
  static const char *const fallback_kinds[] = {"signature", "inspection"};
  if (strcmp(key, "place") == 0 && kind == bh_kind_set_find(search->kinds, "inspection"))
    key = "place_note";
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, key) : NULL;
  for (gsize i = 0; field == NULL && i < G_N_ELEMENTS(fallback_kinds); i++) {
    const BhKind *other = bh_kind_set_find(search->kinds, fallback_kinds[i]);
    field = other != NULL ? bh_kind_find_field(other, key) : NULL;
  }
  return field;
}

static void search_text(Search *search, const BhKind *kind, const char *where, const char *key,
                        const char *text)
{
  g_autoptr(GArray) found = list_in(search, text);
  if (found->len == 0)
    return;
  const BhField *field = find_field(search, kind, key);
  g_autofree char *character_list = bh_font_format_characters(found);
  g_autofree char *line =
      field != NULL ? g_strdup_printf("· %s · %s: %s", where,
                                      bh_field_get_label(field, search->lang), character_list)
                    : g_strdup_printf("· %s: %s", where, character_list);
  if (is_line_of(search->agreed, line))
    return;
  if (search->n_lines++ < LINES_MAX)
    g_string_append_printf(search->lines, "%s%s", search->lines->len > 0 ? "\n" : "", line);
}

static void search_value(Search *search, const BhKind *kind, const char *where, const char *key,
                         const json_t *value)
{
  const char *member;
  gsize i;
  json_t *child;
  if (json_is_string(value) && !g_strv_contains(skipped_members, key))
    search_text(search, kind, where, key, json_string_value(value));
  json_object_foreach((json_t *)value, member, child) {
    search_value(search, kind, where, member, child);
  }
  json_array_foreach((json_t *)value, i, child) {
    const char *item = bh_json_string_or(child, "item_no", NULL);
    g_autofree char *place = item != NULL ? g_strdup_printf("%s %s", where, item)
                                          : g_strdup_printf("%s %u", where, (guint)i + 1);
    search_value(search, kind, place, key, child);
  }
}

static void add_all_texts(const json_t *value, GString *out)
{
  const char *key;
  gsize i;
  json_t *child;
  if (json_is_string(value))
    g_string_append(out, json_string_value(value));
  json_object_foreach((json_t *)value, key, child) {
    add_all_texts(child, out);
  }
  json_array_foreach((json_t *)value, i, child) {
    add_all_texts(child, out);
  }
}

static const char *find_kind(const char *member)
{
  for (gsize i = 0; i < G_N_ELEMENTS(member_kinds); i++)
    if (strcmp(member_kinds[i].member, member) == 0)
      return member_kinds[i].kind;
  return "document";
}

char *bh_missing_glyphs_dup_lines(const json_t *frozen, const BhKindSet *kinds, const char *lang,
                                  const char *agreed)
{
  g_autoptr(GString) texts = g_string_new(NULL);
  add_all_texts(frozen, texts);
  g_autoptr(GArray) characters = bh_font_list_missing_glyphs(texts->str);
  Search search = {.kinds = kinds,
                   .lang = lang,
                   .agreed = agreed,
                   .characters = characters,
                   .lines = g_string_new(NULL)};
  const char *member;
  json_t *value;
  json_object_foreach((json_t *)frozen, member, value) {
    const BhKind *kind = characters->len > 0 ? bh_kind_set_find(kinds, find_kind(member)) : NULL;
    if (characters->len > 0)
      search_value(&search, kind, kind != NULL ? bh_kind_get_label(kind, lang) : "", member, value);
  }
  if (search.n_lines > LINES_MAX) {
    g_autofree char *more_text =
        g_strdup_printf(_("· and %u more fields"), search.n_lines - LINES_MAX);
    g_string_append_printf(search.lines, "\n%s", more_text);
  }
  return g_string_free(search.lines, FALSE);
}

char *bh_missing_glyphs_dup_question(const char *lines)
{
  return g_strdup_printf(_("No font of this device can draw these characters:\n%s\nGo back and "
                           "write them in another way. If there is none, they are printed as 〓, "
                           "with a note on the paper; what was typed is kept."),
                         lines);
}
