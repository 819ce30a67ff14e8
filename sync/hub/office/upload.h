/* Files that people send from the office page, while they are incomplete. The page sends a file in
 * parts of at most BH_UPLOAD_CHUNK_MAX_BYTES, so that neither the hub nor a proxy before it keeps a
 * large body in memory, and a broken connection costs one part. The bytes are in
 * DIR/uploads/office-ID; everything else is in memory: a hub that restarts forgets unfinished
 * uploads and removes their bytes. Any thread. */
#pragma once

#include "schema/ident.h"
#include "schema/media.h"
#include "sync/hub/hub.h"

G_BEGIN_DECLS

#define BH_OFFICE_UPLOADS_OF_PERSON 4 /* unfinished uploads of one person */
#define BH_OFFICE_UPLOADS_MAX 32      /* unfinished uploads of all people */
#define BH_OFFICE_UPLOADS_WAITING 20  /* complete uploads of one person for records to be made */
#define BH_OFFICE_UPLOADS_KEPT 1000   /* uploads of all people, complete ones included */
#define BH_OFFICE_UPLOAD_IDLE_MS                                                                   \
  (600 * 1000) /* an upload without a request ends after this time                                 \
                */

typedef struct _BhOfficeUploads BhOfficeUploads;

/* One upload. Between bh_office_upload_take and bh_office_upload_release the members belong to the
 * caller. */
typedef struct {
  char id[BH_ID_LEN + 1];
  char staff[BH_ID_LEN + 1];  /* who sends the file */
  char record[BH_ID_LEN + 1]; /* the record to which the file belongs */
  json_t *set;    /* values of the file's own record that are known from the beginning */
  gint64 size;    /* declared number of bytes */
  gint64 done;    /* number of bytes that arrived */
  gboolean waits; /* the record is not made yet: the bytes are kept until it is */
  json_t *answer; /* the last answer, kept for a page that did not get it; NULL: none */
  BhMedia media;  /* what the file is; valid after bh_office_upload_finish */
  char sha256[BH_HASH_HEX_LEN + 1]; /* valid after bh_office_upload_finish */
  char *path;                       /* where the bytes are */
} BhOfficeUpload;

/* Removes the bytes of uploads that a stopped hub has left. There must be no unfinished uploads. */
void bh_office_uploads_clean(BhHub *hub);
/* The uploads of a hub (borrowed). bh_office_uploads_free. */
BhOfficeUploads *bh_office_uploads_new(BhHub *hub);
/* Removes all uploads with their bytes. */
void bh_office_uploads_free(BhOfficeUploads *uploads);

/* Begins an upload of `size` bytes by `staff` for `record`, which is to be made if `waits`. `id`: a
 * new id; `set` is referenced.
 * BH_ERROR_BUSY: too many unfinished uploads; BH_ERROR_STORAGE: no space. */
gboolean bh_office_uploads_begin(BhOfficeUploads *uploads, const char *id, const char *staff,
                                 const char *record, gboolean waits, json_t *set, gint64 size,
                                 GError **error);
/* Takes an upload of this person for one request. bh_office_upload_release. NULL with
 * BH_ERROR_NOT_FOUND, also for an upload of another person, or BH_ERROR_BUSY while another request
 * has it. */
BhOfficeUpload *bh_office_upload_take(BhOfficeUploads *uploads, const char *id, const char *staff,
                                      GError **error);
/* Gives an upload back. `is_over`: removes it with its bytes. `answer` (referenced): the upload is
 * complete and was answered so; NULL: it is not. */
void bh_office_upload_release(BhOfficeUploads *uploads, BhOfficeUpload *upload, gboolean is_over,
                              json_t *answer);
/* Removes an upload of this person with its bytes: at once, or when the request that has it ends.
 * BH_ERROR_NOT_FOUND as above. */
gboolean bh_office_uploads_drop(BhOfficeUploads *uploads, const char *id, const char *staff,
                                GError **error);
/* Removes uploads that have had no request for BH_OFFICE_UPLOAD_IDLE_MS. */
void bh_office_uploads_expire(BhOfficeUploads *uploads);

/* Appends bytes durably. BH_ERROR_CHAIN: `offset` is not upload->done. After any other error the
 * upload cannot go on: BH_ERROR_LIMIT: more bytes than declared; _FORMAT: the first bytes are of no
 * type of schema/media.h; _STORAGE: no space, or the disk failed. */
gboolean bh_office_upload_append(BhOfficeUploads *uploads, BhOfficeUpload *upload, gint64 offset,
                                 GBytes *bytes, GError **error);
/* Sets `media` and `sha256` after the last byte, and closes the file, whose bytes are durable.
 * BH_ERROR_FORMAT, with the problem of schema/media.h: the file is incomplete or damaged. */
gboolean bh_office_upload_finish(BhOfficeUpload *upload, GError **error);

G_END_DECLS
