/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Completion page: a text, what a model makes of it, and what else it could have written. */
#include "completion/completion-page.h"

#include "completion/branch-menu.h"
#include "completion/completion-actions.h"
#include "completion/completion-status.h"
#include "completion/honest-bar.h"
#include "completion/inside-pane.h"
#include "completion/next-token-pane.h"
#include "completion/prompts.h"
#include "completion/sample-checks.h"
#include "completion/sample-list.h"
#include "completion/sampling-pane.h"
#include "completion/token-editor.h"
#include "models/model-chooser.h"
#include "models/model-status.h"
#include "widgets/telling.h"

/* What the page begins with. */
#define FIRST_PROMPT "smallest-equal"

/* Of the window, for the legend to have words, px. */
#define MIN_WORDS_WIDTH 1200

struct _GboxCompletionPage
{
  AdwBin parent_instance;

  AdwFlap *flap;
  AdwToastOverlay *toast_overlay;
  GtkStack *stack;
  GboxModelChooser *model_chooser;
  GboxModelStatus *model_status;
  GtkMenuButton *prompts_button;
  GboxBranchMenu *branch_menu;
  GboxHonestBar *honest_bar;
  GboxTokenEditor *editor;
  GboxCompletionStatus *status;
  GboxSampleList *sample_list;
  GtkLabel *error_label;
  GtkWidget *unlikely_label;
  GtkWidget *stop_button;
  GtkWidget *continue_button;
  GtkStack *look_stack;
  GtkWidget *look_switcher;
  GtkProgressBar *reading_bar;
  GboxNextTokenPane *next_token_pane;
  GboxInsidePane *inside_pane;
  GboxSamplingPane *sampling_pane;

  GboxSettings *settings;
  GboxCompletionSession *session;
  GboxSampleChecks *checks;
  GboxCompletionActions *actions;
};

G_DEFINE_FINAL_TYPE (GboxCompletionPage, gbox_completion_page, ADW_TYPE_BIN)

/* In a small window the model and the buttons need the room more than the legend's words do. */
static void
follow_width (GboxCompletionPage *self, GParamSpec *pspec, GdkSurface *surface)
{
  gtk_widget_set_visible (self->unlikely_label, gdk_surface_get_width (surface) >= MIN_WORDS_WIDTH);
}

/* The window's surface knows before anything is laid out for it. */
static void
on_realize (GboxCompletionPage *self)
{
  GdkSurface *surface = gtk_native_get_surface (gtk_widget_get_native (GTK_WIDGET (self)));

  g_signal_connect_object (surface, "notify::width", G_CALLBACK (follow_width), self, G_CONNECT_SWAPPED);
  follow_width (self, NULL, surface);
}

/* A folded pane hides by itself: only what the user does with an unfolded one is remembered. */
static void
on_revealed (GboxCompletionPage *self)
{
  if (self->settings != NULL && !adw_flap_get_folded (self->flap))
    g_object_set (self->settings, "completion-pane", adw_flap_get_reveal_flap (self->flap), NULL);
}

/* Where one writes, or what to do to get a model. */
static gboolean
gbox_completion_page_grab_focus (GtkWidget *widget)
{
  GboxCompletionPage *self = GBOX_COMPLETION_PAGE (widget);

  return gtk_widget_child_focus (gtk_stack_get_visible_child (self->stack), GTK_DIR_TAB_FORWARD);
}

static void
gbox_completion_page_dispose (GObject *object)
{
  GboxCompletionPage *self = GBOX_COMPLETION_PAGE (object);

  g_clear_object (&self->actions);
  g_clear_object (&self->checks);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (gbox_completion_page_parent_class)->dispose (object);
}

