/** Finds out which topics of open pages have changed: once a second, and at once when it is told to look. */
import type { LiveTopic } from '../../store/live/topic.ts';
import { Wakeup } from './wakeup.ts';

/** A session of the database that is told of changes. */
export interface FeedSession extends AsyncDisposable {
  /** Returns the version of each topic. @throws once the session is lost */
  versions(topics: ReadonlySet<LiveTopic>): Promise<ReadonlyMap<LiveTopic, string>>;
}

/** Opens a session; `onHint` is called whenever it is worth looking, and when the session is lost. */
export type OpenFeedSession = (onHint: () => void) => Promise<FeedSession>;

export interface FeedWatcher {
  /** The topics of the pages that are open now. */
  topics(): ReadonlySet<LiveTopic>;
  /** Called after each look with the topics that have changed, and those that were looked at for the first time. */
  onChanged(topics: ReadonlySet<LiveTopic>): void;
  /** Called when the database cannot be reached; after the next look every topic counts as changed. */
  onLost(error: unknown): void;
}

export interface FeedPace {
  /** The time in ms from one look to the next, without a hint. */
  readonly lookEveryMs: number;
  /** The shortest time in ms from one look to the next. */
  readonly atMostEveryMs: number;
  /** The time in ms that the session is kept after the last page was closed. */
  readonly lingerMs: number;
}

const PACE: FeedPace = { lookEveryMs: 1_000, atMostEveryMs: 250, lingerMs: 30_000 };
/** A look may take this share of the time, so that one at a huge run is taken less often. */
const LARGEST_SHARE = 1 / 20;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** The one session of a process for all of its open pages; opened with the first, and again after it was lost. */
export class ChangeFeed implements AsyncDisposable {
  readonly #open: OpenFeedSession;
  readonly #watcher: FeedWatcher;
  readonly #pace: FeedPace;
  readonly #end = new AbortController();
  readonly #hints = new Wakeup();
  #isLookWanted = false;
  #running: Promise<void> | null = null;
  #isListening = false;

  constructor(open: OpenFeedSession, watcher: FeedWatcher, pace: Partial<FeedPace> = {}) {
    this.#open = open;
    this.#watcher = watcher;
    this.#pace = { ...PACE, ...pace };
  }

  /** Whether the session is open. */
  get isListening(): boolean {
    return this.#isListening;
  }

  /** Looks as soon as the pace allows it. */
  look(): void {
    if (this.#end.signal.aborted) return;
    this.#isLookWanted = true;
    this.#hints.wake();
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    let pauseMs = FIRST_PAUSE_MS;
    while (this.#isLookWanted && !signal.aborted) {
      try {
        await using session = await this.#open(() => this.look());
        this.#isListening = true;
        await this.#lookUntilUnwatched(session, () => {
          pauseMs = FIRST_PAUSE_MS;
        });
      } catch (error) {
        if (signal.aborted) break;
        this.#isLookWanted = true;
        this.#watcher.onLost(error);
        await new Wakeup().wait(pauseMs, signal);
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      } finally {
        this.#isListening = false;
      }
    }
    this.#running = null;
  }

  /** Looks until no page was open for a while; what the session before had seen is not trusted. */
  async #lookUntilUnwatched(session: FeedSession, onLooked: () => void): Promise<void> {
    const { lookEveryMs, atMostEveryMs, lingerMs } = this.#pace;
    const { signal } = this.#end;
    let versions: ReadonlyMap<LiveTopic, string> = new Map();
    while (!signal.aborted) {
      this.#isLookWanted = false;
      const topics = this.#watcher.topics();
      let waitMs = lingerMs;
      if (topics.size > 0) {
        const startedMs = performance.now();
        const found = await session.versions(topics);
        const tookMs = performance.now() - startedMs;
        onLooked();
        const changed = new Set([...topics].filter((topic) => found.get(topic) !== versions.get(topic)));
        versions = found;
        this.#watcher.onChanged(changed);
        await new Wakeup().wait(atMostEveryMs, signal);
        waitMs = Math.max(lookEveryMs - atMostEveryMs, tookMs / LARGEST_SHARE);
      }
      if (this.#isLookWanted) continue;
      const ended = await this.#hints.wait(waitMs, signal);
      if (ended === 'timeout' && topics.size === 0 && this.#watcher.topics().size === 0) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#running;
  }
}
