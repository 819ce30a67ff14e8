/* Makes the frozen fields of a document from records. Does not lay out paper (app/paper) or make
 * the signed text (signed-text.c). Start with build(). */
#include "schema/answer.h"
#include "schema/freeze.h"

#include <string.h>

#include "schema/error.h"
#include "schema/checklist.h"
#include "schema/entry.h"
#include "schema/ident.h"
#include "schema/kind-paper.h"
#include "schema/paper-format.h"
#include "schema/text.h"

#define COORDINATES "北纬 %s°，东经 %s°"

static void copy(json_t *to, const json_t *from, const char *key)
{
  json_t *value = json_object_get(from, key);
  if (!bh_value_is_blank(value))
    json_object_set_new(to, key, json_deep_copy(value));
}

static void copy_all(json_t *to, const json_t *from, const char *const *keys)
{
  for (; *keys != NULL; keys++)
    copy(to, from, *keys);
}

static void set_text(json_t *to, const char *key, const char *text)
{
  if (text != NULL && text[0] != '\0')
    json_object_set_new(to, key, json_string(text));
}

static const char *choice_label(const BhPaperFacts *facts, const char *kind_name,
                                const char *field_name, const char *code)
{
  const BhKind *kind = facts->kinds != NULL ? bh_kind_set_find(facts->kinds, kind_name) : NULL;
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, field_name) : NULL;
  return field != NULL ? bh_field_find_choice_label(field, code, "zh") : code;
}

static const json_t *find_ref(const json_t *refs, const json_t *values, const char *key)
{
  const char *id = bh_json_string_or(values, key, NULL);
  return id != NULL ? json_object_get(refs, id) : NULL;
}

/* --- inspection --- */

static char *dup_modes(const BhPaperFacts *facts)
{
  GString *out = g_string_new(NULL);
  gsize index;
  json_t *mode;
  json_array_foreach(json_object_get(facts->inspection, "modes"), index, mode) {
    const char *code = json_string_value(mode);
    /* Paper must not show that a visit followed a tip-off (FIELD 19). */
    if (code == NULL || strcmp(code, "follow_up_tip") == 0)
      continue;
    g_string_append_printf(out, "%s%s", out->len > 0 ? "、" : "",
                           choice_label(facts, "inspection", "modes", code));
  }
  if (out->len == 0)
    g_string_append(out, "现场检查");
  return g_string_free(out, FALSE);
}

static char *dup_place(const json_t *inspection)
{
  const char *note = bh_json_string_or(inspection, "place_note", "");
  const json_t *position = json_object_get(inspection, "position");
  const char *lat = bh_json_string_or(position, "lat", NULL);
  const char *lon = bh_json_string_or(position, "lon", NULL);
  if (lat == NULL || lon == NULL)
    return g_strdup(note);
  if (note[0] == '\0')
    return g_strdup_printf(COORDINATES, lat, lon);
  return g_strdup_printf("%s（" COORDINATES "）", note, lat, lon);
}

static json_t *freeze_inspection(const BhPaperFacts *facts)
{
  static const char *const keys[] = {
      "started_at", "ended_at",        "certificate_shown", "recusal_advised", "checklist_version",
      "opinion",    "unsigned_reason", "refusal_reason",    "refusal_witness", NULL};
  json_t *out = json_object();
  g_autofree char *modes = dup_modes(facts);
  g_autofree char *place = dup_place(facts->inspection);
  const char *outcome = bh_json_string_or(facts->inspection, "outcome", "carried_out");
  set_text(out, "id", facts->inspection_id);
  set_text(out, "modes", modes);
  set_text(out, "place", place);
  copy_all(out, facts->inspection, keys);
  if (facts->checklist_name != NULL)
    set_text(out, "checklist", facts->checklist_name);
  if (strcmp(outcome, "carried_out") != 0) {
    set_text(out, "outcome", choice_label(facts, "inspection", "outcome", outcome));
    copy(out, facts->inspection, "outcome_note");
  }
  return out;
}

/* --- people --- */

