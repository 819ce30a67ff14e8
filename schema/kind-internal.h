/* The members of a loaded kind, and the functions that the files about kinds share. Private to
 * schema/. All strings are borrowed from the parsed declarations, which the set keeps. Immutable
 * once loaded. */
#pragma once

#include "schema/civil.h"
#include "schema/kind.h"
#include "schema/kind-place.h"

G_BEGIN_DECLS

struct _BhField {
  const char *name;
  const BhKind *kind; /* of the field; NULL until the set is complete */
  const json_t *declaration;
  BhFieldType type;
  gint64 min;    /* least value or least count, by the type of the field */
  gint64 max;    /* greatest number of characters, value or count, by the type of the field */
  gint64 digits; /* digits after the point; for the types DECIMAL, MONEY and PERCENT */
  gboolean personal, indexed, retired, in_form, always_required, by_hub, own_unit;
  gboolean always_distinct;
  gboolean unlocked; /* can be changed when the record is locked */
  const char *doubt; /* name of the field for the reason when this value is doubtful, or NULL */
  const struct _BhField
      *explained;         /* doubtful field for which this field gives the reason, or NULL */
  const json_t *required; /* condition under which the field needs a value, or NULL */
  const json_t *show_when;
  const json_t *distinct; /* condition under which the value should be unique, or NULL */
  const json_t *locked_when;
  const json_t *compute; /* expression that gives the value; NULL: the value is stored */
  /* Of a computed field: whether its value depends on child or referring records, on personal
   * values, and on how many other computed fields, one after the other. */
  gboolean is_visited, reads_records, reads_personal;
  guint height;
  const json_t *unit;    /* label of the unit of measure, or NULL */
  const json_t *choices; /* array of the declared choices, or NULL */
  const json_t *lists;   /* "lists" of a field of items: codes of checklists, or NULL */
  const char **ref_kinds;
  const json_t *min_number;  /* {"setting": NAME} in "min", or NULL */
  const json_t *max_number;  /* {"setting": NAME} in "max", or NULL */
  gboolean chooses_settings; /* "choices" is "settings": the declared settings of the set */
  gboolean chooses_lists;    /* "choices" is "codes": the declared code lists of the set */
  const char *codes;         /* name of the code list of an enum_ref, or NULL */
  const char *day;           /* of an enum_ref: path to the day that counts; NULL: today */
  gboolean any_kind; /* "ref_kinds" is "any"; `ref_kinds` is filled in when the set is complete */
  const char **change_asks;
  const char **openers; /* "who" of "sealed": who may open the value; NULL: it is not sealed */
};

struct _BhState {
  const char *name;
  const json_t *declaration;
  gboolean initial, final, is_void, by_hub;
};

/* A declared setting. */
typedef struct {
  json_t *declaration;   /* without the default; owned */
  BhField *field;        /* the declaration as a field */
  const json_t *initial; /* default value; NULL: none */
} BhSettingRule;

typedef enum {
  BH_UNIT_NONE, /* the date in the field itself */
  BH_UNIT_HOURS,
  BH_UNIT_DAYS,
  BH_UNIT_WORKDAYS,
  BH_UNIT_MONTHS,
} BhDeadlineUnit;

/* The member "deadline" of a transition, if it gives a day. */
typedef struct {
  /* the date, time or month from which the deadline is counted: a path, or an array of paths, of
   * which the first with a value is taken */
  const json_t *paths;
  BhDeadlineUnit unit;
  const json_t *amount;     /* number of units; NULL for BH_UNIT_NONE */
  gint64 day_of_month;      /* 0: none */
  const json_t *warn;       /* number of days before the deadline, or NULL */
  const json_t *not_before; /* number of days before the deadline, or NULL */
} BhDeadline;

struct _BhTransition {
  const char *to;
  const json_t *declaration;
  gboolean creates;  /* "from" is null: the step makes the record */
  gboolean by_hub;   /* "written_by" is "hub": only the hub may make the step */
  const char **from; /* states in which the step starts; NULL when the step makes the record */
  const char **who;
  const char **asks;
  const char **sets; /* fields that the program sets with this step */
  const json_t *when;
  const json_t *needs; /* array of the guards of the step, or NULL */
  /* {field: source}: values that the program sets with the step (kind-act.c); NULL: none */
  json_t *stamps;
  const json_t *attach; /* array of the files that the step asks for, or NULL */
  GPtrArray *opens;     /* BhOpening*, records that the step makes; NULL: none */
  /* member "authority": path or paths to the unit that decides, or true (those of the kind); NULL:
   * any unit may take the step */
  const json_t *authority;
  /* NULL: no deadline that gives a day, or the step itself sets the field from which it is
   * counted */
  BhDeadline *deadline;
};

