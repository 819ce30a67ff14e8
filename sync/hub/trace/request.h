/* The trace of a thread: the id of the request for which the thread works. The id appears in every
 * log line of that work, in the header Bihuan-Request of the answer and in the body of an error. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_TRACE_LEN 12 /* characters: lower case hex digits */

/* The id of a request. "" when the thread works for no request but for the hub itself. A plain
 * value that may be copied. */
typedef struct {
  char id[BH_TRACE_LEN + 1];
} BhTrace;

/* A new id. Ids are random, so that they do not say how many requests there were. */
BhTrace bh_trace_make(void);
/* The trace of the calling thread. */
BhTrace bh_trace_get(void);
/* Sets the trace of the calling thread and returns its trace before, which the caller must set
 * again afterwards. */
BhTrace bh_trace_set(BhTrace trace);

G_END_DECLS
