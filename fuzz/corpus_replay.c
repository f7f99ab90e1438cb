/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz/corpus_replay.c -- runs a fuzz harness over the files of its corpus, without a fuzzer: the test run's
 * half of fuzzing. Also tries each file cut at every length up to 512 bytes. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return -1;
    static uint8_t bytes[1 << 20];
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    for (size_t cut = 0; cut <= size && cut <= 512; cut++) {
        uint8_t *exact = malloc(cut > 0 ? cut : 1); /* exact size, so that a sanitizer sees an overrun */
        if (exact == NULL)
            return -1;
        memcpy(exact, bytes, cut);
        (void)LLVMFuzzerTestOneInput(exact, cut);
        free(exact);
    }
    (void)LLVMFuzzerTestOneInput(bytes, size);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
        return 2;
    }
    DIR *folder = opendir(argv[1]);
    if (folder == NULL) {
        fprintf(stderr, "%s: cannot be opened\n", argv[1]);
        return 1;
    }
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        if (replay_file(path) != 0) {
            fprintf(stderr, "%s: cannot be read\n", path);
            return 1;
        }
        count++;
    }
    (void)closedir(folder);
    printf("%zu files replayed\n", count);
    return count > 0 ? 0 : 1; /* an empty corpus proves nothing */
}
