/*
 * sandbox.c - what the two kinds of children give up before they start.
 *
 * The connection's child: its user, the file system (an empty root), processes, new sockets; only a short list of system calls
 * is left. The client program: its user, core dumps, tracing, and with Landlock every path but the programs, libraries,
 * terminal descriptions and manual pages, read-only.
 */
#include "gateway.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool become(uid_t uid, gid_t gid)
{
    if (uid == 0)
        return geteuid() != 0; /* started by an ordinary user: everything is that user */
    return setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0;
}

static bool limit(int which, rlim_t value)
{
    return setrlimit((__rlimit_resource_t)which, &(struct rlimit){value, value}) == 0;
}

/* ------------------------------------------------------------------ the connection's child */

static const int allowed_calls[] = {
    SCMP_SYS(read),          SCMP_SYS(write),         SCMP_SYS(readv),        SCMP_SYS(writev),          SCMP_SYS(close),
    SCMP_SYS(poll),          SCMP_SYS(ppoll),         SCMP_SYS(recvmsg),      SCMP_SYS(sendmsg),         SCMP_SYS(recvfrom),
    SCMP_SYS(sendto),        SCMP_SYS(shutdown),      SCMP_SYS(getsockopt),   SCMP_SYS(getsockname),     SCMP_SYS(getpeername),
    SCMP_SYS(brk),           SCMP_SYS(mmap),          SCMP_SYS(munmap),       SCMP_SYS(mremap),          SCMP_SYS(mprotect),
    SCMP_SYS(madvise),       SCMP_SYS(futex),         SCMP_SYS(getrandom),    SCMP_SYS(clock_gettime),   SCMP_SYS(gettimeofday),
    SCMP_SYS(time),          SCMP_SYS(getpid),        SCMP_SYS(gettid),       SCMP_SYS(getuid),          SCMP_SYS(geteuid),
    SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),    SCMP_SYS(restart_syscall),
    SCMP_SYS(nanosleep),     SCMP_SYS(clock_nanosleep), SCMP_SYS(exit),       SCMP_SYS(exit_group),      SCMP_SYS(sched_yield),
    SCMP_SYS(lseek),         SCMP_SYS(setitimer),     SCMP_SYS(alarm),        SCMP_SYS(uname),           SCMP_SYS(getrusage),
};

/* Looked for and not there is an answer libraries can live with; anything else unknown ends the process. */
static const int absent_calls[] = {
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat),   SCMP_SYS(lstat),  SCMP_SYS(newfstatat),
    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(statx),
};

static bool allow_with(scmp_filter_ctx ctx, int call, unsigned arg, uint64_t value)
{
    return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, call, 1, SCMP_CMP(arg, SCMP_CMP_EQ, value)) == 0;
}

static bool filter_calls(void)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!ctx)
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof allowed_calls / sizeof *allowed_calls; i++)
        ok = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed_calls[i], 0) == 0;
    for (size_t i = 0; ok && i < sizeof absent_calls / sizeof *absent_calls; i++)
        ok = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOENT), absent_calls[i], 0) == 0;
    ok = ok && seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(fstat), 0) == 0;
    ok = ok && seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 0) == 0;
    ok = ok && allow_with(ctx, SCMP_SYS(ioctl), 1, TIOCSWINSZ) && allow_with(ctx, SCMP_SYS(ioctl), 1, FIONREAD) &&
         allow_with(ctx, SCMP_SYS(ioctl), 1, FIONBIO);
    ok = ok && allow_with(ctx, SCMP_SYS(fcntl), 1, F_GETFL) && allow_with(ctx, SCMP_SYS(fcntl), 1, F_SETFL) &&
         allow_with(ctx, SCMP_SYS(fcntl), 1, F_GETFD) && allow_with(ctx, SCMP_SYS(fcntl), 1, F_SETFD);
    ok = ok && seccomp_load(ctx) == 0;
    seccomp_release(ctx);
    return ok;
}

bool sandbox_child(const struct gateway_ids *ids)
{
    /* an empty folder that always exists, and is gone with this process */
    if (ids->child_uid != 0 && (chroot("/proc/self/fdinfo") != 0 || chdir("/") != 0))
        return false;
    if (!become(ids->child_uid, ids->child_gid))
        return false;
    bool limited = limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, 16) && limit(RLIMIT_FSIZE, 0);
    return limited && prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter_calls();
}

/* ------------------------------------------------------------------ the client program */

#define READ_RIGHTS (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FILE_RIGHTS (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE)
/* Everything that the first version of Landlock can take away. */
#define ALL_RIGHTS ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

static void allow_path(int ruleset, const char *path, uint64_t rights)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return; /* what isn't there needs no permission */
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
    (void)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(fd);
}

/* true also where the kernel has no Landlock: the user's rights are the wall then. */
static bool confine_paths(const char *client)
{
    struct landlock_ruleset_attr attr = {.handled_access_fs = ALL_RIGHTS};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset < 0)
        return errno == ENOSYS || errno == EOPNOTSUPP;
    static const char *const readable[] = {"/usr/lib", "/lib", "/lib64", "/usr/share/terminfo", "/lib/terminfo", "/etc/terminfo",
                                           "/usr/share/man", "/usr/local/share/man", "/usr/share/zoneinfo"};
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++)
        allow_path(ruleset, readable[i], READ_RIGHTS);
#ifdef __SANITIZE_ADDRESS__ /* looks for leaks in its own process when it ends */
    allow_path(ruleset, "/proc", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR);
#endif
    allow_path(ruleset, "/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE);
    allow_path(ruleset, "/etc/localtime", LANDLOCK_ACCESS_FS_READ_FILE);
    allow_path(ruleset, "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
    allow_path(ruleset, "/dev/tty", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
    allow_path(ruleset, client, FILE_RIGHTS & ~(uint64_t)LANDLOCK_ACCESS_FS_WRITE_FILE);
    bool ok = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return ok;
}

bool sandbox_client(const struct gateway_ids *ids, const char *client)
{
    if (chdir("/") != 0 || !become(ids->client_uid, ids->client_gid))
        return false;
    /* the screen is composed in a file in memory, which counts as one */
    bool limited = limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, 64) && limit(RLIMIT_FSIZE, 16 << 20);
    return limited && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && confine_paths(client);
}
