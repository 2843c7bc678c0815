// nvcc --fmad=false --ftz=true --prec-div=true --prec-sqrt=true
static __device__ int floorRemainder(int a, int b) { int r = a % b; return r < 0 ? r + b : r; }
static __device__ int floorDivide(int a, int b) { return (a - floorRemainder(a, b)) / b; }
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

// @conv1.0.conv2d_add_max_pool2d_relu_and_1_more: 2 kernels in one launch: tiles of 4 o x 4 y x 14 x x 2 ky x 2 kx in a block, 2 ky x 2 kx a thread, 1 c x 3 ky_2 x 3 kx_2 staged at a time; 513 blocks of 256 threads
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
  alignas(16) __shared__ float a[360];
  alignas(16) __shared__ float b[36];
  // conv1.0.conv2d_add_max_pool2d_relu
  if (block < 512) {
    const int tile = block;
    const int n_block = tile / 8;
    const int o_block = (tile / 4) % 2;
    const int y_block = tile % 4;
    const int worker = minimum(thread, 223);
    const int o_thread = worker / 56;
    const int y_thread = (worker / 14) % 4;
    const int x_thread = worker % 14;
    float acc_0_0_0_0_0_0 = 0.0f;
    float acc_0_0_0_0_0_1 = 0.0f;
    float acc_0_0_0_0_1_0 = 0.0f;
    float acc_0_0_0_0_1_1 = 0.0f;
    for (int s = thread; s < 300; s += 256) {
      const int ky_2_2 = s / 30;
      const int kx_2_2 = s % 30;
      float g = 0.0f;
      if (8 * y_block + ky_2_2 - 1 >= 0 && 8 * y_block + ky_2_2 - 1 < 28 && kx_2_2 - 1 >= 0 && kx_2_2 - 1 < 28) {
        g = (float)(int)images[784 * n_block + 224 * y_block + 28 * ky_2_2 + kx_2_2 - 29] / 255.0f;
      }
      a[36 * ky_2_2 + kx_2_2] = g;
    }
    for (int s_2 = thread; s_2 < 36; s_2 += 256) {
      const int o = s_2 / 9;
      const int ky_2_3 = (s_2 / 3) % 3;
      const int kx_2_3 = s_2 % 3;
      b[o + 12 * ky_2_3 + 4 * kx_2_3] = conv1_0_weight[36 * o_block + 9 * o + 3 * ky_2_3 + kx_2_3];
    }
    __syncthreads();
    const float a_2 = a[72 * y_thread + 2 * x_thread];
    const float b_2 = b[o_thread];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_2, b_2, acc_0_0_0_0_0_0);
    const float a_3 = a[72 * y_thread + 2 * x_thread + 1];
    acc_0_0_0_0_0_1 = __fmaf_rn(a_3, b_2, acc_0_0_0_0_0_1);
    const float a_4 = a[72 * y_thread + 2 * x_thread + 36];
    acc_0_0_0_0_1_0 = __fmaf_rn(a_4, b_2, acc_0_0_0_0_1_0);
    const float a_5 = a[72 * y_thread + 2 * x_thread + 37];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_5, b_2, acc_0_0_0_0_1_1);
    const float b_3 = b[o_thread + 4];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_3, b_3, acc_0_0_0_0_0_0);
    const float a_6 = a[72 * y_thread + 2 * x_thread + 2];
    acc_0_0_0_0_0_1 = __fmaf_rn(a_6, b_3, acc_0_0_0_0_0_1);
    acc_0_0_0_0_1_0 = __fmaf_rn(a_5, b_3, acc_0_0_0_0_1_0);
    const float a_7 = a[72 * y_thread + 2 * x_thread + 38];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_7, b_3, acc_0_0_0_0_1_1);
    const float b_4 = b[o_thread + 8];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_6, b_4, acc_0_0_0_0_0_0);
    const float a_8 = a[72 * y_thread + 2 * x_thread + 3];
    acc_0_0_0_0_0_1 = __fmaf_rn(a_8, b_4, acc_0_0_0_0_0_1);
    acc_0_0_0_0_1_0 = __fmaf_rn(a_7, b_4, acc_0_0_0_0_1_0);
    const float a_9 = a[72 * y_thread + 2 * x_thread + 39];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_9, b_4, acc_0_0_0_0_1_1);
    const float b_5 = b[o_thread + 12];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_4, b_5, acc_0_0_0_0_0_0);
    acc_0_0_0_0_0_1 = __fmaf_rn(a_5, b_5, acc_0_0_0_0_0_1);
    const float a_10 = a[72 * y_thread + 2 * x_thread + 72];
    acc_0_0_0_0_1_0 = __fmaf_rn(a_10, b_5, acc_0_0_0_0_1_0);
    const float a_11 = a[72 * y_thread + 2 * x_thread + 73];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_11, b_5, acc_0_0_0_0_1_1);
    const float b_6 = b[o_thread + 16];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_5, b_6, acc_0_0_0_0_0_0);
    acc_0_0_0_0_0_1 = __fmaf_rn(a_7, b_6, acc_0_0_0_0_0_1);
    acc_0_0_0_0_1_0 = __fmaf_rn(a_11, b_6, acc_0_0_0_0_1_0);
    const float a_12 = a[72 * y_thread + 2 * x_thread + 74];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_12, b_6, acc_0_0_0_0_1_1);
    const float b_7 = b[o_thread + 20];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_7, b_7, acc_0_0_0_0_0_0);
    acc_0_0_0_0_0_1 = __fmaf_rn(a_9, b_7, acc_0_0_0_0_0_1);
    acc_0_0_0_0_1_0 = __fmaf_rn(a_12, b_7, acc_0_0_0_0_1_0);
    const float a_13 = a[72 * y_thread + 2 * x_thread + 75];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_13, b_7, acc_0_0_0_0_1_1);
    const float b_8 = b[o_thread + 24];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_10, b_8, acc_0_0_0_0_0_0);
    acc_0_0_0_0_0_1 = __fmaf_rn(a_11, b_8, acc_0_0_0_0_0_1);
    const float a_14 = a[72 * y_thread + 2 * x_thread + 108];
    acc_0_0_0_0_1_0 = __fmaf_rn(a_14, b_8, acc_0_0_0_0_1_0);
    const float a_15 = a[72 * y_thread + 2 * x_thread + 109];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_15, b_8, acc_0_0_0_0_1_1);
    const float b_9 = b[o_thread + 28];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_11, b_9, acc_0_0_0_0_0_0);
    acc_0_0_0_0_0_1 = __fmaf_rn(a_12, b_9, acc_0_0_0_0_0_1);
    acc_0_0_0_0_1_0 = __fmaf_rn(a_15, b_9, acc_0_0_0_0_1_0);
    const float a_16 = a[72 * y_thread + 2 * x_thread + 110];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_16, b_9, acc_0_0_0_0_1_1);
    const float b_10 = b[o_thread + 32];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_12, b_10, acc_0_0_0_0_0_0);
    acc_0_0_0_0_0_1 = __fmaf_rn(a_13, b_10, acc_0_0_0_0_0_1);
    acc_0_0_0_0_1_0 = __fmaf_rn(a_16, b_10, acc_0_0_0_0_1_0);
    const float a_17 = a[72 * y_thread + 2 * x_thread + 111];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_17, b_10, acc_0_0_0_0_1_1);
    if (thread < 224) {
      const float total = acc_0_0_0_0_0_0 + acc_0_0_0_0_0_1 + acc_0_0_0_0_1_0 + acc_0_0_0_0_1_1;
      if (total != total) {
        const int o_2 = 4 * o_block + o_thread;
        if (4 * y_block + y_thread < 14) {
          const int y = 4 * y_block + y_thread;
          const int x = x_thread;
          const float t = conv1_0_bias[o_2];
          float acc_2 = __int_as_float(0xff800000);
          int acc_3 = -1;
          for (int ky_3 = 0; ky_3 < 2; ++ky_3) {
            for (int kx_3 = 0; kx_3 < 2; ++kx_3) {
              float acc_4 = 0.0f;
              for (int ky_4 = 0; ky_4 < 3; ++ky_4) {
                for (int kx_4 = 0; kx_4 < 3; ++kx_4) {
                  const float t_2 = conv1_0_weight[9 * o_2 + 3 * ky_4 + kx_4];
                  if (2 * y + ky_3 + ky_4 - 1 >= 0 && 2 * y + ky_3 + ky_4 - 1 < 28 && 2 * x + kx_3 + kx_4 - 1 >= 0 && 2 * x + kx_3 + kx_4 - 1 < 28) {
                    acc_4 = __fmaf_rn((float)(int)images[784 * n_block + 56 * y + 28 * ky_3 + 28 * ky_4 + 2 * x + kx_3 + kx_4 - 29] / 255.0f, t_2, acc_4);
                  }
                }
              }
              const float t_3 = acc_4 + t;
              const bool t_4 = t_3 != t_3;
              const bool t_5 = t_3 > acc_2 || t_4 || acc_3 < 0;
              const float t_6 = t_5 ? t_3 : acc_2;
              const int t_7 = t_5 ? 2 * ky_3 + kx_3 : acc_3;
              acc_2 = t_6;
              acc_3 = t_7;
            }
          }
          const float t_8 = maximum(0.0f, acc_2);
          const int t_9 = acc_3;
          v4[1568 * n_block + 196 * o_2 + 14 * y + x] = t_8;
          v5[1568 * n_block + 196 * o_2 + 14 * y + x] = (unsigned char)(t_9);
        }
      } else {
        const int o_3 = 4 * o_block + o_thread;
        if (4 * y_block + y_thread < 14) {
          const int y_2 = 4 * y_block + y_thread;
          const int x_2 = x_thread;
          const float t_10 = conv1_0_bias[o_3];
          float acc_5 = __int_as_float(0xff800000);
          int acc_6 = -1;
          const float t_11 = acc_0_0_0_0_0_0 + t_10;
          const bool t_12 = t_11 != t_11;
          const bool t_13 = t_11 > acc_5 || t_12 || acc_6 < 0;
          const float t_14 = t_13 ? t_11 : acc_5;
          const int t_15 = t_13 ? 0 : acc_6;
          acc_5 = t_14;
          acc_6 = t_15;
          const float t_11_2 = acc_0_0_0_0_0_1 + t_10;
          const bool t_12_2 = t_11_2 != t_11_2;
          const bool t_13_2 = t_11_2 > acc_5 || t_12_2 || acc_6 < 0;
          const float t_14_2 = t_13_2 ? t_11_2 : acc_5;
          const int t_15_2 = t_13_2 ? 1 : acc_6;
          acc_5 = t_14_2;
          acc_6 = t_15_2;
          const float t_11_3 = acc_0_0_0_0_1_0 + t_10;
          const bool t_12_3 = t_11_3 != t_11_3;
          const bool t_13_3 = t_11_3 > acc_5 || t_12_3 || acc_6 < 0;
          const float t_14_3 = t_13_3 ? t_11_3 : acc_5;
          const int t_15_3 = t_13_3 ? 2 : acc_6;
          acc_5 = t_14_3;
          acc_6 = t_15_3;
          const float t_11_4 = acc_0_0_0_0_1_1 + t_10;
          const bool t_12_4 = t_11_4 != t_11_4;
          const bool t_13_4 = t_11_4 > acc_5 || t_12_4 || acc_6 < 0;
          const float t_14_4 = t_13_4 ? t_11_4 : acc_5;
          const int t_15_4 = t_13_4 ? 3 : acc_6;
          acc_5 = t_14_4;
          acc_6 = t_15_4;
          const float t_16 = maximum(0.0f, acc_5);
          const int t_17 = acc_6;
          v4[1568 * n_block + 196 * o_3 + 14 * y_2 + x_2] = t_16;
          v5[1568 * n_block + 196 * o_3 + 14 * y_2 + x_2] = (unsigned char)(t_17);
        }
      }
    }
  }
  // adam.add
  if (block >= 512) {
    if (thread < 1) {
      const int t_18 = wrappingAdd(step[0], 1);
      step[0] = t_18;
    }
  }
}

// @conv2.0.conv2d_add_max_pool2d_relu: tiles of 8 o x 4 y x 7 x x 2 ky x 2 kx in a block, 2 o x 2 ky x 2 kx a thread, 8 c x 3 ky_2 x 3 kx_2 staged at a time, 2 threads share a sum; 256 blocks of 256 threads
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
  alignas(16) __shared__ float a[1600];
  alignas(16) __shared__ float b[864];
  alignas(16) __shared__ float partial[1792];
  const int tile = block;
  const int n_block = tile / 4;
  const int o_block = (tile / 2) % 2;
  const int y_block = tile % 2;
  const int worker = minimum(thread, 223);
  const int group = worker / 112;
  const int o_thread = (worker / 28) % 4;
  const int y_thread = (worker / 7) % 4;
  const int x_thread = worker % 7;
  float acc_0_0_0_0_0_0 = 0.0f;
  float acc_0_0_0_0_0_1 = 0.0f;
  float acc_0_0_0_0_1_0 = 0.0f;
  float acc_0_0_0_0_1_1 = 0.0f;
  float acc_0_1_0_0_0_0 = 0.0f;
  float acc_0_1_0_0_0_1 = 0.0f;
  float acc_0_1_0_0_1_0 = 0.0f;
  float acc_0_1_0_0_1_1 = 0.0f;
  for (int s = thread; s < 1280; s += 256) {
    const int c_2 = s / 160;
    const int ky_2_2 = (s / 16) % 10;
    const int kx_2_2 = s % 16;
    a[200 * c_2 + 20 * ky_2_2 + kx_2_2] = 8 * y_block + ky_2_2 - 1 >= 0 && 8 * y_block + ky_2_2 - 1 < 14 && kx_2_2 - 1 >= 0 && kx_2_2 - 1 < 14 ? v4[1568 * n_block + 196 * c_2 + 112 * y_block + 14 * ky_2_2 + kx_2_2 - 15] : 0.0f;
  }
  for (int s_2 = thread; s_2 < 576; s_2 += 256) {
    const int o = s_2 / 72;
    const int c_3 = (s_2 / 9) % 8;
    const int ky_2_3 = (s_2 / 3) % 3;
    const int kx_2_3 = s_2 % 3;
    b[o + 108 * c_3 + 36 * ky_2_3 + 12 * kx_2_3] = conv2_0_weight[576 * o_block + 72 * o + 9 * c_3 + 3 * ky_2_3 + kx_2_3];
  }
  __syncthreads();
  for (int c_chunk = group; c_chunk < 8; c_chunk += 2) {
    const float a_2 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread];
    const float b_2 = b[2 * o_thread + 108 * c_chunk];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_2, b_2, acc_0_0_0_0_0_0);
    const float a_3 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 1];
    acc_0_0_0_0_0_1 = __fmaf_rn(a_3, b_2, acc_0_0_0_0_0_1);
    const float a_4 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 20];
    acc_0_0_0_0_1_0 = __fmaf_rn(a_4, b_2, acc_0_0_0_0_1_0);
    const float a_5 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 21];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_5, b_2, acc_0_0_0_0_1_1);
    const float b_3 = b[2 * o_thread + 108 * c_chunk + 1];
    acc_0_1_0_0_0_0 = __fmaf_rn(a_2, b_3, acc_0_1_0_0_0_0);
    acc_0_1_0_0_0_1 = __fmaf_rn(a_3, b_3, acc_0_1_0_0_0_1);
    acc_0_1_0_0_1_0 = __fmaf_rn(a_4, b_3, acc_0_1_0_0_1_0);
    acc_0_1_0_0_1_1 = __fmaf_rn(a_5, b_3, acc_0_1_0_0_1_1);
    const float b_4 = b[2 * o_thread + 108 * c_chunk + 12];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_3, b_4, acc_0_0_0_0_0_0);
    const float a_6 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 2];
    acc_0_0_0_0_0_1 = __fmaf_rn(a_6, b_4, acc_0_0_0_0_0_1);
    acc_0_0_0_0_1_0 = __fmaf_rn(a_5, b_4, acc_0_0_0_0_1_0);
    const float a_7 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 22];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_7, b_4, acc_0_0_0_0_1_1);
    const float b_5 = b[2 * o_thread + 108 * c_chunk + 13];
    acc_0_1_0_0_0_0 = __fmaf_rn(a_3, b_5, acc_0_1_0_0_0_0);
    acc_0_1_0_0_0_1 = __fmaf_rn(a_6, b_5, acc_0_1_0_0_0_1);
    acc_0_1_0_0_1_0 = __fmaf_rn(a_5, b_5, acc_0_1_0_0_1_0);
    acc_0_1_0_0_1_1 = __fmaf_rn(a_7, b_5, acc_0_1_0_0_1_1);
    const float b_6 = b[2 * o_thread + 108 * c_chunk + 24];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_6, b_6, acc_0_0_0_0_0_0);
    const float a_8 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 3];
    acc_0_0_0_0_0_1 = __fmaf_rn(a_8, b_6, acc_0_0_0_0_0_1);
    acc_0_0_0_0_1_0 = __fmaf_rn(a_7, b_6, acc_0_0_0_0_1_0);
    const float a_9 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 23];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_9, b_6, acc_0_0_0_0_1_1);
    const float b_7 = b[2 * o_thread + 108 * c_chunk + 25];
    acc_0_1_0_0_0_0 = __fmaf_rn(a_6, b_7, acc_0_1_0_0_0_0);
    acc_0_1_0_0_0_1 = __fmaf_rn(a_8, b_7, acc_0_1_0_0_0_1);
    acc_0_1_0_0_1_0 = __fmaf_rn(a_7, b_7, acc_0_1_0_0_1_0);
    acc_0_1_0_0_1_1 = __fmaf_rn(a_9, b_7, acc_0_1_0_0_1_1);
    const float b_8 = b[2 * o_thread + 108 * c_chunk + 36];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_4, b_8, acc_0_0_0_0_0_0);
    acc_0_0_0_0_0_1 = __fmaf_rn(a_5, b_8, acc_0_0_0_0_0_1);
    const float a_10 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 40];
    acc_0_0_0_0_1_0 = __fmaf_rn(a_10, b_8, acc_0_0_0_0_1_0);
    const float a_11 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 41];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_11, b_8, acc_0_0_0_0_1_1);
    const float b_9 = b[2 * o_thread + 108 * c_chunk + 37];
    acc_0_1_0_0_0_0 = __fmaf_rn(a_4, b_9, acc_0_1_0_0_0_0);
    acc_0_1_0_0_0_1 = __fmaf_rn(a_5, b_9, acc_0_1_0_0_0_1);
    acc_0_1_0_0_1_0 = __fmaf_rn(a_10, b_9, acc_0_1_0_0_1_0);
    acc_0_1_0_0_1_1 = __fmaf_rn(a_11, b_9, acc_0_1_0_0_1_1);
    const float b_10 = b[2 * o_thread + 108 * c_chunk + 48];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_5, b_10, acc_0_0_0_0_0_0);
    acc_0_0_0_0_0_1 = __fmaf_rn(a_7, b_10, acc_0_0_0_0_0_1);
    acc_0_0_0_0_1_0 = __fmaf_rn(a_11, b_10, acc_0_0_0_0_1_0);
    const float a_12 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 42];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_12, b_10, acc_0_0_0_0_1_1);
    const float b_11 = b[2 * o_thread + 108 * c_chunk + 49];
    acc_0_1_0_0_0_0 = __fmaf_rn(a_5, b_11, acc_0_1_0_0_0_0);
    acc_0_1_0_0_0_1 = __fmaf_rn(a_7, b_11, acc_0_1_0_0_0_1);
    acc_0_1_0_0_1_0 = __fmaf_rn(a_11, b_11, acc_0_1_0_0_1_0);
    acc_0_1_0_0_1_1 = __fmaf_rn(a_12, b_11, acc_0_1_0_0_1_1);
    const float b_12 = b[2 * o_thread + 108 * c_chunk + 60];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_7, b_12, acc_0_0_0_0_0_0);
    acc_0_0_0_0_0_1 = __fmaf_rn(a_9, b_12, acc_0_0_0_0_0_1);
    acc_0_0_0_0_1_0 = __fmaf_rn(a_12, b_12, acc_0_0_0_0_1_0);
    const float a_13 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 43];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_13, b_12, acc_0_0_0_0_1_1);
    const float b_13 = b[2 * o_thread + 108 * c_chunk + 61];
    acc_0_1_0_0_0_0 = __fmaf_rn(a_7, b_13, acc_0_1_0_0_0_0);
    acc_0_1_0_0_0_1 = __fmaf_rn(a_9, b_13, acc_0_1_0_0_0_1);
    acc_0_1_0_0_1_0 = __fmaf_rn(a_12, b_13, acc_0_1_0_0_1_0);
    acc_0_1_0_0_1_1 = __fmaf_rn(a_13, b_13, acc_0_1_0_0_1_1);
    const float b_14 = b[2 * o_thread + 108 * c_chunk + 72];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_10, b_14, acc_0_0_0_0_0_0);
    acc_0_0_0_0_0_1 = __fmaf_rn(a_11, b_14, acc_0_0_0_0_0_1);
    const float a_14 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 60];
    acc_0_0_0_0_1_0 = __fmaf_rn(a_14, b_14, acc_0_0_0_0_1_0);
    const float a_15 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 61];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_15, b_14, acc_0_0_0_0_1_1);
    const float b_15 = b[2 * o_thread + 108 * c_chunk + 73];
    acc_0_1_0_0_0_0 = __fmaf_rn(a_10, b_15, acc_0_1_0_0_0_0);
    acc_0_1_0_0_0_1 = __fmaf_rn(a_11, b_15, acc_0_1_0_0_0_1);
    acc_0_1_0_0_1_0 = __fmaf_rn(a_14, b_15, acc_0_1_0_0_1_0);
    acc_0_1_0_0_1_1 = __fmaf_rn(a_15, b_15, acc_0_1_0_0_1_1);
    const float b_16 = b[2 * o_thread + 108 * c_chunk + 84];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_11, b_16, acc_0_0_0_0_0_0);
    acc_0_0_0_0_0_1 = __fmaf_rn(a_12, b_16, acc_0_0_0_0_0_1);
    acc_0_0_0_0_1_0 = __fmaf_rn(a_15, b_16, acc_0_0_0_0_1_0);
    const float a_16 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 62];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_16, b_16, acc_0_0_0_0_1_1);
    const float b_17 = b[2 * o_thread + 108 * c_chunk + 85];
    acc_0_1_0_0_0_0 = __fmaf_rn(a_11, b_17, acc_0_1_0_0_0_0);
    acc_0_1_0_0_0_1 = __fmaf_rn(a_12, b_17, acc_0_1_0_0_0_1);
    acc_0_1_0_0_1_0 = __fmaf_rn(a_15, b_17, acc_0_1_0_0_1_0);
    acc_0_1_0_0_1_1 = __fmaf_rn(a_16, b_17, acc_0_1_0_0_1_1);
    const float b_18 = b[2 * o_thread + 108 * c_chunk + 96];
    acc_0_0_0_0_0_0 = __fmaf_rn(a_12, b_18, acc_0_0_0_0_0_0);
    acc_0_0_0_0_0_1 = __fmaf_rn(a_13, b_18, acc_0_0_0_0_0_1);
    acc_0_0_0_0_1_0 = __fmaf_rn(a_16, b_18, acc_0_0_0_0_1_0);
    const float a_17 = a[200 * c_chunk + 40 * y_thread + 2 * x_thread + 63];
    acc_0_0_0_0_1_1 = __fmaf_rn(a_17, b_18, acc_0_0_0_0_1_1);
    const float b_19 = b[2 * o_thread + 108 * c_chunk + 97];
    acc_0_1_0_0_0_0 = __fmaf_rn(a_12, b_19, acc_0_1_0_0_0_0);
    acc_0_1_0_0_0_1 = __fmaf_rn(a_13, b_19, acc_0_1_0_0_0_1);
    acc_0_1_0_0_1_0 = __fmaf_rn(a_16, b_19, acc_0_1_0_0_1_0);
    acc_0_1_0_0_1_1 = __fmaf_rn(a_17, b_19, acc_0_1_0_0_1_1);
  }
  if (thread < 224) {
    partial[thread] = acc_0_0_0_0_0_0;
    partial[thread + 224] = acc_0_0_0_0_0_1;
    partial[thread + 448] = acc_0_0_0_0_1_0;
    partial[thread + 672] = acc_0_0_0_0_1_1;
    partial[thread + 896] = acc_0_1_0_0_0_0;
    partial[thread + 1120] = acc_0_1_0_0_0_1;
    partial[thread + 1344] = acc_0_1_0_0_1_0;
    partial[thread + 1568] = acc_0_1_0_0_1_1;
  }
  __syncthreads();
  for (int s_3 = thread; s_3 < 896; s_3 += 256) {
    partial[224 * (s_3 / 112) + (s_3 % 112)] = partial[224 * (s_3 / 112) + (s_3 % 112)] + partial[224 * (s_3 / 112) + (s_3 % 112) + 112];
  }
  __syncthreads();
  if (thread < 112) {
    acc_0_0_0_0_0_0 = partial[thread];
    acc_0_0_0_0_0_1 = partial[thread + 224];
    acc_0_0_0_0_1_0 = partial[thread + 448];
    acc_0_0_0_0_1_1 = partial[thread + 672];
    acc_0_1_0_0_0_0 = partial[thread + 896];
    acc_0_1_0_0_0_1 = partial[thread + 1120];
    acc_0_1_0_0_1_0 = partial[thread + 1344];
    acc_0_1_0_0_1_1 = partial[thread + 1568];
  }
  if (thread < 112) {
    const float total = acc_0_0_0_0_0_0 + acc_0_0_0_0_0_1 + acc_0_0_0_0_1_0 + acc_0_0_0_0_1_1 + acc_0_1_0_0_0_0 + acc_0_1_0_0_0_1 + acc_0_1_0_0_1_0 + acc_0_1_0_0_1_1;
    if (total != total) {
      for (int u = 0; u < 2; ++u) {
        const int o_2 = 8 * o_block + 2 * o_thread + u;
        if (4 * y_block + y_thread < 7) {
          const int y = 4 * y_block + y_thread;
          const int x = x_thread;
          const float t = conv2_0_bias[o_2];
          float acc_2 = __int_as_float(0xff800000);
          int acc_3 = -1;
          for (int ky_3 = 0; ky_3 < 2; ++ky_3) {
            for (int kx_3 = 0; kx_3 < 2; ++kx_3) {
              float acc_4 = 0.0f;
              for (int c_4 = 0; c_4 < 8; ++c_4) {
                for (int ky_4 = 0; ky_4 < 3; ++ky_4) {
                  for (int kx_4 = 0; kx_4 < 3; ++kx_4) {
                    const float t_2 = conv2_0_weight[72 * o_2 + 9 * c_4 + 3 * ky_4 + kx_4];
                    if (2 * y + ky_3 + ky_4 - 1 >= 0 && 2 * y + ky_3 + ky_4 - 1 < 14 && 2 * x + kx_3 + kx_4 - 1 >= 0 && 2 * x + kx_3 + kx_4 - 1 < 14) {
                      acc_4 = __fmaf_rn(v4[1568 * n_block + 196 * c_4 + 28 * y + 14 * ky_3 + 14 * ky_4 + 2 * x + kx_3 + kx_4 - 15], t_2, acc_4);
                    }
                  }
                }
              }
              const float t_3 = acc_4 + t;
              const bool t_4 = t_3 != t_3;
              const bool t_5 = t_3 > acc_2 || t_4 || acc_3 < 0;
              const float t_6 = t_5 ? t_3 : acc_2;
              const int t_7 = t_5 ? 2 * ky_3 + kx_3 : acc_3;
              acc_2 = t_6;
              acc_3 = t_7;
            }
          }
          const float t_8 = maximum(0.0f, acc_2);
          const int t_9 = acc_3;
          v12[784 * n_block + 49 * o_2 + 7 * y + x] = t_8;
          v13[784 * n_block + 49 * o_2 + 7 * y + x] = (unsigned char)(t_9);
        }
      }
    } else {
      const int o_3 = 8 * o_block + 2 * o_thread;
      if (4 * y_block + y_thread < 7) {
        const int y_2 = 4 * y_block + y_thread;
        const int x_2 = x_thread;
        const float t_10 = conv2_0_bias[o_3];
        float acc_5 = __int_as_float(0xff800000);
        int acc_6 = -1;
        const float t_11 = acc_0_0_0_0_0_0 + t_10;
        const bool t_12 = t_11 != t_11;
        const bool t_13 = t_11 > acc_5 || t_12 || acc_6 < 0;
        const float t_14 = t_13 ? t_11 : acc_5;
        const int t_15 = t_13 ? 0 : acc_6;
        acc_5 = t_14;
        acc_6 = t_15;
        const float t_11_2 = acc_0_0_0_0_0_1 + t_10;
        const bool t_12_2 = t_11_2 != t_11_2;
        const bool t_13_2 = t_11_2 > acc_5 || t_12_2 || acc_6 < 0;
        const float t_14_2 = t_13_2 ? t_11_2 : acc_5;
        const int t_15_2 = t_13_2 ? 1 : acc_6;
        acc_5 = t_14_2;
        acc_6 = t_15_2;
        const float t_11_3 = acc_0_0_0_0_1_0 + t_10;
        const bool t_12_3 = t_11_3 != t_11_3;
        const bool t_13_3 = t_11_3 > acc_5 || t_12_3 || acc_6 < 0;
        const float t_14_3 = t_13_3 ? t_11_3 : acc_5;
        const int t_15_3 = t_13_3 ? 2 : acc_6;
        acc_5 = t_14_3;
        acc_6 = t_15_3;
        const float t_11_4 = acc_0_0_0_0_1_1 + t_10;
        const bool t_12_4 = t_11_4 != t_11_4;
        const bool t_13_4 = t_11_4 > acc_5 || t_12_4 || acc_6 < 0;
        const float t_14_4 = t_13_4 ? t_11_4 : acc_5;
        const int t_15_4 = t_13_4 ? 3 : acc_6;
        acc_5 = t_14_4;
        acc_6 = t_15_4;
        const float t_16 = maximum(0.0f, acc_5);
        const int t_17 = acc_6;
        v12[784 * n_block + 49 * o_3 + 7 * y_2 + x_2] = t_16;
        v13[784 * n_block + 49 * o_3 + 7 * y_2 + x_2] = (unsigned char)(t_17);
      }
      const int o_3_2 = 8 * o_block + 2 * o_thread + 1;
      if (4 * y_block + y_thread < 7) {
        const int y_2_2 = 4 * y_block + y_thread;
        const int x_2_2 = x_thread;
        const float t_10_2 = conv2_0_bias[o_3_2];
        float acc_5_2 = __int_as_float(0xff800000);
        int acc_6_2 = -1;
        const float t_11_5 = acc_0_1_0_0_0_0 + t_10_2;
        const bool t_12_5 = t_11_5 != t_11_5;
        const bool t_13_5 = t_11_5 > acc_5_2 || t_12_5 || acc_6_2 < 0;
        const float t_14_5 = t_13_5 ? t_11_5 : acc_5_2;
        const int t_15_5 = t_13_5 ? 0 : acc_6_2;
        acc_5_2 = t_14_5;
        acc_6_2 = t_15_5;
        const float t_11_6 = acc_0_1_0_0_0_1 + t_10_2;
        const bool t_12_6 = t_11_6 != t_11_6;
        const bool t_13_6 = t_11_6 > acc_5_2 || t_12_6 || acc_6_2 < 0;
        const float t_14_6 = t_13_6 ? t_11_6 : acc_5_2;
        const int t_15_6 = t_13_6 ? 1 : acc_6_2;
        acc_5_2 = t_14_6;
        acc_6_2 = t_15_6;
        const float t_11_7 = acc_0_1_0_0_1_0 + t_10_2;
        const bool t_12_7 = t_11_7 != t_11_7;
        const bool t_13_7 = t_11_7 > acc_5_2 || t_12_7 || acc_6_2 < 0;
        const float t_14_7 = t_13_7 ? t_11_7 : acc_5_2;
        const int t_15_7 = t_13_7 ? 2 : acc_6_2;
        acc_5_2 = t_14_7;
        acc_6_2 = t_15_7;
        const float t_11_8 = acc_0_1_0_0_1_1 + t_10_2;
        const bool t_12_8 = t_11_8 != t_11_8;
        const bool t_13_8 = t_11_8 > acc_5_2 || t_12_8 || acc_6_2 < 0;
        const float t_14_8 = t_13_8 ? t_11_8 : acc_5_2;
        const int t_15_8 = t_13_8 ? 3 : acc_6_2;
        acc_5_2 = t_14_8;
        acc_6_2 = t_15_8;
        const float t_16_2 = maximum(0.0f, acc_5_2);
        const int t_17_2 = acc_6_2;
        v12[784 * n_block + 49 * o_3_2 + 7 * y_2_2 + x_2_2] = t_16_2;
        v13[784 * n_block + 49 * o_3_2 + 7 * y_2_2 + x_2_2] = (unsigned char)(t_17_2);
      }
    }
  }
}

