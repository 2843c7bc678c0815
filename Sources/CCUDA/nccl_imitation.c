#include "cuda_imitation.h"
#include "imitated_calls.h"
#include "nccl_library.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// ncclResult_t
enum { SYSTEM_ERROR = 2, INVALID_ARGUMENT = 4, INVALID_USAGE = 5, REMOTE_ERROR = 6 };
// ncclNumTypes, and how many bytes an element of each type has.
enum { TYPES = 12 };
static const size_t type_bytes[TYPES] = {1, 1, 4, 4, 8, 8, 2, 4, 8, 2, 1, 1};

// --- what is counted, recorded and what fails -------------------------------------------------------------------------------------

static _Thread_local imitated_calls calls;
static _Thread_local long live, patience = 60000;
static _Thread_local int broken_error;
static _Thread_local char last_message[512];
static _Thread_local char record[1 << 16];
static _Thread_local size_t record_length;

void nccl_imitation_fail(const char *function, int successes, int error) { imitated_fail(&calls, function, successes, error); }
long nccl_imitation_calls(const char *function) { return imitated_count(&calls, function); }
void nccl_imitation_break(int error) { broken_error = error; }
void nccl_imitation_patience(long milliseconds) { patience = milliseconds; }
long nccl_imitation_live(void) { return live; }
const char *nccl_imitation_log(void) { return record; }

void nccl_imitation_forget(void) {
  record_length = 0;
  record[0] = 0;
}

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...) {
  size_t left = sizeof record - record_length;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(record + record_length, left, format, arguments);
  va_end(arguments);
  // What does not fit is left out.
  if (length > 0 && (size_t)length < left) record_length += (size_t)length;
  else record[record_length] = 0;
}

