/* The word `number` of a kind: reads and checks the declaration, finds the counter of a record, and
 * writes numbers by the pattern. Gives no numbers itself. Start at bh_numbering_find_counter. */
#include "schema/numbering.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/kind-internal.h"
#include "schema/text.h"

#define PATTERN_MAX 120 /* bytes */
#define DIGITS_MAX 7    /* as many as BH_NUMBER_MAX has */
#define YEAR_DIGITS 4
#define TAIL_LEN 6 /* characters of an id that stand for it in a number */
#define UNIT "unit"
#define YEAR "year"

struct _BhNumbering {
  const char *field;
  const char *provisional; /* NULL: none */
  const char *pattern;
  const char *type; /* choice field of "per", or NULL */
  gboolean by_unit, by_year;
};

/* --- pattern --- */

typedef enum {
  PART_TEXT,
  PART_N,
  PART_YEAR,
  PART_UNIT, /* `text` is a field of the unit */
  PART_CODE, /* code of the type */
  PART_MARK, /* member "mark" of the type */
  PART_BAD,
} PartType;

typedef struct {
  PartType type;
  gint64 digits; /* of PART_N */
  GString *text; /* text, path, or the content of the braces */
} Part;

static void part_clear(Part *part)
{
  g_string_free(part->text, TRUE);
  part->text = NULL;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Part, part_clear)

/* Determines what the content of braces stands for. */
static void read_braces(const BhNumbering *numbering, Part *part)
{
  const char *name = part->text->str;
  gsize type_len = numbering->type != NULL ? strlen(numbering->type) : 0;
  part->type = PART_BAD;
  if (strcmp(name, "n") == 0) {
    part->type = PART_N;
    part->digits = 1;
  } else if (strlen(name) == 4 && g_str_has_prefix(name, "n:0") && name[3] >= '1' &&
             name[3] <= '0' + DIGITS_MAX) {
    part->type = PART_N;
    part->digits = name[3] - '0';
  } else if (strcmp(name, YEAR) == 0) {
    part->type = PART_YEAR;
  } else if (g_str_has_prefix(name, UNIT ".")) {
    part->type = PART_UNIT;
    g_string_erase(part->text, 0, strlen(UNIT "."));
  } else if (numbering->type != NULL && strcmp(name, numbering->type) == 0) {
    part->type = PART_CODE;
  } else if (numbering->type != NULL && strncmp(name, numbering->type, type_len) == 0 &&
             strcmp(name + type_len, ".mark") == 0) {
    part->type = PART_MARK;
  }
}

/* Reads the next part of the pattern and moves *at behind it. FALSE at the end. */
static gboolean next_part(const BhNumbering *numbering, const char **at, Part *part)
{
  gsize len;
  if (**at == '\0')
    return FALSE;
  if (part->text == NULL)
    part->text = g_string_new(NULL);
  if (**at != '{') {
    len = strcspn(*at, "{}");
    part->type = len > 0 ? PART_TEXT : PART_BAD;
    g_string_truncate(part->text, 0);
    g_string_append_len(part->text, *at, (gssize)len);
    *at += MAX(len, 1);
    return TRUE;
  }
  len = strcspn(*at + 1, "{}");
  g_string_truncate(part->text, 0);
  g_string_append_len(part->text, *at + 1, (gssize)len);
  part->type = PART_BAD;
  *at += 1 + len;
  if (**at == '}') {
    (*at)++;
    read_braces(numbering, part);
  }
  return TRUE;
}

/* --- declaration, first pass --- */

void bh_numbering_free(BhNumbering *numbering)
{
  g_free(numbering);
}

/* Reads "per". A counter has at most one type, so that its key stays short. */
static gboolean parse_per(BhPlace *place, const json_t *declaration, BhNumbering *numbering)
{
  g_autofree const char **names = NULL;
  if (!bh_place_names(place, declaration, "per", FALSE, FALSE, &names))
    return FALSE;
  for (gsize i = 0; names != NULL && names[i] != NULL; i++) {
    if (strcmp(names[i], UNIT) == 0) {
      numbering->by_unit = TRUE;
    } else if (strcmp(names[i], YEAR) == 0) {
      numbering->by_year = TRUE;
    } else if (numbering->type == NULL) {
      numbering->type = names[i];
    } else {
      return bh_place_fail_at(
          place, "per",
          "\"unit\", \"year\" and one choice field can be given, but \"%s\" and "
          "\"%s\" are two fields",
          numbering->type, names[i]);
    }
  }
  return TRUE;
}

