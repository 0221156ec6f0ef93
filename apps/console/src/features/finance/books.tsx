import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Count, Money } from '../../shared/parts/values.tsx'
import { bookText } from './text.ts'

/** An amount of whatever the account counts: fen as yuan, pieces as they are. */
export function Amount({ value, unit, strong = false }: { readonly value: number; readonly unit: string; readonly strong?: boolean }) {
  if (unit === 'CNY') return <Money fen={value} strong={strong} />
  return strong ? <b className="num">{formatCount(value)}</b> : <Count value={value} />
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
