/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a photograph has and another one lacks, as a direction of a layer's channels. */
#include "vision/photo-direction.h"

#include <math.h>

#include "base/error.h"
#include "vision/probe.h"

static GboxProbe *
probe_photo (GboxNetwork *network, GboxTeam *team, guint layer, const char *path, GError **error)
{
  g_autoptr (GboxImage) photo = gbox_image_load (path, error);
  g_autoptr (GboxImage) square = NULL;

  if (photo == NULL)
    return NULL;
  square = gbox_image_prepare (photo, gbox_network_get_preprocessing (network));
  return gbox_probe_new (network, team, layer, square, -1, -1, -1, error);
}

/* Channels that differ by less than that of the direction's length are left out: it is what the text of the
 * others is rounded by. */
#define LEAST_WEIGHT 1e-5

static char *
write_direction (const double *weights, int n, double length)
{
  GString *text = g_string_new (NULL);

  for (int c = 0; c < n; c++)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      if (fabs (weights[c]) < LEAST_WEIGHT * length)
        continue;
      g_ascii_formatd (number, sizeof number, "%.5g", weights[c] / length);
      g_string_append_printf (text, "%s%d:%s", text->len > 0 ? "," : "", c, number);
    }
  return g_string_free (text, FALSE);
}

char *
gbox_photo_direction (
  GboxNetwork *network, GboxTeam *team, guint layer, const char *path, const char *minus, GError **error)
{
  g_autoptr (GboxProbe) with = probe_photo (network, team, layer, path, error);
  g_autoptr (GboxProbe) without = NULL;
  g_autofree double *weights = NULL;
  double square = 0.0;

  if (with == NULL)
    return NULL;
  if (minus != NULL)
    {
      without = probe_photo (network, team, layer, minus, error);
      if (without == NULL)
        return NULL;
    }
  weights = g_new (double, with->channels);
  for (int c = 0; c < with->channels; c++)
    {
      weights[c]
        = (double) with->channel_means[c] - (without != NULL ? (double) without->channel_means[c] : 0.0);
      square += weights[c] * weights[c];
    }
  if (square > 0.0)
    return write_direction (weights, with->channels, sqrt (square));
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
               "To layer %s both photos are the same; choose another photo or layer.",
               gbox_network_get_layer (network, layer)->name);
  return NULL;
}
