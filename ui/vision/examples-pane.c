/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The photographs that excite the unit at hand most, above the parameters of the Vision page. */
#include "vision/examples-pane.h"

#include "widgets/palette.h"

#define COLUMNS      3
#define PICTURE_SIDE 84
/* A line of what is said instead of a picture. */
#define PROBLEM_CHARACTERS 9

struct _GboxExamplesPane
{
  AdwBin parent_instance;

  GtkLabel *set_label;
  GtkMenuButton *menu_button;
  GtkWidget *offer_box;
  GtkLabel *offer_label;
  GtkWidget *offer_button;
  GtkGrid *grid;
  GtkWidget *figures_box;
  GtkDrawingArea *histogram;
  GtkLabel *distribution_label;
  GtkLabel *image_label;
  GtkLabel *classes_label;
  GtkWidget *progress_box;
  GtkProgressBar *progress_bar;
  GtkLabel *progress_label;
  GtkLabel *problem_label;
  GtkMenuButton *skipped_button;
  GtkLabel *skipped_label;

  GtkWidget *buttons[GBOX_PHOTO_SESSION_N_EXAMPLES];
  GtkPicture *pictures[GBOX_PHOTO_SESSION_N_EXAMPLES];
  GtkLabel *problems[GBOX_PHOTO_SESSION_N_EXAMPLES]; /* over the pictures */
  GtkLabel *captions[GBOX_PHOTO_SESSION_N_EXAMPLES];

  GboxPhotoSession *session;
  GSignalGroup *run_signals;
};

G_DEFINE_FINAL_TYPE (GboxExamplesPane, gbox_examples_pane, ADW_TYPE_BIN)

static void
on_offer (GboxExamplesPane *self)
{
  g_auto (GStrv) offer = gbox_photo_session_get_offer ();

  gbox_photo_session_index (self->session, (const char *const *) offer);
}

static void
show_offer (GboxExamplesPane *self)
{
  g_auto (GStrv) offer = gbox_photo_session_get_offer ();
  g_autofree char *names = g_strjoinv (" and ", offer);
  g_autofree char *text
    = offer[0] != NULL
        ? g_strdup_printf ("See which photos excite this unit most: look through %s, or choose folders. "
                           "Nothing leaves this computer.",
                           names)
        : g_strdup ("See which photos excite this unit most: choose folders with photos. Nothing leaves this "
                    "computer.");

  gtk_label_set_label (self->offer_label, text);
  gtk_widget_set_visible (self->offer_button, offer[0] != NULL);
}

static void
follow_progress (GboxExamplesPane *self)
{
  const gboolean is_indexing = gbox_photo_session_is_indexing (self->session);
  const double progress = gbox_photo_session_get_progress (self->session);
  const char *skipped = gbox_photo_session_get_skipped (self->session);
  g_autofree char *text = gbox_photo_session_describe (self->session);
  g_autofree char *count
    = g_strdup_printf ("%u could not be read", gbox_photo_session_count_skipped (self->session));

  gtk_widget_set_visible (self->progress_box, is_indexing);
  gtk_label_set_label (self->progress_label, is_indexing ? text : "");
  gtk_progress_bar_set_fraction (self->progress_bar, CLAMP (progress, 0.0, 1.0));
  gtk_label_set_label (self->problem_label, is_indexing ? "" : text);
  gtk_widget_set_visible (GTK_WIDGET (self->problem_label), !is_indexing && *text != '\0');
  gtk_menu_button_set_label (self->skipped_button, count);
  gtk_label_set_label (self->skipped_label, skipped);
  gtk_widget_set_visible (GTK_WIDGET (self->skipped_button), *skipped != '\0');
  gtk_widget_set_visible (self->offer_box, !is_indexing && gbox_photo_session_has_unit (self->session)
                                             && !gtk_widget_get_visible (GTK_WIDGET (self->grid)));
}

