/* Whether a folder lies on an encrypted volume, as far as the system tells: dm-crypt (LUKS) below
 * the file system, fscrypt, or an encrypting file system. A disk that encrypts itself cannot be
 * told from a plain one. Any thread. Start with bh_encryption_find. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  BH_ENCRYPTION_UNKNOWN, /* the system does not say: in memory, on a network, in a container */
  BH_ENCRYPTION_PLAIN,
  BH_ENCRYPTION_ENCRYPTED,
} BhEncryption;

/* Where the answer is read from, so that tests can use a made tree. */
typedef struct {
  const char *root; /* folder that contains proc and sys; "" for the system */
  /* Whether the folder has an fscrypt policy. */
  gboolean (*has_policy)(const char *folder);
} BhEncryptionProbe;
/* The system itself; static. */
const BhEncryptionProbe *bh_encryption_system(void);

/* The state of `folder`, an absolute path without symbolic links. Never fails: what cannot be read
 * is BH_ENCRYPTION_UNKNOWN. */
BhEncryption bh_encryption_find(const BhEncryptionProbe *probe, const char *folder);
/* "unknown", "plain" or "encrypted", as in the protocol (PROTOCOL § 4); static. */
const char *bh_encryption_name(BhEncryption state);
/* *state: the one with this name. FALSE for another name, or NULL. */
gboolean bh_encryption_parse(const char *name, BhEncryption *state);

G_END_DECLS
