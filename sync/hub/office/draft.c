/* Makes the key under which the page keeps texts that a person typed and did not send. It is the
 * same at every sign-in of that person, and different for other people. The texts themselves stay
 * in the browser. */
#include "sync/hub/office/internal.h"

#include <sodium.h>
#include <string.h>

#define KEY_SIZE 32
#define KEY_TEXT (KEY_SIZE * 2 + 1)
#define SECRET "draft_secret"

static gboolean make_secret(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  g_autoptr(GError) failed = NULL;
  char **secret = data;
  guint8 bytes[KEY_SIZE];
  *secret = bh_log_dup_value(db, SECRET, &failed);
  if (*secret != NULL)
    return TRUE;
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  const BhRandom *random = bh_hub_get_random(hub);
  random->fill(random->data, bytes, sizeof bytes);
  *secret = g_malloc(KEY_TEXT);
  sodium_bin2hex(*secret, KEY_TEXT, bytes, sizeof bytes);
  sodium_memzero(bytes, sizeof bytes);
  return bh_log_set_value(db, SECRET, *secret, error);
}

char *bh_office_dup_draft_key(BhOfficeCall *call, GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autofree char *secret = bh_log_dup_value(call->db, SECRET, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return NULL;
  }
  if (secret == NULL && !bh_hub_write(call->hub, make_secret, &secret, error))
    return NULL;
  guint8 key[KEY_SIZE];
  char *text = g_malloc(KEY_TEXT);
  crypto_generichash(key, sizeof key, (const guint8 *)call->staff, strlen(call->staff),
                     (const guint8 *)secret, strlen(secret));
  sodium_bin2hex(text, KEY_TEXT, key, sizeof key);
  sodium_memzero(key, sizeof key);
  return text;
}
