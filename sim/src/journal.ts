import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * A stand-in's memory of its books across restarts: one JSON line per change, the last line of a key wins.
 * Written synchronously before the answer leaves, so a killed process forgets nothing it has told anybody.
 */
export type Journal<T> = {
  readonly load: () => readonly T[]
  readonly append: (record: T) => void
  /** Replaces the file by these records; done at start, when the old lines have been read. */
  readonly compact: (records: readonly T[]) => void
  readonly close: () => void
}

/** Without a file nothing is kept: what tests and load runs want. */
export function openJournal<T>(file: string | undefined): Journal<T> {
  if (!file) return { load: () => [], append: () => {}, compact: () => {}, close: () => {} }
  mkdirSync(dirname(file), { recursive: true })
  let descriptor = openSync(file, 'a')
  return {
    load: () => (existsSync(file) ? parseLines<T>(readFileSync(file, 'utf8')) : []),
    append: (record) => void writeSync(descriptor, `${JSON.stringify(record)}\n`),
    compact: (records) => {
      closeSync(descriptor)
      writeFileSync(`${file}.new`, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
      renameSync(`${file}.new`, file)
      descriptor = openSync(file, 'a')
    },
    close: () => closeSync(descriptor),
  }
}

/** A kill in the middle of a write leaves a torn last line; it was never told to anybody, so it is dropped. */
function parseLines<T>(text: string): readonly T[] {
  const records: T[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    try {
      records.push(JSON.parse(line) as T)
    } catch {
      break
    }
  }
  return records
}
