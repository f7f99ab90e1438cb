#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ingest.py ingest|qos0|latency|footprint|idle|hold [--seconds N]: the node's figures, each beside its peer, in one run.

ingest     QoS 1 publishes of a 40-byte JSON payload, 100 (and 1 000) connections with 64, 8 and 1 in flight:
           parsed, journaled, scored, acknowledged after fdatasync; beside Mosquitto without persistence and NATS
           JetStream's MQTT.
qos0       QoS 0 publishes of 40 bytes of JSON with one and with three readings, taken (a PING behind each block is
           answered), and such that are none of ours, handed to one listener; beside Mosquitto.
latency    publish to acknowledged at 10 000/s; publish to action received with autonomy act.
footprint  resident memory of the idle node with the agent's series, binary size, time to the first connection.
idle       resident memory a connection of MQTT takes that is open, subscribed to one filter and silent.
hold       the same for as many as the file limit allows (50 000 at most), bare and in TLS: resident memory of each, and
           whether each still answers a PINGREQ after --seconds of silence.

Everything stays on loopback and ends by itself. The load generator prints its own CPU seconds.
"""
import argparse, json, os, re, resource, shutil, signal, socket, ssl, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GANGLION = os.environ.get("GANGLION") or os.path.join(ROOT, "ganglion")
LOAD = os.path.join(ROOT, "build/release/mqtt_load_bench")


class Node:
    """A running node in a folder of its own."""

    def __init__(self, solution=None):
        self.dir = tempfile.mkdtemp(prefix="ganglion-bench-")
        self.solution = solution

    def add_things(self, count):
        """Adds Things through the running node; returns a file of credentials."""
        path = os.path.join(self.dir, "credentials.txt")
        with open(path, "w") as file:
            for number in range(count):
                out = subprocess.run([GANGLION, "things", "add", f"load-{number}", "--data", self.dir, "--json"],
                                     check=True, capture_output=True, text=True).stdout
                row = json.loads(out)
                file.write(f"{row['id']} {row['token']}\n")
        return path

    def start(self):
        command = [GANGLION, "run", "--data", self.dir, "--mqtt", "127.0.0.1:0", "--mqtts", "127.0.0.1:0", "--portal", "127.0.0.1:0"]
        if self.solution:
            command += ["--solution", self.solution]
        self.begun = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        match = re.match(r"ready mqtt=(\S+):(\d+) portal=(\S+)", line)
        if not match:
            raise SystemExit(f"the node did not start: {line!r}")
        self.host, self.port = match.group(1), int(match.group(2))
        self.secure_port = int(re.search(r"mqtts=\S+:(\d+)", line).group(1))
        socket.create_connection((self.host, self.port)).close()
        self.start_ms = (time.monotonic() - self.begun) * 1000
        return self

    def status(self):
        out = subprocess.run([GANGLION, "status", "--data", self.dir, "--json"], check=True, capture_output=True, text=True)
        return json.loads(out.stdout)

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def resident_mib(self):
        return resident_mib(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        shutil.rmtree(self.dir, ignore_errors=True)
        if code != 0:
            print(f"  (the node ended with {code})")


class Peer:
    """Another broker, in a folder of its own."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="peer-bench-")
        self.port = free_port()
        config = os.path.join(self.dir, "peer.conf")
        with open(config, "w") as file:
            file.write(self.config())
        self.process = subprocess.Popen([self.program, "-c", config], stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.02)
        raise SystemExit(f"{self.program} did not start")

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.dir, ignore_errors=True)


class Mosquitto(Peer):
    program = "/usr/sbin/mosquitto"

    def config(self):
        return (f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
                "max_inflight_messages 0\nmax_queued_messages 0\nlog_type none\n")


class Nats(Peer):
    program = "/usr/sbin/nats-server"

    def config(self):
        return (f'server_name: bench\nlisten: "127.0.0.1:{free_port()}"\njetstream {{ store_dir: "{self.dir}" }}\n'
                f'mqtt {{ listen: "127.0.0.1:{self.port}", max_ack_pending: 65535 }}\n')


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024


