/* Judges people: the acting person and their signature, the person who decides about an entry in
 * quarantine, and the people and units that an entry names. Start at bh_judge_actor and
 * bh_judge_decider. */
#include <string.h>

#include "schema/staff.h"
#include "schema/base64.h"

#include "sync/hub/ingest/judge-internal.h"
#include "sync/hub/records/records.h"
#include "sync/hub/log/log.h"

#define PAST_MAX 200     /* newest entries of a staff record that are read */
#define ANCESTORS_MAX 16 /* parents above a record */

gint64 bh_judge_time(const BhEntryClock *clock, gint64 enrolled_ms, gint64 received_ms)
{
  gint64 at = clock->wall_ms;
  if (clock->hub_ms > 0 && clock->hub_boot_ms > 0 && clock->boot_ms >= clock->hub_boot_ms)
    at = clock->hub_ms + (clock->boot_ms - clock->hub_boot_ms);
  return MIN(MAX(at, enrolled_ms), received_ms);
}

BhActor bh_judge_device_actor(const BhBody *body, const char *unit, gint64 enrolled_ms,
                              gint64 received_ms, gboolean is_doubted)
{
  return (BhActor){
      .path = BH_PATH_DEVICE,
      .unit = unit,
      .received_ms = received_ms,
      .is_doubted = is_doubted,
      .at_ms = bh_judge_time(&body->clock, enrolled_ms, is_doubted ? G_MAXINT64 : received_ms),
  };
}

/* --- staff, at present and in the past --- */

static const json_t *get_staff(BhJudgement *judgement, const char *id, GError **error)
{
  BhRecord *record;
  if (!bh_records_get(judgement->piece->records, id, &record, error) || record == NULL ||
      strcmp(bh_record_get_kind(record), "staff") != 0)
    return NULL;
  return bh_records_get_values(judgement->piece->records, id);
}

static gboolean serves(const json_t *values, const char *unit, const char *day)
{
  return g_strcmp0(bh_json_string_or(values, "unit", NULL), unit) == 0 &&
         bh_staff_is_in_service(values, day);
}

/* Overwrites `version` with the values that one entry sets of a staff record. */
static void lay_over(const BhEntryRow *row, const char *staff, json_t *version)
{
  g_autoptr(BhBody) body = bh_body_parse(row->text->body, row->text->openings, NULL);
  for (guint i = 0; body != NULL && i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    for (guint j = 0; strcmp(op->record, staff) == 0 && j < op->sets->len; j++) {
      const BhSet *set = op->sets->pdata[j];
      if (set->value != NULL)
        json_object_set(version, set->key, set->value);
    }
  }
}

static void add_roles(json_t *roles, const json_t *values)
{
  size_t at;
  json_t *role;
  json_array_foreach(json_object_get(values, "roles"), at, role) {
    json_array_append(roles, role);
  }
}

/* The values of a staff record on the day on which the entry was made. They have all roles that the
 * person had on that day by the records that the hub had then, or by the present record. NULL
 * without an error: the person was not in the unit or not in service on that day. */
static json_t *dup_past(BhJudgement *judgement, const char *staff, const json_t *now,
                        GError **error)
{
  const char *unit = judgement->actor->unit;
  BhDate date = bh_date_from_ms(judgement->actor->at_ms);
  gint64 from_ms = bh_date_to_ms(&date);
  g_autofree char *day = bh_date_format(&date);
  g_autoptr(GPtrArray) rows =
      bh_record_list_history(judgement->piece->db, staff, 0, PAST_MAX, error);
  if (rows == NULL)
    return NULL;
  g_autoptr(json_t) version = json_object();
  g_autoptr(json_t) roles = json_array();
  gboolean served = serves(now, unit, day);
  if (served)
    add_roles(roles, now);
  for (guint i = rows->len; i > 0; i--) {
    const BhEntryRow *row = rows->pdata[i - 1];
    gint64 until_ms = i > 1 ? ((const BhEntryRow *)rows->pdata[i - 2])->received_ms : G_MAXINT64;
    if (row->text->body == NULL ||
        (row->status != BH_ENTRY_APPLIED && row->status != BH_ENTRY_RELEASED))
      continue;
    lay_over(row, staff, version);
    if (row->received_ms >= from_ms + BH_DAY_MS || until_ms <= from_ms ||
        !serves(version, unit, day))
      continue;
    served = TRUE;
    add_roles(roles, version);
  }
  if (!served)
    return NULL;
  json_t *values = json_copy((json_t *)now);
  json_object_set_new(values, "unit", json_string(unit));
  json_object_set(values, "roles", roles);
  json_object_set_new(values, "state", json_string("active"));
  json_object_del(values, "valid_from");
  json_object_del(values, "valid_to");
  return values;
}

