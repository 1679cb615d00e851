/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The classes of a network by name and number, with search. */
#include "widgets/class-list.h"

#include "widgets/choice.h"

struct _GboxClassList
{
  GtkWidget parent_instance;
  GboxChoice *choice;
  GtkWidget *scrolled;
};

enum
{
  PROP_SELECTED = 1,
  PROP_FILTER_TEXT,
  PROP_N_VISIBLE,
  N_PROPS
};

enum
{
  SIGNAL_CLASS_ACTIVATED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxClassList, gbox_class_list, GTK_TYPE_WIDGET)

static void
on_setup (GboxClassList *self, GtkListItem *list_item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *name = gtk_label_new (NULL);
  GtkWidget *id = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (id, "caption");
  gtk_widget_add_css_class (id, "numeric");
  gtk_widget_add_css_class (id, "secondary");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), id);
  gtk_list_item_set_child (list_item, box);
  gbox_choice_watch_clicks (self->choice, list_item);
}

static void
on_bind (GboxClassList *self, GtkListItem *list_item)
{
  GboxUnitItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *name = gtk_widget_get_first_child (gtk_list_item_get_child (list_item));
  GtkWidget *id = gtk_widget_get_next_sibling (name);
  g_autofree char *number = g_strdup_printf ("%d", gbox_unit_item_get_unit (item));

  gtk_label_set_text (GTK_LABEL (name), gbox_unit_item_get_label (item));
  gtk_widget_set_tooltip_text (name, gbox_unit_item_get_label (item));
  gtk_label_set_text (GTK_LABEL (id), number);
}

static void
on_activated (GboxClassList *self, int id)
{
  g_signal_emit (self, signals[SIGNAL_CLASS_ACTIVATED], 0, id);
}

static void
on_notify (GboxClassList *self, GParamSpec *pspec)
{
  g_object_notify (G_OBJECT (self), pspec->name);
}

static void
gbox_class_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_object_get_property (G_OBJECT (GBOX_CLASS_LIST (object)->choice), pspec->name, value);
}

static void
gbox_class_list_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxClassList *self = GBOX_CLASS_LIST (object);

  if (id == PROP_SELECTED)
    gbox_class_list_set_selected (self, g_value_get_int (value));
  else
    gbox_class_list_set_filter_text (self, g_value_get_string (value));
}

static void
gbox_class_list_dispose (GObject *object)
{
  GboxClassList *self = GBOX_CLASS_LIST (object);

  g_signal_handlers_disconnect_by_data (self->choice, self);
  g_clear_pointer (&self->scrolled, gtk_widget_unparent);
  G_OBJECT_CLASS (gbox_class_list_parent_class)->dispose (object);
}

static void
gbox_class_list_finalize (GObject *object)
{
  g_object_unref (GBOX_CLASS_LIST (object)->choice);
  G_OBJECT_CLASS (gbox_class_list_parent_class)->finalize (object);
}

static void
gbox_class_list_class_init (GboxClassListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_class_list_get_property;
  object_class->set_property = gbox_class_list_set_property;
  object_class->dispose = gbox_class_list_dispose;
  object_class->finalize = gbox_class_list_finalize;

  properties[PROP_SELECTED] = g_param_spec_int ("selected", NULL, NULL, -1, G_MAXINT, -1, flags);
  properties[PROP_FILTER_TEXT] = g_param_spec_string ("filter-text", NULL, NULL, "", flags);
  properties[PROP_N_VISIBLE]
    = g_param_spec_uint ("n-visible", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_CLASS_ACTIVATED]
    = g_signal_new ("class-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_INT);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
gbox_class_list_init (GboxClassList *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSelectionModel *model;
  GtkWidget *view;

  /* Its rows expand; the pane it stands in shall not. */
  gtk_widget_set_hexpand (GTK_WIDGET (self), FALSE);
  self->choice = gbox_choice_new ();
  g_signal_connect_swapped (self->choice, "activated", G_CALLBACK (on_activated), self);
  g_signal_connect_swapped (self->choice, "notify", G_CALLBACK (on_notify), self);
  g_signal_connect_object (factory, "setup", G_CALLBACK (on_setup), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_bind), self, G_CONNECT_SWAPPED);

  model = g_object_ref (gbox_choice_get_model (self->choice));
  view = gtk_list_view_new (model, factory);
  gtk_widget_add_css_class (view, "class-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, "Classes", -1);
  gbox_choice_set_view (self->choice, view);

  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), view);
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
}

GtkWidget *
gbox_class_list_new (void)
{
  return g_object_new (GBOX_TYPE_CLASS_LIST, NULL);
}

void
gbox_class_list_set_labels (GboxClassList *self, const char *const *labels)
{
  g_return_if_fail (GBOX_IS_CLASS_LIST (self));
  gbox_choice_set_items (self->choice, labels != NULL ? g_strv_length ((char **) labels) : 0, labels);
}

void
gbox_class_list_set_selected (GboxClassList *self, int id)
{
  g_return_if_fail (GBOX_IS_CLASS_LIST (self));
  if (gbox_choice_get_selected (self->choice) == id)
    return; /* what the user clicked stays under the pointer */
  gbox_choice_set_selected (self->choice, id);
  gbox_choice_scroll (self->choice, id);
}

int
gbox_class_list_get_selected (GboxClassList *self)
{
  g_return_val_if_fail (GBOX_IS_CLASS_LIST (self), -1);
  return gbox_choice_get_selected (self->choice);
}

void
gbox_class_list_set_filter_text (GboxClassList *self, const char *text)
{
  g_return_if_fail (GBOX_IS_CLASS_LIST (self));
  gbox_choice_set_filter_text (self->choice, text);
}

const char *
gbox_class_list_get_filter_text (GboxClassList *self)
{
  g_return_val_if_fail (GBOX_IS_CLASS_LIST (self), NULL);
  return gbox_choice_get_filter_text (self->choice);
}

guint
gbox_class_list_get_n_visible (GboxClassList *self)
{
  g_return_val_if_fail (GBOX_IS_CLASS_LIST (self), 0);
  return gbox_choice_get_n_visible (self->choice);
}

gboolean
gbox_class_list_step (GboxClassList *self, int delta)
{
  g_return_val_if_fail (GBOX_IS_CLASS_LIST (self), FALSE);
  if (!gbox_choice_step (self->choice, delta))
    return FALSE;
  gbox_choice_scroll (self->choice, gbox_choice_get_selected (self->choice));
  return TRUE;
}
