import type { Engine } from '../engine.ts';
import { traceTeller } from '../tracing/run_teller.ts';
import { HistoryFeed } from './history_feed.ts';

/** Starts the feeds that this process is set up for; there is none by default. */
export function openFeeds(engine: Engine): readonly HistoryFeed[] {
  const tellers = [engine.tracing === null ? null : traceTeller(engine.tracing)];
  return tellers.flatMap((teller) => (teller === null ? [] : [new HistoryFeed(engine, teller)]));
}
