import * as fs from 'fs';

import { place } from './place';

/** Runs before the server is stopped: what it writes after that is little, and in the system's temporary folder. */
export default function leave(): void {
  fs.rmSync(place(), { recursive: true, force: true, maxRetries: 3 });
}
