/* GET /healthz and GET /metrics: how the hub is (README.md). */
#pragma once

#include "sync/hub/devices/devices.h"
#include "sync/hub/http/http.h"
#include "sync/hub/hub.h"

G_BEGIN_DECLS

#define BH_STATUS_TOKEN_MIN 16 /* bytes */
#define BH_STATUS_TOKEN_MAX 512
#define BH_STATUS_SAMPLE_US (30 * G_USEC_PER_SEC)   /* how old what is asked of the store may be */
#define BH_STATUS_BUSY_MAX_US (60 * G_USEC_PER_SEC) /* a longer transaction counts as failing */

typedef struct _BhStatus BhStatus;

/* `hub` and `api` are borrowed. `token` NULL: figures are for the loopback interface only. */
BhStatus *bh_status_new(BhHub *hub, BhDeviceApi *api, const char *version, const char *token);
/* After the servers were stopped. */
void bh_status_free(BhStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhStatus, bh_status_free)

/* Its requests are counted under that name, which is borrowed; until bh_status_forget_servers,
 * which comes before the first server is stopped. */
void bh_status_add_server(BhStatus *status, const char *name, BhHttp *http);
/* Forgets all servers, so that they can be stopped. */
void bh_status_forget_servers(BhStatus *status);

/* For common_routes of BhHttpConfig, with the BhStatus as data. */
const BhRoute *bh_status_routes(gsize *n);

/* The first line of a file as a token; BH_ERROR_INVALID when it is too short or too long, holds
 * anything but visible ASCII, or others than its owner's group may read it. g_free. */
char *bh_status_load_token(const char *path, GError **error);

/* What fails, in words without paths or values (char*); empty when nothing does. Never waits for
 * the writer. Any thread. */
GPtrArray *bh_status_list_failures(BhStatus *status);
/* The figures as text; g_free. Any thread. */
char *bh_status_write_metrics(BhStatus *status);

G_END_DECLS
