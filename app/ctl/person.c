/* Signs the person of --by in at the store, with the PIN in the file of --pin-file. */
#include <string.h>

#include "app/ctl/command.h"
#include "schema/error.h"

#define PIN_FILE_MAX 256 /* bytes */

gboolean bh_ctl_sign_in(const BhCtlOptions *options, BhLink *link, GError **error)
{
  g_autofree char *pin = NULL;
  gsize len = 0;

  if (!g_file_get_contents(options->pin_file, &pin, &len, error))
    return FALSE;
  if (len > PIN_FILE_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "the PIN file is larger than %d bytes",
                PIN_FILE_MAX);
    return FALSE;
  }
  g_strchomp(pin);
  g_autoptr(json_t) done = bh_link_call(
      link, "sign_in", json_pack("{s:s, s:s}", "staff", options->by, "pin", pin), error);
  memset(pin, 0, len);
  return done != NULL;
}

void bh_ctl_sign_out(const BhCtlOptions *options, BhLink *link)
{
  g_autoptr(json_t) done =
      bh_link_call(link, "sign_out", json_pack("{s:s}", "staff", options->by), NULL);
}
