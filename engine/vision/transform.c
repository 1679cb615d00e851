/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The random transforms between the image and the network, composed into one sampling. */
#include "vision/transform.h"

#include <math.h>

#include "base/philox.h"
#include "vision/purpose.h"

#define SCALE_STEPS    11
#define EXTRA_UPRIGHTS 5 /* how many times more often than an angle 0° is drawn */

/* A shift by a random crop of @jitter pixels, in whole pixels from the middle. */
static int
draw_shift (GboxPhilox *random, int jitter)
{
  return (int) gbox_philox_below (random, (guint32) jitter + 1) - jitter / 2;
}

static double
draw_scale (GboxPhilox *random, double strength)
{
  const int middle = SCALE_STEPS / 2;
  const int i = (int) gbox_philox_below (random, SCALE_STEPS) - middle;

  return 1.0 + strength * i / middle;
}

/* In radians. */
static double
draw_angle (GboxPhilox *random, double strength)
{
  const int largest = (int) floor (strength);
  const int i = (int) gbox_philox_below (random, (guint32) (2 * largest + 1 + EXTRA_UPRIGHTS));
  const int degrees = i <= 2 * largest ? i - largest : 0;

  return degrees * G_PI / 180.0;
}

/* A part of the image, wherever it fits: what was seen at f·u + shift is now seen at u. */
static void
enlarge_part (GboxAffine *map, GboxPhilox *random, double crop, double size)
{
  const double f = crop + (1.0 - crop) * (double) gbox_philox_uniform (random);
  const double room = (size - 1.0) * (1.0 - f);
  const double y = room * (double) gbox_philox_uniform (random),
               x = room * (double) gbox_philox_uniform (random);

  map->y0 += (float) (y * (double) map->yy + x * (double) map->yx);
  map->x0 += (float) (y * (double) map->xy + x * (double) map->xx);
  map->yy *= (float) f;
  map->yx *= (float) f;
  map->xy *= (float) f;
  map->xx *= (float) f;
}

/* Positions are taken from the middle of each stage's image, where crops and pads of both sides change
 * nothing. What the network sees at u is, one stage back after the other: at v = u + second shift in the
 * turned image, at R·v in the one that is to be turned, at R·v / scale before that was scaled, and at R·v /
 * scale + first shift in the padded image. */
GboxAffine
gbox_transform_draw (GboxVisualizationSpec *spec, guint step, guint view)
{
  const GboxVisualizationValues *values = gbox_visualization_spec_get_values (spec);
  const double middle = (values->size - 1) / 2.0;
  const int room = 2 * values->pad;
  const int jitter = MIN (values->jitter, room);
  const int final_jitter = MIN (values->final_jitter, room - jitter);
  GboxPhilox random;
  GboxAffine map;
  double first_y, first_x, scale, angle, second_y, second_x, c, s;

  if (!values->transforms)
    return (GboxAffine){ .yy = 1.0f, .xx = 1.0f };
  gbox_philox_init (&random, values->seed, GBOX_PURPOSE_TRANSFORM, ((guint64) view << 32) | step);
  first_y = draw_shift (&random, jitter);
  first_x = draw_shift (&random, jitter);
  scale = draw_scale (&random, values->scale);
  angle = draw_angle (&random, values->rotate);
  second_y = draw_shift (&random, final_jitter);
  second_x = draw_shift (&random, final_jitter);
  c = cos (angle) / scale;
  s = sin (angle) / scale;
  map = (GboxAffine){
    .yy = (float) c,
    .yx = (float) -s,
    .y0 = (float) (c * (second_y - middle) - s * (second_x - middle) + middle + first_y),
    .xy = (float) s,
    .xx = (float) c,
    .x0 = (float) (s * (second_y - middle) + c * (second_x - middle) + middle + first_x),
  };
  if (values->crop < 1.0)
    enlarge_part (&map, &random, values->crop, values->size);
  return map;
}
