import { WORKSPACE_ADAPTER } from '@quanshu/contract'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Typography } from 'antd'
import { useEffect } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatHao, formatMoney, formatSeconds, formatTime } from '../../shared/format.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { PageTabs } from '../../shared/parts/PageTabs.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { TestResult, useTestResult } from '../../shared/parts/TestResult.tsx'
import { Copyable, Nothing, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { MoneyTab } from './money/MoneyTab.tsx'
import { QualityTab } from './money/QualityTab.tsx'
import { supplierMoneyText } from './money/text.ts'
import './money/supplier-money.css'
import { ProductList } from './ProductList.tsx'
import { PurchaseList } from './PurchaseList.tsx'
import { Balance, Capabilities, Lane, percentOf, Rate } from './parts.tsx'
import { REFRESH_AFTER } from './refresh.ts'
import { supplierText } from './text.ts'
import './supply.css'

type Supplier = Output<'suppliers.read'>

const REFRESH_MS = 5_000

/** One supplier: whether it can be bought from, what it sells, and what was bought there. */
export function SupplierPage() {
  const t = useText(supplierText)
  const supplierId = Number(useParams().id)
  const read = useRead('suppliers.read', { params: { supplierId } }, { refreshMs: REFRESH_MS })
  useFreshProducts(read.data?.syncedAt)
  const tested = useTestResult()
  const test = useAction('suppliers.test', {
    refresh: ['suppliers.read', 'suppliers.list'],
    onDone: ({ ok, message, balanceHao, elapsedMs }) =>
      tested.show({
        ok,
        elapsedMs,
        message: balanceHao === null ? message : t('testBalance', { amount: formatHao(balanceHao) }),
      }),
  })
  const sync = useAction('suppliers.sync', { refresh: ['suppliers.'], done: t('syncStarted') })
  const ask = {
    test: () => void test.go({ params: { supplierId }, body: {} }),
    testing: test.running,
    sync: () => void sync.go({ params: { supplierId }, body: {} }),
    syncing: sync.running,
  }
  return (
    <DetailPage
      read={read}
      back="/suppliers"
      title={(supplier) => supplier?.name ?? t('supplierNo', { id: supplierId })}
      tags={(supplier) => (
        <>
          <StateTag kind="supplier" state={supplier.state} />
          <Lane supplier={supplier} />
        </>
      )}
      actions={(supplier) => <Actions supplier={supplier} ask={ask} />}
    >
      {(supplier) => (
        <>
          <TestResult result={tested.result} />
          <Troubles supplier={supplier} />
          {supplier.products === 0 && supplier.state !== 'archived' && <FirstSteps ask={ask} supplier={supplier} />}
          <About supplier={supplier} />
          <Bought supplier={supplier} />
        </>
      )}
    </DetailPage>
  )
}

/** Tabs with figures of their own, which stand first on the page. */
const FULL_TABS = ['money', 'quality']

/** How it is spoken to, and how it does; money, statements and quality have the page to themselves. */
function About({ supplier }: { readonly supplier: Supplier }) {
  const t = useText(supplierText)
  const [{ tab = '' }] = useUrlState()
  if (FULL_TABS.includes(tab)) return null
  return (
    <div className="columns">
      <div className="span-8 stack">
        <Section title={t('facts')}>
          <SupplierFacts supplier={supplier} />
        </Section>
      </div>
      <div className="span-4 stack">
        <Section title={t('health')}>
          <Health supplier={supplier} />
        </Section>
      </div>
    </div>
  )
}

/** Fetching goes on in the background: when it has ended, the list shows what it brought. */
function useFreshProducts(syncedAt: string | null | undefined): void {
  const queries = useQueryClient()
  // biome-ignore lint/correctness/useExhaustiveDependencies: each fetching that has ended may have changed the list
  useEffect(() => {
    void queries.invalidateQueries({ predicate: ({ queryKey: [first] }) => first === 'suppliers.listProducts' })
  }, [queries, syncedAt])
}

type Ask = {
  readonly test: () => void
  readonly testing: boolean
  readonly sync: () => void
  readonly syncing: boolean
}

function Actions({ supplier, ask }: { readonly supplier: Supplier; readonly ask: Ask }) {
  const t = useText(supplierText)
  const turn = useTurn(supplier)
  const archived = supplier.state === 'archived'
  const byHand = supplier.adapter === WORKSPACE_ADAPTER
  return (
    <>
      <Link to={`/suppliers/${supplier.id}/papers`}>
        <ActionButton tabIndex={-1}>{t('papers')}</ActionButton>
      </Link>
      {byHand ? (
        <>
          <Link to={`/suppliers/${supplier.id}/inbox`}>
            <ActionButton tabIndex={-1}>{t('inbox')}</ActionButton>
          </Link>
          <Link to={`/suppliers/${supplier.id}/workspace`}>
            <ActionButton type="primary" tabIndex={-1}>
              {t('workspace')}
            </ActionButton>
          </Link>
        </>
      ) : (
        <ActionButton permission="suppliers.manage" loading={ask.testing} onClick={ask.test}>
          {t('test')}
        </ActionButton>
      )}
      {!archived && (
        <>
          {!byHand && (
            <ActionButton permission="suppliers.manage" loading={ask.syncing} onClick={ask.sync}>
              {t('sync')}
            </ActionButton>
          )}
          <Link to={`/suppliers/${supplier.id}/prices`}>
            <ActionButton permission="suppliers.manage" tabIndex={-1}>
              {t('priceRule')}
            </ActionButton>
          </Link>
          <Link to={`/suppliers/${supplier.id}/edit`}>
            <ActionButton permission="suppliers.manage" tabIndex={-1}>
              {t('edit')}
            </ActionButton>
          </Link>
        </>
      )}
      {supplier.state === 'on' ? (
        <ActionButton permission="suppliers.manage" danger onClick={turn.pause}>
          {t('pause')}
        </ActionButton>
      ) : (
        <ActionButton permission="suppliers.manage" type="primary" onClick={turn.resume}>
          {t(archived ? 'restore' : 'resume')}
        </ActionButton>
      )}
      {supplier.state === 'paused' && (
        <ActionButton permission="suppliers.manage" danger onClick={turn.archive}>
          {t('archive')}
        </ActionButton>
      )}
    </>
  )
}

function useTurn({ id, name }: Supplier) {
  const t = useText(supplierText)
  const confirm = useConfirmDanger()
  const params = { supplierId: id }
  const pause = useAction('suppliers.setState', { refresh: REFRESH_AFTER, done: t('paused') })
  const resume = useAction('suppliers.setState', { refresh: REFRESH_AFTER, done: t('resumed') })
  const archive = useAction('suppliers.setState', { refresh: REFRESH_AFTER, done: t('archived') })
  return {
    pause: () =>
      confirm({
        title: t('pause'),
        object: name,
        consequence: t('pauseText'),
        askReason: true,
        onConfirm: (reason) => pause.run({ params, body: { state: 'paused', reason } }),
      }),
    resume: () =>
      confirm({
        title: t('resume'),
        object: name,
        consequence: t('resumeText'),
        askReason: true,
        danger: false,
        onConfirm: (reason) => resume.run({ params, body: { state: 'on', reason } }),
      }),
    archive: () =>
      confirm({
        title: t('archive'),
        object: name,
        consequence: t('archiveText'),
        askReason: true,
        onConfirm: (reason) => archive.run({ params, body: { state: 'archived', reason } }),
      }),
  }
}

/** What keeps it from delivering, and what follows from that. */
function Troubles({ supplier }: { readonly supplier: Supplier }) {
  const t = useText(supplierText)
  const { breaker, openUntil, failures, isLow, balanceHao, balanceAlarmFen, syncError } = supplier
  return (
    <>
      {breaker === 'open' && (
        <Alert
          type="error"
          showIcon
          title={t('tripped')}
          description={t('trippedText', { failures, time: openUntil ? formatTime(openUntil) : '–' })}
        />
      )}
      {isLow && balanceHao !== null && (
        <Alert
          type="warning"
          showIcon
          title={t('lowTitle', { balance: formatHao(balanceHao), alarm: formatMoney(balanceAlarmFen ?? 0) })}
          description={t('lowText')}
        />
      )}
      {syncError && <Alert type="warning" showIcon title={t('syncFailed', { reason: syncError })} />}
    </>
  )
}

/** Joined, but nothing to sell yet: the way to the first delivery. */
function FirstSteps({ ask, supplier }: { readonly ask: Ask; readonly supplier: Supplier }) {
  const t = useText(supplierText)
  if (supplier.adapter === WORKSPACE_ADAPTER) {
    return (
      <Section title={t('firstSteps')}>
        <ol className="supply-steps" style={{ listStyle: 'none', padding: 0, marginBottom: 0 }}>
          <Step number={1} title={t('handStep1')} text={t('handStep1Text')}>
            <Link to={`/suppliers/${supplier.id}/workspace`}>{t('workspace')}</Link>
          </Step>
          <Step number={2} title={t('handStep2')} text={t('handStep2Text')} />
          <Step number={3} title={t('step3')} text={t('step3Text')} />
        </ol>
      </Section>
    )
  }
  return (
    <Section title={t('firstSteps')}>
      <ol className="supply-steps" style={{ listStyle: 'none', padding: 0, marginBottom: 0 }}>
        <Step number={1} title={t('step1')} text={t('step1Text')}>
          <ActionButton size="small" permission="suppliers.manage" loading={ask.testing} onClick={ask.test}>
            {t('test')}
          </ActionButton>
        </Step>
        <Step number={2} title={t('step2')} text={t('step2Text')}>
          <ActionButton size="small" permission="suppliers.manage" loading={ask.syncing} onClick={ask.sync}>
            {t('sync')}
          </ActionButton>
        </Step>
        <Step number={3} title={t('step3')} text={t('step3Text')} />
      </ol>
    </Section>
  )
}

function Step({
  number,
  title,
  text,
  children,
}: {
  readonly number: number
  readonly title: string
  readonly text: string
  readonly children?: React.ReactNode
}) {
  return (
    <li className="supply-step">
      <span className="setup-number setup-next">{number}</span>
      <div>
        <strong>{title}</strong>
        <p>{text}</p>
        {children}
      </div>
    </li>
  )
}

/** A profile of the shop's own is named with the version that is spoken. */
function Adapter({ supplier: { adapterName, profile } }: { readonly supplier: Supplier }) {
  const t = useText(supplierText)
  const both = useBoth()
  const name = both(adapterName.zh, adapterName.en)
  if (!profile) return name
  return (
    <>
      <Link to={`/supplier-profiles/${profile.id}`}>{name}</Link> {t('profileVersion', { version: profile.version })}{' '}
      {profile.latest > profile.version && (
        <Typography.Text type="warning">{t('profileNewer', { latest: profile.latest })}</Typography.Text>
      )}
    </>
  )
}

function SupplierFacts({ supplier }: { readonly supplier: Supplier }) {
  const t = useText(supplierText)
  const both = useBoth()
  const { concurrent, perMinute, balanceAlarmFen } = supplier
  const byHand = supplier.adapter === WORKSPACE_ADAPTER
  const comma = both('、', ', ')
  const secrets = supplier.fields.filter(({ secret }) => secret)
  const missing = secrets.filter(({ isStored, required }) => required && !isStored)
  return (
    <>
      <Facts
        items={[
          [t('adapter'), <Adapter key="adapter" supplier={supplier} />],
          supplier.identity !== '' && [both(supplier.identityName.zh, supplier.identityName.en), supplier.identity],
          supplier.baseUrl !== '' && [t('baseUrl'), supplier.baseUrl],
          ...supplier.fields
            .filter(({ secret, value }) => !secret && value !== '')
            .map(({ name, value }) => [both(name.zh, name.en), value] as const),
          secrets.length > 0 && [
            secrets.map(({ name }) => both(name.zh, name.en)).join(comma),
            missing.length > 0 ? (
              <Typography.Text key="secrets" type="danger">
                {t('secretMissing')} {missing.map(({ name }) => both(name.zh, name.en)).join(comma)}
              </Typography.Text>
            ) : (
              t('secretStored')
            ),
          ],
          !byHand && [t('balance'), <Balance key="balance" supplier={supplier} />],
          !byHand && [t('balanceAlarm'), balanceAlarmFen === null ? '' : formatMoney(balanceAlarmFen)],
          !byHand && [t('limits'), t('limitsOf', { concurrent, perMinute })],
          !byHand && [
            t('syncedAt'),
            supplier.syncedAt ? <Time key="synced" value={supplier.syncedAt} relative /> : t('never'),
          ],
          supplier.contact !== '' && [t('contact'), supplier.contact],
          supplier.note !== '' && [t('note'), supplier.note],
          [t('can'), <Capabilities key="can" can={supplier.capabilities} />],
        ]}
      />
      {supplier.capabilities.callback && (
        <div className="supply-callback">
          <Typography.Text type="secondary">{t('callbackUrl')}</Typography.Text>{' '}
          <Copyable text={supplier.callbackUrl} />
          <div>
            <Typography.Text type="secondary" style={{ fontSize: 13 }}>
              {t('callbackHint')}
            </Typography.Text>
          </div>
        </div>
      )}
    </>
  )
}

function Health({ supplier: { id, quality, openPurchases } }: { readonly supplier: Supplier }) {
  const t = useText(supplierText)
  const { tries, arrived, p50, p95 } = quality
  if (tries === 0 && openPurchases === 0) return <Typography.Text type="secondary">{t('noTries')}</Typography.Text>
  return (
    <>
      <div className="supply-rate">
        <span className="figure-value">
          <Rate quality={quality} />
        </span>
        <Typography.Text type="secondary">
          {t('rate')} · {t('arrivedOfTries', { arrived, tries })}
        </Typography.Text>
        {tries > 0 && (
          <div
            className="supply-bar"
            role="img"
            aria-label={`${percentOf(arrived / tries)}%`}
            style={{ ['--part' as string]: `${(arrived / tries) * 100}%` }}
          />
        )}
      </div>
      <dl className="facts" style={{ margin: 0 }}>
        <dt>{t('p50')}</dt>
        <dd className="num">{p50 === null ? <Nothing /> : formatSeconds(p50)}</dd>
        <dt>{t('p95')}</dt>
        <dd className="num">{p95 === null ? <Nothing /> : formatSeconds(p95)}</dd>
        <dt>{t('open')}</dt>
        <dd className="num">
          {openPurchases === 0 ? (
            0
          ) : (
            <Link to={`/purchases?supplierId=${id}&state=planned,sending,accepted,unknown`}>{openPurchases}</Link>
          )}
        </dd>
      </dl>
    </>
  )
}

function Bought({ supplier }: { readonly supplier: Supplier }) {
  const t = useText(supplierText)
  const m = useText(supplierMoneyText)
  const may = useMay()
  const navigate = useNavigate()
  const [values, change] = useUrlState()
  const tabs = ['products', 'purchases', ...FULL_TABS.filter((one) => one === 'quality' || may('finance.read'))]
  const tab = tabs.find((one) => one === values.tab) ?? 'products'
  // Filters of one list mean nothing to the other.
  const turnTo = (next: string) => {
    if (next === 'statements') return void navigate(`/suppliers/${supplier.id}/statements`)
    change({
      ...Object.fromEntries(Object.keys(values).map((name) => [name, undefined])),
      tab: next === 'products' ? undefined : next,
    })
  }
  return (
    <div>
      <PageTabs
        label={supplier.name}
        activeKey={tab}
        onChange={turnTo}
        items={[
          { key: 'products', label: t('tabProducts', { count: supplier.products }) },
          { key: 'purchases', label: t('tabPurchases') },
          { key: 'money', label: m('tabMoney') },
          { key: 'statements', label: m('tabStatements') },
          { key: 'quality', label: m('tabQuality') },
        ].filter(({ key }) => tabs.includes(key) || (key === 'statements' && may('finance.read')))}
      />
      {tab === 'products' && <ProductList key="products" supplierId={supplier.id} />}
      {tab === 'purchases' && <PurchaseList key="purchases" supplierId={supplier.id} />}
      {tab === 'money' && <MoneyTab key="money" supplierId={supplier.id} name={supplier.name} />}
      {tab === 'quality' && <QualityTab key="quality" supplierId={supplier.id} />}
    </div>
  )
}