// @conv3.0.conv2d_add_relu: tiles of 8 o x 7 y x 8 x in a block, 2 o x 4 x a thread, 16 c x 3 ky x 3 kx staged at a time, 4 threads share a sum; 256 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv3_0_conv2d_add_relu(
    const float *__restrict__ v12,
    const float *__restrict__ conv3_0_weight,
    const float *__restrict__ conv3_0_bias,
    float *__restrict__ v20,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  alignas(16) __shared__ float a[1728];
  alignas(16) __shared__ float b[1728];
  alignas(16) __shared__ float partial[1792];
  const int tile = block;
  const int n_block = tile / 4;
  const int o_block = tile % 4;
  const int worker = minimum(thread, 223);
  const int group = worker / 56;
  const int o_thread = (worker / 14) % 4;
  const int y_thread = (worker / 2) % 7;
  const int x_thread = worker % 2;
  float acc_0_0_0_0 = 0.0f;
  float acc_0_0_0_1 = 0.0f;
  float acc_0_0_0_2 = 0.0f;
  float acc_0_0_0_3 = 0.0f;
  float acc_0_1_0_0 = 0.0f;
  float acc_0_1_0_1 = 0.0f;
  float acc_0_1_0_2 = 0.0f;
  float acc_0_1_0_3 = 0.0f;
  for (int s = thread; s < 1440; s += 256) {
    const int c_2 = s / 90;
    const int ky_2 = (s / 10) % 9;
    const int kx_2 = s % 10;
    a[108 * c_2 + 12 * ky_2 + kx_2] = ky_2 - 1 >= 0 && ky_2 - 1 < 7 && kx_2 - 1 >= 0 && kx_2 - 1 < 7 ? v12[784 * n_block + 49 * c_2 + 7 * ky_2 + kx_2 - 8] : 0.0f;
  }
  for (int s_2 = thread; s_2 < 1152; s_2 += 256) {
    const int o = s_2 / 144;
    const int c_3 = (s_2 / 9) % 16;
    const int ky_3 = (s_2 / 3) % 3;
    const int kx_3 = s_2 % 3;
    b[o + 108 * c_3 + 36 * ky_3 + 12 * kx_3] = conv3_0_weight[1152 * o_block + 144 * o + 9 * c_3 + 3 * ky_3 + kx_3];
  }
  __syncthreads();
  for (int c_chunk = group; c_chunk < 16; c_chunk += 4) {
    const float a_2 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread];
    const float b_2 = b[2 * o_thread + 108 * c_chunk];
    acc_0_0_0_0 = __fmaf_rn(a_2, b_2, acc_0_0_0_0);
    const float a_3 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 1];
    acc_0_0_0_1 = __fmaf_rn(a_3, b_2, acc_0_0_0_1);
    const float a_4 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 2];
    acc_0_0_0_2 = __fmaf_rn(a_4, b_2, acc_0_0_0_2);
    const float a_5 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 3];
    acc_0_0_0_3 = __fmaf_rn(a_5, b_2, acc_0_0_0_3);
    const float b_3 = b[2 * o_thread + 108 * c_chunk + 1];
    acc_0_1_0_0 = __fmaf_rn(a_2, b_3, acc_0_1_0_0);
    acc_0_1_0_1 = __fmaf_rn(a_3, b_3, acc_0_1_0_1);
    acc_0_1_0_2 = __fmaf_rn(a_4, b_3, acc_0_1_0_2);
    acc_0_1_0_3 = __fmaf_rn(a_5, b_3, acc_0_1_0_3);
    const float b_4 = b[2 * o_thread + 108 * c_chunk + 12];
    acc_0_0_0_0 = __fmaf_rn(a_3, b_4, acc_0_0_0_0);
    acc_0_0_0_1 = __fmaf_rn(a_4, b_4, acc_0_0_0_1);
    acc_0_0_0_2 = __fmaf_rn(a_5, b_4, acc_0_0_0_2);
    const float a_6 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 4];
    acc_0_0_0_3 = __fmaf_rn(a_6, b_4, acc_0_0_0_3);
    const float b_5 = b[2 * o_thread + 108 * c_chunk + 13];
    acc_0_1_0_0 = __fmaf_rn(a_3, b_5, acc_0_1_0_0);
    acc_0_1_0_1 = __fmaf_rn(a_4, b_5, acc_0_1_0_1);
    acc_0_1_0_2 = __fmaf_rn(a_5, b_5, acc_0_1_0_2);
    acc_0_1_0_3 = __fmaf_rn(a_6, b_5, acc_0_1_0_3);
    const float b_6 = b[2 * o_thread + 108 * c_chunk + 24];
    acc_0_0_0_0 = __fmaf_rn(a_4, b_6, acc_0_0_0_0);
    acc_0_0_0_1 = __fmaf_rn(a_5, b_6, acc_0_0_0_1);
    acc_0_0_0_2 = __fmaf_rn(a_6, b_6, acc_0_0_0_2);
    const float a_7 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 5];
    acc_0_0_0_3 = __fmaf_rn(a_7, b_6, acc_0_0_0_3);
    const float b_7 = b[2 * o_thread + 108 * c_chunk + 25];
    acc_0_1_0_0 = __fmaf_rn(a_4, b_7, acc_0_1_0_0);
    acc_0_1_0_1 = __fmaf_rn(a_5, b_7, acc_0_1_0_1);
    acc_0_1_0_2 = __fmaf_rn(a_6, b_7, acc_0_1_0_2);
    acc_0_1_0_3 = __fmaf_rn(a_7, b_7, acc_0_1_0_3);
    const float a_8 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 12];
    const float b_8 = b[2 * o_thread + 108 * c_chunk + 36];
    acc_0_0_0_0 = __fmaf_rn(a_8, b_8, acc_0_0_0_0);
    const float a_9 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 13];
    acc_0_0_0_1 = __fmaf_rn(a_9, b_8, acc_0_0_0_1);
    const float a_10 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 14];
    acc_0_0_0_2 = __fmaf_rn(a_10, b_8, acc_0_0_0_2);
    const float a_11 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 15];
    acc_0_0_0_3 = __fmaf_rn(a_11, b_8, acc_0_0_0_3);
    const float b_9 = b[2 * o_thread + 108 * c_chunk + 37];
    acc_0_1_0_0 = __fmaf_rn(a_8, b_9, acc_0_1_0_0);
    acc_0_1_0_1 = __fmaf_rn(a_9, b_9, acc_0_1_0_1);
    acc_0_1_0_2 = __fmaf_rn(a_10, b_9, acc_0_1_0_2);
    acc_0_1_0_3 = __fmaf_rn(a_11, b_9, acc_0_1_0_3);
    const float b_10 = b[2 * o_thread + 108 * c_chunk + 48];
    acc_0_0_0_0 = __fmaf_rn(a_9, b_10, acc_0_0_0_0);
    acc_0_0_0_1 = __fmaf_rn(a_10, b_10, acc_0_0_0_1);
    acc_0_0_0_2 = __fmaf_rn(a_11, b_10, acc_0_0_0_2);
    const float a_12 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 16];
    acc_0_0_0_3 = __fmaf_rn(a_12, b_10, acc_0_0_0_3);
    const float b_11 = b[2 * o_thread + 108 * c_chunk + 49];
    acc_0_1_0_0 = __fmaf_rn(a_9, b_11, acc_0_1_0_0);
    acc_0_1_0_1 = __fmaf_rn(a_10, b_11, acc_0_1_0_1);
    acc_0_1_0_2 = __fmaf_rn(a_11, b_11, acc_0_1_0_2);
    acc_0_1_0_3 = __fmaf_rn(a_12, b_11, acc_0_1_0_3);
    const float b_12 = b[2 * o_thread + 108 * c_chunk + 60];
    acc_0_0_0_0 = __fmaf_rn(a_10, b_12, acc_0_0_0_0);
    acc_0_0_0_1 = __fmaf_rn(a_11, b_12, acc_0_0_0_1);
    acc_0_0_0_2 = __fmaf_rn(a_12, b_12, acc_0_0_0_2);
    const float a_13 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 17];
    acc_0_0_0_3 = __fmaf_rn(a_13, b_12, acc_0_0_0_3);
    const float b_13 = b[2 * o_thread + 108 * c_chunk + 61];
    acc_0_1_0_0 = __fmaf_rn(a_10, b_13, acc_0_1_0_0);
    acc_0_1_0_1 = __fmaf_rn(a_11, b_13, acc_0_1_0_1);
    acc_0_1_0_2 = __fmaf_rn(a_12, b_13, acc_0_1_0_2);
    acc_0_1_0_3 = __fmaf_rn(a_13, b_13, acc_0_1_0_3);
    const float a_14 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 24];
    const float b_14 = b[2 * o_thread + 108 * c_chunk + 72];
    acc_0_0_0_0 = __fmaf_rn(a_14, b_14, acc_0_0_0_0);
    const float a_15 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 25];
    acc_0_0_0_1 = __fmaf_rn(a_15, b_14, acc_0_0_0_1);
    const float a_16 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 26];
    acc_0_0_0_2 = __fmaf_rn(a_16, b_14, acc_0_0_0_2);
    const float a_17 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 27];
    acc_0_0_0_3 = __fmaf_rn(a_17, b_14, acc_0_0_0_3);
    const float b_15 = b[2 * o_thread + 108 * c_chunk + 73];
    acc_0_1_0_0 = __fmaf_rn(a_14, b_15, acc_0_1_0_0);
    acc_0_1_0_1 = __fmaf_rn(a_15, b_15, acc_0_1_0_1);
    acc_0_1_0_2 = __fmaf_rn(a_16, b_15, acc_0_1_0_2);
    acc_0_1_0_3 = __fmaf_rn(a_17, b_15, acc_0_1_0_3);
    const float b_16 = b[2 * o_thread + 108 * c_chunk + 84];
    acc_0_0_0_0 = __fmaf_rn(a_15, b_16, acc_0_0_0_0);
    acc_0_0_0_1 = __fmaf_rn(a_16, b_16, acc_0_0_0_1);
    acc_0_0_0_2 = __fmaf_rn(a_17, b_16, acc_0_0_0_2);
    const float a_18 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 28];
    acc_0_0_0_3 = __fmaf_rn(a_18, b_16, acc_0_0_0_3);
    const float b_17 = b[2 * o_thread + 108 * c_chunk + 85];
    acc_0_1_0_0 = __fmaf_rn(a_15, b_17, acc_0_1_0_0);
    acc_0_1_0_1 = __fmaf_rn(a_16, b_17, acc_0_1_0_1);
    acc_0_1_0_2 = __fmaf_rn(a_17, b_17, acc_0_1_0_2);
    acc_0_1_0_3 = __fmaf_rn(a_18, b_17, acc_0_1_0_3);
    const float b_18 = b[2 * o_thread + 108 * c_chunk + 96];
    acc_0_0_0_0 = __fmaf_rn(a_16, b_18, acc_0_0_0_0);
    acc_0_0_0_1 = __fmaf_rn(a_17, b_18, acc_0_0_0_1);
    acc_0_0_0_2 = __fmaf_rn(a_18, b_18, acc_0_0_0_2);
    const float a_19 = a[108 * c_chunk + 12 * y_thread + 4 * x_thread + 29];
    acc_0_0_0_3 = __fmaf_rn(a_19, b_18, acc_0_0_0_3);
    const float b_19 = b[2 * o_thread + 108 * c_chunk + 97];
    acc_0_1_0_0 = __fmaf_rn(a_16, b_19, acc_0_1_0_0);
    acc_0_1_0_1 = __fmaf_rn(a_17, b_19, acc_0_1_0_1);
    acc_0_1_0_2 = __fmaf_rn(a_18, b_19, acc_0_1_0_2);
    acc_0_1_0_3 = __fmaf_rn(a_19, b_19, acc_0_1_0_3);
  }
  if (thread < 224) {
    partial[thread] = acc_0_0_0_0;
    partial[thread + 224] = acc_0_0_0_1;
    partial[thread + 448] = acc_0_0_0_2;
    partial[thread + 672] = acc_0_0_0_3;
    partial[thread + 896] = acc_0_1_0_0;
    partial[thread + 1120] = acc_0_1_0_1;
    partial[thread + 1344] = acc_0_1_0_2;
    partial[thread + 1568] = acc_0_1_0_3;
  }
  __syncthreads();
  for (int s_3 = thread; s_3 < 448; s_3 += 256) {
    partial[224 * (s_3 / 56) + (s_3 % 56)] = partial[224 * (s_3 / 56) + (s_3 % 56)] + partial[224 * (s_3 / 56) + (s_3 % 56) + 56] + partial[224 * (s_3 / 56) + (s_3 % 56) + 112] + partial[224 * (s_3 / 56) + (s_3 % 56) + 168];
  }
  __syncthreads();
  if (thread < 56) {
    acc_0_0_0_0 = partial[thread];
    acc_0_0_0_1 = partial[thread + 224];
    acc_0_0_0_2 = partial[thread + 448];
    acc_0_0_0_3 = partial[thread + 672];
    acc_0_1_0_0 = partial[thread + 896];
    acc_0_1_0_1 = partial[thread + 1120];
    acc_0_1_0_2 = partial[thread + 1344];
    acc_0_1_0_3 = partial[thread + 1568];
  }
  if (thread < 56) {
    const float total = acc_0_0_0_0 + acc_0_0_0_1 + acc_0_0_0_2 + acc_0_0_0_3 + acc_0_1_0_0 + acc_0_1_0_1 + acc_0_1_0_2 + acc_0_1_0_3;
    if (total != total) {
      for (int u = 0; u < 2; ++u) {
        const int o_2 = 8 * o_block + 2 * o_thread + u;
        const int y = y_thread;
        for (int u_2 = 0; u_2 < 4; ++u_2) {
          if (4 * x_thread + u_2 < 7) {
            const int x = 4 * x_thread + u_2;
            float acc_2 = 0.0f;
            for (int c_4 = 0; c_4 < 16; ++c_4) {
              for (int ky_4 = 0; ky_4 < 3; ++ky_4) {
                for (int kx_4 = 0; kx_4 < 3; ++kx_4) {
                  const float t = conv3_0_weight[144 * o_2 + 9 * c_4 + 3 * ky_4 + kx_4];
                  if (y + ky_4 - 1 >= 0 && y + ky_4 - 1 < 7 && x + kx_4 - 1 >= 0 && x + kx_4 - 1 < 7) {
                    acc_2 = __fmaf_rn(v12[784 * n_block + 49 * c_4 + 7 * y + 7 * ky_4 + x + kx_4 - 8], t, acc_2);
                  }
                }
              }
            }
            v20[1568 * n_block + 49 * o_2 + 7 * y + x] = maximum(0.0f, acc_2 + conv3_0_bias[o_2]);
          }
        }
      }
    } else {
      const int o_3 = 8 * o_block + 2 * o_thread;
      const int y_2 = y_thread;
      const int x_2 = 4 * x_thread;
      v20[1568 * n_block + 49 * o_3 + 7 * y_2 + x_2] = maximum(0.0f, acc_0_0_0_0 + conv3_0_bias[o_3]);
      const int x_2_2 = 4 * x_thread + 1;
      v20[1568 * n_block + 49 * o_3 + 7 * y_2 + x_2_2] = maximum(0.0f, acc_0_0_0_1 + conv3_0_bias[o_3]);
      const int x_2_3 = 4 * x_thread + 2;
      v20[1568 * n_block + 49 * o_3 + 7 * y_2 + x_2_3] = maximum(0.0f, acc_0_0_0_2 + conv3_0_bias[o_3]);
      if (4 * x_thread + 3 < 7) {
        const int x_2_4 = 3;
        v20[1568 * n_block + 49 * o_3 + 7 * y_2 + x_2_4] = maximum(0.0f, acc_0_0_0_3 + conv3_0_bias[o_3]);
      }
      const int o_3_2 = 8 * o_block + 2 * o_thread + 1;
      const int y_2_2 = y_thread;
      const int x_2_5 = 4 * x_thread;
      v20[1568 * n_block + 49 * o_3_2 + 7 * y_2_2 + x_2_5] = maximum(0.0f, acc_0_1_0_0 + conv3_0_bias[o_3_2]);
      const int x_2_6 = 4 * x_thread + 1;
      v20[1568 * n_block + 49 * o_3_2 + 7 * y_2_2 + x_2_6] = maximum(0.0f, acc_0_1_0_1 + conv3_0_bias[o_3_2]);
      const int x_2_7 = 4 * x_thread + 2;
      v20[1568 * n_block + 49 * o_3_2 + 7 * y_2_2 + x_2_7] = maximum(0.0f, acc_0_1_0_2 + conv3_0_bias[o_3_2]);
      if (4 * x_thread + 3 < 7) {
        const int x_2_8 = 3;
        v20[1568 * n_block + 49 * o_3_2 + 7 * y_2_2 + x_2_8] = maximum(0.0f, acc_0_1_0_3 + conv3_0_bias[o_3_2]);
      }
    }
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
  alignas(16) __shared__ float partial[8];
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
  alignas(16) __shared__ float partial[8];
  // loss.cross_entropy
  if (block < 1) {
    float acc = 0.0f;
    for (int n = thread; n < 64; n += 256) {
      const int t = labels[n];
      const int k = maximum(0, minimum(9, t));
      float acc_2 = __int_as_float(0xff800000);
      for (int j = 0; j < 10; ++j) {
        const float t_2 = v25[10 * n + j];
        acc_2 = maximum(acc_2, t_2);
      }
      float acc_3 = 0.0f;
      for (int j_2 = 0; j_2 < 10; ++j_2) {
        const float t_23 = v25[10 * n + j_2] - acc_2;
        const float t_24 = maximum(-104.0f, minimum(89.0f, t_23));
        const float t_25 = __fmaf_rn(t_24, 1.442695f, 12582912.0f);
        const float t_26 = t_25 - 12582912.0f;
        const float t_27 = -t_26;
        const float t_28 = __fmaf_rn(t_27, -0.00021219444f, __fmaf_rn(t_27, 0.6933594f, t_24));
        const float p = __fmaf_rn(t_28, 0.0001984127f, 0.0013888889f);
        const float p_2 = __fmaf_rn(p, t_28, 0.008333334f);
        const float p_3 = __fmaf_rn(p_2, t_28, 0.041666668f);
        const float p_4 = __fmaf_rn(p_3, t_28, 0.16666667f);
        const float p_5 = __fmaf_rn(p_4, t_28, 0.5f);
        const float p_6 = __fmaf_rn(p_5, t_28, 1.0f);
        const float p_7 = __fmaf_rn(p_6, t_28, 1.0f);
        const int t_29 = wrappingSubtract(__float_as_int(t_25), 1262485504);
        const int t_30 = wrappingSubtract(shiftRight(wrappingAdd(t_29, 4096), 1), 2048);
        const float t_31 = p_7 * __int_as_float(shiftLeft(wrappingAdd(t_30, 127), 23));
        const float t_3 = t_31 * __int_as_float(shiftLeft(wrappingAdd(wrappingSubtract(t_29, t_30), 127), 23));
        acc_3 = acc_3 + t_3;
      }
      const int t_32 = wrappingAdd(__float_as_int(acc_3), 4913933);
      const int t_33 = wrappingSubtract(shiftRight(t_32, 23), 127);
      const float t_34 = __int_as_float(wrappingAdd(t_32 & 8388607, 1060439283));
      const float t_35 = t_34 - 1.0f;
      const float t_36 = t_35 / (t_35 + 2.0f);
      const float t_37 = t_36 * t_36;
      const float p_8 = __fmaf_rn(t_37, 0.18181819f, 0.22222222f);
      const float p_9 = __fmaf_rn(p_8, t_37, 0.2857143f);
      const float p_10 = __fmaf_rn(p_9, t_37, 0.4f);
      const float p_11 = __fmaf_rn(p_10, t_37, 0.6666667f);
      const float t_38 = t_35 * t_35 * 0.5f;
      const float t_39 = (float)t_33;
      const float t_40 = t_36 * __fmaf_rn(t_37, p_11, t_38);
      const float t_41 = __fmaf_rn(t_39, -0.00021219444f, t_40) - t_38;
      const float t_42 = __fmaf_rn(t_39, 0.6933594f, t_35 + t_41);
      const float t_43 = acc_3 == __int_as_float(0x7f800000) ? acc_3 : t_42;
      const float t_44 = acc_3 < 0.0f ? __int_as_float(0x7fc00000) : (acc_3 != acc_3 ? acc_3 : __int_as_float(0xff800000));
      const float t_45 = acc_3 < 1.1754944e-38f ? t_44 : t_43;
      acc = acc + (k == t ? (acc_3 != acc_3 ? acc_3 : t_45) - (v25[10 * n + k] - acc_2) : __int_as_float(0x7fc00000));
    }
    const float t_4 = __shfl_xor_sync(0xffffffffu, acc, 16);
    const float t_5 = acc + t_4;
    const float t_6 = __shfl_xor_sync(0xffffffffu, t_5, 8);
    const float t_7 = t_5 + t_6;
    const float t_8 = __shfl_xor_sync(0xffffffffu, t_7, 4);
    const float t_9 = t_7 + t_8;
    const float t_10 = __shfl_xor_sync(0xffffffffu, t_9, 2);
    const float t_11 = t_9 + t_10;
    const float t_12 = __shfl_xor_sync(0xffffffffu, t_11, 1);
    const float t_13 = t_11 + t_12;
    if ((thread % 32) < 1) {
      partial[thread / 32] = t_13;
    }
    __syncthreads();
    const float t_14 = partial[0];
    const float t_15 = t_14 + partial[1];
    const float t_16 = t_15 + partial[2];
    const float t_17 = t_16 + partial[3];
    const float t_18 = t_17 + partial[4];
    const float t_19 = t_18 + partial[5];
    const float t_20 = t_19 + partial[6];
    const float t_21 = t_20 + partial[7];
    if (thread < 1) {
      v30[0] = t_21 / 64.0f;
    }
  }
  // loss.cross_entropy_grad
  if (block >= 1) {
    if (256 * block + thread - 256 < 640) {
      const int e_2 = 256 * block + thread - 256;
      const int i = e_2 / 10;
      const int j_3 = e_2 % 10;
      const int t_22 = labels[i];
      const int k_2 = maximum(0, minimum(9, t_22));
      float acc_4 = __int_as_float(0xff800000);
      for (int j_2_2 = 0; j_2_2 < 10; ++j_2_2) {
        const float t_2_2 = v25[10 * i + j_2_2];
        acc_4 = maximum(acc_4, t_2_2);
      }
      float acc_2_2 = 0.0f;
      for (int j_3_2 = 0; j_3_2 < 10; ++j_3_2) {
        const float t_46 = v25[10 * i + j_3_2] - acc_4;
        const float t_47 = maximum(-104.0f, minimum(89.0f, t_46));
        const float t_48 = __fmaf_rn(t_47, 1.442695f, 12582912.0f);
        const float t_49 = t_48 - 12582912.0f;
        const float t_50 = -t_49;
        const float t_51 = __fmaf_rn(t_50, -0.00021219444f, __fmaf_rn(t_50, 0.6933594f, t_47));
        const float p_12 = __fmaf_rn(t_51, 0.0001984127f, 0.0013888889f);
        const float p_13 = __fmaf_rn(p_12, t_51, 0.008333334f);
        const float p_14 = __fmaf_rn(p_13, t_51, 0.041666668f);
        const float p_15 = __fmaf_rn(p_14, t_51, 0.16666667f);
        const float p_16 = __fmaf_rn(p_15, t_51, 0.5f);
        const float p_17 = __fmaf_rn(p_16, t_51, 1.0f);
        const float p_18 = __fmaf_rn(p_17, t_51, 1.0f);
        const int t_52 = wrappingSubtract(__float_as_int(t_48), 1262485504);
        const int t_53 = wrappingSubtract(shiftRight(wrappingAdd(t_52, 4096), 1), 2048);
        const float t_54 = p_18 * __int_as_float(shiftLeft(wrappingAdd(t_53, 127), 23));
        const float t_3_2 = t_54 * __int_as_float(shiftLeft(wrappingAdd(wrappingSubtract(t_52, t_53), 127), 23));
        acc_2_2 = acc_2_2 + t_3_2;
      }
      float c = 1.0f;
      const float t_55 = v25[10 * i + j_3] - acc_4;
      const float t_56 = maximum(-104.0f, minimum(89.0f, t_55));
      const float t_57 = __fmaf_rn(t_56, 1.442695f, 12582912.0f);
      const float t_58 = t_57 - 12582912.0f;
      const float t_59 = -t_58;
      const float t_60 = __fmaf_rn(t_59, -0.00021219444f, __fmaf_rn(t_59, 0.6933594f, t_56));
      const float p_19 = __fmaf_rn(t_60, 0.0001984127f, 0.0013888889f);
      const float p_20 = __fmaf_rn(p_19, t_60, 0.008333334f);
      const float p_21 = __fmaf_rn(p_20, t_60, 0.041666668f);
      const float p_22 = __fmaf_rn(p_21, t_60, 0.16666667f);
      const float p_23 = __fmaf_rn(p_22, t_60, 0.5f);
      const float p_24 = __fmaf_rn(p_23, t_60, 1.0f);
      const float p_25 = __fmaf_rn(p_24, t_60, 1.0f);
      const int t_61 = wrappingSubtract(__float_as_int(t_57), 1262485504);
      const int t_62 = wrappingSubtract(shiftRight(wrappingAdd(t_61, 4096), 1), 2048);
      const float t_63 = p_25 * __int_as_float(shiftLeft(wrappingAdd(t_62, 127), 23));
      const float t_4_2 = (k_2 == t_22 ? t_63 * __int_as_float(shiftLeft(wrappingAdd(wrappingSubtract(t_61, t_62), 127), 23)) / acc_2_2 - (j_3 == k_2 ? c : 0.0f) : __int_as_float(0x7fc00000)) / 64.0f;
      v31[10 * i + j_3] = t_4_2;
    }
  }
}

