// nvcc --fmad=false --ftz=true --prec-div=true --prec-sqrt=true
static __device__ int wrappingAdd(int a, int b) { return (int)((unsigned)a + (unsigned)b); }
static __device__ long long wrappingAdd(long long a, long long b) { return (long long)((unsigned long long)a + (unsigned long long)b); }
static __device__ int wrappingSubtract(int a, int b) { return (int)((unsigned)a - (unsigned)b); }
static __device__ long long wrappingSubtract(long long a, long long b) { return (long long)((unsigned long long)a - (unsigned long long)b); }
static __device__ int shiftLeft(int a, int b) { return (int)((unsigned)a << (unsigned)b); }
static __device__ long long shiftLeft(long long a, long long b) { return (long long)((unsigned long long)a << (unsigned long long)b); }
static __device__ int shiftRight(int a, int b) { return (int)((unsigned)a >> (unsigned)b); }
static __device__ long long shiftRight(long long a, long long b) { return (long long)((unsigned long long)a >> (unsigned long long)b); }
template <class T> static __device__ T maximum(T a, T b) { return a > b || a != a ? a : b; }
template <class T> static __device__ T minimum(T a, T b) { return a < b || a != a ? a : b; }

// @images.convert_div: general lowering; 196 blocks of 256 threads for 50176 elements
extern "C" __global__ void __launch_bounds__(256) images_convert_div(
    const unsigned char *__restrict__ images,
    float *__restrict__ v0,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const float t = (float)images[e] / 255.0f;
    v0[e] = t;
  }
}

// @conv1.0.conv2d_add_max_pool2d_relu: general lowering; 392 blocks of 256 threads for 100352 elements
extern "C" __global__ void __launch_bounds__(256) conv1_0_conv2d_add_max_pool2d_relu(
    const float *__restrict__ v0,
    const float *__restrict__ conv1_0_weight,
    const float *__restrict__ conv1_0_bias,
    float *__restrict__ v4,
    unsigned char *__restrict__ v5,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int n = e / 1568;
    const int o = (e / 196) % 8;
    const int y = (e / 14) % 14;
    const int x = e % 14;
    const float t = conv1_0_bias[o];
    float acc = __int_as_float(0xff800000);
    int acc_2 = -1;
    for (int ky = 0; ky < 2; ++ky) {
      for (int kx = 0; kx < 2; ++kx) {
        float acc_3 = 0.0f;
        for (int ky_2 = 0; ky_2 < 3; ++ky_2) {
          for (int kx_2 = 0; kx_2 < 3; ++kx_2) {
            const float t_2 = conv1_0_weight[9 * o + 3 * ky_2 + kx_2];
            if (2 * y + ky + ky_2 - 1 >= 0 && 2 * y + ky + ky_2 - 1 < 28 && 2 * x + kx + kx_2 - 1 >= 0 && 2 * x + kx + kx_2 - 1 < 28) {
              acc_3 = __fmaf_rn(v0[784 * n + 56 * y + 28 * ky + 28 * ky_2 + 2 * x + kx + kx_2 - 29], t_2, acc_3);
            }
          }
        }
        const float t_3 = acc_3 + t;
        const bool t_4 = t_3 != t_3;
        const bool t_5 = t_3 > acc || t_4 || acc_2 < 0;
        const float t_6 = t_5 ? t_3 : acc;
        const int t_7 = t_5 ? 2 * ky + kx : acc_2;
        acc = t_6;
        acc_2 = t_7;
      }
    }
    const float t_8 = maximum(0.0f, acc);
    const float t_9 = t_8;
    const int t_10 = acc_2;
    v4[1568 * n + 196 * o + 14 * y + x] = t_9;
    v5[1568 * n + 196 * o + 14 * y + x] = (unsigned char)(t_10);
  }
}

// @conv2.0.conv2d_add_max_pool2d_relu: general lowering; 196 blocks of 256 threads for 50176 elements
extern "C" __global__ void __launch_bounds__(256) conv2_0_conv2d_add_max_pool2d_relu(
    const float *__restrict__ v4,
    const float *__restrict__ conv2_0_weight,
    const float *__restrict__ conv2_0_bias,
    float *__restrict__ v12,
    unsigned char *__restrict__ v13,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int n = e / 784;
    const int o = (e / 49) % 16;
    const int y = (e / 7) % 7;
    const int x = e % 7;
    const float t = conv2_0_bias[o];
    float acc = __int_as_float(0xff800000);
    int acc_2 = -1;
    for (int ky = 0; ky < 2; ++ky) {
      for (int kx = 0; kx < 2; ++kx) {
        float acc_3 = 0.0f;
        for (int c = 0; c < 8; ++c) {
          for (int ky_2 = 0; ky_2 < 3; ++ky_2) {
            for (int kx_2 = 0; kx_2 < 3; ++kx_2) {
              const float t_2 = conv2_0_weight[72 * o + 9 * c + 3 * ky_2 + kx_2];
              if (2 * y + ky + ky_2 - 1 >= 0 && 2 * y + ky + ky_2 - 1 < 14 && 2 * x + kx + kx_2 - 1 >= 0 && 2 * x + kx + kx_2 - 1 < 14) {
                acc_3 = __fmaf_rn(v4[1568 * n + 196 * c + 28 * y + 14 * ky + 14 * ky_2 + 2 * x + kx + kx_2 - 15], t_2, acc_3);
              }
            }
          }
        }
        const float t_3 = acc_3 + t;
        const bool t_4 = t_3 != t_3;
        const bool t_5 = t_3 > acc || t_4 || acc_2 < 0;
        const float t_6 = t_5 ? t_3 : acc;
        const int t_7 = t_5 ? 2 * ky + kx : acc_2;
        acc = t_6;
        acc_2 = t_7;
      }
    }
    const float t_8 = maximum(0.0f, acc);
    const float t_9 = t_8;
    const int t_10 = acc_2;
    v12[784 * n + 49 * o + 7 * y + x] = t_9;
    v13[784 * n + 49 * o + 7 * y + x] = (unsigned char)(t_10);
  }
}

// @conv3.0.conv2d_add_relu: general lowering; 392 blocks of 256 threads for 100352 elements
extern "C" __global__ void __launch_bounds__(256) conv3_0_conv2d_add_relu(
    const float *__restrict__ v12,
    const float *__restrict__ conv3_0_weight,
    const float *__restrict__ conv3_0_bias,
    float *__restrict__ v20,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int n = e / 1568;
    const int o = (e / 49) % 32;
    const int y = (e / 7) % 7;
    const int x = e % 7;
    float acc = 0.0f;
    for (int c = 0; c < 16; ++c) {
      for (int ky = 0; ky < 3; ++ky) {
        for (int kx = 0; kx < 3; ++kx) {
          const float t = conv3_0_weight[144 * o + 9 * c + 3 * ky + kx];
          if (y + ky - 1 >= 0 && y + ky - 1 < 7 && x + kx - 1 >= 0 && x + kx - 1 < 7) {
            acc = __fmaf_rn(v12[784 * n + 49 * c + 7 * y + 7 * ky + x + kx - 8], t, acc);
          }
        }
      }
    }
    const float t_2 = maximum(0.0f, acc + conv3_0_bias[o]);
    v20[1568 * n + 49 * o + 7 * y + x] = t_2;
  }
}

// @out.matmul_add: general lowering; 3 blocks of 256 threads for 640 elements
extern "C" __global__ void __launch_bounds__(256) out_matmul_add(
    const float *__restrict__ v20,
    const float *__restrict__ out_weight,
    const float *__restrict__ out_bias,
    float *__restrict__ v25,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int i = e / 10;
    const int j = e % 10;
    float acc = 0.0f;
    for (int l = 0; l < 1568; ++l) {
      const float t = v20[1568 * i + l] * out_weight[1568 * j + l];
      acc = acc + t;
    }
    const float t_2 = acc + out_bias[j];
    v25[10 * i + j] = t_2;
  }
}

