/* One month with a button for each day. Showing another month chooses nothing. Texts are in the
 * window's language. Use on the main thread only.
 *
 * Signal "chosen" (const BhDate *): a day was tapped. */
#pragma once

#include <gtk/gtk.h>
#include "schema/civil.h"

G_BEGIN_DECLS

#define BH_TYPE_MONTH (bh_month_get_type())
G_DECLARE_FINAL_TYPE(BhMonth, bh_month, BH, MONTH, GtkBox)

/* A widget that is hidden and empty until bh_month_show. Accessible ids of its parts: ID-month,
 * ID-month-before, ID-month-after, ID-day-YYYY-MM-DD. Floating. */
GtkWidget *bh_month_new(const char *id);
/* Shows the month of `chosen`, or of `today` when nothing is chosen (NULL); both days are
 * marked. */
void bh_month_show(BhMonth *month, const BhDate *today, const BhDate *chosen);
/* Name of a month, 1 to 12, in the window's language. Static. */
const char *bh_month_get_name(int month);
/* Month and year of a day, "November 2026" or "2026年11月", in the window's language; g_free. */
char *bh_month_dup_title(const BhDate *date);

G_END_DECLS
