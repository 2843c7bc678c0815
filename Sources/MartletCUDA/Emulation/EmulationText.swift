import MartletCore
import MartletLoopIR

/// The C++ around emitted kernels that lets a compiler for this machine take them as they are: what CUDA C has beside C++, and for each kernel
/// a function that runs its blocks one after the other.
///
/// Threads that never meet run one after the other too; those that do are fibers, which change at a barrier or exchange. The order of blocks
/// and threads is a permutation that a seed chooses: a kernel whose result depends on the order gives several results. Memory of a block is filled
/// with NaN before each block: all of it is in one section of the library, whose ends the linker names.
enum EmulationText {
  /// What stands before the kernels.
  static let header = #"""
    #include <cmath>
    #include <cstring>
    #include <immintrin.h>
    #define __global__
    #define __device__
    #define __launch_bounds__(...)
    #define __shared__ static __attribute__((section("martlet_shared")))
    extern "C" __attribute__((weak, visibility("hidden"))) char __start_martlet_shared[], __stop_martlet_shared[];
    namespace emulation {
    // Small numbers are zero while kernels run, as on a GPU with ftz and as in the processor's workers.
    struct FlushToZero {
      unsigned before = _mm_getcsr();
      FlushToZero() { _mm_setcsr(before | 0x8040); }
      ~FlushToZero() { _mm_setcsr(before); }
    };
    struct Dimensions {
      int x, y, z;
    };
    // The place of a number in an order that visits each of `count` once: step is a prime that does not divide it.
    static inline unsigned visited(unsigned i, unsigned count, unsigned seed) {
      const unsigned primes[] = {1, 7919, 104729, 611953};
      unsigned step = primes[seed % 4];
      if (count % step == 0) step = 1;
      return (unsigned)(((unsigned long long)i * step + seed) % count);
    }
    template <class To, class From> static inline To bits(From from) {
      To to;
      std::memcpy(&to, &from, sizeof to);
      return to;
    }
    }
    static emulation::Dimensions blockIdx, threadIdx;
    extern "C" void emulation_switch(void **save, void *to);
    // Keeps what a call must preserve on the stack of the one fiber, and takes up the other.
    asm(".text\n.type emulation_switch,@function\nemulation_switch:\n"
        "push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
        "mov %rsp, (%rdi)\nmov %rsi, %rsp\n"
        "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n");
    namespace emulation {
    struct Fiber {
      void *stack;
      bool finished;
      Dimensions index;
    };
    struct Warp {
      unsigned long long values[2][32];
      volatile int arrived;
      volatile unsigned generation;
    };
    static const int most = 1024, stackBytes = 64 << 10;
    static Fiber fibers[most];
    static Warp warps[most / 32];
    // Which fiber follows which: a ring that begins anew behind the last.
    static int order[most], place[most];
    static char *stacks;
    static void *outside;
    static int count, current;
    static volatile int alive, arrived;
    static volatile unsigned generation;
    static void (*body)(void *);
    static void *argument;

