/* SPDX-License-Identifier: Apache-2.0 */
/* The whole endpoint behind sequences of packets: six clients under four names come, go, publish, subscribe, answer or
 * do not, at every QoS, over real sockets on a real loop, with a ring that fills, a disk that lags and a clock of ours.
 * The input is a list of steps of two bytes, what and how; step RAW is followed by bytes that are sent as they are.
 *
 * What a client knows is held against what it is sent:
 *   every packet is one that a server may send; the first is CONNACK or AUTH, and nothing follows DISCONNECT
 *   a new PUBLISH has an id that is not open and DUP 0; what is open stays open over a return to the session
 *   PUBREL comes only to a QoS 2 message; no more is open than the client takes at once
 *   a message of QoS 2 that was sent twice under one id arrives once
 *   nobody hears what it may not (secret/...)
 * Behind raw bytes, which may acknowledge anything, only the first and the last line are held to,
 * and in the end all memory has been given back. */
#include <assert.h>
#include <stdint.h>
#include <sys/resource.h>

#define assert_true(what)      assert(what)
#define assert_false(what)     assert(!(what))
#define assert_int_equal(a, b) assert((long long)(a) == (long long)(b))
#include "connect/mqtt/mqtt_rig.h"

enum {
    SEQ_CLIENTS = 6,
    SEQ_NAMES = 4,
    SEQ_STEPS_MAX = 120,
    SEQ_IMAGE_BYTES = 4 << 20,
    SEQ_OPEN_MAX = 128,
    SEQ_NUMBERS = 1024, /* payloads are numbers, to know them again */
    SEQ_FILES = 600,    /* so that the pool of connections is small */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seq_open { /* a message the node has in flight to a name */
    uint16_t id;
    uint8_t qos;
    bool is_released; /* PUBREL came */
    bool is_now;      /* sent, or sent again, in this connection */
};

struct seq_name { /* what outlives a connection */
    struct seq_open open[SEQ_OPEN_MAX];
    uint32_t open_count;
    uint8_t seen[SEQ_NUMBERS]; /* QoS 2 payloads that came */
    uint16_t last_id;          /* of a QoS 2 PUBLISH without PUBREL; 0 = none */
    uint16_t last_number;
    uint8_t last_topic;
};

struct seq_client {
    struct rig_client wire;
    struct seq_name *name; /* NULL: no CONNECT was sent */
    bool is_dialled;
    bool is_let_in;
    bool is_over; /* DISCONNECT came, or the connection was ended */
    uint16_t receive_max;
};

static struct rig seq_rig;
static struct seq_client seq_clients[SEQ_CLIENTS];
static struct seq_name seq_names[SEQ_NAMES];
static uint16_t seq_number;
static bool seq_is_wild; /* raw bytes were sent */
static bool seq_is_gathering;
static char seq_answer_to[GN_MQTT_TOPIC_BYTES_MAX + 1]; /* of a certificate request, or empty */

static const char *const seq_topics[] = { "things/press/events/a",
                                          "things/pump/events/a",
                                          "plant/x",
                                          "plant/y",
                                          "things/press/properties/t",
                                          "secret/x",
                                          "plant/x/y",
                                          "",
                                          "things/press/certificate/request" };
static const char *const seq_filters[] = {
    "things/press/events/+", "things/press/#",       "$share/g/plant/+", "plant/+",   "plant/#",   "#",
    "$share/h/plant/#",      "things/pump/events/a", "plant/x",          "$share//x", "plant/#/x", "secret/x"
};

#define SEQ_COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct seq_open *seq_find(struct seq_name *name, uint16_t id)
{
    for (uint32_t i = 0; i < name->open_count; i++) {
        if (name->open[i].id == id)
            return &name->open[i];
    }
    return NULL;
}

static void seq_forget(struct seq_name *name, uint16_t id)
{
    struct seq_open *open = seq_find(name, id);
    if (open != NULL)
        *open = name->open[--name->open_count];
}

/* --- what the node does for it --- */

/* As the node's intake: each record stands behind the one before, and is durable when it is said to be. */
static gn_err seq_keep(void *self, const struct gn_keep *step, uint64_t *out_token)
{
    struct fake_intake *fake = self;
    (void)step;
    if (fake->is_full)
        return GN_ERR_AGAIN;
    *out_token = ++fake->token;
    return GN_OK;
}

static bool seq_has_room(void *self)
{
    return !((struct fake_intake *)self)->is_full;
}

static void seq_gather(void *self, bool on)
{
    (void)self;
    assert(seq_is_gathering != on);
    seq_is_gathering = on;
}

static gn_err seq_certify(void *self, const struct gn_certify_ask *ask, struct gn_diag *diag)
{
    (void)self;
    (void)diag;
    assert(ask->answer_to.size < sizeof seq_answer_to);
    memcpy(seq_answer_to, ask->answer_to.at, ask->answer_to.size);
    seq_answer_to[ask->answer_to.size] = '\0';
    return GN_OK;
}

/* The answer comes when the packet is done with. */
static void seq_answer_certificate(void)
{
    const struct gn_publish_out publish = {
        .topic = gn_str_of(seq_answer_to), .payload = GN_STR("{}"), .correlation = { (const uint8_t *)"c", 1 }, .qos = 1
    };
    if (seq_answer_to[0] == '\0')
        return;
    (void)gn_mqtt_adapter.publish(seq_rig.self, &publish);
    seq_answer_to[0] = '\0';
}

/* What would be written for the next start are records. */
static void seq_check_image(void)
{
    static _Alignas(8) uint8_t bytes[SEQ_IMAGE_BYTES];
    struct gn_buf image = gn_buf_over(bytes, sizeof bytes);
    const gn_err err = gn_mqtt_adapter.image(seq_rig.self, &image);
    assert(err == GN_OK);
    (void)err;
    for (size_t at = 0; at < image.size; at += ((const struct gn_record_head *)(const void *)(bytes + at))->size)
        assert(gn_record_valid((gn_bytes){ bytes + at, image.size - at }));
}

/* --- what a client is sent --- */

static void seq_connack(struct seq_client *client, const struct gn_mqtt_frame *frame)
{
    struct gn_mqtt_connack packet;
    struct gn_mqtt_fault fault;
    const gn_err err = gn_mqtt_decode_connack(frame, client->wire.version, &packet, &fault);
    assert(err == GN_OK && !client->is_let_in);
    (void)err;
    assert(packet.code == 0 || !packet.session_present);
    client->is_let_in = packet.code == 0;
    client->is_over = packet.code != 0;
    if (packet.code == 0 && !packet.session_present)
        *client->name = (struct seq_name){ 0 };
    for (uint32_t i = 0; i < client->name->open_count; i++)
        client->name->open[i].is_now = false;
}

/* A member of a share may get a second copy; those are of plant/... only. */
static void seq_once(struct seq_name *name, gn_bytes payload)
{
    uint32_t number = 0;
    for (size_t i = 0; i < payload.size; i++)
        number = number * 10 + (uint32_t)(payload.at[i] - '0') % 10;
    if (payload.size != 4 || number >= SEQ_NUMBERS || seq_is_wild)
        return;
    assert(name->seen[number] == 0);
    name->seen[number] = 1;
}

static void seq_publish(struct seq_client *client, const struct gn_mqtt_frame *frame)
{
    struct gn_mqtt_publish packet;
    struct gn_mqtt_fault fault;
    struct seq_name *name = client->name;
    const gn_err err = gn_mqtt_decode_publish(frame, client->wire.version, &packet, &fault);
    assert(err == GN_OK && client->is_let_in);
    (void)err;
    assert(packet.qos > 0 || (!packet.dup && packet.packet_id == 0));
    assert(!gn_str_starts(packet.topic, GN_STR("secret/")));
    if (packet.qos == 0 || seq_is_wild)
        return;
    struct seq_open *open = seq_find(name, packet.packet_id);
    assert(packet.dup || open == NULL); /* an id that is open is not for a new message */
    assert(open == NULL || (!open->is_released && !open->is_now && open->qos == packet.qos));
    if (open == NULL && name->open_count < SEQ_OPEN_MAX) {
        open = &name->open[name->open_count++];
        *open = (struct seq_open){ .id = packet.packet_id, .qos = packet.qos };
    }
    if (open != NULL)
        open->is_now = true;
    uint32_t now = 0;
    for (uint32_t i = 0; i < name->open_count; i++)
        now += name->open[i].is_now;
    assert(now <= client->receive_max);
    if (packet.qos == 2 && !packet.retain && !packet.dup && gn_str_starts(packet.topic, GN_STR("things/")))
        seq_once(name, packet.payload);
}

static void seq_pubrel(struct seq_client *client, const struct gn_mqtt_frame *frame)
{
    struct gn_mqtt_ack packet;
    struct gn_mqtt_fault fault;
    const gn_err err = gn_mqtt_decode_ack(frame, client->wire.version, &packet, &fault);
    assert(err == GN_OK);
    (void)err;
    struct seq_open *open = seq_find(client->name, packet.packet_id);
    assert(open == NULL || open->qos == 2 || seq_is_wild);
    if (open != NULL)
        open->is_released = open->is_now = true;
}

static void seq_others(struct seq_client *client, const struct gn_mqtt_frame *frame)
{
    union {
        struct gn_mqtt_ack ack;
        struct gn_mqtt_suback suback;
    } packet;
    struct gn_mqtt_fault fault;
    const uint8_t version = client->wire.version;
    gn_err err = GN_ERR_INVAL;
    if (frame->type == GN_MQTT_SUBACK || frame->type == GN_MQTT_UNSUBACK)
        err = gn_mqtt_decode_suback(frame, version, &packet.suback, &fault);
    else if (frame->type == GN_MQTT_PINGRESP)
        err = gn_mqtt_decode_ping(frame, &fault);
    else if (frame->type >= GN_MQTT_PUBACK && frame->type <= GN_MQTT_PUBCOMP)
        err = gn_mqtt_decode_ack(frame, version, &packet.ack, &fault);
    else if (version == GN_MQTT_V5 && (frame->type == GN_MQTT_DISCONNECT || frame->type == GN_MQTT_AUTH))
        err = gn_mqtt_decode_disconnect(frame, version, &packet.ack, &fault);
    assert(err == GN_OK); /* nothing else is a server's to send */
    (void)err;
    assert(client->is_let_in || frame->type == GN_MQTT_AUTH);
    client->is_over = client->is_over || frame->type == GN_MQTT_DISCONNECT;
}

static void seq_listen(struct seq_client *client)
{
    struct gn_mqtt_frame frame;
    size_t need, used = 0;
    if (!client->is_dialled)
        return;
    const bool is_open = rig_pull(&client->wire);
    while (gn_mqtt_frame_next((gn_bytes){ client->wire.in + used, client->wire.in_size - used }, RIG_BYTES, &frame,
                              &need) == GN_OK) {
        assert(!client->is_over && client->name != NULL);
        if (frame.type == GN_MQTT_CONNACK)
            seq_connack(client, &frame);
        else if (frame.type == GN_MQTT_PUBLISH)
            seq_publish(client, &frame);
        else if (frame.type == GN_MQTT_PUBREL)
            seq_pubrel(client, &frame);
        else
            seq_others(client, &frame);
        used += frame.size;
    }
    client->wire.in_size -= used;
    memmove(client->wire.in, client->wire.in + used, client->wire.in_size);
    if (!is_open) {
        (void)close(client->wire.fd);
        client->is_dialled = false;
    }
}

/* The one whose turn it is last: it may have taken another's place. */
static void seq_listen_all(uint32_t acting)
{
    rig_turn(&seq_rig);
    for (uint32_t i = 0; i < SEQ_CLIENTS; i++) {
        if (i != acting)
            seq_listen(&seq_clients[i]);
    }
    seq_listen(&seq_clients[acting]);
}

/* --- what a client sends --- */

static void seq_hang_up(struct seq_client *client)
{
    if (!client->is_dialled)
        return;
    seq_listen(client);
    if (client->is_dialled)
        (void)close(client->wire.fd);
    client->is_dialled = false;
    for (int i = 0; i < 4; i++)
        rig_turn(&seq_rig);
}

static void seq_send(struct seq_client *client, const uint8_t *bytes, size_t size)
{
    (void)!send(client->wire.fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void seq_connect(struct seq_client *client, uint8_t how)
{
    static const char *const ids[SEQ_NAMES] = { "a", "b", "c", "d" };
    static const char *const things[SEQ_NAMES] = { "press", "press", "pump", "press" };
    const uint32_t name = how % SEQ_NAMES;
    const uint8_t version = (how & 4) != 0 ? GN_MQTT_V5 : GN_MQTT_V311;
    struct gn_mqtt_connect packet = rig_connect_as(version, ids[name], things[name]);
    seq_hang_up(client);
    rig_dial(&seq_rig, &client->wire);
    *client = (struct seq_client){ .wire = client->wire,
                                   .name = &seq_names[name],
                                   .is_dialled = true,
                                   .receive_max = version == GN_MQTT_V5 ? 1 + (how >> 3) % 3 : UINT16_MAX };
    packet.clean = (how & 8) != 0;
    packet.has_will = (how & 16) != 0;
    packet.will = (struct gn_mqtt_will){
        .topic = GN_STR("plant/x"), .payload = { (const uint8_t *)"gone", 4 }, .qos = how % 3, .retain = (how & 32) != 0
    };
    if (version == GN_MQTT_V5) {
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_SESSION_EXPIRY, (how & 64) != 0 ? 30 : 0);
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_RECEIVE_MAXIMUM, client->receive_max);
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_TOPIC_ALIAS_MAXIMUM, how >> 6);
        gn_mqtt_props_set(&packet.will.props, GN_MQTT_P_WILL_DELAY, (how & 128) != 0 ? 5 : 0);
    }
    rig_send_connect(&seq_rig, &client->wire, &packet);
}

