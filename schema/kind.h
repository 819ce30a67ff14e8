/* What a record is: kinds as declared in schema/kinds, loaded as one immutable set that is named
 * by its hash. schema/kinds/README.md is the reference of the language. A BhKindSet may be shared
 * by threads once loaded. */
#pragma once

#include <glib.h>
#include "schema/json.h"
#include "schema/ident.h"

G_BEGIN_DECLS

typedef struct _BhKindSet BhKindSet;
typedef struct _BhKind BhKind;
typedef struct _BhField BhField;
typedef struct _BhState BhState;
typedef struct _BhTransition BhTransition;

typedef enum {
  BH_FIELD_TEXT,     /* one line, max characters */
  BH_FIELD_LONGTEXT, /* several lines */
  BH_FIELD_INTEGER,  /* JSON integer within min/max */
  BH_FIELD_DECIMAL,  /* JSON string "12.50", digits after the point limited */
  BH_FIELD_FLAG,     /* true / false */
  BH_FIELD_CHOICE,   /* code of one choice */
  BH_FIELD_CHOICES,  /* array of codes, sorted, no repeats */
  BH_FIELD_DATE,     /* "YYYY-MM-DD" */
  BH_FIELD_TIME,     /* integer, UTC ms */
  BH_FIELD_REF,      /* id of a record of one of ref_kinds */
  BH_FIELD_REFS,     /* array of such ids */
  BH_FIELD_PHONE,
  BH_FIELD_USCC,
  BH_FIELD_AREA,  /* area code */
  BH_FIELD_PLACE, /* {"lat":"39.123456","lon":"112.…","accuracy_m":int,"at_ms":int,"source":…} */
  BH_FIELD_HASH,  /* SHA-256 hex of a file */
  BH_FIELD_ITEMS, /* keyed items "field/ITEM": {"answer":code,"note":text,"bulk":flag} */
  BH_FIELD_JSON,  /* bounded JSON carried through (items of a checklist) */
  BH_FIELD_PAPER, /* frozen fields of a document, read as the text that is signed */
} BhFieldType;

/* --- the set --- */

/* Loads every *.json of a directory. A broken declaration is refused with file, place and reason
 * (BH_ERROR_INVALID); nothing is half loaded. */
BhKindSet *bh_kind_set_load_dir(const char *dir, GError **error);
/* From the canonical text that travels: {"bihuan-kinds":1,"kinds":[…]} sorted by name. */
BhKindSet *bh_kind_set_from_text(const char *text, gsize len, GError **error);
/* From a text that was kept under its hash, so that it need not be written anew to know both. A
 * text that changed meanwhile is refused with BH_ERROR_STORAGE. */
BhKindSet *bh_kind_set_from_kept_text(const char *text, const char *hash, GError **error);
BhKindSet *bh_kind_set_ref(BhKindSet *set);
void bh_kind_set_unref(BhKindSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhKindSet, bh_kind_set_unref)
const char *bh_kind_set_get_hash(const BhKindSet *set); /* hex SHA-256 of the canonical text */
const char *bh_kind_set_get_text(const BhKindSet *set); /* the canonical text, borrowed */
const BhKind *bh_kind_set_find(const BhKindSet *set, const char *kind); /* NULL if unknown */
/* All kinds, sorted by name; borrowed array of const BhKind*. */
const GPtrArray *bh_kind_set_list(const BhKindSet *set);

/* The same in the order in which kinds are shown one after another: by "order", those without one
 * last, then by name. Free the array. */
GPtrArray *bh_kind_set_list_in_order(const BhKindSet *set);
/* The same so that a kind comes behind those its records refer to, unless these refer to it as
 * well. Free the array. */
GPtrArray *bh_kind_set_list_by_refs(const BhKindSet *set);

/* --- labels: `lang` is "zh" or "en"; never NULL, falls back to the other, then to the code --- */

const char *bh_kind_get_name(const BhKind *kind);
const char *bh_kind_get_label(const BhKind *kind, const char *lang);
const GPtrArray *bh_kind_list_fields(const BhKind *kind); /* const BhField*, declared order */
const BhField *bh_kind_find_field(const BhKind *kind, const char *name); /* also for "field/item" */
/* Declaration of the kind as parsed, borrowed: for what a caller wants beyond these functions
 * (sections, list columns). */
const json_t *bh_kind_get_declaration(const BhKind *kind);
/* Fields of a form that a page draws ("forms" of the kind), const BhField* in the declared order;
 * empty when the kind has no such form. Free the array. */
GPtrArray *bh_kind_list_form(const BhKind *kind, const char *form);
/* Declaration of a ledger the office keeps ("ledgers" of the kind), borrowed; NULL when there is
 * none of that name. */
const json_t *bh_kind_find_ledger(const BhKind *kind, const char *name);
/* What people are shown of a "source": its clauses, without the numbers of requirements of this
 * program ("R-090"), which say nothing to them. "" when nothing is left; g_free. */
