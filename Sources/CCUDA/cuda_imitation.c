#include "cuda_imitation.h"
#include "cuda_driver.h"
#include "imitated_calls.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, INVALID_IMAGE = 200, NOT_FOUND = 500, CAPTURE_FAILED = 900 };
enum { MEMORY, MODULE, STREAM, GRAPH, EXECUTABLE, CONTEXT, EVENT, HOST_MEMORY, KINDS };
static const char *const kinds[KINDS] = {"memory", "module", "stream", "graph", "graph executable", "context", "event", "host memory"};

// --- what is counted and what fails -----------------------------------------------------------------------------------------------

#define MOST_DEVICES 64
// The address of a context is its device.
static char contexts[MOST_DEVICES];
static _Thread_local imitated_calls calls;
static _Thread_local long live[KINDS];
static _Thread_local unsigned order_seed, last_geometry[6];
// 1 is the first device: a thread has none before it enters a context.
static _Thread_local int device_count = 1, current_device;

#define ENTER                                                                                                         \
  int injected = imitated_call(&calls, __func__ + 8);                                                                   \
  if (injected) return injected;

void cuda_imitation_devices(int count) { device_count = count; }
void cuda_imitation_order(unsigned seed) { order_seed = seed; }

void cuda_imitation_fail(const char *function, int successes, int error) { imitated_fail(&calls, function, successes, error); }
long cuda_imitation_calls(const char *function) { return imitated_count(&calls, function); }

long cuda_imitation_live(const char *kind) {
  for (int i = 0; i < KINDS; i++)
    if (!strcmp(kinds[i], kind)) return live[i];
  return -1;
}

void cuda_imitation_geometry(unsigned *six) { memcpy(six, last_geometry, sizeof last_geometry); }

// --- the device -------------------------------------------------------------------------------------------------------------------

static int imitate_init(unsigned flags) {
  ENTER return flags ? INVALID_VALUE : 0;
}
static int imitate_version(int *version) {
  ENTER *version = 13000;
  return 0;
}
static int imitate_device_count(int *count) {
  ENTER *count = device_count;
  return 0;
}
static int is_device(int device) { return device >= 0 && device < device_count && device < MOST_DEVICES; }
static int imitate_device_name(char *name, int length, int device) {
  ENTER if (!is_device(device)) return INVALID_VALUE;
  snprintf(name, (size_t)length, "this machine's processor");
  return 0;
}
static int imitate_device_attribute(int *value, int attribute, int device) {
  ENTER if (!is_device(device)) return INVALID_VALUE;
  // 75 and 76: compute capability; 33: the number of the PCI bus.
  *value = attribute == 75 ? 9 : attribute == 33 ? device + 1 : 0;
  return 0;
}
static int imitate_context_retain(cuda_handle *context, int device) {
  ENTER if (!is_device(device)) return INVALID_VALUE;
  *context = &contexts[device];
  live[CONTEXT]++;
  return 0;
}
static int imitate_context_release(int device) {
  ENTER if (!is_device(device)) return INVALID_VALUE;
  live[CONTEXT]--;
  return 0;
}
static int imitate_context_set_current(cuda_handle context) {
  ENTER char *entered = context;
  if (entered && (entered < contexts || entered >= contexts + MOST_DEVICES)) return INVALID_VALUE;
  current_device = entered ? (int)(entered - contexts) + 1 : 0;
  return entered ? 0 : INVALID_VALUE;
}

int cuda_imitation_device(void) { return current_device - 1; }

// --- memory: between two pages that trap, its end at the second -------------------------------------------------------------------

struct allocation {
  struct allocation *next;
  char *pages, *bytes;
  size_t page_count, byte_count;
};
static struct allocation *allocations;
static pthread_mutex_t allocations_lock = PTHREAD_MUTEX_INITIALIZER;

static int imitate_memory_allocate(cuda_address *address, size_t bytes) {
  ENTER if (!bytes) return INVALID_VALUE;
  size_t page = (size_t)sysconf(_SC_PAGESIZE), rounded = (bytes + 63) / 64 * 64, inner = (rounded + page - 1) / page * page;
  struct allocation *made = calloc(1, sizeof *made);
  if (!made) return OUT_OF_MEMORY;
  char *pages = mmap(NULL, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED || mprotect(pages + page, inner, PROT_READ | PROT_WRITE)) {
    if (pages != MAP_FAILED) munmap(pages, inner + 2 * page);
    free(made);
    return OUT_OF_MEMORY;
  }
  pthread_mutex_lock(&allocations_lock);
  *made = (struct allocation){allocations, pages, pages + page + inner - rounded, inner + 2 * page, bytes};
  memset(made->bytes, 0xff, bytes);
  allocations = made;
  pthread_mutex_unlock(&allocations_lock);
  *address = (cuda_address)made->bytes;
  live[MEMORY]++;
  return 0;
}

