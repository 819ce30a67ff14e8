/* Types of documents that a kind declares ("paper" at a choice): which papers a visit has, what
 * they are called, and which of them is signed for. Pure; any thread; results are borrowed from the
 * kind set. Start with bh_paper_type_find. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

typedef struct {
  const BhKind *kind; /* kind of the documents */
  const char *code;   /* choice of the field that contains the type */
  const char *title;  /* title on paper: the Chinese label of the choice */
  const char *names;  /* refs field for the records that need such a document; NULL: the document is
                       * made once, of the whole visit */
  const json_t *where; /* condition on a record that needs such a document; NULL: all need one */
  const char *receipt; /* state of a document that was signed for; NULL: it is not signed for, the
                        * signatures of the visit are for it */
} BhPaperType;

/* *type: the type of document with this code. FALSE, *type untouched, when the kind set declares
 * none. */
gboolean bh_paper_type_find(const BhKindSet *set, const char *code, BhPaperType *type);
/* Sets *of_visit and *of_records to the types that new documents have: *of_visit: the type that is
 * made once for the whole visit; *of_records: the type for records that the document names. FALSE,
 * outputs untouched, when the kind set does not declare both types, because its kinds are older
 * than this program. */
gboolean bh_paper_type_find_both(const BhKindSet *set, BhPaperType *of_visit,
                                 BhPaperType *of_records);

G_END_DECLS
