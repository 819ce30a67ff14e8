/* The format of the frozen fields of documents (app/paper/README.md lists their members): its
 * number, and which layout a document of it has. Pure; any thread. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

#define BH_PAPER_FORMAT 1 /* member "paper" of the frozen fields */

typedef enum {
  BH_PAPER_LAYOUT_UNKNOWN,
  BH_PAPER_LAYOUT_RECORD, /* the record of a whole visit */
  BH_PAPER_LAYOUT_ORDER,  /* an order to rectify the hazards that it lists */
} BhPaperLayout;

/* Layout of the paper that is made from these frozen fields, and of the text that is signed for it.
 * UNKNOWN when the format has no such type of document. */
BhPaperLayout bh_paper_get_layout(const json_t *frozen);

G_END_DECLS
