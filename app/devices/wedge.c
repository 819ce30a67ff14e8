/* Recognizes bursts of keys. app/input.c decides which keys reach the widgets. */
#include "app/devices/wedge.h"

#include <string.h>

struct _BhWedge {
  GString *burst;
  char *prefix;             /* text that the scanner sends before each code; "": none */
  guint32 longest_pause_ms; /* longest pause between two keys of the burst */
  guint32 last_ms;
};

BhWedge *bh_wedge_new(void)
{
  BhWedge *wedge = g_new0(BhWedge, 1);
  wedge->burst = g_string_new(NULL);
  wedge->prefix = g_strdup("");
  return wedge;
}

void bh_wedge_free(BhWedge *wedge)
{
  if (wedge == NULL)
    return;
  g_string_free(wedge->burst, TRUE);
  g_free(wedge->prefix);
  g_free(wedge);
}

void bh_wedge_set_prefix(BhWedge *wedge, const char *prefix)
{
  g_free(wedge->prefix);
  wedge->prefix = g_strdup(prefix != NULL ? prefix : "");
}

gboolean bh_wedge_continues(const BhWedge *wedge, guint32 at_ms)
{
  return wedge->burst->len > 0 && wedge->burst->len < BH_WEDGE_MAX &&
         at_ms - wedge->last_ms <= BH_WEDGE_GAP_MS;
}

void bh_wedge_reset(BhWedge *wedge)
{
  g_string_truncate(wedge->burst, 0);
  wedge->longest_pause_ms = 0;
}

/* The code of a complete burst, g_free; NULL when a person may have typed it. */
static char *dup_code(const BhWedge *wedge)
{
  gsize prefix = strlen(wedge->prefix);
  gsize len = wedge->burst->len;
  if (prefix > 0 && len > prefix && g_str_has_prefix(wedge->burst->str, wedge->prefix))
    return g_strdup(wedge->burst->str + prefix);
  gboolean fast = wedge->longest_pause_ms <= BH_WEDGE_FAST_MS;
  return len >= (fast ? BH_WEDGE_FAST_MIN : BH_WEDGE_MIN) ? g_strdup(wedge->burst->str) : NULL;
}

char *bh_wedge_add_character(BhWedge *wedge, gunichar character, guint32 at_ms)
{
  if (character == 0)
    return NULL; /* a key that types nothing: shift keys occur between the characters of a burst */
  if (bh_wedge_continues(wedge, at_ms))
    wedge->longest_pause_ms = MAX(wedge->longest_pause_ms, at_ms - wedge->last_ms);
  else
    bh_wedge_reset(wedge);
  wedge->last_ms = at_ms;
  if (character != '\n') {
    g_string_append_unichar(wedge->burst, character);
    return NULL;
  }
  char *code = dup_code(wedge);
  bh_wedge_reset(wedge);
  return code;
}

char *bh_wedge_add_key(BhWedge *wedge, const GdkEventKey *event)
{
  gboolean enter = event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter;
  gunichar character = enter ? '\n' : gdk_keyval_to_unicode(event->keyval);
  if ((event->state & GDK_LOCK_MASK) != 0 && character < 128 && g_ascii_isalpha((char)character))
    character ^= 'a' ^ 'A';
  return bh_wedge_add_character(wedge, character, event->time);
}
