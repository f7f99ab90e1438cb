// SPDX-License-Identifier: Apache-2.0
// story.mjs -- what the engine of a made-up node says: findings, an alarm, a rule's decision, its action,
// its receipt, in the order and the shapes of a real one. `tell` hands each change to the streams.

import { createHash } from 'node:crypto';
import { valueAt } from './world.mjs';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EXPIRES_MS = 10 * MINUTE;
const FINDINGS_MAX = 9;

const digest = (text) => createHash('sha256').update(text).digest('hex');

export class Story {
    constructor(things, { pace = 1, tell = () => undefined } = {}) {
        this.things = things;
        this.pace = pace; // 1: as a real node; 0: at once
        this.tell = tell;
        this.seq = 48_211;
        this.disturbances = [];
        this.rows = {
            finding: new Map(),
            alarm: new Map(),
            decision: new Map(),
            action: new Map(),
            receipt: new Map(),
        };
        this.timers = new Set();
    }

    stop() {
        for (const timer of this.timers) clearTimeout(timer);
    }

    later(ms, work) {
        const timer = setTimeout(() => {
            this.timers.delete(timer);
            work();
        }, ms * this.pace);
        this.timers.add(timer);
    }

    put(kind, row) {
        this.rows[kind].set(row.id, row);
        this.tell(kind, row);
        return row;
    }

    change(kind, id, more) {
        return this.put(kind, { ...this.rows[kind].get(id), ...more });
    }

    finding(thing, property, since, n, alarm) {
        const deviation = Math.max(property.spread, 1e-9);
        const value = valueAt(thing, property, since + 1500, this.disturbances);
        const score = Math.abs(value - property.mean) / deviation;
        const usualLow = Math.max(property.low, property.mean - 2.6 * deviation);
        const usualHigh = Math.min(property.high, property.mean + 2.6 * deviation);
        const times = value / Math.max(1e-9, property.mean);
        return {
            id: `f-${this.seq}-${n}`,
            kind: 'anomaly',
            fault: null,
            state: 'open',
            thing: thing.id,
            property: property.name,
            unit: property.unit,
            series: n,
            time: since + 1800,
            since,
            until: null,
            value,
            usual: property.mean,
            usual_low: usualLow,
            usual_high: usualHigh,
            score,
            p_value: Math.max(1 / 8192, 0.05 / score),
            evidence: 6 + score,
            threshold: 9.2,
            reference: { from: since - 41 * MINUTE, to: since - 5000, count: 8191 },
            model: { kind: 'baseline', version: 1, state: digest(`${property.name}${since}`) },
            seq: this.seq,
            alarm,
            why: `${property.name} is ${times > 1.5 ? `${times.toFixed(1)} times` : 'outside'} what is usual.`,
        };
    }

    /** A load on a Thing: it raises an alarm with its findings, and a rule asks to stop it. */
    disturb(id = this.things[0]?.id, { since = Date.now(), age = 0 } = {}) {
        const thing = this.things.find((one) => one.id === id);
        this.disturbances.push({ thing: id, from: since, to: null });
        const raise = () => this.raise(thing, since);
        if (age > 2000) raise();
        else this.later(1800, raise);
    }

    raise(thing, since) {
        this.seq += 41;
        const alarmId = `a-${this.seq}`;
        const lifted = thing.properties.filter((property) => property.lift);
        const findings = lifted
            .map((property, n) => this.finding(thing, property, since + n * 130, n, alarmId))
            .sort((a, b) => b.score - a.score)
            .slice(0, FINDINGS_MAX);
        for (const finding of findings) this.put('finding', finding);
        const alarm = this.put('alarm', this.alarm(thing, alarmId, since, findings));
        return this.ask(thing, alarm, findings[0]);
    }

