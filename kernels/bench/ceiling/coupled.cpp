// Ceiling for the coupled scan on a CPU: W constant, so that one chain H is carried (H = scale * sum of the states).
// Layout: x, dt, y (M,B,L,E); rate (M,N,E) = A * log2(e); B, C (M,B,L,N). E must be a multiple of the vector width.
// Checkpoints of H every `chunk` steps, (B, chunks, N, E). M = 1, 2, 3; OpenMP over batch elements and tiles of channels.
#include <algorithm>
#include <vector>
#include "vector.h"

struct Sizes {
  long batch, time, channel, state, chunk;
  float scale;
};

struct Scratch {  // zeros, on a cache line
  std::vector<float> own;
  float* at;
  explicit Scratch(long n) : own(n + 16, 0.f), at((float*)(((uintptr_t)own.data() + 63) & ~(uintptr_t)63)) {}
};

template <int M>
static void forward(const Sizes& s, const float* x, const float* dt, const float* rate, const float* Bm, const float* Cm,
                    float* y, float* checkpoint, long tile) {
  const long L = s.time, E = s.channel, N = s.state, plane = s.batch * L * E, rows = s.batch * L * N;
  const long n_chunk = (L + s.chunk - 1) / s.chunk, n_tile = (E + tile - 1) / tile;
#pragma omp parallel
  {
    Scratch scratch(N * tile);
    float* H = scratch.at;
#pragma omp for collapse(2) schedule(static)
    for (long b = 0; b < s.batch; b++)
      for (long q = 0; q < n_tile; q++) {
        const long e0 = q * tile, e1 = std::min(E, e0 + tile);
        std::memset(H, 0, sizeof(float) * N * tile);
        for (long t = 0; t < L; t++) {
          if (checkpoint && t % s.chunk == 0)
            for (long n = 0; n < N; n++)
              std::memcpy(checkpoint + ((b * n_chunk + t / s.chunk) * N + n) * E + e0, H + n * tile, (e1 - e0) * 4);
          const float *Bt = Bm + (b * L + t) * N, *Ct = Cm + (b * L + t) * N;
          for (long e = e0; e < e1; e += W) {
            vec step[M], drive[M], out[M];
            const long at = (b * L + t) * E + e;
            float* h = H + (e - e0);
            for (int m = 0; m < M; m++) {
              step[m] = load(dt + m * plane + at);
              drive[m] = step[m] * load(x + m * plane + at);
              out[m] = splat(0);
            }
            for (long n = 0; n < N; n++) {
              const vec old = load(h + n * tile);
              vec sum = splat(0);
#pragma GCC unroll 4
              for (int m = 0; m < M; m++) {
                const vec state = exp2_in_scan(step[m] * load(rate + (m * N + n) * E + e)) * old + drive[m] * Bt[m * rows + n];
                sum += state;
                out[m] += state * Ct[m * rows + n];
              }
              store(h + n * tile, sum * s.scale);
            }
            for (int m = 0; m < M; m++) store(y + m * plane + at, out[m]);
          }
        }
      }
  }
}

