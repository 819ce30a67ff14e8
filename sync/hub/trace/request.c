/* Keeps the id of the request that a thread works for (request.h). */
#include "sync/hub/trace/request.h"

#include "schema/world.h"

static GPrivate current = G_PRIVATE_INIT(g_free);

BhTrace bh_trace_make(void)
{
  static const char digits[] = "0123456789abcdef";
  const BhRandom *random = bh_random_system();
  guint8 bytes[BH_TRACE_LEN / 2];
  BhTrace trace = {0};
  random->fill(random->data, bytes, sizeof bytes);
  for (gsize i = 0; i < sizeof bytes; i++) {
    trace.id[2 * i] = digits[bytes[i] >> 4];
    trace.id[2 * i + 1] = digits[bytes[i] & 0xf];
  }
  return trace;
}

BhTrace bh_trace_get(void)
{
  const BhTrace *here = g_private_get(&current);
  return here != NULL ? *here : (BhTrace){0};
}

BhTrace bh_trace_set(BhTrace trace)
{
  BhTrace *here = g_private_get(&current);
  if (here == NULL) {
    here = g_new0(BhTrace, 1);
    g_private_set(&current, here);
  }
  BhTrace before = *here;
  *here = trace;
  return before;
}
