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

// @conv1.0.conv2d_add_max_pool2d_relu_and_1_more: 2 kernels in one launch; 393 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv1_0_conv2d_add_max_pool2d_relu_and_1_more(
    const unsigned char *__restrict__ images,
    const float *__restrict__ conv1_0_weight,
    const float *__restrict__ conv1_0_bias,
    float *__restrict__ v4,
    unsigned char *__restrict__ v5,
    int *__restrict__ step,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  // conv1.0.conv2d_add_max_pool2d_relu
  if (block < 392) {
    const int e = 256 * block + thread;
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
              acc_3 = __fmaf_rn((float)images[784 * n + 56 * y + 28 * ky + 28 * ky_2 + 2 * x + kx + kx_2 - 29] / 255.0f, t_2, acc_3);
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
  // adam.add
  if (block >= 392) {
    if (thread < 1) {
      const int t_11 = wrappingAdd(step[0], 1);
      step[0] = t_11;
    }
  }
}

// @conv2.0.conv2d_add_max_pool2d_relu: general lowering; 196 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv2_0_conv2d_add_max_pool2d_relu(
    const float *__restrict__ v4,
    const float *__restrict__ conv2_0_weight,
    const float *__restrict__ conv2_0_bias,
    float *__restrict__ v12,
    unsigned char *__restrict__ v13,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  const int e = 256 * block + thread;
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

// @conv3.0.conv2d_add_relu: general lowering; 784 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv3_0_conv2d_add_relu(
    const float *__restrict__ v12,
    const float *__restrict__ conv3_0_weight,
    const float *__restrict__ conv3_0_bias,
    float *__restrict__ v20,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  const int e = minimum(128 * block + (thread / 2), 100351);
  const int n = e / 1568;
  const int o = (e / 49) % 32;
  const int y = (e / 7) % 7;
  const int x = e % 7;
  float acc = 0.0f;
  for (int k = (thread % 2); k < 144; k += 2) {
    const int c = k / 9;
    const int ky = (k / 3) % 3;
    const int kx = k % 3;
    if (y + ky - 1 >= 0 && y + ky - 1 < 7 && x + kx - 1 >= 0 && x + kx - 1 < 7) {
      acc = __fmaf_rn(v12[784 * n + 49 * c + 7 * y + 7 * ky + x + kx - 8], conv3_0_weight[144 * o + 9 * c + 3 * ky + kx], acc);
    }
  }
  const float t = __shfl_xor_sync(0xffffffffu, acc, 1);
  const float t_2 = acc + t;
  if ((thread % 2) < 1) {
    v20[1568 * n + 49 * o + 7 * y + x] = maximum(0.0f, t_2 + conv3_0_bias[o]);
  }
}

// @out.matmul_add: general lowering; 640 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) out_matmul_add(
    const float *__restrict__ v20,
    const float *__restrict__ out_weight,
    const float *__restrict__ out_bias,
    float *__restrict__ v25,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  const int e = block;
  const int i = e / 10;
  const int j = e % 10;
  float acc = 0.0f;
  for (int l = thread; l < 1568; l += 256) {
    acc = __fmaf_rn(v20[1568 * i + l], out_weight[1568 * j + l], acc);
  }
  const float t = __shfl_xor_sync(0xffffffffu, acc, 16);
  const float t_2 = acc + t;
  const float t_3 = __shfl_xor_sync(0xffffffffu, t_2, 8);
  const float t_4 = t_2 + t_3;
  const float t_5 = __shfl_xor_sync(0xffffffffu, t_4, 4);
  const float t_6 = t_4 + t_5;
  const float t_7 = __shfl_xor_sync(0xffffffffu, t_6, 2);
  const float t_8 = t_6 + t_7;
  const float t_9 = __shfl_xor_sync(0xffffffffu, t_8, 1);
  const float t_10 = t_8 + t_9;
  alignas(16) __shared__ float partial[8];
  if ((thread % 32) < 1) {
    partial[thread / 32] = t_10;
  }
  __syncthreads();
  const float t_11 = partial[0];
  const float t_12 = t_11 + partial[1];
  const float t_13 = t_12 + partial[2];
  const float t_14 = t_13 + partial[3];
  const float t_15 = t_14 + partial[4];
  const float t_16 = t_15 + partial[5];
  const float t_17 = t_16 + partial[6];
  const float t_18 = t_17 + partial[7];
  if (thread < 1) {
    v25[10 * i + j] = t_18 + out_bias[j];
  }
}

// @loss.cross_entropy_and_1_more: 2 kernels in one launch; 4 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) loss_cross_entropy_and_1_more(
    const float *__restrict__ v25,
    const int *__restrict__ labels,
    float *__restrict__ v30,
    float *__restrict__ v31,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  // loss.cross_entropy
  if (block < 1) {
    float acc = 0.0f;
    for (int n = (thread % 16); n < 64; n += 16) {
      const int k = maximum(0, minimum(9, labels[n]));
      float acc_2 = __int_as_float(0xff800000);
      for (int j = 0; j < 10; ++j) {
        const float t = v25[10 * n + j];
        acc_2 = maximum(acc_2, t);
      }
      float acc_3 = 0.0f;
      for (int j_2 = 0; j_2 < 10; ++j_2) {
        const float t_12 = v25[10 * n + j_2] - acc_2;
        const float t_13 = maximum(-104.0f, minimum(89.0f, t_12));
        const float t_14 = __fmaf_rn(t_13, 1.442695f, 12582912.0f);
        const float t_15 = t_14 - 12582912.0f;
        const float t_16 = -t_15;
        const float t_17 = __fmaf_rn(t_16, -0.00021219444f, __fmaf_rn(t_16, 0.6933594f, t_13));
        const float p = __fmaf_rn(t_17, 0.0001984127f, 0.0013888889f);
        const float p_2 = __fmaf_rn(p, t_17, 0.008333334f);
        const float p_3 = __fmaf_rn(p_2, t_17, 0.041666668f);
        const float p_4 = __fmaf_rn(p_3, t_17, 0.16666667f);
        const float p_5 = __fmaf_rn(p_4, t_17, 0.5f);
        const float p_6 = __fmaf_rn(p_5, t_17, 1.0f);
        const float p_7 = __fmaf_rn(p_6, t_17, 1.0f);
        const int t_18 = wrappingSubtract(__float_as_int(t_14), 1262485504);
        const int t_19 = wrappingSubtract(shiftRight(wrappingAdd(t_18, 4096), 1), 2048);
        const float t_20 = p_7 * __int_as_float(shiftLeft(wrappingAdd(t_19, 127), 23));
        const float t_2 = t_20 * __int_as_float(shiftLeft(wrappingAdd(wrappingSubtract(t_18, t_19), 127), 23));
        acc_3 = acc_3 + t_2;
      }
      const int t_21 = wrappingAdd(__float_as_int(acc_3), 4913933);
      const int t_22 = wrappingSubtract(shiftRight(t_21, 23), 127);
      const float t_23 = __int_as_float(wrappingAdd(t_21 & 8388607, 1060439283));
      const float t_24 = t_23 - 1.0f;
      const float t_25 = t_24 / (t_24 + 2.0f);
      const float t_26 = t_25 * t_25;
      const float p_8 = __fmaf_rn(t_26, 0.18181819f, 0.22222222f);
      const float p_9 = __fmaf_rn(p_8, t_26, 0.2857143f);
      const float p_10 = __fmaf_rn(p_9, t_26, 0.4f);
      const float p_11 = __fmaf_rn(p_10, t_26, 0.6666667f);
      const float t_27 = t_24 * t_24 * 0.5f;
      const float t_28 = (float)t_22;
      const float t_29 = t_25 * __fmaf_rn(t_26, p_11, t_27);
      const float t_30 = __fmaf_rn(t_28, -0.00021219444f, t_29) - t_27;
      const float t_31 = __fmaf_rn(t_28, 0.6933594f, t_24 + t_30);
      const float t_32 = acc_3 == __int_as_float(0x7f800000) ? acc_3 : t_31;
      const float t_33 = acc_3 < 0.0f ? __int_as_float(0x7fc00000) : (acc_3 != acc_3 ? acc_3 : __int_as_float(0xff800000));
      const float t_34 = acc_3 < 1.1754944e-38f ? t_33 : t_32;
      acc = acc + ((acc_3 != acc_3 ? acc_3 : t_34) - (v25[10 * n + k] - acc_2));
    }
    const float t_3 = __shfl_xor_sync(0xffffffffu, acc, 8);
    const float t_4 = acc + t_3;
    const float t_5 = __shfl_xor_sync(0xffffffffu, t_4, 4);
    const float t_6 = t_4 + t_5;
    const float t_7 = __shfl_xor_sync(0xffffffffu, t_6, 2);
    const float t_8 = t_6 + t_7;
    const float t_9 = __shfl_xor_sync(0xffffffffu, t_8, 1);
    const float t_10 = t_8 + t_9;
    if ((thread % 16) < 1 && (thread / 16) < 1) {
      v30[0] = t_10 / 64.0f;
    }
  }
  // loss.cross_entropy_grad
  if (block >= 1) {
    if (256 * block + thread - 256 < 640) {
      const int e_2 = 256 * block + thread - 256;
      const int i = e_2 / 10;
      const int j_3 = e_2 % 10;
      float acc_4 = __int_as_float(0xff800000);
      for (int j_2_2 = 0; j_2_2 < 10; ++j_2_2) {
        const float t_11 = v25[10 * i + j_2_2];
        acc_4 = maximum(acc_4, t_11);
      }
      float acc_2_2 = 0.0f;
      for (int j_3_2 = 0; j_3_2 < 10; ++j_3_2) {
        const float t_35 = v25[10 * i + j_3_2] - acc_4;
        const float t_36 = maximum(-104.0f, minimum(89.0f, t_35));
        const float t_37 = __fmaf_rn(t_36, 1.442695f, 12582912.0f);
        const float t_38 = t_37 - 12582912.0f;
        const float t_39 = -t_38;
        const float t_40 = __fmaf_rn(t_39, -0.00021219444f, __fmaf_rn(t_39, 0.6933594f, t_36));
        const float p_12 = __fmaf_rn(t_40, 0.0001984127f, 0.0013888889f);
        const float p_13 = __fmaf_rn(p_12, t_40, 0.008333334f);
        const float p_14 = __fmaf_rn(p_13, t_40, 0.041666668f);
        const float p_15 = __fmaf_rn(p_14, t_40, 0.16666667f);
        const float p_16 = __fmaf_rn(p_15, t_40, 0.5f);
        const float p_17 = __fmaf_rn(p_16, t_40, 1.0f);
        const float p_18 = __fmaf_rn(p_17, t_40, 1.0f);
        const int t_41 = wrappingSubtract(__float_as_int(t_37), 1262485504);
        const int t_42 = wrappingSubtract(shiftRight(wrappingAdd(t_41, 4096), 1), 2048);
        const float t_43 = p_18 * __int_as_float(shiftLeft(wrappingAdd(t_42, 127), 23));
        const float t_2_2 = t_43 * __int_as_float(shiftLeft(wrappingAdd(wrappingSubtract(t_41, t_42), 127), 23));
        acc_2_2 = acc_2_2 + t_2_2;
      }
      float c = 1.0f;
      const float t_44 = v25[10 * i + j_3] - acc_4;
      const float t_45 = maximum(-104.0f, minimum(89.0f, t_44));
      const float t_46 = __fmaf_rn(t_45, 1.442695f, 12582912.0f);
      const float t_47 = t_46 - 12582912.0f;
      const float t_48 = -t_47;
      const float t_49 = __fmaf_rn(t_48, -0.00021219444f, __fmaf_rn(t_48, 0.6933594f, t_45));
      const float p_19 = __fmaf_rn(t_49, 0.0001984127f, 0.0013888889f);
      const float p_20 = __fmaf_rn(p_19, t_49, 0.008333334f);
      const float p_21 = __fmaf_rn(p_20, t_49, 0.041666668f);
      const float p_22 = __fmaf_rn(p_21, t_49, 0.16666667f);
      const float p_23 = __fmaf_rn(p_22, t_49, 0.5f);
      const float p_24 = __fmaf_rn(p_23, t_49, 1.0f);
      const float p_25 = __fmaf_rn(p_24, t_49, 1.0f);
      const int t_50 = wrappingSubtract(__float_as_int(t_46), 1262485504);
      const int t_51 = wrappingSubtract(shiftRight(wrappingAdd(t_50, 4096), 1), 2048);
      const float t_52 = p_25 * __int_as_float(shiftLeft(wrappingAdd(t_51, 127), 23));
      const float t_3_2 = (t_52 * __int_as_float(shiftLeft(wrappingAdd(wrappingSubtract(t_50, t_51), 127), 23)) / acc_2_2 - (j_3 == maximum(minimum(labels[i], 9), 0) ? c : 0.0f)) / 64.0f;
      v31[10 * i + j_3] = t_3_2;
    }
  }
}

