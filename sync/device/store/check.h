/* Checks operations before they become an entry. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Checks shapes, limits, values, transitions and required fields of `ops` (bh_device_save). Returns
 * the operations to write, a new reference: those of `ops`, and for an answered review the step
 * that its target takes because of the answer. BH_ERROR_INVALID, _UNKNOWN, _LIMIT or _FORMAT with
 * kind, key and reason in the message. On failure *refused (may be NULL) is the id of the record
 * that is refused (g_free), or NULL when the error is not about a single record. */
json_t *bh_check_operations(BhDevice *device, const char *author, const json_t *ops, char **refused,
                            GError **error);

/* The problems of the record `record` of `kind` if `author` saved `ops`: array of
 * {"field","code","zh","en"}. The operations on other records, such as its files, count as saved,
 * and are not checked themselves. */
json_t *bh_check_list_problems(BhDevice *device, const char *author, const char *record,
                               const BhKind *kind, const json_t *ops, GError **error);

/* TRUE when no string in `value` contains a NUL character and the value is not nested deeper than
 * BH_VALUE_MAX_DEPTH. `depth`: the level at which `value` is nested, 1 for a whole value. */
gboolean bh_value_is_clean(const json_t *value, int depth);

G_END_DECLS
