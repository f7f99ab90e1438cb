/* SPDX-License-Identifier: Apache-2.0 */
/* tests/interop/interop_paho.c -- Eclipse Paho's asynchronous C client as a driver of the interoperability tests: see
 * README.md for the lines it reads and writes. Events come on the library's threads, commands on the main one. */
#include <MQTTAsync.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES_MAX = 4096, WORDS_MAX = 10, URI_BYTES_MAX = 256 };

static bool drive_is_5;
static MQTTAsync drive_client;

static bool drive_is_none(const char *word)
{
    return word == NULL || strcmp(word, "-") == 0;
}

static int drive_number(const char *word)
{
    return (int)strtol(word, NULL, 10);
}

/* --- what the library tells --- */

static void drive_connected(void *self, MQTTAsync_successData *data)
{
    (void)self;
    (void)printf("connected\t0\t%d\n", data->alt.connect.sessionPresent);
}

static void drive_connected5(void *self, MQTTAsync_successData5 *data)
{
    (void)self;
    (void)printf("connected\t%d\t%d\n", (int)data->reasonCode, data->alt.connect.sessionPresent);
}

static void drive_refused(void *self, MQTTAsync_failureData *data)
{
    (void)self;
    (void)printf("connected\t%d\t0\n", data->code);
}

static void drive_refused5(void *self, MQTTAsync_failureData5 *data)
{
    (void)self;
    (void)printf("connected\t%d\t0\n", (int)data->reasonCode);
}

/* `self` of the others is the event's word. */
static void drive_done(void *self, MQTTAsync_successData *data)
{
    const char *word = self;
    (void)printf("%s\t%d\n", word, strcmp(word, "subscribed") == 0 ? data->alt.qos : 0);
}

static void drive_done5(void *self, MQTTAsync_successData5 *data)
{
    (void)printf("%s\t%d\n", (const char *)self, (int)data->reasonCode);
}

static void drive_failed(void *self, MQTTAsync_failureData *data)
{
    (void)printf("%s\t%d\n", (const char *)self, data->code);
}

static void drive_failed5(void *self, MQTTAsync_failureData5 *data)
{
    (void)printf("%s\t%d\n", (const char *)self, (int)data->reasonCode);
}

static void drive_lost(void *self, char *why)
{
    (void)self;
    (void)printf("lost\t%s\n", why != NULL ? why : "-");
}

static MQTTProperty *drive_property(MQTTProperties *properties, enum MQTTPropertyCodes code)
{
    return drive_is_5 ? MQTTProperties_getProperty(properties, code) : NULL;
}

static void drive_print(const MQTTLenString *text)
{
    (void)printf("\t%.*s", text != NULL ? text->len : 1, text != NULL ? text->data : "-");
}

