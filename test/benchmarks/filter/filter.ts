import { type Bench, type Round, timed } from '../bench.ts';
import { missingOpenssh, shellFilter, shellGet } from './shell_sftp.ts';
import { openFilterSite } from './site.ts';

export const filter: Bench = {
  name: 'filter',
  what: '293 MB, 7 million rows: SFTP -> filter -> SFTP',
  against: 'sftp get + grep -F -f + sftp put in the shell, same OpenSSH server',
  maxRatio: 1.0,
  maxRssBytes: 150e6,
  missing: missingOpenssh,
  async measure(rounds, notice) {
    await using site = await openFilterSite();
    const { server, file, workDir, idsFile } = site;
    const work = { port: server.port, name: file.name, workDir };
    const measured: Round[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const getMs = await timed(() => shellGet(server, work));
      const baselineMs = await timed(() => shellFilter(server, work, idsFile));
      const { oursMs, rssBytes } = await site.filter();
      notice(
        `shell ${(baselineMs / 1000).toFixed(2)} s, ours ${(oursMs / 1000).toFixed(2)} s, which is ` +
          `${(oursMs / getMs).toFixed(2)}x of sftp get alone; RSS ${(rssBytes / 1e6).toFixed(0)} MB`,
      );
      // The first round fills the page cache for both.
      if (round > 0) measured.push({ baselineMs, oursMs, rssBytes });
    }
    return measured;
  },
};
