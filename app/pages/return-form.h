/* The form of a record that was returned: what the review asked for, and what the inspector may
 * correct while the record is in this state. Main thread. */
#pragma once

#include "app/forms/form-view.h"

G_BEGIN_DECLS

/* `record` as the store gives it ({"id","kind","values"}), `review` values of the open review. */
BhFormView *bh_return_form_new(BhSession *session, const BhKind *kind, const json_t *record,
                               const json_t *review);
/* State the correction moves the record to, NULL when it stays where it is. */
const char *bh_return_form_get_next_state(const BhKind *kind, const json_t *record);

G_END_DECLS
