/* Syncing for other folders: all that they may include of sync/device/run. */
#pragma once

#include "sync/device/run/connectivity.h" /* whether the network changed */
#include "sync/device/run/sync.h"         /* rounds in the background, one round, enrolment */
#include "sync/device/run/transport.h"    /* one HTTP exchange with a hub */
