/* Shared by the writer and the reader of bundles. */
#pragma once

#include <sodium.h>

#include "sync/wire/bundle.h"

/* Bytes of plain text in a sealed block. All blocks but the last have as many. */
#define BLOCK_BYTES (64 * 1024)
#define SEALED_BYTES (BLOCK_BYTES + crypto_secretstream_xchacha20poly1305_ABYTES)
#define HEAD_MAX_BYTES 1024
#define LINE_MAX_BYTES 128 /* of a line before an entry or a file, "\n" included */
#define ENTRY_MAX_BYTES                                                                            \
  (BH_ENVELOPE_MAX + BH_SIGNATURE_BASE64_LEN + BH_BODY_MAX + BH_OPENINGS_MAX + 8)
