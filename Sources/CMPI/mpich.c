#include "mpi_calls.h"

// MPICH and the libraries with its interface: a handle is a number.

typedef int handle;
typedef struct status {
  int low_count, high_count, source, tag, error;
} status;

enum { tag_limit = 0x64400001, error_in_status = 17, error_pending = 18 };
static const handle world = 0x44000000, byte = 0x4c00010d, errors_return = 0x54000001;

static const char *find_constants(void *library) { return library ? NULL : "the library"; }
#define table mpich_calls
#include "mpi_functions.h"
