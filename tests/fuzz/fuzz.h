/* One target: what libFuzzer calls, and replay.c for every file of the corpus. Invariants that do
 * not hold abort. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
