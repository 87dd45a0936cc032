// Coupled selective scan of M streams with one coupling per row, the norms of its states, and interventions on states and couplings.
//   h[m,t] = exp(dt[m,t] A[m]) sum_n W[m,n] h[n,t-1] + dt[m,t] B[m,t] x[m,t]        y[m,t] = C[m,t] h[m,t] + D[m] x[m,t]
// A masked step holds the state, its output is 0, and its x, dt, B, C are not read.
#include "exponential.h"

#define WIDTH 16 // channels of one block: their states stay in the first-level cache
#define LOG2E 1.44269504f

enum { ZERO, HOLD, CUT };
// Intervention on a stream from a step on. ZERO: the state is 0 after each step. HOLD: it stays as it is after the first one.
// CUT: the coupling weight of one source is 0.
typedef struct { int stream, kind, source, step; } Edit;

typedef struct {
  const float *x, *dt, *A, *B, *C, *D, *W, *h0; // W: of the row
  const u8 *mask;
  float *y, *h_last, *norms;
  const Edit *edits;
  int n_edits, M, R, T, E, N;
  // Scratch: h and g (stream, N, WIDTH), the state before the step and what it receives; rate = log2(e) A and direct = D of the block;
  // live: the streams of the row that have a state; w (target, source) and kinds (of edits at the step) in its order.
  float *h, *g, *rate, *direct, *w;
  int *live, *kinds, n_live;
} Scan;

// Floats of scratch memory that `scan` needs.
EXPORT(scan_scratch) int scan_scratch(int M, int N) { return M * WIDTH * (3 * N + 1) + M * M + 2 * M; }

INLINE int is_real(const Scan *s, int m, int r, int t) { return !s->mask || s->mask[(m * s->R + r) * s->T + t]; }

INLINE void add_sources(float *g, const float *w, const float *h, int sources, int size, int first) {
  for (int i = 0; i < size; i += 4) {
    f4 sum = first ? splat(w[0]) * load(h + i) : load(g + i) + splat(w[0]) * load(h + i);
    for (int n = 1; n < sources; n++) sum += splat(w[n]) * load(h + n * size + i);
    store(g + i, sum);
  }
}
// g = sum_n w[n] h[n], four sources at a time.
static NOINLINE void coupled_state(float *g, const float *w, const float *h, int sources, int size) {
  for (int n = 0; n < sources; n += 4, w += 4, h += 4 * size) {
    int left = sources - n;
    if (left == 1) add_sources(g, w, h, 1, size, !n);
    else if (left == 2) add_sources(g, w, h, 2, size, !n);
    else if (left == 3) add_sources(g, w, h, 3, size, !n);
    else add_sources(g, w, h, 4, size, !n);
  }
}

// One step of four channels of one stream: new states from what they receive. Returns C h; adds the squares of the states.
INLINE f4 advance(float *h, const float *g, const float *rate, const float *B, const float *C, f4 dt, f4 input, int N, f4 *square) {
  f4 sum = splat(0);
  for (int n = 0; n < N; n++, h += WIDTH, g += WIDTH, rate += WIDTH) {
    f4 state = exp2_decay(dt * load(rate)) * load(g) + input * B[n];
    store(h, state);
    sum += state * C[n];
    if (square) *square += state * state;
  }
  return sum;
}
// The same for states that stay; C may be absent.
static NOINLINE f4 read_out(const float *h, const float *C, int N, f4 *square) {
  f4 sum = splat(0);
  for (int n = 0; n < N; n++, h += WIDTH) {
    f4 state = load(h);
    if (C) sum += state * C[n];
    *square += state * state;
  }
  return sum;
}

// The coupling weights of live stream p at step t, and what happens to its state: -1 nothing, ZERO, HOLD.
static NOINLINE int edits_at(const Scan *s, int p, int t) {
  int kind = -1, m = s->live[p];
  float *w = s->w + p * s->n_live;
  for (int q = 0; q < s->n_live; q++) w[q] = s->W ? s->W[m * s->M + s->live[q]] : 1.0f / s->M;
  for (int k = 0; k < s->n_edits; k++) {
    Edit edit = s->edits[k];
    if (edit.stream != m || t < edit.step) continue;
    if (edit.kind == CUT) {
      for (int q = 0; q < s->n_live; q++) if (s->live[q] == edit.source) w[q] = 0;
    } else if (edit.kind == ZERO || t > edit.step) kind = edit.kind;
  }
  return kind;
}

// The step t of live stream p, channels e..e+left-1.
INLINE void step(const Scan *s, int r, int t, int p, int e, int left, int kind, float *norms) {
  int m = s->live[p], N = s->N, at = (m * s->R + r) * s->T + t, real = is_real(s, m, r, t);
  const float *x = s->x + at * s->E + e, *dt = s->dt + at * s->E + e, *B = s->B + at * N, *C = s->C + at * N;
  float *y = s->y + at * s->E + e;
  for (int v = 0; v < left; v += 4) {
    float *h = s->h + p * N * WIDTH + v;
    const float *g = s->g + p * N * WIDTH + v, *rate = s->rate + m * N * WIDTH + v;
    f4 square = splat(0), sum = splat(0);
    if (kind == ZERO) for (int n = 0; n < N; n++) store(h + n * WIDTH, splat(0));
    if (kind >= 0 || !real) {
      if (real || norms) sum = read_out(h, real ? C : 0, N, &square);
    } else {
      f4 d = load_some(dt + v, left - v), input = d * load_some(x + v, left - v);
      sum = norms ? advance(h, g, rate, B, C, d, input, N, &square) : advance(h, g, rate, B, C, d, input, N, 0);
    }
    if (real && s->D) sum += load(s->direct + m * WIDTH + v) * load_some(x + v, left - v);
    store_some(y + v, sum, left - v);
    if (norms) store_some(norms + v, root(square), left - v);
  }
}