static int imitate_memory_free(cuda_address address) {
  ENTER struct allocation *found = NULL;
  pthread_mutex_lock(&allocations_lock);
  for (struct allocation **link = &allocations; *link; link = &(*link)->next) {
    if ((cuda_address)(*link)->bytes != address) continue;
    found = *link;
    *link = found->next;
    break;
  }
  pthread_mutex_unlock(&allocations_lock);
  if (!found) return INVALID_VALUE;
  munmap(found->pages, found->page_count);
  free(found);
  live[MEMORY]--;
  return 0;
}

/// Whether all of a range lies in one allocation.
static int is_inside(cuda_address address, size_t bytes) {
  int found = 0;
  pthread_mutex_lock(&allocations_lock);
  for (struct allocation *known = allocations; known && !found; known = known->next) {
    cuda_address start = (cuda_address)known->bytes;
    found = address >= start && address + bytes <= start + known->byte_count;
  }
  pthread_mutex_unlock(&allocations_lock);
  return found;
}

int cuda_imitation_has_memory(const void *address, size_t bytes) { return is_inside((cuda_address)address, bytes); }

// --- modules and kernels ----------------------------------------------------------------------------------------------------------

typedef void (*launcher)(void *const *, int, int, const int *, unsigned);
struct function {
  struct function *next;
  launcher launcher;
  int buffers;
};
struct module {
  void *library;
  struct function *functions;
};

static int imitate_module_load(cuda_handle *module, const void *image) {
  ENTER void *library = dlopen(image, RTLD_NOW | RTLD_LOCAL);
  if (!library) return INVALID_IMAGE;
  struct module *made = calloc(1, sizeof *made);
  if (!made) return OUT_OF_MEMORY;
  made->library = library;
  *module = made;
  live[MODULE]++;
  return 0;
}

static int imitate_module_unload(cuda_handle handle) {
  ENTER struct module *module = handle;
  if (!module) return INVALID_VALUE;
  for (struct function *next; module->functions; module->functions = next) {
    next = module->functions->next;
    free(module->functions);
  }
  dlclose(module->library);
  free(module);
  live[MODULE]--;
  return 0;
}

static int imitate_module_function(cuda_handle *function, cuda_handle handle, const char *name) {
  ENTER struct module *module = handle;
  char symbol[1024];
  snprintf(symbol, sizeof symbol, "emulate_%s", name);
  void *code = dlsym(module->library, symbol);
  snprintf(symbol, sizeof symbol, "buffers_%s", name);
  const int *buffers = dlsym(module->library, symbol);
  if (!code || !buffers) return NOT_FOUND;
  struct function *made = calloc(1, sizeof *made);
  if (!made) return OUT_OF_MEMORY;
  *made = (struct function){module->functions, (launcher)code, *buffers};
  module->functions = made;
  *function = made;
  return 0;
}

// --- streams and graphs -----------------------------------------------------------------------------------------------------------

struct operation {
  struct operation *next;
  enum { LAUNCH, COPY, SET } kind;
  struct function *function;
  unsigned geometry[6];
  int begin, end;
  void *to, *from;
  size_t bytes;
  unsigned char value;
  void *buffers[];
};
struct graph {
  struct operation *first, *last;
  long users;
};
struct stream {
  struct graph *captured;
  struct stream *next;
};
static struct stream *streams;
static pthread_mutex_t streams_lock = PTHREAD_MUTEX_INITIALIZER;

static void run(const struct operation *operation) {
  switch (operation->kind) {
  case COPY: memcpy(operation->to, operation->from, operation->bytes); break;
  case SET: memset(operation->to, operation->value, operation->bytes); break;
  case LAUNCH: {
    int geometry[6];
    for (int i = 0; i < 6; i++) geometry[i] = (int)(last_geometry[i] = operation->geometry[i]);
    operation->function->launcher(operation->buffers, operation->begin, operation->end, geometry, order_seed);
  }
  }
}

/// Runs an operation, or adds it to the graph that the stream captures; frees it then or later.
static int submit(struct stream *stream, struct operation *operation) {
  if (!stream || !stream->captured) {
    run(operation);
    free(operation);
    return 0;
  }
  struct graph *graph = stream->captured;
  if (graph->last) graph->last->next = operation;
  else graph->first = operation;
  graph->last = operation;
  return 0;
}

static void release(struct graph *graph) {
  if (--graph->users) return;
  for (struct operation *next; graph->first; graph->first = next) {
    next = graph->first->next;
    free(graph->first);
  }
  free(graph);
}

