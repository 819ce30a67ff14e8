/* Errors whose message is written for the person at the screen, in the window's language. Pages
 * show the message as it is; all other errors are shown by the meaning of their code
 * (bh_session_dup_error_text). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_USER_ERROR (bh_user_error_quark())
/* The quark of the error domain. Callers use the macro BH_USER_ERROR. */
GQuark bh_user_error_quark(void);

/* The message says everything that a person needs; pages offer no further action. */
#define BH_USER_ERROR_MESSAGE 0
/* What was asked for becomes possible when a person agrees to placeholders. */
#define BH_USER_ERROR_MISSING_GLYPHS 1

/* Sets BH_USER_ERROR_MESSAGE: the kinds of this device do not declare what this program needs. */
void bh_user_error_set_old_kinds(GError **error);

G_END_DECLS