static void seq_say(struct seq_client *client, uint8_t how, bool is_again)
{
    RIG_SENDING(out);
    char payload[8];
    struct seq_name *name = client->name;
    struct gn_mqtt_publish packet = { .qos = how % 3, .retain = (how & 64) != 0, .packet_id = 1 + (how >> 2) % 4 };
    uint8_t topic = (uint8_t)(how % SEQ_COUNT(seq_topics));
    uint16_t number = seq_number;
    if (is_again) {
        if (name->last_id == 0 || !client->is_let_in) /* whether the session is the same one is not known yet */
            return;
        packet = (struct gn_mqtt_publish){ .qos = 2, .dup = true, .packet_id = name->last_id };
        topic = name->last_topic;
        number = name->last_number;
    } else {
        if (packet.qos == 2) {
            if (name->last_id != 0) /* one QoS 2 exchange at a time: what is repeated is known */
                return;
            packet.packet_id = 77;
            name->last_id = 77;
            name->last_topic = topic;
            name->last_number = number;
        }
        seq_number = (uint16_t)((seq_number + 1) % 10000);
    }
    (void)snprintf(payload, sizeof payload, "%04u", number % 10000);
    if (packet.qos == 0)
        packet.packet_id = 0;
    packet.topic = gn_str_of(seq_topics[topic]);
    packet.payload = (gn_bytes){ (const uint8_t *)payload, (how & 128) != 0 && packet.retain ? 0 : 4 };
    if (client->wire.version == GN_MQTT_V5 && ((how & 8) != 0 || packet.topic.size == 0))
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_TOPIC_ALIAS, 1 + how % 3);
    if (client->wire.version == GN_MQTT_V5 && (how & 16) != 0)
        gn_mqtt_props_set(&packet.props, GN_MQTT_P_MESSAGE_EXPIRY, 1 + how % 5);
    gn_mqtt_encode_publish(&out, client->wire.version, &packet);
    seq_send(client, out.at, out.size);
}

