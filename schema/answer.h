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

/* The stored form: "unchecked", "compliant", "noncompliant" or "not_applicable". Static. */
const char *bh_answer_code(BhAnswer answer);
/* Inverse of bh_answer_code. FALSE, output untouched, for an unknown code or NULL. */
gboolean bh_answer_from_code(const char *code, BhAnswer *answer);
/* Label in `lang`: Chinese for "zh", English for anything else. Static. */
const char *bh_answer_label(BhAnswer answer, const char *lang);

/* An answer is the value of "answers/ITEM" of an inspection. */
#define BH_ANSWERS_PREFIX "answers/"
/* Key of the answer to an item; g_free. */
char *bh_answer_dup_key(const char *item_no);

G_END_DECLS
