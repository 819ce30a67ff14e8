#include "app/said.h"

G_DEFINE_QUARK(bh - said, bh_said)
