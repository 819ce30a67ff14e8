/* Answers to an item of a checklist. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  BH_ANSWER_UNCHECKED = 0, /* 未检查: an item that nobody looked at is never certified */
  BH_ANSWER_COMPLIANT,     /* 符合 */
  BH_ANSWER_NONCOMPLIANT,  /* 不符合 */
  BH_ANSWER_NOT_APPLICABLE /* 不涉及 */
} BhAnswer;

/* As stored: "unchecked", "compliant", "noncompliant", "not_applicable". */
const char *bh_answer_code(BhAnswer answer);
/* FALSE for an unknown code, or NULL. */
gboolean bh_answer_from_code(const char *code, BhAnswer *answer);
/* In `lang` ("zh", else English). */
const char *bh_answer_label(BhAnswer answer, const char *lang);

G_END_DECLS
