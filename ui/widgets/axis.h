/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Round tick values for a range of numbers, and numbers as text. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * GboxAxis:
 * @low: value at the start
 * @high: value at the end, above @low
 * @step: from one tick to the next; ticks are its multiples within the range
 */
typedef struct
{
  double low;
  double high;
  double step;
} GboxAxis;

/**
 * gbox_axis_fit_values:
 * @axis: (out): an axis that holds @min … @max with some room
 * @min: smallest value
 * @max: largest value, not below @min
 * @max_ticks: about how many ticks there is room for, 2 or more
 *
 * The step is 1, 2 or 5 times a power of ten, and the ends are multiples of half a step, so that a growing
 * curve does not move the axis with every point. Zero is one end where the values come near it compared with
 * their spread.
 */
void gbox_axis_fit_values (GboxAxis *axis, double min, double max, int max_ticks);

/* The axis 0 … @max of counted steps: quarters where they are whole, else round ticks, of whole steps. */
void gbox_axis_fit_steps (GboxAxis *axis, double max, int max_ticks);

/* Number of ticks, and the value of one of them. */
int gbox_axis_get_n_ticks (const GboxAxis *axis);
double gbox_axis_get_tick (const GboxAxis *axis, int i);

/* A tick's value with the decimals its step needs: "1,200", "0.25", "120k". Free with g_free(). */
char *gbox_axis_format_tick (const GboxAxis *axis, double value);

/* A value with about three significant digits: "389", "12.0", "1,204". Free with g_free(). */
char *gbox_axis_format_value (double value);

/* The same without zeros at the end, for a value that does not change: "12". Free with g_free(). */
char *gbox_axis_format_constant (double value);

G_END_DECLS
