import type { BatchState, BatchView, CardState, cardView, NumberPick } from '@quanshu/contract'
import { type Actor, defineStates } from '@quanshu/kernel'
import type { z } from 'zod'

export const batchStates = defineStates<BatchState>('batch', 'importing', {
  importing: ['ready', 'cancelled', 'interrupted'],
  interrupted: ['importing', 'cancelled', 'undone'],
  cancelled: ['suspended', 'recalling', 'undone'],
  ready: ['suspended', 'recalling', 'undone'],
  // A suspension is a question, and ends either way; a recall is its worse answer, and may turn out to be a question again.
  suspended: ['ready', 'recalling', 'undone'],
  recalling: ['suspended', 'recalled'],
  recalled: [],
  undone: [],
})

const cardStates = defineStates<CardState>('card', 'available', {
  available: ['delivered', 'void', 'suspect', 'expired'],
  delivered: ['used', 'void'],
  used: ['delivered'],
  void: [],
  suspect: ['available', 'void'],
  expired: ['available'],
})

type Action = BatchView['actions'][number]

/** Batches that are complete and for sale, or were. */
export const EXPORTABLE: readonly BatchState[] = ['ready', 'cancelled', 'suspended']

/** What may be done with a batch now; the console offers exactly this. */
export function batchActions(
  batch: Pick<BatchView, 'state' | 'origin' | 'exported' | 'imported' | 'counts'>,
): Action[] {
  const { state, counts, origin, exported } = batch
  const isOpen = state === 'importing' || state === 'interrupted'
  const untouched = batch.imported === counts.available + counts.suspect
  const actions: (Action | false)[] = [
    isOpen && 'cancel',
    isOpen && origin === 'import' && 'resume_upload',
    state === 'interrupted' && origin === 'generated' && 'resume_generation',
    EXPORTABLE.includes(state) && origin === 'generated' && batch.imported > 0 && !exported && 'export_codes',
    batchStates.may(state, 'undone') && untouched && !exported && 'undo',
    (state === 'ready' || state === 'cancelled') && counts.available > 0 && 'suspend',
    state === 'suspended' && !exported?.handOut && 'resume',
    batchStates.may(state, 'recalling') && batch.imported > 0 && 'recall',
    state !== 'undone' && 'edit',
  ]
  return actions.filter((action) => action !== false)
}

type CardAction = z.infer<typeof cardView>['actions'][number]

/** The states a card may be withdrawn from by hand; a delivered one belongs to its buyer and goes through the order. */
export const VOIDABLE: readonly CardState[] = cardStates.states.filter(
  (state) => state !== 'delivered' && cardStates.may(state, 'void'),
)

export function cardActions(state: CardState): CardAction[] {
  const actions: (CardAction | false)[] = [
    'reveal',
    VOIDABLE.includes(state) && 'void',
    state === 'delivered' && 'mark_used',
  ]
  return actions.filter((action) => action !== false)
}

/** U+001F cannot stand in a card's part, so it keeps the parts apart. */
const BETWEEN_PARTS = '\u001f'

/** The one text a card is sealed and fingerprinted as, whatever separated its parts in the file. */
export const canonical = (parts: readonly string[]): string => parts.join(BETWEEN_PARTS)
export const partsOf = (plain: string): readonly string[] => plain.split(BETWEEN_PARTS)

const MASK = '••••••'
const SHOWN_CHARS_MAX = 4

/** The last characters of a card's first part: at most four, and never more than a quarter of it. */
export function mask(plain: string): string {
  const characters = [...(partsOf(plain)[0] ?? '')]
  const shown = Math.min(SHOWN_CHARS_MAX, Math.floor(characters.length / 4))
  return MASK + characters.slice(characters.length - shown).join('')
}

const NUMBER_CHARS_MAX = 120

/**
 * What buyers see of a card before it is theirs: its number, which stands before its password, or where it has none of its own,
 * or the shop shows no more, its last characters. Null: the shop shows nothing.
 */
export function publicNumber(plain: string, pick: NumberPick): string | null {
  const parts = partsOf(plain)
  const shown = pick === 'number' && parts.length > 1 ? (parts[0] ?? '') : mask(plain)
  if (pick === 'none') return null
  return shown.length > NUMBER_CHARS_MAX ? mask(plain) : shown
}

/** How a person or program is named in a card's history. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'staff':
      return actor.name
    case 'member':
      return `member:${actor.id}`
    case 'guest':
      return 'guest'
    case 'system':
      return actor.name
  }
}
