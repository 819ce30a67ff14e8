/* Kinds of records as declared in schema/kinds, loaded as one immutable set that is identified by
 * its hash. schema/kinds/README.md is the reference of the declaration language. Threads may share
 * a BhKindSet once it is loaded; kinds, fields and their strings are borrowed from it. Start with
 * bh_kind_set_load_dir. */
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
typedef struct _BhSettingValues BhSettingValues;

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
  BH_FIELD_REFS,     /* array of ids of records of ref_kinds */
  BH_FIELD_PHONE,
  BH_FIELD_USCC,
  BH_FIELD_AREA,  /* area code */
  BH_FIELD_PLACE, /* {"lat":"39.123456","lon":"112.…","accuracy_m":int,"at_ms":int,"source":…} */
  BH_FIELD_HASH,  /* SHA-256 hex of a file */
  BH_FIELD_ITEMS,     /* keyed items "field/ITEM": {"answer":code,"note":text,"bulk":flag} */
  BH_FIELD_JSON,      /* JSON of limited size, not interpreted (items of a checklist) */
  BH_FIELD_PAPER,     /* frozen fields of a document, shown as the signed text */
  BH_FIELD_MONEY,     /* yuan, JSON string "1250.50", at most two digits after the point */
  BH_FIELD_PERCENT,   /* JSON string "12.5", digits after the point limited */
  BH_FIELD_MONTH,     /* "YYYY-MM" */
  BH_FIELD_DURATION,  /* JSON integer, whole minutes */
  BH_FIELD_URL,       /* address of a web page, http or https */
  BH_FIELD_ID_NUMBER, /* number of a mainland identity card, always personal */
  BH_FIELD_ENUM_REF,  /* code of a code list (schema/codes.h) */
} BhFieldType;

/* --- the set --- */

/* Loads all *.json of a directory. NULL with BH_ERROR_INVALID that names file, place and reason
 * when any declaration is invalid. Free with bh_kind_set_unref. */
BhKindSet *bh_kind_set_load_dir(const char *dir, GError **error);
/* A copy of `base` with the kinds in the files `paths` (char*) added, or in place of those of the
 * same name. NULL with BH_ERROR_INVALID that names file, place and reason; bh_kind_set_unref. */
BhKindSet *bh_kind_set_load_files(const BhKindSet *base, const GPtrArray *paths, GError **error);
/* Loads the canonical text that the hub sends: {"bihuan-kinds":1,"kinds":[…]} sorted by name. NULL
 * with an error; bh_kind_set_unref. */
BhKindSet *bh_kind_set_from_text(const char *text, gsize len, GError **error);
/* Like bh_kind_set_from_text, for a canonical text from a store together with its hash: faster,
 * because the text is not serialised again. NULL with BH_ERROR_STORAGE when the text does not match
 * the hash. */
BhKindSet *bh_kind_set_from_stored_text(const char *text, const char *hash, GError **error);
/* Adds a reference; thread-safe. */
BhKindSet *bh_kind_set_ref(BhKindSet *set);
/* Drops a reference; thread-safe. `set` must not be NULL. */
void bh_kind_set_unref(BhKindSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhKindSet, bh_kind_set_unref)
const char *bh_kind_set_get_hash(const BhKindSet *set); /* hex SHA-256 of the canonical text */
const char *bh_kind_set_get_text(const BhKindSet *set); /* the canonical text, borrowed */
const BhKind *bh_kind_set_find(const BhKindSet *set, const char *kind); /* NULL if unknown */
/* All kinds, sorted by name; borrowed array of const BhKind*. */
const GPtrArray *bh_kind_set_list(const BhKindSet *set);
/* The kind that declares "directory", borrowed; NULL when there is none. */
const BhKind *bh_kind_set_find_directory(const BhKindSet *set);
/* Name of the first ref field of `kind` to the kind with "directory" only, borrowed; NULL: none. */
const char *bh_kind_find_subject(const BhKindSet *set, const BhKind *kind);
/* Name of the ref field of `kind` that contains the list of the items of its `items` fields: the
 * first one to one kind with a `json` field "items". Borrowed; NULL: none. */
const char *bh_kind_find_list(const BhKindSet *set, const BhKind *kind);
/* The kind of these lists: the first kind of the set with a `json` field "items", borrowed; NULL:
 * none. */
const BhKind *bh_kind_set_find_list_kind(const BhKindSet *set);

/* All kinds in the order in which they are shown: by "order", kinds without one last, then by name.
 * Free the array. */
