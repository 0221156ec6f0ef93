import { useRead } from '../shared/api/hooks.ts'
import type { Output } from '../shared/api/index.ts'

/** The shop as anybody may know it: what the header and the sign-in page carry. */
export function useShop(): Output<'tenancy.getShop'> | undefined {
  return useRead('tenancy.getShop', {}, { staleMs: 300_000 }).data
}
