import { AttemptTrace } from './attempt_trace.ts';
import { flushSpans } from './flush.ts';
import type { TracingHost } from './otel.ts';

export interface JoinedTrace extends AsyncDisposable {
  readonly trace: AttemptTrace;
}

/**
 * Continues the trace of another process, whose span is `traceparent` in W3C Trace Context. Disposing of it sends the
 * spans of this process, which ends then. Returns null for text of another version.
 */
export async function joinTrace(
  host: Omit<TracingHost, 'pool'>,
  traceparent: string,
): Promise<JoinedTrace | null> {
  const [, traceId, spanId, flags] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  const api = await import('@opentelemetry/api');
  const tracer = api.trace.getTracer('stockflow');
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return {
    trace: new AttemptTrace(host, { api, tracer }, parent),
    [Symbol.asyncDispose]: () => flushSpans(api),
  };
}
