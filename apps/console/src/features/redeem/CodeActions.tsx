import { Button, Space } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useMay } from '../../shared/session.tsx'
import { redeemText } from './text.ts'
import { REFRESH } from './useRedeemActions.tsx'

export type Code = Row<'redeem.listCodes'>
const DEEDS = {
  suspend: { to: 'suspended', words: 'suspend', text: 'suspendCodeText' },
  resume: { to: 'active', words: 'resume', text: 'resumeCodeText' },
  void: { to: 'void', words: 'voidIt', text: 'voidCodeText' },
} as const

/** What can be done with one code. */
export function CodeActions({ code, onChanged }: { readonly code: Code; readonly onChanged?: (code: Code) => void }) {
  const t = useText(redeemText)
  const may = useMay()
  const confirm = useConfirmDanger()
  const set = useAction('redeem.setCodeState', { refresh: REFRESH, onDone: (changed) => onChanged?.(changed) })
  if (!may('redeem.manage')) return null
  return (
    <Space size={4}>
      {/* What is over with its whole series cannot be changed alone. */}
      {(code.standing === 'void' ? [] : code.actions).map((action) => {
        const { to, words, text } = DEEDS[action]
        return (
          <Button
            key={action}
            type="link"
            size="small"
            danger={action !== 'resume'}
            onClick={() =>
              confirm({
                title: t(words),
                object: `${t('code')} ${code.masked}`,
                consequence: t(text),
                askReason: true,
                danger: action !== 'resume',
                onConfirm: (reason) => set.run({ params: { redeemCodeId: code.id }, body: { to, reason } }),
              })
            }
          >
            {t(words)}
          </Button>
        )
      })}
    </Space>
  )
}
