/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows that choose one term of a reward: what it counts, of what, and how much that is worth. */
#include "learning/reward-term-rows.h"

struct _GboxRewardTermRows
{
  AdwPreferencesGroup parent_instance;

  AdwComboRow *kind_row;
  AdwEntryRow *argument_row;
  GtkWidget *weight_row;
  GtkAdjustment *weight;

  gboolean is_optional;
  gboolean is_weighted;
  gboolean is_filling; /* by the program */
  guint kind;          /* in the list below */
};

G_DEFINE_FINAL_TYPE (GboxRewardTermRows, gbox_reward_term_rows, ADW_TYPE_PREFERENCES_GROUP)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_IS_OPTIONAL,
  PROP_IS_WEIGHTED,
  N_PROPS
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* In the order of the menu. */
static const struct
{
  const char *title;
  GboxRewardKind kind;
  const char *argument;       /* what it begins with, or is */
  const char *argument_title; /* NULL where it cannot be another */
} kinds[] = {
  { "Full stops", GBOX_REWARD_CHARACTERS, ".", NULL },
  { "Characters", GBOX_REWARD_CHARACTERS, "!?", "Any of these characters" },
  { "Regular expression", GBOX_REWARD_REGEX, "[0-9]+", "Regular expression" },
  { "Length", GBOX_REWARD_LENGTH, "", NULL },
  { "Distinct words", GBOX_REWARD_DISTINCT_WORDS, "", NULL },
  { "Rarity of a letter", GBOX_REWARD_NO_LETTER, "e", "Letter" },
  { "Passes the checks", GBOX_REWARD_CODE_CHECKS, "", NULL },
};

/* What an optional one offers before them. */
#define NONE "Nothing"

static void
tell (GboxRewardTermRows *self)
{
  if (!self->is_filling)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
update_rows (GboxRewardTermRows *self)
{
  const gboolean has_term = gbox_reward_term_rows_has_term (self);
  const char *title = has_term ? kinds[self->kind].argument_title : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->argument_row), title != NULL);
  gtk_widget_set_visible (self->weight_row, has_term && self->is_weighted);
  if (title != NULL)
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->argument_row), title);
}

static void
on_kind_selected (GboxRewardTermRows *self)
{
  const guint selected = adw_combo_row_get_selected (self->kind_row);
  const gboolean was_filling = self->is_filling;

  self->kind = self->is_optional ? selected - 1 : selected;
  if (gbox_reward_term_rows_has_term (self))
    {
      self->is_filling = TRUE;
      gtk_editable_set_text (GTK_EDITABLE (self->argument_row), kinds[self->kind].argument);
      self->is_filling = was_filling;
    }
  update_rows (self);
  tell (self);
}

static void
gbox_reward_term_rows_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxRewardTermRows *self = GBOX_REWARD_TERM_ROWS (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self->kind_row)));
      break;
    case PROP_IS_OPTIONAL:
      g_value_set_boolean (value, self->is_optional);
      break;
    case PROP_IS_WEIGHTED:
      g_value_set_boolean (value, self->is_weighted);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_reward_term_rows_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxRewardTermRows *self = GBOX_REWARD_TERM_ROWS (object);

  switch (id)
    {
    case PROP_NAME:
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->kind_row), g_value_get_string (value));
      break;
    case PROP_IS_OPTIONAL:
      self->is_optional = g_value_get_boolean (value);
      break;
    case PROP_IS_WEIGHTED:
      self->is_weighted = g_value_get_boolean (value);
      update_rows (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_reward_term_rows_constructed (GObject *object)
{
  GboxRewardTermRows *self = GBOX_REWARD_TERM_ROWS (object);
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  G_OBJECT_CLASS (gbox_reward_term_rows_parent_class)->constructed (object);
  if (self->is_optional)
    gtk_string_list_append (titles, NONE);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    gtk_string_list_append (titles, kinds[i].title);
  self->is_filling = TRUE;
  adw_combo_row_set_model (self->kind_row, G_LIST_MODEL (titles));
  on_kind_selected (self);
  self->is_filling = FALSE;
}

static void
gbox_reward_term_rows_class_init (GboxRewardTermRowsClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_reward_term_rows_get_property;
  object_class->set_property = gbox_reward_term_rows_set_property;
  object_class->constructed = gbox_reward_term_rows_constructed;
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_IS_OPTIONAL] = g_param_spec_boolean ("is-optional", NULL, NULL, FALSE, flags);
  properties[PROP_IS_WEIGHTED]
    = g_param_spec_boolean ("is-weighted", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/reward-term-rows.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxRewardTermRows, kind_row);
  gtk_widget_class_bind_template_child (widget_class, GboxRewardTermRows, argument_row);
  gtk_widget_class_bind_template_child (widget_class, GboxRewardTermRows, weight_row);
  gtk_widget_class_bind_template_child (widget_class, GboxRewardTermRows, weight);
  gtk_widget_class_bind_template_callback (widget_class, on_kind_selected);
  gtk_widget_class_bind_template_callback (widget_class, tell);
}

