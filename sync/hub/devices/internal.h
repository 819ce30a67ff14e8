/* Shared by routes.c, routes-ahead.c and routes-upload.c. */
#pragma once

#include "sync/hub/devices/devices.h"

G_BEGIN_DECLS

#define BH_ENROL_TRIES_PER_MINUTE 20 /* failed enrolments from one network */

struct _BhDeviceApi {
  BhHub *hub;
  BhUploads *uploads;
  GThreadPool *upload_threads; /* runs the handlers of routes-upload.c */
  const char *headers[3];
  GMutex lock;
  GHashTable *tries;     /* network → Tries, under `lock` */
  BhDeviceCounts counts; /* under `lock` */
};

/* The device that sent a request (bh_hub_device_free). NULL when the function has answered the
 * request with an error. */
BhHubDevice *bh_device_api_authenticate(BhDeviceApi *api, BhRequest *request);
/* Answers with the HTTP status that the protocol defines for the error. `more`: further members of
 * the answer; may be NULL. */
void bh_device_api_answer_error(BhRequest *request, const GError *error, const json_t *more);

/* Whether the request contains entries. FALSE when the function has answered it with an error. */
gboolean bh_device_api_is_entries(BhRequest *request);
/* *expanded: the body of a request (g_bytes_unref), expanded to at most `max` bytes if it is
 * compressed. FALSE with BH_ERROR_LIMIT or _FORMAT. */
gboolean bh_device_api_expand(BhRequest *request, gsize max, GBytes **expanded, GError **error);

/* Handler of routes-ahead.c; `data` is the BhDeviceApi. */
void bh_ahead_handle(BhRequest *request, gpointer data);

/* A pool of threads for requests that write uploads. Writing waits for the disk; on the server's
 * few threads some photos would block every other request, and each photo would need a commit of
 * its own. */
GThreadPool *bh_upload_threads_new(BhDeviceApi *api);
/* Handlers of routes-upload.c; `data` is the BhDeviceApi. */
void bh_upload_handle_options(BhRequest *request, gpointer data); /* supported parts of tus */
void bh_upload_handle_create(BhRequest *request, gpointer data);  /* POST: begins an upload */
void bh_upload_handle_head(BhRequest *request, gpointer data);   /* HEAD: the state of the upload */
void bh_upload_handle_patch(BhRequest *request, gpointer data);  /* PATCH: appends bytes */
void bh_upload_handle_delete(BhRequest *request, gpointer data); /* DELETE: removes the upload */

G_END_DECLS
