/* Numbers the questions in each slot and drops answers to older ones. The asker chooses the slots
 * and asks again when its subject changes. */
#include "app/questions.h"

struct _BhQuestions {
  gpointer asker; /* borrowed, because the asker owns the questions */
  BhSession *session;
  GCancellable *cancellable;
  GHashTable *open; /* slot (static string) → number of the question whose answer is expected */
  guint last;       /* number of the newest question */
};

typedef struct {
  BhQuestions *questions; /* borrowed: the session references the asker until the answer arrives */
  const char *slot;
  guint number;
  BhReply reply;
  gpointer data;
  GDestroyNotify data_free;
} Question;

BhQuestions *bh_questions_new(gpointer asker, BhSession *session, GCancellable *cancellable)
{
  BhQuestions *self = g_new0(BhQuestions, 1);
  self->asker = asker;
  self->session = g_object_ref(session);
  self->cancellable = g_object_ref(cancellable);
  self->open = g_hash_table_new(g_str_hash, g_str_equal);
  return self;
}

void bh_questions_free(BhQuestions *self)
{
  if (self == NULL)
    return;
  g_object_unref(self->session);
  g_object_unref(self->cancellable);
  g_hash_table_unref(self->open);
  g_free(self);
}

static void question_free(gpointer data)
{
  Question *question = data;
  if (question->data_free != NULL)
    question->data_free(question->data);
  g_free(question);
}

static Question *question_new(BhQuestions *self, const char *slot, BhReply reply, gpointer data,
                              GDestroyNotify data_free)
{
  Question *question = g_new0(Question, 1);
  question->questions = self;
  question->slot = slot;
  question->number = ++self->last;
  question->reply = reply;
  question->data = data;
  question->data_free = data_free;
  g_hash_table_insert(self->open, (gpointer)slot, GUINT_TO_POINTER(question->number));
  return question;
}

static guint get_open_number(BhQuestions *self, const char *slot)
{
  return GPOINTER_TO_UINT(g_hash_table_lookup(self->open, slot));
}

static void on_answer(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  Question *question = data;
  BhQuestions *self = question->questions;
  if (get_open_number(self, question->slot) != question->number)
    return;
  g_hash_table_remove(self->open, question->slot);
  question->reply(owner, result, error, question->data);
}

void bh_questions_call(BhQuestions *self, const char *slot, BhCall *call, BhReply reply,
                       gpointer data, GDestroyNotify data_free)
{
  bh_session_call(self->session, call, self->asker, self->cancellable, on_answer,
                  question_new(self, slot, reply, data, data_free), question_free);
}

void bh_questions_run(BhQuestions *self, const char *slot, BhWorkFunc func, gpointer work,
                      GDestroyNotify work_free, BhReply reply, gpointer data,
                      GDestroyNotify data_free)
{
  bh_session_run(self->session, func, work, work_free, self->asker, self->cancellable, on_answer,
                 question_new(self, slot, reply, data, data_free), question_free);
}

gboolean bh_questions_is_open(BhQuestions *self, const char *slot)
{
  return get_open_number(self, slot) != 0;
}

gboolean bh_questions_cancel(BhQuestions *self, const char *slot)
{
  return g_hash_table_remove(self->open, slot);
}
