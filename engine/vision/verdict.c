/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a unit means what its image shows, by the photographs that excite it most. */
#include "vision/verdict.h"

#include "models/imagenet.h"

#include <math.h>

/* Classes that are named; the others are counted. */
#define MAX_NAMED 4

void
gbox_verdict_free (GboxVerdict *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->shares);
  g_free (self);
}

/* The more frequent first; of two alike the one that a stronger photograph is taken for, which was met first.
 */
static int
compare_shares (const void *a, const void *b)
{
  const GboxClassShare *x = a, *y = b;

  return (x->n < y->n) - (x->n > y->n);
}

static void
count_classes (GboxVerdict *self, const GboxExamples *examples)
{
  for (guint i = 0; i < examples->n; i++)
    {
      const GboxClassShare share = { .class_id = examples->examples[i].class_id, .n = 1 };
      guint k = 0;

      if (share.class_id < 0)
        continue;
      while (k < self->shares->len
             && g_array_index (self->shares, GboxClassShare, k).class_id != share.class_id)
        k++;
      if (k < self->shares->len)
        g_array_index (self->shares, GboxClassShare, k).n++;
      else
        g_array_append_val (self->shares, share);
    }
  g_array_sort (self->shares, compare_shares);
}

static guint
count_group (const GboxVerdict *self, const char *group)
{
  guint n = 0;

  for (guint i = 0; i < self->shares->len; i++)
    {
      const GboxClassShare *share = &g_array_index (self->shares, GboxClassShare, i);

      if (gbox_imagenet_group (share->class_id) == group)
        n += share->n;
    }
  return n;
}

/* A group of one class says no more than the class; of a few photographs, nothing of the unit. */
static void
find_group (GboxVerdict *self)
{
  guint most = MAX (g_array_index (self->shares, GboxClassShare, 0).n, (self->n - 1) / 2);

  for (guint i = 0; i < self->shares->len; i++)
    {
      const char *group = gbox_imagenet_group (g_array_index (self->shares, GboxClassShare, i).class_id);
      const guint n = group != NULL ? count_group (self, group) : 0;

      if (n <= most)
        continue;
      most = n;
      self->group = group;
      self->n_group = n;
    }
}

static GboxVerdictKind
judge (const GboxVerdict *self)
{
  if (self->n == 0)
    return GBOX_VERDICT_NO_PHOTOS;
  if (isnan (self->image))
    return GBOX_VERDICT_NO_IMAGE;
  if (self->strongest <= 0.0)
    return GBOX_VERDICT_SILENT;
  if (self->ratio <= 1.0)
    return GBOX_VERDICT_BELOW;
  return self->ratio <= GBOX_VERDICT_FAR ? GBOX_VERDICT_ABOVE : GBOX_VERDICT_FAR_ABOVE;
}

GboxVerdict *
gbox_verdict_new (const GboxExamples *examples, double image)
{
  GboxVerdict *self = g_new0 (GboxVerdict, 1);

  self->image = image;
  self->n = examples->n;
  self->shares = g_array_new (FALSE, FALSE, sizeof (GboxClassShare));
  if (examples->n > 0)
    {
      self->strongest = examples->examples[0].activation;
      self->weakest = examples->examples[examples->n - 1].activation;
    }
  if (!isnan (image) && self->strongest > 0.0)
    self->ratio = image / self->strongest;
  self->kind = judge (self);
  count_classes (self, examples);
  if (self->shares->len > 0)
    find_group (self);
  return self;
}

char *
gbox_verdict_format (double activation)
{
  const double size = fabs (activation);
  const int digits = size >= 100.0 ? 0 : size >= 10.0 ? 1 : 2;

  return g_strdup_printf ("%s%.*f", activation < 0.0 ? "−" : "", digits, size);
}

