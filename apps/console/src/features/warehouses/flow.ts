/** A bar of the picture: where it stands along the flow (`level`), and how much passes through it. */
export type Bar = {
  readonly id: string
  readonly level: number
  readonly name: string
  readonly pieces: number
  readonly tone: Tone
}
export type Tone = 'source' | 'total' | 'channel' | 'available' | 'held' | 'sold' | 'gone'
export type Ribbon = { readonly from: string; readonly to: string; readonly pieces: number }
export type Flow = { readonly bars: readonly Bar[]; readonly ribbons: readonly Ribbon[] }

export type Placed = Bar & { readonly at: number; readonly size: number; readonly slot: number }
export type Band = Ribbon & { readonly start: number; readonly end: number; readonly size: number; readonly tone: Tone }

const SLOT_MIN = 34
const GAP = 6
/** A single piece among thousands is still to be seen. */
const SIZE_MIN = 1.5

/**
 * Places bars below each other within their level and ribbons between them, all by one scale. A bar has room for two lines of
 * words however little it holds.
 * @param room how long the pieces of a level are in all, without gaps
 */
export function layOut({ bars, ribbons }: Flow, room: number): { bars: Placed[]; bands: Band[]; height: number } {
  const levels = [...new Set(bars.map(({ level }) => level))].toSorted((a, b) => a - b)
  const most = Math.max(1, ...levels.map((level) => sum(bars.filter((bar) => bar.level === level))))
  const scale = room / most
  const sizeOf = (pieces: number) => Math.max(SIZE_MIN, pieces * scale)
  const heights = levels.map((level) =>
    bars
      .filter((bar) => bar.level === level)
      .reduce((all, bar) => all + Math.max(SLOT_MIN, sizeOf(bar.pieces)) + GAP, -GAP),
  )
  const height = Math.max(...heights)
  const placed = levels.flatMap((level, index) => {
    let next = (height - (heights[index] ?? 0)) / 2
    return bars
      .filter((bar) => bar.level === level)
      .map((bar): Placed => {
        const size = sizeOf(bar.pieces)
        const slot = Math.max(SLOT_MIN, size)
        // In the middle of its room: its ribbons then pass between the two lines of its words.
        const at = next + (slot - size) / 2
        next += slot + GAP
        return { ...bar, at, size, slot }
      })
  })
  const byId = new Map(placed.map((bar) => [bar.id, bar]))
  const left = new Map<string, number>()
  const right = new Map<string, number>()
  const bands = ribbons.flatMap((ribbon): Band[] => {
    const [from, to] = [byId.get(ribbon.from), byId.get(ribbon.to)]
    if (!from || !to || ribbon.pieces === 0) return []
    const size = ribbon.pieces * scale
    const start = from.at + (right.get(from.id) ?? 0)
    const end = to.at + (left.get(to.id) ?? 0)
    right.set(from.id, (right.get(from.id) ?? 0) + size)
    left.set(to.id, (left.get(to.id) ?? 0) + size)
    return [
      {
        ...ribbon,
        start,
        end,
        size: Math.max(SIZE_MIN, size),
        tone: to.tone === 'channel' ? 'channel' : to.level > 2 ? to.tone : from.tone,
      },
    ]
  })
  return { bars: placed, bands, height }
}

const sum = (bars: readonly Bar[]): number => bars.reduce((all, { pieces }) => all + pieces, 0)
