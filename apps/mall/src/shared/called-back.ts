import type { Recall } from './api/types.ts'

/** Whether a code with this recall is not to be used today, whatever will become of it. */
export const isCalledBack = (state: Recall['state'] | null | undefined): boolean =>
  state === 'recalled' || state === 'replacing' || state === 'refunding'
