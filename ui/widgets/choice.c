/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a searchable list of numbered items has in common: a filter, one chosen item, and who chose it. */
#include "widgets/choice.h"

#include "widgets/list-scroll.h"

struct _GboxChoice
{
  GObject parent_instance;
  GListStore *items;
  GtkCustomFilter *filter;
  GtkFilterListModel *filtered;
  GtkSingleSelection *selection;
  int selected;
  char *filter_text;
  char *folded_text;  /* filter_text without case */
  gboolean by_number; /* filter_text is digits */
  int pressed;        /* the unit selected when the pointer went down */
  GtkWidget *view;    /* nullable, weak */
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
  SIGNAL_ACTIVATED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GboxChoice, gbox_choice, G_TYPE_OBJECT)

static gboolean
matches (gpointer object, gpointer user_data)
{
  GboxChoice *self = user_data;
  g_autofree char *text = NULL;

  if (self->filter_text[0] == '\0')
    return TRUE;
  if (self->by_number)
    {
      text = g_strdup_printf ("%d", gbox_unit_item_get_unit (object));
      return g_str_has_prefix (text, self->filter_text);
    }
  text = g_utf8_casefold (gbox_unit_item_get_label (object), -1);
  return strstr (text, self->folded_text) != NULL;
}

/* Puts the chosen unit back in the model's selection after the filter let it through again. */
static void
restore_selection (GboxChoice *self)
{
  int position = gbox_choice_find_position (self, self->selected);

  gtk_single_selection_set_selected (self->selection,
                                     position >= 0 ? (guint) position : GTK_INVALID_LIST_POSITION);
}

static void
on_selected_item (GboxChoice *self)
{
  GboxUnitItem *item = gtk_single_selection_get_selected_item (self->selection);

  if (item == NULL || gbox_unit_item_get_unit (item) == self->selected)
    return;
  self->selected = gbox_unit_item_get_unit (item);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
  g_signal_emit (self, signals[SIGNAL_ACTIVATED], 0, self->selected);
}

static void
on_items_changed (GboxChoice *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_VISIBLE]);
}

static void
gbox_choice_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxChoice *self = GBOX_CHOICE (object);

  switch (id)
    {
    case PROP_SELECTED:
      g_value_set_int (value, self->selected);
      break;
    case PROP_FILTER_TEXT:
      g_value_set_string (value, self->filter_text);
      break;
    case PROP_N_VISIBLE:
      g_value_set_uint (value, gbox_choice_get_n_visible (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_choice_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxChoice *self = GBOX_CHOICE (object);

  if (id == PROP_SELECTED)
    gbox_choice_set_selected (self, g_value_get_int (value));
  else if (id == PROP_FILTER_TEXT)
    gbox_choice_set_filter_text (self, g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gbox_choice_finalize (GObject *object)
{
  GboxChoice *self = GBOX_CHOICE (object);

  g_clear_weak_pointer (&self->view);
  /* A list widget may hold the models longer. */
  gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  g_signal_handlers_disconnect_by_data (self->selection, self);
  g_signal_handlers_disconnect_by_data (self->filtered, self);
  g_object_unref (self->selection);
  g_object_unref (self->filtered);
  g_object_unref (self->filter);
  g_object_unref (self->items);
  g_free (self->filter_text);
  g_free (self->folded_text);
  G_OBJECT_CLASS (gbox_choice_parent_class)->finalize (object);
}

static void
gbox_choice_class_init (GboxChoiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gbox_choice_get_property;
  object_class->set_property = gbox_choice_set_property;
  object_class->finalize = gbox_choice_finalize;

  properties[PROP_SELECTED] = g_param_spec_int ("selected", NULL, NULL, -1, G_MAXINT, -1, flags);
  properties[PROP_FILTER_TEXT] = g_param_spec_string ("filter-text", NULL, NULL, "", flags);
  properties[PROP_N_VISIBLE]
    = g_param_spec_uint ("n-visible", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                            NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
gbox_choice_init (GboxChoice *self)
{
  self->selected = -1;
  self->pressed = -1;
  self->filter_text = g_strdup ("");
  self->folded_text = g_strdup ("");
  self->items = g_list_store_new (GBOX_TYPE_UNIT_ITEM);
  self->filter = gtk_custom_filter_new (matches, self, NULL);
  self->filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->items)),
                                              g_object_ref (GTK_FILTER (self->filter)));
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->filtered));
  g_signal_connect_swapped (self->selection, "notify::selected-item", G_CALLBACK (on_selected_item), self);
  g_signal_connect_swapped (self->filtered, "items-changed", G_CALLBACK (on_items_changed), self);
}

GboxChoice *
gbox_choice_new (void)
{
  return g_object_new (GBOX_TYPE_CHOICE, NULL);
}

void
gbox_choice_set_items (GboxChoice *self, guint n, const char *const *labels)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_if_fail (GBOX_IS_CHOICE (self));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *number = labels == NULL ? g_strdup_printf ("%u", i) : NULL;

      g_ptr_array_add (items, gbox_unit_item_new (i, labels != NULL ? labels[i] : number));
    }
  gbox_choice_set_selected (self, -1);
  if (self->view != NULL)
    gbox_list_scroll_cancel (self->view);
  g_list_store_splice (self->items, 0, gbox_choice_get_n_items (self), items->pdata, n);
}

