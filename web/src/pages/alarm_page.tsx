// SPDX-License-Identifier: Apache-2.0
// alarm_page.tsx -- why: what happened, how sure, compared with what, made of what, and what came of it.

import { Chip } from '../components/chip.js';
import { Contributions } from '../components/contributions.js';
import { DecisionList } from '../components/decision_list.js';
import { Fact, Facts } from '../components/facts.js';
import { FindingChart } from '../components/finding_chart.js';
import { FindingsTable } from '../components/findings_table.js';
import { Gate, Pending } from '../components/notice.js';
import { Page, Section } from '../components/page.js';
import { Instant } from '../components/time.js';
import { howSure } from '../format/chance.js';
import { count } from '../format/number.js';
import { duration, span } from '../format/time.js';
import { saidAlarm, several } from '../format/words.js';
import { nodeNow, useNow } from '../lib/clock.js';
import { Link, place } from '../lib/router.js';
import { useDecisionsOfAlarm, useFindingsOfAlarm, useOne } from '../lib/selections.js';
import { fetchList, fetchOne, tables, useWork } from '../lib/store.js';
import type { Alarm, Contribution, Decision, Finding } from '../lib/types.js';

const CHARTS_MAX = 4;
const ROOM_FROM = 4; // so many contributions are as high as the words with a chart below them
const BEFORE_MS = 60_000;

/** The alarm's findings: the ones its record names and this page does not know yet. */
async function fetchFindings(alarm: Alarm): Promise<void> {
    const missing = alarm.findings.filter((id) => !tables.finding.rows.value.has(id));
    await Promise.all(missing.map((id) => fetchOne('finding', id)));
}

function whatToDo(alarm: Alarm, decisions: readonly Decision[]) {
    const pending = decisions.find((decision) => decision.state === 'pending');
    if (pending) {
        return (
            <>
                A rule asks for an answer: <Link to="/approvals">{pending.rule}</Link>.
            </>
        );
    }
    if (decisions.length > 0) return <>{several(decisions.length, 'decision')} came from it, see below.</>;
    if (alarm.state === 'cleared') return <>Nothing: readings are back to usual.</>;
    return <>No rule fired. Look at the Thing; the alarm clears by itself when readings are usual again.</>;
}

function Reference({ findings }: { findings: readonly Finding[] }) {
    const reference = findings.find((finding) => finding.reference?.count)?.reference;
    if (!reference) return <>–</>;
    return (
        <>
            {count(reference.count)} of its own readings, {span(reference.from, reference.to, nodeNow())}
        </>
    );
}

function Words({
    alarm,
    findings,
    decisions,
}: {
    alarm: Alarm;
    findings: readonly Finding[];
    decisions: readonly Decision[];
}) {
    const now = useNow();
    return (
        <div class="card alarm-words">
            <p class="lead">{alarm.why}</p>
            <Facts>
                <Fact name="Thing">
                    <Link to={place('things', alarm.thing)}>{alarm.thing}</Link>
                </Fact>
                <Fact name="When">
                    <Instant time={alarm.since} />
                    {alarm.until !== null && (
                        <>
                            {' '}
                            to <Instant time={alarm.until} />
                        </>
                    )}
                    , {duration((alarm.until ?? now) - alarm.since)}
                    {alarm.until === null && ' so far'}
                </Fact>
                <Fact name="How sure">{howSure(alarm.p_value, alarm.sensor)}</Fact>
                <Fact name="Compared with">
                    <Reference findings={findings} />
                </Fact>
                <Fact name="What to do">{whatToDo(alarm, decisions)}</Fact>
            </Facts>
        </div>
    );
}

interface ChartsProps {
    alarm: Alarm;
    findings: readonly Finding[];
    rows: readonly Contribution[];
}

function Charts({ alarm, findings, rows }: ChartsProps) {
    return (
        <div class="alarm-charts">
            {rows.map((row) => {
                const finding = findings.find((one) => one.id === row.finding);
                return (
                    <div class="card" key={row.property}>
                        <FindingChart
                            thing={alarm.thing}
                            property={row.property}
                            unit={row.unit}
                            since={finding?.since ?? alarm.since}
                            until={finding ? finding.until : alarm.until}
                            usualLow={row.usual_low}
                            usualHigh={row.usual_high}
                            group={alarm.id}
                        />
                    </div>
                );
            })}
        </div>
    );
}

function Body({ alarm }: { alarm: Alarm }) {
    const findings = useFindingsOfAlarm(alarm);
    const decisions = useDecisionsOfAlarm(alarm.id);
    const findingState = useWork(() => fetchFindings(alarm), [alarm.findings.join()]);
    const decisionState = useWork(
        () => fetchList('decision', { thing: alarm.thing, from: alarm.since - BEFORE_MS, limit: 200 }),
        [alarm.id],
    );
    const top = [...alarm.contributions].sort((a, b) => b.share - a.share).slice(0, CHARTS_MAX);
    const besides = alarm.contributions.length >= ROOM_FROM ? 1 : 0;
    return (
        <Gate states={[findingState, decisionState]}>
            <div class="alarm-top">
                <div class="alarm-first">
                    <Words alarm={alarm} findings={findings} decisions={decisions} />
                    {besides > 0 && <Charts alarm={alarm} findings={findings} rows={top.slice(0, besides)} />}
                </div>
                <section class="card alarm-parts" aria-label="Contributions">
                    <h2>What it is made of</h2>
                    <Contributions alarm={alarm} />
                </section>
            </div>
            {top.length > besides && (
                <Section title={besides ? 'With it' : 'The readings'}>
                    <Charts alarm={alarm} findings={findings} rows={top.slice(besides)} />
                </Section>
            )}
            <Section title="Decisions" count={decisions.length}>
                {decisions.length > 0 ? (
                    <DecisionList decisions={decisions} />
                ) : decisionState.loading || decisionState.failure ? (
                    <Pending state={decisionState} lines={1} />
                ) : (
                    <p class="calm">None: no rule of the solution fits this alarm.</p>
                )}
            </Section>
            <Section title="Findings" count={alarm.finding_count ?? alarm.findings.length}>
                {findings.length > 0 ? <FindingsTable findings={findings} /> : <Pending state={findingState} />}
            </Section>
        </Gate>
    );
}

export function AlarmPage({ id }: { id: string }) {
    const { row: alarm, state } = useOne('alarm', id);
    return (
        <Page
            title={alarm ? `Alarm on ${alarm.thing}` : `Alarm ${id}`}
            above={<Link to="/alarms">Alarms</Link>}
            aside={
                alarm && (
                    <>
                        <code class="muted">{alarm.id}</code>
                        <Chip said={saidAlarm(alarm)} />
                    </>
                )
            }
        >
            {alarm ? <Body alarm={alarm} /> : <Pending state={state} lines={6} />}
        </Page>
    );
}
