/* What the phases of a round share: the state of the engine, requests, and the end of a round. A
 * phase sends one kind of request. Its `begin` sends the request, its `on_answer` takes the
 * answer; both return the phase to begin next, and engine.c begins that phase. So no phase calls
 * another. */
#pragma once

#include "schema/error.h"
#include "schema/json.h"
#include "sync/device/engine/actions.h"
#include "sync/device/store/store.h"
#include "sync/wire/limits.h"

G_BEGIN_DECLS

typedef enum {
  PHASE_IDLE,    /* waits for a reason to begin a round */
  PHASE_WAITING, /* waits after a round that failed */
  PHASE_HEAD,    /* asks for the last entry of this device's chain that the hub has */
  PHASE_AHEAD,   /* sends copies of urgent entries that would wait for many others */
  PHASE_PUSH,
  PHASE_PULL,
  PHASE_KINDS,
  PHASE_STAFF,
  PHASE_FILES,  /* chooses the next thing to do with files; sends nothing itself */
  PHASE_CREATE, /* creates an upload at the hub, with the first chunk of the file */
  PHASE_RESUME, /* asks how many bytes of an upload the hub has */
  PHASE_CHUNK,
  PHASE_DOWNLOAD,
  PHASE_END,  /* ends the round */
  PHASE_NONE, /* begins nothing: a request waits for its answer, or the round has ended */
} BhEnginePhase;

struct _BhEngine {
  const BhRandom *random;
  BhEnginePhase phase; /* phase that the engine is in, or that waits for an answer */
  BhUplink *uplink;    /* hub of the present round; NULL: no round runs */
  gint64 wall_ms, boot_ms;
  guint failures;     /* rounds that failed since the last success */
  BhErrorCode error;  /* error of the last round; valid when `failed` */
  gboolean failed;    /* a round ended with an error, or had one that did not end it */
  gboolean saved;     /* an entry was saved since the last push began */
  gboolean again;     /* another round is to follow this one at once */
  gboolean elsewhere; /* this round goes to the hub's other address */
  gboolean kicked;    /* a person asked for a round during this one */
  gboolean online;    /* a network came back during this round */
  gboolean due;       /* the next round begins without waiting */
  gboolean pulled;    /* records were pulled in this round */

  gint64 hub_seq;     /* number of the last entry of this incarnation that the hub has */
  gint64 push_first;  /* hub_seq when this round's push began */
  gboolean rechecked; /* files were checked again after the hub had fewer entries than before */
  gboolean no_ahead;  /* the hub takes no copies ahead, as far as this round knows */
  GArray *ahead;      /* positions of the entries whose copies are being sent; NULL: none */
  gint64 push_best;   /* greatest value of hub_seq in this round */
  gint64 made;        /* number of the last entry made on this device */
  gsize batch_bytes;  /* size limit of the next batch */
  int batch_entries;
  guint repeats;        /* answers in a row that brought no progress */
  guint forks;          /* new incarnations begun in this round */
  gboolean asked_again; /* PHASE_HEAD was repeated after an uncertain push of this round */

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
  GPtrArray *missing;   /* sha256 of files to fetch in this round; the last one is next */
  GHashTable *absent;   /* sha256 of files that the hub did not have since the last kick */

  BhEngineActions actions;
};

/* --- requests --- */

/* Makes a request to the hub of this round, with the device's authorization; `answer_max`: limit of
 * the answer in bytes. Owned by the caller. */
BhTransportRequest *bh_engine_request(BhEngine *engine, const char *method, const char *path,
                                      gsize answer_max);
/* Makes `request` (taken) the action of this step; `phase` will get the answer. Returns
 * PHASE_NONE. */
BhEnginePhase bh_engine_send(BhEngine *engine, BhEnginePhase phase, BhTransportRequest *request);

/* --- answers --- */

/* Body of an answer as a JSON object (new reference), expanded when it is compressed by zstd. When
 * it is no JSON object, calls bh_engine_fail_round and returns NULL. */
json_t *bh_engine_parse(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);
/* As bh_engine_parse, but only returns NULL when the body is no JSON object; the round goes on. */
json_t *bh_engine_peek(const BhTransportAnswer *answer);
/* Error code that an answer of the hub names; BH_ERROR_FAILED when it names none. */
BhErrorCode bh_engine_code(const BhTransportAnswer *answer);
/* A header as a number; -1 when it is absent or not a number. */
gint64 bh_engine_header_int(const BhTransportAnswer *answer, const char *name);
/* Stores the hub's signed time from the answer `object`, if the signature is right. */
void bh_engine_note_time(BhEngine *engine, BhDevice *device, const json_t *object);
/* Handles answers that mean the same in each phase (not authorized, revoked, busy, redirects). TRUE
 * when such an answer ended the round. */
gboolean bh_engine_refused(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);

/* --- the round --- */

/* Frees the state that belongs to one round only. */
void bh_engine_leave_round(BhEngine *engine);
/* Reads address, token and keys of the hub from the store. FALSE when the round ended because of
 * that: with an error, or because the device is not enrolled. */
gboolean bh_engine_load_uplink(BhEngine *engine, BhDevice *device);
/* Notes an error for the end of the round, and goes on with the round. */
void bh_engine_note_error(BhEngine *engine, BhErrorCode code);
/* Ends the round with an error and waits: `retry_after_s` seconds when above 0, else by the
 * backoff. Returns PHASE_NONE. */
BhEnginePhase bh_engine_fail_round(BhEngine *engine, BhDevice *device, BhErrorCode code,
                                   gint64 retry_after_s);
/* Ends the round with an error of the store, as bh_engine_fail_round does. */
BhEnginePhase bh_engine_fail_store(BhEngine *engine, BhDevice *device, const GError *error);
/* Ends a round after its last phase. Returns PHASE_NONE. */
BhEnginePhase bh_engine_finish_round(BhEngine *engine, BhDevice *device);

G_END_DECLS
