/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What excites and what inhibits a unit, or what it does to others, as a graph to walk through. */
#include "vision/circuit-window.h"

#include "vision/circuit-graph.h"
#include "vision/target.h"
#include "vision/unit-painter.h"

struct _GboxCircuitWindow
{
  AdwWindow parent_instance;

  AdwWindowTitle *title;
  GtkScrolledWindow *path_scroller;
  GtkBox *path;
  GtkStack *stack;
  GboxCircuitGraph *graph;
  AdwStatusPage *problem_page;

  GboxVisionSession *session;
  GboxUnitThumbnails *thumbnails;
  GboxUnitPainter *painter;
  GboxCircuitWalk *walk;
  GCancellable *looking_up; /* (nullable): pictures of the graph that is shown */
  GboxCircuitRank rank;
  gboolean is_downstream;
};

enum
{
  PROP_0,
  PROP_RANK,
  PROP_DOWNSTREAM,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* A picture that is looked for. */
typedef struct
{
  GboxCircuitWindow *window;
  GboxCircuitPlace place;
} Lookup;

G_DEFINE_FINAL_TYPE (GboxCircuitWindow, gbox_circuit_window, ADW_TYPE_WINDOW)

/* ---- pictures ---- */

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Lookup *lookup = user_data;
  g_autoptr (GboxCircuitWindow) self = lookup->window;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture
    = gbox_thumbnail_cache_lookup_finish (GBOX_THUMBNAIL_CACHE (source), result, &error);
  const GboxCircuitPlace *place = &lookup->place;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->painter == NULL)
    return;
  if (texture != NULL)
    gbox_circuit_graph_set_texture (self->graph, place->layer, place->unit, texture);
  else
    gbox_unit_painter_paint (self->painter, gbox_circuit_walk_get_model (self->walk),
                             gbox_circuit_get_layer_name (gbox_circuit_walk_get_network (self->walk),
                                                          place->layer),
                             place->unit);
}

static void
on_painted (GboxCircuitWindow *self, const char *layer, int unit, GdkTexture *texture)
{
  const int index = gbox_network_find_layer (gbox_circuit_walk_get_network (self->walk), layer);

  if (texture != NULL)
    gbox_circuit_graph_set_texture (self->graph, index, unit, texture);
}

static void
look_up (GboxCircuitWindow *self, int layer, int unit)
{
  Lookup *lookup;
  g_autofree char *key = NULL;

  if (layer < 0)
    return;
  lookup = g_new (Lookup, 1);
  *lookup = (Lookup){ .window = g_object_ref (self), .place = { .layer = layer, .unit = unit } };
  key = gbox_unit_thumbnails_make_unit_key (gbox_circuit_walk_get_model (self->walk),
                                            gbox_circuit_get_layer_name (gbox_circuit_walk_get_network (
                                                                           self->walk),
                                                                         layer),
                                            unit);
  gbox_thumbnail_cache_lookup_async (gbox_unit_thumbnails_get_cache (self->thumbnails), key, self->looking_up,
                                     on_looked_up, lookup);
}

static void
cancel_pictures (GboxCircuitWindow *self)
{
  if (self->looking_up != NULL)
    g_cancellable_cancel (self->looking_up);
  g_clear_object (&self->looking_up);
  gbox_unit_painter_clear (self->painter);
}

/* ---- where one is ---- */

static void
on_place_clicked (GboxCircuitWindow *self, GtkWidget *button)
{
  gbox_circuit_walk_go_back (self->walk, GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "place")));
}

static void
add_place (GboxCircuitWindow *self, guint i)
{
  const GboxCircuitPlace *place = gbox_circuit_walk_get_place (self->walk, i);
  g_autofree char *name
    = gbox_circuit_describe_unit (gbox_circuit_walk_get_network (self->walk), place->layer, place->unit);
  GtkWidget *button = gtk_button_new_with_label (name);

  if (i > 0)
    gtk_box_append (self->path, gtk_label_new ("‹"));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "caption");
  g_object_set_data (G_OBJECT (button), "place", GUINT_TO_POINTER (i));
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_place_clicked), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->path, button);
}

static void
follow_place (GboxCircuitWindow *self)
{
  const guint n = gbox_circuit_walk_get_n_places (self->walk);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->path))) != NULL)
    gtk_box_remove (self->path, child);
  for (guint i = 0; i < n; i++)
    add_place (self, i);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "circuit.back", n > 1);
}

/* The newest place is the one that is seen. */
static void
on_path_resized (GboxCircuitWindow *self, GtkAdjustment *adjustment)
{
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
}

static void
show_circuit (GboxCircuitWindow *self)
{
  const GboxCircuit *circuit = gbox_circuit_walk_get_circuit (self->walk);
  const char *problem = gbox_circuit_walk_get_problem (self->walk);
  const gboolean had_focus = gtk_window_is_active (GTK_WINDOW (self));

  cancel_pictures (self);
  if (circuit == NULL)
    {
      adw_status_page_set_description (self->problem_page, problem);
      gtk_stack_set_visible_child_name (self->stack, "problem");
      return;
    }
  gbox_circuit_graph_set_circuit (self->graph, gbox_circuit_walk_get_network (self->walk), circuit);
  gtk_stack_set_visible_child_name (self->stack, "graph");
  self->looking_up = g_cancellable_new ();
  look_up (self, (int) circuit->layer, circuit->unit);
  for (guint i = 0; i < circuit->n_excitatory + circuit->n_inhibitory; i++)
    look_up (self, circuit->inputs[i].layer, circuit->inputs[i].unit);
  if (had_focus)
    gbox_circuit_graph_focus_first (self->graph);
}

