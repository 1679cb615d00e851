/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be computed, as plain properties declared once. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * GBOX_PARAM_LIVE:
 *
 * A property with this flag may change while a run goes on (gbox_run_adjust()); any other change needs a new
 * run.
 */
#define GBOX_PARAM_LIVE (1 << (G_PARAM_USER_SHIFT + 0))

typedef struct _GboxJob GboxJob;

#define GBOX_TYPE_SPEC (gbox_spec_get_type ())
G_DECLARE_DERIVABLE_TYPE (GboxSpec, gbox_spec, GBOX, SPEC, GObject)

/**
 * GboxSpecClass:
 * @create_job: makes the job that does what the spec says; the job holds its own copy of the spec. Called on
 * the engine thread.
 * @validate: (nullable): checks what ranges cannot say (which properties belong together)
 *
 * A spec type is a GObject whose readable and writable properties are its parameters: boolean, int, uint,
 * int64, uint64, double, enum or string; others are not parameters. Each has range, default, nick and blurb;
 * flags, JSON, tooltips and the metadata of saved files come from them. A spec belongs to one thread at a
 * time.
 */
struct _GboxSpecClass
{
  GObjectClass parent_class;

  GboxJob *(*create_job) (GboxSpec *spec);
  gboolean (*validate) (GboxSpec *spec, GError **error);

  /*< private >*/
  gsize values;
  const gsize *fields;
};

/**
 * gbox_spec_class_set_fields:
 * @class: a subclass, as it is made
 * @values: where in an instance a struct of values lies
 * @offsets: (array): by property id, where in the struct the field of a property lies, as
 * gbox_spec_field_get() reads it; for ever
 *
 * Its properties are these fields: it needs no functions of its own to get and set them.
 */
void gbox_spec_class_set_fields (GboxSpecClass *class, gsize values, const gsize *offsets);

/* A new spec of the same type with the same values. */
GboxSpec *gbox_spec_copy (GboxSpec *spec);
gboolean gbox_spec_equal (GboxSpec *a, GboxSpec *b);
gboolean gbox_spec_validate (GboxSpec *spec, GError **error);

/**
 * gbox_spec_needs_restart:
 *
 * Returns: whether going from @from to @to changes a property that is not %GBOX_PARAM_LIVE
 */
gboolean gbox_spec_needs_restart (GboxSpec *from, GboxSpec *to);

/* One JSON object in one line, keys as the properties are named; "type" holds the GType's name. Numbers have
 * the fewest digits that give them back exactly. Free with g_free(). */
char *gbox_spec_to_json (GboxSpec *spec);

/**
 * gbox_spec_new_from_json:
 * @type: the spec type expected
 * @json: text as gbox_spec_to_json() writes it; unknown keys are ignored, missing ones take their defaults
 * @error: return location for an error
 *
 * A value out of range or of the wrong kind is an error that names it, not clamped. Whether the values go
 * together is not checked: gbox_spec_validate() does.
 *
 * Returns: (transfer full) (nullable): the spec
 */
GboxSpec *gbox_spec_new_from_json (GType type, const char *json, GError **error);

/**
 * gbox_spec_set_from_string:
 * @spec: a spec
 * @property: name of a property, as on the command line
 * @value: its value as text: a number, true/false, an enum's nick, a string
 * @error: return location for an error
 *
 * Returns: %FALSE with %GBOX_ERROR_INVALID_ARGUMENT and a message naming the property, the value and the
 * range
 */
gboolean gbox_spec_set_from_string (GboxSpec *spec, const char *property, const char *value, GError **error);

/* The value of a property as text that gbox_spec_set_from_string() reads back exactly. Free with g_free(). */
char *gbox_spec_get_as_string (GboxSpec *spec, const char *property);

/* Names of the properties in which two specs of one type differ, in their order, NULL-terminated. The names
 * are static; free the array with g_free(). */
const char **gbox_spec_list_differences (GboxSpec *a, GboxSpec *b);

/* Gives @spec the values of @from, a spec of the same type; only what differs is set. */
void gbox_spec_assign (GboxSpec *spec, GboxSpec *from);

/**
 * gbox_spec_get_options:
 * @spec: the spec the parsed values go to; the group holds a reference
 *
 * A flag for every property: `--learning-rate=0.05`, `--transforms` and `--no-transforms` for booleans; the
 * blurb is the help text, with default and range.
 *
 * Returns: (transfer full): an option group to add to a GOptionContext
 */
GOptionGroup *gbox_spec_get_options (GboxSpec *spec);

/* Gives every property the default of its declaration: a spec's defaults stand there and nowhere else. For
 * the init function of a spec's type. */
void gbox_spec_set_defaults (GboxSpec *spec);

G_END_DECLS
