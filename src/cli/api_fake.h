/* SPDX-License-Identifier: Apache-2.0 */
/* cli/api_fake.h -- for tests only: a node's Unix socket with canned answers, in a folder of its own.
 *
 * A thread answers one connection after the other from a table; what was asked is kept. Include it in one file. */
#ifndef GN_CLI_API_FAKE_H
#define GN_CLI_API_FAKE_H

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"

struct api_fake_row {
    const char *request; /* "GET /api/v1/things": the request line begins with it and a blank or '?' follows */
    int status;          /* 0: the body is the whole answer, as it is */
    const char *type;    /* NULL: application/json */
    const char *body;    /* of an event stream: all events; the stream ends after them */
};

struct api_fake {
    char dir[40];
    char path[64];
    const struct api_fake_row *rows; /* end with request == NULL */
    int fd;
    pthread_t thread;
    pthread_mutex_t lock;
    char asked[8192]; /* request lines, one a line, and bodies behind " <- "; under the lock */
};

static inline const struct api_fake_row *api_fake_find(const struct api_fake *fake, const char *request)
{
    for (const struct api_fake_row *row = fake->rows; row->request != NULL; row++) {
        const size_t size = strlen(row->request);
        if (strncmp(request, row->request, size) == 0 && (request[size] == ' ' || request[size] == '?'))
            return row;
    }
    return NULL;
}

static inline void api_fake_send(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        size -= (size_t)sent;
    }
}

static inline void api_fake_answer(struct api_fake *fake, int fd, const char *request)
{
    static const struct api_fake_row missing = { "", 404, NULL,
                                                 "{\"error\":{\"code\":\"not_found\",\"message\":\"there is none\","
                                                 "\"hint\":\"look again\"}}" };
    char head[512];
    const struct api_fake_row *row = api_fake_find(fake, request);
    if (row == NULL)
        row = &missing;
    const char *type = row->type != NULL ? row->type : "application/json";
    const bool stream = strcmp(type, "text/event-stream") == 0;
    char length[64] = "";
    if (!stream)
        (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(row->body));
    (void)snprintf(head, sizeof head, "HTTP/1.1 %d Word\r\nContent-Type: %s; charset=utf-8\r\n%s\r\n", row->status,
                   type, length);
    if (row->status != 0)
        api_fake_send(fd, head, strlen(head));
    api_fake_send(fd, row->body, strlen(row->body));
}

/* Reads the head and as much body as it announces. */
static inline bool api_fake_read(int fd, char *request, size_t capacity)
{
    size_t size = 0;
    while (size + 1 < capacity) {
        const ssize_t got = recv(fd, request + size, capacity - 1 - size, 0);
        if (got <= 0)
            return false;
        size += (size_t)got;
        request[size] = '\0';
        const char *end = strstr(request, "\r\n\r\n");
        const char *length = strstr(request, "Content-Length: ");
        const size_t wanted = length != NULL ? strtoul(length + 16, NULL, 10) : 0;
        if (end != NULL && size >= (size_t)(end + 4 - request) + wanted)
            return true;
    }
    return false;
}

static inline void *api_fake_work(void *opaque)
{
    struct api_fake *fake = opaque;
    char request[32768];
    for (;;) {
        const int fd = accept(fake->fd, NULL, NULL);
        if (fd < 0)
            return NULL;
        if (api_fake_read(fd, request, sizeof request)) {
            (void)pthread_mutex_lock(&fake->lock);
            const size_t used = strlen(fake->asked);
            const char *body = strstr(request, "\r\n\r\n") + 4;
            (void)snprintf(fake->asked + used, sizeof fake->asked - used, "%.*s%s%s\n", (int)strcspn(request, "\r"),
                           request, body[0] != '\0' ? " <- " : "", body);
            (void)pthread_mutex_unlock(&fake->lock);
            api_fake_answer(fake, fd, request);
        }
        (void)close(fd);
    }
}

static inline void api_fake_start(struct api_fake *fake, const struct api_fake_row *rows)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    *fake = (struct api_fake){ .dir = "/tmp/ganglion-cli-XXXXXX", .rows = rows, .lock = PTHREAD_MUTEX_INITIALIZER };
    if (mkdtemp(fake->dir) == NULL)
        abort();
    (void)snprintf(fake->path, sizeof fake->path, "%s/ganglion.sock", fake->dir);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", fake->path);
    fake->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fake->fd < 0 || bind(fake->fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fake->fd, 16) != 0 || pthread_create(&fake->thread, NULL, api_fake_work, fake) != 0)
        abort();
}

static inline const char *api_fake_asked(struct api_fake *fake)
{
    (void)pthread_mutex_lock(&fake->lock); /* what was written before an answer came is seen after this */
    (void)pthread_mutex_unlock(&fake->lock);
    return fake->asked;
}

/* Removes what a test put into the folder, files only. */
static inline void api_fake_clear(const char *dir)
{
    DIR *folder = opendir(dir);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        (void)unlink(path);
    }
    if (folder != NULL)
        (void)closedir(folder);
    (void)rmdir(dir);
}

static inline void api_fake_stop(struct api_fake *fake)
{
    char agent[128];
    (void)shutdown(fake->fd, SHUT_RDWR); /* accept returns */
    (void)pthread_join(fake->thread, NULL);
    (void)close(fake->fd);
    (void)snprintf(agent, sizeof agent, "%s/agent", fake->dir);
    api_fake_clear(agent);
    api_fake_clear(fake->dir);
}

#endif