    static void enter(int next, void **save) {
      current = next;
      threadIdx = fibers[next].index;
      emulation_switch(save, fibers[next].stack);
    }
    static __attribute__((noinline)) void yield() {
      const int own = current;
      int at = place[own];
      do at = at + 1 == count ? 0 : at + 1;
      while (fibers[order[at]].finished && order[at] != own);
      if (order[at] != own) enter(order[at], &fibers[own].stack);
    }
    static void start() {
      body(argument);
      fibers[current].finished = true;
      --alive;
      // Whoever has returned needs not to be waited for.
      if (alive && arrived == alive) arrived = 0, generation = generation + 1;
      if (alive) yield();
      void *unused;
      emulation_switch(&unused, outside);
    }
    static __attribute__((noinline)) void barrier() {
      const unsigned before = generation;
      arrived = arrived + 1;
      if (arrived == alive) arrived = 0, generation = before + 1;
      while (generation == before) yield();
    }
    template <class T> static T exchange(T value, int source) {
      Warp &warp = warps[current / 32];
      const int lane = current % 32, lanes = count - current / 32 * 32 < 32 ? count - current / 32 * 32 : 32;
      const unsigned before = warp.generation;
      std::memcpy(&warp.values[before & 1][lane], &value, sizeof value);
      warp.arrived = warp.arrived + 1;
      if (warp.arrived == lanes) warp.arrived = 0, warp.generation = before + 1;
      while (warp.generation == before) yield();
      T result;
      std::memcpy(&result, &warp.values[before & 1][source < lanes ? source : lane], sizeof result);
      return result;
    }
    template <class Body> static void runFibers(const int *threads, unsigned seed, Body run) {
      count = threads[0] * threads[1] * threads[2];
      if (!stacks) stacks = new char[(size_t)most * stackBytes];
      body = [](void *p) { (*(Body *)p)(); };
      argument = &run;
      alive = count;
      arrived = 0;
      for (int i = 0; i < count; ++i) {
        fibers[i].finished = false;
        fibers[i].index = {i % threads[0], i / threads[0] % threads[1], i / (threads[0] * threads[1])};
        order[i] = visited(i, count, seed);
        place[order[i]] = i;
        // As if start had been called, with its six preserved registers below.
        void **top = (void **)(((size_t)(stacks + (size_t)(i + 1) * stackBytes) & ~(size_t)15) - 8);
        *top = nullptr;
        *--top = (void *)start;
        for (int k = 0; k < 6; ++k) *--top = nullptr;
        fibers[i].stack = top;
      }
      for (Warp &warp : warps) warp.arrived = 0;
      enter(order[0], &outside);
    }
    static inline void poisonShared() {
      if (__start_martlet_shared) std::memset(__start_martlet_shared, 0xff, __stop_martlet_shared - __start_martlet_shared);
    }
    }
    static inline void __syncthreads() { emulation::barrier(); }
    template <class T> static inline T __shfl_xor_sync(unsigned, T v, int bits) { return emulation::exchange(v, emulation::current % 32 ^ bits); }
    template <class T> static inline T __shfl_sync(unsigned, T v, int lane) { return emulation::exchange(v, lane); }
    static inline int __float_as_int(float a) { return emulation::bits<int>(a); }
    static inline float __int_as_float(int a) { return emulation::bits<float>(a); }
    static inline long long __double_as_longlong(double a) { return emulation::bits<long long>(a); }
    static inline double __longlong_as_double(long long a) { return emulation::bits<double>(a); }
    static inline float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
    static inline double __fma_rn(double a, double b, double c) { return __builtin_fma(a, b, c); }
    static inline int __ffsll(long long a) { return __builtin_ffsll(a); }
    static inline int __popc(unsigned a) { return __builtin_popcount(a); }
    static inline int __popcll(unsigned long long a) { return __builtin_popcountll(a); }
    static inline unsigned __brev(unsigned a) { return __builtin_bitreverse32(a); }
    static inline unsigned long long __brevll(unsigned long long a) { return __builtin_bitreverse64(a); }
    static inline int __clz(unsigned a) { return a ? __builtin_clz(a) : 32; }
    static inline int __clzll(unsigned long long a) { return a ? __builtin_clzll(a) : 64; }

    """#

  /// The function that runs a launch of a kernel: `emulate_name(arguments, begin, end, geometry, seed)`.
  static func launcher(_ kernel: Kernel) -> String {
    let name = CUDAEmitter.symbol(kernel)
    let arguments = kernel.parameters.enumerated().map { "(\(CUDAEmitter.text($0.element.element)) *)arguments[\($0.offset)]" }
    let call = (arguments + ["begin", "end"]).joined(separator: ", ")
    guard !kernel.body.containsMeeting else {
      return """
        extern "C" const int buffers_\(name) = \(kernel.parameters.count);
        extern "C" void emulate_\(name)(void *const *arguments, int begin, int end, const int *geometry, unsigned seed) {
          const emulation::FlushToZero flush;
        const unsigned blocks = geometry[0] * geometry[1] * geometry[2];
          for (unsigned i = 0; i < blocks; ++i) {
            const int b = emulation::visited(i, blocks, seed);
            blockIdx = {b % geometry[0], b / geometry[0] % geometry[1], b / (geometry[0] * geometry[1])};
            emulation::poisonShared();
            emulation::runFibers(geometry + 3, seed, [&] { ::\(name)(\(call)); });
          }
        }

        """
    }
    return """
      extern "C" const int buffers_\(name) = \(kernel.parameters.count);
      extern "C" void emulate_\(name)(void *const *arguments, int begin, int end, const int *geometry, unsigned seed) {
        const emulation::FlushToZero flush;
        const unsigned blocks = geometry[0] * geometry[1] * geometry[2], threads = geometry[3] * geometry[4] * geometry[5];
        for (unsigned i = 0; i < blocks; ++i) {
          const int b = emulation::visited(i, blocks, seed);
          blockIdx = {b % geometry[0], b / geometry[0] % geometry[1], b / (geometry[0] * geometry[1])};
          for (unsigned k = 0; k < threads; ++k) {
            const int t = emulation::visited(k, threads, seed);
            threadIdx = {t % geometry[3], t / geometry[3] % geometry[4], t / (geometry[3] * geometry[4])};
            ::\(name)(\(call));
          }
        }
      }

      """
  }
}
