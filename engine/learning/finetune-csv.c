/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves and completions of finetuning as tables of comma-separated values (RFC 4180, but with line feeds).
 */
#include "learning/finetune-csv.h"

const char *
gbox_finetune_value_get_name (GboxFinetuneValue value)
{
  static const char *const names[GBOX_FINETUNE_N_VALUES] = {
    [GBOX_FINETUNE_REWARD_MEAN] = "reward_mean",
    [GBOX_FINETUNE_REWARD_STD] = "reward_std",
    [GBOX_FINETUNE_REWARD_MIN] = "reward_min",
    [GBOX_FINETUNE_REWARD_MAX] = "reward_max",
    [GBOX_FINETUNE_KL] = "kl",
    [GBOX_FINETUNE_ENTROPY] = "entropy",
    [GBOX_FINETUNE_GRADIENT_NORM] = "gradient_norm",
    [GBOX_FINETUNE_TOKENS_PER_SECOND] = "tokens_per_second",
    [GBOX_FINETUNE_LEARNING_RATE] = "learning_rate",
    [GBOX_FINETUNE_COEFFICIENT] = "kl_coefficient",
    [GBOX_FINETUNE_END_RATE] = "end_rate",
    [GBOX_FINETUNE_NO_SIGNAL] = "no_signal",
  };

  g_return_val_if_fail ((guint) value < GBOX_FINETUNE_N_VALUES, NULL);
  return names[value];
}

static void
add_number (GString *csv, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (csv, ',');
  g_string_append (csv, g_ascii_dtostr (text, sizeof text, number));
}

void
gbox_finetune_csv_add_points_header (GString *csv)
{
  g_string_append (csv, "step");
  for (guint i = 0; i < GBOX_FINETUNE_N_VALUES; i++)
    if (gbox_finetune_value_get_name (i) != NULL)
      g_string_append_printf (csv, ",%s", gbox_finetune_value_get_name (i));
  g_string_append (csv, ",seconds\n");
}

void
gbox_finetune_csv_add_point (GString *csv, const GboxPoint *point)
{
  g_string_append_printf (csv, "%u", point->step);
  for (guint i = 0; i < GBOX_FINETUNE_N_VALUES; i++)
    if (gbox_finetune_value_get_name (i) != NULL)
      add_number (csv, point->values[i]);
  add_number (csv, point->seconds);
  g_string_append_c (csv, '\n');
}

void
gbox_finetune_csv_add_completions_header (GString *csv)
{
  g_string_append (csv, "phase,step,sample,tokens,ended,reward,advantage,kl,completion\n");
}

void
gbox_finetune_csv_add_completion (GString *csv, const GboxFinetuneCompletion *completion)
{
  g_string_append_printf (csv, "%s,%u,%u,%u,%d", gbox_finetune_phase_get_name (completion->phase),
                          completion->step, completion->sequence, completion->n_tokens,
                          completion->is_ended ? 1 : 0);
  add_number (csv, completion->reward);
  add_number (csv, completion->advantage);
  add_number (csv, completion->kl);
  g_string_append (csv, ",\"");
  for (const char *at = completion->text; *at != '\0'; at++)
    {
      if (*at == '"')
        g_string_append_c (csv, '"');
      g_string_append_c (csv, *at);
    }
  g_string_append (csv, "\"\n");
}
