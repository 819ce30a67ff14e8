/* The header of this folder for the folders above: the HTTP server. It does not know the hub. */
#pragma once

#include "sync/hub/http/keys.h"   /* key files and the certificate */
#include "sync/hub/http/listen.h" /* addresses as text */
#include "sync/hub/http/server.h" /* server, routes, requests, answers */
