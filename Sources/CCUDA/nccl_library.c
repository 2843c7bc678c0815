#include "nccl_library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Member of the table, name in the library.
#define FUNCTIONS(X)                                                                                                  \
  X(version, "ncclGetVersion")                                                                                        \
  X(unique_id, "ncclGetUniqueId")                                                                                     \
  X(comm_init_rank, "ncclCommInitRank")                                                                               \
  X(comm_destroy, "ncclCommDestroy")                                                                                  \
  X(comm_cancel, "ncclCommAbort")                                                                                      \
  X(comm_async_error, "ncclCommGetAsyncError")                                                                        \
  X(group_start, "ncclGroupStart")                                                                                    \
  X(group_end, "ncclGroupEnd")                                                                                        \
  X(send, "ncclSend")                                                                                                 \
  X(receive, "ncclRecv")                                                                                              \
  X(error_string, "ncclGetErrorString")

/// The name of a function that the library lacks; NULL if it lacks none.
static const char *find(nccl_functions *functions, void *library) {
#define LOOK_UP(member, name)                                                                                         \
  if (!(*(void **)&functions->member = dlsym(library, name))) return name;
  FUNCTIONS(LOOK_UP)
  *(void **)&functions->last_error = dlsym(library, "ncclGetLastError");
  return NULL;
}

int nccl_library_load(nccl_functions *functions, const char *const *paths, size_t count, const char **name, char **error) {
  *name = NULL;
  *error = NULL;
  for (size_t i = 0; i < count; i++) {
    char message[1400];
    void *library = dlopen(paths[i], RTLD_NOW | RTLD_LOCAL);
    if (library) {
      const char *missing = find(functions, library);
      if (!missing) {
        *name = paths[i];
        free(*error);
        *error = NULL;
        return 0;
      }
      snprintf(message, sizeof message, "%s: it has no %s", paths[i], missing);
      dlclose(library);
    } else {
      const char *reason = dlerror();
      snprintf(message, sizeof message, "%s", reason ? reason : paths[i]);
    }
    if (!*error) *error = strdup(message);
  }
  if (!*error) *error = strdup("no file was found");
  return 1;
}

int nccl_join(const nccl_functions *functions, nccl_communicator *communicator, int count, const void *id, int rank) {
  nccl_unique_id copied;
  memcpy(&copied, id, sizeof copied);
  *communicator = NULL;
  return functions->comm_init_rank(communicator, count, copied, rank);
}
