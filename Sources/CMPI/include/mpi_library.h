#pragma once
#include <stddef.h>

// The slice of MPI that Martlet uses, loaded at run time: nothing of MPI is needed to build. Messages are bytes; whoever received them adds them.
//
// Functions return 0 on success; otherwise *error is a string that the caller frees. From mpi_library_initialize on, one thread calls at a time.
//
// Source: https://www.mpi-forum.org/docs/mpi-4.0/mpi40-report.pdf

/// Whose values the constants and handles of a library have: those of Open MPI, or those of MPICH, which Intel's and Cray's libraries and
/// MVAPICH have, too. Source: https://www.mpich.org/abi
typedef enum mpi_interface { MPI_INTERFACE_OPEN_MPI = 1, MPI_INTERFACE_MPICH = 2 } mpi_interface;

/// Loads a library that need not be used later, for its version: *interface and *version, a text that the caller frees.
int mpi_library_probe(const char *_Nonnull path, mpi_interface *_Nonnull interface, char *_Nullable *_Nonnull version,
                      char *_Nullable *_Nonnull error);

/// Loads the first of `count` paths or names that can be loaded and has the wanted interface; 0 wants either.
int mpi_library_load(const char *_Nonnull const *_Nonnull paths, size_t count, unsigned wanted, char *_Nullable *_Nonnull error);

/// The path under which the library was found; empty before loading.
const char *_Nonnull mpi_library_name(void);
/// What the loaded library says it is, a text of one line or more that the caller frees; NULL before loading.
char *_Nullable mpi_library_version(void);

/// Joins the run. Any thread may call later, one at a time. Errors of other calls come back from here on.
int mpi_library_initialize(char *_Nullable *_Nonnull error);
int mpi_library_rank(void);
int mpi_library_size(void);
/// The largest tag of a message.
int mpi_library_largest_tag(void);

typedef struct mpi_message {
  /// What is sent, or where to it is received.
  void *_Nullable bytes;
  size_t byte_count;
  int is_received;
  int other;
  int tag;
} mpi_message;

/// Messages that were begun.
typedef struct mpi_pending mpi_pending;

/// Begins to send and to receive. A message of more than `piece` bytes goes in several; both sides give the same number, below 2^31.
int mpi_library_begin(const mpi_message *_Nullable messages, size_t count, size_t piece, mpi_pending *_Nullable *_Nonnull pending,
                      char *_Nullable *_Nonnull error);
/// Moves what is on its way along, without waiting: libraries move long messages on only while they are called. Errors come back from the wait.
void mpi_library_advance(mpi_pending *_Nonnull pending);
/// Returns when all are done. Also an error where what came has another length.
int mpi_library_wait(mpi_pending *_Nonnull pending, char *_Nullable *_Nonnull error);
/// Frees what was begun; messages that were not waited for stay on their way.
void mpi_library_free(mpi_pending *_Nullable pending);

/// Gives everyone the `byte_count` bytes of everyone, one after the other; in pieces of at most `piece` bytes of each.
int mpi_library_gather(const void *_Nullable own, size_t byte_count, size_t piece, void *_Nullable all, char *_Nullable *_Nonnull error);
int mpi_library_barrier(char *_Nullable *_Nonnull error);
/// Ends all processes; returns only where the library fails.
void mpi_library_end_all(int code);
/// Leaves the run.
int mpi_library_finalize(char *_Nullable *_Nonnull error);
