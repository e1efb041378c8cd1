import { ProgressRates } from '../../core/run/progress_rate.ts';
import type { Log } from '../../log.ts';
import type { LiveTopic } from '../../store/live/topic.ts';
import { BEAT, BEAT_EVERY_MS, FIRST_BEAT, messageText, namedText } from './event_text.ts';
import { Refresher } from './refresher.ts';
import type { LiveSource } from './source.ts';
import { Wakeup } from './wakeup.ts';

export interface Rendered {
  readonly topics: Iterable<LiveTopic>;
  readonly html: string;
}

/** The memory of a page from one rendering to the next, while somebody has it open. */
export interface RenderMemory {
  /** The progress of attempts at earlier renderings, which gives its rate. */
  readonly rates: ProgressRates;
  /** The reading of a clock that never goes back. */
  readonly atMs: number;
}

export type RenderPage = (memory: RenderMemory) => Promise<Rendered>;

/** A page is rendered anew after this time without a change, as it may say how long something takes. */
const RENDER_EVERY_MS = 30_000;

/** A page that is rendered once for all who have it open, whenever one of its topics changes. */
export class LivePage implements LiveSource {
  readonly #render: RenderPage;
  readonly #refresher: Refresher;
  readonly #changed = new Wakeup();
  readonly #rates = new ProgressRates();
  #topics: ReadonlySet<LiveTopic> = new Set();
  #html: string | null = null;
  #version = 0;
  #staleSince: Temporal.Instant | null = null;
  #first: Promise<void> | null = null;

  constructor(key: string, render: RenderPage, { log, signal }: { log: Log; signal: AbortSignal }) {
    this.#render = render;
    this.#refresher = new Refresher(
      {
        refresh: () => this.#refresh(),
        onError: (error) => {
          log.warn('a live page was not rendered', { page: key, error: String(error) });
          this.onLost();
        },
      },
      signal,
    );
    const timer = setInterval(() => this.#refresher.request(), RENDER_EVERY_MS);
    timer.unref();
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  get topics(): ReadonlySet<LiveTopic> {
    return this.#topics;
  }

  onChanged(): void {
    this.#refresher.request();
  }

  onLost(): void {
    this.#staleSince ??= Temporal.Now.instant();
    this.#changed.wake();
  }

  async ready(): Promise<void> {
    if (this.#html !== null) return;
    this.#first ??= this.#refresh().finally(() => {
      this.#first = null;
    });
    await this.#first;
  }

  async #refresh(): Promise<void> {
    const atMs = performance.now();
    const { topics, html } = await this.#render({ rates: this.#rates, atMs });
    this.#rates.forgetBefore(atMs);
    this.#topics = new Set(topics);
    if (html === this.#html && this.#staleSince === null) return;
    this.#html = html;
    this.#staleSince = null;
    this.#version += 1;
    this.#changed.wake();
  }

  async *follow(_afterId: number | null, signal: AbortSignal): AsyncGenerator<string> {
    let sent = 0;
    let toldStaleSince: Temporal.Instant | null = null;
    yield FIRST_BEAT;
    while (!signal.aborted) {
      if (this.#staleSince !== toldStaleSince) {
        toldStaleSince = this.#staleSince;
        if (toldStaleSince !== null) yield namedText('stale', toldStaleSince.toString());
      } else if (this.#html !== null && this.#staleSince === null && this.#version > sent) {
        sent = this.#version;
        yield messageText(sent, this.#html);
      } else if ((await this.#changed.wait(BEAT_EVERY_MS, signal)) === 'timeout') yield BEAT;
    }
  }
}