static gboolean check_pattern(BhPlace *place, const BhNumbering *numbering)
{
  gboolean has_unit = FALSE, has_year = FALSE, has_type = FALSE;
  guint n_count = 0;
  g_auto(Part) part = {.text = g_string_new(NULL)};
  for (const char *at = numbering->pattern; next_part(numbering, &at, &part);) {
    if (part.type == PART_BAD)
      return bh_place_fail_at(place, "pattern",
                              "unknown part \"%s\": {n}, {n:0W} with W from 1 to %d, {year}, "
                              "{unit.FIELD} and the choice field of \"per\" are allowed",
                              part.text->str, DIGITS_MAX);
    n_count += part.type == PART_N;
    has_year |= part.type == PART_YEAR;
    has_unit |= part.type == PART_UNIT;
    has_type |= part.type == PART_CODE || part.type == PART_MARK;
  }
  if (n_count != 1)
    return bh_place_fail_at(place, "pattern", "must contain {n} or {n:0W} exactly once");
  /* Two counters whose numbers are written alike would give one number twice. */
  if (has_unit != numbering->by_unit)
    return bh_place_fail_at(place, "pattern",
                            "{unit.FIELD} must be in it exactly when \"per\" contains \"unit\"");
  if (has_year != numbering->by_year)
    return bh_place_fail_at(place, "pattern",
                            "{year} must be in it exactly when \"per\" contains \"year\"");
  if (numbering->type != NULL && !has_type)
    return bh_place_fail_at(place, "pattern",
                            "must contain {%s} or {%s.mark}, because \"per\" contains the field",
                            numbering->type, numbering->type);
  return TRUE;
}

gboolean bh_kind_parse_number(BhPlace *place, BhKind *kind)
{
  static const char *const allowed[] = {"field", "pattern", "per", "provisional", "source", NULL};
  const json_t *declaration = json_object_get(kind->declaration, "number");
  if (declaration == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, "number");
  BhNumbering *numbering = kind->numbering = g_new0(BhNumbering, 1);
  if (!bh_place_is_object(place, declaration, allowed) ||
      !bh_place_name(place, declaration, "field", TRUE, &numbering->field) ||
      !bh_place_name(place, declaration, "provisional", FALSE, &numbering->provisional) ||
      !bh_place_string(place, declaration, "pattern", TRUE, PATTERN_MAX, &numbering->pattern) ||
      !bh_place_string(place, declaration, "source", FALSE, 300, NULL) ||
      !parse_per(place, declaration, numbering) || !check_pattern(place, numbering))
    return FALSE;
  if (kind->by_hub && !kind->office)
    return bh_place_fail(place, "records that only the hub writes cannot have it");
  bh_place_leave(place, mark);
  return TRUE;
}

/* --- declaration, second pass --- */

static gboolean check_field(BhPlace *place, const BhKind *kind, const char *key, const char *name,
                            BhFieldType type)
{
  const BhField *field = g_hash_table_lookup(kind->field_index, name);
  if (field == NULL || field->type != type)
    return bh_place_fail_at(place, key, "kind %s has no field \"%s\" of type %s", kind->name, name,
                            bh_field_type_get_name(type));
  if (field->in_form || field->personal || field->by_hub || field->always_required ||
      field->required != NULL)
    return bh_place_fail_at(place, key,
                            "\"%s\" must have \"in_form\": false, and neither \"personal\", "
                            "\"written_by\" nor \"required\"",
                            name);
  return TRUE;
}

/* No step may ask for a number or set it: the store and the hub give it. */
static gboolean check_steps(BhPlace *place, const BhKind *kind, const char *name)
{
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *step = kind->transitions->pdata[i];
    if ((step->asks != NULL && g_strv_contains((const char *const *)step->asks, name)) ||
        (step->sets != NULL && g_strv_contains((const char *const *)step->sets, name)))
      return bh_place_fail(place, "transition %u asks for \"%s\" or sets it", i, name);
  }
  return TRUE;
}

static gint64 measure_choices(const BhField *type, gboolean mark)
{
  gint64 longest = 0;
  for (gsize i = 0; i < json_array_size(type->choices); i++) {
    const char *text =
        bh_json_string_or(json_array_get(type->choices, i), mark ? "mark" : "code", "");
    longest = MAX(longest, g_utf8_strlen(text, -1));
  }
  return longest;
}

static gboolean have_marks(BhPlace *place, const BhField *type)
{
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  for (gsize i = 0; i < json_array_size(type->choices); i++) {
    const char *mark = bh_json_string_or(json_array_get(type->choices, i), "mark", NULL);
    if (mark == NULL || !g_hash_table_add(seen, (gpointer)mark))
      return bh_place_fail_at(place, "pattern",
                              "choice %" G_GSIZE_FORMAT " of \"%s\" needs a \"mark\" of its own", i,
                              type->name);
  }
  return TRUE;
}