static json_t *freeze_person(const json_t *values, const json_t *staff, const char *role)
{
  json_t *out = json_object();
  set_text(out, "role", role);
  copy(out, staff != NULL ? staff : values, "name");
  copy(out, staff, "certificate_no");
  copy(out, values, "employer");
  copy(out, values, "opinion");
  return out;
}

static json_t *freeze_people(const BhPaperFacts *facts)
{
  json_t *out = json_array();
  const char *lead = bh_json_string_or(facts->inspection, "lead", NULL);
  gboolean lead_listed = FALSE;
  gsize index;
  json_t *participant;
  json_array_foreach(facts->participants, index, participant) {
    const char *staff_id = bh_json_string_or(participant, "staff", NULL);
    const char *role = bh_json_string_or(participant, "role", "member");
    if (lead != NULL && g_strcmp0(staff_id, lead) == 0) {
      role = "lead";
      lead_listed = TRUE;
    }
    json_array_append_new(
        out, freeze_person(participant, find_ref(facts->refs, participant, "staff"), role));
  }
  const json_t *staff = find_ref(facts->refs, facts->inspection, "lead");
  if (!lead_listed && staff != NULL)
    json_array_insert_new(out, 0, freeze_person(NULL, staff, "lead"));
  return out;
}

/* --- answers --- */

typedef struct {
  json_t *sections;
  json_t *findings;
  gint64 bulk;
  gint64 not_asked;
  gint64 for_government;
} Tally;

static json_t *find_section(Tally *tally, const char *name)
{
  gsize index;
  json_t *section;
  json_array_foreach(tally->sections, index, section) {
    if (strcmp(bh_json_string_or(section, "name", ""), name) == 0)
      return section;
  }
  section = json_object();
  json_object_set_new(section, "name", json_string(name));
  for (BhAnswer answer = BH_ANSWER_UNCHECKED; answer <= BH_ANSWER_NOT_APPLICABLE; answer++)
    json_object_set_new(section, bh_answer_code(answer), json_integer(0));
  json_array_append_new(tally->sections, section);
  return section;
}

static void count_item(Tally *tally, const char *section_name, const char *item_no,
                       const char *check, const json_t *given)
{
  BhAnswer answer = BH_ANSWER_UNCHECKED;
  const char *code = bh_json_string_or(given, "answer", NULL);
  if (code != NULL && !bh_answer_from_code(code, &answer))
    answer = BH_ANSWER_UNCHECKED;
  json_t *section = find_section(tally, section_name);
  const char *key = bh_answer_code(answer);
  json_t *count = json_object_get(section, key);
  json_integer_set(count, json_integer_value(count) + 1);
  if (answer != BH_ANSWER_UNCHECKED && json_is_true(json_object_get(given, "bulk")))
    tally->bulk++;
  if (answer != BH_ANSWER_NONCOMPLIANT)
    return;
  json_t *finding = json_object();
  set_text(finding, "item_no", item_no);
  set_text(finding, "check", check);
  copy(finding, given, "note");
  json_array_append_new(tally->findings, finding);
}

/* Counts every item that is asked at this enterprise, also in sections that were not chosen: an
 * item that nobody checked is 未检查. Items for government bodies are counted but not listed, so
 * that the totals on list, device and paper are equal. */
static void tally_checklist(Tally *tally, const BhPaperFacts *facts)
{
  for (gsize i = 0; i < bh_checklist_count(facts->checklist); i++) {
    const BhChecklistItem *item = bh_checklist_get(facts->checklist, i);
    g_autofree char *key = g_strconcat(BH_ANSWERS_PREFIX, item->item_no, NULL);
    const json_t *given = json_object_get(facts->inspection, key);
    if (given == NULL && !bh_checklist_item_applies(item, facts->enterprise))
      tally->not_asked++;
    else if (g_strcmp0(item->addressee, "government") == 0)
      tally->for_government++;
    else
      count_item(tally, item->section, item->item_no, item->check, given);
  }
}

static void tally_without_checklist(Tally *tally, const BhPaperFacts *facts)
{
  const char *key;
  json_t *given;
  json_object_foreach((json_t *)facts->inspection, key, given) {
    if (g_str_has_prefix(key, BH_ANSWERS_PREFIX))
      count_item(tally, "检查项目", key + strlen(BH_ANSWERS_PREFIX), NULL, given);
  }
}