// @out.reduce_sum_and_2_more: 3 kernels in one launch: tiles of 10 i x 4 j in a block, 1 a thread, 64 l staged at a time, 4 threads share a sum; tiles of 36 n x 7 x in a block, 1 a thread, 10 l staged at a time; 841 blocks of 256 threads
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
  alignas(16) __shared__ float a[768];
  alignas(16) __shared__ float b[256];
  alignas(16) __shared__ float partial[160];
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
  if (block >= 1 && block < 393) {
    const int tile = block - 1;
    const int j_block = tile;
    const int worker = minimum(thread, 159);
    const int group = worker / 40;
    const int j_thread = (worker / 10) % 4;
    const int i_thread = worker % 10;
    float acc_2_0_0 = 0.0f;
    for (int s = thread; s < 640; s += 256) {
      const int l_2 = s / 10;
      const int i = s % 10;
      a[12 * l_2 + i] = v31[10 * l_2 + i];
    }
    for (int s_2 = thread; s_2 < 256; s_2 += 256) {
      const int l_3 = s_2 / 4;
      const int j = s_2 % 4;
      b[4 * l_3 + j] = v20[1568 * l_3 + 4 * j_block + j];
    }
    __syncthreads();
    for (int l_chunk = group; l_chunk < 16; l_chunk += 4) {
      const float a_2 = a[48 * l_chunk + i_thread];
      const float b_2 = b[16 * l_chunk + j_thread];
      acc_2_0_0 = __fmaf_rn(a_2, b_2, acc_2_0_0);
      const float a_3 = a[48 * l_chunk + i_thread + 12];
      const float b_3 = b[16 * l_chunk + j_thread + 4];
      acc_2_0_0 = __fmaf_rn(a_3, b_3, acc_2_0_0);
      const float a_4 = a[48 * l_chunk + i_thread + 24];
      const float b_4 = b[16 * l_chunk + j_thread + 8];
      acc_2_0_0 = __fmaf_rn(a_4, b_4, acc_2_0_0);
      const float a_5 = a[48 * l_chunk + i_thread + 36];
      const float b_5 = b[16 * l_chunk + j_thread + 12];
      acc_2_0_0 = __fmaf_rn(a_5, b_5, acc_2_0_0);
    }
    if (thread < 160) {
      partial[thread] = acc_2_0_0;
    }
    __syncthreads();
    for (int s_3 = thread; s_3 < 40; s_3 += 256) {
      partial[s_3] = partial[s_3] + partial[s_3 + 40] + partial[s_3 + 80] + partial[s_3 + 120];
    }
    __syncthreads();
    if (thread < 40) {
      acc_2_0_0 = partial[thread];
    }
    if (thread < 40) {
      const int i_2 = i_thread;
      const int j_2 = 4 * j_block + j_thread;
      v34[1568 * i_2 + j_2] = acc_2_0_0;
    }
  }
  // out.matmul_relu_grad
  if (block >= 393) {
    const int tile_2 = block - 393;
    const int n_block = tile_2 / 224;
    const int o_block = (tile_2 / 7) % 32;
    const int y_block = tile_2 % 7;
    const int worker_2 = minimum(thread, 251);
    const int x_thread = worker_2 / 36;
    const int n_thread = worker_2 % 36;
    float acc_3_0_0_0_0 = 0.0f;
    for (int s_4 = thread; s_4 < 360; s_4 += 256) {
      const int n = s_4 / 10;
      const int l_2_2 = s_4 % 10;
      a[n + 36 * l_2_2] = 36 * n_block + n < 64 ? v31[360 * n_block + 10 * n + l_2_2] : 0.0f;
    }
    for (int s_2_2 = thread; s_2_2 < 70; s_2_2 += 256) {
      const int l_3_2 = s_2_2 / 7;
      const int x = s_2_2 % 7;
      b[12 * l_3_2 + x] = out_weight[1568 * l_3_2 + 49 * o_block + 7 * y_block + x];
    }
    __syncthreads();
    for (int l_chunk_2 = 0; l_chunk_2 < 5; ++l_chunk_2) {
      const float a_2_2 = a[n_thread + 72 * l_chunk_2];
      const float b_2_2 = b[24 * l_chunk_2 + x_thread];
      acc_3_0_0_0_0 = __fmaf_rn(a_2_2, b_2_2, acc_3_0_0_0_0);
      const float a_3_2 = a[n_thread + 72 * l_chunk_2 + 36];
      const float b_3_2 = b[24 * l_chunk_2 + x_thread + 12];
      acc_3_0_0_0_0 = __fmaf_rn(a_3_2, b_3_2, acc_3_0_0_0_0);
    }
    if (thread < 252) {
      if (36 * n_block + n_thread < 64) {
        const int n_2 = 36 * n_block + n_thread;
        const int x_2 = x_thread;
        v35[1568 * n_2 + 49 * o_block + 7 * y_block + x_2] = v20_2[1568 * n_2 + 49 * o_block + 7 * y_block + x_2] <= 0.0f ? 0.0f : acc_3_0_0_0_0;
      }
    }
  }
}

