/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row that edits one property of a spec. */
#include "widgets/parameter-row.h"

#include "runtime/spec.h"

struct _GboxParameterRow
{
  AdwActionRow parent_instance;

  char *parameter;
  double increment;
  guint digits;
  gboolean slides;
  double upper;
};

G_DEFINE_FINAL_TYPE (GboxParameterRow, gbox_parameter_row, ADW_TYPE_ACTION_ROW)

enum
{
  PROP_0,
  PROP_PARAMETER,
  PROP_INCREMENT,
  PROP_DIGITS,
  PROP_SLIDES,
  PROP_UPPER,
  N_PROPS
};

/* With the value beside it. */
#define SCALE_WIDTH 170
/* Increments of a page. */
#define PAGE 4
/* Of a number in a spin button. */
#define USUAL_CHARS 5

static GParamSpec *properties[N_PROPS];

static void
gbox_parameter_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxParameterRow *self = GBOX_PARAMETER_ROW (object);

  switch (id)
    {
    case PROP_PARAMETER:
      g_value_set_string (value, self->parameter);
      break;
    case PROP_INCREMENT:
      g_value_set_double (value, self->increment);
      break;
    case PROP_DIGITS:
      g_value_set_uint (value, self->digits);
      break;
    case PROP_SLIDES:
      g_value_set_boolean (value, self->slides);
      break;
    case PROP_UPPER:
      g_value_set_double (value, self->upper);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_parameter_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxParameterRow *self = GBOX_PARAMETER_ROW (object);

  switch (id)
    {
    case PROP_PARAMETER:
      g_free (self->parameter);
      self->parameter = g_value_dup_string (value);
      break;
    case PROP_INCREMENT:
      self->increment = g_value_get_double (value);
      break;
    case PROP_DIGITS:
      self->digits = g_value_get_uint (value);
      break;
    case PROP_SLIDES:
      self->slides = g_value_get_boolean (value);
      break;
    case PROP_UPPER:
      self->upper = g_value_get_double (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_parameter_row_finalize (GObject *object)
{
  g_free (GBOX_PARAMETER_ROW (object)->parameter);
  G_OBJECT_CLASS (gbox_parameter_row_parent_class)->finalize (object);
}

static void
gbox_parameter_row_class_init (GboxParameterRowClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_parameter_row_get_property;
  object_class->set_property = gbox_parameter_row_set_property;
  object_class->finalize = gbox_parameter_row_finalize;

  properties[PROP_PARAMETER] = g_param_spec_string ("parameter", NULL, NULL, NULL, flags);
  properties[PROP_INCREMENT] = g_param_spec_double ("increment", NULL, NULL, 0, G_MAXDOUBLE, 1, flags);
  properties[PROP_DIGITS] = g_param_spec_uint ("digits", NULL, NULL, 0, 10, 0, flags);
  properties[PROP_SLIDES] = g_param_spec_boolean ("slides", NULL, NULL, FALSE, flags);
  properties[PROP_UPPER]
    = g_param_spec_double ("upper", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, G_MAXDOUBLE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gbox_parameter_row_init (GboxParameterRow *self)
{
}

/* Returns: whether the property is a number. */
static gboolean
get_range (GParamSpec *pspec, double *lower, double *upper)
{
  if (G_IS_PARAM_SPEC_INT (pspec))
    {
      *lower = G_PARAM_SPEC_INT (pspec)->minimum;
      *upper = G_PARAM_SPEC_INT (pspec)->maximum;
      return TRUE;
    }
  if (G_IS_PARAM_SPEC_UINT (pspec))
    {
      *lower = G_PARAM_SPEC_UINT (pspec)->minimum;
      *upper = G_PARAM_SPEC_UINT (pspec)->maximum;
      return TRUE;
    }
  if (G_IS_PARAM_SPEC_DOUBLE (pspec))
    {
      *lower = G_PARAM_SPEC_DOUBLE (pspec)->minimum;
      *upper = G_PARAM_SPEC_DOUBLE (pspec)->maximum;
      return TRUE;
    }
  return FALSE;
}

static char *
format_value (GtkScale *scale, double value, gpointer user_data)
{
  return g_strdup_printf ("%.*f", gtk_scale_get_digits (scale), value);
}

static GtkWidget *
make_scale (GboxParameterRow *self, GtkAdjustment *adjustment)
{
  GtkWidget *scale = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, adjustment);

  gtk_scale_set_digits (GTK_SCALE (scale), (int) self->digits);
  gtk_scale_set_draw_value (GTK_SCALE (scale), TRUE);
  gtk_scale_set_value_pos (GTK_SCALE (scale), GTK_POS_RIGHT);
  gtk_scale_set_format_value_func (GTK_SCALE (scale), format_value, NULL, NULL);
  gtk_widget_set_size_request (scale, SCALE_WIDTH, -1);
  return scale;
}

static GtkWidget *
make_control (GboxParameterRow *self, GParamSpec *pspec)
{
  double lower, upper;
  GtkAdjustment *adjustment;
  GtkWidget *control;
  int n_chars;

  if (!get_range (pspec, &lower, &upper))
    return gtk_switch_new ();
  upper = MIN (upper, self->upper);
  adjustment = gtk_adjustment_new (lower, lower, upper, self->increment, PAGE * self->increment, 0);
  if (self->slides)
    return make_scale (self, adjustment);
  control = gtk_spin_button_new (adjustment, 0, self->digits);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (control), TRUE);
  /* As wide as what is usual, not as the longest possible number. */
  n_chars = MAX (USUAL_CHARS, (int) self->digits + 2);
  gtk_editable_set_width_chars (GTK_EDITABLE (control), n_chars);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (control), n_chars);
  return control;
}

void
gbox_parameter_row_bind (GboxParameterRow *self, GObject *object)
{
  GParamSpec *pspec;
  GtkWidget *control;
  g_autofree char *tooltip = NULL;

  g_return_if_fail (GBOX_IS_PARAMETER_ROW (self));

  pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (object), self->parameter);
  g_return_if_fail (pspec != NULL);

  control = make_control (self, pspec);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  g_param_spec_get_nick (pspec), -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), control);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), g_param_spec_get_nick (pspec));
  tooltip
    = g_strdup_printf ("%s.\n%s", g_param_spec_get_blurb (pspec),
                       pspec->flags & GBOX_PARAM_LIVE ? "Applies at once." : "Applies after a restart.");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), tooltip);
  if (GTK_IS_RANGE (control))
    g_object_bind_property (object, self->parameter, gtk_range_get_adjustment (GTK_RANGE (control)), "value",
                            G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  else
    g_object_bind_property (object, self->parameter, control, GTK_IS_SWITCH (control) ? "active" : "value",
                            G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
}
