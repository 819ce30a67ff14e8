/* What every page works with: the store's worker, the kinds, the person who is signed in, the
 * settings and the state of the queue. Use on the main thread only; no function blocks on disk or
 * network.
 *
 * Signals:
 * - "actor-changed": another person is signed in, or nobody.
 * - "status-changed": bh_session_get_status returns a newer status.
 * - "records-changed": another program saved records here, or records arrived from the hub.
 * - "enrolled": the store belongs to a hub; kinds and description are known.
 * - "kinds-changed": a sync adopted newer forms. Pages that are opened from now on show them.
 * - "office-settings-changed": bh_session_get_office_settings returns newer ones.
 * - "changes-done" (gboolean): the store has answered the last pending change; TRUE when all
 *   pending changes succeeded.
 * - "failed" (const GError *): a change failed, and the page that made the change is gone or does
 *   not wait for the answer. */
#pragma once

#include <gio/gio.h>
#include "app/call.h"
#include "app/settings.h"
#include "schema/civil.h"
#include "schema/error.h"
#include "schema/kind.h"
#include "schema/region.h"
#include "schema/setting-values.h"
#include "sync/device/store/store.h"

G_BEGIN_DECLS

#define BH_TYPE_SESSION (bh_session_get_type())
G_DECLARE_FINAL_TYPE(BhSession, bh_session, BH, SESSION, GObject)

/* Receives the answer to a call. `result` is borrowed, and NULL when `error` is set. Called once,
 * and not at all when the cancellable of the call was cancelled; the failure of a change is then
 * reported by the signal "failed". */
typedef void (*BhReply)(gpointer owner, json_t *result, const GError *error, gpointer data);

/* A session of the store of `worker`, which is borrowed and must live longer than the session; the
 * strings are copied. `dir` is the store's directory, `lang` "zh" or "en". `scan_image` (may be
 * NULL) is a picture file that replaces the camera. */
BhSession *bh_session_new(BhWorker *worker, const char *dir, const char *lang,
                          const char *scan_image);
/* Reads description, kinds and status from the store, and starts to sync soon after when the device
 * is enrolled. Emits "enrolled", or on a new store calls `done` (may be NULL) with
 * BH_ERROR_NOT_FOUND. `owner` is borrowed. */
void bh_session_load(BhSession *session, BhReply done, gpointer owner);
/* Stops syncing. Call before the worker is stopped. */
void bh_session_stop(BhSession *session);

/* --- what is known; getters borrow --- */

const char *bh_session_get_lang(BhSession *session);       /* "zh" or "en" */
const char *bh_session_get_dir(BhSession *session);        /* the store's directory */
const char *bh_session_get_scan_image(BhSession *session); /* may be NULL */
/* A sound file (copied; may be NULL) that replaces the microphone. */
void bh_session_set_sound_file(BhSession *session, const char *path);
const char *bh_session_get_sound_file(BhSession *session); /* may be NULL */
/* The window's settings; change the members, then bh_settings_save. */
BhSettings *bh_session_get_settings(BhSession *session);
/* The newest kind set, NULL before enrolment. A set lives as long as the session, so that an open
 * form can keep the kind it was made from. */
const BhKindSet *bh_session_get_kinds(BhSession *session);
/* A kind of the newest set; NULL when there is none of this name (may be NULL). */
const BhKind *bh_session_find_kind(BhSession *session, const char *kind);
/* As bh_device_describe; {} before enrolment. */
const json_t *bh_session_get_description(BhSession *session);
/* As bh_device_status; {} until it was read from the store. */
const json_t *bh_session_get_status(BhSession *session);
const BhRegion *bh_session_get_region(BhSession *session); /* may be NULL */
/* The value as text for people, with the names of areas and codes. g_free. */
char *bh_session_dup_value_text(BhSession *session, const BhField *field, const json_t *value);
/* Settings, calendar and code lists that the hub gave (schema/setting-values.h); NULL until they
 * were read from the store. Borrowed until the main loop runs again. */
const BhSettingValues *bh_session_get_office_settings(BhSession *session);
/* The calendar in them, by which due days are computed too; may be NULL. */
const BhCalendar *bh_session_get_calendar(BhSession *session);
const BhClock *bh_session_get_clock(BhSession *session); /* the clock of the system */
gint64 bh_session_now_ms(BhSession *session);            /* UTC */
BhDate bh_session_today(BhSession *session);             /* in the hub's zone */
/* TRUE when the clock was checked against the hub since the machine started. */
gboolean bh_session_is_clock_good(BhSession *session);
/* Number of entries, drafts and files that the hub has not confirmed. */
gint64 bh_session_count_unsent(BhSession *session);

/* --- the person who is signed in: the actor --- */