// @conv3.0.conv2d_input_grad_and_4_more: 5 kernels in one launch: tiles of 4 o x 7 y x 8 x in a block, 2 o x 4 x a thread, 32 o_2 x 3 ky x 3 kx staged at a time, 8 threads share a sum; tiles of 8 j x 2 k x 3 l x 4 m in a block, 2 j x 2 m a thread, 4 n x 7 y x 7 x staged at a time, 4 threads share a sum; 639 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv3_0_conv2d_input_grad_and_4_more(
    const float *__restrict__ v35,
    const float *__restrict__ conv3_0_weight,
    float *__restrict__ v39,
    float *__restrict__ v40_slices,
    const float *__restrict__ v12,
    float *__restrict__ v41_slices,
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
  alignas(16) __shared__ float a[3456];
  alignas(16) __shared__ float b[2352];
  alignas(16) __shared__ float partial[1792];
  // conv3.0.conv2d_input_grad
  if (block < 256) {
    const int tile = block;
    const int n_block = tile / 4;
    const int o_block = tile % 4;
    const int worker = minimum(thread, 223);
    const int group = worker / 28;
    const int o_thread = (worker / 14) % 2;
    const int y_thread = (worker / 2) % 7;
    const int x_thread = worker % 2;
    float acc_0_0_0_0 = 0.0f;
    float acc_0_0_0_1 = 0.0f;
    float acc_0_0_0_2 = 0.0f;
    float acc_0_0_0_3 = 0.0f;
    float acc_0_1_0_0 = 0.0f;
    float acc_0_1_0_1 = 0.0f;
    float acc_0_1_0_2 = 0.0f;
    float acc_0_1_0_3 = 0.0f;
    for (int s = thread; s < 2880; s += 256) {
      const int o_2 = s / 90;
      const int ky_2 = (s / 10) % 9;
      const int kx_2 = s % 10;
      a[108 * o_2 + 12 * ky_2 + kx_2] = -ky_2 + 7 >= 0 && -ky_2 + 7 < 7 && -kx_2 + 8 >= 0 && -kx_2 + 8 < 7 ? v35[1568 * n_block + 49 * o_2 - 7 * ky_2 - kx_2 + 57] : 0.0f;
    }
    for (int s_2 = thread; s_2 < 1152; s_2 += 256) {
      const int o_2_2 = s_2 / 36;
      const int o_3 = (s_2 / 9) % 4;
      const int ky_3 = (s_2 / 3) % 3;
      const int kx_3 = s_2 % 3;
      b[36 * o_2_2 + o_3 + 12 * ky_3 + 4 * kx_3] = conv3_0_weight[144 * o_2_2 + 36 * o_block + 9 * o_3 + 3 * ky_3 + kx_3];
    }
    __syncthreads();
    for (int o_2_chunk = group; o_2_chunk < 32; o_2_chunk += 8) {
      const float a_2 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 79];
      const float b_2 = b[36 * o_2_chunk + 2 * o_thread];
      acc_0_0_0_0 = __fmaf_rn(a_2, b_2, acc_0_0_0_0);
      const float a_3 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 78];
      acc_0_0_0_1 = __fmaf_rn(a_3, b_2, acc_0_0_0_1);
      const float a_4 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 77];
      acc_0_0_0_2 = __fmaf_rn(a_4, b_2, acc_0_0_0_2);
      const float a_5 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 76];
      acc_0_0_0_3 = __fmaf_rn(a_5, b_2, acc_0_0_0_3);
      const float b_3 = b[36 * o_2_chunk + 2 * o_thread + 1];
      acc_0_1_0_0 = __fmaf_rn(a_2, b_3, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_3, b_3, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_4, b_3, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_5, b_3, acc_0_1_0_3);
      const float a_6 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 80];
      const float b_4 = b[36 * o_2_chunk + 2 * o_thread + 4];
      acc_0_0_0_0 = __fmaf_rn(a_6, b_4, acc_0_0_0_0);
      acc_0_0_0_1 = __fmaf_rn(a_2, b_4, acc_0_0_0_1);
      acc_0_0_0_2 = __fmaf_rn(a_3, b_4, acc_0_0_0_2);
      acc_0_0_0_3 = __fmaf_rn(a_4, b_4, acc_0_0_0_3);
      const float b_5 = b[36 * o_2_chunk + 2 * o_thread + 5];
      acc_0_1_0_0 = __fmaf_rn(a_6, b_5, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_2, b_5, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_3, b_5, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_4, b_5, acc_0_1_0_3);
      const float a_7 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 81];
      const float b_6 = b[36 * o_2_chunk + 2 * o_thread + 8];
      acc_0_0_0_0 = __fmaf_rn(a_7, b_6, acc_0_0_0_0);
      acc_0_0_0_1 = __fmaf_rn(a_6, b_6, acc_0_0_0_1);
      acc_0_0_0_2 = __fmaf_rn(a_2, b_6, acc_0_0_0_2);
      acc_0_0_0_3 = __fmaf_rn(a_3, b_6, acc_0_0_0_3);
      const float b_7 = b[36 * o_2_chunk + 2 * o_thread + 9];
      acc_0_1_0_0 = __fmaf_rn(a_7, b_7, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_6, b_7, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_2, b_7, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_3, b_7, acc_0_1_0_3);
      const float a_8 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 91];
      const float b_8 = b[36 * o_2_chunk + 2 * o_thread + 12];
      acc_0_0_0_0 = __fmaf_rn(a_8, b_8, acc_0_0_0_0);
      const float a_9 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 90];
      acc_0_0_0_1 = __fmaf_rn(a_9, b_8, acc_0_0_0_1);
      const float a_10 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 89];
      acc_0_0_0_2 = __fmaf_rn(a_10, b_8, acc_0_0_0_2);
      const float a_11 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 88];
      acc_0_0_0_3 = __fmaf_rn(a_11, b_8, acc_0_0_0_3);
      const float b_9 = b[36 * o_2_chunk + 2 * o_thread + 13];
      acc_0_1_0_0 = __fmaf_rn(a_8, b_9, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_9, b_9, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_10, b_9, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_11, b_9, acc_0_1_0_3);
      const float a_12 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 92];
      const float b_10 = b[36 * o_2_chunk + 2 * o_thread + 16];
      acc_0_0_0_0 = __fmaf_rn(a_12, b_10, acc_0_0_0_0);
      acc_0_0_0_1 = __fmaf_rn(a_8, b_10, acc_0_0_0_1);
      acc_0_0_0_2 = __fmaf_rn(a_9, b_10, acc_0_0_0_2);
      acc_0_0_0_3 = __fmaf_rn(a_10, b_10, acc_0_0_0_3);
      const float b_11 = b[36 * o_2_chunk + 2 * o_thread + 17];
      acc_0_1_0_0 = __fmaf_rn(a_12, b_11, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_8, b_11, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_9, b_11, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_10, b_11, acc_0_1_0_3);
      const float a_13 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 93];
      const float b_12 = b[36 * o_2_chunk + 2 * o_thread + 20];
      acc_0_0_0_0 = __fmaf_rn(a_13, b_12, acc_0_0_0_0);
      acc_0_0_0_1 = __fmaf_rn(a_12, b_12, acc_0_0_0_1);
      acc_0_0_0_2 = __fmaf_rn(a_8, b_12, acc_0_0_0_2);
      acc_0_0_0_3 = __fmaf_rn(a_9, b_12, acc_0_0_0_3);
      const float b_13 = b[36 * o_2_chunk + 2 * o_thread + 21];
      acc_0_1_0_0 = __fmaf_rn(a_13, b_13, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_12, b_13, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_8, b_13, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_9, b_13, acc_0_1_0_3);
      const float a_14 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 103];
      const float b_14 = b[36 * o_2_chunk + 2 * o_thread + 24];
      acc_0_0_0_0 = __fmaf_rn(a_14, b_14, acc_0_0_0_0);
      const float a_15 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 102];
      acc_0_0_0_1 = __fmaf_rn(a_15, b_14, acc_0_0_0_1);
      const float a_16 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 101];
      acc_0_0_0_2 = __fmaf_rn(a_16, b_14, acc_0_0_0_2);
      const float a_17 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 100];
      acc_0_0_0_3 = __fmaf_rn(a_17, b_14, acc_0_0_0_3);
      const float b_15 = b[36 * o_2_chunk + 2 * o_thread + 25];
      acc_0_1_0_0 = __fmaf_rn(a_14, b_15, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_15, b_15, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_16, b_15, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_17, b_15, acc_0_1_0_3);
      const float a_18 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 104];
      const float b_16 = b[36 * o_2_chunk + 2 * o_thread + 28];
      acc_0_0_0_0 = __fmaf_rn(a_18, b_16, acc_0_0_0_0);
      acc_0_0_0_1 = __fmaf_rn(a_14, b_16, acc_0_0_0_1);
      acc_0_0_0_2 = __fmaf_rn(a_15, b_16, acc_0_0_0_2);
      acc_0_0_0_3 = __fmaf_rn(a_16, b_16, acc_0_0_0_3);
      const float b_17 = b[36 * o_2_chunk + 2 * o_thread + 29];
      acc_0_1_0_0 = __fmaf_rn(a_18, b_17, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_14, b_17, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_15, b_17, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_16, b_17, acc_0_1_0_3);
      const float a_19 = a[108 * o_2_chunk - 12 * y_thread - 4 * x_thread + 105];
      const float b_18 = b[36 * o_2_chunk + 2 * o_thread + 32];
      acc_0_0_0_0 = __fmaf_rn(a_19, b_18, acc_0_0_0_0);
      acc_0_0_0_1 = __fmaf_rn(a_18, b_18, acc_0_0_0_1);
      acc_0_0_0_2 = __fmaf_rn(a_14, b_18, acc_0_0_0_2);
      acc_0_0_0_3 = __fmaf_rn(a_15, b_18, acc_0_0_0_3);
      const float b_19 = b[36 * o_2_chunk + 2 * o_thread + 33];
      acc_0_1_0_0 = __fmaf_rn(a_19, b_19, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_18, b_19, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_14, b_19, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_15, b_19, acc_0_1_0_3);
    }
    if (thread < 224) {
      partial[thread] = acc_0_0_0_0;
      partial[thread + 224] = acc_0_0_0_1;
      partial[thread + 448] = acc_0_0_0_2;
      partial[thread + 672] = acc_0_0_0_3;
      partial[thread + 896] = acc_0_1_0_0;
      partial[thread + 1120] = acc_0_1_0_1;
      partial[thread + 1344] = acc_0_1_0_2;
      partial[thread + 1568] = acc_0_1_0_3;
    }
    __syncthreads();
    for (int s_3 = thread; s_3 < 224; s_3 += 256) {
      partial[224 * (s_3 / 28) + (s_3 % 28)] = partial[224 * (s_3 / 28) + (s_3 % 28)] + partial[224 * (s_3 / 28) + (s_3 % 28) + 28] + partial[224 * (s_3 / 28) + (s_3 % 28) + 56] + partial[224 * (s_3 / 28) + (s_3 % 28) + 84] + partial[224 * (s_3 / 28) + (s_3 % 28) + 112] + partial[224 * (s_3 / 28) + (s_3 % 28) + 140] + partial[224 * (s_3 / 28) + (s_3 % 28) + 168] + partial[224 * (s_3 / 28) + (s_3 % 28) + 196];
    }
    __syncthreads();
    if (thread < 28) {
      acc_0_0_0_0 = partial[thread];
      acc_0_0_0_1 = partial[thread + 224];
      acc_0_0_0_2 = partial[thread + 448];
      acc_0_0_0_3 = partial[thread + 672];
      acc_0_1_0_0 = partial[thread + 896];
      acc_0_1_0_1 = partial[thread + 1120];
      acc_0_1_0_2 = partial[thread + 1344];
      acc_0_1_0_3 = partial[thread + 1568];
    }
    if (thread < 28) {
      const float total = acc_0_0_0_0 + acc_0_0_0_1 + acc_0_0_0_2 + acc_0_0_0_3 + acc_0_1_0_0 + acc_0_1_0_1 + acc_0_1_0_2 + acc_0_1_0_3;
      if (total != total) {
        for (int u = 0; u < 2; ++u) {
          const int o_4 = 4 * o_block + 2 * o_thread + u;
          const int y = y_thread;
          for (int u_2 = 0; u_2 < 4; ++u_2) {
            if (4 * x_thread + u_2 < 7) {
              const int x = 4 * x_thread + u_2;
              float acc_2 = 0.0f;
              for (int o_5 = 0; o_5 < 32; ++o_5) {
                for (int ky_4 = 0; ky_4 < 3; ++ky_4) {
                  for (int kx_4 = 0; kx_4 < 3; ++kx_4) {
                    const float t = conv3_0_weight[144 * o_5 + 9 * o_4 + 3 * ky_4 + kx_4];
                    if (y - ky_4 + 1 >= 0 && y - ky_4 + 1 < 7 && x - kx_4 + 1 >= 0 && x - kx_4 + 1 < 7) {
                      acc_2 = __fmaf_rn(v35[1568 * n_block + 49 * o_5 + 7 * y - 7 * ky_4 + x - kx_4 + 8], t, acc_2);
                    }
                  }
                }
              }
              v39[784 * n_block + 49 * o_4 + 7 * y + x] = acc_2;
            }
          }
        }
      } else {
        const int o_6 = 4 * o_block + 2 * o_thread;
        const int y_2 = y_thread;
        const int x_2 = 4 * x_thread;
        v39[784 * n_block + 49 * o_6 + 7 * y_2 + x_2] = acc_0_0_0_0;
        const int x_2_2 = 4 * x_thread + 1;
        v39[784 * n_block + 49 * o_6 + 7 * y_2 + x_2_2] = acc_0_0_0_1;
        const int x_2_3 = 4 * x_thread + 2;
        v39[784 * n_block + 49 * o_6 + 7 * y_2 + x_2_3] = acc_0_0_0_2;
        if (4 * x_thread + 3 < 7) {
          const int x_2_4 = 3;
          v39[784 * n_block + 49 * o_6 + 7 * y_2 + x_2_4] = acc_0_0_0_3;
        }
        const int o_6_2 = 4 * o_block + 2 * o_thread + 1;
        const int y_2_2 = y_thread;
        const int x_2_5 = 4 * x_thread;
        v39[784 * n_block + 49 * o_6_2 + 7 * y_2_2 + x_2_5] = acc_0_1_0_0;
        const int x_2_6 = 4 * x_thread + 1;
        v39[784 * n_block + 49 * o_6_2 + 7 * y_2_2 + x_2_6] = acc_0_1_0_1;
        const int x_2_7 = 4 * x_thread + 2;
        v39[784 * n_block + 49 * o_6_2 + 7 * y_2_2 + x_2_7] = acc_0_1_0_2;
        if (4 * x_thread + 3 < 7) {
          const int x_2_8 = 3;
          v39[784 * n_block + 49 * o_6_2 + 7 * y_2_2 + x_2_8] = acc_0_1_0_3;
        }
      }
    }
  }
  // conv3.0.reduce_sum
  if (block >= 256 && block < 320) {
    const int e = minimum(16 * block + (thread / 16) - 4096, 1023);
    const int i = e / 32;
    const int j = e % 32;
    float acc_3 = 0.0f;
    for (int k = (thread % 16); k < 98; k += 16) {
      const int r = k / 49;
      const int r_2 = (k / 7) % 7;
      const int r_3 = k % 7;
      acc_3 = acc_3 + v35[3136 * i + 1568 * r + 49 * j + 7 * r_2 + r_3];
    }
    const float t_2 = __shfl_xor_sync(0xffffffffu, acc_3, 8);
    const float t_2_2 = acc_3 + t_2;
    const float t_3 = __shfl_xor_sync(0xffffffffu, t_2_2, 4);
    const float t_4 = t_2_2 + t_3;
    const float t_5 = __shfl_xor_sync(0xffffffffu, t_4, 2);
    const float t_6 = t_4 + t_5;
    const float t_7 = __shfl_xor_sync(0xffffffffu, t_6, 1);
    const float t_8 = t_6 + t_7;
    if ((thread % 16) < 1) {
      v40_slices[32 * i + j] = t_8;
    }
  }
  // conv3.0.conv2d_filter_grad
  if (block >= 320 && block < 576) {
    const int tile_2 = block - 320;
    const int i_block = tile_2 / 32;
    const int j_block = (tile_2 / 8) % 4;
    const int k_block = tile_2 % 8;
    const int worker_2 = minimum(thread, 191);
    const int group_2 = worker_2 / 48;
    const int j_thread = (worker_2 / 12) % 4;
    const int k_thread = (worker_2 / 6) % 2;
    const int l_thread = (worker_2 / 2) % 3;
    const int m_thread = worker_2 % 2;
    float acc_4_0_0_0_0_0 = 0.0f;
    float acc_4_0_0_0_0_1 = 0.0f;
    float acc_4_0_1_0_0_0 = 0.0f;
    float acc_4_0_1_0_0_1 = 0.0f;
    for (int n_2 = 0; n_2 < 8; n_2 += 4) {
      for (int s_4 = thread; s_4 < 720; s_4 += 256) {
        const int n_3 = s_4 / 180;
        const int k_2 = (s_4 / 90) % 2;
        const int y_2_2_2 = (s_4 / 10) % 9;
        const int x_2_2_2 = s_4 % 10;
        a[216 * n_3 + 108 * k_2 + 12 * y_2_2_2 + x_2_2_2] = y_2_2_2 - 1 >= 0 && y_2_2_2 - 1 < 7 && x_2_2_2 - 1 >= 0 && x_2_2_2 - 1 < 7 ? v12[6272 * i_block + 784 * n_2 + 784 * n_3 + 98 * k_block + 49 * k_2 + 7 * y_2_2_2 + x_2_2_2 - 8] : 0.0f;
      }
      for (int s_2_2 = thread; s_2_2 < 1568; s_2_2 += 256) {
        const int n_4 = s_2_2 / 392;
        const int j_2 = (s_2_2 / 49) % 8;
        const int y_3 = (s_2_2 / 7) % 7;
        const int x_3 = s_2_2 % 7;
        b[12 * n_4 + j_2 + 336 * y_3 + 48 * x_3] = v35[12544 * i_block + 1568 * n_2 + 1568 * n_4 + 392 * j_block + 49 * j_2 + 7 * y_3 + x_3];
      }
      __syncthreads();
      for (int n_chunk = group_2; n_chunk < 4; n_chunk += 4) {
        for (int y_chunk = 0; y_chunk < 7; ++y_chunk) {
          const float a_2_2 = a[216 * n_chunk + 108 * k_thread + 12 * y_chunk + 12 * l_thread + 2 * m_thread];
          const float b_2_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk];
          acc_4_0_0_0_0_0 = __fmaf_rn(a_2_2, b_2_2, acc_4_0_0_0_0_0);
          const float a_3_2 = a[216 * n_chunk + 108 * k_thread + 12 * y_chunk + 12 * l_thread + 2 * m_thread + 1];
          acc_4_0_0_0_0_1 = __fmaf_rn(a_3_2, b_2_2, acc_4_0_0_0_0_1);
          const float b_3_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 1];
          acc_4_0_1_0_0_0 = __fmaf_rn(a_2_2, b_3_2, acc_4_0_1_0_0_0);
          acc_4_0_1_0_0_1 = __fmaf_rn(a_3_2, b_3_2, acc_4_0_1_0_0_1);
          const float b_4_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 48];
          acc_4_0_0_0_0_0 = __fmaf_rn(a_3_2, b_4_2, acc_4_0_0_0_0_0);
          const float a_4_2 = a[216 * n_chunk + 108 * k_thread + 12 * y_chunk + 12 * l_thread + 2 * m_thread + 2];
          acc_4_0_0_0_0_1 = __fmaf_rn(a_4_2, b_4_2, acc_4_0_0_0_0_1);
          const float b_5_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 49];
          acc_4_0_1_0_0_0 = __fmaf_rn(a_3_2, b_5_2, acc_4_0_1_0_0_0);
          acc_4_0_1_0_0_1 = __fmaf_rn(a_4_2, b_5_2, acc_4_0_1_0_0_1);
          const float b_6_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 96];
          acc_4_0_0_0_0_0 = __fmaf_rn(a_4_2, b_6_2, acc_4_0_0_0_0_0);
          const float a_5_2 = a[216 * n_chunk + 108 * k_thread + 12 * y_chunk + 12 * l_thread + 2 * m_thread + 3];
          acc_4_0_0_0_0_1 = __fmaf_rn(a_5_2, b_6_2, acc_4_0_0_0_0_1);
          const float b_7_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 97];
          acc_4_0_1_0_0_0 = __fmaf_rn(a_4_2, b_7_2, acc_4_0_1_0_0_0);
          acc_4_0_1_0_0_1 = __fmaf_rn(a_5_2, b_7_2, acc_4_0_1_0_0_1);
          const float b_8_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 144];
          acc_4_0_0_0_0_0 = __fmaf_rn(a_5_2, b_8_2, acc_4_0_0_0_0_0);
          const float a_6_2 = a[216 * n_chunk + 108 * k_thread + 12 * y_chunk + 12 * l_thread + 2 * m_thread + 4];
          acc_4_0_0_0_0_1 = __fmaf_rn(a_6_2, b_8_2, acc_4_0_0_0_0_1);
          const float b_9_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 145];
          acc_4_0_1_0_0_0 = __fmaf_rn(a_5_2, b_9_2, acc_4_0_1_0_0_0);
          acc_4_0_1_0_0_1 = __fmaf_rn(a_6_2, b_9_2, acc_4_0_1_0_0_1);
          const float b_10_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 192];
          acc_4_0_0_0_0_0 = __fmaf_rn(a_6_2, b_10_2, acc_4_0_0_0_0_0);
          const float a_7_2 = a[216 * n_chunk + 108 * k_thread + 12 * y_chunk + 12 * l_thread + 2 * m_thread + 5];
          acc_4_0_0_0_0_1 = __fmaf_rn(a_7_2, b_10_2, acc_4_0_0_0_0_1);
          const float b_11_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 193];
          acc_4_0_1_0_0_0 = __fmaf_rn(a_6_2, b_11_2, acc_4_0_1_0_0_0);
          acc_4_0_1_0_0_1 = __fmaf_rn(a_7_2, b_11_2, acc_4_0_1_0_0_1);
          const float b_12_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 240];
          acc_4_0_0_0_0_0 = __fmaf_rn(a_7_2, b_12_2, acc_4_0_0_0_0_0);
          const float a_8_2 = a[216 * n_chunk + 108 * k_thread + 12 * y_chunk + 12 * l_thread + 2 * m_thread + 6];
          acc_4_0_0_0_0_1 = __fmaf_rn(a_8_2, b_12_2, acc_4_0_0_0_0_1);
          const float b_13_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 241];
          acc_4_0_1_0_0_0 = __fmaf_rn(a_7_2, b_13_2, acc_4_0_1_0_0_0);
          acc_4_0_1_0_0_1 = __fmaf_rn(a_8_2, b_13_2, acc_4_0_1_0_0_1);
          const float b_14_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 288];
          acc_4_0_0_0_0_0 = __fmaf_rn(a_8_2, b_14_2, acc_4_0_0_0_0_0);
          const float a_9_2 = a[216 * n_chunk + 108 * k_thread + 12 * y_chunk + 12 * l_thread + 2 * m_thread + 7];
          acc_4_0_0_0_0_1 = __fmaf_rn(a_9_2, b_14_2, acc_4_0_0_0_0_1);
          const float b_15_2 = b[12 * n_chunk + 2 * j_thread + 336 * y_chunk + 289];
          acc_4_0_1_0_0_0 = __fmaf_rn(a_8_2, b_15_2, acc_4_0_1_0_0_0);
          acc_4_0_1_0_0_1 = __fmaf_rn(a_9_2, b_15_2, acc_4_0_1_0_0_1);
        }
      }
      __syncthreads();
    }
    if (thread < 192) {
      partial[thread] = acc_4_0_0_0_0_0;
      partial[thread + 192] = acc_4_0_0_0_0_1;
      partial[thread + 384] = acc_4_0_1_0_0_0;
      partial[thread + 576] = acc_4_0_1_0_0_1;
    }
    __syncthreads();
    for (int s_3_2 = thread; s_3_2 < 192; s_3_2 += 256) {
      partial[192 * (s_3_2 / 48) + (s_3_2 % 48)] = partial[192 * (s_3_2 / 48) + (s_3_2 % 48)] + partial[192 * (s_3_2 / 48) + (s_3_2 % 48) + 48] + partial[192 * (s_3_2 / 48) + (s_3_2 % 48) + 96] + partial[192 * (s_3_2 / 48) + (s_3_2 % 48) + 144];
    }
    __syncthreads();
    if (thread < 48) {
      acc_4_0_0_0_0_0 = partial[thread];
      acc_4_0_0_0_0_1 = partial[thread + 192];
      acc_4_0_1_0_0_0 = partial[thread + 384];
      acc_4_0_1_0_0_1 = partial[thread + 576];
    }
    if (thread < 48) {
      const float total_2 = acc_4_0_0_0_0_0 + acc_4_0_0_0_0_1 + acc_4_0_1_0_0_0 + acc_4_0_1_0_0_1;
      if (total_2 != total_2) {
        for (int u_5 = 0; u_5 < 2; ++u_5) {
          const int j_2_2 = 8 * j_block + 2 * j_thread + u_5;
          const int k_2_2 = 2 * k_block + k_thread;
          const int l = l_thread;
          for (int u_2_2 = 0; u_2_2 < 2; ++u_2_2) {
            if (2 * m_thread + u_2_2 < 3) {
              const int m = 2 * m_thread + u_2_2;
              float acc_2_2 = 0.0f;
              for (int n_5 = 0; n_5 < 8; ++n_5) {
                for (int y_4 = 0; y_4 < 7; ++y_4) {
                  for (int x_4 = 0; x_4 < 7; ++x_4) {
                    const float t_9 = v35[12544 * i_block + 1568 * n_5 + 49 * j_2_2 + 7 * y_4 + x_4];
                    if (y_4 + l - 1 >= 0 && y_4 + l - 1 < 7 && x_4 + m - 1 >= 0 && x_4 + m - 1 < 7) {
                      acc_2_2 = __fmaf_rn(v12[6272 * i_block + 784 * n_5 + 49 * k_2_2 + 7 * y_4 + 7 * l + x_4 + m - 8], t_9, acc_2_2);
                    }
                  }
                }
              }
              v41_slices[4608 * i_block + 144 * j_2_2 + 9 * k_2_2 + 3 * l + m] = acc_2_2;
            }
          }
        }
      } else {
        const int j_3 = 8 * j_block + 2 * j_thread;
        const int k_3 = 2 * k_block + k_thread;
        const int l_2 = l_thread;
        const int m_2 = 2 * m_thread;
        v41_slices[4608 * i_block + 144 * j_3 + 9 * k_3 + 3 * l_2 + m_2] = acc_4_0_0_0_0_0;
        if (2 * m_thread + 1 < 3) {
          const int m_2_2 = 1;
          v41_slices[4608 * i_block + 144 * j_3 + 9 * k_3 + 3 * l_2 + m_2_2] = acc_4_0_0_0_0_1;
        }
        const int j_3_2 = 8 * j_block + 2 * j_thread + 1;
        const int k_3_2 = 2 * k_block + k_thread;
        const int l_2_2 = l_thread;
        const int m_2_3 = 2 * m_thread;
        v41_slices[4608 * i_block + 144 * j_3_2 + 9 * k_3_2 + 3 * l_2_2 + m_2_3] = acc_4_0_1_0_0_0;
        if (2 * m_thread + 1 < 3) {
          const int m_2_4 = 1;
          v41_slices[4608 * i_block + 144 * j_3_2 + 9 * k_3_2 + 3 * l_2_2 + m_2_4] = acc_4_0_1_0_0_1;
        }
      }
    }
  }
  // out.weight.adam_update
  if (block >= 576 && block < 638) {
    if (256 * block + thread - 147456 < 15680) {
      const int e_2 = 256 * block + thread - 147456;
      const int t_10 = step[0];
      const float t_2_3 = v34[e_2];
      const float t_3_2 = __fmaf_rn(0.9f, out_weight_exp_avg[e_2], 0.1f * t_2_3);
      const float t_4_2 = __fmaf_rn(0.999f, out_weight_exp_avg_sq[e_2], 0.001f * (t_2_3 * t_2_3));
      const double t_12 = (double)t_10 * -0.10536051565782628;
      const double t_13 = maximum(-746.0, minimum(710.0, t_12));
      const double t_14 = __fma_rn(t_13, 1.4426950408889634, 6755399441055744.0);
      const double t_15 = t_14 - 6755399441055744.0;
      const double t_16 = -t_15;
      const double t_17 = __fma_rn(t_16, 1.9082149292705877e-10, __fma_rn(t_16, 0.6931471803691238, t_13));
      const double p = __fma_rn(t_17, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_2 = __fma_rn(p, t_17, 2.505210838544172e-08);
      const double p_3 = __fma_rn(p_2, t_17, 2.755731922398589e-07);
      const double p_4 = __fma_rn(p_3, t_17, 2.7557319223985893e-06);
      const double p_5 = __fma_rn(p_4, t_17, 2.48015873015873e-05);
      const double p_6 = __fma_rn(p_5, t_17, 0.0001984126984126984);
      const double p_7 = __fma_rn(p_6, t_17, 0.001388888888888889);
      const double p_8 = __fma_rn(p_7, t_17, 0.008333333333333333);
      const double p_9 = __fma_rn(p_8, t_17, 0.041666666666666664);
      const double p_10 = __fma_rn(p_9, t_17, 0.16666666666666666);
      const double p_11 = __fma_rn(p_10, t_17, 0.5);
      const double p_12 = __fma_rn(p_11, t_17, 1.0);
      const double p_13 = __fma_rn(p_12, t_17, 1.0);
      const long long t_18 = wrappingSubtract(__double_as_longlong(t_14), 4843621399236968448LL);
      const long long t_19 = wrappingSubtract(shiftRight(wrappingAdd(t_18, 4096LL), 1LL), 2048LL);
      const double t_20 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_19, 1023LL), 52LL));
      const double t_21 = (double)t_10 * -0.0010005003335835344;
      const double t_22 = maximum(-746.0, minimum(710.0, t_21));
      const double t_23 = __fma_rn(t_22, 1.4426950408889634, 6755399441055744.0);
      const double t_24 = t_23 - 6755399441055744.0;
      const double t_25 = -t_24;
      const double t_26 = __fma_rn(t_25, 1.9082149292705877e-10, __fma_rn(t_25, 0.6931471803691238, t_22));
      const double p_14 = __fma_rn(t_26, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_15 = __fma_rn(p_14, t_26, 2.505210838544172e-08);
      const double p_16 = __fma_rn(p_15, t_26, 2.755731922398589e-07);
      const double p_17 = __fma_rn(p_16, t_26, 2.7557319223985893e-06);
      const double p_18 = __fma_rn(p_17, t_26, 2.48015873015873e-05);
      const double p_19 = __fma_rn(p_18, t_26, 0.0001984126984126984);
      const double p_20 = __fma_rn(p_19, t_26, 0.001388888888888889);
      const double p_21 = __fma_rn(p_20, t_26, 0.008333333333333333);
      const double p_22 = __fma_rn(p_21, t_26, 0.041666666666666664);
      const double p_23 = __fma_rn(p_22, t_26, 0.16666666666666666);
      const double p_24 = __fma_rn(p_23, t_26, 0.5);
      const double p_25 = __fma_rn(p_24, t_26, 1.0);
      const double p_26 = __fma_rn(p_25, t_26, 1.0);
      const long long t_27 = wrappingSubtract(__double_as_longlong(t_23), 4843621399236968448LL);
      const long long t_28 = wrappingSubtract(shiftRight(wrappingAdd(t_27, 4096LL), 1LL), 2048LL);
      const double t_29 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_28, 1023LL), 52LL));
      const float t_5_2 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_20 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_18, t_19), 1023LL), 52LL)))), t_3_2 / __fmaf_rn(sqrtf(t_4_2), (float)(1.0 / sqrt(1.0 - t_29 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_27, t_28), 1023LL), 52LL)))), 1e-08f), out_weight[e_2]);
      const float t_6_2 = t_5_2;
      const float t_7_2 = t_3_2;
      const float t_8_2 = t_4_2;
      out_weight[e_2] = t_6_2;
      out_weight_exp_avg[e_2] = t_7_2;
      out_weight_exp_avg_sq[e_2] = t_8_2;
    }
  }
  // out.bias.adam_update
  if (block >= 638) {
    if (thread < 10) {
      const int e_3 = thread;
      const int t_11 = step[0];
      const float t_2_4 = v33[e_3];
      const float t_3_3 = __fmaf_rn(0.9f, out_bias_exp_avg[e_3], 0.1f * t_2_4);
      const float t_4_3 = __fmaf_rn(0.999f, out_bias_exp_avg_sq[e_3], 0.001f * (t_2_4 * t_2_4));
      const double t_30 = (double)t_11 * -0.10536051565782628;
      const double t_31 = maximum(-746.0, minimum(710.0, t_30));
      const double t_32 = __fma_rn(t_31, 1.4426950408889634, 6755399441055744.0);
      const double t_33 = t_32 - 6755399441055744.0;
      const double t_34 = -t_33;
      const double t_35 = __fma_rn(t_34, 1.9082149292705877e-10, __fma_rn(t_34, 0.6931471803691238, t_31));
      const double p_27 = __fma_rn(t_35, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_28 = __fma_rn(p_27, t_35, 2.505210838544172e-08);
      const double p_29 = __fma_rn(p_28, t_35, 2.755731922398589e-07);
      const double p_30 = __fma_rn(p_29, t_35, 2.7557319223985893e-06);
      const double p_31 = __fma_rn(p_30, t_35, 2.48015873015873e-05);
      const double p_32 = __fma_rn(p_31, t_35, 0.0001984126984126984);
      const double p_33 = __fma_rn(p_32, t_35, 0.001388888888888889);
      const double p_34 = __fma_rn(p_33, t_35, 0.008333333333333333);
      const double p_35 = __fma_rn(p_34, t_35, 0.041666666666666664);
      const double p_36 = __fma_rn(p_35, t_35, 0.16666666666666666);
      const double p_37 = __fma_rn(p_36, t_35, 0.5);
      const double p_38 = __fma_rn(p_37, t_35, 1.0);
      const double p_39 = __fma_rn(p_38, t_35, 1.0);
      const long long t_36 = wrappingSubtract(__double_as_longlong(t_32), 4843621399236968448LL);
      const long long t_37 = wrappingSubtract(shiftRight(wrappingAdd(t_36, 4096LL), 1LL), 2048LL);
      const double t_38 = p_39 * __longlong_as_double(shiftLeft(wrappingAdd(t_37, 1023LL), 52LL));
      const double t_39 = (double)t_11 * -0.0010005003335835344;
      const double t_40 = maximum(-746.0, minimum(710.0, t_39));
      const double t_41 = __fma_rn(t_40, 1.4426950408889634, 6755399441055744.0);
      const double t_42 = t_41 - 6755399441055744.0;
      const double t_43 = -t_42;
      const double t_44 = __fma_rn(t_43, 1.9082149292705877e-10, __fma_rn(t_43, 0.6931471803691238, t_40));
      const double p_40 = __fma_rn(t_44, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_41 = __fma_rn(p_40, t_44, 2.505210838544172e-08);
      const double p_42 = __fma_rn(p_41, t_44, 2.755731922398589e-07);
      const double p_43 = __fma_rn(p_42, t_44, 2.7557319223985893e-06);
      const double p_44 = __fma_rn(p_43, t_44, 2.48015873015873e-05);
      const double p_45 = __fma_rn(p_44, t_44, 0.0001984126984126984);
      const double p_46 = __fma_rn(p_45, t_44, 0.001388888888888889);
      const double p_47 = __fma_rn(p_46, t_44, 0.008333333333333333);
      const double p_48 = __fma_rn(p_47, t_44, 0.041666666666666664);
      const double p_49 = __fma_rn(p_48, t_44, 0.16666666666666666);
      const double p_50 = __fma_rn(p_49, t_44, 0.5);
      const double p_51 = __fma_rn(p_50, t_44, 1.0);
      const double p_52 = __fma_rn(p_51, t_44, 1.0);
      const long long t_45 = wrappingSubtract(__double_as_longlong(t_41), 4843621399236968448LL);
      const long long t_46 = wrappingSubtract(shiftRight(wrappingAdd(t_45, 4096LL), 1LL), 2048LL);
      const double t_47 = p_52 * __longlong_as_double(shiftLeft(wrappingAdd(t_46, 1023LL), 52LL));
      const float t_5_3 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_38 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_36, t_37), 1023LL), 52LL)))), t_3_3 / __fmaf_rn(sqrtf(t_4_3), (float)(1.0 / sqrt(1.0 - t_47 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_45, t_46), 1023LL), 52LL)))), 1e-08f), out_bias[e_3]);
      const float t_6_3 = t_5_3;
      const float t_7_3 = t_3_3;
      const float t_8_3 = t_4_3;
      out_bias[e_3] = t_6_3;
      out_bias_exp_avg[e_3] = t_7_3;
      out_bias_exp_avg_sq[e_3] = t_8_3;
    }
  }
}