GPtrArray *bh_kind_set_list_in_order(const BhKindSet *set);
/* All kinds in the order of their groups, those without one last; in a group in the order of
 * bh_kind_set_list_in_order. Free the array. */
GPtrArray *bh_kind_set_list_by_group(const BhKindSet *set);
/* All kinds, each after the kinds to which its records refer, except where two kinds refer to each
 * other. Free the array. */
GPtrArray *bh_kind_set_list_by_refs(const BhKindSet *set);

/* --- kinds. `lang` is "zh" or "en"; a label is never NULL: it falls back to the other language,
 * then to the code --- */

/* Name of the kind ("hazard"). */
const char *bh_kind_get_name(const BhKind *kind);
/* Label of the kind. */
const char *bh_kind_get_label(const BhKind *kind, const char *lang);
/* All fields, const BhField*, in declared order; borrowed. */
const GPtrArray *bh_kind_list_fields(const BhKind *kind);
/* The field with this name, or the field of a key "field/item"; NULL when there is none. */
const BhField *bh_kind_find_field(const BhKind *kind, const char *name);
/* The group of the kind ("group"): its place among the groups of the set, from 1; 0: none. */
guint bh_kind_get_group(const BhKind *kind);
/* Heading of the group of the kind, "" when the kind has no group. */
const char *bh_kind_get_group_label(const BhKind *kind, const char *lang);
/* The parsed declaration of the kind, borrowed: for members without a function here (sections, list
 * columns). */
const json_t *bh_kind_get_declaration(const BhKind *kind);
/* Name of the choice field by which the office filters its directory of records of the kind
 * ("directory"), borrowed; NULL when the office has no directory of the kind. */
const char *bh_kind_get_directory(const BhKind *kind);
/* Fields of a form of a page ("forms" of the kind), const BhField* in the declared order; empty
 * when the kind has no such form. Free the array. */
GPtrArray *bh_kind_list_form(const BhKind *kind, const char *form);
/* The clauses of a "source" as shown to people: without the requirement numbers of this program
 * ("R-090"), which mean nothing to them. "" when nothing is left; g_free. */
char *bh_source_dup_clauses(const char *source);
/* One line that identifies a record in lists, made from the kind's "title"; g_free. Paths to other
 * records are left out. */
char *bh_kind_dup_title(const BhKind *kind, const json_t *values, const char *lang);
/* Returns the values of another record, borrowed until the next call; NULL when the record is not
 * available. */
typedef const json_t *(*BhTitleFunc)(const char *record, gpointer data);
/* Like bh_kind_dup_title, and replaces paths ("{enterprise.name}") with values of the records that
 * `get` returns. */
char *bh_kind_dup_title_with(const BhKind *kind, const json_t *values, const char *lang,
                             BhTitleFunc get, gpointer data);
/* Ref fields at which the paths of the title begin, NULL-terminated: when the title of a record in
 * one of them changes, this record's title must be made again. */
const char *const *bh_kind_get_title_refs(const BhKind *kind);
/* Whether the office can review records of the kind ("review" is declared). */
gboolean bh_kind_is_reviewable(const BhKind *kind);
/* The state to which a review moves the record: `event` is "on_return", "on_answer" or
 * "on_approve"; NULL when none is declared. */
const char *bh_kind_get_review_state(const BhKind *kind, const char *event);
/* Like bh_kind_get_review_state, but NULL when no transition leads there from `state`. */
const char *bh_kind_get_review_move(const BhKind *kind, const char *event, const char *state);
/* Whether "omits" of the review names the field: the form of a returned record leaves it out. */
gboolean bh_kind_is_omitted_in_review(const BhKind *kind, const char *field);
/* Name of the field that contains the id of the parent record; NULL when records of the kind have
 * no parent. */
const char *bh_kind_get_parent_field(const BhKind *kind);
/* "at_parent": where the page of the parent record shows the records of the kind. */
typedef enum {
  BH_AT_PARENT_AFTER,  /* after the fields of the parent */
  BH_AT_PARENT_BEFORE, /* before the fields of the parent */
  BH_AT_PARENT_APART,  /* not in the list of children: the parent's page has a place for them */
} BhAtParent;
/* BH_AT_PARENT_AFTER unless the kind declares another place. */
BhAtParent bh_kind_get_at_parent(const BhKind *kind);
/* "in_case": the part of records of the kind in the file of a case. */
typedef enum {
  BH_IN_CASE_NOT,         /* not in the file, unless they are below the root of the case */
  BH_IN_CASE_NAMED,       /* context: without personal values, for every receiver */
  BH_IN_CASE_OPENED,      /* context: with personal values, if a record of the case refers to it and
                           * the receiver may see it */
  BH_IN_CASE_WITH_PARENT, /* context: as BH_IN_CASE_OPENED, whenever its parent is contained */
  BH_IN_CASE_ROOT,        /* a record of the kind, with all records below it, makes a case */
} BhInCase;
/* Whether area, unit, scope, authority and visibility of the kind's records are those of their
 * parents ("inherits"). */
