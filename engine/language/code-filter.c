/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which system calls a program in the sandbox is refused. */
#include "language/code-filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#endif

#ifdef ARCHITECTURE

/* x86-64's second set of numbers for the same calls (x32). */
#define OTHER_NUMBERS 0x40000000u

static const guint32 refused[] = {
#ifdef SYS_fork
  SYS_fork,
#endif
#ifdef SYS_vfork
  SYS_vfork,
#endif
  SYS_unshare,
  SYS_setns,
  SYS_mount,
  SYS_umount2,
  SYS_pivot_root,
  SYS_chroot,
  SYS_ptrace,
  SYS_process_vm_readv,
  SYS_process_vm_writev,
  SYS_bpf,
  SYS_perf_event_open,
  SYS_userfaultfd,
  SYS_add_key,
  SYS_request_key,
  SYS_keyctl,
  SYS_memfd_create,
  SYS_socket,
  SYS_socketpair,
  SYS_shmget,
  SYS_msgget,
  SYS_semget,
  SYS_mq_open,
#ifdef SYS_io_uring_setup
  SYS_io_uring_setup,
#endif
#ifdef SYS_memfd_secret
  SYS_memfd_secret,
#endif
#ifdef SYS_fsopen
  SYS_fsopen,
  SYS_open_tree,
  SYS_move_mount,
#endif
};

static void
add (GArray *program, struct sock_filter instruction)
{
  g_array_append_val (program, instruction);
}

static void
add_return (GArray *program, guint32 what)
{
  add (program, (struct sock_filter) BPF_STMT (BPF_RET | BPF_K, what));
}

static void
add_load (GArray *program, gsize offset)
{
  add (program, (struct sock_filter) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, (guint32) offset));
}

/* Where the number just loaded is @number, the call ends with @code. */
static void
add_refusal (GArray *program, guint32 number, guint32 code)
{
  add (program, (struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
  add_return (program, SECCOMP_RET_ERRNO | code);
}

/* Little endian: the low half of the first argument, which holds clone()'s flags, comes first. */
static void
add_clone (GArray *program)
{
  add (program, (struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4));
  add_load (program, offsetof (struct seccomp_data, args));
  add (program, (struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1));
  add_return (program, SECCOMP_RET_ALLOW);
  add_return (program, SECCOMP_RET_ERRNO | EPERM);
}

GBytes *
gbox_code_filter_new (void)
{
  g_autoptr (GArray) program = g_array_new (FALSE, FALSE, sizeof (struct sock_filter));
  gsize size;
  gpointer data;

  add_load (program, offsetof (struct seccomp_data, arch));
  add (program, (struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
  add_return (program, SECCOMP_RET_KILL_PROCESS);
  add_load (program, offsetof (struct seccomp_data, nr));
#ifdef __x86_64__
  add (program, (struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, OTHER_NUMBERS, 0, 1));
  add_return (program, SECCOMP_RET_KILL_PROCESS);
#endif
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    add_refusal (program, refused[i], EPERM);
  /* Its flags lie in memory, which a filter cannot read; the C library then takes clone(). */
  add_refusal (program, SYS_clone3, ENOSYS);
  add_clone (program);
  add_return (program, SECCOMP_RET_ALLOW);
  size = program->len * sizeof (struct sock_filter);
  data = g_array_free (g_steal_pointer (&program), FALSE);
  return g_bytes_new_take (data, size);
}

#else

GBytes *
gbox_code_filter_new (void)
{
  return NULL;
}

#endif
