/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What “bench vision” times. */
#pragma once

#include "vision/visualization-spec.h"

G_BEGIN_DECLS

typedef enum
{
  BENCH_STEP,     /* one step of a visualization */
  BENCH_CLASSIFY, /* a batch of photographs */
  BENCH_THREADS,  /* a step with one thread and with all */
  BENCH_PIXELS,   /* a step at growing sizes */
} BenchWork;

/**
 * BenchCase:
 * @model: the catalogue's name of the network
 * @name: of the case, unique within the network
 * @work: what is done
 * @layer: target of a step
 * @objective: of a step
 * @unit: of a step; no other of the layer takes more
 * @size: pixels of a step's image along an axis
 * @batch: images to classify at a time, else 0
 * @lucent: whether the peer also does it as lucent does
 * @parts: whether to say what each part of it takes even where that was not asked for
 */
typedef struct
{
  const char *model;
  const char *name;
  BenchWork work;
  const char *layer;
  GboxObjectiveKind objective;
  int unit;
  int size;
  int batch;
  gboolean lucent;
  gboolean parts;
} BenchCase;

/* Sizes along an axis of BENCH_PIXELS. */
#define BENCH_N_SIZES 4
extern const int bench_sizes[BENCH_N_SIZES];

guint bench_get_n_cases (void);
const BenchCase *bench_get_case (guint i);

/* "inceptionv1/4a@224"; free with g_free(). */
char *bench_case_get_full_name (const BenchCase *self);

/* Whether @self's full name contains one of @only, a NULL-terminated list; %NULL for all. */
gboolean bench_case_is_wanted (const BenchCase *self, char **only);

/**
 * bench_check_names:
 * @only: (nullable): NULL-terminated
 * @error: return location for an error
 *
 * Returns: %FALSE, with a message that lists the names there are, if one of @only is in no case's name
 */
gboolean bench_check_names (char **only, GError **error);

/* What a step of it is, at @size instead of its own where that is not 0. Transfer full. */
GboxVisualizationSpec *bench_case_make_spec (const BenchCase *self, int size);

G_END_DECLS
