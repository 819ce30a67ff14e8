/* Which request a thread works for. The id appears in every log line of that work, in the header
 * Bihuan-Request of the answer and in the body of an error. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_TRACE_LEN 12 /* characters: lower case hex digits */

/* Empty: no request, as for work of the hub itself. A plain value, to be copied. */
typedef struct {
  char id[BH_TRACE_LEN + 1];
} BhTrace;

/* A new id. Ids are random, so that they do not say how many requests there were. */
BhTrace bh_trace_make(void);
/* That of this thread. */
BhTrace bh_trace_get(void);
/* Sets that of this thread and returns the one before, to be set again afterwards. */
BhTrace bh_trace_set(BhTrace trace);

G_END_DECLS