    alarm(thing, id, since, findings) {
        const weights = findings.map((finding) => Math.log1p(finding.score));
        const other = 0.04 * weights.reduce((a, b) => a + b, 0);
        const total = weights.reduce((a, b) => a + b, other);
        const top = findings[0];
        return {
            id,
            state: 'open',
            thing: thing.id,
            time: top.time,
            since,
            until: null,
            sensor: false,
            p_value: Math.min(...findings.map((finding) => finding.p_value)),
            finding_count: findings.length,
            findings: findings.map((finding) => finding.id),
            contributions: findings.map((finding, i) => ({
                property: finding.property,
                unit: finding.unit,
                share: weights[i] / total,
                score: finding.score,
                p_value: finding.p_value,
                value: finding.value,
                usual: finding.usual,
                usual_low: finding.usual_low,
                usual_high: finding.usual_high,
                finding: finding.id,
            })),
            other_share: other / total,
            why:
                `${top.property} rose to ${top.value.toPrecision(3)} ${top.unit}; usual is ` +
                `${top.usual_low.toPrecision(2)} to ${top.usual_high.toPrecision(2)} ${top.unit}. ` +
                `${findings.length - 1} more properties of ${thing.name} left their usual range with it.`,
        };
    }

    ask(thing, alarm, finding) {
        const action = thing.actions[0];
        const input = Object.fromEntries(
            action.arguments.map((argument) => [argument.name, argument.one_of?.[0] ?? argument.range?.[0] ?? 0]),
        );
        return this.put('decision', {
            id: `d-${this.seq}-0`,
            state: 'pending',
            rule: 'stop-the-disturbance',
            rule_digest: digest('stop-the-disturbance'),
            autonomy: 'ask',
            thing: thing.id,
            property: finding.property,
            condition: 'holds',
            finding: finding.id,
            alarm: alarm.id,
            seq: this.seq,
            time: finding.time + 220,
            expires: finding.time + EXPIRES_MS,
            action: { thing: thing.id, name: action.name, input },
            person: null,
            reason: '',
            answered: null,
            action_id: null,
            refusal: null,
            why: `${finding.property} has been unusual for 2 s or longer; this rule asks before it acts.`,
        });
    }

    /** False when it is not pending any more. */
    answer(id, verdict, person, reason) {
        const decision = this.rows.decision.get(id);
        if (decision?.state !== 'pending') return false;
        this.later(120, () => {
            const answered = Date.now();
            const actionId = verdict === 'approve' ? `x-${this.seq}-0` : null;
            this.change('decision', id, {
                state: verdict === 'approve' ? 'approved' : 'rejected',
                person,
                reason,
                answered,
                action_id: actionId,
            });
            if (actionId) this.send(this.rows.decision.get(id), actionId);
            else this.receipt(this.rows.decision.get(id), null, 'rejected');
        });
        return true;
    }

    send(decision, id) {
        const { thing, name, input } = decision.action;
        this.putAction(id, { decision: decision.id, thing, action: name, input }, 'disturbance stopped', (action) => {
            this.receipt(this.rows.decision.get(decision.id), action, 'done');
            this.calm(decision.alarm);
        });
    }

    /** What a person sends without a decision. */
    sendAction(thing, action, input) {
        this.seq += 3;
        const id = `x-${this.seq}-1`;
        this.putAction(id, { decision: '', thing, action, input }, 'as you say', () => undefined);
        return { id, state: 'queued' };
    }

    /** An action and its way to the end. */
    putAction(id, what, message, after) {
        this.put('action', {
            id,
            ...what,
            state: 'queued',
            queued: Date.now(),
            sent: null,
            acknowledged: null,
            ended: null,
            expires: Date.now() + 30_000,
            message: null,
        });
        this.later(500, () => this.change('action', id, { state: 'sent', sent: Date.now() }));
        this.later(900, () => this.change('action', id, { state: 'acknowledged', acknowledged: Date.now() }));
        this.later(1900, () => after(this.change('action', id, { state: 'done', ended: Date.now(), message })));
    }

    calm(alarmId) {
        const alarm = this.rows.alarm.get(alarmId);
        const disturbance = this.disturbances.findLast((one) => one.thing === alarm.thing && one.to === null);
        if (disturbance) disturbance.to = Date.now();
        this.later(3000, () => {
            const until = Date.now();
            for (const id of alarm.findings) this.change('finding', id, { state: 'over', until });
            this.change('alarm', alarmId, { state: 'cleared', until });
        });
    }

