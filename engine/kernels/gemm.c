/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrix products through OpenBLAS, on the calling thread. */
#include "kernels/gemm.h"

#include "kernels/isa.h"

#include <cblas.h>
#include <string.h>

/* The setting is the process's in OpenBLAS's own threading and each thread's under OpenMP, so every thread
 * makes it, once. */
static void
keep_to_one_thread (void)
{
  static _Thread_local gboolean is_set = FALSE;

  if (is_set)
    return;

  openblas_set_num_threads (1);
  is_set = TRUE;
}

/* Element (l, j) of the second factor is b[l · row_step + j · column_step]. */
static void
multiply_reference (int m,
                    int n,
                    int k,
                    const float *a,
                    gsize lda,
                    const float *b,
                    gsize row_step,
                    gsize column_step,
                    float beta,
                    float *c,
                    gsize ldc)
{
  for (gsize i = 0; i < (gsize) m; i++)
    for (gsize j = 0; j < (gsize) n; j++)
      {
        double sum = beta == 0 ? 0 : (double) beta * c[i * ldc + j];

        for (gsize l = 0; l < (gsize) k; l++)
          sum += (double) a[i * lda + l] * b[l * row_step + j * column_step];
        c[i * ldc + j] = (float) sum;
      }
}

/* c (n) = a (k) times a matrix of n_rows rows, which is transposed or not. */
static void
multiply_vector (CBLAS_TRANSPOSE transpose,
                 int n_rows,
                 int n_columns,
                 const float *a,
                 const float *b,
                 gsize ldb,
                 float beta,
                 float *c)
{
  const int n = transpose == CblasTrans ? n_columns : n_rows;

  if (beta == 0) /* the routine multiplies by beta, which would keep what is not a number */
    memset (c, 0, (gsize) n * sizeof (float));
  cblas_sgemv (CblasRowMajor, transpose, n_rows, n_columns, 1, b, (int) ldb, a, 1, beta, c, 1);
}

void
gbox_gemm (
  int m, int n, int k, const float *a, gsize lda, const float *b, gsize ldb, float beta, float *c, gsize ldc)
{
  keep_to_one_thread ();
  if (gbox_isa_get () == GBOX_ISA_REFERENCE)
    multiply_reference (m, n, k, a, lda, b, ldb, 1, beta, c, ldc);
  else if (m == 1)
    multiply_vector (CblasTrans, k, n, a, b, ldb, beta, c);
  else
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a, (int) lda, b, (int) ldb, beta, c,
                 (int) ldc);
}

void
gbox_gemm_transposed (
  int m, int n, int k, const float *a, gsize lda, const float *b, gsize ldb, float beta, float *c, gsize ldc)
{
  keep_to_one_thread ();
  if (gbox_isa_get () == GBOX_ISA_REFERENCE)
    multiply_reference (m, n, k, a, lda, b, 1, ldb, beta, c, ldc);
  else if (m == 1)
    multiply_vector (CblasNoTrans, n, k, a, b, ldb, beta, c);
  else
    cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, a, (int) lda, b, (int) ldb, beta, c,
                 (int) ldc);
}
