/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the methods of a convolution share. */
#pragma once

#include "kernels/conv.h"
#include "kernels/fast/fast.h"
#include "kernels/finish.h"

G_BEGIN_DECLS

#define GBOX_CONV_ALIGNMENT 64

struct _GboxConv
{
  GboxConvShape shape; /* its padding does not matter */
  GboxConvPacking packing;
  GboxActivation activation;
  const float *weights; /* (O, I, KH, KW), not ours */
  float *bias;          /* (O), and zeros to a multiple of 16 */
  float *zeros;         /* as many as the most channels of a pixel, see GboxWinogradWork */
  float *packed;        /* as the method wants them */
  gsize n_packed;
};

/**
 * GboxConvCall:
 *
 * One run of a convolution: @from is read and @to is written, whatever the direction. @finish has a bias
 * forward, and accumulates and masks backward.
 */
typedef struct
{
  const GboxConv *conv;
  const GboxConvShape *shape;
  GboxTeam *team;
  const GboxTensor *from;
  const GboxTensor *to;
  GboxFinish finish;
  gpointer scratch;
  const GboxFastKernels *kernels;
} GboxConvCall;

/* Each method: how many floats its packed weights are, what they are, how much scratch a call takes, and the
 * call. */
typedef struct
{
  gsize (*get_n_packed) (const GboxConvShape *shape, const GboxConvPacking *packing);
  void (*pack) (const GboxConvShape *shape,
                const GboxConvPacking *packing,
                const float *weights,
                float *packed);
  gsize (*get_scratch_size) (const GboxConv *conv,
                             const GboxConvShape *shape,
                             const GboxTensor *from,
                             const GboxTensor *to,
                             guint n_workers);
  void (*run) (const GboxConvCall *call);
} GboxConvMethodClass;

extern const GboxConvMethodClass gbox_conv_windows_class;
extern const GboxConvMethodClass gbox_conv_pointwise_class;
extern const GboxConvMethodClass gbox_conv_narrow_class;
extern const GboxConvMethodClass gbox_conv_winograd_class;

/* What a rectifier does to the finished gradient, for methods that do not mask while they finish. */
static inline void
gbox_conv_call_mask (const GboxConvCall *call)
{
  const GboxFinish *finish = &call->finish;
  GboxTensor to = *call->to;

  if (finish->mask.data != NULL)
    gbox_activation_backward (call->team,
                              finish->mask_ceiling < INFINITY ? GBOX_ACTIVATION_RELU6 : GBOX_ACTIVATION_RELU,
                              &finish->mask, &to, FALSE);
}

G_END_DECLS
