/* Due dates as text. The date itself comes from the kind (schema/workflow.h). */
#include "app/due.h"

#include <glib/gi18n.h>

#include "schema/workflow.h"

static char *dup_days_text(int days_left)
{
  if (days_left == 0)
    return g_strdup(_("Due today"));
  if (days_left > 0)
    return g_strdup_printf(ngettext("%d day left", "%d days left", (gulong)days_left), days_left);
  return g_strdup_printf(ngettext("%d day overdue", "%d days overdue", (gulong)-days_left),
                         -days_left);
}

char *bh_due_dup_text(BhSession *session, const BhKind *kind, const json_t *values, int *days)
{
  BhDate due;
  BhDate today = bh_session_today(session);
  /* The due date is computed without a calendar, as in the store, so that the text agrees with the
   * order of lists by due date. */
  if (kind == NULL || !bh_workflow_get_due(kind, values, NULL, &due))
    return NULL;
  int days_left = bh_date_days_between(&today, &due);
  if (days != NULL)
    *days = days_left;
  return dup_days_text(days_left);
}

char *bh_due_dup_day_text(BhSession *session, const char *day)
{
  BhDate date, today = bh_session_today(session);
  return day != NULL && bh_date_parse(day, &date, NULL)
             ? dup_days_text(bh_date_days_between(&today, &date))
             : NULL;
}