static void
show_example (GboxExamplesPane *self, const GboxExamples *examples, guint i)
{
  const GboxExample *example = &examples->examples[i];
  const char *problem = gbox_photo_session_get_problem (self->session, i);
  g_autofree char *activation = gbox_verdict_format (example->activation);
  g_autofree char *name = g_filename_display_basename (example->path);
  g_autofree char *size = g_strdup_printf ("%d × %d pixels", example->width, example->height);
  g_autofree char *tooltip = g_strdup_printf ("%s\n%s", name, problem != NULL ? problem : size);
  g_autofree char *label = g_strdup_printf ("Example %u: %s, activation %s%s%s", i + 1, name, activation,
                                            problem != NULL ? ", " : "", problem != NULL ? problem : "");

  gtk_picture_set_paintable (self->pictures[i],
                             GDK_PAINTABLE (gbox_photo_session_get_texture (self->session, i)));
  gtk_label_set_label (self->problems[i], problem != NULL ? problem : "");
  gtk_label_set_label (self->captions[i], activation);
  gtk_widget_set_tooltip_text (self->buttons[i], tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->buttons[i]), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

/* A line does not begin with a multiplication sign. */
static void
keep_together (char **text)
{
  g_auto (GStrv) parts = g_strsplit (*text, " × ", -1);

  g_free (*text);
  *text = g_strjoinv ("\u00a0×\u00a0", parts);
}

/* Whether the unit means what its image shows. */
static void
follow_verdict (GboxExamplesPane *self)
{
  GboxRun *run = gbox_vision_session_get_run (gbox_photo_session_get_vision (self->session));
  g_autoptr (GboxVerdict) verdict = gbox_photo_session_judge (self->session);
  g_autofree char *image = NULL;
  g_autofree char *classes = NULL;

  if (verdict == NULL)
    return;
  image = run != NULL && !gbox_run_is_final (run) ? gbox_verdict_describe_progress (verdict)
                                                  : gbox_verdict_describe_image (verdict);
  classes = gbox_verdict_describe_classes (verdict);
  keep_together (&classes);
  gtk_label_set_label (self->image_label, image);
  gtk_label_set_label (self->classes_label, classes);
  gtk_widget_set_visible (GTK_WIDGET (self->classes_label), *classes != '\0');
}

static void
show_figures (GboxExamplesPane *self, const GboxExamples *examples)
{
  g_autofree char *mean = gbox_verdict_format (examples->mean);
  g_autofree char *sd = gbox_verdict_format (examples->sd);
  g_autofree char *smallest = gbox_verdict_format (examples->smallest);
  g_autofree char *largest = gbox_verdict_format (examples->largest);
  g_autofree char *text = g_strdup_printf ("%s to %s, mean %s ± %s", smallest, largest, mean, sd);

  gtk_label_set_label (self->distribution_label, text);
  gtk_widget_queue_draw (GTK_WIDGET (self->histogram));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->histogram), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  follow_verdict (self);
}

static void
show_set (GboxExamplesPane *self, const GboxExamples *examples)
{
  g_autofree char *text = NULL;
  g_autofree char *scales = NULL;

  if (examples != NULL)
    {
      text = g_strdup_printf ("of %'u photos", examples->n_photos);
      scales = g_strdup_printf ("As they were looked through last, at %d %s", examples->n_scales,
                                examples->n_scales == 1 ? "scale" : "scales");
    }
  gtk_label_set_label (self->set_label, text != NULL ? text : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->set_label), scales);
}

static void
follow_examples (GboxExamplesPane *self)
{
  const GboxExamples *examples = gbox_photo_session_get_examples (self->session);
  const guint n = examples != NULL ? examples->n : 0;

  /* While a unit's are looked up, what was shown stays as empty tiles, so that nothing jumps. */
  if (examples != NULL || !gbox_photo_session_has_unit (self->session))
    {
      gtk_widget_set_visible (GTK_WIDGET (self->grid), n > 0);
      gtk_widget_set_visible (self->figures_box, n > 0);
    }
  gtk_widget_set_opacity (self->figures_box, n > 0 ? 1.0 : 0.0);
  show_set (self, n > 0 ? examples : NULL);
  for (guint i = 0; i < GBOX_PHOTO_SESSION_N_EXAMPLES; i++)
    {
      gtk_widget_set_can_focus (self->buttons[i], i < n);
      gtk_widget_set_opacity (self->buttons[i], examples == NULL || i < n ? 1.0 : 0.0);
      if (i < n)
        show_example (self, examples, i);
      else
        {
          gtk_picture_set_paintable (self->pictures[i], NULL);
          gtk_label_set_label (self->problems[i], "");
          gtk_label_set_label (self->captions[i], "");
        }
    }
  if (n > 0)
    show_figures (self, examples);
  follow_progress (self);
}

