#pragma once
#include <stddef.h>
#include <stdint.h>

// The slice of CUDA's driver interface that Martlet uses, as a table of functions: those of the driver that is installed, or those of an
// imitation that runs kernels on the processor and fails on request. Functions return 0 on success, else CUDA's error.
//
// Source: https://docs.nvidia.com/cuda/cuda-driver-api

typedef uint64_t cuda_address;
typedef void *cuda_handle;

typedef struct cuda_driver {
  int (*_Nonnull init)(unsigned flags);
  int (*_Nonnull version)(int *_Nonnull version);
  int (*_Nonnull device_count)(int *_Nonnull count);
  int (*_Nonnull device_name)(char *_Nonnull name, int length, int device);
  int (*_Nonnull device_attribute)(int *_Nonnull value, int attribute, int device);
  int (*_Nonnull context_retain)(cuda_handle _Nullable *_Nonnull context, int device);
  int (*_Nonnull context_release)(int device);
  int (*_Nonnull context_set_current)(cuda_handle _Nullable context);
  int (*_Nonnull module_load)(cuda_handle _Nullable *_Nonnull module, const void *_Nonnull image);
  int (*_Nonnull module_unload)(cuda_handle _Nullable module);
  int (*_Nonnull module_function)(cuda_handle _Nullable *_Nonnull function, cuda_handle _Nullable module, const char *_Nonnull name);
  int (*_Nonnull memory_allocate)(cuda_address *_Nonnull address, size_t bytes);
  int (*_Nonnull memory_free)(cuda_address address);
  int (*_Nonnull copy_to_device)(cuda_address to, const void *_Nonnull from, size_t bytes, cuda_handle _Nullable stream);
  int (*_Nonnull copy_to_host)(void *_Nonnull to, cuda_address from, size_t bytes, cuda_handle _Nullable stream);
  int (*_Nonnull copy_on_device)(cuda_address to, cuda_address from, size_t bytes, cuda_handle _Nullable stream);
  int (*_Nonnull set_bytes)(cuda_address address, unsigned char value, size_t bytes, cuda_handle _Nullable stream);
  int (*_Nonnull stream_create)(cuda_handle _Nullable *_Nonnull stream, unsigned flags);
  int (*_Nonnull stream_destroy)(cuda_handle _Nullable stream);
  int (*_Nonnull stream_synchronize)(cuda_handle _Nullable stream);
  int (*_Nonnull capture_begin)(cuda_handle _Nullable stream, int mode);
  int (*_Nonnull capture_end)(cuda_handle _Nullable stream, cuda_handle _Nullable *_Nonnull graph);
  int (*_Nonnull graph_instantiate)(cuda_handle _Nullable *_Nonnull executable, cuda_handle _Nullable graph, unsigned long long flags);
  int (*_Nonnull graph_launch)(cuda_handle _Nullable executable, cuda_handle _Nullable stream);
  int (*_Nonnull graph_executable_destroy)(cuda_handle _Nullable executable);
  int (*_Nonnull graph_destroy)(cuda_handle _Nullable graph);
  int (*_Nonnull launch)(cuda_handle _Nullable function, unsigned blocks_x, unsigned blocks_y, unsigned blocks_z, unsigned threads_x,
                         unsigned threads_y, unsigned threads_z, unsigned shared_bytes, cuda_handle _Nullable stream,
                         void *_Nullable *_Nullable parameters, void *_Nullable *_Nullable extra);
  int (*_Nonnull host_allocate)(void *_Nullable *_Nonnull memory, size_t bytes, unsigned flags);
  int (*_Nonnull host_free)(void *_Nonnull memory);
  int (*_Nonnull event_create)(cuda_handle _Nullable *_Nonnull event, unsigned flags);
  int (*_Nonnull event_record)(cuda_handle _Nullable event, cuda_handle _Nullable stream);
  int (*_Nonnull event_synchronize)(cuda_handle _Nullable event);
  /// Milliseconds.
  int (*_Nonnull event_elapsed)(float *_Nonnull milliseconds, cuda_handle _Nullable start, cuda_handle _Nullable end);
  int (*_Nonnull event_destroy)(cuda_handle _Nullable event);
  int (*_Nonnull error_name)(int error, const char *_Nullable *_Nonnull name);
} cuda_driver;

/// Fills the table with the driver's functions. Returns 0, else *error is a string that the caller frees.
int cuda_driver_load(cuda_driver *_Nonnull driver, char *_Nullable *_Nonnull error);

// The imitation. An image is the path of a shared library with, for each kernel, emulate_NAME and the number of its buffers, buffers_NAME.
// Memory ends where a page ends that traps. What is counted, and what is to fail, belongs to the calling thread.

/// Fills the table with the imitation's functions.
void cuda_driver_imitate(cuda_driver *_Nonnull driver);
/// How many devices the thread sees; 1 before the first call. They are numbered from 0, and each is at a PCI address of its own.
void cuda_imitation_devices(int count);
/// In which order blocks and threads run.
void cuda_imitation_order(unsigned seed);
/// The call after `successes` more calls of a function returns an error; functions have the names of the table.
void cuda_imitation_fail(const char *_Nonnull function, int successes, int error);
/// How often this thread has called a function.
long cuda_imitation_calls(const char *_Nonnull function);
/// How many objects this thread has made and not given back: "memory", "module", "stream", "graph", "graph executable", "context",
/// "event", "host memory".
long cuda_imitation_live(const char *_Nonnull kind);
/// Blocks and threads of the last launch, or of the last one that a graph made.
void cuda_imitation_geometry(unsigned *_Nonnull six);
