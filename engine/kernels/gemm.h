/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products on slices, on the calling thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * gbox_gemm:
 *
 * c (m, n) = a (m, k) · b (k, n) + beta · c, row-major with rows lda, ldb, ldc floats apart. OpenBLAS on one
 * thread: callers cut the work themselves, so that the bits do not depend on how many threads there are.
 */
void gbox_gemm (
  int m, int n, int k, const float *a, gsize lda, const float *b, gsize ldb, float beta, float *c, gsize ldc);

/**
 * gbox_gemm_transposed:
 *
 * c (m, n) = a (m, k) · bᵀ + beta · c, where b is (n, k) with rows ldb floats apart; otherwise like
 * gbox_gemm().
 */
void gbox_gemm_transposed (
  int m, int n, int k, const float *a, gsize lda, const float *b, gsize ldb, float beta, float *c, gsize ldc);

G_END_DECLS
