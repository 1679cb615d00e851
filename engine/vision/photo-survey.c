/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures the spectrum of photographs, a few milliseconds at a time. */
#include "vision/photo-survey.h"

#include "base/error.h"
#include "base/path-text.h"
#include "vision/photo-index.h"
#include "vision/photo-reader.h"
#include "vision/spectrum-meter.h"

/* What becomes of a photograph. */
typedef enum
{
  PHOTO_UNREADABLE, /* also while it is not looked at yet */
  PHOTO_SMALL,      /* would have to be enlarged, which has no fast waves */
  PHOTO_FLAT,       /* is of one colour, which has no waves at all */
  PHOTO_MEASURED,
  N_FATES,
} Fate;

/* What is known of a photograph. */
typedef struct
{
  Fate fate;
  GboxSpectrumBands bands;
} Finding;

struct _GboxPhotoSurvey
{
  GboxTeam *team;
  char *first; /* of the paths: to be named where there is nothing */
  GboxSpectrumMeter *meter;
  GboxPhotoListing *listing;
  const GPtrArray *files; /* (nullable): of GboxPhotoFile: once they are listed */
  GboxPhotoReader *reader;
  guint n_photos; /* to be looked at */
  guint n_pushed;
  guint n_read;
  Finding *findings;         /* (n_photos) */
  GboxPhotoReading *reading; /* (nullable): the photograph in work */
  guint next_patch;
};

GboxPhotoSurvey *
gbox_photo_survey_new (GboxTeam *team, const char *const *paths, GError **error)
{
  const GboxPhotoCut cut = { .n_scales = 1, .side = GBOX_SPECTRUM_METER_SIDE, .filter = GBOX_FILTER_BICUBIC };
  g_autoptr (GboxSpectrumMeter) meter = gbox_spectrum_meter_new (error);
  GboxPhotoSurvey *self;

  if (meter == NULL)
    return NULL;
  self = g_new0 (GboxPhotoSurvey, 1);
  self->team = team;
  self->first = g_strdup (paths[0]);
  self->meter = g_steal_pointer (&meter);
  self->listing = gbox_photo_listing_new (paths);
  self->reader = gbox_photo_reader_new (&cut, MAX (gbox_team_get_active (team) / 2, 1));
  return self;
}

/* The files or folders that are to be measured. Free with g_strfreev(). */
static char **
list_photos (const char *spectrum, GError **error)
{
  const char *paths[] = { NULL, NULL };
  g_autofree char *database = gbox_photo_index_get_default_path ();
  g_autoptr (GboxPhotoIndex) index = NULL;
  char **photos = NULL;

  paths[0] = spectrum;
  if (!g_str_equal (spectrum, GBOX_SPECTRUM_PHOTOS))
    return g_strdupv ((char **) paths);
  if (g_file_test (database, G_FILE_TEST_EXISTS))
    {
      index = gbox_photo_index_open (database, error);
      photos = index != NULL ? gbox_photo_index_list_paths (index, error) : NULL;
      if (photos == NULL)
        return NULL;
    }
  if (photos != NULL && photos[0] != NULL)
    return photos;
  g_strfreev (photos);
  g_set_error_literal (
    error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
    "No photographs are known to take a spectrum from: choose folders of them first, or name "
    "one.");
  return NULL;
}

GboxPhotoSurvey *
gbox_photo_survey_new_for_spectrum (GboxTeam *team, const char *spectrum, GError **error)
{
  g_auto (GStrv) photos = list_photos (spectrum, error);

  return photos != NULL ? gbox_photo_survey_new (team, (const char *const *) photos, error) : NULL;
}

void
gbox_photo_survey_free (GboxPhotoSurvey *self)
{
  if (self == NULL)
    return;
  gbox_photo_reader_free (self->reader);
  gbox_photo_reading_free (self->reading);
  gbox_photo_listing_free (self->listing);
  gbox_spectrum_meter_free (self->meter);
  g_free (self->findings);
  g_free (self->first);
  g_free (self);
}

/* There is nothing to look at. A whole path is no attempt at anything else. */
static void
set_not_found (const GboxPhotoSurvey *self, GError **error)
{
  if (g_file_test (self->first, G_FILE_TEST_EXISTS))
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
                 "“%s” holds no photographs to take a spectrum from; name a photograph or a folder of some, "
                 "or take “%s”.",
                 self->first, GBOX_SPECTRUM_TABLE);
  else if (g_path_is_absolute (self->first))
    g_set_error (
      error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
      "There is no “%s” to take a spectrum from; name a photograph or a folder of some, or take “%s”.",
      self->first, GBOX_SPECTRUM_TABLE);
  else
    g_set_error (error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
                 "“%s” is neither bands of a spectrum, FREQUENCY:AMPLITUDE:AMPLITUDE:AMPLITUDE with commas "
                 "between them, nor a file or folder that is there. Name photographs, or take “%s”.",
                 self->first, GBOX_SPECTRUM_TABLE);
}

static gboolean
list (GboxPhotoSurvey *self, GError **error)
{
  self->files = gbox_photo_listing_wait (self->listing);
  if (self->files == NULL)
    return TRUE;
  if (self->files->len == 0)
    {
      set_not_found (self, error);
      return FALSE;
    }
  self->n_photos = MIN (self->files->len, GBOX_PHOTO_SURVEY_MAX_PHOTOS);
  self->findings = g_new0 (Finding, self->n_photos);
  return TRUE;
}