static void
on_unit_activated (GboxCircuitWindow *self, int layer, int unit)
{
  gbox_circuit_walk_go (self->walk, layer, unit);
}

/* ---- actions ---- */

static void
on_back (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GboxCircuitWalk *walk = GBOX_CIRCUIT_WINDOW (widget)->walk;

  if (gbox_circuit_walk_get_n_places (walk) > 1)
    gbox_circuit_walk_go_back (walk, gbox_circuit_walk_get_n_places (walk) - 2);
}

/* The page may be about another model by now. */
static void
on_visualize (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GboxCircuitWindow *self = GBOX_CIRCUIT_WINDOW (widget);
  const GboxCircuitPlace *here = gbox_circuit_walk_get_here (self->walk);
  g_autofree char *target
    = g_strdup_printf ("%s/%s/%d", gbox_circuit_walk_get_model (self->walk),
                       gbox_circuit_get_layer_name (gbox_circuit_walk_get_network (self->walk), here->layer),
                       here->unit);

  gbox_vision_session_visualize_text (self->session, target, NULL);
}

static void
gbox_circuit_window_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_RANK)
    g_value_set_enum (value, (int) GBOX_CIRCUIT_WINDOW (object)->rank);
  else if (id == PROP_DOWNSTREAM)
    g_value_set_boolean (value, GBOX_CIRCUIT_WINDOW (object)->is_downstream);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gbox_circuit_window_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxCircuitWindow *self = GBOX_CIRCUIT_WINDOW (object);

  switch (id)
    {
    case PROP_RANK:
      self->rank = (GboxCircuitRank) g_value_get_enum (value);
      gbox_circuit_walk_set_rank (self->walk, self->rank);
      break;
    case PROP_DOWNSTREAM:
      self->is_downstream = g_value_get_boolean (value);
      gbox_circuit_walk_set_downstream (self->walk, self->is_downstream);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_circuit_window_dispose (GObject *object)
{
  GboxCircuitWindow *self = GBOX_CIRCUIT_WINDOW (object);

  if (self->painter != NULL)
    cancel_pictures (self);
  g_clear_object (&self->painter);
  g_clear_object (&self->walk);
  g_clear_object (&self->thumbnails);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_circuit_window_parent_class)->dispose (object);
}

static void
gbox_circuit_window_class_init (GboxCircuitWindowClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->get_property = gbox_circuit_window_get_property;
  object_class->set_property = gbox_circuit_window_set_property;
  object_class->dispose = gbox_circuit_window_dispose;
  properties[PROP_RANK]
    = g_param_spec_enum ("rank", NULL, NULL, GBOX_TYPE_CIRCUIT_RANK, GBOX_CIRCUIT_RANK_SUM,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_DOWNSTREAM]
    = g_param_spec_boolean ("downstream", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (GBOX_TYPE_CIRCUIT_GRAPH);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/circuit-window.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitWindow, title);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitWindow, path_scroller);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitWindow, path);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitWindow, graph);
  gtk_widget_class_bind_template_child (widget_class, GboxCircuitWindow, problem_page);
  gtk_widget_class_bind_template_callback (widget_class, on_unit_activated);
  gtk_widget_class_install_action (widget_class, "circuit.back", NULL, on_back);
  gtk_widget_class_install_action (widget_class, "circuit.visualize", NULL, on_visualize);
  gtk_widget_class_install_property_action (widget_class, "circuit.rank", "rank");
  gtk_widget_class_install_property_action (widget_class, "circuit.downstream", "downstream");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "circuit.back", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
gbox_circuit_window_init (GboxCircuitWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (gtk_scrolled_window_get_hadjustment (self->path_scroller), "changed",
                           G_CALLBACK (on_path_resized), self, G_CONNECT_SWAPPED);
}

GtkWidget *
gbox_circuit_window_new (GtkWindow *parent, GboxVisionSession *session, GboxUnitThumbnails *thumbnails)
{
  GboxCircuitWindow *self = g_object_new (GBOX_TYPE_CIRCUIT_WINDOW, "transient-for", parent, NULL);

  self->session = g_object_ref (session);
  self->thumbnails = g_object_ref (thumbnails);
  self->painter = gbox_unit_painter_new (session, thumbnails);
  self->walk = gbox_circuit_walk_new (gbox_vision_session_get_engine (session));
  g_signal_connect_object (self->painter, "painted", G_CALLBACK (on_painted), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->walk, "moved", G_CALLBACK (follow_place), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->walk, "traced", G_CALLBACK (show_circuit), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

gboolean
gbox_circuit_window_begin (GboxCircuitWindow *self, GError **error)
{
  const GboxVisualizationValues *values
    = gbox_visualization_spec_get_values (gbox_vision_session_get_spec (self->session));
  const char *layer = values->objective == GBOX_OBJECTIVE_CLASS ? GBOX_TARGET_CLASS_LAYER : values->layer;
  GboxNetwork *network = gbox_vision_session_get_network (self->session);

  g_return_val_if_fail (GBOX_IS_CIRCUIT_WINDOW (self) && network != NULL, FALSE);

  if (!gbox_target_exists (network, layer, values->unit, error))
    return FALSE;
  adw_window_title_set_subtitle (self->title, gbox_network_get_title (network));
  gbox_circuit_walk_begin (self->walk, values->model, network, gbox_network_find_layer (network, layer),
                           values->unit);
  return TRUE;
}

GboxCircuitWalk *
gbox_circuit_window_get_walk (GboxCircuitWindow *self)
{
  g_return_val_if_fail (GBOX_IS_CIRCUIT_WINDOW (self), NULL);

  return self->walk;
}
