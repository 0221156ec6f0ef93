import assert from 'node:assert'

/** Positions and segments of PostgreSQL's write-ahead log, as its file names count them. */

/** "0/3000028" as a number. */
export function parseLsn(lsn: string): bigint {
  const [high, low] = lsn.split('/')
  assert(high !== undefined && low !== undefined, `not a log position: ${lsn}`)
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`)
}

/** The file that holds this position: timeline, then the number of the segment in two parts. */
export function segmentName(timeline: number, lsn: bigint, segmentBytes: number): string {
  return nameOf(timeline, lsn / BigInt(segmentBytes), segmentBytes)
}

/** The file after this one. */
export function nextSegment(name: string, segmentBytes: number): string {
  const perPart = 2n ** 32n / BigInt(segmentBytes)
  const number = BigInt(`0x${name.slice(8, 16)}`) * perPart + BigInt(`0x${name.slice(16)}`)
  return nameOf(Number.parseInt(name.slice(0, 8), 16), number + 1n, segmentBytes)
}

export const isSegment = (name: string): boolean => /^[0-9A-F]{24}$/.test(name)

function nameOf(timeline: number, number: bigint, segmentBytes: number): string {
  const perPart = 2n ** 32n / BigInt(segmentBytes)
  return [BigInt(timeline), number / perPart, number % perPart]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('')
}
