/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of parameters on the way, as text: "100:learning-rate=0.02;200:unit=5". */
#pragma once

#include "runtime/spec.h"

G_BEGIN_DECLS

/**
 * GboxScheduleEntry:
 * @step: after how many steps
 * @property: a parameter of the spec
 * @value: what it is from then on, as gbox_spec_set_from_string() takes it
 */
typedef struct
{
  guint step;
  char *property;
  char *value;
} GboxScheduleEntry;

/**
 * GboxSchedule:
 *
 * Entries by step; those of one step concern different parameters. As text they stand in this order, as
 * STEP:PARAMETER=VALUE with semicolons between them; in values semicolons and per cent signs are %3B and %25.
 */
typedef struct _GboxSchedule GboxSchedule;

GboxSchedule *gbox_schedule_new (void);
void gbox_schedule_free (GboxSchedule *self);

/**
 * gbox_schedule_parse:
 * @text: a schedule; empty for none
 * @error: return location for an error
 *
 * Whether the parameters exist and take the values shows only when it is applied.
 *
 * Returns: (transfer full) (nullable): the schedule; %NULL with %GBOX_ERROR_INVALID_ARGUMENT
 */
GboxSchedule *gbox_schedule_parse (const char *text, GError **error);
/* Free with g_free(). */
char *gbox_schedule_to_text (const GboxSchedule *self);

/* Whether anything changes after just so many steps. */
gboolean gbox_schedule_has_step (const GboxSchedule *self, guint step);
guint gbox_schedule_get_length (const GboxSchedule *self);
const GboxScheduleEntry *gbox_schedule_get_entry (const GboxSchedule *self, guint i);

/* Adds an entry in its place; it replaces one of the same step and property. */
void gbox_schedule_add (GboxSchedule *self, guint step, const char *property, const char *value);
/* Drops all entries but those with @first ≤ step < @end. */
void gbox_schedule_keep (GboxSchedule *self, guint first, guint end);

/**
 * gbox_schedule_apply:
 * @self: a schedule
 * @first: the first step whose entries count
 * @end: the step after the last one
 * @spec: (inout): gets the values, in order
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT, naming the entry
 */
gboolean
gbox_schedule_apply (const GboxSchedule *self, guint first, guint end, GboxSpec *spec, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GboxSchedule, gbox_schedule_free)

G_END_DECLS