// @conv2.0.conv2d_input_grad_and_4_more: 5 kernels in one launch: tiles of 4 o x 14 y x 16 x in a block, 4 o x 4 x a thread, 16 o_2 x 3 ky x 3 kx staged at a time, 4 threads share a sum; tiles of 2 j x 8 k x 3 l x 3 m in a block, 3 l x 3 m a thread, 1 n x 14 y x 14 x staged at a time, 8 threads share a sum; 549 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv2_0_conv2d_input_grad_and_4_more(
    const unsigned char *__restrict__ v13,
    const float *__restrict__ v39,
    const float *__restrict__ v12,
    const float *__restrict__ conv2_0_weight,
    float *__restrict__ v44,
    float *__restrict__ v45_slices,
    const float *__restrict__ v4,
    float *__restrict__ v46_slices,
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ conv3_0_weight,
    const float *__restrict__ v41_slices,
    float *__restrict__ conv3_0_weight_exp_avg,
    float *__restrict__ conv3_0_weight_exp_avg_sq,
    float *__restrict__ conv3_0_bias,
    const float *__restrict__ v40_slices,
    float *__restrict__ conv3_0_bias_exp_avg,
    float *__restrict__ conv3_0_bias_exp_avg_sq,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  alignas(16) __shared__ float a[5120];
  alignas(16) __shared__ float b[784];
  alignas(16) __shared__ float partial[3584];
  // conv2.0.conv2d_input_grad
  if (block < 128) {
    const int tile = block;
    const int n_block = tile / 2;
    const int o_block = tile % 2;
    const int worker = minimum(thread, 223);
    const int group = worker / 56;
    const int y_thread = (worker / 4) % 14;
    const int x_thread = worker % 4;
    float acc_0_0_0_0 = 0.0f;
    float acc_0_0_0_1 = 0.0f;
    float acc_0_0_0_2 = 0.0f;
    float acc_0_0_0_3 = 0.0f;
    float acc_0_1_0_0 = 0.0f;
    float acc_0_1_0_1 = 0.0f;
    float acc_0_1_0_2 = 0.0f;
    float acc_0_1_0_3 = 0.0f;
    float acc_0_2_0_0 = 0.0f;
    float acc_0_2_0_1 = 0.0f;
    float acc_0_2_0_2 = 0.0f;
    float acc_0_2_0_3 = 0.0f;
    float acc_0_3_0_0 = 0.0f;
    float acc_0_3_0_1 = 0.0f;
    float acc_0_3_0_2 = 0.0f;
    float acc_0_3_0_3 = 0.0f;
    for (int s = thread; s < 4608; s += 256) {
      const int o_2 = s / 288;
      const int ky_3 = (s / 18) % 16;
      const int kx_3 = s % 18;
      float g = 0.0f;
      if (-ky_3 + 14 >= 0 && -ky_3 + 14 < 14 && -kx_3 + 16 >= 0 && -kx_3 + 16 < 14) {
        g = (int)v13[784 * n_block + 49 * o_2 + 7 * floorDivide(-ky_3, 2) + floorDivide(-kx_3, 2) + 57] == 2 * floorRemainder(-ky_3, 2) + floorRemainder(-kx_3, 2) ? (v12[784 * n_block + 49 * o_2 + 7 * floorDivide(-ky_3, 2) + floorDivide(-kx_3, 2) + 57] <= 0.0f ? 0.0f : v39[784 * n_block + 49 * o_2 + 7 * floorDivide(-ky_3, 2) + floorDivide(-kx_3, 2) + 57]) : 0.0f;
      }
      a[320 * o_2 + 20 * ky_3 + kx_3] = g;
    }
    for (int s_2 = thread; s_2 < 576; s_2 += 256) {
      const int o_2_2 = s_2 / 36;
      const int o_3 = (s_2 / 9) % 4;
      const int ky_4 = (s_2 / 3) % 3;
      const int kx_4 = s_2 % 3;
      b[36 * o_2_2 + o_3 + 12 * ky_4 + 4 * kx_4] = conv2_0_weight[72 * o_2_2 + 36 * o_block + 9 * o_3 + 3 * ky_4 + kx_4];
    }
    __syncthreads();
    for (int o_2_chunk = group; o_2_chunk < 16; o_2_chunk += 4) {
      const float a_2 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 275];
      const float b_2 = b[36 * o_2_chunk];
      acc_0_0_0_0 = __fmaf_rn(a_2, b_2, acc_0_0_0_0);
      const float a_3 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 274];
      acc_0_0_0_1 = __fmaf_rn(a_3, b_2, acc_0_0_0_1);
      const float a_4 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 273];
      acc_0_0_0_2 = __fmaf_rn(a_4, b_2, acc_0_0_0_2);
      const float a_5 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 272];
      acc_0_0_0_3 = __fmaf_rn(a_5, b_2, acc_0_0_0_3);
      const float b_3 = b[36 * o_2_chunk + 1];
      acc_0_1_0_0 = __fmaf_rn(a_2, b_3, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_3, b_3, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_4, b_3, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_5, b_3, acc_0_1_0_3);
      const float b_4 = b[36 * o_2_chunk + 2];
      acc_0_2_0_0 = __fmaf_rn(a_2, b_4, acc_0_2_0_0);
      acc_0_2_0_1 = __fmaf_rn(a_3, b_4, acc_0_2_0_1);
      acc_0_2_0_2 = __fmaf_rn(a_4, b_4, acc_0_2_0_2);
      acc_0_2_0_3 = __fmaf_rn(a_5, b_4, acc_0_2_0_3);
      const float b_5 = b[36 * o_2_chunk + 3];
      acc_0_3_0_0 = __fmaf_rn(a_2, b_5, acc_0_3_0_0);
      acc_0_3_0_1 = __fmaf_rn(a_3, b_5, acc_0_3_0_1);
      acc_0_3_0_2 = __fmaf_rn(a_4, b_5, acc_0_3_0_2);
      acc_0_3_0_3 = __fmaf_rn(a_5, b_5, acc_0_3_0_3);
      const float a_6 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 276];
      const float b_6 = b[36 * o_2_chunk + 4];
      acc_0_0_0_0 = __fmaf_rn(a_6, b_6, acc_0_0_0_0);
      acc_0_0_0_1 = __fmaf_rn(a_2, b_6, acc_0_0_0_1);
      acc_0_0_0_2 = __fmaf_rn(a_3, b_6, acc_0_0_0_2);
      acc_0_0_0_3 = __fmaf_rn(a_4, b_6, acc_0_0_0_3);
      const float b_7 = b[36 * o_2_chunk + 5];
      acc_0_1_0_0 = __fmaf_rn(a_6, b_7, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_2, b_7, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_3, b_7, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_4, b_7, acc_0_1_0_3);
      const float b_8 = b[36 * o_2_chunk + 6];
      acc_0_2_0_0 = __fmaf_rn(a_6, b_8, acc_0_2_0_0);
      acc_0_2_0_1 = __fmaf_rn(a_2, b_8, acc_0_2_0_1);
      acc_0_2_0_2 = __fmaf_rn(a_3, b_8, acc_0_2_0_2);
      acc_0_2_0_3 = __fmaf_rn(a_4, b_8, acc_0_2_0_3);
      const float b_9 = b[36 * o_2_chunk + 7];
      acc_0_3_0_0 = __fmaf_rn(a_6, b_9, acc_0_3_0_0);
      acc_0_3_0_1 = __fmaf_rn(a_2, b_9, acc_0_3_0_1);
      acc_0_3_0_2 = __fmaf_rn(a_3, b_9, acc_0_3_0_2);
      acc_0_3_0_3 = __fmaf_rn(a_4, b_9, acc_0_3_0_3);
      const float a_7 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 277];
      const float b_10 = b[36 * o_2_chunk + 8];
      acc_0_0_0_0 = __fmaf_rn(a_7, b_10, acc_0_0_0_0);
      acc_0_0_0_1 = __fmaf_rn(a_6, b_10, acc_0_0_0_1);
      acc_0_0_0_2 = __fmaf_rn(a_2, b_10, acc_0_0_0_2);
      acc_0_0_0_3 = __fmaf_rn(a_3, b_10, acc_0_0_0_3);
      const float b_11 = b[36 * o_2_chunk + 9];
      acc_0_1_0_0 = __fmaf_rn(a_7, b_11, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_6, b_11, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_2, b_11, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_3, b_11, acc_0_1_0_3);
      const float b_12 = b[36 * o_2_chunk + 10];
      acc_0_2_0_0 = __fmaf_rn(a_7, b_12, acc_0_2_0_0);
      acc_0_2_0_1 = __fmaf_rn(a_6, b_12, acc_0_2_0_1);
      acc_0_2_0_2 = __fmaf_rn(a_2, b_12, acc_0_2_0_2);
      acc_0_2_0_3 = __fmaf_rn(a_3, b_12, acc_0_2_0_3);
      const float b_13 = b[36 * o_2_chunk + 11];
      acc_0_3_0_0 = __fmaf_rn(a_7, b_13, acc_0_3_0_0);
      acc_0_3_0_1 = __fmaf_rn(a_6, b_13, acc_0_3_0_1);
      acc_0_3_0_2 = __fmaf_rn(a_2, b_13, acc_0_3_0_2);
      acc_0_3_0_3 = __fmaf_rn(a_3, b_13, acc_0_3_0_3);
      const float a_8 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 295];
      const float b_14 = b[36 * o_2_chunk + 12];
      acc_0_0_0_0 = __fmaf_rn(a_8, b_14, acc_0_0_0_0);
      const float a_9 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 294];
      acc_0_0_0_1 = __fmaf_rn(a_9, b_14, acc_0_0_0_1);
      const float a_10 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 293];
      acc_0_0_0_2 = __fmaf_rn(a_10, b_14, acc_0_0_0_2);
      const float a_11 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 292];
      acc_0_0_0_3 = __fmaf_rn(a_11, b_14, acc_0_0_0_3);
      const float b_15 = b[36 * o_2_chunk + 13];
      acc_0_1_0_0 = __fmaf_rn(a_8, b_15, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_9, b_15, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_10, b_15, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_11, b_15, acc_0_1_0_3);
      const float b_16 = b[36 * o_2_chunk + 14];
      acc_0_2_0_0 = __fmaf_rn(a_8, b_16, acc_0_2_0_0);
      acc_0_2_0_1 = __fmaf_rn(a_9, b_16, acc_0_2_0_1);
      acc_0_2_0_2 = __fmaf_rn(a_10, b_16, acc_0_2_0_2);
      acc_0_2_0_3 = __fmaf_rn(a_11, b_16, acc_0_2_0_3);
      const float b_17 = b[36 * o_2_chunk + 15];
      acc_0_3_0_0 = __fmaf_rn(a_8, b_17, acc_0_3_0_0);
      acc_0_3_0_1 = __fmaf_rn(a_9, b_17, acc_0_3_0_1);
      acc_0_3_0_2 = __fmaf_rn(a_10, b_17, acc_0_3_0_2);
      acc_0_3_0_3 = __fmaf_rn(a_11, b_17, acc_0_3_0_3);
      const float a_12 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 296];
      const float b_18 = b[36 * o_2_chunk + 16];
      acc_0_0_0_0 = __fmaf_rn(a_12, b_18, acc_0_0_0_0);
      acc_0_0_0_1 = __fmaf_rn(a_8, b_18, acc_0_0_0_1);
      acc_0_0_0_2 = __fmaf_rn(a_9, b_18, acc_0_0_0_2);
      acc_0_0_0_3 = __fmaf_rn(a_10, b_18, acc_0_0_0_3);
      const float b_19 = b[36 * o_2_chunk + 17];
      acc_0_1_0_0 = __fmaf_rn(a_12, b_19, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_8, b_19, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_9, b_19, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_10, b_19, acc_0_1_0_3);
      const float b_20 = b[36 * o_2_chunk + 18];
      acc_0_2_0_0 = __fmaf_rn(a_12, b_20, acc_0_2_0_0);
      acc_0_2_0_1 = __fmaf_rn(a_8, b_20, acc_0_2_0_1);
      acc_0_2_0_2 = __fmaf_rn(a_9, b_20, acc_0_2_0_2);
      acc_0_2_0_3 = __fmaf_rn(a_10, b_20, acc_0_2_0_3);
      const float b_21 = b[36 * o_2_chunk + 19];
      acc_0_3_0_0 = __fmaf_rn(a_12, b_21, acc_0_3_0_0);
      acc_0_3_0_1 = __fmaf_rn(a_8, b_21, acc_0_3_0_1);
      acc_0_3_0_2 = __fmaf_rn(a_9, b_21, acc_0_3_0_2);
      acc_0_3_0_3 = __fmaf_rn(a_10, b_21, acc_0_3_0_3);
      const float a_13 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 297];
      const float b_22 = b[36 * o_2_chunk + 20];
      acc_0_0_0_0 = __fmaf_rn(a_13, b_22, acc_0_0_0_0);
      acc_0_0_0_1 = __fmaf_rn(a_12, b_22, acc_0_0_0_1);
      acc_0_0_0_2 = __fmaf_rn(a_8, b_22, acc_0_0_0_2);
      acc_0_0_0_3 = __fmaf_rn(a_9, b_22, acc_0_0_0_3);
      const float b_23 = b[36 * o_2_chunk + 21];
      acc_0_1_0_0 = __fmaf_rn(a_13, b_23, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_12, b_23, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_8, b_23, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_9, b_23, acc_0_1_0_3);
      const float b_24 = b[36 * o_2_chunk + 22];
      acc_0_2_0_0 = __fmaf_rn(a_13, b_24, acc_0_2_0_0);
      acc_0_2_0_1 = __fmaf_rn(a_12, b_24, acc_0_2_0_1);
      acc_0_2_0_2 = __fmaf_rn(a_8, b_24, acc_0_2_0_2);
      acc_0_2_0_3 = __fmaf_rn(a_9, b_24, acc_0_2_0_3);
      const float b_25 = b[36 * o_2_chunk + 23];
      acc_0_3_0_0 = __fmaf_rn(a_13, b_25, acc_0_3_0_0);
      acc_0_3_0_1 = __fmaf_rn(a_12, b_25, acc_0_3_0_1);
      acc_0_3_0_2 = __fmaf_rn(a_8, b_25, acc_0_3_0_2);
      acc_0_3_0_3 = __fmaf_rn(a_9, b_25, acc_0_3_0_3);
      const float a_14 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 315];
      const float b_26 = b[36 * o_2_chunk + 24];
      acc_0_0_0_0 = __fmaf_rn(a_14, b_26, acc_0_0_0_0);
      const float a_15 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 314];
      acc_0_0_0_1 = __fmaf_rn(a_15, b_26, acc_0_0_0_1);
      const float a_16 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 313];
      acc_0_0_0_2 = __fmaf_rn(a_16, b_26, acc_0_0_0_2);
      const float a_17 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 312];
      acc_0_0_0_3 = __fmaf_rn(a_17, b_26, acc_0_0_0_3);
      const float b_27 = b[36 * o_2_chunk + 25];
      acc_0_1_0_0 = __fmaf_rn(a_14, b_27, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_15, b_27, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_16, b_27, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_17, b_27, acc_0_1_0_3);
      const float b_28 = b[36 * o_2_chunk + 26];
      acc_0_2_0_0 = __fmaf_rn(a_14, b_28, acc_0_2_0_0);
      acc_0_2_0_1 = __fmaf_rn(a_15, b_28, acc_0_2_0_1);
      acc_0_2_0_2 = __fmaf_rn(a_16, b_28, acc_0_2_0_2);
      acc_0_2_0_3 = __fmaf_rn(a_17, b_28, acc_0_2_0_3);
      const float b_29 = b[36 * o_2_chunk + 27];
      acc_0_3_0_0 = __fmaf_rn(a_14, b_29, acc_0_3_0_0);
      acc_0_3_0_1 = __fmaf_rn(a_15, b_29, acc_0_3_0_1);
      acc_0_3_0_2 = __fmaf_rn(a_16, b_29, acc_0_3_0_2);
      acc_0_3_0_3 = __fmaf_rn(a_17, b_29, acc_0_3_0_3);
      const float a_18 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 316];
      const float b_30 = b[36 * o_2_chunk + 28];
      acc_0_0_0_0 = __fmaf_rn(a_18, b_30, acc_0_0_0_0);
      acc_0_0_0_1 = __fmaf_rn(a_14, b_30, acc_0_0_0_1);
      acc_0_0_0_2 = __fmaf_rn(a_15, b_30, acc_0_0_0_2);
      acc_0_0_0_3 = __fmaf_rn(a_16, b_30, acc_0_0_0_3);
      const float b_31 = b[36 * o_2_chunk + 29];
      acc_0_1_0_0 = __fmaf_rn(a_18, b_31, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_14, b_31, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_15, b_31, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_16, b_31, acc_0_1_0_3);
      const float b_32 = b[36 * o_2_chunk + 30];
      acc_0_2_0_0 = __fmaf_rn(a_18, b_32, acc_0_2_0_0);
      acc_0_2_0_1 = __fmaf_rn(a_14, b_32, acc_0_2_0_1);
      acc_0_2_0_2 = __fmaf_rn(a_15, b_32, acc_0_2_0_2);
      acc_0_2_0_3 = __fmaf_rn(a_16, b_32, acc_0_2_0_3);
      const float b_33 = b[36 * o_2_chunk + 31];
      acc_0_3_0_0 = __fmaf_rn(a_18, b_33, acc_0_3_0_0);
      acc_0_3_0_1 = __fmaf_rn(a_14, b_33, acc_0_3_0_1);
      acc_0_3_0_2 = __fmaf_rn(a_15, b_33, acc_0_3_0_2);
      acc_0_3_0_3 = __fmaf_rn(a_16, b_33, acc_0_3_0_3);
      const float a_19 = a[320 * o_2_chunk - 20 * y_thread - 4 * x_thread + 317];
      const float b_34 = b[36 * o_2_chunk + 32];
      acc_0_0_0_0 = __fmaf_rn(a_19, b_34, acc_0_0_0_0);
      acc_0_0_0_1 = __fmaf_rn(a_18, b_34, acc_0_0_0_1);
      acc_0_0_0_2 = __fmaf_rn(a_14, b_34, acc_0_0_0_2);
      acc_0_0_0_3 = __fmaf_rn(a_15, b_34, acc_0_0_0_3);
      const float b_35 = b[36 * o_2_chunk + 33];
      acc_0_1_0_0 = __fmaf_rn(a_19, b_35, acc_0_1_0_0);
      acc_0_1_0_1 = __fmaf_rn(a_18, b_35, acc_0_1_0_1);
      acc_0_1_0_2 = __fmaf_rn(a_14, b_35, acc_0_1_0_2);
      acc_0_1_0_3 = __fmaf_rn(a_15, b_35, acc_0_1_0_3);
      const float b_36 = b[36 * o_2_chunk + 34];
      acc_0_2_0_0 = __fmaf_rn(a_19, b_36, acc_0_2_0_0);
      acc_0_2_0_1 = __fmaf_rn(a_18, b_36, acc_0_2_0_1);
      acc_0_2_0_2 = __fmaf_rn(a_14, b_36, acc_0_2_0_2);
      acc_0_2_0_3 = __fmaf_rn(a_15, b_36, acc_0_2_0_3);
      const float b_37 = b[36 * o_2_chunk + 35];
      acc_0_3_0_0 = __fmaf_rn(a_19, b_37, acc_0_3_0_0);
      acc_0_3_0_1 = __fmaf_rn(a_18, b_37, acc_0_3_0_1);
      acc_0_3_0_2 = __fmaf_rn(a_14, b_37, acc_0_3_0_2);
      acc_0_3_0_3 = __fmaf_rn(a_15, b_37, acc_0_3_0_3);
    }
    if (thread < 224) {
      partial[thread] = acc_0_0_0_0;
      partial[thread + 224] = acc_0_0_0_1;
      partial[thread + 448] = acc_0_0_0_2;
      partial[thread + 672] = acc_0_0_0_3;
      partial[thread + 896] = acc_0_1_0_0;
      partial[thread + 1120] = acc_0_1_0_1;
      partial[thread + 1344] = acc_0_1_0_2;
      partial[thread + 1568] = acc_0_1_0_3;
      partial[thread + 1792] = acc_0_2_0_0;
      partial[thread + 2016] = acc_0_2_0_1;
      partial[thread + 2240] = acc_0_2_0_2;
      partial[thread + 2464] = acc_0_2_0_3;
      partial[thread + 2688] = acc_0_3_0_0;
      partial[thread + 2912] = acc_0_3_0_1;
      partial[thread + 3136] = acc_0_3_0_2;
      partial[thread + 3360] = acc_0_3_0_3;
    }
    __syncthreads();
    for (int s_3 = thread; s_3 < 896; s_3 += 256) {
      partial[224 * (s_3 / 56) + (s_3 % 56)] = partial[224 * (s_3 / 56) + (s_3 % 56)] + partial[224 * (s_3 / 56) + (s_3 % 56) + 56] + partial[224 * (s_3 / 56) + (s_3 % 56) + 112] + partial[224 * (s_3 / 56) + (s_3 % 56) + 168];
    }
    __syncthreads();
    if (thread < 56) {
      acc_0_0_0_0 = partial[thread];
      acc_0_0_0_1 = partial[thread + 224];
      acc_0_0_0_2 = partial[thread + 448];
      acc_0_0_0_3 = partial[thread + 672];
      acc_0_1_0_0 = partial[thread + 896];
      acc_0_1_0_1 = partial[thread + 1120];
      acc_0_1_0_2 = partial[thread + 1344];
      acc_0_1_0_3 = partial[thread + 1568];
      acc_0_2_0_0 = partial[thread + 1792];
      acc_0_2_0_1 = partial[thread + 2016];
      acc_0_2_0_2 = partial[thread + 2240];
      acc_0_2_0_3 = partial[thread + 2464];
      acc_0_3_0_0 = partial[thread + 2688];
      acc_0_3_0_1 = partial[thread + 2912];
      acc_0_3_0_2 = partial[thread + 3136];
      acc_0_3_0_3 = partial[thread + 3360];
    }
    if (thread < 56) {
      const float total = acc_0_0_0_0 + acc_0_0_0_1 + acc_0_0_0_2 + acc_0_0_0_3 + acc_0_1_0_0 + acc_0_1_0_1 + acc_0_1_0_2 + acc_0_1_0_3 + acc_0_2_0_0 + acc_0_2_0_1 + acc_0_2_0_2 + acc_0_2_0_3 + acc_0_3_0_0 + acc_0_3_0_1 + acc_0_3_0_2 + acc_0_3_0_3;
      if (total != total) {
        for (int u = 0; u < 4; ++u) {
          const int o_4 = 4 * o_block + u;
          const int y = y_thread;
          for (int u_2 = 0; u_2 < 4; ++u_2) {
            if (4 * x_thread + u_2 < 14) {
              const int x = 4 * x_thread + u_2;
              float acc_2 = 0.0f;
              for (int o_5 = 0; o_5 < 16; ++o_5) {
                for (int ky_5 = 0; ky_5 < 3; ++ky_5) {
                  for (int kx_5 = 0; kx_5 < 3; ++kx_5) {
                    const float t = conv2_0_weight[72 * o_5 + 9 * o_4 + 3 * ky_5 + kx_5];
                    if (y - ky_5 + 1 >= 0 && y - ky_5 + 1 < 14 && x - kx_5 + 1 >= 0 && x - kx_5 + 1 < 14) {
                      acc_2 = __fmaf_rn((int)v13[784 * n_block + 49 * o_5 + 7 * ((y - ky_5 + 1) / 2) + ((x - kx_5 + 1) / 2)] == 2 * ((y - ky_5 + 1) % 2) + ((x - kx_5 + 1) % 2) ? (v12[784 * n_block + 49 * o_5 + 7 * ((y - ky_5 + 1) / 2) + ((x - kx_5 + 1) / 2)] <= 0.0f ? 0.0f : v39[784 * n_block + 49 * o_5 + 7 * ((y - ky_5 + 1) / 2) + ((x - kx_5 + 1) / 2)]) : 0.0f, t, acc_2);
                    }
                  }
                }
              }
              v44[1568 * n_block + 196 * o_4 + 14 * y + x] = acc_2;
            }
          }
        }
      } else {
        const int o_6 = 4 * o_block;
        const int y_2 = y_thread;
        const int x_2 = 4 * x_thread;
        v44[1568 * n_block + 196 * o_6 + 14 * y_2 + x_2] = acc_0_0_0_0;
        const int x_2_2 = 4 * x_thread + 1;
        v44[1568 * n_block + 196 * o_6 + 14 * y_2 + x_2_2] = acc_0_0_0_1;
        if (4 * x_thread + 2 < 14) {
          const int x_2_3 = 4 * x_thread + 2;
          v44[1568 * n_block + 196 * o_6 + 14 * y_2 + x_2_3] = acc_0_0_0_2;
        }
        if (4 * x_thread + 3 < 14) {
          const int x_2_4 = 4 * x_thread + 3;
          v44[1568 * n_block + 196 * o_6 + 14 * y_2 + x_2_4] = acc_0_0_0_3;
        }
        const int o_6_2 = 4 * o_block + 1;
        const int y_2_2 = y_thread;
        const int x_2_5 = 4 * x_thread;
        v44[1568 * n_block + 196 * o_6_2 + 14 * y_2_2 + x_2_5] = acc_0_1_0_0;
        const int x_2_6 = 4 * x_thread + 1;
        v44[1568 * n_block + 196 * o_6_2 + 14 * y_2_2 + x_2_6] = acc_0_1_0_1;
        if (4 * x_thread + 2 < 14) {
          const int x_2_7 = 4 * x_thread + 2;
          v44[1568 * n_block + 196 * o_6_2 + 14 * y_2_2 + x_2_7] = acc_0_1_0_2;
        }
        if (4 * x_thread + 3 < 14) {
          const int x_2_8 = 4 * x_thread + 3;
          v44[1568 * n_block + 196 * o_6_2 + 14 * y_2_2 + x_2_8] = acc_0_1_0_3;
        }
        const int o_6_3 = 4 * o_block + 2;
        const int y_2_3 = y_thread;
        const int x_2_9 = 4 * x_thread;
        v44[1568 * n_block + 196 * o_6_3 + 14 * y_2_3 + x_2_9] = acc_0_2_0_0;
        const int x_2_10 = 4 * x_thread + 1;
        v44[1568 * n_block + 196 * o_6_3 + 14 * y_2_3 + x_2_10] = acc_0_2_0_1;
        if (4 * x_thread + 2 < 14) {
          const int x_2_11 = 4 * x_thread + 2;
          v44[1568 * n_block + 196 * o_6_3 + 14 * y_2_3 + x_2_11] = acc_0_2_0_2;
        }
        if (4 * x_thread + 3 < 14) {
          const int x_2_12 = 4 * x_thread + 3;
          v44[1568 * n_block + 196 * o_6_3 + 14 * y_2_3 + x_2_12] = acc_0_2_0_3;
        }
        const int o_6_4 = 4 * o_block + 3;
        const int y_2_4 = y_thread;
        const int x_2_13 = 4 * x_thread;
        v44[1568 * n_block + 196 * o_6_4 + 14 * y_2_4 + x_2_13] = acc_0_3_0_0;
        const int x_2_14 = 4 * x_thread + 1;
        v44[1568 * n_block + 196 * o_6_4 + 14 * y_2_4 + x_2_14] = acc_0_3_0_1;
        if (4 * x_thread + 2 < 14) {
          const int x_2_15 = 4 * x_thread + 2;
          v44[1568 * n_block + 196 * o_6_4 + 14 * y_2_4 + x_2_15] = acc_0_3_0_2;
        }
        if (4 * x_thread + 3 < 14) {
          const int x_2_16 = 4 * x_thread + 3;
          v44[1568 * n_block + 196 * o_6_4 + 14 * y_2_4 + x_2_16] = acc_0_3_0_3;
        }
      }
    }
  }
  // conv2.0.reduce_sum
  if (block >= 128 && block < 256) {
    const int e = minimum(8 * block + (thread / 32) - 1024, 1023);
    const int i = e / 16;
    const int j = e % 16;
    float acc_3 = 0.0f;
    for (int k = (thread % 32); k < 196; k += 32) {
      const int r_2 = k / 14;
      const int r_3 = k % 14;
      acc_3 = acc_3 + ((int)v13[784 * i + 49 * j + 7 * (r_2 / 2) + (r_3 / 2)] == 2 * (r_2 % 2) + (r_3 % 2) ? (v12[784 * i + 49 * j + 7 * (r_2 / 2) + (r_3 / 2)] <= 0.0f ? 0.0f : v39[784 * i + 49 * j + 7 * (r_2 / 2) + (r_3 / 2)]) : 0.0f);
    }
    const float t_2 = __shfl_xor_sync(0xffffffffu, acc_3, 16);
    const float t_2_2 = acc_3 + t_2;
    const float t_3 = __shfl_xor_sync(0xffffffffu, t_2_2, 8);
    const float t_4 = t_2_2 + t_3;
    const float t_5 = __shfl_xor_sync(0xffffffffu, t_4, 4);
    const float t_6 = t_4 + t_5;
    const float t_7 = __shfl_xor_sync(0xffffffffu, t_6, 2);
    const float t_8 = t_6 + t_7;
    const float t_9 = __shfl_xor_sync(0xffffffffu, t_8, 1);
    const float t_10 = t_8 + t_9;
    if ((thread % 32) < 1) {
      v45_slices[16 * i + j] = t_10;
    }
  }
  // conv2.0.conv2d_filter_grad
  if (block >= 256 && block < 512) {
    const int tile_2 = block - 256;
    const int i_block = tile_2 / 8;
    const int j_block = tile_2 % 8;
    const int worker_2 = minimum(thread, 127);
    const int group_2 = worker_2 / 16;
    const int j_thread = (worker_2 / 8) % 2;
    const int k_thread = worker_2 % 8;
    float acc_4_0_0_0_0_0 = 0.0f;
    float acc_4_0_0_0_0_1 = 0.0f;
    float acc_4_0_0_0_0_2 = 0.0f;
    float acc_4_0_0_0_1_0 = 0.0f;
    float acc_4_0_0_0_1_1 = 0.0f;
    float acc_4_0_0_0_1_2 = 0.0f;
    float acc_4_0_0_0_2_0 = 0.0f;
    float acc_4_0_0_0_2_1 = 0.0f;
    float acc_4_0_0_0_2_2 = 0.0f;
    for (int n_2 = 0; n_2 < 2; ++n_2) {
      for (int s_4 = thread; s_4 < 2048; s_4 += 256) {
        const int k_2 = s_4 / 256;
        const int y_2_2_2 = (s_4 / 16) % 16;
        const int x_2_2_2 = s_4 % 16;
        a[320 * k_2 + 20 * y_2_2_2 + x_2_2_2] = y_2_2_2 - 1 >= 0 && y_2_2_2 - 1 < 14 && x_2_2_2 - 1 >= 0 && x_2_2_2 - 1 < 14 ? v4[3136 * i_block + 1568 * n_2 + 196 * k_2 + 14 * y_2_2_2 + x_2_2_2 - 15] : 0.0f;
      }
      for (int s_2_2 = thread; s_2_2 < 392; s_2_2 += 256) {
        const int j_2 = s_2_2 / 196;
        const int y_3 = (s_2_2 / 14) % 14;
        const int x_3 = s_2_2 % 14;
        b[j_2 + 56 * y_3 + 4 * x_3] = (int)v13[1568 * i_block + 784 * n_2 + 98 * j_block + 49 * j_2 + 7 * (y_3 / 2) + (x_3 / 2)] == 2 * (y_3 % 2) + (x_3 % 2) ? (v12[1568 * i_block + 784 * n_2 + 98 * j_block + 49 * j_2 + 7 * (y_3 / 2) + (x_3 / 2)] <= 0.0f ? 0.0f : v39[1568 * i_block + 784 * n_2 + 98 * j_block + 49 * j_2 + 7 * (y_3 / 2) + (x_3 / 2)]) : 0.0f;
      }
      __syncthreads();
      for (int y_chunk = group_2; y_chunk < 14; y_chunk += 8) {
        for (int x_chunk = 0; x_chunk < 7; ++x_chunk) {
          const float a_2_2 = a[320 * k_thread + 20 * y_chunk + 2 * x_chunk];
          const float b_2_2 = b[j_thread + 56 * y_chunk + 8 * x_chunk];
          acc_4_0_0_0_0_0 = __fmaf_rn(a_2_2, b_2_2, acc_4_0_0_0_0_0);
          const float a_3_2 = a[320 * k_thread + 20 * y_chunk + 2 * x_chunk + 1];
          acc_4_0_0_0_0_1 = __fmaf_rn(a_3_2, b_2_2, acc_4_0_0_0_0_1);
          const float a_4_2 = a[320 * k_thread + 20 * y_chunk + 2 * x_chunk + 2];
          acc_4_0_0_0_0_2 = __fmaf_rn(a_4_2, b_2_2, acc_4_0_0_0_0_2);
          const float a_5_2 = a[320 * k_thread + 20 * y_chunk + 2 * x_chunk + 20];
          acc_4_0_0_0_1_0 = __fmaf_rn(a_5_2, b_2_2, acc_4_0_0_0_1_0);
          const float a_6_2 = a[320 * k_thread + 20 * y_chunk + 2 * x_chunk + 21];
          acc_4_0_0_0_1_1 = __fmaf_rn(a_6_2, b_2_2, acc_4_0_0_0_1_1);
          const float a_7_2 = a[320 * k_thread + 20 * y_chunk + 2 * x_chunk + 22];
          acc_4_0_0_0_1_2 = __fmaf_rn(a_7_2, b_2_2, acc_4_0_0_0_1_2);
          const float a_8_2 = a[320 * k_thread + 20 * y_chunk + 2 * x_chunk + 40];
          acc_4_0_0_0_2_0 = __fmaf_rn(a_8_2, b_2_2, acc_4_0_0_0_2_0);
          const float a_9_2 = a[320 * k_thread + 20 * y_chunk + 2 * x_chunk + 41];
          acc_4_0_0_0_2_1 = __fmaf_rn(a_9_2, b_2_2, acc_4_0_0_0_2_1);
          const float a_10_2 = a[320 * k_thread + 20 * y_chunk + 2 * x_chunk + 42];
          acc_4_0_0_0_2_2 = __fmaf_rn(a_10_2, b_2_2, acc_4_0_0_0_2_2);
          const float b_3_2 = b[j_thread + 56 * y_chunk + 8 * x_chunk + 4];
          acc_4_0_0_0_0_0 = __fmaf_rn(a_3_2, b_3_2, acc_4_0_0_0_0_0);
          acc_4_0_0_0_0_1 = __fmaf_rn(a_4_2, b_3_2, acc_4_0_0_0_0_1);
          const float a_11_2 = a[320 * k_thread + 20 * y_chunk + 2 * x_chunk + 3];
          acc_4_0_0_0_0_2 = __fmaf_rn(a_11_2, b_3_2, acc_4_0_0_0_0_2);
          acc_4_0_0_0_1_0 = __fmaf_rn(a_6_2, b_3_2, acc_4_0_0_0_1_0);
          acc_4_0_0_0_1_1 = __fmaf_rn(a_7_2, b_3_2, acc_4_0_0_0_1_1);
          const float a_12_2 = a[320 * k_thread + 20 * y_chunk + 2 * x_chunk + 23];
          acc_4_0_0_0_1_2 = __fmaf_rn(a_12_2, b_3_2, acc_4_0_0_0_1_2);
          acc_4_0_0_0_2_0 = __fmaf_rn(a_9_2, b_3_2, acc_4_0_0_0_2_0);
          acc_4_0_0_0_2_1 = __fmaf_rn(a_10_2, b_3_2, acc_4_0_0_0_2_1);
          const float a_13_2 = a[320 * k_thread + 20 * y_chunk + 2 * x_chunk + 43];
          acc_4_0_0_0_2_2 = __fmaf_rn(a_13_2, b_3_2, acc_4_0_0_0_2_2);
        }
      }
      __syncthreads();
    }
    if (thread < 128) {
      partial[thread] = acc_4_0_0_0_0_0;
      partial[thread + 128] = acc_4_0_0_0_0_1;
      partial[thread + 256] = acc_4_0_0_0_0_2;
      partial[thread + 384] = acc_4_0_0_0_1_0;
      partial[thread + 512] = acc_4_0_0_0_1_1;
      partial[thread + 640] = acc_4_0_0_0_1_2;
      partial[thread + 768] = acc_4_0_0_0_2_0;
      partial[thread + 896] = acc_4_0_0_0_2_1;
      partial[thread + 1024] = acc_4_0_0_0_2_2;
    }
    __syncthreads();
    for (int s_3_2 = thread; s_3_2 < 144; s_3_2 += 256) {
      partial[128 * (s_3_2 / 16) + (s_3_2 % 16)] = partial[128 * (s_3_2 / 16) + (s_3_2 % 16)] + partial[128 * (s_3_2 / 16) + (s_3_2 % 16) + 16] + partial[128 * (s_3_2 / 16) + (s_3_2 % 16) + 32] + partial[128 * (s_3_2 / 16) + (s_3_2 % 16) + 48] + partial[128 * (s_3_2 / 16) + (s_3_2 % 16) + 64] + partial[128 * (s_3_2 / 16) + (s_3_2 % 16) + 80] + partial[128 * (s_3_2 / 16) + (s_3_2 % 16) + 96] + partial[128 * (s_3_2 / 16) + (s_3_2 % 16) + 112];
    }
    __syncthreads();
    if (thread < 16) {
      acc_4_0_0_0_0_0 = partial[thread];
      acc_4_0_0_0_0_1 = partial[thread + 128];
      acc_4_0_0_0_0_2 = partial[thread + 256];
      acc_4_0_0_0_1_0 = partial[thread + 384];
      acc_4_0_0_0_1_1 = partial[thread + 512];
      acc_4_0_0_0_1_2 = partial[thread + 640];
      acc_4_0_0_0_2_0 = partial[thread + 768];
      acc_4_0_0_0_2_1 = partial[thread + 896];
      acc_4_0_0_0_2_2 = partial[thread + 1024];
    }
    if (thread < 16) {
      const float total_2 = acc_4_0_0_0_0_0 + acc_4_0_0_0_0_1 + acc_4_0_0_0_0_2 + acc_4_0_0_0_1_0 + acc_4_0_0_0_1_1 + acc_4_0_0_0_1_2 + acc_4_0_0_0_2_0 + acc_4_0_0_0_2_1 + acc_4_0_0_0_2_2;
      if (total_2 != total_2) {
        const int j_2_2 = 2 * j_block + j_thread;
        const int k_2_2 = k_thread;
        for (int u_5 = 0; u_5 < 3; ++u_5) {
          const int l = u_5;
          for (int u_2_2 = 0; u_2_2 < 3; ++u_2_2) {
            const int m = u_2_2;
            float acc_2_2 = 0.0f;
            for (int n_3 = 0; n_3 < 2; ++n_3) {
              for (int y_4 = 0; y_4 < 14; ++y_4) {
                for (int x_4 = 0; x_4 < 14; ++x_4) {
                  const float t_11 = (int)v13[1568 * i_block + 784 * n_3 + 49 * j_2_2 + 7 * (y_4 / 2) + (x_4 / 2)] == 2 * (y_4 % 2) + (x_4 % 2) ? (v12[1568 * i_block + 784 * n_3 + 49 * j_2_2 + 7 * (y_4 / 2) + (x_4 / 2)] <= 0.0f ? 0.0f : v39[1568 * i_block + 784 * n_3 + 49 * j_2_2 + 7 * (y_4 / 2) + (x_4 / 2)]) : 0.0f;
                  if (y_4 + l - 1 >= 0 && y_4 + l - 1 < 14 && x_4 + m - 1 >= 0 && x_4 + m - 1 < 14) {
                    acc_2_2 = __fmaf_rn(v4[3136 * i_block + 1568 * n_3 + 196 * k_2_2 + 14 * y_4 + 14 * l + x_4 + m - 15], t_11, acc_2_2);
                  }
                }
              }
            }
            v46_slices[1152 * i_block + 72 * j_2_2 + 9 * k_2_2 + 3 * l + m] = acc_2_2;
          }
        }
      } else {
        const int j_3 = 2 * j_block + j_thread;
        const int k_3 = k_thread;
        const int l_2 = 0;
        const int m_2 = 0;
        v46_slices[1152 * i_block + 72 * j_3 + 9 * k_3 + 3 * l_2 + m_2] = acc_4_0_0_0_0_0;
        const int m_2_2 = 1;
        v46_slices[1152 * i_block + 72 * j_3 + 9 * k_3 + 3 * l_2 + m_2_2] = acc_4_0_0_0_0_1;
        const int m_2_3 = 2;
        v46_slices[1152 * i_block + 72 * j_3 + 9 * k_3 + 3 * l_2 + m_2_3] = acc_4_0_0_0_0_2;
        const int l_2_2 = 1;
        const int m_2_4 = 0;
        v46_slices[1152 * i_block + 72 * j_3 + 9 * k_3 + 3 * l_2_2 + m_2_4] = acc_4_0_0_0_1_0;
        const int m_2_5 = 1;
        v46_slices[1152 * i_block + 72 * j_3 + 9 * k_3 + 3 * l_2_2 + m_2_5] = acc_4_0_0_0_1_1;
        const int m_2_6 = 2;
        v46_slices[1152 * i_block + 72 * j_3 + 9 * k_3 + 3 * l_2_2 + m_2_6] = acc_4_0_0_0_1_2;
        const int l_2_3 = 2;
        const int m_2_7 = 0;
        v46_slices[1152 * i_block + 72 * j_3 + 9 * k_3 + 3 * l_2_3 + m_2_7] = acc_4_0_0_0_2_0;
        const int m_2_8 = 1;
        v46_slices[1152 * i_block + 72 * j_3 + 9 * k_3 + 3 * l_2_3 + m_2_8] = acc_4_0_0_0_2_1;
        const int m_2_9 = 2;
        v46_slices[1152 * i_block + 72 * j_3 + 9 * k_3 + 3 * l_2_3 + m_2_9] = acc_4_0_0_0_2_2;
      }
    }
  }
  // conv3.0.weight.adam_update
  if (block >= 512 && block < 548) {
    const int e_2 = minimum(128 * block + (thread / 2) - 65536, 4607);
    const int n = e_2 / 144;
    const int o = (e_2 / 9) % 16;
    const int y_5 = (e_2 / 3) % 3;
    const int x_5 = e_2 % 3;
    float acc_5 = 0.0f;
    for (int z = (thread % 2); z < 8; z += 2) {
      acc_5 = acc_5 + v41_slices[4608 * z + 144 * n + 9 * o + 3 * y_5 + x_5];
    }
    const float t_12 = __shfl_xor_sync(0xffffffffu, acc_5, 1);
    const float t_2_3 = acc_5 + t_12;
    if ((thread % 2) < 1) {
      const int t_3_2 = step[0];
      const float t_4_2 = __fmaf_rn(0.9f, conv3_0_weight_exp_avg[144 * n + 9 * o + 3 * y_5 + x_5], 0.1f * t_2_3);
      const float t_5_2 = __fmaf_rn(0.999f, conv3_0_weight_exp_avg_sq[144 * n + 9 * o + 3 * y_5 + x_5], 0.001f * (t_2_3 * t_2_3));
      const double t_14 = (double)t_3_2 * -0.10536051565782628;
      const double t_15 = maximum(-746.0, minimum(710.0, t_14));
      const double t_16 = __fma_rn(t_15, 1.4426950408889634, 6755399441055744.0);
      const double t_17 = t_16 - 6755399441055744.0;
      const double t_18 = -t_17;
      const double t_19 = __fma_rn(t_18, 1.9082149292705877e-10, __fma_rn(t_18, 0.6931471803691238, t_15));
      const double p = __fma_rn(t_19, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_2 = __fma_rn(p, t_19, 2.505210838544172e-08);
      const double p_3 = __fma_rn(p_2, t_19, 2.755731922398589e-07);
      const double p_4 = __fma_rn(p_3, t_19, 2.7557319223985893e-06);
      const double p_5 = __fma_rn(p_4, t_19, 2.48015873015873e-05);
      const double p_6 = __fma_rn(p_5, t_19, 0.0001984126984126984);
      const double p_7 = __fma_rn(p_6, t_19, 0.001388888888888889);
      const double p_8 = __fma_rn(p_7, t_19, 0.008333333333333333);
      const double p_9 = __fma_rn(p_8, t_19, 0.041666666666666664);
      const double p_10 = __fma_rn(p_9, t_19, 0.16666666666666666);
      const double p_11 = __fma_rn(p_10, t_19, 0.5);
      const double p_12 = __fma_rn(p_11, t_19, 1.0);
      const double p_13 = __fma_rn(p_12, t_19, 1.0);
      const long long t_20 = wrappingSubtract(__double_as_longlong(t_16), 4843621399236968448LL);
      const long long t_21 = wrappingSubtract(shiftRight(wrappingAdd(t_20, 4096LL), 1LL), 2048LL);
      const double t_22 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_21, 1023LL), 52LL));
      const double t_23 = (double)t_3_2 * -0.0010005003335835344;
      const double t_24 = maximum(-746.0, minimum(710.0, t_23));
      const double t_25 = __fma_rn(t_24, 1.4426950408889634, 6755399441055744.0);
      const double t_26 = t_25 - 6755399441055744.0;
      const double t_27 = -t_26;
      const double t_28 = __fma_rn(t_27, 1.9082149292705877e-10, __fma_rn(t_27, 0.6931471803691238, t_24));
      const double p_14 = __fma_rn(t_28, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_15 = __fma_rn(p_14, t_28, 2.505210838544172e-08);
      const double p_16 = __fma_rn(p_15, t_28, 2.755731922398589e-07);
      const double p_17 = __fma_rn(p_16, t_28, 2.7557319223985893e-06);
      const double p_18 = __fma_rn(p_17, t_28, 2.48015873015873e-05);
      const double p_19 = __fma_rn(p_18, t_28, 0.0001984126984126984);
      const double p_20 = __fma_rn(p_19, t_28, 0.001388888888888889);
      const double p_21 = __fma_rn(p_20, t_28, 0.008333333333333333);
      const double p_22 = __fma_rn(p_21, t_28, 0.041666666666666664);
      const double p_23 = __fma_rn(p_22, t_28, 0.16666666666666666);
      const double p_24 = __fma_rn(p_23, t_28, 0.5);
      const double p_25 = __fma_rn(p_24, t_28, 1.0);
      const double p_26 = __fma_rn(p_25, t_28, 1.0);
      const long long t_29 = wrappingSubtract(__double_as_longlong(t_25), 4843621399236968448LL);
      const long long t_30 = wrappingSubtract(shiftRight(wrappingAdd(t_29, 4096LL), 1LL), 2048LL);
      const double t_31 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_30, 1023LL), 52LL));
      const float t_6_2 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_22 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_20, t_21), 1023LL), 52LL)))), t_4_2 / __fmaf_rn(sqrtf(t_5_2), (float)(1.0 / sqrt(1.0 - t_31 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_29, t_30), 1023LL), 52LL)))), 1e-08f), conv3_0_weight[144 * n + 9 * o + 3 * y_5 + x_5]);
      const float t_7_2 = t_4_2;
      const float t_8_2 = t_5_2;
      conv3_0_weight[144 * n + 9 * o + 3 * y_5 + x_5] = t_6_2;
      conv3_0_weight_exp_avg[144 * n + 9 * o + 3 * y_5 + x_5] = t_7_2;
      conv3_0_weight_exp_avg_sq[144 * n + 9 * o + 3 * y_5 + x_5] = t_8_2;
    }
  }
  // conv3.0.bias.adam_update
  if (block >= 548) {
    const int e_3 = minimum(thread / 8, 31);
    float acc_6 = 0.0f;
    for (int z_2 = (thread % 8); z_2 < 32; z_2 += 8) {
      acc_6 = acc_6 + v40_slices[32 * z_2 + e_3];
    }
    const float t_13 = __shfl_xor_sync(0xffffffffu, acc_6, 4);
    const float t_2_4 = acc_6 + t_13;
    const float t_3_3 = __shfl_xor_sync(0xffffffffu, t_2_4, 2);
    const float t_4_3 = t_2_4 + t_3_3;
    const float t_5_3 = __shfl_xor_sync(0xffffffffu, t_4_3, 1);
    const float t_6_3 = t_4_3 + t_5_3;
    if ((thread % 8) < 1) {
      const int t_7_3 = step[0];
      const float t_8_3 = __fmaf_rn(0.9f, conv3_0_bias_exp_avg[e_3], 0.1f * t_6_3);
      const float t_9_2 = __fmaf_rn(0.999f, conv3_0_bias_exp_avg_sq[e_3], 0.001f * (t_6_3 * t_6_3));
      const double t_32 = (double)t_7_3 * -0.10536051565782628;
      const double t_33 = maximum(-746.0, minimum(710.0, t_32));
      const double t_34 = __fma_rn(t_33, 1.4426950408889634, 6755399441055744.0);
      const double t_35 = t_34 - 6755399441055744.0;
      const double t_36 = -t_35;
      const double t_37 = __fma_rn(t_36, 1.9082149292705877e-10, __fma_rn(t_36, 0.6931471803691238, t_33));
      const double p_27 = __fma_rn(t_37, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_28 = __fma_rn(p_27, t_37, 2.505210838544172e-08);
      const double p_29 = __fma_rn(p_28, t_37, 2.755731922398589e-07);
      const double p_30 = __fma_rn(p_29, t_37, 2.7557319223985893e-06);
      const double p_31 = __fma_rn(p_30, t_37, 2.48015873015873e-05);
      const double p_32 = __fma_rn(p_31, t_37, 0.0001984126984126984);
      const double p_33 = __fma_rn(p_32, t_37, 0.001388888888888889);
      const double p_34 = __fma_rn(p_33, t_37, 0.008333333333333333);
      const double p_35 = __fma_rn(p_34, t_37, 0.041666666666666664);
      const double p_36 = __fma_rn(p_35, t_37, 0.16666666666666666);
      const double p_37 = __fma_rn(p_36, t_37, 0.5);
      const double p_38 = __fma_rn(p_37, t_37, 1.0);
      const double p_39 = __fma_rn(p_38, t_37, 1.0);
      const long long t_38 = wrappingSubtract(__double_as_longlong(t_34), 4843621399236968448LL);
      const long long t_39 = wrappingSubtract(shiftRight(wrappingAdd(t_38, 4096LL), 1LL), 2048LL);
      const double t_40 = p_39 * __longlong_as_double(shiftLeft(wrappingAdd(t_39, 1023LL), 52LL));
      const double t_41 = (double)t_7_3 * -0.0010005003335835344;
      const double t_42 = maximum(-746.0, minimum(710.0, t_41));
      const double t_43 = __fma_rn(t_42, 1.4426950408889634, 6755399441055744.0);
      const double t_44 = t_43 - 6755399441055744.0;
      const double t_45 = -t_44;
      const double t_46 = __fma_rn(t_45, 1.9082149292705877e-10, __fma_rn(t_45, 0.6931471803691238, t_42));
      const double p_40 = __fma_rn(t_46, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_41 = __fma_rn(p_40, t_46, 2.505210838544172e-08);
      const double p_42 = __fma_rn(p_41, t_46, 2.755731922398589e-07);
      const double p_43 = __fma_rn(p_42, t_46, 2.7557319223985893e-06);
      const double p_44 = __fma_rn(p_43, t_46, 2.48015873015873e-05);
      const double p_45 = __fma_rn(p_44, t_46, 0.0001984126984126984);
      const double p_46 = __fma_rn(p_45, t_46, 0.001388888888888889);
      const double p_47 = __fma_rn(p_46, t_46, 0.008333333333333333);
      const double p_48 = __fma_rn(p_47, t_46, 0.041666666666666664);
      const double p_49 = __fma_rn(p_48, t_46, 0.16666666666666666);
      const double p_50 = __fma_rn(p_49, t_46, 0.5);
      const double p_51 = __fma_rn(p_50, t_46, 1.0);
      const double p_52 = __fma_rn(p_51, t_46, 1.0);
      const long long t_47 = wrappingSubtract(__double_as_longlong(t_43), 4843621399236968448LL);
      const long long t_48 = wrappingSubtract(shiftRight(wrappingAdd(t_47, 4096LL), 1LL), 2048LL);
      const double t_49 = p_52 * __longlong_as_double(shiftLeft(wrappingAdd(t_48, 1023LL), 52LL));
      const float t_10_2 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_40 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_38, t_39), 1023LL), 52LL)))), t_8_3 / __fmaf_rn(sqrtf(t_9_2), (float)(1.0 / sqrt(1.0 - t_49 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_47, t_48), 1023LL), 52LL)))), 1e-08f), conv3_0_bias[e_3]);
      const float t_11_2 = t_8_3;
      const float t_12_2 = t_9_2;
      conv3_0_bias[e_3] = t_10_2;
      conv3_0_bias_exp_avg[e_3] = t_11_2;
      conv3_0_bias_exp_avg_sq[e_3] = t_12_2;
    }
  }
}

