/* sync.h over libcurl. In a file of its own, because the collector loads libcurl in a module later
 * and must not be linked with it. */
#include "sync/device/run/sync.h"

BhSync *bh_sync_start(BhWorker *worker, BhSyncChanged changed, gpointer data)
{
  return bh_sync_start_with(worker, bh_transport_curl_new(FALSE), bh_connectivity_monitor_new(),
                            changed, data);
}

gboolean bh_sync_enrol(BhWorker *worker, const char *text, const char *name, GError **error)
{
  return bh_sync_enrol_with(worker, bh_transport_curl_new(FALSE), text, name, error);
}

json_t *bh_sync_once(BhWorker *worker, GError **error)
{
  return bh_sync_once_with(worker, bh_transport_curl_new(FALSE), error);
}