/* One element of "opens" of a transition. */
typedef struct {
  const char *kind;     /* kind of the opened record */
  const char *state;    /* its state; NULL: the kind has no states */
  const char *link;     /* its ref field for the record that it was opened from; NULL: its parent */
  const char *each;     /* refs field of the record that takes the step: one record is opened from
                         * each of these; NULL: one, from the record that takes the step */
  const json_t *when;   /* condition on the record after the step; NULL: always */
  const json_t *preset; /* {field: source}, its values; NULL: none */
} BhOpening;

/* One element of "create" or "edit" of a kind. */
typedef struct {
  const char *name;
  const json_t *declaration;
  /* create: names of the kinds, and "home" and "office", from which the act is offered;
   * NULL for edit */
  const char **from;
  const char **who;    /* NULL: the step from null to `state` declares it */
  const char **fields; /* fields of the form; NULL: all form fields (create only) */
  const char *state;   /* create: state of the new record; NULL: the kind has no states */
  const char *link;    /* create: ref field that gets the id of the record from which the act is
                          offered; NULL: the kind's parent */
  const char *reason;  /* edit: text field for the reason of a late correction; NULL: none */
  const char *page;    /* edit: page of the collector that makes the correction; NULL: none */
  const json_t *when;
  const json_t *preset; /* create: {field: source}, the first values of the form; NULL: none */
  const json_t *stamps; /* {field: source}; NULL: none */
  const json_t *attach; /* array, or NULL */
} BhActRule;

struct _BhKind {
  const char *name;
  const json_t *declaration;
  char *file; /* name of the declaration file, for errors of the second pass */
  GPtrArray *fields;
  GHashTable *field_index; /* name → BhField, borrowed */
  GPtrArray *states;
  GPtrArray *transitions;
  GPtrArray *creates;   /* BhActRule*: "create" */
  GPtrArray *edits;     /* BhActRule*: "edit" */
  GPtrArray *settings;  /* BhSettingRule*: "settings" */
  const json_t *codes;  /* array of the declared code lists ("codes"), or NULL */
  const json_t *groups; /* array of the declared groups ("groups"), or NULL */
  const char *group;    /* name of the kind's group; NULL: none */
  /* set of names of fields on which due days of records of other kinds depend (deadline.c);
   * NULL: none */
  GHashTable *due_fields;
  const json_t *visible;
  /* path or paths to the unit that decides about the record; NULL: any unit may decide */
  const json_t *authority;
  const json_t *checks;
  const json_t *locked_when; /* condition under which the whole record is locked, or NULL */
  gboolean urgent;           /* its entries are sent before those that were made earlier */
  gboolean once;             /* only the entry that makes the record may write it */
  const char *parent;
  const char
      *scope;      /* "all", "area", "unit" or "parent": who sees the record (bh_kind_get_scope) */
  gboolean office; /* no device receives records of the kind */
  gint64 order;
  BhAtParent at_parent;
  BhInCase in_case;
  gboolean reviewable, by_hub;
  gboolean
      inherits; /* area, unit, scope, authority and visibility are those of the parent record */
  gboolean may_hide;    /* the record, or one from which it inherits, can have a "visible" */
  const BhKindSet *set; /* the set of the kind, not a reference; NULL until the set is complete */
  /* char*, NULL-terminated: ref fields at which the paths of the title begin */
  GPtrArray *title_refs;
  struct _BhNumbering *numbering; /* NULL: records get no number */
};

/* First pass: reads one declaration by itself. `declaration` and `file` are borrowed; the set keeps
 * them. `root` is the JSON path of the declaration in `file`, for errors. NULL with
 * BH_ERROR_INVALID. */
BhKind *bh_kind_parse(const json_t *declaration, const char *file, const char *root,
                      GError **error);