def load(port, connections, inflight, seconds, credentials=None, rate=None):
    command = [LOAD, "--host", "127.0.0.1", "--port", str(port), "--connections", str(connections),
               "--inflight", str(inflight), "--seconds", str(seconds), "--payload-bytes", "40", "--json"]
    command += ["--credentials", credentials] if credentials else ["--anonymous", "--topic-fixed", "bench/value"]
    if rate:
        command += ["--rate", str(rate)]
    out = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    if out.returncode != 0:
        raise SystemExit(f"load generator: {out.stderr}{out.stdout}")
    return json.loads(out.stdout.strip().splitlines()[-1])


def median(rows, key):
    rows = sorted(rows, key=lambda row: row[key])
    return rows[len(rows) // 2]


def measure(server, port, connections, inflight, seconds, runs, credentials=None):
    rows = []
    for _ in range(runs):
        before = server.cpu_seconds()
        row = load(port, connections, inflight, seconds, credentials)
        row["server_us"] = (server.cpu_seconds() - before) * 1e6 / max(row["acked"], 1)
        rows.append(row)
    return median(rows, "rate")


INGEST_GOALS = ((100, 64, 10, 20), (100, 8, 4, None), (1000, 1, 1.2, None))  # times Mosquitto, times NATS


def bench_ingest(seconds):
    things, runs = 100, 3
    node, peer, nats = Node().start(), Mosquitto(), Nats()
    try:
        credentials = node.add_things(things)
        print("QoS 1 publishes of 40 bytes of JSON (two readings), acknowledged a second; median of 3 runs, all in this run")
        print(f"{'connections x in flight':24} {'ganglion':>10} {'mosquitto':>10} {'ratio':>7} {'goal':>6} {'nats':>9}"
              f" {'ratio':>7} {'goal':>6} {'CPU us a message: node':>23} {'mosq.':>6} {'nats':>6} {'load CPU':>9}")
        for connections, inflight, goal, nats_goal in INGEST_GOALS:
            theirs = measure(peer, peer.port, connections, inflight, seconds, runs)
            others = measure(nats, nats.port, connections, inflight, seconds, runs)
            ours = measure(node, node.port, connections, inflight, seconds, runs, credentials)
            print(f"{connections:>12} x {inflight:<9} {ours['rate']:>10,.0f} {theirs['rate']:>10,.0f}"
                  f" {ours['rate'] / theirs['rate']:>6.1f}x {goal:>5}x {others['rate']:>9,.0f}"
                  f" {ours['rate'] / others['rate']:>6.1f}x {f'{nats_goal}x' if nats_goal else '':>6}"
                  f" {ours['server_us']:>23.2f} {theirs['server_us']:>6.2f} {others['server_us']:>6.2f}"
                  f" {ours['cpu_seconds'] / ours['seconds']:>8.0%}")
        print("(ganglion: parsed, journaled, scored, acknowledged after fdatasync; mosquitto: memory only, no persistence; "
              "nats: JetStream, which writes but does not sync)")
        print_stages(node)
    finally:
        node.stop()
        peer.stop()
        nats.stop()


def print_stages(node):
    stages = node.status()["stages"]
    readings = max(stages["readings"], 1)
    journal = node.status()["journal"]
    print(f"stages, nanoseconds of work a reading: engine {stages['engine_ns'] / readings:.0f}, "
          f"journal {stages['journal_ns'] / readings:.0f} (waits for the disk included), "
          f"history {stages['history_ns'] / readings:.0f}")
    print(f"fdatasync: mean {journal['sync_us_mean']} us, worst {journal['sync_us_max']} us, {journal['syncs']} in all")


ACT_SOLUTION = """
things:
  - thing: "*"
    properties:
      - name: v
    actions:
      - name: stop
        at_most: 60 per 1s
        expires: 30s
rules:
  - name: at-once
    when: { thing: "*", property: v, above: 1000 }
    do: { action: stop }
    autonomy: act
"""


def bench_latency(seconds):
    node = Node().start()
    try:
        credentials = node.add_things(100)
        row = load(node.port, 100, 64, seconds, credentials, rate=10000)
        print(f"publish to acknowledged on disk at 10 000/s, us: {json.dumps(row['latency_us'])}  (goal: p99 <= 10 000)")
        print_stages(node)
    finally:
        node.stop()
    bench_action_latency()


def bench_action_latency():
    folder = tempfile.mkdtemp(prefix="ganglion-solution-")
    with open(os.path.join(folder, "act.yaml"), "w") as file:
        file.write(ACT_SOLUTION)
    node = Node(folder).start()
    try:
        with open(node.add_things(1)) as file:
            thing, token = file.read().split()
        out = subprocess.run(["node", os.path.join(ROOT, "bench/action_latency.mjs"), str(node.port), thing, token],
                             capture_output=True, text=True, timeout=120, cwd=os.path.join(ROOT, "tests"))
        print(f"publish to action received (autonomy act), us: {out.stdout.strip() or out.stderr}  (goal: p99 <= 20 000)")
    finally:
        node.stop()
        shutil.rmtree(folder, ignore_errors=True)


def bench_footprint(seconds):
    print(f"binary: {os.path.getsize(GANGLION) / 1048576:.2f} MiB (goal: at most 3)")
    starts = []
    for _ in range(5):
        node = Node().start()
        starts.append(node.start_ms)
        node.stop()
    print(f"start to first accepted connection: median {sorted(starts)[2]:.0f} ms, worst {max(starts):.0f} ms (goal: at most 200)")
    node = Node(os.path.join(ROOT, "solutions/this-machine")).start()
    agent = subprocess.Popen([GANGLION, "agent", "--data", node.dir, "--mqtt", f"127.0.0.1:{node.port}"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(max(seconds, 30))
        status = node.status()
        print(f"resident with the agent's {status['series']['count']} series after {max(seconds, 30)} s: "
              f"{node.resident_mib():.1f} MiB (goal: at most 24); {status['readings']['per_second']:.0f} readings/s, "
              f"node CPU {node.cpu_seconds() / max(seconds, 30):.2%} of a core")
    finally:
        agent.terminate()
        agent.wait(20)
        node.stop()


def mqtt_text(text):
    return len(text).to_bytes(2, "big") + text.encode()


def mqtt_packet(first, body):
    size, length = bytearray(), len(body)
    while True:
        size.append(length % 128 | (128 if length > 127 else 0))
        length //= 128
        if length == 0:
            return bytes([first]) + bytes(size) + body


IDLE_PER_ADDRESS = 20000  # a loopback address has some 28 000 ports


def idle_client(port, number, thing=None, token=None, tls=None):
    """An open connection of MQTT 3.1.1 with one subscription."""
    flags = 0x02 | (0xC0 if thing else 0)
    body = mqtt_text("MQTT") + bytes([4, flags]) + (600).to_bytes(2, "big") + mqtt_text(f"idle-{number}")
    if thing:
        body += mqtt_text(thing) + mqtt_text(token)
    client = socket.create_connection(("127.0.0.1", port), source_address=(f"127.0.0.{2 + number // IDLE_PER_ADDRESS}", 0))
    if tls:
        client = tls.wrap_socket(client)
    client.sendall(mqtt_packet(0x10, body))
    client.sendall(mqtt_packet(0x82, b"\0\1" + mqtt_text(f"things/{thing or 'anybody'}/actions/+") + b"\1"))
    answer = b""
    while len(answer) < 9:
        part = client.recv(64)
        if not part:
            raise SystemExit(f"connection {number} was closed")
        answer += part
    if answer[3] != 0 or answer[-1] > 2:
        raise SystemExit(f"connection {number} was refused: {answer.hex()}")
    return client


def idle_kib(server, port, count, credentials):
    before = resident_mib(server.process.pid)
    clients = [idle_client(port, number, *credentials[number % len(credentials)]) for number in range(count)]
    grown = (resident_mib(server.process.pid) - before) * 1024 / count
    for client in clients:
        client.close()
    return grown


QOS0_BLOCK = 2000


QOS0_PAYLOADS = {1: b'{"engine.bearing.temperature.3":21.5312}', 3: b'{"temp":21.53,"vib":0.112,"load":0.0417}'}


def qos0_rate(port, seconds, topic, payload, listens, who):
    """Messages a second from one connection, and to another when it listens; each block ends with a PING."""
    message = mqtt_packet(0x30, mqtt_text(topic) + payload)
    block = message * QOS0_BLOCK + b"\xc0\x00"
    mouth, ear = idle_client(port, 1, *who), idle_client(port, 2, *who)
    if listens:
        ear.sendall(mqtt_packet(0x82, b"\0\2" + mqtt_text(topic) + b"\0"))
        ear.recv(64)
    count, begin = 0, time.monotonic()
    while time.monotonic() - begin < seconds:
        mouth.sendall(block)
        left = len(message) * QOS0_BLOCK if listens else 0
        while left > 0:
            left -= len(ear.recv(min(left, 1 << 20)))
        answered = b""
        while len(answered) < 2:
            answered += mouth.recv(2)
        count += QOS0_BLOCK
    rate = count / (time.monotonic() - begin)
    mouth.close()
    ear.close()
    return rate


def bench_qos0(seconds):
    node, peer = Node().start(), Mosquitto()
    try:
        with open(node.add_things(1)) as file:
            who = file.readline().split()
        for name, listens, ours, readings, goal in (
            ("one reading, taken", False, f"things/{who[0]}/properties", 1, 10),
            ("three readings, taken", False, f"things/{who[0]}/properties", 3, 10),
            ("handed to one listener", True, f"things/{who[0]}/notes", 3, 5),
        ):
            payload = QOS0_PAYLOADS[readings]
            peer_rate = qos0_rate(peer.port, seconds, "bench/value", payload, listens, ())
            node_rate = qos0_rate(node.port, seconds, ours, payload, listens, who)
            print(f"QoS 0, {name}: {node_rate:,.0f}/s; mosquitto {peer_rate:,.0f}/s; "
                  f"{node_rate / peer_rate:.1f}x (goal: {goal}x)")
    finally:
        node.stop()
        peer.stop()


def bench_idle(seconds):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(10000, hard - 1000)
    node, peer = Node().start(), Mosquitto()
    try:
        with open(node.add_things(100)) as file:
            credentials = [line.split() for line in file]
        ours = idle_kib(node, node.port, count, credentials)
        theirs = idle_kib(peer, peer.port, count, [()])
        print(f"{count} idle connections, each with a subscription: {ours:.2f} KiB resident each (goal: at most 2); "
              f"mosquitto {theirs:.2f}")
    finally:
        node.stop()
        peer.stop()


def hold(node, port, count, credentials, seconds, tls):
    before = resident_mib(node.process.pid)
    begun = time.monotonic()
    clients = [idle_client(port, number, *credentials[number % len(credentials)], tls=tls) for number in range(count)]
    opened = time.monotonic() - begun
    grown = (resident_mib(node.process.pid) - before) * 1024 / count
    time.sleep(seconds)
    begun, answered = time.monotonic(), 0
    for client in clients:
        client.sendall(b"\xc0\x00")
    for client in clients:
        client.settimeout(30)
        answered += client.recv(2) == b"\xd0\x00"
    print(f"{count} idle connections{' in TLS' if tls else ''}: {grown:.2f} KiB resident each (goal: at most {20 if tls else 2}); "
          f"opened in {opened:.1f} s; after {seconds} s of silence {answered} of them answered a PINGREQ, all within "
          f"{time.monotonic() - begun:.2f} s; the node says {node.status()['mqtt']['connections']} are open")
    for client in clients:
        client.close()
    return answered == count


def bench_hold(seconds):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(50000, hard - 1000)
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    for context in (None, tls):
        node = Node().start()
        try:
            with open(node.add_things(100)) as file:
                credentials = [line.split() for line in file]
            if not hold(node, node.secure_port if context else node.port, count, credentials, seconds, context):
                raise SystemExit("not all of them held")
        finally:
            node.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["ingest", "qos0", "latency", "footprint", "idle", "hold"])
    parser.add_argument("--seconds", type=int, default=5)
    args = parser.parse_args()
    print(f"--- {args.what} on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    {"ingest": bench_ingest, "qos0": bench_qos0, "latency": bench_latency, "footprint": bench_footprint, "idle": bench_idle, "hold": bench_hold}[args.what](args.seconds)


if __name__ == "__main__":
    main()
