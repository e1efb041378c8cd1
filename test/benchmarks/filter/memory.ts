import type { Bench, Round } from '../bench.ts';
import { missingOpenssh } from './shell_sftp.ts';
import { openFilterSite } from './site.ts';

const COPIES = 10;

/** Always runs a single round, since it writes and reads 3 GB. */
export const memory: Bench = {
  name: 'memory',
  what: `the filter on ${COPIES} times the rows, 2.9 GB: time a byte, and memory`,
  against: 'the filter on 293 MB',
  maxRatio: 1.1,
  maxRssBytes: 150e6,
  missing: missingOpenssh,
  async measure(_rounds, notice) {
    await using site = await openFilterSite();
    await site.filter();
    const small = await site.filter();
    const large = await site.filter({ copies: COPIES });
    for (const [what, { oursMs, rssBytes }] of [
      ['293 MB', small],
      ['2.9 GB', large],
    ] as const) {
      notice(`${what}: ${(oursMs / 1000).toFixed(2)} s, RSS ${(rssBytes / 1e6).toFixed(0)} MB`);
    }
    const round: Round = {
      baselineMs: small.oursMs * COPIES,
      oursMs: large.oursMs,
      rssBytes: Math.max(small.rssBytes, large.rssBytes),
    };
    return [round];
  },
};