/* Frees a kind, which must not be NULL. */
void bh_kind_free(BhKind *kind);
/* Second pass: checks all members that refer to other fields, states and kinds. FALSE with
 * BH_ERROR_INVALID. */
gboolean bh_kind_resolve(const BhKind *kind, const BhKindSet *set, const char *root,
                         GError **error);

/* --- kind-inherit.c --- */
/* Between the passes, when all kinds are parsed: fills in what a kind has from others (the kinds of
 * a ref to any kind, and whether records can be hidden). */
void bh_kind_set_link(BhKindSet *set);
/* Checks the members of a kind that inherits. FALSE with the error of `place` set. */
gboolean bh_kind_parse_inherits(BhPlace *place, BhKind *kind);
/* The kind of the parent of the record in `at`, which must be of the kind `kind`; `at` then has the
 * values and the id of the parent, borrowed. NULL, and `at` unchanged, when the record has no
 * parent or the parent is not available. */
const BhKind *bh_kind_find_above(const BhKind *kind, BhContext *at);
/* The kind of the first record that does not inherit: the record in `at` itself, or one above it,
 * which `at` then has. NULL when a record between is not available, or there are more than
 * BH_INHERIT_DEPTH_MAX; `at` is then undefined. */
const BhKind *bh_kind_find_origin(const BhKind *kind, BhContext *at);
#define BH_INHERIT_DEPTH_MAX 8 /* records that are followed upwards */

/* --- kind-scope.c --- */
/* Parses the member "scope" of a kind. FALSE with the error of `place` set. */
gboolean bh_kind_parse_scope(BhPlace *place, BhKind *kind);
/* Between the passes: finds the kinds that inherit from kinds of the office only. */
void bh_kind_set_link_scopes(BhKindSet *set);
/* Second pass for "scope": what it needs, and what a kind of the office, or a kind that devices
 * receive, cannot have. FALSE with the error of `place` set. */
gboolean bh_kind_resolve_scope(BhPlace *place, const BhKindSet *set, const BhKind *kind);
/* Refuses records of `other` in a rule of `kind` that devices apply too, when no device has such
 * records. FALSE with the error of `place` set. */
gboolean bh_kind_check_on_devices(BhPlace *place, const BhKind *kind, const BhKind *other);

/* --- kind-sealed.c --- */
/* Parses the member "sealed" of a field. FALSE with the error of `place` set. */
gboolean bh_field_parse_sealed(BhPlace *place, BhField *field);
/* Second pass for "sealed". FALSE with the error of `place` set. */
gboolean bh_field_resolve_sealed(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                 const BhField *field);

/* --- kind-order.c --- */
/* Parses the members "order", "at_parent" and "in_case" of a declaration. FALSE with the error of
 * `place` set. */
gboolean bh_kind_parse_order(BhPlace *place, BhKind *kind);

/* --- settings.c --- */
/* Parses "settings" of a kind. FALSE with the error of `place` set. */
gboolean bh_kind_parse_settings(BhPlace *place, BhKind *kind);
/* Between the passes: collects the settings of all kinds, as choices too. */
void bh_kind_set_link_settings(BhKindSet *set);
/* Second pass: no setting is declared twice. FALSE with the error of `place` set. */
gboolean bh_kind_resolve_settings(BhPlace *place, const BhKindSet *set, const BhKind *kind);
/* Frees a BhSettingRule. */
void bh_setting_rule_free(gpointer rule);
/* Parses the optional member `key`: an integer from `min` to `max`, or {"setting": NAME}. *out: the
 * member, NULL when it is absent. FALSE with the error of `place` set. */
gboolean bh_number_parse(BhPlace *place, const json_t *object, const char *key, gint64 min,
                         gint64 max, const json_t **out);
/* Second pass: a setting must be declared and, if `whole`, be an integer. `number` may be NULL.
 * FALSE with the error of `place` set. */
gboolean bh_number_resolve(BhPlace *place, const BhKindSet *set, const char *key,
                           const json_t *number, gboolean whole);
/* Name of the setting in a number of a declaration; NULL for another number. */
const char *bh_number_get_setting(const json_t *number);
/* The number in a JSON number or in a text such as "12.50"; 0 for anything else. */
double bh_number_read(const json_t *value);
/* Adds a problem when the record is a value of a setting and does not fit its declaration. */
void bh_setting_check(const BhKind *kind, const json_t *values, GPtrArray *problems);

