/* Due dates as text. The store computes them (schema/due.h). */
#include "app/due.h"

#include <glib/gi18n.h>

static char *dup_days_text(int days_left)
{
  if (days_left == 0)
    return g_strdup(_("Due today"));
  if (days_left > 0)
    return g_strdup_printf(ngettext("%d day left", "%d days left", (gulong)days_left), days_left);
  return g_strdup_printf(ngettext("%d day overdue", "%d days overdue", (gulong)-days_left),
                         -days_left);
}

char *bh_due_dup_text(const json_t *row, int *days)
{
  const json_t *due = json_object_get(row, "due");
  if (due == NULL)
    return NULL;
  int days_left = (int)json_integer_value(json_object_get(due, "days"));
  gboolean overdue = json_is_true(json_object_get(due, "overdue"));
  const char *time = bh_json_string_or(due, "time", NULL);
  if (days != NULL)
    *days = overdue ? MIN(days_left, -1) : days_left;
  g_autofree char *text =
      overdue && days_left == 0 ? g_strdup(_("Overdue")) : dup_days_text(days_left);
  return time != NULL ? g_strjoin(" · ", text, time, NULL) : g_steal_pointer(&text);
}

gboolean bh_due_is_soon(const json_t *row)
{
  const json_t *due = json_object_get(row, "due");
  return json_is_true(json_object_get(due, "soon")) ||
         json_is_true(json_object_get(due, "overdue"));
}

char *bh_due_dup_day_text(BhSession *session, const char *day)
{
  BhDate date, today = bh_session_today(session);
  return day != NULL && bh_date_parse(day, &date, NULL)
             ? dup_days_text(bh_date_days_between(&today, &date))
             : NULL;
}
