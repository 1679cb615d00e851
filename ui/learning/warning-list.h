/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The warnings that hold at present, by their kind. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GboxWarningList GboxWarningList;

GboxWarningList *gbox_warning_list_new (void);
void gbox_warning_list_free (GboxWarningList *list);

/* The warning of the kind @id is @text from now on; with "" it no longer holds. */
void gbox_warning_list_set (GboxWarningList *list, const char *id, const char *text);
void gbox_warning_list_clear (GboxWarningList *list);

/* (transfer full) (nullable): one a line, in the order in which they came. */
char *gbox_warning_list_describe (const GboxWarningList *list);

G_END_DECLS
