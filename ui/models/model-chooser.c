/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drop-down of models. */
#include "models/model-chooser.h"

struct _GboxModelChooser
{
  AdwBin parent_instance;

  GtkDropDown *drop_down;

  GboxModelChoice *choice;
  gboolean is_following; /* the choice leads, not the user */
};

G_DEFINE_FINAL_TYPE (GboxModelChooser, gbox_model_chooser, ADW_TYPE_BIN)

static void
on_selected (GboxModelChooser *self)
{
  GboxModelItem *item = gtk_drop_down_get_selected_item (self->drop_down);

  if (self->choice && item && !self->is_following)
    gbox_model_choice_choose (self->choice, item);
}

static void
gbox_model_chooser_dispose (GObject *object)
{
  GboxModelChooser *self = GBOX_MODEL_CHOOSER (object);

  g_clear_object (&self->choice);
  G_OBJECT_CLASS (gbox_model_chooser_parent_class)->dispose (object);
}

static void
gbox_model_chooser_class_init (GboxModelChooserClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_model_chooser_dispose;
  g_type_ensure (GBOX_TYPE_MODEL_ITEM);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/model-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxModelChooser, drop_down);
  gtk_widget_class_bind_template_callback (widget_class, on_selected);
}

static void
gbox_model_chooser_init (GboxModelChooser *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
follow_model (GboxModelChooser *self)
{
  GListModel *models = gbox_model_choice_get_models (self->choice);
  guint position = GTK_INVALID_LIST_POSITION;

  g_list_store_find (G_LIST_STORE (models), gbox_model_choice_get_model (self->choice), &position);
  self->is_following = TRUE;
  gtk_drop_down_set_selected (self->drop_down, position);
  self->is_following = FALSE;
}

void
gbox_model_chooser_set_choice (GboxModelChooser *self, GboxModelChoice *choice)
{
  g_return_if_fail (GBOX_IS_MODEL_CHOOSER (self) && !self->choice);

  self->is_following = TRUE;
  gtk_drop_down_set_model (self->drop_down, gbox_model_choice_get_models (choice));
  self->choice = g_object_ref (choice);
  g_signal_connect_object (choice, "notify::model", G_CALLBACK (follow_model), self, G_CONNECT_SWAPPED);
  follow_model (self);
}