/* --- codes.c --- */
/* Parses "codes" of a kind: the code lists that it declares. FALSE with the error of `place` set.
 */
gboolean bh_kind_parse_codes(BhPlace *place, BhKind *kind);
/* Between the passes: collects the code lists of all kinds, as choices too. */
void bh_kind_set_link_codes(BhKindSet *set);
/* Second pass: no list is declared twice, and the fields of the kind name declared lists. FALSE
 * with the error of `place` set. */
gboolean bh_kind_resolve_codes(BhPlace *place, const BhKindSet *set, const BhKind *kind);
/* Parses "codes" and "day" of a field. FALSE with the error of `place` set. */
gboolean bh_field_parse_codes(BhPlace *place, BhField *field);

/* --- kind-group.c --- */
/* Parses "group" and "groups" of a kind. FALSE with the error of `place` set. */
gboolean bh_kind_parse_groups(BhPlace *place, BhKind *kind);
/* Between the passes: collects the groups of all kinds. */
void bh_kind_set_link_groups(BhKindSet *set);
/* Second pass: no group is declared twice, and the group of the kind is declared. FALSE with the
 * error of `place` set. */
gboolean bh_kind_resolve_groups(BhPlace *place, const BhKindSet *set, const BhKind *kind);

/* --- deadline.c --- */
/* Parses "deadline" of a transition. FALSE with the error of `place` set. */
gboolean bh_deadline_parse(BhPlace *place, BhTransition *transition);
/* Second pass for "deadline". FALSE with the error of `place` set. */
gboolean bh_deadline_resolve(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                             const BhTransition *transition);
/* Between the passes: finds the fields on which due days of other records depend. */
void bh_kind_set_link_deadlines(BhKindSet *set);
/* Adds a problem when the step is taken before its window ("not_before"). */
void bh_deadline_check(const BhTransition *transition, const BhContext *context,
                       GPtrArray *problems);
/* The path at `index`; NULL after the last. */
const char *bh_deadline_get_path(const BhDeadline *deadline, gsize index);
/* Whether the step starts in the state. Defined in workflow.c. */
gboolean bh_transition_leads_from(const BhTransition *transition, const char *state);

/* --- numbering.c --- */
/* Parses the member "number" of a declaration. FALSE with the error of `place` set. */
gboolean bh_kind_parse_number(BhPlace *place, BhKind *kind);
/* Second pass for the member "number". FALSE with the error of `place` set. */
gboolean bh_kind_resolve_number(BhPlace *place, const BhKindSet *set, const BhKind *kind);
/* Frees what bh_kind_parse_number made; NULL is allowed. */
void bh_numbering_free(struct _BhNumbering *numbering);

/* --- kind-act.c --- */
/* Parses "create" and "edit" of a kind. FALSE with the error of `place` set. */
gboolean bh_kind_parse_acts(BhPlace *place, BhKind *kind);
/* Parses "stamps" and "attach" of a transition, and the older words "taker" and "keeps". FALSE with
 * the error of `place` set. */
gboolean bh_transition_parse_act(BhPlace *place, BhTransition *transition);
/* Second pass for "create" and "edit". FALSE with the error of `place` set. */
gboolean bh_kind_resolve_acts(BhPlace *place, const BhKindSet *set, const BhKind *kind);
/* Second pass for "stamps" and "attach" of a transition. FALSE with the error of `place` set. */
gboolean bh_transition_resolve_act(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                   const BhTransition *transition);
/* Frees a BhActRule. */
void bh_act_rule_free(gpointer rule);

/* Checks {field: source} of the member `key`: the fields are those of `kind`, and a path begins at
 * the record from which the act is offered (`rule` of create), else at the record itself. FALSE
 * with the error of `place` set. */
gboolean bh_sources_resolve(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                            const BhActRule *rule, const char *key, const json_t *sources);

/* --- act.c --- */
/* Reads {field: source} into `out`; with_empty: a source without a value gives null. */
void bh_sources_read(const json_t *sources, const BhContext *context, gint64 now_ms,
                     gboolean with_empty, json_t *out);

