import { lineageTarget } from '../../connections/lineage/target.ts';
import type { Engine } from '../engine.ts';
import { lineageTeller } from '../lineage/lineage_teller.ts';
import { traceTeller } from '../tracing/run_teller.ts';
import { HistoryFeed } from './history_feed.ts';

/** Starts the feeds that this process is set up for; there is none by default. */
export function openFeeds(engine: Engine): readonly HistoryFeed[] {
  const target = lineageTarget(engine.env);
  const tellers = [
    engine.tracing === null ? null : traceTeller(engine.tracing),
    target === null ? null : lineageTeller(engine, target),
  ];
  return tellers.flatMap((teller) => (teller === null ? [] : [new HistoryFeed(engine, teller)]));
}
