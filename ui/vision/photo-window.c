/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One photograph as a network sees it: where it excites a unit, what it is taken for and why, which units it
 * excites. */
#include "vision/photo-window.h"

#include "vision/heat-map.h"
#include "vision/photo-look-job.h"
#include "vision/photo-units.h"
#include "widgets/axis.h"
#include "widgets/palette.h"

#include <gdk/gdkkeysyms.h>

#define MIN_HEIGHT 600
/* Of the ring around a spot that is kept, in pixels. */
#define RING_RADIUS 9.0
#define RING_WIDTH  2.5
/* The row of the unit's activation; classes follow. */
#define UNIT_ROW 0

struct _GboxPhotoWindow
{
  AdwWindow parent_instance;

  AdwWindowTitle *title;
  GtkWidget *start_button;
  GtkStack *stack;
  AdwStatusPage *problem_page;
  GtkPicture *picture;
  GtkLabel *spot_label;
  GtkListBox *list;
  GtkWidget *method_box;
  GtkToggleButton *integrated_button;
  GtkProgressBar *progress_bar;
  GtkDrawingArea *ring;
  GtkLabel *units_label;
  GboxPhotoUnits *units;

  GboxVisionSession *session;
  GboxPhotoLookSpec *spec;
  GboxNetwork *network; /* at hand when the window was made */
  GSignalGroup *run_signals;
  GboxRun *run;        /* (nullable): of what is looked at now */
  GboxPhotoLook *look; /* (nullable) */
  GPtrArray *whys;     /* of GboxPhotoWhy: what is known already */
  char *hint;          /* while the pointer is elsewhere */
  gboolean has_failed;
  gboolean keeps_spot;
  gboolean points_by_key; /* whether the spot is where keys have moved it */
  double pointer_x, pointer_y;
  double spot_x, spot_y; /* of the photograph, 0 … 1 */
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

static GboxAttributionMethod
get_method (GboxPhotoWindow *self)
{
  return gtk_toggle_button_get_active (self->integrated_button) ? GBOX_ATTRIBUTION_INTEGRATED
                                                                : GBOX_ATTRIBUTION_GRADIENT;
}

/* (nullable): what speaks for the selected class. */
static const GboxPhotoWhy *
find_why (GboxPhotoWindow *self)
{
  const int selected = get_selected (self);

  for (guint i = 0; i < self->whys->len && selected > UNIT_ROW; i++)
    {
      const GboxPhotoWhy *why = g_ptr_array_index (self->whys, i);

      if (why->class_id == self->look->classes[selected - 1] && why->method == get_method (self))
        return why;
    }
  return NULL;
}

/* The strongest units over all of the photograph. */
static void
show_whole (GboxPhotoWindow *self)
{
  gtk_label_set_label (self->units_label, "What it excites most");
  for (guint i = 0; i < self->look->n_layers; i++)
    gbox_photo_units_show (self->units, i, &self->look->layers[i].whole, "on the mean");
}

/* The channels that add most to a class. */
static void
show_reasons (GboxPhotoWindow *self, const GboxPhotoWhy *why)
{
  g_autofree char *text = g_strdup_printf ("What speaks most for %s",
                                           gbox_network_get_class_label (self->network, why->class_id));

  gtk_label_set_label (self->units_label, text);
  for (guint i = 0; i < self->look->n_layers; i++)
    gbox_photo_units_show (self->units, i, i < why->n_layers ? &why->layers[i] : NULL,
                           "of the class's logit");
}

/* The strongest units of all layers at the spot. */
static void
show_spot (GboxPhotoWindow *self)
{
  const GboxPhotoLook *look = self->look;
  const GboxPhotoLookValues *values = gbox_photo_look_spec_get_values (self->spec);
  const int row = (int) (self->spot_y * look->map_height), column = (int) (self->spot_x * look->map_width);
  g_autofree char *value = gbox_axis_format_value ((double) look->map[row * look->map_width + column]);
  g_autofree char *here
    = g_strdup_printf ("Row %d, column %d: %s · %d is %s.", row, column, values->layer, values->unit, value);
  g_autofree char *text = g_strdup_printf ("%s %s %s", here, self->points_by_key ? "Return" : "Click",
                                           self->keeps_spot ? "lets the spot go." : "keeps the spot.");

  gtk_label_set_label (self->spot_label, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, here,
                                  -1);
  gtk_label_set_label (self->units_label, "Strongest at this spot");
  for (guint i = 0; i < look->n_layers; i++)
    {
      const GboxPhotoLookLayer *layer = &look->layers[i];
      const int y = (int) (self->spot_y * layer->height), x = (int) (self->spot_x * layer->width);

      gbox_photo_units_show (self->units, i, &layer->spots[y * layer->width + x], "at this spot");
    }
}

static void
redraw (GboxPhotoWindow *self)
{
  const GboxPhotoWhy *why = self->look != NULL ? find_why (self) : NULL;

  if (self->look == NULL)
    return;
  if (get_selected (self) == UNIT_ROW)
    draw (self, self->look->map, self->look->map_height, self->look->map_width);
  else if (why != NULL)
    draw (self, why->pixels, why->height, why->width);
  else
    draw (self, NULL, 0, 0);
  gtk_widget_queue_draw (GTK_WIDGET (self->ring));
  if (why != NULL)
    show_reasons (self, why);
  else if (self->keeps_spot)
    show_spot (self);
  else
    show_whole (self);
}

static void
follow_progress (GboxPhotoWindow *self)
{
  const guint n_steps = gbox_run_get_n_steps (self->run);

  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), !gbox_run_is_final (self->run));
  if (n_steps > 0)
    gtk_progress_bar_set_fraction (self->progress_bar, (double) gbox_run_get_step (self->run) / n_steps);
  else
    gtk_progress_bar_pulse (self->progress_bar);
}

