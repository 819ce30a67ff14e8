/* Who may see a record, as a text that many records share. It is what is left of the kind's
 * `visible` once everything that the record itself says is put in, so that a list can ask the store
 * for what a reader may see instead of looking at each record. The judgement itself stays
 * bh_kind_is_visible: a text may be older than what it depends on. Start at bh_restriction_dup. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* Text of a record that some may not see; "" when it is open to everybody in its scope; NULL when
 * its kind's condition has no such text (it looks at a list of records). The actor of `context` is
 * ignored. The text depends on the record and on those above it by `parent`; whatever else a path
 * goes through is looked up when the text is asked. g_free. */
char *bh_restriction_dup(const BhKind *kind, const BhKindSet *kinds, const BhContext *context);
/* Whether the text lets the actor of `viewer` see. Its values and record are not looked at. FALSE
 * when that cannot be said, and for who is out of service. */
gboolean bh_restriction_allows(const char *text, const BhContext *viewer);

typedef enum {
  BH_VIEWER_UNIT = 1 << 0,  /* the unit of the viewer */
  BH_VIEWER_ROLES = 1 << 1, /* their roles */
  BH_VIEWER_SELF = 1 << 2,  /* who it is, or other values of the staff record */
} BhViewerTraits;

/* What a condition on record and viewer asks of the viewer. Two viewers who are alike in that see
 * the same records. */
BhViewerTraits bh_restriction_get_traits(const json_t *condition);

G_END_DECLS
