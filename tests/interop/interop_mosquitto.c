/* SPDX-License-Identifier: Apache-2.0 */
/* tests/interop/interop_mosquitto.c -- libmosquitto as a driver of the interoperability tests: see README.md for the
 * lines it reads and writes. Events come on the library's own thread, commands on the main one. */
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES_MAX = 4096, WORDS_MAX = 10 };

static bool drive_is_5;

static const char *drive_or_none(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : "-";
}

static bool drive_is_none(const char *word)
{
    return word == NULL || strcmp(word, "-") == 0;
}

static void drive_connected(struct mosquitto *client, void *self, int reason, int flags,
                            const mosquitto_property *properties)
{
    (void)client, (void)self, (void)properties;
    (void)printf("connected\t%d\t%d\n", reason, flags & 1);
}

static void drive_disconnected(struct mosquitto *client, void *self, int reason, const mosquitto_property *properties)
{
    (void)client, (void)self, (void)properties;
    (void)printf("disconnected\t%d\n", reason);
}

static void drive_published(struct mosquitto *client, void *self, int id, int reason,
                            const mosquitto_property *properties)
{
    (void)client, (void)self, (void)id, (void)properties;
    (void)printf("published\t%d\n", reason);
}

static void drive_subscribed(struct mosquitto *client, void *self, int id, int count, const int *granted,
                             const mosquitto_property *properties)
{
    (void)client, (void)self, (void)id, (void)properties;
    (void)printf("subscribed\t%d\n", count > 0 ? granted[0] : -1);
}

static void drive_unsubscribed(struct mosquitto *client, void *self, int id, const mosquitto_property *properties)
{
    (void)client, (void)self, (void)id, (void)properties;
    (void)printf("unsubscribed\n");
}

static void drive_message(struct mosquitto *client, void *self, const struct mosquitto_message *message,
                          const mosquitto_property *properties)
{
    (void)client, (void)self;
    char *response = NULL;
    char *key = NULL;
    char *value = NULL;
    void *correlation = NULL;
    uint16_t correlation_size = 0;
    uint32_t subscription = 0;
    (void)mosquitto_property_read_string(properties, MQTT_PROP_RESPONSE_TOPIC, &response, false);
    (void)mosquitto_property_read_binary(properties, MQTT_PROP_CORRELATION_DATA, &correlation, &correlation_size,
                                         false);
    (void)mosquitto_property_read_string_pair(properties, MQTT_PROP_USER_PROPERTY, &key, &value, false);
    (void)mosquitto_property_read_varint(properties, MQTT_PROP_SUBSCRIPTION_IDENTIFIER, &subscription, false);
    (void)printf("message\t%s\t%.*s\t%d\t%d\t%s\t%.*s\t%s\t%s\t%u\n", message->topic, message->payloadlen,
                 message->payloadlen > 0 ? (const char *)message->payload : "", message->qos, (int)message->retain,
                 drive_or_none(response), correlation_size > 0 ? (int)correlation_size : 1,
                 correlation_size > 0 ? (const char *)correlation : "-", drive_or_none(key), drive_or_none(value),
                 subscription);
    free(response);
    free(correlation);
    free(key);
    free(value);
}

static int drive_connect(struct mosquitto **client, char **words, char **arguments)
{
    mosquitto_property *properties = NULL;
    if (*client != NULL)
        mosquitto_destroy(*client);
    *client = mosquitto_new(words[1], strcmp(words[2], "1") == 0, NULL);
    (void)mosquitto_int_option(*client, MOSQ_OPT_PROTOCOL_VERSION, drive_is_5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
    (void)mosquitto_username_pw_set(*client, arguments[3], arguments[4]);
    mosquitto_connect_v5_callback_set(*client, drive_connected);
    mosquitto_disconnect_v5_callback_set(*client, drive_disconnected);
    mosquitto_publish_v5_callback_set(*client, drive_published);
    mosquitto_subscribe_v5_callback_set(*client, drive_subscribed);
    mosquitto_unsubscribe_v5_callback_set(*client, drive_unsubscribed);
    mosquitto_message_v5_callback_set(*client, drive_message);
    if (!drive_is_none(words[4]))
        (void)mosquitto_will_set_v5(*client, words[4], (int)strlen(words[5]), words[5], (int)strtol(words[6], NULL, 10),
                                    strcmp(words[7], "1") == 0, NULL);
    if (drive_is_5)
        (void)mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL,
                                           (uint32_t)strtoul(words[3], NULL, 10));
    const int err =
        mosquitto_connect_bind_v5(*client, arguments[1], (int)strtol(arguments[2], NULL, 10), 60, NULL, properties);
    mosquitto_property_free_all(&properties);
    return err == MOSQ_ERR_SUCCESS ? mosquitto_loop_start(*client) : err;
}