static void
start (GboxPhotoWindow *self, int class_id)
{
  g_object_set (self->spec, "class-id", class_id, "method", get_method (self), NULL);
  g_signal_group_set_target (self->run_signals, NULL);
  g_clear_object (&self->run);
  self->run = gbox_engine_start (gbox_vision_session_get_engine (self->session), GBOX_SPEC (self->spec));
  g_signal_group_set_target (self->run_signals, self->run);
  follow_progress (self);
}

static void
follow_selection (GboxPhotoWindow *self)
{
  const int selected = get_selected (self);

  if (self->look == NULL || selected < 0)
    return;
  self->keeps_spot = FALSE;
  self->points_by_key = FALSE;
  gtk_widget_set_visible (self->method_box, selected > UNIT_ROW);
  if (selected == UNIT_ROW)
    set_hint (self, "Orange is where the unit is excited. Point at a spot, or move one with the arrow keys, "
                    "to see which units of each layer are strongest there.");
  else if (find_why (self) == NULL)
    {
      set_hint (self, "Looking for what speaks for the class …");
      start (self, self->look->classes[selected - 1]);
    }
  else if (get_method (self) == GBOX_ATTRIBUTION_INTEGRATED)
    set_hint (self, "Orange speaks for the class, blue against it: on the way from grey to the photo.");
  else
    set_hint (self, "Orange speaks for the class, blue against it: gradient × what is there.");
  redraw (self);
}

static void
add_row (GboxPhotoWindow *self, const char *title, const char *figure)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *name = gtk_label_new (title);
  GtkWidget *label = gtk_label_new (figure);

  gtk_label_set_xalign (GTK_LABEL (name), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_add_css_class (box, "photo-row");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_append (self->list, box);
}

static void
fill_list (GboxPhotoWindow *self)
{
  const GboxPhotoLookValues *values = gbox_photo_look_spec_get_values (self->spec);
  g_autofree char *unit = g_strdup_printf ("Where %s · %d is excited", values->layer, values->unit);

  add_row (self, unit, "");
  for (int i = 0; i < GBOX_PHOTO_LOOK_N_CLASSES; i++)
    {
      const char *label = gbox_network_get_class_label (self->network, self->look->classes[i]);
      g_autofree char *title = g_strdup_printf ("What speaks for %s", label != NULL ? label : "the class");
      g_autofree char *figure = g_strdup_printf ("%.1f %%", 100.0 * self->look->probabilities[i]);

      add_row (self, title, figure);
    }
  gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, UNIT_ROW));
}

static void
on_unit_chosen (GboxPhotoWindow *self, const char *target)
{
  gbox_vision_session_visualize_text (self->session, target, NULL);
  gtk_window_close (GTK_WINDOW (self));
}

static void
on_start_clicked (GboxPhotoWindow *self)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  if (parent != NULL)
    gtk_widget_activate_action (GTK_WIDGET (parent), "win.start-from", "s",
                                gbox_photo_look_spec_get_values (self->spec)->path);
  gtk_window_close (GTK_WINDOW (self));
}