gboolean bh_kind_inherits(const BhKind *kind);
/* Whether a record of the kind can be hidden from people in its scope: the kind has "visible", or
 * inherits from a kind whose records can be hidden. */
gboolean bh_kind_may_hide(const BhKind *kind);
/* The part of records of the kind in the file of a case, as declared by "in_case". */
BhInCase bh_kind_get_in_case(const BhKind *kind);
/* Whose records these are: "all", "area" or "unit", as the kind declares; for a kind with the scope
 * "office" by its "area_from" and "unit_from"; "parent" for a kind that inherits: the scope of its
 * records is that of their parents. */
const char *bh_kind_get_scope(const BhKind *kind);
/* Whether no device receives records of the kind: its scope is "office", or it inherits from such
 * kinds only. */
gboolean bh_kind_is_office(const BhKind *kind);
/* Whether only the hub may set `key` of a record to `value` ("written_by"); an entry of a device
 * that sets it is refused. `value` matters for "state" only. `key` NULL: whether only the hub may
 * write the whole record. */
gboolean bh_kind_is_hub_only(const BhKind *kind, const char *key, const json_t *value);

/* --- fields --- */

/* Name of the field. */
const char *bh_field_get_name(const BhField *field);
/* Type of the field. */
BhFieldType bh_field_get_type(const BhField *field);
/* Type as declared ("text", "date" …). Static. */
const char *bh_field_get_type_name(const BhField *field);
/* Label of the field. */
const char *bh_field_get_label(const BhField *field, const char *lang);
/* Hint for people who fill the field; "" when none. */
const char *bh_field_get_hint(const BhField *field, const char *lang);
/* Whether values of the field are personal: bodies contain a commitment instead of the value, which
 * is sent in an opening beside the body (PROTOCOL § 1). */
gboolean bh_field_is_personal(const BhField *field);
/* Whether values of the field are sealed: they are not shown with the record, and people open them
 * by an act of its own, which is logged. */
gboolean bh_field_is_sealed(const BhField *field);
/* Whether lists can filter by the field. */
gboolean bh_field_is_indexed(const BhField *field);
/* Whether a device may set the field only to a person of its own unit ("own_unit"). */
gboolean bh_field_is_of_own_unit(const BhField *field);
/* Whether the field is kept for old records only and appears in no form. */
gboolean bh_field_is_retired(const BhField *field);
/* FALSE when people do not type the field: the program sets it, or it is retired. */
gboolean bh_field_is_in_form(const BhField *field);
/* Greatest number of characters, greatest value or greatest count of the field, by its type. */
gint64 bh_field_get_max(const BhField *field);
/* Least value or least count of the field, by its type. */
gint64 bh_field_get_min(const BhField *field);
/* Greatest number of digits after the point, for a field of type DECIMAL, MONEY or PERCENT. */
gint64 bh_field_get_digits(const BhField *field);
/* The unit of measure that is shown after the value ("吨", "元", "%"); "" when the field has
 * none. */
const char *bh_field_get_unit(const BhField *field, const char *lang);
/* Number of choices, retired ones included. */
gsize bh_field_count_choices(const BhField *field);
/* Code of the choice at `index`, which must be below the count. */
const char *bh_field_get_choice_code(const BhField *field, gsize index);
/* Label of the choice at `index`, which must be below the count. */
const char *bh_field_get_choice_label(const BhField *field, gsize index, const char *lang);
/* Whether the choice at `index` is kept for old records and no longer offered. */
gboolean bh_field_is_choice_retired(const BhField *field, gsize index);
/* Whether only the program sets the choice at `index`. */
gboolean bh_field_is_choice_automatic(const BhField *field, gsize index);
/* Label of the choice with this code, else the code itself. */
const char *bh_field_find_choice_label(const BhField *field, const char *code, const char *lang);
/* Kinds that a REF or REFS field may refer to; NULL-terminated, maybe empty. For "any" these are
 * all kinds of the set, in a parent field all except the field's own kind. */
const char *const *bh_field_get_ref_kinds(const BhField *field);

/* Fields that must be filled when this one is changed after it was first set (changing the
 * enterprise of a visit requires a reason); NULL-terminated, maybe empty. */
