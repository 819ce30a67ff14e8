/* Makes the enforcement documents of an inspection: fields frozen into a document record, paper
 * with the code of that entry, PDF as file, document issued, hazards ordered. Resumes where an
 * earlier try stopped. Runs on the store's thread; takes about a second. */
#pragma once

#include "app/visit.h"
#include "sync/device/device.h"

G_BEGIN_DECLS

typedef struct {
  char *author;
  const char *lang; /* static; "zh" or "en": the language problems are told in */
  char *inspection;
  gint64 now_ms;
  gboolean order;      /* make the order to rectify too */
  char *legal_basis;   /* of the order; required for it (FIELD 1) */
  char *deadline;      /* of the order, "YYYY-MM-DD" */
  gboolean clock_poor; /* then two people stand for the date (FIELD 14) */
  char *confirmed_by;  /* staff ids, or NULL */
  char *confirmed_by_second;
} BhDocumentsRequest;

/* The frozen fields of a document of this visit; `document` holds its values, `hazards` those that
 * belong on it. Pure; any thread. */
json_t *bh_documents_freeze(const json_t *visit, const BhKindSet *kinds, const char *inspection,
                            const json_t *document, const json_t *hazards, gint64 now_ms,
                            GError **error);

/* Says as BH_SAID that what this visit holds is too much for one paper. */
void bh_documents_set_too_long(const json_t *visit, GError **error);

void bh_documents_request_free(BhDocumentsRequest *request);

/* Digest of what people sign of a visit, by the records as they stand in the store: what the page
 * showed when nothing changed since. g_free; NULL with an error. */
char *bh_documents_dup_shown_digest(BhDevice *device, const char *author, const char *inspection,
                                    gint64 now_ms, GError **error);

/* {"documents": [{"id","doc_type","pdf"}]}: the record, and as many orders as the hazards need;
 * NULL with the first error. */
json_t *bh_documents_make(BhDevice *device, const BhDocumentsRequest *request, GError **error);

G_END_DECLS
