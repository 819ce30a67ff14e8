/* Runs the hub's HTTP handlers without a network connection. */
#pragma once

#include "sync/device/engine/exchange.h"
#include "sync/hub/devices/devices.h"

/* Runs the handler of a request and waits for its answer. Replaces sync/hub/http/server.c: a
 * program that links this file must not link the server. */
BhTransportAnswer *sim_http_serve(BhDeviceApi *api, const BhTransportRequest *request);
BhTransportRequest *sim_http_copy(const BhTransportRequest *request);
