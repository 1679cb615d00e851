/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which taps of a sliding window meet which inputs, along one axis. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxWindow:
 *
 * Output o looks at inputs o·stride + t − pad with its taps t = 0 … kernel − 1.
 */
typedef struct
{
  int kernel;
  int stride;
  int pad;
} GboxWindow;

/**
 * GboxRange:
 *
 * The integers @first … @end − 1; none where @end ≤ @first.
 */
typedef struct
{
  int first;
  int end;
} GboxRange;

/* The taps of output @out that fall on one of @n_inputs inputs. */
static inline GboxRange
gbox_window_taps (GboxWindow w, int out, int n_inputs)
{
  const int start = out * w.stride - w.pad;

  return (GboxRange){ MAX (0, -start), MIN (w.kernel, n_inputs - start) };
}

/* Those of @n_outputs outputs that look at input @in; each does so with its tap in + pad − out·stride. */
static inline GboxRange
gbox_window_outputs (GboxWindow w, int in, int n_outputs)
{
  const int position = in + w.pad;
  const int before = position - w.kernel;

  return (GboxRange){ before < 0 ? 0 : before / w.stride + 1,
                      position < 0 ? 0 : MIN (n_outputs, position / w.stride + 1) };
}

G_END_DECLS
