/* What every page works with: the store's worker, the kinds, who acts, the settings and the state
 * of the queue. Main thread only; nothing here blocks on disk or network.
 *
 * Signals: "actor-changed"; "status-changed"; "records-changed" (something was saved here or came
 * from the hub); "enrolled"; "kinds-changed" (a round adopted other forms: pages
 * opened from now on show those); "changes-done" (gboolean: the last change on its way was
 * answered, and none of them failed); "failed" (const GError *: a change was not kept, and whoever
 * asked for it is gone). */
#pragma once

#include <gio/gio.h>
#include "app/call.h"
#include "app/settings.h"
#include "schema/civil.h"
#include "schema/error.h"
#include "schema/kind.h"
#include "schema/region.h"
#include "sync/device/store/store.h"

G_BEGIN_DECLS

#define BH_TYPE_SESSION (bh_session_get_type())
G_DECLARE_FINAL_TYPE(BhSession, bh_session, BH, SESSION, GObject)

/* Answer to a call. `result` is borrowed and NULL when `error` is set. Called once, and not at all
 * when the call's cancellable was cancelled: a change that failed is then told by "failed". */
typedef void (*BhReply)(gpointer owner, json_t *result, const GError *error, gpointer data);

/* `worker` is borrowed and must live longer. `lang` is "zh" or "en". `scan_image` (may be NULL)
 * stands in for the camera. */
BhSession *bh_session_new(BhWorker *worker, const char *dir, const char *lang,
                          const char *scan_image);
/* Reads description, kinds and status from the store and, once enrolled, soon starts syncing; ends
 * with "enrolled" or, on a fresh store, calls `done` with BH_ERROR_NOT_FOUND. */
void bh_session_load(BhSession *session, BhReply done, gpointer owner);
/* Stops syncing; to be called before the worker is stopped. */
void bh_session_stop(BhSession *session);

const char *bh_session_get_lang(BhSession *session);
const char *bh_session_get_dir(BhSession *session);
const char *bh_session_get_scan_image(BhSession *session);
BhSettings *bh_session_get_settings(BhSession *session);
/* The newest kind set, NULL before enrolment. A set stays for as long as the session, so that an
 * open form can go on with the kind it was made from. */
const BhKindSet *bh_session_get_kinds(BhSession *session);
const BhKind *bh_session_find_kind(BhSession *session, const char *kind);
const json_t *bh_session_get_description(BhSession *session);  /* {} before enrolment */
const json_t *bh_session_get_status(BhSession *session);       /* {} until known */
const BhRegion *bh_session_get_region(BhSession *session);     /* may be NULL */
const BhCalendar *bh_session_get_calendar(BhSession *session); /* may be NULL */
const BhClock *bh_session_get_clock(BhSession *session);
gint64 bh_session_now_ms(BhSession *session);
BhDate bh_session_today(BhSession *session);
/* TRUE when the clock was checked against the hub in this boot. */
gboolean bh_session_is_clock_good(BhSession *session);
/* How many things have not left the device: entries, drafts and files. */
gint64 bh_session_count_unsent(BhSession *session);

/* --- who acts --- */

const char *bh_session_get_actor(BhSession *session);      /* staff id; NULL when locked */
const char *bh_session_get_actor_name(BhSession *session); /* "" when locked */
/* Values of the actor's staff record; {} until loaded. */
const json_t *bh_session_get_actor_values(BhSession *session);
const json_t *bh_session_get_unit_values(BhSession *session);
/* Wipes the key that a PIN has opened for somebody who is not the actor. */
void bh_session_sign_out(BhSession *session, const char *staff);
/* `id` NULL locks. Who acted before is signed out, after what they saved. */
void bh_session_set_actor(BhSession *session, const char *id, const char *name);

/* --- asking the store --- */

/* `call` is taken over; it is done in the name of the actor when it names nobody. A change wakes
 * the sync runner. */
void bh_session_call(BhSession *session, BhCall *call, gpointer owner, GCancellable *cancellable,
                     BhReply reply, gpointer data, GDestroyNotify data_free);
/* `func` on the store's thread; it returns a new json_t * by g_task_return_pointer. */
void bh_session_run(BhSession *session, BhWorkFunc func, gpointer work, GDestroyNotify work_free,
                    gpointer owner, GCancellable *cancellable, BhReply reply, gpointer data,
                    GDestroyNotify data_free);
/* The same for a function that changes the store. */
void bh_session_run_change(BhSession *session, BhWorkFunc func, gpointer work,
                           GDestroyNotify work_free, gpointer owner, GCancellable *cancellable,
                           BhReply reply, gpointer data, GDestroyNotify data_free);
/* Changes are on their way that the store did not answer yet. */
gboolean bh_session_has_pending_changes(BhSession *session);
/* Logs that a change was not kept, and emits "failed". `what` names it in the log. */
void bh_session_report_failed(BhSession *session, const char *what, const GError *error);
/* Enrols with the one-time text. */
void bh_session_enrol(BhSession *session, const char *text, const char *name, gpointer owner,
                      GCancellable *cancellable, BhReply reply);
/* New record id, in creation order. */
void bh_session_make_id(BhSession *session, char out[BH_ID_LEN + 1]);
/* Tries to sync at once. */
void bh_session_sync_now(BhSession *session);
/* Counters changed outside a call. */
void bh_session_refresh_status(BhSession *session);
/* Records were changed by another program, through the owner socket. */
void bh_session_note_records_changed(BhSession *session);

/* --- for tests: answers held back --- */

/* An answer of the store on its way to whoever asked. */
typedef struct _BhLateAnswer BhLateAnswer;
/* Takes `late` over. */
typedef void (*BhHoldFunc)(BhLateAnswer *late, gpointer data);
/* From now on each answer goes to `hold` and reaches whoever asked by bh_late_answer_deliver only.
 * NULL, as in production: answers come as soon as they are there. */
void bh_session_hold_answers(BhSession *session, BhHoldFunc hold, gpointer data);
/* Name of the call (bh_call_get_name); "run" for a function, "change" for one that changes the
 * store. */
const char *bh_late_answer_get_name(const BhLateAnswer *late);
/* May be called in any order, and again: as an answer that comes twice. `instead` (may be NULL)
 * comes in place of what the store said. */
void bh_late_answer_deliver(BhLateAnswer *late, const GError *instead);
/* What was not delivered never comes. */
void bh_late_answer_free(BhLateAnswer *late);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhLateAnswer, bh_late_answer_free)

/* What an error code means, in people's words; static. */
const char *bh_error_text(BhErrorCode code);
/* What went wrong, for people, in the window's language; g_free. */
char *bh_session_dup_error_text(BhSession *session, const GError *error);

G_END_DECLS
