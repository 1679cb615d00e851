/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes on in the model where a token was chosen. */
#include "completion/inside-pane.h"

#include "completion/visible-text.h"
#include "language/induction.h"
#include "language/inside-event.h"
#include "language/inside-spec.h"
#include "widgets/cell-grid.h"

/* How long a token is looked at before it is worth the work, ms. */
#define REST_TIME 150

/* Of the text, the tokens on which a head's attention is shown: the last ones. */
#define N_SHADED  120
#define MIN_SHADE 0.02f

struct _GboxInsidePane
{
  AdwBin parent_instance;

  GtkStack *stack;
  GtkLabel *state_label;
  GboxCellGrid *lens_grid;
  GtkLabel *lens_label;
  GboxCellGrid *head_grid;
  GtkLabel *head_label;
  GtkLabel *legend_label;
  GtkLabel *text_label;

  GboxCompletionSession *session;
  GboxRun *run;
  GSignalGroup *run_signals;
  guint rest_source;
  GboxInsideView *view;
  GboxInductionScores *scores;
  char *scores_model; /* whose @scores are */
};

G_DEFINE_FINAL_TYPE (GboxInsidePane, gbox_inside_pane, ADW_TYPE_BIN)

static void
show_state (GboxInsidePane *self, const char *text)
{
  gtk_label_set_label (self->state_label, text);
  gtk_stack_set_visible_child_name (self->stack, "state");
}

/* The last layer is on top. */
static void
show_lens (GboxInsidePane *self)
{
  const GboxInsideView *view = self->view;
  const int n_rows = view->n_layers + 1;
  g_autofree float *values = g_new (float, n_rows *(gsize) view->n_rows);

  for (int row = 0; row < n_rows; row++)
    for (int i = 0; i < view->n_rows; i++)
      values[row * view->n_rows + i] = view->probabilities[(n_rows - 1 - row) * view->n_rows + i];
  gbox_cell_grid_set (self->lens_grid, view->n_rows, n_rows, values);
}

/* A head is as dark as what it looks at most. The first token does not count: heads rest there. */
static void
show_heads (GboxInsidePane *self)
{
  const GboxInsideView *view = self->view;
  g_autofree float *values = g_new0 (float, (gsize) view->n_heads *(gsize) view->n_layers);

  for (int layer = 0; layer < view->n_layers; layer++)
    for (int head = 0; head < view->n_heads; head++)
      {
        const float *attention
          = view->attention + ((gsize) layer * (gsize) view->n_heads + (gsize) head) * (gsize) view->n;
        float *value = &values[head * view->n_layers + layer];

        for (int i = 1; i < view->n; i++)
          *value = MAX (*value, attention[i]);
      }
  gbox_cell_grid_set (self->head_grid, view->n_layers, view->n_heads, values);
}

static gboolean
has_scores (GboxInsidePane *self)
{
  return self->scores != NULL && self->view != NULL && self->scores->n_layers == self->view->n_layers
         && self->scores->n_heads == self->view->n_heads;
}

static void
show_scores (GboxInsidePane *self)
{
  g_autofree gboolean *framed = NULL;
  g_autofree char *legend = NULL;
  int n_found = 0;

  gtk_widget_set_visible (GTK_WIDGET (self->legend_label), has_scores (self));
  if (!has_scores (self))
    return;
  framed = g_new (gboolean, (gsize) self->scores->n_layers * (gsize) self->scores->n_heads);
  for (int layer = 0; layer < self->scores->n_layers; layer++)
    for (int head = 0; head < self->scores->n_heads; head++)
      {
        const gboolean is_found
          = self->scores->scores[layer * self->scores->n_heads + head] >= GBOX_INDUCTION_THRESHOLD;

        framed[head * self->scores->n_layers + layer] = is_found;
        n_found += is_found;
      }
  gbox_cell_grid_set_framed (self->head_grid, framed);
  legend
    = g_strdup_printf ("□ %d induction heads: they look for what came after the same token before", n_found);
  gtk_label_set_label (self->legend_label, legend);
}

