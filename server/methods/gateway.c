/*
 * gateway.c - gateway.*: what the SSH gateway's broker asks, on a connection that only it can open. It gets tokens for
 * others and never a session of its own; nothing is minted for support and operator.
 */
#include "login.h"

static void gateway_password(struct req *req)
{
    struct login in = {.way = LOGIN_PASSWORD,
                       .user = req_str(req, "user"),
                       .secret = req_str(req, "password"),
                       .address = req_str(req, "address"),
                       .gateway = true};
    login_start(req, &in);
}

static void gateway_key(struct req *req)
{
    bool mint = false;
    map_bool(req->params, "mint", &mint);
    struct login in = {.way = LOGIN_KEY,
                       .user = req_str(req, "user"),
                       .secret = req_str(req, "fingerprint"),
                       .address = req_str(req, "address"),
                       .gateway = true,
                       .ask_only = !mint};
    login_start(req, &in);
}

const struct method_entry gateway_methods[] = {
    {"gateway.password", gateway_password},
    {"gateway.key", gateway_key},
    {NULL, NULL},
};
