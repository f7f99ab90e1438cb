#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""interop_paho.py HOST PORT USER PASSWORD VERSION: python3-paho-mqtt as a driver of the interoperability tests.
README.md says which lines it reads and writes."""
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

HOST, PORT, USER, PASSWORD, VERSION = sys.argv[1:6]
IS_5 = VERSION == "5"


def say(*words):
    sys.stdout.write("\t".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def number(reason):
    return reason.value if hasattr(reason, "value") else int(reason)


def on_message(_client, _self, message):
    properties = getattr(message, "properties", None)
    user = getattr(properties, "UserProperty", [("-", "-")])[0]
    say("message", message.topic, message.payload.decode(), message.qos, int(message.retain),
        getattr(properties, "ResponseTopic", "-"), getattr(properties, "CorrelationData", b"-").decode(), *user,
        getattr(properties, "SubscriptionIdentifier", [0])[0])


def make(client_id, clean):
    client = mqtt.Client(client_id=client_id, protocol=mqtt.MQTTv5 if IS_5 else mqtt.MQTTv311,
                         clean_session=None if IS_5 else clean)
    client.username_pw_set(USER, PASSWORD)
    client.on_connect = lambda _c, _s, flags, reason, _p=None: say("connected", number(reason), flags["session present"])
    client.on_disconnect = lambda _c, _s, reason, _p=None: say("disconnected", number(reason))
    client.on_publish = lambda _c, _s, _id: say("published", 0)
    client.on_subscribe = lambda _c, _s, _id, granted, _p=None: say("subscribed", number(granted[0]))
    client.on_unsubscribe = lambda _c, _s, _id, *_more: say("unsubscribed")
    client.on_message = on_message
    return client


def connect(client_id, clean, expiry, topic, payload, qos, retain):
    client = make(client_id, clean == "1")
    if topic != "-":
        client.will_set(topic, payload, int(qos), retain == "1")
    if IS_5:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = int(expiry)
        client.connect(HOST, int(PORT), 60, clean_start=clean == "1", properties=properties)
    else:
        client.connect(HOST, int(PORT), 60)
    client.loop_start()
    return client


def subscribe(client, topic, qos, no_local, subscription):
    if not IS_5:
        client.subscribe(topic, int(qos))
        return
    properties = Properties(PacketTypes.SUBSCRIBE)
    if subscription != "-":
        properties.SubscriptionIdentifier = int(subscription)
    client.subscribe(topic, options=SubscribeOptions(qos=int(qos), noLocal=no_local == "1"), properties=properties)


def publish(client, topic, payload, qos, retain, response, correlation, key, value):
    properties = None
    if IS_5:
        properties = Properties(PacketTypes.PUBLISH)
        if response != "-":
            properties.ResponseTopic = response
        if correlation != "-":
            properties.CorrelationData = correlation.encode()
        if key != "-":
            properties.UserProperty = (key, value)
    client.publish(topic, "" if payload == "-" else payload, int(qos), retain == "1", properties)


def main():
    client = None
    for line in sys.stdin:
        command, *words = line.rstrip("\n").split("\t")
        if command == "connect":
            client = connect(*words)
        elif command == "subscribe":
            subscribe(client, *words)
        elif command == "unsubscribe":
            client.unsubscribe(*words)
        elif command == "publish":
            publish(client, *words)
        elif command == "disconnect":
            client.disconnect()
            client.loop_stop()
        else:
            say("error", command, "unknown")


main()
