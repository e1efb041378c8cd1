import type { LiveTopic } from '../../store/live/topic.ts';

/** Something that browsers follow together. */
export interface LiveSource {
  readonly topics: ReadonlySet<LiveTopic>;
  /** Called when one of its topics has changed. */
  onChanged(): void;
  /** Called when nobody can know whether it has changed. */
  onLost(): void;
  /** Resolves when it can be followed. @throws the error of reading it for the first time */
  ready(): Promise<void>;
  /**
   * Gives the events for one browser until the signal aborts, or there will be no more. It waits while the browser takes
   * none, and then goes on with the newest.
   * @param afterId the id of the last event that the browser has; null for none
   */
  follow(afterId: number | null, signal: AbortSignal): AsyncGenerator<string>;
}
