/* What a loaded kind consists of. Private to the rooms' files about kinds; everything borrows its
 * strings from the parsed declarations, which the set keeps. Immutable once loaded. */
#pragma once

#include "schema/kind.h"
#include "schema/kind-place.h"

G_BEGIN_DECLS

struct _BhField {
  const char *name;
  const json_t *declaration;
  BhFieldType type;
  gint64 min;
  gint64 max;
  gint64 digits;
  gboolean personal, indexed, retired, in_form, always_required, by_hub, own_unit;
  gboolean always_distinct;
  gboolean unlocked; /* stays open when the record is locked */
  const char *doubt; /* field that gives the reason when its value is doubtful, or NULL */
  const struct _BhField *explained; /* field whose doubt this one gives the reason of, or NULL */
  const json_t *required;           /* condition or NULL */
  const json_t *show_when;
  const json_t *distinct; /* condition */
  const json_t *locked_when;
  const json_t *choices; /* array or NULL */
  const char **ref_kinds;
  const char **change_asks;
};

struct _BhState {
  const char *name;
  const json_t *declaration;
  gboolean initial, final, is_void, by_hub;
};

struct _BhTransition {
  const char *to;
  const json_t *declaration;
  gboolean creates, by_hub; /* "from": null */
  const char **from;        /* NULL when it creates */
  const char **who;
  const char **asks;
  const char **sets; /* the program sets them on this step */
  const json_t *when;
  const json_t *needs;     /* array or NULL */
  const json_t *authority; /* of this step: path, paths or true (that of the kind); or NULL */
  const char *due; /* field its deadline counts from, NULL when none or the step asks for it */
};

struct _BhKind {
  const char *name;
  const json_t *declaration;
  char *file; /* for errors of the second pass */
  GPtrArray *fields;
  GHashTable *field_index; /* name → BhField, borrowed */
  GPtrArray *states;
  GPtrArray *transitions;
  const json_t *visible;
  const json_t *authority; /* path, or several, to the unit that decides; NULL: none */
  const json_t *checks;
  const json_t *locked_when; /* condition or NULL */
  gboolean once;             /* written by the entry that makes the record, and never again */
  const char *parent;
  const char *scope;
  gboolean reviewable, by_hub;
  GPtrArray *title_refs; /* char*, NULL-terminated: first steps of the title's paths */
};

/* First pass: one declaration by itself. `declaration` and `file` are kept by the kind's set. */
BhKind *bh_kind_parse(const json_t *declaration, const char *file, const char *root,
                      GError **error);
void bh_kind_free(BhKind *kind);
/* Second pass: everything that refers to other fields, states and kinds. */
gboolean bh_kind_resolve(const BhKind *kind, const BhKindSet *set, const char *root,
                         GError **error);

/* --- kind-views.c --- */
/* Second pass over "forms", "ledgers" and "related". */
gboolean bh_kind_resolve_views(BhPlace *place, const BhKindSet *set, const BhKind *kind);

/* --- kind-field.c --- */
gboolean bh_field_type_from_name(const char *name, BhFieldType *type);
/* Parses one element of "fields"; the caller frees with bh_field_free. */
BhField *bh_field_parse(BhPlace *place, const json_t *declaration);
void bh_field_free(BhField *field);
/* "zh"/"en" member of a label object with fallbacks. */
const char *bh_label_pick(const json_t *label, const char *lang, const char *fallback);
const json_t *bh_field_find_choice(const BhField *field, const char *code);

struct _BhKindSet {
  gatomicrefcount refs;
  json_t *declarations; /* {"bihuan-kinds":1,"kinds":[…]} sorted by name */
  GPtrArray *kinds;     /* BhKind*, sorted by name */
  GHashTable *index;
  char *text;
  char *hash;
};

const BhState *bh_kind_find_state(const BhKind *kind, const char *name);

/* --- condition-check.c --- */
/* Refuses a condition that says anything `kind` (and what it refers to) does not declare. */
gboolean bh_condition_check(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                            const json_t *condition);
/* Checks a path ("enterprise.area") and that it ends at a field of one of `types`, a list ended
 * by -1; NULL takes any type. */
gboolean bh_path_check(BhPlace *place, const BhKindSet *set, const BhKind *kind, const char *path,
                       const int *types);

/* --- authority.c --- */
/* Whether who acts is of the unit whose step it is, or of one above. */
gboolean bh_authority_allows(const BhKind *kind, const BhTransition *transition,
                             const BhContext *context);

/* --- condition.c --- */
/* Value at a path, NULL when there is none; *unknown is set when that cannot be said here. */
const json_t *bh_context_find(const BhContext *context, const char *path, gboolean *unknown);

/* --- kind-check.c --- */
/* Adds a problem for each of "needs" or "checks" that does not hold. */
void bh_rules_check(const json_t *rules, const BhContext *context, GPtrArray *problems);
/* Value of one type, key already found; reason is English and names no value. */
gboolean bh_field_check_value(const BhField *field, const json_t *value, char **reason);

/* TRUE only when it holds by what is known here. */
gboolean bh_condition_is_certain(const json_t *condition, const BhContext *context);
G_END_DECLS
