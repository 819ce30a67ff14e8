/* Takes entries and files of one device from a bundle (PROTOCOL § 15) that a person brings, as if
 * the device had sent them. Entries of a revoked device are put in quarantine, where a person
 * releases or dismisses them. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Reads the bundle twice: first all of it is verified, so that a file with a fault changes nothing;
 * then entries and files are stored. What the hub has already is passed over. `release`: releases
 * the entries of this file that are in quarantine, for this reason, in the name of the shell;
 * NULL: none. A new reference:
 *
 * {"device","name","revoked","entries","applied","quarantined","repeated","files","new_files",
 *  "not_declared":[hash],"n_not_declared", "released", "not_released":[{"entry","reason"}],
 *  "waiting"}
 *
 * "quarantined" counts new entries, "waiting" those of the file that are in quarantine now.
 * "not_declared" are files that no entry of the unit declares with this size; they are not stored.
 * The two lists name at most a hundred, the numbers count all.
 * NULL with an error that begins with the path and names the place in the file: BH_ERROR_NOT_FOUND,
 * _FORMAT, _SIGNATURE, _LIMIT, _INVALID (of another hub or an unknown device), _CHAIN (entries
 * before it are missing), _FORK, _STORAGE. Blocks. Any thread except the writer thread. */
json_t *bh_carry_read(BhHub *hub, const char *path, const char *release, GError **error);

G_END_DECLS
