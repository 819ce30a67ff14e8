/* Shared by routes.c and routes-upload.c. */
#pragma once

#include "sync/hub/devices/devices.h"

G_BEGIN_DECLS

#define BH_ENROL_TRIES_PER_MINUTE 20 /* failed ones, per address */

struct _BhDeviceApi {
  BhHub *hub;
  BhUploads *uploads;
  GThreadPool *upload_threads; /* of routes-upload.c */
  const char *headers[3];
  GMutex lock;
  GHashTable *tries; /* address → Tries, under lock */
};

/* The device a request is from; NULL after answering 401 or 403 itself. */
BhHubDevice *bh_device_api_authenticate(BhDeviceApi *api, BhRequest *request);
/* Answers with the status the protocol names for the error; `more` may be NULL. */
void bh_device_api_answer_error(BhRequest *request, const GError *error, const json_t *more);

/* routes-upload.c. Writing waits for the disk, so it is done on threads of its own: on the server's
 * two or three, a few photos would keep everybody else from an answer, and each would wait for a
 * commit by itself. */
GThreadPool *bh_upload_threads_new(BhDeviceApi *api);
void bh_upload_handle_options(BhRequest *request, gpointer data);
void bh_upload_handle_create(BhRequest *request, gpointer data);
void bh_upload_handle_head(BhRequest *request, gpointer data);
void bh_upload_handle_patch(BhRequest *request, gpointer data);
void bh_upload_handle_delete(BhRequest *request, gpointer data);

G_END_DECLS