/* *longest: characters of the longest text that a part can become. */
static gboolean measure_part(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                             const Part *part, gint64 *longest)
{
  const BhKind *unit = bh_kind_set_find(set, UNIT);
  const BhField *type = bh_numbering_get_type(kind);
  switch (part->type) {
  case PART_TEXT:
    *longest = g_utf8_strlen(part->text->str, -1);
    return TRUE;
  case PART_N:
    *longest = MAX(DIGITS_MAX, TAIL_LEN + 1);
    return TRUE;
  case PART_YEAR:
    *longest = YEAR_DIGITS;
    return TRUE;
  case PART_CODE:
  case PART_MARK:
    *longest = measure_choices(type, part->type == PART_MARK);
    return part->type == PART_CODE || have_marks(place, type);
  default: {
    const BhField *field =
        unit != NULL ? g_hash_table_lookup(unit->field_index, part->text->str) : NULL;
    if (field == NULL || field->type != BH_FIELD_TEXT || field->personal)
      return bh_place_fail_at(place, "pattern", "kind " UNIT " has no open text field \"%s\"",
                              part->text->str);
    *longest = MAX(field->max, TAIL_LEN);
    return TRUE;
  }
  }
}

gboolean bh_kind_resolve_number(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  const BhNumbering *numbering = kind->numbering;
  if (numbering == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, "number");
  if (!check_field(place, kind, "field", numbering->field, BH_FIELD_TEXT) ||
      !check_steps(place, kind, numbering->field) ||
      (numbering->provisional != NULL &&
       (!check_field(place, kind, "provisional", numbering->provisional, BH_FIELD_FLAG) ||
        !check_steps(place, kind, numbering->provisional))))
    return FALSE;
  if (numbering->by_unit && json_object_get(kind->declaration, "unit_from") == NULL)
    return bh_place_fail_at(place, "per", "\"unit\" needs the member \"unit_from\" of the kind");
  const BhField *type = bh_numbering_get_type(kind);
  if (numbering->type != NULL && (type == NULL || type->type != BH_FIELD_CHOICE))
    return bh_place_fail_at(place, "per", "kind %s has no choice field \"%s\"", kind->name,
                            numbering->type);
  gint64 total = 0;
  g_auto(Part) part = {.text = g_string_new(NULL)};
  for (const char *at = numbering->pattern; next_part(numbering, &at, &part);) {
    gint64 longest = 0;
    if (!measure_part(place, set, kind, &part, &longest))
      return FALSE;
    total += longest;
  }
  gint64 most = bh_kind_find_field(kind, numbering->field)->max;
  if (total > most)
    return bh_place_fail_at(place, "pattern",
                            "a number can have %" G_GINT64_FORMAT
                            " characters, but \"%s\" has room for %" G_GINT64_FORMAT,
                            total, numbering->field, most);
  bh_place_leave(place, mark);
  return TRUE;
}

/* --- what is declared --- */

const BhNumbering *bh_kind_get_numbering(const BhKind *kind)
{
  return kind->numbering;
}

const char *bh_numbering_get_field(const BhNumbering *numbering)
{
  return numbering->field;
}

const char *bh_numbering_get_provisional(const BhNumbering *numbering)
{
  return numbering->provisional;
}

const BhField *bh_numbering_get_type(const BhKind *kind)
{
  return kind->numbering != NULL && kind->numbering->type != NULL
             ? bh_kind_find_field(kind, kind->numbering->type)
             : NULL;
}

gboolean bh_numbering_is_key(const BhNumbering *numbering, const char *key)
{
  return strcmp(key, numbering->field) == 0 || g_strcmp0(key, numbering->provisional) == 0;
}

/* --- counters --- */

void bh_counter_clear(BhCounter *counter)
{
  g_clear_pointer(&counter->key, g_free);
  g_clear_pointer(&counter->prefix, g_free);
  g_clear_pointer(&counter->suffix, g_free);
  counter->year = counter->digits = 0;
}

void bh_counter_free(BhCounter *counter)
{
  if (counter == NULL)
    return;
  bh_counter_clear(counter);
  g_free(counter);
}

/* Adds the value of a field of the unit. A field without a value becomes the end of the unit's id,
 * so that the numbers of two units without a short name differ. */
static void add_unit_value(GString *out, const BhContext *context, const char *unit,
                           const char *field)
{
  const json_t *values = context->lookup != NULL ? context->lookup(unit, context->data) : NULL;
  const char *text = bh_json_string_or(values, field, "");
  if (*text != '\0') {
    g_string_append(out, text);
    return;
  }
  g_autofree char *tail = g_ascii_strup(unit + strlen(unit) - MIN(strlen(unit), TAIL_LEN), -1);
  g_string_append(out, tail);
}

