import type { JsonObject } from '../../core/value/json.ts';
import type { ListedAlert, ListedDelivery } from '../../store/alert/listing.ts';
import { jsonOf } from '../listing.ts';

/** Returns an alert with its deliveries as JSON. */
export function alertJson(alert: ListedAlert): JsonObject {
  const { alertId, at, kind, dagId, runId, scheduledFor, sentence, closedAt, deliveries } = alert;
  return {
    alert_id: alertId,
    at: jsonOf(at),
    kind,
    dag_id: dagId,
    run_id: runId,
    scheduled_for: jsonOf(scheduledFor),
    sentence,
    closed_at: jsonOf(closedAt),
    deliveries: deliveries.map(deliveryJson),
  };
}

function deliveryJson(delivery: ListedDelivery): JsonObject {
  const { channel, state, tries, nextAttemptAt, sentAt, repeatCount, errorText } = delivery;
  return {
    channel,
    state,
    tries,
    sent_at: jsonOf(sentAt),
    next_attempt_at: jsonOf(nextAttemptAt),
    repeat_count: repeatCount,
    error: errorText,
  };
}