const char *const *bh_field_get_change_asks(const BhField *field);

/* The value as text for people (choice label, date, time, "是"/"否", a number with its unit);
 * g_free. For a field of type REF the text is the id. */
char *bh_field_format_value(const BhField *field, const json_t *value, const char *lang);
/* As bh_field_format_value, with the label of a code of a field of type ENUM_REF. A code that
 * `settings` (NULL: nothing is known) does not have is shown as it is. g_free. */
char *bh_field_format_with(const BhField *field, const json_t *value,
                           const BhSettingValues *settings, const char *lang);
/* The value as text for an input of text: as bh_field_parse_typed reads it, and without the unit,
 * which is shown beside the input. "" for NULL; a string of an unsent draft that is no value of the
 * field is returned as it is. For fields of one line of text or a number only. g_free. */
char *bh_field_format_input(const BhField *field, const json_t *value);
/* Converts typed text to a value of the field's type. New reference; JSON null for "". NULL with
 * BH_ERROR_INVALID naming the field and the reason. */
json_t *bh_field_parse_typed(const BhField *field, const char *typed, GError **error);

/* Checks type, limits and choices of one value. `key` is a field, or "field/item" for ITEMS. JSON
 * null (cleared) is always valid. FALSE with BH_ERROR_INVALID or _UNKNOWN naming kind and key. */
gboolean bh_kind_check_value(const BhKind *kind, const char *key, const json_t *value,
                             GError **error);

/* --- conditions --- */

/* The input of a condition. All members are borrowed, and NULL where unknown. `lookup` returns the
 * shown values of another record (borrowed; NULL when the record is not available). `kind_of`
 * returns the name of the kind of another record (borrowed until the next call of any function
 * here; NULL when the record is not available); without it, nothing is known about a record whose
 * kind inherits from its parent. `children`
 * returns the values of all child records of a kind (new reference to an array of objects, empty
 * when there are none; NULL when they are not available).
 *
 * A condition that needs unavailable data is neither true nor false. A guard then reports no
 * problem, and a visibility condition hides the record (I13). */
typedef struct _BhContext BhContext;
struct _BhContext {
  const json_t *values; /* shown values of the record, the new ones included */
  const char *record;   /* id of the record, NULL if unknown */
  const char *actor;    /* staff id of the actor: the person in whose name something is done */
  const json_t *actor_values; /* values of the staff record of the actor */
  const char *today;          /* "YYYY-MM-DD", NULL: date conditions against today hold */
  const json_t *(*lookup)(const char *record, gpointer data);
  const char *(*kind_of)(const char *record, gpointer data);
  json_t *(*children)(const char *record, const char *kind, gpointer data);
  json_t *(*referring)(const char *record, const char *kind, const char *field, gboolean *complete,
                       gpointer data);
  /* Values of settings (schema/setting-values.h), borrowed. NULL: nothing is known about settings.
   * A NULL result: none is set, and the declared defaults apply. */
  const BhSettingValues *(*settings)(gpointer data);
  gpointer data;
  /* Kind of the record. Without it, conditions cannot read computed fields of it, and nothing is
   * known about settings. The functions here that take a kind set it themselves. */
  const BhKind *kind;
  /* a person sees the result: computed values leave out records that the actor may not see */
  gboolean for_person;
  /* While a condition on other records ("any", "every", "count") is evaluated: the context of the
   * record that has the condition. Set by the evaluation. */
  const BhContext *outer;
  struct _BhComputing *computing; /* private to schema/compute.c; NULL */
};

/* Records that one reverse query may read. */
#define BH_REFERRING_MAX 1000

/* Evaluates a condition of a loaded declaration. TRUE for a NULL condition, and for one that cannot
 * be decided because data is not available. */
gboolean bh_condition_holds(const json_t *condition, const BhContext *context);
/* Whether the record must have a value in this field. */
gboolean bh_field_is_required(const BhField *field, const BhContext *context);
/* Whether a form shows the field for this record ("show_when"). */
gboolean bh_field_is_shown(const BhField *field, const BhContext *context);
/* Whether bh_field_is_locked can be TRUE for any record ("locked_when"). */
gboolean bh_field_may_lock(const BhField *field);
/* Whether the field must not be changed in the present state of the record. */
gboolean bh_field_is_locked(const BhField *field, const BhContext *context);
/* Whether bh_field_is_distinct can be TRUE for any record. */
gboolean bh_field_may_be_distinct(const BhField *field);
/* Whether the record's value in this field should be unique among the records of the kind
 * (schema/number.h defines which values are equal). */
