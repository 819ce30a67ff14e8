/* The HTTP server of the hub, for the folders that serve something with it. It knows no hub. */
#pragma once

#include "sync/hub/http/keys.h"   /* key files and the certificate */
#include "sync/hub/http/listen.h" /* addresses as text */
#include "sync/hub/http/server.h" /* server, routes, requests, answers */
