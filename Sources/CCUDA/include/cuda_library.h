#pragma once
#include <stddef.h>
#include <stdint.h>

// The slice of NVRTC, NVIDIA's run-time compiler, that Martlet uses, loaded at run time: nothing of CUDA is needed to build.
//
// Functions return 0 on success; otherwise *error is a string that the caller frees.

/// Loads the library from the first of `count` paths or names that can be loaded.
int nvrtc_library_load(const char *_Nonnull const *_Nonnull paths, size_t count, char *_Nullable *_Nonnull error);

/// The path under which the library was found; empty before loading.
const char *_Nonnull nvrtc_library_name(void);
void nvrtc_library_version(int *_Nonnull major, int *_Nonnull minor);

/// Compiles CUDA C to a binary for one architecture, or to PTX if `as_ptx` is not 0. `log` is what the compiler says, registers and warnings among it; the caller frees it
/// and the bytes.
int nvrtc_library_compile(const char *_Nonnull source, const char *_Nonnull const *_Nonnull options, int option_count, int as_ptx,
                          uint8_t *_Nullable *_Nonnull bytes, size_t *_Nonnull byte_count, char *_Nullable *_Nonnull log,
                          char *_Nullable *_Nonnull error);
