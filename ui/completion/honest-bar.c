/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a small model cannot be expected to do, and a larger one to get. */
#include "completion/honest-bar.h"

#include "completion/prompts.h"

#define SMALL_MODEL "smollm2-135m"
#define CODER_MODEL "qwen2.5-coder-0.5b"

struct _GboxHonestBar
{
  AdwBin parent_instance;

  GboxCompletionSession *session;
  gboolean is_dismissed;
};

G_DEFINE_FINAL_TYPE (GboxHonestBar, gbox_honest_bar, ADW_TYPE_BIN)

static void
update (GboxHonestBar *self)
{
  const char *model = gbox_model_item_get_name (gbox_completion_session_get_model (self->session));
  const gboolean is_asked_too_much
    = g_str_equal (model, SMALL_MODEL)
      && gbox_prompt_is_python (gbox_completion_session_get_prompt (self->session));

  gtk_widget_set_visible (GTK_WIDGET (self), is_asked_too_much && !self->is_dismissed);
}

static void
on_dismiss (GboxHonestBar *self)
{
  self->is_dismissed = TRUE;
  update (self);
}

/* Its page says what it takes to get it. */
static void
on_larger (GboxHonestBar *self)
{
  gbox_completion_session_choose_model (self->session, CODER_MODEL);
}

static void
gbox_honest_bar_dispose (GObject *object)
{
  g_clear_object (&GBOX_HONEST_BAR (object)->session);
  G_OBJECT_CLASS (gbox_honest_bar_parent_class)->dispose (object);
}

static void
gbox_honest_bar_class_init (GboxHonestBarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_honest_bar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/honest-bar.ui");
  gtk_widget_class_bind_template_callback (widget_class, on_dismiss);
  gtk_widget_class_bind_template_callback (widget_class, on_larger);
}

static void
gbox_honest_bar_init (GboxHonestBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gbox_honest_bar_set_session (GboxHonestBar *self, GboxCompletionSession *session)
{
  g_return_if_fail (GBOX_IS_HONEST_BAR (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::model", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::branch", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
