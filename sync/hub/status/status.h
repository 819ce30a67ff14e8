/* Answers GET /healthz (whether the hub works) and GET /metrics (figures for monitoring); see
 * README.md. */
#pragma once

#include "sync/hub/devices/devices.h"
#include "sync/hub/http/http.h"
#include "sync/hub/hub.h"

G_BEGIN_DECLS

#define BH_STATUS_TOKEN_MIN 16 /* bytes */
#define BH_STATUS_TOKEN_MAX 512
#define BH_STATUS_SAMPLE_US (30 * G_USEC_PER_SEC)   /* greatest age of figures of the store */
#define BH_STATUS_BUSY_MAX_US (60 * G_USEC_PER_SEC) /* a longer transaction counts as failing */

typedef struct _BhStatus BhStatus;

/* The status of `hub`; `hub` and `api` are borrowed. `token`: clients that send it may read the
 * figures; NULL: only clients on the loopback interface may. bh_status_free. */
BhStatus *bh_status_new(BhHub *hub, BhDeviceApi *api, const char *version, const char *token);
/* Frees `status`. Must be called after the servers were stopped. */
void bh_status_free(BhStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhStatus, bh_status_free)

/* Adds a server, whose requests the figures count under `name` (borrowed). bh_status_forget_servers
 * must be called before the first server is stopped. */
void bh_status_add_server(BhStatus *status, const char *name, BhHttp *http);
/* Removes all servers from the figures, so that they can be stopped. */
void bh_status_forget_servers(BhStatus *status);

/* The routes for BhHttpConfig.common_routes; common_data must be the BhStatus. Static. */
const BhRoute *bh_status_routes(gsize *n);

/* Reads a token from the first line of a file; g_free. BH_ERROR_INVALID when the token is too short
 * or too long or has a character that is not visible ASCII, or when users other than the owner of
 * the file and its group may read the file. */
char *bh_status_load_token(const char *path, GError **error);

/* The failures of the hub as texts without paths or values (char*); empty when nothing fails. Never
 * waits for the writer. Any thread. */
GPtrArray *bh_status_list_failures(BhStatus *status);
/* The figures as text; g_free. Any thread. */
char *bh_status_write_metrics(BhStatus *status);

G_END_DECLS
