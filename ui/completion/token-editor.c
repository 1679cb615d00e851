/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a session to be edited, with its tokens in colour as they come. */
#include "completion/token-editor.h"

#include <gtksourceview/gtksource.h>
#include <math.h>

#include "completion/prompts.h"
#include "completion/tint.h"

struct _GboxTokenEditor
{
  AdwBin parent_instance;

  GtkScrolledWindow *scrolled_window;
  GtkSourceView *view;
  GtkTextBuffer *buffer; /* the view's */
  GtkTextMark *end_mark; /* of the buffer */

  GboxCompletionSession *session;
  GboxTint *tint;
  int n_prompt;          /* characters before the first token */
  gboolean is_following; /* the session leads, not the user */
  gboolean follows_end;  /* shows what comes, until the user scrolls away */
  gboolean tints;
  gboolean is_grouping; /* what the run writes is one step of undo, which goes on */
};

G_DEFINE_FINAL_TYPE (GboxTokenEditor, gbox_token_editor, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_TINTS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
gbox_token_editor_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GboxTokenEditor *self = GBOX_TOKEN_EDITOR (object);

  switch (id)
    {
    case PROP_TINTS:
      g_value_set_boolean (value, self->tints);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
gbox_token_editor_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GboxTokenEditor *self = GBOX_TOKEN_EDITOR (object);

  switch (id)
    {
    case PROP_TINTS:
      self->tints = g_value_get_boolean (value);
      gbox_tint_set_visible (self->tint, self->tints);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* The part of a token that is seen, as places in the text. */
static gboolean
get_visible_range (GboxTokenEditor *self, guint token, GtkTextIter *begin, GtkTextIter *end)
{
  int first, last, from, to;

  if (!gbox_token_find_visible (gbox_completion_session_get_token (self->session, token)->text, &from, &to))
    return FALSE;
  gbox_token_map_get_range (gbox_completion_session_get_map (self->session), token, &first, &last);
  gtk_text_buffer_get_iter_at_offset (self->buffer, begin, self->n_prompt + first + from);
  gtk_text_buffer_get_iter_at_offset (self->buffer, end, self->n_prompt + first + to);
  return TRUE;
}

static void
tint_token (GboxTokenEditor *self, guint token)
{
  const double logprob
    = (double) gbox_completion_session_get_token (self->session, token)->sample.chosen.logprob;
  GtkTextTag *tag = gbox_tint_get_tag (self->tint, exp (logprob));
  GtkTextIter begin, end;

  if (tag != NULL && get_visible_range (self, token, &begin, &end))
    gtk_text_buffer_apply_tag (self->buffer, tag, &begin, &end);
}

/* Of white space all is marked: it must be seen where it is. */
static void
get_whole_range (GboxTokenEditor *self, guint token, GtkTextIter *begin, GtkTextIter *end)
{
  int first, last;

  gbox_token_map_get_range (gbox_completion_session_get_map (self->session), token, &first, &last);
  gtk_text_buffer_get_iter_at_offset (self->buffer, begin, self->n_prompt + first);
  gtk_text_buffer_get_iter_at_offset (self->buffer, end, self->n_prompt + last);
}

static void
follow_looked_at (GboxTokenEditor *self)
{
  const int token = gbox_completion_session_get_looked_at (self->session);
  GtkTextTag *tag = gbox_tint_get_looked_at (self->tint);
  GtkTextIter begin, end;

  gtk_text_buffer_get_bounds (self->buffer, &begin, &end);
  gtk_text_buffer_remove_tag (self->buffer, tag, &begin, &end);
  if (token < 0)
    return;
  if (!get_visible_range (self, (guint) token, &begin, &end))
    get_whole_range (self, (guint) token, &begin, &end);
  gtk_text_buffer_apply_tag (self->buffer, tag, &begin, &end);
}

/* While a head is looked at its shades are alone: they would mix with the tints. */
static void
follow_shades (GboxTokenEditor *self)
{
  guint n;
  const GboxShade *shades = gbox_completion_session_get_shades (self->session, &n);

  gbox_tint_clear_attention (self->tint);
  gbox_tint_set_visible (self->tint, self->tints && n == 0);
  for (guint i = 0; i < n; i++)
    {
      GtkTextTag *tag = gbox_tint_get_attention (self->tint, shades[i].strength);
      GtkTextIter begin, end;

      gtk_text_buffer_get_iter_at_offset (self->buffer, &begin, shades[i].begin);
      gtk_text_buffer_get_iter_at_offset (self->buffer, &end, shades[i].end);
      if (tag != NULL)
        gtk_text_buffer_apply_tag (self->buffer, tag, &begin, &end);
    }
}

/* Colours of a language for what is in one, and none for prose. */
static void
follow_language (GboxTokenEditor *self)
{
  GtkSourceLanguageManager *manager = gtk_source_language_manager_get_default ();
  const gboolean is_code = gbox_prompt_is_python (gbox_completion_session_get_prompt (self->session));
  GtkSourceLanguage *language
    = is_code ? gtk_source_language_manager_get_language (manager, "python3") : NULL;
  GtkSourceBuffer *buffer = GTK_SOURCE_BUFFER (self->buffer);

  if (gtk_source_buffer_get_language (buffer) != language)
    gtk_source_buffer_set_language (buffer, language);
  gtk_source_view_set_show_line_numbers (self->view, is_code);
}

/* Also of what is not laid out yet. */
static void
show_end (GboxTokenEditor *self)
{
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->view), self->end_mark, 0, FALSE, 0, 0);
}

static char *
get_text (GtkTextBuffer *buffer)
{
  GtkTextIter begin, end;

  gtk_text_buffer_get_bounds (buffer, &begin, &end);
  return gtk_text_buffer_get_text (buffer, &begin, &end, TRUE);
}

/* Characters at the beginning of both. */
static int
count_same (const char *a, const char *b)
{
  int n = 0;

  while (*a != '\0' && g_utf8_get_char (a) == g_utf8_get_char (b))
    {
      a = g_utf8_next_char (a);
      b = g_utf8_next_char (b);
      n++;
    }
  return n;
}

/* So that it can be undone, unlike gtk_text_buffer_set_text(). What is there already stays. */
static void
replace_text (GtkTextBuffer *buffer, const char *text)
{
  g_autofree char *before = get_text (buffer);
  const int n_same = count_same (before, text);
  GtkTextIter begin, end;

  if (g_str_equal (before, text))
    return;
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_iter_at_offset (buffer, &begin, n_same);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_delete (buffer, &begin, &end);
  gtk_text_buffer_insert (buffer, &begin, g_utf8_offset_to_pointer (text, n_same), -1);
  gtk_text_buffer_end_user_action (buffer);
}

/* A completion is one step of undo, however many tokens it has. Until it has ended nothing is undone. */
static void
follow_run (GboxTokenEditor *self)
{
  const gboolean is_running = gbox_completion_session_is_running (self->session);

  if (is_running == self->is_grouping)
    return;
  self->is_grouping = is_running;
  if (is_running)
    gtk_text_buffer_begin_user_action (self->buffer);
  else
    gtk_text_buffer_end_user_action (self->buffer);
}

static void
follow_text (GboxTokenEditor *self)
{
  g_autofree char *text = gbox_completion_session_get_text (self->session);
  GtkTextIter end;

  self->is_following = TRUE;
  follow_run (self);
  follow_language (self);
  gbox_tint_clear (self->tint);
  replace_text (self->buffer, text);
  self->n_prompt = (int) g_utf8_strlen (gbox_completion_session_get_prompt (self->session), -1);
  for (guint i = 0; i < gbox_completion_session_get_n_tokens (self->session); i++)
    tint_token (self, i);
  follow_looked_at (self);
  gtk_text_buffer_get_end_iter (self->buffer, &end);
  gtk_text_buffer_place_cursor (self->buffer, &end);
  self->follows_end = TRUE;
  show_end (self);
  self->is_following = FALSE;
}

static gboolean
is_end_visible (GboxTokenEditor *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled_window);

  return gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment)
         >= gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_step_increment (adjustment);
}

