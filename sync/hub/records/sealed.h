/* Values of sealed fields ("sealed" in schema/kinds/README.md). The opening of such a value is
 * taken out of its entry before the entry is stored, encrypted, and stored apart. Records, the log,
 * lists, exports and copies of entries therefore have only the commitment, as if the value had been
 * withheld. */
#pragma once

#include "schema/entry.h"
#include "schema/kind.h"
#include "schema/merge.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Takes the values of sealed fields out of a new entry and stores them: from `body`, and from
 * *openings, which is replaced (g_free). `secret`: the secret key of the hub. On the writer thread,
 * before the entry is applied. */
gboolean bh_sealed_take(BhDb *db, const BhKindSet *kinds, const guint8 secret[BH_SECRET_KEY_SIZE],
                        BhBody *body, char **openings, GError **error);
/* The sealed value of a field as the record has it now: a new reference, JSON null when the field
 * was never set. NULL with BH_ERROR_CHAIN when there are several values, with
 * BH_ERROR_SIGNATURE when the stored value was changed. The caller has checked that the person may
 * open it, and has logged it. */
json_t *bh_sealed_open(BhDb *db, const guint8 secret[BH_SECRET_KEY_SIZE], const BhRecord *record,
                       const char *field, GError **error);

G_END_DECLS
