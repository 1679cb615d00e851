/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the compiled instruction sets the kernels use. */
#include "kernels/isa.h"

#ifdef __x86_64__
#include <cpuid.h>
#endif

#include "kernels/fast/fast.h"

#define UNDECIDED (-1)

/* The choice belongs to the processor, so there is one for the process. */
static gint *
selection (void)
{
  static gint selected = UNDECIDED;

  return &selected;
}

const char *
gbox_isa_get_name (GboxIsa isa)
{
  static const char *const names[GBOX_N_ISAS] = { "reference", "baseline", "avx2", "avx512", "avx512vnni" };

  return names[isa];
}

#ifdef __x86_64__
/* Clang's __builtin_cpu_supports() does not know this one. */
static gboolean
has_f16c (void)
{
  guint a, b, c, d;

  return __get_cpuid (1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}

static gboolean
has_avx512 (void)
{
  return __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
         && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl");
}
#endif

gboolean
gbox_isa_is_supported (GboxIsa isa)
{
  switch (isa)
    {
    case GBOX_ISA_REFERENCE:
    case GBOX_ISA_BASELINE:
      return TRUE;
#ifdef __x86_64__
    case GBOX_ISA_AVX2:
      return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma") && has_f16c ();
    case GBOX_ISA_AVX512:
      return has_avx512 ();
    case GBOX_ISA_AVX512_VNNI:
      return has_avx512 () && __builtin_cpu_supports ("avx512vnni");
#endif
    default:
      return FALSE;
    }
}

static GboxIsa
decide (void)
{
  const char *name = g_getenv ("GBOX_ISA");
  GboxIsa best = GBOX_ISA_BASELINE;

  for (GboxIsa isa = GBOX_ISA_REFERENCE; isa < GBOX_N_ISAS; isa++)
    if (gbox_isa_is_supported (isa))
      {
        if (g_strcmp0 (name, gbox_isa_get_name (isa)) == 0)
          return isa;
        best = isa;
      }

  return best;
}

GboxIsa
gbox_isa_get (void)
{
  gint isa = g_atomic_int_get (selection ());

  if (isa == UNDECIDED)
    {
      isa = (gint) decide ();
      g_atomic_int_set (selection (), isa);
    }

  return (GboxIsa) isa;
}

gboolean
gbox_isa_select (GboxIsa isa)
{
  if (!gbox_isa_is_supported (isa))
    return FALSE;

  g_atomic_int_set (selection (), (gint) isa);

  return TRUE;
}

const GboxFastKernels *
gbox_fast_kernels (void)
{
  switch (gbox_isa_get ())
    {
    case GBOX_ISA_REFERENCE:
      return NULL;
#ifdef __x86_64__
    case GBOX_ISA_AVX2:
      return &gbox_fast_kernels_avx2;
    case GBOX_ISA_AVX512:
      return &gbox_fast_kernels_avx512;
    case GBOX_ISA_AVX512_VNNI:
      return &gbox_fast_kernels_avx512vnni;
#endif
    default:
      return &gbox_fast_kernels_baseline;
    }
}
