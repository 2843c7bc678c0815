#pragma once
#include "mpi_library.h"

// What the two interfaces have in common: a table of functions that hides handles, constants and the status.

enum { MPI_TEXT_BYTES = 8192 + 1 };

struct mpi_pending {
  const struct mpi_calls *calls;
  // One for each piece.
  int count;
  void *requests;
  void *statuses;
  int *byte_counts;
  int *is_received;
  // Whether all are done, and MPI's code where one has failed.
  int is_done, code;
};

/// Functions return MPI's code, 0 for success.
struct mpi_calls {
  /// Looks up functions and constants; the name of what is missing, NULL if nothing is.
  const char *(*load)(void *library);
  int (*initialize)(int *provided);
  int (*rank)(int *rank);
  int (*size)(int *size);
  int (*largest_tag)(int *tag);
  int (*send)(mpi_pending *pending, const void *bytes, int count, int other, int tag);
  int (*receive)(mpi_pending *pending, void *bytes, int count, int other, int tag);
  /// The code is that of the message that failed.
  int (*test)(mpi_pending *pending, int *done);
  /// How many bytes a message that was received has.
  int (*byte_count)(mpi_pending *pending, int number);
  int (*gather)(const void *own, int count, void *all);
  int (*barrier)(void);
  int (*end_all)(int code);
  int (*finalize)(void);
  /// At least MPI_TEXT_BYTES.
  void (*text)(int code, char *text);
  size_t request_bytes, status_bytes;
};

extern const struct mpi_calls open_mpi_calls, mpich_calls;
