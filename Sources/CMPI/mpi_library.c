#include "mpi_calls.h"

#include <dlfcn.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *library;
static const struct mpi_calls *calls;
static char library_name[1024];
static int own_rank, process_count = 1, largest_tag = 32767;

static int fail(char **error, const char *message) {
  *error = strdup(message ? message : "unknown error");
  return 1;
}

static int fail_in(char **error, const char *function, int code) {
  char description[MPI_TEXT_BYTES], message[MPI_TEXT_BYTES + 64];
  calls->text(code, description);
  snprintf(message, sizeof message, "%s: %s (code %d)", function, description, code);
  return fail(error, message);
}

// --- loading --------------------------------------------------------------------------------------------------------------------------

static char *version_of(void *handle) {
  int (*function)(char *, int *) = (int (*)(char *, int *))dlsym(handle, "MPI_Get_library_version");
  char *text = calloc(MPI_TEXT_BYTES, 1);
  int length = 0;
  if (!text || !function || function(text, &length)) {
    free(text);
    return NULL;
  }
  text[MPI_TEXT_BYTES - 1] = 0;
  return text;
}

/// 0 where it is neither; *error says why.
static unsigned interface_of(void *handle, char **error) {
  if (dlsym(handle, "ompi_mpi_comm_world")) return MPI_INTERFACE_OPEN_MPI;
  // MPI 5.0 numbers handles anew in libraries that are built so.
  int (*standard)(int *, int *) = (int (*)(int *, int *))dlsym(handle, "MPI_Abi_get_version");
  int major = -1, minor = -1;
  char *version = version_of(handle), message[512];
  unsigned interface = 0;
  const char *const family[] = {"MPICH", "Intel(R) MPI", "MVAPICH"};
  for (size_t i = 0; version && i < sizeof family / sizeof *family; i++) {
    if (strstr(version, family[i])) interface = MPI_INTERFACE_MPICH;
  }
  if (!version) {
    fail(error, "it has no MPI_Get_library_version");
  } else if (!interface) {
    snprintf(message, sizeof message, "it has neither Open MPI's interface nor MPICH's: %.400s", version);
    fail(error, message);
  } else if (standard && !standard(&major, &minor) && major > 0) {
    fail(error, "it has the interface of MPI 5; expected is that of Open MPI or MPICH");
    interface = 0;
  }
  free(version);
  return interface;
}

int mpi_library_probe(const char *path, mpi_interface *interface, char **version, char **error) {
  *version = NULL;
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return fail(error, dlerror());
  unsigned found = interface_of(handle, error);
  if (found) {
    *interface = found;
    *version = version_of(handle);
  }
  dlclose(handle);
  return found && !*version ? fail(error, "it has no MPI_Get_library_version") : !found;
}

int mpi_library_load(const char *const *paths, size_t count, unsigned wanted, char **error) {
  if (library) return 0;
  *error = NULL;
  for (size_t i = 0; i < count; i++) {
    char *reason = NULL, message[1400];
    // Plugins of Open MPI find its functions so.
    void *handle = dlopen(paths[i], RTLD_NOW | RTLD_GLOBAL);
    if (!handle) {
      reason = strdup(dlerror());
    } else {
      unsigned interface = interface_of(handle, &reason);
      if (interface && wanted && interface != wanted) {
        fail(&reason, interface == MPI_INTERFACE_OPEN_MPI ? "it is Open MPI" : "it has MPICH's interface");
      } else if (interface) {
        const struct mpi_calls *found = interface == MPI_INTERFACE_OPEN_MPI ? &open_mpi_calls : &mpich_calls;
        const char *missing = found->load(handle);
        if (!missing) {
          library = handle;
          calls = found;
          strncpy(library_name, paths[i], sizeof library_name - 1);
          free(*error);
          *error = NULL;
          return 0;
        }
        snprintf(message, sizeof message, "%s is missing", missing);
        fail(&reason, message);
      }
      dlclose(handle);
    }
    // The first reason is that of the likeliest name.
    if (!*error) {
      // The loader's own text begins with the name.
      int has_name = reason && !strncmp(reason, paths[i], strlen(paths[i]));
      snprintf(message, sizeof message, "%s%s%s", has_name ? "" : paths[i], has_name ? "" : ": ", reason ? reason : "unknown error");
      fail(error, message);
    }
    free(reason);
  }
  return *error ? 1 : fail(error, "no file was found");
}

const char *mpi_library_name(void) { return library_name; }
char *mpi_library_version(void) { return library ? version_of(library) : NULL; }

// --- the run --------------------------------------------------------------------------------------------------------------------------

int mpi_library_initialize(char **error) {
  int provided = 0, code;
  if (!calls) return fail(error, "no library is loaded");
  if ((code = calls->initialize(&provided))) return fail_in(error, "MPI_Init_thread", code);
  // MPI_THREAD_SERIALIZED
  if (provided < 2) return fail(error, "the library does not support calls from several threads, one at a time");
  if ((code = calls->rank(&own_rank))) return fail_in(error, "MPI_Comm_rank", code);
  if ((code = calls->size(&process_count))) return fail_in(error, "MPI_Comm_size", code);
  if ((code = calls->largest_tag(&largest_tag))) return fail_in(error, "MPI_Comm_get_attr", code);
  return 0;
}

