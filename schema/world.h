/* The real clock, randomness, disk space and fsync, for programs. Tests and simulations inject
 * their own. Any thread; results are static and never freed. */
#pragma once

#include "schema/ident.h"

G_BEGIN_DECLS

/* The clock of the system: wall clock in UTC, boot clock that counts suspend, boot id of the
 * kernel. */
const BhClock *bh_clock_system(void);
/* Random bytes of the kernel, through libsodium. */
const BhRandom *bh_random_system(void);

/* Interface to ask for the free space of a file system. */
typedef struct {
  /* Bytes that this user can still write below `dir`; -1 with errno when that is unknown. */
  gint64 (*free_bytes)(gpointer data, const char *dir);
  gpointer data;
} BhSpace;
/* The implementation by statvfs(). */
const BhSpace *bh_space_system(void);

/* Interface that makes written data durable. Both functions return 0, or -1 with errno. */
typedef struct {
  int (*sync)(gpointer data, int fd);     /* a file, or the names in a folder */
  int (*sync_all)(gpointer data, int fd); /* everything on the file system of a folder */
  gpointer data;
} BhDisk;
/* The implementation by fsync() and syncfs(). */
const BhDisk *bh_disk_system(void);

G_END_DECLS
