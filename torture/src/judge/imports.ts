import type { Diary } from '../diary.ts'
import type { ShopFacts } from './facts.ts'
import { groupedBy, type Violation } from './violation.ts'

/** Every line of every file counts once: as a card, a duplicate or an unreadable line; no code is lost, none is new. */
export function judgeImports(diary: Diary, shop: ShopFacts): readonly Violation[] {
  const notes = diary.imports.filter((note) => note.shop === shop.slug)
  const batches = new Map(shop.batches.map((batch) => [batch.id, batch]))
  const cards = groupedBy(shop.cards, ({ code }) => code)
  const cardsOfBatch = groupedBy(shop.cards, ({ batchId }) => batchId)
  const sentIn = new Map<string, Set<number>>()
  for (const { codes, batchId } of notes) {
    for (const code of codes) {
      const known = sentIn.get(code) ?? new Set()
      if (batchId !== undefined) known.add(batchId)
      sentIn.set(code, known)
    }
  }
  const found: Violation[] = []
  for (const note of notes) {
    if (note.outcome !== 'ok' || note.batchId === undefined) continue
    const about = `batch ${note.batchId} in ${shop.slug}`
    const batch = batches.get(note.batchId)
    const there = cardsOfBatch.get(note.batchId)?.length ?? 0
    if (!batch) {
      found.push({ rule: 'an import that ended is there', about, told: 'no such batch' })
      continue
    }
    const { linesRead, imported, duplicates, invalid, state } = batch
    if (linesRead !== note.lines || imported + duplicates + invalid !== note.lines || invalid !== note.invalidLines) {
      const told = `${note.lines} lines sent (${note.invalidLines} unreadable): ${linesRead} read, ${imported} imported, ${duplicates} duplicates, ${invalid} unreadable`
      found.push({ rule: 'every line of an import counts once', about, told })
    }
    if (imported !== there) {
      found.push({ rule: 'an import counts its cards', about, told: `${imported} counted, ${there} cards` })
    }
    if (state !== 'ready') found.push({ rule: 'every batch is on sale in the end', about, told: `it is ${state}` })
    for (const code of note.codes) {
      if (cards.has(code)) continue
      found.push({ rule: 'no piece is lost', about: `code ${code} of ${about}`, told: 'there is no such card' })
    }
  }
  for (const [code, held] of cards) {
    const about = `code ${code} in ${shop.slug}`
    if (held.length > 1) found.push({ rule: 'a code is one card', about, told: `${held.length} cards` })
    const sources = sentIn.get(code)
    if (!sources || held.some(({ batchId }) => sources.size > 0 && !sources.has(batchId))) {
      found.push({ rule: 'no card comes from nowhere', about, told: `in batch ${held[0]?.batchId}` })
    }
  }
  return found
}