/* Staff values of a person of the device's unit who is in service now, or was when the entry was
 * made. NULL without an error for other people. */
static json_t *dup_member(BhJudgement *judgement, const char *staff, GError **error)
{
  const json_t *now = get_staff(judgement, staff, error);
  if (now == NULL)
    return NULL;
  return serves(now, judgement->actor->unit, judgement->piece->today)
             ? json_incref((json_t *)now)
             : dup_past(judgement, staff, now, error);
}

/* Staff values of a person in service, with "id", which conditions of visibility need. NULL without
 * an error when the person is not in service. */
static json_t *dup_office_person(BhJudgement *judgement, const char *staff, GError **error)
{
  const json_t *now = get_staff(judgement, staff, error);
  if (now == NULL || !bh_staff_is_in_service(now, judgement->piece->today))
    return NULL;
  json_t *values = json_copy((json_t *)now);
  json_object_set_new(values, "id", json_string(staff));
  return values;
}

/* Checks that the acting person's signature is by a key which the hub gave to this person with
 * their PIN. A person without a PIN has no key and cannot have signed in on a device. The signature
 * itself was verified in verify.c. */
static gboolean judge_key(BhJudgement *judgement, GError **error)
{
  const BhBody *body = judgement->body;
  g_autofree char *key =
      body->is_signed ? bh_base64_encode(body->person_key, BH_PUBLIC_KEY_SIZE) : g_strdup("");
  gboolean accepted;
  if (!bh_person_store_accepts(judgement->piece->db, body->by, key, judgement->actor->received_ms,
                               &accepted, error))
    return FALSE;
  if (!accepted)
    bh_judgement_add_fault(judgement, 0, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, "by",
                           body->is_signed ? "the person's signature is by a key that is not theirs"
                                           : "the signature of the acting person is missing");
  return TRUE;
}

gboolean bh_judge_actor(BhJudgement *judgement, GError **error)
{
  const char *by = judgement->body->by;
  GError *failed = NULL;
  const char *why = NULL;
  switch (judgement->actor->path) {
  case BH_PATH_SYSTEM:
    return TRUE;
  case BH_PATH_OFFICE:
    judgement->acting = dup_office_person(judgement, by, &failed);
    why = "the acting person is not in service";
    break;
  case BH_PATH_DEVICE:
    if (strcmp(by, judgement->piece->hub) == 0) {
      why = "a device cannot act as the hub";
      break;
    }
    judgement->acting = dup_member(judgement, by, &failed);
    why = "the acting person was not in the service of the device's unit";
    break;
  }
  if (failed != NULL) {
    g_propagate_error(error, failed);
    return FALSE;
  }
  if (judgement->acting == NULL)
    bh_judgement_add_fault(judgement, 0, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, "by", why);
  return judgement->actor->path != BH_PATH_DEVICE || judge_key(judgement, error);
}

/* --- people and units that an entry names --- */

/* Whether the declaration "unit_from" or "author_from" of a kind names this field. */
static gboolean is_origin(const BhKind *kind, const char *declared, const char *key)
{
  return bh_json_has_name(json_object_get(bh_kind_get_declaration(kind), declared), key);
}