// Channels e..e+left-1 of row r; norms (M, T, E) or absent, `apart` floats between streams.
static NOINLINE void block_of_row(Scan *s, int r, int e, int left, float *norms, int apart) {
  int N = s->N, T = s->T, E = s->E, P = s->n_live, size = N * WIDTH;
  for (int p = 0; p < P; p++) {
    const float *h0 = s->h0 ? s->h0 + ((s->live[p] * s->R + r) * E + e) * N : 0;
    for (int c = 0; c < WIDTH; c++)
      for (int n = 0; n < N; n++) s->h[p * size + n * WIDTH + c] = h0 && c < left ? h0[c * N + n] : 0;
    s->kinds[p] = edits_at(s, p, -1); // without edits: the same at every step
  }
  for (int t = 0; t < T; t++) {
    for (int p = 0; p < P; p++) {
      if (s->n_edits) s->kinds[p] = edits_at(s, p, t);
      if (is_real(s, s->live[p], r, t)) coupled_state(s->g + p * size, s->w + p * P, s->h, P, size);
    }
    for (int p = 0; p < P; p++) step(s, r, t, p, e, left, s->kinds[p], norms ? norms + s->live[p] * apart + t * E + e : 0);
  }
  for (int p = 0; s->h_last && p < P; p++)
    for (int c = 0; c < left; c++)
      for (int n = 0; n < N; n++) s->h_last[((s->live[p] * s->R + r) * E + e + c) * N + n] = s->h[p * size + n * WIDTH + c];
}

static void zeros(float *to, int n) { for (int i = 0; i < n; i++) to[i] = 0; }

// The streams of row r that have a real step or a state h0; outputs, norms and last states of the others are 0.
static NOINLINE void find_live(Scan *s, int r, float *norms, int apart) {
  s->n_live = 0;
  for (int m = 0; m < s->M; m++) {
    int found = s->h0 || !s->mask;
    for (int t = 0; !found && t < s->T; t++) found = is_real(s, m, r, t);
    if (found) { s->live[s->n_live++] = m; continue; }
    zeros(s->y + (m * s->R + r) * s->T * s->E, s->T * s->E);
    if (norms) zeros(norms + m * apart, s->T * s->E);
    if (s->h_last) zeros(s->h_last + (m * s->R + r) * s->E * s->N, s->E * s->N);
  }
}

// x, dt, y (M, R, T, E), A (M, E, N), B, C (M, R, T, N), D (M, E), W (M, M) or, with w_stride = M * M, (R, M, M), mask (M, R, T),
// h0, h_last (M, R, E, N). norms: (M, T, E) of row `watched`, or (M, R, T, E) of all rows for watched = -1.
// D, W, mask, h0, h_last, norms, edits may be absent; W: 1 / M. scratch: scan_scratch(M, N) floats.
EXPORT(scan) void scan(const float *x, const float *dt, const float *A, const float *B, const float *C, const float *D, const float *W,
                       int w_stride, const u8 *mask, const float *h0, float *y, float *h_last, float *norms, int watched, float *scratch,
                       const Edit *edits, int n_edits, int M, int R, int T, int E, int N) {
  Scan s = {x, dt, A, B, C, D, W, h0, mask, y, h_last, norms, edits, n_edits, M, R, T, E, N, 0, 0, 0, 0, 0, 0, 0, 0};
  int size = M * N * WIDTH;
  s.h = scratch, s.g = s.h + size, s.rate = s.g + size, s.direct = s.rate + size, s.w = s.direct + M * WIDTH, s.live = (int *)(s.w + M * M), s.kinds = s.live + M;
  int apart = watched < 0 ? R * T * E : T * E;
  for (int e = 0; e < E; e += WIDTH) {
    int left = E - e < WIDTH ? E - e : WIDTH;
    for (int m = 0; m < M; m++)
      for (int c = 0; c < WIDTH; c++) {
        for (int n = 0; n < N; n++) s.rate[(m * N + n) * WIDTH + c] = c < left ? A[(m * E + e + c) * N + n] * LOG2E : 0;
        s.direct[m * WIDTH + c] = D && c < left ? D[m * E + e + c] : 0;
      }
    for (int r = 0; r < R; r++) {
      float *of_row = !norms ? 0 : watched < 0 ? norms + r * T * E : r == watched ? norms : 0;
      s.W = W ? W + r * w_stride : 0;
      find_live(&s, r, e ? 0 : of_row, apart);
      block_of_row(&s, r, e, left, of_row, apart);
    }
  }
}
