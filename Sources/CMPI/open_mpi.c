#include "mpi_calls.h"

// Open MPI: a handle is the address of an object, and those of constants are symbols of the library.

typedef void *handle;
typedef struct status {
  int source, tag, error, is_cancelled;
  size_t byte_count;
} status;

enum { tag_limit = 0, error_in_status = 18, error_pending = 19 };
static handle world, byte, errors_return;

static const char *find_constants(void *library);
#define table open_mpi_calls
#include "mpi_functions.h"

static const char *find_constants(void *library) {
  if (!(world = dlsym(library, "ompi_mpi_comm_world"))) return "ompi_mpi_comm_world";
  if (!(byte = dlsym(library, "ompi_mpi_byte"))) return "ompi_mpi_byte";
  if (!(errors_return = dlsym(library, "ompi_mpi_errors_return"))) return "ompi_mpi_errors_return";
  return NULL;
}
