import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAcknowledgedKept } from '../checks/acknowledged_kept.ts';
import { checkDrains } from '../checks/drain.ts';
import { checkEndedRight } from '../checks/ended_right.ts';
import { checkInnocents } from '../checks/innocents.ts';
import { checkLiveJobs } from '../checks/live_job.ts';
import { checkNoConflicts } from '../checks/no_conflicts.ts';
import { checkOneResultPerToken } from '../checks/one_result_per_token.ts';
import { checkOneRunPerInstant } from '../checks/one_run_per_instant.ts';
import { checkRecoveries } from '../checks/recovery.ts';
import { checkRestarts, restartMs, restartsAfter } from '../checks/restart.ts';
import { checkSuccessors } from '../checks/successor_once.ts';
import { checkTerminalStays } from '../checks/terminal_stays.ts';
import { checkVersionPinned } from '../checks/version_pinned.ts';
import type { EffectFact, Violation } from '../verify/facts.ts';
import { at, attempt, history, instance, run } from './facts.ts';

function says(violations: readonly Violation[], ...expected: readonly RegExp[]): void {
  assert.equal(violations.length, expected.length, violations.map(({ text }) => text).join('\n'));
  for (const [index, pattern] of expected.entries()) assert.match(violations[index]?.text ?? '', pattern);
}

test('E1: two runs of one instant are found; a manual run beside a scheduled one is none of them', () => {
  says(
    checkOneRunPerInstant([
      run,
      { ...run, runId: 2, runType: 'manual' },
      { ...run, runId: 3, scheduledFor: at(60_000) },
    ]),
  );
  says(
    checkOneRunPerInstant([run, { ...run, runId: 2, runType: 'catchup' }]),
    /story at .* has 2 runs: 1, 2/,
  );
});

test('E2: a second result of one token is found, wherever it shows', () => {
  const good = {
    instances: [instance(1, 'first')],
    attempts: [attempt(1)],
    transitions: history(1, [1, 'queued'], [2, 'running'], [3, 'success']),
  };
  const acknowledged = [{ pid: 9, runId: 1, instanceId: 1, token: 1, state: 'success' }];
  says(checkOneResultPerToken(good, acknowledged));
  const again = { ...good.transitions[2], transitionId: 4 } as (typeof good.transitions)[number];
  says(
    checkOneResultPerToken({ ...good, transitions: [...good.transitions, again] }, acknowledged),
    /1:1 left running 2 times/,
  );
  says(
    checkOneResultPerToken({ ...good, attempts: [attempt(1), attempt(1, { attemptNumber: 2 })] }, []),
    /1:1 has 2 attempts with a result/,
  );
  says(
    checkOneResultPerToken(good, [
      ...acknowledged,
      { pid: 10, runId: 1, instanceId: 1, token: 1, state: 'success' },
    ]),
    /1:1 was acknowledged 2 times, to 9, 10/,
  );
});

test('E2: the result of a superseded attempt is found in the table by the token that it carries', () => {
  const late = instance(1, 'first', { token: 2, output: { token: '1-1', label: 'v7' } });
  says(
    checkOneResultPerToken({ instances: [late], attempts: [], transitions: [] }, []),
    /1-2 succeeded with the output of 1-1/,
  );
});

test('E3: the time without a live job is counted from check to check, and not while Postgres is unavailable', () => {
  const looks = [0, 4_000, 8_000, 12_000].map((ms) => ({ at: at(ms), without: ['1:1'] }));
  says(checkLiveJobs(looks, [], 10_000), /1:1 was queued without a live job for over 10000 ms/);
  says(checkLiveJobs(looks.slice(0, 3), [], 10_000));
  says(checkLiveJobs(looks, [{ from: at(1_000), to: at(5_000) }], 10_000));
  const between = looks.with(2, { at: at(8_000), without: [] });
  says(checkLiveJobs(between, [], 10_000));
});

test('E4: the next start of what ran on a killed worker is timed from the kill', () => {
  const kills = [{ workerIds: [5], at: at(1_000) }];
  const restarted = history(1, [1, 'queued'], [2, 'running'], [9_000, 'queued'], [17_000, 'running']);
  const restarts = restartsAfter(kills, restarted);
  assert.deepEqual(
    restarts.map((restart) => restartMs(restart, [], at(99_000))),
    [16_000],
  );
  says(
    checkRestarts(restarts, [], { limitMs: 15_000, now: at(99_000) }),
    /instance 1 did not start within 15000 ms/,
  );
  says(checkRestarts(restarts, [{ from: at(2_000), to: at(4_000) }], { limitMs: 15_000, now: at(99_000) }));
});

