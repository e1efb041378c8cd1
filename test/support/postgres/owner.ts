/** Run as a process of its own: starts a temporary server, prints its URL, and stays until it is killed. */
import { startThrowawayServer } from './server.ts';

const { url } = await startThrowawayServer();
console.log(url);
process.stdin.resume();
