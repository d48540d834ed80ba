/*
 * cluster.c - processes: see cluster.h. A process belongs to a data folder if that is its working folder, as with every
 * process of PostgreSQL; this also tells a zombie or a recycled process id from a postmaster.
 */
#include "cluster.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define VERSIONS "/usr/lib/postgresql"
#define VERSION_MIN 15

bool cluster_find_binaries(char *bin, size_t len)
{
    const char *given = getenv("QX_PGBIN");
    if (given) {
        snprintf(bin, len, "%s", given);
        return true;
    }
    int newest = 0;
    DIR *dir = opendir(VERSIONS);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        char path[PATH_MAX];
        int version = atoi(e->d_name);
        snprintf(path, sizeof path, VERSIONS "/%d/bin/initdb", version);
        if (version >= VERSION_MIN && version > newest && access(path, X_OK) == 0)
            newest = version;
    }
    if (dir)
        closedir(dir);
    snprintf(bin, len, VERSIONS "/%d/bin", newest);
    return newest > 0;
}

/* In the child: nothing of ours but the log as output. */
static void child_exec(const char *const *argv, const char *log)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int sig = 1; sig < 32; sig++)
        signal(sig, SIG_DFL);
    int in = open("/dev/null", O_RDONLY), out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (in < 0 || out < 0)
        _exit(126);
    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    for (int fd = 3; fd < 1024; fd++)
        close(fd);
    execv(argv[0], (char *const *)(void *)argv);
    _exit(127);
}

int cluster_run(const char *const *argv, const char *log)
{
    int status;
    pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid == 0)
        child_exec(argv, log);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

pid_t cluster_spawn(const char *bin, const char *data, const char *log)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/postgres", bin);
    const char *const argv[] = {path, "-D", data, NULL};
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        child_exec(argv, log);
    }
    return pid < 0 ? 0 : pid;
}

/* Is the process's working folder `data`? */
static bool works_in(long pid, const char *data)
{
    char link[64], cwd[PATH_MAX];
    snprintf(link, sizeof link, "/proc/%ld/cwd", pid);
    ssize_t n = readlink(link, cwd, sizeof cwd - 1);
    if (n < 0)
        return false;
    cwd[n] = '\0';
    return strcmp(cwd, data) == 0;
}

static long lock_pid(const char *data)
{
    char path[PATH_MAX];
    long pid = 0;
    snprintf(path, sizeof path, "%s/postmaster.pid", data);
    FILE *f = fopen(path, "re");
    if (!f)
        return 0;
    if (fscanf(f, "%ld", &pid) != 1)
        pid = 0;
    fclose(f);
    return pid;
}

pid_t cluster_postmaster(const char *data)
{
    long pid = lock_pid(data);
    return pid > 1 && works_in(pid, data) ? (pid_t)pid : 0;
}

static bool anybody_works_in(const char *data)
{
    bool found = false;
    DIR *dir = opendir("/proc");
    if (!dir)
        return true; /* can't say: not safe */
    for (struct dirent *e; !found && (e = readdir(dir));)
        if (isdigit((unsigned char)e->d_name[0]))
            found = works_in(atol(e->d_name), data);
    closedir(dir);
    return found;
}

void cluster_remove_stale_lock(const char *data, const char *socket_dir)
{
    char path[PATH_MAX];
    long pid = lock_pid(data);
    if (pid <= 1 || kill((pid_t)pid, 0) != 0 || anybody_works_in(data))
        return;
    snprintf(path, sizeof path, "%s/postmaster.pid", data);
    unlink(path);
    snprintf(path, sizeof path, "%s/.s.PGSQL.5432.lock", socket_dir);
    unlink(path);
}
