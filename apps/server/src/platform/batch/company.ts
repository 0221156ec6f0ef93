import type { TenantId } from '@quanshu/kernel'

export type Company = {
  /** Says that a shop calls. */
  readonly note: (tenantId: TenantId) => void
  /** Whether more than one shop called just now. */
  readonly isThere: () => boolean
}

/** So short that a neighbour who calls once a second costs a busy shop a fifth of what one does who calls all the time. */
const JUST_NOW_MS = 200

/** The two shops that called last are enough to know whether there is more than one. */
export function createCompany(now = (): number => performance.now()): Company {
  let last: { readonly tenantId: TenantId; at: number } | undefined
  let before: typeof last
  return {
    note(tenantId) {
      if (last?.tenantId === tenantId) last.at = now()
      else [before, last] = [last, { tenantId, at: now() }]
    },
    isThere: () => before !== undefined && now() - before.at < JUST_NOW_MS,
  }
}
