// SPDX-License-Identifier: Apache-2.0
// tests/lib/node_process.mjs -- what every black-box test needs: the real program as a child, started and
// stopped cleanly, in a folder of its own, and waiting for events instead of sleeping.
//
//   import test from 'node:test';
//   import { tempDir, startNode, addThing, startAgent, signIn, waitFor } from '../lib/node_process.mjs';
//
//   test('a reading is kept', async (t) => {
//       const node = await startNode(t);                    // --data is a fresh temp folder
//       const thing = await addThing(node, 'pump');         // { id, token }
//       const api = await node.setUp();                     // HTTP client with an admin's cookie
//       ...
//       await waitFor('the reading', async () => (await api.get(`/api/v1/things/${thing.id}`)).properties[0]);
//   });                                                     // t.after() stops everything, whatever happened
//
// The program is $GANGLION, or ./ganglion in the root of the tree.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT =
  process.env.GN_SOURCE ??
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const GANGLION = process.env.GANGLION ?? path.join(ROOT, "ganglion");
export const ADMIN = { user: "admin", password: "correct horse battery" };

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 15_000;
const LAST_OUTPUT_MS = 500;
const TAIL_LINES = 30;
const SANITIZER =
  /(ERROR|WARNING): (Address|Leak|Thread|Memory)Sanitizer|runtime error:/;
// A program built with sanitizers says what it found and ends; suppressions are in tools/, each with its reason.
const SANITIZER_ENV = {
  ASAN_OPTIONS: "exitcode=99:detect_leaks=1:abort_on_error=0",
  UBSAN_OPTIONS: "print_stacktrace=1:halt_on_error=1",
  TSAN_OPTIONS: `halt_on_error=1:exitcode=99:second_deadlock_stack=1:suppressions=${path.join(ROOT, "tools/tsan.supp")}`,
};

/** True when there is a program to test; pass `{ skip: missingProgram() }` to test(). */
export function missingProgram() {
  return existsSync(GANGLION)
    ? false
    : `there is no program at ${GANGLION}: build it, or set GANGLION`;
}

/** A fresh folder that is removed when the test ends. */
export async function tempDir(t, prefix = "ganglion-test-") {
  const dir = await mkdtemp(path.join(tmpdir(), prefix));
  t?.after(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));
  return dir;
}

/** Asks `probe` until it answers something true, and returns that. An error that it throws counts as "not yet",
 *  and is what the failure names. */
