/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The left pane of the Vision page: model, search, layers, units and classes. */
#include "vision/unit-pane.h"

#include "models/model-chooser.h"
#include "vision/target.h"
#include "widgets/class-list.h"
#include "widgets/layer-list.h"

/* Units in a row of the grid. */
#define N_COLUMNS 3

struct _GboxUnitPane
{
  AdwBin parent_instance;

  GboxModelChooser *model_chooser;
  GtkEditable *search_entry;
  GtkWidget *content; /* what there is only with a network */
  GtkScrolledWindow *layer_scroller;
  GboxLayerList *layer_list;
  GtkLabel *list_label;
  GtkLabel *count_label;
  GtkWidget *atlas_pause_button;
  GtkWidget *atlas_button;
  GtkStack *list_stack;
  GboxUnitGrid *unit_grid;
  GboxClassList *class_list;
  GtkLabel *none_label;

  GboxVisionSession *session;
  GboxUnitAtlas *atlas;
  char *layer;   /* whose units the grid shows */
  char *unfound; /* (nullable): the text of the search whose error is shown */
};

G_DEFINE_FINAL_TYPE (GboxUnitPane, gbox_unit_pane, ADW_TYPE_BIN)

static char *
get_search_text (GboxUnitPane *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (self->search_entry)));
}

static gboolean
is_number (const char *text)
{
  return *text && strspn (text, "0123456789") == strlen (text);
}

/* Letters search the classes by name; a number belongs to whatever the layer at hand lists. */
static gboolean
shows_classes (GboxUnitPane *self, const char *text)
{
  if (*text && !is_number (text) && !strpbrk (text, "/:"))
    return TRUE;
  return g_strcmp0 (self->layer, GBOX_TARGET_CLASS_LAYER) == 0;
}

static gboolean
is_atlas_active (GboxUnitPane *self)
{
  return self->atlas && gbox_unit_atlas_get_active (self->atlas);
}

/* While pictures of all units are made, how far that has come. */
static char *
describe_count (GboxUnitPane *self, gboolean is_classes, guint n_visible, guint n_all)
{
  const char *what = is_classes ? "classes" : "channels";

  if (is_atlas_active (self) && !is_classes)
    return g_strdup_printf (gbox_unit_atlas_get_paused (self->atlas) ? "%'u of %'u, paused"
                                                                     : "%'u of %'u made",
                            gbox_unit_atlas_get_n_done (self->atlas),
                            gbox_unit_atlas_get_n_units (self->atlas));
  return n_visible == n_all ? g_strdup_printf ("%'u %s", n_all, what)
                            : g_strdup_printf ("%'u of %'u %s", n_visible, n_all, what);
}

static void
show_count (GboxUnitPane *self, gboolean is_classes, guint n_visible, guint n_all)
{
  g_autofree char *count = describe_count (self, is_classes, n_visible, n_all);

  gtk_label_set_label (self->list_label, is_classes ? "Classes" : self->layer);
  gtk_label_set_label (self->count_label, count);
  gtk_widget_set_visible (self->atlas_button, !is_classes);
  gtk_widget_set_visible (self->atlas_pause_button, is_atlas_active (self) && !is_classes);
}

static guint
count_classes (GboxVisionSession *session)
{
  GboxNetwork *network = gbox_vision_session_get_network (session);
  const int index = network ? gbox_network_find_layer (network, GBOX_TARGET_CLASS_LAYER) : -1;

  return index < 0 ? 0 : (guint) gbox_network_get_layer (network, index)->n_channels;
}

static void
show_list (GboxUnitPane *self)
{
  g_autofree char *text = get_search_text (self);
  const gboolean is_classes = shows_classes (self, text);
  g_autofree char *none = NULL;
  guint n_visible, n_all;

  if (!self->layer)
    return;
  n_visible = is_classes ? gbox_class_list_get_n_visible (self->class_list)
                         : gbox_unit_grid_get_n_visible (self->unit_grid);
  n_all = is_classes ? count_classes (self->session) : gbox_unit_grid_get_n_units (self->unit_grid);
  show_count (self, is_classes, n_visible, n_all);
  none = g_strdup_printf ("Nothing here is called “%s”.", text);
  gtk_label_set_label (self->none_label, none);
  gtk_stack_set_visible_child_name (self->list_stack, n_visible == 0 ? "none"
                                                      : is_classes   ? "classes"
                                                                     : "units");
}

