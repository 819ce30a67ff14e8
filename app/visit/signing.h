/* Saves signatures and the end of a visit. Who signs what is decided by the tap. Whether the text
 * is still the text that the person has read is checked on the store's thread, in the transaction
 * that saves the signature, because a record of a colleague may have arrived after the tap. */
#pragma once

#include "app/session.h"

G_BEGIN_DECLS

/* Who signs what. All members are borrowed. */
typedef struct {
  const char *inspection;   /* the visit */
  const char *document;     /* an order of the visit; NULL: the record of the visit is signed */
  const char *shown_sha256; /* SHA-256 of the text on the screen */
  const char *role;         /* in which role the person signs */
  const char *staff;        /* staff id; NULL or "" for people who are not staff */
  const char *name;
  const char *post;
  const char *refusal_reason; /* why the person refused to sign; NULL: the person signed */
  const char *refusal_witness;
} BhSigningRequest;

/* Work that saves one signature, for bh_page_submit_run with bh_signing_run; the request is copied.
 * `png` is the picture, taken over; NULL for a refusal. Use on the main thread only. */
gpointer bh_signing_new(BhSession *session, const BhSigningRequest *signer, GBytes *png);
/* A BhWorkFunc for the store's thread. The first signature to a text stores that text with the
 * visit. Result: {}; BH_USER_ERROR when the text has changed since it was shown. */
void bh_signing_run(BhDevice *device, GTask *task, gpointer signing);
/* Frees the work; a GDestroyNotify. */
void bh_signing_free(gpointer signing);

/* Work that ends a visit whose text has the digest `shown_sha256`, for bh_page_submit_run with
 * bh_visit_end_run. `set` ({key: value}, taken over) has the values of the step that ends the
 * visit. Use on the main thread only. */
gpointer bh_visit_end_new(BhSession *session, const char *inspection, const char *shown_sha256,
                          json_t *set);
/* A BhWorkFunc for the store's thread. Result: array of problems as bh_device_check gives them,
 * empty when the end of the visit was saved; BH_USER_ERROR when the text has changed since it was
 * shown. */
void bh_visit_end_run(BhDevice *device, GTask *task, gpointer end);
/* Frees the work; a GDestroyNotify. */
void bh_visit_end_free(gpointer end);

G_END_DECLS
