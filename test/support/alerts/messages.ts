import type { AlertFacts } from '../../../runner/core/alert/facts.ts';
import {
  type AlertMessage,
  alertMessage,
  type ToldAlert,
} from '../../../runner/core/alert/message/message.ts';

/** Run 12 of `nightly`, which failed in its second of three tasks. */
export function toldAlert(change: Partial<ToldAlert> = {}, facts: Partial<AlertFacts> = {}): ToldAlert {
  return {
    alertId: 1,
    dagId: 'nightly',
    runId: 12,
    scheduledFor: Temporal.Instant.from('2026-03-10T06:00:00Z'),
    kind: 'failed',
    incident: 'nightly/2026-03-10T06:00:00Z',
    dedupKey: 'failed/nightly/2026-03-10T06:00:00Z/0',
    at: Temporal.Instant.from('2026-03-10T06:02:00Z'),
    sentence: 'run 12 of nightly (2026-03-10) failed: load: no column <id> & more',
    cause: null,
    ...change,
    facts: {
      timezone: 'America/New_York',
      mode: 'apply',
      businessDate: '2026-03-10',
      taskId: 'load',
      taskCount: 1,
      figure: { name: 'rows', value: '40', bound: 'at least 1,000' },
      errorClass: 'TaskError',
      errorText: 'no column <id> & more',
      remedy: null,
      actor: null,
      done: { tasksDone: 1, taskCount: 3, filesPublished: 0 },
      closes: [],
      ...facts,
    },
  };
}

export function messageOf(alert: ToldAlert, ...others: readonly ToldAlert[]): AlertMessage {
  return alertMessage([alert, ...others], {
    commandWords: ({ runId }) => [`to see why: show ${runId}`],
    webUrl: 'https://flow.example',
    stillOpen: 0,
    repeatCount: 0,
  });
}
