import { Form, Segmented, Tabs } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatCount, formatMoney } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { BulkOrderList } from './BulkOrderList.tsx'
import { CallList } from './CallList.tsx'
import { PriceList } from './PriceList.tsx'
import { apiAddress, SecretOnce, type Told } from './SecretOnce.tsx'
import { wholesaleText } from './text.ts'

type Key = Output<'wholesale.get'>

const REFRESH = ['wholesale.']
const BP_PER_PERCENT = 100

/** One shop that buys here: what it may, what is open to it, and what it called. */
export function WholesaleKeyPage() {
  const t = useText(wholesaleText)
  const id = Number(useParams().wholesaleKeyId)
  const read = useRead('wholesale.get', { params: { wholesaleKeyId: id } })
  const [values, change] = useUrlState()
  const may = useMay()
  const tab = values.tab ?? 'prices'
  return (
    <DetailPage
      read={read}
      back="/wholesale"
      title={(key) => key?.name ?? t('key')}
      tags={(key) => <StateTag kind="wholesaleKey" state={key.state} />}
      actions={(key) => <Actions wholesaleKey={key} />}
    >
      {(key) => (
        <>
          <Section title={t('facts')}>
            <KeyFacts wholesaleKey={key} />
          </Section>
          <Tabs
            activeKey={tab}
            onChange={(next) =>
              change({
                tab: next === 'prices' ? undefined : next,
                page: undefined,
                q: undefined,
                only: undefined,
                state: undefined,
                sort: undefined,
              })
            }
            items={[
              { key: 'prices', label: t('tabPrices') },
              ...(may('bulk.read') ? [{ key: 'bulk', label: t('tabBulk') }] : []),
              { key: 'calls', label: t('tabCalls') },
            ]}
          />
          {tab === 'calls' ? (
            <CallList keyId={key.id} />
          ) : tab === 'bulk' && may('bulk.read') ? (
            <BulkOrderList keyId={key.id} />
          ) : (
            <PriceList wholesaleKey={key} />
          )}
        </>
      )}
    </DetailPage>
  )
}

function KeyFacts({ wholesaleKey: key }: { readonly wholesaleKey: Key }) {
  const t = useText(wholesaleText)
  const may = useMay()
  return (
    <Facts
      items={[
        [t('address'), <Copyable key="address" text={apiAddress()} />],
        [t('key'), <Copyable key="key" text={key.key} />],
        [
          t('member'),
          may('members.read') ? (
            <Link key="member" to={`/members/${key.memberId}`}>
              {key.memberPhone}
            </Link>
          ) : (
            key.memberPhone
          ),
        ],
        [t('balance'), <Money key="balance" fen={key.balanceFen} />],
        [t('today'), t('todayOf', { amount: formatMoney(key.today.orderedFen), count: formatCount(key.today.orders) })],
        [t('cap'), key.dailyCapFen === null ? t('noLimit') : formatMoney(key.dailyCapFen)],
        [t('opens'), t(key.opens === 'all' ? 'opensAll' : 'opensListed')],
        [t('percent'), t('percentOf', { percent: key.priceBp / BP_PER_PERCENT })],
        [t('scopes'), key.scopes.map((scope) => t(`scope_${scope}`)).join(' · ')],
        [t('networks'), key.networks.length === 0 ? t('noLimit') : key.networks.join(', ')],
        [t('perMinute'), formatCount(key.perMinute)],
        [t('givesBack'), t(key.givesBack ? 'on' : 'off')],
        key.callbackUrl !== '' && [t('callbackUrl'), key.callbackUrl],
        key.callbacks.queued + key.callbacks.failed > 0 && [t('callbacks'), t('callbacksOf', key.callbacks)],
        key.previousUntil !== null && [t('bothUntil'), <Time key="until" value={key.previousUntil} />],
        [t('usedAt'), key.usedAt ? <Time key="used" value={key.usedAt} /> : t('never')],
        [t('createdBy'), key.createdBy],
        [t('createdAt'), <Time key="at" value={key.createdAt} />],
        key.note !== '' && [t('note'), key.note],
      ]}
    />
  )
}

const HOURS = { bothNow: 0, bothDay: 24, bothWeek: 168 } as const

function Actions({ wholesaleKey: key }: { readonly wholesaleKey: Key }) {
  const t = useText(wholesaleText)
  const confirm = useConfirmDanger()
  const [told, setTold] = useState<Told>()
  const params = { wholesaleKeyId: key.id }
  const rotate = useAction('wholesale.rotate', {
    refresh: REFRESH,
    showProblem: false,
    onDone: ({ key: changed, secret }) => setTold({ key: changed.key, secret }),
  })
  const pause = useAction('wholesale.setState', { refresh: REFRESH, showProblem: false, done: t('paused') })
  const resume = useAction('wholesale.setState', { refresh: REFRESH, showProblem: false, done: t('resumed') })
  const revoke = useAction('wholesale.setState', { refresh: REFRESH, showProblem: false, done: t('revoked') })
  const object = `${key.name} · ${key.key}`
  if (key.state === 'revoked') return null
  return (
    <>
      <Link to={`/wholesale/${key.id}/edit`}>
        <ActionButton permission="wholesale.manage" tabIndex={-1}>
          {t('edit')}
        </ActionButton>
      </Link>
      <ActionButton
        permission="wholesale.manage"
        onClick={() =>
          confirm({
            title: t('rotate'),
            object,
            consequence: t('rotateText'),
            danger: false,
            initialValues: { bothHours: HOURS.bothDay },
            extra: (
              <Form.Item name="bothHours" label={t('bothHours')}>
                <Segmented
                  block
                  options={(Object.keys(HOURS) as (keyof typeof HOURS)[]).map((word) => ({
                    value: HOURS[word],
                    label: t(word),
                  }))}
                />
              </Form.Item>
            ),
            onConfirm: (_reason, values) => rotate.run({ params, body: { bothHours: Number(values.bothHours) } }),
          })
        }
      >
        {t('rotate')}
      </ActionButton>
      {key.state === 'on' ? (
        <ActionButton
          permission="wholesale.manage"
          onClick={() =>
            confirm({
              title: t('pause'),
              object,
              consequence: t('pauseText'),
              askReason: true,
              onConfirm: (reason) => pause.run({ params, body: { to: 'paused', reason } }),
            })
          }
        >
          {t('pause')}
        </ActionButton>
      ) : (
        <ActionButton
          type="primary"
          permission="wholesale.manage"
          onClick={() =>
            confirm({
              title: t('resume'),
              object,
              consequence: t('resumeText'),
              askReason: true,
              danger: false,
              onConfirm: (reason) => resume.run({ params, body: { to: 'on', reason } }),
            })
          }
        >
          {t('resume')}
        </ActionButton>
      )}
      <ActionButton
        danger
        permission="wholesale.manage"
        onClick={() =>
          confirm({
            title: t('revoke'),
            object,
            consequence: t('revokeText'),
            askReason: true,
            onConfirm: (reason) => revoke.run({ params, body: { to: 'revoked', reason } }),
          })
        }
      >
        {t('revoke')}
      </ActionButton>
      <SecretOnce told={told} onClose={() => setTold(undefined)} />
    </>
  )
}