guint
gbox_choice_get_n_items (GboxChoice *self)
{
  g_return_val_if_fail (GBOX_IS_CHOICE (self), 0);
  return g_list_model_get_n_items (G_LIST_MODEL (self->items));
}

GboxUnitItem *
gbox_choice_get_item (GboxChoice *self, int unit)
{
  g_autoptr (GboxUnitItem) item = NULL;

  g_return_val_if_fail (GBOX_IS_CHOICE (self), NULL);
  if (unit >= 0)
    item = g_list_model_get_item (G_LIST_MODEL (self->items), unit);
  return item; /* the store holds it */
}

GtkSelectionModel *
gbox_choice_get_model (GboxChoice *self)
{
  g_return_val_if_fail (GBOX_IS_CHOICE (self), NULL);
  return GTK_SELECTION_MODEL (self->selection);
}

int
gbox_choice_find_position (GboxChoice *self, int unit)
{
  guint low = 0, high;

  g_return_val_if_fail (GBOX_IS_CHOICE (self), -1);
  high = gbox_choice_get_n_visible (self);
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      g_autoptr (GboxUnitItem) item = g_list_model_get_item (G_LIST_MODEL (self->filtered), middle);

      if (gbox_unit_item_get_unit (item) == unit)
        return middle;
      if (gbox_unit_item_get_unit (item) < unit)
        low = middle + 1;
      else
        high = middle;
    }
  return -1;
}

void
gbox_choice_set_selected (GboxChoice *self, int unit)
{
  g_return_if_fail (GBOX_IS_CHOICE (self));
  if (gbox_choice_get_item (self, unit) == NULL)
    unit = -1;
  if (self->selected == unit)
    return;
  self->selected = unit;
  restore_selection (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}

int
gbox_choice_get_selected (GboxChoice *self)
{
  g_return_val_if_fail (GBOX_IS_CHOICE (self), -1);
  return self->selected;
}

void
gbox_choice_set_filter_text (GboxChoice *self, const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text != NULL ? text : ""));

  g_return_if_fail (GBOX_IS_CHOICE (self));
  if (strcmp (stripped, self->filter_text) == 0)
    return;
  g_free (self->folded_text);
  g_free (self->filter_text);
  self->folded_text = g_utf8_casefold (stripped, -1);
  self->filter_text = g_steal_pointer (&stripped);
  self->by_number = self->filter_text[strspn (self->filter_text, "0123456789")] == '\0';
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  restore_selection (self);
  if (self->view != NULL)
    gbox_list_scroll_cancel (self->view); /* positions have changed */
  if (self->filter_text[0] == '\0')
    gbox_choice_scroll (self, self->selected);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FILTER_TEXT]);
}

