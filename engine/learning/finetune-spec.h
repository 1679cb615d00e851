/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a language model is to be finetuned for, and how. */
#pragma once

#include "kernels/precision.h"
#include "learning/policy-gradient.h"
#include "runtime/spec.h"

G_BEGIN_DECLS

/* Which weights change. */
typedef enum
{
  GBOX_TRAIN_HEAD,       /* "head": the final matrix, apart from the embedding; all else stays */
  GBOX_TRAIN_LAST_BLOCK, /* "last-block": attention, feed-forward part and norms of the last layer */
} GboxTrain;

#define GBOX_TYPE_TRAIN (gbox_train_get_type ())
GType gbox_train_get_type (void);

/**
 * GboxFinetuneSpec:
 *
 * Properties, with their defaults: `model` (string, "": the default), `prompt` (string, ""), `reward`
 * (string, "full-stops": as gbox_reward_parse() takes it), `train` (head), `steps` (uint 60, live), `batch`
 * (uint 64, 2 … 64), `length` (uint 28), `temperature` (double 1, live), `kl` (double .02, live: β),
 * `kl-target` (double 0: β stays; else the nats a completion that it adapts to), `learning-rate` (double
 * 5e-4, live), `warm-up` (uint 3: steps), `clip` (double 1: length of the gradient, at most), `baseline`
 * (leave-one-out), `seed` (uint 0), `samples` (uint 10: completions before and after), `precision` (int8),
 * `checkpoint` (string, "": where to save), `checkpoint-every` (uint 10: steps), `resume` (string, "": a
 * checkpoint to go on from).
 */
#define GBOX_TYPE_FINETUNE_SPEC (gbox_finetune_spec_get_type ())
G_DECLARE_FINAL_TYPE (GboxFinetuneSpec, gbox_finetune_spec, GBOX, FINETUNE_SPEC, GboxSpec)

GboxFinetuneSpec *gbox_finetune_spec_new (void);

/**
 * GboxFinetuneValues:
 *
 * The properties as plain fields, for those who compute with them. Strings are never %NULL.
 */
typedef struct
{
  char *model;
  char *prompt;
  char *reward;
  GboxTrain train;
  guint steps;
  guint batch;
  guint length;
  double temperature;
  double kl;
  double kl_target;
  double learning_rate;
  guint warm_up;
  double clip;
  GboxBaseline baseline;
  guint seed;
  guint samples;
  GboxPrecision precision;
  char *checkpoint;
  guint checkpoint_every;
  char *resume;
} GboxFinetuneValues;

/* Transfer none; changes as the properties do. */
const GboxFinetuneValues *gbox_finetune_spec_get_values (GboxFinetuneSpec *spec);

G_END_DECLS