// @out.reduce_sum_and_2_more: 3 kernels in one launch; 1765 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) out_reduce_sum_and_2_more(
    const float *__restrict__ v31,
    float *__restrict__ v33,
    const float *__restrict__ v20,
    float *__restrict__ v34,
    const float *__restrict__ out_weight,
    const float *__restrict__ v20_2,
    float *__restrict__ v35,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  // out.reduce_sum
  if (block < 1) {
    const int e = minimum(thread / 16, 9);
    float acc = 0.0f;
    for (int r = (thread % 16); r < 64; r += 16) {
      acc = acc + v31[10 * r + e];
    }
    const float t = __shfl_xor_sync(0xffffffffu, acc, 8);
    const float t_2 = acc + t;
    const float t_3 = __shfl_xor_sync(0xffffffffu, t_2, 4);
    const float t_4 = t_2 + t_3;
    const float t_5 = __shfl_xor_sync(0xffffffffu, t_4, 2);
    const float t_6 = t_4 + t_5;
    const float t_7 = __shfl_xor_sync(0xffffffffu, t_6, 1);
    const float t_8 = t_6 + t_7;
    if ((thread % 16) < 1 && (thread / 16) < 10) {
      v33[e] = t_8;
    }
  }
  // out.matmul
  if (block >= 1 && block < 981) {
    const int e_2 = minimum(16 * block + (thread / 16) - 16, 15679);
    const int i = e_2 / 1568;
    const int j = e_2 % 1568;
    float acc_2 = 0.0f;
    for (int l = (thread % 16); l < 64; l += 16) {
      acc_2 = __fmaf_rn(v31[10 * l + i], v20[1568 * l + j], acc_2);
    }
    const float t_9 = __shfl_xor_sync(0xffffffffu, acc_2, 8);
    const float t_2_2 = acc_2 + t_9;
    const float t_3_2 = __shfl_xor_sync(0xffffffffu, t_2_2, 4);
    const float t_4_2 = t_2_2 + t_3_2;
    const float t_5_2 = __shfl_xor_sync(0xffffffffu, t_4_2, 2);
    const float t_6_2 = t_4_2 + t_5_2;
    const float t_7_2 = __shfl_xor_sync(0xffffffffu, t_6_2, 1);
    const float t_8_2 = t_6_2 + t_7_2;
    if ((thread % 16) < 1) {
      v34[1568 * i + j] = t_8_2;
    }
  }
  // out.matmul_relu_grad
  if (block >= 981) {
    const int e_3 = minimum(128 * block + (thread / 2) - 125568, 100351);
    const int n = e_3 / 1568;
    const int o = (e_3 / 49) % 32;
    const int y = (e_3 / 7) % 7;
    const int x = e_3 % 7;
    float acc_3 = 0.0f;
    for (int l_2 = (thread % 2); l_2 < 10; l_2 += 2) {
      acc_3 = __fmaf_rn(v31[10 * n + l_2], out_weight[1568 * l_2 + 49 * o + 7 * y + x], acc_3);
    }
    const float t_10 = __shfl_xor_sync(0xffffffffu, acc_3, 1);
    const float t_2_3 = acc_3 + t_10;
    if ((thread % 2) < 1) {
      v35[1568 * n + 49 * o + 7 * y + x] = v20_2[1568 * n + 49 * o + 7 * y + x] <= 0.0f ? 0.0f : t_2_3;
    }
  }
}

