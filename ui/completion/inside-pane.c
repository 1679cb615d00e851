/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes on in the model where a token was chosen. */
#include "completion/inside-pane.h"

#include "completion/attention-shade.h"
#include "completion/visible-text.h"
#include "language/induction.h"
#include "language/inside-event.h"
#include "language/inside-spec.h"
#include "widgets/cell-grid.h"

/* How long a token is looked at before it is worth the work, ms. */
#define REST_TIME 150

/* Tokens that the lens is shown of: more would leave no room for what each layer says. */
#define N_LENS_COLUMNS 6
/* Induction heads that are named. */
#define N_NAMED 6

#define LOOKING "Looking inside…"

struct _GboxInsidePane
{
  AdwBin parent_instance;

  GtkStack *stack;
  GtkLabel *state_label;
  GtkWidget *view_box;
  GtkLabel *token_label;
  GtkLabel *lens_headings[N_LENS_COLUMNS];
  GtkBox *lens_heading_box;
  GboxCellGrid *lens_grid;
  GtkLabel *lens_label;
  GboxCellGrid *head_grid;
  GtkLabel *head_label;
  GtkLabel *legend_label;

  GboxCompletionSession *session;
  GboxRun *run;
  GSignalGroup *run_signals;
  guint rest_source;
  char *asked; /* tokens that the run is about; nullable */
  char *asked_model;
  guint n_prompt;    /* of @asked */
  gboolean has_come; /* @view is of @asked */
  GboxInsideView *view;
  gboolean is_stale; /* @view is of another token than the one looked at */
  GboxInductionScores *scores;
};

G_DEFINE_FINAL_TYPE (GboxInsidePane, gbox_inside_pane, ADW_TYPE_BIN)

static void
show_state (GboxInsidePane *self, const char *text)
{
  gtk_label_set_label (self->state_label, text);
  gtk_stack_set_visible_child_name (self->stack, "state");
}

static int
count_columns (const GboxInsideView *view)
{
  return MIN (view->n_rows, N_LENS_COLUMNS);
}

/* Where the lens's row of a column of the grid is, and the layer's, which is the last one on top. */
static gsize
find_lens_cell (const GboxInsideView *view, int column, int row)
{
  return (gsize) (view->n_layers - row) * (gsize) view->n_rows
         + (gsize) (view->n_rows - count_columns (view) + column);
}

static void
show_lens_headings (GboxInsidePane *self)
{
  const int n_columns = count_columns (self->view);

  for (int i = 0; i < N_LENS_COLUMNS; i++)
    {
      g_autofree char *text
        = i < n_columns ? gbox_visible_text_new (self->view->texts[self->view->n - n_columns + i]) : NULL;

      gtk_widget_set_visible (GTK_WIDGET (self->lens_headings[i]), i < n_columns);
      gtk_label_set_label (self->lens_headings[i], text != NULL ? text : "");
    }
}

static void
show_lens (GboxInsidePane *self)
{
  const GboxInsideView *view = self->view;
  const int n_rows = view->n_layers + 1, n_columns = count_columns (view);
  g_autofree float *values = g_new (float, n_rows *(gsize) n_columns);
  g_auto (GStrv) texts = g_new0 (char *, n_rows *(gsize) n_columns + 1);

  for (int i = 0; i < n_rows * n_columns; i++)
    {
      const gsize cell = find_lens_cell (view, i % n_columns, i / n_columns);

      values[i] = view->probabilities[cell];
      texts[i] = gbox_visible_text_new (view->tops[cell * GBOX_INSIDE_N_TOP]);
    }
  gbox_cell_grid_set (self->lens_grid, n_columns, n_rows, values);
  gbox_cell_grid_set_texts (self->lens_grid, (const char *const *) texts);
  show_lens_headings (self);
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

/* “□ 3 induction heads …: 5.2 (0.91), …”, layer and head. */
static char *
describe_scores (const GboxInductionScores *scores)
{
  g_autoptr (GString) names = g_string_new (NULL);
  int n_found = 0;

  for (int i = 0; i < scores->n_layers * scores->n_heads; i++)
    {
      if (scores->scores[i] < GBOX_INDUCTION_THRESHOLD)
        continue;
      if (n_found < N_NAMED)
        g_string_append_printf (names, "%s%d.%d (%.2f)", n_found > 0 ? ", " : ": ", i / scores->n_heads,
                                i % scores->n_heads, (double) scores->scores[i]);
      n_found++;
    }
  return g_strdup_printf ("□ %d induction heads, which look for what came after the same token before%s%s",
                          n_found, names->str, n_found > N_NAMED ? " …" : "");
}

static void
show_scores (GboxInsidePane *self)
{
  g_autofree gboolean *framed = NULL;
  g_autofree char *legend = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->legend_label), has_scores (self));
  if (!has_scores (self))
    return;
  framed = g_new (gboolean, (gsize) self->scores->n_layers * (gsize) self->scores->n_heads);
  for (int layer = 0; layer < self->scores->n_layers; layer++)
    for (int head = 0; head < self->scores->n_heads; head++)
      framed[head * self->scores->n_layers + layer]
        = self->scores->scores[layer * self->scores->n_heads + head] >= GBOX_INDUCTION_THRESHOLD;
  gbox_cell_grid_set_framed (self->head_grid, framed);
  legend = describe_scores (self->scores);
  gtk_label_set_label (self->legend_label, legend);
}

