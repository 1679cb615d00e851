/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How tokens are chosen: the parameters of a completion. */
#include "completion/sampling-pane.h"

#include "widgets/parameter-row.h"

struct _GboxSamplingPane
{
  AdwBin parent_instance;

  AdwComboRow *precision_row;
  AdwActionRow *run_row;
  GtkSwitch *run_switch;

  GboxCompletionSession *session;
};

G_DEFINE_FINAL_TYPE (GboxSamplingPane, gbox_sampling_pane, ADW_TYPE_BIN)

/* Rows that need nothing but to be tied to a property. */
static const char *const rows[] = {
  "temperature_row",        "top_p_row",      "top_k_row", "min_p_row",
  "repetition_penalty_row", "max_tokens_row", "seed_row",  "samples_row",
};

/* Everything but what is to be completed, and with which model. */
static void
on_reset (GboxSamplingPane *self)
{
  GObject *spec = G_OBJECT (gbox_completion_session_get_spec (self->session));
  static const char *const names[] = { "temperature", "top-p", "top-k",   "min-p",    "repetition-penalty",
                                       "max-tokens",  "seed",  "samples", "precision" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (spec), names[i]);

      g_object_set_property (spec, names[i], g_param_spec_get_default_value (pspec));
    }
}

static void
gbox_sampling_pane_dispose (GObject *object)
{
  g_clear_object (&GBOX_SAMPLING_PANE (object)->session);
  G_OBJECT_CLASS (gbox_sampling_pane_parent_class)->dispose (object);
}

static void
gbox_sampling_pane_class_init (GboxSamplingPaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_sampling_pane_dispose;
  g_type_ensure (GBOX_TYPE_PARAMETER_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/sampling-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxSamplingPane, precision_row);
  gtk_widget_class_bind_template_child (widget_class, GboxSamplingPane, run_row);
  gtk_widget_class_bind_template_child (widget_class, GboxSamplingPane, run_switch);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    gtk_widget_class_bind_template_child_full (widget_class, rows[i], FALSE, 0);
  gtk_widget_class_bind_template_callback (widget_class, on_reset);
}

static void
gbox_sampling_pane_init (GboxSamplingPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
bind_precision (GboxSamplingPane *self, GObject *spec)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (spec), "precision");

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->precision_row), g_param_spec_get_nick (pspec));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->precision_row), g_param_spec_get_blurb (pspec));
  g_object_bind_property (spec, "precision", self->precision_row, "selected",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
}

void
gbox_sampling_pane_set_session (GboxSamplingPane *self, GboxCompletionSession *session)
{
  GObject *spec = G_OBJECT (gbox_completion_session_get_spec (session));

  g_return_if_fail (GBOX_IS_SAMPLING_PANE (self) && self->session == NULL);

  self->session = g_object_ref (session);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    gbox_parameter_row_bind (GBOX_PARAMETER_ROW (gtk_widget_get_template_child (GTK_WIDGET (self),
                                                                                GBOX_TYPE_SAMPLING_PANE,
                                                                                rows[i])),
                             spec);
  bind_precision (self, spec);
}

/* What the switch does, or why it does nothing here. */
static gboolean
describe_running (GBinding *binding, const GValue *problem, GValue *subtitle, gpointer user_data)
{
  const char *reason = g_value_get_string (problem);

  g_value_set_string (subtitle,
                      reason != NULL
                        ? reason
                        : "Runs what the model writes on this computer, in a sandbox without network "
                          "or your files, where the prompt comes with checks");
  return TRUE;
}

static gboolean
is_null (GBinding *binding, const GValue *text, GValue *null, gpointer user_data)
{
  g_value_set_boolean (null, g_value_get_string (text) == NULL);
  return TRUE;
}

void
gbox_sampling_pane_set_checks (GboxSamplingPane *self, GboxSampleChecks *checks)
{
  g_return_if_fail (GBOX_IS_SAMPLING_PANE (self));

  g_object_bind_property_full (checks, "problem", self->run_row, "subtitle", G_BINDING_SYNC_CREATE,
                               describe_running, NULL, NULL, NULL);
  g_object_bind_property_full (checks, "problem", self->run_row, "sensitive", G_BINDING_SYNC_CREATE, is_null,
                               NULL, NULL, NULL);
  g_object_bind_property (checks, "is-on", self->run_switch, "active",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
}

void
gbox_sampling_pane_commit (GboxSamplingPane *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *spin;

  g_return_if_fail (GBOX_IS_SAMPLING_PANE (self));

  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (self)))
    return;
  spin = gtk_widget_get_ancestor (focus, GTK_TYPE_SPIN_BUTTON);
  if (spin != NULL)
    gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
}