// KEEP: the exponentials of a chunk are kept in scratch between recomputation and backward pass, else computed twice.
template <int M, bool KEEP>
static void backward(const Sizes& s, const float* x, const float* dt, const float* rate, const float* Bm, const float* Cm,
                     const float* checkpoint, const float* dy, float* dx, float* ddt, float* drate, float* dB, float* dC) {
  const float ln2 = 0.6931471805599453f;
  const long L = s.time, E = s.channel, N = s.state, T = s.chunk, plane = s.batch * L * E, rows = s.batch * L * N;
  const long n_chunk = (L + T - 1) / T, block = N * W;
#pragma omp parallel
  {
    Scratch carry(N * E), states((T + 1) * block), decays(KEEP ? T * M * block : W), sums_B(T * M * block),
        sums_C(T * M * block), own_rate(M * N * E);
    float* G = carry.at;
#pragma omp for schedule(static)
    for (long b = 0; b < s.batch; b++) {
      std::memset(G, 0, 4 * N * E);
      for (long c = n_chunk - 1; c >= 0; c--) {
        const long t0 = c * T, t1 = std::min(L, t0 + T);
        std::memset(sums_B.at, 0, 4 * T * M * block);
        std::memset(sums_C.at, 0, 4 * T * M * block);
        for (long e = 0; e < E; e += W) {
          for (long n = 0; n < N; n++) store(states.at + n * W, load(checkpoint + ((b * n_chunk + c) * N + n) * E + e));
          for (long t = t0; t < t1; t++) {
            vec step[M], drive[M];
            const long at = (b * L + t) * E + e;
            for (int m = 0; m < M; m++) {
              step[m] = load(dt + m * plane + at);
              drive[m] = step[m] * load(x + m * plane + at);
            }
            const float* Bt = Bm + (b * L + t) * N;
            float *h = states.at + (t - t0) * block, *kept = decays.at + (t - t0) * M * block;
            for (long n = 0; n < N; n++) {
              const vec old = load(h + n * W);
              vec sum = splat(0);
#pragma GCC unroll 4
              for (int m = 0; m < M; m++) {
                const vec a = exp2_in_scan(step[m] * load(rate + (m * N + n) * E + e));
                if (KEEP) store(kept + (n * M + m) * W, a);
                sum += a * old + drive[m] * Bt[m * rows + n];
              }
              store(h + block + n * W, sum * s.scale);
            }
          }
          for (long t = t1 - 1; t >= t0; t--) {
            vec step[M], value[M], drive[M], out[M], along_rate[M], along_B[M];
            const long at = (b * L + t) * E + e;
            for (int m = 0; m < M; m++) {
              step[m] = load(dt + m * plane + at);
              value[m] = load(x + m * plane + at);
              drive[m] = step[m] * value[m];
              out[m] = load(dy + m * plane + at);
              along_rate[m] = along_B[m] = splat(0);
            }
            const float *Bt = Bm + (b * L + t) * N, *Ct = Cm + (b * L + t) * N;
            const float *h = states.at + (t - t0) * block, *kept = decays.at + (t - t0) * M * block;
            float *to_B = sums_B.at + (t - t0) * M * block, *to_C = sums_C.at + (t - t0) * M * block;
            for (long n = 0; n < N; n++) {
              const vec old = load(h + n * W), back = load(G + n * E + e);
              vec next = splat(0);
#pragma GCC unroll 4
              for (int m = 0; m < M; m++) {
                const vec r = load(rate + (m * N + n) * E + e);
                const vec a = KEEP ? load(kept + (n * M + m) * W) : exp2_in_scan(step[m] * r);
                const vec g = back + out[m] * Ct[m * rows + n];
                const vec q = a * g;
                const vec w = q * old;
                next += q;
                float* p = own_rate.at + (m * N + n) * E + e;
                store(p, load(p) + w * step[m]);
                along_rate[m] += w * r;
                along_B[m] += g * Bt[m * rows + n];
                p = to_B + (n * M + m) * W;
                store(p, load(p) + g * drive[m]);
                p = to_C + (n * M + m) * W;
                store(p, load(p) + out[m] * (a * old + drive[m] * Bt[m * rows + n]));
              }
              store(G + n * E + e, next * s.scale);
            }
            for (int m = 0; m < M; m++) {
              store(dx + m * plane + at, step[m] * along_B[m]);
              store(ddt + m * plane + at, along_rate[m] * ln2 + value[m] * along_B[m]);
            }
          }
        }
        for (long t = t0; t < t1; t++)
          for (int m = 0; m < M; m++)
            for (long n = 0; n < N; n++) {
              const float* p = sums_B.at + (((t - t0) * N + n) * M + m) * W;
              const float* r = sums_C.at + (((t - t0) * N + n) * M + m) * W;
              float for_B = 0, for_C = 0;
              for (int j = 0; j < W; j++) for_B += p[j], for_C += r[j];
              dB[m * rows + (b * L + t) * N + n] = for_B;
              dC[m * rows + (b * L + t) * N + n] = for_C;
            }
      }
    }
#pragma omp critical
    for (long i = 0; i < M * N * E; i++) drate[i] += own_rate.at[i];
  }
}

#define ARGUMENTS Sizes{batch, time, channel, state, chunk, scale}, x, dt, rate, Bm, Cm
extern "C" {

int vector_width() { return W; }

int coupled_forward(int M, long batch, long time, long channel, long state, long chunk, float scale, const float* x,
                    const float* dt, const float* rate, const float* Bm, const float* Cm, float* y, float* checkpoint,
                    long tile) {
  switch (M) {
    case 1: forward<1>(ARGUMENTS, y, checkpoint, tile); return 0;
    case 2: forward<2>(ARGUMENTS, y, checkpoint, tile); return 0;
    case 3: forward<3>(ARGUMENTS, y, checkpoint, tile); return 0;
    default: return 1;
  }
}

#define BACKWARD(m)                                                                              \
  if (keep) backward<m, true>(ARGUMENTS, checkpoint, dy, dx, ddt, drate, dB, dC);                \
  else backward<m, false>(ARGUMENTS, checkpoint, dy, dx, ddt, drate, dB, dC);                    \
  return 0;
int coupled_backward(int M, long batch, long time, long channel, long state, long chunk, float scale, const float* x,
                     const float* dt, const float* rate, const float* Bm, const float* Cm, const float* checkpoint,
                     const float* dy, float* dx, float* ddt, float* drate, float* dB, float* dC, int keep) {
  switch (M) {
    case 1: BACKWARD(1)
    case 2: BACKWARD(2)
    case 3: BACKWARD(3)
    default: return 1;
  }
}

// Throughput: 2**x of `resident` numbers that stay in the first-level cache, `rounds` times over, on every thread.
int resident() { return 2048; }
void exp2_throughput(const float* source, float* target, long rounds) {
  const long numbers = 2048;
#pragma omp parallel
  {
    Scratch in(numbers), out(numbers);
    std::memcpy(in.at, source, 4 * numbers);
    for (long r = 0; r < rounds; r++) {
      for (long i = 0; i < numbers; i += W) store(out.at + i, exp2(load(in.at + i)));
      __asm__ volatile("" ::"r"(in.at), "r"(out.at) : "memory");
    }
#pragma omp critical
    std::memcpy(target, out.at, 4 * numbers);
  }
}
}
