/** Takes pictures of pages, the same for the same page. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { SCHEMES, type Shot, SIZES, type Subject } from './pictures.ts';
import { PERSON_HEADERS } from './site.ts';
import { smallPng } from './small_png.ts';

export interface Taking {
  readonly shots: readonly Shot[];
  readonly sizes: readonly (keyof typeof SIZES)[];
  readonly folder: string;
}

/** Writes `<name>_<light|dark>_<desktop|phone>.png` for every shot. @returns the names of the files */
export async function takePictures(
  browser: Browser,
  site: { readonly url: string; readonly subject: Subject },
  { shots, sizes, folder }: Taking,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const taken: string[] = [];
  for (const size of sizes) {
    const { width, height } = SIZES[size];
    for (const shot of shots) {
      await using context = await browser.newContext({
        viewport: { width, height },
        deviceScaleFactor: 1,
        hasTouch: size === 'phone',
        reducedMotion: 'reduce',
        locale: 'en-US',
        timezoneId: 'America/New_York',
        ...(shot.isStranger === true ? {} : { extraHTTPHeaders: PERSON_HEADERS }),
      });
      const page = await context.newPage();
      const answer = await page.goto(`${site.url}${shot.path(site.subject)}`);
      if (answer?.status() !== 200) throw new Error(`${shot.name}: ${answer?.status()}`);
      const full = await page.evaluate<number>('Math.ceil(document.body.getBoundingClientRect().height)');
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const file = `${shot.name}_${colorScheme}_${size}.png`;
        const clip = { x: 0, y: 0, width, height: Math.min(full, height) };
        const png = await page.screenshot({ clip, animations: 'disabled', caret: 'hide' });
        await writeFile(path.join(folder, file), smallPng(png));
        taken.push(file);
      }
    }
  }
  return taken;
}
