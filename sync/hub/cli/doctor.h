/* Shared by the checks of bihuan-hub doctor. The checks only read the store and the files. They do
 * not open the hub, so another process may serve it meanwhile. */
#pragma once

#include <inttypes.h> /* PRId64, which gettext can translate */
#include <libintl.h>

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

#define _(text) gettext(text)

/* Result of a check. The values are also the exit codes of `bihuan-hub doctor`. */
typedef enum {
  BH_DOCTOR_GOOD = 0,
  BH_DOCTOR_WARNING = 1, /* the hub works, but somebody should check the finding */
  BH_DOCTOR_BAD = 2,
} BhDoctorLevel;

typedef struct {
  const char *dir;
  BhDb *db;         /* a read-only connection; NULL when the store cannot be opened */
  gboolean full;    /* read and verify everything */
  json_t *findings; /* [{"check","level","text","next"?}] */
  BhDoctorLevel worst;
} BhDoctor;

/* Adds a finding. `check`: name of the check in the JSON output; `format`: translated text of the
 * finding; `next`: translated text of what to do, NULL for a good finding. */
void bh_doctor_add(BhDoctor *doctor, BhDoctorLevel level, const char *check, const char *next,
                   const char *format, ...) G_GNUC_PRINTF(5, 6);
/* Adds a finding that a check failed. `what`: translated text of what could not be checked. */
void bh_doctor_add_error(BhDoctor *doctor, const char *check, const char *what,
                         const GError *error);

/* Checks damage, version, write-ahead log and last backup of the store (doctor-store.c). */
void bh_doctor_check_store(BhDoctor *doctor);
/* Checks the chains of entries; if doctor->full, also the signatures of the entries
 * (doctor-chain.c). */
void bh_doctor_check_chains(BhDoctor *doctor);
/* Checks that files are complete, and finds files that belong to nothing (doctor-files.c). */
void bh_doctor_check_files(BhDoctor *doctor);
/* Checks disk, permissions, keys, certificate, clock, kinds and regions (doctor-machine.c). */
void bh_doctor_check_machine(BhDoctor *doctor);

G_END_DECLS
