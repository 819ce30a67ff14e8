/* SQL of enrolment tokens: the one-time tokens in enrolment texts. Only the hashes of tokens are
 * stored. */
#pragma once

#include "sync/db/db.h"

#include <jansson.h>

G_BEGIN_DECLS

typedef struct {
  char *unit;
  char *name;
  gint64 expires_ms;
  GBytes *used_key; /* public key of the device that used the token; NULL while unused */
  char *device;     /* id of the device that used the token; NULL while unused */
} BhEnrolRow;

/* Frees what the row owns, not the row itself. */
void bh_enrol_row_clear(BhEnrolRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhEnrolRow, bh_enrol_row_clear)

/* Adds a token, and deletes tokens that expired before `forget_ms`. */
gboolean bh_enrol_store_add(BhDb *db, GBytes *token_hash, const char *unit, const char *name,
                            gint64 expires_ms, gint64 forget_ms, GError **error);
/* Loads a token. `row` must be zeroed; row->unit stays NULL when there is no such token. */
gboolean bh_enrol_store_load(BhDb *db, GBytes *token_hash, BhEnrolRow *row, GError **error);
/* Stores that the device `device`, whose public key is `key`, used the token. */
gboolean bh_enrol_store_use(BhDb *db, GBytes *token_hash, GBytes *key, const char *device,
                            GError **error);

G_END_DECLS
