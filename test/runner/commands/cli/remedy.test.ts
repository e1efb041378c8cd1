import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportError } from '../../../../runner/commands/cli/error_report.ts';
import type { Remedy } from '../../../../runner/core/value/remedy.ts';
import { TriggerError } from '../../../../runner/engine/operator/dag_to_run.ts';
import { OperatorError } from '../../../../runner/engine/operator/operator.ts';
import { keptShell } from '../../../support/kept_shell.ts';

/** Reports the error, and returns what stood on stderr. */
function reported(error: unknown): string {
  const { shell, written } = keptShell();
  reportError(error, shell);
  return written.join('');
}

test('an error of the engine ends in the command that helps, worded by the command line', () => {
  const date = Temporal.PlainDate.from('2026-01-05');
  const cases: readonly (readonly [Remedy, string])[] = [
    [{ action: 'list_dags' }, 'stockflow dags list shows what there is'],
    [{ action: 'list_runs' }, 'stockflow runs list shows what there is'],
    [{ action: 'list_backfills' }, 'stockflow backfill list shows what there is'],
    [{ action: 'validate_dag_file', file: 'dags/a.yaml' }, 'stockflow dags validate dags/a.yaml says why'],
    [{ action: 'trigger_date', dagId: 'a', date }, 'stockflow trigger a --date 2026-01-05 works one date'],
    [
      { action: 'trigger_again', dagId: 'a', date },
      'stockflow trigger a --date 2026-01-05 works the date by the present one',
    ],
    [
      { action: 'end_backfill', backfillId: 3 },
      'wait for it with stockflow backfill watch 3, or end it with stockflow backfill cancel 3',
    ],
  ];
  for (const [remedy, words] of cases)
    assert.equal(reported(new OperatorError('refused', 'no', remedy)), `error: no; ${words}\n`);
});

test('an error without a remedy ends in its own words', () => {
  assert.equal(reported(new TriggerError('not_due', 'it is not due yet')), 'error: it is not due yet\n');
});