static void
on_token_added (GboxTokenEditor *self, guint token)
{
  const char *text = gbox_completion_session_get_token (self->session, token)->text;
  const gboolean follows_end = self->follows_end || is_end_visible (self);
  GtkTextIter end;

  self->is_following = TRUE;
  gtk_text_buffer_get_end_iter (self->buffer, &end);
  gtk_text_buffer_insert (self->buffer, &end, text, -1);
  tint_token (self, token);
  if (follows_end)
    show_end (self);
  self->is_following = FALSE;
}

static void
on_changed (GboxTokenEditor *self)
{
  g_autofree char *text = NULL;

  if (self->is_following || self->session == NULL)
    return;
  text = get_text (self->buffer);
  gbox_tint_clear (self->tint);
  gbox_completion_session_edit (self->session, text);
  follow_language (self);
}

/* At the end it is the newest, whatever comes. */
static void
on_cursor_moved (GboxTokenEditor *self)
{
  int offset = 0;

  if (self->is_following || self->session == NULL)
    return;
  g_object_get (self->buffer, "cursor-position", &offset, NULL);
  gbox_completion_session_look_at (self->session,
                                   gbox_token_map_find (gbox_completion_session_get_map (self->session),
                                                        offset - self->n_prompt));
}

static void
on_motion (GboxTokenEditor *self, double x, double y)
{
  GtkTextView *view = GTK_TEXT_VIEW (self->view);
  GtkTextIter iter;
  int buffer_x, buffer_y, token = -1;

  gtk_text_view_window_to_buffer_coords (view, GTK_TEXT_WINDOW_WIDGET, (int) x, (int) y, &buffer_x,
                                         &buffer_y);
  if (gtk_text_view_get_iter_at_location (view, &iter, buffer_x, buffer_y))
    token = gbox_token_map_find (gbox_completion_session_get_map (self->session),
                                 gtk_text_iter_get_offset (&iter) - self->n_prompt);
  gbox_completion_session_hover (self->session, token);
}

