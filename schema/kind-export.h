/* Records that must not leave the hub before they reached a state ("export" in
 * schema/kinds/README.md). */
#pragma once

#include "schema/kind-place.h"
#include "schema/kind.h"

G_BEGIN_DECLS

/* Second pass for the member "export" of a kind. FALSE with the error of `place` set. */
gboolean bh_kind_resolve_export(BhPlace *place, const BhKind *kind);
/* Whether records of the kind may be exported only after they reached a state. */
gboolean bh_kind_limits_export(const BhKind *kind);
/* Whether a record that reached this state may be exported from then on. */
gboolean bh_kind_is_export_state(const BhKind *kind, const char *state);
/* The labels of these states in one line ("a, b"); g_free. */
char *bh_kind_dup_export_labels(const BhKind *kind, const char *lang);

G_END_DECLS
