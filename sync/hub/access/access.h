/* The header of this folder for the folders above: visibility, and reading for people and devices.
 */
#pragma once

#include "sync/hub/access/access-log.h"   /* logging access to restricted records */
#include "sync/hub/access/access-store.h" /* rows of that log */
#include "sync/hub/access/list.h"         /* lists of records */
#include "sync/hub/access/delivered.h"    /* records that a device was given before */
#include "sync/hub/access/file-access.h"  /* file access */
#include "sync/hub/access/proof.h"        /* the proved time of an entry */
#include "sync/hub/access/read.h"         /* history and files */
#include "sync/hub/access/value-cache.h"  /* values for conditions */
#include "sync/hub/access/device-view.h"  /* what a device may see */