static int copy(struct stream *stream, void *to, void *from, size_t bytes) {
  struct operation *made = calloc(1, sizeof *made);
  if (!made) return OUT_OF_MEMORY;
  made->kind = COPY, made->to = to, made->from = from, made->bytes = bytes;
  return submit(stream, made);
}

static int imitate_copy_to_device(cuda_address to, const void *from, size_t bytes, cuda_handle stream) {
  ENTER if (!is_inside(to, bytes)) return INVALID_VALUE;
  return copy(stream, (void *)to, (void *)from, bytes);
}
static int imitate_copy_to_host(void *to, cuda_address from, size_t bytes, cuda_handle stream) {
  ENTER if (!is_inside(from, bytes)) return INVALID_VALUE;
  return copy(stream, to, (void *)from, bytes);
}
static int imitate_copy_on_device(cuda_address to, cuda_address from, size_t bytes, cuda_handle stream) {
  ENTER if (!is_inside(to, bytes) || !is_inside(from, bytes)) return INVALID_VALUE;
  return copy(stream, (void *)to, (void *)from, bytes);
}
static int imitate_set_bytes(cuda_address address, unsigned char value, size_t bytes, cuda_handle stream) {
  ENTER if (!is_inside(address, bytes)) return INVALID_VALUE;
  struct operation *made = calloc(1, sizeof *made);
  if (!made) return OUT_OF_MEMORY;
  made->kind = SET, made->to = (void *)address, made->bytes = bytes, made->value = value;
  return submit(stream, made);
}

static int imitate_stream_create(cuda_handle *stream, unsigned flags) {
  ENTER if (flags > 1) return INVALID_VALUE;
  struct stream *made = calloc(1, sizeof *made);
  if (!made) return OUT_OF_MEMORY;
  pthread_mutex_lock(&streams_lock);
  made->next = streams;
  streams = made;
  pthread_mutex_unlock(&streams_lock);
  *stream = made;
  live[STREAM]++;
  return 0;
}
static int imitate_stream_destroy(cuda_handle stream) {
  ENTER struct stream *found = NULL;
  pthread_mutex_lock(&streams_lock);
  for (struct stream **link = &streams; *link; link = &(*link)->next) {
    if (*link != stream) continue;
    found = *link;
    *link = found->next;
    break;
  }
  pthread_mutex_unlock(&streams_lock);
  if (!found) return INVALID_VALUE;
  free(found);
  live[STREAM]--;
  return 0;
}

int cuda_imitation_has_stream(const void *stream) {
  int is_ready = 0;
  pthread_mutex_lock(&streams_lock);
  for (struct stream *known = streams; known && !is_ready; known = known->next) is_ready = known == stream && !known->captured;
  pthread_mutex_unlock(&streams_lock);
  return is_ready;
}
static int imitate_stream_synchronize(cuda_handle handle) {
  ENTER struct stream *stream = handle;
  // Waiting ends a capture with an error.
  return stream && stream->captured ? CAPTURE_FAILED : 0;
}
static int imitate_capture_begin(cuda_handle handle, int mode) {
  ENTER struct stream *stream = handle;
  if (!stream || stream->captured || mode < 0 || mode > 2) return INVALID_VALUE;
  stream->captured = calloc(1, sizeof(struct graph));
  if (!stream->captured) return OUT_OF_MEMORY;
  stream->captured->users = 1;
  live[GRAPH]++;
  return 0;
}
static int imitate_capture_end(cuda_handle handle, cuda_handle *graph) {
  struct stream *stream = handle;
  int error = imitated_call(&calls, "capture_end");
  if (!stream || !stream->captured) return INVALID_VALUE;
  *graph = stream->captured;
  stream->captured = NULL;
  if (!error) return 0;
  release(*graph);
  *graph = NULL;
  live[GRAPH]--;
  return error;
}
static int imitate_graph_instantiate(cuda_handle *executable, cuda_handle handle, unsigned long long flags) {
  ENTER struct graph *graph = handle;
  if (!graph || flags) return INVALID_VALUE;
  graph->users++;
  *executable = graph;
  live[EXECUTABLE]++;
  return 0;
}
static int imitate_graph_launch(cuda_handle executable, cuda_handle handle) {
  ENTER struct stream *stream = handle;
  if (!executable || (stream && stream->captured)) return INVALID_VALUE;
  for (struct operation *at = ((struct graph *)executable)->first; at; at = at->next) run(at);
  return 0;
}
static int imitate_graph_executable_destroy(cuda_handle executable) {
  ENTER release(executable);
  live[EXECUTABLE]--;
  return 0;
}
static int imitate_graph_destroy(cuda_handle graph) {
  ENTER release(graph);
  live[GRAPH]--;
  return 0;
}