// @conv3.0.conv2d_input_grad_and_4_more: 5 kernels in one launch; 1455 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv3_0_conv2d_input_grad_and_4_more(
    const float *__restrict__ v35,
    const float *__restrict__ conv3_0_weight,
    float *__restrict__ v39,
    float *__restrict__ v40,
    const float *__restrict__ v12,
    float *__restrict__ v41,
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ out_weight,
    const float *__restrict__ v34,
    float *__restrict__ out_weight_exp_avg,
    float *__restrict__ out_weight_exp_avg_sq,
    float *__restrict__ out_bias,
    const float *__restrict__ v33,
    float *__restrict__ out_bias_exp_avg,
    float *__restrict__ out_bias_exp_avg_sq,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  // conv3.0.conv2d_input_grad
  if (block < 784) {
    const int e = minimum(64 * block + (thread / 4), 50175);
    const int n = e / 784;
    const int o = (e / 49) % 16;
    const int y = (e / 7) % 7;
    const int x = e % 7;
    float acc = 0.0f;
    for (int k = (thread % 4); k < 288; k += 4) {
      const int o_2 = k / 9;
      const int ky = (k / 3) % 3;
      const int kx = k % 3;
      if (y - ky + 1 >= 0 && y - ky + 1 < 7 && x - kx + 1 >= 0 && x - kx + 1 < 7) {
        acc = __fmaf_rn(v35[1568 * n + 49 * o_2 + 7 * y - 7 * ky + x - kx + 8], conv3_0_weight[144 * o_2 + 9 * o + 3 * ky + kx], acc);
      }
    }
    const float t = __shfl_xor_sync(0xffffffffu, acc, 2);
    const float t_2 = acc + t;
    const float t_3 = __shfl_xor_sync(0xffffffffu, t_2, 1);
    const float t_4 = t_2 + t_3;
    if ((thread % 4) < 1) {
      v39[784 * n + 49 * o + 7 * y + x] = t_4;
    }
  }
  // conv3.0.reduce_sum
  if (block >= 784 && block < 816) {
    const int e_2 = block - 784;
    float acc_2 = 0.0f;
    for (int k_2 = thread; k_2 < 3136; k_2 += 256) {
      const int r = k_2 / 49;
      const int r_2 = (k_2 / 7) % 7;
      const int r_3 = k_2 % 7;
      acc_2 = acc_2 + v35[1568 * r + 49 * e_2 + 7 * r_2 + r_3];
    }
    const float t_5 = __shfl_xor_sync(0xffffffffu, acc_2, 16);
    const float t_2_2 = acc_2 + t_5;
    const float t_3_2 = __shfl_xor_sync(0xffffffffu, t_2_2, 8);
    const float t_4_2 = t_2_2 + t_3_2;
    const float t_5_2 = __shfl_xor_sync(0xffffffffu, t_4_2, 4);
    const float t_6 = t_4_2 + t_5_2;
    const float t_7 = __shfl_xor_sync(0xffffffffu, t_6, 2);
    const float t_8 = t_6 + t_7;
    const float t_9 = __shfl_xor_sync(0xffffffffu, t_8, 1);
    const float t_10 = t_8 + t_9;
    alignas(16) __shared__ float partial[8];
    if ((thread % 32) < 1) {
      partial[thread / 32] = t_10;
    }
    __syncthreads();
    const float t_11 = partial[0];
    const float t_12 = t_11 + partial[1];
    const float t_13 = t_12 + partial[2];
    const float t_14 = t_13 + partial[3];
    const float t_15 = t_14 + partial[4];
    const float t_16 = t_15 + partial[5];
    const float t_17 = t_16 + partial[6];
    const float t_18 = t_17 + partial[7];
    if (thread < 1) {
      v40[e_2] = t_18;
    }
  }
  // conv3.0.conv2d_filter_grad
  if (block >= 816 && block < 1392) {
    const int e_3 = minimum(8 * block + (thread / 32) - 6528, 4607);
    const int n_2 = e_3 / 144;
    const int o_3 = (e_3 / 9) % 16;
    const int y_2 = (e_3 / 3) % 3;
    const int x_2 = e_3 % 3;
    float acc_3 = 0.0f;
    for (int k_3 = (thread % 32); k_3 < 3136; k_3 += 32) {
      const int n_2_2 = k_3 / 49;
      const int y_2_2 = (k_3 / 7) % 7;
      const int x_2_2 = k_3 % 7;
      if (y_2_2 + y_2 - 1 >= 0 && y_2_2 + y_2 - 1 < 7 && x_2_2 + x_2 - 1 >= 0 && x_2_2 + x_2 - 1 < 7) {
        acc_3 = __fmaf_rn(v12[784 * n_2_2 + 49 * o_3 + 7 * y_2_2 + 7 * y_2 + x_2_2 + x_2 - 8], v35[1568 * n_2_2 + 49 * n_2 + 7 * y_2_2 + x_2_2], acc_3);
      }
    }
    const float t_19 = __shfl_xor_sync(0xffffffffu, acc_3, 16);
    const float t_2_3 = acc_3 + t_19;
    const float t_3_3 = __shfl_xor_sync(0xffffffffu, t_2_3, 8);
    const float t_4_3 = t_2_3 + t_3_3;
    const float t_5_3 = __shfl_xor_sync(0xffffffffu, t_4_3, 4);
    const float t_6_2 = t_4_3 + t_5_3;
    const float t_7_2 = __shfl_xor_sync(0xffffffffu, t_6_2, 2);
    const float t_8_2 = t_6_2 + t_7_2;
    const float t_9_2 = __shfl_xor_sync(0xffffffffu, t_8_2, 1);
    const float t_10_2 = t_8_2 + t_9_2;
    if ((thread % 32) < 1) {
      v41[144 * n_2 + 9 * o_3 + 3 * y_2 + x_2] = t_10_2;
    }
  }
  // out.weight.adam_update
  if (block >= 1392 && block < 1454) {
    if (256 * block + thread - 356352 < 15680) {
      const int e_4 = 256 * block + thread - 356352;
      const int t_20 = step[0];
      const float t_2_4 = v34[e_4];
      const float t_3_4 = __fmaf_rn(0.9f, out_weight_exp_avg[e_4], 0.1f * t_2_4);
      const float t_4_4 = __fmaf_rn(0.999f, out_weight_exp_avg_sq[e_4], 0.001f * (t_2_4 * t_2_4));
      const double t_22 = (double)t_20 * -0.10536051565782628;
      const double t_23 = maximum(-746.0, minimum(710.0, t_22));
      const double t_24 = __fma_rn(t_23, 1.4426950408889634, 6755399441055744.0);
      const double t_25 = t_24 - 6755399441055744.0;
      const double t_26 = -t_25;
      const double t_27 = __fma_rn(t_26, 1.9082149292705877e-10, __fma_rn(t_26, 0.6931471803691238, t_23));
      const double p = __fma_rn(t_27, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_2 = __fma_rn(p, t_27, 2.505210838544172e-08);
      const double p_3 = __fma_rn(p_2, t_27, 2.755731922398589e-07);
      const double p_4 = __fma_rn(p_3, t_27, 2.7557319223985893e-06);
      const double p_5 = __fma_rn(p_4, t_27, 2.48015873015873e-05);
      const double p_6 = __fma_rn(p_5, t_27, 0.0001984126984126984);
      const double p_7 = __fma_rn(p_6, t_27, 0.001388888888888889);
      const double p_8 = __fma_rn(p_7, t_27, 0.008333333333333333);
      const double p_9 = __fma_rn(p_8, t_27, 0.041666666666666664);
      const double p_10 = __fma_rn(p_9, t_27, 0.16666666666666666);
      const double p_11 = __fma_rn(p_10, t_27, 0.5);
      const double p_12 = __fma_rn(p_11, t_27, 1.0);
      const double p_13 = __fma_rn(p_12, t_27, 1.0);
      const long long t_28 = wrappingSubtract(__double_as_longlong(t_24), 4843621399236968448LL);
      const long long t_29 = wrappingSubtract(shiftRight(wrappingAdd(t_28, 4096LL), 1LL), 2048LL);
      const double t_30 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_29, 1023LL), 52LL));
      const double t_31 = (double)t_20 * -0.0010005003335835344;
      const double t_32 = maximum(-746.0, minimum(710.0, t_31));
      const double t_33 = __fma_rn(t_32, 1.4426950408889634, 6755399441055744.0);
      const double t_34 = t_33 - 6755399441055744.0;
      const double t_35 = -t_34;
      const double t_36 = __fma_rn(t_35, 1.9082149292705877e-10, __fma_rn(t_35, 0.6931471803691238, t_32));
      const double p_14 = __fma_rn(t_36, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_15 = __fma_rn(p_14, t_36, 2.505210838544172e-08);
      const double p_16 = __fma_rn(p_15, t_36, 2.755731922398589e-07);
      const double p_17 = __fma_rn(p_16, t_36, 2.7557319223985893e-06);
      const double p_18 = __fma_rn(p_17, t_36, 2.48015873015873e-05);
      const double p_19 = __fma_rn(p_18, t_36, 0.0001984126984126984);
      const double p_20 = __fma_rn(p_19, t_36, 0.001388888888888889);
      const double p_21 = __fma_rn(p_20, t_36, 0.008333333333333333);
      const double p_22 = __fma_rn(p_21, t_36, 0.041666666666666664);
      const double p_23 = __fma_rn(p_22, t_36, 0.16666666666666666);
      const double p_24 = __fma_rn(p_23, t_36, 0.5);
      const double p_25 = __fma_rn(p_24, t_36, 1.0);
      const double p_26 = __fma_rn(p_25, t_36, 1.0);
      const long long t_37 = wrappingSubtract(__double_as_longlong(t_33), 4843621399236968448LL);
      const long long t_38 = wrappingSubtract(shiftRight(wrappingAdd(t_37, 4096LL), 1LL), 2048LL);
      const double t_39 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_38, 1023LL), 52LL));
      const float t_5_4 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_30 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_28, t_29), 1023LL), 52LL)))), t_3_4 / __fmaf_rn(sqrtf(t_4_4), (float)(1.0 / sqrt(1.0 - t_39 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_37, t_38), 1023LL), 52LL)))), 1e-08f), out_weight[e_4]);
      const float t_6_3 = t_5_4;
      const float t_7_3 = t_3_4;
      const float t_8_3 = t_4_4;
      out_weight[e_4] = t_6_3;
      out_weight_exp_avg[e_4] = t_7_3;
      out_weight_exp_avg_sq[e_4] = t_8_3;
    }
  }
  // out.bias.adam_update
  if (block >= 1454) {
    if (thread < 10) {
      const int e_5 = thread;
      const int t_21 = step[0];
      const float t_2_5 = v33[e_5];
      const float t_3_5 = __fmaf_rn(0.9f, out_bias_exp_avg[e_5], 0.1f * t_2_5);
      const float t_4_5 = __fmaf_rn(0.999f, out_bias_exp_avg_sq[e_5], 0.001f * (t_2_5 * t_2_5));
      const double t_40 = (double)t_21 * -0.10536051565782628;
      const double t_41 = maximum(-746.0, minimum(710.0, t_40));
      const double t_42 = __fma_rn(t_41, 1.4426950408889634, 6755399441055744.0);
      const double t_43 = t_42 - 6755399441055744.0;
      const double t_44 = -t_43;
      const double t_45 = __fma_rn(t_44, 1.9082149292705877e-10, __fma_rn(t_44, 0.6931471803691238, t_41));
      const double p_27 = __fma_rn(t_45, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_28 = __fma_rn(p_27, t_45, 2.505210838544172e-08);
      const double p_29 = __fma_rn(p_28, t_45, 2.755731922398589e-07);
      const double p_30 = __fma_rn(p_29, t_45, 2.7557319223985893e-06);
      const double p_31 = __fma_rn(p_30, t_45, 2.48015873015873e-05);
      const double p_32 = __fma_rn(p_31, t_45, 0.0001984126984126984);
      const double p_33 = __fma_rn(p_32, t_45, 0.001388888888888889);
      const double p_34 = __fma_rn(p_33, t_45, 0.008333333333333333);
      const double p_35 = __fma_rn(p_34, t_45, 0.041666666666666664);
      const double p_36 = __fma_rn(p_35, t_45, 0.16666666666666666);
      const double p_37 = __fma_rn(p_36, t_45, 0.5);
      const double p_38 = __fma_rn(p_37, t_45, 1.0);
      const double p_39 = __fma_rn(p_38, t_45, 1.0);
      const long long t_46 = wrappingSubtract(__double_as_longlong(t_42), 4843621399236968448LL);
      const long long t_47 = wrappingSubtract(shiftRight(wrappingAdd(t_46, 4096LL), 1LL), 2048LL);
      const double t_48 = p_39 * __longlong_as_double(shiftLeft(wrappingAdd(t_47, 1023LL), 52LL));
      const double t_49 = (double)t_21 * -0.0010005003335835344;
      const double t_50 = maximum(-746.0, minimum(710.0, t_49));
      const double t_51 = __fma_rn(t_50, 1.4426950408889634, 6755399441055744.0);
      const double t_52 = t_51 - 6755399441055744.0;
      const double t_53 = -t_52;
      const double t_54 = __fma_rn(t_53, 1.9082149292705877e-10, __fma_rn(t_53, 0.6931471803691238, t_50));
      const double p_40 = __fma_rn(t_54, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_41 = __fma_rn(p_40, t_54, 2.505210838544172e-08);
      const double p_42 = __fma_rn(p_41, t_54, 2.755731922398589e-07);
      const double p_43 = __fma_rn(p_42, t_54, 2.7557319223985893e-06);
      const double p_44 = __fma_rn(p_43, t_54, 2.48015873015873e-05);
      const double p_45 = __fma_rn(p_44, t_54, 0.0001984126984126984);
      const double p_46 = __fma_rn(p_45, t_54, 0.001388888888888889);
      const double p_47 = __fma_rn(p_46, t_54, 0.008333333333333333);
      const double p_48 = __fma_rn(p_47, t_54, 0.041666666666666664);
      const double p_49 = __fma_rn(p_48, t_54, 0.16666666666666666);
      const double p_50 = __fma_rn(p_49, t_54, 0.5);
      const double p_51 = __fma_rn(p_50, t_54, 1.0);
      const double p_52 = __fma_rn(p_51, t_54, 1.0);
      const long long t_55 = wrappingSubtract(__double_as_longlong(t_51), 4843621399236968448LL);
      const long long t_56 = wrappingSubtract(shiftRight(wrappingAdd(t_55, 4096LL), 1LL), 2048LL);
      const double t_57 = p_52 * __longlong_as_double(shiftLeft(wrappingAdd(t_56, 1023LL), 52LL));
      const float t_5_5 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_48 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_46, t_47), 1023LL), 52LL)))), t_3_5 / __fmaf_rn(sqrtf(t_4_5), (float)(1.0 / sqrt(1.0 - t_57 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_55, t_56), 1023LL), 52LL)))), 1e-08f), out_bias[e_5]);
      const float t_6_4 = t_5_5;
      const float t_7_4 = t_3_5;
      const float t_8_4 = t_4_5;
      out_bias[e_5] = t_6_4;
      out_bias_exp_avg[e_5] = t_7_4;
      out_bias_exp_avg_sq[e_5] = t_8_4;
    }
  }
}

