#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench/history.py: the same lines into Ganglion, VictoriaMetrics and InfluxDB, each on one core, in one run.

    make bench-history [VALUES=10000]

1000 series get VALUES values each (a second apart with jitter, two digits behind the point) over four connections, 10 000 lines a
request. Each server is pinned to the last core, the load to the first. Ganglion answers behind fdatasync; VictoriaMetrics and
InfluxDB answer from memory (InfluxDB writes its log and syncs it by its default). CPU seconds are those of the server's
process from the first request until it is idle again: on a shared machine they say more than the clock does.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOAD = ROOT / "build/release/push_load_bench"
GANGLION = ROOT / "ganglion"
SERIES, BATCH, CONNECTIONS = 1000, 10000, 4
VALUES = int(os.environ.get("VALUES", "10000"))
CORES = sorted(os.sched_getaffinity(0))
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def get(url, headers=None, data=None):
    request = urllib.request.Request(url, headers=headers or {}, data=data)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.read()


def wait_for(url):
    for _ in range(200):
        try:
            return get(url)
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nobody answers at {url}")


def tree_bytes(path):
    return sum(f.stat().st_blocks * 512 for f in pathlib.Path(path).rglob("*") if f.is_file())


class Server:
    """One of the three: started, loaded, asked, ended."""

    def __init__(self, name, folder):
        self.name, self.folder, self.process, self.stdout = name, folder, None, None

    def start(self, args):
        self.stdout = open(self.folder / "stdout", "w+")
        self.process = subprocess.Popen(["taskset", "-c", str(CORES[-1]), *map(str, args)], stdout=self.stdout,
                                        stderr=open(self.folder / "stderr", "w"), cwd=self.folder)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def timed(ask, times=5):
    """The shortest of so many, in milliseconds: others use this machine too."""
    best = None
    for _ in range(times):
        begin = time.perf_counter()
        body = ask()
        took = (time.perf_counter() - begin) * 1000
        best = took if best is None else min(best, took)
    return best, body


def unix_get(path, target):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(path))
        s.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while part := s.recv(1 << 20):
            answer += part
    head, body = answer.split(b"\r\n\r\n", 1)
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise SystemExit(f"{target}: {head!r} {body[:200]!r}")
    return body


class Ganglion(Server):
    def boot(self):
        solution = self.folder / "solution"
        solution.mkdir()
        (solution / "access.yaml").write_text('access:\n  - thing: gateway\n    publish: ["line/#"]\n')
        self.data = self.folder / "data"
        made = subprocess.run([GANGLION, "things", "add", "gateway", "--data", self.data, "--json"], check=True,
                              capture_output=True)
        self.token = json.loads(made.stdout)["token"]
        self.start([GANGLION, "run", "--data", self.data, "--solution", solution, "--mqtt", "127.0.0.1:0", "--portal",
                    "127.0.0.1:0", "--push", "127.0.0.1:0", "--quiet"])
        for _ in range(200):
            ready = re.search(r"push=127.0.0.1:(\d+)", (self.folder / "stdout").read_text())
            if ready:
                break
            time.sleep(0.05)
        self.port, self.target = int(ready[1]), "/api/v2/write"
        self.authorization = f"Token gateway:{self.token}"

    def settle(self):
        while True:
            told = subprocess.run([GANGLION, "status", "--json", "--data", self.data], check=True, capture_output=True)
            stages = json.loads(told.stdout)["stages"]
            if stages["history_seq"] >= stages["readings"]:
                return
            time.sleep(0.1)

    def ask(self, start_s, end_s):
        sock = self.data / "ganglion.sock"
        name = urllib.parse.quote("sensor{id=s42}")
        export = timed(lambda: unix_get(sock, f"/api/v1/things/h0/properties/{name}?limit={VALUES}"))
        query = urllib.parse.urlencode({"query": 'avg_over_time(sensor{thing=~"h0|h1|h2|h3|h4"}[1m])', "start": start_s,
                                        "end": end_s, "step": 60})
        mean = timed(lambda: unix_get(sock, f"/api/v1/query_range?{query}"))
        return export[0], json.loads(export[1])["readings"].__len__(), mean[0], len(json.loads(mean[1])["data"]["result"])

    def disk_bytes(self):
        self.stop()  # writes what is open
        journal = sum(f.stat().st_size for f in (self.data / "journal").rglob("*"))
        print(f"  (and the journal: {journal / 1e6:.0f} MB, behind the history for audits and replay)")
        return sum(f.stat().st_size for f in self.data.glob("history*"))


class VictoriaMetrics(Server):
    def boot(self):
        self.port, self.target, self.authorization = free_port(), "/write", ""
        self.data = self.folder / "data"
        self.start(["victoria-metrics", f"-httpListenAddr=127.0.0.1:{self.port}", f"-storageDataPath={self.data}",
                    "-retentionPeriod=100y", "-search.latencyOffset=0s"])
        wait_for(f"http://127.0.0.1:{self.port}/health")

    def settle(self):
        get(f"http://127.0.0.1:{self.port}/internal/force_flush")

    def ask(self, start_s, end_s):
        at = f"http://127.0.0.1:{self.port}"
        export = timed(lambda: get(at + "/api/v1/export?" + urllib.parse.urlencode({"match[]": 'sensor_value{id="s42"}'})))
        query = urllib.parse.urlencode({"query": 'avg_over_time(sensor_value{host=~"h0|h1|h2|h3|h4"}[1m])',
                                        "start": start_s, "end": end_s, "step": 60, "nocache": 1})
        mean = timed(lambda: get(f"{at}/api/v1/query_range?{query}"))
        points = sum(len(json.loads(line)["values"]) for line in export[1].splitlines())
        return export[0], points, mean[0], len(json.loads(mean[1])["data"]["result"])

    def disk_bytes(self):
        get(f"http://127.0.0.1:{self.port}/internal/force_merge")
        time.sleep(2)
        self.stop()
        return tree_bytes(self.data)


