import { randomUUID } from 'node:crypto'
import type { Client, Content } from '@quanshu/client'
import type { BatchView } from '@quanshu/contract'
import type { ImportNote } from '../diary.ts'
import type { ImportErrand } from '../plan/errands.ts'
import type { Shop, Visitor } from './shop.ts'
import type { Answer } from './wire.ts'
import { insist, type World } from './world.ts'

export type Importer = {
  readonly name: string
  readonly shop: Shop
  readonly visitor: Visitor
  /** Codes of imports that are whole, to be sent once more. */
  readonly known: string[]
}

const UPLOADS_MAX = 5

/** One delivery of codes: opened, sent, perhaps cut off, and sent again until it is whole. */
export async function importFile(world: World, importer: Importer, errand: ImportErrand, turn: number): Promise<void> {
  const { shop, visitor } = importer
  const file = fileOf(importer, errand, turn)
  const note: ImportNote = {
    shop: shop.slug,
    skuId: shop.skus[errand.sku]?.id ?? 0,
    batchId: undefined,
    codes: file.codes,
    lines: file.lines.length,
    invalidLines: errand.invalidLines,
    cuts: 0,
    outcome: 'asked',
  }
  world.diary.imports.push(note)
  await open(world, visitor, note)
  const { batchId } = note
  if (batchId === undefined) return
  const content = file.lines.join('\n')
  if (errand.cutAt !== undefined) {
    note.cuts += 1
    await upload(world, visitor.main, batchId, brokenOff(content, errand.cutAt))
  }
  if (errand.isSentTwice) {
    await Promise.all(visitor.at.map((client) => upload(world, client, batchId, content)))
  }
  for (let tries = 0; note.outcome !== 'ok' && tries < UPLOADS_MAX; tries += 1) {
    if (await bringToEnd(world, visitor, note, content)) break
    await world.rest(400)
  }
  if (note.outcome === 'ok') importer.known.push(...file.fresh)
  else world.open.push({ what: 'vault.uploadImport', askAgain: () => bringToEnd(world, visitor, note, content) })
}

function open(world: World, visitor: Visitor, note: ImportNote): Promise<void> {
  const body = { skuId: note.skuId, fileName: 'codes.txt', separator: '----' } as const
  const key = randomUUID()
  return insist(world, 'vault.createImport', {
    visitor,
    send: (client, signal) => client.call('vault.createImport', { body }, { idempotencyKey: key, signal }),
    uncertain: () => undefined,
    settle: (answer) => {
      if (answer.kind === 'ok') note.batchId = answer.value.id
    },
  })
}

/** Sends the file once more unless the batch is whole already. True when it is. */
async function bringToEnd(world: World, visitor: Visitor, note: ImportNote, content: string): Promise<boolean> {
  const { batchId } = note
  if (batchId === undefined) return true
  const sent = await upload(world, visitor.main, batchId, content)
  const batch = sent.kind === 'ok' ? sent : await getBatch(world, visitor, batchId)
  if (batch.kind === 'ok' && batch.value.state !== 'importing' && batch.value.state !== 'interrupted')
    note.outcome = 'ok'
  return note.outcome === 'ok'
}

const upload = (world: World, client: Client, batchId: number, content: Content): Promise<Answer<BatchView>> =>
  world.ask('vault.uploadImport', (signal) =>
    client.upload('vault.uploadImport', { params: { batchId } }, content, { fileName: 'codes.txt', signal }),
  )

const getBatch = (world: World, visitor: Visitor, batchId: number): Promise<Answer<BatchView>> =>
  world.ask('vault.getBatch', (signal) => visitor.main.call('vault.getBatch', { params: { batchId } }, { signal }))

type File = { readonly lines: readonly string[]; readonly codes: readonly string[]; readonly fresh: readonly string[] }

/** Good lines, of which some were sent before, and a few that nobody can read. */
function fileOf({ name, shop, known }: Importer, errand: ImportErrand, turn: number): File {
  const repeatedCount = Math.min(known.length, Math.floor(errand.lines * errand.repeatedShare))
  const repeated = known.slice(known.length - repeatedCount)
  const fresh = Array.from(
    { length: errand.lines - repeated.length },
    (_, n) => `QS-${shop.slug}-${name}-${turn}-${n}----${randomUUID().slice(0, 8)}`,
  )
  const codes = [...fresh, ...repeated]
  const invalid = Array.from({ length: errand.invalidLines }, (_, n) => `QS-${turn}-${n}--------left-out`)
  return { fresh, codes, lines: [...codes, ...invalid] }
}

/** The sender's connection ends in the middle of the file. */
function brokenOff(content: string, at: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(content)
  let isBegun = false
  return new ReadableStream({
    async pull(controller) {
      if (!isBegun) {
        isBegun = true
        controller.enqueue(bytes.slice(0, Math.floor(bytes.length * at)))
        return
      }
      // What was sent has to arrive before the line goes dead.
      await new Promise((resolve) => setTimeout(resolve, 150))
      controller.error(new TypeError('the line went dead'))
    },
  })
}
