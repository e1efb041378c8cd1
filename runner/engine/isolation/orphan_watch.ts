/** A thread that ends its process when the worker that started it is gone: a blocked event loop would not notice. */
import { workerData } from 'node:worker_threads';

const LOOK_EVERY_MS = 500;

const starter: number = workerData;
setInterval(() => {
  if (process.ppid !== starter) process.kill(-process.pid, 'SIGKILL');
}, LOOK_EVERY_MS);
