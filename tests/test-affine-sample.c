/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Affine sampling against its definition, and its adjoint against the sampling. */
#include "kernel-testing.h"
#include "kernels/affine-sample.h"

typedef struct
{
  const char *name;
  GboxAffine map;
  int height, width; /* of the planes */
  int out_height, out_width;
  int channels;
} Case;

static const Case cases[] = {
  { "identity", { 1, 0, 0, 0, 1, 0 }, 37, 41, 37, 41, 3 },
  { "shift", { 1, 0, 3, 0, 1, -5 }, 40, 40, 40, 40, 3 },
  { "half", { 1, 0, 0.5f, 0, 1, -0.25f }, 33, 33, 33, 33, 3 },
  { "shrink", { 1.1f, 0, -2, 0, 1.1f, -2 }, 48, 48, 48, 48, 3 },
  { "enlarge", { 0.9f, 0, 2, 0, 0.9f, 2 }, 48, 48, 48, 48, 3 },
  { "rotate", { 0.98480775f, -0.17364818f, 9, 0.17364818f, 0.98480775f, -8 }, 96, 96, 96, 96, 3 },
  { "rotate-scale", { 0.9f, -0.3f, 14.7f, 0.3f, 0.9f, -11.2f }, 70, 91, 83, 64, 3 },
  { "quarter-turn", { 0, -1, 30, 1, 0, 0 }, 31, 31, 31, 31, 3 },
  { "mirror", { -1, 0, 20, 0, -1, 20 }, 21, 21, 21, 21, 3 },
  { "constant", { 0, 0, 3.25f, 0, 0, 4.5f }, 9, 9, 20, 20, 3 },
  { "far-away", { 1, 0, 1e9f, 0, 1, -1e9f }, 16, 16, 16, 16, 3 },
  { "no-number", { 1, 0, NAN, 0, 1, INFINITY }, 16, 16, 16, 16, 3 },
  { "one-pixel", { 1, 0, -2, 0, 1, -2 }, 1, 1, 5, 5, 3 },
  { "wide", { 0.98f, -0.02f, 5, 0.02f, 1.2f, -5 }, 18, 300, 20, 260, 3 },
  { "one-channel", { 0.9f, -0.3f, 14.7f, 0.3f, 0.9f, -11.2f }, 33, 29, 31, 35, 1 },
  { "six-channels", { 0.9f, 0.3f, -4.7f, -0.3f, 0.9f, 9.2f }, 33, 29, 31, 35, 6 },
  { "upside-down", { -0.9f, 0.1f, 30, -0.1f, -0.9f, 31 }, 34, 33, 35, 32, 4 },
};

/* A position of up to 300 pixels is rounded to 1.5e-5 in float, twice, and a sample changes by up to 6
 * (standard deviations) a pixel in either direction: 255·2·1.5e-5·6 = 4.6e-2. The order of the products
 * matters far less. */
#define TOLERANCE 5e-2

#define GAP   1 /* of the output: a float between the pixels */
#define SCALE 255.0f
#define FILL  0.5f

static float *
new_random (gsize n, guint purpose)
{
  float *x = g_new (float, n);
  GboxPhilox random;

  gbox_philox_init (&random, 5, purpose, 0);
  gbox_philox_fill_normal (&random, x, n, 0.0f, 1.0f);
  return x;
}

static gsize
plane_size (const Case *c)
{
  return (gsize) c->channels * (gsize) c->height * (gsize) c->width;
}

static GboxTensor
new_output (const Case *c)
{
  const gsize n = (gsize) c->out_height * (gsize) c->out_width * (gsize) (c->channels + GAP);

  return (GboxTensor){ new_random (n, 9), 1,           c->out_height,
                       c->out_width,      c->channels, (gsize) (c->channels + GAP) };
}

/* The definition in double precision, each tap looked up by itself. */
static double
define_sample (const Case *c, const float *src, int channel, int oy, int ox)
{
  const double y = (double) c->map.yy * oy + (double) c->map.yx * ox + (double) c->map.y0;
  const double x = (double) c->map.xy * oy + (double) c->map.xx * ox + (double) c->map.x0;
  double sum = 0.0, weight = 0.0;

  if (!isfinite (y) || !isfinite (x))
    return (double) FILL * (double) SCALE;
  for (int row = 0; row < c->height; row++)
    for (int column = 0; column < c->width; column++)
      {
        const double w = MAX (0.0, 1.0 - fabs (y - row)) * MAX (0.0, 1.0 - fabs (x - column));

        sum += w * (double) src[(channel * c->height + row) * c->width + column];
        weight += w;
      }
  return (sum + (1.0 - weight) * (double) FILL) * (double) SCALE;
}

static void
test_definition (gconstpointer data)
{
  const Case *c = data;
  g_autofree float *src = new_random (plane_size (c), 1);
  GboxTensor dst = new_output (c);

  gbox_affine_sample_reference (&c->map, FILL, SCALE, src, c->height, c->width, &dst);
  for (int oy = 0; oy < c->out_height; oy++)
    for (int ox = 0; ox < c->out_width; ox++)
      for (int channel = 0; channel < c->channels; channel++)
        g_assert_cmpfloat (fabs ((double) gbox_tensor_pixel (&dst, 0, oy, ox)[channel]
                                 - define_sample (c, src, channel, oy, ox)),
                           <=, TOLERANCE);
  g_free (dst.data);
}

