import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planText } from '../../runner/commands/dags/plan/text.ts';
import { dagChange } from '../../runner/core/change/dag_change.ts';
import { parseDag } from '../../runner/core/dag_file/parse.ts';
import type { Plan } from '../../runner/view/plan/source.ts';
import { blocksOf, page } from './pages.ts';

const retuning = page('retuning.md');
const NOON = Temporal.Instant.from('2026-11-25T17:00:00Z');

test('the plan on the page is that of the edit on the page', () => {
  const [edit] = blocksOf(retuning, 'yaml');
  const [shown] = blocksOf(retuning, 'plan');
  const file = 'dags/nightly_reset.yaml';
  const edited = edit?.text ?? '';
  const original = edited.replace(/: (.+) # was (.+)/g, ': $2');
  assert.notEqual(original, edited);
  const [before, after] = [parseDag(original, file).dag, parseDag(edited, file).dag];
  const change = dagChange(
    { before, after },
    {
      now: NOON,
      changeAt: NOON,
      cursor: NOON,
      isPaused: false,
      ran: [
        {
          scheduledFor: Temporal.Instant.from('2026-11-25T06:30:00Z'),
          businessDate: Temporal.PlainDate.from('2026-11-25'),
        },
      ],
      usual: new Map(),
      nextCount: 3,
    },
  );
  const plan: Plan = {
    target: { dagId: 'nightly_reset', file, hasFile: true, row: null },
    problems: [],
    warnings: [],
    change,
    before,
    after,
    changeAt: NOON,
    inFlight: [],
  };
  assert.equal(
    planText(plan, (_, text) => text),
    shown?.text,
  );
});
