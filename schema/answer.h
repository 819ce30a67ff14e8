/* The four answers to an item of a checklist. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  BH_ANSWER_UNCHECKED = 0, /* 未检查: an item that nobody checked is never certified (FIELD 8) */
  BH_ANSWER_COMPLIANT,     /* 符合 */
  BH_ANSWER_NONCOMPLIANT,  /* 不符合 */
  BH_ANSWER_NOT_APPLICABLE /* 不涉及 */
} BhAnswer;

/* The code under which the answer is stored: "unchecked", "compliant", "noncompliant" or
 * "not_applicable". Static. */
const char *bh_answer_code(BhAnswer answer);
/* *answer: the answer that has this code. FALSE, *answer untouched, for an unknown code or NULL. */
gboolean bh_answer_from_code(const char *code, BhAnswer *answer);
/* Label of the answer for people: in Chinese for the `lang` "zh", else in English. Static. */
const char *bh_answer_label(BhAnswer answer, const char *lang);

#define BH_ANSWER_NOTE_MAX 2000 /* characters of the remark of an answer */
/* Prefix of the keys of answers: an inspection stores the answer to the item ITEM as the value of
 * the key "answers/ITEM". */
#define BH_ANSWERS_PREFIX "answers/"
/* The key "answers/ITEM" of the answer to an item; g_free. */
char *bh_answer_dup_key(const char *item_no);

G_END_DECLS