/* The entry tells of what is typed with a delay, perhaps after it was entered. */
static void
on_search_changed (GboxUnitPane *self)
{
  g_autofree char *text = get_search_text (self);
  const gboolean is_classes = shows_classes (self, text);
  const char *filter = strpbrk (text, "/:") ? "" : text;

  if (g_strcmp0 (text, self->unfound) == 0)
    return;
  g_clear_pointer (&self->unfound, g_free);
  gbox_class_list_set_filter_text (self->class_list, is_classes ? filter : "");
  gbox_unit_grid_set_filter_text (self->unit_grid, is_classes ? "" : filter);
  show_list (self);
}

static void
focus_list (GboxUnitPane *self)
{
  gtk_editable_set_text (self->search_entry, "");
  on_search_changed (self);
  gtk_widget_child_focus (gtk_stack_get_visible_child (self->list_stack), GTK_DIR_TAB_FORWARD);
}

static void
on_search_activate (GboxUnitPane *self)
{
  g_autofree char *text = get_search_text (self);
  GboxNetwork *network = gbox_vision_session_get_network (self->session);
  g_autoptr (GError) error = NULL;
  gboolean is_found = TRUE;

  if (!*text || !network)
    return;
  g_clear_pointer (&self->unfound, g_free);
  on_search_changed (self);
  if (is_number (text))
    {
      g_autofree char *target = g_strdup_printf ("%s/%s", self->layer, text);

      is_found = gbox_vision_session_visualize_text (self->session, target, &error);
    }
  else if (strpbrk (text, "/:"))
    is_found = gbox_vision_session_visualize_text (self->session, text, &error);
  else if (gbox_network_find_layer (network, text) >= 0)
    gbox_vision_session_choose_layer (self->session, text);
  else
    {
      gbox_class_list_set_selected (self->class_list, -1);
      is_found = gbox_class_list_step (self->class_list, 1);
    }
  if (is_found)
    focus_list (self);
  if (error)
    {
      self->unfound = g_strdup (text);
      gtk_label_set_label (self->none_label, error->message);
      gtk_stack_set_visible_child_name (self->list_stack, "none");
    }
}

static void
on_search_stop (GboxUnitPane *self)
{
  focus_list (self);
}

static void
on_layer_activated (GboxUnitPane *self, const char *name)
{
  gbox_vision_session_choose_layer (self->session, name);
}

static void
on_unit_activated (GboxUnitPane *self, int unit)
{
  if (self->layer)
    gbox_vision_session_visualize (self->session, self->layer, unit);
}

static void
on_class_activated (GboxUnitPane *self, int id)
{
  gbox_vision_session_visualize (self->session, GBOX_TARGET_CLASS_LAYER, id);
}

static void
gbox_unit_pane_dispose (GObject *object)
{
  GboxUnitPane *self = GBOX_UNIT_PANE (object);

  g_clear_object (&self->atlas);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_unit_pane_parent_class)->dispose (object);
}

static void
gbox_unit_pane_finalize (GObject *object)
{
  g_free (GBOX_UNIT_PANE (object)->layer);
  g_free (GBOX_UNIT_PANE (object)->unfound);
  G_OBJECT_CLASS (gbox_unit_pane_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, model_chooser);
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, search_entry);
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, content);
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, layer_scroller);
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, layer_list);
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, list_label);
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, count_label);
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, atlas_pause_button);
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, atlas_button);
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, list_stack);
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, unit_grid);
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, class_list);
  gtk_widget_class_bind_template_child (widget_class, GboxUnitPane, none_label);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_search_stop);
  gtk_widget_class_bind_template_callback (widget_class, on_layer_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_unit_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_class_activated);
  gtk_widget_class_bind_template_callback (widget_class, show_list);
}

static void
gbox_unit_pane_class_init (GboxUnitPaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_unit_pane_dispose;
  G_OBJECT_CLASS (class)->finalize = gbox_unit_pane_finalize;
  g_type_ensure (GBOX_TYPE_MODEL_CHOOSER);
  g_type_ensure (GBOX_TYPE_LAYER_LIST);
  g_type_ensure (GBOX_TYPE_UNIT_GRID);
  g_type_ensure (GBOX_TYPE_CLASS_LIST);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/unit-pane.ui");
  bind_template (widget_class);
}

static void
gbox_unit_pane_init (GboxUnitPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
fill_classes (GboxUnitPane *self, GboxNetwork *network)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  const guint n_classes = count_classes (self->session);

  for (guint id = 0; id < n_classes; id++)
    {
      const char *label = gbox_network_get_class_label (network, id);

      g_ptr_array_add (labels, label ? g_strdup (label) : g_strdup_printf ("class %u", id));
    }
  g_ptr_array_add (labels, NULL);
  gbox_class_list_set_labels (self->class_list, (const char *const *) labels->pdata);
}