int mpi_library_rank(void) { return own_rank; }
int mpi_library_size(void) { return process_count; }
int mpi_library_largest_tag(void) { return largest_tag; }

static size_t piece_count(size_t byte_count, size_t piece) { return byte_count ? (byte_count - 1) / piece + 1 : 1; }

int mpi_library_begin(const mpi_message *messages, size_t count, size_t piece, mpi_pending **pending, char **error) {
  *pending = NULL;
  if (!calls) return fail(error, "no library is loaded");
  if (piece < 1 || piece > INT_MAX) return fail(error, "a piece of a message has 1 to 2147483647 bytes");
  size_t total = 0;
  for (size_t i = 0; i < count; i++) {
    total += piece_count(messages[i].byte_count, piece);
    if (total > INT_MAX) return fail(error, "these are more than 2147483647 pieces of messages");
  }
  mpi_pending *begun = calloc(1, sizeof *begun);
  if (begun) {
    begun->calls = calls;
    begun->requests = calloc(total + 1, calls->request_bytes);
    begun->statuses = calloc(total + 1, calls->status_bytes);
    begun->byte_counts = calloc(total + 1, sizeof(int));
    begun->is_received = calloc(total + 1, sizeof(int));
  }
  if (!begun || !begun->requests || !begun->statuses || !begun->byte_counts || !begun->is_received) {
    mpi_library_free(begun);
    return fail(error, "not enough memory");
  }
  for (size_t i = 0; i < count; i++) {
    const mpi_message *message = &messages[i];
    size_t done = 0;
    do {
      size_t left = message->byte_count - done;
      int length = (int)(left < piece ? left : piece);
      char *bytes = message->bytes ? (char *)message->bytes + done : NULL;
      int code = message->is_received ? calls->receive(begun, bytes, length, message->other, message->tag)
                                      : calls->send(begun, bytes, length, message->other, message->tag);
      // What was begun stays on its way: its requests are left to the library.
      if (code) {
        mpi_library_free(begun);
        return fail_in(error, message->is_received ? "MPI_Irecv" : "MPI_Isend", code);
      }
      begun->byte_counts[begun->count] = length;
      begun->is_received[begun->count] = message->is_received;
      begun->count++;
      done += length;
    } while (done < message->byte_count);
  }
  *pending = begun;
  return 0;
}

void mpi_library_advance(mpi_pending *pending) {
  // Statuses are those of the call that finds all done: a later one would find none.
  if (!pending->is_done && !pending->code) pending->code = pending->calls->test(pending, &pending->is_done);
}

int mpi_library_wait(mpi_pending *pending, char **error) {
  // The first rounds without giving up the processor: messages of one machine take microseconds.
  const unsigned spins = 200;
  for (unsigned round = 0; !pending->is_done && !pending->code; round++) {
    mpi_library_advance(pending);
    // Where there are more processes than processors, the others work meanwhile.
    if (!pending->is_done && round >= spins) sched_yield();
  }
  // Both where all are done and one has failed.
  if (pending->code) return fail_in(error, "MPI_Testall", pending->code);
  for (int i = 0; i < pending->count; i++) {
    int came = pending->is_received[i] ? pending->calls->byte_count(pending, i) : pending->byte_counts[i];
    if (came == pending->byte_counts[i]) continue;
    char message[128];
    snprintf(message, sizeof message, "a message has %d bytes where %d were expected", came, pending->byte_counts[i]);
    return fail(error, message);
  }
  // Done once, a request is none: a second wait has nothing to do.
  pending->count = 0;
  return 0;
}

void mpi_library_free(mpi_pending *pending) {
  if (!pending) return;
  free(pending->requests);
  free(pending->statuses);
  free(pending->byte_counts);
  free(pending->is_received);
  free(pending);
}

int mpi_library_gather(const void *own, size_t byte_count, size_t piece, void *all, char **error) {
  if (!calls) return fail(error, "no library is loaded");
  if (piece < 1 || piece > INT_MAX) return fail(error, "a piece of a message has 1 to 2147483647 bytes");
  if (byte_count <= piece) {
    int code = calls->gather(own, (int)byte_count, all);
    return code ? fail_in(error, "MPI_Allgather", code) : 0;
  }
  char *pieces = malloc(piece * process_count);
  if (!pieces) return fail(error, "not enough memory");
  for (size_t done = 0; done < byte_count;) {
    size_t left = byte_count - done, length = left < piece ? left : piece;
    int code = calls->gather((const char *)own + done, (int)length, pieces);
    if (code) {
      free(pieces);
      return fail_in(error, "MPI_Allgather", code);
    }
    for (int i = 0; i < process_count; i++) memcpy((char *)all + i * byte_count + done, pieces + i * length, length);
    done += length;
  }
  free(pieces);
  return 0;
}

int mpi_library_barrier(char **error) {
  if (!calls) return fail(error, "no library is loaded");
  int code = calls->barrier();
  return code ? fail_in(error, "MPI_Barrier", code) : 0;
}

void mpi_library_end_all(int code) {
  if (calls) calls->end_all(code);
}

int mpi_library_finalize(char **error) {
  if (!calls) return fail(error, "no library is loaded");
  int code = calls->finalize();
  return code ? fail_in(error, "MPI_Finalize", code) : 0;
}
