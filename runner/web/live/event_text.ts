/** Server-sent events as text. */

/** The longest time in ms that a connection is silent: a browser that hears nothing for longer connects again. */
export const BEAT_EVERY_MS = 15_000;

/** `beat` says only that the connection lives. The browser is told to connect again at once after it was lost. */
export const FIRST_BEAT = 'retry: 500\nevent: beat\ndata:\n\n';
export const BEAT = 'event: beat\ndata:\n\n';

/** Renders an event without a name, which the page puts into its place. */
export function messageText(id: number, html: string): string {
  return `id: ${id}\n${dataText(html)}\n\n`;
}

export function namedText(event: string, data: string): string {
  return `event: ${event}\n${dataText(data)}\n\n`;
}

function dataText(data: string): string {
  return `data: ${data.split(/\r\n|\r|\n/).join('\ndata: ')}`;
}
