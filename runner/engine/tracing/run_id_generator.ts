import { randomBytes } from 'node:crypto';

/** The ids of a span. */
export interface SpanIds {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
}

let given: SpanIds | null = null;

/**
 * Makes the ids of spans: random ones, except that the spans of runs and attempts get those that follow from the run, so
 * that spans of many processes find each other without anything being stored. OpenTelemetry's SDK takes it as its
 * `idGenerator`; its API alone cannot choose an id.
 */
export class RunIdGenerator {
  generateTraceId(): string {
    return given?.traceId ?? randomId(16);
  }

  generateSpanId(): string {
    return given?.spanId ?? randomId(8);
  }
}

/** Calls `start`, in which a span with these ids is started. It must not be asynchronous. */
export function withIds<T>(ids: SpanIds, start: () => T): T {
  given = ids;
  try {
    return start();
  } finally {
    given = null;
  }
}

function randomId(byteCount: number): string {
  const id = randomBytes(byteCount).toString('hex');
  // An id of zeros only is invalid.
  return /[1-9a-f]/.test(id) ? id : randomId(byteCount);
}
