/* Who sees what, and reading for people and devices, for the folders above. */
#pragma once

#include "sync/hub/access/access-log.h"   /* who read what */
#include "sync/hub/access/access-store.h" /* its rows */
#include "sync/hub/access/list.h"         /* lists of records */
#include "sync/hub/access/past.h"         /* what a device saw before */
#include "sync/hub/access/possession.h"   /* who has shown to have a file */
#include "sync/hub/access/proof.h"        /* what is proved of a time */
#include "sync/hub/access/read.h"         /* history and files */
#include "sync/hub/access/shown.h"        /* values for conditions */
#include "sync/hub/access/view.h"         /* what a device may see */
