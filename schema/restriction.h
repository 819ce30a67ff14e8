/* The visibility of a record as a text that many records share, so that a store can list the
 * records that a viewer may see without evaluating a condition for each. The text is the kind's
 * `visible`, with that of the parent if the kind inherits, with all values of the records inserted:
 * a condition on the viewer alone. A stored text can be older than the values that it depends on,
 * therefore bh_kind_is_visible decides in the end. Pure; any thread. Start with bh_restriction_dup.
 */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* The restriction of a record: "" when the record is open to everybody in its scope; NULL when the
 * kind's condition cannot be expressed as such a text (it counts a list of records). The actor of
 * `context` is ignored. The text depends on the record and on the records above it by `parent`;
 * other records on a path are looked up when the text is evaluated. g_free. */
char *bh_restriction_dup(const BhKind *kind, const BhKindSet *kinds, const BhContext *context);
/* Whether the text allows the actor of `viewer` to see the record. The values and record of
 * `viewer` are ignored. TRUE for "". FALSE when the condition cannot be decided, and for an actor
 * out of service. */
gboolean bh_restriction_allows(const char *text, const BhContext *viewer);

typedef enum {
  BH_VIEWER_UNIT = 1 << 0,  /* the unit of the viewer */
  BH_VIEWER_ROLES = 1 << 1, /* the roles of the viewer */
  BH_VIEWER_SELF = 1 << 2,  /* the viewer's identity, or other values of the staff record */
} BhViewerTraits;

/* The properties of the viewer that a condition uses. Two viewers with the same values of these
 * properties see the same records. */
BhViewerTraits bh_restriction_get_traits(const json_t *condition);

G_END_DECLS