static int fail(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int fail(int error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(last_message, sizeof last_message, format, arguments);
  va_end(arguments);
  return error;
}

// --- communicators ----------------------------------------------------------------------------------------------------------------

#define MOST_RANKS 16

/// Bytes that a member has sent.
struct message {
  struct message *next;
  void *bytes;
  size_t count;
  int type;
  int is_taken;
};

/// The members of a communicator.
struct meeting {
  struct meeting *next;
  nccl_unique_id id;
  int count, arrived, left;
  /// The device of each; -1 where it has not come.
  int devices[MOST_RANKS];
  int has_left[MOST_RANKS];
  /// The error of all members, once one of them has made one.
  int error;
  char reason[512];
  /// From each to each, in the order in which they were sent.
  struct message *sent[MOST_RANKS][MOST_RANKS];
};

struct communicator {
  struct communicator *next;
  struct meeting *meeting;
  int rank;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct meeting *meetings;
static struct communicator *communicators;
static uint64_t last_id;

static struct timespec deadline(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  long nanoseconds = time.tv_nsec + patience % 1000 * 1000000;
  time.tv_sec += patience / 1000 + nanoseconds / 1000000000;
  time.tv_nsec = nanoseconds % 1000000000;
  return time;
}

/// All members get this error from now on. The lock is held.
static void spoil(struct meeting *meeting, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void spoil(struct meeting *meeting, int error, const char *format, ...) {
  if (meeting->error) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(meeting->reason, sizeof meeting->reason, format, arguments);
  va_end(arguments);
  meeting->error = error;
  pthread_cond_broadcast(&changed);
}

/// Whether it lives. The lock is held.
static struct communicator *living(nccl_communicator handle) {
  for (struct communicator *known = communicators; known; known = known->next)
    if (known == handle) return known;
  return NULL;
}

static void forget_messages(struct message **first) {
  for (struct message *next; *first; *first = next) {
    next = (*first)->next;
    free((*first)->bytes);
    free(*first);
  }
}

static void forget_meeting(struct meeting *meeting) {
  for (struct meeting **link = &meetings; *link; link = &(*link)->next) {
    if (*link != meeting) continue;
    *link = meeting->next;
    break;
  }
  for (int from = 0; from < MOST_RANKS; from++)
    for (int to = 0; to < MOST_RANKS; to++) forget_messages(&meeting->sent[from][to]);
  free(meeting);
}

#define ENTER                                                                                                         \
  int injected = imitated_call(&calls, __func__ + 8);                                                                   \
  if (injected) return fail(injected, "%s was told to fail", __func__ + 8);

static int imitate_version(int *version) {
  ENTER *version = 22703;
  return 0;
}

/// Every byte counts: one that gets lost on the way is noticed.
static void write_id(nccl_unique_id *id, uint64_t number) {
  for (int i = 0; i < NCCL_UNIQUE_ID_SIZE; i++) id->bytes[i] = (char)(i < 8 ? number >> (8 * i) : number * 31 + (uint64_t)i * 7 + 1);
}

static int imitate_unique_id(nccl_unique_id *id) {
  ENTER if (!id) return fail(INVALID_ARGUMENT, "the place for an id is NULL");
  pthread_mutex_lock(&lock);
  write_id(id, ++last_id);
  pthread_mutex_unlock(&lock);
  return 0;
}

/// Joins a meeting, which is made where there is none. The lock is held.
static int meet(nccl_unique_id id, int count, int rank, int device, struct meeting **met) {
  struct meeting *meeting = meetings;
  while (meeting && memcmp(&meeting->id, &id, sizeof id)) meeting = meeting->next;
  if (!meeting) {
    meeting = calloc(1, sizeof *meeting);
    if (!meeting) return fail(SYSTEM_ERROR, "no memory");
    *meeting = (struct meeting){.next = meetings, .id = id, .count = count};
    for (int i = 0; i < MOST_RANKS; i++) meeting->devices[i] = -1;
    meetings = meeting;
  }
  *met = meeting;
  if (meeting->count != count) spoil(meeting, INVALID_ARGUMENT, "rank %d expects %d ranks, others expect %d", rank, count, meeting->count);
  else if (meeting->devices[rank] >= 0) spoil(meeting, INVALID_USAGE, "there are two ranks %d", rank);
  for (int other = 0; other < meeting->count; other++)
    if (meeting->devices[other] == device)
      spoil(meeting, INVALID_USAGE, "Duplicate GPU detected : rank %d and rank %d both on CUDA device %d", rank, other, device);
  if (meeting->error) return fail(meeting->error, "%s", meeting->reason);
  meeting->devices[rank] = device;
  meeting->arrived++;
  pthread_cond_broadcast(&changed);
  struct timespec end = deadline();
  while (meeting->arrived < meeting->count && !meeting->error)
    if (pthread_cond_timedwait(&changed, &lock, &end) == ETIMEDOUT && meeting->arrived < meeting->count)
      spoil(meeting, SYSTEM_ERROR, "%d of %d ranks have come within %ld ms", meeting->arrived, meeting->count, patience);
  return meeting->error ? fail(meeting->error, "%s", meeting->reason) : 0;
}

static int imitate_comm_init_rank(nccl_communicator *communicator, int count, nccl_unique_id id, int rank) {
  ENTER note("comm_init_rank(%d,%d) ", rank, count);
  uint64_t number = 0;
  for (int i = 0; i < 8; i++) number |= (uint64_t)(unsigned char)id.bytes[i] << (8 * i);
  nccl_unique_id expected;
  write_id(&expected, number);
  if (!communicator || !number || memcmp(&expected, &id, sizeof id)) return fail(INVALID_ARGUMENT, "this is no id that was made");
  if (count < 1 || count > MOST_RANKS || rank < 0 || rank >= count) return fail(INVALID_ARGUMENT, "Invalid rank requested : %d/%d", rank, count);
  int device = cuda_imitation_device();
  if (device < 0) return fail(INVALID_USAGE, "the thread has entered the context of no device");
  struct communicator *made = calloc(1, sizeof *made);
  if (!made) return fail(SYSTEM_ERROR, "no memory");
  pthread_mutex_lock(&lock);
  int error = meet(id, count, rank, device, &made->meeting);
  if (!error) {
    made->rank = rank;
    made->next = communicators;
    communicators = made;
    live++;
    *communicator = made;
  }
  pthread_mutex_unlock(&lock);
  if (error) free(made);
  return error;
}

/// Who waits for a member that has left gets an error; what it sent before can be received.
static int leave(nccl_communicator handle) {
  pthread_mutex_lock(&lock);
  struct communicator *left = NULL;
  for (struct communicator **link = &communicators; *link; link = &(*link)->next) {
    if (*link != handle) continue;
    left = *link;
    *link = left->next;
    break;
  }
  if (left) {
    struct meeting *meeting = left->meeting;
    meeting->has_left[left->rank] = 1;
    if (++meeting->left == meeting->count) forget_meeting(meeting);
    pthread_cond_broadcast(&changed);
    free(left);
    live--;
  }
  pthread_mutex_unlock(&lock);
  return left ? 0 : fail(INVALID_ARGUMENT, "the communicator does not live");
}

static int imitate_comm_destroy(nccl_communicator communicator) {
  ENTER note("comm_destroy ");
  return leave(communicator);
}

static int imitate_comm_cancel(nccl_communicator communicator) {
  ENTER note("comm_cancel ");
  return leave(communicator);
}

static int imitate_comm_async_error(nccl_communicator handle, int *error) {
  ENTER pthread_mutex_lock(&lock);
  struct communicator *communicator = living(handle);
  if (communicator) *error = broken_error ? broken_error : communicator->meeting->error;
  if (communicator && *error) fail(*error, "%s", broken_error ? "something failed on the device" : communicator->meeting->reason);
  pthread_mutex_unlock(&lock);
  return communicator && error ? 0 : fail(INVALID_ARGUMENT, "the communicator does not live");
}

// --- groups -----------------------------------------------------------------------------------------------------------------------

struct operation {
  int is_send;
  char *bytes;
  size_t count, byte_count;
  int type, peer;
  struct communicator *communicator;
  struct message *message;
};
static _Thread_local struct operation *operations;
static _Thread_local size_t operation_count, operation_room;
static _Thread_local int depth, group_error;

static int imitate_group_start(void) {
  ENTER note("group_start ");
  depth++;
  return 0;
}

static int overlap(const struct operation *a, const struct operation *b) {
  return a->byte_count && b->byte_count && a->bytes < b->bytes + b->byte_count && b->bytes < a->bytes + a->byte_count;
}

/// The first message from one member to another that was not taken. The lock is held.
static struct message *first_message(struct meeting *meeting, int from, int to) {
  struct message *message = meeting->sent[from][to];
  while (message && message->is_taken) message = message->next;
  return message;
}

/// Waits for a change; spoils the meeting when patience has ended. The lock is held.
static void await(struct meeting *meeting, const struct timespec *end, int rank, const struct operation *operation) {
  if (meeting->has_left[operation->peer])
    spoil(meeting, REMOTE_ERROR, "rank %d has left, and rank %d waits for it", operation->peer, rank);
  else if (pthread_cond_timedwait(&changed, &lock, end) == ETIMEDOUT)
    spoil(meeting, SYSTEM_ERROR, "rank %d has waited %ld ms to %s rank %d", rank, patience, operation->is_send ? "send to" : "receive from",
          operation->peer);
}

static int post(struct operation *sent) {
  struct message *message = calloc(1, sizeof *message);
  void *bytes = malloc(sent->byte_count + 1);
  if (!message || !bytes) {
    free(message);
    free(bytes);
    return fail(SYSTEM_ERROR, "no memory");
  }
  memcpy(bytes, sent->bytes, sent->byte_count);
  *message = (struct message){.bytes = bytes, .count = sent->count, .type = sent->type};
  struct message **last = &sent->communicator->meeting->sent[sent->communicator->rank][sent->peer];
  while (*last) last = &(*last)->next;
  *last = sent->message = message;
  return 0;
}

/// Carries out all operations of a group. The lock is held.
static int transfer(void) {
  struct timespec end = deadline();
  for (size_t i = 0; i < operation_count; i++) {
    struct operation *operation = &operations[i];
    if (!living(operation->communicator)) return fail(INVALID_ARGUMENT, "the communicator does not live");
    for (size_t j = 0; j < i; j++)
      if ((!operation->is_send || !operations[j].is_send) && overlap(operation, &operations[j]))
        return fail(INVALID_USAGE, "memory that is received into is used twice in one group");
  }
  for (size_t i = 0; i < operation_count; i++)
    if (!operations[i].is_send) memset(operations[i].bytes, 0xaa, operations[i].byte_count);
  for (size_t i = 0; i < operation_count; i++)
    if (operations[i].is_send && post(&operations[i])) return SYSTEM_ERROR;
  pthread_cond_broadcast(&changed);
  for (size_t i = 0; i < operation_count; i++) {
    struct operation *received = &operations[i];
    if (received->is_send) continue;
    struct meeting *meeting = received->communicator->meeting;
    int rank = received->communicator->rank;
    struct message *message = NULL;
    while (!meeting->error && !(message = first_message(meeting, received->peer, rank))) await(meeting, &end, rank, received);
    if (!meeting->error && (message->count != received->count || message->type != received->type))
      spoil(meeting, INVALID_USAGE, "rank %d sends %zu elements of type %d to rank %d, which receives %zu of type %d", received->peer, message->count,
            message->type, rank, received->count, received->type);
    if (meeting->error) return fail(meeting->error, "%s", meeting->reason);
    memcpy(received->bytes, message->bytes, received->byte_count);
    message->is_taken = 1;
    pthread_cond_broadcast(&changed);
  }
  for (size_t i = 0; i < operation_count; i++) {
    struct operation *sent = &operations[i];
    if (!sent->is_send) continue;
    struct meeting *meeting = sent->communicator->meeting;
    int rank = sent->communicator->rank;
    while (!sent->message->is_taken && !meeting->error) await(meeting, &end, rank, sent);
    if (!sent->message->is_taken) return fail(meeting->error, "%s", meeting->reason);
  }
  // What was taken is needed no longer; each message is freed by who sent it.
  for (size_t i = 0; i < operation_count; i++) {
    if (!operations[i].is_send) continue;
    struct message **link = &operations[i].communicator->meeting->sent[operations[i].communicator->rank][operations[i].peer];
    while (*link && *link != operations[i].message) link = &(*link)->next;
    if (!*link) continue;
    *link = operations[i].message->next;
    free(operations[i].message->bytes);
    free(operations[i].message);
  }
  return 0;
}

/// Threads end without a farewell: nothing is kept between groups.
static void forget_operations(void) {
  free(operations);
  operations = NULL;
  operation_count = operation_room = 0;
  group_error = 0;
}

static int end_group(void) {
  int error = group_error;
  if (!error) {
    pthread_mutex_lock(&lock);
    error = transfer();
    pthread_mutex_unlock(&lock);
  }
  forget_operations();
  return error;
}

static int imitate_group_end(void) {
  int injected = imitated_call(&calls, "group_end");
  note("group_end ");
  if (!depth) return fail(INVALID_USAGE, "ncclGroupEnd: not in a group call.");
  depth--;
  if (injected) {
    forget_operations();
    return fail(injected, "group_end was told to fail");
  }
  return depth ? 0 : end_group();
}

/// An error inside a group is that of the group's end, too.
static int refuse(int error) {
  if (depth && !group_error) group_error = error;
  return error;
}

static int add(int is_send, void *bytes, size_t count, int type, int peer, nccl_communicator handle, cuda_handle stream) {
  note("%s(%d,%zu) ", is_send ? "send" : "receive", peer, count);
  pthread_mutex_lock(&lock);
  struct communicator *communicator = living(handle);
  int ranks = communicator ? communicator->meeting->count : 0;
  pthread_mutex_unlock(&lock);
  if (!communicator) return refuse(fail(INVALID_ARGUMENT, "the communicator does not live"));
  if (type < 0 || type >= TYPES) return refuse(fail(INVALID_ARGUMENT, "invalid type %d", type));
  if (peer < 0 || peer >= ranks) return refuse(fail(INVALID_ARGUMENT, "invalid root %d (root should be in the 0..%d range)", peer, ranks));
  if (count > SIZE_MAX / 2 / type_bytes[type]) return refuse(fail(INVALID_ARGUMENT, "invalid count"));
  if (count && !bytes) return refuse(fail(INVALID_ARGUMENT, "buffer argument is NULL"));
  if (count && !cuda_imitation_has_memory(bytes, count * type_bytes[type])) return refuse(fail(INVALID_ARGUMENT, "invalid device pointer"));
  if (!cuda_imitation_has_stream(stream)) return refuse(fail(INVALID_ARGUMENT, "this is no stream that takes operations"));
  if (operation_count == operation_room) {
    size_t room = operation_room ? 2 * operation_room : 16;
    struct operation *grown = realloc(operations, room * sizeof *grown);
    if (!grown) return refuse(fail(SYSTEM_ERROR, "no memory"));
    operations = grown;
    operation_room = room;
  }
  operations[operation_count++] = (struct operation){is_send, bytes, count, count * type_bytes[type], type, peer, communicator, NULL};
  return depth ? 0 : end_group();
}

static int imitate_send(const void *bytes, size_t count, int type, int peer, nccl_communicator communicator, cuda_handle stream) {
  int injected = imitated_call(&calls, "send");
  if (injected) return refuse(fail(injected, "send was told to fail"));
  return add(1, (void *)bytes, count, type, peer, communicator, stream);
}

static int imitate_receive(void *bytes, size_t count, int type, int peer, nccl_communicator communicator, cuda_handle stream) {
  int injected = imitated_call(&calls, "receive");
  if (injected) return refuse(fail(injected, "receive was told to fail"));
  return add(0, bytes, count, type, peer, communicator, stream);
}

// --- words ------------------------------------------------------------------------------------------------------------------------

static const char *imitate_error_string(int error) {
  static const char *const texts[] = {
      "no error", "unhandled cuda error (run with NCCL_DEBUG=INFO for details)", "unhandled system error (run with NCCL_DEBUG=INFO for details)",
      "internal error - please report this issue to the NCCL developers", "invalid argument (run with NCCL_DEBUG=WARN for details)",
      "invalid usage (run with NCCL_DEBUG=WARN for details)", "remote process exited or there was a network error", "NCCL operation in progress",
  };
  return error >= 0 && error < (int)(sizeof texts / sizeof *texts) ? texts[error] : "unknown result code";
}

static const char *imitate_last_error(nccl_communicator communicator) {
  (void)communicator;
  return last_message;
}

void nccl_imitate(nccl_functions *functions) {
  *functions = (nccl_functions){
      .version = imitate_version,
      .unique_id = imitate_unique_id,
      .comm_init_rank = imitate_comm_init_rank,
      .comm_destroy = imitate_comm_destroy,
      .comm_cancel = imitate_comm_cancel,
      .comm_async_error = imitate_comm_async_error,
      .group_start = imitate_group_start,
      .group_end = imitate_group_end,
      .send = imitate_send,
      .receive = imitate_receive,
      .error_string = imitate_error_string,
      .last_error = imitate_last_error,
  };
}
