/* Makes the enforcement documents of an inspection: freezes the fields into a document record,
 * renders the paper with the code of that entry, stores the PDF as a file, issues the document and
 * marks its hazards as ordered. A second call continues where an earlier one stopped. Functions
 * that take a BhDevice run on the store's thread and take about a second. */
#pragma once

#include "app/visit/visit.h"
#include "schema/kind-paper.h"
#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef struct {
  char *author;
  const char *lang; /* static; "zh" or "en": language of the problems in errors */
  char *inspection;
  gint64 now_ms;
  gboolean order; /* TRUE: make the orders to rectify too */
  /* Values of the order's form {key: value}, owned: legal basis and deadline, which an order
   * requires (FIELD 1), measures, whether it is a major decision … NULL: no order. */
  json_t *form;
  gboolean clock_poor; /* the device's clock was not checked against the hub: two people confirm the
                          date (FIELD 14) */
  gboolean allow_placeholders; /* a person agreed to print BH_FONT_PLACEHOLDER for missing glyphs */
  char *confirmed_by;          /* the two people who confirmed the date: staff ids, or NULL */
  char *confirmed_by_second;
} BhDocumentsRequest;

/* Sets *record and *order to the types of the document of a visit and of the documents for hazards.
 * FALSE with BH_USER_ERROR, outputs untouched, when the kinds are older than this program. Pure;
 * any thread. */
gboolean bh_documents_find_types(const BhKindSet *kinds, BhPaperType *record, BhPaperType *order,
                                 GError **error);

/* Freezes the fields of a document of this visit. `document` holds the document's values, `hazards`
 * (array of values) those that belong on it. A new reference, or NULL with an error: BH_ERROR_LIMIT
 * when the text is too long for one paper. Pure; any thread. */
json_t *bh_documents_freeze(const json_t *visit, const BhKindSet *kinds, const char *inspection,
                            const json_t *document, const json_t *hazards, gint64 now_ms,
                            GError **error);

/* Sets a BH_USER_ERROR that says that the visit holds too much text for one paper. */
void bh_documents_set_too_long_error(const json_t *visit, GError **error);

/* Frees a request and its strings. NULL is ignored. */
void bh_documents_request_free(BhDocumentsRequest *request);

/* Freezes the fields of the record of this visit before it is signed: people sign their text
 * (schema/signed-text.h). Leaves room for the fields that are set afterwards. A new reference, or
 * NULL with an error as bh_documents_freeze gives it. Pure; any thread. */
json_t *bh_documents_freeze_to_sign(const json_t *visit, const BhKindSet *kinds,
                                    const char *inspection, gint64 now_ms, GError **error);

/* Makes the record of the visit and, if request->order is set, as many orders as its hazards need.
 * An order that is a major decision waits for the legal review: it has no "pdf" yet.
 * Result: {"documents": [{"id","doc_type","pdf","waits"}]}, a new reference; NULL with the first
 * error. Fails with BH_USER_ERROR_MISSING_GLYPHS, before anything of the document is saved, when
 * its text has characters that no font of this machine can draw, unless a person has agreed to
 * placeholders
 * (`allow_placeholders`, or when the record was signed). */
json_t *bh_documents_make(BhDevice *device, const BhDocumentsRequest *request, GError **error);

/* The service of an order: it was handed over, and signed for or refused. */
typedef struct {
  char *author;
  char *inspection;
  char *document;
  json_t *set; /* values of the step that records the service, {key: value}; owned */
} BhServiceRequest;

/* Frees a BhServiceRequest; a GDestroyNotify. */
void bh_service_request_free(gpointer request);

/* Checks and saves the service of an order, with a copy of the paper that shows the signatures when
 * this device made the order. The copy is left out for other orders. Returns an array of problems
 * as bh_device_check gives them, empty when it was saved; NULL with an error. */
json_t *bh_documents_serve(BhDevice *device, const BhServiceRequest *request, GError **error);

G_END_DECLS
