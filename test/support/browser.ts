/** A browser for tests of pages: one a file, and a context of its own for each test. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Lifetime } from './postgres/database.ts';

/** The places where systems keep Chromium; CHROMIUM_PATH names another place. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const found = process.env.CHROMIUM_PATH || PLACES.find((place) => existsSync(place));

/** For the `skip` of a test: why it cannot run. Never set in CI, where a test that needs a browser fails without one. */
export const withoutBrowser: string | false =
  found === undefined && process.env.CI !== 'true'
    ? 'no Chromium was found on this machine; CHROMIUM_PATH names one'
    : false;

export interface TestBrowser {
  /** Opens an empty page in a context of its own, closed with the test. Errors of its scripts fail the test. */
  page(lifetime: Lifetime, options?: BrowserContextOptions): Promise<Page>;
}

export function launchBrowser(): Promise<Browser> {
  if (found === undefined) throw new Error('no Chromium was found; CHROMIUM_PATH names one');
  // Chromium refuses its sandbox to root, and the shared memory of a container is too small for it.
  const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'];
  return chromium.launch({ executablePath: found, args });
}

/** Returns the browser of a test file; it is started with the first page. */
export function testBrowser(lifetime: Lifetime): TestBrowser {
  let started: Promise<Browser> | null = null;
  lifetime.after(async () => {
    await (await started)?.close();
  });
  return {
    async page(test, options) {
      started ??= launchBrowser();
      const context = await (await started).newContext(options);
      const errors: Error[] = [];
      test.after(async () => {
        await context.close();
        if (errors.length > 0) throw new AggregateError(errors, 'scripts of the page have failed');
      });
      const page = await context.newPage();
      page.on('pageerror', (error) => errors.push(error));
      return page;
    },
  };
}
