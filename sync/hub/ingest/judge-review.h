/* Whether a review may be made: the kind of what is reviewed says what it means, and the record
 * stands as it is when the entry is applied. */
#pragma once

#include "sync/hub/ingest/internal.h"

G_BEGIN_DECLS

/* Judges every review that a body of the hub makes, before the body is applied. FALSE with
 * BH_ERROR_DENIED when it is for somebody else, BH_ERROR_INVALID with the text of the guard else.
 * An actor that is the hub itself is judged by the state alone. Writer thread. */
gboolean bh_review_judge(BhPiece *piece, const BhBody *body, gboolean by_system, GError **error);

G_END_DECLS
