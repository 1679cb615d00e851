/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The left pane of the gridworld: which world, which agents, and how they learn. */
#include "learning/gridworld-pane.h"

#include <math.h>

#include "learning/start-bar.h"
#include "widgets/axis.h"
#include "widgets/parameter-row.h"

struct _GboxGridworldPane
{
  AdwBin parent_instance;

  AdwComboRow *world_row;
  GtkStringList *worlds;
  GtkLabel *compare_label;
  GtkAdjustment *speed;
  GtkScale *speed_scale;
  GtkAdjustment *smoothing;
  GboxStartBar *start_bar;

  GboxGridworldSession *session;
};

G_DEFINE_FINAL_TYPE (GboxGridworldPane, gbox_gridworld_pane, ADW_TYPE_BIN)

/* Rows that need nothing but to be tied to a property. */
static const char *const rows[] = {
  "learning_rate_row", "epsilon_row", "discount_row", "episodes_row", "repeats_row", "seed_row",
};

/* In the order of the row. */
static const char *const worlds[] = { "cliff", "maze" };

/* What has been edited is one more item, as long as it is the one. */
static void
follow_world (GboxGridworldPane *self)
{
  const char *name = gbox_gridworld_spec_get_values (gbox_gridworld_session_get_spec (self->session))->world;
  const gboolean has_item = g_list_model_get_n_items (G_LIST_MODEL (self->worlds)) > G_N_ELEMENTS (worlds);
  guint index = 0;

  while (index < G_N_ELEMENTS (worlds) && !g_str_equal (worlds[index], name))
    index++;
  if (index == G_N_ELEMENTS (worlds) && !has_item)
    gtk_string_list_append (self->worlds, "Edited");
  adw_combo_row_set_selected (self->world_row, index);
  if (index < G_N_ELEMENTS (worlds) && has_item)
    gtk_string_list_remove (self->worlds, G_N_ELEMENTS (worlds));
}

static void
on_world_selected (GboxGridworldPane *self)
{
  const guint index = adw_combo_row_get_selected (self->world_row);

  if (self->session != NULL && index < G_N_ELEMENTS (worlds))
    g_object_set (gbox_gridworld_session_get_spec (self->session), "world", worlds[index], NULL);
}

static void
follow_compared (GboxGridworldPane *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    if (gbox_gridworld_session_is_compared (self->session, i))
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
                              gbox_gridworld_agent_get_name (
                                gbox_gridworld_session_get_agent (self->session, i)));
  gtk_label_set_label (self->compare_label, text->str);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->compare_label), text->str);
  g_string_free (text, TRUE);
}

static void
follow_agents (GboxGridworldPane *self)
{
  g_object_set (self->start_bar, "can-resume", gbox_gridworld_session_can_resume (self->session), NULL);
}

/* "300/s"; at its end the slider means no limit. */
static char *
format_speed (GtkScale *scale, double value, gpointer data)
{
  g_autofree char *number = gbox_axis_format_tick (&(GboxAxis){ 0, 1, 1 }, round (pow (10, value)));

  return value >= GBOX_GRIDWORLD_MAX_SPEED ? g_strdup ("full") : g_strdup_printf ("%s/s", number);
}

static void
gbox_gridworld_pane_dispose (GObject *object)
{
  g_clear_object (&GBOX_GRIDWORLD_PANE (object)->session);
  G_OBJECT_CLASS (gbox_gridworld_pane_parent_class)->dispose (object);
}

static void
gbox_gridworld_pane_class_init (GboxGridworldPaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_gridworld_pane_dispose;
  g_type_ensure (GBOX_TYPE_PARAMETER_ROW);
  g_type_ensure (GBOX_TYPE_START_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/gridworld-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldPane, world_row);
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldPane, worlds);
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldPane, compare_label);
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldPane, speed);
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldPane, speed_scale);
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldPane, smoothing);
  gtk_widget_class_bind_template_child (widget_class, GboxGridworldPane, start_bar);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    gtk_widget_class_bind_template_child_full (widget_class, rows[i], FALSE, 0);
  gtk_widget_class_bind_template_callback (widget_class, on_world_selected);
}

static void
gbox_gridworld_pane_init (GboxGridworldPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_scale_set_format_value_func (self->speed_scale, format_speed, NULL, NULL);
}

void
gbox_gridworld_pane_set_session (GboxGridworldPane *self, GboxGridworldSession *session)
{
  GObject *spec = G_OBJECT (gbox_gridworld_session_get_spec (session));
  const GBindingFlags flags = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;

  g_return_if_fail (GBOX_IS_GRIDWORLD_PANE (self) && self->session == NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    gbox_parameter_row_bind (GBOX_PARAMETER_ROW (gtk_widget_get_template_child (GTK_WIDGET (self),
                                                                                GBOX_TYPE_GRIDWORLD_PANE,
                                                                                rows[i])),
                             spec);
  self->session = g_object_ref (session);
  g_object_bind_property (session, "speed", self->speed, "value", flags);
  g_object_bind_property (session, "smoothing", self->smoothing, "value", flags);
  g_object_bind_property (session, "is-running", self->start_bar, "is-running", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (session, "compared-changed", G_CALLBACK (follow_compared), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "world-changed", G_CALLBACK (follow_world), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::is-running", G_CALLBACK (follow_agents), self,
                           G_CONNECT_SWAPPED);
  for (guint i = 0; i < GBOX_GRIDWORLD_N_AGENTS; i++)
    g_signal_connect_object (gbox_gridworld_session_get_agent (session, i), "state-changed",
                             G_CALLBACK (follow_agents), self, G_CONNECT_SWAPPED);
  follow_world (self);
  follow_compared (self);
}
