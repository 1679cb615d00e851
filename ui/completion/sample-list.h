/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The samples of a prompt, one of which is shown. */
#pragma once

#include <adwaita.h>

#include "completion/sample-checks.h"

G_BEGIN_DECLS

/**
 * GboxSampleList:
 *
 * Shows nothing for a single sample, unless it is checked. What stands in a branch's `badge` is shown beside
 * it.
 */
#define GBOX_TYPE_SAMPLE_LIST (gbox_sample_list_get_type ())
G_DECLARE_FINAL_TYPE (GboxSampleList, gbox_sample_list, GBOX, SAMPLE_LIST, AdwBin)

/* Once. */
void
gbox_sample_list_set_session (GboxSampleList *self, GboxCompletionSession *session, GboxSampleChecks *checks);

G_END_DECLS
