/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Specs: what is declared once comes back from JSON, text and flags exactly, and what does not fit is an
 * error that says so. */
#include "base/error.h"
#include "base/philox.h"
#include "runtime/spec-options.h"
#include "toy-spec.h"

#include <locale.h>
#include <math.h>
#include <string.h>

static void
test_json_text (void)
{
  g_autoptr (GboxSpec) spec = toy_spec_new ();
  g_autofree char *json = NULL;

  g_object_set (spec, "title", "“a\"b\\c\n", "seed", G_MAXUINT64, "colour", COLOUR_DARK_BLUE, "free", 1e300,
                NULL);
  json = gbox_spec_to_json (spec);
  g_assert_cmpstr (
    json, ==,
    "{\"type\":\"ToySpec\",\"decorate\":true,\"plain\":false,\"offset\":-1,\"steps\":512,\"big\":0,"
    "\"seed\":\"18446744073709551615\",\"rate\":0.05,\"free\":1e+300,\"colour\":\"dark-blue\","
    "\"title\":\"“a\\\"b\\\\c\\n\"}");
}

static double
random_double (GboxPhilox *random)
{
  union
  {
    guint64 bits;
    double number;
  } any;

  do
    any.bits = (guint64) gbox_philox_next (random) << 32 | gbox_philox_next (random);
  while (!isfinite (any.number));

  return any.number;
}

/* Any finite double comes back with the same bits. */
static void
test_json_round_trip (void)
{
  static const double special[]
    = { 0.0, -0.0, 0.1, 1.0 / 3, 5e-324, 2.2250738585072014e-308, G_MAXDOUBLE, -1e22 };
  GboxPhilox random;

  gbox_philox_init (&random, 1, 1, 1);
  for (guint i = 0; i < 3000; i++)
    {
      g_autoptr (GboxSpec) spec = toy_spec_new ();
      g_autoptr (GboxSpec) back = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *json = NULL;
      const double any = i < G_N_ELEMENTS (special) ? special[i] : random_double (&random);
      const guint64 wide = (guint64) gbox_philox_next (&random) << 32 | gbox_philox_next (&random);

      g_object_set (spec, "free", any, "rate", 3.0 * (double) gbox_philox_uniform (&random), "seed", wide,
                    "big", (gint64) wide, "offset", (int) (wide % 102) - 1, "steps",
                    (guint) (wide % 100000 + 1), NULL);
      json = gbox_spec_to_json (spec);
      back = gbox_spec_new_from_json (toy_spec_get_type (), json, &error);
      g_assert_no_error (error);
      g_assert_true (gbox_spec_equal (spec, back));
      g_assert_cmpmem (&TOY_SPEC (back)->free, sizeof (double), &any, sizeof (double));
      g_assert_true (TOY_SPEC (back)->rate == TOY_SPEC (spec)->rate);
    }
}

static void
test_json_tolerance (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GboxSpec) plain = toy_spec_new ();
  g_autoptr (GboxSpec) spec = gbox_spec_new_from_json (toy_spec_get_type (), "{}", &error);

  g_assert_no_error (error);
  g_assert_true (gbox_spec_equal (spec, plain));
  g_clear_object (&spec);

  spec = gbox_spec_new_from_json (
    toy_spec_get_type (),
    "{\"future\":[1,{\"a\":null}], \"steps\" : 7, \"rate\":1, \"summary\":\"x\", \"seed\":12}", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (TOY_SPEC (spec)->steps, ==, 7);
  g_assert_cmpuint (TOY_SPEC (spec)->seed, ==, 12);
  g_assert_cmpfloat (TOY_SPEC (spec)->rate, ==, 1);
}

static void
check_json_error (const char *json, int code, const char *mentions)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gbox_spec_new_from_json (toy_spec_get_type (), json, &error));
  g_assert_error (error, GBOX_ERROR, code);
  if (mentions != NULL && strstr (error->message, mentions) == NULL)
    g_error ("“%s” does not mention “%s”", error->message, mentions);
}