// @loss.cross_entropy: general lowering; 1 block of 256 threads for 1 element
extern "C" __global__ void __launch_bounds__(256) loss_cross_entropy(
    const float *__restrict__ v25,
    const int *__restrict__ labels,
    float *__restrict__ v30,
    int begin,
    int end) {
  const int thread = threadIdx.x;
  if (thread < 1) {
    float acc = 0.0f;
    for (int n = 0; n < 64; ++n) {
      const int k = maximum(0, minimum(9, labels[n]));
      float acc_2 = __int_as_float(0xff800000);
      for (int j = 0; j < 10; ++j) {
        const float t = v25[10 * n + j];
        acc_2 = maximum(acc_2, t);
      }
      float acc_3 = 0.0f;
      for (int j_2 = 0; j_2 < 10; ++j_2) {
        const float t_5 = v25[10 * n + j_2] - acc_2;
        const float t_6 = maximum(-104.0f, minimum(89.0f, t_5));
        const float t_7 = __fmaf_rn(t_6, 1.442695f, 12582912.0f);
        const float t_8 = t_7 - 12582912.0f;
        const float t_9 = -t_8;
        const float t_10 = __fmaf_rn(t_9, -0.00021219444f, __fmaf_rn(t_9, 0.6933594f, t_6));
        const float p = __fmaf_rn(t_10, 0.0001984127f, 0.0013888889f);
        const float p_2 = __fmaf_rn(p, t_10, 0.008333334f);
        const float p_3 = __fmaf_rn(p_2, t_10, 0.041666668f);
        const float p_4 = __fmaf_rn(p_3, t_10, 0.16666667f);
        const float p_5 = __fmaf_rn(p_4, t_10, 0.5f);
        const float p_6 = __fmaf_rn(p_5, t_10, 1.0f);
        const float p_7 = __fmaf_rn(p_6, t_10, 1.0f);
        const int t_11 = wrappingSubtract(__float_as_int(t_7), 1262485504);
        const int t_12 = wrappingSubtract(shiftRight(wrappingAdd(t_11, 4096), 1), 2048);
        const float t_13 = p_7 * __int_as_float(shiftLeft(wrappingAdd(t_12, 127), 23));
        const float t_2 = t_13 * __int_as_float(shiftLeft(wrappingAdd(wrappingSubtract(t_11, t_12), 127), 23));
        acc_3 = acc_3 + t_2;
      }
      const int t_14 = wrappingAdd(__float_as_int(acc_3), 4913933);
      const int t_15 = wrappingSubtract(shiftRight(t_14, 23), 127);
      const float t_16 = __int_as_float(wrappingAdd(t_14 & 8388607, 1060439283));
      const float t_17 = t_16 - 1.0f;
      const float t_18 = t_17 / (t_17 + 2.0f);
      const float t_19 = t_18 * t_18;
      const float p_8 = __fmaf_rn(t_19, 0.18181819f, 0.22222222f);
      const float p_9 = __fmaf_rn(p_8, t_19, 0.2857143f);
      const float p_10 = __fmaf_rn(p_9, t_19, 0.4f);
      const float p_11 = __fmaf_rn(p_10, t_19, 0.6666667f);
      const float t_20 = t_17 * t_17 * 0.5f;
      const float t_21 = (float)t_15;
      const float t_22 = t_18 * __fmaf_rn(t_19, p_11, t_20);
      const float t_23 = __fmaf_rn(t_21, -0.00021219444f, t_22) - t_20;
      const float t_24 = __fmaf_rn(t_21, 0.6933594f, t_17 + t_23);
      const float t_25 = acc_3 == __int_as_float(0x7f800000) ? acc_3 : t_24;
      const float t_26 = acc_3 < 0.0f ? __int_as_float(0x7fc00000) : (acc_3 != acc_3 ? acc_3 : __int_as_float(0xff800000));
      const float t_27 = acc_3 < 1.1754944e-38f ? t_26 : t_25;
      const float t_3 = (acc_3 != acc_3 ? acc_3 : t_27) - (v25[10 * n + k] - acc_2);
      acc = acc + t_3;
    }
    const float t_4 = acc / 64.0f;
    v30[0] = t_4;
  }
}

// @loss.cross_entropy_grad: general lowering; 3 blocks of 256 threads for 640 elements
extern "C" __global__ void __launch_bounds__(256) loss_cross_entropy_grad(
    const float *__restrict__ v25,
    const int *__restrict__ labels,
    float *__restrict__ v31,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int i = e / 10;
    const int j = e % 10;
    float acc = __int_as_float(0xff800000);
    for (int j_2 = 0; j_2 < 10; ++j_2) {
      const float t = v25[10 * i + j_2];
      acc = maximum(acc, t);
    }
    float acc_2 = 0.0f;
    for (int j_3 = 0; j_3 < 10; ++j_3) {
      const float t_4 = v25[10 * i + j_3] - acc;
      const float t_5 = maximum(-104.0f, minimum(89.0f, t_4));
      const float t_6 = __fmaf_rn(t_5, 1.442695f, 12582912.0f);
      const float t_7 = t_6 - 12582912.0f;
      const float t_8 = -t_7;
      const float t_9 = __fmaf_rn(t_8, -0.00021219444f, __fmaf_rn(t_8, 0.6933594f, t_5));
      const float p = __fmaf_rn(t_9, 0.0001984127f, 0.0013888889f);
      const float p_2 = __fmaf_rn(p, t_9, 0.008333334f);
      const float p_3 = __fmaf_rn(p_2, t_9, 0.041666668f);
      const float p_4 = __fmaf_rn(p_3, t_9, 0.16666667f);
      const float p_5 = __fmaf_rn(p_4, t_9, 0.5f);
      const float p_6 = __fmaf_rn(p_5, t_9, 1.0f);
      const float p_7 = __fmaf_rn(p_6, t_9, 1.0f);
      const int t_10 = wrappingSubtract(__float_as_int(t_6), 1262485504);
      const int t_11 = wrappingSubtract(shiftRight(wrappingAdd(t_10, 4096), 1), 2048);
      const float t_12 = p_7 * __int_as_float(shiftLeft(wrappingAdd(t_11, 127), 23));
      const float t_2 = t_12 * __int_as_float(shiftLeft(wrappingAdd(wrappingSubtract(t_10, t_11), 127), 23));
      acc_2 = acc_2 + t_2;
    }
    float c = 1.0f;
    const float t_13 = v25[10 * i + j] - acc;
    const float t_14 = maximum(-104.0f, minimum(89.0f, t_13));
    const float t_15 = __fmaf_rn(t_14, 1.442695f, 12582912.0f);
    const float t_16 = t_15 - 12582912.0f;
    const float t_17 = -t_16;
    const float t_18 = __fmaf_rn(t_17, -0.00021219444f, __fmaf_rn(t_17, 0.6933594f, t_14));
    const float p_8 = __fmaf_rn(t_18, 0.0001984127f, 0.0013888889f);
    const float p_9 = __fmaf_rn(p_8, t_18, 0.008333334f);
    const float p_10 = __fmaf_rn(p_9, t_18, 0.041666668f);
    const float p_11 = __fmaf_rn(p_10, t_18, 0.16666667f);
    const float p_12 = __fmaf_rn(p_11, t_18, 0.5f);
    const float p_13 = __fmaf_rn(p_12, t_18, 1.0f);
    const float p_14 = __fmaf_rn(p_13, t_18, 1.0f);
    const int t_19 = wrappingSubtract(__float_as_int(t_15), 1262485504);
    const int t_20 = wrappingSubtract(shiftRight(wrappingAdd(t_19, 4096), 1), 2048);
    const float t_21 = p_14 * __int_as_float(shiftLeft(wrappingAdd(t_20, 127), 23));
    const float t_3 = (t_21 * __int_as_float(shiftLeft(wrappingAdd(wrappingSubtract(t_19, t_20), 127), 23)) / acc_2 - (j == maximum(minimum(labels[i], 9), 0) ? c : 0.0f)) / 64.0f;
    v31[10 * i + j] = t_3;
  }
}

// @out.reduce_sum: general lowering; 1 block of 256 threads for 10 elements
extern "C" __global__ void __launch_bounds__(256) out_reduce_sum(
    const float *__restrict__ v31,
    float *__restrict__ v33,
    int begin,
    int end) {
  const int thread = threadIdx.x;
  if (begin + thread < end) {
    const int e = begin + thread;
    float acc = 0.0f;
    for (int r = 0; r < 64; ++r) {
      const float t = v31[10 * r + e];
      acc = acc + t;
    }
    v33[e] = acc;
  }
}

// @out.matmul: general lowering; 62 blocks of 256 threads for 15680 elements
extern "C" __global__ void __launch_bounds__(256) out_matmul(
    const float *__restrict__ v31,
    const float *__restrict__ v20,
    float *__restrict__ v34,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int i = e / 1568;
    const int j = e % 1568;
    float acc = 0.0f;
    for (int l = 0; l < 64; ++l) {
      const float t = v31[10 * l + i] * v20[1568 * l + j];
      acc = acc + t;
    }
    v34[1568 * i + j] = acc;
  }
}

