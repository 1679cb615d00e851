/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layers of a network, from input to output, with what one unit of each sees. */
#include "widgets/layer-list.h"

#include "widgets/receptive-field-glyph.h"

struct _GboxLayerList
{
  GtkWidget parent_instance;
  GtkListBox *box;
  char *selected;  /* nullable */
  gboolean silent; /* the program, not the user, changes the selection */
};

enum
{
  PROP_SELECTED = 1,
  N_PROPS
};

enum
{
  SIGNAL_LAYER_ACTIVATED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxLayerList, gbox_layer_list, GTK_TYPE_WIDGET)

/* What a row stands for. */
typedef struct
{
  char *name;
  int receptive_field;
  GboxReceptiveFieldGlyph *glyph;
} Layer;

static void
free_layer (gpointer data)
{
  Layer *layer = data;

  g_free (layer->name);
  g_free (layer);
}

static Layer *
get_layer (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "gbox-layer");
}

static double
get_fraction (int receptive_field, int input_side)
{
  if (receptive_field <= 0 || input_side <= 0)
    return 1;
  return MIN (1, (double) receptive_field / input_side);
}

static GtkListBoxRow *
find_row (GboxLayerList *self, const char *name)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->box, i)) != NULL; i++)
    if (g_strcmp0 (get_layer (row)->name, name) == 0)
      return row;
  return NULL;
}

/* Selects the row of the chosen layer, or none. A list box that gets the focus while no row is selected
 * selects one, as if the user had. */
static void
show_selected (GboxLayerList *self)
{
  gtk_widget_set_can_focus (GTK_WIDGET (self->box), self->selected != NULL);
  self->silent = TRUE;
  gtk_list_box_select_row (self->box, self->selected != NULL ? find_row (self, self->selected) : NULL);
  self->silent = FALSE;
}

static void
on_row_selected (GboxLayerList *self, GtkListBoxRow *row)
{
  if (self->silent)
    return;
  if (row == NULL)
    {
      show_selected (self); /* Ctrl+click takes a selection back, but one layer is always shown */
      return;
    }
  if (g_strcmp0 (get_layer (row)->name, self->selected) == 0)
    return;
  g_free (self->selected);
  self->selected = g_strdup (get_layer (row)->name);
  gtk_widget_set_can_focus (GTK_WIDGET (self->box), TRUE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
  g_signal_emit (self, signals[SIGNAL_LAYER_ACTIVATED], 0, self->selected);
}

static void
gbox_layer_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SELECTED)
    g_value_set_string (value, GBOX_LAYER_LIST (object)->selected);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gbox_layer_list_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SELECTED)
    gbox_layer_list_set_selected (GBOX_LAYER_LIST (object), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gbox_layer_list_dispose (GObject *object)
{
  GboxLayerList *self = GBOX_LAYER_LIST (object);

  self->silent = TRUE;
  if (self->box != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->box));
  self->box = NULL;
  g_clear_pointer (&self->selected, g_free);
  G_OBJECT_CLASS (gbox_layer_list_parent_class)->dispose (object);
}

static void
gbox_layer_list_class_init (GboxLayerListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gbox_layer_list_get_property;
  object_class->set_property = gbox_layer_list_set_property;
  object_class->dispose = gbox_layer_list_dispose;
  properties[PROP_SELECTED]
    = g_param_spec_string ("selected", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_LAYER_ACTIVATED]
    = g_signal_new ("layer-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
gbox_layer_list_init (GboxLayerList *self)
{
  /* Its rows expand; the pane it stands in shall not. */
  gtk_widget_set_hexpand (GTK_WIDGET (self), FALSE);
  self->box = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_widget_set_can_focus (GTK_WIDGET (self->box), FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self->box), "layer-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->box), GTK_ACCESSIBLE_PROPERTY_LABEL, "Layers", -1);
  g_signal_connect_swapped (self->box, "row-selected", G_CALLBACK (on_row_selected), self);
  gtk_widget_set_parent (GTK_WIDGET (self->box), GTK_WIDGET (self));
}

GtkWidget *
gbox_layer_list_new (void)
{
  return g_object_new (GBOX_TYPE_LAYER_LIST, NULL);
}

void
gbox_layer_list_clear (GboxLayerList *self)
{
  GtkListBoxRow *row;

  g_return_if_fail (GBOX_IS_LAYER_LIST (self));
  gbox_layer_list_set_selected (self, NULL);
  while ((row = gtk_list_box_get_row_at_index (self->box, 0)) != NULL)
    gtk_list_box_remove (self->box, GTK_WIDGET (row));
}

void
gbox_layer_list_append (
  GboxLayerList *self, const char *name, const char *title, int receptive_field, int input_side)
{
  g_autofree char *field = NULL;
  Layer *layer;
  GtkWidget *row, *content, *title_label, *field_label;

  g_return_if_fail (GBOX_IS_LAYER_LIST (self));
  g_return_if_fail (name != NULL);
  field = receptive_field > 0 ? g_strdup_printf ("%d px", receptive_field) : g_strdup ("whole image");
  row = gtk_list_box_row_new ();
  content = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  title_label = gtk_label_new (title != NULL ? title : name);
  field_label = gtk_label_new (field);
  layer = g_new0 (Layer, 1);
  layer->name = g_strdup (name);
  layer->receptive_field = receptive_field;
  layer->glyph = GBOX_RECEPTIVE_FIELD_GLYPH (
    gbox_receptive_field_glyph_new (get_fraction (receptive_field, input_side)));
  g_object_set_data_full (G_OBJECT (row), "gbox-layer", layer, free_layer);

  gtk_label_set_xalign (GTK_LABEL (title_label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title_label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (title_label, TRUE);
  gtk_widget_add_css_class (field_label, "caption");
  gtk_widget_add_css_class (field_label, "numeric");
  gtk_widget_add_css_class (field_label, "secondary");
  gtk_box_append (GTK_BOX (content), GTK_WIDGET (layer->glyph));
  gtk_box_append (GTK_BOX (content), title_label);
  gtk_box_append (GTK_BOX (content), field_label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), content);
  gtk_list_box_append (self->box, row);
}

void
gbox_layer_list_set_selected (GboxLayerList *self, const char *name)
{
  char *wanted;

  g_return_if_fail (GBOX_IS_LAYER_LIST (self));
  if (g_strcmp0 (self->selected, name) == 0)
    return;
  wanted = name != NULL && find_row (self, name) != NULL ? g_strdup (name) : NULL;
  g_free (self->selected);
  self->selected = wanted;
  show_selected (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

const char *
gbox_layer_list_get_selected (GboxLayerList *self)
{
  g_return_val_if_fail (GBOX_IS_LAYER_LIST (self), NULL);
  return self->selected;
}

void
gbox_layer_list_set_input_side (GboxLayerList *self, int input_side)
{
  GtkListBoxRow *row;

  g_return_if_fail (GBOX_IS_LAYER_LIST (self));
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->box, i)) != NULL; i++)
    {
      const Layer *layer = get_layer (row);

      gbox_receptive_field_glyph_set_fraction (layer->glyph,
                                               get_fraction (layer->receptive_field, input_side));
    }
}
