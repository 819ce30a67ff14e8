/* The form of a returned record: fields that the review asked for, and those that may be corrected
 * in this state. Use on the main thread only. */
#pragma once

#include "app/forms/form-view.h"

G_BEGIN_DECLS

/* Makes the form. `record` as bh_device_get gives it ({"id","kind","values"}), `review`: values of
 * the open review; both borrowed for the call. Floating. */
BhFormView *bh_return_form_new(BhSession *session, const BhKind *kind, const json_t *record,
                               const json_t *review);
/* The state that the correction moves the record to, borrowed from `kind`; NULL when it stays in
 * its state. Pure. */
const char *bh_return_form_get_next_state(const BhKind *kind, const json_t *record);

G_END_DECLS
