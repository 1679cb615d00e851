/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Films as files: an animation. */
#include "vision/animation.h"

#include <stdio.h>
#include <string.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include "base/error.h"
#include "formats/whole-file.h"
#include "models/image-end.h"

#define FRAME_MILLISECONDS 50
#define LAST_MILLISECONDS  2000

/* Hardly to be told from the picture, at a tenth of the size of lossless. */
#define QUALITY 90.0f
/* 0 … 6: twice as fast as the default for files that are a few per cent larger. */
#define METHOD 2

#define XMP_CHUNK "XMP "
#define XMP_BEGIN                                                                                            \
  "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "                                                          \
  "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"                                               \
  "<rdf:Description rdf:about=\"\" xmlns:glassbox=\"urn:glassbox\"><glassbox:spec>"
#define XMP_END "</glassbox:spec></rdf:Description></rdf:RDF></x:xmpmeta>"

static gboolean
refuse (GError **error, const char *reason)
{
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO, "The animation could not be written as WebP: %s.", reason);
  return FALSE;
}

static gboolean
add_frame (WebPAnimEncoder *encoder, const GboxFrame *frame, int at, GError **error)
{
  WebPConfig config;
  WebPPicture picture;
  gboolean is_added;

  if (!WebPConfigInit (&config) || !WebPPictureInit (&picture))
    return refuse (error, "the library is of another version");
  config.quality = QUALITY;
  config.method = METHOD;
  picture.use_argb = 1;
  picture.width = frame->width;
  picture.height = frame->height;
  is_added = WebPPictureImportRGB (&picture, frame->pixels, 3 * frame->width)
             && WebPAnimEncoderAdd (encoder, &picture, at, &config);
  WebPPictureFree (&picture);
  return is_added || refuse (error, WebPAnimEncoderGetError (encoder));
}

static gboolean
encode (const GboxFilm *film, WebPData *data, GError **error)
{
  const guint n = gbox_film_get_length (film);
  const GboxFrame *first = gbox_film_get_frame (film, 0);
  WebPAnimEncoderOptions options;
  WebPAnimEncoder *encoder;
  gboolean is_done = TRUE;

  if (!WebPAnimEncoderOptionsInit (&options))
    return refuse (error, "the library is of another version");
  encoder = WebPAnimEncoderNew (first->width, first->height, &options);
  if (encoder == NULL)
    return refuse (error, "there is no memory for it");
  for (guint i = 0; i < n && is_done; i++)
    is_done = add_frame (encoder, gbox_film_get_frame (film, i), (int) i * FRAME_MILLISECONDS, error);
  if (is_done)
    is_done
      = (WebPAnimEncoderAdd (encoder, NULL, (int) (n - 1) * FRAME_MILLISECONDS + LAST_MILLISECONDS, NULL)
         && WebPAnimEncoderAssemble (encoder, data))
        || refuse (error, WebPAnimEncoderGetError (encoder));
  WebPAnimEncoderDelete (encoder);
  return is_done;
}

/* Gives the file what says how it was made. */
static gboolean
add_spec (WebPData *data, GboxVisualizationSpec *spec, GError **error)
{
  g_autofree char *json = gbox_spec_to_json (GBOX_SPEC (spec));
  g_autofree char *escaped = g_markup_escape_text (json, -1);
  g_autofree char *xmp = g_strconcat (XMP_BEGIN, escaped, XMP_END, NULL);
  const WebPData chunk = { (const guint8 *) xmp, strlen (xmp) };
  WebPMux *mux = WebPMuxCreate (data, 0);
  WebPData whole = { 0 };
  const gboolean is_added = mux != NULL && WebPMuxSetChunk (mux, XMP_CHUNK, &chunk, 0) == WEBP_MUX_OK
                            && WebPMuxAssemble (mux, &whole) == WEBP_MUX_OK;

  WebPMuxDelete (mux);
  if (!is_added)
    return refuse (error, "how it was made could not be added");
  WebPDataClear (data);
  *data = whole;
  return TRUE;
}

gboolean
gbox_animation_save (const char *path, const GboxFilm *film, GboxVisualizationSpec *spec, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  WebPData data = { 0 };
  gboolean is_saved;

  if (gbox_film_get_length (film) == 0)
    {
      g_set_error_literal (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT,
                           "There is nothing to animate before the first step.");
      return FALSE;
    }
  is_saved = encode (film, &data, error) && add_spec (&data, spec, error);
  if (is_saved
      && !g_file_set_contents_full (path, (const char *) data.bytes, (gssize) data.size,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                    &local_error))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_IO,
                   "The animation could not be saved (%s); choose another folder, or make room on the disk.",
                   local_error->message);
      is_saved = FALSE;
    }
  WebPDataClear (&data);
  return is_saved;
}

gboolean
gbox_animation_is (const char *path)
{
  char head[12] = { 0 };
  FILE *file = fopen (path, "rbe");

  if (file == NULL)
    return FALSE;
  /* A shorter file is none either. */
  (void) !fread (head, 1, sizeof head, file);
  fclose (file);
  return memcmp (head, "RIFF", 4) == 0 && memcmp (head + 8, "WEBP", 4) == 0;
}

static void
take_text (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data, GError **error)
{
  char **json = user_data;

  if (*json == NULL && g_strcmp0 (g_markup_parse_context_get_element (context), "glassbox:spec") == 0)
    *json = g_strndup (text, length);
}

/* (nullable): what add_spec() wrote. */
static char *
find_json (GBytes *contents)
{
  static const GMarkupParser parser = { .text = take_text };
  const WebPData data = { g_bytes_get_data (contents, NULL), g_bytes_get_size (contents) };
  WebPMux *mux = WebPMuxCreate (&data, 0);
  WebPData chunk = { 0 };
  char *json = NULL;

  if (mux != NULL && WebPMuxGetChunk (mux, XMP_CHUNK, &chunk) == WEBP_MUX_OK && chunk.size > 0)
    {
      g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &json, NULL);

      g_markup_parse_context_parse (context, (const char *) chunk.bytes, (gssize) chunk.size, NULL);
    }
  WebPMuxDelete (mux);
  return json;
}

GboxVisualizationSpec *
gbox_animation_load_spec (const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (GBytes) contents = gbox_whole_file_read (path, name, error);
  g_autofree char *json = NULL;
  g_autoptr (GError) local_error = NULL;
  GboxSpec *spec;

  if (contents == NULL)
    return NULL;
  json = find_json (contents);
  if (json == NULL && gbox_image_ends_early (g_bytes_get_data (contents, NULL), g_bytes_get_size (contents)))
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
                   "“%s” is incomplete: the file ends too early. Copy it again or choose another one.", name);
      return NULL;
    }
  if (json == NULL)
    {
      g_set_error (error, GBOX_ERROR, GBOX_ERROR_UNSUPPORTED,
                   "“%s” does not say how it was made; only what Glassbox saved can be made again.", name);
      return NULL;
    }
  spec = gbox_spec_new_from_json (GBOX_TYPE_VISUALIZATION_SPEC, json, &local_error);
  if (spec != NULL)
    return GBOX_VISUALIZATION_SPEC (spec);
  g_set_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_FILE,
               "“%s” says in a way that makes no sense how it was made: %s", name, local_error->message);
  return NULL;
}
