/* Goes through a template with values, or without any to check it. It knows values and how they are
 * escaped; words and layout are in the file. Start at run_section. */
#include "schema/template.h"

#include <string.h>
#include "schema/error.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_"
#define NAME_SIZE 64 /* bytes, with the 0 at the end */

struct _BhTemplate {
  char *text;
  char *file;
  BhTemplateType type;
  json_t *names;
};

/* Where in the markup the text is: between tags, in a tag, in double quotes there, in a style or
 * script. */
typedef enum { PLACE_CONTENT, PLACE_TAG, PLACE_QUOTED, PLACE_RAW } Place;

/* A block: a part of the text that is defined once and written where tags name it. */
typedef struct {
  char name[NAME_SIZE];
  const char *start; /* beginning of the block in the text; the block ends at {{/name}} */
  gboolean is_used;
} Block;

typedef struct {
  const BhTemplate *filled;
  GString *out; /* the filled text; NULL: the template is only checked */
  const char *at;
  Place place; /* where `at` is in the markup; only while the template is checked */
  const json_t *names[BH_TEMPLATE_DEPTH_MAX + 1]; /* declared names of the open sections */
  /* Values of the open sections; NULL: the section is not shown. */
  const json_t *values[BH_TEMPLATE_DEPTH_MAX + 1];
  guint depth;
  Block blocks[BH_TEMPLATE_BLOCKS_MAX]; /* blocks that were defined so far */
  guint n_blocks;
  GError **error;
} Run;

/* A tag: what stands between {{ and }}. */
typedef struct {
  const char *open;
  char sign; /* '#', '^', '$', '>', '/' or 0 */
  char name[NAME_SIZE];
  const json_t *declared;
  guint depth; /* depth of the section that declares the name */
} Tag;

static gboolean fail(const Run *run, const char *at, BhErrorCode code, const char *name,
                     const char *why)
{
  int line = 1;
  for (const char *c = run->filled->text; c < at; c++)
    line += *c == '\n';
  g_set_error(run->error, BH_ERROR, (int)code, "%s:%d: \"%s\" %s", run->filled->file, line, name,
              why);
  return FALSE;
}

/* --- text between tags --- */

static gboolean begins(const char *at, const char *word)
{
  return g_ascii_strncasecmp(at, word, strlen(word)) == 0;
}

static Place follow(Place place, const char *at)
{
  switch (place) {
  case PLACE_CONTENT:
    return begins(at, "<style") || begins(at, "<script") ? PLACE_RAW
           : *at == '<'                                  ? PLACE_TAG
                                                         : PLACE_CONTENT;
  case PLACE_TAG:
    return *at == '>' ? PLACE_CONTENT : *at == '"' ? PLACE_QUOTED : PLACE_TAG;
  case PLACE_QUOTED:
    return *at == '"' ? PLACE_TAG : PLACE_QUOTED;
  default:
    return begins(at, "</style") || begins(at, "</script") ? PLACE_TAG : PLACE_RAW;
  }
}

static void put_text(Run *run, const char *end)
{
  if (run->out == NULL && run->filled->type == BH_TEMPLATE_MARKUP)
    for (const char *at = run->at; at < end; at++)
      run->place = follow(run->place, at);
  if (run->out != NULL && run->values[run->depth] != NULL && end > run->at)
    g_string_append_len(run->out, run->at, end - run->at);
}

/* --- tags --- */

static gboolean is_declared(const json_t *declared, const char *type)
{
  const char *text = json_string_value(declared);
  gsize len = strlen(type);
  return text != NULL && strncmp(text, type, len) == 0 && (text[len] == '\0' || text[len] == ':');
}

static gboolean find_name(const Run *run, Tag *tag)
{
  for (tag->depth = run->depth + 1; tag->depth-- > 0;) {
    tag->declared = json_object_get(run->names[tag->depth], tag->name);
    if (tag->declared != NULL)
      break;
  }
  if (tag->declared == NULL)
    return fail(run, tag->open, BH_ERROR_UNKNOWN, tag->name, "is not a declared name");
  if (json_is_object(json_array_get(tag->declared, 0)) || is_declared(tag->declared, "text") ||
      is_declared(tag->declared, "plain") || is_declared(tag->declared, "flag"))
    return TRUE;
  return fail(run, tag->open, BH_ERROR_FORMAT, tag->name,
              "must be declared as text, plain, flag or a list");
}