export async function waitFor(
  what,
  probe,
  { timeout = 30_000, every = 100 } = {},
) {
  const end = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      const answer = await probe();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= end) {
      const detail =
        last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(
        `waited ${timeout} ms for ${what}; the last answer was: ${detail}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/** A child process whose output is read line by line. */
export class Child {
  constructor(file, args, options = {}) {
    this.name =
      options.name ?? [path.basename(file), ...args.slice(0, 2)].join(" ");
    this.lines = { stdout: [], stderr: [] };
    this.waiters = new Set();
    this.exit = null; // { code, signal } once it has ended and its output is read
    this.process = spawn(file, args, {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: options.cwd,
      env: { ...SANITIZER_ENV, ...process.env, ...options.env },
    });
    this.ended = new Promise((resolve) => {
      this.process.once("error", (error) =>
        this.#end({ code: null, signal: null, error }, resolve),
      );
      this.process.once("close", (code, signal) =>
        this.#end({ code, signal }, resolve),
      );
      // A child of the child may hold the pipes open: its output is not worth waiting for.
      this.process.once("exit", (code, signal) =>
        setTimeout(
          () => this.#end({ code, signal }, resolve),
          LAST_OUTPUT_MS,
        ).unref(),
      );
    });
    this.#read("stdout");
    this.#read("stderr");
  }

  get pid() {
    return this.process.pid;
  }

  #end(exit, resolve) {
    if (this.exit) return;
    this.exit = exit;
    for (const waiter of this.waiters) waiter();
    resolve(exit);
  }

  #read(stream) {
    let rest = "";
    this.process[stream].setEncoding("utf8");
    const add = (line) => {
      this.lines[stream].push(line);
      for (const waiter of this.waiters) waiter();
    };
    this.process[stream].on("data", (text) => {
      const parts = (rest + text).split(/[\r\n]+/);
      rest = parts.pop();
      for (const line of parts) if (line) add(line);
    });
    this.process[stream].on("end", () => {
      if (rest) add(rest);
    });
  }

  /** What a sanitizer said: the report from its first line on, or null. */
  sanitizerReport() {
    const lines = this.lines.stderr;
    const first = lines.findIndex((line) => SANITIZER.test(line));
    return first < 0 ? null : lines.slice(first, first + 80).join("\n");
  }

  /** Fails when a sanitizer found something, however the program ended. */
  checkSanitizers() {
    const report = this.sanitizerReport();
    if (report) throw new Error(`${this.name}: a sanitizer found\n${report}`);
  }

  /** The last lines of both streams, for messages. */
  tail() {
    return ["stdout", "stderr"]
      .flatMap((stream) =>
        this.lines[stream]
          .slice(-TAIL_LINES)
          .map((line) => `  ${stream}: ${line}`),
      )
      .join("\n");
  }

  /** The match of the first line (seen already, or still to come) that `pattern` fits. */
  waitLine(
    pattern,
    { stream = "stdout", timeout = START_TIMEOUT_MS, from = 0 } = {},
  ) {
    return new Promise((resolve, reject) => {
      let next = from;
      const finish = (settle, value) => {
        clearTimeout(timer);
        this.waiters.delete(look);
        settle(value);
      };
      const fail = (why) =>
        finish(
          reject,
          new Error(
            `${this.name}: no line like ${pattern} on ${stream}: ${why}\n${this.tail()}`,
          ),
        );
      const look = () => {
        for (; next < this.lines[stream].length; next++) {
          const match = pattern.exec(this.lines[stream][next]);
          if (match) return finish(resolve, match);
        }
        if (this.exit) {
          const { code, signal, error } = this.exit;
          fail(
            error ? error.message : `it ended (code ${code}, signal ${signal})`,
          );
        }
        return undefined;
      };
      const timer = setTimeout(() => fail(`waited ${timeout} ms`), timeout);
      this.waiters.add(look);
      look();
    });
  }

  /** Asks it to end and waits; what does not end in time is killed, and that is an error. So is what a sanitizer
   *  found. */
  async stop(signal = "SIGTERM", timeout = STOP_TIMEOUT_MS) {
    if (!this.exit) await this.#endWith(signal, timeout);
    this.checkSanitizers();
    return this.exit;
  }

  async #endWith(signal, timeout) {
    this.process.kill(signal);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.process.kill("SIGKILL");
    }, timeout);
    await this.ended;
    clearTimeout(timer);
    if (late)
      throw new Error(
        `${this.name} did not end within ${timeout} ms of ${signal}\n${this.tail()}`,
      );
  }

  /** kill -9, as a power cut would. */
  async kill() {
    if (!this.exit) this.process.kill("SIGKILL");
    await this.ended;
    this.checkSanitizers();
    return this.exit;
  }
}

/** Starts a child that is ended with the test. */
export function startChild(t, file, args, options) {
  const child = new Child(file, args, options);
  t?.after(async () => {
    try {
      await child.stop();
    } finally {
      await child.kill();
    }
  });
  return child;
}

/** Runs the program once: { code, stdout, stderr }. */
export async function run(args, { env, timeout = 30_000, cwd } = {}) {
  const child = new Child(GANGLION, args, { env, cwd });
  const timer = setTimeout(() => child.process.kill("SIGKILL"), timeout);
  const exit = await child.ended;
  clearTimeout(timer);
  if (exit.error) throw exit.error;
  child.checkSanitizers();
  if (exit.signal === "SIGKILL")
    throw new Error(
      `ganglion ${args.join(" ")}: not done in ${timeout} ms\n${child.tail()}`,
    );
  return {
    code: exit.code,
    stdout: child.lines.stdout.join("\n"),
    stderr: child.lines.stderr.join("\n"),
  };
}

/** Runs `ganglion ARGS --json` and parses what it says: one object, or an array of its lines. */
export async function runJson(args, options = {}) {
  const { code, stdout, stderr } = await run([...args, "--json"], options);
  if (code !== 0)
    throw new Error(
      `ganglion ${args.join(" ")} ended with ${code}: ${stderr || stdout}`,
    );
  if (options.lines)
    return stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return JSON.parse(stdout);
}

function address(text) {
  const at = text.lastIndexOf(":");
  const host = text.slice(0, at);
  const port = Number(text.slice(at + 1));
  return { host, port, text };
}

/** Starts `ganglion run` on free ports and waits for its ready line.
 *  options: data (default: a temp folder), solution, mqtt, portal, args, env. */
export async function startNode(t, options = {}) {
  const data = options.data ?? (await tempDir(t));
  const args = [
    "run",
    "--data",
    data,
    "--mqtt",
    options.mqtt ?? "127.0.0.1:0",
    "--portal",
    options.portal ?? "127.0.0.1:0",
  ];
  if (options.solution) args.push("--solution", options.solution);
  const command = [GANGLION, ...args, ...(options.args ?? [])];
  if (options.files) // so many may be open
    command.unshift("sh", "-c", `ulimit -n ${options.files}; exec "$0" "$@"`);
  const child = startChild(t, command[0], command.slice(1), {
    env: options.env,
    name: "ganglion run",
  });
  const [, mqtt, portal] = await child.waitLine(
    /^ready mqtt=(\S+) portal=(\S+)/,
  );
  return new RunningNode(child, data, address(mqtt), address(portal));
}

/** A node that has said it is ready. */
export class RunningNode {
  constructor(child, data, mqtt, portal) {
    this.child = child;
    this.data = data;
    this.mqtt = { ...mqtt, url: `mqtt://${mqtt.text}` };
    this.portal = { ...portal, url: `http://${portal.text}` };
  }

  /** The one-time code a node without users prints. */
  async setupCode() {
    const [, code] = await this.child.waitLine(
      /setup code: (\d{4}-\d{4}-\d{4})/,
      { stream: "stderr" },
    );
    return code;
  }

  /** Makes the first admin (JSON form of /setup) and signs in. */
  async setUp(admin = ADMIN) {
    const code = await this.setupCode();
    const answer = await fetch(`${this.portal.url}/setup`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        code,
        user: admin.user,
        password: admin.password,
      }),
    });
    if (answer.status !== 201)
      throw new Error(
        `/setup answered ${answer.status}: ${await answer.text()}`,
      );
    return signIn(this.portal.url, admin);
  }

  stop(signal) {
    return this.child.stop(signal);
  }

  kill() {
    return this.child.kill();
  }
}