// @out.matmul_relu_grad: general lowering; 392 blocks of 256 threads for 100352 elements
extern "C" __global__ void __launch_bounds__(256) out_matmul_relu_grad(
    const float *__restrict__ v31,
    const float *__restrict__ out_weight,
    const float *__restrict__ v20,
    float *__restrict__ v35,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int n = e / 1568;
    const int o = (e / 49) % 32;
    const int y = (e / 7) % 7;
    const int x = e % 7;
    float acc = 0.0f;
    for (int l = 0; l < 10; ++l) {
      const float t = v31[10 * n + l] * out_weight[1568 * l + 49 * o + 7 * y + x];
      acc = acc + t;
    }
    const float t_2 = v20[1568 * n + 49 * o + 7 * y + x] <= 0.0f ? 0.0f : acc;
    v35[1568 * n + 49 * o + 7 * y + x] = t_2;
  }
}

// @conv3.0.conv2d_input_grad: general lowering; 196 blocks of 256 threads for 50176 elements
extern "C" __global__ void __launch_bounds__(256) conv3_0_conv2d_input_grad(
    const float *__restrict__ v35,
    const float *__restrict__ conv3_0_weight,
    float *__restrict__ v39,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int n = e / 784;
    const int o = (e / 49) % 16;
    const int y = (e / 7) % 7;
    const int x = e % 7;
    float acc = 0.0f;
    for (int o_2 = 0; o_2 < 32; ++o_2) {
      for (int ky = 0; ky < 3; ++ky) {
        for (int kx = 0; kx < 3; ++kx) {
          const float t = conv3_0_weight[144 * o_2 + 9 * o + 3 * ky + kx];
          if (y - ky + 1 >= 0 && y - ky + 1 < 7 && x - kx + 1 >= 0 && x - kx + 1 < 7) {
            acc = __fmaf_rn(v35[1568 * n + 49 * o_2 + 7 * y - 7 * ky + x - kx + 8], t, acc);
          }
        }
      }
    }
    v39[784 * n + 49 * o + 7 * y + x] = acc;
  }
}

// @conv3.0.reduce_sum: general lowering; 1 block of 256 threads for 32 elements
extern "C" __global__ void __launch_bounds__(256) conv3_0_reduce_sum(
    const float *__restrict__ v35,
    float *__restrict__ v40,
    int begin,
    int end) {
  const int thread = threadIdx.x;
  if (begin + thread < end) {
    const int e = begin + thread;
    float acc = 0.0f;
    for (int r = 0; r < 64; ++r) {
      for (int r_2 = 0; r_2 < 7; ++r_2) {
        for (int r_3 = 0; r_3 < 7; ++r_3) {
          const float t = v35[1568 * r + 49 * e + 7 * r_2 + r_3];
          acc = acc + t;
        }
      }
    }
    v40[e] = acc;
  }
}

// @conv3.0.conv2d_filter_grad: general lowering; 18 blocks of 256 threads for 4608 elements
extern "C" __global__ void __launch_bounds__(256) conv3_0_conv2d_filter_grad(
    const float *__restrict__ v12,
    const float *__restrict__ v35,
    float *__restrict__ v41,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int n = e / 144;
    const int o = (e / 9) % 16;
    const int y = (e / 3) % 3;
    const int x = e % 3;
    float acc = 0.0f;
    for (int n_2 = 0; n_2 < 64; ++n_2) {
      for (int y_2 = 0; y_2 < 7; ++y_2) {
        for (int x_2 = 0; x_2 < 7; ++x_2) {
          const float t = v35[1568 * n_2 + 49 * n + 7 * y_2 + x_2];
          if (y_2 + y - 1 >= 0 && y_2 + y - 1 < 7 && x_2 + x - 1 >= 0 && x_2 + x - 1 < 7) {
            acc = __fmaf_rn(v12[784 * n_2 + 49 * o + 7 * y_2 + 7 * y + x_2 + x - 8], t, acc);
          }
        }
      }
    }
    v41[144 * n + 9 * o + 3 * y + x] = acc;
  }
}

// @conv2.1.relu_grad: general lowering; 196 blocks of 256 threads for 50176 elements
extern "C" __global__ void __launch_bounds__(256) conv2_1_relu_grad(
    const float *__restrict__ v39,
    const float *__restrict__ v12,
    float *__restrict__ v42,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const float t = v12[e] <= 0.0f ? 0.0f : v39[e];
    v42[e] = t;
  }
}

// @conv2.2.max_pool2d_grad: general lowering; 784 blocks of 256 threads for 200704 elements
extern "C" __global__ void __launch_bounds__(256) conv2_2_max_pool2d_grad(
    const unsigned char *__restrict__ v13,
    const float *__restrict__ v42,
    float *__restrict__ v43,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int n = e / 3136;
    const int o = (e / 196) % 16;
    const int y = (e / 14) % 14;
    const int x = e % 14;
    const float t = v13[784 * n + 49 * o + 7 * (y / 2) + (x / 2)] == 2 * (y % 2) + (x % 2) ? v42[784 * n + 49 * o + 7 * (y / 2) + (x / 2)] : 0.0f;
    float acc = 0.0f;
    acc = acc + t;
    v43[3136 * n + 196 * o + 14 * y + x] = acc;
  }
}

// @conv2.0.conv2d_input_grad: general lowering; 392 blocks of 256 threads for 100352 elements
extern "C" __global__ void __launch_bounds__(256) conv2_0_conv2d_input_grad(
    const float *__restrict__ v43,
    const float *__restrict__ conv2_0_weight,
    float *__restrict__ v44,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int n = e / 1568;
    const int o = (e / 196) % 8;
    const int y = (e / 14) % 14;
    const int x = e % 14;
    float acc = 0.0f;
    for (int o_2 = 0; o_2 < 16; ++o_2) {
      for (int ky = 0; ky < 3; ++ky) {
        for (int kx = 0; kx < 3; ++kx) {
          const float t = conv2_0_weight[72 * o_2 + 9 * o + 3 * ky + kx];
          if (y - ky + 1 >= 0 && y - ky + 1 < 14 && x - kx + 1 >= 0 && x - kx + 1 < 14) {
            acc = __fmaf_rn(v43[3136 * n + 196 * o_2 + 14 * y - 14 * ky + x - kx + 15], t, acc);
          }
        }
      }
    }
    v44[1568 * n + 196 * o + 14 * y + x] = acc;
  }
}

// @conv2.0.reduce_sum: general lowering; 1 block of 256 threads for 16 elements
extern "C" __global__ void __launch_bounds__(256) conv2_0_reduce_sum(
    const float *__restrict__ v43,
    float *__restrict__ v45,
    int begin,
    int end) {
  const int thread = threadIdx.x;
  if (begin + thread < end) {
    const int e = begin + thread;
    float acc = 0.0f;
    for (int r = 0; r < 64; ++r) {
      for (int r_2 = 0; r_2 < 14; ++r_2) {
        for (int r_3 = 0; r_3 < 14; ++r_3) {
          const float t = v43[3136 * r + 196 * e + 14 * r_2 + r_3];
          acc = acc + t;
        }
      }
    }
    v45[e] = acc;
  }
}

// @conv2.0.conv2d_filter_grad: general lowering; 5 blocks of 256 threads for 1152 elements
extern "C" __global__ void __launch_bounds__(256) conv2_0_conv2d_filter_grad(
    const float *__restrict__ v4,
    const float *__restrict__ v43,
    float *__restrict__ v46,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int n = e / 72;
    const int o = (e / 9) % 8;
    const int y = (e / 3) % 3;
    const int x = e % 3;
    float acc = 0.0f;
    for (int n_2 = 0; n_2 < 64; ++n_2) {
      for (int y_2 = 0; y_2 < 14; ++y_2) {
        for (int x_2 = 0; x_2 < 14; ++x_2) {
          const float t = v43[3136 * n_2 + 196 * n + 14 * y_2 + x_2];
          if (y_2 + y - 1 >= 0 && y_2 + y - 1 < 14 && x_2 + x - 1 >= 0 && x_2 + x - 1 < 14) {
            acc = __fmaf_rn(v4[1568 * n_2 + 196 * o + 14 * y_2 + 14 * y + x_2 + x - 15], t, acc);
          }
        }
      }
    }
    v46[72 * n + 9 * o + 3 * y + x] = acc;
  }
}

// @conv1.1.relu_grad: general lowering; 392 blocks of 256 threads for 100352 elements
extern "C" __global__ void __launch_bounds__(256) conv1_1_relu_grad(
    const float *__restrict__ v44,
    const float *__restrict__ v4,
    float *__restrict__ v47,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const float t = v4[e] <= 0.0f ? 0.0f : v44[e];
    v47[e] = t;
  }
}

