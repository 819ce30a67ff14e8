/* Codes and labels of the four answers. */
#include "schema/answer.h"

static const struct {
  BhAnswer answer;
  const char *code, *zh, *en;
} answer_rows[] = {
    {BH_ANSWER_UNCHECKED, "unchecked", "未检查", "not checked"},
    {BH_ANSWER_COMPLIANT, "compliant", "符合", "compliant"},
    {BH_ANSWER_NONCOMPLIANT, "noncompliant", "不符合", "not compliant"},
    {BH_ANSWER_NOT_APPLICABLE, "not_applicable", "不涉及", "not applicable"},
};

const char *bh_answer_code(BhAnswer answer)
{
  return answer_rows[answer].code;
}

gboolean bh_answer_from_code(const char *code, BhAnswer *answer)
{
  for (gsize i = 0; i < G_N_ELEMENTS(answer_rows); i++)
    if (g_strcmp0(answer_rows[i].code, code) == 0) {
      *answer = answer_rows[i].answer;
      return TRUE;
    }
  return FALSE;
}

const char *bh_answer_label(BhAnswer answer, const char *lang)
{
  return g_strcmp0(lang, "zh") == 0 ? answer_rows[answer].zh : answer_rows[answer].en;
}

char *bh_answer_dup_key(const char *item_no)
{
  return g_strconcat(BH_ANSWERS_PREFIX, item_no, NULL);
}
