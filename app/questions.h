/* Answers that belong to their questions. Whoever asks the store (a page, a field of a form) puts
 * each question into a named slot; a newer question in the slot, or bh_questions_cancel, makes the
 * answer to an older one go nowhere. Main thread. */
#pragma once

#include "app/session.h"

G_BEGIN_DECLS

typedef struct _BhQuestions BhQuestions;

/* `asker` (a GObject) is borrowed and must own the questions; it gets the answers, until
 * `cancellable` is cancelled. `session` is kept. */
BhQuestions *bh_questions_new(gpointer asker, BhSession *session, GCancellable *cancellable);
void bh_questions_free(BhQuestions *questions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhQuestions, bh_questions_free)

/* Asks by bh_session_call; `call` is taken over. `reply` is called at most once, and only while
 * this is the newest question of `slot` (a static string). `data` is what was asked for: it is
 * freed in any case. */
void bh_questions_call(BhQuestions *questions, const char *slot, BhCall *call, BhReply reply,
                       gpointer data, GDestroyNotify data_free);
/* The same by bh_session_run. */
void bh_questions_run(BhQuestions *questions, const char *slot, BhWorkFunc func, gpointer work,
                      GDestroyNotify work_free, BhReply reply, gpointer data,
                      GDestroyNotify data_free);
/* TRUE while an answer in `slot` is awaited. */
gboolean bh_questions_is_open(BhQuestions *questions, const char *slot);
/* The awaited answer in `slot` will not be given. FALSE when none was awaited. */
gboolean bh_questions_cancel(BhQuestions *questions, const char *slot);

G_END_DECLS
