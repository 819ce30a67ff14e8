/* The error domain of all failures that are no programmer mistakes: data from outside, storage,
 * network. Any thread.
 *
 * A message says in English what is wrong and where (file, line, key or field); programs translate
 * by code. Messages never contain personal values or secrets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_ERROR (bh_error_quark())
/* The quark of the error domain. Callers use the macro BH_ERROR. */
GQuark bh_error_quark(void);

/* Codes are stored and sent by name (bh_error_code_name). Append only. */
typedef enum {
  BH_ERROR_FORMAT,    /* the bytes do not follow the format */
  BH_ERROR_LIMIT,     /* a named limit is exceeded */
  BH_ERROR_INVALID,   /* well-formed, but a declared condition is not met */
  BH_ERROR_UNKNOWN,   /* unknown kind, field, state, key, version */
  BH_ERROR_SIGNATURE, /* a signature or commitment does not verify */
  BH_ERROR_CHAIN,     /* gap in a chain: an earlier entry is missing */
  BH_ERROR_FORK,      /* two envelopes with the same number in one chain */
  BH_ERROR_DENIED,    /* not allowed for this actor or device */
  BH_ERROR_REVOKED,   /* the device was revoked */
  BH_ERROR_EXPIRED,   /* a token, lease or session has expired */
  BH_ERROR_NOT_FOUND, /* no such record, file or item, or not visible for the caller */
  BH_ERROR_BUSY,      /* another process has the store open, or the caller should retry later */
  BH_ERROR_STORAGE,   /* disk full, I/O error, damaged store */
  BH_ERROR_NETWORK,   /* no connection; nothing was sent */
  BH_ERROR_UNCERTAIN, /* a request was sent but not answered: it is unknown whether it was done */
  BH_ERROR_NOT_HUB,   /* the answer is not from the pinned hub (captive portal) */
  BH_ERROR_LOCKED,    /* too many wrong PINs */
  BH_ERROR_FAILED,    /* anything else */
} BhErrorCode;

/* Stable lower-case name of a code ("format", "limit", "not_found" …). Static, never NULL. */
const char *bh_error_code_name(BhErrorCode code);
/* Inverse of bh_error_code_name; BH_ERROR_FAILED for NULL or an unknown name. */
BhErrorCode bh_error_code_from_name(const char *name);

G_END_DECLS
