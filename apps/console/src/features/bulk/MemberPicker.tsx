import { Select, Typography } from 'antd'
import { useDeferredValue, useState } from 'react'
import { useRead } from '../../shared/api/hooks.ts'
import { formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { bulkText } from './text.ts'

type Props = {
  readonly value?: number | null
  readonly onChange?: (memberId: number | null) => void
  readonly id?: string
}

const MEMBERS_SHOWN = 20

/** One member, found by phone, name or number, with what is free on the balance. */
export function MemberPicker({ value = null, onChange, id }: Props) {
  const t = useText(bulkText)
  const [typed, setTyped] = useState('')
  const wanted = useDeferredValue(typed.trim())
  const found = useRead(
    'members.listMembers',
    { query: { q: wanted || undefined, pageSize: MEMBERS_SHOWN, status: 'active' } },
    { keep: true, staleMs: 10_000 },
  )
  return (
    <Select<number>
      {...(id ? { id } : {})}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={t('memberHint')}
      style={{ width: '100%' }}
      value={value}
      loading={found.isFetching}
      onChange={(next) => onChange?.(next ?? null)}
      options={(found.data?.items ?? []).map((member) => ({
        value: member.id,
        label: [member.name, member.phoneMasked, `#${member.id}`].filter(Boolean).join(' '),
        free: member.balanceFen,
      }))}
      optionRender={({ data: { label, free } }) => (
        <span style={{ display: 'flex', justifyContent: 'space-between', gap: 24 }}>
          <span>{label}</span>
          <Typography.Text type="secondary" className="num">
            {t('memberFree', { free: formatMoney(free) })}
          </Typography.Text>
        </span>
      )}
    />
  )
}