static int drive_message(void *self, char *topic, int topic_size, MQTTAsync_message *message)
{
    (void)self;
    const int size = topic_size > 0 ? topic_size : (int)strlen(topic);
    MQTTProperty *response = drive_property(&message->properties, MQTTPROPERTY_CODE_RESPONSE_TOPIC);
    MQTTProperty *correlation = drive_property(&message->properties, MQTTPROPERTY_CODE_CORRELATION_DATA);
    MQTTProperty *user = drive_property(&message->properties, MQTTPROPERTY_CODE_USER_PROPERTY);
    MQTTProperty *id = drive_property(&message->properties, MQTTPROPERTY_CODE_SUBSCRIPTION_IDENTIFIER);
    flockfile(stdout);
    (void)printf("message\t%.*s\t%.*s\t%d\t%d", size, topic, message->payloadlen, (const char *)message->payload,
                 message->qos, message->retained);
    drive_print(response != NULL ? &response->value.data : NULL);
    drive_print(correlation != NULL ? &correlation->value.data : NULL);
    drive_print(user != NULL ? &user->value.data : NULL);
    drive_print(user != NULL ? &user->value.value : NULL);
    (void)printf("\t%u\n", id != NULL ? id->value.integer4 : 0);
    funlockfile(stdout);
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

/* --- what is asked for --- */

static void drive_add(MQTTProperties *properties, enum MQTTPropertyCodes code, char *key, char *value)
{
    MQTTProperty property = { .identifier = code };
    property.value.data = (MQTTLenString){ (int)strlen(key), key };
    if (value != NULL)
        property.value.value = (MQTTLenString){ (int)strlen(value), value };
    (void)MQTTProperties_add(properties, &property);
}

static int drive_connect(char **words, char **arguments)
{
    char uri[URI_BYTES_MAX];
    MQTTAsync_createOptions creation = MQTTAsync_createOptions_initializer;
    MQTTAsync_connectOptions plain = MQTTAsync_connectOptions_initializer;
    MQTTAsync_connectOptions five = MQTTAsync_connectOptions_initializer5;
    MQTTAsync_connectOptions *options = drive_is_5 ? &five : &plain;
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    MQTTProperties properties = MQTTProperties_initializer;
    MQTTAsync_destroy(&drive_client);
    (void)snprintf(uri, sizeof uri, "tcp://%s:%s", arguments[1], arguments[2]);
    creation.MQTTVersion = drive_is_5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
    int err = MQTTAsync_createWithOptions(&drive_client, uri, words[1], MQTTCLIENT_PERSISTENCE_NONE, NULL, &creation);
    if (err != MQTTASYNC_SUCCESS)
        return err;
    (void)MQTTAsync_setCallbacks(drive_client, NULL, drive_lost, drive_message, NULL);
    options->username = arguments[3];
    options->password = arguments[4];
    options->MQTTVersion = creation.MQTTVersion;
    options->keepAliveInterval = 60;
    if (!drive_is_none(words[4])) {
        will.topicName = words[4];
        will.message = words[5];
        will.qos = drive_number(words[6]);
        will.retained = drive_number(words[7]);
        options->will = &will;
    }
    if (drive_is_5) {
        MQTTProperty expiry = { .identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL };
        expiry.value.integer4 = (unsigned)strtoul(words[3], NULL, 10);
        (void)MQTTProperties_add(&properties, &expiry);
        options->cleanstart = drive_number(words[2]);
        options->connectProperties = &properties;
        options->onSuccess5 = drive_connected5;
        options->onFailure5 = drive_refused5;
    } else {
        options->cleansession = drive_number(words[2]);
        options->onSuccess = drive_connected;
        options->onFailure = drive_refused;
    }
    err = MQTTAsync_connect(drive_client, options);
    MQTTProperties_free(&properties);
    return err;
}

static MQTTAsync_responseOptions drive_respond(char *word)
{
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    response.context = word;
    if (drive_is_5) {
        response.onSuccess5 = drive_done5;
        response.onFailure5 = drive_failed5;
    } else {
        response.onSuccess = drive_done;
        response.onFailure = drive_failed;
    }
    return response;
}

static int drive_subscribe(char **words)
{
    static char word[] = "subscribed";
    MQTTAsync_responseOptions response = drive_respond(word);
    response.subscribeOptions.noLocal = (unsigned char)drive_number(words[3]);
    if (drive_is_5 && !drive_is_none(words[4])) {
        MQTTProperty id = { .identifier = MQTTPROPERTY_CODE_SUBSCRIPTION_IDENTIFIER };
        id.value.integer4 = (unsigned)strtoul(words[4], NULL, 10);
        (void)MQTTProperties_add(&response.properties, &id);
    }
    const int err = MQTTAsync_subscribe(drive_client, words[1], drive_number(words[2]), &response);
    MQTTProperties_free(&response.properties);
    return err;
}

static int drive_publish(char **words)
{
    static char word[] = "published";
    MQTTAsync_responseOptions response = drive_respond(word);
    MQTTAsync_message message = MQTTAsync_message_initializer;
    char *payload = words[2];
    message.payload = payload;
    message.payloadlen = drive_is_none(payload) ? 0 : (int)strlen(payload);
    message.qos = drive_number(words[3]);
    message.retained = drive_number(words[4]);
    if (drive_is_5 && !drive_is_none(words[5]))
        drive_add(&message.properties, MQTTPROPERTY_CODE_RESPONSE_TOPIC, words[5], NULL);
    if (drive_is_5 && !drive_is_none(words[6]))
        drive_add(&message.properties, MQTTPROPERTY_CODE_CORRELATION_DATA, words[6], NULL);
    if (drive_is_5 && !drive_is_none(words[7]))
        drive_add(&message.properties, MQTTPROPERTY_CODE_USER_PROPERTY, words[7], words[8]);
    const int err = MQTTAsync_sendMessage(drive_client, words[1], &message, &response);
    MQTTProperties_free(&message.properties);
    return err;
}

static int drive_disconnect(void)
{
    static char word[] = "disconnected";
    MQTTAsync_disconnectOptions plain = MQTTAsync_disconnectOptions_initializer;
    MQTTAsync_disconnectOptions five = MQTTAsync_disconnectOptions_initializer5;
    MQTTAsync_disconnectOptions *options = drive_is_5 ? &five : &plain;
    options->timeout = 1000;
    options->context = word;
    if (drive_is_5)
        options->onSuccess5 = drive_done5;
    else
        options->onSuccess = drive_done;
    return MQTTAsync_disconnect(drive_client, options);
}

static int drive_command(char **words, size_t count, char **arguments)
{
    static char gone[] = "unsubscribed";
    MQTTAsync_responseOptions response = drive_respond(gone);
    if (strcmp(words[0], "connect") == 0 && count == 8)
        return drive_connect(words, arguments);
    if (strcmp(words[0], "subscribe") == 0 && count == 5)
        return drive_subscribe(words);
    if (strcmp(words[0], "unsubscribe") == 0 && count == 2)
        return MQTTAsync_unsubscribe(drive_client, words[1], &response);
    if (strcmp(words[0], "publish") == 0 && count == 9)
        return drive_publish(words);
    if (strcmp(words[0], "disconnect") == 0 && count == 1)
        return drive_disconnect();
    return MQTTASYNC_FAILURE;
}

int main(int argc, char **argv)
{
    static char line[LINE_BYTES_MAX];
    if (argc != 6)
        return 2;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    drive_is_5 = strcmp(argv[5], "5") == 0;
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *words[WORDS_MAX] = { 0 };
        size_t count = 0;
        char *at = line;
        line[strcspn(line, "\n")] = '\0';
        while (count < WORDS_MAX && at != NULL)
            words[count++] = strsep(&at, "\t");
        const int err = drive_command(words, count, argv);
        if (err != MQTTASYNC_SUCCESS)
            (void)printf("error\t%s\t%s\n", words[0], MQTTAsync_strerror(err));
    }
    MQTTAsync_destroy(&drive_client);
    return 0;
}
