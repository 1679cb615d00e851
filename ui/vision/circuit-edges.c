/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The edges from a unit's inputs to the unit, or from it to its outputs. */
#include "vision/circuit-edges.h"

#include "widgets/palette.h"

#include <math.h>

/* In pixels. */
#define MIN_WIDTH     90
#define NATURAL_WIDTH 200
#define MAX_STROKE    7.0
#define MIN_STROKE    1.0
#define ARROW_LENGTH  9.0
#define ARROW_HEIGHT  5.0 /* half of it */
#define BAR_WIDTH     2.5
#define DASH          7.0
#define DASH_GAP      4.0
#define END_GAP       11.0 /* between the ends at the unit */
#define MARGIN        4.0

struct _GboxCircuitEdges
{
  GtkWidget parent_instance;

  GtkWidget *target;
  GPtrArray *nodes; /* nullable */
  gboolean is_downstream;
};

G_DEFINE_FINAL_TYPE (GboxCircuitEdges, gbox_circuit_edges, GTK_TYPE_WIDGET)

static void
gbox_circuit_edges_measure (GtkWidget *widget,
                            GtkOrientation orientation,
                            int for_size,
                            int *minimum,
                            int *natural,
                            int *minimum_baseline,
                            int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : 0;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? NATURAL_WIDTH : 0;
}

/* Where the middle of another widget is. Returns: %FALSE while it is nowhere. */
static gboolean
find_middle (GboxCircuitEdges *self, GtkWidget *other, double *y)
{
  graphene_rect_t bounds;

  if (other == NULL || !gtk_widget_compute_bounds (other, GTK_WIDGET (self), &bounds))
    return FALSE;
  *y = (double) bounds.origin.y + (double) bounds.size.height / 2.0;
  return TRUE;
}

static double
find_strongest (GboxCircuitEdges *self)
{
  double strongest = 0.0;

  for (guint i = 0; i < self->nodes->len; i++)
    strongest = MAX (strongest, fabs (gbox_circuit_node_get_weight (g_ptr_array_index (self->nodes, i))));
  return strongest;
}

static void
draw_end (cairo_t *cr, double x, double y, gboolean inhibits)
{
  if (inhibits)
    cairo_rectangle (cr, x, y - ARROW_HEIGHT, BAR_WIDTH, 2.0 * ARROW_HEIGHT);
  else
    {
      cairo_move_to (cr, x, y - ARROW_HEIGHT);
      cairo_line_to (cr, x + ARROW_LENGTH, y);
      cairo_line_to (cr, x, y + ARROW_HEIGHT);
      cairo_close_path (cr);
    }
  cairo_fill (cr);
}

static void
draw_edge (GboxCircuitEdges *self, cairo_t *cr, double weight, double stroke, double y0, double y1)
{
  const double dashes[] = { DASH, DASH_GAP };
  const double end = gtk_widget_get_width (GTK_WIDGET (self)) - MARGIN - ARROW_LENGTH;
  const gboolean inhibits = weight < 0.0;
  GdkRGBA colour;

  gbox_palette_lookup (inhibits ? GBOX_SERIES_BLUE : GBOX_SERIES_ORANGE,
                       gbox_palette_is_dark (GTK_WIDGET (self)), &colour);
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_dash (cr, dashes, inhibits ? G_N_ELEMENTS (dashes) : 0, 0.0);
  cairo_set_line_width (cr, stroke);
  cairo_move_to (cr, MARGIN, y0);
  cairo_curve_to (cr, (MARGIN + end) / 2.0, y0, (MARGIN + end) / 2.0, y1, end, y1);
  cairo_stroke (cr);
  draw_end (cr, end, y1, inhibits);
}

static void
gbox_circuit_edges_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GboxCircuitEdges *self = GBOX_CIRCUIT_EDGES (widget);
  const graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                                     (float) gtk_widget_get_height (widget));
  const double strongest = self->nodes != NULL ? find_strongest (self) : 0.0;
  cairo_t *cr;
  double target_y;

  if (!(strongest > 0.0) || !find_middle (self, self->target, &target_y))
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const double weight = gbox_circuit_node_get_weight (g_ptr_array_index (self->nodes, i));
      const double end = target_y + (i - (self->nodes->len - 1) / 2.0) * END_GAP;
      const double stroke = MAX (fabs (weight) / strongest * MAX_STROKE, MIN_STROKE);
      double y;

      if (find_middle (self, g_ptr_array_index (self->nodes, i), &y))
        draw_edge (self, cr, weight, stroke, self->is_downstream ? end : y, self->is_downstream ? y : end);
    }
  cairo_destroy (cr);
}

static void
gbox_circuit_edges_dispose (GObject *object)
{
  GboxCircuitEdges *self = GBOX_CIRCUIT_EDGES (object);

  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  G_OBJECT_CLASS (gbox_circuit_edges_parent_class)->dispose (object);
}

static void
gbox_circuit_edges_class_init (GboxCircuitEdgesClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_circuit_edges_dispose;
  widget_class->measure = gbox_circuit_edges_measure;
  widget_class->snapshot = gbox_circuit_edges_snapshot;
  gtk_widget_class_set_css_name (widget_class, "circuitedges");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
gbox_circuit_edges_init (GboxCircuitEdges *self)
{
}

void
gbox_circuit_edges_set_target (GboxCircuitEdges *self, GtkWidget *target)
{
  g_return_if_fail (GBOX_IS_CIRCUIT_EDGES (self));

  self->target = target;
}

void
gbox_circuit_edges_set_nodes (GboxCircuitEdges *self, GPtrArray *nodes, gboolean is_downstream)
{
  g_return_if_fail (GBOX_IS_CIRCUIT_EDGES (self));

  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  self->nodes = g_ptr_array_ref (nodes);
  self->is_downstream = is_downstream;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
