/* The domain of errors with a message for people. */
#include "app/user-error.h"

G_DEFINE_QUARK(bh_user_error, bh_user_error)
