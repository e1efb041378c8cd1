import type { Viewer } from './page.ts';

/** The variables that middleware sets for the routes behind it. */
export interface WebEnv {
  Variables: {
    readonly viewer: Viewer;
    readonly requestId: string;
  };
}
