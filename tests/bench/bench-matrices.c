/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times all matrices of a language model's file, one after the other, as a token or a batch of them meets
 * them: what the fastest forward pass could reach, without attention, norms and all else. */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/isa.h"
#include "models/linear.h"

#define ALIGNMENT 64
#define MAX_N     256

typedef struct
{
  GboxTeam *team;
  GboxPages *pages;
  GPtrArray *layers; /* of GboxLinear */
  GboxLinear *head;
  gsize width; /* of the widest */
  float *x, *y;
  gpointer scratch;
} Model;

/* How many vectors the layers and the head multiply. */
typedef struct
{
  const char *name;
  int n;
  int n_head;
} Load;

static double
now (void)
{
  return (double) g_get_monotonic_time () * 1e-6;
}

static GboxLinear *
linear_new (Model *model, const GboxNamedTensor *tensor)
{
  const int n_out = (int) tensor->dims[0], n_in = (int) tensor->dims[1];

  model->width = MAX (model->width, (gsize) MAX (n_in, n_out));

  return gbox_linear_new_in (model->pages, tensor->dtype, n_out, n_in, tensor->data, NULL);
}

static gsize
count_scratch (const Model *model)
{
  const guint n_workers = gbox_team_get_n_threads (model->team);
  gsize size = gbox_linear_scratch_size (model->head, MAX_N, GBOX_PRECISION_INT16, n_workers);

  for (guint i = 0; i < model->layers->len; i++)
    size = MAX (size,
                gbox_linear_scratch_size (model->layers->pdata[i], MAX_N, GBOX_PRECISION_INT16, n_workers));

  return size;
}

static gboolean
model_load (Model *model, const char *path, GError **error)
{
  g_autoptr (GboxTensorFile) file = gbox_tensor_file_open (path, error);
  const GboxNamedTensor *head, *embedding;

  if (file == NULL)
    return FALSE;

  model->layers = g_ptr_array_new_with_free_func ((GDestroyNotify) gbox_linear_free);
  for (guint i = 0; i < gbox_tensor_file_get_n_tensors (file); i++)
    {
      const GboxNamedTensor *tensor = gbox_tensor_file_get_nth (file, i);

      if (g_str_has_prefix (tensor->name, "blk.") && tensor->n_dims == 2)
        g_ptr_array_add (model->layers, linear_new (model, tensor));
    }
  head = gbox_tensor_file_lookup (file, "output.weight");
  embedding = gbox_tensor_file_lookup (file, "token_embd.weight");
  if (embedding == NULL || model->layers->len == 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: no language model in GGUF", path);
      return FALSE;
    }
  model->head = linear_new (model, head != NULL ? head : embedding);

  model->x = g_aligned_alloc0 (model->width * MAX_N, sizeof (float), ALIGNMENT);
  model->y = g_aligned_alloc0 (model->width * MAX_N, sizeof (float), ALIGNMENT);
  for (gsize i = 0; i < model->width * MAX_N; i++)
    model->x[i] = (float) (i * 7 % 31) - 15;
  model->scratch = g_aligned_alloc (count_scratch (model), 1, ALIGNMENT);

  return TRUE;
}

static void
model_clear (Model *model)
{
  g_clear_pointer (&model->layers, g_ptr_array_unref);
  gbox_linear_free (model->head);
  g_aligned_free (model->x);
  g_aligned_free (model->y);
  g_aligned_free (model->scratch);
}

static void
multiply (const Model *model, const GboxLinear *linear, GboxPrecision precision, int n)
{
  gbox_linear_forward (linear, model->team, precision, model->x, (gsize) gbox_linear_get_n_in (linear), n,
                       model->y, (gsize) gbox_linear_get_n_out (linear), FALSE, model->scratch);
}

static double
run (const Model *model, GboxPrecision precision, const Load *load)
{
  const double start = now ();

  for (guint i = 0; i < model->layers->len; i++)
    multiply (model, model->layers->pdata[i], precision, load->n);
  multiply (model, model->head, precision, load->n_head);

  return now () - start;
}

static int
compare_doubles (const void *a, const void *b)
{
  const double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

static void
report (const Model *model, GboxPrecision precision, const Load *load, guint n_rounds)
{
  static const char *const names[] = { "int8", "int16", "float32" };
  g_autofree double *times = g_new (double, n_rounds);

  for (guint i = 0; i < n_rounds; i++)
    times[i] = run (model, precision, load);
  qsort (times, n_rounds, sizeof (double), compare_doubles);
  g_print ("%-12s %-8s %7.0f %7.0f\n", load->name, names[precision], load->n / times[n_rounds / 2],
           load->n / times[0]);
}

int
main (int argc, char **argv)
{
  static const Load loads[]
    = { { "decode", 1, 1 },      { "prompt 64", 64, 1 },     { "prompt 256", 256, 1 },
        { "8 sequences", 8, 8 }, { "32 sequences", 32, 32 }, { "64 sequences", 64, 64 } };
  const guint n_rounds = argc > 2 ? (guint) MAX (atoi (argv[2]), 1) : 20;
  g_autoptr (GboxTeam) team = gbox_team_new (argc > 3 ? (guint) MAX (atoi (argv[3]), 1) : 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxPages) pages = gbox_pages_new ();
  Model model = { .team = team, .pages = pages };
  const double start = now ();
  gsize size;

  setlocale (LC_ALL, "");
  if (argc < 2 || !model_load (&model, argv[1], &error))
    {
      g_printerr ("%s\n", argc < 2 ? "Usage: bench-matrices MODEL.gguf [ROUNDS [THREADS]]" : error->message);
      return 1;
    }
  size = gbox_linear_get_size (model.head);
  for (guint i = 0; i < model.layers->len; i++)
    size += gbox_linear_get_size (model.layers->pdata[i]);
  g_print ("%s, %u threads; %u matrices, %.1f MB, packed in %.2f s by one\ntokens/s: median, best\n",
           gbox_isa_get_name (gbox_isa_get ()), gbox_team_get_active (team), model.layers->len + 1,
           (double) size * 1e-6, now () - start);
  for (guint i = 0; i < G_N_ELEMENTS (loads); i++)
    for (GboxPrecision precision = GBOX_PRECISION_INT8; precision <= GBOX_PRECISION_FLOAT32; precision++)
      report (&model, precision, &loads[i], MAX (n_rounds / (guint) (loads[i].n >= 64 ? 4 : 1), 1));
  model_clear (&model);

  return 0;
}
