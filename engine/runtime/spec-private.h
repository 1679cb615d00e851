/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters as text: what JSON, flags and set_from_string share. */
#pragma once

#include "runtime/spec.h"

G_BEGIN_DECLS

/* The parameters of a spec type: readable, writable properties of a kind that text can hold. Free the array
 * with g_free(). */
GParamSpec **gbox_spec_list_parameters (GType type, guint *n_parameters);

/* (nullable): the parameter of that name; %NULL if there is none. */
GParamSpec *gbox_spec_find_parameter (GType type, const char *name);

/* "a whole number from 1 to 100000", "one of fourier, pixel". Free with g_free(). */
char *gbox_spec_describe_range (GParamSpec *pspec);

/**
 * gbox_spec_parse_value:
 * @pspec: a parameter
 * @text: its value as text, the same in every locale
 * @value: (out caller-allocates): initialized for @pspec
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT if @text is not a value of @pspec or out of its range
 */
gboolean gbox_spec_parse_value (GParamSpec *pspec, const char *text, GValue *value, GError **error);

/* The value as text that gbox_spec_parse_value() reads back exactly; the same in every locale. Free with
 * g_free(). */
char *gbox_spec_format_value (GParamSpec *pspec, const GValue *value);

G_END_DECLS
