/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The choice of instruction set, made in a fresh process for each value of the environment variable. */
#include "kernels/fast/fast.h"
#include "kernels/isa.h"

static GboxIsa
best (void)
{
  GboxIsa isa = GBOX_ISA_BASELINE;

  for (GboxIsa i = GBOX_ISA_BASELINE; i < GBOX_N_ISAS; i++)
    if (gbox_isa_is_supported (i))
      isa = i;

  return isa;
}

/* The child's exit says what it chose. */
static void
test_choice (gconstpointer data)
{
  const char *value = data;
  GboxIsa expected = best ();

  for (GboxIsa isa = GBOX_ISA_REFERENCE; isa < GBOX_N_ISAS; isa++)
    if (g_strcmp0 (value, gbox_isa_get_name (isa)) == 0 && gbox_isa_is_supported (isa))
      expected = isa;

  if (g_test_subprocess ())
    {
      g_assert_cmpint (gbox_isa_get (), ==, expected);
      g_assert_true ((gbox_fast_kernels () == NULL) == (expected == GBOX_ISA_REFERENCE));
      return;
    }

  if (value != NULL)
    g_setenv ("GBOX_ISA", value, TRUE);
  else
    g_unsetenv ("GBOX_ISA");
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_unsetenv ("GBOX_ISA");
  g_test_trap_assert_passed ();
}

static void
test_select (void)
{
  const GboxFastKernels *tables[GBOX_N_ISAS] = { NULL };

  for (GboxIsa isa = GBOX_ISA_REFERENCE; isa < GBOX_N_ISAS; isa++)
    {
      const GboxIsa before = gbox_isa_get ();
      const gboolean selected = gbox_isa_select (isa);

      g_assert_cmpint (selected, ==, gbox_isa_is_supported (isa));
      g_assert_cmpint (gbox_isa_get (), ==, selected ? isa : before);
      if (!selected)
        continue;
      tables[isa] = gbox_fast_kernels ();
      for (GboxIsa other = GBOX_ISA_REFERENCE; other < isa; other++)
        g_assert_true (tables[isa] != tables[other]);
    }
  g_assert_true (gbox_isa_select (best ()));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/isa/unset", NULL, test_choice);
  g_test_add_data_func ("/isa/reference", "reference", test_choice);
  g_test_add_data_func ("/isa/baseline", "baseline", test_choice);
  g_test_add_data_func ("/isa/avx2", "avx2", test_choice);
  g_test_add_data_func ("/isa/avx512", "avx512", test_choice);
  g_test_add_data_func ("/isa/avx512vnni", "avx512vnni", test_choice);
  g_test_add_data_func ("/isa/unknown", "vax", test_choice);
  g_test_add_func ("/isa/select", test_select);

  return g_test_run ();
}