static int imitate_host_allocate(void **memory, size_t bytes, unsigned flags) {
  ENTER if (flags || !bytes) return INVALID_VALUE;
  *memory = malloc(bytes);
  if (!*memory) return OUT_OF_MEMORY;
  live[HOST_MEMORY]++;
  return 0;
}
static int imitate_host_free(void *memory) {
  ENTER free(memory);
  live[HOST_MEMORY]--;
  return 0;
}

// Whatever goes before an event has run when it is recorded.
static int imitate_event_create(cuda_handle *event, unsigned flags) {
  ENTER if (flags) return INVALID_VALUE;
  *event = calloc(1, sizeof(struct timespec));
  if (!*event) return OUT_OF_MEMORY;
  live[EVENT]++;
  return 0;
}
static int imitate_event_record(cuda_handle event, cuda_handle handle) {
  ENTER struct stream *stream = handle;
  if (!event || (stream && stream->captured)) return INVALID_VALUE;
  return clock_gettime(CLOCK_MONOTONIC, event) ? INVALID_VALUE : 0;
}
static int imitate_event_synchronize(cuda_handle event) {
  ENTER return event ? 0 : INVALID_VALUE;
}
static int imitate_event_elapsed(float *milliseconds, cuda_handle start, cuda_handle end) {
  ENTER if (!start || !end) return INVALID_VALUE;
  struct timespec *from = start, *to = end;
  *milliseconds = (float)((double)(to->tv_sec - from->tv_sec) * 1e3 + (double)(to->tv_nsec - from->tv_nsec) * 1e-6);
  return 0;
}
static int imitate_event_destroy(cuda_handle event) {
  ENTER free(event);
  live[EVENT]--;
  return 0;
}

static int imitate_launch(cuda_handle handle, unsigned bx, unsigned by, unsigned bz, unsigned tx, unsigned ty, unsigned tz, unsigned shared,
                          cuda_handle stream, void **parameters, void **extra) {
  ENTER struct function *function = handle;
  if (!function || !parameters || extra || shared || !bx || !by || !bz || !tx || !ty || !tz || tx * ty * tz > 1024) return INVALID_VALUE;
  struct operation *made = calloc(1, sizeof *made + (size_t)function->buffers * sizeof(void *));
  if (!made) return OUT_OF_MEMORY;
  made->kind = LAUNCH, made->function = function;
  unsigned geometry[6] = {bx, by, bz, tx, ty, tz};
  memcpy(made->geometry, geometry, sizeof geometry);
  for (int i = 0; i < function->buffers; i++) {
    cuda_address address;
    memcpy(&address, parameters[i], sizeof address);
    if (!is_inside(address, 1)) {
      free(made);
      return INVALID_VALUE;
    }
    made->buffers[i] = (void *)address;
  }
  memcpy(&made->begin, parameters[function->buffers], sizeof made->begin);
  memcpy(&made->end, parameters[function->buffers + 1], sizeof made->end);
  return submit(stream, made);
}

static int imitate_error_name(int error, const char **name) {
  switch (error) {
  case 0: *name = "CUDA_SUCCESS"; break;
  case INVALID_VALUE: *name = "CUDA_ERROR_INVALID_VALUE"; break;
  case OUT_OF_MEMORY: *name = "CUDA_ERROR_OUT_OF_MEMORY"; break;
  case NOT_INITIALIZED: *name = "CUDA_ERROR_NOT_INITIALIZED"; break;
  case INVALID_IMAGE: *name = "CUDA_ERROR_INVALID_IMAGE"; break;
  case NOT_FOUND: *name = "CUDA_ERROR_NOT_FOUND"; break;
  case CAPTURE_FAILED: *name = "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"; break;
  default: *name = NULL; return INVALID_VALUE;
  }
  return 0;
}

void cuda_driver_imitate(cuda_driver *driver) {
  *driver = (cuda_driver){
      imitate_init,           imitate_version,         imitate_device_count,     imitate_device_name,   imitate_device_attribute,
      imitate_context_retain, imitate_context_release, imitate_context_set_current, imitate_module_load, imitate_module_unload,
      imitate_module_function, imitate_memory_allocate, imitate_memory_free,     imitate_copy_to_device, imitate_copy_to_host,
      imitate_copy_on_device, imitate_set_bytes,      imitate_stream_create,   imitate_stream_destroy,   imitate_stream_synchronize,
      imitate_capture_begin,
      imitate_capture_end,    imitate_graph_instantiate, imitate_graph_launch,   imitate_graph_executable_destroy, imitate_graph_destroy,
      imitate_launch,         imitate_host_allocate,   imitate_host_free,        imitate_event_create, imitate_event_record,
      imitate_event_synchronize, imitate_event_elapsed, imitate_event_destroy,
      imitate_error_name,
  };
}
