#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""codec.py [SET ...]: bytes a value of chunks beside those of VictoriaMetrics, on the same values and times.

Sets: regular is 1000 series of 10 000 values, a value each 10 s: half gauges of two digits that drift by 0.016 a step (one
standard deviation), half counters that grow by 8, give or take 3. jitter: the same, each time up to 5 ms off. rough and
rough-jitter: steps of 0.057, growth of 48 give or take 14, so that VictoriaMetrics takes what was measured of it on another such
set, 0.73 and 1.37. 0 to 11: the twelve series of codec_bench, a time each minute. Default: all of them.

Ours is what the columns and heads of chunks of 1024 take; a row in SQLite around each is some 60 bytes more (0.06 a value),
and so are the seqs that the node keeps with each reading. VictoriaMetrics is what its parts take in storage/data after an
import over its API, a forced flush and a forced merge; its index of names is left out. It keeps decimals of about 17 digits,
so what does not fit them comes back a little different; ours comes back bit by bit.
"""
import http.client, os, shutil, signal, socket, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BENCH = os.path.join(ROOT, "build/release/codec_bench")
SETS = ["regular", "jitter", "rough", "rough-jitter"] + [str(i) for i in range(12)]


class Peer:
    """A VictoriaMetrics of its own, on loopback, in a folder of its own."""

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="codec-bench-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            ["victoria-metrics", f"-httpListenAddr=127.0.0.1:{self.port}", f"-storageDataPath={self.dir}/data",
             "-retentionPeriod=100y", "-loggerLevel=ERROR", "-memory.allowedPercent=20"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait(lambda: self.ask("GET", "/health") == b"OK")
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.dir)

    def wait(self, holds):
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                if holds():
                    return
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("victoria-metrics ended")
            time.sleep(0.1)
        raise SystemExit("victoria-metrics is not ready after two minutes")

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        connection.request(method, path, body, encode_chunked=body is not None,
                           headers={"Transfer-Encoding": "chunked"} if body is not None else {})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 300:
            raise SystemExit(f"victoria-metrics: {path}: {answer.status} {text[:200]}")
        return text

    def metric(self, name):
        lines = self.ask("GET", "/metrics").decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))

    def bytes_of(self, name):
        """What a set takes, and how many values of it are there."""
        with subprocess.Popen([BENCH, "--lines", name], stdout=subprocess.PIPE) as lines:
            self.ask("POST", "/api/v1/import", iter(lambda: lines.stdout.read(1 << 20), b""))
        self.ask("GET", "/internal/force_flush")
        self.ask("GET", "/internal/force_merge")
        self.wait(lambda: self.metric('vm_active_merges{type="storage/') == 0)
        size = self.metric('vm_data_size_bytes{type="storage/')
        return size, self.metric('vm_rows{type="storage/')


def main():
    if shutil.which("victoria-metrics") is None:
        raise SystemExit("codec.py: victoria-metrics is not installed (Debian: apt install victoria-metrics)")
    print(f"{'bytes a value':42} {'values':>8} {'times':>8} {'heads':>8} {'ours':>8} {'VictoriaMetrics':>16}")
    for name in sys.argv[1:] or SETS:
        cost = subprocess.run([BENCH, "--cost", name], check=True, capture_output=True, text=True).stdout
        values, times, heads, count, label = cost.strip().split(" ", 4)
        with Peer() as peer:
            size, rows = peer.bytes_of(name)
        if rows != int(count):
            raise SystemExit(f"victoria-metrics has {rows:.0f} values of {count}")
        ours = float(values) + float(times) + float(heads)
        print(f"{label:42} {values:>8} {times:>8} {heads:>8} {ours:8.3f} {size / rows:16.3f}", flush=True)


if __name__ == "__main__":
    main()
