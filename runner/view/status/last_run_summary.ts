/** The last run of a DAG in one sentence. */
import { closedWords } from '../../core/time/closed_dates.ts';
import { nextInstant, scheduleOf } from '../../core/time/schedule.ts';
import { inZone, msBetween, spanText } from '../time_text.ts';
import type { DagFacts, LastRunStatus } from './last_run_status.ts';

export function lastRunSummary(facts: DagFacts, status: LastRunStatus, now: Temporal.Instant): string {
  const { verdict, run, detail } = status;
  const paused = facts.isPaused && verdict !== 'paused' ? '; the DAG is paused' : '';
  if (verdict === 'invalid') {
    const lastRun = run === null ? '' : `; the last valid version goes on, its last night: ${run.state}`;
    return `its file is invalid: ${detail}${lastRun}${paused}`;
  }
  const shadow = run?.mode === 'shadow' ? 'in shadow: ' : '';
  const { closed } = status;
  const after = closed === null || verdict === 'closed' ? '' : `; ${closed.date} is ${closedWords(closed)}`;
  return `${shadow}${sentenceOf(facts, status, now)}${after}${paused}`;

  function sentenceOf(of: DagFacts, { timezone }: LastRunStatus, at: Temporal.Instant): string {
    switch (verdict) {
      case 'success': {
        const late = `${detail === '' ? '' : `, but ${detail}`}${warningCount(status)}`;
        if (!run?.startedAt || !run.finishedAt) return `succeeded${late}`;
        const took = spanText(msBetween(run.startedAt, run.finishedAt));
        return `succeeded at ${inZone(run.finishedAt, timezone).slice('2026-01-31 '.length)}, after ${took}${late}`;
      }
      case 'running': {
        const since = run?.startedAt ? ` for ${spanText(msBetween(run.startedAt, at))}` : '';
        return `running${since}${detail === '' ? '' : `; ${detail}`}`;
      }
      case 'queued':
        return `queued: other runs come first`;
      case 'failed':
        return `failed: ${detail || 'a task was cancelled'}`;
      case 'cancelled':
        return `${run?.wasSkipped ? '' : 'cancelled'}${detail === '' || run?.wasSkipped ? detail : `: ${detail}`}`;
      case 'did not run':
        return `did not run: ${detail}`;
      case 'closed': {
        const next = of.dag === null ? null : nextInstant(scheduleOf(of.dag), at);
        const then = next === null || of.isPaused ? '' : `; next ${inZone(next, timezone)}`;
        return `${closed === null ? 'closed' : closedWords(closed)}${then}`;
      }
      case 'paused':
        return 'paused';
      default: {
        if (of.dag === null) return 'no worker has read its file yet';
        const next = nextInstant(scheduleOf(of.dag), at);
        if (next !== null) return `not due yet, next ${inZone(next, timezone)}`;
        return of.dag.after === null
          ? 'runs only when triggered'
          : `runs after each success of ${of.dag.after}`;
      }
    }
  }
}

function warningCount({ warnings }: LastRunStatus): string {
  if (warnings.length === 0) return '';
  return warnings.length === 1 ? ', with a warning' : `, with ${warnings.length} warnings`;
}
