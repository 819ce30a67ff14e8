/* Reads a checklist from CSV, and its items from JSON. A list that was read must not change on its
 * way through a record. */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include "schema/checklist.h"

static void carry(const BhChecklist *list)
{
  g_autoptr(json_t) json = bh_checklist_to_json(list);
  g_autoptr(BhChecklist) again = bh_checklist_from_json(json, NULL);
  g_assert(again != NULL);
  g_autoptr(json_t) same = bh_checklist_to_json(again);
  g_assert(json_equal(json, same));
  g_autoptr(json_t) enterprise = json_pack("{s:s}", "area", "140603");
  for (gsize i = 0; i < bh_checklist_count(list); i++)
    bh_checklist_item_applies(bh_checklist_get(list, i), enterprise);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const char *text = (const char *)data;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhChecklist) list = bh_checklist_parse(text, size, "list", NULL, &error);
  g_assert((list == NULL) == (error != NULL));
  if (list != NULL)
    carry(list);
  g_autoptr(json_t) json = bh_json_parse(text, size, BH_CHECKLIST_MAX_BYTES, "items", NULL);
  g_autoptr(BhChecklist) from_json = json != NULL ? bh_checklist_from_json(json, NULL) : NULL;
  if (from_json != NULL)
    carry(from_json);
  return 0;
}
