import { formatCount, formatMoney, isFen } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { bookText } from './text.ts'

/** An amount of whatever the account counts: fen as yuan, pieces as they are. Below zero is no alarm: every unit has such a side. */
export function Amount({
  value,
  unit,
  strong = false,
}: {
  readonly value: number
  readonly unit: string
  readonly strong?: boolean
}) {
  const words = isFen(unit) ? formatMoney(value) : formatCount(value)
  return strong ? <b className="num">{words}</b> : <span className="num">{words}</span>
}

/** A kind of account or transfer in words; moves between states of a code are made of the states' own names. */
export function useBookName(): (kind: string) => string {
  const t = useText(bookText)
  const name = (kind: string): string => (kind in bookText.keys ? t(kind as keyof typeof bookText.keys) : kind)
  return (kind) => {
    const move = /^stock\.(\w+?)_to_(\w+)$/.exec(kind)
    if (move) return `${name(`stock.${move[1]}`)} → ${name(`stock.${move[2]}`)}`
    return name(kind)
  }
}
