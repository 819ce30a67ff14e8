/* The log and the one writer of the store, for the folders above. */
#pragma once

#include "sync/hub/log/clock-store.h"  /* times in the store that lie ahead */
#include "sync/hub/log/clock.h"        /* the hub's clock */
#include "sync/hub/log/copy-mark.h"    /* a store that is a copy */
#include "sync/hub/log/file-path.h"    /* where files lie */
#include "sync/hub/log/log-store.h"    /* entries, devices, files, counters */
#include "sync/hub/log/person-store.h" /* keys and sessions of people */
#include "sync/hub/log/sql.h"          /* SQL with named values */
#include "sync/hub/log/writer.h"       /* the writer thread */