static void
gbox_reward_term_rows_init (GboxRewardTermRows *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->weight, "value-changed", G_CALLBACK (tell), self, G_CONNECT_SWAPPED);
}

/* The kind whose argument this is, or the one that takes it. */
static guint
find_kind (GboxRewardKind kind, const char *argument)
{
  guint i = 0;

  while (kinds[i].kind != kind
         || (kinds[i].argument_title == NULL && !g_str_equal (kinds[i].argument, argument)))
    i++;
  return i;
}

void
gbox_reward_term_rows_set (GboxRewardTermRows *self, GboxRewardKind kind, double weight, const char *argument)
{
  g_return_if_fail (GBOX_IS_REWARD_TERM_ROWS (self) && kind != GBOX_REWARD_FUNCTION);

  self->is_filling = TRUE;
  adw_combo_row_set_selected (self->kind_row, find_kind (kind, argument) + self->is_optional);
  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->argument_row)), argument))
    gtk_editable_set_text (GTK_EDITABLE (self->argument_row), argument);
  gtk_adjustment_set_value (self->weight, weight);
  self->is_filling = FALSE;
}

void
gbox_reward_term_rows_set_none (GboxRewardTermRows *self)
{
  g_return_if_fail (GBOX_IS_REWARD_TERM_ROWS (self) && self->is_optional);

  self->is_filling = TRUE;
  adw_combo_row_set_selected (self->kind_row, 0);
  self->is_filling = FALSE;
}

void
gbox_reward_term_rows_take (GboxRewardTermRows *self, GboxRewardTermRows *from)
{
  g_return_if_fail (GBOX_IS_REWARD_TERM_ROWS (self) && GBOX_IS_REWARD_TERM_ROWS (from));
  g_return_if_fail (gbox_reward_term_rows_has_term (from));

  gbox_reward_term_rows_set (self, kinds[from->kind].kind, gtk_adjustment_get_value (from->weight),
                             gtk_editable_get_text (GTK_EDITABLE (from->argument_row)));
  gbox_reward_term_rows_set_none (from);
}

gboolean
gbox_reward_term_rows_has_term (GboxRewardTermRows *self)
{
  return self->kind < G_N_ELEMENTS (kinds);
}

double
gbox_reward_term_rows_get_weight (GboxRewardTermRows *self)
{
  return gtk_adjustment_get_value (self->weight);
}

void
gbox_reward_term_rows_append (GboxRewardTermRows *self, GString *text)
{
  g_return_if_fail (GBOX_IS_REWARD_TERM_ROWS (self));

  if (gbox_reward_term_rows_has_term (self))
    gbox_reward_append_term (text, kinds[self->kind].kind,
                             self->is_weighted ? gtk_adjustment_get_value (self->weight) : 1,
                             gtk_editable_get_text (GTK_EDITABLE (self->argument_row)));
}
