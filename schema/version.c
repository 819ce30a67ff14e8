/* The only file that is compiled with the version, so that a new version compiles nothing else. */
#include "schema/version.h"

const char *bh_version_get(void)
{
  return BH_VERSION;
}
