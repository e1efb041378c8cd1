/** The receiver of the campaign's alerts: an HTTP server outside of every process that is killed. */
import { z } from 'zod';
import { startHttpReceiver } from '../../support/http_receiver.ts';
import type { Arrival } from '../verify/facts.ts';

/** The channels that are told of every DAG. */
export const CHANNELS = ['chat', 'pager'] as const;

/** The ways in which it treats a message instead of taking it: take it and break off without an answer, or refuse it for now. */
export type Misbehaviour = 'breaks_off' | 'fails' | 'is_busy';

const messageSchema = z.object({
  alerts: z.array(
    z.object({ alert_id: z.number(), run_id: z.number().nullable(), kind: z.string(), incident: z.string() }),
  ),
});

export class AlertReceiver implements AsyncDisposable {
  /** Every message that was taken, in order, a repeated one as often as it came. */
  readonly arrivals: Arrival[] = [];
  /** The variables that define the channels. */
  readonly channels: Readonly<Record<string, string>>;
  readonly #stack: AsyncDisposableStack;
  #misbehaves: { readonly how: Misbehaviour; timesLeft: number } | null = null;

  private constructor(url: string, stack: AsyncDisposableStack) {
    this.#stack = stack;
    this.channels = Object.fromEntries(
      CHANNELS.map((channel) => [`STOCKFLOW_CONN_${channel.toUpperCase()}`, `${url}/${channel}`]),
    );
  }

  static async start(): Promise<AlertReceiver> {
    const stack = new AsyncDisposableStack();
    const server = await startHttpReceiver({ after: (cleanUp) => void stack.defer(cleanUp) });
    const receiver = new AlertReceiver(server.url, stack);
    server.answer((response, { path, headers, body }) => {
      const how = receiver.#nextMisbehaviour();
      if (how === 'fails') return void response.writeHead(500).end();
      if (how === 'is_busy') return void response.writeHead(429, { 'retry-after': '1' }).end();
      receiver.arrivals.push({
        channel: path.slice(1),
        key: String(headers['idempotency-key']),
        alerts: messageSchema.parse(JSON.parse(body)).alerts.map((alert) => ({
          alertId: alert.alert_id,
          runId: alert.run_id,
          kind: alert.kind,
          incident: alert.incident,
        })),
      });
      if (how === 'breaks_off') response.destroy();
      else response.end('ok');
    });
    return receiver;
  }

  /** Misbehaves with the next messages. */
  misbehave(how: Misbehaviour, times: number): void {
    this.#misbehaves = { how, timesLeft: times };
  }

  get isMisbehaving(): boolean {
    return this.#misbehaves !== null;
  }

  behave(): void {
    this.#misbehaves = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  #nextMisbehaviour(): Misbehaviour | null {
    const now = this.#misbehaves;
    if (now === null) return null;
    now.timesLeft -= 1;
    if (now.timesLeft === 0) this.#misbehaves = null;
    return now.how;
  }
}
