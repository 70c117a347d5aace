/**
 * What a tick counts: a clock of real hardware, cycles of a model of the core, instructions an emulator executed, or the host's own
 * clock. A figure of one basis is never judged by a budget of another.
 */
export const bases = ['silicon', 'modelled-cycles', 'instructions', 'host'] as const;
export type Basis = (typeof bases)[number];
