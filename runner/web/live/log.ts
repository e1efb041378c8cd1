import type { Log } from '../../log.ts';
import { type AttemptKey, type LiveTopic, logTopic } from '../../store/live/topic.ts';
import { BEAT, BEAT_EVERY_MS, FIRST_BEAT, messageText, namedText } from './event_text.ts';
import { Refresher } from './refresher.ts';
import type { LiveSource } from './source.ts';
import { Wakeup } from './wakeup.ts';

export interface RenderedLine {
  /** Its `task_log_id`: higher than that of every earlier line of its attempt. */
  readonly id: number;
  readonly html: string;
}

export interface RenderedLog {
  readonly lines: readonly RenderedLine[];
  /** Whether no more lines will come once these, and those that `atMost` left out, were read. */
  readonly isEnded: boolean;
}

/** Reads and renders the next lines of the attempt. @throws if there is no such attempt */
export type ReadLines = (after: {
  readonly afterId: number;
  readonly atMost: number;
}) => Promise<RenderedLog>;

/** The number of lines in one read, and in one event. */
const LINES_A_READ = 500;
/** The number of lines that are kept for followers who are not far behind; others read them anew. */
const LINES_KEPT = 2_000;

/** The log of one attempt, whose new lines are read once for all who follow it. Each gets every line once, in order. */
export class LiveLog implements LiveSource {
  readonly topics: ReadonlySet<LiveTopic>;
  readonly #read: ReadLines;
  readonly #refresher: Refresher;
  readonly #changed = new Wakeup();
  /** The lines after `#keptAfterId` up to the last that was read. */
  #kept: readonly RenderedLine[] = [];
  #keptAfterId: number;
  #isEnded = false;
  #isStale = false;

  /** @param afterId the last line that the first follower has */
  constructor(
    attempt: AttemptKey,
    { read, afterId }: { readonly read: ReadLines; readonly afterId: number },
    { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
  ) {
    this.topics = new Set([logTopic(attempt)]);
    this.#read = read;
    this.#keptAfterId = afterId;
    this.#refresher = new Refresher(
      {
        refresh: () => this.#refresh(),
        onError: (error) => {
          log.warn('the log of an attempt was not read', { ...attempt, error: String(error) });
          this.onLost();
        },
      },
      signal,
    );
    this.#refresher.request();
  }

  onChanged(): void {
    this.#refresher.request();
  }

  onLost(): void {
    this.#isStale = true;
    this.#changed.wake();
  }

  /** Its lines come as they are read. */
  async ready(): Promise<void> {}

  get #lastId(): number {
    return this.#kept.at(-1)?.id ?? this.#keptAfterId;
  }

  async #refresh(): Promise<void> {
    for (;;) {
      const { lines, isEnded } = await this.#read({ afterId: this.#lastId, atMost: LINES_A_READ });
      const all = [...this.#kept, ...lines];
      this.#kept = all.slice(-LINES_KEPT);
      this.#keptAfterId = all.at(-LINES_KEPT - 1)?.id ?? this.#keptAfterId;
      const isWhole = lines.length < LINES_A_READ;
      this.#isEnded = isEnded && isWhole;
      this.#isStale = false;
      this.#changed.wake();
      if (isWhole) return;
    }
  }

  async *follow(afterId: number | null, signal: AbortSignal): AsyncGenerator<string> {
    let sentId = afterId ?? 0;
    let toldStale = false;
    yield FIRST_BEAT;
    while (!signal.aborted) {
      const lines = await this.#linesAfter(sentId);
      const last = lines.at(-1);
      if (last !== undefined) {
        sentId = last.id;
        yield messageText(sentId, lines.map(({ html }) => html).join(''));
      } else if (this.#isStale !== toldStale) {
        toldStale = this.#isStale;
        yield toldStale ? namedText('stale', '') : namedText('fresh', '');
      } else if (this.#isEnded && sentId >= this.#lastId) {
        yield namedText('end', '');
        return;
      } else if ((await this.#changed.wait(BEAT_EVERY_MS, signal)) === 'timeout') yield BEAT;
    }
  }

  async #linesAfter(id: number): Promise<readonly RenderedLine[]> {
    if (id >= this.#keptAfterId) {
      const first = this.#kept.findIndex((line) => line.id > id);
      return first < 0 ? [] : this.#kept.slice(first, first + LINES_A_READ);
    }
    const { lines } = await this.#read({ afterId: id, atMost: LINES_A_READ });
    return lines;
  }
}
