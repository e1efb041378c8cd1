/** Said where something was asked for that only a worker does, and none is there. */
export const NO_WORKER =
  'no worker is running, so nothing happens yet: start one with stockflow up, or work here with --local';