static int drive_subscribe(struct mosquitto *client, char **words)
{
    mosquitto_property *properties = NULL;
    if (drive_is_5 && !drive_is_none(words[4]))
        (void)mosquitto_property_add_varint(&properties, MQTT_PROP_SUBSCRIPTION_IDENTIFIER,
                                            (uint32_t)strtoul(words[4], NULL, 10));
    const int options = strcmp(words[3], "1") == 0 ? MQTT_SUB_OPT_NO_LOCAL : 0;
    const int err =
        mosquitto_subscribe_v5(client, NULL, words[1], (int)strtol(words[2], NULL, 10), options, properties);
    mosquitto_property_free_all(&properties);
    return err;
}

static int drive_publish(struct mosquitto *client, char **words)
{
    mosquitto_property *properties = NULL;
    const char *payload = drive_is_none(words[2]) ? "" : words[2];
    if (drive_is_5 && !drive_is_none(words[5]))
        (void)mosquitto_property_add_string(&properties, MQTT_PROP_RESPONSE_TOPIC, words[5]);
    if (drive_is_5 && !drive_is_none(words[6]))
        (void)mosquitto_property_add_binary(&properties, MQTT_PROP_CORRELATION_DATA, words[6],
                                            (uint16_t)strlen(words[6]));
    if (drive_is_5 && !drive_is_none(words[7]))
        (void)mosquitto_property_add_string_pair(&properties, MQTT_PROP_USER_PROPERTY, words[7], words[8]);
    const int err = mosquitto_publish_v5(client, NULL, words[1], (int)strlen(payload), payload,
                                         (int)strtol(words[3], NULL, 10), strcmp(words[4], "1") == 0, properties);
    mosquitto_property_free_all(&properties);
    return err;
}

static int drive_command(struct mosquitto **client, char **words, size_t count, char **arguments)
{
    if (strcmp(words[0], "connect") == 0 && count == 8)
        return drive_connect(client, words, arguments);
    if (strcmp(words[0], "subscribe") == 0 && count == 5)
        return drive_subscribe(*client, words);
    if (strcmp(words[0], "unsubscribe") == 0 && count == 2)
        return mosquitto_unsubscribe(*client, NULL, words[1]);
    if (strcmp(words[0], "publish") == 0 && count == 9)
        return drive_publish(*client, words);
    if (strcmp(words[0], "disconnect") == 0 && count == 1) {
        const int err = mosquitto_disconnect(*client);
        (void)mosquitto_loop_stop(*client, false);
        return err;
    }
    return MOSQ_ERR_INVAL;
}

int main(int argc, char **argv)
{
    static char line[LINE_BYTES_MAX];
    struct mosquitto *client = NULL;
    if (argc != 6)
        return 2;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    drive_is_5 = strcmp(argv[5], "5") == 0;
    (void)mosquitto_lib_init();
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *words[WORDS_MAX] = { 0 };
        size_t count = 0;
        char *at = line;
        line[strcspn(line, "\n")] = '\0';
        while (count < WORDS_MAX && at != NULL)
            words[count++] = strsep(&at, "\t");
        const int err = drive_command(&client, words, count, argv);
        if (err != MOSQ_ERR_SUCCESS)
            (void)printf("error\t%s\t%s\n", words[0], mosquitto_strerror(err));
    }
    if (client != NULL)
        mosquitto_destroy(client);
    (void)mosquitto_lib_cleanup();
    return 0;
}
