/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the compiled instruction sets the kernels use. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxIsa:
 * @GBOX_ISA_REFERENCE: the plain references, for tests and for finding defects
 * @GBOX_ISA_BASELINE: the fast kernels in what every processor of the architecture has (SSE2 on x86-64)
 * @GBOX_ISA_AVX2: with AVX2, FMA and F16C
 * @GBOX_ISA_AVX512: with AVX-512 F, BW, DQ and VL
 * @GBOX_ISA_AVX512_VNNI: the same with VNNI, for products of integers
 *
 * From slowest to fastest. A value of the environment variable `GBOX_ISA` is the name in lower case.
 */
typedef enum
{
  GBOX_ISA_REFERENCE,
  GBOX_ISA_BASELINE,
  GBOX_ISA_AVX2,
  GBOX_ISA_AVX512,
  GBOX_ISA_AVX512_VNNI,
  GBOX_N_ISAS,
} GboxIsa;

/**
 * gbox_isa_get:
 *
 * The set in use, for the whole process. Decided at the first call: what `GBOX_ISA` names, or the best this
 * processor has where the variable is unset, names nothing known, or names a set that the processor lacks.
 * Any thread.
 */
GboxIsa gbox_isa_get (void);

/* "reference", "baseline", "avx2", "avx512" or "avx512vnni". */
const char *gbox_isa_get_name (GboxIsa isa);

/* Whether the program was compiled with it and this processor has it. */
gboolean gbox_isa_is_supported (GboxIsa isa);

/**
 * gbox_isa_select:
 * @isa: a set
 *
 * Overrides the decision, so that tests and benches can compare all sets in one process. Not while a kernel
 * runs.
 *
 * Returns: %FALSE, with nothing changed, if the processor lacks it
 */
gboolean gbox_isa_select (GboxIsa isa);

G_END_DECLS
