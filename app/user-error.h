/* An error whose message is written for the person who reads the screen, in the window's language:
 * pages show it as it is. All other errors are shown by what their code means. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_USER_ERROR (bh_user_error_quark())
GQuark bh_user_error_quark(void);

/* Codes: most errors say all in their message. */
#define BH_USER_ERROR_MESSAGE 0
#define BH_USER_ERROR_MISSING_GLYPHS 1 /* may be done all the same, once somebody agreed */

G_END_DECLS
