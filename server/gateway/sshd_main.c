/*
 * sshd_main.c - quxiang-sshd's options and start.
 */
#include "gateway.h"

#include "config.h"

#include <libssh/callbacks.h>

#include <getopt.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#ifndef QX_BINDIR
#define QX_BINDIR "/usr/bin"
#endif

void gateway_log(const char *fmt, ...)
{
    char line[512];
    struct timespec t;
    va_list ap;
    clock_gettime(CLOCK_REALTIME, &t);
    int n = snprintf(line, sizeof line, "%lld.%03ld ", (long long)t.tv_sec, t.tv_nsec / 1000000);
    va_start(ap, fmt);
    n += vsnprintf(line + n, sizeof line - (size_t)n - 1, fmt, ap);
    va_end(ap);
    if ((size_t)n > sizeof line - 2)
        n = (int)sizeof line - 2;
    line[n++] = '\n';
    (void)!write(2, line, (size_t)n);
}

enum option_kind { TEXT, NUMBER };

/* One row an option: the usage text, the parser and the defaults are this table. */
static const struct row {
    const char *name, *value, *help;
    enum option_kind kind;
    size_t at;
    int min, max;
} rows[] = {
    {"listen", "ADDR:PORT", "where to listen (0.0.0.0:7422)", TEXT, offsetof(struct gateway_config, listen), 0, 0},
    {"server", "unix:PATH", "quxiangd's socket", TEXT, offsetof(struct gateway_config, server_path), 0, 0},
    {"broker", "PATH", "its gateway socket (PATH of --server with .gateway)", TEXT, offsetof(struct gateway_config, broker_path), 0, 0},
    {"host-keys", "DIR", "host keys, made at first start", TEXT, offsetof(struct gateway_config, host_keys), 0, 0},
    {"client", "FILE", "the client program (" QX_BINDIR "/quxiang)", TEXT, offsetof(struct gateway_config, client), 0, 0},
    {"child-user", "USER", "as root: who parses connections (quxiang-ssh)", TEXT, offsetof(struct gateway_config, child_user), 0, 0},
    {"client-user", "USER", "as root: who runs the client program (quxiang-tui)", TEXT, offsetof(struct gateway_config, client_user), 0, 0},
    {"max-unauthenticated", "N", "connections not logged in, in all (64)", NUMBER, offsetof(struct gateway_config, unauthenticated_max), 1, 10000},
    {"max-per-address", "N", "… from one address (16)", NUMBER, offsetof(struct gateway_config, per_address_max), 1, 10000},
    {"max-connections", "N", "connections in all (2000)", NUMBER, offsetof(struct gateway_config, connections_max), 1, 20000},
    {"grace", "SECONDS", "time to log in (60)", NUMBER, offsetof(struct gateway_config, grace_seconds), 1, 600},
    {"attempts", "N", "refused log-ins per connection (6)", NUMBER, offsetof(struct gateway_config, attempts_max), 1, 100},
    {"idle", "SECONDS", "without a byte from the client (3600)", NUMBER, offsetof(struct gateway_config, idle_seconds), 1, 86400},
};
enum { NROWS = sizeof rows / sizeof *rows };

static void usage(FILE *out)
{
    fprintf(out, "usage: quxiang-sshd --server unix:PATH --host-keys DIR [OPTION …]\n");
    for (size_t i = 0; i < NROWS; i++)
        fprintf(out, "  --%s %s%*s%s\n", rows[i].name, rows[i].value, (int)(30 - strlen(rows[i].name) - strlen(rows[i].value)), "", rows[i].help);
}

static bool set_option(struct gateway_config *config, const struct row *row, const char *value)
{
    if (row->kind == TEXT) {
        memcpy((char *)config + row->at, &value, sizeof value);
        return true;
    }
    char *end;
    long n = strtol(value, &end, 10);
    if (*end || n < row->min || n > row->max) {
        fprintf(stderr, "quxiang-sshd: --%s: %s is not a number from %d to %d\n", row->name, value, row->min, row->max);
        return false;
    }
    int v = (int)n;
    memcpy((char *)config + row->at, &v, sizeof v);
    return true;
}

