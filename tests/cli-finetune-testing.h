/* SPDX-License-Identifier: GPL-3.0-or-later */
/* “finetune” of a tiny model of the fixtures. */
#pragma once

#include "cli-json-testing.h"

#define FINETUNE                                                                                             \
  "finetune --json --prompt words --reward characters:ab --batch 8 --length 6 --learning-rate 0.02 "         \
  "--samples 3 --seed 4"

static char *
get_model (void)
{
  return g_test_build_filename (G_TEST_DIST, "fixtures", "transformer-llama.gguf", NULL);
}