/* Writes the text before the next tag, reads the tag, and moves run->at behind it. When a tag that
 * writes no value is alone on its line, the line is left out. *tag->open is '\0' at the end of the
 * text. */
static gboolean read_tag(Run *run, Tag *tag)
{
  const char *open = strstr(run->at, "{{");
  *tag = (Tag){.open = open != NULL ? open : run->at + strlen(run->at)};
  if (open == NULL) {
    put_text(run, tag->open);
    return TRUE;
  }
  const char *name = open + 2;
  if (*name != '\0' && strchr("#^$>/", *name) != NULL)
    tag->sign = *name++;
  gsize len = strspn(name, NAME_CHARS);
  if (len == 0 || len >= sizeof tag->name || !g_str_has_prefix(name + len, "}}"))
    return fail(run, open, BH_ERROR_FORMAT, "{{",
                "must be followed by a name and }}, with #, ^, $, > or / before the name");
  memcpy(tag->name, name, len);
  const char *start = open;
  const char *next = name + len + 2;
  const char *rest = next + strspn(next, " ");
  while (start > run->at && start[-1] == ' ')
    start--;
  gboolean alone = tag->sign != '\0' && (start == run->filled->text || start[-1] == '\n') &&
                   (*rest == '\n' || *rest == '\0');
  put_text(run, alone ? start : open);
  run->at = !alone ? next : *rest == '\n' ? rest + 1 : rest;
  gboolean has_value = tag->sign == '\0' || tag->sign == '#' || tag->sign == '^';
  return !has_value || find_name(run, tag);
}

/* --- values --- */

/* Writes the value of a tag. No other function writes values. */
static gboolean put_value(Run *run, const Tag *tag)
{
  gboolean is_text = is_declared(tag->declared, "text");
  if (!is_text && !is_declared(tag->declared, "plain"))
    return fail(run, tag->open, BH_ERROR_FORMAT, tag->name,
                "has no text of its own: use it with # or ^ as a section");
  if (run->place == PLACE_TAG || run->place == PLACE_RAW || (run->place == PLACE_QUOTED && is_text))
    return fail(
        run, tag->open, BH_ERROR_FORMAT, tag->name,
        "must be in the text between tags; a plain value may be in a double-quoted attribute");
  const json_t *value = json_object_get(run->values[tag->depth], tag->name);
  if (run->out == NULL || run->values[run->depth] == NULL || value == NULL || json_is_null(value))
    return TRUE;
  if (!json_is_string(value) && !json_is_integer(value))
    return fail(run, tag->open, BH_ERROR_INVALID, tag->name, "must be a string or an integer");
  g_autofree char *text = json_is_integer(value)
                              ? g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value))
                              : g_strdup(json_string_value(value));
  gboolean in_markup = run->filled->type == BH_TEMPLATE_MARKUP;
  g_autofree char *escaped = in_markup ? g_markup_escape_text(text, -1) : g_steal_pointer(&text);
  g_string_append(run->out, in_markup && is_text ? "<bdi>" : "");
  g_string_append(run->out, escaped);
  g_string_append(run->out, in_markup && is_text ? "</bdi>" : "");
  return TRUE;
}

static gboolean is_empty(const json_t *value)
{
  return value == NULL || json_is_null(value) || json_is_false(value) ||
         (json_is_integer(value) && json_integer_value(value) == 0) ||
         (json_is_string(value) && json_string_length(value) == 0) ||
         (json_is_array(value) && json_array_size(value) == 0) ||
         (json_is_object(value) && json_object_size(value) == 0);
}

