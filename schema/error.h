/* One error domain for everything that can go wrong with data from outside.
 *
 * Every message names what was wrong and where (file, line, key or field), in English; programs
 * translate by code. Messages never contain personal values or secrets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_ERROR (bh_error_quark())
GQuark bh_error_quark(void);

/* Persisted and sent over the wire by name (bh_error_code_name), so append only. */
typedef enum {
  BH_ERROR_FORMAT,    /* bytes that are not what the format says */
  BH_ERROR_LIMIT,     /* over a named limit */
  BH_ERROR_INVALID,   /* well-formed, but a declared condition fails */
  BH_ERROR_UNKNOWN,   /* unknown kind, field, state, key, version */
  BH_ERROR_SIGNATURE, /* a signature or commitment does not verify */
  BH_ERROR_CHAIN,     /* gap in a chain: an earlier entry is missing */
  BH_ERROR_FORK,      /* two envelopes for one place in a chain */
  BH_ERROR_DENIED,    /* not allowed for this actor or device */
  BH_ERROR_REVOKED,   /* the device was revoked */
  BH_ERROR_EXPIRED,   /* a token, lease or session is over */
  BH_ERROR_NOT_FOUND,
  BH_ERROR_BUSY,      /* another process owns it, or try later */
  BH_ERROR_STORAGE,   /* disk full, I/O error, damaged store */
  BH_ERROR_NETWORK,   /* no connection; nothing was sent */
  BH_ERROR_UNCERTAIN, /* sent, but no answer: neither done nor not done */
  BH_ERROR_NOT_HUB,   /* an answer, but not from the pinned hub (captive portal) */
  BH_ERROR_LOCKED,    /* too many wrong PINs */
  BH_ERROR_FAILED,    /* anything else */
} BhErrorCode;

/* Stable lower-case name of a code ("format", "limit", …). Static, never NULL. */
const char *bh_error_code_name(BhErrorCode code);
/* Inverse of bh_error_code_name; BH_ERROR_FAILED for a name it does not know. */
BhErrorCode bh_error_code_from_name(const char *name);

G_END_DECLS
