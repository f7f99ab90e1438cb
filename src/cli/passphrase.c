/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* Up to the end of the line, without it. False: too long, or a NUL is in it. */
static bool passphrase_line(FILE *from, struct gn_passphrase *out)
{
    out->size = 0;
    for (int c; (c = fgetc(from)) != EOF && c != '\n';) {
        if (out->size == GN_BACKUP_PASSPHRASE_BYTES_MAX || c == '\0')
            return false;
        out->text[out->size++] = (char)c;
    }
    if (out->size > 0 && out->text[out->size - 1] == '\r')
        out->size--;
    out->text[out->size] = '\0';
    return true;
}

static int passphrase_from_file(const struct gn_cli *cli, const char *path, struct gn_passphrase *out)
{
    struct stat about;
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "%s: %s", path, strerror(errno));
    const bool is_private = fstat(fileno(file), &about) == 0 && (about.st_mode & 077) == 0;
    const bool fits = is_private && passphrase_line(file, out);
    (void)fclose(file);
    if (!is_private)
        return gn_cli_say(cli, GN_EXIT_USAGE, "Do: chmod 600 FILE", "%s: others may read it", path);
    if (!fits)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "%s: its first line is not a passphrase: at most %d bytes of text",
                          path, GN_BACKUP_PASSPHRASE_BYTES_MAX);
    return GN_EXIT_OK;
}

static bool passphrase_ask(FILE *terminal, const char *prompt, struct gn_passphrase *out)
{
    struct termios shown;
    const int fd = fileno(terminal);
    if (tcgetattr(fd, &shown) != 0)
        return false;
    struct termios hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(fd, TCSAFLUSH, &hidden);
    (void)fprintf(terminal, "%s", prompt);
    (void)fflush(terminal);
    const bool fits = passphrase_line(terminal, out);
    (void)tcsetattr(fd, TCSAFLUSH, &shown);
    (void)fprintf(terminal, "\n");
    return fits;
}

static int passphrase_from_terminal(const struct gn_cli *cli, bool is_new, struct gn_passphrase *out)
{
    struct gn_passphrase again = { .size = 0 };
    FILE *terminal = fopen("/dev/tty", "r+e");
    if (terminal == NULL)
        return gn_cli_say(cli, GN_EXIT_USAGE, "Use --passphrase-file FILE.", "there is no terminal to ask on");
    setvbuf(terminal, NULL, _IONBF, 0);
    const bool fits = passphrase_ask(terminal, "Passphrase of the backup: ", out) &&
                      (!is_new || passphrase_ask(terminal, "Once more: ", &again));
    (void)fclose(terminal);
    const bool same = !is_new || (out->size == again.size && sodium_memcmp(out->text, again.text, out->size) == 0);
    gn_passphrase_wipe(&again);
    if (!fits)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "a passphrase is text of at most %d bytes",
                          GN_BACKUP_PASSPHRASE_BYTES_MAX);
    return same ? GN_EXIT_OK : gn_cli_say(cli, GN_EXIT_USAGE, NULL, "the two were not the same");
}

int gn_passphrase_get(const struct gn_cli *cli, bool is_new, struct gn_passphrase *out)
{
    const char *path = gn_cli_value(cli, "--passphrase-file");
    const bool asks = gn_cli_has(cli, "--passphrase");
    *out = (struct gn_passphrase){ .size = 0 };
    if (path == NULL && !asks)
        return GN_EXIT_OK;
    if (path != NULL && asks)
        return gn_cli_say(cli, GN_EXIT_USAGE, NULL, "--passphrase and --passphrase-file are two ways: choose one");
    int code = path != NULL ? passphrase_from_file(cli, path, out) : passphrase_from_terminal(cli, is_new, out);
    const size_t least = is_new ? GN_BACKUP_PASSPHRASE_BYTES_MIN : 1;
    if (code == GN_EXIT_OK && out->size < least)
        code = gn_cli_say(cli, GN_EXIT_USAGE, NULL, "the passphrase is too short: at least %zu bytes", least);
    if (code != GN_EXIT_OK)
        gn_passphrase_wipe(out);
    return code;
}

void gn_passphrase_wipe(struct gn_passphrase *passphrase)
{
    sodium_memzero(passphrase, sizeof *passphrase);
}