/* Numbers per section, and findings; NULL when no item was asked. */
static json_t *freeze_answers(const BhPaperFacts *facts)
{
  Tally tally = {.sections = json_array(), .findings = json_array()};
  if (facts->checklist != NULL)
    tally_checklist(&tally, facts);
  else
    tally_without_checklist(&tally, facts);
  json_t *out = json_object();
  gboolean empty = json_array_size(tally.sections) == 0 && tally.for_government == 0;
  json_object_set_new(out, "sections", tally.sections);
  json_object_set_new(out, "findings", tally.findings);
  json_object_set_new(out, "bulk", json_integer(tally.bulk));
  json_object_set_new(out, "not_asked", json_integer(tally.not_asked));
  if (tally.for_government > 0)
    json_object_set_new(out, "for_government", json_integer(tally.for_government));
  if (empty)
    g_clear_pointer(&out, json_decref);
  return out;
}

/* --- hazards --- */

static json_t *freeze_hazard(const BhPaperFacts *facts, const json_t *values)
{
  static const char *const keys[] = {
      "number",        "number_provisional", "summary",          "description",
      "place",         "legal_basis",        "demand",           "deadline",
      "fixed_on_site", "responsible_person", "responsible_post", NULL};
  json_t *out = json_object();
  const char *level = bh_json_string_or(values, "level", "general");
  gboolean major = strcmp(level, "major") == 0;
  copy_all(out, values, keys);
  set_text(out, "level", choice_label(facts, "hazard", "level", level));
  json_object_set_new(out, "major", json_boolean(major));
  if (major)
    copy(out, values, "criterion");
  if (json_object_get(out, "place") == NULL) {
    const json_t *site = find_ref(facts->refs, values, "site");
    set_text(out, "place", bh_json_string_or(site, "name", NULL));
  }
  return out;
}

static json_t *freeze_hazards(const BhPaperFacts *facts)
{
  json_t *out = json_array();
  gsize index;
  json_t *hazard;
  json_array_foreach(facts->hazards, index, hazard) {
    json_array_append_new(out, freeze_hazard(facts, hazard));
  }
  return out;
}

/* --- document --- */

static json_t *freeze_confirmations(const BhPaperFacts *facts)
{
  static const char *const keys[] = {"dates_confirmed_by", "dates_confirmed_by_second"};
  json_t *out = json_array();
  for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
    const json_t *staff = find_ref(facts->refs, facts->document, keys[i]);
    json_t *name = json_object_get(staff, "name");
    if (json_is_string(name))
      json_array_append_new(out, json_copy(name));
  }
  return out;
}

static gboolean check_facts(const BhPaperFacts *facts, BhPaperType *type, GError **error)
{
  if (!bh_paper_type_find(facts->kinds, bh_json_string_or(facts->document, "doc_type", ""), type)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "document: the kinds declare no \"paper\" for doc_type \"%s\"",
                bh_json_string_or(facts->document, "doc_type", ""));
    return FALSE;
  }
  const struct {
    const char *what;
    const json_t *values;
  } needed[] = {{"unit", facts->unit}, {"enterprise", facts->enterprise}};
  for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
    if (bh_json_string_or(needed[i].values, "name", NULL) == NULL) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "document: the %s has no name",
                  needed[i].what);
      return FALSE;
    }
  }
  /* A document of the whole visit lists all hazards. Any other names them in a ref field, which is
   * limited. */
  if (type->names != NULL && json_array_size(facts->hazards) > BH_PAPER_MAX_HAZARDS) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "document: more than %d hazards",
                BH_PAPER_MAX_HAZARDS);
    return FALSE;
  }
  return TRUE;
}

