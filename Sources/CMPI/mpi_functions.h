// The functions of one interface, which defines `handle`, `status`, `table`, `find_constants` and the constants before it includes this file.
#include <dlfcn.h>

// name, parameters
#define FUNCTIONS(X)                                                                                                  \
  X(MPI_Initialized, (int *))                                                                                         \
  X(MPI_Init_thread, (int *, char ***, int, int *))                                                                   \
  X(MPI_Comm_set_errhandler, (handle, handle))                                                                        \
  X(MPI_Comm_get_attr, (handle, int, void *, int *))                                                                  \
  X(MPI_Comm_rank, (handle, int *))                                                                                   \
  X(MPI_Comm_size, (handle, int *))                                                                                   \
  X(MPI_Isend, (const void *, int, handle, int, int, handle, handle *))                                               \
  X(MPI_Irecv, (void *, int, handle, int, int, handle, handle *))                                                     \
  X(MPI_Testall, (int, handle *, int *, status *))                                                                    \
  X(MPI_Get_count, (const status *, handle, int *))                                                                   \
  X(MPI_Allgather, (const void *, int, handle, void *, int, handle, handle))                                          \
  X(MPI_Barrier, (handle))                                                                                            \
  X(MPI_Abort, (handle, int))                                                                                         \
  X(MPI_Finalize, (void))                                                                                             \
  X(MPI_Error_string, (int, char *, int *))

#define DECLARE(name, parameters) static int(*name) parameters;
FUNCTIONS(DECLARE)

static const char *load(void *library) {
#define LOOK_UP(name, parameters)                                                                                     \
  if (!(name = (int(*) parameters)dlsym(library, #name))) return #name;
  FUNCTIONS(LOOK_UP)
  return find_constants(library);
}

static int initialize(int *provided) {
  // MPI_THREAD_SERIALIZED
  const int wanted = 2;
  int is_initialized = 0, code = MPI_Initialized(&is_initialized);
  *provided = wanted;
  if (!code && !is_initialized) code = MPI_Init_thread(NULL, NULL, wanted, provided);
  return code ? code : MPI_Comm_set_errhandler(world, errors_return);
}

static int rank(int *number) { return MPI_Comm_rank(world, number); }
static int size(int *number) { return MPI_Comm_size(world, number); }

static int largest_tag(int *tag) {
  int *value = NULL, found = 0, code = MPI_Comm_get_attr(world, tag_limit, &value, &found);
  // What every library allows.
  *tag = !code && found && value ? *value : 32767;
  return code;
}

static int send(mpi_pending *pending, const void *bytes, int count, int other, int tag) {
  return MPI_Isend(bytes, count, byte, other, tag, world, (handle *)pending->requests + pending->count);
}

static int receive(mpi_pending *pending, void *bytes, int count, int other, int tag) {
  return MPI_Irecv(bytes, count, byte, other, tag, world, (handle *)pending->requests + pending->count);
}

static int test(mpi_pending *pending, int *done) {
  status *statuses = pending->statuses;
  for (int i = 0; i < pending->count; i++) statuses[i].error = 0;
  int code = MPI_Testall(pending->count, pending->requests, done, statuses);
  if (code != error_in_status) return code;
  for (int i = 0; i < pending->count; i++) {
    if (statuses[i].error && statuses[i].error != error_pending) return statuses[i].error;
  }
  return code;
}

static int byte_count(mpi_pending *pending, int number) {
  int count = -1;
  return MPI_Get_count((status *)pending->statuses + number, byte, &count) ? -1 : count;
}

static int gather(const void *own, int count, void *all) { return MPI_Allgather(own, count, byte, all, count, byte, world); }
static int barrier(void) { return MPI_Barrier(world); }
static int end_all(int code) { return MPI_Abort(world, code); }
static int finalize(void) { return MPI_Finalize(); }

static void text(int code, char *text) {
  int length = 0;
  if (MPI_Error_string(code, text, &length) || length < 0 || length >= MPI_TEXT_BYTES) length = 0;
  text[length] = 0;
}

const struct mpi_calls table = {load, initialize, rank, size, largest_tag, send, receive, test, byte_count, gather, barrier, end_all, finalize, text,
                                sizeof(handle), sizeof(status)};