/* What a place of the lens would say, in words. */
static char *
describe_tops (const GboxInsideView *view, gsize cell)
{
  g_autoptr (GString) words = g_string_new (NULL);

  for (gsize i = 0; i < GBOX_INSIDE_N_TOP; i++)
    {
      g_autofree char *text = gbox_visible_text_new (view->tops[cell * GBOX_INSIDE_N_TOP + i]);

      g_string_append_printf (words, "%s“%s” %.3f", i > 0 ? ", " : "", text,
                              (double) view->shares[cell * GBOX_INSIDE_N_TOP + i]);
    }
  return g_string_free (g_steal_pointer (&words), FALSE);
}

static void
on_lens_cell (GboxInsidePane *self)
{
  const GboxInsideView *view = self->view;
  int column, row;
  g_autofree char *token = NULL;
  g_autofree char *place = NULL;
  g_autofree char *tops = NULL;
  g_autofree char *text = NULL;

  if (view == NULL || !gbox_cell_grid_get_cell (self->lens_grid, &column, &row))
    {
      gtk_label_set_label (self->lens_label, "Point at a layer to see what it would say next.");
      return;
    }
  token = gbox_visible_text_new (view->texts[view->n - count_columns (view) + column]);
  place = row < view->n_layers ? g_strdup_printf ("layer %d", view->n_layers - row - 1)
                               : g_strdup ("the embedding");
  tops = describe_tops (view, find_lens_cell (view, column, row));
  text = g_strdup_printf ("After “%s”, %s: %s", token, place, tops);
  gtk_label_set_label (self->lens_label, text);
}

static const float *
get_attention (const GboxInsideView *view, int layer, int head)
{
  return view->attention + ((gsize) layer * (gsize) view->n_heads + (gsize) head) * (gsize) view->n;
}

static char *
describe_head (GboxInsidePane *self, int layer, int head)
{
  const float *attention = get_attention (self->view, layer, head);
  g_autofree char *token = NULL;
  g_autofree char *score = NULL;
  int best = 0;

  for (int i = 1; i < self->view->n; i++)
    if (attention[i] >= attention[best])
      best = i;
  token = gbox_visible_text_new (self->view->texts[best]);
  if (has_scores (self))
    score = g_strdup_printf (" Induction score %.2f.",
                             (double) self->scores->scores[layer * self->view->n_heads + head]);
  return g_strdup_printf ("Layer %d, head %d looks most at “%s”, token %d (%.2f).%s", layer, head, token,
                          best, (double) attention[best], score != NULL ? score : "");
}

/* In the text itself one sees where the head looks. */
static void
on_head_cell (GboxInsidePane *self)
{
  int layer, head;
  g_autofree char *text = NULL;

  if (self->view == NULL || self->is_stale || !gbox_cell_grid_get_cell (self->head_grid, &layer, &head))
    {
      gtk_label_set_label (self->head_label, "Point at a head to see in the text where it looks.");
      gbox_completion_session_set_shades (self->session, NULL, 0);
      return;
    }
  text = describe_head (self, layer, head);
  gtk_label_set_label (self->head_label, text);
  gbox_attention_shade (self->session, self->n_prompt, self->view->lengths,
                        get_attention (self->view, layer, head), (guint) self->view->n);
}

