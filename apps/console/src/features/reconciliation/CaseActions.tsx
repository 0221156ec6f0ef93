import { DownOutlined } from '@ant-design/icons'
import { Form, Radio, Typography } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { Dropdown } from '../../shared/parts/Dropdown.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useMay } from '../../shared/session.tsx'
import { reconciliationText, useSourceText } from './text.ts'

type Case = Output<'reconciliation.getCase'>

const REFRESH = ['reconciliation.', 'suppliers.', 'ledger.', 'orders.', 'payments.']

/** What can be done about a difference, the likeliest first. */
export function CaseActions({ found }: { readonly found: Case }) {
  const t = useText(reconciliationText)
  const may = useMay()
  const deeds = useDeeds(found)
  const can = (action: Case['actions'][number]) => found.actions.includes(action)
  if (found.actions.length === 0 || !may('finance.reconcile')) return null
  const more = [
    ...(can('pair')
      ? [{ key: 'pair', label: t('pair'), disabled: found.pairs.length === 0, onClick: deeds.pair }]
      : []),
    ...(can('postpone') ? [{ key: 'postpone', label: t('postpone'), onClick: deeds.postpone }] : []),
    ...(can('explain') ? [{ key: 'explain', label: t('explain'), onClick: deeds.explain }] : []),
  ]
  return (
    <>
      {can('ask') && (
        <ActionButton permission="finance.reconcile" type="primary" loading={deeds.asking} onClick={deeds.ask}>
          {t('ask')}
        </ActionButton>
      )}
      {can('claim') && (
        <ActionButton permission="finance.reconcile" type="primary" onClick={deeds.claim}>
          {t('claim')}
        </ActionButton>
      )}
      {can('write_off') && (
        <ActionButton permission="finance.reconcile" onClick={deeds.writeOff}>
          {t('writeOff')}
        </ActionButton>
      )}
      {more.length > 0 && (
        <Dropdown menu={{ items: more }} trigger={['click']}>
          <ActionButton permission="finance.reconcile" icon={<DownOutlined />} aria-label={t('todo')} />
        </Dropdown>
      )}
    </>
  )
}

function useDeeds(found: Case) {
  const t = useSourceText(found.gateway)
  const confirm = useConfirmDanger()
  const options = { refresh: REFRESH, done: t('done') }
  const ask = useAction('reconciliation.ask', { refresh: REFRESH, done: t('asked') })
  const explain = useAction('reconciliation.explain', options)
  const claim = useAction('reconciliation.claimCase', options)
  const postpone = useAction('reconciliation.postpone', options)
  const pair = useAction('reconciliation.pair', options)
  const params = { id: found.id }
  const about = { object: found.number, amountFen: found.differenceFen, askReason: true } as const
  return {
    asking: ask.running,
    ask: () => void ask.go({ params, body: {} }),
    claim: () =>
      confirm({
        ...about,
        title: t('claim'),
        consequence: t('claimText'),
        onConfirm: (note) => claim.run({ params, body: { note } }),
      }),
    writeOff: () =>
      confirm({
        ...about,
        title: t('writeOff'),
        consequence: t('writeOffText'),
        onConfirm: (note) => explain.run({ params, body: { note, writeOff: true } }),
      }),
    explain: () =>
      confirm({
        ...about,
        title: t('explain'),
        consequence: t('explainText'),
        danger: false,
        onConfirm: (note) => explain.run({ params, body: { note, writeOff: false } }),
      }),
    postpone: () =>
      confirm({
        ...about,
        title: t('postpone'),
        consequence: t('postponeText'),
        danger: false,
        onConfirm: (note) => postpone.run({ params, body: { note } }),
      }),
    pair: () =>
      confirm({
        ...about,
        title: t('pair'),
        consequence: t('pairText'),
        danger: false,
        initialValues: { withId: found.pairs[0]?.id },
        extra: <PairField found={found} />,
        onConfirm: (note, values) => pair.run({ params, body: { withId: Number(values.withId), note } }),
      }),
  }
}

function PairField({ found: { pairs } }: { readonly found: Case }) {
  const t = useText(reconciliationText)
  if (pairs.length === 0) return <Typography.Text>{t('noPairs')}</Typography.Text>
  return (
    <Form.Item name="withId" label={t('pairWith')} rules={[{ required: true }]} style={{ marginTop: 12 }}>
      <Radio.Group
        style={{ display: 'flex', flexDirection: 'column', gap: 6 }}
        options={pairs.map(({ id, day, number, amountFen }) => ({
          value: id,
          label: `${day} · ${formatMoney(amountFen)} · ${number}`,
        }))}
      />
    </Form.Item>
  )
}
