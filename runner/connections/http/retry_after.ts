/**
 * Returns the time in ms of a `Retry-After` header: seconds, or an HTTP date (RFC 9110, 10.2.3); null for none that can
 * be read.
 */
export function retryAfterMs(header: string | undefined, now: Temporal.Instant): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const atMs = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - now.epochMilliseconds);
}