/** An error answer of the API, with its code. */
export class ApiError extends Error {
  constructor(method, target, status, body) {
    super(
      `${method} ${target}: ${status} ${body?.error?.code ?? ""} ${body?.error?.message ?? ""}`.trim(),
    );
    this.status = status;
    this.code = body?.error?.code;
  }
}

/** The HTTP API with a session's cookie. */
export class Api {
  constructor(base, cookie = "") {
    this.base = base;
    this.cookie = cookie;
  }

  async call(method, target, body) {
    const headers = { Cookie: this.cookie };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const answer = await fetch(this.base + target, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: "manual",
    });
    const text = await answer.text();
    let json = null;
    try {
      json = text ? JSON.parse(text) : null;
    } catch {
      json = { error: { code: "not_json", message: text.slice(0, 200) } };
    }
    if (!answer.ok) throw new ApiError(method, target, answer.status, json);
    return json;
  }

  get(target) {
    return this.call("GET", target);
  }

  post(target, body = {}) {
    return this.call("POST", target, body);
  }

  /** Follows the live stream: an async iterator of { event, id, data } that ends with `signal`. */
  async *live(query = "", signal = undefined) {
    const answer = await fetch(`${this.base}/api/v1/live${query}`, {
      headers: { Cookie: this.cookie, Accept: "text/event-stream" },
      signal,
    });
    if (!answer.ok)
      throw new ApiError("GET", "/api/v1/live", answer.status, null);
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of answer.body) {
      rest += decoder.decode(chunk, { stream: true });
      let at;
      while ((at = rest.indexOf("\n\n")) >= 0) {
        const event = parseEvent(rest.slice(0, at));
        rest = rest.slice(at + 2);
        if (event) yield event;
      }
    }
  }
}

function parseEvent(block) {
  const fields = { event: "message", id: null, data: "" };
  for (const line of block.split("\n")) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === "data") fields.data += fields.data ? `\n${value}` : value;
    else if (name) fields[name] = value;
  }
  return fields.data ? { ...fields, data: JSON.parse(fields.data) } : null;
}

/** Signs in; the answer's Api carries the cookie. */
export async function signIn(base, { user, password } = ADMIN) {
  const answer = await fetch(`${base}/api/v1/session`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user, password }),
  });
  if (answer.status !== 204)
    throw new Error(
      `sign-in answered ${answer.status}: ${await answer.text()}`,
    );
  return new Api(base, (answer.headers.get("set-cookie") ?? "").split(";")[0]);
}

/** `ganglion things add NAME`: { id, token }. Works while the node runs and when it does not. */
export function addThing(node, name) {
  return runJson(["things", "add", name, "--data", node.data]);
}

/** Starts the agent for a Thing: this machine's own sensors, published as a device would. */
export async function startAgent(t, node, thing, { hz = 5, args = [] } = {}) {
  const dir = await tempDir(t);
  const tokenFile = path.join(dir, "token");
  await writeFile(tokenFile, `${thing.token}\n`, { mode: 0o600 });
  return startChild(
    t,
    GANGLION,
    [
      "agent",
      "--mqtt",
      node.mqtt.text,
      "--thing",
      thing.id,
      "--token-file",
      tokenFile,
      "--hz",
      String(hz),
      ...args,
    ],
    { name: "ganglion agent" },
  );
}

/** Puts a real, bounded load on this machine: kind is cpu, disk or memory. Ends by itself, or when stopped. */
export function startDisturbance(t, kind, seconds) {
  return startChild(
    t,
    GANGLION,
    ["agent", "disturb", kind, "--seconds", String(seconds)],
    { name: `ganglion agent disturb ${kind}` },
  );
}
