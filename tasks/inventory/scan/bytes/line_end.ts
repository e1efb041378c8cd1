export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;

/** Returns the end of the content of the line `[start, next)`: before its LF or CRLF, or `next` if it has neither. */
export function lineEnd(bytes: Uint8Array, start: number, next: number): number {
  if (next === start || bytes[next - 1] !== LINE_FEED) return next;
  return next - 2 >= start && bytes[next - 2] === CARRIAGE_RETURN ? next - 2 : next - 1;
}
