/* The members of a session, for the files that are its parts: session.c, session-calls.c and
 * session-sync.c. Main thread. */
#pragma once

#include "app/kinds.h"
#include "app/session.h"
#include "sync/device/run/run.h"

G_BEGIN_DECLS

struct _BhSession {
  GObject parent;
  BhWorker *worker; /* borrowed */
  BhSync *sync;
  char *dir;
  char *lang;
  char *scan_image;
  char *sound_file;
  BhSettings *settings;
  BhKinds *kinds;
  gboolean kinds_asked; /* the session has asked the store for a newer kind set and waits for the
                           answer */
  BhRegion *region;
  BhSettingValues *office; /* NULL: not read yet */
  gint64 office_version;   /* "settings" of the status for which `office` was asked; -1: never */
  gboolean office_asked;   /* the session waits for the answer */
  BhIdSource ids;
  json_t *description;
  json_t *status;
  json_t *actor_values;
  json_t *unit_values;
  char *actor;
  char *actor_name;
  gint64 last_sync_ms;
  gboolean sync_asked;
  guint sync_source;       /* id of the timeout that starts the sync */
  guint status_asked;      /* number of the newest question to the store for the status */
  guint status_known;      /* number of the question that `status` answers */
  guint n_pending_changes; /* number of changes that the store has not answered */
  gboolean change_failed;  /* one of the pending changes failed */
  /* Receives each answer of the store instead of its receiver; NULL except in tests. */
  BhHoldFunc hold;
  gpointer hold_data;
  GCancellable *cancellable;
};

/* --- session-calls.c --- */

/* An answer that the session expects from another thread. */
typedef struct _BhPending BhPending;

/* `name`: as bh_late_answer_get_name returns it, static. The other arguments are those of
 * bh_session_run. Pass the result to bh_pending_on_worked. */
BhPending *bh_pending_new(BhSession *session, const char *name, gpointer owner,
                          GCancellable *cancellable, BhReply reply, gpointer data,
                          GDestroyNotify data_free);
/* A GAsyncReadyCallback that delivers the answer: the json_t * or error of a GTask. `pending` is
 * taken over. */
void bh_pending_on_worked(GObject *source, GAsyncResult *async, gpointer pending);

G_END_DECLS
