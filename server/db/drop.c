/*
 * drop.c - root doesn't serve: the user `quxiang` does, with data where that user can reach it.
 */
#include "embedded.h"

#include "../log.h"
#include "cluster.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define USER "quxiang"
#define STAGE "/var/lib/quxiang"

static bool make_dirs(const char *path)
{
    char part[PATH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0755) && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return mkdir(part, 0700) == 0 || errno == EEXIST;
}

static const struct passwd *quxiang_user(void)
{
    const struct passwd *pw = getpwnam(USER);
    if (pw)
        return pw;
    const char *const argv[] = {"/usr/sbin/useradd", "--system", "--user-group",      "--home-dir", STAGE,
                                "--no-create-home",  "--shell",  "/usr/sbin/nologin", USER,         NULL};
    cluster_run(argv, "/dev/null"); /* two at once: the loser finds the winner's */
    return getpwnam(USER);
}

static bool become(const struct passwd *pw)
{
    return initgroups(pw->pw_name, pw->pw_gid) == 0 && setgid(pw->pw_gid) == 0 && setuid(pw->pw_uid) == 0;
}

/* Can the user go there? Asked as that user, in a child. */
static bool reachable(const struct passwd *pw, const char *dir)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(become(pw) && access(dir, R_OK | W_OK | X_OK) == 0 ? 0 : 1);
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Only an empty folder, or one that is ours already, changes hands. */
static bool ours_or_empty(const char *dir)
{
    char path[PATH_MAX];
    struct stat st;
    snprintf(path, sizeof path, "%s/lock", dir);
    if (lstat(path, &st) == 0)
        return true;
    int entries = 0;
    DIR *d = opendir(dir);
    while (d && readdir(d))
        entries++;
    if (d)
        closedir(d);
    return entries == 2; /* . and .. */
}

static bool hand_over(const struct passwd *pw, const char *dir, char *why, size_t len)
{
    struct stat st;
    if (stat(dir, &st) == 0 && st.st_uid == pw->pw_uid)
        return true;
    if (!ours_or_empty(dir)) {
        snprintf(why, len, "%s holds other things: give an empty folder", dir);
        return false;
    }
    if (chown(dir, pw->pw_uid, pw->pw_gid) == 0 && chmod(dir, 0700) == 0)
        return true;
    snprintf(why, len, "cannot give %s to user " USER ": %s", dir, strerror(errno));
    return false;
}

static unsigned long path_hash(const char *s)
{
    unsigned long h = 5381;
    for (; *s; s++)
        h = h * 33 ^ (unsigned char)*s;
    return h & 0xffffffffUL;
}

static const struct passwd *user_to_be(char *why, size_t len)
{
    const struct passwd *pw = quxiang_user();
    if (!pw)
        snprintf(why, len, "there is no user " USER " and it could not be made");
    return pw;
}

static bool turn_into(const struct passwd *pw, char *why, size_t len)
{
    if (!become(pw)) {
        snprintf(why, len, "cannot become user " USER ": %s", strerror(errno));
        return false;
    }
    setenv("HOME", STAGE, 1);
    setenv("USER", USER, 1);
    unsetenv("XDG_RUNTIME_DIR");
    return true;
}

static bool drop_to_user(char *dir, size_t dirlen, char *why, size_t len)
{
    const struct passwd *pw = user_to_be(why, len);
    if (!pw)
        return false;
    if (!hand_over(pw, dir, why, len))
        return false;
    if (!reachable(pw, dir)) {
        unsigned long h = path_hash(dir);
        log_line("warning",
                 "event=data_staged asked=\"%s\" data=\"" STAGE "/%08lx\" why=\"user " USER " can't reach it\"", dir,
                 h);
        snprintf(dir, dirlen, STAGE "/%08lx", h);
        if (!make_dirs(dir) || !hand_over(pw, dir, why, len))
            return false;
    }
    return turn_into(pw, why, len) && chdir("/") == 0;
}

bool drop_root(char *why, size_t len)
{
    if (geteuid() != 0)
        return true;
    const struct passwd *pw = user_to_be(why, len);
    return pw && turn_into(pw, why, len);
}

bool embedded_drop(const char *dir, char **staged, char *why, size_t len)
{
    char path[PATH_MAX];
    if (!make_dirs(dir) || !realpath(dir, path)) {
        snprintf(why, len, "cannot make %s: %s", dir, strerror(errno));
        return false;
    }
    if (geteuid() == 0 && !drop_to_user(path, sizeof path, why, len))
        return false;
    *staged = strdup(path);
    return *staged != NULL;
}