test('E4: a task that never starts again is found, and so is one that nobody could take from the dead', () => {
  const kills = [{ workerIds: [5], at: at(1_000) }];
  const waiting = history(1, [1, 'queued'], [2, 'running'], [3_000, 'queued']);
  says(checkRestarts(restartsAfter(kills, waiting), [], { limitMs: 15_000, now: at(10_000) }));
  says(checkRestarts(restartsAfter(kills, waiting), [], { limitMs: 15_000, now: at(20_000) }), /instance 1/);
  const held = history(1, [1, 'queued'], [2, 'running'], [18_000, 'success']);
  says(checkRestarts(restartsAfter(kills, held), [], { limitMs: 15_000, now: at(20_000) }), /instance 1/);
});

test('E4: what ended before the kill, or was given up after it, is no restart', () => {
  const kills = [{ workerIds: [5], at: at(1_000) }];
  assert.deepEqual(restartsAfter(kills, history(1, [1, 'queued'], [2, 'running'], [900, 'success'])), []);
  assert.deepEqual(restartsAfter(kills, history(1, [1, 'queued'], [2, 'running'], [1_200, 'success'])), []);
  assert.deepEqual(
    restartsAfter(kills, history(1, [1, 'queued'], [2, 'running'], [3_000, 'queued'], [3_001, 'failed'])),
    [],
  );
});

const started = (instanceId: number, ms: number): EffectFact => ({
  ...{ runId: 1, taskId: '', mapIndex: -1, token: `${instanceId}-1`, phase: 'start', at: at(ms) },
});
const story = {
  runs: [run],
  instances: [instance(1, 'first'), instance(2, 'second', { finishedAt: at(1_400) })],
  attempts: [attempt(1), attempt(2)],
  transitions: [
    ...history(1, [1, 'queued'], [2, 'running'], [100, 'success']),
    ...history(2, [101, 'deferred'], [1_200, 'running'], [1_400, 'success']),
  ],
  effects: [started(1, 3), started(2, 1_201)],
};

test('E5: a run in order has no violation', () => {
  says(checkSuccessors(story));
});

test('E5: a successor that begins before its upstream has succeeded is found', () => {
  const [queued, running, success] = history(1, [1, 'queued'], [2, 'running'], [150, 'success']);
  assert.ok(queued && running && success);
  const second = story.transitions.slice(3);
  says(
    checkSuccessors({ ...story, transitions: [queued, running, success, ...second] }),
    /second\[-1\] .* began while its upstreams were running/,
  );
});

test('E5: a successor that is decided twice, or succeeds twice, is found', () => {
  const twice = [...story.transitions, ...history(2, [1_500, 'queued'])];
  says(checkSuccessors({ ...story, transitions: twice }), /second.* was decided 2 times/);
  const attempts = [...story.attempts, attempt(2, { attemptNumber: 2, token: 2 })];
  says(checkSuccessors({ ...story, attempts }), /second.* has 2 successful attempts/);
});

test('E5: a success without an attempt or without a start is found', () => {
  says(checkSuccessors({ ...story, attempts: [attempt(1)] }), /second.* succeeded without an attempt/);
  says(checkSuccessors({ ...story, effects: [started(1, 3)] }), /second.* succeeded without a start/);
});

test('E5: a start before the delay is over is found', () => {
  says(
    checkSuccessors({ ...story, effects: [started(1, 3), started(2, 1_099)] }),
    /second.* started less than 1000 ms after first/,
  );
});

test('E6: a terminal state that changes is found, unless an operator changed it and that is recorded', () => {
  const changed = history(1, [1, 'queued'], [2, 'running'], [3, 'success'], [4, 'none']);
  says(checkTerminalStays(changed, []), /success became none, by no operator/);
  const byOperator = changed.map((move) => ({ ...move, byOperator: true }));
  says(checkTerminalStays(byOperator, []), /success became none, unrecorded/);
  says(checkTerminalStays(byOperator, [{ runId: 1, action: 'task.cleared' }]));
});

test('E7: an acknowledged result that is not in the database is found', () => {
  const transitions = history(1, [1, 'queued'], [2, 'running'], [3, 'success']);
  const acknowledged = { pid: 9, runId: 1, instanceId: 1, token: 1, state: 'success' };
  says(checkAcknowledgedKept([acknowledged], transitions));
  says(
    checkAcknowledgedKept([acknowledged], transitions.slice(0, 2)),
    /1:1 was acknowledged as success, and is not/,
  );
  says(checkAcknowledgedKept([{ ...acknowledged, state: 'failed' }], transitions), /as failed/);
});

