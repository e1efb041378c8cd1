/** The message that a channel sends: one alert, or several with one root cause. */
import type { AlertFacts, AlertFigure } from '../facts.ts';
import type { AlertKind } from '../kind.ts';

/** An alert as the outbox holds it. */
export interface ToldAlert {
  readonly alertId: number;
  readonly dagId: string;
  readonly runId: number | null;
  readonly scheduledFor: Temporal.Instant;
  readonly kind: AlertKind;
  /** Shared by all alerts of one trouble. */
  readonly incident: string;
  readonly dedupKey: string;
  readonly at: Temporal.Instant;
  readonly sentence: string;
  /** Null if another version wrote them. */
  readonly facts: AlertFacts | null;
  readonly cause: string | null;
}

export interface AlertMessage {
  readonly kind: AlertKind | 'test';
  /** `nightly failed, 2026-03-10`: the subject of a mail. */
  readonly title: string;
  readonly sentence: string;
  /** For a message of several alerts: the sentence of each, the last one a count of those left out. */
  readonly items: readonly string[];
  readonly figures: readonly AlertFigure[];
  /** How far the run came, and what it has published; null where that says nothing. */
  readonly unchanged: string | null;
  /** Commands to copy, each with its purpose: `to see why: ...`. */
  readonly commands: readonly string[];
  /** The page about it; null if the page's address is not known. */
  readonly link: string | null;
  /** False for a recovery while other alerts of the same thread are still open. */
  readonly isResolved: boolean;
  readonly alerts: readonly ToldAlert[];
}

/** Returns the commands that help, each with its purpose. Words of the command line are made by it alone. */
export type CommandWords = (alert: ToldAlert) => readonly string[];

export interface MessageContext {
  readonly commandWords: CommandWords;
  /** The address of the page without a final slash; null if it is not known. */
  readonly webUrl: string | null;
  /** How many open alerts share the thread that a recovery continues. */
  readonly stillOpen: number;
  /** How often it was told before: 0 for the first time. */
  readonly repeatCount: number;
}

/** A message of several alerts names so many, and counts the others. */
const MAX_ITEMS = 10;

const VERBS: Readonly<Record<AlertKind, string>> = {
  failed: 'failed',
  deadline_missed: 'missed its deadline',
  not_started: 'did not start',
  slow: 'is slow',
  recovered: 'recovered',
  warning: 'has a warning',
};

/**
 * Returns the message about alerts of one kind and cause.
 * @param alerts at least one, the oldest first
 */
export function alertMessage(
  alerts: readonly [ToldAlert, ...ToldAlert[]],
  context: MessageContext,
): AlertMessage {
  const [first] = alerts;
  const isOne = alerts.length === 1;
  const dagIds = [...new Set(alerts.map(({ dagId }) => dagId))];
  const isShadow = alerts.every(({ facts }) => facts?.mode === 'shadow');
  const who = dagIds.length === 1 ? `${first.dagId}${isShadow ? ' (shadow)' : ''}` : `${dagIds.length} DAGs`;
  const still = context.repeatCount > 0 ? 'still: ' : '';
  const openText = context.stillOpen > 0 ? `; ${context.stillOpen} more with the same cause still open` : '';
  const verb = dagIds.length === 1 ? VERBS[first.kind] : VERBS[first.kind].replace(/^is /, 'are ');
  return {
    kind: first.kind,
    title: `${still}${who} ${verb}${dateText(alerts)}`,
    sentence: isOne ? `${first.sentence}${openText}` : groupSentence(first, dagIds, alerts.length),
    items: isOne ? [] : itemsOf(alerts),
    figures: isOne && first.facts?.figure ? [first.facts.figure] : [],
    unchanged: isOne ? unchangedText(first.facts) : null,
    commands: context.commandWords(first),
    link: linkOf(alerts, context.webUrl),
    isResolved: first.kind === 'recovered' && context.stillOpen === 0,
    alerts,
  };
}

/** Returns the message with which a channel is tried. */
export function testMessage(channel: string, at: Temporal.Instant, webUrl: string | null): AlertMessage {
  return {
    kind: 'test',
    title: `test message to ${channel}`,
    sentence: `This is a test: nothing has happened. Alerts of DAGs arrive in this place. Sent at ${at.round('second')}.`,
    items: [],
    figures: [],
    unchanged: null,
    commands: [],
    link: webUrl,
    isResolved: false,
    alerts: [],
  };
}

function dateText(alerts: readonly ToldAlert[]): string {
  const dates = [...new Set(alerts.map(({ facts }) => facts?.businessDate ?? null))];
  return dates.length === 1 && typeof dates[0] === 'string' ? `, ${dates[0]}` : '';
}

function groupSentence({ cause, kind }: ToldAlert, dagIds: readonly string[], count: number): string {
  const alerts = `${count} alerts of ${dagIds.length} ${dagIds.length === 1 ? 'DAG' : 'DAGs'} (${kind.replaceAll('_', ' ')})`;
  return cause === null ? alerts : `${alerts} with one cause: ${cause}`;
}

function itemsOf(alerts: readonly ToldAlert[]): readonly string[] {
  const hidden = alerts.length - MAX_ITEMS;
  const shown = alerts.slice(0, MAX_ITEMS).map(({ sentence }) => sentence);
  return hidden > 0 ? [...shown, `and ${hidden} more`] : shown;
}

/** Tells how far the run came and what of it is outside. Null for an alert of a run that goes on. */
function unchangedText(facts: AlertFacts | null): string | null {
  const done = facts?.done ?? null;
  if (done === null) return null;
  const { tasksDone, taskCount, filesPublished } = done;
  const files =
    filesPublished === 0
      ? 'it published no file'
      : `it published ${filesPublished} ${filesPublished === 1 ? 'file, which stays' : 'files, which stay'}`;
  return `${tasksDone} of ${taskCount} tasks done; ${files}`;
}

function linkOf(alerts: readonly ToldAlert[], webUrl: string | null): string | null {
  const [first] = alerts;
  if (webUrl === null || first === undefined) return null;
  if (alerts.length > 1) return `${webUrl}/alerts`;
  return first.runId === null ? `${webUrl}/dags/${first.dagId}` : `${webUrl}/runs/${first.runId}`;
}
