/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bar below a pane that starts, pauses and resets. */
#include "learning/start-bar.h"

struct _GboxStartBar
{
  AdwBin parent_instance;

  GtkWidget *start_button;
  AdwButtonContent *start_content;
  GtkWidget *reset_button;

  char *task;
  gboolean is_running;
  gboolean can_resume;
};

enum
{
  PROP_0,
  PROP_TASK,
  PROP_IS_RUNNING,
  PROP_CAN_RESUME,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (GboxStartBar, gbox_start_bar, ADW_TYPE_BIN)

static void
set_action (GboxStartBar *self, GtkWidget *button, const char *command)
{
  g_autofree char *action = g_strdup_printf ("win.%s-%s", self->task, command);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
}

static void
update (GboxStartBar *self)
{
  if (self->task == NULL)
    return;
  adw_button_content_set_label (self->start_content, self->is_running   ? "Pause"
                                                     : self->can_resume ? "Resume"
                                                                        : "Start");
  adw_button_content_set_icon_name (self->start_content,
                                    self->is_running ? "glassbox-pause-symbolic" : "glassbox-play-symbolic");
  set_action (self, self->start_button, self->is_running ? "pause" : "start");
  set_action (self, self->reset_button, "reset");
  if (self->is_running)
    gtk_widget_remove_css_class (self->start_button, "suggested-action");
  else
    gtk_widget_add_css_class (self->start_button, "suggested-action");
}

static void
gbox_start_bar_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxStartBar *self = GBOX_START_BAR (object);

  switch (id)
    {
    case PROP_TASK:
      g_value_set_string (value, self->task);
      break;
    case PROP_IS_RUNNING:
      g_value_set_boolean (value, self->is_running);
      break;
    case PROP_CAN_RESUME:
      g_value_set_boolean (value, self->can_resume);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_start_bar_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxStartBar *self = GBOX_START_BAR (object);

  switch (id)
    {
    case PROP_TASK:
      g_free (self->task);
      self->task = g_value_dup_string (value);
      break;
    case PROP_IS_RUNNING:
      self->is_running = g_value_get_boolean (value);
      break;
    case PROP_CAN_RESUME:
      self->can_resume = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
  update (self);
}

static void
gbox_start_bar_finalize (GObject *object)
{
  g_free (GBOX_START_BAR (object)->task);
  G_OBJECT_CLASS (gbox_start_bar_parent_class)->finalize (object);
}

static void
gbox_start_bar_class_init (GboxStartBarClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_start_bar_get_property;
  object_class->set_property = gbox_start_bar_set_property;
  object_class->finalize = gbox_start_bar_finalize;
  properties[PROP_TASK] = g_param_spec_string ("task", NULL, NULL, NULL, flags);
  properties[PROP_IS_RUNNING] = g_param_spec_boolean ("is-running", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_RESUME] = g_param_spec_boolean ("can-resume", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/start-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxStartBar, start_button);
  gtk_widget_class_bind_template_child (widget_class, GboxStartBar, start_content);
  gtk_widget_class_bind_template_child (widget_class, GboxStartBar, reset_button);
}

static void
gbox_start_bar_init (GboxStartBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