test('E7: a worker that ends by itself or stays idle is found', () => {
  const recoveryLimits = { outages: [], limitMs: 20_000, now: at(30_000) };
  const recovery = { pid: 9, after: 'SIGSTOP', from: at(0) };
  says(checkRecoveries([{ ...recovery, workedAt: at(19_000) }], [], recoveryLimits));
  says(
    checkRecoveries([{ ...recovery, workedAt: null }], [], recoveryLimits),
    /worker 9 did not work within 20000 ms after SIGSTOP/,
  );
  says(checkRecoveries([{ ...recovery, workedAt: null }], [], { ...recoveryLimits, now: at(10_000) }));
  says(
    checkRecoveries([{ ...recovery, workedAt: null }], [], {
      ...recoveryLimits,
      outages: [{ from: at(1), to: at(20_001) }],
    }),
  );
  says(
    checkRecoveries([], [{ pid: 9, end: 1, lastLines: ['why'] }], recoveryLimits),
    /worker 9 ended by itself with 1: why/,
  );
});

test('E8: a deadlock is found in a task, an attempt and a log', () => {
  const errorText = 'deadlock detected';
  says(
    checkNoConflicts(
      { instances: [instance(1, 'first', { errorText })], attempts: [attempt(1, { errorText })] },
      ['could not serialize access due to concurrent update', 'task 40001 is fine'],
    ),
    /instance 1: deadlock/,
    /instance 1 attempt 1: deadlock/,
    /log: could not serialize/,
  );
});

test('E10: a task that was worked by another version than its run began with is found', () => {
  says(checkVersionPinned(story));
  const edited = instance(2, 'second', { output: { token: '2-1', label: 'v8' } });
  says(
    checkVersionPinned({ runs: [run], instances: [edited] }),
    /run 1 second of version v7 was worked by version v8/,
  );
});

test('E11: a drain that is late, ends badly, or loses what it ran is found', () => {
  const drain = {
    pid: 9,
    workerIds: [5],
    at: at(0),
    graceMs: 1_000,
    allowanceMs: 3_000,
    tookMs: 3_900,
    end: 0,
  };
  const before = attempt(1, { state: 'crashed', finishedAt: at(-1) });
  says(checkDrains([drain], [attempt(1), attempt(2, { state: 'handed_over' }), before]));
  says(checkDrains([{ ...drain, tookMs: 4_100 }], []), /took over 4000 ms/);
  says(checkDrains([{ ...drain, end: 'SIGKILL' }], []), /ended with SIGKILL/);
  says(checkDrains([drain], [attempt(1, { state: 'crashed' })]), /lost attempt 1 of instance 1/);
});

test('a run that has not ended, or failed for no good reason, is found; quarantine after three crashes is one', () => {
  says(checkEndedRight(story));
  says(checkEndedRight({ ...story, runs: [{ ...run, state: 'running' }] }), /run 1 of story is running/);
  const failed = {
    runs: [{ ...run, state: 'failed' }],
    instances: [instance(1, 'first', { state: 'failed', errorClass: 'Quarantined' })],
  };
  const crashes = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      attempt(1, { attemptNumber: index + 1, token: index + 1, state: 'crashed' }),
    );
  says(checkEndedRight({ ...failed, attempts: crashes(2) }), /run 1 of story is failed/);
  says(checkEndedRight({ ...failed, attempts: crashes(3) }));
});

test('E12: a quarantined innocent is found, and a deadly task that ended otherwise than by what killed it', () => {
  const deadlyDags = new Set(['deadly_segv']);
  const runs = [run, { ...run, runId: 2, dagId: 'deadly_segv' }];
  const crashed = { state: 'failed', errorClass: 'ProcessCrashed', errorText: 'killed by SIGSEGV' };
  const deadly = instance(7, 'deadly', { runId: 2, ...crashed });
  says(checkInnocents({ runs, instances: [instance(1, 'first'), deadly] }, deadlyDags));
  const quarantined = { state: 'failed', errorClass: 'Quarantined', errorText: 'died 3 times' };
  says(
    checkInnocents(
      {
        runs,
        instances: [
          instance(1, 'first', quarantined),
          instance(2, 'i0', { runId: 2, ...quarantined }),
          { ...deadly, ...quarantined },
        ],
      },
      deadlyDags,
    ),
    /first of run 1 .* was quarantined/,
    /i0 of run 2 .* was quarantined/,
    /deadly of run 2 .* ended failed \(Quarantined: died 3 times\)/,
  );
});
