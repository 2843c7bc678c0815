#include "llvm_library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void *ref;

// name, result, parameters: stable from LLVM 19 on.
#define FUNCTIONS(X)                                                                                                  \
  X(void, LLVMInitializeX86TargetInfo, (void))                                                                        \
  X(void, LLVMInitializeX86Target, (void))                                                                            \
  X(void, LLVMInitializeX86TargetMC, (void))                                                                          \
  X(void, LLVMInitializeX86AsmPrinter, (void))                                                                        \
  X(void, LLVMInitializeX86AsmParser, (void))                                                                         \
  X(void, LLVMGetVersion, (unsigned *, unsigned *, unsigned *))                                                       \
  X(char *, LLVMGetDefaultTargetTriple, (void))                                                                       \
  X(void, LLVMDisposeMessage, (char *))                                                                               \
  X(int, LLVMGetTargetFromTriple, (const char *, ref *, char **))                                                     \
  X(ref, LLVMCreateTargetMachine, (ref, const char *, const char *, const char *, int, int, int))                     \
  X(void, LLVMDisposeTargetMachine, (ref))                                                                            \
  X(ref, LLVMCreateTargetDataLayout, (ref))                                                                           \
  X(void, LLVMSetModuleDataLayout, (ref, ref))                                                                        \
  X(void, LLVMDisposeTargetData, (ref))                                                                               \
  X(void, LLVMSetTarget, (ref, const char *))                                                                         \
  X(ref, LLVMContextCreate, (void))                                                                                   \
  X(void, LLVMContextDispose, (ref))                                                                                  \
  X(ref, LLVMCreateMemoryBufferWithMemoryRangeCopy, (const char *, size_t, const char *))                             \
  X(const char *, LLVMGetBufferStart, (ref))                                                                          \
  X(size_t, LLVMGetBufferSize, (ref))                                                                                 \
  X(void, LLVMDisposeMemoryBuffer, (ref))                                                                             \
  X(int, LLVMParseIRInContext, (ref, ref, ref *, char **))                                                            \
  X(int, LLVMVerifyModule, (ref, int, char **))                                                                       \
  X(char *, LLVMPrintModuleToString, (ref))                                                                           \
  X(void, LLVMDisposeModule, (ref))                                                                                   \
  X(ref, LLVMCreatePassBuilderOptions, (void))                                                                        \
  X(void, LLVMParseCommandLineOptions, (int, const char *const *, const char *))                                      \
  X(void, LLVMDisposePassBuilderOptions, (ref))                                                                       \
  X(ref, LLVMRunPasses, (ref, const char *, ref, ref))                                                                \
  X(int, LLVMTargetMachineEmitToMemoryBuffer, (ref, ref, int, char **, ref *))                                        \
  X(char *, LLVMGetErrorMessage, (ref))                                                                               \
  X(void, LLVMDisposeErrorMessage, (char *))                                                                          \
  X(ref, LLVMOrcCreateLLJITBuilder, (void))                                                                           \
  X(ref, LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine, (ref))                                                \
  X(void, LLVMOrcLLJITBuilderSetJITTargetMachineBuilder, (ref, ref))                                                  \
  X(ref, LLVMOrcCreateLLJIT, (ref *, ref))                                                                            \
  X(ref, LLVMOrcDisposeLLJIT, (ref))                                                                                  \
  X(ref, LLVMOrcLLJITGetMainJITDylib, (ref))                                                                          \
  X(char, LLVMOrcLLJITGetGlobalPrefix, (ref))                                                                         \
  X(ref, LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess, (ref *, char, void *, void *))                         \
  X(void, LLVMOrcJITDylibAddGenerator, (ref, ref))                                                                    \
  X(ref, LLVMOrcLLJITAddObjectFile, (ref, ref, ref))                                                                  \
  X(ref, LLVMOrcLLJITLookup, (ref, uint64_t *, const char *))

#define DECLARE(result, name, parameters) static result(*name) parameters;
FUNCTIONS(DECLARE)

static void *library;
static char library_name[512];
static char *triple;
static ref target;
static unsigned major_version;

static int fail(char **error, const char *message) {
  *error = strdup(message ? message : "unknown error");
  return 1;
}