static void seq_subscribe(struct seq_client *client, uint8_t type, uint8_t how)
{
    RIG_SENDING(out);
    const uint8_t options = client->wire.version == GN_MQTT_V5 ? (uint8_t)((how >> 4) % 3 | (how & 12)) : how % 3;
    const struct gn_mqtt_filter filters[] = {
        { gn_str_of(seq_filters[how % SEQ_COUNT(seq_filters)]), options },
        { gn_str_of(seq_filters[(how >> 3) % SEQ_COUNT(seq_filters)]), how % 3 },
    };
    gn_mqtt_encode_subscribe(&out, type, client->wire.version, 1 + how, filters, 1 + (how & 1));
    seq_send(client, out.at, out.size);
}

/* Answers what is open: PUBACK, PUBREC, PUBCOMP, as it is due or not. */
static void seq_answer(struct seq_client *client, uint8_t how)
{
    RIG_SENDING(out);
    struct seq_name *name = client->name;
    if (name->open_count == 0)
        return;
    const struct seq_open open = name->open[how % name->open_count];
    if (!open.is_now) /* a client does not answer what it was not sent in this connection */
        return;
    const bool refuses = client->wire.version == GN_MQTT_V5 && (how & 64) != 0;
    uint8_t type = open.qos == 1 ? GN_MQTT_PUBACK : open.is_released ? GN_MQTT_PUBCOMP : GN_MQTT_PUBREC;
    const struct gn_mqtt_ack packet = { .packet_id = open.id,
                                        .reason = refuses && type != GN_MQTT_PUBCOMP ? GN_MQTT_UNSPECIFIED : 0 };
    gn_mqtt_encode_ack(&out, type, client->wire.version, &packet);
    if (type != GN_MQTT_PUBREC || refuses)
        seq_forget(name, open.id); /* if it gets there: if not, it comes again with DUP */
    seq_send(client, out.at, out.size);
}

