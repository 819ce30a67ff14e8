/* Between the files of the engine: one per phase. */
#pragma once

#include "schema/json.h"
#include "sync/device/engine/engine.h"
#include "sync/wire/limits.h"

G_BEGIN_DECLS

typedef enum {
  PHASE_IDLE,    /* waits for a reason to begin */
  PHASE_WAITING, /* waits after a failure */
  PHASE_HEAD,
  PHASE_PUSH,
  PHASE_PULL,
  PHASE_KINDS,
  PHASE_STAFF,
  PHASE_CREATE, /* of an upload */
  PHASE_RESUME, /* asks for an upload's offset */
  PHASE_CHUNK,
  PHASE_DOWNLOAD,
} BhEnginePhase;

struct _BhEngine {
  const BhRandom *random;
  BhEnginePhase phase;
  BhUplink *uplink; /* during a round */
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
  gboolean pulled;    /* in this round */

  gint64 hub_seq;     /* what the hub has of this incarnation */
  gint64 push_first;  /* hub_seq when this round's push began */
  gboolean rechecked; /* files, since the hub fell behind what it had */
  gint64 push_best;   /* the most it had in this round */
  gint64 made;        /* what we made */
  gsize batch_bytes;  /* cap of the next batch */
  int batch_entries;
  guint repeats; /* answers without progress */
  guint forks;
  gboolean asked_again; /* the head, after an uncertain push of this round */

  json_t *page;         /* waits for its kind set */
  char *kinds;          /* hash that was asked for */
  char *staff;          /* version of the list of staff that is here; NULL: not known */
  gint64 staff_boot_ms; /* when it was fetched */
  char *staff_wanted;   /* version that will be here after the request; NULL: hub names none */
  gint64 pulled_records;
  guint pages, empty_pages; /* of this round; the latter in a row */
  guint kinds_asked;

  BhPendingFile *file;   /* under way */
  gint64 file_best;      /* the furthest it came in this round */
  gboolean offset_known; /* file->sent was confirmed in this round */
  gsize chunk_bytes;     /* size of the next chunk */
  gint64 chunk_began_ms;
  GHashTable *put_off; /* sha256 of files deferred in this round */
  GPtrArray *missing;  /* sha256 to fetch in this round, from the end */
  GHashTable *absent;  /* sha256 the hub did not give since the last kick */

  BhEngineActions actions;
};

/* A request of the round's hub, with the authorisation of the device. */
BhTransportRequest *bh_engine_request(BhEngine *engine, const char *method, const char *path,
                                      gsize answer_max);
void bh_engine_send(BhEngine *engine, BhEnginePhase phase, BhTransportRequest *request);
/* Body of an answer as JSON object (expanded when under zstd); NULL after bh_engine_fail_round. */
json_t *bh_engine_parse(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);
/* Code of an error answer. */
BhErrorCode bh_engine_code(const BhTransportAnswer *answer);
/* "error" and other members of an error answer; NULL when it is no JSON. */
json_t *bh_engine_peek(const BhTransportAnswer *answer);
/* Content-Length-like header as number; -1 when absent or no number. */
gint64 bh_engine_header_int(const BhTransportAnswer *answer, const char *name);
void bh_engine_note_time(BhEngine *engine, BhDevice *device, const json_t *object);

/* Ends the round and waits. */
void bh_engine_fail_round(BhEngine *engine, BhDevice *device, BhErrorCode code,
                          gint64 retry_after_s);
/* Same for an error of the store. */
void bh_engine_fail_store(BhEngine *engine, BhDevice *device, const GError *error);
/* Answers that mean the same in each phase; TRUE when it ended the round. */
gboolean bh_engine_refused(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);
/* Remembers an error and goes on with the round. */
void bh_engine_note_error(BhEngine *engine, BhErrorCode code);
void bh_engine_finish_round(BhEngine *engine, BhDevice *device);

/* Reads where the hub is; FALSE when the round ended instead. */
gboolean bh_engine_load_uplink(BhEngine *engine, BhDevice *device);
void bh_engine_ask_head(BhEngine *engine);
void bh_engine_on_head(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);
void bh_engine_push(BhEngine *engine, BhDevice *device);
void bh_engine_on_push(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);

void bh_engine_pull(BhEngine *engine, BhDevice *device);
void bh_engine_on_pull(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);
void bh_engine_on_kinds(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);
void bh_engine_on_staff(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);

/* The next thing to do with files: push what was saved, a chunk, a download, or the end. */
void bh_engine_files(BhEngine *engine, BhDevice *device);
void bh_engine_on_create(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);
void bh_engine_on_resume(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);
void bh_engine_on_chunk(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);
void bh_engine_downloads(BhEngine *engine, BhDevice *device);
/* The file that was asked for is not to be had for now. */
void bh_engine_skip_download(BhEngine *engine, BhDevice *device);
void bh_engine_on_download(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);

G_END_DECLS
