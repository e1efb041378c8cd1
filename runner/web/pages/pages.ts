/** The runner's own pages. */
import type { Page } from '../page.ts';

export const PAGES: readonly Page[] = [];
