/* An urgent message, and its copy ahead of its chain. */
#include "tests/office/urgent.h"

#include "sync/hub/devices/devices.h"

json_t *test_make_urgent(const char *record, const char *unit, const char *author)
{
  return json_pack("[{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s, s:s, s:s}}]", "record", record, "kind",
                   "urgent_message", "set", "message_type", "accident", "headline",
                   "3201 工作面冒顶，2 人被困", "event_text", "已停产撤人", "unit", unit, "area",
                   "140603100", "reported_by", author, "state", "reported");
}

typedef struct {
  const char *device;
  const char *id;
  const BhEntryText *text;
} Copy;

static gboolean add_copy(BhHub *hub G_GNUC_UNUSED, BhDb *db, gpointer data, GError **error)
{
  const Copy *copy = data;
  return bh_ahead_store_add(db, copy->id, copy->device, g_get_real_time() / 1000, copy->text,
                            error);
}

gboolean test_add_copy(BhHub *hub, const char *device, const char *id, const BhEntryText *text,
                       GError **error)
{
  Copy copy = {device, id, text};
  return bh_hub_write(hub, add_copy, &copy, error);
}