// @conv1.2.max_pool2d_grad: general lowering; 1568 blocks of 256 threads for 401408 elements
extern "C" __global__ void __launch_bounds__(256) conv1_2_max_pool2d_grad(
    const unsigned char *__restrict__ v5,
    const float *__restrict__ v47,
    float *__restrict__ v48,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int n = e / 6272;
    const int o = (e / 784) % 8;
    const int y = (e / 28) % 28;
    const int x = e % 28;
    const float t = v5[1568 * n + 196 * o + 14 * (y / 2) + (x / 2)] == 2 * (y % 2) + (x % 2) ? v47[1568 * n + 196 * o + 14 * (y / 2) + (x / 2)] : 0.0f;
    float acc = 0.0f;
    acc = acc + t;
    v48[6272 * n + 784 * o + 28 * y + x] = acc;
  }
}

// @conv1.0.reduce_sum: general lowering; 1 block of 256 threads for 8 elements
extern "C" __global__ void __launch_bounds__(256) conv1_0_reduce_sum(
    const float *__restrict__ v48,
    float *__restrict__ v49,
    int begin,
    int end) {
  const int thread = threadIdx.x;
  if (begin + thread < end) {
    const int e = begin + thread;
    float acc = 0.0f;
    for (int r = 0; r < 64; ++r) {
      for (int r_2 = 0; r_2 < 28; ++r_2) {
        for (int r_3 = 0; r_3 < 28; ++r_3) {
          const float t = v48[6272 * r + 784 * e + 28 * r_2 + r_3];
          acc = acc + t;
        }
      }
    }
    v49[e] = acc;
  }
}

// @conv1.0.conv2d_filter_grad: general lowering; 1 block of 256 threads for 72 elements
extern "C" __global__ void __launch_bounds__(256) conv1_0_conv2d_filter_grad(
    const float *__restrict__ v0,
    const float *__restrict__ v48,
    float *__restrict__ v50,
    int begin,
    int end) {
  const int thread = threadIdx.x;
  if (begin + thread < end) {
    const int e = begin + thread;
    const int n = e / 9;
    const int y = (e / 3) % 3;
    const int x = e % 3;
    float acc = 0.0f;
    for (int n_2 = 0; n_2 < 64; ++n_2) {
      for (int y_2 = 0; y_2 < 28; ++y_2) {
        for (int x_2 = 0; x_2 < 28; ++x_2) {
          const float t = v48[6272 * n_2 + 784 * n + 28 * y_2 + x_2];
          if (y_2 + y - 1 >= 0 && y_2 + y - 1 < 28 && x_2 + x - 1 >= 0 && x_2 + x - 1 < 28) {
            acc = __fmaf_rn(v0[784 * n_2 + 28 * y_2 + 28 * y + x_2 + x - 29], t, acc);
          }
        }
      }
    }
    v50[9 * n + 3 * y + x] = acc;
  }
}

// @adam.add: general lowering; 1 block of 256 threads for 1 element
extern "C" __global__ void __launch_bounds__(256) adam_add(int *__restrict__ step, int begin, int end) {
  const int thread = threadIdx.x;
  if (thread < 1) {
    const int t = wrappingAdd(step[0], 1);
    step[0] = t;
  }
}

// @conv1.0.weight.adam_update: general lowering; 1 block of 256 threads for 72 elements
extern "C" __global__ void __launch_bounds__(256) conv1_0_weight_adam_update(
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ conv1_0_weight,
    const float *__restrict__ v50,
    float *__restrict__ conv1_0_weight_exp_avg,
    float *__restrict__ conv1_0_weight_exp_avg_sq,
    int begin,
    int end) {
  const int thread = threadIdx.x;
  if (begin + thread < end) {
    const int e = begin + thread;
    const int t = step[0];
    const float t_2 = v50[e];
    const float t_3 = __fmaf_rn(0.9f, conv1_0_weight_exp_avg[e], 0.1f * t_2);
    const float t_4 = __fmaf_rn(0.999f, conv1_0_weight_exp_avg_sq[e], 0.001f * (t_2 * t_2));
    const double t_9 = (double)t * -0.10536051565782628;
    const double t_10 = maximum(-746.0, minimum(710.0, t_9));
    const double t_11 = __fma_rn(t_10, 1.4426950408889634, 6755399441055744.0);
    const double t_12 = t_11 - 6755399441055744.0;
    const double t_13 = -t_12;
    const double t_14 = __fma_rn(t_13, 1.9082149292705877e-10, __fma_rn(t_13, 0.6931471803691238, t_10));
    const double p = __fma_rn(t_14, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_2 = __fma_rn(p, t_14, 2.505210838544172e-08);
    const double p_3 = __fma_rn(p_2, t_14, 2.755731922398589e-07);
    const double p_4 = __fma_rn(p_3, t_14, 2.7557319223985893e-06);
    const double p_5 = __fma_rn(p_4, t_14, 2.48015873015873e-05);
    const double p_6 = __fma_rn(p_5, t_14, 0.0001984126984126984);
    const double p_7 = __fma_rn(p_6, t_14, 0.001388888888888889);
    const double p_8 = __fma_rn(p_7, t_14, 0.008333333333333333);
    const double p_9 = __fma_rn(p_8, t_14, 0.041666666666666664);
    const double p_10 = __fma_rn(p_9, t_14, 0.16666666666666666);
    const double p_11 = __fma_rn(p_10, t_14, 0.5);
    const double p_12 = __fma_rn(p_11, t_14, 1.0);
    const double p_13 = __fma_rn(p_12, t_14, 1.0);
    const long long t_15 = wrappingSubtract(__double_as_longlong(t_11), 4843621399236968448LL);
    const long long t_16 = wrappingSubtract(shiftRight(wrappingAdd(t_15, 4096LL), 1LL), 2048LL);
    const double t_17 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_16, 1023LL), 52LL));
    const double t_18 = (double)t * -0.0010005003335835344;
    const double t_19 = maximum(-746.0, minimum(710.0, t_18));
    const double t_20 = __fma_rn(t_19, 1.4426950408889634, 6755399441055744.0);
    const double t_21 = t_20 - 6755399441055744.0;
    const double t_22 = -t_21;
    const double t_23 = __fma_rn(t_22, 1.9082149292705877e-10, __fma_rn(t_22, 0.6931471803691238, t_19));
    const double p_14 = __fma_rn(t_23, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_15 = __fma_rn(p_14, t_23, 2.505210838544172e-08);
    const double p_16 = __fma_rn(p_15, t_23, 2.755731922398589e-07);
    const double p_17 = __fma_rn(p_16, t_23, 2.7557319223985893e-06);
    const double p_18 = __fma_rn(p_17, t_23, 2.48015873015873e-05);
    const double p_19 = __fma_rn(p_18, t_23, 0.0001984126984126984);
    const double p_20 = __fma_rn(p_19, t_23, 0.001388888888888889);
    const double p_21 = __fma_rn(p_20, t_23, 0.008333333333333333);
    const double p_22 = __fma_rn(p_21, t_23, 0.041666666666666664);
    const double p_23 = __fma_rn(p_22, t_23, 0.16666666666666666);
    const double p_24 = __fma_rn(p_23, t_23, 0.5);
    const double p_25 = __fma_rn(p_24, t_23, 1.0);
    const double p_26 = __fma_rn(p_25, t_23, 1.0);
    const long long t_24 = wrappingSubtract(__double_as_longlong(t_20), 4843621399236968448LL);
    const long long t_25 = wrappingSubtract(shiftRight(wrappingAdd(t_24, 4096LL), 1LL), 2048LL);
    const double t_26 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_25, 1023LL), 52LL));
    const float t_5 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_17 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_15, t_16), 1023LL), 52LL)))), t_3 / __fmaf_rn(sqrtf(t_4), (float)(1.0 / sqrt(1.0 - t_26 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_24, t_25), 1023LL), 52LL)))), 1e-08f), conv1_0_weight[e]);
    const float t_6 = t_5;
    const float t_7 = t_3;
    const float t_8 = t_4;
    conv1_0_weight[e] = t_6;
    conv1_0_weight_exp_avg[e] = t_7;
    conv1_0_weight_exp_avg_sq[e] = t_8;
  }
}

