/** The runner's own pages. */
import type { Page } from '../page.ts';
import { homePage } from './home.ts';
import { runPage } from './run.ts';
import { runsPage } from './runs.ts';

export const PAGES: readonly Page[] = [homePage, runsPage, runPage];
