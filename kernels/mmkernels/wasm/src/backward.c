// Backward passes to the input of a scan and of a convolution; everything else is constant.
#include "exponential.h"

#define WIDTH 16 // channels of one block
#define LOG2E 1.44269504f

// Floats of scratch memory that `scan_backward` needs.
EXPORT(scan_backward_scratch) int scan_backward_scratch(int M, int N) { return M * N * WIDTH * 3 + M; }

// Gradient of sum dy y with respect to the x of `scan` (scan.c), from the last step to the first:
//   l[m,t] = C[m,t] dy[m,t] + c[m,t]        c[n,t-1] = sum_m W[m,n] exp(dt[m,t] A[m]) l[m,t]        dx[m,t] = dt[m,t] B[m,t] l[m,t] + D[m] dy[m,t]
// over the real steps; a masked step holds the state: its l is c and passes on unchanged, its dx is 0, and its dy, dt, B, C are not read.
// Arrays as in `scan`; mask, D and W may be absent. scratch: scan_backward_scratch(M, N) floats.
EXPORT(scan_backward) void scan_backward(const float *dy, const float *dt, const float *A, const float *B, const float *C, const float *D,
                                         const float *W, int w_stride, const u8 *mask, float *dx, float *scratch, int M, int R, int T,
                                         int E, int N) {
  int size = N * WIDTH;
  float *carry = scratch, *moved = carry + M * size, *rate = moved + M * size;
  int *live = (int *)(rate + M * size); // streams with a real step; the state of the others is 0
  for (int e = 0; e < E; e += WIDTH) {
    int left = E - e < WIDTH ? E - e : WIDTH;
    for (int m = 0; m < M; m++)
      for (int c = 0; c < WIDTH; c++)
        for (int n = 0; n < N; n++) rate[(m * N + n) * WIDTH + c] = c < left ? A[(m * E + e + c) * N + n] * LOG2E : 0;
    for (int r = 0; r < R; r++) {
      const float *weights = W ? W + r * w_stride : 0;
      for (int m = 0; m < M; m++) {
        live[m] = !mask;
        for (int t = 0; !live[m] && t < T; t++) live[m] = mask[(m * R + r) * T + t] != 0;
      }
      for (int i = 0; i < M * size; i++) carry[i] = 0;
      for (int t = T - 1; t >= 0; t--) {
        for (int m = 0; m < M; m++) {
          int at = (m * R + r) * T + t, real = live[m] && (!mask || mask[at]);
          float *l = carry + m * size, *to = moved + m * size;
          if (!real) {
            for (int v = 0; v < left; v += 4) store_some(dx + at * E + e + v, splat(0), left - v);
            continue;
          }
          for (int v = 0; v < left; v += 4) {
            f4 up = load_some(dy + at * E + e + v, left - v), step = load_some(dt + at * E + e + v, left - v), sum = splat(0);
            for (int n = 0; n < N; n++) {
              int i = n * WIDTH + v;
              f4 adjoint = load(l + i) + up * C[at * N + n];
              sum += adjoint * B[at * N + n];
              store(to + i, exp2_decay(step * load(rate + m * size + i)) * adjoint);
            }
            sum *= step;
            if (D) sum += load_some(D + m * E + e + v, left - v) * up;
            store_some(dx + at * E + e + v, sum, left - v);
          }
        }
        for (int n = 0; n < M; n++) {
          if (!live[n]) continue;
          float *l = carry + n * size;
          int held = mask && !mask[(n * R + r) * T + t];
          for (int i = 0; i < size; i += 4) {
            f4 sum = held ? load(l + i) : splat(0);
            for (int m = 0; m < M; m++)
              if (live[m] && (!mask || mask[(m * R + r) * T + t])) sum += splat(weights ? weights[m * M + n] : 1.0f / M) * load(moved + m * size + i);
            store(l + i, sum);
          }
        }
      }
    }
  }
}

// Gradient of sum dy o with respect to the x of `conv` without SiLU: dx[r, t] = sum_j w[taps - 1 - j] dy[r, t + j]; dy, dx (R, T, E), w (taps, E).
EXPORT(conv_backward) void conv_backward(const float *dy, const float *w, float *dx, int R, int T, int E, int taps) {
  for (int r = 0; r < R; r++)
    for (int t = 0; t < T; t++, dy += E, dx += E) {
      int ahead = T - 1 - t < taps - 1 ? T - 1 - t : taps - 1;
      for (int e = 0; e < E; e += 4) {
        f4 sum = splat(0);
        for (int j = 0; j <= ahead; j++) sum += load_some(dy + j * E + e, E - e) * load_some(w + (taps - 1 - j) * E + e, E - e);
        store_some(dx + e, sum, E - e);
      }
    }
}