gboolean bh_judge_named_people(BhJudgement *judgement, guint op, const BhKind *kind,
                               const BhSet *set, GError **error)
{
  const BhOp *at = judgement->body->ops->pdata[op];
  gboolean is_unit = is_origin(kind, "unit_from", set->key);
  const BhField *field = bh_kind_find_field(kind, set->key);
  gboolean is_person =
      is_origin(kind, "author_from", set->key) || (field != NULL && bh_field_is_of_own_unit(field));
  const char *named = json_string_value(set->value);
  if ((!is_unit && !is_person) || named == NULL)
    return TRUE;
  const json_t *before = bh_records_get_values(judgement->piece->records, at->record);
  if (g_strcmp0(bh_json_string_or(before, set->key, NULL), named) == 0)
    return TRUE;
  if (is_unit) {
    if (strcmp(named, judgement->actor->unit) != 0)
      bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, set->key,
                             "this device may not create records of another unit");
    return TRUE;
  }
  GError *failed = NULL;
  g_autoptr(json_t) member = dup_member(judgement, named, &failed);
  if (failed != NULL) {
    g_propagate_error(error, failed);
    return FALSE;
  }
  if (member == NULL)
    bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, set->key,
                           "the person is not of the device's unit");
  return TRUE;
}

/* --- access of a person in the office --- */

static const json_t *lookup_now(const char *record, gpointer data)
{
  const BhJudgement *judgement = data;
  return bh_records_get_values(judgement->piece->records, record);
}

static const char *get_kind_now(const char *record, gpointer data)
{
  const BhJudgement *judgement = data;
  return bh_records_get_kind(record, judgement->piece->records);
}

static gboolean is_in_scope(BhJudgement *judgement, const BhRecordRow *row, const json_t *person)
{
  const char *unit = bh_json_string_or(person, "unit", NULL);
  const BhRegion *region = judgement->piece->region;
  return bh_scope_is_within(row->scope, unit, TRUE, region, lookup_now, judgement) ||
         bh_scope_is_within(row->scope2, unit, TRUE, region, lookup_now, judgement);
}

/* Whether the person may see a record as it is now and as it will be after the entry. */
static gboolean is_seen(BhJudgement *judgement, const char *kind_name, const char *id,
                        const json_t *person)
{
  const BhKind *kind = bh_kind_set_find(judgement->piece->kinds, kind_name);
  const json_t *now = lookup_now(id, judgement);
  const json_t *then = bh_judgement_lookup(id, judgement);
  const BhVisibilitySource before = {lookup_now, get_kind_now, judgement};
  const BhVisibilitySource after = {bh_judgement_lookup, bh_judgement_get_kind, judgement};
  if (kind == NULL)
    return FALSE;
  return (now == NULL ||
          bh_visibility_compute(kind, id, now, &person, 1, &before) != BH_VISIBILITY_NONE) &&
         (then == NULL ||
          bh_visibility_compute(kind, id, then, &person, 1, &after) != BH_VISIBILITY_NONE);
}

static gboolean is_reached(BhJudgement *judgement, const char *id, const json_t *person,
                           gboolean *reached, GError **error)
{
  const BhRecordRow *row;
  if (!bh_records_get_row(judgement->piece->records, id, &row, error))
    return FALSE;
  /* A record that is not stored yet has no scope; it is judged by its values alone. */
  *reached = row == NULL || row->nr == 0 ||
             (is_in_scope(judgement, row, person) && is_seen(judgement, row->kind, id, person));
  return TRUE;
}

gboolean bh_judge_office_access(BhJudgement *judgement, guint op, const json_t *person,
                                GError **error)
{
  const BhOp *at = judgement->body->ops->pdata[op];
  const BhKind *kind = bh_kind_set_find(judgement->piece->kinds, at->kind);
  const char *field = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;
  const BhSet *set = field != NULL ? bh_op_find_set(at, field) : NULL;
  const char *parent = set != NULL ? json_string_value(set->value) : NULL;
  gboolean reached, parent_reached = TRUE;
  if (!is_reached(judgement, at->record, person, &reached, error) ||
      (parent != NULL && !is_reached(judgement, parent, person, &parent_reached, error)))
    return FALSE;
  if (!reached || (kind != NULL && !is_seen(judgement, at->kind, at->record, person)))
    bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, NULL,
                           "the person who decides about the entry may not see the record");
  else if (!parent_reached)
    bh_judgement_add_fault(
        judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, field,
        "the person who decides about the entry may not see the record it belongs to");
  return TRUE;
}

