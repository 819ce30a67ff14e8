/* Errors whose message is written for the person at the screen, in the window's language. Pages
 * show the message as it is; all other errors are shown by the meaning of their code
 * (bh_session_dup_error_text). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_USER_ERROR (bh_user_error_quark())
/* The quark of the error domain. Callers use the macro BH_USER_ERROR. */
GQuark bh_user_error_quark(void);

#define BH_USER_ERROR_MESSAGE 0        /* the message says all; no further action is offered */
#define BH_USER_ERROR_MISSING_GLYPHS 1 /* possible once a person has agreed to placeholders */

/* Sets BH_USER_ERROR_MESSAGE: the kinds of this device do not declare what this program needs. */
void bh_user_error_set_old_kinds(GError **error);

G_END_DECLS
