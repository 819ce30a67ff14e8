/* Texts of errors for people: messages of BH_USER_ERROR, and the meaning of all other codes. */
#include <glib/gi18n.h>

#include "app/user-error.h"
#include "app/session.h"

const char *bh_error_text(BhErrorCode code)
{
  switch (code) {
  case BH_ERROR_FORMAT:
    return _("This is not in a form that can be read");
  case BH_ERROR_LIMIT:
    return _("Too long or too large");
  case BH_ERROR_INVALID:
    return _("Something is missing or incorrect");
  case BH_ERROR_UNKNOWN:
    return _("Made by a newer version");
  case BH_ERROR_SIGNATURE:
    return _("The signature is not genuine");
  case BH_ERROR_CHAIN:
  case BH_ERROR_FORK:
    return _("The chain of records does not match; it will be repaired automatically");
  case BH_ERROR_DENIED:
    return _("Not allowed");
  case BH_ERROR_REVOKED:
    return _("This device was revoked; ask your administrator");
  case BH_ERROR_EXPIRED:
    return _("No longer valid");
  case BH_ERROR_NOT_FOUND:
    return _("Not found on this device");
  case BH_ERROR_BUSY:
    return _("Busy; please try again");
  case BH_ERROR_STORAGE:
    return _("The disk could not be written; nothing was changed");
  case BH_ERROR_NETWORK:
    return _("No connection to the hub");
  case BH_ERROR_UNCERTAIN:
    return _("Sent, but without an answer; the hub will be asked");
  case BH_ERROR_NOT_HUB:
    return _("This network answers in the hub's place; sign in to it first");
  case BH_ERROR_LOCKED:
    return _("Too many wrong PINs");
  case BH_ERROR_FAILED:
    break;
  }
  return _("That did not work");
}

/* Errors of GLib contain file names, never values of records. */
static BhErrorCode get_code(const GError *error)
{
  if (error->domain == BH_ERROR)
    return (BhErrorCode)error->code;
  return error->domain == G_FILE_ERROR || error->domain == G_IO_ERROR ? BH_ERROR_STORAGE
                                                                      : BH_ERROR_FAILED;
}

char *bh_session_dup_error_text(BhSession *self, const GError *error)
{
  if (error->domain == BH_USER_ERROR)
    return g_strdup(error->message);
  const char *text = bh_error_text(get_code(error));
  if (bh_session_get_lang(self)[0] == 'z')
    return g_strdup(text);
  return g_strdup_printf("%s (%s)", text, error->message);
}