// @conv1.0.reduce_sum_and_3_more: 4 kernels in one launch: tiles of 2 j x 3 l x 3 m in a block, 2 j a thread, 1 n x 28 y x 28 x staged at a time, 16 threads share a sum; 357 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv1_0_reduce_sum_and_3_more(
    const unsigned char *__restrict__ v5,
    const float *__restrict__ v44,
    const float *__restrict__ v4,
    float *__restrict__ v49_slices,
    const unsigned char *__restrict__ images,
    float *__restrict__ v50_slices,
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ conv2_0_weight,
    const float *__restrict__ v46_slices,
    float *__restrict__ conv2_0_weight_exp_avg,
    float *__restrict__ conv2_0_weight_exp_avg_sq,
    float *__restrict__ conv2_0_bias,
    const float *__restrict__ v45_slices,
    float *__restrict__ conv2_0_bias_exp_avg,
    float *__restrict__ conv2_0_bias_exp_avg_sq,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  alignas(16) __shared__ float a[1080];
  alignas(16) __shared__ float b[3136];
  alignas(16) __shared__ float partial[288];
  // conv1.0.reduce_sum
  if (block < 64) {
    const int e = minimum(8 * block + (thread / 32), 511);
    const int i = e / 8;
    const int j = e % 8;
    float acc = 0.0f;
    for (int k = (thread % 32); k < 784; k += 32) {
      const int r_2 = k / 28;
      const int r_3 = k % 28;
      acc = acc + ((int)v5[1568 * i + 196 * j + 14 * (r_2 / 2) + (r_3 / 2)] == 2 * (r_2 % 2) + (r_3 % 2) ? (v4[1568 * i + 196 * j + 14 * (r_2 / 2) + (r_3 / 2)] <= 0.0f ? 0.0f : v44[1568 * i + 196 * j + 14 * (r_2 / 2) + (r_3 / 2)]) : 0.0f);
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
    if ((thread % 32) < 1) {
      v49_slices[8 * i + j] = t_10;
    }
  }
  // conv1.0.conv2d_filter_grad
  if (block >= 64 && block < 320) {
    const int tile = block - 64;
    const int i_block = tile / 4;
    const int j_block = tile % 4;
    const int worker = minimum(thread, 143);
    const int group = worker / 9;
    const int l_thread = (worker / 3) % 3;
    const int m_thread = worker % 3;
    float acc_2_0_0_0_0_0 = 0.0f;
    float acc_2_0_1_0_0_0 = 0.0f;
    for (int s = thread; s < 900; s += 256) {
      const int y_2 = s / 30;
      const int x_2 = s % 30;
      float g = 0.0f;
      if (y_2 - 1 >= 0 && y_2 - 1 < 28 && x_2 - 1 >= 0 && x_2 - 1 < 28) {
        g = (float)(int)images[784 * i_block + 28 * y_2 + x_2 - 29] / 255.0f;
      }
      a[36 * y_2 + x_2] = g;
    }
    for (int s_2 = thread; s_2 < 1568; s_2 += 256) {
      const int j_2 = s_2 / 784;
      const int y_3 = (s_2 / 28) % 28;
      const int x_3 = s_2 % 28;
      b[j_2 + 112 * y_3 + 4 * x_3] = (int)v5[1568 * i_block + 392 * j_block + 196 * j_2 + 14 * (y_3 / 2) + (x_3 / 2)] == 2 * (y_3 % 2) + (x_3 % 2) ? (v4[1568 * i_block + 392 * j_block + 196 * j_2 + 14 * (y_3 / 2) + (x_3 / 2)] <= 0.0f ? 0.0f : v44[1568 * i_block + 392 * j_block + 196 * j_2 + 14 * (y_3 / 2) + (x_3 / 2)]) : 0.0f;
    }
    __syncthreads();
    for (int y_chunk = group; y_chunk < 28; y_chunk += 16) {
      for (int x_chunk = 0; x_chunk < 7; ++x_chunk) {
        const float a_2 = a[36 * y_chunk + 36 * l_thread + 4 * x_chunk + m_thread];
        const float b_2 = b[112 * y_chunk + 16 * x_chunk];
        acc_2_0_0_0_0_0 = __fmaf_rn(a_2, b_2, acc_2_0_0_0_0_0);
        const float b_3 = b[112 * y_chunk + 16 * x_chunk + 1];
        acc_2_0_1_0_0_0 = __fmaf_rn(a_2, b_3, acc_2_0_1_0_0_0);
        const float a_3 = a[36 * y_chunk + 36 * l_thread + 4 * x_chunk + m_thread + 1];
        const float b_4 = b[112 * y_chunk + 16 * x_chunk + 4];
        acc_2_0_0_0_0_0 = __fmaf_rn(a_3, b_4, acc_2_0_0_0_0_0);
        const float b_5 = b[112 * y_chunk + 16 * x_chunk + 5];
        acc_2_0_1_0_0_0 = __fmaf_rn(a_3, b_5, acc_2_0_1_0_0_0);
        const float a_4 = a[36 * y_chunk + 36 * l_thread + 4 * x_chunk + m_thread + 2];
        const float b_6 = b[112 * y_chunk + 16 * x_chunk + 8];
        acc_2_0_0_0_0_0 = __fmaf_rn(a_4, b_6, acc_2_0_0_0_0_0);
        const float b_7 = b[112 * y_chunk + 16 * x_chunk + 9];
        acc_2_0_1_0_0_0 = __fmaf_rn(a_4, b_7, acc_2_0_1_0_0_0);
        const float a_5 = a[36 * y_chunk + 36 * l_thread + 4 * x_chunk + m_thread + 3];
        const float b_8 = b[112 * y_chunk + 16 * x_chunk + 12];
        acc_2_0_0_0_0_0 = __fmaf_rn(a_5, b_8, acc_2_0_0_0_0_0);
        const float b_9 = b[112 * y_chunk + 16 * x_chunk + 13];
        acc_2_0_1_0_0_0 = __fmaf_rn(a_5, b_9, acc_2_0_1_0_0_0);
      }
    }
    if (thread < 144) {
      partial[thread] = acc_2_0_0_0_0_0;
      partial[thread + 144] = acc_2_0_1_0_0_0;
    }
    __syncthreads();
    for (int s_3 = thread; s_3 < 18; s_3 += 256) {
      partial[144 * (s_3 / 9) + (s_3 % 9)] = partial[144 * (s_3 / 9) + (s_3 % 9)] + partial[144 * (s_3 / 9) + (s_3 % 9) + 9] + partial[144 * (s_3 / 9) + (s_3 % 9) + 18] + partial[144 * (s_3 / 9) + (s_3 % 9) + 27] + partial[144 * (s_3 / 9) + (s_3 % 9) + 36] + partial[144 * (s_3 / 9) + (s_3 % 9) + 45] + partial[144 * (s_3 / 9) + (s_3 % 9) + 54] + partial[144 * (s_3 / 9) + (s_3 % 9) + 63] + partial[144 * (s_3 / 9) + (s_3 % 9) + 72] + partial[144 * (s_3 / 9) + (s_3 % 9) + 81] + partial[144 * (s_3 / 9) + (s_3 % 9) + 90] + partial[144 * (s_3 / 9) + (s_3 % 9) + 99] + partial[144 * (s_3 / 9) + (s_3 % 9) + 108] + partial[144 * (s_3 / 9) + (s_3 % 9) + 117] + partial[144 * (s_3 / 9) + (s_3 % 9) + 126] + partial[144 * (s_3 / 9) + (s_3 % 9) + 135];
    }
    __syncthreads();
    if (thread < 9) {
      acc_2_0_0_0_0_0 = partial[thread];
      acc_2_0_1_0_0_0 = partial[thread + 144];
    }
    if (thread < 9) {
      const float total = acc_2_0_0_0_0_0 + acc_2_0_1_0_0_0;
      if (total != total) {
        for (int u = 0; u < 2; ++u) {
          const int j_2_2 = 2 * j_block + u;
          const int l = l_thread;
          const int m = m_thread;
          float acc_2_2 = 0.0f;
          float acc_3 = 0.0f;
          float acc_4 = 0.0f;
          for (int y_4 = 0; y_4 < 28; ++y_4) {
            for (int x_4 = 0; x_4 < 28; ++x_4) {
              const float t_11 = (int)v5[1568 * i_block + 196 * j_2_2 + 14 * (y_4 / 2) + (x_4 / 2)] == 2 * (y_4 % 2) + (x_4 % 2) ? (v4[1568 * i_block + 196 * j_2_2 + 14 * (y_4 / 2) + (x_4 / 2)] <= 0.0f ? 0.0f : v44[1568 * i_block + 196 * j_2_2 + 14 * (y_4 / 2) + (x_4 / 2)]) : 0.0f;
              if (y_4 + l - 1 >= 0 && y_4 + l - 1 < 28 && x_4 + m - 1 >= 0 && x_4 + m - 1 < 28) {
                acc_3 = __fmaf_rn((float)(int)images[784 * i_block + 28 * y_4 + 28 * l + x_4 + m - 29] / 255.0f, t_11, acc_3);
              }
            }
            if ((y_4 % 4) >= 3) {
              acc_4 = acc_4 + acc_3;
              acc_3 = 0.0f;
            }
          }
          acc_3 = acc_3 + acc_4;
          acc_2_2 = acc_2_2 + acc_3;
          v50_slices[72 * i_block + 9 * j_2_2 + 3 * l + m] = acc_2_2;
        }
      } else {
        const int j_3 = 2 * j_block;
        const int l_2 = l_thread;
        const int m_2 = m_thread;
        v50_slices[72 * i_block + 9 * j_3 + 3 * l_2 + m_2] = acc_2_0_0_0_0_0;
        const int j_3_2 = 2 * j_block + 1;
        const int l_2_2 = l_thread;
        const int m_2_2 = m_thread;
        v50_slices[72 * i_block + 9 * j_3_2 + 3 * l_2_2 + m_2_2] = acc_2_0_1_0_0_0;
      }
    }
  }
  // conv2.0.weight.adam_update
  if (block >= 320 && block < 356) {
    const int e_2 = minimum(32 * block + (thread / 8) - 10240, 1151);
    const int n = e_2 / 72;
    const int o = (e_2 / 9) % 8;
    const int y = (e_2 / 3) % 3;
    const int x = e_2 % 3;
    float acc_5 = 0.0f;
    for (int z = (thread % 8); z < 32; z += 8) {
      acc_5 = acc_5 + v46_slices[1152 * z + 72 * n + 9 * o + 3 * y + x];
    }
    const float t_12 = __shfl_xor_sync(0xffffffffu, acc_5, 4);
    const float t_2_2 = acc_5 + t_12;
    const float t_3_2 = __shfl_xor_sync(0xffffffffu, t_2_2, 2);
    const float t_4_2 = t_2_2 + t_3_2;
    const float t_5_2 = __shfl_xor_sync(0xffffffffu, t_4_2, 1);
    const float t_6_2 = t_4_2 + t_5_2;
    if ((thread % 8) < 1) {
      const int t_7_2 = step[0];
      const float t_8_2 = __fmaf_rn(0.9f, conv2_0_weight_exp_avg[72 * n + 9 * o + 3 * y + x], 0.1f * t_6_2);
      const float t_9_2 = __fmaf_rn(0.999f, conv2_0_weight_exp_avg_sq[72 * n + 9 * o + 3 * y + x], 0.001f * (t_6_2 * t_6_2));
      const double t_15 = (double)t_7_2 * -0.10536051565782628;
      const double t_16 = maximum(-746.0, minimum(710.0, t_15));
      const double t_17 = __fma_rn(t_16, 1.4426950408889634, 6755399441055744.0);
      const double t_18 = t_17 - 6755399441055744.0;
      const double t_19 = -t_18;
      const double t_20 = __fma_rn(t_19, 1.9082149292705877e-10, __fma_rn(t_19, 0.6931471803691238, t_16));
      const double p = __fma_rn(t_20, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_2 = __fma_rn(p, t_20, 2.505210838544172e-08);
      const double p_3 = __fma_rn(p_2, t_20, 2.755731922398589e-07);
      const double p_4 = __fma_rn(p_3, t_20, 2.7557319223985893e-06);
      const double p_5 = __fma_rn(p_4, t_20, 2.48015873015873e-05);
      const double p_6 = __fma_rn(p_5, t_20, 0.0001984126984126984);
      const double p_7 = __fma_rn(p_6, t_20, 0.001388888888888889);
      const double p_8 = __fma_rn(p_7, t_20, 0.008333333333333333);
      const double p_9 = __fma_rn(p_8, t_20, 0.041666666666666664);
      const double p_10 = __fma_rn(p_9, t_20, 0.16666666666666666);
      const double p_11 = __fma_rn(p_10, t_20, 0.5);
      const double p_12 = __fma_rn(p_11, t_20, 1.0);
      const double p_13 = __fma_rn(p_12, t_20, 1.0);
      const long long t_21 = wrappingSubtract(__double_as_longlong(t_17), 4843621399236968448LL);
      const long long t_22 = wrappingSubtract(shiftRight(wrappingAdd(t_21, 4096LL), 1LL), 2048LL);
      const double t_23 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_22, 1023LL), 52LL));
      const double t_24 = (double)t_7_2 * -0.0010005003335835344;
      const double t_25 = maximum(-746.0, minimum(710.0, t_24));
      const double t_26 = __fma_rn(t_25, 1.4426950408889634, 6755399441055744.0);
      const double t_27 = t_26 - 6755399441055744.0;
      const double t_28 = -t_27;
      const double t_29 = __fma_rn(t_28, 1.9082149292705877e-10, __fma_rn(t_28, 0.6931471803691238, t_25));
      const double p_14 = __fma_rn(t_29, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_15 = __fma_rn(p_14, t_29, 2.505210838544172e-08);
      const double p_16 = __fma_rn(p_15, t_29, 2.755731922398589e-07);
      const double p_17 = __fma_rn(p_16, t_29, 2.7557319223985893e-06);
      const double p_18 = __fma_rn(p_17, t_29, 2.48015873015873e-05);
      const double p_19 = __fma_rn(p_18, t_29, 0.0001984126984126984);
      const double p_20 = __fma_rn(p_19, t_29, 0.001388888888888889);
      const double p_21 = __fma_rn(p_20, t_29, 0.008333333333333333);
      const double p_22 = __fma_rn(p_21, t_29, 0.041666666666666664);
      const double p_23 = __fma_rn(p_22, t_29, 0.16666666666666666);
      const double p_24 = __fma_rn(p_23, t_29, 0.5);
      const double p_25 = __fma_rn(p_24, t_29, 1.0);
      const double p_26 = __fma_rn(p_25, t_29, 1.0);
      const long long t_30 = wrappingSubtract(__double_as_longlong(t_26), 4843621399236968448LL);
      const long long t_31 = wrappingSubtract(shiftRight(wrappingAdd(t_30, 4096LL), 1LL), 2048LL);
      const double t_32 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_31, 1023LL), 52LL));
      const float t_10_2 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_23 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_21, t_22), 1023LL), 52LL)))), t_8_2 / __fmaf_rn(sqrtf(t_9_2), (float)(1.0 / sqrt(1.0 - t_32 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_30, t_31), 1023LL), 52LL)))), 1e-08f), conv2_0_weight[72 * n + 9 * o + 3 * y + x]);
      const float t_11_2 = t_8_2;
      const float t_12_2 = t_9_2;
      conv2_0_weight[72 * n + 9 * o + 3 * y + x] = t_10_2;
      conv2_0_weight_exp_avg[72 * n + 9 * o + 3 * y + x] = t_11_2;
      conv2_0_weight_exp_avg_sq[72 * n + 9 * o + 3 * y + x] = t_12_2;
    }
  }
  // conv2.0.bias.adam_update
  if (block >= 356) {
    const int e_3 = minimum(thread / 16, 15);
    float acc_6 = 0.0f;
    for (int z_2 = (thread % 16); z_2 < 64; z_2 += 16) {
      acc_6 = acc_6 + v45_slices[16 * z_2 + e_3];
    }
    const float t_13 = __shfl_xor_sync(0xffffffffu, acc_6, 8);
    const float t_2_3 = acc_6 + t_13;
    const float t_3_3 = __shfl_xor_sync(0xffffffffu, t_2_3, 4);
    const float t_4_3 = t_2_3 + t_3_3;
    const float t_5_3 = __shfl_xor_sync(0xffffffffu, t_4_3, 2);
    const float t_6_3 = t_4_3 + t_5_3;
    const float t_7_3 = __shfl_xor_sync(0xffffffffu, t_6_3, 1);
    const float t_8_3 = t_6_3 + t_7_3;
    if ((thread % 16) < 1) {
      const int t_9_3 = step[0];
      const float t_10_3 = __fmaf_rn(0.9f, conv2_0_bias_exp_avg[e_3], 0.1f * t_8_3);
      const float t_11_3 = __fmaf_rn(0.999f, conv2_0_bias_exp_avg_sq[e_3], 0.001f * (t_8_3 * t_8_3));
      const double t_33 = (double)t_9_3 * -0.10536051565782628;
      const double t_34 = maximum(-746.0, minimum(710.0, t_33));
      const double t_35 = __fma_rn(t_34, 1.4426950408889634, 6755399441055744.0);
      const double t_36 = t_35 - 6755399441055744.0;
      const double t_37 = -t_36;
      const double t_38 = __fma_rn(t_37, 1.9082149292705877e-10, __fma_rn(t_37, 0.6931471803691238, t_34));
      const double p_27 = __fma_rn(t_38, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_28 = __fma_rn(p_27, t_38, 2.505210838544172e-08);
      const double p_29 = __fma_rn(p_28, t_38, 2.755731922398589e-07);
      const double p_30 = __fma_rn(p_29, t_38, 2.7557319223985893e-06);
      const double p_31 = __fma_rn(p_30, t_38, 2.48015873015873e-05);
      const double p_32 = __fma_rn(p_31, t_38, 0.0001984126984126984);
      const double p_33 = __fma_rn(p_32, t_38, 0.001388888888888889);
      const double p_34 = __fma_rn(p_33, t_38, 0.008333333333333333);
      const double p_35 = __fma_rn(p_34, t_38, 0.041666666666666664);
      const double p_36 = __fma_rn(p_35, t_38, 0.16666666666666666);
      const double p_37 = __fma_rn(p_36, t_38, 0.5);
      const double p_38 = __fma_rn(p_37, t_38, 1.0);
      const double p_39 = __fma_rn(p_38, t_38, 1.0);
      const long long t_39 = wrappingSubtract(__double_as_longlong(t_35), 4843621399236968448LL);
      const long long t_40 = wrappingSubtract(shiftRight(wrappingAdd(t_39, 4096LL), 1LL), 2048LL);
      const double t_41 = p_39 * __longlong_as_double(shiftLeft(wrappingAdd(t_40, 1023LL), 52LL));
      const double t_42 = (double)t_9_3 * -0.0010005003335835344;
      const double t_43 = maximum(-746.0, minimum(710.0, t_42));
      const double t_44 = __fma_rn(t_43, 1.4426950408889634, 6755399441055744.0);
      const double t_45 = t_44 - 6755399441055744.0;
      const double t_46 = -t_45;
      const double t_47 = __fma_rn(t_46, 1.9082149292705877e-10, __fma_rn(t_46, 0.6931471803691238, t_43));
      const double p_40 = __fma_rn(t_47, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_41 = __fma_rn(p_40, t_47, 2.505210838544172e-08);
      const double p_42 = __fma_rn(p_41, t_47, 2.755731922398589e-07);
      const double p_43 = __fma_rn(p_42, t_47, 2.7557319223985893e-06);
      const double p_44 = __fma_rn(p_43, t_47, 2.48015873015873e-05);
      const double p_45 = __fma_rn(p_44, t_47, 0.0001984126984126984);
      const double p_46 = __fma_rn(p_45, t_47, 0.001388888888888889);
      const double p_47 = __fma_rn(p_46, t_47, 0.008333333333333333);
      const double p_48 = __fma_rn(p_47, t_47, 0.041666666666666664);
      const double p_49 = __fma_rn(p_48, t_47, 0.16666666666666666);
      const double p_50 = __fma_rn(p_49, t_47, 0.5);
      const double p_51 = __fma_rn(p_50, t_47, 1.0);
      const double p_52 = __fma_rn(p_51, t_47, 1.0);
      const long long t_48 = wrappingSubtract(__double_as_longlong(t_44), 4843621399236968448LL);
      const long long t_49 = wrappingSubtract(shiftRight(wrappingAdd(t_48, 4096LL), 1LL), 2048LL);
      const double t_50 = p_52 * __longlong_as_double(shiftLeft(wrappingAdd(t_49, 1023LL), 52LL));
      const float t_12_3 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_41 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_39, t_40), 1023LL), 52LL)))), t_10_3 / __fmaf_rn(sqrtf(t_11_3), (float)(1.0 / sqrt(1.0 - t_50 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_48, t_49), 1023LL), 52LL)))), 1e-08f), conv2_0_bias[e_3]);
      const float t_13_2 = t_10_3;
      const float t_14 = t_11_3;
      conv2_0_bias[e_3] = t_12_3;
      conv2_0_bias_exp_avg[e_3] = t_13_2;
      conv2_0_bias_exp_avg_sq[e_3] = t_14;
    }
  }
}

