/*
 * hostkeys.c - the host's keys: read, or made at first start.
 */
#include "gateway.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *file;
    enum ssh_keytypes_e type;
    int parameter;
} kinds[] = {
    {"host_ed25519", SSH_KEYTYPE_ED25519, 0},
    {"host_ecdsa", SSH_KEYTYPE_ECDSA_P256, 0},
    {"host_rsa", SSH_KEYTYPE_RSA, 3072},
};

/* Written to a new file beside, then renamed: a key is there whole or not at all. */
static bool make_key(const char *path, enum ssh_keytypes_e type, int parameter)
{
    char fresh[1024];
    ssh_key key = NULL;
    bool ok = false;
    snprintf(fresh, sizeof fresh, "%s.new", path);
    mode_t before = umask(077);
    if (ssh_pki_generate(type, parameter, &key) == SSH_OK && ssh_pki_export_privkey_file(key, NULL, NULL, NULL, fresh) == SSH_OK)
        ok = chmod(fresh, 0600) == 0 && rename(fresh, path) == 0;
    umask(before);
    ssh_key_free(key);
    return ok;
}

bool hostkeys_load(ssh_bind bind, const char *dir)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        gateway_log("event=host-keys dir=%s error=\"%s\"", dir, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char path[1000];
        snprintf(path, sizeof path, "%s/%s", dir, kinds[i].file);
        if (access(path, F_OK) != 0 && !make_key(path, kinds[i].type, kinds[i].parameter)) {
            gateway_log("event=host-keys file=%s error=\"cannot be made: %s\"", path, strerror(errno));
            return false;
        }
        ssh_key key = NULL;
        if (ssh_pki_import_privkey_file(path, NULL, NULL, NULL, &key) != SSH_OK ||
            ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, key) != SSH_OK) {
            gateway_log("event=host-keys file=%s error=\"cannot be read\"", path);
            return false;
        }
    }
    return true;
}