/* Checks that the values of a section are those that are declared for it. */
static gboolean check_values(Run *run, const char *at, const json_t *names, const json_t *values)
{
  const char *key;
  json_t *value;
  if (!json_is_object(values))
    return fail(run, at, BH_ERROR_INVALID, "values", "must be an object");
  json_object_foreach((json_t *)values, key, value) {
    if (json_object_get(names, key) == NULL)
      return fail(run, at, BH_ERROR_INVALID, key, "is the name of a value, but not declared");
  }
  return TRUE;
}

/* --- sections --- */

static gboolean run_section(Run *run, const char *section);

/* Runs the section or block of the tag once with these names and values. `values` NULL: the section
 * or block is only read, and nothing is written. */
static gboolean run_inside(Run *run, const Tag *tag, const json_t *names, const json_t *values)
{
  if (run->depth == BH_TEMPLATE_DEPTH_MAX)
    return fail(run, tag->open, BH_ERROR_LIMIT, tag->name,
                "is a section or block in too many others");
  if (values != NULL && names != run->names[run->depth] &&
      !check_values(run, tag->open, names, values))
    return FALSE;
  run->depth++;
  run->names[run->depth] = names;
  run->values[run->depth] = values;
  gboolean ok = run_section(run, tag->name);
  run->depth--;
  return ok;
}

static gboolean put_section(Run *run, const Tag *tag)
{
  const json_t *here = run->values[run->depth];
  const json_t *value = here != NULL ? json_object_get(run->values[tag->depth], tag->name) : NULL;
  const json_t *names = tag->sign == '#' ? json_array_get(tag->declared, 0) : NULL;
  gboolean shown = here != NULL && is_empty(value) == (tag->sign == '^');
  const char *start = run->at;
  Place place = run->place;
  if (names == NULL || !shown || !json_is_array(value)) {
    const json_t *inner = names != NULL ? value : here;
    if (!run_inside(run, tag, names != NULL ? names : run->names[run->depth], shown ? inner : NULL))
      return FALSE;
  }
  for (gsize i = 0; names != NULL && shown && i < json_array_size(value); i++) {
    run->at = start;
    if (!run_inside(run, tag, names, json_array_get(value, i)))
      return FALSE;
  }
  return run->place == place || fail(run, tag->open, BH_ERROR_FORMAT, tag->name,
                                     "is a section that contains only a part of a tag");
}

/* --- blocks --- */

static Block *find_block(Run *run, const char *name)
{
  for (guint i = 0; i < run->n_blocks; i++)
    if (strcmp(run->blocks[i].name, name) == 0)
      return &run->blocks[i];
  return NULL;
}

/* Notes where the block is, and moves to its end tag without reading the block: which names it may
 * use is known only where a tag writes it. */
static gboolean define_block(Run *run, const Tag *tag)
{
  g_autofree char *end = g_strdup_printf("{{/%s}}", tag->name);
  const char *close = strstr(run->at, end);
  Tag closing;
  if (run->depth > 0)
    return fail(run, tag->open, BH_ERROR_FORMAT, tag->name,
                "is a block defined inside another part");
  if (find_block(run, tag->name) != NULL)
    return fail(run, tag->open, BH_ERROR_FORMAT, tag->name, "is a block that is defined already");
  if (run->n_blocks == BH_TEMPLATE_BLOCKS_MAX)
    return fail(run, tag->open, BH_ERROR_LIMIT, tag->name, "is a block over the limit of blocks");
  if (close == NULL)
    return fail(run, tag->open, BH_ERROR_FORMAT, tag->name, "is a block without an end");
  Block *block = &run->blocks[run->n_blocks++];
  *block = (Block){.start = run->at};
  g_strlcpy(block->name, tag->name, sizeof block->name);
  run->at = close;
  return read_tag(run, &closing);
}

/* Writes the block that the tag names, with the names and values that are known at the tag. */
static gboolean put_block(Run *run, const Tag *tag)
{
  Block *block = find_block(run, tag->name);
  if (block == NULL)
    return fail(run, tag->open, BH_ERROR_UNKNOWN, tag->name,
                "is not a block that was defined before");
  const char *next = run->at;
  Place place = run->place;
  block->is_used = TRUE;
  run->at = block->start;
  if (!run_inside(run, tag, run->names[run->depth], run->values[run->depth]))
    return FALSE;
  run->at = next;
  return run->place == place || fail(run, tag->open, BH_ERROR_FORMAT, tag->name,
                                     "is a block that contains only a part of a tag");
}

