/* A target has this one function. libFuzzer calls it with its inputs, replay.c with every file of
 * the corpus. It aborts when an invariant does not hold. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