static gboolean
on_scroll (GboxTokenEditor *self)
{
  self->follows_end = FALSE;
  return GDK_EVENT_PROPAGATE;
}

static void
on_leave (GboxTokenEditor *self)
{
  gbox_completion_session_hover (self->session, -1);
}

static void
follow_style (GboxTokenEditor *self)
{
  const gboolean is_dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleSchemeManager *manager = gtk_source_style_scheme_manager_get_default ();

  gtk_source_buffer_set_style_scheme (GTK_SOURCE_BUFFER (self->buffer),
                                      gtk_source_style_scheme_manager_get_scheme (manager, is_dark
                                                                                             ? "Adwaita-dark"
                                                                                             : "Adwaita"));
  gbox_tint_set_dark (self->tint, is_dark);
}

static void
gbox_token_editor_dispose (GObject *object)
{
  GboxTokenEditor *self = GBOX_TOKEN_EDITOR (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->tint, gbox_tint_free);
  G_OBJECT_CLASS (gbox_token_editor_parent_class)->dispose (object);
}

static void
gbox_token_editor_class_init (GboxTokenEditorClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->get_property = gbox_token_editor_get_property;
  object_class->set_property = gbox_token_editor_set_property;
  object_class->dispose = gbox_token_editor_dispose;
  properties[PROP_TINTS]
    = g_param_spec_boolean ("tints", NULL, NULL, TRUE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/token-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxTokenEditor, scrolled_window);
  gtk_widget_class_bind_template_child (widget_class, GboxTokenEditor, view);
  gtk_widget_class_bind_template_callback (widget_class, on_motion);
  gtk_widget_class_bind_template_callback (widget_class, on_leave);
  gtk_widget_class_bind_template_callback (widget_class, on_scroll);
}

static void
gbox_token_editor_init (GboxTokenEditor *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  GtkTextIter end;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->tints = TRUE;
  self->buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
  self->tint = gbox_tint_new (self->buffer);
  gtk_text_buffer_get_end_iter (self->buffer, &end);
  self->end_mark = gtk_text_buffer_create_mark (self->buffer, NULL, &end, FALSE);
  g_signal_connect_object (self->buffer, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->buffer, "notify::cursor-position", G_CALLBACK (on_cursor_moved), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (follow_style), self, G_CONNECT_SWAPPED);
  follow_style (self);
}

void
gbox_token_editor_set_session (GboxTokenEditor *self, GboxCompletionSession *session)
{
  g_return_if_fail (GBOX_IS_TOKEN_EDITOR (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "text-changed", G_CALLBACK (follow_text), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "token-added", G_CALLBACK (on_token_added), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::is-running", G_CALLBACK (follow_run), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "shades-changed", G_CALLBACK (follow_shades), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::token", G_CALLBACK (follow_looked_at), self, G_CONNECT_SWAPPED);
  follow_text (self);
}

GtkTextBuffer *
gbox_token_editor_get_buffer (GboxTokenEditor *self)
{
  g_return_val_if_fail (GBOX_IS_TOKEN_EDITOR (self), NULL);

  return self->buffer;
}