// @conv2.2.max_pool2d_grad_and_2_more: 3 kernels in one launch; 803 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv2_2_max_pool2d_grad_and_2_more(
    const unsigned char *__restrict__ v13,
    const float *__restrict__ v39,
    const float *__restrict__ v12,
    float *__restrict__ v43,
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ conv3_0_weight,
    const float *__restrict__ v41,
    float *__restrict__ conv3_0_weight_exp_avg,
    float *__restrict__ conv3_0_weight_exp_avg_sq,
    float *__restrict__ conv3_0_bias,
    const float *__restrict__ v40,
    float *__restrict__ conv3_0_bias_exp_avg,
    float *__restrict__ conv3_0_bias_exp_avg_sq,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  // conv2.2.max_pool2d_grad
  if (block < 784) {
    const int e = 256 * block + thread;
    const int n = e / 3136;
    const int o = (e / 196) % 16;
    const int y = (e / 14) % 14;
    const int x = e % 14;
    const float t = v13[784 * n + 49 * o + 7 * (y / 2) + (x / 2)] == 2 * (y % 2) + (x % 2) ? (v12[784 * n + 49 * o + 7 * (y / 2) + (x / 2)] <= 0.0f ? 0.0f : v39[784 * n + 49 * o + 7 * (y / 2) + (x / 2)]) : 0.0f;
    float acc = 0.0f;
    acc = acc + t;
    v43[3136 * n + 196 * o + 14 * y + x] = acc;
  }
  // conv3.0.weight.adam_update
  if (block >= 784 && block < 802) {
    const int e_2 = 256 * block + thread - 200704;
    const int t_2 = step[0];
    const float t_2_2 = v41[e_2];
    const float t_3 = __fmaf_rn(0.9f, conv3_0_weight_exp_avg[e_2], 0.1f * t_2_2);
    const float t_4 = __fmaf_rn(0.999f, conv3_0_weight_exp_avg_sq[e_2], 0.001f * (t_2_2 * t_2_2));
    const double t_10 = (double)t_2 * -0.10536051565782628;
    const double t_11 = maximum(-746.0, minimum(710.0, t_10));
    const double t_12 = __fma_rn(t_11, 1.4426950408889634, 6755399441055744.0);
    const double t_13 = t_12 - 6755399441055744.0;
    const double t_14 = -t_13;
    const double t_15 = __fma_rn(t_14, 1.9082149292705877e-10, __fma_rn(t_14, 0.6931471803691238, t_11));
    const double p = __fma_rn(t_15, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_2 = __fma_rn(p, t_15, 2.505210838544172e-08);
    const double p_3 = __fma_rn(p_2, t_15, 2.755731922398589e-07);
    const double p_4 = __fma_rn(p_3, t_15, 2.7557319223985893e-06);
    const double p_5 = __fma_rn(p_4, t_15, 2.48015873015873e-05);
    const double p_6 = __fma_rn(p_5, t_15, 0.0001984126984126984);
    const double p_7 = __fma_rn(p_6, t_15, 0.001388888888888889);
    const double p_8 = __fma_rn(p_7, t_15, 0.008333333333333333);
    const double p_9 = __fma_rn(p_8, t_15, 0.041666666666666664);
    const double p_10 = __fma_rn(p_9, t_15, 0.16666666666666666);
    const double p_11 = __fma_rn(p_10, t_15, 0.5);
    const double p_12 = __fma_rn(p_11, t_15, 1.0);
    const double p_13 = __fma_rn(p_12, t_15, 1.0);
    const long long t_16 = wrappingSubtract(__double_as_longlong(t_12), 4843621399236968448LL);
    const long long t_17 = wrappingSubtract(shiftRight(wrappingAdd(t_16, 4096LL), 1LL), 2048LL);
    const double t_18 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_17, 1023LL), 52LL));
    const double t_19 = (double)t_2 * -0.0010005003335835344;
    const double t_20 = maximum(-746.0, minimum(710.0, t_19));
    const double t_21 = __fma_rn(t_20, 1.4426950408889634, 6755399441055744.0);
    const double t_22 = t_21 - 6755399441055744.0;
    const double t_23 = -t_22;
    const double t_24 = __fma_rn(t_23, 1.9082149292705877e-10, __fma_rn(t_23, 0.6931471803691238, t_20));
    const double p_14 = __fma_rn(t_24, 1.6059043836821613e-10, 2.08767569878681e-09);
    const double p_15 = __fma_rn(p_14, t_24, 2.505210838544172e-08);
    const double p_16 = __fma_rn(p_15, t_24, 2.755731922398589e-07);
    const double p_17 = __fma_rn(p_16, t_24, 2.7557319223985893e-06);
    const double p_18 = __fma_rn(p_17, t_24, 2.48015873015873e-05);
    const double p_19 = __fma_rn(p_18, t_24, 0.0001984126984126984);
    const double p_20 = __fma_rn(p_19, t_24, 0.001388888888888889);
    const double p_21 = __fma_rn(p_20, t_24, 0.008333333333333333);
    const double p_22 = __fma_rn(p_21, t_24, 0.041666666666666664);
    const double p_23 = __fma_rn(p_22, t_24, 0.16666666666666666);
    const double p_24 = __fma_rn(p_23, t_24, 0.5);
    const double p_25 = __fma_rn(p_24, t_24, 1.0);
    const double p_26 = __fma_rn(p_25, t_24, 1.0);
    const long long t_25 = wrappingSubtract(__double_as_longlong(t_21), 4843621399236968448LL);
    const long long t_26 = wrappingSubtract(shiftRight(wrappingAdd(t_25, 4096LL), 1LL), 2048LL);
    const double t_27 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_26, 1023LL), 52LL));
    const float t_5 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_18 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_16, t_17), 1023LL), 52LL)))), t_3 / __fmaf_rn(sqrtf(t_4), (float)(1.0 / sqrt(1.0 - t_27 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_25, t_26), 1023LL), 52LL)))), 1e-08f), conv3_0_weight[e_2]);
    const float t_6 = t_5;
    const float t_7 = t_3;
    const float t_8 = t_4;
    conv3_0_weight[e_2] = t_6;
    conv3_0_weight_exp_avg[e_2] = t_7;
    conv3_0_weight_exp_avg_sq[e_2] = t_8;
  }
  // conv3.0.bias.adam_update
  if (block >= 802) {
    if (thread < 32) {
      const int e_3 = thread;
      const int t_9 = step[0];
      const float t_2_3 = v40[e_3];
      const float t_3_2 = __fmaf_rn(0.9f, conv3_0_bias_exp_avg[e_3], 0.1f * t_2_3);
      const float t_4_2 = __fmaf_rn(0.999f, conv3_0_bias_exp_avg_sq[e_3], 0.001f * (t_2_3 * t_2_3));
      const double t_28 = (double)t_9 * -0.10536051565782628;
      const double t_29 = maximum(-746.0, minimum(710.0, t_28));
      const double t_30 = __fma_rn(t_29, 1.4426950408889634, 6755399441055744.0);
      const double t_31 = t_30 - 6755399441055744.0;
      const double t_32 = -t_31;
      const double t_33 = __fma_rn(t_32, 1.9082149292705877e-10, __fma_rn(t_32, 0.6931471803691238, t_29));
      const double p_27 = __fma_rn(t_33, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_28 = __fma_rn(p_27, t_33, 2.505210838544172e-08);
      const double p_29 = __fma_rn(p_28, t_33, 2.755731922398589e-07);
      const double p_30 = __fma_rn(p_29, t_33, 2.7557319223985893e-06);
      const double p_31 = __fma_rn(p_30, t_33, 2.48015873015873e-05);
      const double p_32 = __fma_rn(p_31, t_33, 0.0001984126984126984);
      const double p_33 = __fma_rn(p_32, t_33, 0.001388888888888889);
      const double p_34 = __fma_rn(p_33, t_33, 0.008333333333333333);
      const double p_35 = __fma_rn(p_34, t_33, 0.041666666666666664);
      const double p_36 = __fma_rn(p_35, t_33, 0.16666666666666666);
      const double p_37 = __fma_rn(p_36, t_33, 0.5);
      const double p_38 = __fma_rn(p_37, t_33, 1.0);
      const double p_39 = __fma_rn(p_38, t_33, 1.0);
      const long long t_34 = wrappingSubtract(__double_as_longlong(t_30), 4843621399236968448LL);
      const long long t_35 = wrappingSubtract(shiftRight(wrappingAdd(t_34, 4096LL), 1LL), 2048LL);
      const double t_36 = p_39 * __longlong_as_double(shiftLeft(wrappingAdd(t_35, 1023LL), 52LL));
      const double t_37 = (double)t_9 * -0.0010005003335835344;
      const double t_38 = maximum(-746.0, minimum(710.0, t_37));
      const double t_39 = __fma_rn(t_38, 1.4426950408889634, 6755399441055744.0);
      const double t_40 = t_39 - 6755399441055744.0;
      const double t_41 = -t_40;
      const double t_42 = __fma_rn(t_41, 1.9082149292705877e-10, __fma_rn(t_41, 0.6931471803691238, t_38));
      const double p_40 = __fma_rn(t_42, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_41 = __fma_rn(p_40, t_42, 2.505210838544172e-08);
      const double p_42 = __fma_rn(p_41, t_42, 2.755731922398589e-07);
      const double p_43 = __fma_rn(p_42, t_42, 2.7557319223985893e-06);
      const double p_44 = __fma_rn(p_43, t_42, 2.48015873015873e-05);
      const double p_45 = __fma_rn(p_44, t_42, 0.0001984126984126984);
      const double p_46 = __fma_rn(p_45, t_42, 0.001388888888888889);
      const double p_47 = __fma_rn(p_46, t_42, 0.008333333333333333);
      const double p_48 = __fma_rn(p_47, t_42, 0.041666666666666664);
      const double p_49 = __fma_rn(p_48, t_42, 0.16666666666666666);
      const double p_50 = __fma_rn(p_49, t_42, 0.5);
      const double p_51 = __fma_rn(p_50, t_42, 1.0);
      const double p_52 = __fma_rn(p_51, t_42, 1.0);
      const long long t_43 = wrappingSubtract(__double_as_longlong(t_39), 4843621399236968448LL);
      const long long t_44 = wrappingSubtract(shiftRight(wrappingAdd(t_43, 4096LL), 1LL), 2048LL);
      const double t_45 = p_52 * __longlong_as_double(shiftLeft(wrappingAdd(t_44, 1023LL), 52LL));
      const float t_5_2 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_36 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_34, t_35), 1023LL), 52LL)))), t_3_2 / __fmaf_rn(sqrtf(t_4_2), (float)(1.0 / sqrt(1.0 - t_45 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_43, t_44), 1023LL), 52LL)))), 1e-08f), conv3_0_bias[e_3]);
      const float t_6_2 = t_5_2;
      const float t_7_2 = t_3_2;
      const float t_8_2 = t_4_2;
      conv3_0_bias[e_3] = t_6_2;
      conv3_0_bias_exp_avg[e_3] = t_7_2;
      conv3_0_bias_exp_avg_sq[e_3] = t_8_2;
    }
  }
}

