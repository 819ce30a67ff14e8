/* The hub's one writing thread. Everything that waits goes into one transaction, a savepoint per
 * piece, and is answered after the one commit: many clients share one fsync. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

#define BH_WRITER_GROUP_MAX 256  /* pieces of one transaction */
#define BH_WRITER_QUEUE_MAX 4096 /* pieces that may wait; over it BH_ERROR_BUSY at once */

typedef struct _BhWriter BhWriter;

/* Both run on the writer thread. A piece that returns FALSE is rolled back by itself. `done` gets
 * the piece's error, or the commit's, or NULL when it is durable. */
typedef gboolean (*BhWriterFunc)(BhDb *db, gpointer owner, gpointer data, GError **error);
typedef void (*BhWriterDone)(gpointer owner, const GError *error, gpointer data);

/* Opens `path` as writer on its own thread. */
BhWriter *bh_writer_start(const char *path, gpointer owner, GError **error);
/* Works off what waits, then ends. */
void bh_writer_stop(BhWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWriter, bh_writer_stop)

/* Any thread but for _run, which must not be the writer's own. */
void bh_writer_submit(BhWriter *writer, BhWriterFunc func, BhWriterDone done, gpointer data);
gboolean bh_writer_run(BhWriter *writer, BhWriterFunc func, gpointer data, GError **error);

/* Commits so far, and pieces they carried. */
void bh_writer_count(BhWriter *writer, guint64 *commits, guint64 *pieces);

G_END_DECLS
