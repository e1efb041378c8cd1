import { startProxy } from '../../support/tcp_proxy.ts';
import { type Bench, type Round, timed } from '../bench.ts';
import { missingOpenssh, shellGet } from './shell_sftp.ts';
import { openFilterSite } from './site.ts';

const ROUND_TRIP_MS = 50;

export const distance: Bench = {
  name: 'distance',
  what: `the filter, ${ROUND_TRIP_MS} ms of round trip away`,
  against: 'sftp get alone, through the same proxy',
  maxRatio: 1.3,
  missing: missingOpenssh,
  async measure(rounds, notice) {
    await using site = await openFilterSite();
    const { server, file, workDir } = site;
    await using proxy = await startProxy({ target: { port: server.port }, delayMs: ROUND_TRIP_MS / 2 });
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const baselineMs = await timed(() => shellGet(server, { port: proxy.port, name: file.name, workDir }));
      const { oursMs, rssBytes } = await site.filter({ port: proxy.port });
      notice(`sftp get ${(baselineMs / 1000).toFixed(2)} s, ours ${(oursMs / 1000).toFixed(2)} s`);
      measured.push({ baselineMs, oursMs, rssBytes });
    }
    return measured;
  },
};
