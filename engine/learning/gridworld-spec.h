/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which gridworld an agent is to learn, and how. */
#pragma once

#include "learning/tabular-agent.h"
#include "runtime/spec.h"

G_BEGIN_DECLS

/**
 * GboxGridworldSpec:
 *
 * Properties, with their defaults: `world` (string, "cliff": as gbox_gridworld_parse() takes it; live, for a
 * world of the same size), `algorithm` (#GboxTabularAlgorithm, sarsa), `episodes` (uint 500, live),
 * `learning-rate` (double .5, live), `discount` (double 1, live), `epsilon` (double .1, live), `seed` (uint
 * 0), `repeats` (uint 1: how many agents learn, with the seeds from that on), `moves` (uint 0, live: how many
 * moves a step of the run does; 0 for whole episodes).
 */
#define GBOX_TYPE_GRIDWORLD_SPEC (gbox_gridworld_spec_get_type ())
G_DECLARE_FINAL_TYPE (GboxGridworldSpec, gbox_gridworld_spec, GBOX, GRIDWORLD_SPEC, GboxSpec)

GboxGridworldSpec *gbox_gridworld_spec_new (void);

/**
 * GboxGridworldValues:
 *
 * The properties as plain fields, for those who compute with them. Strings are never %NULL.
 */
typedef struct
{
  char *world;
  GboxTabularAlgorithm algorithm;
  guint episodes;
  double learning_rate;
  double discount;
  double epsilon;
  guint seed;
  guint repeats;
  guint moves;
} GboxGridworldValues;

/* Transfer none; changes as the properties do. */
const GboxGridworldValues *gbox_gridworld_spec_get_values (GboxGridworldSpec *spec);

G_END_DECLS
