import { Alert, Tag, Typography } from 'antd'
import type { ReactNode } from 'react'
import type { Output } from '../../shared/api/index.ts'
import { formatHao } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { profileText } from './text.ts'

type Trial = Output<'suppliers.tryProfile'>
type Request = NonNullable<Trial['request']>
type Reading = NonNullable<Trial['reading']>
type Callback = NonNullable<Trial['callback']>
type TextKey = keyof typeof profileText.keys

/** What a dry run has shown, part by part. */
export function TrialResult({ trial }: { readonly trial: Trial }) {
  const t = useText(profileText)
  return (
    <div className="stack" role="status">
      {trial.refusal !== null && <Alert type="warning" showIcon title={t('noRequest', { reason: trial.refusal })} />}
      {trial.request && <RequestPart request={trial.request} />}
      {trial.reading && <ReadingPart reading={trial.reading} />}
      {trial.callback && <CallbackPart callback={trial.callback} />}
    </div>
  )
}

function RequestPart({ request }: { readonly request: Request }) {
  const t = useText(profileText)
  const { method, url, headers, body } = request
  const lines = [`${method} ${url}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
  return (
    <section>
      <Typography.Title level={5}>{t('partRequest')}</Typography.Title>
      <Text label={t('signedText')} value={request.signedText} />
      <Text label={t('signature')} value={request.signature} />
      <Text label={t('request')} value={[...lines, '', body ?? ''].join('\n').trimEnd()} />
      <Typography.Text type="secondary" style={{ fontSize: 13 }}>
        {t('masked')}
      </Typography.Text>
    </section>
  )
}

const GOOD = new Set(['accepted', 'done'])
const UNSURE = new Set(['unknown', 'not_found', 'partial'])

function ReadingPart({ reading: { outcome, facts, cards, products } }: { readonly reading: Reading }) {
  const t = useText(profileText)
  return (
    <section>
      <Typography.Title level={5}>{t('partAnswer')}</Typography.Title>
      <Alert
        type={GOOD.has(outcome) ? 'success' : UNSURE.has(outcome) ? 'warning' : 'error'}
        showIcon
        title={`${t('outcome')}: ${t(`outcome_${outcome}`)}`}
      />
      <Facts facts={facts} />
      {cards.length > 0 && (
        <>
          <div className="profile-label">{t('cards', { count: cards.length })}</div>
          <pre className="profile-pre">
            {cards.map(({ number, secret, validTo }) => [number, secret, validTo ?? ''].join('  ').trim()).join('\n')}
          </pre>
        </>
      )}
      {products.length > 0 && (
        <>
          <div className="profile-label">{t('products', { count: products.length })}</div>
          {products.map((product) => (
            <div key={product.remoteId} className="line-item">
              <span className="line-main">
                {product.name} <Typography.Text type="secondary">{product.remoteId}</Typography.Text>
                {product.fields.length > 0 && (
                  <div>
                    <Typography.Text type="secondary" style={{ fontSize: 13 }}>
                      {t('asksFor', { fields: product.fields.join(', ') })}
                    </Typography.Text>
                  </div>
                )}
              </span>
              <Tag>{t(`kind_${product.kind}`)}</Tag>
              {!product.onSale && <Tag color="default">{t('offShelf')}</Tag>}
              {product.stock !== null && <span className="num">{t('stockOf', { count: product.stock })}</span>}
              <span className="num">{formatHao(product.costHao)}</span>
            </div>
          ))}
        </>
      )}
    </section>
  )
}

function CallbackPart({ callback }: { readonly callback: Callback }) {
  const t = useText(profileText)
  const { accepted, verdict, facts, signedText, expected, given, reply } = callback
  return (
    <section>
      <Typography.Title level={5}>{t('partCallback')}</Typography.Title>
      <Alert
        type={accepted ? 'success' : 'error'}
        showIcon
        title={
          accepted
            ? `${t('genuine')} · ${t(`about_${verdict}` as TextKey)}`
            : t('notGenuine', { why: t(`why_${verdict}` as TextKey) })
        }
      />
      <Facts facts={facts} />
      <Text label={t('signedText')} value={signedText} />
      <Text label={t('expected')} value={expected} />
      <Text label={t('given')} value={given} />
      <Text label={t('reply')} value={`HTTP ${reply.status} ${reply.contentType}\n\n${reply.body}`} />
    </section>
  )
}

function Facts({ facts }: { readonly facts: Readonly<Record<string, string>> }) {
  const t = useText(profileText)
  const rows = Object.entries(facts).filter(([, value]) => value !== '')
  if (rows.length === 0) return null
  return (
    <dl className="profile-facts">
      {rows.map(
        ([name, value]): ReactNode => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{t(`fact_${name}` as TextKey)}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  )
}

function Text({ label, value }: { readonly label: string; readonly value: string }) {
  if (value === '') return null
  return (
    <>
      <div className="profile-label">
        <span>{label}</span>
        <Typography.Text copyable={{ text: value }} />
      </div>
      <pre className="profile-pre">{value}</pre>
    </>
  )
}