static void
ensure_types (void)
{
  g_type_ensure (GBOX_TYPE_BRANCH_MENU);
  g_type_ensure (GBOX_TYPE_COMPLETION_STATUS);
  g_type_ensure (GBOX_TYPE_HONEST_BAR);
  g_type_ensure (GBOX_TYPE_INSIDE_PANE);
  g_type_ensure (GBOX_TYPE_MODEL_CHOOSER);
  g_type_ensure (GBOX_TYPE_MODEL_STATUS);
  g_type_ensure (GBOX_TYPE_NEXT_TOKEN_PANE);
  g_type_ensure (GBOX_TYPE_SAMPLE_LIST);
  g_type_ensure (GBOX_TYPE_SAMPLING_PANE);
  g_type_ensure (GBOX_TYPE_TOKEN_EDITOR);
}

static void
gbox_completion_page_class_init (GboxCompletionPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_completion_page_dispose;
  widget_class->grab_focus = gbox_completion_page_grab_focus;
  ensure_types ();
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/completion-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, flap);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, stack);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, model_chooser);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, model_status);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, prompts_button);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, branch_menu);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, honest_bar);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, editor);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, status);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, sample_list);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, error_label);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, unlikely_label);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, stop_button);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, continue_button);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, look_stack);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, look_switcher);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, reading_bar);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, next_token_pane);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, inside_pane);
  gtk_widget_class_bind_template_child (widget_class, GboxCompletionPage, sampling_pane);
  gtk_widget_class_bind_template_callback (widget_class, on_realize);
  gtk_widget_class_bind_template_callback (widget_class, on_revealed);
}

static void
fill_prompts (GboxCompletionPage *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  guint n;
  const GboxPrompt *prompts = gbox_prompts_get (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (prompts[i].title, NULL);

      g_menu_item_set_action_and_target (item, "win.prompt", "s", prompts[i].name);
      g_menu_append_item (menu, item);
    }
  gtk_menu_button_set_menu_model (self->prompts_button, G_MENU_MODEL (menu));
}

/* Late, where the text and what pops up have had their say. */
static void
add_shortcuts (GboxCompletionPage *self)
{
  GtkEventController *late = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (late),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                                                          gtk_named_action_new ("win.complete-stop")));
  gtk_widget_add_controller (GTK_WIDGET (self), late);
}

static void
gbox_completion_page_init (GboxCompletionPage *self)
{
  g_autoptr (GtkSelectionModel) looks = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  looks = gtk_stack_get_pages (self->look_stack);
  gtk_widget_set_visible (self->look_switcher, g_list_model_get_n_items (G_LIST_MODEL (looks)) > 1);
  fill_prompts (self);
  add_shortcuts (self);
}

/* The text while there is a model to complete it, else what is missing. */
static void
follow_model (GboxCompletionPage *self)
{
  const gboolean is_here = gbox_model_item_get_present (gbox_completion_session_get_model (self->session));

  gtk_stack_set_visible_child_name (self->stack, is_here ? "text" : "status");
}

static void
follow_models (GboxCompletionPage *self)
{
  g_signal_connect_object (gbox_completion_session_get_model (self->session), "notify::present",
                           G_CALLBACK (follow_model), self, G_CONNECT_SWAPPED);
  follow_model (self);
}

static void
follow_error (GboxCompletionPage *self)
{
  const char *error = gbox_completion_session_get_error (self->session);

  gtk_label_set_label (self->error_label, error != NULL ? error : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), error != NULL);
}

/* What can be stopped cannot be gone on with: the two buttons take turns. */
static void
follow_run (GboxCompletionPage *self)
{
  const gboolean can_continue = gbox_completion_session_can_continue (self->session);
  double reading = -1;

  g_object_get (self->session, "reading", &reading, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->reading_bar), reading >= 0);
  gtk_progress_bar_set_fraction (self->reading_bar, MAX (reading, 0));
  gtk_widget_set_visible (self->continue_button, can_continue);
  gtk_widget_set_visible (self->stop_button, !can_continue);
}

