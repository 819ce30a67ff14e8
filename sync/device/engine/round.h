/* What the phases of a round share: the state of the engine, requests, and the end of a round. A
 * phase sends one kind of request. Its `begin` sends it, its `on_answer` takes the answer; both
 * return the phase to begin next, and engine.c begins it. So no phase calls another. */
#pragma once

#include "schema/error.h"
#include "schema/json.h"
#include "sync/device/engine/actions.h"
#include "sync/device/store/store.h"
#include "sync/wire/limits.h"

G_BEGIN_DECLS

typedef enum {
  PHASE_IDLE,    /* waits for a reason to begin a round */
  PHASE_WAITING, /* waits after a failure */
  PHASE_HEAD,    /* how much of our chain the hub has */
  PHASE_PUSH,
  PHASE_PULL,
  PHASE_KINDS,
  PHASE_STAFF,
  PHASE_FILES,  /* chooses the next thing to do with files; sends nothing itself */
  PHASE_CREATE, /* of an upload, with its first chunk */
  PHASE_RESUME, /* asks for an upload's offset */
  PHASE_CHUNK,
  PHASE_DOWNLOAD,
  PHASE_END,  /* ends the round */
  PHASE_NONE, /* begins nothing: a request is out, or the round has ended */
} BhEnginePhase;

struct _BhEngine {
  const BhRandom *random;
  BhEnginePhase phase; /* that the engine is in, or whose request is out */
  BhUplink *uplink;    /* during a round */
  gint64 wall_ms, boot_ms;
  guint failures;     /* since the last success */
  BhErrorCode error;  /* of the last round, when failed */
  gboolean failed;    /* a round ended with an error, or had one that did not end it */
  gboolean saved;     /* something to push since heads were read */
  gboolean again;     /* another round is to follow this one at once */
  gboolean elsewhere; /* this round goes to the hub's other address */
  gboolean kicked;    /* a person asked for a round during this one */
  gboolean online;    /* a network came back during this round */
  gboolean due;       /* the next round begins without a wait */
  gboolean pulled;    /* records were pulled in this round */

  gint64 hub_seq;     /* number of the last entry of this incarnation that the hub has */
  gint64 push_first;  /* hub_seq when this round's push began */
  gboolean rechecked; /* files were checked again after the hub had fewer entries than before */
  gint64 push_best;   /* greatest hub_seq in this round */
  gint64 made;        /* number of the last entry made on this device */
  gsize batch_bytes;  /* size limit of the next batch */
  int batch_entries;
  guint repeats; /* answers without progress */
  guint forks;
  gboolean asked_again; /* the head was asked for again after an uncertain push of this round */

  json_t *page;         /* page of changes that waits for its kind set; NULL: none */
  char *kinds;          /* hash of the kind set that was asked for; NULL: none */
  char *staff;          /* version of the stored list of staff; NULL: not known */
  gint64 staff_boot_ms; /* boot clock when the staff were fetched */
  char *staff_wanted;   /* version of the list that was asked for; NULL: the hub names none */
  gint64 pulled_records;
  guint pages, empty_pages; /* pages of this round; pages without a change in a row */
  guint kinds_asked;

  BhPendingFile *file;   /* file that is being sent; NULL: none */
  gint64 file_best;      /* greatest offset that the file reached in this round */
  gboolean offset_known; /* file->sent was confirmed in this round */
  gsize chunk_bytes;     /* size of the next chunk */
  gint64 chunk_began_ms;
  GHashTable *deferred; /* sha256 of files deferred in this round */
  GPtrArray *missing;   /* sha256 to fetch in this round, from the end */
  GHashTable *absent;   /* sha256 of files that the hub did not have since the last kick */

  BhEngineActions actions;
};

/* --- requests --- */

/* A request to the round's hub, with the device's authorization. Owned by the caller. */
BhTransportRequest *bh_engine_request(BhEngine *engine, const char *method, const char *path,
                                      gsize answer_max);
/* Makes `request` (taken) the action of this step, and `phase` the one that gets the answer.
 * Returns PHASE_NONE. */
BhEnginePhase bh_engine_send(BhEngine *engine, BhEnginePhase phase, BhTransportRequest *request);

/* --- answers --- */

/* Body of an answer as a JSON object (new reference), expanded when it is compressed by zstd; NULL
 * after bh_engine_fail_round when it is none. */
json_t *bh_engine_parse(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);
/* The same without failing; NULL when it is no JSON. */
json_t *bh_engine_peek(const BhTransportAnswer *answer);
/* Code of an error answer; BH_ERROR_FAILED when it names none. */
BhErrorCode bh_engine_code(const BhTransportAnswer *answer);
/* A header as a number; -1 when it is absent or not a number. */
gint64 bh_engine_header_int(const BhTransportAnswer *answer, const char *name);
/* Stores the hub's signed time in `object`, if its signature is right. */
void bh_engine_note_time(BhEngine *engine, BhDevice *device, const json_t *object);
/* Handles answers that mean the same in each phase (not authorized, revoked, busy, redirects). TRUE
 * when that ended the round. */
gboolean bh_engine_refused(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);

/* --- the round --- */

/* Forgets what belongs to one round. */
void bh_engine_leave_round(BhEngine *engine);
/* Reads address, token and keys of the hub. FALSE when the round ended instead: with an error, or
 * because the device is not enrolled. */
gboolean bh_engine_load_uplink(BhEngine *engine, BhDevice *device);
/* Remembers an error and goes on with the round. */
void bh_engine_note_error(BhEngine *engine, BhErrorCode code);
/* Ends the round with an error and waits: `retry_after_s` seconds when above 0, else by the
 * backoff. Returns PHASE_NONE. */
BhEnginePhase bh_engine_fail_round(BhEngine *engine, BhDevice *device, BhErrorCode code,
                                   gint64 retry_after_s);
/* The same for an error of the store. */
BhEnginePhase bh_engine_fail_store(BhEngine *engine, BhDevice *device, const GError *error);
/* Ends a round that did all it could. Returns PHASE_NONE. */
BhEnginePhase bh_engine_finish_round(BhEngine *engine, BhDevice *device);

G_END_DECLS