/* A bar for each bin; the highest fills the height, and what is there at all can be seen. */
static void
draw_histogram (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user_data)
{
  GboxExamplesPane *self = user_data;
  const GboxExamples *examples
    = self->session != NULL ? gbox_photo_session_get_examples (self->session) : NULL;
  const double step = (double) width / GBOX_EXAMPLES_N_BINS;
  guint most = 1;
  GdkRGBA colour;

  if (examples == NULL)
    return;
  gbox_palette_lookup (GBOX_SERIES_BLUE, gbox_palette_is_dark (GTK_WIDGET (area)), &colour);
  gdk_cairo_set_source_rgba (cr, &colour);
  for (int i = 0; i < GBOX_EXAMPLES_N_BINS; i++)
    most = MAX (most, examples->bins[i]);
  for (int i = 0; i < GBOX_EXAMPLES_N_BINS; i++)
    if (examples->bins[i] > 0)
      {
        const double bar = MAX ((double) height * examples->bins[i] / most, 2.0);

        cairo_rectangle (cr, i * step + 0.5, height - bar, step - 1.0, bar);
      }
  cairo_fill (cr);
}

static void
add_tile (GboxExamplesPane *self, guint i)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *picture = gtk_picture_new ();
  GtkWidget *problem = gtk_label_new ("");
  GtkWidget *caption = gtk_label_new ("");

  gtk_label_set_wrap (GTK_LABEL (problem), TRUE);
  gtk_label_set_justify (GTK_LABEL (problem), GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars (GTK_LABEL (problem), PROBLEM_CHARACTERS);
  gtk_widget_add_css_class (problem, "caption");
  gtk_widget_add_css_class (problem, "dim-label");
  gtk_picture_set_can_shrink (GTK_PICTURE (picture), TRUE);
  gtk_widget_set_size_request (picture, PICTURE_SIDE, PICTURE_SIDE);
  gtk_widget_set_overflow (picture, GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (picture, "example-picture");
  gtk_widget_add_css_class (caption, "caption");
  gtk_widget_add_css_class (caption, "numeric");
  gtk_overlay_set_child (GTK_OVERLAY (overlay), picture);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), problem);
  gtk_box_append (GTK_BOX (box), overlay);
  gtk_box_append (GTK_BOX (box), caption);
  self->pictures[i] = GTK_PICTURE (picture);
  self->problems[i] = GTK_LABEL (problem);
  self->captions[i] = GTK_LABEL (caption);
  self->buttons[i] = gtk_button_new ();
  gtk_button_set_child (GTK_BUTTON (self->buttons[i]), box);
  gtk_widget_add_css_class (self->buttons[i], "flat");
  gtk_widget_add_css_class (self->buttons[i], "example-button");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->buttons[i]), "u", i);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->buttons[i]), "win.photo-example");
  gtk_grid_attach (self->grid, self->buttons[i], (int) i % COLUMNS, (int) i / COLUMNS, 1, 1);
}

static void
gbox_examples_pane_dispose (GObject *object)
{
  GboxExamplesPane *self = GBOX_EXAMPLES_PANE (object);

  g_clear_object (&self->run_signals);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_examples_pane_parent_class)->dispose (object);
}

static void
gbox_examples_pane_class_init (GboxExamplesPaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_examples_pane_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/examples-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, set_label);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, menu_button);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, offer_box);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, offer_label);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, offer_button);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, grid);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, figures_box);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, histogram);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, distribution_label);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, image_label);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, classes_label);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, progress_box);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, progress_label);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, problem_label);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, skipped_button);
  gtk_widget_class_bind_template_child (widget_class, GboxExamplesPane, skipped_label);
  gtk_widget_class_bind_template_callback (widget_class, on_offer);
}

static void
gbox_examples_pane_init (GboxExamplesPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < GBOX_PHOTO_SESSION_N_EXAMPLES; i++)
    add_tile (self, i);
  gtk_widget_set_visible (GTK_WIDGET (self->grid), FALSE);
  gtk_widget_set_visible (self->figures_box, FALSE);
  gtk_drawing_area_set_draw_func (self->histogram, draw_histogram, self, NULL);
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "notify::objective", G_CALLBACK (follow_verdict), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (follow_verdict), self);
}

static void
follow_run (GboxExamplesPane *self)
{
  GboxVisionSession *vision = gbox_photo_session_get_vision (self->session);

  g_signal_group_set_target (self->run_signals, gbox_vision_session_get_run (vision));
  follow_verdict (self);
}

void
gbox_examples_pane_set_session (GboxExamplesPane *self, GboxPhotoSession *session)
{
  GboxVisionSession *vision = gbox_photo_session_get_vision (session);

  g_return_if_fail (GBOX_IS_EXAMPLES_PANE (self) && !self->session);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "changed", G_CALLBACK (follow_progress), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "examples-changed", G_CALLBACK (follow_examples), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (vision, "notify::run", G_CALLBACK (follow_run), self, G_CONNECT_SWAPPED);
  show_offer (self);
  follow_run (self);
  follow_examples (self);
}
