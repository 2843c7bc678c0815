import MartletCore
import MartletLoopIR

/// The C++ around emitted kernels that lets a compiler for this machine take them as they are: what CUDA C has beside C++, and for each kernel
/// a function that runs its blocks and threads one after the other.
///
/// The order of blocks and threads is a permutation that a seed chooses: a kernel whose result depends on the order gives several results.
enum EmulationText {
  /// What stands before the kernels.
  static let header = """
    #include <cmath>
    #include <cstring>
    #define __global__
    #define __device__
    #define __launch_bounds__(...)
    namespace emulation {
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
    static thread_local emulation::Dimensions blockIdx, threadIdx;
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

    """

  /// The function that runs a launch of a kernel: `emulate_name(arguments, begin, end, geometry, seed)`.
  static func launcher(_ kernel: Kernel) -> String {
    let name = CUDAEmitter.symbol(kernel)
    let arguments = kernel.parameters.enumerated().map { "(\(CUDAEmitter.text($0.element.element)) *)arguments[\($0.offset)]" }
    let call = (arguments + ["begin", "end"]).joined(separator: ", ")
    return """
      extern "C" void emulate_\(name)(void *const *arguments, int begin, int end, const int *geometry, unsigned seed) {
        const unsigned blocks = geometry[0] * geometry[1] * geometry[2], threads = geometry[3] * geometry[4] * geometry[5];
        for (unsigned i = 0; i < blocks; ++i) {
          const int b = emulation::visited(i, blocks, seed);
          blockIdx = {b % geometry[0], b / geometry[0] % geometry[1], b / (geometry[0] * geometry[1])};
          for (unsigned k = 0; k < threads; ++k) {
            const int t = emulation::visited(k, threads, seed);
            threadIdx = {t % geometry[3], t / geometry[3] % geometry[4], t / (geometry[3] * geometry[4])};
            \(name)(\(call));
          }
        }
      }

      """
  }
}
