/* Checks unified social credit codes (GB 32100-2015). */
#include "schema/uscc.h"

#include <string.h>
#include "schema/error.h"
#include "schema/text.h"

/* The standard omits the letters that look like digits (I O Z S V). */
static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
#define BASE 31

static int value_of(char c)
{
  const char *place = c != '\0' ? strchr(alphabet, c) : NULL;
  return place != NULL ? (int)(place - alphabet) : -1;
}

char bh_uscc_check_character(const char *first17)
{
  int sum = 0;
  int weight = 1;
  for (int i = 0; i < BH_USCC_LEN - 1; i++) {
    int value = value_of(first17[i]);
    if (value < 0)
      return '\0';
    sum += value * weight;
    weight = weight * 3 % BASE;
  }
  return alphabet[(BASE - sum % BASE) % BASE];
}

gboolean bh_uscc_check(const char *code, GError **error)
{
  gsize len = code != NULL ? strlen(code) : 0;
  if (len != BH_USCC_LEN) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "credit code: %" G_GSIZE_FORMAT " characters instead of %d", len, BH_USCC_LEN);
    return FALSE;
  }
  for (int i = 0; i < BH_USCC_LEN; i++) {
    if (value_of(code[i]) < 0) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                  "credit code: character %d is not one of "
                  "0-9 A-H J-N P Q R T U W X Y",
                  i + 1);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean bh_uscc_is_consistent(const char *code)
{
  return bh_uscc_check_character(code) == code[BH_USCC_LEN - 1];
}

char *bh_uscc_normalize(const char *typed)
{
  return bh_text_fold_code(typed);
}
