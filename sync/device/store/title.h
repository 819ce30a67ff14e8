/* Titles of records, in which names stand for the ids of other records. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* The title of a record as lists show it; g_free. */
char *bh_record_dup_title(BhDevice *device, const BhRecord *record);
/* As bh_record_dup_title without personal values, because searches must not find those; g_free. */
char *bh_record_dup_searched_title(BhDevice *device, const BhRecord *record);
/* A BhTitleFunc over the store: values of a record, borrowed until another one is read; NULL when
 * there is none. `device` is a BhDevice. */
const json_t *bh_title_get_values(const char *record, gpointer device);

G_END_DECLS
