#include "cuda_library.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef void *program;

// name, parameters: the same in all versions of the toolkit from 11 on.
#define FUNCTIONS(X)                                                                                                  \
  X(nvrtcVersion, (int *, int *))                                                                                     \
  X(nvrtcCreateProgram, (program *, const char *, const char *, int, const char *const *, const char *const *))       \
  X(nvrtcDestroyProgram, (program *))                                                                                 \
  X(nvrtcCompileProgram, (program, int, const char *const *))                                                         \
  X(nvrtcGetCUBINSize, (program, size_t *))                                                                           \
  X(nvrtcGetCUBIN, (program, char *))                                                                                 \
  X(nvrtcGetPTXSize, (program, size_t *))                                                                             \
  X(nvrtcGetPTX, (program, char *))                                                                                   \
  X(nvrtcGetProgramLogSize, (program, size_t *))                                                                      \
  X(nvrtcGetProgramLog, (program, char *))

#define DECLARE(name, parameters) static int(*name) parameters;
FUNCTIONS(DECLARE)
static const char *(*nvrtcGetErrorString)(int);

static void *library;
static char library_name[1024];

static int fail(char **error, const char *message) {
  *error = strdup(message ? message : "unknown error");
  return 1;
}

int nvrtc_library_load(const char *const *paths, size_t count, char **error) {
  if (library) return 0;
  void *handle = NULL;
  for (size_t i = 0; i < count && !handle; i++) {
    handle = dlopen(paths[i], RTLD_NOW | RTLD_LOCAL);
    if (handle) strncpy(library_name, paths[i], sizeof library_name - 1);
  }
  if (!handle) return fail(error, count ? dlerror() : "no file was found");
#define LOOK_UP(name, parameters)                                                                                     \
  if (!(name = (int(*) parameters)dlsym(handle, #name))) return fail(error, #name " is missing");
  FUNCTIONS(LOOK_UP)
  nvrtcGetErrorString = (const char *(*)(int))dlsym(handle, "nvrtcGetErrorString");
  library = handle;
  return 0;
}

const char *nvrtc_library_name(void) { return library_name; }

void nvrtc_library_version(int *major, int *minor) {
  *major = *minor = 0;
  if (library) nvrtcVersion(major, minor);
}

int nvrtc_library_compile(const char *source, const char *const *options, int option_count, int as_ptx, uint8_t **bytes,
                          size_t *byte_count, char **log, char **error) {
  program created = NULL;
  *bytes = NULL;
  *log = NULL;
  int status = nvrtcCreateProgram(&created, source, "kernels.cu", 0, NULL, NULL);
  if (status) return fail(error, nvrtcGetErrorString ? nvrtcGetErrorString(status) : NULL);
  status = nvrtcCompileProgram(created, option_count, options);
  size_t length = 0;
  if (!nvrtcGetProgramLogSize(created, &length) && length > 0) {
    *log = calloc(length + 1, 1);
    if (*log) nvrtcGetProgramLog(created, *log);
  }
  if (!status) status = as_ptx ? nvrtcGetPTXSize(created, byte_count) : nvrtcGetCUBINSize(created, byte_count);
  if (!status) {
    *bytes = malloc(*byte_count ? *byte_count : 1);
    if (*bytes) status = as_ptx ? nvrtcGetPTX(created, (char *)*bytes) : nvrtcGetCUBIN(created, (char *)*bytes);
  }
  int result = status || !*bytes ? fail(error, nvrtcGetErrorString ? nvrtcGetErrorString(status) : NULL) : 0;
  nvrtcDestroyProgram(&created);
  return result;
}