static const char *const wrong_json[][2] = {
  { "{\"steps\":0}", "from 1 to 100000" },
  { "{\"steps\":100001}", "100001" },
  { "{\"steps\":-1}", "steps" },
  { "{\"steps\":1.5}", "steps" },
  { "{\"steps\":\"7\"}", "steps" },
  { "{\"steps\":null}", "steps" },
  { "{\"steps\":[7]}", "steps" },
  { "{\"steps\":true}", "steps" },
  { "{\"steps\":4294967297}", "steps" },
  { "{\"seed\":-1}", "seed" },
  { "{\"seed\":\"18446744073709551616\"}", "seed" },
  { "{\"rate\":3.0000001}", "from 0 to 3" },
  { "{\"rate\":-1}", "rate" },
  { "{\"rate\":\"1\"}", "rate" },
  { "{\"free\":1e999}", "free" },
  { "{\"decorate\":1}", "true or false" },
  { "{\"decorate\":\"true\"}", "decorate" },
  { "{\"colour\":\"green\"}", "red, dark-blue" },
  { "{\"colour\":1}", "colour" },
  { "{\"title\":5}", "title" },
};

static const char *const damaged_json[] = {
  "",
  "[]",
  "5",
  "{",
  "{\"steps\":7",
  "{\"steps\" 7}",
  "nonsense",
  "{'steps':7}",
  "{/* */}",
  "{\"offset\":18446744073709551615}",
  "\xff{}",
  "{\"a\":\"\xff\"}",
};

static void
test_json_errors (void)
{
  g_autofree char *deep = g_strnfill (1000000, '[');

  for (guint i = 0; i < G_N_ELEMENTS (wrong_json); i++)
    check_json_error (wrong_json[i][0], GBOX_ERROR_INVALID_ARGUMENT, wrong_json[i][1]);
  for (guint i = 0; i < G_N_ELEMENTS (damaged_json); i++)
    check_json_error (damaged_json[i], GBOX_ERROR_INVALID_FILE, NULL);
  check_json_error (deep, GBOX_ERROR_INVALID_FILE, NULL);
  check_json_error ("{\"type\":\"GboxOtherSpec\"}", GBOX_ERROR_UNSUPPORTED, "GboxOtherSpec");
  check_json_error ("{\"type\":[]}", GBOX_ERROR_UNSUPPORTED, "unknown");
  check_json_error ("{\"type\":{}}", GBOX_ERROR_UNSUPPORTED, "unknown");
  check_json_error ("{\"type\":null}", GBOX_ERROR_UNSUPPORTED, "unknown");
  check_json_error ("{\"type\":1}", GBOX_ERROR_UNSUPPORTED, "unknown");
}

static const char *const right_texts[][2] = {
  { "steps", "1" },
  { "steps", "100000" },
  { "offset", "-1" },
  { "rate", "0" },
  { "rate", "2.5e-1" },
  { "rate", "3" },
  { "free", "-1e300" },
  { "decorate", "false" },
  { "plain", "true" },
  { "colour", "dark-blue" },
  { "title", "" },
  { "title", "ö 5" },
  { "seed", "18446744073709551615" },
  { "big", "-9223372036854775808" },
};

static const char *const wrong_texts[][2] = {
  { "steps", "0" },    { "steps", "100001" },  { "steps", "" },
  { "steps", " 5" },   { "steps", "5 " },      { "steps", "+5x" },
  { "steps", "5.0" },  { "steps", "-3" },      { "offset", "-2" },
  { "rate", "" },      { "rate", "nan" },      { "rate", "inf" },
  { "rate", "0,5" },   { "rate", "0x1" },      { "rate", "3.01" },
  { "rate", "1e" },    { "rate", "1 " },       { "free", "1e999" },
  { "decorate", "1" }, { "decorate", "TRUE" }, { "colour", "green" },
  { "colour", "1" },   { "title", "\xff" },    { "summary", "x" },
  { "absent", "1" },   { "seed", "-1" },       { "seed", "18446744073709551616" },
};

