import type { TenantId } from '@quanshu/kernel'
import type { VaultDeps } from './deps.ts'
import { sealCards } from './filling.ts'
import { isCardText } from './import-reader/line.ts'
import { canonical, mask } from './model.ts'

/** A code as a supplier hands it over. */
export type BoughtCode = {
  readonly number: string
  readonly secret: string
  readonly parts?: readonly string[]
  readonly validTo: string | null
}

/** The same as it may be written down: an item of `fulfilment.take_cards`. */
export type SealedCode = {
  readonly id: number
  readonly fingerprint: string
  readonly sealed: string
  readonly masked: string
  readonly validTo: string | null
  readonly problem?: 'format'
}

/**
 * Seals codes that were bought, as an import seals its lines, so that the same code is known again wherever it came from. One that
 * an import would not take as a line is sealed too and says so.
 */
export async function sealBought(
  deps: Pick<VaultDeps, 'db' | 'crypto'>,
  tenantId: TenantId,
  codes: readonly BoughtCode[],
): Promise<readonly SealedCode[]> {
  const parts = codes.map(({ number, secret, parts: all = [number, secret] }) =>
    all.map((part) => part.trim()).filter((part) => part !== ''),
  )
  const plain = parts.map(canonical)
  const { ids, fingerprints, sealed } = await sealCards(deps, await deps.crypto.sealer(tenantId), plain)
  return codes.map(({ validTo }, at) => ({
    id: ids[at] ?? 0,
    fingerprint: fingerprints[at] ?? '',
    sealed: sealed[at] ?? '',
    masked: mask(plain[at] ?? ''),
    validTo,
    ...(!isCardText(parts[at] ?? []) && { problem: 'format' as const }),
  }))
}