char *bh_source_dup_clauses(const char *source);
/* One line that names a record in lists, made of the kind's "title" fields; g_free. */
char *bh_kind_dup_title(const BhKind *kind, const json_t *values, const char *lang);
/* The same with what its paths ("{enterprise.name}") name: `get` gives the values of another
 * record, borrowed until the next call, or NULL. */
typedef const json_t *(*BhTitleFunc)(const char *record, gpointer data);
char *bh_kind_dup_title_with(const BhKind *kind, const json_t *values, const char *lang,
                             BhTitleFunc get, gpointer data);
/* Ref fields at which those paths begin, NULL-terminated: when the title of a record they name
 * changes, this kind's title has to be made again. */
const char *const *bh_kind_get_title_refs(const BhKind *kind);
gboolean bh_kind_is_reviewable(const BhKind *kind);
/* State its target moves to when a review is made: `event` is "on_return", "on_answer" or
 * "on_approve"; NULL when none is declared. */
const char *bh_kind_get_review_state(const BhKind *kind, const char *event);
/* The same as a step from `state`: NULL when none leads there from it. */
const char *bh_kind_get_review_move(const BhKind *kind, const char *event, const char *state);
/* Name of the field that holds the parent record, or NULL. */
const char *bh_kind_get_parent_field(const BhKind *kind);
/* "at_parent": where the page of the parent record shows the records of the kind. */
typedef enum {
  BH_AT_PARENT_AFTER,  /* after its fields */
  BH_AT_PARENT_BEFORE, /* before them */
  BH_AT_PARENT_APART,  /* not in the list of children: the page has a place for them */
} BhAtParent;
BhAtParent bh_kind_get_at_parent(const BhKind *kind);
/* "in_case": whether a case tells a record that is not of the case, because something in it refers
 * to the record. */
typedef enum {
  BH_IN_CASE_NOT,
  BH_IN_CASE_NAMED,  /* without its personal values, whoever gets the case */
  BH_IN_CASE_OPENED, /* with them, when a record of the case refers to it and who gets the case may
                      * see it */
  BH_IN_CASE_WITH_PARENT, /* the same, whenever its parent is told */
} BhInCase;
BhInCase bh_kind_get_in_case(const BhKind *kind);
const char *bh_kind_get_scope(const BhKind *kind); /* "all", "area" or "unit" */
/* "written_by": whether setting `key` of a record to `value` (counts for "state" only) is left to
 * the hub and refused from devices; `key` NULL: all of the record is. */
gboolean bh_kind_is_left_to_hub(const BhKind *kind, const char *key, const json_t *value);

const char *bh_field_get_name(const BhField *field);
BhFieldType bh_field_get_type(const BhField *field);
const char *bh_field_get_type_name(const BhField *field);
const char *bh_field_get_label(const BhField *field, const char *lang);
const char *bh_field_get_hint(const BhField *field, const char *lang); /* "" when none */
gboolean bh_field_is_personal(const BhField *field);
gboolean bh_field_is_indexed(const BhField *field);
/* "own_unit": a device sets it only to somebody of its own unit. */
gboolean bh_field_is_of_own_unit(const BhField *field);
gboolean bh_field_is_retired(const BhField *field); /* kept for old records, in no form */
gboolean bh_field_is_in_form(const BhField *field); /* FALSE: set by the program, not typed */
gint64 bh_field_get_max(const BhField *field);      /* characters, value, or count by type */
gint64 bh_field_get_min(const BhField *field);
gint64 bh_field_get_digits(const BhField *field); /* after the point, for DECIMAL */
gsize bh_field_count_choices(const BhField *field);
const char *bh_field_get_choice_code(const BhField *field, gsize index);
const char *bh_field_get_choice_label(const BhField *field, gsize index, const char *lang);
/* Kept for old records, no longer offered. */
gboolean bh_field_is_choice_retired(const BhField *field, gsize index);
/* Label of a code, or the code itself. */
const char *bh_field_find_choice_label(const BhField *field, const char *code, const char *lang);
const char *const *bh_field_get_ref_kinds(const BhField *field); /* NULL-terminated, maybe empty */

/* Fields that must be filled when this one is changed after it was first set (a re-targeted
 * enterprise asks for its reason); NULL-terminated, maybe empty. */
const char *const *bh_field_get_change_asks(const BhField *field);

/* Value as people read it (choice label, date, time, "是"/"否"); g_free. Refs give the id. */
char *bh_field_format_value(const BhField *field, const json_t *value, const char *lang);
/* What a person typed to a value of the field's type; new reference, JSON null for "". NULL with
 * BH_ERROR_INVALID naming the field and why. */
json_t *bh_field_parse_typed(const BhField *field, const char *typed, GError **error);

/* Type, limits and choices of one value. JSON null is always valid (cleared). `field` may be
 * addressed as "field/item" for ITEMS. BH_ERROR_INVALID or _UNKNOWN naming kind and key. */
gboolean bh_kind_check_value(const BhKind *kind, const char *key, const json_t *value,
                             GError **error);

