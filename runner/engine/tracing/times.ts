import type { HrTime } from '@opentelemetry/api';

/** Returns an instant as OpenTelemetry takes it: seconds and nanoseconds since 1970. */
export function hrTime(instant: Temporal.Instant): HrTime {
  const ns = instant.epochNanoseconds;
  return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
}
