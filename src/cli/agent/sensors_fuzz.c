/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what the kernel says: the first byte names the file. Two readings, a second apart, give finite values
 * and JSON that can be read. */
#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_read.h"
#include "cli/agent/sensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const files[] = {
    "/proc/stat",         "/proc/loadavg",         "/proc/meminfo", "/proc/diskstats",
    "/proc/pressure/cpu", "/proc/pressure/memory", "/proc/net/dev", "/sys/class/thermal/thermal_zone0/temp",
};
enum { FILES = sizeof files / sizeof files[0] };

static char root[32];

static int remove_one(const char *path, const struct stat *file, int kind, struct FTW *at)
{
    (void)file;
    (void)kind;
    (void)at;
    return remove(path);
}

static void remove_root(void)
{
    (void)nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_root(void)
{
    static const char *const folders[] = {
        "/proc",
        "/proc/pressure",
        "/proc/net",
        "/sys",
        "/sys/class",
        "/sys/class/thermal",
        "/sys/block",
        "/sys/block/sda",
        "/sys/class/thermal/thermal_zone0",
        "/sys/class/net",
        "/sys/class/net/eth0",
        "/sys/block/sda/device",
        "/sys/class/net/eth0/device",
    };
    (void)snprintf(root, sizeof root, "/tmp/ganglion-fuzz-XXXXXX");
    if (mkdtemp(root) == NULL || atexit(remove_root) != 0)
        abort();
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s%s", root, folders[i]);
        (void)mkdir(path, 0700);
    }
}

static void write_file(const char *name, const uint8_t *data, size_t size)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s%s", root, name);
    const int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    (void)close(fd);
}

static void check_json(const struct gn_sensors *sensors, const struct gn_sample *sample)
{
    static char json[32768];
    static struct gn_json reader;
    struct gn_buf buf = gn_buf_over(json, sizeof json);
    gn_sensors_json(sensors, sample, &buf);
    assert(!buf.full);
    gn_json_init(&reader, gn_buf_str(&buf));
    struct gn_json_token token = gn_json_next(&reader);
    while (token.kind != GN_JSON_END) {
        assert(token.kind != GN_JSON_ERROR && token.kind != GN_JSON_NULL);
        token = gn_json_next(&reader);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gn_sample sample;
    if (size == 0)
        return 0;
    if (root[0] == '\0')
        make_root();
    const char *name = files[data[0] % FILES];
    struct gn_sensors *sensors = gn_sensors_new(root);
    assert(sensors != NULL);
    for (int64_t i = 1; i <= 2; i++) { /* the second time without the last byte: counters that change */
        write_file(name, data + 1, i == 1 || size == 1 ? size - 1 : size - 2);
        gn_sensors_read(sensors, i * 1000, i * 1000000, &sample);
        check_json(sensors, &sample);
    }
    gn_sensors_free(sensors);
    char path[128];
    (void)snprintf(path, sizeof path, "%s%s", root, name);
    (void)unlink(path);
    return 0;
}
