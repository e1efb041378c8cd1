/** The attributes of spans: OpenTelemetry's semantic conventions where there are any, `stockflow.*` for the rest. */
import type { Attributes, Span } from '@opentelemetry/api';
import type { FedAttempt, FedRun } from '../../core/feed/change.ts';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Api } from './otel.ts';

export function runAttributes(run: FedRun): Attributes {
  return {
    'stockflow.dag_id': run.dagId,
    'stockflow.run_id': run.runId,
    'stockflow.run_type': run.runType,
    'stockflow.business_date': run.businessDate.toString(),
    'stockflow.scheduled_for': run.scheduledFor.toString(),
  };
}

export function attemptAttributes(attempt: FedAttempt): Attributes {
  const counted = {
    'stockflow.rows_in': attempt.rowsIn,
    'stockflow.rows_out': attempt.rowsOut,
    'stockflow.bytes_in': attempt.bytesIn,
    'stockflow.bytes_out': attempt.bytesOut,
    'stockflow.worker.host': attempt.host,
  };
  return {
    'stockflow.task_id': attempt.taskId,
    ...(attempt.mapIndex < 0 ? {} : { 'stockflow.map_index': attempt.mapIndex }),
    'stockflow.attempt': attempt.attemptNumber,
    'stockflow.state': attempt.state,
    'stockflow.poll_count': attempt.pollCount,
    'stockflow.worker.id': attempt.workerId,
    ...Object.fromEntries(
      Object.entries(counted).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    ),
  };
}

/** Marks a span as failed, with the class and the text that the history would have. */
export function setError(api: Api, span: Span, error: unknown): void {
  const { errorClass, errorText } = errorFacts(error);
  setErrorFacts(api, span, { errorClass, errorText });
}

export function setErrorFacts(
  { SpanStatusCode }: Api,
  span: Span,
  { errorClass, errorText }: { readonly errorClass: string; readonly errorText: string },
): void {
  span.setAttribute('error.type', errorClass);
  span.setStatus({ code: SpanStatusCode.ERROR, message: errorText });
}