// @conv1.0.bias.adam_update: general lowering; 1 block of 256 threads for 8 elements
extern "C" __global__ void __launch_bounds__(256) conv1_0_bias_adam_update(
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ conv1_0_bias,
    const float *__restrict__ v49,
    float *__restrict__ conv1_0_bias_exp_avg,
    float *__restrict__ conv1_0_bias_exp_avg_sq,
    int begin,
    int end) {
  const int thread = threadIdx.x;
  if (begin + thread < end) {
    const int e = begin + thread;
    const int t = step[0];
    const float t_2 = v49[e];
    const float t_3 = __fmaf_rn(0.9f, conv1_0_bias_exp_avg[e], 0.1f * t_2);
    const float t_4 = __fmaf_rn(0.999f, conv1_0_bias_exp_avg_sq[e], 0.001f * (t_2 * t_2));
    const double t_9 = (double)t * -0.10536051565782628;
    const double t_10 = maximum(-746.0, minimum(710.0, t_9));
    const double t_11 = __fma_rn(t_10, 1.4426950408889634, 6755399441055744.0);
    const double t_12 = t_11 - 6755399441055744.0;
    const double t_13 = -t_12;
    const double t_14 = __fma_rn(t_13, 1.9082149292705877e-10, __fma_rn(t_13, 0.6931471803691238, t_10));
    const double p = __fma_rn(t_14, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_2 = __fma_rn(p, t_14, 2.505210838544172e-08);
    const double p_3 = __fma_rn(p_2, t_14, 2.755731922398589e-07);
    const double p_4 = __fma_rn(p_3, t_14, 2.7557319223985893e-06);
    const double p_5 = __fma_rn(p_4, t_14, 2.48015873015873e-05);
    const double p_6 = __fma_rn(p_5, t_14, 0.0001984126984126984);
    const double p_7 = __fma_rn(p_6, t_14, 0.001388888888888889);
    const double p_8 = __fma_rn(p_7, t_14, 0.008333333333333333);
    const double p_9 = __fma_rn(p_8, t_14, 0.041666666666666664);
    const double p_10 = __fma_rn(p_9, t_14, 0.16666666666666666);
    const double p_11 = __fma_rn(p_10, t_14, 0.5);
    const double p_12 = __fma_rn(p_11, t_14, 1.0);
    const double p_13 = __fma_rn(p_12, t_14, 1.0);
    const long long t_15 = wrappingSubtract(__double_as_longlong(t_11), 4843621399236968448LL);
    const long long t_16 = wrappingSubtract(shiftRight(wrappingAdd(t_15, 4096LL), 1LL), 2048LL);
    const double t_17 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_16, 1023LL), 52LL));
    const double t_18 = (double)t * -0.0010005003335835344;
    const double t_19 = maximum(-746.0, minimum(710.0, t_18));
    const double t_20 = __fma_rn(t_19, 1.4426950408889634, 6755399441055744.0);
    const double t_21 = t_20 - 6755399441055744.0;
    const double t_22 = -t_21;
    const double t_23 = __fma_rn(t_22, 1.9082149292705877e-10, __fma_rn(t_22, 0.6931471803691238, t_19));
    const double p_14 = __fma_rn(t_23, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_15 = __fma_rn(p_14, t_23, 2.505210838544172e-08);
    const double p_16 = __fma_rn(p_15, t_23, 2.755731922398589e-07);
    const double p_17 = __fma_rn(p_16, t_23, 2.7557319223985893e-06);
    const double p_18 = __fma_rn(p_17, t_23, 2.48015873015873e-05);
    const double p_19 = __fma_rn(p_18, t_23, 0.0001984126984126984);
    const double p_20 = __fma_rn(p_19, t_23, 0.001388888888888889);
    const double p_21 = __fma_rn(p_20, t_23, 0.008333333333333333);
    const double p_22 = __fma_rn(p_21, t_23, 0.041666666666666664);
    const double p_23 = __fma_rn(p_22, t_23, 0.16666666666666666);
    const double p_24 = __fma_rn(p_23, t_23, 0.5);
    const double p_25 = __fma_rn(p_24, t_23, 1.0);
    const double p_26 = __fma_rn(p_25, t_23, 1.0);
    const long long t_24 = wrappingSubtract(__double_as_longlong(t_20), 4843621399236968448LL);
    const long long t_25 = wrappingSubtract(shiftRight(wrappingAdd(t_24, 4096LL), 1LL), 2048LL);
    const double t_26 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_25, 1023LL), 52LL));
    const float t_5 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_17 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_15, t_16), 1023LL), 52LL)))), t_3 / __fmaf_rn(sqrtf(t_4), (float)(1.0 / sqrt(1.0 - t_26 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_24, t_25), 1023LL), 52LL)))), 1e-08f), conv1_0_bias[e]);
    const float t_6 = t_5;
    const float t_7 = t_3;
    const float t_8 = t_4;
    conv1_0_bias[e] = t_6;
    conv1_0_bias_exp_avg[e] = t_7;
    conv1_0_bias_exp_avg_sq[e] = t_8;
  }
}

// @conv2.0.weight.adam_update: general lowering; 5 blocks of 256 threads for 1152 elements
extern "C" __global__ void __launch_bounds__(256) conv2_0_weight_adam_update(
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ conv2_0_weight,
    const float *__restrict__ v46,
    float *__restrict__ conv2_0_weight_exp_avg,
    float *__restrict__ conv2_0_weight_exp_avg_sq,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int t = step[0];
    const float t_2 = v46[e];
    const float t_3 = __fmaf_rn(0.9f, conv2_0_weight_exp_avg[e], 0.1f * t_2);
    const float t_4 = __fmaf_rn(0.999f, conv2_0_weight_exp_avg_sq[e], 0.001f * (t_2 * t_2));
    const double t_9 = (double)t * -0.10536051565782628;
    const double t_10 = maximum(-746.0, minimum(710.0, t_9));
    const double t_11 = __fma_rn(t_10, 1.4426950408889634, 6755399441055744.0);
    const double t_12 = t_11 - 6755399441055744.0;
    const double t_13 = -t_12;
    const double t_14 = __fma_rn(t_13, 1.9082149292705877e-10, __fma_rn(t_13, 0.6931471803691238, t_10));
    const double p = __fma_rn(t_14, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_2 = __fma_rn(p, t_14, 2.505210838544172e-08);
    const double p_3 = __fma_rn(p_2, t_14, 2.755731922398589e-07);
    const double p_4 = __fma_rn(p_3, t_14, 2.7557319223985893e-06);
    const double p_5 = __fma_rn(p_4, t_14, 2.48015873015873e-05);
    const double p_6 = __fma_rn(p_5, t_14, 0.0001984126984126984);
    const double p_7 = __fma_rn(p_6, t_14, 0.001388888888888889);
    const double p_8 = __fma_rn(p_7, t_14, 0.008333333333333333);
    const double p_9 = __fma_rn(p_8, t_14, 0.041666666666666664);
    const double p_10 = __fma_rn(p_9, t_14, 0.16666666666666666);
    const double p_11 = __fma_rn(p_10, t_14, 0.5);
    const double p_12 = __fma_rn(p_11, t_14, 1.0);
    const double p_13 = __fma_rn(p_12, t_14, 1.0);
    const long long t_15 = wrappingSubtract(__double_as_longlong(t_11), 4843621399236968448LL);
    const long long t_16 = wrappingSubtract(shiftRight(wrappingAdd(t_15, 4096LL), 1LL), 2048LL);
    const double t_17 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_16, 1023LL), 52LL));
    const double t_18 = (double)t * -0.0010005003335835344;
    const double t_19 = maximum(-746.0, minimum(710.0, t_18));
    const double t_20 = __fma_rn(t_19, 1.4426950408889634, 6755399441055744.0);
    const double t_21 = t_20 - 6755399441055744.0;
    const double t_22 = -t_21;
    const double t_23 = __fma_rn(t_22, 1.9082149292705877e-10, __fma_rn(t_22, 0.6931471803691238, t_19));
    const double p_14 = __fma_rn(t_23, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_15 = __fma_rn(p_14, t_23, 2.505210838544172e-08);
    const double p_16 = __fma_rn(p_15, t_23, 2.755731922398589e-07);
    const double p_17 = __fma_rn(p_16, t_23, 2.7557319223985893e-06);
    const double p_18 = __fma_rn(p_17, t_23, 2.48015873015873e-05);
    const double p_19 = __fma_rn(p_18, t_23, 0.0001984126984126984);
    const double p_20 = __fma_rn(p_19, t_23, 0.001388888888888889);
    const double p_21 = __fma_rn(p_20, t_23, 0.008333333333333333);
    const double p_22 = __fma_rn(p_21, t_23, 0.041666666666666664);
    const double p_23 = __fma_rn(p_22, t_23, 0.16666666666666666);
    const double p_24 = __fma_rn(p_23, t_23, 0.5);
    const double p_25 = __fma_rn(p_24, t_23, 1.0);
    const double p_26 = __fma_rn(p_25, t_23, 1.0);
    const long long t_24 = wrappingSubtract(__double_as_longlong(t_20), 4843621399236968448LL);
    const long long t_25 = wrappingSubtract(shiftRight(wrappingAdd(t_24, 4096LL), 1LL), 2048LL);
    const double t_26 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_25, 1023LL), 52LL));
    const float t_5 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_17 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_15, t_16), 1023LL), 52LL)))), t_3 / __fmaf_rn(sqrtf(t_4), (float)(1.0 / sqrt(1.0 - t_26 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_24, t_25), 1023LL), 52LL)))), 1e-08f), conv2_0_weight[e]);
    const float t_6 = t_5;
    const float t_7 = t_3;
    const float t_8 = t_4;
    conv2_0_weight[e] = t_6;
    conv2_0_weight_exp_avg[e] = t_7;
    conv2_0_weight_exp_avg_sq[e] = t_8;
  }
}

