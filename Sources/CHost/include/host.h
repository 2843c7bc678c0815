#pragma once
#include <stddef.h>
#include <stdint.h>

// What Swift cannot say: processor identification, the floating-point control register, the notes of the running program. Not x86: no features, no register.

struct host_cpuid { uint32_t eax, ebx, ecx, edx; };

/// All zero where the processor has no such leaf.
struct host_cpuid host_cpuid(uint32_t leaf, uint32_t subleaf);

/// The register states that the operating system saves (XCR0); 0 where unknown.
uint64_t host_saved_register_states(void);

/// Sets or clears flush-to-zero and denormals-are-zero for this thread; returns the control word from before.
uint32_t host_set_flush_to_zero(int on);

/// Restores a control word.
void host_restore_control_word(uint32_t word);

/// The number of processors in this process's affinity mask; 1 where unknown.
int host_affinity_count(void);

/// The processor on which this thread runs; UINT32_MAX where unknown.
uint32_t host_processor(void);

/// Moves this thread to a processor that it may use and that is not among these (UINT32_MAX is none); does nothing if there is none. Afterwards
/// the system may run the thread wherever it could before.
void host_leave_processors(const uint32_t *processors, int count);

/// Copies the build id that the linker wrote into the running program, a digest of its contents; returns its length, 0 where there is none
/// or it has more bytes than `capacity`.
size_t host_build_id(uint8_t *bytes, size_t capacity);

/// A counter that grows at a constant rate; 0 where there is none.
static inline uint64_t host_cycle_counter(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  return 0;
#endif
}

/// A 32-bit number that threads share.
static inline uint32_t host_load(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
static inline void host_store(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }

/// Sleeps while the number is `old`, until another thread wakes those that sleep on it; may return early,
/// and not for longer than so many microseconds; 0 is no limit.
void host_futex_wait(uint32_t *word, uint32_t old, uint32_t microseconds);

/// Wakes at most so many of the threads that sleep on the number.
void host_futex_wake(uint32_t *word, int most);

/// Tells the processor that this thread spins.
static inline void host_spin_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}