static json_t *build(const BhPaperFacts *facts, const BhPaperType *type)
{
  static const char *const document_keys[] = {"doc_type",    "number",   "number_provisional",
                                              "legal_basis", "deadline", NULL};
  static const char *const unit_keys[] = {"name", "phone", "authority_basis", "delegated_by", NULL};
  static const char *const enterprise_keys[] = {"name",
                                                "uscc",
                                                "address",
                                                "legal_representative",
                                                "main_responsible_person",
                                                "phone",
                                                "provisional",
                                                "provisional_reason",
                                                NULL};
  json_t *out = json_object();
  json_object_set_new(out, "paper", json_integer(BH_PAPER_FORMAT));
  copy_all(out, facts->document, document_keys);
  set_text(out, "title", type->title);
  json_object_set_new(out, "issued_at", json_integer(facts->issued_ms));
  set_text(out, "remedies", facts->remedies);
  json_object_set_new(out, "dates_confirmed_by", freeze_confirmations(facts));
  json_t *unit = json_object();
  copy_all(unit, facts->unit, unit_keys);
  json_object_set_new(out, "unit", unit);
  json_t *enterprise = json_object();
  copy_all(enterprise, facts->enterprise, enterprise_keys);
  json_object_set_new(out, "enterprise", enterprise);
  if (facts->inspection != NULL) {
    json_object_set_new(out, "inspection", freeze_inspection(facts));
    json_t *answers = freeze_answers(facts);
    if (answers != NULL)
      json_object_set_new(out, "answers", answers);
  }
  json_object_set_new(out, "people", freeze_people(facts));
  json_object_set_new(out, "hazards", freeze_hazards(facts));
  return out;
}

static gboolean check_size(const json_t *frozen, gsize max, GError **error)
{
  g_autofree char *text = bh_json_dump(frozen);
  g_autoptr(json_t) opening = json_string(text);
  g_autofree char *escaped = bh_json_dump(opening);
  gsize size = escaped != NULL ? strlen(escaped) : 0;
  if (size <= max)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
              "document: %" G_GSIZE_FORMAT " bytes of fields, at most %" G_GSIZE_FORMAT
              " are allowed; distribute the hazards over several documents",
              size, max);
  return FALSE;
}

json_t *bh_paper_freeze(const BhPaperFacts *facts, GError **error)
{
  BhPaperType type;
  if (!check_facts(facts, &type, error))
    return NULL;
  g_autoptr(json_t) frozen = build(facts, &type);
  gsize max =
      facts->to_sign ? BH_PAPER_FROZEN_MAX - BH_PAPER_FROZEN_LATER_MAX : BH_PAPER_FROZEN_MAX;
  return check_size(frozen, max, error) ? g_steal_pointer(&frozen) : NULL;
}

json_t *bh_paper_complete(const json_t *signed_facts, const json_t *facts, GError **error)
{
  static const char *const document[] = {
      "doc_type", "number", "number_provisional", "title", "issued_at", "dates_confirmed_by", NULL};
  static const char *const inspection[] = {
      "ended_at",        "outcome", "outcome_note", "refusal_reason", "refusal_witness",
      "unsigned_reason", NULL};
  g_autoptr(json_t) complete = json_deep_copy(signed_facts);
  copy_all(complete, facts, document);
  copy_all(json_object_get(complete, "inspection"), json_object_get(facts, "inspection"),
           inspection);
  return check_size(complete, BH_PAPER_FROZEN_MAX, error) ? g_steal_pointer(&complete) : NULL;
}

json_t *bh_paper_freeze_signatures(const json_t *signatures, const json_t *refs)
{
  static const char *const keys[] = {"role",    "post",           "signed_at",
                                     "refused", "refusal_reason", NULL};
  json_t *out = json_array();
  gsize index;
  json_t *signature;
  json_array_foreach(signatures, index, signature) {
    const json_t *staff = find_ref(refs, signature, "staff");
    json_t *frozen = json_object();
    copy_all(frozen, signature, keys);
    copy(frozen, staff != NULL ? staff : signature, "name");
    copy(frozen, staff, "certificate_no");
    json_array_append_new(out, frozen);
    const json_t *file = find_ref(refs, signature, "file");
    set_text(
        frozen, "file",
        bh_json_string_or(file, BH_FILE_HASH, bh_json_string_or(signature, BH_FILE_HASH, NULL)));
  }
  return out;
}
