/* Maps the types of documents to layouts. Format 1 decides the layout by the type, so the codes of
 * its two types are fixed here; a new type of document needs a new format. */
#include "schema/paper-format.h"

#include <string.h>

static const struct {
  const char *doc_type;
  BhPaperLayout layout;
} layouts[] = {
    {"onsite_record", BH_PAPER_LAYOUT_RECORD},
    {"order_rectify", BH_PAPER_LAYOUT_ORDER},
};

BhPaperLayout bh_paper_get_layout(const json_t *frozen)
{
  const char *type = bh_json_string_or(frozen, "doc_type", "");
  for (gsize i = 0; i < G_N_ELEMENTS(layouts); i++)
    if (strcmp(type, layouts[i].doc_type) == 0)
      return layouts[i].layout;
  return BH_PAPER_LAYOUT_UNKNOWN;
}
