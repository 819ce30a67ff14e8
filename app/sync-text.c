/* One line about the sync. Reads only the status it is given. */
#include "app/sync-text.h"

#include <glib/gi18n.h>
#include <string.h>

#include "schema/civil.h"

char *bh_sync_text_dup(const json_t *status, gint64 unsent)
{
  gint64 last = json_integer_value(json_object_get(status, "last_sync_ms"));
  g_autofree char *last_text = last > 0 ? bh_time_format(last) : g_strdup(_("never"));
  if (strcmp(bh_json_string_or(status, "state", ""), "revoked") == 0)
    return unsent > 0 ? g_strdup_printf(
                            _("This device was revoked: %d not sent, nothing is sent any more"),
                            (int)unsent)
                      : g_strdup_printf(
                            _("This device was revoked: nothing is sent any more · last sync %s"),
                            last_text);
  if (unsent > 0)
    return g_strdup_printf(_("%d not sent yet · last sync %s"), (int)unsent, last_text);
  if (json_is_true(json_object_get(status, "behind")))
    return g_strdup_printf(
        _("Everything is at the hub; updates are still coming in · last sync %s"), last_text);
  return g_strdup_printf(_("Everything is at the hub · last sync %s"), last_text);
}