/* What lies between the pixels stays as it was. */
static void
check_fast (GboxTeam *team, gconstpointer data)
{
  const Case *c = data;
  g_autofree float *src = new_random (plane_size (c), 1);
  GboxTensor slow = new_output (c), fast = new_output (c);

  gbox_affine_sample_reference (&c->map, FILL, SCALE, src, c->height, c->width, &slow);
  gbox_affine_sample (team, &c->map, FILL, SCALE, src, c->height, c->width, &fast);
  for (gsize i = 0; i < gbox_tensor_n_pixels (&fast) * fast.stride; i++)
    g_assert_cmpfloat (fabs ((double) slow.data[i] - (double) fast.data[i]), <=, TOLERANCE);
  g_free (slow.data);
  g_free (fast.data);
}

static void
test_fast (gconstpointer data)
{
  for_each_isa (check_fast, data);
}

/* With fill 0 sampling is linear, so ⟨S x, g⟩ = ⟨x, Sᵀ g⟩; both in float with sums in double: 1e-5 of Σ|S x ·
 * g|. Planes that were not zero must be overwritten. Where all 400 gradients of the constant map meet in one
 * element its sum reaches 5000, each rounding of which is 2.4e-4: √400 of them are 5e-3 in either way. */
static void
check_adjoint (GboxTeam *team, gconstpointer data)
{
  const Case *c = data;
  const gsize n = plane_size (c);
  g_autofree float *src = new_random (n, 1);
  g_autofree float *dsrc = new_random (n, 2);
  g_autofree float *dsrc_slow = new_random (n, 3);
  GboxTensor dst = new_output (c), ddst = new_output (c);
  double left = 0.0, right = 0.0, magnitude = 0.0;

  gbox_affine_sample (team, &c->map, 0.0f, SCALE, src, c->height, c->width, &dst);
  gbox_affine_sample_adjoint (team, &c->map, SCALE, &ddst, dsrc, c->height, c->width);
  gbox_affine_sample_adjoint_reference (&c->map, SCALE, &ddst, dsrc_slow, c->height, c->width);
  for (int oy = 0; oy < c->out_height; oy++)
    for (int ox = 0; ox < c->out_width; ox++)
      for (int channel = 0; channel < c->channels; channel++)
        {
          const double product = (double) gbox_tensor_pixel (&dst, 0, oy, ox)[channel]
                                 * (double) gbox_tensor_pixel (&ddst, 0, oy, ox)[channel];

          left += product;
          magnitude += fabs (product);
        }
  for (gsize i = 0; i < n; i++)
    {
      right += (double) src[i] * (double) dsrc[i];
      g_assert_cmpfloat (fabs ((double) dsrc[i] - (double) dsrc_slow[i]), <=, TOLERANCE);
    }
  g_assert_cmpfloat (fabs (left - right), <=, 1e-5 * magnitude);
  g_free (dst.data);
  g_free (ddst.data);
}

static void
test_adjoint (gconstpointer data)
{
  for_each_isa (check_adjoint, data);
}

static void
check_threads (GboxTeam *two, gconstpointer data)
{
  const Case *c = data;
  const gsize n = plane_size (c);
  g_autofree float *src = new_random (n, 1);
  float *dsrc[3];
  GboxTensor dst[3], ddst = new_output (c);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GboxTeam) team = gbox_team_new (1 + i);

      dst[i] = new_output (c);
      dsrc[i] = g_new (float, n);
      gbox_affine_sample (team, &c->map, FILL, SCALE, src, c->height, c->width, &dst[i]);
      gbox_affine_sample_adjoint (team, &c->map, SCALE, &ddst, dsrc[i], c->height, c->width);
    }

  const gsize n_out = gbox_tensor_n_pixels (&ddst) * ddst.stride * sizeof (float);

  for (guint i = 1; i < 3; i++)
    {
      g_assert_cmpmem (dst[0].data, n_out, dst[i].data, n_out);
      g_assert_cmpmem (dsrc[0], n * sizeof (float), dsrc[i], n * sizeof (float));
    }
  for (guint i = 0; i < 3; i++)
    {
      g_free (dst[i].data);
      g_free (dsrc[i]);
    }
  g_free (ddst.data);
}

static void
test_threads (gconstpointer data)
{
  for_each_isa (check_threads, data);
}

static void
check_identity_is_exact (GboxTeam *team, gconstpointer data)
{
  const Case *c = &cases[0];
  g_autofree float *src = new_random (plane_size (c), 1);
  GboxTensor dst = new_output (c);

  gbox_affine_sample (team, &c->map, FILL, 1.0f, src, c->height, c->width, &dst);
  for (int y = 0; y < c->height; y++)
    for (int x = 0; x < c->width; x++)
      for (int channel = 0; channel < c->channels; channel++)
        g_assert_cmpfloat (gbox_tensor_pixel (&dst, 0, y, x)[channel], ==,
                           src[(channel * c->height + y) * c->width + x]);
  g_free (dst.data);
}

static void
test_identity_is_exact (void)
{
  for_each_isa (check_identity_is_exact, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *definition = g_strdup_printf ("/affine-sample/definition/%s", cases[i].name);
      g_autofree char *fast = g_strdup_printf ("/affine-sample/fast/%s", cases[i].name);
      g_autofree char *adjoint = g_strdup_printf ("/affine-sample/adjoint/%s", cases[i].name);
      g_autofree char *threads = g_strdup_printf ("/affine-sample/threads/%s", cases[i].name);

      g_test_add_data_func (definition, &cases[i], test_definition);
      g_test_add_data_func (fast, &cases[i], test_fast);
      g_test_add_data_func (adjoint, &cases[i], test_adjoint);
      g_test_add_data_func (threads, &cases[i], test_threads);
    }
  g_test_add_func ("/affine-sample/identity-is-exact", test_identity_is_exact);
  return g_test_run ();
}
