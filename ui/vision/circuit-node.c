/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One input, or output, of a unit: its picture, how strongly it counts, and the kernel through which it is
 * seen. */
#include "vision/circuit-node.h"

#include "widgets/kernel-map.h"

#include <math.h>

#define PICTURE_SIDE 40
#define SPACING      8

struct _GboxCircuitNode
{
  GtkButton parent_instance;

  GtkPicture *picture;
  int layer;
  int unit;
  double weight;
};

G_DEFINE_FINAL_TYPE (GboxCircuitNode, gbox_circuit_node, GTK_TYPE_BUTTON)

static void
gbox_circuit_node_class_init (GboxCircuitNodeClass *class)
{
}

static void
gbox_circuit_node_init (GboxCircuitNode *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "flat");
  gtk_widget_add_css_class (GTK_WIDGET (self), "example-button");
}

static GtkWidget *
make_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

/* "+0.35", with a minus sign that is as wide. */
static char *
describe_weight (double weight)
{
  return g_strdup_printf ("%s%.3g", weight < 0.0 ? "−" : "+", fabs (weight));
}

/* What share of all excitation, or of all inhibition, the input is. */
static double
get_share (const GboxCircuit *circuit, double weight)
{
  const double total = weight < 0.0 ? circuit->inhibition : circuit->excitation;

  return total < 0.0 || total > 0.0 ? weight / total : 0.0;
}

/* In a sentence. */
static char *
describe (const GboxCircuit *circuit,
          const GboxCircuitInput *input,
          const char *name,
          const char *weight,
          double share)
{
  const gboolean inhibits = input->weight < 0.0f;

  if (circuit->is_downstream)
    return g_strdup_printf ("%s is %s: %s, %.1f %% of all %s that goes out, through a kernel of %d × %d",
                            name, inhibits ? "inhibited" : "excited", weight, share,
                            inhibits ? "inhibition" : "excitation", input->side, input->side);
  return g_strdup_printf ("%s %s: %s, %.1f %% of all %s, through a kernel of %d × %d", name,
                          inhibits ? "inhibits" : "excites", weight, share,
                          inhibits ? "inhibition" : "excitation", input->side, input->side);
}

static void
add_content (GboxCircuitNode *self, const GboxCircuitInput *input, const char *name, const char *figures)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *caption = make_label (figures, "caption");

  gtk_widget_add_css_class (caption, "numeric");
  self->picture = GTK_PICTURE (gtk_picture_new ());
  gtk_widget_set_size_request (GTK_WIDGET (self->picture), PICTURE_SIDE, PICTURE_SIDE);
  gtk_widget_set_overflow (GTK_WIDGET (self->picture), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_valign (GTK_WIDGET (self->picture), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (self->picture), "example-picture");
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (words), make_label (name, "caption-heading"));
  gtk_box_append (GTK_BOX (words), caption);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->picture));
  gtk_box_append (GTK_BOX (box), words);
  gtk_box_append (GTK_BOX (box), gbox_kernel_map_new (input->kernel, input->side));
  gtk_button_set_child (GTK_BUTTON (self), box);
}

/* A colour of the image: its picture is the colour. */
static void
show_colour (GboxCircuitNode *self)
{
  guint8 pixel[3] = { 0, 0, 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  pixel[self->unit] = G_MAXUINT8;
  bytes = g_bytes_new (pixel, sizeof pixel);
  texture = gdk_memory_texture_new (1, 1, GDK_MEMORY_R8G8B8, bytes, sizeof pixel);
  gtk_picture_set_content_fit (self->picture, GTK_CONTENT_FIT_FILL);
  gbox_circuit_node_set_texture (self, texture);
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_widget_set_focusable (GTK_WIDGET (self), FALSE);
}

GtkWidget *
gbox_circuit_node_new (const GboxNetwork *network, const GboxCircuit *circuit, const GboxCircuitInput *input)
{
  GboxCircuitNode *self = g_object_new (GBOX_TYPE_CIRCUIT_NODE, NULL);
  const double share = 100.0 * get_share (circuit, (double) input->weight);
  g_autofree char *name = gbox_circuit_describe_unit (network, input->layer, input->unit);
  g_autofree char *weight = describe_weight ((double) input->weight);
  g_autofree char *figures = g_strdup_printf ("%s (%.1f %%)", weight, share);
  g_autofree char *words = describe (circuit, input, name, weight, share);
  g_autofree char *tooltip
    = g_strdup_printf ("%s.\nSee what %s.", words, circuit->is_downstream ? "it excites" : "excites it");

  self->layer = input->layer;
  self->unit = input->unit;
  self->weight = (double) input->weight;
  add_content (self, input, name, figures);
  if (self->layer < 0)
    show_colour (self);
  else
    gtk_widget_set_tooltip_text (GTK_WIDGET (self), tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  return GTK_WIDGET (self);
}

int
gbox_circuit_node_get_layer (GboxCircuitNode *self)
{
  g_return_val_if_fail (GBOX_IS_CIRCUIT_NODE (self), GBOX_CIRCUIT_IMAGE);

  return self->layer;
}

int
gbox_circuit_node_get_unit (GboxCircuitNode *self)
{
  g_return_val_if_fail (GBOX_IS_CIRCUIT_NODE (self), 0);

  return self->unit;
}

double
gbox_circuit_node_get_weight (GboxCircuitNode *self)
{
  g_return_val_if_fail (GBOX_IS_CIRCUIT_NODE (self), 0.0);

  return self->weight;
}

void
gbox_circuit_node_set_texture (GboxCircuitNode *self, GdkTexture *texture)
{
  g_return_if_fail (GBOX_IS_CIRCUIT_NODE (self));

  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
}
