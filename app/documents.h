/* Makes the enforcement documents of an inspection: fields frozen into a document record, paper
 * with the code of that entry, PDF as file, document issued, hazards ordered. Resumes where an
 * earlier try stopped. Runs on the store's thread; takes about a second. */
#pragma once

#include "app/visit.h"
#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef struct {
  char *author;
  const char *lang; /* static; "zh" or "en": the language problems are told in */
  char *inspection;
  gint64 now_ms;
  gboolean order;              /* make the order to rectify too */
  char *legal_basis;           /* of the order; required for it (FIELD 1) */
  char *deadline;              /* of the order, "YYYY-MM-DD" */
  gboolean clock_poor;         /* then two people stand for the date (FIELD 14) */
  gboolean allow_placeholders; /* what no font can draw is printed as a mark: somebody agreed */
  char *confirmed_by;          /* staff ids, or NULL */
  char *confirmed_by_second;
} BhDocumentsRequest;

/* The frozen fields of a document of this visit; `document` holds its values, `hazards` those that
 * belong on it. Pure; any thread. */
json_t *bh_documents_freeze(const json_t *visit, const BhKindSet *kinds, const char *inspection,
                            const json_t *document, const json_t *hazards, gint64 now_ms,
                            GError **error);

/* Says as BH_USER_ERROR that what this visit holds is too much for one paper. */
void bh_documents_set_too_long_error(const json_t *visit, GError **error);

void bh_documents_request_free(BhDocumentsRequest *request);

/* The frozen fields of the record of this visit before it is signed: people sign their text
 * (schema/signed-text.h). Leaves room for what is set afterwards. Pure; any thread. */
json_t *bh_documents_freeze_to_sign(const json_t *visit, const BhKindSet *kinds,
                                    const char *inspection, gint64 now_ms, GError **error);

/* {"documents": [{"id","doc_type","pdf"}]}: the record, and as many orders as the hazards need;
 * NULL with the first error. BH_USER_ERROR_MISSING_GLYPHS, before anything of the document is
 * saved, names the characters no font here can draw, unless they were agreed to
 * (`allow_placeholders`, or with the signatures).
 */
json_t *bh_documents_make(BhDevice *device, const BhDocumentsRequest *request, GError **error);

/* That an order was handed over: signed for, or refused. */
typedef struct {
  char *author;
  char *inspection;
  char *document;
  json_t *set; /* the step and what it asks for; owned */
} BhServiceRequest;

void bh_service_request_free(gpointer request);

/* Takes the step, with a copy of the paper that shows the signatures, when nothing stands against
 * it:
 * an array of problems as bh_device_check gives them, empty when it was saved. NULL with an error.
 */
json_t *bh_documents_serve(BhDevice *device, const BhServiceRequest *request, GError **error);

G_END_DECLS
