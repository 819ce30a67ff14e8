/* What the checks of bihuan-hub doctor share. They read only, beside a hub that is served as well
 * as in one that is stopped; none of them starts a hub. */
#pragma once

#include <inttypes.h> /* PRId64: the translators' tools know it */
#include <libintl.h>

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

#define _(text) gettext(text)

/* Also the exit codes. */
typedef enum {
  BH_DOCTOR_GOOD = 0,
  BH_DOCTOR_WARNING = 1, /* the hub works, but somebody should look */
  BH_DOCTOR_BAD = 2,
} BhDoctorLevel;

typedef struct {
  const char *dir;
  BhDb *db;         /* a reader; NULL when the store cannot be opened */
  gboolean full;    /* everything is read and verified */
  json_t *findings; /* [{"check","level","text","next"?}] */
  BhDoctorLevel worst;
} BhDoctor;

/* `check` is a word of the program, `next` what to do (NULL for a good one); both texts translated.
 */
void bh_doctor_add(BhDoctor *doctor, BhDoctorLevel level, const char *check, const char *next,
                   const char *format, ...) G_GNUC_PRINTF(5, 6);
/* That something could not be looked at. */
void bh_doctor_add_error(BhDoctor *doctor, const char *check, const char *what,
                         const GError *error);

void bh_doctor_check_store(BhDoctor *doctor);   /* doctor-store.c: damage, version, log, backup */
void bh_doctor_check_chains(BhDoctor *doctor);  /* doctor-chain.c */
void bh_doctor_check_files(BhDoctor *doctor);   /* doctor-files.c */
void bh_doctor_check_machine(BhDoctor *doctor); /* doctor-machine.c: disk, keys, certificate, clock,
                                                   kinds, regions */

G_END_DECLS
