/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One photograph as a network sees it: where it excites a unit, what it is taken for and why, which units it
 * excites. */
#include "vision/photo-window.h"

#include "vision/heat-map.h"
#include "vision/photo-look-job.h"
#include "vision/target.h"
#include "vision/thumbnail-cache.h"

#define UNIT_SIDE 40
/* The row of the unit's activation; classes follow. */
#define UNIT_ROW 0

struct _GboxPhotoWindow
{
  AdwWindow parent_instance;

  AdwWindowTitle *title;
  GtkPicture *picture;
  GtkLabel *spot_label;
  GtkListBox *list;
  GtkGrid *units;

  GboxVisionSession *session;
  GboxThumbnailCache *thumbnails;
  GboxPhotoLookSpec *spec;
  GboxNetwork *network; /* at hand when the window was made */
  GSignalGroup *run_signals;
  GboxRun *run;        /* (nullable): of what is looked at now */
  GboxPhotoLook *look; /* (nullable) */
  GboxPhotoWhy *why;   /* (nullable) */
  char *hint;          /* while the pointer is elsewhere */
  gboolean has_failed;
};

G_DEFINE_FINAL_TYPE (GboxPhotoWindow, gbox_photo_window, ADW_TYPE_WINDOW)

static void
set_hint (GboxPhotoWindow *self, const char *hint)
{
  g_free (self->hint);
  self->hint = g_strdup (hint);
  gtk_label_set_label (self->spot_label, hint);
}

/* The photograph, with @values over it if there are any. */
static void
draw (GboxPhotoWindow *self, const float *values, int height, int width)
{
  const gsize n_bytes = 3 * (gsize) self->look->width * (gsize) self->look->height;
  GboxImage image = { .width = self->look->width,
                      .height = self->look->height,
                      .pixels = g_memdup2 (self->look->pixels, n_bytes) };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  if (values != NULL)
    gbox_heat_map_draw (&image, values, height, width);
  bytes = g_bytes_new_take (image.pixels, n_bytes);
  texture
    = gdk_memory_texture_new (image.width, image.height, GDK_MEMORY_R8G8B8, bytes, 3 * (gsize) image.width);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
}

static int
get_selected (GboxPhotoWindow *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);

  return row != NULL ? gtk_list_box_row_get_index (row) : -1;
}

static void
redraw (GboxPhotoWindow *self)
{
  const int selected = get_selected (self);

  if (self->look == NULL)
    return;
  if (selected == UNIT_ROW)
    draw (self, self->look->map, self->look->map_height, self->look->map_width);
  else if (selected > UNIT_ROW && self->why != NULL
           && self->why->class_id == self->look->classes[selected - 1])
    draw (self, self->why->pixels, self->why->height, self->why->width);
  else
    draw (self, NULL, 0, 0);
}

static void
start (GboxPhotoWindow *self, int class_id)
{
  g_object_set (self->spec, "class-id", class_id, NULL);
  g_signal_group_set_target (self->run_signals, NULL);
  g_clear_object (&self->run);
  self->run = gbox_engine_start (gbox_vision_session_get_engine (self->session), GBOX_SPEC (self->spec));
  g_signal_group_set_target (self->run_signals, self->run);
}

static void
on_row_selected (GboxPhotoWindow *self)
{
  const int selected = get_selected (self);

  if (self->look == NULL || selected < 0)
    return;
  if (selected == UNIT_ROW)
    set_hint (self,
              "Orange is where the unit is excited. Point at a spot to see which units are strongest there.");
  else if (self->why == NULL || self->why->class_id != self->look->classes[selected - 1])
    {
      set_hint (self, "Looking for what speaks for the class …");
      start (self, self->look->classes[selected - 1]);
    }
  else
    set_hint (self, "Orange speaks for the class, blue against it (integrated gradients).");
  redraw (self);
}

static void
add_row (GboxPhotoWindow *self, const char *title, const char *subtitle, const char *figure)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *label = gtk_label_new (figure);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_add_css_class (label, "numeric");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  gtk_list_box_append (self->list, row);
}

