/* The store for other folders: all that they may include of sync/device/store. */
#pragma once

#include "sync/device/store/copy.h"   /* copies a store to another folder, as a backup */
#include "sync/device/store/device.h" /* all that people do: sign-in, drafts, entries, lists, files */
#include "sync/device/store/outbox.h"  /* what a sync round needs; for sync/device/engine and run */
#include "sync/device/store/service.h" /* the same as device.h as JSON methods */
#include "sync/device/store/worker.h"  /* the thread that a store lives on */