static void
on_record (GboxPhotoWindow *self, GType type, gconstpointer record)
{
  if (type == GBOX_TYPE_PHOTO_LOOK)
    {
      self->look = gbox_photo_look_copy (record);
      gtk_widget_set_sensitive (self->start_button, TRUE);
      fill_list (self);
    }
  else if (type == GBOX_TYPE_PHOTO_WHY)
    {
      g_ptr_array_add (self->whys, gbox_photo_why_copy (record));
      if (get_selected (self) > UNIT_ROW)
        follow_selection (self);
    }
}

static void
on_state (GboxPhotoWindow *self)
{
  const GError *error = gbox_run_get_error (self->run);
  g_autofree char *markup = NULL;

  follow_progress (self);
  if (error == NULL)
    return;
  self->has_failed = TRUE;
  set_hint (self, error->message);
  if (self->look != NULL)
    return;
  markup = g_markup_escape_text (error->message, -1);
  adw_status_page_set_description (self->problem_page, markup);
  gtk_stack_set_visible_child_name (self->stack, "problem");
}

/* Where the photograph is drawn: in the middle, with its aspect kept. */
static void
get_photo_area (GboxPhotoWindow *self, double *left, double *top, double *width, double *height)
{
  const double available_width = gtk_widget_get_width (GTK_WIDGET (self->picture));
  const double available_height = gtk_widget_get_height (GTK_WIDGET (self->picture));
  const double zoom = MIN (available_width / self->look->width, available_height / self->look->height);

  *width = zoom * self->look->width;
  *height = zoom * self->look->height;
  *left = (available_width - *width) / 2.0;
  *top = (available_height - *height) / 2.0;
}

/* Whether spots can be looked at. */
static gboolean
has_spots (GboxPhotoWindow *self)
{
  return self->look != NULL && get_selected (self) == UNIT_ROW;
}

/* Returns: whether it is on the photograph, and spots can be looked at. */
static gboolean
move_spot (GboxPhotoWindow *self, double x, double y)
{
  double left, top, width, height;

  if (!has_spots (self))
    return FALSE;
  get_photo_area (self, &left, &top, &width, &height);
  if (x < left || x >= left + width || y < top || y >= top + height)
    return FALSE;
  self->spot_x = (x - left) / width;
  self->spot_y = (y - top) / height;
  self->points_by_key = FALSE;
  return TRUE;
}

/* By positions of the unit's map. */
static void
step_spot (GboxPhotoWindow *self, int columns, int rows)
{
  const int width = self->look->map_width, height = self->look->map_height;
  const int x = (int) (self->spot_x * width) + columns, y = (int) (self->spot_y * height) + rows;

  self->spot_x = (CLAMP (x, 0, width - 1) + 0.5) / width;
  self->spot_y = (CLAMP (y, 0, height - 1) + 0.5) / height;
  self->points_by_key = TRUE;
  show_spot (self);
  gtk_widget_queue_draw (GTK_WIDGET (self->ring));
}

/* Keeps the spot, so that its units can be reached, or lets it go. */
static void
toggle_spot (GboxPhotoWindow *self)
{
  self->keeps_spot = !self->keeps_spot;
  show_spot (self);
  gtk_widget_queue_draw (GTK_WIDGET (self->ring));
}

static gboolean
on_key_pressed (GboxPhotoWindow *self, guint key, guint code, GdkModifierType state)
{
  static const struct
  {
    guint key, keypad_key;
    int columns, rows;
  } steps[] = {
    { GDK_KEY_Left, GDK_KEY_KP_Left, -1, 0 },
    { GDK_KEY_Right, GDK_KEY_KP_Right, 1, 0 },
    { GDK_KEY_Up, GDK_KEY_KP_Up, 0, -1 },
    { GDK_KEY_Down, GDK_KEY_KP_Down, 0, 1 },
  };

  if (!has_spots (self))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (key == steps[i].key || key == steps[i].keypad_key)
      {
        step_spot (self, steps[i].columns, steps[i].rows);
        return TRUE;
      }
  if (key != GDK_KEY_Return && key != GDK_KEY_KP_Enter && key != GDK_KEY_space)
    return FALSE;
  self->points_by_key = TRUE;
  toggle_spot (self);
  return TRUE;
}

static void
on_leave (GboxPhotoWindow *self)
{
  if (self->keeps_spot || self->look == NULL)
    return;
  self->points_by_key = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self->ring));
  gtk_label_set_label (self->spot_label, self->hint);
  if (get_selected (self) == UNIT_ROW)
    show_whole (self);
}

/* Also told of a pointer that rests, where something below it changes. */
static void
on_motion (GboxPhotoWindow *self, double x, double y)
{
  const gboolean has_moved
    = x < self->pointer_x || x > self->pointer_x || y < self->pointer_y || y > self->pointer_y;

  self->pointer_x = x;
  self->pointer_y = y;
  if (self->keeps_spot || (self->points_by_key && !has_moved))
    return;
  if (move_spot (self, x, y))
    show_spot (self);
  else
    on_leave (self);
}