static void
fill_list (GboxPhotoWindow *self)
{
  const GboxPhotoLookValues *values = gbox_photo_look_spec_get_values (self->spec);
  g_autofree char *unit = g_strdup_printf ("%s · %d", values->layer, values->unit);

  add_row (self, unit, "where it is excited", "");
  for (int i = 0; i < GBOX_PHOTO_LOOK_N_CLASSES; i++)
    {
      const char *label = gbox_network_get_class_label (self->network, self->look->classes[i]);
      g_autofree char *figure = g_strdup_printf ("%.1f %%", 100.0 * self->look->probabilities[i]);

      add_row (self, label != NULL ? label : "class", "what speaks for it", figure);
    }
  gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, UNIT_ROW));
}

static void
on_unit_clicked (GboxPhotoWindow *self, GtkWidget *button)
{
  const char *target = g_object_get_data (G_OBJECT (button), "target");

  gbox_vision_session_visualize_text (self->session, target, NULL);
  gtk_window_close (GTK_WINDOW (self));
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkPicture) picture = user_data;
  g_autoptr (GdkTexture) texture
    = gbox_thumbnail_cache_lookup_finish (GBOX_THUMBNAIL_CACHE (source), result, NULL);

  if (texture != NULL)
    gtk_picture_set_paintable (picture, GDK_PAINTABLE (texture));
}

static GtkWidget *
make_unit (GboxPhotoWindow *self, const char *layer, int unit, double mean)
{
  const char *model = gbox_photo_look_spec_get_values (self->spec)->model;
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  GtkWidget *picture = gtk_picture_new ();
  g_autofree char *number = g_strdup_printf ("%d", unit);
  GtkWidget *caption = gtk_label_new (number);
  g_autofree char *key = g_strdup_printf ("%s/%s/%d/channel", model, layer, unit);
  g_autofree char *tooltip
    = g_strdup_printf ("%s · %d: %.3g on the mean. See what excites it.", layer, unit, mean);

  gtk_widget_set_size_request (picture, UNIT_SIDE, UNIT_SIDE);
  gtk_widget_set_overflow (picture, GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (picture, "example-picture");
  gtk_widget_add_css_class (caption, "caption");
  gtk_widget_add_css_class (caption, "numeric");
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), caption);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "example-button");
  gtk_widget_set_tooltip_text (button, tooltip);
  g_object_set_data_full (G_OBJECT (button), "target", g_strdup_printf ("%s/%d", layer, unit), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_unit_clicked), self, G_CONNECT_SWAPPED);
  gbox_thumbnail_cache_lookup_async (self->thumbnails, key, NULL, on_looked_up, g_object_ref (picture));
  return button;
}

/* A row a layer, the deepest first: what is most like a thing comes first. */
static void
fill_units (GboxPhotoWindow *self)
{
  for (guint i = 0; i < self->look->n_layers; i++)
    {
      const GboxPhotoLookUnits *units = &self->look->layers[self->look->n_layers - 1 - i];
      const char *name = gbox_network_get_layer (self->network, units->layer)->name;
      GtkWidget *label = gtk_label_new (name);

      gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
      gtk_widget_set_hexpand (label, TRUE);
      gtk_grid_attach (self->units, label, 0, (int) i, 1, 1);
      for (int k = 0; k < GBOX_PHOTO_LOOK_N_UNITS; k++)
        if (units->units[k] >= 0)
          gtk_grid_attach (self->units, make_unit (self, name, units->units[k], units->means[k]), 1 + k,
                           (int) i, 1, 1);
    }
}

static void
on_record (GboxPhotoWindow *self, GType type, gconstpointer record)
{
  if (type == GBOX_TYPE_PHOTO_LOOK && self->look == NULL)
    {
      self->look = gbox_photo_look_copy (record);
      fill_list (self);
      fill_units (self);
    }
  else if (type == GBOX_TYPE_PHOTO_WHY)
    {
      g_clear_pointer (&self->why, gbox_photo_why_free);
      self->why = gbox_photo_why_copy (record);
      on_row_selected (self);
    }
}

static void
on_state (GboxPhotoWindow *self)
{
  const GError *error = self->run != NULL ? gbox_run_get_error (self->run) : NULL;

  if (error == NULL)
    return;
  self->has_failed = TRUE;
  set_hint (self, error->message);
}

