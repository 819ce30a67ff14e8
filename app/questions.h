/* Questions to the store in named slots. A newer question in a slot, or bh_questions_cancel, drops
 * the answer to an older one. Used by pages and by fields of a form. All functions must be called
 * on the main thread. */
#pragma once

#include "app/session.h"

G_BEGIN_DECLS

typedef struct _BhQuestions BhQuestions;

/* `asker` (a GObject) is borrowed and must own the questions; it gets the answers until
 * `cancellable` is cancelled. `session` and `cancellable` are referenced. */
BhQuestions *bh_questions_new(gpointer asker, BhSession *session, GCancellable *cancellable);
/* Frees the questions; NULL is ignored. Must be called in the finalize function of the asker; the
 * session references the asker until the last answer has arrived. */
void bh_questions_free(BhQuestions *questions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhQuestions, bh_questions_free)

/* Asks by bh_session_call; `call` is taken over. `reply` is called at most once, and only while
 * this is the newest question of `slot` (a static string). `data` names what was asked for; it is
 * freed in any case. */
void bh_questions_call(BhQuestions *questions, const char *slot, BhCall *call, BhReply reply,
                       gpointer data, GDestroyNotify data_free);
/* Like bh_questions_call, with a function that bh_session_run runs. */
void bh_questions_run(BhQuestions *questions, const char *slot, BhWorkFunc func, gpointer work,
                      GDestroyNotify work_free, BhReply reply, gpointer data,
                      GDestroyNotify data_free);
/* Whether an answer in `slot` is expected. */
gboolean bh_questions_is_open(BhQuestions *questions, const char *slot);
/* Drops the expected answer in `slot`. FALSE when none was expected. */
gboolean bh_questions_cancel(BhQuestions *questions, const char *slot);

G_END_DECLS
