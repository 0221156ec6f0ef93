import { Badge, Tag } from 'antd'
import { useText } from '../i18n/index.ts'
import { type StateKind, type StateOf, stateText, toneOf } from '../states.ts'

type Props<Kind extends StateKind> = { readonly kind: Kind; readonly state: StateOf<Kind> }

/** A state by its colour and name. */
export function StateTag<Kind extends StateKind>({ kind, state }: Props<Kind>) {
  const t = useText(stateText)
  const tone = toneOf(kind, state)
  return (
    <Tag color={tone} variant="filled" style={{ marginInlineEnd: 0 }}>
      {t(`${kind}.${state}`)}
    </Tag>
  )
}

/** The quieter form, for places where many states stand below each other. */
export function StateDot<Kind extends StateKind>({ kind, state }: Props<Kind>) {
  const t = useText(stateText)
  return <Badge status={toneOf(kind, state)} text={t(`${kind}.${state}`)} style={{ whiteSpace: 'nowrap' }} />
}