// @conv2.0.conv2d_input_grad_and_2_more: 3 kernels in one launch; 944 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv2_0_conv2d_input_grad_and_2_more(
    const float *__restrict__ v43,
    const float *__restrict__ conv2_0_weight,
    float *__restrict__ v44,
    float *__restrict__ v45,
    const float *__restrict__ v4,
    float *__restrict__ v46,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  // conv2.0.conv2d_input_grad
  if (block < 784) {
    const int e = minimum(128 * block + (thread / 2), 100351);
    const int n = e / 1568;
    const int o = (e / 196) % 8;
    const int y = (e / 14) % 14;
    const int x = e % 14;
    float acc = 0.0f;
    for (int k = (thread % 2); k < 144; k += 2) {
      const int o_2 = k / 9;
      const int ky = (k / 3) % 3;
      const int kx = k % 3;
      if (y - ky + 1 >= 0 && y - ky + 1 < 14 && x - kx + 1 >= 0 && x - kx + 1 < 14) {
        acc = __fmaf_rn(v43[3136 * n + 196 * o_2 + 14 * y - 14 * ky + x - kx + 15], conv2_0_weight[72 * o_2 + 9 * o + 3 * ky + kx], acc);
      }
    }
    const float t = __shfl_xor_sync(0xffffffffu, acc, 1);
    const float t_2 = acc + t;
    if ((thread % 2) < 1) {
      v44[1568 * n + 196 * o + 14 * y + x] = t_2;
    }
  }
  // conv2.0.reduce_sum
  if (block >= 784 && block < 800) {
    const int e_2 = block - 784;
    float acc_2 = 0.0f;
    for (int k_2 = thread; k_2 < 12544; k_2 += 256) {
      const int r = k_2 / 196;
      const int r_2 = (k_2 / 14) % 14;
      const int r_3 = k_2 % 14;
      acc_2 = acc_2 + v43[3136 * r + 196 * e_2 + 14 * r_2 + r_3];
    }
    const float t_3 = __shfl_xor_sync(0xffffffffu, acc_2, 16);
    const float t_2_2 = acc_2 + t_3;
    const float t_3_2 = __shfl_xor_sync(0xffffffffu, t_2_2, 8);
    const float t_4 = t_2_2 + t_3_2;
    const float t_5 = __shfl_xor_sync(0xffffffffu, t_4, 4);
    const float t_6 = t_4 + t_5;
    const float t_7 = __shfl_xor_sync(0xffffffffu, t_6, 2);
    const float t_8 = t_6 + t_7;
    const float t_9 = __shfl_xor_sync(0xffffffffu, t_8, 1);
    const float t_10 = t_8 + t_9;
    alignas(16) __shared__ float partial[8];
    if ((thread % 32) < 1) {
      partial[thread / 32] = t_10;
    }
    __syncthreads();
    const float t_11 = partial[0];
    const float t_12 = t_11 + partial[1];
    const float t_13 = t_12 + partial[2];
    const float t_14 = t_13 + partial[3];
    const float t_15 = t_14 + partial[4];
    const float t_16 = t_15 + partial[5];
    const float t_17 = t_16 + partial[6];
    const float t_18 = t_17 + partial[7];
    if (thread < 1) {
      v45[e_2] = t_18;
    }
  }
  // conv2.0.conv2d_filter_grad
  if (block >= 800) {
    const int e_3 = minimum(8 * block + (thread / 32) - 6400, 1151);
    const int n_2 = e_3 / 72;
    const int o_3 = (e_3 / 9) % 8;
    const int y_2 = (e_3 / 3) % 3;
    const int x_2 = e_3 % 3;
    float acc_3 = 0.0f;
    for (int k_3 = (thread % 32); k_3 < 12544; k_3 += 32) {
      const int n_2_2 = k_3 / 196;
      const int y_2_2 = (k_3 / 14) % 14;
      const int x_2_2 = k_3 % 14;
      if (y_2_2 + y_2 - 1 >= 0 && y_2_2 + y_2 - 1 < 14 && x_2_2 + x_2 - 1 >= 0 && x_2_2 + x_2 - 1 < 14) {
        acc_3 = __fmaf_rn(v4[1568 * n_2_2 + 196 * o_3 + 14 * y_2_2 + 14 * y_2 + x_2_2 + x_2 - 15], v43[3136 * n_2_2 + 196 * n_2 + 14 * y_2_2 + x_2_2], acc_3);
      }
    }
    const float t_19 = __shfl_xor_sync(0xffffffffu, acc_3, 16);
    const float t_2_3 = acc_3 + t_19;
    const float t_3_3 = __shfl_xor_sync(0xffffffffu, t_2_3, 8);
    const float t_4_2 = t_2_3 + t_3_3;
    const float t_5_2 = __shfl_xor_sync(0xffffffffu, t_4_2, 4);
    const float t_6_2 = t_4_2 + t_5_2;
    const float t_7_2 = __shfl_xor_sync(0xffffffffu, t_6_2, 2);
    const float t_8_2 = t_6_2 + t_7_2;
    const float t_9_2 = __shfl_xor_sync(0xffffffffu, t_8_2, 1);
    const float t_10_2 = t_8_2 + t_9_2;
    if ((thread % 32) < 1) {
      v46[72 * n_2 + 9 * o_3 + 3 * y_2 + x_2] = t_10_2;
    }
  }
}

