/** The spans of a run, as the SDK's exporter in memory has them. */
import assert from 'node:assert/strict';
import type { InMemorySpanExporter, ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { until } from '../until.ts';

/** Returns the spans of the trace whose root has the DAG's name; none before it was made. */
export function spansIn(exporter: InMemorySpanExporter, dagId: string): readonly ReadableSpan[] {
  const spans = exporter.getFinishedSpans();
  const root = spans.find(({ name }) => name === dagId);
  return root === undefined ? [] : spans.filter((span) => traceOf(span) === traceOf(root));
}

export const traceOf = (span: ReadableSpan) => span.spanContext().traceId;
export const idOf = (span: ReadableSpan) => span.spanContext().spanId;

/** Waits until the span of the whole run was made, and returns the spans of its trace. */
export const tracedRun = (exporter: InMemorySpanExporter, dagId: string) =>
  until(`the trace of ${dagId}`, async () => {
    const spans = spansIn(exporter, dagId);
    return spans.length === 0 ? null : spans;
  });

/** Returns the one span of that name and those attributes. */
export function only(
  spans: readonly ReadableSpan[],
  name: string,
  where: Record<string, unknown> = {},
): ReadableSpan {
  const found = spans.filter(
    (span) =>
      span.name === name && Object.entries(where).every(([key, value]) => span.attributes[key] === value),
  );
  assert.equal(
    found.length,
    1,
    `${found.length} spans ${name} of ${spans.map((span) => span.name).join(', ')}`,
  );
  const [span] = found;
  if (span === undefined) throw new Error(name);
  return span;
}