char *
gbox_verdict_describe_image (const GboxVerdict *self)
{
  g_autofree char *image = gbox_verdict_format (self->image);
  g_autofree char *strongest = gbox_verdict_format (self->strongest);

  switch (self->kind)
    {
    case GBOX_VERDICT_NO_PHOTOS:
      return g_strdup ("");
    case GBOX_VERDICT_NO_IMAGE:
      return g_strdup_printf ("The strongest photo: %s.", strongest);
    case GBOX_VERDICT_SILENT:
      return g_strdup_printf (
        "This image: %s. No photo excites the unit (%s at most): none of them holds what "
        "it wants.",
        image, strongest);
    case GBOX_VERDICT_BELOW:
      return g_strdup_printf (
        "This image: %s, no more than the strongest photo (%s): what that shows means as "
        "much to the unit.",
        image, strongest);
    case GBOX_VERDICT_ABOVE:
      return g_strdup_printf ("This image: %s, %.1f× the strongest photo (%s).", image, self->ratio,
                              strongest);
    case GBOX_VERDICT_FAR_ABOVE:
      return g_strdup_printf (
        "This image: %s, %.1f× the strongest photo (%s): the photos may not hold what the "
        "unit wants, or the image is a superstimulus.",
        image, self->ratio, strongest);
    }
  return NULL;
}

char *
gbox_verdict_describe_progress (const GboxVerdict *self)
{
  g_autofree char *image = gbox_verdict_format (self->image);
  g_autofree char *strongest = gbox_verdict_format (self->strongest);

  if (self->kind == GBOX_VERDICT_NO_PHOTOS || self->kind == GBOX_VERDICT_NO_IMAGE)
    return gbox_verdict_describe_image (self);
  if (self->ratio <= 1.0)
    return g_strdup_printf ("This image so far: %s. The strongest photo: %s.", image, strongest);
  return g_strdup_printf ("This image so far: %s, %.1f× the strongest photo (%s).", image, self->ratio,
                          strongest);
}

/* The classes of the group, or all: the first of them by name. */
static void
append_classes (GString *text, const GboxVerdict *self)
{
  const char *separator = "";
  guint n_named = 0, n_left = 0;

  for (guint i = 0; i < self->shares->len; i++)
    {
      const GboxClassShare *share = &g_array_index (self->shares, GboxClassShare, i);

      if (self->group != NULL && gbox_imagenet_group (share->class_id) != self->group)
        continue;
      if (n_named++ >= MAX_NAMED)
        {
          n_left += share->n;
          continue;
        }
      g_string_append_printf (text, "%s%u × %s", separator, share->n, gbox_imagenet_label (share->class_id));
      separator = ", ";
    }
  if (n_left > 0)
    g_string_append_printf (text, ", %u %s", n_left, n_left == 1 ? "other" : "others");
}

/* Of photographs that only early layers have looked at no class is known. */
static guint
count_known (const GboxVerdict *self)
{
  guint n = 0;

  for (guint i = 0; i < self->shares->len; i++)
    n += g_array_index (self->shares, GboxClassShare, i).n;
  return n;
}

/* "The 9 strongest photos", or "Of the 9 strongest photos, the 7 whose class is known". */
static char *
describe_known (const GboxVerdict *self, const char *article)
{
  const guint n_known = count_known (self);

  return n_known == self->n
           ? g_strdup_printf ("%s %u strongest photos", article, self->n)
           : g_strdup_printf ("Of the %u strongest photos, the %u whose class is known", self->n, n_known);
}

char *
gbox_verdict_describe_classes (const GboxVerdict *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const GboxClassShare *first
    = self->shares->len > 0 ? &g_array_index (self->shares, GboxClassShare, 0) : NULL;
  g_autofree char *known = describe_known (self, self->shares->len > 1 ? "The" : "All");

  if (first == NULL)
    return g_strdup ("");
  if (self->n == 1)
    return g_strdup_printf ("The photo is taken for %s.", gbox_imagenet_label (first->class_id));
  if (self->shares->len == 1 && self->group == NULL)
    return g_strdup_printf ("%s %s taken for %s.", known, first->n == 1 ? "is" : "are",
                            gbox_imagenet_label (first->class_id));
  if (self->group != NULL && self->n_group == self->n)
    g_string_printf (text, "All %u strongest photos are %s: ", self->n, self->group);
  else if (self->group != NULL)
    g_string_printf (text, "%u of the %u strongest photos are %s: ", self->n_group, self->n, self->group);
  else
    g_string_printf (text, "%s are taken for %u different things: ", known, self->shares->len);
  append_classes (text, self);
  g_string_append_c (text, '.');
  return g_string_free (g_steal_pointer (&text), FALSE);
}