// @conv1.2.max_pool2d_grad_and_2_more: 3 kernels in one launch; 1574 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv1_2_max_pool2d_grad_and_2_more(
    const unsigned char *__restrict__ v5,
    const float *__restrict__ v44,
    const float *__restrict__ v4,
    float *__restrict__ v48,
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ conv2_0_weight,
    const float *__restrict__ v46,
    float *__restrict__ conv2_0_weight_exp_avg,
    float *__restrict__ conv2_0_weight_exp_avg_sq,
    float *__restrict__ conv2_0_bias,
    const float *__restrict__ v45,
    float *__restrict__ conv2_0_bias_exp_avg,
    float *__restrict__ conv2_0_bias_exp_avg_sq,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  // conv1.2.max_pool2d_grad
  if (block < 1568) {
    const int e = 256 * block + thread;
    const int n = e / 6272;
    const int o = (e / 784) % 8;
    const int y = (e / 28) % 28;
    const int x = e % 28;
    const float t = v5[1568 * n + 196 * o + 14 * (y / 2) + (x / 2)] == 2 * (y % 2) + (x % 2) ? (v4[1568 * n + 196 * o + 14 * (y / 2) + (x / 2)] <= 0.0f ? 0.0f : v44[1568 * n + 196 * o + 14 * (y / 2) + (x / 2)]) : 0.0f;
    float acc = 0.0f;
    acc = acc + t;
    v48[6272 * n + 784 * o + 28 * y + x] = acc;
  }
  // conv2.0.weight.adam_update
  if (block >= 1568 && block < 1573) {
    if (256 * block + thread - 401408 < 1152) {
      const int e_2 = 256 * block + thread - 401408;
      const int t_2 = step[0];
      const float t_2_2 = v46[e_2];
      const float t_3 = __fmaf_rn(0.9f, conv2_0_weight_exp_avg[e_2], 0.1f * t_2_2);
      const float t_4 = __fmaf_rn(0.999f, conv2_0_weight_exp_avg_sq[e_2], 0.001f * (t_2_2 * t_2_2));
      const double t_10 = (double)t_2 * -0.10536051565782628;
      const double t_11 = maximum(-746.0, minimum(710.0, t_10));
      const double t_12 = __fma_rn(t_11, 1.4426950408889634, 6755399441055744.0);
      const double t_13 = t_12 - 6755399441055744.0;
      const double t_14 = -t_13;
      const double t_15 = __fma_rn(t_14, 1.9082149292705877e-10, __fma_rn(t_14, 0.6931471803691238, t_11));
      const double p = __fma_rn(t_15, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_2 = __fma_rn(p, t_15, 2.505210838544172e-08);
      const double p_3 = __fma_rn(p_2, t_15, 2.755731922398589e-07);
      const double p_4 = __fma_rn(p_3, t_15, 2.7557319223985893e-06);
      const double p_5 = __fma_rn(p_4, t_15, 2.48015873015873e-05);
      const double p_6 = __fma_rn(p_5, t_15, 0.0001984126984126984);
      const double p_7 = __fma_rn(p_6, t_15, 0.001388888888888889);
      const double p_8 = __fma_rn(p_7, t_15, 0.008333333333333333);
      const double p_9 = __fma_rn(p_8, t_15, 0.041666666666666664);
      const double p_10 = __fma_rn(p_9, t_15, 0.16666666666666666);
      const double p_11 = __fma_rn(p_10, t_15, 0.5);
      const double p_12 = __fma_rn(p_11, t_15, 1.0);
      const double p_13 = __fma_rn(p_12, t_15, 1.0);
      const long long t_16 = wrappingSubtract(__double_as_longlong(t_12), 4843621399236968448LL);
      const long long t_17 = wrappingSubtract(shiftRight(wrappingAdd(t_16, 4096LL), 1LL), 2048LL);
      const double t_18 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_17, 1023LL), 52LL));
      const double t_19 = (double)t_2 * -0.0010005003335835344;
      const double t_20 = maximum(-746.0, minimum(710.0, t_19));
      const double t_21 = __fma_rn(t_20, 1.4426950408889634, 6755399441055744.0);
      const double t_22 = t_21 - 6755399441055744.0;
      const double t_23 = -t_22;
      const double t_24 = __fma_rn(t_23, 1.9082149292705877e-10, __fma_rn(t_23, 0.6931471803691238, t_20));
      const double p_14 = __fma_rn(t_24, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_15 = __fma_rn(p_14, t_24, 2.505210838544172e-08);
      const double p_16 = __fma_rn(p_15, t_24, 2.755731922398589e-07);
      const double p_17 = __fma_rn(p_16, t_24, 2.7557319223985893e-06);
      const double p_18 = __fma_rn(p_17, t_24, 2.48015873015873e-05);
      const double p_19 = __fma_rn(p_18, t_24, 0.0001984126984126984);
      const double p_20 = __fma_rn(p_19, t_24, 0.001388888888888889);
      const double p_21 = __fma_rn(p_20, t_24, 0.008333333333333333);
      const double p_22 = __fma_rn(p_21, t_24, 0.041666666666666664);
      const double p_23 = __fma_rn(p_22, t_24, 0.16666666666666666);
      const double p_24 = __fma_rn(p_23, t_24, 0.5);
      const double p_25 = __fma_rn(p_24, t_24, 1.0);
      const double p_26 = __fma_rn(p_25, t_24, 1.0);
      const long long t_25 = wrappingSubtract(__double_as_longlong(t_21), 4843621399236968448LL);
      const long long t_26 = wrappingSubtract(shiftRight(wrappingAdd(t_25, 4096LL), 1LL), 2048LL);
      const double t_27 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_26, 1023LL), 52LL));
      const float t_5 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_18 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_16, t_17), 1023LL), 52LL)))), t_3 / __fmaf_rn(sqrtf(t_4), (float)(1.0 / sqrt(1.0 - t_27 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_25, t_26), 1023LL), 52LL)))), 1e-08f), conv2_0_weight[e_2]);
      const float t_6 = t_5;
      const float t_7 = t_3;
      const float t_8 = t_4;
      conv2_0_weight[e_2] = t_6;
      conv2_0_weight_exp_avg[e_2] = t_7;
      conv2_0_weight_exp_avg_sq[e_2] = t_8;
    }
  }
  // conv2.0.bias.adam_update
  if (block >= 1573) {
    if (thread < 16) {
      const int e_3 = thread;
      const int t_9 = step[0];
      const float t_2_3 = v45[e_3];
      const float t_3_2 = __fmaf_rn(0.9f, conv2_0_bias_exp_avg[e_3], 0.1f * t_2_3);
      const float t_4_2 = __fmaf_rn(0.999f, conv2_0_bias_exp_avg_sq[e_3], 0.001f * (t_2_3 * t_2_3));
      const double t_28 = (double)t_9 * -0.10536051565782628;
      const double t_29 = maximum(-746.0, minimum(710.0, t_28));
      const double t_30 = __fma_rn(t_29, 1.4426950408889634, 6755399441055744.0);
      const double t_31 = t_30 - 6755399441055744.0;
      const double t_32 = -t_31;
      const double t_33 = __fma_rn(t_32, 1.9082149292705877e-10, __fma_rn(t_32, 0.6931471803691238, t_29));
      const double p_27 = __fma_rn(t_33, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_28 = __fma_rn(p_27, t_33, 2.505210838544172e-08);
      const double p_29 = __fma_rn(p_28, t_33, 2.755731922398589e-07);
      const double p_30 = __fma_rn(p_29, t_33, 2.7557319223985893e-06);
      const double p_31 = __fma_rn(p_30, t_33, 2.48015873015873e-05);
      const double p_32 = __fma_rn(p_31, t_33, 0.0001984126984126984);
      const double p_33 = __fma_rn(p_32, t_33, 0.001388888888888889);
      const double p_34 = __fma_rn(p_33, t_33, 0.008333333333333333);
      const double p_35 = __fma_rn(p_34, t_33, 0.041666666666666664);
      const double p_36 = __fma_rn(p_35, t_33, 0.16666666666666666);
      const double p_37 = __fma_rn(p_36, t_33, 0.5);
      const double p_38 = __fma_rn(p_37, t_33, 1.0);
      const double p_39 = __fma_rn(p_38, t_33, 1.0);
      const long long t_34 = wrappingSubtract(__double_as_longlong(t_30), 4843621399236968448LL);
      const long long t_35 = wrappingSubtract(shiftRight(wrappingAdd(t_34, 4096LL), 1LL), 2048LL);
      const double t_36 = p_39 * __longlong_as_double(shiftLeft(wrappingAdd(t_35, 1023LL), 52LL));
      const double t_37 = (double)t_9 * -0.0010005003335835344;
      const double t_38 = maximum(-746.0, minimum(710.0, t_37));
      const double t_39 = __fma_rn(t_38, 1.4426950408889634, 6755399441055744.0);
      const double t_40 = t_39 - 6755399441055744.0;
      const double t_41 = -t_40;
      const double t_42 = __fma_rn(t_41, 1.9082149292705877e-10, __fma_rn(t_41, 0.6931471803691238, t_38));
      const double p_40 = __fma_rn(t_42, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_41 = __fma_rn(p_40, t_42, 2.505210838544172e-08);
      const double p_42 = __fma_rn(p_41, t_42, 2.755731922398589e-07);
      const double p_43 = __fma_rn(p_42, t_42, 2.7557319223985893e-06);
      const double p_44 = __fma_rn(p_43, t_42, 2.48015873015873e-05);
      const double p_45 = __fma_rn(p_44, t_42, 0.0001984126984126984);
      const double p_46 = __fma_rn(p_45, t_42, 0.001388888888888889);
      const double p_47 = __fma_rn(p_46, t_42, 0.008333333333333333);
      const double p_48 = __fma_rn(p_47, t_42, 0.041666666666666664);
      const double p_49 = __fma_rn(p_48, t_42, 0.16666666666666666);
      const double p_50 = __fma_rn(p_49, t_42, 0.5);
      const double p_51 = __fma_rn(p_50, t_42, 1.0);
      const double p_52 = __fma_rn(p_51, t_42, 1.0);
      const long long t_43 = wrappingSubtract(__double_as_longlong(t_39), 4843621399236968448LL);
      const long long t_44 = wrappingSubtract(shiftRight(wrappingAdd(t_43, 4096LL), 1LL), 2048LL);
      const double t_45 = p_52 * __longlong_as_double(shiftLeft(wrappingAdd(t_44, 1023LL), 52LL));
      const float t_5_2 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_36 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_34, t_35), 1023LL), 52LL)))), t_3_2 / __fmaf_rn(sqrtf(t_4_2), (float)(1.0 / sqrt(1.0 - t_45 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_43, t_44), 1023LL), 52LL)))), 1e-08f), conv2_0_bias[e_3]);
      const float t_6_2 = t_5_2;
      const float t_7_2 = t_3_2;
      const float t_8_2 = t_4_2;
      conv2_0_bias[e_3] = t_6_2;
      conv2_0_bias_exp_avg[e_3] = t_7_2;
      conv2_0_bias_exp_avg_sq[e_3] = t_8_2;
    }
  }
}

