import type { Tx } from '../../../platform/db/index.ts'

type Change = {
  /** Verb of the glossary, e.g. `goods.update`. */
  readonly action: string
  readonly objectKind: 'goods' | 'category' | 'tag' | 'price_change' | 'picture'
  readonly objectId: number
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Every change of the catalogue is on record, and told to whoever keeps a copy: mall pages, statistics. */
export function announceChange(tx: Tx, change: Change): void {
  tx.audit(change)
  const { objectKind, objectId, action } = change
  tx.emit({ type: 'goods.changed', subject: `${objectKind}:${objectId}`, payload: { action, objectKind, objectId } })
}