static void seq_release(struct seq_client *client)
{
    RIG_SENDING(out);
    const struct gn_mqtt_ack packet = { .packet_id = 77 };
    client->name->last_id = 0;
    gn_mqtt_encode_ack(&out, GN_MQTT_PUBREL, client->wire.version, &packet);
    seq_send(client, out.at, out.size);
}

static void seq_leave(struct seq_client *client, uint8_t how)
{
    RIG_SENDING(out);
    const struct gn_mqtt_ack packet = { .reason = (how & 1) != 0 ? GN_MQTT_WITH_WILL : 0 };
    gn_mqtt_encode_disconnect(&out, GN_MQTT_DISCONNECT, client->wire.version, &packet);
    seq_send(client, out.at, out.size);
}

/* --- the steps --- */

static void seq_world(uint8_t what, uint8_t how)
{
    const struct gn_action_out action = { .thing = how % 2 == 0 ? FAKE_PRESS : FAKE_PUMP,
                                          .action = GN_STR("stop"),
                                          .id = GN_STR("x-1"),
                                          .payload = GN_STR("{}") };
    switch (what) {
    case 0:
        rig_pass(&seq_rig, how * 100);
        break;
    case 1:
        gn_mqtt_adapter.durable(seq_rig.self, seq_rig.fake.token - (seq_rig.fake.token > how % 4 ? how % 4 : 0));
        break;
    case 2:
        seq_rig.fake.is_full = true;
        break;
    case 3:
        seq_rig.fake.is_full = false;
        gn_mqtt_adapter.resume(seq_rig.self);
        break;
    case 4:
        (void)gn_mqtt_adapter.deliver(seq_rig.self, &action);
        break;
    default:
        gn_mqtt_adapter.evict(seq_rig.self, how % 2 == 0 ? FAKE_PRESS : FAKE_PUMP);
        break;
    }
}

