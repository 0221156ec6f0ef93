import type { StrayReason } from '@quanshu/contract'
import { Alert, App, Tag, Typography } from 'antd'
import { Link } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output, Row } from '../../shared/api/index.ts'
import { formatHao, formatTime } from '../../shared/format.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Time } from '../../shared/parts/values.tsx'
import { type ListColumn, ListPage } from '../../shared/templates/ListPage.tsx'
import { strayText } from './text.ts'

type Stray = Row<'suppliers.listStrays'>
type Flood = Output<'suppliers.listStrays'>['floods'][number]
type T = Say<keyof typeof strayText.keys>

const SUPPLIERS_MAX = 200
const REASONS: readonly StrayReason[] = ['double', 'unknown', 'nowhere', 'silent', 'reversed', 'refused']

/** Orders at suppliers that their callbacks named and nothing here accounts for; each is ended by a person. */
export function StrayListPage() {
  const t = useText(strayText)
  const deeds = useDeeds()
  const suppliers = useRead('suppliers.list', { query: { pageSize: SUPPLIERS_MAX } }, { staleMs: 60_000 })
  return (
    <ListPage
      id="strays"
      title={t('title')}
      hint={t('hint')}
      route="suppliers.listStrays"
      rowKey={(stray) => stray.id}
      refreshMs={15_000}
      summary={({ floods }) => floods.map((flood) => <FloodNote key={flood.id} flood={flood} />)}
      filters={[
        { kind: 'search', placeholder: t('search') },
        { kind: 'states', name: 'state', label: t('state'), of: 'stray' },
        {
          kind: 'select',
          name: 'why',
          label: t('why'),
          options: REASONS.map((value) => ({ value, label: t(value) })),
        },
        {
          kind: 'select',
          name: 'supplierId',
          label: t('supplier'),
          options: (suppliers.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
        },
      ]}
      columns={columnsOf(t)}
      rowActions={(stray) =>
        (stray.state === 'open' || stray.state === 'asking') && (
          <>
            <ActionButton
              type="link"
              permission="orders.handle"
              loading={deeds.asking}
              onClick={() => void deeds.ask([stray])}
            >
              {t('ask')}
            </ActionButton>
            {stray.state === 'open' && (
              <ActionButton type="link" permission="orders.handle" onClick={() => deeds.handle([stray])}>
                {t('handle')}
              </ActionButton>
            )}
          </>
        )
      }
      rowActionsWidth={155}
      bulk={(strays, clear) => (
        <>
          <ActionButton
            size="small"
            permission="orders.handle"
            loading={deeds.asking}
            onClick={() => void deeds.ask(strays).then(clear)}
          >
            {t('ask')}
          </ActionButton>
          <ActionButton size="small" permission="orders.handle" onClick={() => deeds.handle(strays, clear)}>
            {t('handle')}
          </ActionButton>
        </>
      )}
      empty={{ title: t('emptyTitle'), text: t('emptyText') }}
    />
  )
}

function columnsOf(t: T): readonly ListColumn<Stray>[] {
  return [
    {
      key: 'ref',
      title: t('ref'),
      width: 185,
      phone: 'title',
      render: (stray) => (
        <>
          <Copyable text={stray.ref} />
          <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
            {stray.supplier} · {t(`named_${stray.named}`)}
          </Typography.Text>
        </>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: 85,
      phone: 'extra',
      render: (stray) => <StateTag kind="stray" state={stray.state} />,
    },
    { key: 'why', title: t('why'), width: 280, render: (stray) => <Why stray={stray} /> },
    { key: 'purchase', title: t('ours'), width: 185, render: (stray) => <Ours stray={stray} /> },
    { key: 'said', title: t('says'), width: 185, render: (stray) => <Says stray={stray} /> },
    {
      key: 'heard',
      title: t('heard'),
      width: 80,
      hidden: true,
      align: 'right',
      render: (stray) => <span className="num">{stray.heard}</span>,
    },
    {
      key: 'heardAt',
      title: t('heardAt'),
      width: 120,
      hidden: true,
      render: (stray) => <Time value={stray.heardAt} relative />,
    },
  ]
}

/** Sentences begin at the left also in a phone's card, where values stand at the right. */
const SENTENCE = { display: 'block', fontSize: 13, textAlign: 'start' } as const

/** What is wrong, and what to do about it; of one that is dealt with, how. */
function Why({ stray }: { readonly stray: Stray }) {
  const t = useText(strayText)
  const { why, state, dueAt, handledBy, handledNote } = stray
  return (
    <>
      {why && <Tag color={state === 'open' ? 'error' : 'default'}>{t(why)}</Tag>}
      {state === 'open' && why && (
        <Typography.Text type="secondary" style={SENTENCE}>
          {t(`do_${why}`)}
        </Typography.Text>
      )}
      {state === 'handled' && (
        <Typography.Text type="secondary" style={SENTENCE}>
          {t('handled', { name: handledBy ?? '', note: handledNote ?? '' })}
        </Typography.Text>
      )}
      {dueAt && state === 'asking' && (
        <Typography.Text type="secondary" style={SENTENCE}>
          {t('dueAt')} <Time value={dueAt} />
        </Typography.Text>
      )}
    </>
  )
}

function Ours({ stray: { purchase } }: { readonly stray: Stray }) {
  const t = useText(strayText)
  if (!purchase) return <Typography.Text type="secondary">{t('noPurchase')}</Typography.Text>
  return (
    <>
      <Link to={`/purchases?q=${purchase.no}&purchase=${purchase.id}`}>{purchase.no}</Link>{' '}
      <StateTag kind="purchase" state={purchase.state} />
      {purchase.remoteNo && (
        <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12 }}>
          {purchase.remoteNo}
        </Typography.Text>
      )}
    </>
  )
}

