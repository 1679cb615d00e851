/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How strong the waves of photographs are, by how fast they are. */
#include "vision/photo-spectrum.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "vision/photo-spectrum-table.h"

/* What no amplitude is beyond: far more or less than any photograph's. */
#define LEAST_AMPLITUDE 1e-9
#define MOST_AMPLITUDE  1e9

#define FIELDS 4 /* of a band: the frequency and three amplitudes */

static gboolean
parse_band (GboxPhotoSpectrum *self, const char *text)
{
  g_auto (GStrv) fields = g_strsplit (text, ":", -1);
  double values[FIELDS];

  if (g_strv_length (fields) != FIELDS || self->n_bands == GBOX_PHOTO_SPECTRUM_MAX_BANDS)
    return FALSE;
  for (guint i = 0; i < FIELDS; i++)
    {
      char *end;

      values[i] = g_ascii_strtod (fields[i], &end);
      if (end == fields[i] || *end != '\0' || !(values[i] >= LEAST_AMPLITUDE && values[i] <= MOST_AMPLITUDE))
        return FALSE;
    }
  if (self->n_bands > 0 && values[0] <= self->frequencies[self->n_bands - 1])
    return FALSE;
  self->frequencies[self->n_bands] = values[0];
  memcpy (self->amplitudes[self->n_bands], values + 1, sizeof self->amplitudes[0]);
  self->n_bands++;
  return TRUE;
}

gboolean
gbox_photo_spectrum_parse (GboxPhotoSpectrum *self, const char *text, GError **error)
{
  g_auto (GStrv) bands = g_strsplit (text, ",", -1);
  gboolean is_valid = TRUE;

  *self = (GboxPhotoSpectrum){ 0 };
  for (char **band = bands; *band != NULL && is_valid; band++)
    is_valid = parse_band (self, *band);
  if (is_valid && self->n_bands > 1)
    return TRUE;
  g_set_error (
    error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
    "A spectrum has 2 to %d bands, FREQUENCY:AMPLITUDE:AMPLITUDE:AMPLITUDE with commas between them, of "
    "which the frequencies rise and all is above 0; or name photographs, or say “%s”.",
    GBOX_PHOTO_SPECTRUM_MAX_BANDS, GBOX_SPECTRUM_TABLE);
  return FALSE;
}

void
gbox_photo_spectrum_init_table (GboxPhotoSpectrum *self)
{
  const gboolean is_valid = gbox_photo_spectrum_parse (self, GBOX_PHOTO_SPECTRUM_TABLE, NULL);

  g_assert (is_valid);
}

/* Four digits: what is measured of other photographs differs in the first. */
char *
gbox_photo_spectrum_to_text (const GboxPhotoSpectrum *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->n_bands; i++)
    {
      const double values[FIELDS]
        = { self->frequencies[i], self->amplitudes[i][0], self->amplitudes[i][1], self->amplitudes[i][2] };

      for (guint k = 0; k < FIELDS; k++)
        {
          char number[G_ASCII_DTOSTR_BUF_SIZE];

          g_ascii_formatd (number, sizeof number, "%.4g", values[k]);
          g_string_append_printf (text, "%s%s", k > 0 ? ":" : i > 0 ? "," : "", number);
        }
    }
  return g_string_free (text, FALSE);
}

gboolean
gbox_photo_spectrum_is_settled (const char *text)
{
  GboxPhotoSpectrum spectrum;

  return g_str_equal (text, GBOX_SPECTRUM_TABLE) || g_str_equal (text, GBOX_SPECTRUM_FORMULA)
         || gbox_photo_spectrum_parse (&spectrum, text, NULL);
}

double
gbox_photo_spectrum_get (const GboxPhotoSpectrum *self, double frequency, int plane)
{
  const guint last = self->n_bands - 1;
  guint i = 0;
  double t;

  if (frequency <= self->frequencies[0])
    return self->amplitudes[0][plane] * self->frequencies[0] / frequency;
  if (frequency >= self->frequencies[last])
    return self->amplitudes[last][plane] * self->frequencies[last] / frequency;
  while (frequency > self->frequencies[i + 1])
    i++;
  t = log (frequency / self->frequencies[i]) / log (self->frequencies[i + 1] / self->frequencies[i]);
  return self->amplitudes[i][plane] * pow (self->amplitudes[i + 1][plane] / self->amplitudes[i][plane], t);
}
