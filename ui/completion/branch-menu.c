/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The button that shows what was written before, as a tree, and returns to it. */
#include "completion/branch-menu.h"

struct _GboxBranchMenu
{
  AdwBin parent_instance;

  GtkMenuButton *button;
  GtkPopover *popover;
  GtkListView *list;

  GboxCompletionSession *session;
  GtkSingleSelection *selection;
};

G_DEFINE_FINAL_TYPE (GboxBranchMenu, gbox_branch_menu, ADW_TYPE_BIN)

/* None of those without any, which would have an arrow to open nothing. */
static GListModel *
create_children (gpointer item, gpointer user_data)
{
  GListModel *children = gbox_branch_get_children (item);

  return g_list_model_get_n_items (children) > 0 ? g_object_ref (children) : NULL;
}

static void
on_activated (GboxBranchMenu *self, guint position)
{
  g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->selection), position);
  g_autoptr (GboxBranch) branch = row != NULL ? gtk_tree_list_row_get_item (row) : NULL;

  gtk_popover_popdown (self->popover);
  if (branch != NULL)
    gbox_completion_session_show (self->session, branch);
}

/* Where the branch at hand is, so that one sees which it is. */
static guint
find_position (GboxBranchMenu *self)
{
  GboxBranch *branch = gbox_completion_session_get_branch (self->session);
  GListModel *rows = G_LIST_MODEL (self->selection);

  for (guint i = 0; branch != NULL && i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (GtkTreeListRow) row = g_list_model_get_item (rows, i);
      g_autoptr (GboxBranch) item = gtk_tree_list_row_get_item (row);

      if (item == branch)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

/* Anew each time, as those that had no children may have some now. */
static void
on_shown (GboxBranchMenu *self)
{
  GListModel *roots = gbox_completion_session_get_roots (self->session);
  g_autoptr (GtkTreeListModel) tree
    = gtk_tree_list_model_new (g_object_ref (roots), FALSE, TRUE, create_children, NULL, NULL);

  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (tree));
  gtk_single_selection_set_selected (self->selection, find_position (self));
}

/* There is something to return to once a text has been completed. */
static void
follow_roots (GboxBranchMenu *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->button),
                            g_list_model_get_n_items (gbox_completion_session_get_roots (self->session)) > 0);
}

static void
gbox_branch_menu_dispose (GObject *object)
{
  GboxBranchMenu *self = GBOX_BRANCH_MENU (object);

  g_clear_object (&self->selection);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (gbox_branch_menu_parent_class)->dispose (object);
}

static void
gbox_branch_menu_class_init (GboxBranchMenuClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = gbox_branch_menu_dispose;
  g_type_ensure (GBOX_TYPE_BRANCH);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/glassbox/Glassbox/ui/branch-menu.ui");
  gtk_widget_class_bind_template_child (widget_class, GboxBranchMenu, button);
  gtk_widget_class_bind_template_child (widget_class, GboxBranchMenu, popover);
  gtk_widget_class_bind_template_child (widget_class, GboxBranchMenu, list);
  gtk_widget_class_bind_template_callback (widget_class, on_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_shown);
}

static void
gbox_branch_menu_init (GboxBranchMenu *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gbox_branch_menu_set_session (GboxBranchMenu *self, GboxCompletionSession *session)
{
  GListModel *roots = gbox_completion_session_get_roots (session);

  g_return_if_fail (GBOX_IS_BRANCH_MENU (self) && self->session == NULL);

  self->session = g_object_ref (session);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (roots, "items-changed", G_CALLBACK (follow_roots), self, G_CONNECT_SWAPPED);
  follow_roots (self);
}