// @conv1.0.weight.adam_update_and_1_more: 2 kernels in one launch; 6 blocks of 256 threads
extern "C" __global__ void __launch_bounds__(256, 4) conv1_0_weight_adam_update_and_1_more(
    const int *__restrict__ step,
    const float *__restrict__ learning_rate,
    float *__restrict__ conv1_0_weight,
    const float *__restrict__ v50_slices,
    float *__restrict__ conv1_0_weight_exp_avg,
    float *__restrict__ conv1_0_weight_exp_avg_sq,
    float *__restrict__ conv1_0_bias,
    const float *__restrict__ v49_slices,
    float *__restrict__ conv1_0_bias_exp_avg,
    float *__restrict__ conv1_0_bias_exp_avg_sq,
    int begin,
    int end) {
  const int block = blockIdx.x;
  const int thread = threadIdx.x;
  // conv1.0.weight.adam_update
  if (block < 5) {
    const int e = minimum(16 * block + (thread / 16), 71);
    const int n = e / 9;
    const int y = (e / 3) % 3;
    const int x = e % 3;
    float acc = 0.0f;
    for (int z = (thread % 16); z < 64; z += 16) {
      acc = acc + v50_slices[72 * z + 9 * n + 3 * y + x];
    }
    const float t = __shfl_xor_sync(0xffffffffu, acc, 8);
    const float t_2 = acc + t;
    const float t_3 = __shfl_xor_sync(0xffffffffu, t_2, 4);
    const float t_4 = t_2 + t_3;
    const float t_5 = __shfl_xor_sync(0xffffffffu, t_4, 2);
    const float t_6 = t_4 + t_5;
    const float t_7 = __shfl_xor_sync(0xffffffffu, t_6, 1);
    const float t_8 = t_6 + t_7;
    if ((thread % 16) < 1 && 16 * block + (thread / 16) < 72) {
      const int t_9 = step[0];
      const float t_10 = __fmaf_rn(0.9f, conv1_0_weight_exp_avg[9 * n + 3 * y + x], 0.1f * t_8);
      const float t_11 = __fmaf_rn(0.999f, conv1_0_weight_exp_avg_sq[9 * n + 3 * y + x], 0.001f * (t_8 * t_8));
      const double t_16 = (double)t_9 * -0.10536051565782628;
      const double t_17 = maximum(-746.0, minimum(710.0, t_16));
      const double t_18 = __fma_rn(t_17, 1.4426950408889634, 6755399441055744.0);
      const double t_19 = t_18 - 6755399441055744.0;
      const double t_20 = -t_19;
      const double t_21 = __fma_rn(t_20, 1.9082149292705877e-10, __fma_rn(t_20, 0.6931471803691238, t_17));
      const double p = __fma_rn(t_21, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_2 = __fma_rn(p, t_21, 2.505210838544172e-08);
      const double p_3 = __fma_rn(p_2, t_21, 2.755731922398589e-07);
      const double p_4 = __fma_rn(p_3, t_21, 2.7557319223985893e-06);
      const double p_5 = __fma_rn(p_4, t_21, 2.48015873015873e-05);
      const double p_6 = __fma_rn(p_5, t_21, 0.0001984126984126984);
      const double p_7 = __fma_rn(p_6, t_21, 0.001388888888888889);
      const double p_8 = __fma_rn(p_7, t_21, 0.008333333333333333);
      const double p_9 = __fma_rn(p_8, t_21, 0.041666666666666664);
      const double p_10 = __fma_rn(p_9, t_21, 0.16666666666666666);
      const double p_11 = __fma_rn(p_10, t_21, 0.5);
      const double p_12 = __fma_rn(p_11, t_21, 1.0);
      const double p_13 = __fma_rn(p_12, t_21, 1.0);
      const long long t_22 = wrappingSubtract(__double_as_longlong(t_18), 4843621399236968448LL);
      const long long t_23 = wrappingSubtract(shiftRight(wrappingAdd(t_22, 4096LL), 1LL), 2048LL);
      const double t_24 = p_13 * __longlong_as_double(shiftLeft(wrappingAdd(t_23, 1023LL), 52LL));
      const double t_25 = (double)t_9 * -0.0010005003335835344;
      const double t_26 = maximum(-746.0, minimum(710.0, t_25));
      const double t_27 = __fma_rn(t_26, 1.4426950408889634, 6755399441055744.0);
      const double t_28 = t_27 - 6755399441055744.0;
      const double t_29 = -t_28;
      const double t_30 = __fma_rn(t_29, 1.9082149292705877e-10, __fma_rn(t_29, 0.6931471803691238, t_26));
      const double p_14 = __fma_rn(t_30, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_15 = __fma_rn(p_14, t_30, 2.505210838544172e-08);
      const double p_16 = __fma_rn(p_15, t_30, 2.755731922398589e-07);
      const double p_17 = __fma_rn(p_16, t_30, 2.7557319223985893e-06);
      const double p_18 = __fma_rn(p_17, t_30, 2.48015873015873e-05);
      const double p_19 = __fma_rn(p_18, t_30, 0.0001984126984126984);
      const double p_20 = __fma_rn(p_19, t_30, 0.001388888888888889);
      const double p_21 = __fma_rn(p_20, t_30, 0.008333333333333333);
      const double p_22 = __fma_rn(p_21, t_30, 0.041666666666666664);
      const double p_23 = __fma_rn(p_22, t_30, 0.16666666666666666);
      const double p_24 = __fma_rn(p_23, t_30, 0.5);
      const double p_25 = __fma_rn(p_24, t_30, 1.0);
      const double p_26 = __fma_rn(p_25, t_30, 1.0);
      const long long t_31 = wrappingSubtract(__double_as_longlong(t_27), 4843621399236968448LL);
      const long long t_32 = wrappingSubtract(shiftRight(wrappingAdd(t_31, 4096LL), 1LL), 2048LL);
      const double t_33 = p_26 * __longlong_as_double(shiftLeft(wrappingAdd(t_32, 1023LL), 52LL));
      const float t_12 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_24 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_22, t_23), 1023LL), 52LL)))), t_10 / __fmaf_rn(sqrtf(t_11), (float)(1.0 / sqrt(1.0 - t_33 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_31, t_32), 1023LL), 52LL)))), 1e-08f), conv1_0_weight[9 * n + 3 * y + x]);
      const float t_13 = t_10;
      const float t_14 = t_11;
      conv1_0_weight[9 * n + 3 * y + x] = t_12;
      conv1_0_weight_exp_avg[9 * n + 3 * y + x] = t_13;
      conv1_0_weight_exp_avg_sq[9 * n + 3 * y + x] = t_14;
    }
  }
  // conv1.0.bias.adam_update
  if (block >= 5) {
    const int e_2 = minimum(thread / 16, 7);
    float acc_2 = 0.0f;
    for (int z_2 = (thread % 16); z_2 < 64; z_2 += 16) {
      acc_2 = acc_2 + v49_slices[8 * z_2 + e_2];
    }
    const float t_15 = __shfl_xor_sync(0xffffffffu, acc_2, 8);
    const float t_2_2 = acc_2 + t_15;
    const float t_3_2 = __shfl_xor_sync(0xffffffffu, t_2_2, 4);
    const float t_4_2 = t_2_2 + t_3_2;
    const float t_5_2 = __shfl_xor_sync(0xffffffffu, t_4_2, 2);
    const float t_6_2 = t_4_2 + t_5_2;
    const float t_7_2 = __shfl_xor_sync(0xffffffffu, t_6_2, 1);
    const float t_8_2 = t_6_2 + t_7_2;
    if ((thread % 16) < 1 && (thread / 16) < 8) {
      const int t_9_2 = step[0];
      const float t_10_2 = __fmaf_rn(0.9f, conv1_0_bias_exp_avg[e_2], 0.1f * t_8_2);
      const float t_11_2 = __fmaf_rn(0.999f, conv1_0_bias_exp_avg_sq[e_2], 0.001f * (t_8_2 * t_8_2));
      const double t_34 = (double)t_9_2 * -0.10536051565782628;
      const double t_35 = maximum(-746.0, minimum(710.0, t_34));
      const double t_36 = __fma_rn(t_35, 1.4426950408889634, 6755399441055744.0);
      const double t_37 = t_36 - 6755399441055744.0;
      const double t_38 = -t_37;
      const double t_39 = __fma_rn(t_38, 1.9082149292705877e-10, __fma_rn(t_38, 0.6931471803691238, t_35));
      const double p_27 = __fma_rn(t_39, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_28 = __fma_rn(p_27, t_39, 2.505210838544172e-08);
      const double p_29 = __fma_rn(p_28, t_39, 2.755731922398589e-07);
      const double p_30 = __fma_rn(p_29, t_39, 2.7557319223985893e-06);
      const double p_31 = __fma_rn(p_30, t_39, 2.48015873015873e-05);
      const double p_32 = __fma_rn(p_31, t_39, 0.0001984126984126984);
      const double p_33 = __fma_rn(p_32, t_39, 0.001388888888888889);
      const double p_34 = __fma_rn(p_33, t_39, 0.008333333333333333);
      const double p_35 = __fma_rn(p_34, t_39, 0.041666666666666664);
      const double p_36 = __fma_rn(p_35, t_39, 0.16666666666666666);
      const double p_37 = __fma_rn(p_36, t_39, 0.5);
      const double p_38 = __fma_rn(p_37, t_39, 1.0);
      const double p_39 = __fma_rn(p_38, t_39, 1.0);
      const long long t_40 = wrappingSubtract(__double_as_longlong(t_36), 4843621399236968448LL);
      const long long t_41 = wrappingSubtract(shiftRight(wrappingAdd(t_40, 4096LL), 1LL), 2048LL);
      const double t_42 = p_39 * __longlong_as_double(shiftLeft(wrappingAdd(t_41, 1023LL), 52LL));
      const double t_43 = (double)t_9_2 * -0.0010005003335835344;
      const double t_44 = maximum(-746.0, minimum(710.0, t_43));
      const double t_45 = __fma_rn(t_44, 1.4426950408889634, 6755399441055744.0);
      const double t_46 = t_45 - 6755399441055744.0;
      const double t_47 = -t_46;
      const double t_48 = __fma_rn(t_47, 1.9082149292705877e-10, __fma_rn(t_47, 0.6931471803691238, t_44));
      const double p_40 = __fma_rn(t_48, 1.6059043836821613e-10, 2.08767569878681e-09);
      const double p_41 = __fma_rn(p_40, t_48, 2.505210838544172e-08);
      const double p_42 = __fma_rn(p_41, t_48, 2.755731922398589e-07);
      const double p_43 = __fma_rn(p_42, t_48, 2.7557319223985893e-06);
      const double p_44 = __fma_rn(p_43, t_48, 2.48015873015873e-05);
      const double p_45 = __fma_rn(p_44, t_48, 0.0001984126984126984);
      const double p_46 = __fma_rn(p_45, t_48, 0.001388888888888889);
      const double p_47 = __fma_rn(p_46, t_48, 0.008333333333333333);
      const double p_48 = __fma_rn(p_47, t_48, 0.041666666666666664);
      const double p_49 = __fma_rn(p_48, t_48, 0.16666666666666666);
      const double p_50 = __fma_rn(p_49, t_48, 0.5);
      const double p_51 = __fma_rn(p_50, t_48, 1.0);
      const double p_52 = __fma_rn(p_51, t_48, 1.0);
      const long long t_49 = wrappingSubtract(__double_as_longlong(t_45), 4843621399236968448LL);
      const long long t_50 = wrappingSubtract(shiftRight(wrappingAdd(t_49, 4096LL), 1LL), 2048LL);
      const double t_51 = p_52 * __longlong_as_double(shiftLeft(wrappingAdd(t_50, 1023LL), 52LL));
      const float t_12_2 = __fmaf_rn(-(float)((double)learning_rate[0] / (1.0 - t_42 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_40, t_41), 1023LL), 52LL)))), t_10_2 / __fmaf_rn(sqrtf(t_11_2), (float)(1.0 / sqrt(1.0 - t_51 * __longlong_as_double(shiftLeft(wrappingAdd(wrappingSubtract(t_49, t_50), 1023LL), 52LL)))), 1e-08f), conv1_0_bias[e_2]);
      const float t_13_2 = t_10_2;
      const float t_14_2 = t_11_2;
      conv1_0_bias[e_2] = t_12_2;
      conv1_0_bias_exp_avg[e_2] = t_13_2;
      conv1_0_bias_exp_avg_sq[e_2] = t_14_2;
    }
  }
}
