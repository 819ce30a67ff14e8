/* Settings: numbers that the office sets (how many days until a re-check), for an area and a time,
 * the calendar of holidays and shifted workdays, and code lists (schema/codes.h). All are records,
 * which every store has: of the kinds BH_SETTING_KIND, BH_CALENDAR_KIND and BH_CODE_KIND. Which
 * settings there are, of which type and with
 * which default, is declared by kinds ("settings"). Pure; any thread, once all records are added.
 * Start with bh_number_find. */
#pragma once

#include "schema/civil.h"
#include "schema/kind.h"

G_BEGIN_DECLS

/* Name of the kind whose records are values of settings. */
#define BH_SETTING_KIND "setting"
/* Name of the kind whose records are calendars, one for each year. */
#define BH_CALENDAR_KIND "calendar"
/* Records of settings and calendars that a store reads; more are ignored, the oldest first. */
#define BH_SETTINGS_MAX 5000

/* Makes settings without values; bh_setting_values_unref. */
BhSettingValues *bh_setting_values_new(void);
/* Adds a record of one of the three kinds. Records of other kinds, withdrawn settings and records
 * whose values cannot be used are left out, the latter with a warning. `id` and `values` are
 * copied. Must not be called once other threads use the settings. */
void bh_setting_values_add(BhSettingValues *settings, const char *kind, const char *id,
                           const json_t *values);
/* Takes a reference; returns `settings`. */
BhSettingValues *bh_setting_values_ref(BhSettingValues *settings);
/* Gives a reference back; NULL is allowed. */
void bh_setting_values_unref(BhSettingValues *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhSettingValues, bh_setting_values_unref)

/* Whether records of the kind with this name are values of settings, calendars or codes. */
gboolean bh_setting_values_has_kind(const char *kind);
/* *value: what was set for the setting, for a record in `area` (NULL: in no area) and for `day`. Of
 * several values that are valid on that day the one of the smallest area is taken, then the one
 * that is valid from the latest day, then the one with the greatest record id. FALSE, *value
 * untouched, when none is valid. `settings` may be NULL. */
gboolean bh_setting_values_find(const BhSettingValues *settings, const char *name, const char *area,
                                const BhDate *day, double *value);
/* The calendar, borrowed; NULL when no record of it was added. `settings` may be NULL. */
const BhCalendar *bh_setting_values_get_calendar(const BhSettingValues *settings);

/* --- declarations --- */

/* The declaration of a setting as a field (label, type, limits, unit), borrowed; NULL when no kind
 * of the set declares it. */
const BhField *bh_kind_set_find_setting(const BhKindSet *set, const char *name);
/* Number of settings that the kinds of the set declare. */
guint bh_kind_set_count_settings(const BhKindSet *set);

/* The number in a declaration: a JSON number, or {"setting": NAME}. A setting is looked up for the
 * area of the record of `context`, which needs context->kind, and for `day`; a value beyond the
 * limits of its declaration is ignored; without a value the declared default is taken. FALSE,
 * *value untouched: there is neither. */
gboolean bh_number_find(const json_t *number, const BhContext *context, const BhDate *day,
                        double *value);

G_END_DECLS