    receipt(decision, action, result) {
        const finding = this.rows.finding.get(decision.finding);
        this.put('receipt', {
            id: `r-${decision.seq}-0`,
            decision: decision.id,
            action: action?.id ?? null,
            rule: decision.rule,
            rule_digest: decision.rule_digest,
            finding: finding.id,
            alarm: decision.alarm,
            thing: decision.thing,
            property: finding.property,
            readings: { seq: finding.seq, ...finding.reference },
            model: finding.model,
            person: decision.person,
            verdict: decision.state,
            reason: decision.reason,
            result,
            message: action?.message ?? '',
            time: action?.ended ?? Date.now(),
        });
    }

    /** A whole story that is over: `ago` ms before now it began. */
    past(id, ago, verdict, length = 40_000) {
        const thing = this.things.find((one) => one.id === id);
        const since = Date.now() - ago;
        this.disturbances.push({ thing: id, from: since, to: since + length });
        const decision = this.raise(thing, since);
        const answered = decision.time + 21_000;
        const isApproved = verdict === 'approve';
        const actionId = isApproved ? `x-${this.seq}-0` : null;
        const answer = this.change(
            'decision',
            decision.id,
            verdict === 'expired'
                ? { state: 'expired', expires: decision.time + length }
                : {
                      state: isApproved ? 'approved' : 'rejected',
                      person: 'mara',
                      answered,
                      action_id: actionId,
                      reason: isApproved ? '' : 'known work under way',
                  },
        );
        const action =
            isApproved &&
            this.put('action', {
                id: actionId,
                decision: decision.id,
                thing: id,
                action: answer.action.name,
                input: answer.action.input,
                state: 'done',
                queued: answered + 12,
                sent: answered + 15,
                acknowledged: answered + 31,
                ended: answered + 240,
                expires: answered + 30_000,
                message: 'disturbance stopped',
            });
        this.receipt(answer, action || null, isApproved ? 'done' : answer.state);
        const alarm = this.rows.alarm.get(decision.alarm);
        for (const f of alarm.findings) this.change('finding', f, { state: 'over', until: since + length });
        this.change('alarm', alarm.id, { state: 'cleared', until: since + length });
    }

    /** A sensor that stood still. */
    pastSensorFault(id, name, ago) {
        const thing = this.things.find((one) => one.id === id);
        const property = thing.properties.find((one) => one.name === name);
        const since = Date.now() - ago;
        const until = since + 14 * MINUTE;
        this.seq += 17;
        const finding = {
            ...this.finding(thing, property, since, 0, `a-${this.seq}`),
            kind: 'sensor',
            fault: 'stuck',
            state: 'over',
            until,
            p_value: 1,
            why: `${name} has been exactly the same for 14 min; it never stood still for longer than 3 s.`,
        };
        this.put('finding', finding);
        const alarm = this.alarm(thing, `a-${this.seq}`, since, [finding]);
        this.put('alarm', { ...alarm, state: 'cleared', sensor: true, until, why: finding.why });
    }
}

export function makeStory(scenario, things, options) {
    const story = new Story(things, options);
    if (scenario === 'empty') return story;
    story.past('this-machine', 26 * HOUR, 'expired');
    story.pastSensorFault('press-7', 'vibration_rms', 9 * HOUR);
    story.past('this-machine', 3 * HOUR, 'reject', 75_000);
    story.past('this-machine', 38 * MINUTE, 'approve');
    if (scenario === 'busy') story.disturb('this-machine', { since: Date.now() - 47_000, age: 47_000 });
    if (scenario === 'hostile') {
        const evil = things.at(-1);
        story.disturb(evil.id, { since: Date.now() - 47_000, age: 47_000 });
        const text = '<img src=x onerror=alert(1)>';
        for (const [kind, key] of [
            ['alarm', 'why'],
            ['decision', 'why'],
            ['finding', 'why'],
            ['decision', 'rule'],
        ]) {
            for (const row of [...story.rows[kind].values()].filter((one) => one.thing === evil.id)) {
                story.change(kind, row.id, { [key]: `${text} ${row[key]}` });
            }
        }
    }
    return story;
}
