/* Refuses PINs that are easy to guess. This cannot cover all of them; devices lock out after five
 * wrong PINs. No PIN of digits protects against a person who has the raw disk of a device. */
#include "sync/hub/devices/pin.h"

#include <string.h>

#include "schema/error.h"
#include "schema/person.h"

#define DISTINCT_MIN 4 /* different digits */
#define RUN_MAX 4      /* consecutive digits, ascending or descending */

static int count_distinct(const char *pin)
{
  int distinct = 0;
  for (char digit = '0'; digit <= '9'; digit++)
    distinct += strchr(pin, digit) != NULL;
  return distinct;
}

static int step_at(const char *pin, gsize at)
{
  return (pin[at + 1] - pin[at] + 10) % 10;
}

/* Whether the digits have a constant step (135791, 963074) or more than RUN_MAX consecutive digits
 * (123457). */
static gboolean is_sequence(const char *pin, gsize len)
{
  gsize same = 1, run = 1;
  for (gsize i = 0; i + 1 < len; i++) {
    int step = step_at(pin, i);
    same += step == step_at(pin, 0);
    gboolean goes_on = (step == 1 || step == 9) && i > 0 && step == step_at(pin, i - 1);
    run = goes_on ? run + 1 : step == 1 || step == 9 ? 2 : 1;
    if (run > RUN_MAX)
      return TRUE;
  }
  return same == len;
}

/* Whether the beginning of the PIN is repeated (12341234, 123412341). */
static gboolean is_repetition(const char *pin, gsize len)
{
  for (gsize period = 1; period <= len / 2; period++)
    if (strncmp(pin, pin + period, len - period) == 0)
      return TRUE;
  return FALSE;
}

static int number_at(const char *pin, gsize at, gsize len)
{
  int number = 0;
  for (gsize i = at; i < at + len; i++)
    number = 10 * number + (pin[i] - '0');
  return number;
}

static gboolean is_day(const char *pin, gsize at)
{
  int month = number_at(pin, at, 2), day = number_at(pin, at + 2, 2);
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static gboolean is_year(const char *pin)
{
  int year = number_at(pin, 0, 4);
  return year >= 1900 && year <= 2099;
}

/* Whether the PIN is a date, such as a birthday: YYMMDD, YYYYMM or YYYYMMDD. */
static gboolean is_date(const char *pin, gsize len)
{
  if (len == 6)
    return is_day(pin, 2) ||
           (is_year(pin) && number_at(pin, 4, 2) >= 1 && number_at(pin, 4, 2) <= 12);
  return len == 8 && is_year(pin) && is_day(pin, 4);
}

gboolean bh_staff_pin_check(const char *pin, GError **error)
{
  gsize len = strlen(pin);
  const char *why = NULL;
  if (len < BH_PIN_MIN || len > BH_PIN_MAX || strspn(pin, "0123456789") != len) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "a PIN must have %d to %d digits", BH_PIN_MIN,
                BH_PIN_MAX);
    return FALSE;
  }
  if (count_distinct(pin) < DISTINCT_MIN)
    why = "too few different digits";
  else if (is_sequence(pin, len))
    why = "a sequence of digits";
  else if (is_repetition(pin, len))
    why = "repeated digits";
  else if (is_date(pin, len))
    why = "a date";
  if (why != NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "PIN: %s; this is easy to guess", why);
  return why == NULL;
}
