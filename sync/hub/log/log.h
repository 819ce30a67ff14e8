/* The header of this folder for the folders above: the log and the one writer of the store. */
#pragma once

#include "sync/hub/log/clock-store.h"      /* correcting stored times after a clock went back */
#include "sync/hub/log/clock.h"            /* the hub's clock */
#include "sync/hub/log/copy-mark.h"        /* the mark of a copied store */
#include "sync/hub/log/file-path.h"        /* paths and hashes of files */
#include "sync/hub/log/device-store.h"     /* devices */
#include "sync/hub/log/entry-store.h"      /* entries, chains, forks */
#include "sync/hub/log/file-store.h"       /* files */
#include "sync/hub/log/log-store.h"        /* savepoints, counters, kind sets */
#include "sync/hub/log/quarantine-store.h" /* quarantine, reports, refusals */
#include "sync/hub/log/person-store.h"     /* keys and sessions of people */
#include "sync/hub/log/writer.h"           /* the writer thread */