/// Turns an LLVMErrorRef into a message; 0 when there is none.
static int failed(ref llvm_error, char **error) {
  if (!llvm_error) return 0;
  char *message = LLVMGetErrorMessage(llvm_error);
  fail(error, message);
  LLVMDisposeErrorMessage(message);
  return 1;
}

static void *open_newest(void) {
  for (int version = 40; version >= 19; version--) {
    const char *patterns[] = {"libLLVM.so.%d.1", "libLLVM-%d.so", "/usr/lib/llvm-%d/lib/libLLVM.so"};
    for (int i = 0; i < 3; i++) {
      snprintf(library_name, sizeof library_name, patterns[i], version);
      void *handle = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
      if (handle) return handle;
    }
  }
  return NULL;
}

int llvm_library_load(const char *path, char **error) {
  if (library) return 0;
  void *handle;
  if (path && *path) {
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    snprintf(library_name, sizeof library_name, "%s", path);
    if (!handle) return fail(error, dlerror());
  } else {
    handle = open_newest();
    if (!handle) return fail(error, "no libLLVM of version 19 or newer is installed");
  }
#define LOAD(result, name, parameters)                         \
  if (!(name = (result(*) parameters)dlsym(handle, #name))) { \
    dlclose(handle);                                           \
    return fail(error, "the library lacks the function " #name); \
  }
  FUNCTIONS(LOAD)
  // LLVM 19 combines scalars of unrolled loops wrongly for AVX-512: Tests/Fixtures/faults/unrolled-scalars. The options of LLVMRunPasses
  // do not turn that off there.
  const char *const settings[] = {"martlet", "-vectorize-slp=false"};
  LLVMParseCommandLineOptions(2, settings, NULL);
  unsigned minor, patch;
  LLVMGetVersion(&major_version, &minor, &patch);
  if (major_version < 19) {
    dlclose(handle);
    return fail(error, "the library is older than LLVM 19");
  }
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  LLVMInitializeX86AsmParser();
  triple = LLVMGetDefaultTargetTriple();
  char *message = NULL;
  if (LLVMGetTargetFromTriple(triple, &target, &message)) {
    fail(error, message);
    LLVMDisposeMessage(message);
    return 1;
  }
  library = handle;
  return 0;
}

int llvm_library_version(void) { return (int)major_version; }
const char *llvm_library_name(void) { return library_name; }

/// Optimisation level 3, position-independent code; the code model is the small one (3) or the JIT's default (1). No processor is named:
/// with the model of any, even of the one it runs on, LLVM's scheduler moves loads across the templates' multiply-adds until they spill.
static ref make_target_machine(const char *features, int code_model) {
  return LLVMCreateTargetMachine(target, triple, "", features, 3, 2, code_model);
}

int llvm_library_compile(const char *ir, size_t length, const char *features, const char *passes, enum llvm_output output,
                         uint8_t **bytes, size_t *byte_count, char **error) {
  ref context = LLVMContextCreate(), module = NULL, buffer = NULL;
  ref machine = make_target_machine(features, 3);
  char *message = NULL;
  int result = 1;
  if (LLVMParseIRInContext(context, LLVMCreateMemoryBufferWithMemoryRangeCopy(ir, length, "kernel"), &module, &message)) {
    module = NULL;
    fail(error, message);
    goto done;
  }
  // 2: return the status, do not abort. The verifier hands out a message even when all is well.
  if (LLVMVerifyModule(module, 2, &message)) {
    fail(error, message);
    goto done;
  }
  LLVMSetTarget(module, triple);
  ref layout = LLVMCreateTargetDataLayout(machine);
  LLVMSetModuleDataLayout(module, layout);
  LLVMDisposeTargetData(layout);
  ref options = LLVMCreatePassBuilderOptions();
  ref run_error = LLVMRunPasses(module, passes, machine, options);
  LLVMDisposePassBuilderOptions(options);
  if (failed(run_error, error)) goto done;
  const char *start;
  if (output == LLVM_OUTPUT_OPTIMIZED_IR) {
    char *text = LLVMPrintModuleToString(module);
    *byte_count = strlen(text);
    *bytes = malloc(*byte_count + 1);
    if (*bytes) memcpy(*bytes, text, *byte_count);
    LLVMDisposeMessage(text);
  } else {
    if (message) LLVMDisposeMessage(message);
    message = NULL;
    if (LLVMTargetMachineEmitToMemoryBuffer(machine, module, output == LLVM_OUTPUT_OBJECT, &message, &buffer)) {
      fail(error, message);
      goto done;
    }
    start = LLVMGetBufferStart(buffer);
    *byte_count = LLVMGetBufferSize(buffer);
    *bytes = malloc(*byte_count + 1);
    if (*bytes) memcpy(*bytes, start, *byte_count);
    LLVMDisposeMemoryBuffer(buffer);
  }
  result = *bytes ? 0 : fail(error, "out of memory");
done:
  if (message) LLVMDisposeMessage(message);
  if (module) LLVMDisposeModule(module);
  LLVMDisposeTargetMachine(machine);
  LLVMContextDispose(context);
  return result;
}

// Looked up only when a debugger is to be told: not needed otherwise.
static ref (*create_layer)(ref);
static ref (*create_listener)(void);
static void (*register_listener)(ref, ref);
static void (*set_layer_creator)(ref, ref (*)(void *, ref, const char *), void *);

/// A linking layer that registers what it links with GDB's JIT interface.
static ref make_debugger_layer(void *context, ref session, const char *triple_text) {
  (void)context, (void)triple_text;
  ref layer = create_layer(session);
  register_listener(layer, create_listener());
  return layer;
}

/// Whether the library has what the debugger layer needs.
static int has_debugger_layer(void) {
  if (!set_layer_creator) {
    create_layer = (ref(*)(ref))dlsym(library, "LLVMOrcCreateRTDyldObjectLinkingLayerWithSectionMemoryManager");
    create_listener = (ref(*)(void))dlsym(library, "LLVMCreateGDBRegistrationListener");
    register_listener = (void (*)(ref, ref))dlsym(library, "LLVMOrcRTDyldObjectLinkingLayerRegisterJITEventListener");
    set_layer_creator = (void (*)(ref, ref(*)(void *, ref, const char *), void *))dlsym(
        library, "LLVMOrcLLJITBuilderSetObjectLinkingLayerCreator");
  }
  return create_layer && create_listener && register_listener && set_layer_creator;
}

int llvm_jit_create(const char *features, int tells_debuggers, llvm_jit_ref *jit, char **error) {
  ref builder = LLVMOrcCreateLLJITBuilder(), created, generator;
  if (tells_debuggers && has_debugger_layer()) set_layer_creator(builder, make_debugger_layer, NULL);
  LLVMOrcLLJITBuilderSetJITTargetMachineBuilder(
      builder, LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine(make_target_machine(features, 1)));
  if (failed(LLVMOrcCreateLLJIT(&created, builder), error)) return 1;
  if (failed(LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess(&generator, LLVMOrcLLJITGetGlobalPrefix(created), NULL, NULL),
             error)) {
    LLVMOrcDisposeLLJIT(created);
    return 1;
  }
  LLVMOrcJITDylibAddGenerator(LLVMOrcLLJITGetMainJITDylib(created), generator);
  *jit = (llvm_jit_ref)created;
  return 0;
}

int llvm_jit_add_object(llvm_jit_ref jit, const uint8_t *object, size_t length, char **error) {
  ref buffer = LLVMCreateMemoryBufferWithMemoryRangeCopy((const char *)object, length, "kernel");
  return failed(LLVMOrcLLJITAddObjectFile(jit, LLVMOrcLLJITGetMainJITDylib(jit), buffer), error);
}

void *llvm_jit_look_up(llvm_jit_ref jit, const char *name, char **error) {
  uint64_t address = 0;
  return failed(LLVMOrcLLJITLookup(jit, &address, name), error) ? NULL : (void *)address;
}

void llvm_jit_dispose(llvm_jit_ref jit) {
  ref llvm_error = LLVMOrcDisposeLLJIT(jit);
  if (llvm_error) LLVMDisposeErrorMessage(LLVMGetErrorMessage(llvm_error));
}
