import { Typography } from 'antd'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { auditText } from './text.ts'

type Line = Row<'audit.listAudit'>

/** Who did it, with kind and number. */
export function Actor({ line: { actor } }: { readonly line: Pick<Line, 'actor'> }) {
  const t = useText(auditText)
  return (
    <>
      {actor.name ?? t(actor.kind)}{' '}
      {actor.name !== null && (
        <Typography.Text type="secondary" style={{ fontSize: 12 }}>
          {t(actor.kind)}
          {actor.id !== null && ` #${actor.id}`}
        </Typography.Text>
      )}
    </>
  )
}
