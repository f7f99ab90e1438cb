/* SPDX-License-Identifier: Apache-2.0 */
/* base/limits.h -- every limit of the node, in one place.
 *
 * `ganglion status --limits` prints this table; docs/limits.md explains each row. What exceeds
 * a limit is refused with a message that names it. Tests try limit-1, limit and limit+1. */
#ifndef GN_BASE_LIMITS_H
#define GN_BASE_LIMITS_H

#include <stddef.h>

/*        name                        value           unit, and what happens beyond it */
#define GN_LIMIT_MAP(X)                                                                                                \
    X(THINGS_MAX, 4096, "Things on a node; another is refused")                                                        \
    X(THINGS_DISCOVERED_MAX, 512, "discovered Things at once; adopt or ignore some, a further one is refused")         \
    X(DEVICE_TRAITS_MAX, 48, "properties kept of what a device announces of itself")                                   \
    X(BINDINGS_MAX, 16384, "properties that come on topics devices announced; further ones are left out")              \
    X(DEVICE_KEY_BYTES_MAX, 95, "bytes of what a gateway calls a device")                                              \
    X(SERIES_MAX, 16384, "series on a node; a new property is refused")                                                \
    X(SERIES_PER_THING_MAX, 256, "series of one Thing; a new property is refused")                                     \
    X(MODELS_MAX, 16384, "series that have a model of their own")                                                      \
    X(THING_ID_BYTES_MAX, 64, "bytes of a Thing's id, [A-Za-z0-9_.-]")                                                 \
    X(THING_NAME_BYTES_MAX, 128, "bytes of a Thing's name, any text")                                                  \
    X(PROPERTY_BYTES_MAX, 64, "bytes of a property's, action's or event's name")                                       \
    X(UNIT_BYTES_MAX, 16, "bytes of a unit")                                                                           \
    X(DESCRIPTION_BYTES_MAX, 16384, "bytes of a Thing's description, as JSON")                                         \
    X(TEXT_VALUE_BYTES_MAX, 1024, "bytes of a text reading, an event or an action's status")                           \
    X(ACTION_INPUT_BYTES_MAX, 1024, "bytes of an action's input, as JSON")                                             \
    X(ACTIONS_DECLARED_MAX, 256, "actions a solution may declare")                                                     \
    X(ACTION_ARGUMENTS_MAX, 8, "arguments of one action")                                                              \
    X(PROPERTIES_DECLARED_MAX, 1024, "properties a solution may declare")                                              \
    X(CHOICES_MAX, 32, "values of an argument's one_of")                                                               \
    X(RULES_MAX, 256, "rules of a solution")                                                                           \
    X(RULE_PROPERTIES_MAX, 32, "properties one rule may name")                                                         \
    X(RULE_STATES_MAX, 2048, "rules times Things whose past is kept; the longest unused makes room")                   \
    X(ACCESS_GRANTS_MAX, 1024, "filters that all rows of 'access' grant together")                                     \
    X(RATE_COUNT_MAX, 60, "count in 'at_most: COUNT per DURATION'")                                                    \
    X(RATE_MARKS_MAX, 4096, "firings and actions that rate limits remember; beyond it they refuse")                    \
    X(KEEP_ROWS_MAX, 64, "rows of 'keep' in a solution")                                                               \
    X(TOPIC_ROWS_MAX, 64, "rows of 'topics' in a solution")                                                            \
    X(HOME_ASSISTANT_PREFIX_BYTES_MAX, 48, "bytes of the prefix of Home Assistant's discovery")                        \
    X(HOME_ASSISTANT_NODE_BYTES_MAX, 32, "bytes of this node's name there")                                            \
    X(ANNOUNCED_BYTES_MAX, 4096, "bytes of what is said of a Thing's alarm there; longer words are cut")               \
    X(SOLUTION_BYTES_MAX, 262144, "bytes of all YAML files of a solution together")                                    \
    X(SOLUTION_FILES_MAX, 32, "YAML files in a solution")                                                              \
    X(YAML_DEPTH_MAX, 16, "levels of nesting in YAML")                                                                 \
    X(YAML_NODES_MAX, 16384, "keys and values in one YAML file")                                                       \
    X(FINDINGS_OPEN_MAX, 1024, "findings open at once; a further one is counted and not said")                         \
    X(ALARMS_OPEN_MAX, 256, "alarms open at once; the oldest cleared one makes room")                                  \
    X(IDENTITIES_OPEN_MAX, 64, "Things at once whose token is used in two places; a further one is counted only")      \
    X(ALARM_CONTRIBUTIONS_MAX, 16, "series an alarm lists; the rest are summed as 'other'")                            \
    X(DECISIONS_OPEN_MAX, 256, "decisions that wait for a person or for a result")                                     \
    X(APPROVAL_EXPIRY_S, 600, "seconds an approval is waited for, unless the rule says otherwise")                     \
    X(DESIRED_MAX, 512, "desired values that wait for their device; a further one is refused")                         \
    X(DESIRED_BYTES_MAX, 256, "bytes of a desired value, of its topic and of what is sent")                            \
    X(DESIRED_EXPIRY_S, 86400, "seconds a desired value is tried for, unless it says otherwise")                       \
    X(ORDER_KEYS_MAX, 1024, "idempotency keys remembered, for a day; then the oldest makes room")                      \
    X(ORDER_KEY_BYTES_MAX, 128, "bytes of an idempotency key")                                                         \
    X(REASON_BYTES_MAX, 240, "bytes kept of a person's reason and a device's message")                                 \
    X(ACTION_EXPIRY_S, 60, "seconds an action may take to be carried out")                                             \
    X(MQTT_CONNECTIONS_MAX, 65536, "connections; the next is closed at once")                                          \
    X(MQTT_CONNECTIONS_PER_SOURCE_MAX, 2048,                                                                           \
      "of them from one address (of IPv6: one /64); the next is closed at once")                                       \
    X(MQTT_CONNECTIONS_PER_LOOPBACK_MAX, 32768, "the same for an address of this machine")                             \
    X(MQTT_HALF_OPEN_MAX, 8192, "connections not let in yet; a further one ends the one that waits longest")           \
    X(MQTT_HALF_OPEN_PER_SOURCE_MAX, 256, "of them from one address; the next is closed at once")                      \
    X(MQTT_HALF_OPEN_PER_LOOPBACK_MAX, 4096, "the same for an address of this machine")                                \
    X(MQTT_ACCEPTS_PER_TURN_MAX, 64, "connections a door lets in before those that are there get their turn")          \
    X(MQTT_PACKET_BYTES_MAX, 262144, "bytes of a packet; larger ends the connection")                                  \
    X(MQTT_TOPIC_BYTES_MAX, 512, "bytes of a topic")                                                                   \
    X(MQTT_TOPIC_LEVELS_MAX, 16, "levels of a topic")                                                                  \
    X(MQTT_SUBSCRIPTIONS_MAX, 512, "subscriptions of one session, and filters of one packet")                          \
    X(MQTT_SUBSCRIPTIONS_ALL_MAX, 262144, "subscriptions of all sessions")                                             \
    X(MQTT_RETAINED_MAX, 16384, "topics with a retained message; another is refused")                                  \
    X(MQTT_RETAINED_BYTES_MAX, 16777216, "bytes of retained messages; another is refused")                             \
    X(MQTT_MESSAGES_BYTES_MAX, 67108864, "bytes of messages that are retained or wait for a client")                   \
    X(MQTT_QUEUE_MAX, 16384, "messages that wait for one client; a further one is dropped, and counted")               \
    X(MQTT_TOPIC_ALIAS_MAX, 32, "topic aliases of a connection, each way")                                             \
    X(MQTT_USER_PROPERTIES_MAX, 64, "user properties of a packet")                                                     \
    X(MQTT_RECEIVE_MAXIMUM, 1024, "QoS 1 and 2 messages a client may have in flight")                                  \
    X(MQTT_OUT_INFLIGHT_MAX, 64, "QoS 1 and 2 messages the node has in flight to one client")                          \
    X(MQTT_OUT_BYTES_MAX, 1048576, "bytes waiting for a slow client; more ends it")                                    \
    X(MQTT_CONNECT_BYTES_MAX, 8192, "bytes of a CONNECT; larger ends the connection")                                  \
    X(MQTT_CLIENT_ID_BYTES_MAX, 128, "bytes of a client id; a longer one is refused")                                  \
    X(MQTT_OUTBOX_BYTES_MAX, 1048576, "bytes of messages that wait for one client, retained ones apart")               \
    X(MQTT_SESSION_EXPIRY_S_MAX, 86400, "seconds a session is kept for a client that left")                            \
    X(MQTT_SESSIONS_KEPT_MAX, 4096, "sessions kept for clients that left; the oldest goes")                            \
    X(MQTT_SESSIONS_KEPT_PER_THING_MAX, 16, "of them for one Thing; the oldest goes")                                  \
    X(MQTT_CONNECT_TIMEOUT_MS, 10000, "milliseconds until a complete CONNECT")                                         \
    X(MQTT_KEEPALIVE_S_MAX, 600, "seconds of keep-alive the server grants")                                            \
    X(MQTT_WILL_BYTES_MAX, 1024, "bytes of a will's payload")                                                          \
    X(SPARKPLUG_METRICS_MAX, 2048, "metrics in one Sparkplug message; one with more is refused")                       \
    X(SPARKPLUG_NAME_BYTES_MAX, 256, "bytes of a Sparkplug metric's name; a birth with a longer one is refused")       \
    X(SPARKPLUG_PROPERTIES_MAX, 32, "properties of a Sparkplug metric that are looked at")                             \
    X(SPARKPLUG_REBIRTH_S, 10, "seconds between two requests for a rebirth to one edge node")                          \
    X(SPARKPLUG_REBIRTHS_MAX, 64, "edge nodes asked for a rebirth in that time; others are asked later")               \
    X(SPARKPLUG_ORDERS_MAX, 64,                                                                                        \
      "actions sent as Sparkplug commands that wait to be reported; a further one stays sent")                         \
    X(JSON_DEPTH_MAX, 32, "levels of nesting in JSON")                                                                 \
    X(JSON_STRING_BYTES_MAX, 4096, "bytes of one JSON string")                                                         \
    X(JSON_NUMBER_BYTES_MAX, 512, "bytes of one number, as written")                                                   \
    X(PAYLOAD_DEPTH_MAX, 8, "levels of objects and arrays inside a payload; deeper is refused")                        \
    X(READINGS_PER_PACKET_MAX, 256, "readings in one packet")                                                          \
    X(READING_AHEAD_MS_MAX, 86400000, "milliseconds a reading may lie in the future")                                  \
    X(RECORD_BYTES_MAX, 327680, "bytes of one record of the journal")                                                  \
    X(RING_BYTES, 8388608, "bytes of the ring; a full ring stops reading from sockets")                                \
    X(OUTPUT_RING_BYTES, 4194304, "bytes between the engine and the history")                                          \
    X(OUTPUT_BYTES_MAX, 16384, "bytes of one finding, alarm, decision or receipt as JSON")                             \
    X(JOURNAL_GROUP_BYTES_MAX, 2097152, "bytes made durable by one fdatasync")                                         \
    X(JOURNAL_SEGMENT_BYTES, 67108864, "bytes of a journal segment")                                                   \
    X(JOURNAL_SEGMENTS_MAX, 4096, "segments of a journal; more is refused like a full disk")                           \
    X(JOURNAL_EXTENT_BYTES, 4194304, "bytes a segment grows by, allocated ahead")                                      \
    X(JOURNAL_PAVE_BYTES, 262144, "bytes of zeroes written at a time ahead of small groups of the journal")            \
    X(JOURNAL_FLUSHES_MAX, 60000, "flushes of the journal a minute that run --flushes may ask for")                    \
    X(JOURNAL_KEEP_MIB, 4096, "MiB of journal kept behind the last checkpoint; the oldest goes")                       \
    X(HEAD_READINGS, 256, "readings of one series in memory; then they are sealed as a chunk")                         \
    X(CHUNK_READINGS, 1024, "readings of one series in a chunk on disk, made of such as were sealed")                  \
    X(CHUNKS_WAITING_MAX, 4096, "sealed chunks that wait for a flush; then the history waits")                         \
    X(LATE_WAITING_MAX, 32768, "late readings that wait for a flush")                                                  \
    X(TEXTS_WAITING_BYTES, 2097152, "bytes of text readings that wait for a flush")                                    \
    X(OUTPUTS_WAITING_BYTES, 2097152, "bytes of outputs that wait for a flush")                                        \
    X(QUERY_READINGS_MAX, 100000, "readings one query answers")                                                        \
    X(QUERY_BUCKETS_MAX, 5000, "buckets one downsample answers")                                                       \
    X(QUERY_PLOT_MAX, 10000, "readings that a plot is thinned to, at most")                                            \
    X(SQL_BYTES_MAX, 4000, "bytes of a question in SQL")                                                               \
    X(SQL_COLUMNS_MAX, 64, "columns of an answer to SQL")                                                              \
    X(SQL_ROWS_MAX, 100000, "rows of an answer to SQL; the rest is cut off, and said")                                 \
    X(SQL_LOOKED_AT_MAX, 2000000, "readings one question in SQL looks at")                                             \
    X(SQL_MS_MAX, 5000, "milliseconds one question in SQL may take")                                                   \
    X(SQL_MEMORY_BYTES_MAX, 67108864, "bytes of memory one question in SQL may take")                                  \
    X(SQL_CURSORS_MAX, 8, "tables that one question in SQL reads at once")                                             \
    X(QUERY_SERIES_MAX, 16, "series that one question aligns")                                                         \
    X(QUERY_BUCKET_VALUES_MAX, 1000000, "readings in one bucket of which a percentile is told")                        \
    X(PROM_QUERY_BYTES_MAX, 2048, "bytes of a PromQL expression")                                                      \
    X(PROM_DEPTH_MAX, 16, "levels of nesting in a PromQL expression")                                                  \
    X(PROM_MATCHERS_MAX, 16, "matchers of one PromQL selector")                                                        \
    X(PROM_SERIES_MAX, 16384, "series that one PromQL selector, or one listing of series, answers; more is refused")   \
    X(PROM_STEPS_MAX, 5000, "steps of one PromQL query; more is refused")                                              \
    X(PROM_POINTS_MAX, 1000000, "steps times series of all parts of one PromQL query; more is refused")                \
    X(PROM_WORK_MAX, 50000000, "buckets and readings one PromQL query may look at, over all its steps; then it ends")  \
    X(HTTP_BODY_BYTES_MAX, 65536, "bytes of a request's body")                                                         \
    X(HTTP_CONNECTIONS_MAX, 256, "connections to the portal")                                                          \
    X(LIVE_STREAMS_MAX, 64, "live streams of the portal at once")                                                      \
    X(USERS_MAX, 64, "people with an account")                                                                         \
    X(SESSIONS_MAX, 256, "people signed in at once; the oldest makes room")                                            \
    X(SESSION_IDLE_S, 900, "seconds of idleness that end a session")                                                   \
    X(SESSION_AGE_S, 43200, "seconds that end a session in any case")                                                  \
    X(PASSWORD_BYTES_MIN, 12, "bytes of a password")                                                                   \
    X(PASSWORD_BYTES_MAX, 256, "bytes of a password")                                                                  \
    X(TOKEN_OVERLAP_S, 86400, "seconds a Thing's old token counts beside the new one, unless told otherwise")          \
    X(TOKEN_OVERLAP_S_MAX, 2592000, "seconds a Thing's old token may count beside the new one")                        \
    X(SETUP_TRIES_MAX, 50, "wrong setup codes until setup is locked for 15 minutes")                                   \
    X(GUESS_DELAY_MS_MAX, 10000, "milliseconds an answer to a wrong password is held back")                            \
    X(CERTIFICATES_PER_THING_MAX, 4, "certificates of a Thing that count at once; a further one ends the oldest")      \
    X(CERTIFICATE_DAYS, 365, "days a certificate of a Thing counts")                                                   \
    X(LEDGER_ENTRY_BYTES_MAX, 4096, "bytes of one entry of the ledger; a longer one is refused")                       \
    X(LEDGER_GROUP_ENTRIES_MAX, 1000, "entries of the ledger that are committed together; then a commit is due")       \
    X(LEDGER_GROUP_BYTES_MAX, 1048576, "bytes of those; then a commit is due")                                         \
    X(CERTIFICATE_NAMES_MAX, 64, "names and addresses in the certificate of the node; further ones are left out")      \
    X(CERTIFICATE_REQUEST_BYTES_MAX, 8192, "bytes of a certificate request; a longer one is refused")                  \
    X(CERTIFICATE_REQUESTS_WAITING_MAX, 16,                                                                            \
      "certificate requests over MQTT under way, one of a Thing; another is refused")                                  \
    X(MQTT_CORRELATION_BYTES_MAX, 256, "bytes of correlation data that go with the answer to such a request")          \
    X(PUSH_CONNECTIONS_MAX, 64, "connections of programs that push readings over HTTP; the next is closed at once")    \
    X(PUSH_BODY_BYTES_MAX, 8388608, "bytes of what one such request brings, unpacked; more is refused")                \
    X(PUSH_EXPANSION_MAX, 100, "times its size that a packed body may unpack to; more is refused")                     \
    X(PUSH_LINE_BYTES_MAX, 65536, "bytes of one line of line protocol; a longer one ends the request")                 \
    X(PUSH_TAGS_MAX, 32, "tags of one line; more are refused")                                                         \
    X(PUSH_ERRORS_MAX, 16, "lines that an answer names as refused; further ones are counted")                          \
    X(PUSH_SERIES_CACHED_MAX, 24576, "series remembered by the bytes they were written with; then all are forgotten")  \
    X(PUSH_CACHE_BYTES, 4194304, "bytes of those names; then all are forgotten")                                       \
    X(WS_HEAD_BYTES_MAX, 8192, "bytes of a request for a WebSocket; a longer one is refused")                          \
    X(TLS_HANDSHAKES_MAX, 512, "handshakes under way at once; a further one ends the one that has waited longest")     \
    X(TLS_HANDSHAKE_MS_MAX, 5000, "milliseconds a handshake may take")                                                 \
    X(TLS_TURN_US_MAX, 1000, "microseconds of handshakes until other connections get their turn")                      \
    X(TLS_TICKET_S, 43200, "seconds within which a connection may be resumed without a full handshake")                \
    X(COMMANDS_WAITING_MAX, 64, "commands of portal and CLI that wait for the journal")                                \
    X(BACKUP_FILES_MAX, 4104, "files in a backup: all segments of the journal and a few more")                         \
    X(BACKUP_BLOCKS_MAX, 33554432, "blocks of 32 KiB in a backup, 1 TiB; more is refused")                             \
    X(BACKUP_CHAIN_MAX, 63, "increments that one restore puts on a backup")                                            \
    X(BACKUP_PASSPHRASE_BYTES_MIN, 12, "bytes of a passphrase of a backup")                                            \
    X(BACKUP_PASSPHRASE_BYTES_MAX, 1024, "bytes of a passphrase of a backup")                                          \
    X(BACKUP_KDF_PASSES, 3, "passes of Argon2id over a passphrase")                                                    \
    X(BACKUP_KDF_MIB, 64, "MiB of memory that Argon2id takes for a passphrase")                                        \
    X(BACKUP_KDF_PASSES_MAX, 16, "passes a backup may ask a reader for; more is refused")                              \
    X(BACKUP_KDF_MIB_MAX, 1024, "MiB a backup may ask a reader for; more is refused")                                  \
    X(BACKUP_SPARE_BYTES, 67108864, "bytes that stay free on the node's disk beside the copy a backup needs")          \
    X(CLI_ANSWER_BYTES_MAX, 67108864, "bytes of an answer the command line takes; ask for less")                       \
    X(CLI_EVENT_BYTES_MAX, 65536, "bytes of one live event the command line takes")                                    \
    X(AGENT_SERIES_MAX, 200, "series of the machine agent; further ones are left out")                                 \
    X(AGENT_SAMPLES_WAITING_MAX, 600, "samples the agent keeps while the node is away; the oldest go, counted")        \
    X(AGENT_IN_FLIGHT_MAX, 16, "QoS 1 messages of the agent without an acknowledgement; others wait")                  \
    X(AGENT_STOP_MS_MAX, 20000, "milliseconds a disturbance has to end when it is stopped; then failed")               \
    X(DISTURB_SECONDS_MAX, 600, "seconds of a disturbance")                                                            \
    X(DISTURB_DISK_BYTES_MAX, 268435456, "bytes a disk disturbance writes to; at most a tenth of what is free")        \
    X(DISTURB_MEMORY_MIB_MAX, 2048, "MiB a memory disturbance takes; at most a quarter of what is available")          \
    X(FORECAST_POINTS_MAX, 2048, "values of a series that a forecast looks at; older ones are left out")               \
    X(FORECAST_HORIZON_MAX, 1024, "values a forecast may reach ahead; a longer one is refused")                        \
    X(EVAL_FILE_BYTES_MAX, 67108864, "bytes of a data file of `ganglion eval`; a larger one is refused")               \
    X(EVAL_COLUMNS_MAX, 256, "series of one such file with a time a row; more are refused")                            \
    X(EVAL_SERIES_MAX, 4096, "series of one such file; more are refused")                                              \
    X(EVAL_NAB_FILES_MAX, 64, "series of the Numenta Anomaly Benchmark; more are refused")                             \
    X(EVAL_NAB_WINDOWS_MAX, 8, "labelled windows of one of them; more are refused")                                    \
    X(EVAL_NAB_NAME_BYTES, 96, "bytes of its name; longer ones are refused")

/* GN_THINGS_MAX and so on: integer constants, all of type int. */
enum gn_limits {
#define X(name, value, text) GN_##name = (value),
    GN_LIMIT_MAP(X)
#undef X
};

struct gn_limit {
    const char *name; /* as above */
    int value;
    const char *text; /* unit and consequence */
};

/* The table as data, in the order above, for `status --limits` and the docs. */
const struct gn_limit *gn_limits_table(size_t *out_count);

#endif