/* --- the person who decides about an entry in quarantine --- */

typedef const json_t *(*Lookup)(const char *record, gpointer data);

/* Whether this person is the author of a record, or of a record above it. */
static gboolean is_by(BhJudgement *judgement, const char *kind_name, const char *id,
                      const char *person, Lookup lookup)
{
  g_autofree char *name = g_strdup(kind_name);
  g_autofree char *at = g_strdup(id);
  for (int i = 0; i < ANCESTORS_MAX && at != NULL; i++) {
    const BhKind *kind = bh_kind_set_find(judgement->piece->kinds, name);
    const json_t *values = lookup(at, judgement);
    if (kind == NULL || values == NULL)
      return FALSE;
    BhContext context = {.values = values, .record = at, .lookup = lookup, .data = judgement};
    if (g_strcmp0(bh_kind_get_author(kind, &context), person) == 0)
      return TRUE;
    const char *field = bh_kind_get_parent_field(kind);
    const char *parent = field != NULL ? bh_json_string_or(values, field, NULL) : NULL;
    const BhRecordRow *above = NULL;
    if (parent == NULL || !bh_records_get_row(judgement->piece->records, parent, &above, NULL))
      return FALSE;
    g_free(name);
    name = g_strdup(above != NULL ? above->kind : NULL);
    g_free(at);
    at = g_strdup(name != NULL ? parent : NULL);
  }
  return FALSE;
}

static gboolean is_about(BhJudgement *judgement, const BhOp *op, const char *person)
{
  return strcmp(op->record, person) == 0 || strcmp(judgement->body->by, person) == 0 ||
         is_by(judgement, op->kind, op->record, person, lookup_now) ||
         is_by(judgement, op->kind, op->record, person, bh_judgement_lookup);
}

gboolean bh_judge_decider(BhJudgement *judgement, GError **error)
{
  const char *releaser = judgement->actor->releaser;
  GError *failed = NULL;
  if (releaser == NULL)
    return TRUE;
  judgement->deciding = dup_office_person(judgement, releaser, &failed);
  if (failed != NULL) {
    g_propagate_error(error, failed);
    return FALSE;
  }
  if (judgement->deciding == NULL) {
    bh_judgement_add_fault(judgement, 0, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, NULL,
                           "the person who decides about the entry is not in service");
    return TRUE;
  }
  for (guint i = 0; i < judgement->body->ops->len; i++) {
    const BhOp *op = judgement->body->ops->pdata[i];
    if (!bh_judge_office_access(judgement, i, judgement->deciding, error))
      return FALSE;
    if (is_about(judgement, op, releaser))
      bh_judgement_add_fault(judgement, i, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, NULL,
                             "nobody may decide about their own entries and records");
  }
  return TRUE;
}

gboolean bh_judge_visibility_after(BhPiece *piece, const BhActor *actor, const BhBody *body,
                                   GError **reason, GError **error)
{
  g_auto(BhVerdict) verdict = {0};
  g_auto(BhJudgement) judgement = {0};
  bh_judgement_begin(&judgement, piece, actor, piece->kinds, body, &verdict);
  if (actor->releaser == NULL)
    return TRUE;
  judgement.deciding = dup_office_person(&judgement, actor->releaser, error);
  for (guint i = 0; judgement.deciding != NULL && i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    const BhRecordRow *row;
    if (!bh_records_get_derived_row(piece->records, op->record, &row, error) || row == NULL)
      return FALSE;
    if (*reason == NULL && (!is_in_scope(&judgement, row, judgement.deciding) ||
                            !is_seen(&judgement, op->kind, op->record, judgement.deciding)))
      g_set_error(reason, BH_ERROR, BH_ERROR_DENIED,
                  "%s %s, whole record: the person who decides about the entry would no longer see "
                  "the record",
                  op->kind, op->record);
  }
  return judgement.deciding != NULL;
}