// @conv2.0.bias.adam_update: general lowering; 1 block of 256 threads for 16 elements
extern "C" __global__ void __launch_bounds__(256) conv2_0_bias_adam_update(
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ conv2_0_bias,
    const float *__restrict__ v45,
    float *__restrict__ conv2_0_bias_exp_avg,
    float *__restrict__ conv2_0_bias_exp_avg_sq,
    int begin,
    int end) {
  const int thread = threadIdx.x;
  if (begin + thread < end) {
    const int e = begin + thread;
    const int t = step[0];
    const float t_2 = v45[e];
    const float t_3 = __fmaf_rn(0.9f, conv2_0_bias_exp_avg[e], 0.1f * t_2);
    const float t_4 = __fmaf_rn(0.999f, conv2_0_bias_exp_avg_sq[e], 0.001f * (t_2 * t_2));
    const double t_9 = (double)t * -0.10536051565782628;
    const double t_10 = maximum(-746.0, minimum(710.0, t_9));
    const double t_11 = __fma_rn(t_10, 1.4426950408889634, 6755399441055744.0);
    const double t_12 = t_11 - 6755399441055744.0;
    const double t_13 = -t_12;
    const double t_14 = __fma_rn(t_13, 1.9082149292705877e-10, __fma_rn(t_13, 0.6931471803691238, t_10));
    const double p = __fma_rn(t_14, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_2 = __fma_rn(p, t_14, 2.505210838544172e-08);
    const double p_3 = __fma_rn(p_2, t_14, 2.755731922398589e-07);
    const double p_4 = __fma_rn(p_3, t_14, 2.7557319223985893e-06);
    const double p_5 = __fma_rn(p_4, t_14, 2.48015873015873e-05);
    const double p_6 = __fma_rn(p_5, t_14, 0.0001984126984126984);
    const double p_7 = __fma_rn(p_6, t_14, 0.001388888888888889);
    const double p_8 = __fma_rn(p_7, t_14, 0.008333333333333333);
    const double p_9 = __fma_rn(p_8, t_14, 0.041666666666666664);
    const double p_10 = __fma_rn(p_9, t_14, 0.16666666666666666);
    const double p_11 = __fma_rn(p_10, t_14, 0.5);
    const double p_12 = __fma_rn(p_11, t_14, 1.0);
    const double p_13 = __fma_rn(p_12, t_14, 1.0);
    const long long t_15 = wrappingSubtract(__double_as_longlong(t_11), 4843621399236968448LL);
    const long long t_16 = wrappingSubtract(shiftRight(wrappingAdd(t_15, 4096LL), 1LL), 2048LL);
    const double t_17 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_16, 1023LL), 52LL));
    const double t_18 = (double)t * -0.0010005003335835344;
    const double t_19 = maximum(-746.0, minimum(710.0, t_18));
    const double t_20 = __fma_rn(t_19, 1.4426950408889634, 6755399441055744.0);
    const double t_21 = t_20 - 6755399441055744.0;
    const double t_22 = -t_21;
    const double t_23 = __fma_rn(t_22, 1.9082149292705877e-10, __fma_rn(t_22, 0.6931471803691238, t_19));
    const double p_14 = __fma_rn(t_23, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_15 = __fma_rn(p_14, t_23, 2.505210838544172e-08);
    const double p_16 = __fma_rn(p_15, t_23, 2.755731922398589e-07);
    const double p_17 = __fma_rn(p_16, t_23, 2.7557319223985893e-06);
    const double p_18 = __fma_rn(p_17, t_23, 2.48015873015873e-05);
    const double p_19 = __fma_rn(p_18, t_23, 0.0001984126984126984);
    const double p_20 = __fma_rn(p_19, t_23, 0.001388888888888889);
    const double p_21 = __fma_rn(p_20, t_23, 0.008333333333333333);
    const double p_22 = __fma_rn(p_21, t_23, 0.041666666666666664);
    const double p_23 = __fma_rn(p_22, t_23, 0.16666666666666666);
    const double p_24 = __fma_rn(p_23, t_23, 0.5);
    const double p_25 = __fma_rn(p_24, t_23, 1.0);
    const double p_26 = __fma_rn(p_25, t_23, 1.0);
    const long long t_24 = wrappingSubtract(__double_as_longlong(t_20), 4843621399236968448LL);
    const long long t_25 = wrappingSubtract(shiftRight(wrappingAdd(t_24, 4096LL), 1LL), 2048LL);
    const double t_26 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_25, 1023LL), 52LL));
    const float t_5 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_17 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_15, t_16), 1023LL), 52LL)))), t_3 / __fmaf_rn(sqrtf(t_4), (float)(1.0 / sqrt(1.0 - t_26 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_24, t_25), 1023LL), 52LL)))), 1e-08f), conv2_0_bias[e]);
    const float t_6 = t_5;
    const float t_7 = t_3;
    const float t_8 = t_4;
    conv2_0_bias[e] = t_6;
    conv2_0_bias_exp_avg[e] = t_7;
    conv2_0_bias_exp_avg_sq[e] = t_8;
  }
}

// @conv3.0.weight.adam_update: general lowering; 18 blocks of 256 threads for 4608 elements
extern "C" __global__ void __launch_bounds__(256) conv3_0_weight_adam_update(
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ conv3_0_weight,
    const float *__restrict__ v41,
    float *__restrict__ conv3_0_weight_exp_avg,
    float *__restrict__ conv3_0_weight_exp_avg_sq,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int t = step[0];
    const float t_2 = v41[e];
    const float t_3 = __fmaf_rn(0.9f, conv3_0_weight_exp_avg[e], 0.1f * t_2);
    const float t_4 = __fmaf_rn(0.999f, conv3_0_weight_exp_avg_sq[e], 0.001f * (t_2 * t_2));
    const double t_9 = (double)t * -0.10536051565782628;
    const double t_10 = maximum(-746.0, minimum(710.0, t_9));
    const double t_11 = __fma_rn(t_10, 1.4426950408889634, 6755399441055744.0);
    const double t_12 = t_11 - 6755399441055744.0;
    const double t_13 = -t_12;
    const double t_14 = __fma_rn(t_13, 1.9082149292705877e-10, __fma_rn(t_13, 0.6931471803691238, t_10));
    const double p = __fma_rn(t_14, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_2 = __fma_rn(p, t_14, 2.505210838544172e-08);
    const double p_3 = __fma_rn(p_2, t_14, 2.755731922398589e-07);
    const double p_4 = __fma_rn(p_3, t_14, 2.7557319223985893e-06);
    const double p_5 = __fma_rn(p_4, t_14, 2.48015873015873e-05);
    const double p_6 = __fma_rn(p_5, t_14, 0.0001984126984126984);
    const double p_7 = __fma_rn(p_6, t_14, 0.001388888888888889);
    const double p_8 = __fma_rn(p_7, t_14, 0.008333333333333333);
    const double p_9 = __fma_rn(p_8, t_14, 0.041666666666666664);
    const double p_10 = __fma_rn(p_9, t_14, 0.16666666666666666);
    const double p_11 = __fma_rn(p_10, t_14, 0.5);
    const double p_12 = __fma_rn(p_11, t_14, 1.0);
    const double p_13 = __fma_rn(p_12, t_14, 1.0);
    const long long t_15 = wrappingSubtract(__double_as_longlong(t_11), 4843621399236968448LL);
    const long long t_16 = wrappingSubtract(shiftRight(wrappingAdd(t_15, 4096LL), 1LL), 2048LL);
    const double t_17 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_16, 1023LL), 52LL));
    const double t_18 = (double)t * -0.0010005003335835344;
    const double t_19 = maximum(-746.0, minimum(710.0, t_18));
    const double t_20 = __fma_rn(t_19, 1.4426950408889634, 6755399441055744.0);
    const double t_21 = t_20 - 6755399441055744.0;
    const double t_22 = -t_21;
    const double t_23 = __fma_rn(t_22, 1.9082149292705877e-10, __fma_rn(t_22, 0.6931471803691238, t_19));
    const double p_14 = __fma_rn(t_23, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_15 = __fma_rn(p_14, t_23, 2.505210838544172e-08);
    const double p_16 = __fma_rn(p_15, t_23, 2.755731922398589e-07);
    const double p_17 = __fma_rn(p_16, t_23, 2.7557319223985893e-06);
    const double p_18 = __fma_rn(p_17, t_23, 2.48015873015873e-05);
    const double p_19 = __fma_rn(p_18, t_23, 0.0001984126984126984);
    const double p_20 = __fma_rn(p_19, t_23, 0.001388888888888889);
    const double p_21 = __fma_rn(p_20, t_23, 0.008333333333333333);
    const double p_22 = __fma_rn(p_21, t_23, 0.041666666666666664);
    const double p_23 = __fma_rn(p_22, t_23, 0.16666666666666666);
    const double p_24 = __fma_rn(p_23, t_23, 0.5);
    const double p_25 = __fma_rn(p_24, t_23, 1.0);
    const double p_26 = __fma_rn(p_25, t_23, 1.0);
    const long long t_24 = wrappingSubtract(__double_as_longlong(t_20), 4843621399236968448LL);
    const long long t_25 = wrappingSubtract(shiftRight(wrappingAdd(t_24, 4096LL), 1LL), 2048LL);
    const double t_26 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_25, 1023LL), 52LL));
    const float t_5 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_17 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_15, t_16), 1023LL), 52LL)))), t_3 / __fmaf_rn(sqrtf(t_4), (float)(1.0 / sqrt(1.0 - t_26 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_24, t_25), 1023LL), 52LL)))), 1e-08f), conv3_0_weight[e]);
    const float t_6 = t_5;
    const float t_7 = t_3;
    const float t_8 = t_4;
    conv3_0_weight[e] = t_6;
    conv3_0_weight_exp_avg[e] = t_7;
    conv3_0_weight_exp_avg_sq[e] = t_8;
  }
}

