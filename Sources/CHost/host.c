#define _GNU_SOURCE
#include "host.h"

#include <link.h>
#include <linux/futex.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void host_futex_wait(uint32_t *word, uint32_t old, uint32_t microseconds) {
  struct timespec limit = {microseconds / 1000000, microseconds % 1000000 * 1000};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, old, microseconds == 0 ? NULL : &limit, 0, 0);
}

void host_futex_wake(uint32_t *word, int most) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, most, 0, 0, 0); }

int host_affinity_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return CPU_COUNT(&set);
}

uint32_t host_processor(void) { return (uint32_t)sched_getcpu(); }

void host_leave_processors(const uint32_t *processors, int count) {
  cpu_set_t allowed, left;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  left = allowed;
  for (int i = 0; i < count; i++) {
    uint32_t processor = host_load(processors + i);
    if (processor < CPU_SETSIZE) CPU_CLR(processor, &left);
  }
  if (CPU_COUNT(&left) == 0) return;
  // The first call moves the thread; the second lets the system move it again.
  if (sched_setaffinity(0, sizeof left, &left) == 0) sched_setaffinity(0, sizeof allowed, &allowed);
}

struct build_id {
  uint8_t *bytes;
  size_t capacity, length;
};

// Called for the program itself first: 1 ends the search there.
static int find_build_id(struct dl_phdr_info *object, size_t size, void *data) {
  (void)size;
  struct build_id *found = data;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    if (segment->p_type != PT_NOTE) continue;
    size_t align = segment->p_align == 8 ? 8 : 4, at = 0;
    const uint8_t *notes = (const uint8_t *)(object->dlpi_addr + segment->p_vaddr);
    while (at + sizeof(ElfW(Nhdr)) <= segment->p_memsz) {
      const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(notes + at);
      size_t name = at + sizeof *note;
      size_t description = (name + note->n_namesz + align - 1) & ~(align - 1);
      size_t end = (description + note->n_descsz + align - 1) & ~(align - 1);
      if (description + note->n_descsz > segment->p_memsz) break;
      if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(notes + name, "GNU", 4) == 0) {
        if (note->n_descsz > found->capacity) return 1;
        memcpy(found->bytes, notes + description, note->n_descsz);
        found->length = note->n_descsz;
        return 1;
      }
      at = end;
    }
  }
  return 1;
}

size_t host_build_id(uint8_t *bytes, size_t capacity) {
  struct build_id found = {bytes, capacity, 0};
  dl_iterate_phdr(find_build_id, &found);
  return found.length;
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <xmmintrin.h>

struct host_cpuid host_cpuid(uint32_t leaf, uint32_t subleaf) {
  struct host_cpuid r = {0, 0, 0, 0};
  if (!__get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx)) {
    struct host_cpuid none = {0, 0, 0, 0};
    return none;
  }
  return r;
}

uint64_t host_saved_register_states(void) {
  if (!(host_cpuid(1, 0).ecx & (1u << 27))) return 0;  // OSXSAVE: xgetbv may be executed
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

// Bit 15 flushes results, bit 6 reads denormals as zero.
uint32_t host_set_flush_to_zero(int on) {
  uint32_t word = _mm_getcsr();
  _mm_setcsr(on ? word | 0x8040u : word & ~0x8040u);
  return word;
}

void host_restore_control_word(uint32_t word) { _mm_setcsr(word); }

#else

struct host_cpuid host_cpuid(uint32_t leaf, uint32_t subleaf) {
  (void)leaf;
  (void)subleaf;
  struct host_cpuid none = {0, 0, 0, 0};
  return none;
}
uint64_t host_saved_register_states(void) { return 0; }
uint32_t host_set_flush_to_zero(int on) {
  (void)on;
  return 0;
}
void host_restore_control_word(uint32_t word) { (void)word; }

#endif
