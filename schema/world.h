/* The real sources of time, randomness, space and durability, for programs; tests and simulations
 * inject their own. Any thread; static, never freed. */
#pragma once

#include "schema/ident.h"

G_BEGIN_DECLS

/* Wall clock in UTC, boot clock with suspend included, the kernel's boot id. */
const BhClock *bh_clock_system(void);
/* The kernel's random generator through libsodium. */
const BhRandom *bh_random_system(void);

/* How much a file system has left. */
typedef struct {
  /* Bytes that this user may still write below `dir`; -1 with errno when nobody can say. */
  gint64 (*free_bytes)(gpointer data, const char *dir);
  gpointer data;
} BhSpace;
const BhSpace *bh_space_system(void);

/* What makes durable what was written. Both return 0, or -1 with errno. */
typedef struct {
  int (*sync)(gpointer data, int fd);     /* a file, or the names in a folder */
  int (*sync_all)(gpointer data, int fd); /* everything on the file system of a folder */
  gpointer data;
} BhDisk;
const BhDisk *bh_disk_system(void);

G_END_DECLS