/* Returns how many bytes behind the step it used. */
static size_t seq_step(uint8_t what, uint8_t how, gn_bytes more)
{
    const uint32_t index = what % SEQ_CLIENTS;
    struct seq_client *client = &seq_clients[index];
    size_t used = 0;
    const uint8_t kind = what / SEQ_CLIENTS; /* 0..42 */
    if (kind < 5) {
        seq_connect(client, how);
    } else if (kind < 11) {
        seq_world(kind - 5, how);
    } else if (!client->is_dialled || client->name == NULL) {
        return 0;
    } else if (kind < 20) {
        seq_say(client, how, false);
    } else if (kind < 23) {
        seq_say(client, how, true);
    } else if (kind < 27) {
        seq_subscribe(client, kind < 26 ? GN_MQTT_SUBSCRIBE : GN_MQTT_UNSUBSCRIBE, how);
    } else if (kind < 34) {
        seq_answer(client, how);
    } else if (kind < 37) {
        seq_release(client);
    } else if (kind == 37) {
        seq_leave(client, how);
    } else if (kind == 38) {
        used = how % 32 < more.size ? how % 32 : more.size;
        seq_is_wild = true;
        seq_send(client, more.at, used);
    } else {
        seq_hang_up(client);
    }
    seq_answer_certificate();
    seq_listen_all(index);
    return used;
}

/* `is_kept`: sessions and wills go into a journal, and what promises them waits for it. */
static void seq_begin(bool is_kept)
{
    const struct rlimit files = { SEQ_FILES, SEQ_FILES };
    (void)setrlimit(RLIMIT_NOFILE, &files);
    memset(seq_names, 0, sizeof seq_names);
    for (uint32_t i = 0; i < SEQ_CLIENTS; i++)
        seq_clients[i].is_dialled = false;
    seq_number = 0;
    seq_is_wild = false;
    rig_start(&seq_rig);
    seq_rig.fake.is_open = true;
    seq_answer_to[0] = '\0';
    rig_server(&seq_rig)->intake.certify = seq_certify;
    if (!is_kept)
        return;
    rig_server(&seq_rig)->intake.keep = seq_keep;
    rig_server(&seq_rig)->intake.has_room = seq_has_room;
    rig_server(&seq_rig)->intake.gather = seq_gather;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const bool is_kept = size % 2 != 0;
    seq_begin(is_kept);
    for (uint32_t step = 0; size >= 2 && step < SEQ_STEPS_MAX; step++) {
        const size_t used = 2 + seq_step(data[0], data[1], (gn_bytes){ data + 2, size - 2 });
        data += used;
        size -= used;
    }
    if (is_kept)
        seq_check_image();
    for (uint32_t i = 0; i < SEQ_CLIENTS; i++)
        seq_hang_up(&seq_clients[i]);
    rig_stop(&seq_rig);
    return 0;
}
