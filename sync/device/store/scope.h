/* The values that a condition reads: the records of the store with unsaved values over them. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

typedef struct _BhScope BhScope;

/* Makes a scope without unsaved values. `actor`: id of the person who acts; NULL: nobody. `device`
 * must live as long as the scope. */
BhScope *bh_scope_new(BhDevice *device, const char *actor);
/* NULL is ignored. */
void bh_scope_free(BhScope *scope);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhScope, bh_scope_free)
/* Values of a record, unsaved ones included; borrowed from the scope, NULL when unknown. */
json_t *bh_scope_get(BhScope *scope, const char *record);
/* Gives the scope the values of a stored record, so that it need not read them. Ignored when it has
 * read or changed the record already. */
void bh_scope_give(BhScope *scope, const char *record, json_t *values);
/* Puts the unsaved values {key: value} over a record of this kind; JSON null clears a value. `set`
 * is borrowed. */
void bh_scope_set(BhScope *scope, const char *record, const char *kind, const json_t *set);
/* Fills a context in which conditions about `record` (NULL: no record) read their values; the
 * context borrows from the scope. */
void bh_scope_fill(BhScope *scope, const char *record, BhContext *context);
/* Like bh_scope_fill, for a record whose kind is known (NULL: unknown), which saves reading it. */
void bh_scope_fill_kind(BhScope *scope, const char *record, const BhKind *kind, BhContext *context);

G_END_DECLS
