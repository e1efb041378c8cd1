import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CRASHES_TO_QUARANTINE } from '../../runner/core/run/retry.ts';
import {
  ATTEMPT_STATES,
  OPERATOR_RUN_TRANSITIONS,
  RUN_TRANSITIONS,
  TASK_TRANSITIONS,
} from '../../runner/core/run/states.ts';
import { LEASE_MS } from '../../runner/store/worker/worker.ts';
import { blocksOf, page, tableBelow } from './pages.ts';

const states = page('states.md');

function edgesOf(transitions: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.entries(transitions).flatMap(([from, to]) => to.map((state) => `${from} -> ${state}`));
}

/** `from -> to` of every row; a cell may name several states. */
function documentedEdges(heading: string): readonly string[] {
  const names = (cell = '') => [...cell.matchAll(/\w+/g)].map(([name]) => name);
  return tableBelow(states, heading).flatMap(([from, to]) =>
    names(from).flatMap((before) => names(to).map((after) => `${before} -> ${after}`)),
  );
}

test('every change of a run is documented, and no other', () => {
  const allowed = [...edgesOf(RUN_TRANSITIONS), ...edgesOf(OPERATOR_RUN_TRANSITIONS)];
  assert.deepEqual(documentedEdges('## Of a run').toSorted(), allowed.toSorted());
});

test('every change of a task that needs no person is documented, and no other', () => {
  assert.deepEqual(documentedEdges('## Of a task').toSorted(), edgesOf(TASK_TRANSITIONS).toSorted());
});

test('the diagrams show allowed changes only', () => {
  const allowed = new Set([...edgesOf(RUN_TRANSITIONS), ...edgesOf(TASK_TRANSITIONS)]);
  const diagrams = blocksOf(states, 'mermaid');
  assert.equal(diagrams.length, 2);
  for (const { text } of diagrams) {
    const drawn = [...text.matchAll(/^ {2}(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} -> ${to}`);
    assert.ok(drawn.length >= 5);
    assert.deepEqual(
      drawn.filter((edge) => !allowed.has(edge)),
      [],
    );
  }
});

test('every state of an attempt is documented', () => {
  const documented = tableBelow(states, '## Of an attempt').map(([state = '']) => state);
  assert.deepEqual(documented.toSorted(), [...ATTEMPT_STATES].toSorted());
});

test('the figures are those of the code', () => {
  assert.ok(states.text.includes(`lease expired after ${LEASE_MS / 1000} s`));
  assert.ok(states.text.includes(`renews its lease every ${LEASE_MS / 5 / 1000} s`));
  assert.equal(CRASHES_TO_QUARANTINE, 3);
});
