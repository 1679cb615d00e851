/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How tokens are chosen: the parameters of a completion. */
#pragma once

#include <adwaita.h>

#include "completion/sample-checks.h"

G_BEGIN_DECLS

#define GBOX_TYPE_SAMPLING_PANE (gbox_sampling_pane_get_type ())
G_DECLARE_FINAL_TYPE (GboxSamplingPane, gbox_sampling_pane, GBOX, SAMPLING_PANE, AdwBin)

/* Once. */
void gbox_sampling_pane_set_session (GboxSamplingPane *self, GboxCompletionSession *session);
/* Takes over what has been typed and not yet been entered. */
void gbox_sampling_pane_commit (GboxSamplingPane *self);

/* Once: adds a switch for them. */
void gbox_sampling_pane_set_checks (GboxSamplingPane *self, GboxSampleChecks *checks);

G_END_DECLS