// @conv3.0.bias.adam_update: general lowering; 1 block of 256 threads for 32 elements
extern "C" __global__ void __launch_bounds__(256) conv3_0_bias_adam_update(
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ conv3_0_bias,
    const float *__restrict__ v40,
    float *__restrict__ conv3_0_bias_exp_avg,
    float *__restrict__ conv3_0_bias_exp_avg_sq,
    int begin,
    int end) {
  const int thread = threadIdx.x;
  if (begin + thread < end) {
    const int e = begin + thread;
    const int t = step[0];
    const float t_2 = v40[e];
    const float t_3 = __fmaf_rn(0.9f, conv3_0_bias_exp_avg[e], 0.1f * t_2);
    const float t_4 = __fmaf_rn(0.999f, conv3_0_bias_exp_avg_sq[e], 0.001f * (t_2 * t_2));
    const double t_9 = (double)t * -0.10536051565782628;
    const double t_10 = maximum(-746.0, minimum(710.0, t_9));
    const double t_11 = __fma_rn(t_10, 1.4426950408889634, 6755399441055744.0);
    const double t_12 = t_11 - 6755399441055744.0;
    const double t_13 = -t_12;
    const double t_14 = __fma_rn(t_13, 1.9082149292705877e-10, __fma_rn(t_13, 0.6931471803691238, t_10));
    const double p = __fma_rn(t_14, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_2 = __fma_rn(p, t_14, 2.505210838544172e-08);
    const double p_3 = __fma_rn(p_2, t_14, 2.755731922398589e-07);
    const double p_4 = __fma_rn(p_3, t_14, 2.7557319223985893e-06);
    const double p_5 = __fma_rn(p_4, t_14, 2.48015873015873e-05);
    const double p_6 = __fma_rn(p_5, t_14, 0.0001984126984126984);
    const double p_7 = __fma_rn(p_6, t_14, 0.001388888888888889);
    const double p_8 = __fma_rn(p_7, t_14, 0.008333333333333333);
    const double p_9 = __fma_rn(p_8, t_14, 0.041666666666666664);
    const double p_10 = __fma_rn(p_9, t_14, 0.16666666666666666);
    const double p_11 = __fma_rn(p_10, t_14, 0.5);
    const double p_12 = __fma_rn(p_11, t_14, 1.0);
    const double p_13 = __fma_rn(p_12, t_14, 1.0);
    const long long t_15 = wrappingSubtract(__double_as_longlong(t_11), 4843621399236968448LL);
    const long long t_16 = wrappingSubtract(shiftRight(wrappingAdd(t_15, 4096LL), 1LL), 2048LL);
    const double t_17 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_16, 1023LL), 52LL));
    const double t_18 = (double)t * -0.0010005003335835344;
    const double t_19 = maximum(-746.0, minimum(710.0, t_18));
    const double t_20 = __fma_rn(t_19, 1.4426950408889634, 6755399441055744.0);
    const double t_21 = t_20 - 6755399441055744.0;
    const double t_22 = -t_21;
    const double t_23 = __fma_rn(t_22, 1.9082149292705877e-10, __fma_rn(t_22, 0.6931471803691238, t_19));
    const double p_14 = __fma_rn(t_23, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_15 = __fma_rn(p_14, t_23, 2.505210838544172e-08);
    const double p_16 = __fma_rn(p_15, t_23, 2.755731922398589e-07);
    const double p_17 = __fma_rn(p_16, t_23, 2.7557319223985893e-06);
    const double p_18 = __fma_rn(p_17, t_23, 2.48015873015873e-05);
    const double p_19 = __fma_rn(p_18, t_23, 0.0001984126984126984);
    const double p_20 = __fma_rn(p_19, t_23, 0.001388888888888889);
    const double p_21 = __fma_rn(p_20, t_23, 0.008333333333333333);
    const double p_22 = __fma_rn(p_21, t_23, 0.041666666666666664);
    const double p_23 = __fma_rn(p_22, t_23, 0.16666666666666666);
    const double p_24 = __fma_rn(p_23, t_23, 0.5);
    const double p_25 = __fma_rn(p_24, t_23, 1.0);
    const double p_26 = __fma_rn(p_25, t_23, 1.0);
    const long long t_24 = wrappingSubtract(__double_as_longlong(t_20), 4843621399236968448LL);
    const long long t_25 = wrappingSubtract(shiftRight(wrappingAdd(t_24, 4096LL), 1LL), 2048LL);
    const double t_26 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_25, 1023LL), 52LL));
    const float t_5 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_17 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_15, t_16), 1023LL), 52LL)))), t_3 / __fmaf_rn(sqrtf(t_4), (float)(1.0 / sqrt(1.0 - t_26 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_24, t_25), 1023LL), 52LL)))), 1e-08f), conv3_0_bias[e]);
    const float t_6 = t_5;
    const float t_7 = t_3;
    const float t_8 = t_4;
    conv3_0_bias[e] = t_6;
    conv3_0_bias_exp_avg[e] = t_7;
    conv3_0_bias_exp_avg_sq[e] = t_8;
  }
}