/* Which part of the map the pointer is over; the picture is drawn in the middle, with its aspect kept. */
static void
on_motion (GboxPhotoWindow *self, double x, double y)
{
  const double width = gtk_widget_get_width (GTK_WIDGET (self->picture));
  const double height = gtk_widget_get_height (GTK_WIDGET (self->picture));
  g_autoptr (GString) text = g_string_new (NULL);
  double zoom, u, v;
  gsize position;

  if (self->look == NULL || get_selected (self) != UNIT_ROW)
    return;
  zoom = MIN (width / self->look->width, height / self->look->height);
  u = (x - (width - zoom * self->look->width) / 2.0) / (zoom * self->look->width);
  v = (y - (height - zoom * self->look->height) / 2.0) / (zoom * self->look->height);
  if (u < 0.0 || u >= 1.0 || v < 0.0 || v >= 1.0)
    return;
  position = (gsize) (v * self->look->map_height) * (gsize) self->look->map_width
             + (gsize) (u * self->look->map_width);
  g_string_printf (text, "Here %.3g. Strongest in %s:", (double) self->look->map[position],
                   gbox_photo_look_spec_get_values (self->spec)->layer);
  for (gsize k = position * GBOX_PHOTO_LOOK_N_UNITS; k < (position + 1) * GBOX_PHOTO_LOOK_N_UNITS; k++)
    if (self->look->spot_units[k] >= 0)
      g_string_append_printf (text, "  %d (%.3g)", self->look->spot_units[k],
                              (double) self->look->spot_values[k]);
  gtk_label_set_label (self->spot_label, text->str);
}

static void
on_leave (GboxPhotoWindow *self)
{
  gtk_label_set_label (self->spot_label, self->hint);
}

static void
gbox_photo_window_dispose (GObject *object)
{
  GboxPhotoWindow *self = GBOX_PHOTO_WINDOW (object);

  g_clear_object (&self->run_signals);
  g_clear_object (&self->run);
  g_clear_object (&self->spec);
  g_clear_object (&self->thumbnails);
  g_clear_object (&self->session);
  g_clear_pointer (&self->network, gbox_network_unref);
  g_clear_pointer (&self->look, gbox_photo_look_free);
  g_clear_pointer (&self->why, gbox_photo_why_free);
  g_clear_pointer (&self->hint, g_free);
  G_OBJECT_CLASS (gbox_photo_window_parent_class)->dispose (object);
}

static void
gbox_photo_window_class_init (GboxPhotoWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_photo_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/photo-window.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, title);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, picture);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, spot_label);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, list);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, units);
  gtk_widget_class_bind_template_callback (widget_class, on_motion);
  gtk_widget_class_bind_template_callback (widget_class, on_leave);
  gtk_widget_class_bind_template_callback (widget_class, on_row_selected);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
gbox_photo_window_init (GboxPhotoWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->thumbnails = gbox_thumbnail_cache_new (NULL, GBOX_THUMBNAIL_CACHE_MAX_BYTES);
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "record", G_CALLBACK (on_record), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_state), self);
}

GtkWidget *
gbox_photo_window_new (GtkWindow *parent, GboxVisionSession *session, const char *path, int side)
{
  const GboxVisualizationValues *values
    = gbox_visualization_spec_get_values (gbox_vision_session_get_spec (session));
  g_autofree char *name = g_filename_display_basename (path);
  GboxPhotoWindow *self = g_object_new (GBOX_TYPE_PHOTO_WINDOW, "transient-for", parent, "title", name, NULL);

  self->session = g_object_ref (session);
  self->network = gbox_network_ref (gbox_vision_session_get_network (session));
  adw_window_title_set_title (self->title, name);
  adw_window_title_set_subtitle (self->title, gbox_network_get_title (self->network));
  self->spec = gbox_photo_look_spec_new ();
  g_object_set (self->spec, "model", values->model, "path", path, "side",
                CLAMP (side, GBOX_NETWORK_MIN_SIZE, GBOX_NETWORK_MAX_SIZE), "layer", values->layer, "unit",
                values->unit, NULL);
  set_hint (self, "Looking at the photo …");
  start (self, -1);
  return GTK_WIDGET (self);
}

gboolean
gbox_photo_window_is_ready (GboxPhotoWindow *self)
{
  return self->look != NULL || self->has_failed;
}

void
gbox_photo_window_show (GboxPhotoWindow *self, guint i)
{
  gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, (int) i));
}