static void
follow_network (GboxUnitPane *self)
{
  GboxNetwork *network = gbox_vision_session_get_network (self->session);
  const int size = gbox_visualization_spec_get_values (gbox_vision_session_get_spec (self->session))->size;

  g_clear_pointer (&self->layer, g_free);
  gbox_layer_list_clear (self->layer_list);
  gbox_unit_grid_set_units (self->unit_grid, 0);
  gbox_class_list_set_labels (self->class_list, NULL);
  gtk_widget_set_visible (self->content, network != NULL);
  if (!network)
    return;
  for (guint i = 0; i < gbox_network_get_n_layers (network); i++)
    {
      const GboxLayer *layer = gbox_network_get_layer (network, i);
      const gboolean is_classes = g_str_equal (layer->name, GBOX_TARGET_CLASS_LAYER);

      gbox_layer_list_append (self->layer_list, layer->name, is_classes ? "Classes" : NULL,
                              layer->receptive_field, size);
    }
  fill_classes (self, network);
}

static void
show_layer (GboxUnitPane *self, GboxNetwork *network, const char *layer)
{
  const int index = gbox_network_find_layer (network, layer);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->layer_scroller);
  const double row = gtk_adjustment_get_upper (adjustment) / gbox_network_get_n_layers (network);

  if (index < 0)
    return;
  g_free (self->layer);
  self->layer = g_strdup (layer);
  gbox_layer_list_set_selected (self->layer_list, layer);
  gtk_adjustment_clamp_page (adjustment, row * (index - 1), row * (index + 2));
  if (!g_str_equal (layer, GBOX_TARGET_CLASS_LAYER))
    gbox_unit_grid_set_units (self->unit_grid, gbox_network_get_layer (network, index)->n_channels);
  on_search_changed (self);
}

static void
follow_target (GboxUnitPane *self)
{
  GboxNetwork *network = gbox_vision_session_get_network (self->session);
  const GboxVisualizationValues *values
    = gbox_visualization_spec_get_values (gbox_vision_session_get_spec (self->session));

  if (!network)
    return;
  if (g_strcmp0 (values->layer, self->layer) != 0)
    show_layer (self, network, values->layer);
  if (g_str_equal (values->layer, GBOX_TARGET_CLASS_LAYER))
    gbox_class_list_set_selected (self->class_list, values->unit);
  else
    gbox_unit_grid_set_selected (self->unit_grid,
                                 values->objective == GBOX_OBJECTIVE_LAYER ? -1 : values->unit);
}

static void
follow_size (GboxUnitPane *self)
{
  const int size = gbox_visualization_spec_get_values (gbox_vision_session_get_spec (self->session))->size;

  gbox_layer_list_set_input_side (self->layer_list, size);
}

void
gbox_unit_pane_set_session (GboxUnitPane *self, GboxVisionSession *session)
{
  g_return_if_fail (GBOX_IS_UNIT_PANE (self) && !self->session);

  self->session = g_object_ref (session);
  gbox_model_chooser_set_choice (self->model_chooser, GBOX_MODEL_CHOICE (session));
  g_signal_connect_object (session, "notify::network", G_CALLBACK (follow_network), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "target-changed", G_CALLBACK (follow_target), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gbox_vision_session_get_spec (session), "notify::size", G_CALLBACK (follow_size),
                           self, G_CONNECT_SWAPPED);
}

void
gbox_unit_pane_search (GboxUnitPane *self)
{
  g_return_if_fail (GBOX_IS_UNIT_PANE (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
  gtk_editable_select_region (self->search_entry, 0, -1);
}

gboolean
gbox_unit_pane_walk (GboxUnitPane *self, int columns, int rows)
{
  g_return_val_if_fail (GBOX_IS_UNIT_PANE (self), FALSE);

  if (g_strcmp0 (self->layer, GBOX_TARGET_CLASS_LAYER) == 0)
    return gbox_class_list_step (self->class_list, columns + rows);
  return gbox_unit_grid_step (self->unit_grid, columns + rows * N_COLUMNS);
}

void
gbox_unit_pane_set_atlas (GboxUnitPane *self, GboxUnitAtlas *atlas)
{
  g_return_if_fail (GBOX_IS_UNIT_PANE (self) && !self->atlas);

  self->atlas = g_object_ref (atlas);
  g_signal_connect_object (atlas, "notify", G_CALLBACK (show_list), self, G_CONNECT_SWAPPED);
}

GboxUnitGrid *
gbox_unit_pane_get_grid (GboxUnitPane *self)
{
  g_return_val_if_fail (GBOX_IS_UNIT_PANE (self), NULL);

  return self->unit_grid;
}
