#pragma once
#include <stddef.h>

// What the imitation of NCCL reads of the imitation of the driver.

/// The device whose context the calling thread has entered; -1 for none.
int cuda_imitation_device(void);
/// Whether all of a range is in one allocation.
int cuda_imitation_has_memory(const void *address, size_t bytes);
/// Whether it is a stream that lives and is not being captured.
int cuda_imitation_has_stream(const void *stream);
