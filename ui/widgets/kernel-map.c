/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weights of a kernel as a small map. */
#include "widgets/kernel-map.h"

#include "widgets/palette.h"

#include <math.h>

#define SIDE          40
#define CORNER_RADIUS 4
#define GROUND_ALPHA  0.08f
/* Parts of a cell. */
#define DASH_LENGTH 0.5f
#define DASH_HEIGHT 0.14f

struct _GboxKernelMap
{
  GtkWidget parent_instance;

  float *weights;
  int side;
  float largest;
};

G_DEFINE_FINAL_TYPE (GboxKernelMap, gbox_kernel_map, GTK_TYPE_WIDGET)

static void
gbox_kernel_map_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  *minimum = *natural = SIDE;
}

/* The largest square in the middle. */
static graphene_rect_t
get_square (GtkWidget *widget)
{
  const float width = (float) gtk_widget_get_width (widget), height = (float) gtk_widget_get_height (widget);
  const float side = MIN (width, height);

  return GRAPHENE_RECT_INIT ((width - side) / 2.0f, (height - side) / 2.0f, side, side);
}

static void
append_cell (GboxKernelMap *self, GtkSnapshot *snapshot, const graphene_rect_t *cell, float weight)
{
  const gboolean is_dark = gbox_palette_is_dark (GTK_WIDGET (self));
  GdkRGBA colour, ink;

  gbox_palette_lookup (weight < 0.0f ? GBOX_SERIES_BLUE : GBOX_SERIES_ORANGE, is_dark, &colour);
  colour.alpha = fabsf (weight) / self->largest;
  gtk_snapshot_append_color (snapshot, &colour, cell);
  if (weight >= 0.0f)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &ink);
  gtk_snapshot_append_color (snapshot, &ink,
                             &GRAPHENE_RECT_INIT (cell->origin.x
                                                    + cell->size.width * (1.0f - DASH_LENGTH) / 2.0f,
                                                  cell->origin.y
                                                    + cell->size.height * (1.0f - DASH_HEIGHT) / 2.0f,
                                                  cell->size.width * DASH_LENGTH,
                                                  cell->size.height * DASH_HEIGHT));
}

static void
gbox_kernel_map_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GboxKernelMap *self = GBOX_KERNEL_MAP (widget);
  const graphene_rect_t square = get_square (widget);
  const float pitch = square.size.width / (float) self->side;
  GskRoundedRect rounded;
  GdkRGBA ground;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &ground);
  ground.alpha *= GROUND_ALPHA;
  gsk_rounded_rect_init_from_rect (&rounded, &square, CORNER_RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
  gtk_snapshot_append_color (snapshot, &ground, &square);
  for (int y = 0; y < self->side; y++)
    for (int x = 0; x < self->side; x++)
      {
        const float weight = self->weights[y * self->side + x];
        const graphene_rect_t cell = GRAPHENE_RECT_INIT (square.origin.x + (float) x * pitch,
                                                         square.origin.y + (float) y * pitch, pitch, pitch);

        if (weight < 0.0f || weight > 0.0f)
          append_cell (self, snapshot, &cell, weight);
      }
  gtk_snapshot_pop (snapshot);
}

static void
gbox_kernel_map_finalize (GObject *object)
{
  g_free (GBOX_KERNEL_MAP (object)->weights);
  G_OBJECT_CLASS (gbox_kernel_map_parent_class)->finalize (object);
}

static void
gbox_kernel_map_class_init (GboxKernelMapClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = gbox_kernel_map_finalize;
  widget_class->measure = gbox_kernel_map_measure;
  widget_class->snapshot = gbox_kernel_map_snapshot;
  gtk_widget_class_set_css_name (widget_class, "kernelmap");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
gbox_kernel_map_init (GboxKernelMap *self)
{
}

GtkWidget *
gbox_kernel_map_new (const float *kernel, int side)
{
  const gsize n = (gsize) side * (gsize) side;
  GboxKernelMap *self = g_object_new (GBOX_TYPE_KERNEL_MAP, NULL);

  self->weights = g_memdup2 (kernel, n * sizeof *kernel);
  self->side = side;
  for (gsize i = 0; i < n; i++)
    self->largest = MAX (self->largest, fabsf (kernel[i]));
  return GTK_WIDGET (self);
}
