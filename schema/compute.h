/* Computed fields: fields whose value is an expression over the record, its children, and records
 * that refer to it ("compute", schema/kinds/README.md). A computed value is never stored, signed or
 * set; device and hub compute it by these functions when it is read. Computing ends after at most
 * BH_COMPUTE_STEPS_MAX parts of expressions and records, whatever the declaration. Pure but for the
 * functions of the context. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* Parts of expressions and records that one computation may evaluate; beyond, the value is
 * unknown. */
#define BH_COMPUTE_STEPS_MAX 50000
/* Computed fields that may depend on each other, one after the other. */
#define BH_COMPUTE_CHAIN_MAX 8

/* Whether the value of the field is computed. */
gboolean bh_field_is_computed(const BhField *field);

typedef enum {
  BH_COMPUTED_VALUE,
  BH_COMPUTED_EMPTY,   /* the expression has no value: a date is missing, a divisor is 0 */
  BH_COMPUTED_UNKNOWN, /* records are not available, or are too many */
} BhComputed;

/* Computes a field of the record in `context`, which must have its kind's records at hand: values,
 * today, lookup, children, referring. *value: a new reference to a value of the type of the field,
 * only with BH_COMPUTED_VALUE. *is_partial: the value was computed from the records that are known
 * here, or that the actor may see; there may be more. */
BhComputed bh_kind_compute(const BhKind *kind, const BhField *field, const BhContext *context,
                           json_t **value, gboolean *is_partial);
/* The computed fields that a page shows for the record, a new reference: {field: {"value"?,
 * "partial"?: true, "unknown"?: true}}. Without fields that are empty, hidden (show_when) or
 * retired. */
json_t *bh_kind_compute_shown(const BhKind *kind, const BhContext *context);
/* As bh_kind_compute_shown, for the row of a list: without fields that are computed from child or
 * referring records. NULL when the kind has no others. */
json_t *bh_kind_compute_listed(const BhKind *kind, const BhContext *context);
/* The text of a member of bh_kind_compute_shown for people, with the unit, and in brackets that the
 * value is partial; g_free. */
char *bh_computed_format(const BhField *field, const json_t *computed, const char *lang);

G_END_DECLS