static void
connect_session (GboxCompletionPage *self)
{
  g_signal_connect_object (self->session, "notify::model", G_CALLBACK (follow_models), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::error", G_CALLBACK (follow_error), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::reading", G_CALLBACK (follow_run), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::is-running", G_CALLBACK (follow_run), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::branch", G_CALLBACK (follow_run), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "message", G_CALLBACK (gbox_completion_page_tell), self,
                           G_CONNECT_SWAPPED);
}

void
gbox_completion_page_set_up (GboxCompletionPage *self,
                             GboxEngine *engine,
                             GboxSettings *settings,
                             GActionMap *actions)
{
  g_autofree char *prompt = gbox_prompt_load (FIRST_PROMPT);
  g_autoptr (GPropertyAction) look
    = g_property_action_new ("completion-look", self->look_stack, "visible-child-name");
  gboolean is_revealed = TRUE;

  g_return_if_fail (GBOX_IS_COMPLETION_PAGE (self) && self->session == NULL);

  self->settings = g_object_ref (settings);
  g_object_get (settings, "completion-pane", &is_revealed, NULL);
  adw_flap_set_reveal_flap (self->flap, is_revealed);
  self->session = gbox_completion_session_new (engine, settings);
  gbox_completion_session_set_text (self->session, prompt);
  gbox_model_chooser_set_choice (self->model_chooser, GBOX_MODEL_CHOICE (self->session));
  gbox_model_status_set_choice (self->model_status, GBOX_MODEL_CHOICE (self->session));
  gbox_branch_menu_set_session (self->branch_menu, self->session);
  gbox_honest_bar_set_session (self->honest_bar, self->session);
  gbox_token_editor_set_session (self->editor, self->session);
  gbox_completion_status_set_session (self->status, self->session);
  self->checks = gbox_sample_checks_new (self->session);
  g_object_bind_property (settings, "run-samples", self->checks, "is-on",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  gbox_sample_list_set_session (self->sample_list, self->session, self->checks);
  gbox_next_token_pane_set_session (self->next_token_pane, self->session);
  gbox_inside_pane_set_session (self->inside_pane, self->session);
  gbox_sampling_pane_set_session (self->sampling_pane, self->session);
  gbox_sampling_pane_set_checks (self->sampling_pane, self->checks);
  g_object_bind_property (settings, "tints", self->editor, "tints", G_BINDING_SYNC_CREATE);
  connect_session (self);
  self->actions = gbox_completion_actions_new (self, actions, settings);
  g_action_map_add_action (actions, G_ACTION (look));
  follow_models (self);
  follow_error (self);
  follow_run (self);
  g_signal_connect_object (self, "map", G_CALLBACK (gbox_sample_checks_open), self->checks,
                           G_CONNECT_SWAPPED);
}

void
gbox_completion_page_end (GboxCompletionPage *self)
{
  g_return_if_fail (GBOX_IS_COMPLETION_PAGE (self));

  gbox_inside_pane_end (self->inside_pane);
  gbox_sample_checks_end (self->checks);
  gbox_completion_session_end (self->session);
}

AdwFlap *
gbox_completion_page_get_right_flap (GboxCompletionPage *self)
{
  return self->flap;
}

GboxCompletionSession *
gbox_completion_page_get_session (GboxCompletionPage *self)
{
  return self->session;
}

void
gbox_completion_page_commit (GboxCompletionPage *self)
{
  g_return_if_fail (GBOX_IS_COMPLETION_PAGE (self));

  gbox_sampling_pane_commit (self->sampling_pane);
}

void
gbox_completion_page_tell (GboxCompletionPage *self, const char *text)
{
  g_return_if_fail (GBOX_IS_COMPLETION_PAGE (self));

  gbox_tell (self->toast_overlay, text);
}

void
gbox_completion_page_tell_problem (GboxCompletionPage *self, const char *heading, const char *text)
{
  g_return_if_fail (GBOX_IS_COMPLETION_PAGE (self));

  gbox_tell_problem (GTK_WIDGET (self), heading, text);
}
