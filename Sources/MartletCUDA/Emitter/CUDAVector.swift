/// The type of several lanes in one thread, and what can be done with it: every operator works lane by lane.
enum CUDAVector {
  static let text = """
    template <class T, int N> struct Vector {
      T lane[N];
    };
    #define LANES(expression)      \\
      for (int i = 0; i < N; ++i) { \\
        r.lane[i] = expression;    \\
      }                            \\
      return r;
    #define INFIX(name, result, sign)                                                                             \\
      template <class T, int N> static __device__ Vector<result, N> operator sign(Vector<T, N> a, Vector<T, N> b) { \\
        Vector<result, N> r;                                                                                      \\
        LANES(a.lane[i] sign b.lane[i])                                                                           \\
      }
    INFIX(add, T, +)
    INFIX(subtract, T, -)
    INFIX(multiply, T, *)
    INFIX(divide, T, /)
    INFIX(less, bool, <)
    INFIX(lessOrEqual, bool, <=)
    INFIX(greater, bool, >)
    INFIX(greaterOrEqual, bool, >=)
    INFIX(equal, bool, ==)
    INFIX(notEqual, bool, !=)
    INFIX(bitAnd, T, &)
    INFIX(bitOr, T, |)
    INFIX(bitXor, T, ^)
    INFIX(both, T, &&)
    INFIX(either, T, ||)
    template <class T, int N> static __device__ Vector<T, N> operator-(Vector<T, N> a) {
      Vector<T, N> r;
      LANES(-a.lane[i])
    }
    template <int N> static __device__ Vector<bool, N> operator ! (Vector<bool, N> a) {
      Vector<bool, N> r;
      LANES(!a.lane[i])
    }
    #define BINARY(name)                                                                                  \\
      template <class T, int N> static __device__ Vector<T, N> name(Vector<T, N> a, Vector<T, N> b) { \\
        Vector<T, N> r;                                                                               \\
        LANES(name(a.lane[i], b.lane[i]))                                                             \\
      }
    BINARY(wrappingAdd)
    BINARY(wrappingSubtract)
    BINARY(wrappingMultiply)
    BINARY(shiftLeft)
    BINARY(shiftRight)
    BINARY(maximum)
    BINARY(minimum)
    BINARY(powf)
    BINARY(pow)
    BINARY(fmodf)
    BINARY(fmod)
    #define UNARY(name)                                                               \\
      template <class T, int N> static __device__ Vector<T, N> name(Vector<T, N> a) { \\
        Vector<T, N> r;                                                               \\
        LANES(name(a.lane[i]))                                                        \\
      }
    UNARY(wrappingNegate)
    UNARY(absolute)
    UNARY(sqrtf)
    UNARY(sqrt)
    UNARY(fabsf)
    UNARY(fabs)
    UNARY(floorf)
    UNARY(floor)
    UNARY(rintf)
    UNARY(rint)
    UNARY(sinf)
    UNARY(sin)
    UNARY(cosf)
    UNARY(cos)
    UNARY(erff)
    UNARY(erf)
    UNARY(__popc)
    #define CAST(name, from, to)                                                    \\
      template <int N> static __device__ Vector<to, N> name(Vector<from, N> a) { \\
        Vector<to, N> r;                                                         \\
        LANES(name(a.lane[i]))                                                   \\
      }
    CAST(__float_as_int, float, int)
    CAST(__int_as_float, int, float)
    CAST(__double_as_longlong, double, long long)
    CAST(__longlong_as_double, long long, double)
    template <int N> static __device__ Vector<float, N> __fmaf_rn(Vector<float, N> a, Vector<float, N> b, Vector<float, N> c) {
      Vector<float, N> r;
      LANES(__fmaf_rn(a.lane[i], b.lane[i], c.lane[i]))
    }
    template <int N> static __device__ Vector<double, N> __fma_rn(Vector<double, N> a, Vector<double, N> b, Vector<double, N> c) {
      Vector<double, N> r;
      LANES(__fma_rn(a.lane[i], b.lane[i], c.lane[i]))
    }
    template <class T, int N> static __device__ Vector<T, N> select(Vector<bool, N> mask, Vector<T, N> a, Vector<T, N> b) {
      Vector<T, N> r;
      LANES(mask.lane[i] ? a.lane[i] : b.lane[i])
    }
    template <class U, class T, int N> static __device__ Vector<U, N> convert(Vector<T, N> a) {
      Vector<U, N> r;
      LANES((U)a.lane[i])
    }
    template <int N, class T> static __device__ Vector<T, N> splat(T a) {
      Vector<T, N> r;
      LANES(a)
    }
    template <class U, int N, class T> static __device__ Vector<U, N> load(const T *x, int first = N) {
      Vector<U, N> r;
      LANES(i < first ? (U)x[i] : (U)0)
    }
    template <class U, class T, int N> static __device__ void store(U *y, Vector<T, N> a, int first = N) {
      for (int i = 0; i < first; ++i) y[i] = (U)a.lane[i];
    }
    template <class T, int N> static __device__ Vector<T, N> permute(Vector<T, N> a, Vector<int, N> lanes, int group) {
      Vector<T, N> r;
      LANES(a.lane[i / group * group + (lanes.lane[i] & (group - 1))])
    }
    template <class T> static __device__ T sum(Vector<T, 1> a) { return a.lane[0]; }
    template <class T, int N> static __device__ T sum(Vector<T, N> a) {
      Vector<T, N / 2> r;
      for (int i = 0; i < N / 2; ++i) r.lane[i] = a.lane[i] + a.lane[i + N / 2];
      return sum(r);
    }
    template <class T> static __device__ T largest(Vector<T, 1> a) { return a.lane[0]; }
    template <class T, int N> static __device__ T largest(Vector<T, N> a) {
      Vector<T, N / 2> r;
      for (int i = 0; i < N / 2; ++i) r.lane[i] = maximum(a.lane[i], a.lane[i + N / 2]);
      return largest(r);
    }
    template <int N> static __device__ long long movemask(Vector<bool, N> a) {
      long long bits = 0;
      for (int i = 0; i < N; ++i) bits |= (long long)a.lane[i] << i;
      return bits;
    }
    #undef LANES
    #undef INFIX
    #undef BINARY
    #undef UNARY
    #undef CAST

    """
}
