/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything between the parameters of an image and the number that is maximised, in both directions. */
#pragma once

#include "base/lap-clock.h"
#include "base/team.h"
#include "models/plan.h"
#include "vision/image-basis.h"
#include "vision/visualization-spec.h"

G_BEGIN_DECLS

/**
 * GboxPipeline:
 *
 * parameters → image basis → RGB image → transforms → network → objective, the gradient back, and Adam's
 * moments. Of several images the same is done at once, each through the same transforms, and what counts is
 * the mean of their objectives and penalties, less the weighted likeness (see #GboxDiversity). Where they go
 * over from one unit to another, picture n of N counts the second one's objective n / (N − 1) and the first
 * one's the rest (lucid `objectives.py`); all begin alike, so that what differs is the objective. Where a
 * step looks at several views of the images, each through transforms of its own, what counts is their mean,
 * and they are evaluated and backpropagated one after the other: gbox_pipeline_set_view(). Belongs to one
 * thread. All memory is laid out when it is made: the other functions allocate nothing.
 */
typedef struct _GboxPipeline GboxPipeline;

/**
 * gbox_pipeline_new:
 * @network: a network; a reference is kept
 * @team: the workers; must outlive the pipeline
 * @spec: what and how; a reference is kept, and its live properties are looked at in every call
 * @error: return location for an error
 *
 * The parameters, as random as the seed says, are drawn and rendered.
 *
 * Returns: (transfer full) (nullable): a pipeline; %NULL with %GBOX_ERROR_NOT_FOUND (the message lists what
 * there is), %GBOX_ERROR_INVALID_ARGUMENT or %GBOX_ERROR_MEMORY
 */
GboxPipeline *
gbox_pipeline_new (GboxNetwork *network, GboxTeam *team, GboxVisualizationSpec *spec, GError **error);
void gbox_pipeline_free (GboxPipeline *self);

/**
 * GboxPipelineState:
 * @n: how many parameters
 * @parameters: (n)
 * @m: (n), Adam's first moments
 * @v: (n), Adam's second moments
 * @n_dims: of the parameters' shape
 * @dims: the parameters' shape, see #GboxImageBasis
 * @n_transparency: pixels of all images; 0 where it is not summed up
 * @transparency: (n_transparency): of each pixel the mean over its colours of |gradient of the objective|,
 * summed over all steps, which says where the unit looked (Fel et al. 2023); of the MACO basis only
 *
 * What a checkpoint keeps. After writing to it call gbox_pipeline_render().
 */
typedef struct
{
  gsize n;
  float *parameters;
  float *m;
  float *v;
  guint n_dims;
  guint64 dims[4];
  gsize n_transparency;
  float *transparency;
} GboxPipelineState;

const GboxPipelineState *gbox_pipeline_get_state (const GboxPipeline *self);

/* parameters → image. */
void gbox_pipeline_render (GboxPipeline *self);
/* The image of the last render: planes (3, size, size) in 0 … 1; of several one after the other. */
const float *gbox_pipeline_get_image (const GboxPipeline *self);
/* FALSE once a pixel of the image is no number. */
gboolean gbox_pipeline_is_finite (const GboxPipeline *self);

/* Which of the views that a step looks at is evaluated and backpropagated from now on: 0 at first. A step
 * does all of them in turn, from 0. */
void gbox_pipeline_set_view (GboxPipeline *self, guint view);

/* image → objective, through the transforms that @step draws for the view; of several views this one's part
 * of the mean. */
double gbox_pipeline_evaluate (GboxPipeline *self, guint step);

/**
 * gbox_pipeline_backpropagate:
 * @step: the step that was just evaluated
 * @redirect: as for gbox_plan_backward()
 *
 * The gradient of the objective less the penalty with respect to the parameters, for
 * gbox_pipeline_get_gradient(); of several views it is there after the last one.
 *
 * Returns: whether a rectifier was redirected
 */
gboolean gbox_pipeline_backpropagate (GboxPipeline *self, guint step, gboolean redirect);
/* What the image of the last backward pass was charged for by itself; 0 while no penalty has a weight. */
double gbox_pipeline_get_penalty (const GboxPipeline *self);
/* How alike the images were that were last evaluated, in all views so far; 0 of a single one. */
double gbox_pipeline_get_likeness (const GboxPipeline *self);
const float *gbox_pipeline_get_gradient (const GboxPipeline *self); /* (n) */

/* Adam along the gradient, at the spec's learning rate; @step is 1 for the first. Does not render. */
void gbox_pipeline_ascend (GboxPipeline *self, guint step);

/**
 * GboxPipelineStage:
 *
 * The parts of a step, as a clock notes them.
 */
typedef enum
{
  GBOX_PIPELINE_BASIS,          /* parameters → image */
  GBOX_PIPELINE_SAMPLING,       /* image → the network's input, through the transforms */
  GBOX_PIPELINE_FORWARD,        /* the network */
  GBOX_PIPELINE_OBJECTIVE,      /* and its gradient */
  GBOX_PIPELINE_BACKWARD,       /* the network */
  GBOX_PIPELINE_ADJOINT,        /* of the sampling */
  GBOX_PIPELINE_BASIS_BACKWARD, /* image gradient → parameter gradient */
  GBOX_PIPELINE_ADAM,
  GBOX_PIPELINE_N_STAGES,
} GboxPipelineStage;

/**
 * gbox_pipeline_set_clock:
 * @clock: (nullable): has a lap for every #GboxPipelineStage. Belongs to the caller, and must live until it
 * is replaced.
 */
void gbox_pipeline_set_clock (GboxPipeline *self, GboxLapClock *clock);

/* (transfer none): the network as planned, to describe its operations or set its clock. */
GboxPlan *gbox_pipeline_get_plan (GboxPipeline *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxPipeline, gbox_pipeline_free)

G_END_DECLS
