#pragma once
#include "cuda_driver.h"
#include <stddef.h>

// The slice of NCCL that Martlet uses, as a table of functions: those of the library that is installed, or those of an imitation among the threads of a
// process. Functions return 0 on success, else NCCL's error.
//
// Source: https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/api.html

enum {
  NCCL_UNIQUE_ID_SIZE = 128,
  /// ncclUint8: what is sent are bytes.
  NCCL_TYPE_BYTE = 1,
};

typedef void *nccl_communicator;

/// Tells the members of a communicator from those of others.
typedef struct nccl_unique_id {
  char bytes[NCCL_UNIQUE_ID_SIZE];
} nccl_unique_id;

typedef struct nccl_functions {
  int (*_Nonnull version)(int *_Nonnull version);
  int (*_Nonnull unique_id)(nccl_unique_id *_Nonnull id);
  int (*_Nonnull comm_init_rank)(nccl_communicator _Nullable *_Nonnull communicator, int count, nccl_unique_id id, int rank);
  int (*_Nonnull comm_destroy)(nccl_communicator _Nullable communicator);
  int (*_Nonnull comm_cancel)(nccl_communicator _Nullable communicator);
  int (*_Nonnull comm_async_error)(nccl_communicator _Nullable communicator, int *_Nonnull error);
  int (*_Nonnull group_start)(void);
  int (*_Nonnull group_end)(void);
  int (*_Nonnull send)(const void *_Nullable bytes, size_t count, int type, int peer, nccl_communicator _Nullable communicator,
                       cuda_handle _Nullable stream);
  int (*_Nonnull receive)(void *_Nullable bytes, size_t count, int type, int peer, nccl_communicator _Nullable communicator,
                          cuda_handle _Nullable stream);
  const char *_Nullable (*_Nonnull error_string)(int error);
  /// NULL in versions before 2.13.
  const char *_Nullable (*_Nullable last_error)(nccl_communicator _Nullable communicator);
} nccl_functions;

/// Loads the first of `count` paths or names that can be loaded, and fills the table with its functions. *name is the one that was taken. Returns 0,
/// else *error is a string that the caller frees: the reason for the first name.
int nccl_library_load(nccl_functions *_Nonnull functions, const char *_Nonnull const *_Nonnull paths, size_t count,
                      const char *_Nullable *_Nonnull name, char *_Nullable *_Nonnull error);

/// Joins a communicator of `count` members as member `rank`; `id` are NCCL_UNIQUE_ID_SIZE bytes. The function of the table takes them by value.
int nccl_join(const nccl_functions *_Nonnull functions, nccl_communicator _Nullable *_Nonnull communicator, int count, const void *_Nonnull id,
              int rank);

// The imitation. Members of a communicator are threads of one process, each with a device of the imitated driver that no other member has. What is sent is
// copied when the outermost group ends; it returns when all its messages have come to where they were sent, and memory that is received into holds 0xAA
// until then. Beyond what NCCL checks, it compares the sizes and types of both sides, in their order, and the memory that is used. What is counted,
// recorded, and what is to fail, belongs to the calling thread.

/// Fills the table with the imitation's functions.
void nccl_imitate(nccl_functions *_Nonnull functions);
/// The call after `successes` more calls of a function returns an error; functions have the names of the table.
void nccl_imitation_fail(const char *_Nonnull function, int successes, int error);
/// The communicators of this thread report this error from now on, as one that occurred on the device; 0 ends it.
void nccl_imitation_break(int error);
/// How long a call waits for other members before it is an error; 60,000 before the first call.
void nccl_imitation_patience(long milliseconds);
/// How often this thread has called a function.
long nccl_imitation_calls(const char *_Nonnull function);
/// How many communicators this thread has made and not given back.
long nccl_imitation_live(void);
/// The calls of this thread since it last called `nccl_imitation_forget`, a word each, with peer and bytes: `group_start receive(1,64) send(1,64) group_end`.
/// Valid until the next call.
const char *_Nonnull nccl_imitation_log(void);
void nccl_imitation_forget(void);