/* --- conditions --- */

/* What a condition may look at besides the record. All borrowed; NULL where unknown. `lookup`
 * gives the shown values of a referenced record (borrowed; NULL when it is not here); `children`
 * gives the values of all child records of a kind (new reference to an array of objects, empty
 * when there are none; NULL when that is not known here).
 *
 * What cannot be known here makes a condition neither true nor false: a guard then does not
 * complain, and a visibility condition then hides (I13). */
typedef struct {
  const json_t *values;       /* shown values of the record, the new ones included */
  const char *record;         /* its id, NULL if unknown */
  const char *actor;          /* staff id */
  const json_t *actor_values; /* values of the staff record */
  const char *today;          /* "YYYY-MM-DD", NULL: date conditions against today hold */
  const json_t *(*lookup)(const char *record, gpointer data);
  json_t *(*children)(const char *record, const char *kind, gpointer data);
  gpointer data;
} BhContext;

/* Evaluates a condition of a loaded declaration. NULL condition is TRUE; what cannot be known
 * here counts as TRUE. */
gboolean bh_condition_holds(const json_t *condition, const BhContext *context);
gboolean bh_field_is_required(const BhField *field, const BhContext *context);
gboolean bh_field_is_shown(const BhField *field, const BhContext *context);
/* TRUE when there is a state in which the field may not be changed ("locked_when"). */
gboolean bh_field_may_lock(const BhField *field);
/* TRUE when the field may not be changed in the present state. */
gboolean bh_field_is_locked(const BhField *field, const BhContext *context);
/* FALSE: bh_field_is_distinct is so for every record. */
gboolean bh_field_may_be_distinct(const BhField *field);
/* Whether no other record of the kind should have the value the record has (schema/number.h says
 * what is the same). */
gboolean bh_field_is_distinct(const BhField *field, const BhContext *context);

/* Value at a path: "deadline", "enterprise.area" (follows refs through lookup), "actor.unit".
 * Borrowed; NULL when empty or not known here. */
const json_t *bh_context_get(const BhContext *context, const char *path);
/* Area, unit and author (staff id) of a record by its kind's "area_from", "unit_from",
 * "author_from"; borrowed, NULL when none. */
const char *bh_kind_get_area(const BhKind *kind, const BhContext *context);
const char *bh_kind_get_unit(const BhKind *kind, const BhContext *context);
const char *bh_kind_get_author(const BhKind *kind, const BhContext *context);

/* One thing that is wrong with a record. */
typedef struct {
  char *field; /* key, or "" for the whole record */
  char *code;  /* "required", "invalid", "condition", "unknown_field", "transition", "actor",
                * "locked" */
  char *text_zh;
  char *text_en;
} BhProblem;
BhProblem *bh_problem_new(const char *field, const char *code, const char *text_zh,
                          const char *text_en);
void bh_problem_free(BhProblem *problem);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhProblem, bh_problem_free)

/* Everything wrong with the values: types, required fields of shown fields, the kind's "checks".
 * BhProblem* with free function set; empty when fine. Never NULL. */
GPtrArray *bh_kind_check_record(const BhKind *kind, const BhContext *context);

/* What is wrong with setting `set` ({key: value}) in one operation, its state included: locked
 * fields ("locked"), a record under a locked parent ("locked", field ""), reasons that such a
 * change asks for ("required"). `before` is the context of the record as it was: its values before
 * (NULL: it is new) and other records as they were before the whole entry. A set to the value that
 * is there changes nothing. Same list. */
GPtrArray *bh_kind_check_change(const BhKind *kind, const json_t *set, const BhContext *before);
/* TRUE when the key may not be set by an operation that leads to state `to` (NULL: it sets no
 * state): it is locked, and no step open to the context's actor is there to change it. */
gboolean bh_kind_is_locked(const BhKind *kind, const char *key, const char *to,
                           const BhContext *before);
/* TRUE when a step from one state to another is declared, open to the context's actor, and there to
 * change the key. */
gboolean bh_kind_step_opens(const BhKind *kind, const char *key, const char *from, const char *to,
                            const BhContext *before);
/* TRUE when no record with these values may be made: what it belongs to is locked. */
gboolean bh_kind_is_closed(const BhKind *kind, const BhContext *made);
/* TRUE when records of the kind as a whole can lock ("locked_when", "once"). */
gboolean bh_kind_may_lock(const BhKind *kind);

/* Whether a viewer may see the record: the kind's "visible" condition, same on hub and device.
 * context->actor_values is the viewer; out of service (bh_staff_is_in_service) nobody. A condition
 * that cannot be decided here (no lookup, the parent record is not here) hides the record. */
gboolean bh_kind_is_visible(const BhKind *kind, const BhContext *context);
/* Whether everybody in scope may see it, whoever they are: the context's actor is not looked at.
 * What is visible to somebody and not open is restricted. */
gboolean bh_kind_is_open(const BhKind *kind, const BhContext *context);

G_END_DECLS
