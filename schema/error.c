/* Names of the error codes, as stored and sent. */
#include "schema/error.h"

G_DEFINE_QUARK(bh - error - quark, bh_error)

static const char *const code_names[] = {
    [BH_ERROR_FORMAT] = "format",       [BH_ERROR_LIMIT] = "limit",
    [BH_ERROR_INVALID] = "invalid",     [BH_ERROR_UNKNOWN] = "unknown",
    [BH_ERROR_SIGNATURE] = "signature", [BH_ERROR_CHAIN] = "chain",
    [BH_ERROR_FORK] = "fork",           [BH_ERROR_DENIED] = "denied",
    [BH_ERROR_REVOKED] = "revoked",     [BH_ERROR_EXPIRED] = "expired",
    [BH_ERROR_NOT_FOUND] = "not_found", [BH_ERROR_BUSY] = "busy",
    [BH_ERROR_STORAGE] = "storage",     [BH_ERROR_NETWORK] = "network",
    [BH_ERROR_UNCERTAIN] = "uncertain", [BH_ERROR_NOT_HUB] = "not_hub",
    [BH_ERROR_LOCKED] = "locked",       [BH_ERROR_FAILED] = "failed",
};

const char *bh_error_code_name(BhErrorCode code)
{
  if ((gsize)code >= G_N_ELEMENTS(code_names))
    return code_names[BH_ERROR_FAILED];
  return code_names[code];
}

BhErrorCode bh_error_code_from_name(const char *name)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS(code_names); i++)
    if (g_str_equal(code_names[i], name))
      return (BhErrorCode)i;
  return BH_ERROR_FAILED;
}
