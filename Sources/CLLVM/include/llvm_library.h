#pragma once
#include <stddef.h>
#include <stdint.h>

// The slice of LLVM's C interface that Martlet uses, loaded at run time: nothing of LLVM is needed to build. Versions 19 and newer.
//
// Functions return 0 on success; otherwise *error is a string that the caller frees. Compiling is safe from several threads at once.

/// Loads the library once: from `path` if it is not empty, else the newest that is installed.
int llvm_library_load(const char *_Nullable path, char *_Nullable *_Nonnull error);

/// The major version; 0 before loading.
int llvm_library_version(void);
/// The name under which the library was found.
const char *_Nonnull llvm_library_name(void);

enum llvm_output { LLVM_OUTPUT_OBJECT, LLVM_OUTPUT_ASSEMBLY, LLVM_OUTPUT_OPTIMIZED_IR };

/// Parses and verifies IR text, runs the passes and emits. `features` lists each feature with + or -; the processor is plain x86-64.
int llvm_library_compile(const char *_Nonnull ir, size_t length, const char *_Nonnull features, const char *_Nonnull passes,
                         enum llvm_output output, uint8_t *_Nullable *_Nonnull bytes, size_t *_Nonnull byte_count,
                         char *_Nullable *_Nonnull error);

typedef struct llvm_jit *llvm_jit_ref;

/// `tells_debuggers`: not 0 to hand every object to a debugger that is attached, by GDB's JIT interface, where the library can.
int llvm_jit_create(const char *_Nonnull features, int tells_debuggers, llvm_jit_ref _Nullable *_Nonnull jit,
                    char *_Nullable *_Nonnull error);
int llvm_jit_add_object(llvm_jit_ref _Nonnull jit, const uint8_t *_Nonnull object, size_t length, char *_Nullable *_Nonnull error);
/// The address of a function, or null with *error set.
void *_Nullable llvm_jit_look_up(llvm_jit_ref _Nonnull jit, const char *_Nonnull name, char *_Nullable *_Nonnull error);
void llvm_jit_dispose(llvm_jit_ref _Nonnull jit);
