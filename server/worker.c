/*
 * worker.c - see worker.h. A job is in one list at a time: todo, running (a thread's own), done (written by threads,
 * emptied by the loop). Passwords are wiped as soon as they were used.
 */
#include "worker.h"

#include "server.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

#define THREADS 2
#define ARGON_OPS 2
#define ARGON_MEMORY ((size_t)19 << 20)

struct job {
    TAILQ_ENTRY(job) link;
    char *password, hash[crypto_pwhash_STRBYTES];
    bool verify, ok;
    void (*hashed)(void *, const char *);
    void (*verified)(void *, bool);
    void *arg;
};
TAILQ_HEAD(jobs, job);

struct worker {
    pthread_t threads[THREADS];
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct jobs todo, done;
    size_t waiting; /* in todo */
    bool stopping;
    int wake; /* eventfd: something is done */
    struct event woken;
};

static void job_run(struct job *job)
{
    size_t len = strlen(job->password);
    if (job->verify)
        job->ok = crypto_pwhash_str_verify(job->hash, job->password, len) == 0;
    else
        job->ok = crypto_pwhash_str_alg(job->hash, job->password, len, ARGON_OPS, ARGON_MEMORY,
                                        crypto_pwhash_ALG_ARGON2ID13) == 0;
    sodium_memzero(job->password, len);
}

static void *thread_main(void *arg)
{
    struct worker *w = arg;
    pthread_mutex_lock(&w->lock);
    while (!w->stopping) {
        struct job *job = TAILQ_FIRST(&w->todo);
        if (!job) {
            pthread_cond_wait(&w->more, &w->lock);
            continue;
        }
        TAILQ_REMOVE(&w->todo, job, link);
        w->waiting--;
        pthread_mutex_unlock(&w->lock);
        job_run(job);
        pthread_mutex_lock(&w->lock);
        TAILQ_INSERT_TAIL(&w->done, job, link);
        eventfd_write(w->wake, 1);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void job_free(struct job *job)
{
    sodium_memzero(job->password, strlen(job->password));
    free(job->password);
    sodium_memzero(job->hash, sizeof job->hash);
    free(job);
}

static void on_done(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct worker *w = arg;
    struct jobs done = TAILQ_HEAD_INITIALIZER(done);
    eventfd_t count;
    eventfd_read(fd, &count);
    pthread_mutex_lock(&w->lock);
    TAILQ_CONCAT(&done, &w->done, link);
    pthread_mutex_unlock(&w->lock);
    for (struct job *job; (job = TAILQ_FIRST(&done));) {
        TAILQ_REMOVE(&done, job, link);
        if (job->verify)
            job->verified(job->arg, job->ok);
        else
            job->hashed(job->arg, job->ok ? job->hash : NULL);
        job_free(job);
    }
}

static void submit(struct worker *w, struct job *job)
{
    pthread_mutex_lock(&w->lock);
    TAILQ_INSERT_TAIL(&w->todo, job, link);
    w->waiting++;
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
}

size_t worker_waiting(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    size_t n = w->waiting;
    pthread_mutex_unlock(&w->lock);
    return n;
}

static struct job *job_new(const char *password, void *arg)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job || !(job->password = strdup(password)))
        abort();
    job->arg = arg;
    return job;
}

void worker_hash(struct worker *w, const char *password, void (*done)(void *, const char *), void *arg)
{
    struct job *job = job_new(password, arg);
    job->hashed = done;
    submit(w, job);
}

void worker_verify(struct worker *w, const char *hash, const char *password, void (*done)(void *, bool), void *arg)
{
    struct job *job = job_new(password, arg);
    job->verify = true;
    job->verified = done;
    strncpy(job->hash, hash, sizeof job->hash - 1);
    submit(w, job);
}

struct worker *worker_new(struct event_base *base)
{
    struct worker *w = calloc(1, sizeof *w);
    sigset_t all, before;
    if (!w)
        abort();
    TAILQ_INIT(&w->todo);
    TAILQ_INIT(&w->done);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->more, NULL);
    w->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    event_assign(&w->woken, base, w->wake, EV_READ | EV_PERSIST, on_done, w);
    event_add(&w->woken, NULL);
    sigfillset(&all); /* signals are the loop's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&w->threads[i], NULL, thread_main, w))
            abort();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return w;
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->more);
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < THREADS; i++)
        pthread_join(w->threads[i], NULL);
    TAILQ_CONCAT(&w->done, &w->todo, link);
    for (struct job *job; (job = TAILQ_FIRST(&w->done));) {
        TAILQ_REMOVE(&w->done, job, link);
        job_free(job);
    }
    event_del(&w->woken);
    close(w->wake);
    free(w);
}