static void
on_pressed (GboxPhotoWindow *self, int n_press, double x, double y)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->picture));
  if (move_spot (self, x, y))
    toggle_spot (self);
}

static void
draw_ring (GtkDrawingArea *area, cairo_t *cr, int area_width, int area_height, gpointer user_data)
{
  GboxPhotoWindow *self = user_data;
  double left, top, width, height;
  GdkRGBA colour;

  if (self->look == NULL || (!self->keeps_spot && !self->points_by_key))
    return;
  get_photo_area (self, &left, &top, &width, &height);
  cairo_arc (cr, left + self->spot_x * width, top + self->spot_y * height, RING_RADIUS, 0.0, 2.0 * G_PI);
  /* Seen on whatever lies below. */
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_set_line_width (cr, 2.0 * RING_WIDTH);
  cairo_stroke_preserve (cr);
  gbox_palette_lookup (GBOX_SERIES_BLUE, FALSE, &colour);
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, RING_WIDTH);
  cairo_stroke (cr);
}

static void
gbox_photo_window_dispose (GObject *object)
{
  GboxPhotoWindow *self = GBOX_PHOTO_WINDOW (object);

  g_clear_object (&self->run_signals);
  g_clear_object (&self->run);
  g_clear_object (&self->spec);
  g_clear_object (&self->session);
  g_clear_pointer (&self->network, gbox_network_unref);
  g_clear_pointer (&self->look, gbox_photo_look_free);
  g_clear_pointer (&self->whys, g_ptr_array_unref);
  g_clear_pointer (&self->hint, g_free);
  G_OBJECT_CLASS (gbox_photo_window_parent_class)->dispose (object);
}

static void
gbox_photo_window_class_init (GboxPhotoWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_photo_window_dispose;
  g_type_ensure (GBOX_TYPE_PHOTO_UNITS);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/photo-window.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, title);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, start_button);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, problem_page);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, picture);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, spot_label);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, list);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, method_box);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, integrated_button);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, ring);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, units_label);
  gtk_widget_class_bind_template_child (widget_class, GboxPhotoWindow, units);
  gtk_widget_class_bind_template_callback (widget_class, on_motion);
  gtk_widget_class_bind_template_callback (widget_class, on_leave);
  gtk_widget_class_bind_template_callback (widget_class, on_pressed);
  gtk_widget_class_bind_template_callback (widget_class, on_key_pressed);
  gtk_widget_class_bind_template_callback (widget_class, on_start_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_unit_chosen);
  gtk_widget_class_bind_template_callback (widget_class, follow_selection);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
gbox_photo_window_init (GboxPhotoWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->spot_x = self->spot_y = 0.5;
  self->whys = g_ptr_array_new_with_free_func ((GDestroyNotify) gbox_photo_why_free);
  gtk_drawing_area_set_draw_func (self->ring, draw_ring, self, NULL);
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "record", G_CALLBACK (on_record), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_state), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::step", G_CALLBACK (follow_progress), self);
}

GtkWidget *
gbox_photo_window_new (
  GtkWindow *parent, GboxVisionSession *session, GboxUnitThumbnails *thumbnails, const char *path, int side)
{
  const GboxVisualizationValues *values
    = gbox_visualization_spec_get_values (gbox_vision_session_get_spec (session));
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *label = g_strdup_printf ("Photo %s", name);
  GboxPhotoWindow *self = g_object_new (GBOX_TYPE_PHOTO_WINDOW, "transient-for", parent, "title", name, NULL);

  /* As high as there is room for: a row for each layer. */
  if (parent != NULL)
    g_object_set (self, "default-height", MAX (gtk_widget_get_height (GTK_WIDGET (parent)), MIN_HEIGHT),
                  NULL);

  self->session = g_object_ref (session);
  self->network = gbox_network_ref (gbox_vision_session_get_network (session));
  gbox_photo_units_set_session (self->units, session, thumbnails);
  adw_window_title_set_title (self->title, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  "The arrow keys move a spot, Return keeps it.", -1);
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
gbox_photo_window_point_at (GboxPhotoWindow *self, double x, double y)
{
  g_return_if_fail (self->look != NULL);

  self->spot_x = x;
  self->spot_y = y;
  show_spot (self);
}

void
gbox_photo_window_show (GboxPhotoWindow *self, guint i)
{
  gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, (int) i));
}
