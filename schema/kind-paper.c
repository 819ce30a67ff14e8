/* "paper" at a choice: the type of a document of a visit. Makes no document (freeze.c, app). */
#include "schema/kind-paper.h"

#include "schema/kind-internal.h"

static const json_t *get_paper(const BhField *field, gsize choice)
{
  return json_object_get(json_array_get(field->choices, choice), "paper");
}

static gboolean has_step_to(const BhKind *kind, const char *state)
{
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *transition = g_ptr_array_index(kind->transitions, i);
    if (!transition->creates && g_str_equal(transition->to, state))
      return TRUE;
  }
  return FALSE;
}

/* Checks "where". It is evaluated on the device, on the records of one visit. */
static gboolean resolve_where(BhPlace *place, const BhKindSet *set, const BhField *refs,
                              const json_t *where)
{
  if (where == NULL)
    return TRUE;
  if (refs == NULL)
    return bh_place_fail_at(place, "where", "needs \"names\"");
  gsize mark = bh_place_enter(place, "where");
  for (gsize i = 0; refs->ref_kinds[i] != NULL; i++) {
    const BhKind *named = bh_kind_set_find(set, refs->ref_kinds[i]);
    if (named != NULL && !bh_condition_check_stored(place, set, named, where))
      return FALSE;
  }
  if (!bh_condition_check_scope(place, where, "where", FALSE))
    return FALSE;
  bh_place_leave(place, mark);
  return TRUE;
}

static gboolean resolve_paper(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                              const BhField *field, const json_t *paper, const char **names)
{
  static const char *const allowed[] = {"names", "where", "receipt", NULL};
  const char *receipt = NULL;
  if (field->type != BH_FIELD_CHOICE)
    return bh_place_fail(place, "only a field of type choice can have it");
  if (!bh_place_is_object(place, paper, allowed) ||
      !bh_place_name(place, paper, "names", FALSE, names) ||
      !bh_place_name(place, paper, "receipt", FALSE, &receipt))
    return FALSE;
  const BhField *refs = *names != NULL ? g_hash_table_lookup(kind->field_index, *names) : NULL;
  if (*names != NULL && (refs == NULL || refs->type != BH_FIELD_REFS))
    return bh_place_fail_at(place, "names", "kind %s has no field \"%s\" of type refs", kind->name,
                            *names);
  if (!resolve_where(place, set, refs, json_object_get(paper, "where")))
    return FALSE;
  if (receipt != NULL && !has_step_to(kind, receipt))
    return bh_place_fail_at(place, "receipt", "no step of kind %s leads to a state \"%s\"",
                            kind->name, receipt);
  return TRUE;
}

/* The first kind of the set with a "paper", and the field that has it. */
static const BhKind *find_kind(const BhKindSet *set, const BhField **field)
{
  const GPtrArray *kinds = bh_kind_set_list(set);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    for (guint k = 0; k < kind->fields->len; k++) {
      *field = g_ptr_array_index(kind->fields, k);
      for (gsize c = 0; c < bh_field_count_choices(*field); c++)
        if (get_paper(*field, c) != NULL)
          return kind;
    }
  }
  return NULL;
}

gboolean bh_kind_resolve_paper(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                               const BhField *field)
{
  const BhField *first = NULL;
  /* Whether a choice that is not retired has a paper: [0] with "names", [1] without. */
  gboolean is_taken[2] = {FALSE, FALSE};
  for (gsize c = 0; c < bh_field_count_choices(field); c++) {
    const json_t *paper = get_paper(field, c);
    const char *names = NULL;
    if (paper == NULL)
      continue;
    gsize mark = bh_place_enter(place, "choices");
    bh_place_enter_index(place, c);
    bh_place_enter(place, "paper");
    if (!resolve_paper(place, set, kind, field, paper, &names))
      return FALSE;
    if (find_kind(set, &first) != kind || first != field)
      return bh_place_fail(place, "the choices of another field have it already");
    if (!bh_field_is_choice_retired(field, c) && is_taken[names == NULL])
      return bh_place_fail(place, "another choice has such a paper already, retire one of them");
    is_taken[names == NULL] |= !bh_field_is_choice_retired(field, c);
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static BhPaperType make_type(const BhKind *kind, const BhField *field, gsize choice)
{
  const json_t *paper = get_paper(field, choice);
  return (BhPaperType){.kind = kind,
                       .code = bh_field_get_choice_code(field, choice),
                       .title = bh_field_get_choice_label(field, choice, "zh"),
                       .names = bh_json_string_or(paper, "names", NULL),
                       .where = json_object_get(paper, "where"),
                       .receipt = bh_json_string_or(paper, "receipt", NULL)};
}

gboolean bh_paper_type_find(const BhKindSet *set, const char *code, BhPaperType *type)
{
  const BhField *field = NULL;
  const BhKind *kind = set != NULL ? find_kind(set, &field) : NULL;
  for (gsize c = 0; kind != NULL && c < bh_field_count_choices(field); c++) {
    if (get_paper(field, c) == NULL || g_strcmp0(bh_field_get_choice_code(field, c), code) != 0)
      continue;
    *type = make_type(kind, field, c);
    return TRUE;
  }
  return FALSE;
}

gboolean bh_paper_type_find_both(const BhKindSet *set, BhPaperType *of_visit,
                                 BhPaperType *of_records)
{
  const BhField *field = NULL;
  const BhKind *kind = set != NULL ? find_kind(set, &field) : NULL;
  BhPaperType visit = {0}, records = {0};
  for (gsize c = 0; kind != NULL && c < bh_field_count_choices(field); c++) {
    if (get_paper(field, c) == NULL || bh_field_is_choice_retired(field, c))
      continue;
    BhPaperType type = make_type(kind, field, c);
    *(type.names == NULL ? &visit : &records) = type;
  }
  if (visit.code == NULL || records.code == NULL)
    return FALSE;
  *of_visit = visit;
  *of_records = records;
  return TRUE;
}
