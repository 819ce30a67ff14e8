/* One month of days to tap. Turning its pages chooses nothing: "chosen" comes from a tap on a day
 * only. Texts are in the window's language. Main thread.
 *
 * Signal "chosen" (const BhDate *). */
#pragma once

#include <gtk/gtk.h>
#include "schema/civil.h"

G_BEGIN_DECLS

#define BH_TYPE_MONTH (bh_month_get_type())
G_DECLARE_FINAL_TYPE(BhMonth, bh_month, BH, MONTH, GtkBox)

/* Its parts are called ID-month, ID-month-before, ID-month-after and ID-day-YYYY-MM-DD. Hidden and
 * empty until something is shown. */
GtkWidget *bh_month_new(const char *id);
/* Shows the month of `chosen`, or of `today` when nothing is chosen (NULL); both days are marked.
 */
void bh_month_show(BhMonth *month, const BhDate *today, const BhDate *chosen);

G_END_DECLS