static void
on_lens_cell (GboxInsidePane *self)
{
  int column, row, layer;
  g_autofree char *token = NULL;
  g_autofree char *text = NULL;

  if (self->view == NULL || !gbox_cell_grid_get_cell (self->lens_grid, &column, &row))
    {
      gtk_label_set_label (self->lens_label, "Point at a layer to see what it would say next.");
      return;
    }
  layer = self->view->n_layers - row;
  token = gbox_visible_text_new (self->view->texts[self->view->n - self->view->n_rows + column]);
  if (layer == 0)
    text = g_strdup_printf ("After “%s”, the embedding: %s", token, self->view->descriptions[column]);
  else
    text = g_strdup_printf ("After “%s”, layer %d: %s", token, layer - 1,
                            self->view->descriptions[layer * self->view->n_rows + column]);
  gtk_label_set_label (self->lens_label, text);
}

/* The end of the text, each token on a ground as strong as the attention it gets. */
static void
shade_text (GboxInsidePane *self, const float *attention)
{
  const int first = MAX (self->view->n - N_SHADED, 0);
  g_autoptr (GString) markup = g_string_new (first > 0 ? "…" : "");

  for (int i = first; i < self->view->n; i++)
    {
      g_autofree char *escaped = g_markup_escape_text (self->view->texts[i], -1);

      if (attention != NULL && attention[i] >= MIN_SHADE)
        g_string_append_printf (markup, "<span background='#e66100' background_alpha='%d%%'>%s</span>",
                                CLAMP ((int) (attention[i] * 100), 1, 100), escaped);
      else
        g_string_append (markup, escaped);
    }
  gtk_label_set_markup (self->text_label, markup->str);
}

static void
on_head_cell (GboxInsidePane *self)
{
  int layer, head, best = 0;
  const float *attention;
  g_autofree char *token = NULL;
  g_autofree char *score = NULL;
  g_autofree char *text = NULL;

  if (self->view == NULL)
    return;
  if (!gbox_cell_grid_get_cell (self->head_grid, &layer, &head))
    {
      gtk_label_set_label (self->head_label, "Point at a head to see where it looks.");
      shade_text (self, NULL);
      return;
    }
  attention = self->view->attention
              + ((gsize) layer * (gsize) self->view->n_heads + (gsize) head) * (gsize) self->view->n;
  for (int i = 1; i < self->view->n; i++)
    if (attention[i] >= attention[best])
      best = i;
  token = gbox_visible_text_new (self->view->texts[best]);
  if (has_scores (self))
    score = g_strdup_printf (" Induction score %.2f.",
                             (double) self->scores->scores[layer * self->view->n_heads + head]);
  text = g_strdup_printf ("Layer %d, head %d looks most at “%s”, token %d (%.2f).%s", layer, head, token,
                          best, (double) attention[best], score != NULL ? score : "");
  gtk_label_set_label (self->head_label, text);
  shade_text (self, attention);
}

static void
on_record (GboxInsidePane *self, GType type, gconstpointer record)
{
  if (type == GBOX_TYPE_INSIDE_VIEW)
    {
      g_clear_pointer (&self->view, gbox_inside_view_free);
      self->view = gbox_inside_view_copy (record);
      show_lens (self);
      show_heads (self);
      gtk_stack_set_visible_child_name (self->stack, "view");
    }
  else
    {
      g_clear_pointer (&self->scores, gbox_induction_scores_free);
      self->scores = gbox_induction_scores_copy (record);
    }
  show_scores (self);
  on_lens_cell (self);
  on_head_cell (self);
}

static void
on_state (GboxInsidePane *self)
{
  if (self->run == NULL || gbox_run_get_state (self->run) != GBOX_RUN_FAILED)
    return;
  show_state (self, gbox_run_get_error (self->run)->message);
}

static void
stop (GboxInsidePane *self)
{
  g_signal_group_set_target (self->run_signals, NULL);
  if (self->run != NULL)
    gbox_run_stop (self->run);
  g_clear_object (&self->run);
}

