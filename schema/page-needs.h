/* What the pages of an inspection and its papers need of the kinds: page-needs.json names the
 * kinds, fields, choices, states, forms and pages that they use; those under "optional" may be
 * missing. These pages are made by hand, so a kind set that lacks one of them would break every
 * collector that receives it. Pure; any thread.
 */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* Fails with BH_ERROR_INVALID and all that `set` lacks, one line each, or with an error of the file
 * `path` (page-needs.json). */
gboolean bh_page_needs_check(const BhKindSet *set, const char *path, GError **error);

G_END_DECLS
