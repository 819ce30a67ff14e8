/* Makes, copies and frees notes of how an enterprise was found. */
#include "app/visit/found.h"

BhFound *bh_found_new(const char *by, const char *reason, const char *scan)
{
  BhFound *found = g_new0(BhFound, 1);
  found->by = g_strdup(by != NULL ? by : "list");
  found->reason = g_strdup(reason);
  found->scan = g_strdup(scan);
  return found;
}

BhFound *bh_found_copy(const BhFound *found)
{
  return found != NULL ? bh_found_new(found->by, found->reason, found->scan)
                       : bh_found_new(NULL, NULL, NULL);
}

void bh_found_free(BhFound *found)
{
  if (found == NULL)
    return;
  g_free(found->by);
  g_free(found->reason);
  g_free(found->scan);
  g_free(found);
}
