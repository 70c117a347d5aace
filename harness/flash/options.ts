import type { Board } from '../suite/board.ts';

/** What a board file says of one tool. */
export type FlasherOptions<Name extends NonNullable<Board['flasher']>['tool']> = Omit<
  Extract<NonNullable<Board['flasher']>, { readonly tool: Name }>,
  'tool'
>;

export type SwitchOptions<Name extends NonNullable<Board['power']>['switch']> = Omit<
  Extract<NonNullable<Board['power']>, { readonly switch: Name }>,
  'switch'
>;