static void
test_set_from_string (void)
{
  g_autoptr (GboxSpec) spec = toy_spec_new ();

  for (guint i = 0; i < G_N_ELEMENTS (right_texts); i++)
    {
      g_autoptr (GError) error = NULL;

      gbox_spec_set_from_string (spec, right_texts[i][0], right_texts[i][1], &error);
      g_assert_no_error (error);
    }
  g_assert_cmpfloat (TOY_SPEC (spec)->rate, ==, 3);
  g_assert_cmpint (TOY_SPEC (spec)->colour, ==, COLOUR_DARK_BLUE);
  g_assert_cmpuint (TOY_SPEC (spec)->seed, ==, G_MAXUINT64);
  g_assert_cmpint (TOY_SPEC (spec)->big, ==, G_MININT64);

  for (guint i = 0; i < G_N_ELEMENTS (wrong_texts); i++)
    {
      g_autoptr (GboxSpec) before = gbox_spec_copy (spec);
      g_autoptr (GError) error = NULL;

      g_assert_false (gbox_spec_set_from_string (spec, wrong_texts[i][0], wrong_texts[i][1], &error));
      g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, wrong_texts[i][0]));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_true (gbox_spec_equal (spec, before));
    }
}

/* Of what is beyond the type itself the limit is told, which goes without saying otherwise. */
static void
test_limits (void)
{
  static const struct
  {
    const char *name;
    const char *text;
    const char *range;
  } cases[] = {
    { "offset", "101", "a whole number from -1 to 100." },
    { "steps", "0", "a whole number from 1 to 100000." },
    { "big", "9223372036854775808", "a whole number from -9223372036854775808 to 9223372036854775807." },
    { "big", "wide", "give a whole number." },
    { "seed", "-1", "a whole number from 0 to 18446744073709551615." },
    { "seed", "1.5", "a whole number from 0 on." },
    { "rate", "4", "a number from 0 to 3." },
  };
  g_autoptr (GboxSpec) spec = toy_spec_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (gbox_spec_set_from_string (spec, cases[i].name, cases[i].text, &error));
      g_assert_nonnull (strstr (error->message, cases[i].range));
    }
}

static void
test_copies (void)
{
  g_autoptr (GboxSpec) spec = toy_spec_new ();
  g_autoptr (GboxSpec) copy = NULL;

  g_object_set (spec, "steps", 9, "title", "x", "rate", 0.3, NULL);
  copy = gbox_spec_copy (spec);
  g_assert_true (G_OBJECT_TYPE (copy) == toy_spec_get_type ());
  g_assert_true (gbox_spec_equal (spec, copy));
  g_assert_false (gbox_spec_needs_restart (spec, copy));

  g_object_set (copy, "steps", 10, "rate", 0.31, "decorate", FALSE, NULL);
  g_assert_false (gbox_spec_equal (spec, copy));
  g_assert_false (gbox_spec_needs_restart (spec, copy));
  g_object_set (copy, "title", "y", NULL);
  g_assert_true (gbox_spec_needs_restart (spec, copy));
  g_object_set (copy, "title", "x", "offset", 5, NULL);
  g_assert_true (gbox_spec_needs_restart (spec, copy));
}

/* What differs, as text that sets it again. */
static void
test_differences (void)
{
  g_autoptr (GboxSpec) spec = g_object_new (toy_spec_get_type (), NULL);
  g_autoptr (GboxSpec) other = gbox_spec_copy (spec);
  g_autofree const char **none = gbox_spec_list_differences (spec, other);
  g_autofree const char **names = NULL;

  g_assert_null (none[0]);
  g_object_set (other, "colour", COLOUR_DARK_BLUE, "rate", 0.1, "title", "a; b", NULL);
  names = gbox_spec_list_differences (spec, other);
  g_assert_cmpuint (g_strv_length ((char **) names), ==, 3);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *value = gbox_spec_get_as_string (other, names[i]);

      g_assert_true (gbox_spec_set_from_string (spec, names[i], value, NULL));
    }
  g_assert_true (gbox_spec_equal (spec, other));
  g_object_set (other, "steps", 3, "decorate", FALSE, NULL);
  gbox_spec_assign (spec, other);
  g_assert_true (gbox_spec_equal (spec, other));
}

