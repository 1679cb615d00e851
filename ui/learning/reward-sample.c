/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text that shows what a reward counts, and how much it gives for that. */
#include "learning/reward-sample.h"

#include <math.h>
#include <string.h>

#include "learning/marked-text.h"
#include "widgets/axis.h"

/* Something for each reward to count. */
#define FIRST_TEXT "Good morning! It is 7.30 a.m. How are you? The bees, the birds... they are up already."

struct _GboxRewardSample
{
  AdwBin parent_instance;

  GtkTextView *view;
  GtkLabel *description_label;
  GtkLabel *number_label;
  GtkWidget *completion_button;

  GboxFinetuneSession *session;
  guint n_taken; /* completions that were taken since the last start */
};

G_DEFINE_FINAL_TYPE (GboxRewardSample, gbox_reward_sample, ADW_TYPE_BIN)

/* "3", or of several terms "3 + 0.1 × 86 = 11.6". */
static char *
describe_score (const GboxReward *reward, const char *text, GArray *ranges)
{
  const guint n = gbox_reward_get_n_terms (reward);
  GString *sum = g_string_new (NULL);
  double total = 0;
  g_autofree char *result = NULL;

  for (guint i = 0; i < n; i++)
    {
      double weight;
      double score;
      g_autofree char *number = NULL;
      g_autofree char *factor = NULL;

      gbox_reward_get_term (reward, i, &weight, NULL);
      score = gbox_reward_score_term (reward, i, text, ranges);
      total += weight * score;
      number = gbox_axis_format_constant (score);
      factor = gbox_axis_format_constant (fabs (weight));
      g_string_append (sum, weight < 0 ? (i > 0 ? " − " : "−") : (i > 0 ? " + " : ""));
      if (fabs (weight) < 1 || fabs (weight) > 1)
        g_string_append_printf (sum, "%s × ", factor);
      g_string_append (sum, number);
    }
  result = gbox_axis_format_constant (total);
  if (strcmp (sum->str, result) != 0)
    g_string_append_printf (sum, " = %s", result);
  return g_string_free (sum, FALSE);
}

static char *
get_text (GtkTextBuffer *buffer)
{
  GtkTextIter begin, end;

  gtk_text_buffer_get_bounds (buffer, &begin, &end);
  return gtk_text_buffer_get_text (buffer, &begin, &end, FALSE);
}

static void
show_problem (GboxRewardSample *self, const char *problem)
{
  gtk_label_set_label (self->description_label, problem);
  gtk_label_set_label (self->number_label, "–");
  gtk_widget_add_css_class (GTK_WIDGET (self->description_label), "error");
}

static void
update (GboxRewardSample *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  g_autofree char *text = get_text (buffer);
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (GboxRewardRange));
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxReward) reward = gbox_reward_parse (
    gbox_finetune_spec_get_values (gbox_finetune_session_get_spec (self->session))->reward, &error);
  g_autofree char *description = NULL;
  g_autofree char *number = NULL;

  if (reward == NULL)
    {
      gbox_marked_text_tag (buffer, text, ranges);
      show_problem (self, error->message);
      return;
    }
  number = describe_score (reward, text, ranges);
  description = gbox_reward_describe (reward);
  gbox_marked_text_tag (buffer, text, ranges);
  gtk_widget_remove_css_class (GTK_WIDGET (self->description_label), "error");
  gtk_label_set_label (self->description_label, description);
  gtk_label_set_label (self->number_label, number);
}

/* The newest one of the completions at hand: of the policy now if it has ended, else of the model as it was.
 */
static const char *
find_completion (GboxFinetuneSession *session, guint i)
{
  g_autoptr (GboxFinetunePair) pair = g_list_model_get_item (gbox_finetune_session_get_pairs (session), i);
  const GboxFinetuneText *now = pair != NULL ? gbox_finetune_pair_get_now (pair) : NULL;
  const GboxFinetuneText *before = pair != NULL ? gbox_finetune_pair_get_before (pair) : NULL;

  if (now != NULL && now->is_whole)
    return now->text;
  return before != NULL && before->is_whole ? before->text : NULL;
}

static void
follow_texts (GboxRewardSample *self)
{
  gtk_widget_set_sensitive (self->completion_button, find_completion (self->session, 0) != NULL);
}

/* Another one each time. */
static void
on_completion_clicked (GboxRewardSample *self)
{
  const guint n = g_list_model_get_n_items (gbox_finetune_session_get_pairs (self->session));
  const char *text = n > 0 ? find_completion (self->session, self->n_taken++ % n) : NULL;

  if (text != NULL)
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->view), text, -1);
}

static void
gbox_reward_sample_dispose (GObject *object)
{
  g_clear_object (&GBOX_REWARD_SAMPLE (object)->session);
  G_OBJECT_CLASS (gbox_reward_sample_parent_class)->dispose (object);
}

static void
gbox_reward_sample_class_init (GboxRewardSampleClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_reward_sample_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/reward-sample.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxRewardSample, view);
  gtk_widget_class_bind_template_child (widget_class, GboxRewardSample, description_label);
  gtk_widget_class_bind_template_child (widget_class, GboxRewardSample, number_label);
  gtk_widget_class_bind_template_child (widget_class, GboxRewardSample, completion_button);
  gtk_widget_class_bind_template_callback (widget_class, on_completion_clicked);
}

static void
gbox_reward_sample_init (GboxRewardSample *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->view), FIRST_TEXT, -1);
}

void
gbox_reward_sample_set_session (GboxRewardSample *self, GboxFinetuneSession *session)
{
  g_return_if_fail (GBOX_IS_REWARD_SAMPLE (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (gtk_text_view_get_buffer (self->view), "changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gbox_finetune_session_get_spec (session), "notify::reward", G_CALLBACK (update),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "texts-changed", G_CALLBACK (follow_texts), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "cleared", G_CALLBACK (follow_texts), self, G_CONNECT_SWAPPED);
  update (self);
  follow_texts (self);
}

GtkTextBuffer *
gbox_reward_sample_get_buffer (GboxRewardSample *self)
{
  return gtk_text_view_get_buffer (self->view);
}
