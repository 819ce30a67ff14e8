/* Duties at the office: which roles of staff may sign in on the office page, and what people with a
 * role may do there besides reading records and doing acts. The choices of the field "roles" of the
 * kind "staff" declare them ("office", schema/kinds/README.md). Pure; any thread. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* Bits, in the order of BH_DUTY_NAMES. */
typedef enum {
  BH_DUTY_REVIEW = 1 << 0,     /* decides about records: approves, returns */
  BH_DUTY_RESOLVE = 1 << 1,    /* chooses between the values of a conflict */
  BH_DUTY_RELEASE = 1 << 2,    /* decides about entries in quarantine, and reads the anomalies */
  BH_DUTY_OVERSEE = 1 << 3,    /* reads who was shown restricted records */
  BH_DUTY_ADMINISTER = 1 << 4, /* revokes devices */
  BH_DUTY_PLAQUES = 1 << 5,    /* prints plaques */
} BhDuty;
#define BH_DUTY_ALL ((1 << 6) - 1)

/* The duties as the kind set names them: "review", "resolve", "release", "oversee", "administer",
 * "plaques"; NULL-terminated. */
extern const char *const BH_DUTY_NAMES[];

/* Whether a person with these values of a staff record has a role that may sign in at the office.
 * *duties (bits of BhDuty): what all roles of the person together allow; 0 without duties. Does not
 * check whether the person is in service. */
gboolean bh_duty_find(const BhKindSet *set, const json_t *staff_values, guint *duties);
/* Whether the role with this code may sign in at the office. */
gboolean bh_duty_is_office_role(const BhKindSet *set, const char *role);

G_END_DECLS