static int parse(struct gateway_config *config, int argc, char **argv)
{
    struct option options[NROWS + 4] = {{0}};
    for (size_t i = 0; i < NROWS; i++)
        options[i] = (struct option){rows[i].name, required_argument, NULL, (int)i + 1};
    options[NROWS] = (struct option){"help", no_argument, NULL, 1000};
    options[NROWS + 1] = (struct option){"version", no_argument, NULL, 1001};
    options[NROWS + 2] = (struct option){"connection", no_argument, NULL, 1002}; /* what the parent says to its children */
    int c;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 1000) {
            usage(stdout);
            exit(0);
        }
        if (c == 1001) {
            printf("quxiang-sshd %s\n", PACKAGE_VERSION);
            exit(0);
        }
        if (c == 1002) {
            config->connection = true;
            continue;
        }
        if (c < 1 || c > (int)NROWS || !set_option(config, &rows[c - 1], optarg))
            return 2;
    }
    if (optind < argc || !config->server_path || !config->host_keys) {
        usage(stderr);
        return 2;
    }
    return 0;
}

static bool find_user(const char *name, uid_t *uid, gid_t *gid)
{
    const struct passwd *p = getpwnam(name);
    if (!p || p->pw_uid == 0) {
        fprintf(stderr, "quxiang-sshd: started by root it needs the unprivileged user %s (useradd --system %s)\n", name, name);
        return false;
    }
    *uid = p->pw_uid;
    *gid = p->pw_gid;
    return true;
}

/* Only what is needed and safe; nothing is read from this host's SSH configuration. */
static ssh_bind make_bind(void)
{
    static const bool no = false;
    static const int rsa_min = 3072;
    static const char *const key_types = "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256";
    ssh_bind bind = ssh_bind_new();
    if (!bind)
        return NULL;
    bool ok = ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no) == SSH_OK &&
              ssh_bind_options_set(bind, SSH_BIND_OPTIONS_RSA_MIN_SIZE, &rsa_min) == SSH_OK &&
              ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, key_types) == SSH_OK &&
              ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, "ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256") == SSH_OK &&
              ssh_bind_options_set(bind, SSH_BIND_OPTIONS_BANNER, "quxiang") == SSH_OK;
    if (ok)
        return bind;
    ssh_bind_free(bind);
    return NULL;
}

/* Two descriptors a connection; the usual 1,024 are soon gone. */
static void more_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    struct gateway_config config = {.listen = "0.0.0.0:7422", .client = QX_BINDIR "/quxiang", .child_user = "quxiang-ssh", .client_user = "quxiang-tui",
                                    .unauthenticated_max = 64, .per_address_max = 16, .connections_max = 2000, .grace_seconds = 60, .attempts_max = 6, .idle_seconds = 3600};
    struct gateway_ids ids = {0};
    char broker[120];
    config.argv = argv;
    int bad = parse(&config, argc, argv);
    if (bad)
        return bad;
    if (strncmp(config.server_path, "unix:", 5) == 0)
        config.server_path += 5;
    if (!config.broker_path) {
        snprintf(broker, sizeof broker, "%s.gateway", config.server_path);
        config.broker_path = broker;
    }
    if (geteuid() == 0 && (!find_user(config.child_user, &ids.child_uid, &ids.child_gid) || !find_user(config.client_user, &ids.client_uid, &ids.client_gid)))
        return 1;
    if (access(config.client, X_OK) != 0) {
        fprintf(stderr, "quxiang-sshd: --client: %s is not a program\n", config.client);
        return 1;
    }
    prctl(PR_SET_DUMPABLE, 0);
    ssh_init();
    ssh_bind bind = make_bind();
    if (!bind || !hostkeys_load(bind, config.host_keys))
        return 1;
    if (config.connection)
        session_run(&config, &ids, bind, CONNECTION_FD, CONNECTION_IPC);
    ssh_bind_free(bind); /* made here at the first start; used only by the children */
    more_descriptors();
    int status = listener_run(&config, &ids);
    ssh_finalize();
    return status;
}
