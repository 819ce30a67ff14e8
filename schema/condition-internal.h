/* What the files about conditions and computed values share: reading values at paths, the records
 * of a source, and computing. Private to schema/. One thread at a time for one context. */
#pragma once

#include "schema/civil.h"
#include "schema/kind-internal.h"

G_BEGIN_DECLS

/* Truth of a condition. UNKNOWN: it needs data that is not available. */
typedef enum { BH_NO, BH_YES, BH_UNKNOWN } BhTruth;

/* --- condition.c --- */
/* Judges a condition as part of another one or of a computed value. Of a context without
 * `computing`, computed fields are UNKNOWN. */
BhTruth bh_condition_judge(const json_t *condition, const BhContext *context);
/* The value at a path, borrowed from the context; NULL when there is none. *field (may be NULL):
 * the field at the end of the path, NULL when it is not known. *unknown is set to TRUE when the
 * value cannot be determined, and left alone otherwise. */
const json_t *bh_context_read(const BhContext *context, const char *path, const BhField **field,
                              gboolean *unknown);
/* The civil date of a date or a time, or the first day of a month; *is_month says which. FALSE for
 * any other value. */
gboolean bh_value_to_date(const json_t *value, BhDate *date, gboolean *is_month);

/* --- source.c --- */
/* The records of a source. */
typedef struct {
  json_t *values;     /* array of their values; JSON null for a record that is not available */
  const json_t *ids;  /* ids of a source of refs, in the same order; NULL: not known */
  const BhKind *kind; /* NULL: they can be of several kinds */
  gboolean is_whole;  /* these are all records of the source */
} BhElements;
/* Frees what the elements own. */
void bh_elements_clear(BhElements *elements);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhElements, bh_elements_clear)
/* Lists the records that a source gives; FALSE when they are not available. `elements` must be
 * zeroed. */
gboolean bh_source_list(const json_t *source, const BhContext *context, BhElements *elements);
/* *inner: the context of the element at `index`. FALSE when the record is not available. */
gboolean bh_elements_enter(const BhElements *elements, gsize index, const BhContext *context,
                           BhContext *inner);
/* Checks a source, and adds the kinds of its records to `kinds`. FALSE with the error of `place`
 * set. */
gboolean bh_source_check(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                         const json_t *source, GPtrArray *kinds);
/* Adds the kinds of the records of a checked source to `kinds`. */
void bh_source_list_kinds(const BhKindSet *set, const BhKind *kind, const json_t *source,
                          GPtrArray *kinds);

/* --- condition-check.c --- */
/* End of a path: a field of a kind, or the kind's state when `field` is NULL. */
typedef struct {
  const BhKind *kind;
  const BhField *field;
} BhPathEnd;
/* All possible ends of a path, an array of BhPathEnd. After a ref to several kinds, at least one of
 * them must have the next field; in records of the other kinds the value is empty. NULL with the
 * error of `place` set. */
GArray *bh_path_find_ends(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                          const char *path);
/* As bh_path_check, and allows computed fields. */
gboolean bh_path_check_readable(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                const char *path, const int *types);
/* As bh_condition_check, for a condition inside an expression or another condition at `depth`. */
gboolean bh_condition_check_part(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                 const json_t *condition, int depth);

/* --- compute.c --- */
/* What one computation has used, and the results that conditions have borrowed from it. */
typedef struct _BhComputing {
  guint steps;  /* parts of expressions and records that were evaluated */
  guint depth;  /* computed fields that are being computed, one for the other */
  json_t *kept; /* array of results */
} BhComputing;
/* Whether another part or record may be evaluated; counts it. */
gboolean bh_computing_step(const BhContext *context);
/* The value of a computed field of the record in `context`, borrowed from its `computing`; NULL
 * when it is empty. *unknown is set to TRUE when it cannot be computed, or only from a part of the
 * records. */
const json_t *bh_computing_read(const BhField *field, const BhContext *context, gboolean *unknown);

/* --- compute-check.c --- */
/* Parses "compute" of a field. FALSE with the error of `place` set. */
gboolean bh_field_parse_compute(BhPlace *place, BhField *field);
/* Second pass for "compute" of a field. FALSE with the error of `place` set. */
gboolean bh_field_resolve_compute(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                  const BhField *field);
/* Between the passes, when all kinds are parsed: finds what the computed fields of a kind read, and
 * refuses fields that depend on themselves, or on a long row of others. FALSE with
 * BH_ERROR_INVALID. */
gboolean bh_kind_check_computed(const BhKind *kind, const BhKindSet *set, const char *root,
                                GError **error);

G_END_DECLS
