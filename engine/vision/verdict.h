/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a unit means what its image shows, by the photographs that excite it most. */
#pragma once

#include "vision/examples.h"

G_BEGIN_DECLS

/**
 * GboxVerdictKind:
 * @GBOX_VERDICT_NO_PHOTOS: there are none to compare with
 * @GBOX_VERDICT_NO_IMAGE: there are photographs, but no image
 * @GBOX_VERDICT_SILENT: no photograph excites the unit
 * @GBOX_VERDICT_BELOW: a photograph excites it as much as the image, or more
 * @GBOX_VERDICT_ABOVE: the image excites it more than all photographs
 * @GBOX_VERDICT_FAR_ABOVE: more than %GBOX_VERDICT_FAR times as much
 */
typedef enum
{
  GBOX_VERDICT_NO_PHOTOS,
  GBOX_VERDICT_NO_IMAGE,
  GBOX_VERDICT_SILENT,
  GBOX_VERDICT_BELOW,
  GBOX_VERDICT_ABOVE,
  GBOX_VERDICT_FAR_ABOVE,
} GboxVerdictKind;

/* From here on an image says more of the unit than of photographs. */
#define GBOX_VERDICT_FAR 3.0

/**
 * GboxClassShare:
 * @class_id: a class
 * @n: how many of the photographs are taken for it
 */
typedef struct
{
  int class_id;
  guint n;
} GboxClassShare;

/**
 * GboxVerdict:
 * @kind: what the comparison says
 * @image: what the unit answers to the image; meaningless without one
 * @strongest: what it answers to the photograph that excites it most
 * @weakest: and to the last of the examples
 * @ratio: @image over @strongest; 0 where that means nothing
 * @n: examples
 * @shares: (element-type GboxClassShare): what they are taken for, the most frequent first; empty where the
 * classes were not looked at
 * @group: (nullable): what most of them are kinds of, as gbox_imagenet_group() calls it, where that says more
 * than the most frequent class
 * @n_group: how many are
 */
typedef struct
{
  GboxVerdictKind kind;
  double image;
  double strongest;
  double weakest;
  double ratio;
  guint n;
  GArray *shares;
  const char *group;
  guint n_group;
} GboxVerdict;

/**
 * gbox_verdict_new:
 * @examples: the photographs that excite a unit most
 * @image: what the unit answers to its optimized image, by the same measure; not a number where there is none
 *
 * Returns: (transfer full): what they say together
 */
GboxVerdict *gbox_verdict_new (const GboxExamples *examples, double image);
void gbox_verdict_free (GboxVerdict *verdict);

/* A sentence or two of how the image compares with the photographs; "" without photographs. Free with
 * g_free(). */
char *gbox_verdict_describe_image (const GboxVerdict *verdict);
/* The same of an image that still grows, of which only the figures are told. */
char *gbox_verdict_describe_progress (const GboxVerdict *verdict);
/* A sentence of what the photographs are taken for; "" where that is not known. Free with g_free(). */
char *gbox_verdict_describe_classes (const GboxVerdict *verdict);

/* An activation with the three digits that count, however large or small. Free with g_free(). */
char *gbox_verdict_format (double activation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxVerdict, gbox_verdict_free)

G_END_DECLS
