/* SPDX-License-Identifier: Apache-2.0 */
/* temperature_* (degrees Celsius) where the machine has them: /sys/class/thermal/thermal_zoneN named by its type,
 * and /sys/class/hwmon/hwmonN/tempM_input named by its label, or by the chip and M. Which there are is found out once;
 * two of one name get "_2", "_3". */
#include <stdio.h>

#include "cli/agent/proc_text.h"
#include "cli/agent/sensors.h"

enum { THERMAL_COUNT_MAX = 24, THERMAL_ZONES_MAX = 16, THERMAL_CHIPS_MAX = 8, THERMAL_INPUTS_MAX = 8 };
enum { THERMAL_WORD_BYTES = 24 };

struct thermal_place {
    char path[96];
    char name[GN_SENSOR_NAME_BYTES];
};

struct thermal_state {
    bool searched;
    size_t count;
    struct thermal_place places[THERMAL_COUNT_MAX];
};

/* Text of a small file as a word for a series: lower case letters, digits and '_'. */
static void thermal_word(gn_str text, char out[static THERMAL_WORD_BYTES])
{
    const gn_str word = gn_str_trim(text);
    size_t size = 0;
    for (size_t i = 0; i < word.size && size + 1 < THERMAL_WORD_BYTES; i++) {
        const char c = word.at[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out[size++] = c;
        else if (c >= 'A' && c <= 'Z')
            out[size++] = (char)(c - 'A' + 'a');
        else if (size > 0 && out[size - 1] != '_')
            out[size++] = '_';
    }
    out[size] = '\0';
}

static void thermal_add(struct thermal_state *state, const char *path, const char *word)
{
    if (state->count == THERMAL_COUNT_MAX)
        return;
    size_t same = 1;
    for (size_t i = 0; i < state->count; i++) {
        const char *name = state->places[i].name + strlen("temperature_");
        same += strncmp(name, word, strlen(word)) == 0 && (name[strlen(word)] == '\0' || name[strlen(word)] == '_');
    }
    struct thermal_place *place = &state->places[state->count++];
    (void)snprintf(place->path, sizeof place->path, "%s", path);
    if (same == 1)
        (void)snprintf(place->name, sizeof place->name, "temperature_%s", word);
    else
        (void)snprintf(place->name, sizeof place->name, "temperature_%s_%zu", word, same);
}

static void thermal_search_zones(struct gn_sensor_io *io, struct thermal_state *state)
{
    for (unsigned zone = 0; zone < THERMAL_ZONES_MAX; zone++) {
        char path[96];
        char word[THERMAL_WORD_BYTES];
        (void)snprintf(path, sizeof path, "/sys/class/thermal/thermal_zone%u/type", zone);
        thermal_word(gn_sensor_text(io, path), word);
        (void)snprintf(path, sizeof path, "/sys/class/thermal/thermal_zone%u/temp", zone);
        if (gn_sensor_exists(io, path))
            thermal_add(state, path, word[0] != '\0' ? word : "zone");
    }
}

static void thermal_search_chip(struct gn_sensor_io *io, struct thermal_state *state, unsigned chip)
{
    char path[96];
    char chip_word[THERMAL_WORD_BYTES];
    (void)snprintf(path, sizeof path, "/sys/class/hwmon/hwmon%u/name", chip);
    thermal_word(gn_sensor_text(io, path), chip_word);
    for (unsigned input = 1; input <= THERMAL_INPUTS_MAX; input++) {
        char word[THERMAL_WORD_BYTES];
        (void)snprintf(path, sizeof path, "/sys/class/hwmon/hwmon%u/temp%u_label", chip, input);
        thermal_word(gn_sensor_text(io, path), word);
        (void)snprintf(path, sizeof path, "/sys/class/hwmon/hwmon%u/temp%u_input", chip, input);
        if (gn_sensor_exists(io, path))
            thermal_add(state, path, word[0] != '\0' ? word : chip_word[0] != '\0' ? chip_word : "chip");
    }
}

static bool thermal_read(struct gn_sensor_io *io, void *opaque)
{
    struct thermal_state *state = opaque;
    if (!state->searched) {
        state->searched = true;
        thermal_search_zones(io, state);
        for (unsigned chip = 0; chip < THERMAL_CHIPS_MAX; chip++)
            thermal_search_chip(io, state, chip);
    }
    for (size_t i = 0; i < state->count; i++) {
        int64_t millidegrees = 0;
        const gn_str text = gn_str_trim(gn_sensor_text(io, state->places[i].path));
        /* Some chips say absurd things while they sleep; between absolute zero and molten is possible. */
        if (gn_parse_i64(text, &millidegrees) == GN_OK && millidegrees > -273150 && millidegrees < 1000000)
            gn_sensor_put(io, state->places[i].name, (double)millidegrees / 1000.0);
    }
    return state->count > 0;
}

const struct gn_sensor_source gn_sensor_thermal = {
    .name = "thermal",
    .from = "/sys/class/thermal, /sys/class/hwmon",
    .state_size = sizeof(struct thermal_state),
    .read = thermal_read,
};