/* What stands before the token looked at: there it was chosen. */
static char *
get_tokens (GboxInsidePane *self)
{
  const int token = gbox_completion_session_get_looked_at (self->session);
  guint n_prompt = 0;
  g_autoptr (GArray) ids = NULL;

  if (token < 0)
    return NULL;
  ids = gbox_completion_session_get_ids (self->session, &n_prompt);
  if (ids == NULL || n_prompt + (guint) token > ids->len || n_prompt + (guint) token == 0)
    return NULL;
  return gbox_completion_format_tokens ((const int *) (gpointer) ids->data, n_prompt + (guint) token);
}

static void
look (GboxInsidePane *self)
{
  g_autofree char *tokens = get_tokens (self);
  GboxBranch *branch = gbox_completion_session_get_branch (self->session);
  const char *model;
  g_autoptr (GboxInsideSpec) spec = NULL;

  stop (self);
  if (tokens == NULL || branch == NULL)
    {
      show_state (self, "Complete a text, and point at a token to see how the model came to it.");
      return;
    }
  model = gbox_branch_get_model (branch);
  if (g_strcmp0 (model, self->scores_model) != 0)
    {
      g_clear_pointer (&self->scores, gbox_induction_scores_free);
      g_free (self->scores_model);
      self->scores_model = g_strdup (model);
    }
  spec = gbox_inside_spec_new ();
  g_object_set (spec, "model", model, "tokens", tokens, "induction", self->scores == NULL, NULL);
  if (self->view == NULL)
    show_state (self, "Looking inside…");
  self->run = gbox_engine_start (gbox_completion_session_get_engine (self->session), GBOX_SPEC (spec));
  g_signal_group_set_target (self->run_signals, self->run);
}

static gboolean
on_rest (gpointer data)
{
  GboxInsidePane *self = data;

  self->rest_source = 0;
  look (self);
  return G_SOURCE_REMOVE;
}

static void
queue_look (GboxInsidePane *self)
{
  g_clear_handle_id (&self->rest_source, g_source_remove);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->rest_source = g_timeout_add (REST_TIME, on_rest, self);
}

void
gbox_inside_pane_end (GboxInsidePane *self)
{
  g_return_if_fail (GBOX_IS_INSIDE_PANE (self));

  g_clear_handle_id (&self->rest_source, g_source_remove);
  stop (self);
}

static void
gbox_inside_pane_dispose (GObject *object)
{
  GboxInsidePane *self = GBOX_INSIDE_PANE (object);

  gbox_inside_pane_end (self);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_inside_pane_parent_class)->dispose (object);
}

static void
gbox_inside_pane_finalize (GObject *object)
{
  GboxInsidePane *self = GBOX_INSIDE_PANE (object);

  g_clear_object (&self->run_signals);
  g_clear_pointer (&self->view, gbox_inside_view_free);
  g_clear_pointer (&self->scores, gbox_induction_scores_free);
  g_free (self->scores_model);
  G_OBJECT_CLASS (gbox_inside_pane_parent_class)->finalize (object);
}

static void
gbox_inside_pane_class_init (GboxInsidePaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_inside_pane_dispose;
  G_OBJECT_CLASS (class)->finalize = gbox_inside_pane_finalize;
  g_type_ensure (GBOX_TYPE_CELL_GRID);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/inside-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, stack);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, state_label);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, lens_grid);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, lens_label);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, head_grid);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, head_label);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, legend_label);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, text_label);
  gtk_widget_class_bind_template_callback (widget_class, on_lens_cell);
  gtk_widget_class_bind_template_callback (widget_class, on_head_cell);
}

static void
gbox_inside_pane_init (GboxInsidePane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "record", G_CALLBACK (on_record), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect_swapped (self, "map", G_CALLBACK (queue_look), self);
  g_signal_connect_swapped (self, "unmap", G_CALLBACK (gbox_inside_pane_end), self);
}

void
gbox_inside_pane_set_session (GboxInsidePane *self, GboxCompletionSession *session)
{
  g_return_if_fail (GBOX_IS_INSIDE_PANE (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::token", G_CALLBACK (queue_look), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "text-changed", G_CALLBACK (queue_look), self, G_CONNECT_SWAPPED);
}
