/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the scheduler does with a job that job types do not. */
#pragma once

#include "runtime/job.h"
#include "runtime/mailbox.h"

G_BEGIN_DECLS

/* Where the job's posts go from now on; without a mailbox they go nowhere. */
void gbox_job_set_mailbox (GboxJob *job, GboxMailbox *mailbox);

/* Whether the length that the job posted says that steps are left to do; unknown lengths never end. */
gboolean gbox_job_has_steps_left (GboxJob *job);

G_END_DECLS