/* --- kind-opens.c --- */
/* Parses "opens" of a transition. FALSE with the error of `place` set. */
gboolean bh_transition_parse_opens(BhPlace *place, BhTransition *transition);
/* Refuses {field: source} with a path from one of the kinds `origins` to a personal field: the
 * value would be copied without anybody seeing it. FALSE with the error of `place` set. */
gboolean bh_sources_refuse_personal(BhPlace *place, const BhKindSet *set,
                                    const char *const *origins, const json_t *sources);
/* Second pass for "opens" of a transition. FALSE with the error of `place` set. */
gboolean bh_transition_resolve_opens(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                     const BhTransition *transition);

/* --- kind-resolve.c --- */
/* Checks "authority" of a kind, a step or an edit: one path or several, to a unit. */
gboolean bh_kind_resolve_authority(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                   const json_t *object);
/* Checks "who" of a step or an act. FALSE with the error of `place` set. */
gboolean bh_kind_check_who(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                           const char *const *who);

/* --- workflow.c --- */
/* Whether `who` names the context's actor, by person, role or unit; service and authority are not
 * checked. */
gboolean bh_kind_is_named(const BhKind *kind, const char *const *who, const BhContext *context);

/* --- kind-views.c --- */
/* Second pass for the members "forms", "directory", "ledgers", "menu" and "related" of a kind.
 * FALSE with the error of `place` set. */
gboolean bh_kind_resolve_views(BhPlace *place, const BhKindSet *set, const BhKind *kind);
/* Checks one element of a member; `names` are the names of the elements before it. */
typedef gboolean (*BhResolveFunc)(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                  const json_t *element, GHashTable *names);
/* Checks each element of the array `key` of the kind, which has at most `max` elements. FALSE with
 * the error of `place` set. */
gboolean bh_kind_resolve_each(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                              const char *key, gsize max, BhResolveFunc resolve);

/* --- kind-ledger.c --- */
/* Second pass for the members "ledgers" and "menu" of a kind. FALSE with the error of `place`
 * set. */
gboolean bh_kind_resolve_ledgers(BhPlace *place, const BhKindSet *set, const BhKind *kind);

/* Checks the member "where" of a ledger or of "returns": one filter or several by indexed fields;
 * NULL is allowed. FALSE with the error of `place` set. */
gboolean bh_kind_check_filters(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                               const json_t *where);

/* --- kind-returns.c --- */
/* Second pass for the member "returns" of a kind. FALSE with the error of `place` set. */
gboolean bh_kind_resolve_returns(BhPlace *place, const BhKindSet *set, const BhKind *kind);
/* Second pass for the member "returned" of a ledger. FALSE with the error of `place` set. */
gboolean bh_kind_check_returned(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                const json_t *ledger);

/* --- kind-paper.c --- */
/* Second pass for the member "paper" of the choices of a field. FALSE with the error of `place`
 * set. */
gboolean bh_kind_resolve_paper(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                               const BhField *field);

/* --- duty.c --- */
/* Second pass for the member "office" of the choices of a field. FALSE with the error of `place`
 * set. */
gboolean bh_kind_resolve_office(BhPlace *place, const BhKind *kind, const BhField *field);

/* --- kind-field.c --- */
/* *type: the field type with this name in declarations. FALSE, *type untouched, for an unknown
 * name. */
gboolean bh_field_type_from_name(const char *name, BhFieldType *type);
/* The type as declared. Static. */
const char *bh_field_type_get_name(BhFieldType type);
/* Parses one element of "fields"; bh_field_free. NULL with the error of `place` set. */
BhField *bh_field_parse(BhPlace *place, const json_t *declaration);
/* Frees a field; NULL is allowed. */
void bh_field_free(BhField *field);
/* The text of a label object {"zh","en"} in the language `lang`, else in the other language, else
 * `fallback`. Borrowed. */
const char *bh_label_pick(const json_t *label, const char *lang, const char *fallback);
/* Declaration of the choice with this code, borrowed; NULL when there is none. */
const json_t *bh_field_find_choice(const BhField *field, const char *code);

