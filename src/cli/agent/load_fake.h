/* SPDX-License-Identifier: Apache-2.0 */
/* cli/agent/load_fake.h -- for tests only: runs one thread of a load until it has done something, then stops it. */
#ifndef GN_CLI_AGENT_LOAD_FAKE_H
#define GN_CLI_AGENT_LOAD_FAKE_H

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/agent/loads.h"
#include "os/thread.h"

/* Plans with `dir`, then works in a thread until `seen` says so; false when it does not in 20 s. */
static inline bool load_fake_run(const struct gn_load *load, struct gn_load_run *run,
                                 bool (*seen)(struct gn_load_run *run))
{
    pthread_t thread;
    bool found = false;
    if (gn_thread_start(&thread, "load", load->work, run) != GN_OK)
        return false;
    for (int i = 0; i < 2000 && !found; i++) {
        found = seen(run);
        (void)poll(NULL, 0, 10);
    }
    atomic_store(&run->stop, true);
    gn_thread_join(thread);
    return found;
}

/* Names in a folder besides "." and "..". */
static inline size_t load_fake_names(const char *dir)
{
    size_t count = 0;
    DIR *folder = opendir(dir);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.' ? 1 : 0;
    if (folder != NULL)
        (void)closedir(folder);
    return count;
}

#endif
