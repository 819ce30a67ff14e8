/* The domain of errors with a message for people. */
#include "app/user-error.h"

#include <glib/gi18n.h>

G_DEFINE_QUARK(bh_user_error, bh_user_error)

void bh_user_error_set_old_kinds(GError **error)
{
  g_set_error_literal(error, BH_USER_ERROR, BH_USER_ERROR_MESSAGE,
                      _("The forms on this device are older than this program. This is possible "
                        "once the hub has loaded those of this version and the device was "
                        "synchronised."));
}
