/** Finds the pages of task authors: each `*.ts` directly in a registered folder, or in the folder `pages` of the task types. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Log } from '../../log.ts';
import type { NavEntry } from '../html/layout.ts';
import type { Page } from '../page.ts';
import { type BrokenFile, brokenPages } from './broken_page.ts';
import {
  type AuthorDownload,
  type Contribution,
  definitionProblem,
  isContribution,
  matchedPaths,
} from './definition.ts';
import type { PageLink, RunToLink } from './run_link.ts';

export interface Contributed {
  /** Those of files that cannot be used too: such a page says why. */
  readonly pages: readonly Page[];
  readonly downloads: readonly AuthorDownload[];
  readonly nav: readonly NavEntry[];
  /** The files that cannot be used. */
  readonly broken: readonly BrokenFile[];
  /** Returns the links to the pages that say more about a run. */
  linksOfRun(run: RunToLink): readonly PageLink[];
}

const FILE_NAME = /^[a-z][a-z0-9_]*\.ts$/;

/**
 * Loads every page. A file that cannot be used is an error in the log, and a page at its path that says so.
 * @param folders absolute; absent ones hold none
 */
export async function loadContributed(folders: readonly string[], log: Log): Promise<Contributed> {
  const good: Contribution[] = [];
  const broken: BrokenFile[] = [];
  const takenBy = new Map<string, string>();
  for (const file of (await Promise.all(folders.map(filesOf))).flat()) {
    const loaded = await loadFile(file);
    if ('reason' in loaded) {
      broken.push(loaded);
      continue;
    }
    const paths = matchedPaths(loaded.path);
    const taken = paths.find((path) => takenBy.has(path));
    if (taken === undefined) {
      for (const path of paths) takenBy.set(path, file);
      good.push(loaded);
    } else {
      broken.push({
        file,
        path: loaded.path,
        reason: `its path ${loaded.path} is that of ${takenBy.get(taken)} too`,
      });
    }
  }
  for (const { file, path, reason } of broken) log.error('a page cannot be used', { file, path, reason });
  return contributedOf(good, broken, log);
}

function contributedOf(good: readonly Contribution[], broken: readonly BrokenFile[], log: Log): Contributed {
  const pages = good.filter((each) => each.kind === 'page');
  return {
    // Behind the good ones, as the first route that matches answers.
    pages: [...pages, ...brokenPages(broken)],
    downloads: good.filter((each) => each.kind === 'download'),
    nav: pages.flatMap(({ nav }) => nav ?? []),
    broken,
    linksOfRun: (run) =>
      pages.flatMap((page) => {
        try {
          return page.ofRun?.(run) ?? [];
        } catch (error) {
          const { errorText } = errorFacts(error);
          log.error('a page gave no link for a run', { path: page.path, runId: run.run.runId, errorText });
          return [];
        }
      }),
  };
}

async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    const names = (await readdir(folder)).filter((name) => FILE_NAME.test(name)).sort();
    return names.map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function loadFile(file: string): Promise<Contribution | BrokenFile> {
  const name = file.slice(file.lastIndexOf('/') + 1, -'.ts'.length);
  try {
    const module: { default?: unknown } = await import(pathToFileURL(file).href);
    const defined = module.default;
    const reason = definitionProblem(defined);
    if (reason === null && isContribution(defined)) return defined;
    return { file, path: `/${name}/*`, reason: reason ?? 'it defines no page' };
  } catch (error) {
    return { file, path: `/${name}/*`, reason: loadProblem(error) };
  }
}

/** Returns the message; of a syntax error with its place, which only the first line of its stack has. */
function loadProblem(error: unknown): string {
  const { errorText } = errorFacts(error);
  const stack = error instanceof SyntaxError ? (error.stack ?? '') : '';
  const place = /^(?:file:\/\/)?(\/\S+:\d+)\n/.exec(stack)?.[1];
  return place === undefined ? errorText : `${errorText}, at ${place}`;
}