class InfluxDB(Server):
    def boot(self):
        self.port, self.target, self.authorization = free_port(), "/write?db=bench", ""
        self.data = self.folder / "data"
        other = free_port()
        (self.folder / "influx.conf").write_text(f"""reporting-disabled = true
bind-address = "127.0.0.1:{other}"
[meta]
  dir = "{self.data}/meta"
[data]
  dir = "{self.data}/data"
  wal-dir = "{self.data}/wal"
[http]
  bind-address = "127.0.0.1:{self.port}"
  log-enabled = false
[monitor]
  store-enabled = false
""")
        self.start(["influxd", "run", "-config", self.folder / "influx.conf"])
        wait_for(f"http://127.0.0.1:{self.port}/ping")
        get(f"http://127.0.0.1:{self.port}/query", data=b"q=CREATE+DATABASE+bench")

    def settle(self):
        time.sleep(1)

    def influxql(self, text):
        query = urllib.parse.urlencode({"db": "bench", "epoch": "ms", "q": text})
        return timed(lambda: get(f"http://127.0.0.1:{self.port}/query?{query}"))

    def ask(self, start_s, end_s):
        export = self.influxql("SELECT value FROM sensor WHERE id='s42'")
        mean = self.influxql(f"SELECT mean(value) FROM sensor WHERE host =~ /^h[0-4]$/ AND time >= {start_s}s "
                             f"AND time < {end_s}s GROUP BY time(1m), id")
        rows = json.loads(export[1])["results"][0]["series"][0]["values"]
        return export[0], len(rows), mean[0], len(json.loads(mean[1])["results"][0]["series"])

    def disk_bytes(self):
        self.stop()
        return tree_bytes(self.data)


def measure(server, start_ms):
    server.boot()
    before = server.cpu_seconds()
    told = subprocess.run(["taskset", "-c", str(CORES[0]), LOAD, "127.0.0.1", str(server.port), server.target,
                           server.authorization, str(SERIES), str(VALUES), str(BATCH), str(CONNECTIONS), str(start_ms)],
                          capture_output=True, text=True)
    if told.returncode != 0:
        raise SystemExit(f"{server.name}: {told.stdout} {told.stderr}")
    load = json.loads(told.stdout)
    server.settle()
    figures = {"name": server.name, "values": load["values"], "seconds": load["seconds"],
               "cpu_s": server.cpu_seconds() - before, "resident": server.resident_mib()}
    start_s = start_ms // 60000 * 60 + 60
    figures["ask"] = server.ask(start_s, start_s + (VALUES - 60) // 60 * 60)
    figures["bytes"] = server.disk_bytes() / load["values"]
    figures["per_s"] = load["values"] / load["seconds"]
    figures["per_cpu_s"] = load["values"] / figures["cpu_s"]
    return figures


def main():
    for program, package in (("victoria-metrics", "victoria-metrics"), ("influxd", "influxdb")):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is missing: apt-get install {package}")
    start_ms = int(time.time() * 1000) - VALUES * 1000
    rows = []
    for name, kind in (("ganglion", Ganglion), ("victoria-metrics", VictoriaMetrics), ("influxdb", InfluxDB)):
        with tempfile.TemporaryDirectory(prefix="bench-history-") as folder:
            server = kind(name, pathlib.Path(folder))
            try:
                rows.append(measure(server, start_ms))
            finally:
                if server.process and server.process.poll() is None:
                    server.process.kill()
                    server.process.wait()
    print(f"\n{SERIES} series x {VALUES} values, line protocol, {CONNECTIONS} connections, {BATCH} lines a request, one core each")
    print(f"{'':18}{'M values/s':>12}{'CPU s':>8}{'M values/CPU s':>16}{'bytes/value':>13}{'MiB resident':>14}  answers")
    for row in rows:
        kept = "after fdatasync" if row["name"] == "ganglion" else "from memory" if row["name"][0] == "v" else "after its log"
        print(f"{row['name']:18}{row['per_s'] / 1e6:12.2f}{row['cpu_s']:8.2f}{row['per_cpu_s'] / 1e6:16.2f}"
              f"{row['bytes']:13.2f}{row['resident']:14.0f}  {kept}")
    print(f"\n{'':18}{'export of a series':>20}{'500-series 1 min mean':>24}   (ms, the shortest of five)")
    for row in rows:
        export, points, mean, series = row["ask"]
        print(f"{row['name']:18}{export:14.1f} {f'({points})':>8}{mean:16.1f} {f'({series})':>6}")
    ours, victoria = rows[0], rows[1]
    print(f"\nexport                      {ours['ask'][0] / victoria['ask'][0]:.2f} x VictoriaMetrics' time   (goal 0.5)")
    print(f"500-series mean             {ours['ask'][2] / victoria['ask'][2]:.2f} x VictoriaMetrics' time   (goal 0.5)")
    print(f"\ningest, values a second     {ours['per_s'] / victoria['per_s']:.2f} x VictoriaMetrics   (goal 2)")
    print(f"ingest, values a CPU second {ours['per_cpu_s'] / victoria['per_cpu_s']:.2f} x VictoriaMetrics   (goal 2)")
    print(f"bytes a value               {ours['bytes']:.2f}   (goal 1.0 with jitter)")


if __name__ == "__main__":
    main()
