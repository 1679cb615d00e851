/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weights of a convolution on their way from a file into a network. */
#include "models/conv-weights.h"

#include "base/error.h"

#include <math.h>

void
gbox_conv_weights_init (GboxConvWeights *self, int n_out, int n_in, int kernel, float *weights, float *bias)
{
  *self
    = (GboxConvWeights){ .n_out = n_out, .n_in = n_in, .kernel = kernel, .n_parts = 1, .parts = { n_out } };
  self->weights = weights;
  self->bias = bias;
  if (self->bias == NULL)
    self->bias = g_new0 (float, n_out);
}

void
gbox_conv_weights_clear (GboxConvWeights *self)
{
  g_clear_pointer (&self->weights, g_free);
  g_clear_pointer (&self->bias, g_free);
}

/* Dimensions of 1 change nothing about where a value lies: Caffe's older blobs have four always, a linear
 * layer's matrix only two. */
static gboolean
is_shape (const GboxNamedTensor *tensor, guint n_dims, const guint64 *dims)
{
  guint found = 0;

  for (guint i = 0; i < n_dims; i++)
    {
      if (dims[i] == 1)
        continue;
      while (found < tensor->n_dims && tensor->dims[found] == 1)
        found++;
      if (found == tensor->n_dims || tensor->dims[found++] != dims[i])
        return FALSE;
    }
  while (found < tensor->n_dims && tensor->dims[found] == 1)
    found++;

  return found == tensor->n_dims;
}

static char *
describe_shape (guint n_dims, const guint64 *dims)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n_dims; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i == 0 ? "" : "×", dims[i]);

  return g_string_free (text, FALSE);
}

/* gbox_tensor_file_get_floats() wants the exact shape: gives it the one that is in the file once that is
 * found to mean the same. */
static float *
read_floats (const GboxTensorFile *file, const char *name, guint n_dims, const guint64 *dims, GError **error)
{
  const GboxNamedTensor *tensor = gbox_tensor_file_lookup (file, name);

  if (tensor == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                   "The weights lack “%s”: the file is incomplete or of another network; get it again.",
                   name);
      return NULL;
    }
  if (!is_shape (tensor, n_dims, dims))
    {
      g_autofree char *expected = describe_shape (n_dims, dims);
      g_autofree char *found = describe_shape (tensor->n_dims, tensor->dims);

      g_set_error (
        error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
        "The weights “%s” are %s where %s is expected: the file is of a variant that Glassbox does not know.",
        name, found, expected);
      return NULL;
    }

  return gbox_tensor_file_get_floats (file, name, tensor->n_dims, tensor->dims, error);
}

static float *
read_vector (const GboxTensorFile *file, const char *name, int n, GError **error)
{
  const guint64 dims[] = { (guint64) n };

  return read_floats (file, name, 1, dims, error);
}

gboolean
gbox_conv_weights_read (GboxConvWeights *self,
                        const GboxTensorFile *file,
                        const char *weights_name,
                        const char *bias_name,
                        int n_out,
                        int n_in,
                        int kernel,
                        GError **error)
{
  const guint64 dims[] = { (guint64) n_out, (guint64) n_in, (guint64) kernel, (guint64) kernel };
  g_autofree float *weights = read_floats (file, weights_name, 4, dims, error);
  g_autofree float *bias = NULL;

  *self = (GboxConvWeights){ 0 };
  if (weights == NULL)
    return FALSE;
  if (bias_name != NULL)
    {
      bias = read_vector (file, bias_name, n_out, error);
      if (bias == NULL)
        return FALSE;
    }

  gbox_conv_weights_init (self, n_out, n_in, kernel, g_steal_pointer (&weights), g_steal_pointer (&bias));
  return TRUE;
}

gboolean
gbox_conv_weights_fold (
  GboxConvWeights *self, const GboxTensorFile *file, const char *prefix, double epsilon, GError **error)
{
  static const char *const suffixes[] = { "weight", "bias", "running_mean", "running_var" };
  const gsize n_inputs = (gsize) self->n_in * (gsize) self->kernel * (gsize) self->kernel;
  g_autofree float *weight = NULL, *bias = NULL, *mean = NULL, *variance = NULL;
  float **const vectors[] = { &weight, &bias, &mean, &variance };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.%s", prefix, suffixes[i]);

      *vectors[i] = read_vector (file, name, self->n_out, error);
      if (*vectors[i] == NULL)
        return FALSE;
    }

  for (int o = 0; o < self->n_out; o++)
    {
      const double gain = (double) weight[o] / sqrt (MAX ((double) variance[o], 0.0) + epsilon);
      float *row = self->weights + (gsize) o * n_inputs;

      for (gsize i = 0; i < n_inputs; i++)
        row[i] = (float) ((double) row[i] * gain);
      self->bias[o] = (float) (((double) self->bias[o] - (double) mean[o]) * gain + (double) bias[o]);
    }

  return TRUE;
}

void
gbox_conv_weights_append (GboxConvWeights *self, GboxConvWeights *other)
{
  const gsize n_inputs = (gsize) other->n_in * (gsize) other->kernel * (gsize) other->kernel;
  const gsize n_before = (gsize) self->n_out;
  const gsize n_added = (gsize) other->n_out;

  g_return_if_fail (self->n_out == 0 || (other->n_in == self->n_in && other->kernel == self->kernel));
  g_return_if_fail (self->n_parts + other->n_parts <= GBOX_OPERATION_MAX_PARTS);

  self->n_in = other->n_in;
  self->kernel = other->kernel;
  self->n_out += other->n_out;
  self->weights = g_renew (float, self->weights, (n_before + n_added) * n_inputs);
  self->bias = g_renew (float, self->bias, n_before + n_added);
  memcpy (self->weights + n_before * n_inputs, other->weights, n_added * n_inputs * sizeof (float));
  memcpy (self->bias + n_before, other->bias, n_added * sizeof (float));
  memcpy (self->parts + self->n_parts, other->parts, other->n_parts * sizeof *other->parts);
  self->n_parts += other->n_parts;
  gbox_conv_weights_clear (other);
}
