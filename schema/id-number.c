/* Checks numbers of identity cards (GB 11643-1999). Start with bh_id_number_check. */
#include "schema/id-number.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/error.h"
#include "schema/text.h"

#define BODY_LEN (BH_ID_NUMBER_LEN - 1)
#define BIRTH_AT 6

static char make_check_character(const char *number)
{
  static const int weights[BODY_LEN] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  static const char characters[] = "10X98765432";
  int sum = 0;
  for (gsize i = 0; i < BODY_LEN; i++)
    sum += (number[i] - '0') * weights[i];
  return characters[sum % 11];
}

static int read_digits(const char *digits, gsize count)
{
  int number = 0;
  for (gsize i = 0; i < count; i++)
    number = number * 10 + (digits[i] - '0');
  return number;
}

gboolean bh_id_number_check(const char *number, GError **error)
{
  gsize len = number != NULL ? strlen(number) : 0;
  if (len != BH_ID_NUMBER_LEN) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "identity card number: %" G_GSIZE_FORMAT " characters instead of %d", len,
                BH_ID_NUMBER_LEN);
    return FALSE;
  }
  char last = number[BODY_LEN];
  if (strspn(number, "0123456789") < BODY_LEN || number[0] == '0' ||
      (!g_ascii_isdigit(last) && last != 'X')) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "identity card number: must be %d digits, the first not 0, then a digit or X",
                BODY_LEN);
    return FALSE;
  }
  BhDate birth = {read_digits(number + BIRTH_AT, 4), read_digits(number + BIRTH_AT + 4, 2),
                  read_digits(number + BIRTH_AT + 6, 2)};
  if (!bh_date_is_valid(&birth)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID,
                        "identity card number: the day of birth (digits 7 to 14) does not exist");
    return FALSE;
  }
  if (make_check_character(number) != last) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID,
                        "identity card number: the check character does not match");
    return FALSE;
  }
  return TRUE;
}

char *bh_id_number_normalize(const char *typed)
{
  return bh_text_fold_code(typed);
}
