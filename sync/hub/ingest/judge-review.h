/* Judges whether a review may be made, by the "review" declaration of the reviewed record's kind
 * and by the record as it is when the entry is applied. */
#pragma once

#include "sync/hub/ingest/internal.h"

G_BEGIN_DECLS

/* Judges every review in a body that the hub made, before the body is applied. FALSE with
 * BH_ERROR_DENIED when the person may not make the review, else with BH_ERROR_INVALID and the text
 * of the guard that fails. `by_system`: the person is not judged. Must be called on the writer
 * thread. */
gboolean bh_review_judge(BhPiece *piece, const BhBody *body, gboolean by_system, GError **error);

G_END_DECLS