/* Refuses a block that no tag writes, because it was not checked. */
static gboolean check_blocks(const Run *run)
{
  for (guint i = 0; i < run->n_blocks; i++)
    if (!run->blocks[i].is_used)
      return fail(run, run->blocks[i].start, BH_ERROR_FORMAT, run->blocks[i].name,
                  "is a block that is never used");
  return TRUE;
}

/* --- the whole --- */

static gboolean run_tag(Run *run, const Tag *tag)
{
  switch (tag->sign) {
  case '\0':
    return put_value(run, tag);
  case '$':
    return define_block(run, tag);
  case '>':
    return put_block(run, tag);
  default:
    return put_section(run, tag);
  }
}

/* Runs the text up to the end tag of `section` (a section or block), or to the end of the text when
 * `section` is NULL. */
static gboolean run_section(Run *run, const char *section)
{
  for (;;) {
    Tag tag;
    if (!read_tag(run, &tag))
      return FALSE;
    if (*tag.open == '\0' && section != NULL)
      return fail(run, tag.open, BH_ERROR_FORMAT, section, "is a section without an end");
    if (*tag.open == '\0' || (tag.sign == '/' && g_strcmp0(tag.name, section) == 0))
      return TRUE;
    if (tag.sign == '/')
      return fail(run, tag.open, BH_ERROR_FORMAT, tag.name, "is closed, but not open here");
    if (!run_tag(run, &tag))
      return FALSE;
    if (run->out != NULL && run->out->len > BH_TEMPLATE_FILLED_MAX)
      return fail(run, tag.open, BH_ERROR_LIMIT, tag.name, "makes the result too long");
  }
}

BhTemplate *bh_template_parse(const char *text, gsize len, const char *file, BhTemplateType type,
                              const json_t *names, GError **error)
{
  if (len > BH_TEMPLATE_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "%s: over %d bytes", file, BH_TEMPLATE_MAX);
    return NULL;
  }
  if (!g_utf8_validate_len(text, len, NULL) || !json_is_object(names)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: %s", file,
                json_is_object(names) ? "is not UTF-8 text"
                                      : "the declaration of its names must be an object");
    return NULL;
  }
  g_autoptr(BhTemplate) made = g_new0(BhTemplate, 1);
  gboolean ends_line = type == BH_TEMPLATE_TEXT && len > 0 && text[len - 1] == '\n';
  made->text = g_strndup(text, ends_line ? len - 1 : len);
  made->file = g_strdup(file);
  made->type = type;
  made->names = json_incref((json_t *)names);
  Run run = {.filled = made, .at = made->text, .names = {names}, .error = error};
  return run_section(&run, NULL) && check_blocks(&run) ? g_steal_pointer(&made) : NULL;
}

BhTemplate *bh_template_load(const char *path, BhTemplateType type, const char *names_path,
                             GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autofree char *text = NULL;
  gsize len = 0;
  g_autoptr(json_t) names = bh_json_load_file(names_path, BH_TEMPLATE_MAX, error);
  if (names == NULL)
    return NULL;
  if (!g_file_get_contents(path, &text, &len, &failed)) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "%s", failed->message);
    return NULL;
  }
  return bh_template_parse(text, len, path, type, names, error);
}

void bh_template_free(BhTemplate *filled)
{
  if (filled == NULL)
    return;
  json_decref(filled->names);
  g_free(filled->text);
  g_free(filled->file);
  g_free(filled);
}

char *bh_template_fill(const BhTemplate *filled, const json_t *values, gsize *len, GError **error)
{
  GString *out = g_string_new(NULL);
  Run run = {.filled = filled,
             .out = out,
             .at = filled->text,
             .names = {filled->names},
             .values = {values},
             .error = error};
  gboolean ok = check_values(&run, filled->text, filled->names, values) && run_section(&run, NULL);
  if (len != NULL)
    *len = out->len;
  return g_string_free(out, !ok);
}