const char *bh_session_get_actor(BhSession *session);      /* staff id; NULL: nobody is signed in */
const char *bh_session_get_actor_name(BhSession *session); /* "": nobody is signed in */
/* Values of the actor's staff record, borrowed; {} until loaded. */
const json_t *bh_session_get_actor_values(BhSession *session);
/* Values of the device's unit, borrowed; {} until loaded. */
const json_t *bh_session_get_unit_values(BhSession *session);
/* Wipes the signing key of a person who has entered their PIN but is not the actor. */
void bh_session_sign_out(BhSession *session, const char *staff);
/* Sets the actor to the person with the staff id `id`; with NULL, nobody is signed in. The previous
 * actor is signed out after their pending changes were saved. */
void bh_session_set_actor(BhSession *session, const char *id, const char *name);

/* --- asking the store --- */

/* Runs a call on the store's thread. `call` is taken over; a call without an author is done in the
 * name of the actor. `owner` (may be NULL) is referenced until the answer arrives; `reply` (may be
 * NULL) receives the answer. `data` is freed by `data_free` in any case. A cancelled change is
 * still saved. A change wakes the sync. */
void bh_session_call(BhSession *session, BhCall *call, gpointer owner, GCancellable *cancellable,
                     BhReply reply, gpointer data, GDestroyNotify data_free);
/* Runs `func` on the store's thread with `work`. `func` returns a new json_t * by
 * g_task_return_pointer, or an error, and must not change the store. */
void bh_session_run(BhSession *session, BhWorkFunc func, gpointer work, GDestroyNotify work_free,
                    gpointer owner, GCancellable *cancellable, BhReply reply, gpointer data,
                    GDestroyNotify data_free);
/* Like bh_session_run, for a function that changes the store. */
void bh_session_run_change(BhSession *session, BhWorkFunc func, gpointer work,
                           GDestroyNotify work_free, gpointer owner, GCancellable *cancellable,
                           BhReply reply, gpointer data, GDestroyNotify data_free);
/* TRUE while the store has not answered all changes. */
gboolean bh_session_has_pending_changes(BhSession *session);
/* Logs that a change failed, under the name `what`, and emits "failed". */
void bh_session_report_failed(BhSession *session, const char *what, const GError *error);
/* Enrols this device with the one-time text `text` of a hub, as `name`; on a thread of its own,
 * because it waits for the network. `reply` gets {} or an error. */
void bh_session_enrol(BhSession *session, const char *text, const char *name, gpointer owner,
                      GCancellable *cancellable, BhReply reply);
/* Makes a new record id; ids sort in creation order. */
void bh_session_make_id(BhSession *session, char out[BH_ID_LEN + 1]);
/* Syncs at once. Ignored before the device is enrolled. */
void bh_session_sync_now(BhSession *session);
/* Reads the status from the store again. Must be called when something other than a call has
 * changed the counters in it. */
void bh_session_refresh_status(BhSession *session);
/* Emits "records-changed": another program changed records through the owner socket. */
void bh_session_note_records_changed(BhSession *session);

/* --- for tests: holding answers back --- */

/* An answer of the store that was not delivered yet. */
typedef struct _BhLateAnswer BhLateAnswer;
/* Receives an answer that is held back; takes over `late`. */
typedef void (*BhHoldFunc)(BhLateAnswer *late, gpointer data);
/* From now on each answer of the store is given to `hold`, and reaches its receiver only by
 * bh_late_answer_deliver. With `hold` NULL, the default, answers are delivered at once. `data` is
 * borrowed. */
void bh_session_hold_answers(BhSession *session, BhHoldFunc hold, gpointer data);
/* Name of what the answer answers; static. For bh_session_call the name of the call
 * (bh_call_get_name), for bh_session_run "run", for bh_session_run_change "change", for
 * bh_session_enrol "enrol". */
const char *bh_late_answer_get_name(const BhLateAnswer *late);
/* Delivers an answer to its receiver. Answers may be delivered in any order. The session must
 * ignore a second delivery of the same answer. `instead` (may be NULL) replaces the store's answer
 * by this error. */
void bh_late_answer_deliver(BhLateAnswer *late, const GError *instead);
/* Frees an answer. An answer that was not delivered before never reaches its receiver. */
void bh_late_answer_free(BhLateAnswer *late);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhLateAnswer, bh_late_answer_free)

/* --- errors for people --- */

/* Meaning of an error code in the window's language; static. Any thread. */
const char *bh_error_text(BhErrorCode code);
/* Text of an error in the window's language: the message of a BH_USER_ERROR, otherwise the meaning
 * of the code, in English with the message in brackets. g_free. */
char *bh_session_dup_error_text(BhSession *session, const GError *error);

G_END_DECLS