/* Keeps the readers busy; what they have read is next. */
static void
fetch (GboxPhotoSurvey *self)
{
  while (self->n_pushed < self->n_photos && gbox_photo_reader_has_room (self->reader))
    {
      const guint64 i = (guint64) self->n_pushed * self->files->len / self->n_photos;
      const GboxPhotoFile *file = g_ptr_array_index (self->files, i);

      gbox_photo_reader_push (self->reader, self->n_pushed++, file->path);
    }
  self->reading = gbox_photo_reader_pop (self->reader);
  self->next_patch = 0;
  if (self->reading != NULL)
    self->n_read++;
}

static gboolean
is_flat (const GboxPhotoPatches *patches)
{
  const gsize n = 3 * (gsize) patches->n * (gsize) patches->side * (gsize) patches->side;

  for (gsize i = 3; i < n; i++)
    if (patches->pixels[i] != patches->pixels[i - 3])
      return FALSE;
  return TRUE;
}

static Fate
judge (const GboxPhotoPatches *patches)
{
  if (patches == NULL)
    return PHOTO_UNREADABLE;
  if (MIN (patches->width, patches->height) < GBOX_SPECTRUM_METER_SIDE)
    return PHOTO_SMALL;
  return is_flat (patches) ? PHOTO_FLAT : PHOTO_MEASURED;
}

static void
measure (GboxPhotoSurvey *self)
{
  const GboxPhotoPatches *patches = self->reading->patches;
  Finding *finding = &self->findings[self->reading->id];

  if (self->next_patch == 0)
    finding->fate = judge (patches);
  if (finding->fate == PHOTO_MEASURED)
    {
      const gsize n = 3 * (gsize) patches->side * (gsize) patches->side;

      gbox_spectrum_meter_add (self->meter, self->team, patches->pixels + n * self->next_patch++,
                               1.0 / patches->n, &finding->bands);
      if (self->next_patch < patches->n)
        return;
    }
  g_clear_pointer (&self->reading, gbox_photo_reading_free);
}

static guint
count (const GboxPhotoSurvey *self, Fate fate)
{
  guint n = 0;

  for (guint i = 0; i < self->n_photos; i++)
    n += self->findings[i].fate == fate ? 1 : 0;
  return n;
}

/* "of those in “photos” 2 cannot be read, 1 is of one colour", or "“photo.png” cannot be read" */
static char *
describe_fates (const GboxPhotoSurvey *self)
{
  static const char *const texts[N_FATES][2] = {
    [PHOTO_UNREADABLE] = { "cannot be read", "cannot be read" },
    [PHOTO_SMALL] = { "is smaller", "are smaller" },
    [PHOTO_FLAT]
    = { "is of one colour, as what is transparent is", "are of one colour, as what is transparent is" },
  };
  const GboxPhotoFile *photo = g_ptr_array_index (self->files, 0);
  g_autofree char *path = gbox_path_to_text (photo->path);
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->n_photos == 1)
    return g_strdup_printf ("“%s” %s", path, texts[self->findings[0].fate][0]);
  for (Fate fate = 0; fate < PHOTO_MEASURED; fate++)
    {
      const guint n = count (self, fate);

      if (n > 0)
        g_string_append_printf (text, "%s%u %s", text->len > 0 ? ", " : "", n, texts[fate][n > 1]);
    }
  return g_strdup_printf ("of those in “%s” %s", self->first, text->str);
}

gboolean
gbox_photo_survey_step (GboxPhotoSurvey *self, gboolean *is_done, GError **error)
{
  g_autofree char *fates = NULL;

  *is_done = FALSE;
  if (self->files == NULL)
    return list (self, error);
  if (self->reading == NULL)
    fetch (self);
  if (self->reading != NULL)
    measure (self);
  *is_done = self->n_read == self->n_photos && self->reading == NULL;
  if (!*is_done || count (self, PHOTO_MEASURED) > 0)
    return TRUE;
  fates = describe_fates (self);
  g_set_error (
    error, GBOX_ERROR, GBOX_ERROR_NOT_FOUND,
    "A spectrum is taken from photographs of %d pixels or more each way, but %s. Name others, or take "
    "“%s”.",
    GBOX_SPECTRUM_METER_SIDE, fates, GBOX_SPECTRUM_TABLE);
  return FALSE;
}

guint
gbox_photo_survey_conclude (const GboxPhotoSurvey *self, GboxPhotoSpectrum *spectrum)
{
  const guint n = count (self, PHOTO_MEASURED);
  GboxSpectrumBands means = { 0 };

  for (guint i = 0; i < self->n_photos; i++)
    for (int band = 0; band < GBOX_SPECTRUM_METER_N_BANDS && self->findings[i].fate == PHOTO_MEASURED; band++)
      for (int p = 0; p < 3; p++)
        means.amplitudes[band][p] += self->findings[i].bands.amplitudes[band][p] / n;
  gbox_spectrum_meter_conclude (self->meter, &means, spectrum);
  return n;
}