function Says({ stray: { said } }: { readonly stray: Stray }) {
  const t = useText(strayText)
  if (!said) return <Typography.Text type="secondary">{t('saysNothing')}</Typography.Text>
  const cost = said.costHao === null ? '' : formatHao(said.costHao, said.currency ?? undefined)
  return (
    <>
      {said.state && <>{[t(`said_${said.state}`), cost].filter(Boolean).join(' · ')}</>}
      <Typography.Text type="secondary" style={{ display: 'block', fontSize: 12, overflowWrap: 'anywhere' }}>
        {[said.remoteNo, said.state && (said.no ? t('saysFor', { no: said.no }) : t('saysNo')), said.message]
          .filter(Boolean)
          .join(' · ')}
      </Typography.Text>
    </>
  )
}

/** One supplier names more than anybody can look at: said once, with what to do. */
function FloodNote({ flood }: { readonly flood: Flood }) {
  const t = useText(strayText)
  const { message } = App.useApp()
  const confirm = useConfirmDanger()
  const handle = useAction('suppliers.handleStrayFlood', {
    refresh: ['suppliers.'],
    showProblem: false,
    onDone: () => void message.success(t('floodHandled')),
  })
  const { id, supplier, more, lastRef, beganAt, lastAt } = flood
  const said = { from: formatTime(beganAt), to: formatTime(lastAt), count: more, ref: lastRef || '—' }
  const onHandle = () =>
    confirm({
      title: t('floodHandle'),
      object: supplier,
      consequence: t('floodHandleText'),
      danger: false,
      askReason: true,
      reasonAs: { label: t('result'), missing: t('resultMissing') },
      onConfirm: async (note) => void (await handle.run({ params: { floodId: id }, body: { note } })),
    })
  return (
    <Alert
      type="error"
      showIcon
      style={{ marginBottom: 12, overflowWrap: 'anywhere' }}
      title={t('flood', { supplier })}
      description={
        <>
          <div>{more > 0 ? t('floodMore', said) : t('floodQuiet', said)}</div>
          <div>{t('floodDo')}</div>
          <ActionButton size="small" permission="orders.handle" onClick={onHandle} style={{ marginTop: 8 }}>
            {t('floodHandle')}
          </ActionButton>
        </>
      }
    />
  )
}

function useDeeds() {
  const t = useText(strayText)
  const { message } = App.useApp()
  const confirm = useConfirmDanger()
  const refresh = ['suppliers.']
  const ask = useAction('suppliers.askStrays', {
    refresh,
    onDone: ({ asked }) => void (asked > 0 ? message.success(t('asked')) : message.info(t('nothingAsked'))),
  })
  const handle = useAction('suppliers.handleStrays', {
    refresh,
    showProblem: false,
    onDone: ({ handled }) => void message.success(t('handledMany', { count: handled })),
  })
  return {
    asking: ask.running,
    ask: (strays: readonly Stray[]) => ask.go({ body: { ids: strays.map(({ id }) => id) } }),
    handle: (all: readonly Stray[], then?: () => void) => {
      const strays = all.filter(({ state }) => state === 'open')
      const [only] = strays
      if (!only) {
        message.info(t('nothingToHandle'))
        return
      }
      confirm({
        title: t('handle'),
        object: strays.length === 1 ? `${only.supplier} · ${only.ref}` : t('many', { count: strays.length }),
        consequence: t('handleText'),
        danger: false,
        askReason: true,
        reasonAs: { label: t('result'), missing: t('resultMissing') },
        onConfirm: async (note) => {
          await handle.run({ body: { ids: strays.map(({ id }) => id), note } })
          then?.()
        },
      })
    },
  }
}