static void make_counter(const BhKind *kind, const BhContext *context, const char *unit,
                         const char *code, gint64 year, BhCounter *out)
{
  const BhNumbering *numbering = kind->numbering;
  const BhField *type = bh_numbering_get_type(kind);
  const json_t *choice = type != NULL ? bh_field_find_choice(type, code) : NULL;
  GString *texts[] = {g_string_new(NULL), g_string_new(NULL)};
  GString *text = texts[0];
  g_auto(Part) part = {.text = g_string_new(NULL)};
  for (const char *at = numbering->pattern; next_part(numbering, &at, &part);) {
    if (part.type == PART_N) {
      text = texts[1];
      out->digits = part.digits;
    } else if (part.type == PART_TEXT) {
      g_string_append(text, part.text->str);
    } else if (part.type == PART_YEAR) {
      g_string_append_printf(text, "%04" G_GINT64_FORMAT, year);
    } else if (part.type == PART_UNIT) {
      add_unit_value(text, context, unit, part.text->str);
    } else {
      g_string_append(text, part.type == PART_CODE ? code : bh_json_string_or(choice, "mark", ""));
    }
  }
  out->prefix = g_string_free(texts[0], FALSE);
  out->suffix = g_string_free(texts[1], FALSE);
  out->year = numbering->by_year ? year : 0;
  out->key = g_strconcat(numbering->by_unit ? unit : "", numbering->by_unit && type ? " " : "",
                         type != NULL ? code : "", NULL);
}

gboolean bh_numbering_find_counter(const BhKind *kind, const BhContext *context, const char *unit,
                                   gint64 year, BhCounter *out)
{
  const BhNumbering *numbering = kind->numbering;
  const char *own = numbering->by_unit ? bh_kind_get_unit(kind, context) : NULL;
  const char *code =
      numbering->type != NULL ? bh_json_string_or(context->values, numbering->type, NULL) : NULL;
  if (own == NULL)
    own = unit;
  if ((numbering->by_unit && own == NULL) || (numbering->type != NULL && code == NULL) ||
      (numbering->type != NULL &&
       bh_field_find_choice(bh_kind_find_field(kind, numbering->type), code) == NULL))
    return FALSE;
  /* Both are copied, because `lookup` may free what it returned before. */
  g_autofree char *unit_copy = g_strdup(own);
  g_autofree char *code_copy = g_strdup(code);
  make_counter(kind, context, unit_copy, code_copy, year, out);
  return TRUE;
}

GPtrArray *bh_numbering_list_counters(const BhKind *kind, const BhContext *context,
                                      const char *unit, gint64 year)
{
  GPtrArray *counters = g_ptr_array_new_with_free_func((GDestroyNotify)bh_counter_free);
  const BhField *type = bh_numbering_get_type(kind);
  gsize n = type != NULL ? bh_field_count_choices(type) : 1;
  for (gsize i = 0; i < n && counters->len < BH_NUMBER_COUNTERS_MAX; i++) {
    if (type != NULL && bh_field_is_choice_retired(type, i))
      continue;
    BhCounter *counter = g_new0(BhCounter, 1);
    g_ptr_array_add(counters, counter);
    make_counter(kind, context, unit, type != NULL ? bh_field_get_choice_code(type, i) : NULL, year,
                 counter);
  }
  return counters;
}

/* --- numbers --- */

char *bh_counter_format(const BhCounter *counter, gint64 n)
{
  return g_strdup_printf("%s%0*" G_GINT64_FORMAT "%s", counter->prefix, (int)counter->digits, n,
                         counter->suffix);
}

char *bh_counter_dup_provisional(const BhCounter *counter, const char *record)
{
  gsize len = strlen(record);
  g_autofree char *tail = g_ascii_strup(record + len - MIN(len, TAIL_LEN), -1);
  return g_strdup_printf("%sT%s%s", counter->prefix, tail, counter->suffix);
}

gboolean bh_counter_parse(const BhCounter *counter, const char *text, gint64 *n)
{
  if (!g_str_has_prefix(text, counter->prefix))
    return FALSE;
  char *end = NULL;
  const char *digits = text + strlen(counter->prefix);
  if (!g_ascii_isdigit(*digits))
    return FALSE;
  guint64 number = g_ascii_strtoull(digits, &end, 10);
  if (strcmp(end, counter->suffix) != 0 || number < 1 || number > BH_NUMBER_MAX)
    return FALSE;
  /* Another spelling of the same number ("007" for "7") is no number of the counter. */
  g_autofree char *written = bh_counter_format(counter, (gint64)number);
  if (strcmp(written, text) != 0)
    return FALSE;
  *n = (gint64)number;
  return TRUE;
}
