/** The rows of alerts that wait to be sent. */
import { type AlertFacts, readAlertFacts } from '../../core/alert/facts.ts';
import type { AlertKind } from '../../core/alert/kind.ts';
import type { WaitingAlert } from '../../core/alert/message/group.ts';

/** Columns of an alert `a` and of its delivery `d`. */
export const ALERT_COLUMNS = `a.alert_id as "alertId", a.dag_id as "dagId", a.run_id as "runId", a.scheduled_for as "scheduledFor",
       a.kind, a.incident, a.dedup_key as "dedupKey", a.at, a.sentence, a.facts, a.cause,
       d.message_key as "messageKey"`;

export interface AlertRow {
  readonly alertId: number;
  readonly dagId: string;
  readonly runId: number | null;
  readonly scheduledFor: Temporal.Instant;
  readonly kind: AlertKind;
  readonly incident: string;
  readonly dedupKey: string;
  readonly at: Temporal.Instant;
  readonly sentence: string;
  readonly facts: unknown;
  readonly cause: string | null;
  readonly messageKey: string | null;
  readonly earlierMessageKey: string | null;
}

export function waitingAlert(row: AlertRow): WaitingAlert {
  const facts: AlertFacts | null = readAlertFacts(row.facts);
  return { ...row, facts };
}
