#include "cuda_driver.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

// Member of the table, name in the driver's library. Names with _v2 are those that current headers use.
#define FUNCTIONS(X)                                                                                                  \
  X(init, "cuInit")                                                                                                   \
  X(version, "cuDriverGetVersion")                                                                                    \
  X(device_count, "cuDeviceGetCount")                                                                                 \
  X(device_name, "cuDeviceGetName")                                                                                   \
  X(device_attribute, "cuDeviceGetAttribute")                                                                         \
  X(context_retain, "cuDevicePrimaryCtxRetain")                                                                       \
  X(context_release, "cuDevicePrimaryCtxRelease_v2")                                                                  \
  X(context_set_current, "cuCtxSetCurrent")                                                                           \
  X(module_load, "cuModuleLoadData")                                                                                  \
  X(module_unload, "cuModuleUnload")                                                                                  \
  X(module_function, "cuModuleGetFunction")                                                                           \
  X(memory_allocate, "cuMemAlloc_v2")                                                                                 \
  X(memory_free, "cuMemFree_v2")                                                                                      \
  X(copy_to_device, "cuMemcpyHtoDAsync_v2")                                                                           \
  X(copy_to_host, "cuMemcpyDtoHAsync_v2")                                                                             \
  X(copy_on_device, "cuMemcpyDtoDAsync_v2")                                                                           \
  X(set_bytes, "cuMemsetD8Async")                                                                                     \
  X(stream_create, "cuStreamCreate")                                                                                  \
  X(stream_destroy, "cuStreamDestroy_v2")                                                                             \
  X(stream_synchronize, "cuStreamSynchronize")                                                                        \
  X(capture_begin, "cuStreamBeginCapture_v2")                                                                         \
  X(capture_end, "cuStreamEndCapture")                                                                                \
  X(graph_instantiate, "cuGraphInstantiateWithFlags")                                                                 \
  X(graph_launch, "cuGraphLaunch")                                                                                    \
  X(graph_executable_destroy, "cuGraphExecDestroy")                                                                   \
  X(graph_destroy, "cuGraphDestroy")                                                                                  \
  X(launch, "cuLaunchKernel")                                                                                         \
  X(host_allocate, "cuMemHostAlloc")                                                                                  \
  X(host_free, "cuMemFreeHost")                                                                                       \
  X(event_create, "cuEventCreate")                                                                                    \
  X(event_record, "cuEventRecord")                                                                                    \
  X(event_synchronize, "cuEventSynchronize")                                                                          \
  X(event_elapsed, "cuEventElapsedTime")                                                                              \
  X(event_destroy, "cuEventDestroy_v2")                                                                               \
  X(error_name, "cuGetErrorName")

int cuda_driver_load(cuda_driver *driver, char **error) {
  void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    *error = strdup(dlerror());
    return 1;
  }
#define LOOK_UP(member, name)                                                                                         \
  if (!(*(void **)&driver->member = dlsym(library, name))) {                                                          \
    *error = strdup("the driver is too old: it has no " name);                                                        \
    return 1;                                                                                                         \
  }
  FUNCTIONS(LOOK_UP)
  return 0;
}