// @out.weight.adam_update: general lowering; 62 blocks of 256 threads for 15680 elements
extern "C" __global__ void __launch_bounds__(256) out_weight_adam_update(
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ out_weight,
    const float *__restrict__ v34,
    float *__restrict__ out_weight_exp_avg,
    float *__restrict__ out_weight_exp_avg_sq,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  if (begin + 256 * block + thread < end) {
    const int e = begin + 256 * block + thread;
    const int t = step[0];
    const float t_2 = v34[e];
    const float t_3 = __fmaf_rn(0.9f, out_weight_exp_avg[e], 0.1f * t_2);
    const float t_4 = __fmaf_rn(0.999f, out_weight_exp_avg_sq[e], 0.001f * (t_2 * t_2));
    const double t_9 = (double)t * -0.10536051565782628;
    const double t_10 = maximum(-746.0, minimum(710.0, t_9));
    const double t_11 = __fma_rn(t_10, 1.4426950408889634, 6755399441055744.0);
    const double t_12 = t_11 - 6755399441055744.0;
    const double t_13 = -t_12;
    const double t_14 = __fma_rn(t_13, 1.9082149292705877e-10, __fma_rn(t_13, 0.6931471803691238, t_10));
    const double p = __fma_rn(t_14, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_2 = __fma_rn(p, t_14, 2.505210838544172e-08);
    const double p_3 = __fma_rn(p_2, t_14, 2.755731922398589e-07);
    const double p_4 = __fma_rn(p_3, t_14, 2.7557319223985893e-06);
    const double p_5 = __fma_rn(p_4, t_14, 2.48015873015873e-05);
    const double p_6 = __fma_rn(p_5, t_14, 0.0001984126984126984);
    const double p_7 = __fma_rn(p_6, t_14, 0.001388888888888889);
    const double p_8 = __fma_rn(p_7, t_14, 0.008333333333333333);
    const double p_9 = __fma_rn(p_8, t_14, 0.041666666666666664);
    const double p_10 = __fma_rn(p_9, t_14, 0.16666666666666666);
    const double p_11 = __fma_rn(p_10, t_14, 0.5);
    const double p_12 = __fma_rn(p_11, t_14, 1.0);
    const double p_13 = __fma_rn(p_12, t_14, 1.0);
    const long long t_15 = wrappingSubtract(__double_as_longlong(t_11), 4843621399236968448LL);
    const long long t_16 = wrappingSubtract(shiftRight(wrappingAdd(t_15, 4096LL), 1LL), 2048LL);
    const double t_17 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_16, 1023LL), 52LL));
    const double t_18 = (double)t * -0.0010005003335835344;
    const double t_19 = maximum(-746.0, minimum(710.0, t_18));
    const double t_20 = __fma_rn(t_19, 1.4426950408889634, 6755399441055744.0);
    const double t_21 = t_20 - 6755399441055744.0;
    const double t_22 = -t_21;
    const double t_23 = __fma_rn(t_22, 1.9082149292705877e-10, __fma_rn(t_22, 0.6931471803691238, t_19));
    const double p_14 = __fma_rn(t_23, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_15 = __fma_rn(p_14, t_23, 2.505210838544172e-08);
    const double p_16 = __fma_rn(p_15, t_23, 2.755731922398589e-07);
    const double p_17 = __fma_rn(p_16, t_23, 2.7557319223985893e-06);
    const double p_18 = __fma_rn(p_17, t_23, 2.48015873015873e-05);
    const double p_19 = __fma_rn(p_18, t_23, 0.0001984126984126984);
    const double p_20 = __fma_rn(p_19, t_23, 0.001388888888888889);
    const double p_21 = __fma_rn(p_20, t_23, 0.008333333333333333);
    const double p_22 = __fma_rn(p_21, t_23, 0.041666666666666664);
    const double p_23 = __fma_rn(p_22, t_23, 0.16666666666666666);
    const double p_24 = __fma_rn(p_23, t_23, 0.5);
    const double p_25 = __fma_rn(p_24, t_23, 1.0);
    const double p_26 = __fma_rn(p_25, t_23, 1.0);
    const long long t_24 = wrappingSubtract(__double_as_longlong(t_20), 4843621399236968448LL);
    const long long t_25 = wrappingSubtract(shiftRight(wrappingAdd(t_24, 4096LL), 1LL), 2048LL);
    const double t_26 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_25, 1023LL), 52LL));
    const float t_5 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_17 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_15, t_16), 1023LL), 52LL)))), t_3 / __fmaf_rn(sqrtf(t_4), (float)(1.0 / sqrt(1.0 - t_26 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_24, t_25), 1023LL), 52LL)))), 1e-08f), out_weight[e]);
    const float t_6 = t_5;
    const float t_7 = t_3;
    const float t_8 = t_4;
    out_weight[e] = t_6;
    out_weight_exp_avg[e] = t_7;
    out_weight_exp_avg_sq[e] = t_8;
  }
}

// @out.bias.adam_update: general lowering; 1 block of 256 threads for 10 elements
extern "C" __global__ void __launch_bounds__(256) out_bias_adam_update(
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ out_bias,
    const float *__restrict__ v33,
    float *__restrict__ out_bias_exp_avg,
    float *__restrict__ out_bias_exp_avg_sq,
    int begin,
    int end) {
  const int thread = threadIdx.x;
  if (begin + thread < end) {
    const int e = begin + thread;
    const int t = step[0];
    const float t_2 = v33[e];
    const float t_3 = __fmaf_rn(0.9f, out_bias_exp_avg[e], 0.1f * t_2);
    const float t_4 = __fmaf_rn(0.999f, out_bias_exp_avg_sq[e], 0.001f * (t_2 * t_2));
    const double t_9 = (double)t * -0.10536051565782628;
    const double t_10 = maximum(-746.0, minimum(710.0, t_9));
    const double t_11 = __fma_rn(t_10, 1.4426950408889634, 6755399441055744.0);
    const double t_12 = t_11 - 6755399441055744.0;
    const double t_13 = -t_12;
    const double t_14 = __fma_rn(t_13, 1.9082149292705877e-10, __fma_rn(t_13, 0.6931471803691238, t_10));
    const double p = __fma_rn(t_14, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_2 = __fma_rn(p, t_14, 2.505210838544172e-08);
    const double p_3 = __fma_rn(p_2, t_14, 2.755731922398589e-07);
    const double p_4 = __fma_rn(p_3, t_14, 2.7557319223985893e-06);
    const double p_5 = __fma_rn(p_4, t_14, 2.48015873015873e-05);
    const double p_6 = __fma_rn(p_5, t_14, 0.0001984126984126984);
    const double p_7 = __fma_rn(p_6, t_14, 0.001388888888888889);
    const double p_8 = __fma_rn(p_7, t_14, 0.008333333333333333);
    const double p_9 = __fma_rn(p_8, t_14, 0.041666666666666664);
    const double p_10 = __fma_rn(p_9, t_14, 0.16666666666666666);
    const double p_11 = __fma_rn(p_10, t_14, 0.5);
    const double p_12 = __fma_rn(p_11, t_14, 1.0);
    const double p_13 = __fma_rn(p_12, t_14, 1.0);
    const long long t_15 = wrappingSubtract(__double_as_longlong(t_11), 4843621399236968448LL);
    const long long t_16 = wrappingSubtract(shiftRight(wrappingAdd(t_15, 4096LL), 1LL), 2048LL);
    const double t_17 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_16, 1023LL), 52LL));
    const double t_18 = (double)t * -0.0010005003335835344;
    const double t_19 = maximum(-746.0, minimum(710.0, t_18));
    const double t_20 = __fma_rn(t_19, 1.4426950408889634, 6755399441055744.0);
    const double t_21 = t_20 - 6755399441055744.0;
    const double t_22 = -t_21;
    const double t_23 = __fma_rn(t_22, 1.9082149292705877e-10, __fma_rn(t_22, 0.6931471803691238, t_19));
    const double p_14 = __fma_rn(t_23, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_15 = __fma_rn(p_14, t_23, 2.505210838544172e-08);
    const double p_16 = __fma_rn(p_15, t_23, 2.755731922398589e-07);
    const double p_17 = __fma_rn(p_16, t_23, 2.7557319223985893e-06);
    const double p_18 = __fma_rn(p_17, t_23, 2.48015873015873e-05);
    const double p_19 = __fma_rn(p_18, t_23, 0.0001984126984126984);
    const double p_20 = __fma_rn(p_19, t_23, 0.001388888888888889);
    const double p_21 = __fma_rn(p_20, t_23, 0.008333333333333333);
    const double p_22 = __fma_rn(p_21, t_23, 0.041666666666666664);
    const double p_23 = __fma_rn(p_22, t_23, 0.16666666666666666);
    const double p_24 = __fma_rn(p_23, t_23, 0.5);
    const double p_25 = __fma_rn(p_24, t_23, 1.0);
    const double p_26 = __fma_rn(p_25, t_23, 1.0);
    const long long t_24 = wrappingSubtract(__double_as_longlong(t_20), 4843621399236968448LL);
    const long long t_25 = wrappingSubtract(shiftRight(wrappingAdd(t_24, 4096LL), 1LL), 2048LL);
    const double t_26 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_25, 1023LL), 52LL));
    const float t_5 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_17 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_15, t_16), 1023LL), 52LL)))), t_3 / __fmaf_rn(sqrtf(t_4), (float)(1.0 / sqrt(1.0 - t_26 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_24, t_25), 1023LL), 52LL)))), 1e-08f), out_bias[e]);
    const float t_6 = t_5;
    const float t_7 = t_3;
    const float t_8 = t_4;
    out_bias[e] = t_6;
    out_bias_exp_avg[e] = t_7;
    out_bias_exp_avg_sq[e] = t_8;
  }
}