const char *
gbox_choice_get_filter_text (GboxChoice *self)
{
  g_return_val_if_fail (GBOX_IS_CHOICE (self), NULL);
  return self->filter_text;
}

guint
gbox_choice_get_n_visible (GboxChoice *self)
{
  g_return_val_if_fail (GBOX_IS_CHOICE (self), 0);
  return g_list_model_get_n_items (G_LIST_MODEL (self->filtered));
}

void
gbox_choice_activate_position (GboxChoice *self, guint position)
{
  g_autoptr (GboxUnitItem) item = NULL;

  g_return_if_fail (GBOX_IS_CHOICE (self));
  item = g_list_model_get_item (G_LIST_MODEL (self->filtered), position);
  if (item == NULL)
    return;
  if (gbox_unit_item_get_unit (item) == self->selected)
    g_signal_emit (self, signals[SIGNAL_ACTIVATED], 0, self->selected);
  else
    gtk_single_selection_set_selected (self->selection, position);
}

gboolean
gbox_choice_step (GboxChoice *self, int delta)
{
  int position, next, n;

  g_return_val_if_fail (GBOX_IS_CHOICE (self), FALSE);
  n = (int) gbox_choice_get_n_visible (self);
  position = gbox_choice_find_position (self, self->selected);
  if (n == 0)
    return FALSE;
  if (position < 0)
    next = delta > 0 ? 0 : n - 1;
  else
    next = CLAMP (position + delta, 0, n - 1);
  if (next == position)
    return FALSE;
  gbox_choice_activate_position (self, next);
  return TRUE;
}

static void
on_pressed (GtkGestureClick *click, int n_press, double x, double y, GtkListItem *list_item)
{
  GboxChoice *self = g_object_get_data (G_OBJECT (list_item), "gbox-choice");

  self->pressed = self->selected;
  /* The first press has done it; the list would activate once more. */
  if (n_press > 1)
    gtk_gesture_set_state (GTK_GESTURE (click), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
on_released (GtkGestureClick *click, int n_press, double x, double y, GtkListItem *list_item)
{
  GboxChoice *self = g_object_get_data (G_OBJECT (list_item), "gbox-choice");
  GboxUnitItem *item = gtk_list_item_get_item (list_item);

  if (n_press == 1 && item != NULL && gbox_unit_item_get_unit (item) == self->pressed)
    gbox_choice_activate_position (self, gtk_list_item_get_position (list_item));
}

void
gbox_choice_watch_clicks (GboxChoice *self, GtkListItem *list_item)
{
  GtkGesture *click = gtk_gesture_click_new ();

  g_return_if_fail (GBOX_IS_CHOICE (self));
  g_object_set_data_full (G_OBJECT (list_item), "gbox-choice", g_object_ref (self), g_object_unref);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), list_item);
  g_signal_connect (click, "released", G_CALLBACK (on_released), list_item);
  gtk_widget_add_controller (gtk_list_item_get_child (list_item), GTK_EVENT_CONTROLLER (click));
}

void
gbox_choice_scroll (GboxChoice *self, int unit)
{
  int position;

  g_return_if_fail (GBOX_IS_CHOICE (self));
  position = gbox_choice_find_position (self, unit);
  if (self->view != NULL && position >= 0)
    gbox_list_scroll_to (self->view, position);
}

void
gbox_choice_set_view (GboxChoice *self, GtkWidget *view)
{
  g_return_if_fail (GBOX_IS_CHOICE (self));
  g_set_weak_pointer (&self->view, view);
  g_signal_connect_object (view, "activate", G_CALLBACK (gbox_choice_activate_position), self,
                           G_CONNECT_SWAPPED);
}
