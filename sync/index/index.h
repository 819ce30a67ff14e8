/* The header of this folder for other folders: the index of records, see README.md. */
#pragma once

#include "sync/index/list-store.h" /* pages of lists */
#include "sync/index/query.h"      /* list queries as JSON */
#include "sync/index/related.h"    /* searching by the names of related records */
#include "sync/index/row.h"        /* marking and writing records */
#include "sync/index/text.h"       /* search text, search queries, sort keys */
