#include "app/devices/wedge.h"

struct _BhWedge {
  GString *burst;
  guint32 last_ms;
};

BhWedge *bh_wedge_new(void)
{
  BhWedge *wedge = g_new0(BhWedge, 1);
  wedge->burst = g_string_new(NULL);
  return wedge;
}

void bh_wedge_free(BhWedge *wedge)
{
  if (wedge == NULL)
    return;
  g_string_free(wedge->burst, TRUE);
  g_free(wedge);
}

char *bh_wedge_take(BhWedge *wedge, gunichar character, guint32 at_ms)
{
  if (character == 0)
    return NULL; /* shift keys come between the letters of a burst */
  guint32 gap_ms = at_ms - wedge->last_ms;
  wedge->last_ms = at_ms;
  if (gap_ms > BH_WEDGE_GAP_MS || wedge->burst->len >= BH_WEDGE_MAX)
    g_string_truncate(wedge->burst, 0);
  if (character != '\n') {
    g_string_append_unichar(wedge->burst, character);
    return NULL;
  }
  char *code = wedge->burst->len >= BH_WEDGE_MIN ? g_strdup(wedge->burst->str) : NULL;
  g_string_truncate(wedge->burst, 0);
  return code;
}

char *bh_wedge_take_key(BhWedge *wedge, const GdkEventKey *event)
{
  gboolean enter = event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter;
  return bh_wedge_take(wedge, enter ? '\n' : gdk_keyval_to_unicode(event->keyval), event->time);
}
