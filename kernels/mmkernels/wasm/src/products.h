// Products of matrices that other operators use (matmul.c).
#pragma once
int packed_size(int K, int N);
void pack(const float *w, float *packed, int K, int N, int stride_k, int stride_n);
void linear(const float *x, const float *packed, const float *b, float *y, int R, int K, int N);