struct _BhKindSet {
  gatomicrefcount refs;
  json_t *declarations;    /* {"bihuan-kinds":1,"kinds":[…]} sorted by name */
  GPtrArray *kinds;        /* BhKind*, sorted by name */
  GHashTable *index;       /* name → BhKind, borrowed */
  GHashTable *computed;    /* names of computed fields of any kind, borrowed; NULL: none */
  GHashTable *settings;    /* name → BhSettingRule, borrowed from the kinds */
  json_t *setting_choices; /* array of {"code","label","retired"}: the settings as choices */
  json_t *list_choices;    /* array of {"code","label","retired"}: the code lists as choices */
  json_t *groups;          /* array of the groups that the kinds declare, {"name","label"} */
  char *text;              /* canonical text of `declarations`; NULL: not asked for yet */
  char *hash;              /* hex SHA-256 of `text` */
};

/* The context for conditions of `kind`: without it, they cannot read computed fields. */
static inline BhContext bh_context_for(const BhContext *context, const BhKind *kind)
{
  BhContext at = *context;
  at.kind = kind;
  return at;
}

/* The state of the kind with this name, borrowed; NULL when there is none. */
const BhState *bh_kind_find_state(const BhKind *kind, const char *name);

/* --- condition-check.c --- */
/* Checks that a condition uses only what `kind`, and the kinds it refers to, declare. FALSE with
 * the error of `place` set. */
gboolean bh_condition_check(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                            const json_t *condition);
/* As bh_condition_check, and refuses computed fields: for conditions that are evaluated without the
 * kind of the record, or whose result is stored. */
gboolean bh_condition_check_stored(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                   const json_t *condition);
/* Refuses a condition that depends on child or referring records, or on the day and, unless
 * `actor`, one that depends on the acting person. `word` is the member with the condition, for the
 * error. FALSE with the error of `place` set. */
gboolean bh_condition_check_scope(BhPlace *place, const json_t *condition, const char *word,
                                  gboolean actor);
/* Checks a path ("enterprise.area"): it must end at a stored field of one of `types`, a list that
 * ends with -1; NULL allows any type. FALSE with the error of `place` set. */
gboolean bh_path_check(BhPlace *place, const BhKindSet *set, const BhKind *kind, const char *path,
                       const int *types);

/* Whether a path that bh_path_check accepts can end at a personal field. */
gboolean bh_path_is_personal(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                             const char *path);

/* --- authority.c --- */
/* Whether the context's actor belongs to the unit that "authority" of the step names, or to a unit
 * above it. */
gboolean bh_authority_allows(const BhKind *kind, const BhTransition *transition,
                             const BhContext *context);
/* Whether authority lets the context's actor correct the record. `own`: "authority" of the edit,
 * NULL: none. Without it, what only the hub writes (`left_to_hub`) is corrected by its author, by
 * the unit of the record and by those who decide about it, and not by everybody who sees it. */
gboolean bh_authority_allows_edit(const BhKind *kind, const json_t *own, gboolean left_to_hub,
                                  const BhContext *context);

/* --- condition.c --- */
/* The value at a path such as "enterprise.area", borrowed; NULL when there is none. Sets *unknown
 * to TRUE when the value cannot be determined, because a record on the path is not available. */
const json_t *bh_context_find(const BhContext *context, const char *path, gboolean *unknown);

/* --- kind-check.c --- */
/* Adds a problem for each rule in "needs" or "checks" that does not hold. */
void bh_rules_check(const json_t *rules, const BhContext *context, GPtrArray *problems);
/* Checks a value against the type and limits of its field. FALSE with *reason in English, which
 * never contains the value; g_free. */
gboolean bh_field_check_value(const BhField *field, const json_t *value, char **reason);

/* --- worksheet.c --- */
#define BH_WORKSHEET_LISTS_MAX 10 /* elements of "lists" */
#define BH_WORKSHEET_CODE_MAX 60  /* bytes of the code of a list */
/* Parses "lists" of a field. FALSE with an error that names the place. */
gboolean bh_worksheet_parse_lists(BhPlace *place, BhField *field);
/* Checks that records of a kind with "lists" can be worked through: the kind has a ref field for
 * the list, and an edit that names the answers. FALSE with an error that names the place. */
gboolean bh_worksheet_resolve_lists(BhPlace *place, const BhKindSet *set, const BhKind *kind);

/* Whether a condition holds by known values: FALSE also when it cannot be decided because data is
 * not available. Defined in condition.c. */
gboolean bh_condition_is_certain(const json_t *condition, const BhContext *context);
G_END_DECLS
