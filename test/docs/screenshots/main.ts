/** `npm run screenshots`: makes the pictures of docs/images/web/ anew, from a world that is gone afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchBrowser } from '../../support/browser.ts';
import { globalSetup, globalTeardown } from '../../support/global_setup.ts';
import { ROOT } from '../pages.ts';
import { backfillForm, workBackfill } from './backfill.ts';
import { SHOTS, type SIZES } from './pictures.ts';
import { startSite } from './site.ts';
import { takePictures } from './take.ts';
import { makePictureWorld } from './world.ts';

const FOLDER = path.join(ROOT, 'docs/images/web');
const SIZE_NAMES: readonly (keyof typeof SIZES)[] = ['desktop', 'phone'];

await globalSetup();
try {
  await using own = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(tmpdir(), 'stockflow-site-'));
  const world = await makePictureWorld(own, Temporal.Now.instant());
  const url = await startSite(own, { ...world, folder });
  const form = backfillForm('erp_inventory_reset', world.date.subtract({ days: 1 }), 4);
  const subject = { ...world, backfillId: await workBackfill(url, form) };
  if (process.argv.includes('--serve')) {
    process.stderr.write(`${url} ${JSON.stringify(subject)}\n`);
    await new Promise((resolve) => process.once('SIGINT', resolve));
  } else {
    await rm(FOLDER, { recursive: true, force: true });
    await using browser = await launchBrowser();
    const taken = await takePictures(
      browser,
      { url, subject },
      { shots: SHOTS, sizes: SIZE_NAMES, folder: FOLDER },
    );
    process.stderr.write(`${taken.length} pictures in ${path.relative(ROOT, FOLDER)}\n`);
  }
} finally {
  await globalTeardown();
}