// @conv1.0.reduce_sum_and_1_more: 2 kernels in one launch; 80 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv1_0_reduce_sum_and_1_more(
    const float *__restrict__ v48,
    float *__restrict__ v49,
    const unsigned char *__restrict__ images,
    float *__restrict__ v50,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  // conv1.0.reduce_sum
  if (block < 8) {
    const int e = block;
    float acc = 0.0f;
    for (int k = thread; k < 50176; k += 256) {
      const int r = k / 784;
      const int r_2 = (k / 28) % 28;
      const int r_3 = k % 28;
      acc = acc + v48[6272 * r + 784 * e + 28 * r_2 + r_3];
    }
    const float t = __shfl_xor_sync(0xffffffffu, acc, 16);
    const float t_2 = acc + t;
    const float t_3 = __shfl_xor_sync(0xffffffffu, t_2, 8);
    const float t_4 = t_2 + t_3;
    const float t_5 = __shfl_xor_sync(0xffffffffu, t_4, 4);
    const float t_6 = t_4 + t_5;
    const float t_7 = __shfl_xor_sync(0xffffffffu, t_6, 2);
    const float t_8 = t_6 + t_7;
    const float t_9 = __shfl_xor_sync(0xffffffffu, t_8, 1);
    const float t_10 = t_8 + t_9;
    alignas(16) __shared__ float partial[8];
    if ((thread % 32) < 1) {
      partial[thread / 32] = t_10;
    }
    __syncthreads();
    const float t_11 = partial[0];
    const float t_12 = t_11 + partial[1];
    const float t_13 = t_12 + partial[2];
    const float t_14 = t_13 + partial[3];
    const float t_15 = t_14 + partial[4];
    const float t_16 = t_15 + partial[5];
    const float t_17 = t_16 + partial[6];
    const float t_18 = t_17 + partial[7];
    if (thread < 1) {
      v49[e] = t_18;
    }
  }
  // conv1.0.conv2d_filter_grad
  if (block >= 8) {
    const int e_2 = block - 8;
    const int n = e_2 / 9;
    const int y = (e_2 / 3) % 3;
    const int x = e_2 % 3;
    float acc_2 = 0.0f;
    for (int k_2 = thread; k_2 < 50176; k_2 += 256) {
      const int n_2 = k_2 / 784;
      const int y_2 = (k_2 / 28) % 28;
      const int x_2 = k_2 % 28;
      if (y_2 + y - 1 >= 0 && y_2 + y - 1 < 28 && x_2 + x - 1 >= 0 && x_2 + x - 1 < 28) {
        acc_2 = __fmaf_rn((float)images[784 * n_2 + 28 * y_2 + 28 * y + x_2 + x - 29] / 255.0f, v48[6272 * n_2 + 784 * n + 28 * y_2 + x_2], acc_2);
      }
    }
    const float t_19 = __shfl_xor_sync(0xffffffffu, acc_2, 16);
    const float t_2_2 = acc_2 + t_19;
    const float t_3_2 = __shfl_xor_sync(0xffffffffu, t_2_2, 8);
    const float t_4_2 = t_2_2 + t_3_2;
    const float t_5_2 = __shfl_xor_sync(0xffffffffu, t_4_2, 4);
    const float t_6_2 = t_4_2 + t_5_2;
    const float t_7_2 = __shfl_xor_sync(0xffffffffu, t_6_2, 2);
    const float t_8_2 = t_6_2 + t_7_2;
    const float t_9_2 = __shfl_xor_sync(0xffffffffu, t_8_2, 1);
    const float t_10_2 = t_8_2 + t_9_2;
    alignas(16) __shared__ float partial_2[8];
    if ((thread % 32) < 1) {
      partial_2[thread / 32] = t_10_2;
    }
    __syncthreads();
    const float t_11_2 = partial_2[0];
    const float t_12_2 = t_11_2 + partial_2[1];
    const float t_13_2 = t_12_2 + partial_2[2];
    const float t_14_2 = t_13_2 + partial_2[3];
    const float t_15_2 = t_14_2 + partial_2[4];
    const float t_16_2 = t_15_2 + partial_2[5];
    const float t_17_2 = t_16_2 + partial_2[6];
    const float t_18_2 = t_17_2 + partial_2[7];
    if (thread < 1) {
      v50[9 * n + 3 * y + x] = t_18_2;
    }
  }
}

