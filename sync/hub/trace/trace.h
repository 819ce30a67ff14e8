/* The header of this folder for the other folders of the hub. */
#pragma once

#include "sync/hub/trace/lines.h"
#include "sync/hub/trace/request.h"