/* What is shown of another token must not pass for this one's. */
static void
set_stale (GboxInsidePane *self, gboolean is_stale)
{
  g_autofree char *token = NULL;
  g_autofree char *text = NULL;

  self->is_stale = is_stale;
  if (self->view == NULL)
    return;
  token = gbox_visible_text_new (self->view->texts[self->view->n - 1]);
  text = g_strdup_printf ("What came after “%s”, token %d of the text", token, self->view->n - 1);
  gtk_label_set_label (self->token_label, is_stale ? LOOKING : text);
  if (is_stale)
    gtk_widget_add_css_class (self->view_box, "stale");
  else
    gtk_widget_remove_css_class (self->view_box, "stale");
  on_head_cell (self);
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
      self->has_come = TRUE;
      set_stale (self, FALSE);
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
stop (GboxInsidePane *self)
{
  g_signal_group_set_target (self->run_signals, NULL);
  if (self->run != NULL && !gbox_run_is_final (self->run))
    {
      g_clear_pointer (&self->asked, g_free);
      gbox_run_stop (self->run);
    }
  g_clear_object (&self->run);
}

/* Shows words in place of what was seen before. */
static void
drop_view (GboxInsidePane *self, const char *words)
{
  g_clear_pointer (&self->view, gbox_inside_view_free);
  g_clear_pointer (&self->asked, g_free);
  on_head_cell (self);
  show_state (self, words);
}

static void
on_state (GboxInsidePane *self)
{
  if (self->run != NULL && gbox_run_get_state (self->run) == GBOX_RUN_FAILED)
    drop_view (self, gbox_run_get_error (self->run)->message);
}

/* What stands before the token looked at: there it was chosen. */
static char *
get_tokens (GboxInsidePane *self, guint *n_prompt)
{
  const int token = gbox_completion_session_get_looked_at (self->session);
  g_autoptr (GArray) ids = NULL;

  if (token < 0)
    return NULL;
  ids = gbox_completion_session_get_ids (self->session, n_prompt);
  if (*n_prompt + (guint) token > ids->len || *n_prompt + (guint) token == 0)
    return NULL;
  return gbox_completion_format_tokens ((const int *) (gpointer) ids->data, *n_prompt + (guint) token);
}

static const char *
get_model (GboxInsidePane *self)
{
  GboxBranch *branch = gbox_completion_session_get_branch (self->session);

  return branch != NULL ? gbox_branch_get_model (branch) : NULL;
}

/* Scores are the model's, not the text's. */
static void
follow_model (GboxInsidePane *self, const char *model)
{
  if (g_strcmp0 (model, self->asked_model) == 0)
    return;
  g_clear_pointer (&self->scores, gbox_induction_scores_free);
  g_free (self->asked_model);
  self->asked_model = g_strdup (model);
}

static gboolean
look (gpointer data)
{
  GboxInsidePane *self = data;
  guint n_prompt = 0;
  g_autofree char *tokens = get_tokens (self, &n_prompt);
  const char *model = get_model (self);
  g_autoptr (GboxInsideSpec) spec = NULL;

  self->rest_source = 0;
  if (tokens == NULL || model == NULL)
    return G_SOURCE_REMOVE;
  stop (self);
  follow_model (self, model);
  spec = gbox_inside_spec_new ();
  g_object_set (spec, "model", model, "tokens", tokens, "induction", self->scores == NULL, NULL);
  g_free (self->asked);
  self->asked = g_steal_pointer (&tokens);
  self->n_prompt = n_prompt;
  self->has_come = FALSE;
  self->run = gbox_engine_start (gbox_completion_session_get_engine (self->session), GBOX_SPEC (spec));
  g_signal_group_set_target (self->run_signals, self->run);
  return G_SOURCE_REMOVE;
}

/* Looks at what the token before the one looked at made of the text, unless that is what is seen already. */
static void
follow_token (GboxInsidePane *self)
{
  g_autofree char *tokens = NULL;
  guint n_prompt = 0;

  g_clear_handle_id (&self->rest_source, g_source_remove);
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  tokens = get_tokens (self, &n_prompt);
  if (tokens == NULL)
    {
      stop (self);
      drop_view (self, "Complete a text, and point at a token to see how the model came to it.");
      return;
    }
  if (g_strcmp0 (tokens, self->asked) == 0 && g_strcmp0 (get_model (self), self->asked_model) == 0)
    {
      set_stale (self, !self->has_come);
      return;
    }
  set_stale (self, TRUE);
  if (self->view == NULL)
    show_state (self, LOOKING);
  self->rest_source = g_timeout_add (REST_TIME, look, self);
}

void
gbox_inside_pane_end (GboxInsidePane *self)
{
  g_return_if_fail (GBOX_IS_INSIDE_PANE (self));

  g_clear_handle_id (&self->rest_source, g_source_remove);
  stop (self);
  if (self->session != NULL)
    gbox_completion_session_set_shades (self->session, NULL, 0);
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
  g_free (self->asked);
  g_free (self->asked_model);
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
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, view_box);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, token_label);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, lens_heading_box);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, lens_grid);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, lens_label);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, head_grid);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, head_label);
  gtk_widget_class_bind_template_child (widget_class, GboxInsidePane, legend_label);
  gtk_widget_class_bind_template_callback (widget_class, on_lens_cell);
  gtk_widget_class_bind_template_callback (widget_class, on_head_cell);
}

static void
add_lens_headings (GboxInsidePane *self)
{
  for (int i = 0; i < N_LENS_COLUMNS; i++)
    {
      GtkWidget *label = gtk_label_new (NULL);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_label_set_width_chars (GTK_LABEL (label), 1);
      gtk_widget_set_hexpand (label, TRUE);
      gtk_widget_add_css_class (label, "lens-heading");
      gtk_widget_add_css_class (label, "token-text");
      gtk_box_append (self->lens_heading_box, label);
      self->lens_headings[i] = GTK_LABEL (label);
    }
}

static void
gbox_inside_pane_init (GboxInsidePane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_lens_headings (self);
  self->run_signals = g_signal_group_new (GBOX_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "record", G_CALLBACK (on_record), self);
  g_signal_group_connect_swapped (self->run_signals, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect_swapped (self, "map", G_CALLBACK (follow_token), self);
  g_signal_connect_swapped (self, "unmap", G_CALLBACK (gbox_inside_pane_end), self);
}

void
gbox_inside_pane_set_session (GboxInsidePane *self, GboxCompletionSession *session)
{
  g_return_if_fail (GBOX_IS_INSIDE_PANE (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::token", G_CALLBACK (follow_token), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "text-changed", G_CALLBACK (follow_token), self, G_CONNECT_SWAPPED);
}