// @conv1.0.weight.adam_update_and_1_more: 2 kernels in one launch; 2 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv1_0_weight_adam_update_and_1_more(
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ conv1_0_weight,
    const float *__restrict__ v50,
    float *__restrict__ conv1_0_weight_exp_avg,
    float *__restrict__ conv1_0_weight_exp_avg_sq,
    float *__restrict__ conv1_0_bias,
    const float *__restrict__ v49,
    float *__restrict__ conv1_0_bias_exp_avg,
    float *__restrict__ conv1_0_bias_exp_avg_sq,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  // conv1.0.weight.adam_update
  if (block < 1) {
    if (thread < 72) {
      const int e = thread;
      const int t = step[0];
      const float t_2 = v50[e];
      const float t_3 = __fmaf_rn(0.9f, conv1_0_weight_exp_avg[e], 0.1f * t_2);
      const float t_4 = __fmaf_rn(0.999f, conv1_0_weight_exp_avg_sq[e], 0.001f * (t_2 * t_2));
      const double t_10 = (double)t * -0.10536051565782628;
      const double t_11 = maximum(-746.0, minimum(710.0, t_10));
      const double t_12 = __fma_rn(t_11, 1.4426950408889634, 6755399441055744.0);
      const double t_13 = t_12 - 6755399441055744.0;
      const double t_14 = -t_13;
      const double t_15 = __fma_rn(t_14, 1.9082149292705877e-10, __fma_rn(t_14, 0.6931471803691238, t_11));
      const double p = __fma_rn(t_15, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_2 = __fma_rn(p, t_15, 2.505210838544172e-08);
      const double p_3 = __fma_rn(p_2, t_15, 2.755731922398589e-07);
      const double p_4 = __fma_rn(p_3, t_15, 2.7557319223985893e-06);
      const double p_5 = __fma_rn(p_4, t_15, 2.48015873015873e-05);
      const double p_6 = __fma_rn(p_5, t_15, 0.0001984126984126984);
      const double p_7 = __fma_rn(p_6, t_15, 0.001388888888888889);
      const double p_8 = __fma_rn(p_7, t_15, 0.008333333333333333);
      const double p_9 = __fma_rn(p_8, t_15, 0.041666666666666664);
      const double p_10 = __fma_rn(p_9, t_15, 0.16666666666666666);
      const double p_11 = __fma_rn(p_10, t_15, 0.5);
      const double p_12 = __fma_rn(p_11, t_15, 1.0);
      const double p_13 = __fma_rn(p_12, t_15, 1.0);
      const long long t_16 = wrappingSubtract(__double_as_longlong(t_12), 4843621399236968448LL);
      const long long t_17 = wrappingSubtract(shiftRight(wrappingAdd(t_16, 4096LL), 1LL), 2048LL);
      const double t_18 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_17, 1023LL), 52LL));
      const double t_19 = (double)t * -0.0010005003335835344;
      const double t_20 = maximum(-746.0, minimum(710.0, t_19));
      const double t_21 = __fma_rn(t_20, 1.4426950408889634, 6755399441055744.0);
      const double t_22 = t_21 - 6755399441055744.0;
      const double t_23 = -t_22;
      const double t_24 = __fma_rn(t_23, 1.9082149292705877e-10, __fma_rn(t_23, 0.6931471803691238, t_20));
      const double p_14 = __fma_rn(t_24, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_15 = __fma_rn(p_14, t_24, 2.505210838544172e-08);
      const double p_16 = __fma_rn(p_15, t_24, 2.755731922398589e-07);
      const double p_17 = __fma_rn(p_16, t_24, 2.7557319223985893e-06);
      const double p_18 = __fma_rn(p_17, t_24, 2.48015873015873e-05);
      const double p_19 = __fma_rn(p_18, t_24, 0.0001984126984126984);
      const double p_20 = __fma_rn(p_19, t_24, 0.001388888888888889);
      const double p_21 = __fma_rn(p_20, t_24, 0.008333333333333333);
      const double p_22 = __fma_rn(p_21, t_24, 0.041666666666666664);
      const double p_23 = __fma_rn(p_22, t_24, 0.16666666666666666);
      const double p_24 = __fma_rn(p_23, t_24, 0.5);
      const double p_25 = __fma_rn(p_24, t_24, 1.0);
      const double p_26 = __fma_rn(p_25, t_24, 1.0);
      const long long t_25 = wrappingSubtract(__double_as_longlong(t_21), 4843621399236968448LL);
      const long long t_26 = wrappingSubtract(shiftRight(wrappingAdd(t_25, 4096LL), 1LL), 2048LL);
      const double t_27 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_26, 1023LL), 52LL));
      const float t_5 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_18 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_16, t_17), 1023LL), 52LL)))), t_3 / __fmaf_rn(sqrtf(t_4), (float)(1.0 / sqrt(1.0 - t_27 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_25, t_26), 1023LL), 52LL)))), 1e-08f), conv1_0_weight[e]);
      const float t_6 = t_5;
      const float t_7 = t_3;
      const float t_8 = t_4;
      conv1_0_weight[e] = t_6;
      conv1_0_weight_exp_avg[e] = t_7;
      conv1_0_weight_exp_avg_sq[e] = t_8;
    }
  }
  // conv1.0.bias.adam_update
  if (block >= 1) {
    if (thread < 8) {
      const int e_2 = thread;
      const int t_9 = step[0];
      const float t_2_2 = v49[e_2];
      const float t_3_2 = __fmaf_rn(0.9f, conv1_0_bias_exp_avg[e_2], 0.1f * t_2_2);
      const float t_4_2 = __fmaf_rn(0.999f, conv1_0_bias_exp_avg_sq[e_2], 0.001f * (t_2_2 * t_2_2));
      const double t_28 = (double)t_9 * -0.10536051565782628;
      const double t_29 = maximum(-746.0, minimum(710.0, t_28));
      const double t_30 = __fma_rn(t_29, 1.4426950408889634, 6755399441055744.0);
      const double t_31 = t_30 - 6755399441055744.0;
      const double t_32 = -t_31;
      const double t_33 = __fma_rn(t_32, 1.9082149292705877e-10, __fma_rn(t_32, 0.6931471803691238, t_29));
      const double p_27 = __fma_rn(t_33, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_28 = __fma_rn(p_27, t_33, 2.505210838544172e-08);
      const double p_29 = __fma_rn(p_28, t_33, 2.755731922398589e-07);
      const double p_30 = __fma_rn(p_29, t_33, 2.7557319223985893e-06);
      const double p_31 = __fma_rn(p_30, t_33, 2.48015873015873e-05);
      const double p_32 = __fma_rn(p_31, t_33, 0.0001984126984126984);
      const double p_33 = __fma_rn(p_32, t_33, 0.001388888888888889);
      const double p_34 = __fma_rn(p_33, t_33, 0.008333333333333333);
      const double p_35 = __fma_rn(p_34, t_33, 0.041666666666666664);
      const double p_36 = __fma_rn(p_35, t_33, 0.16666666666666666);
      const double p_37 = __fma_rn(p_36, t_33, 0.5);
      const double p_38 = __fma_rn(p_37, t_33, 1.0);
      const double p_39 = __fma_rn(p_38, t_33, 1.0);
      const long long t_34 = wrappingSubtract(__double_as_longlong(t_30), 4843621399236968448LL);
      const long long t_35 = wrappingSubtract(shiftRight(wrappingAdd(t_34, 4096LL), 1LL), 2048LL);
      const double t_36 = p_39 * __longlong_as_double(shiftLeft(wrappingAdd(t_35, 1023LL), 52LL));
      const double t_37 = (double)t_9 * -0.0010005003335835344;
      const double t_38 = maximum(-746.0, minimum(710.0, t_37));
      const double t_39 = __fma_rn(t_38, 1.4426950408889634, 6755399441055744.0);
      const double t_40 = t_39 - 6755399441055744.0;
      const double t_41 = -t_40;
      const double t_42 = __fma_rn(t_41, 1.9082149292705877e-10, __fma_rn(t_41, 0.6931471803691238, t_38));
      const double p_40 = __fma_rn(t_42, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_41 = __fma_rn(p_40, t_42, 2.505210838544172e-08);
      const double p_42 = __fma_rn(p_41, t_42, 2.755731922398589e-07);
      const double p_43 = __fma_rn(p_42, t_42, 2.7557319223985893e-06);
      const double p_44 = __fma_rn(p_43, t_42, 2.48015873015873e-05);
      const double p_45 = __fma_rn(p_44, t_42, 0.0001984126984126984);
      const double p_46 = __fma_rn(p_45, t_42, 0.001388888888888889);
      const double p_47 = __fma_rn(p_46, t_42, 0.008333333333333333);
      const double p_48 = __fma_rn(p_47, t_42, 0.041666666666666664);
      const double p_49 = __fma_rn(p_48, t_42, 0.16666666666666666);
      const double p_50 = __fma_rn(p_49, t_42, 0.5);
      const double p_51 = __fma_rn(p_50, t_42, 1.0);
      const double p_52 = __fma_rn(p_51, t_42, 1.0);
      const long long t_43 = wrappingSubtract(__double_as_longlong(t_39), 4843621399236968448LL);
      const long long t_44 = wrappingSubtract(shiftRight(wrappingAdd(t_43, 4096LL), 1LL), 2048LL);
      const double t_45 = p_52 * __longlong_as_double(shiftLeft(wrappingAdd(t_44, 1023LL), 52LL));
      const float t_5_2 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_36 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_34, t_35), 1023LL), 52LL)))), t_3_2 / __fmaf_rn(sqrtf(t_4_2), (float)(1.0 / sqrt(1.0 - t_45 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_43, t_44), 1023LL), 52LL)))), 1e-08f), conv1_0_bias[e_2]);
      const float t_6_2 = t_5_2;
      const float t_7_2 = t_3_2;
      const float t_8_2 = t_4_2;
      conv1_0_bias[e_2] = t_6_2;
      conv1_0_bias_exp_avg[e_2] = t_7_2;
      conv1_0_bias_exp_avg_sq[e_2] = t_8_2;
    }
  }
}
