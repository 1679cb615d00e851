/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Specs as command line flags, some of them. */
#pragma once

#include "runtime/spec.h"

G_BEGIN_DECLS

/**
 * gbox_spec_get_options_without:
 * @spec: the spec the parsed values go to; the group holds a reference
 * @names: (nullable): a %NULL ends them: properties that have no flag
 *
 * As gbox_spec_get_options(), for a command to which some parameters mean nothing: their flags are neither in
 * the help nor understood.
 *
 * Returns: (transfer full): an option group to add to a GOptionContext
 */
GOptionGroup *gbox_spec_get_options_without (GboxSpec *spec, const char *const *names);

G_END_DECLS