static void
test_validate (void)
{
  g_autoptr (GboxSpec) spec = toy_spec_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (gbox_spec_validate (spec, &error));
  g_assert_no_error (error);
  g_object_set (spec, "plain", TRUE, NULL);
  g_assert_false (gbox_spec_validate (spec, &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
}

static gboolean
parse_flags (GboxSpec *spec, const char *line, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_auto (GStrv) words = NULL;

  g_assert_true (g_shell_parse_argv (line, NULL, &words, NULL));
  g_option_context_add_group (context, gbox_spec_get_options (spec));

  return g_option_context_parse_strv (context, &words, error);
}

static void
test_flags (void)
{
  g_autoptr (GboxSpec) spec = toy_spec_new ();
  g_autoptr (GError) error = NULL;

  parse_flags (
    spec, "program --steps=33 --rate 0.25 --no-decorate --plain --colour dark-blue --title='a b' --offset=-1",
    &error);
  g_assert_no_error (error);
  g_assert_cmpuint (TOY_SPEC (spec)->steps, ==, 33);
  g_assert_cmpfloat (TOY_SPEC (spec)->rate, ==, 0.25);
  g_assert_false (TOY_SPEC (spec)->decorate);
  g_assert_true (TOY_SPEC (spec)->plain);
  g_assert_cmpint (TOY_SPEC (spec)->colour, ==, COLOUR_DARK_BLUE);
  g_assert_cmpstr (TOY_SPEC (spec)->title, ==, "a b");

  parse_flags (spec, "program --decorate --no-plain", &error);
  g_assert_no_error (error);
  g_assert_true (TOY_SPEC (spec)->decorate);
  g_assert_false (TOY_SPEC (spec)->plain);

  g_assert_false (parse_flags (spec, "program --steps=0", &error));
  g_assert_error (error, GBOX_ERROR, GBOX_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (parse_flags (spec, "program --summary=0", &error));
  g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION);
}

static void
test_help (void)
{
  g_autoptr (GboxSpec) spec = toy_spec_new ();
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autofree char *help = NULL;

  g_option_context_set_main_group (context, gbox_spec_get_options (spec));
  help = g_option_context_get_help (context, TRUE, NULL);
  g_assert_nonnull (strstr (help, "How fast (a number from 0 to 3; default 0.05)"));
  g_assert_nonnull (strstr (help, "Of the flowers (one of red, dark-blue; default red)"));
  g_assert_nonnull (strstr (help, "--no-decorate"));
  g_assert_nonnull (strstr (help, "--plain"));
  g_assert_null (strstr (help, "--no-plain"));
  g_assert_null (strstr (help, "--summary"));
}

/* What a command has no use for it neither offers nor takes. */
static void
test_flags_without (void)
{
  static const char *const names[] = { "rate", "plain", NULL };
  g_autoptr (GboxSpec) spec = toy_spec_new ();
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *help = NULL;
  g_auto (GStrv) words = g_strsplit ("program --rate=1", " ", -1);

  g_option_context_set_main_group (context, gbox_spec_get_options_without (spec, names));
  help = g_option_context_get_help (context, TRUE, NULL);
  g_assert_null (strstr (help, "--rate"));
  g_assert_null (strstr (help, "--plain"));
  g_assert_nonnull (strstr (help, "--steps"));
  g_assert_false (g_option_context_parse_strv (context, &words, &error));
  g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION);
}

/* A locale with a decimal comma, if there is one. */
static void
test_locale (void)
{
  static const char *const names[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR" };
  gboolean found = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (names) && !found; i++)
    found = setlocale (LC_NUMERIC, names[i]) != NULL;
  if (!found)
    {
      g_test_skip ("no locale with a decimal comma is installed");
      return;
    }

  g_assert_cmpstr (localeconv ()->decimal_point, ==, ",");
  test_json_text ();
  test_json_round_trip ();
  test_set_from_string ();
  setlocale (LC_NUMERIC, "C");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/spec/json-text", test_json_text);
  g_test_add_func ("/spec/json-round-trip", test_json_round_trip);
  g_test_add_func ("/spec/json-tolerance", test_json_tolerance);
  g_test_add_func ("/spec/json-errors", test_json_errors);
  g_test_add_func ("/spec/set-from-string", test_set_from_string);
  g_test_add_func ("/spec/limits", test_limits);
  g_test_add_func ("/spec/copies", test_copies);
  g_test_add_func ("/spec/differences", test_differences);
  g_test_add_func ("/spec/validate", test_validate);
  g_test_add_func ("/spec/flags", test_flags);
  g_test_add_func ("/spec/help", test_help);
  g_test_add_func ("/spec/flags-without", test_flags_without);
  g_test_add_func ("/spec/locale", test_locale);

  return g_test_run ();
}
