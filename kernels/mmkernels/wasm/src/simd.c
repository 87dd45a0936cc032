// Vectors of which one to three lanes lie inside a buffer.
#include "simd.h"

f4 load_part(const float *from, int count) {
  f4 value = splat(0);
  value[0] = from[0];
  if (count > 1) value[1] = from[1];
  if (count > 2) value[2] = from[2];
  return value;
}
void store_part(float *to, f4 value, int count) {
  to[0] = value[0];
  if (count > 1) to[1] = value[1];
  if (count > 2) to[2] = value[2];
}
