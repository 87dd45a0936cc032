// Walk over the rows of a broadcast: the sizes, then the strides (in elements) of each operand, all of the last axis last.
#pragma once
#include "simd.h"

#define MAX_RANK 8

typedef struct {
  const int *sizes, *strides;
  int rank, operands, width, rows, place[MAX_RANK], at[3];
} Walk;

// shape: [rank, sizes..., strides of the first operand..., of the second..., ...]; rank 1..8, or the call traps.
INLINE Walk begin_walk(const int *shape, int operands) {
  Walk walk = {shape + 1, shape + 1 + shape[0], shape[0], operands, 0, 1, {0}, {0}};
  if (walk.rank < 1 || walk.rank > MAX_RANK) __builtin_trap();
  walk.width = walk.sizes[walk.rank - 1];
  for (int d = 0; d < walk.rank - 1; d++) walk.rows *= walk.sizes[d];
  return walk;
}
INLINE int inner_stride(const Walk *walk, int operand) { return walk->strides[(operand + 1) * walk->rank - 1]; }
INLINE void next_row(Walk *walk) {
  for (int d = walk->rank - 2; d >= 0; d--) {
    for (int k = 0; k < walk->operands; k++) walk->at[k] += walk->strides[k * walk->rank + d];
    if (++walk->place[d] < walk->sizes[d]) return;
    for (int k = 0; k < walk->operands; k++) walk->at[k] -= walk->strides[k * walk->rank + d] * walk->sizes[d];
    walk->place[d] = 0;
  }
}
