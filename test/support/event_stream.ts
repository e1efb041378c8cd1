/** A client of server-sent events. */
import { until } from './until.ts';

export interface SentEvent {
  readonly id: string | null;
  /** `message` for one without a name. */
  readonly event: string;
  readonly data: string;
}

export interface EventClient {
  readonly status: number;
  readonly headers: Headers;
  /** All events so far, beats left out. */
  readonly events: readonly SentEvent[];
  /** Resolves with the first event that fits, past or to come. */
  event(what: string, fits: (event: SentEvent) => boolean): Promise<SentEvent>;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  /** Goes away, as a browser that is closed. */
  close(): void;
}

export async function followEvents(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventClient> {
  const gone = new AbortController();
  const response = await fetch(url, { headers, signal: gone.signal });
  const events: SentEvent[] = [];
  const read = async () => {
    if (response.body === null) return;
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop() ?? '';
      events.push(...blocks.map(parseEvent).filter(({ event }) => event !== 'beat'));
    }
  };
  const ended = read().catch((error: unknown) => {
    if (!gone.signal.aborted) throw error;
  });
  return {
    status: response.status,
    headers: response.headers,
    events,
    ended,
    event: (what, fits) => until(what, async () => events.find(fits) ?? null),
    close: () => gone.abort(),
  };
}

function parseEvent(block: string): SentEvent {
  const fields = block.split('\n').map((line) => {
    const colon = line.indexOf(':');
    return { name: line.slice(0, colon), value: line.slice(colon + 1).replace(/^ /, '') };
  });
  const last = (name: string) => fields.findLast((field) => field.name === name)?.value ?? null;
  const data = fields.filter(({ name }) => name === 'data').map(({ value }) => value);
  return { id: last('id'), event: last('event') ?? 'message', data: data.join('\n') };
}
