import { isSettledWithin } from '../worker/settled_within.ts';
import type { Api } from './otel.ts';

/** The time in ms that the SDK gets to send its spans before the process ends. */
const FLUSH_WITHIN_MS = 1_500;

/** Asks the SDK to send the spans that it still holds, as far as it knows how to; gives up after 1.5 s. */
export async function flushSpans({ trace }: Api): Promise<void> {
  const provider: object = trace.getTracerProvider();
  // The API gives a proxy in front of the SDK's provider.
  const real: unknown =
    'getDelegate' in provider && typeof provider.getDelegate === 'function'
      ? provider.getDelegate()
      : provider;
  if (typeof real !== 'object' || real === null || !('forceFlush' in real)) return;
  const { forceFlush } = real;
  if (typeof forceFlush !== 'function') return;
  // An exporter that fails has said so to the SDK's own log.
  const flushed = Promise.resolve(Reflect.apply(forceFlush, real, [])).catch(() => undefined);
  await isSettledWithin(flushed, FLUSH_WITHIN_MS);
}
