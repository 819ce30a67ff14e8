/* How a signature, and the end of a visit, come into the store. Who signs what is fixed by the tap;
 * that the text is still the one that was read is checked on the store's thread, in the same act
 * that saves, since something may have come from a colleague meanwhile. */
#pragma once

#include "app/session.h"

G_BEGIN_DECLS

/* Who signs what. All borrowed. */
typedef struct {
  const char *inspection;   /* the visit */
  const char *document;     /* an order of it; NULL: the record of the visit is signed */
  const char *shown_sha256; /* of the text on the screen */
  const char *role;
  const char *staff; /* NULL or "" for people who are no staff */
  const char *name;
  const char *post;
  const char *refusal_reason; /* NULL: signed */
  const char *refusal_witness;
} BhSigningRequest;

/* A signature on its way to the store; `png` is NULL for a refusal, else taken over. For
 * bh_page_submit_run with bh_signing_run; free with bh_signing_free. The first signature to a text
 * also keeps that text with the visit. A text that has changed is refused as BH_USER_ERROR. */
gpointer bh_signing_new(BhSession *session, const BhSigningRequest *signer, GBytes *png);
void bh_signing_run(BhDevice *device, GTask *task, gpointer signing);
void bh_signing_free(gpointer signing);

/* The end of a visit whose text is the one with this digest; `set` is taken over: the step and what
 * it asks for. The result is an array of problems, empty when it was saved. */
gpointer bh_visit_end_new(BhSession *session, const char *inspection, const char *shown_sha256,
                          json_t *set);
void bh_visit_end_run(BhDevice *device, GTask *task, gpointer ending);
void bh_visit_end_free(gpointer ending);

G_END_DECLS
