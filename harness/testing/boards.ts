import { keepBoards } from '../runner/keep-boards.ts';

/** The boards of silicon that this worker's tests have used: nobody else's until it ends. */
export const boardsOfTests = keepBoards({
  tenant: { command: 'a Playwright worker', pid: process.pid },
  onWait: () => {},
});