gboolean bh_field_is_distinct(const BhField *field, const BhContext *context);

/* The value at a path: "deadline", "enterprise.area" (follows refs through context->lookup),
 * "actor.unit". Borrowed; NULL when empty or not available. */
const json_t *bh_context_get(const BhContext *context, const char *path);
/* Area code of a record, by its kind's "area_from", or of its parent if the kind inherits;
 * borrowed, NULL when none. */
const char *bh_kind_get_area(const BhKind *kind, const BhContext *context);
/* Whether everybody who serves the area `served` receives all records of the kind whose ref `field`
 * is the record with these values: the kind has the scope "all", or "area" with the area of that
 * record, and its records are never hidden. FALSE when in doubt. */
gboolean bh_kind_is_whole_for(const BhKind *kind, const char *field, const json_t *values,
                              const char *served);
/* Id of the unit of a record, by its kind's "unit_from", or of its parent if the kind inherits;
 * borrowed, NULL when none. */
const char *bh_kind_get_unit(const BhKind *kind, const BhContext *context);
/* Staff id of the author of a record, by its kind's "author_from"; borrowed, NULL when none. */
const char *bh_kind_get_author(const BhKind *kind, const BhContext *context);

/* One problem of a record, worded for people. */
typedef struct {
  char *field; /* key, or "" for the whole record */
  char *code;  /* "required", "invalid", "condition", "unknown_field", "transition", "actor",
                * "locked", "unasked", "opens" */
  char *text_zh;
  char *text_en;
} BhProblem;
/* Makes a problem; the texts are copied. bh_problem_free. */
BhProblem *bh_problem_new(const char *field, const char *code, const char *text_zh,
                          const char *text_en);
/* Frees a problem; NULL is allowed. */
void bh_problem_free(BhProblem *problem);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhProblem, bh_problem_free)

/* The problem of a value that is beyond a limit which a setting gives today; bh_problem_free. NULL:
 * there is none, or it cannot be decided. context->kind is needed. */
BhProblem *bh_field_find_excess(const BhField *field, const BhContext *context);

/* All problems of the values: types, required fields among the shown ones, the kind's "checks".
 * BhProblem* with free function set; empty when there are none. Never NULL. */
GPtrArray *bh_kind_check_record(const BhKind *kind, const BhContext *context);

/* All problems of one operation that sets `set` ({key: value}, the state included): locked fields
 * ("locked"), a record under a locked parent ("locked", field ""), missing reasons for the change
 * ("required"). `before` has the values of the record before the operation (NULL: it is new) and
 * other records as they were before the whole entry. Setting a key to its present value is no
 * change. BhProblem* with free function set; never NULL. */
GPtrArray *bh_kind_check_change(const BhKind *kind, const json_t *set, const BhContext *before);
/* Whether an operation that leads to state `to` (NULL: it sets no state) must not set the key: the
 * key is locked, and no transition that is open to the context's actor is declared to change it. */
gboolean bh_kind_is_locked(const BhKind *kind, const char *key, const char *to,
                           const BhContext *before);
/* Whether a transition `from` → `to` is declared, is open to the context's actor, and is declared
 * to change the key although it is locked. */
gboolean bh_kind_step_unlocks(const BhKind *kind, const char *key, const char *from, const char *to,
                              const BhContext *before);
/* Whether no new record with the values of `made` is allowed, because the record that it belongs to
 * is locked. */
gboolean bh_kind_is_locked_for_new(const BhKind *kind, const BhContext *made);
/* Whether entries about records of the kind are sent before those that were made earlier
 * ("urgent"). */
gboolean bh_kind_is_urgent(const BhKind *kind);
/* Whether records of the kind can be locked as a whole ("locked_when", "once"). */
gboolean bh_kind_may_lock(const BhKind *kind);

/* Whether a viewer may see the record, by the kind's "visible", and its parent if the kind
 * inherits; the same on hub and device. context->actor_values is the viewer. A viewer out of
 * service (bh_staff_is_in_service) sees only open records. A condition that cannot be decided (no
 * lookup, parent record not available) hides the record. */
gboolean bh_kind_is_visible(const BhKind *kind, const BhContext *context);
/* Whether the actor of `context`, which is of the record, may open the sealed field. FALSE for a
 * field that is not sealed. */
gboolean bh_field_may_open(const BhField *field, const BhContext *context);
/* Whether everybody in scope may see the record; the context's actor is ignored. A record that some
 * viewers may see and that is not open is restricted. */
gboolean bh_kind_is_open(const BhKind *kind, const BhContext *context);

G_END_DECLS
