/** The runner's own pages. */
import type { Page } from '../page.ts';
import { homePage } from './home.ts';

export const PAGES: readonly Page[] = [homePage];
